//! What is wrong with a key URI or its QR code before anybody has scanned it: which families of
//! apps would fail, how, and what to write instead.

use super::camera::{self, Unreadable};
use super::quirks;
use crate::domain::Picture;
use crate::otp::{Algorithm, Digits, KeyUri, Kind, Liberty, NotKeyUri, Period, base32};
use serde::Serialize;

/// Bytes of a secret: the fewest of RFC 4226 §4 R6, and as many as it recommends.
const LEAST_BYTES: usize = 16;
const ADVISED_BYTES: usize = 20;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Harm {
    /// Nothing breaks, but it is not as it should be.
    Remark,
    /// The key is listed under an odd name.
    OddLabel,
    /// The app takes the key and shows codes that are never right.
    WrongCodes,
    /// It cannot be taken at all, or a rule is broken.
    Refused,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The profile of apps that it concerns; none if it concerns everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Who these apps are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// How bad it is.
    pub harm: Harm,
    /// What happens.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl Remark {
    fn general(harm: Harm, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { profile: None, family: None, harm, what: what.into(), fix: fix.into() }
    }

    fn of(profile: &quirks::Quirks, harm: Harm, what: String, fix: impl Into<String>) -> Self {
        Self {
            profile: Some(profile.name.clone()),
            family: Some(profile.family.clone()),
            ..Self::general(harm, what, fix)
        }
    }
}

/// What is wrong with the QR code in `picture` and with the key URI in it.
///
/// # Errors
/// [`Unreadable`] if no QR code can be read.
pub fn picture(picture: &Picture) -> Result<Vec<Remark>, Unreadable> {
    let (text, seen) = camera::inspect(picture)?;
    let mut remarks: Vec<Remark> = seen
        .into_iter()
        .map(|one| {
            let harm = if one.is_grave { Harm::Refused } else { Harm::Remark };
            Remark::general(harm, one.what, one.fix)
        })
        .collect();
    remarks.extend(self::text(&text));
    Ok(remarks)
}

/// What is wrong with the key URI `text`.
#[must_use]
pub fn text(text: &str) -> Vec<Remark> {
    let text = text.trim();
    let meant = KeyUri::parse(text);
    let mut remarks = match &meant {
        Ok((uri, liberties)) => general(text, uri, liberties),
        Err(error) => vec![Remark::general(Harm::Refused, error.to_string(), fix_of(error))],
    };
    let Ok((meant, _)) = meant else { return remarks };
    for profile in quirks::profiles() {
        match profile.read(text) {
            Err(refused) => {
                remarks.push(Remark::of(profile, Harm::Refused, refused.why, refused.fix));
            }
            Ok(reading) => remarks.extend(misread(profile, &reading, &meant)),
        }
    }
    remarks
}

fn misread(profile: &quirks::Quirks, reading: &quirks::Reading, meant: &KeyUri) -> Option<Remark> {
    if let Some(parameter) = reading.differs(meant) {
        let what = format!("it does not heed the {parameter}: its codes are never right");
        let fix = match parameter {
            "algorithm" => "use SHA1, or write the algorithm in capitals without a hyphen",
            "digits" => "use six digits",
            "period" => "use a period of 30 seconds",
            _ => "make the URI shorter, or put the secret first",
        };
        return Some(Remark::of(profile, Harm::WrongCodes, what, fix));
    }
    let issuer = meant.issuer.as_deref().or(meant.label.issuer());
    let same = reading.issuer.as_deref() == issuer && reading.account == meant.label.account();
    if same {
        return None;
    }
    let shown = match &reading.issuer {
        Some(issuer) => format!("{issuer:?} and {:?}", reading.account),
        None => format!("{:?} without an issuer", reading.account),
    };
    let what = format!("it lists the key as {shown}");
    let fix = "write Issuer:account with a plain colon and %20 for a space, and the same issuer as \
               a parameter; names of letters and digits are shown by every app";
    Some(Remark::of(profile, Harm::OddLabel, what, fix))
}

