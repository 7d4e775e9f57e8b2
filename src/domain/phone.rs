//! Telephone numbers as E.164 writes them, minted only from ranges reserved for fiction.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A number in E.164 form: `+`, a digit from 1 to 9, in all 2 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// Why a text is no E.164 number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotE164 {
    /// No `+` in front.
    #[error("an E.164 number starts with `+` and the country code, `{0}` does not")]
    NoPlus(String),
    /// A character that is no digit.
    #[error("`{0}` has a character that is no digit; E.164 knows no spaces, hyphens or brackets")]
    NotDigits(String),
    /// Too few or too many digits, or a leading zero.
    #[error("`{0}` has not 2 to 15 digits that begin with 1 to 9")]
    BadLength(String),
}

/// Ofcom's mobile numbers for drama: +44 7700 900000 to 900999.
const OFCOM_MOBILE: &str = "+447700900";

/// North American area codes that are in general use, for `+1 xxx 555 01xx`.
const NANP_AREA_CODES: [u16; 40] = [
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225,
    228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281,
    301, 302,
];

impl PhoneNumber {
    /// How many different numbers [`PhoneNumber::fictional`] can mint.
    pub const FICTIONAL: u32 = 1000 + 40 * 100;

    /// The `ordinal`-th number reserved for fiction, counted round after [`Self::FICTIONAL`].
    #[must_use]
    pub fn fictional(ordinal: u32) -> Self {
        let ordinal = ordinal % Self::FICTIONAL;
        match ordinal.checked_sub(1000) {
            None => Self(format!("{OFCOM_MOBILE}{ordinal:03}")),
            Some(rest) => {
                let area = NANP_AREA_CODES[(rest / 100) as usize % NANP_AREA_CODES.len()];
                Self(format!("+1{area}55501{:02}", rest % 100))
            }
        }
    }

    /// Whether the number lies in a range that its regulator keeps for fiction.
    #[must_use]
    pub fn is_fictional(&self) -> bool {
        let ofcom = self.0.starts_with(OFCOM_MOBILE) && self.0.len() == 13;
        let nanp = self.0.len() == 12 && self.0.starts_with("+1") && &self.0[5..10] == "55501";
        ofcom || nanp
    }

    /// The number with `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `shown` gives the number away: its last eight digits stand there in a row, whatever
    /// is between them. National notation leaves the country code out, so eight are enough.
    #[must_use]
    pub fn is_readable_in(&self, shown: &str) -> bool {
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        let telling = digits.len().checked_sub(8).map(|start| &digits[start..]);
        telling.is_some_and(|telling| self.0.ends_with(telling))
    }

    /// The number as a page may show it: the last two digits, the others as bullets.
    #[must_use]
    pub fn masked(&self) -> String {
        let hidden = self.0.len().saturating_sub(3);
        format!("+{}{}", "•".repeat(hidden), &self.0[self.0.len() - 2..])
    }
}

impl FromStr for PhoneNumber {
    type Err = NotE164;

    fn from_str(text: &str) -> Result<Self, NotE164> {
        let digits = text.strip_prefix('+').ok_or_else(|| NotE164::NoPlus(text.to_owned()))?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotE164::NotDigits(text.to_owned()));
        }
        if !(2..=15).contains(&digits.len()) || digits.starts_with('0') {
            return Err(NotE164::BadLength(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NotE164;

    fn try_from(text: String) -> Result<Self, NotE164> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{NotE164, PhoneNumber};
    use std::collections::HashSet;

    #[test]
    fn every_minted_number_is_e164_fictional_and_different() {
        let all: HashSet<PhoneNumber> =
            (0..PhoneNumber::FICTIONAL).map(PhoneNumber::fictional).collect();
        assert_eq!(all.len(), PhoneNumber::FICTIONAL as usize);
        for number in &all {
            assert_eq!(number.as_str().parse(), Ok(number.clone()));
            assert!(number.is_fictional(), "{number}");
        }
    }

    #[test]
    fn a_text_that_is_no_e164_number_is_refused_with_the_reason() {
        let parse = str::parse::<PhoneNumber>;
        assert!(matches!(parse("07700900123"), Err(NotE164::NoPlus(_))));
        assert!(matches!(parse("+44 7700 900123"), Err(NotE164::NotDigits(_))));
        assert!(matches!(parse("+0770090012"), Err(NotE164::BadLength(_))));
        assert!(matches!(parse("+1234567890123456"), Err(NotE164::BadLength(_))));
    }

    #[test]
    fn a_masked_number_shows_two_digits() {
        assert_eq!(PhoneNumber::fictional(42).masked(), "+••••••••••42");
    }

    #[test]
    fn a_number_is_readable_in_national_notation_and_not_when_masked() {
        let number = PhoneNumber::fictional(42);
        assert!(number.is_readable_in("07700 900-042"));
        assert!(!number.is_readable_in(&number.masked()));
        assert!(!number.is_readable_in("07700 900-043"));
    }
}
