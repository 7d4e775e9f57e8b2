//! The entries of a journal.

use super::{Mark, MessageForm};
use crate::domain::device::{OutcomeKind, Reason};
use crate::domain::operation::{OperationKind, Writing};
use crate::domain::reply::{BoundToken, Form, ReplyKind};
use crate::domain::{
    Assurance, Channel, Declared, DeviceKind, Disturbance, Drill, Drilled, Mailbox, Moment,
    PhoneNumber, PushReply, Recipient, RejectionClass, TokenKind,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of an entry within its scenario, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(u32);

impl EntryId {
    /// The id of the entry at position `index`.
    #[must_use]
    pub fn nth(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The position of the entry in its journal.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// When, by the scenario's clock.
    pub at: Moment,
    /// During which step of the scenario, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The scenario began.
    Started {
        /// Its id: its path without ending.
        scenario: String,
        /// Its title.
        title: String,
        /// The run's seed.
        seed: u64,
    },
    /// What the subject says of itself.
    Declared {
        /// Its claims and choices.
        declared: Box<Declared>,
        /// What of it the scenario wanted so.
        #[serde(default, skip_serializing_if = "Declared::is_empty")]
        wanted: Box<Declared>,
    },
    /// A person was invented for this scenario.
    PersonInvented {
        /// How the scenario calls them.
        person: String,
        /// Their user name.
        user: String,
        /// Their mobile number, if they gave one.
        mobile: Option<PhoneNumber>,
        /// Their mailbox.
        mailbox: Mailbox,
    },
    /// A device was put into a person's hands.
    DeviceMade {
        /// How the scenario calls it.
        device: String,
        /// Whose it is.
        owner: String,
        /// What it is.
        kind: DeviceKind,
        /// How its app misreads key URIs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quirks: Option<String>,
    },
    /// The subject was asked something.
    Asked {
        /// On behalf of which session.
        session: String,
        /// Who acts, as far as the scenario says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// What.
        request: Request,
    },
    /// The subject answered.
    Answered {
        /// The question.
        asked: EntryId,
        /// Of which session.
        session: String,
        /// What it means.
        #[serde(flatten)]
        observed: Box<Observed>,
        /// Its outward form, where it came over HTTP.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<Form>,
        /// What the subject literally said, masked.
        shown: String,
    },
    /// A library or an app was asked something, and answered. Its keys are the scenario's: they
    /// guard nothing, so they may stand here.
    Drilled {
        /// What it was asked.
        drill: Box<Drill>,
        /// What it answered.
        answer: Drilled,
    },
    /// These questions were put at once: none waited for the answer to another.
    AtOnce {
        /// The questions.
        asked: Vec<EntryId>,
        /// How many of the next acts at devices were done at once with them.
        acts: u32,
    },
    /// We could not ask, or could not understand: nobody's fault.
    NotAnswered {
        /// The question.
        asked: EntryId,
        /// Why not.
        why: String,
    },
    /// A message arrived at a gateway for a person of this scenario.
    MessageArrived {
        /// Its number within the scenario, from 1.
        message: u32,
        /// For whom.
        person: String,
        /// To which address.
        to: Recipient,
        /// From whom, as the sender wrote it.
        from: String,
        /// The subject of a mail, masked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        /// The text, masked.
        text: String,
        /// The code found in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Mark>,
        /// Why these digits were taken for the code, or why none were, masked.
        why: String,
        /// What it looks like.
        #[serde(default)]
        form: Box<MessageForm>,
        /// What befell it on its way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disturbed: Option<EntryId>,
    },
    /// Something befell a message on its way to a person of this scenario.
    Disturbed {
        /// For whom it was.
        person: String,
        /// By which channel.
        channel: Channel,
        /// What it was.
        disturbance: Disturbance,
        /// Whether it happened before the subject answered the question at hand: then the subject
        /// knew what its gateway said.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        before_answer: bool,
    },
    /// What all delivered codes have in common, without knowing one of them. At the end.
    CodesCompared {
        /// How many different codes of digits were delivered, all of one length.
        codes: u32,
        /// How many of the ten digits never occurred in them.
        unseen: u32,
        /// The longest row of codes, one after the other, with the same step between neighbours.
        row: u32,
    },
    /// A person did something at a device.
    Acted {
        /// At which device.
        device: String,
        /// The verb of the scenario language.
        act: String,
        /// The secret that was typed or scanned, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        given: Option<Mark>,
        /// What the device showed.
        outcome: OutcomeKind,
        /// Why it refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// The code or registration code that it showed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Mark>,
        /// How often the button was pressed without looking.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u32>,
        /// What was answered to a push.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        push: Option<PushReply>,
    },
    /// A message was waited for.
    Waited {
        /// Whose.
        person: String,
        /// On which channel.
        channel: Channel,
        /// Whether one came.
        came: bool,
    },
    /// The clock was moved forward.
    ClockAdvanced {
        /// By how many milliseconds.
        by_ms: u64,
    },
    /// An expectation of the scenario was compared with what happened.
    Compared {
        /// How it came out.
        outcome: Expectation,
        /// What the scenario expects.
        expected: String,
        /// What was observed, masked.
        observed: String,
    },
    /// Something worth knowing that is no act: a disturbance, a skipped step, masked.
    Noted {
        /// What.
        text: String,
    },
    /// The scenario came to its end; an end before the last step says why.
    Finished {
        /// Why it ended early.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        early: Option<String>,
    },
}

/// How an expectation of the scenario came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// As expected.
    Met,
    /// Refused as expected, with another reason than expected.
    Weak,
    /// Not as expected.
    Missed,
}

/// An operation as the journal keeps it: its kind, and what of its arguments judges need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Which operation.
    pub operation: OperationKind,
    /// The user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Mark>,
    /// The code, or the registration code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Mark>,
    /// How the code was written, if not as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Writing>,
    /// The token that is meant, by its number as it was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The code after it, where two in a row are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Mark>,
    /// The channel asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The kind of token to enrol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenKind>,
}

