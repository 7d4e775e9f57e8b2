//! What a delivery service was asked to deliver, after its dialect has been undone.

use super::{Channel, Mailbox, PhoneNumber};
use serde::{Deserialize, Serialize};
use std::fmt;

/// To whom a message is addressed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A mobile number.
    Phone(PhoneNumber),
    /// A mailbox.
    Mailbox(Mailbox),
}

impl Recipient {
    /// The channel on which this recipient is reached.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Phone(_) => Channel::Sms,
            Self::Mailbox(_) => Channel::Email,
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => number.fmt(f),
            Self::Mailbox(mailbox) => mailbox.fmt(f),
        }
    }
}

/// One message to one recipient, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// To whom.
    pub to: Recipient,
    /// From whom, as the sender wrote it: a number, a short name, an address.
    pub from: String,
    /// The decoded subject of a mail.
    pub subject: Option<String>,
    /// The plain text. For a mail without a plain part: the text of its HTML part.
    pub text: String,
    /// The HTML part of a mail as it was sent.
    pub html: Option<String>,
    /// Header fields of a mail in order, decoded. Empty for SMS.
    pub headers: Vec<(String, String)>,
}

impl Message {
    /// The channel it came by.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.to.channel()
    }
}
