//! What a message looks like beyond its text: facts that judges need and that hold no secret.

use super::Mark;
use serde::{Deserialize, Serialize};

/// The form of a message.
#[allow(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    /// Of an SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<SmsForm>,
    /// Of a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailForm>,
    /// Whether it has a link; the last line of an origin-bound code is none.
    #[serde(skip_serializing_if = "is_false")]
    pub link: bool,
    /// Whether it has a key URI: the seed of a token in clear.
    #[serde(skip_serializing_if = "is_false")]
    pub key_uri: bool,
    /// Whether the person's user name stands in its text.
    #[serde(skip_serializing_if = "is_false")]
    pub user_named: bool,
    /// Whether the person's whole mobile number stands in its text.
    #[serde(skip_serializing_if = "is_false")]
    pub number_shown: bool,
}

/// The form of an SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsForm {
    /// The messages it becomes on the air.
    pub segments: u32,
    /// How it is coded there.
    pub coding: Coding,
    /// Its septets or UTF-16 units.
    pub units: u32,
    /// How often the code stands in it, not counting the line of an origin-bound code.
    pub code_count: u32,
    /// Whether it names a sender: a word that is not about codes, a named sender, or a host.
    pub names_sender: bool,
    /// Whether it says how long the code is good; nothing if its language is not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells_lifetime: Option<bool>,
    /// What its last line is, if that begins like an origin-bound code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_line: Option<OriginLine>,
}

/// How an SMS is coded on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// Seven bits a character.
    Gsm7,
    /// Two octets for each UTF-16 unit.
    Ucs2,
}

/// The last line of an SMS that begins with `@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginLine {
    /// An origin-bound code, the same that the text has.
    WellFormed,
    /// An origin-bound code, but another one than the text has.
    OtherCode,
    /// No browser can read it.
    Malformed,
}

/// The form of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailForm {
    /// Header fields that judges ask for, in order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whether it has a part of plain text.
    pub plain_part: bool,
    /// Whether it has a part of HTML.
    pub html_part: bool,
    /// The code in the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_code: Option<Mark>,
    /// The code in the HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html_code: Option<Mark>,
    /// Whether the code stands in the subject.
    pub code_in_subject: bool,
}

impl MailForm {
    /// The values of the header field `name`, given in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.headers.iter().filter(move |(known, _)| known == name);
        fields.map(|(_, value)| value.as_str())
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}
