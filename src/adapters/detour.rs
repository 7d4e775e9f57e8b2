//! The way to the gateways for a program that knows its provider only by the provider's own name:
//! a proxy and a certificate, told by the variables that common runtimes and libraries read.

use std::path::PathBuf;

/// Where the proxy of the gateways is, and what must be trusted behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// The proxy: `http://127.0.0.1:4103`. Providers' own hosts are found through it, and no other.
    pub proxy_url: String,
    /// The SMS gateway over TLS, without a slash at the end, for programs that can be told a base
    /// but insist on `https`.
    pub https_url: String,
    /// The file with the certificate to trust, in PEM. It is gone when the run ends.
    pub ca_file: PathBuf,
}

/// What reads the file of trusted certificates from each variable. `SSL_CERT_FILE` replaces what the
/// machine trusts, and is right to: nothing but the gateways is to be reached.
const CA_VARIABLES: [&str; 7] = [
    "SSL_CERT_FILE",       // OpenSSL, and so Python, Ruby, PHP; Go; Rust
    "REQUESTS_CA_BUNDLE",  // Python's requests
    "CURL_CA_BUNDLE",      // curl
    "AWS_CA_BUNDLE",       // the AWS SDKs
    "NODE_EXTRA_CA_CERTS", // Node
    "DENO_CERT",           // Deno
    "GIT_SSL_CAINFO",      // git
];

/// Both spellings are in use; some libraries read only one.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

impl Detour {
    /// The variables that lead a program here, in order. This machine stays directly reachable.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let proxies = PROXY_VARIABLES.map(|name| (name, self.proxy_url.clone()));
        let direct = ["NO_PROXY", "no_proxy"].map(|name| (name, "127.0.0.1,localhost".to_owned()));
        // Node looks at the others only if this says so (from version 22.21 and 24.5 on).
        let node = [("NODE_USE_ENV_PROXY", "1".to_owned())];
        let file = self.ca_file.display().to_string();
        let trust = CA_VARIABLES.map(|name| (name, file.clone()));
        proxies.into_iter().chain(direct).chain(node).chain(trust).collect()
    }
}
