//! Mailboxes, minted only under domains reserved by RFC 2606 and RFC 6761.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An address `local@domain`, with the domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(String);

/// Why a text is no mailbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMailbox {
    /// No `@` between two parts.
    #[error("`{0}` is not of the form local@domain")]
    NoAt(String),
    /// A part is empty or longer than RFC 5321 §4.5.3.1 allows (64 and 255 octets).
    #[error("`{0}` has an empty part, or one longer than 64 (local) or 255 (domain) octets")]
    BadLength(String),
    /// A space or control character.
    #[error("`{0}` has a space or control character")]
    BadCharacter(String),
}

impl Mailbox {
    /// Whether nobody can own the domain: `example.com`, `.net`, `.org`, `*.example`, `*.test`,
    /// `*.invalid`, `localhost`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let domain = self.domain();
        let top = domain.rsplit('.').next().unwrap_or(domain);
        let second = ["example.com", "example.net", "example.org"];
        matches!(top, "example" | "test" | "invalid" | "localhost")
            || second.iter().any(|name| domain == *name || domain.ends_with(&format!(".{name}")))
    }

    /// The part before the last `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.0.as_str(), |(local, _)| local)
    }

    /// The part after the last `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `shown` gives the mailbox away: its whole local part stands there.
    #[must_use]
    pub fn is_readable_in(&self, shown: &str) -> bool {
        shown.contains(self.local())
    }

    /// The address as a page may show it: the first letter of the local part, and the domain.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.local().chars().next().unwrap_or('•');
        format!("{first}•••@{}", self.domain())
    }
}

impl FromStr for Mailbox {
    type Err = NotMailbox;

    fn from_str(text: &str) -> Result<Self, NotMailbox> {
        let (local, domain) =
            text.rsplit_once('@').ok_or_else(|| NotMailbox::NoAt(text.to_owned()))?;
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(NotMailbox::BadCharacter(text.to_owned()));
        }
        if !(1..=64).contains(&local.len()) || !(1..=255).contains(&domain.len()) {
            return Err(NotMailbox::BadLength(text.to_owned()));
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

impl TryFrom<String> for Mailbox {
    type Error = NotMailbox;

    fn try_from(text: String) -> Result<Self, NotMailbox> {
        text.parse()
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.0
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mailbox, NotMailbox};

    fn mailbox(text: &str) -> Mailbox {
        text.parse().expect("a mailbox")
    }

    #[test]
    fn reserved_domains_are_known() {
        for reserved in
            ["a@mail.test", "a@example.com", "a@sub.example.org", "a@x.example", "a@localhost"]
        {
            assert!(mailbox(reserved).is_reserved(), "{reserved}");
        }
        for real in ["a@myexample.com", "a@test.dev", "a@contest"] {
            assert!(!mailbox(real).is_reserved(), "{real}");
        }
    }

    #[test]
    fn the_domain_is_lower_case_and_the_local_part_is_kept() {
        assert_eq!(mailbox("Ada.L@Mail.TEST").as_str(), "Ada.L@mail.test");
    }

    #[test]
    fn a_text_that_is_no_mailbox_is_refused_with_the_reason() {
        let parse = str::parse::<Mailbox>;
        assert!(matches!(parse("ada"), Err(NotMailbox::NoAt(_))));
        assert!(matches!(parse("@mail.test"), Err(NotMailbox::BadLength(_))));
        assert!(matches!(parse("a da@mail.test"), Err(NotMailbox::BadCharacter(_))));
    }

    #[test]
    fn a_masked_mailbox_keeps_its_first_letter() {
        assert_eq!(mailbox("ada@mail.test").masked(), "a•••@mail.test");
    }
}
