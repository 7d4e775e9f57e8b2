//! Keys in files: the XML container of RFC 6030 (PSKC), plain, or encrypted under a key or a
//! password.
//!
//! Read are AES-128-CBC with an HMAC over the initialisation vector and the ciphertext, and keys
//! that PBKDF2 derives from a password. Everything is bounded before it is done, and no document
//! type is looked at.

mod open;

pub use open::Unlock;

use crate::otp::ocra::{Suite, UnknownSuite};
use crate::otp::{Algorithm, Digits, Key, Period};
use open::Opener;
use roxmltree::{Document, Node, ParsingOptions};

/// The most bytes of a container: some hundred keys with all their policies.
pub const MOST_BYTES: usize = 256 * 1024;

/// The most keys that are read from one container.
pub const MOST_KEYS: usize = 256;

/// The most elements and texts of one container.
const MOST_NODES: u32 = 50_000;

const NAMESPACE: &str = "urn:ietf:params:xml:ns:keyprov:pskc";

/// A key of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PskcKey {
    /// Its id in the container.
    pub id: Option<String>,
    /// The serial number of the device that it is for.
    pub serial_number: Option<String>,
    /// Who gave it out.
    pub issuer: Option<String>,
    /// The shared secret.
    pub key: Key,
    /// What codes are made with it.
    pub purpose: Purpose,
}

/// What codes a key makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Codes of a counter.
    Hotp {
        /// The counter of the next code.
        counter: u64,
        /// The length of the codes.
        digits: Digits,
    },
    /// Codes of the time.
    Totp {
        /// The length of a time step.
        period: Period,
        /// The length of the codes.
        digits: Digits,
        /// The hash function.
        algorithm: Algorithm,
    },
    /// Responses to challenges.
    Ocra(Suite),
    /// Something else, by the name of its algorithm.
    Other(String),
}

/// Why a container cannot be read. Values are not repeated: they are secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPskc {
    /// More than [`MOST_BYTES`].
    #[error("longer than {MOST_BYTES} bytes")]
    TooLong,
    /// No XML, or XML with a document type or too many nodes.
    #[error("no XML that is read here: {0}")]
    Xml(String),
    /// Not a `KeyContainer` of version 1.0.
    #[error("the document is no KeyContainer of version 1.0")]
    Container,
    /// More than [`MOST_KEYS`].
    #[error("more than {MOST_KEYS} keys")]
    TooMany,
    /// Something that is required is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value that cannot be what it stands for.
    #[error("{0} cannot be read")]
    Value(&'static str),
    /// An algorithm that is not known here.
    #[error("the algorithm {0} is not supported; AES-128-CBC, HMAC and PBKDF2 are")]
    Unsupported(String),
    /// It is encrypted, and nothing that opens it was given.
    #[error("the keys are encrypted: give the password or the key that opens them")]
    Sealed,
    /// The MAC differs: a wrong password or key, or a changed file.
    #[error("the MAC differs: the password or key is wrong, or the file was changed")]
    MacMismatch,
    /// The ciphertext has no MAC, so that any password would seem right.
    #[error("an encrypted value without ValueMAC is not trusted")]
    NoMac,
    /// The suite of a challenge key is unknown.
    #[error(transparent)]
    Suite(#[from] UnknownSuite),
}

/// The keys in `text`, opened with `unlock` if they are encrypted.
pub fn read(text: &str, unlock: &Unlock<'_>) -> Result<Vec<PskcKey>, NotPskc> {
    if text.len() > MOST_BYTES {
        return Err(NotPskc::TooLong);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| NotPskc::Xml(error.to_string()))?;
    let root = document.root_element();
    let known = root.has_tag_name((NAMESPACE, "KeyContainer"));
    if !known || root.attribute("Version") != Some("1.0") {
        return Err(NotPskc::Container);
    }
    let opener = Opener::of(root, unlock)?;
    let packages: Vec<Node<'_, '_>> = children(root, "KeyPackage").collect();
    if packages.len() > MOST_KEYS {
        return Err(NotPskc::TooMany);
    }
    let mut keys = Vec::new();
    for package in packages {
        // A package may describe a device without a key on it.
        if let Some(node) = child(package, "Key") {
            keys.push(read_key(package, node, &opener)?);
        }
    }
    if keys.is_empty() { Err(NotPskc::Missing("a key")) } else { Ok(keys) }
}

fn read_key(
    package: Node<'_, '_>,
    node: Node<'_, '_>,
    opener: &Opener,
) -> Result<PskcKey, NotPskc> {
    let data = child(node, "Data").ok_or(NotPskc::Missing("Data"))?;
    let secret = child(data, "Secret").ok_or(NotPskc::Missing("Secret"))?;
    let key = Key::new(opener.secret(secret)?);
    let algorithm = node.attribute("Algorithm").ok_or(NotPskc::Missing("Algorithm"))?;
    let device = child(package, "DeviceInfo");
    Ok(PskcKey {
        id: node.attribute("Id").map(str::to_owned),
        serial_number: device.and_then(|device| text_of(device, "SerialNo")),
        issuer: text_of(node, "Issuer"),
        key,
        purpose: purpose(algorithm, node, data, opener)?,
    })
}

fn purpose(
    algorithm: &str,
    node: Node<'_, '_>,
    data: Node<'_, '_>,
    opener: &Opener,
) -> Result<Purpose, NotPskc> {
    let parameters = child(node, "AlgorithmParameters");
    let suite = parameters.and_then(|parameters| text_of(parameters, "Suite"));
    match algorithm.rsplit(':').next().unwrap_or(algorithm) {
        "hotp" => {
            let counter = opener.number(data, "Counter")?.ok_or(NotPskc::Missing("Counter"))?;
            Ok(Purpose::Hotp { counter, digits: digits(parameters)? })
        }
        "totp" => {
            let seconds = opener.number(data, "TimeInterval")?;
            let period = seconds.map_or(Ok(Period::default()), Period::new);
            let period = period.map_err(|_| NotPskc::Value("TimeInterval"))?;
            let algorithm = hash(suite.as_deref())?;
            Ok(Purpose::Totp { period, digits: digits(parameters)?, algorithm })
        }
        "ocra" => Ok(Purpose::Ocra(suite.ok_or(NotPskc::Missing("Suite"))?.parse()?)),
        _ => Ok(Purpose::Other(algorithm.to_owned())),
    }
}

/// The hash function of a time-based key, which the field writes into `Suite`.
fn hash(suite: Option<&str>) -> Result<Algorithm, NotPskc> {
    let Some(suite) = suite else { return Ok(Algorithm::default()) };
    let plain = suite.to_ascii_uppercase().replace('-', "");
    let plain = plain.strip_prefix("HMAC").unwrap_or(&plain);
    let mut all = Algorithm::ALL.into_iter();
    all.find(|one| one.to_string() == plain).ok_or(NotPskc::Value("Suite"))
}

fn digits(parameters: Option<Node<'_, '_>>) -> Result<Digits, NotPskc> {
    let format = parameters.and_then(|parameters| child(parameters, "ResponseFormat"));
    let Some(length) = format.and_then(|format| format.attribute("Length")) else {
        return Ok(Digits::default());
    };
    let count = length.parse::<u8>().ok().and_then(|count| Digits::new(count).ok());
    count.ok_or(NotPskc::Value("Length"))
}

/// The children of `node` called `name`, in whatever namespace of the container.
fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |one| one.is_element() && one.tag_name().name() == name)
}

fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn text_of(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    child(node, name)?.text().map(|text| text.trim().to_owned())
}
