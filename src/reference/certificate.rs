//! The signing certificate: what the whole story is for.

use super::Parameters;
use crate::domain::{Chance, Moment, Persona};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use std::time::Duration;

/// The authority that signs; made anew by each server, trusted by nobody.
pub(super) struct Authority(Issuer<'static, KeyPair>);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotIssued {
    /// The request is no PKCS#10 in PEM, is too long, or is not signed with its own key.
    #[error("the certificate request cannot be used")]
    BadRequest,
    /// A key or a signature could not be made.
    #[error("the authority cannot sign")]
    Failed(#[from] rcgen::Error),
}

/// What is to be certified.
pub(super) struct Order<'a> {
    pub(super) persona: &'a Persona,
    /// A PKCS#10 request in PEM; without one a P-256 key is made and stays with the server.
    pub(super) request: Option<&'a str>,
    pub(super) now: Moment,
    /// Unique for this authority (RFC 5280 §4.1.2.2).
    pub(super) serial: [u8; 16],
}

impl Order<'_> {
    pub(super) fn serial(chance: &mut Chance) -> [u8; 16] {
        let mut serial = chance.bytes();
        // RFC 5280 §4.1.2.2: positive, so the top bit is clear, and not zero.
        serial[0] = serial[0] & 0x7f | 0x40;
        serial
    }
}

impl Authority {
    /// The longest certificate request that is read, in bytes: room for RSA with 8192 bit.
    const LONGEST_REQUEST: usize = 16 * 1024;

    /// A new authority for the service called `name`.
    pub(super) fn new(name: &str) -> Result<Self, NotIssued> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&format!("{name} Test Authority"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(Issuer::new(params, KeyPair::generate()?)))
    }

    /// Signs what is ordered and returns the certificate in PEM.
    pub(super) fn issue(
        &self,
        order: &Order<'_>,
        parameters: &Parameters,
    ) -> Result<String, NotIssued> {
        let params = content(order, parameters.certificate_lifetime);
        let Some(request) = order.request else {
            return Ok(params.signed_by(&KeyPair::generate()?, &self.0)?.pem());
        };
        if request.len() > Self::LONGEST_REQUEST {
            return Err(NotIssued::BadRequest);
        }
        // Reading checks the request's own signature. Only its key is used: whose name stands in
        // the certificate is not for the requester to say.
        let mut request = CertificateSigningRequestParams::from_pem(request)
            .map_err(|_| NotIssued::BadRequest)?;
        request.params = params;
        Ok(request.signed_by(&self.0)?.pem())
    }
}

fn content(order: &Order<'_>, lifetime: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&order.persona.name);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(order.now.unix_seconds());
    params.not_after = params.not_before + lifetime;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    params.serial_number = Some(SerialNumber::from(order.serial.to_vec()));
    params.use_authority_key_identifier_extension = true;
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