fn general(text: &str, uri: &KeyUri, liberties: &[Liberty]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let bytes = uri.key.bytes().len();
    if bytes < LEAST_BYTES {
        let what = format!("the secret has {bytes} bytes; RFC 4226 §4 R6 demands {LEAST_BYTES}");
        remarks.push(Remark::general(Harm::Refused, what, "make a secret of 20 random bytes"));
    } else if bytes < ADVISED_BYTES {
        let what = format!("the secret has {bytes} bytes; RFC 4226 §4 R6 advises {ADVISED_BYTES}");
        remarks.push(Remark::general(Harm::Remark, what, "make a secret of 20 random bytes"));
    }
    if uri.issuer.is_none() {
        let what = "there is no issuer parameter";
        remarks.push(Remark::general(Harm::Remark, what, "add issuer=…, equal to the label's"));
    }
    if tells_secret(uri) {
        let what = "the label holds the secret, and apps show the label to everybody";
        remarks.push(Remark::general(Harm::Refused, what, "name only issuer and account in it"));
    }
    for liberty in liberties {
        remarks.push(Remark::general(Harm::Remark, liberty.to_string(), mend(liberty)));
    }
    if !is_safest(uri) && text.len() <= KeyUri::MOST_BYTES {
        let what =
            format!("{} with {} digits is not what every app knows", uri.algorithm, uri.digits);
        let fix = "SHA1, six digits and 30 seconds work everywhere";
        remarks.push(Remark::general(Harm::Remark, what, fix));
    }
    remarks
}

/// Whether `uri` asks for what every app can do: SHA-1, six digits, 30 seconds.
#[must_use]
pub fn is_safest(uri: &KeyUri) -> bool {
    let kind = match uri.kind {
        Kind::Totp { period } => period == Period::RECOMMENDED,
        Kind::Hotp { .. } => true,
    };
    kind && uri.algorithm == Algorithm::Sha1 && uri.digits == Digits::SIX
}

/// Whether the label of `uri` holds its secret.
#[must_use]
pub fn tells_secret(uri: &KeyUri) -> bool {
    let secret = base32::encode(uri.key.bytes());
    let label = format!("{}{}", uri.label.issuer().unwrap_or(""), uri.label.account());
    !secret.is_empty() && label.to_ascii_uppercase().contains(&secret)
}

fn mend(liberty: &Liberty) -> &'static str {
    match liberty {
        Liberty::Case => "write otpauth, totp and hotp in lower case",
        Liberty::Fragment => "leave out what follows #",
        Liberty::Unescaped => "escape everything but letters, digits and - . _ ~",
        Liberty::PlusSign => "write %20 for a space and %2B for a plus",
        Liberty::NoAccount => "name the account in the label",
        Liberty::EmptyIssuer => "name the issuer before the colon, or leave the colon out",
        Liberty::ColonInAccount => "leave colons out of the names",
        Liberty::IssuersDiffer { .. } => "let label and parameter name the same issuer",
        Liberty::Secret(base32::Liberty::LowerCase) => "write the secret in capitals",
        Liberty::Secret(base32::Liberty::Padding) => "leave the = out",
        Liberty::Secret(_) => "write the secret without anything between the letters",
        Liberty::AlgorithmSpelling(_) => "write SHA1, SHA256 or SHA512",
        Liberty::OutOfPlace(_) => "leave it out",
    }
}

fn fix_of(error: &NotKeyUri) -> &'static str {
    match error {
        NotKeyUri::TooLong => "shorten the label",
        NotKeyUri::Scheme => "begin with otpauth://totp/",
        NotKeyUri::Kind => "write totp or hotp",
        NotKeyUri::Escape(_) => "write % as %25",
        NotKeyUri::Missing("counter") => "add counter=0, which hotp requires",
        NotKeyUri::Missing(_) => "add the parameter",
        NotKeyUri::Repeated(_) => "give it once",
        NotKeyUri::Secret(_) => "write the secret in base32: A to Z and 2 to 7",
        NotKeyUri::Parameter { .. } => "write a value that the format knows",
    }
}
