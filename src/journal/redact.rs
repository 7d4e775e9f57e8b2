//! Masking: here, once, for every reader.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of secret a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// A person's password.
    Password,
    /// A one-time PIN or code, delivered or made by a token.
    Code,
    /// The PIN that unlocks a soft token.
    AppPin,
    /// The password shown beside a QR code.
    ActivationPassword,
    /// The activation code of a token.
    ActivationCode,
    /// The registration code that a token shows.
    RegistrationCode,
    /// A key URI or activation link.
    Link,
    /// The picture of a QR code: whoever has it can scan it.
    QrCode,
    /// A shared key as it is written out.
    Key,
    /// A container with keys.
    KeyFile,
    /// A certificate: no secret, but different in every run.
    Certificate,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::AppPin => "app_pin",
            Self::ActivationPassword => "activation_password",
            Self::ActivationCode => "activation_code",
            Self::RegistrationCode => "registration_code",
            Self::Link => "link",
            Self::QrCode => "qr_code",
            Self::Key => "key",
            Self::KeyFile => "key_file",
            Self::Certificate => "certificate",
        })
    }
}

/// The characters that a code is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// 0 to 9 only.
    Digits,
    /// ASCII letters, perhaps with digits.
    Letters,
    /// Anything else.
    Other,
}

/// What may be known of a code without knowing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Shape {
    /// Its length in characters.
    pub length: u32,
    /// What it is made of.
    pub alphabet: Alphabet,
    /// Whether it begins with a zero, which some servers lose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leading_zero: bool,
}

/// Stands for a secret in the journal: equal marks, equal secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// What kind of secret.
    pub kind: SecretKind,
    /// Which one of its kind, counted from 1 in the order of appearance.
    pub ordinal: u32,
    /// Its shape; codes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
}

impl Mark {
    /// How the mark stands in running text.
    #[must_use]
    pub fn in_text(&self) -> String {
        format!("‹{}#{}›", self.kind, self.ordinal)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.kind, self.ordinal)?;
        match self.shape {
            Some(Shape { length, alphabet: Alphabet::Digits, .. }) => {
                write!(f, " ({length} digits)")
            }
            Some(Shape { length, .. }) => write!(f, " ({length} characters)"),
            None => Ok(()),
        }
    }
}

/// Knows the secrets of one journal.
#[derive(Default)]
pub(super) struct Redactor {
    known: Vec<(String, Mark)>,
}

impl Redactor {
    /// A text shorter than this is masked only where no letter or digit touches it, because it may
    /// well stand inside something harmless.
    const SAFE_LENGTH: usize = 6;

    pub(super) fn mark(&mut self, kind: SecretKind, secret: &str) -> Mark {
        if let Some((_, mark)) =
            self.known.iter().find(|(text, mark)| mark.kind == kind && text == secret)
        {
            return *mark;
        }
        let of_kind = self.known.iter().filter(|(_, mark)| mark.kind == kind);
        let ordinal = of_kind.map(|(_, mark)| mark.ordinal).max().unwrap_or(0).saturating_add(1);
        let shape = (kind == SecretKind::Code).then(|| shape_of(secret));
        let mark = Mark { kind, ordinal, shape };
        self.known.push((secret.to_owned(), mark));
        mark
    }

    pub(super) fn alias(&mut self, mark: Mark, written: &str) {
        if !self.known.iter().any(|(text, _)| text == written) {
            self.known.push((written.to_owned(), mark));
        }
    }

    /// `text` with every known secret masked, longest first; nothing if there is none in it.
    pub(super) fn masked(&self, text: &str) -> Option<String> {
        let mut secrets: Vec<&(String, Mark)> =
            self.known.iter().filter(|(secret, _)| !secret.is_empty()).collect();
        secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let mut masked: Option<String> = None;
        for (secret, mark) in secrets {
            for form in written_forms(secret) {
                let present = masked.as_deref().unwrap_or(text);
                if present.contains(form.as_str()) {
                    let next = replace(present, &form, &mark.in_text());
                    masked = Some(next);
                }
            }
        }
        masked
    }
}

/// The secret itself, and as it stands inside a JSON string.
fn written_forms(secret: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(secret).to_string();
    let inner = quoted[1..quoted.len() - 1].to_owned();
    if inner == secret { vec![inner] } else { vec![secret.to_owned(), inner] }
}

fn replace(text: &str, secret: &str, mark: &str) -> String {
    if secret.chars().count() >= Redactor::SAFE_LENGTH {
        return text.replace(secret, mark);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(secret) {
        let (head, tail) = rest.split_at(at);
        let after = &tail[secret.len()..];
        let left = head.chars().next_back().or(before);
        let touched = [left, after.chars().next()].into_iter().flatten().any(char::is_alphanumeric);
        replaced.push_str(head);
        replaced.push_str(if touched { secret } else { mark });
        before = secret.chars().next_back();
        rest = after;
    }
    replaced + rest
}

fn shape_of(secret: &str) -> Shape {
    let alphabet = if secret.chars().all(|c| c.is_ascii_digit()) {
        Alphabet::Digits
    } else if secret.chars().all(|c| c.is_ascii_alphanumeric()) {
        Alphabet::Letters
    } else {
        Alphabet::Other
    };
    let length = u32::try_from(secret.chars().count()).unwrap_or(u32::MAX);
    Shape { length, alphabet, leading_zero: secret.starts_with('0') }
}

#[cfg(test)]
mod tests {
    use super::{Redactor, SecretKind};

    #[test]
    fn a_short_secret_is_masked_only_where_it_stands_alone() {
        let mut redactor = Redactor::default();
        redactor.mark(SecretKind::AppPin, "2580");
        let masked = redactor.masked("PIN 2580, order 925801, 2580");
        assert_eq!(masked.as_deref(), Some("PIN ‹app_pin#1›, order 925801, ‹app_pin#1›"));
    }

    #[test]
    fn a_secret_inside_json_is_masked_in_its_escaped_form() {
        let mut redactor = Redactor::default();
        redactor.mark(SecretKind::Certificate, "-----BEGIN\nabc\n-----END");
        let masked = redactor.masked(r#"{"pem":"-----BEGIN\nabc\n-----END"}"#);
        assert_eq!(masked.as_deref(), Some(r#"{"pem":"‹certificate#1›"}"#));
    }

    #[test]
    fn text_without_secrets_is_left_alone() {
        let mut redactor = Redactor::default();
        redactor.mark(SecretKind::Code, "482913");
        assert_eq!(redactor.masked("nothing to see"), None);
    }
}
