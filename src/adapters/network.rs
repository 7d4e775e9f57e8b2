//! The network of simulated devices: HTTP to hosts that the map names, and to this machine.

use crate::domain::Soon;
use crate::tokens::{Network, NetworkReply, NoNetwork};
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::time::Duration;
use url::{Host, Url};

/// A device gives up after this long, as phone apps do.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Activation answers are a few hundred bytes; more than this is no answer to a device.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// How devices reach the addresses that a subject shows them.
///
/// A host is reached if the table has it (with or without its port), or if it is this machine.
/// Nothing else is ever contacted: a device must not find a real server by its name.
#[derive(Debug, Clone)]
pub struct Wire {
    hosts: BTreeMap<String, Url>,
    client: reqwest::Client,
}

impl Wire {
    /// A network where `hosts` are found at the given base URLs.
    ///
    /// # Errors
    /// Says why no HTTP client can be made on this machine.
    pub fn new(hosts: BTreeMap<String, Url>) -> Result<Self, String> {
        let remote = hosts.values().any(|base| base.scheme() == "https");
        let client = client(if remote { Trust::Machine } else { Trust::Nobody })
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { hosts, client })
    }

    /// The URL behind `address`, if it may be contacted.
    fn resolve(&self, address: &str) -> Option<Url> {
        let shown = Url::parse(&format!("http://{address}")).ok()?;
        if !shown.username().is_empty() || shown.password().is_some() {
            return None;
        }
        let host = shown.host_str()?;
        let with_port = shown.port().map(|port| format!("{host}:{port}"));
        let base = with_port.and_then(|name| self.hosts.get(&name)).or(self.hosts.get(host));
        match base {
            Some(base) => {
                let base = base.as_str().trim_end_matches('/');
                let query = shown.query().map(|query| format!("?{query}")).unwrap_or_default();
                Url::parse(&format!("{base}{}{query}", shown.path())).ok()
            }
            None => is_this_machine(&shown).then_some(shown),
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Option<NetworkReply> {
        let mut response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let bytes = read_bounded(&mut response, MAX_BODY_BYTES).await.ok()??;
        Some(NetworkReply { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
    }
}

impl Network for Wire {
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move {
            let refused = || NoNetwork { address: address.to_owned() };
            let url = self.resolve(address).ok_or_else(refused)?;
            self.send(self.client.get(url)).await.ok_or_else(refused)
        })
    }

    fn post<'a>(
        &'a self,
        address: &'a str,
        body: &'a serde_json::Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move {
            let refused = || NoNetwork { address: address.to_owned() };
            let url = self.resolve(address).ok_or_else(refused)?;
            self.send(self.client.post(url).json(body)).await.ok_or_else(refused)
        })
    }
}

/// Loopback literals, and `localhost`, which RFC 6761 §6.3 keeps for this machine.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whose certificates an HTTP client believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Those that the machine trusts.
    Machine,
    /// None: only `http` is spoken, and a machine without certificates must not stop that.
    Nobody,
}

/// A client that goes nowhere but where it is told: no proxy of the environment.
pub(super) fn client(trust: Trust) -> reqwest::ClientBuilder {
    // Only the first call installs the provider; later ones find it there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy();
    match trust {
        Trust::Machine => builder,
        Trust::Nobody => builder.tls_certs_only([]),
    }
}

/// The body of `response`, or nothing if it has more than `limit` bytes.
pub(super) async fn read_bounded(
    response: &mut reqwest::Response,
    limit: usize,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::Wire;
    use std::collections::BTreeMap;

    fn resolve(address: &str) -> Option<String> {
        let base = "http://127.0.0.1:4011/igst/".parse().expect("a URL");
        let wire = Wire::new(BTreeMap::from([("id.test".to_owned(), base)])).expect("a client");
        wire.resolve(address).map(String::from)
    }

    #[test]
    fn a_host_of_the_table_is_found_with_any_port() {
        let found = Some("http://127.0.0.1:4011/igst/a?b=c".to_owned());
        assert_eq!(resolve("id.test/a?b=c"), found);
        assert_eq!(resolve("id.test:8443/a?b=c"), found);
    }

    #[test]
    fn this_machine_is_reached_and_nothing_else() {
        assert!(resolve("127.0.0.1:4010/a").is_some());
        assert!(resolve("[::1]:4010/a").is_some());
        assert!(resolve("localhost:4010/a").is_some());
        for elsewhere in ["192.0.2.1/a", "other.test/a", "id.test@192.0.2.1/a", "127.0.0.1@x.test/"]
        {
            assert_eq!(resolve(elsewhere), None, "{elsewhere}");
        }
    }
}