impl Request {
    /// A request without arguments.
    #[must_use]
    pub fn bare(operation: OperationKind) -> Self {
        Self {
            operation,
            user: None,
            password: None,
            code: None,
            written: None,
            target: None,
            second: None,
            channel: None,
            token: None,
        }
    }
}

/// A reply as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Which reply.
    pub reply: ReplyKind,
    /// The class of a rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<RejectionClass>,
    /// When to try again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Over which channel the code went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Where to, as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The other channels on offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Channel>,
    /// The kinds of token on offer, or that may answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenKind>,
    /// What a token that answers challenges is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The number to tap at the app, as the page shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How much was proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// The activation material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// The bound tokens that were listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bound: Vec<BoundToken>,
    /// The certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Mark>,
    /// What the subject has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// What of this reply the adapter does not look for, by the names that map files use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
}

impl Observed {
    /// Whether the adapter looks for what map files call `name`.
    #[must_use]
    pub fn looks_for(&self, name: &str) -> bool {
        !self.unseen.iter().any(|unseen| unseen == name)
    }

    /// A reply without particulars.
    #[must_use]
    pub fn bare(reply: ReplyKind) -> Self {
        Self {
            reply,
            class: None,
            retry_after_ms: None,
            channel: None,
            destination: None,
            alternatives: Vec::new(),
            tokens: Vec::new(),
            challenge: None,
            number: None,
            assurance: None,
            offered: None,
            bound: Vec::new(),
            certificate: None,
            feature: None,
            unseen: Vec::new(),
        }
    }
}

/// Activation material as the journal keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<Mark>,
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Mark>,
    /// The password beside the QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Mark>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The activation code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_code: Option<Mark>,
    /// The container with the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<Mark>,
    /// What the key URI or the container says, without the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyFacts>,
    /// How long it may be used, in milliseconds, if the page says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_ms: Option<u64>,
}

/// What may be known of a shared key and its key URI without knowing the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub struct KeyFacts {
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Mark>,
    /// Its length in bytes.
    pub bytes: u32,
    /// Whether codes are of a counter, not of the time.
    pub is_counter: bool,
    /// Whether a counter is given.
    pub has_counter: bool,
    /// The hash function.
    pub algorithm: String,
    /// Digits of a code.
    pub digits: u32,
    /// Seconds of a time step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// The issuer in the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_issuer: Option<String>,
    /// The issuer parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether the secret is written with padding.
    pub is_padded: bool,
    /// Whether the label holds the secret.
    pub label_tells: bool,
    /// The suite of a key that answers challenges; such a key stands in no key URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
}

impl Event {
    /// Visits every running text that may hold a secret.
    pub(super) fn for_each_text(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Answered { observed, shown, .. } => {
                visit(shown);
                observed.destination.iter_mut().for_each(&mut *visit);
            }
            Self::NotAnswered { why, .. } => visit(why),
            Self::MessageArrived { subject, text, why, form, .. } => {
                let headers = form.mail.iter_mut().flat_map(|mail| &mut mail.headers);
                headers.for_each(|(_, value)| visit(value));
                subject.iter_mut().for_each(&mut *visit);
                visit(text);
                visit(why);
            }
            Self::Compared { expected, observed, .. } => {
                visit(expected);
                visit(observed);
            }
            Self::Noted { text } => visit(text),
            Self::Finished { early } => early.iter_mut().for_each(visit),
            Self::Started { .. }
            | Self::Declared { .. }
            | Self::PersonInvented { .. }
            | Self::DeviceMade { .. }
            | Self::CodesCompared { .. }
            | Self::Asked { .. }
            | Self::Drilled { .. }
            | Self::AtOnce { .. }
            | Self::Acted { .. }
            | Self::Waited { .. }
            | Self::Disturbed { .. }
            | Self::ClockAdvanced { .. } => {}
        }
    }
}
