//! The gateways' own certificate authority: made anew each time they open, kept in memory, and
//! trusted only by those who are handed its certificate.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// As many leaves as are kept. Signing takes a fraction of a millisecond, so that one who asks for
/// ever new names only makes us forget the old ones.
const LEAVES_LIMIT: usize = 64;

/// From and until when certificates are valid: the clock of a subject may stand anywhere between.
const YEARS: (i32, i32) = (2000, 2100);

/// The names of this machine, for clients that were pointed here.
const OURS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotSigned {
    /// A key or certificate cannot be made.
    #[error("no certificate can be made")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library does not take what was made.
    #[error("the certificate cannot be used")]
    Unusable(#[from] rustls::Error),
}

/// The host that a client believes to be at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Site {
    /// This machine, by an address that it was given.
    Ours,
    /// A provider's host.
    Vendor(String),
}

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    /// One key for all leaves: a key of its own for each would protect nothing more.
    key: KeyPair,
    provider: Arc<CryptoProvider>,
    /// By the names in them.
    leaves: Mutex<BTreeMap<String, Arc<ServerConfig>>>,
}

impl Authority {
    pub(super) fn new() -> Result<Self, NotSigned> {
        let mut params = dated("Fobwatch Test Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let own = KeyPair::generate()?;
        let pem = params.self_signed(&own)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, own),
            pem,
            key: KeyPair::generate()?,
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            leaves: Mutex::default(),
        })
    }

    /// The certificate that a client must trust.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// How TLS is spoken at `site`.
    pub(super) fn server(&self, site: &Site) -> Result<Arc<ServerConfig>, NotSigned> {
        let names = match site {
            Site::Ours => OURS.map(str::to_owned).to_vec(),
            Site::Vendor(host) => vec![host.clone()],
        };
        let key = names.join(" ");
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = leaves.get(&key) {
            return Ok(Arc::clone(known));
        }
        let config = Arc::new(self.sign(names)?);
        if leaves.len() >= LEAVES_LIMIT {
            leaves.clear();
        }
        leaves.insert(key, Arc::clone(&config));
        Ok(config)
    }

    fn sign(&self, names: Vec<String>) -> Result<ServerConfig, NotSigned> {
        let mut params = dated("Fobwatch gateway");
        params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&self.key, &self.issuer)?.der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn dated(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(YEARS.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(YEARS.1, 1, 1);
    params
}

#[cfg(test)]
mod tests {
    use super::{Authority, LEAVES_LIMIT, Site};
    use std::sync::Arc;

    fn vendor(number: usize) -> Site {
        Site::Vendor(format!("api.e{number}.r.twilio.com"))
    }

    #[test]
    fn a_leaf_is_signed_once_and_only_so_many_are_kept() {
        let authority = Authority::new().expect("keys");
        let first = authority.server(&vendor(0)).expect("signed");
        assert!(Arc::ptr_eq(&first, &authority.server(&vendor(0)).expect("signed")));
        for number in 1..3 * LEAVES_LIMIT {
            authority.server(&vendor(number)).expect("signed");
            assert!(authority.leaves.lock().expect("unhurt").len() <= LEAVES_LIMIT);
        }
        authority.server(&Site::Ours).expect("signed");
    }
}
