//! What a subject can answer: a closed, versioned set, with a small tree of rejection classes.

use super::{Assurance, Channel, Picture, Secret, TokenKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A reply, and what the subject literally said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub reply: Reply,
    /// What a person or program saw: the page or body, at most 64 KiB of it. Evidence only: it is
    /// searched for secrets that should not be there, and never parsed for a verdict.
    pub shown: String,
    /// The outward form of the answer, where it came over HTTP: what an attacker compares.
    pub form: Option<Form>,
    /// What of this reply the adapter does not look for, by the names that map files use: nobody
    /// can be blamed for lacking it.
    pub unseen: Vec<String>,
}

impl Answer {
    /// An answer of which everything is seen that it could hold.
    #[must_use]
    pub fn whole(reply: Reply, shown: String, form: Option<Form>) -> Self {
        Self { reply, shown, form, unseen: Vec::new() }
    }
}

/// The outward form of an answer without its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The HTTP status.
    pub status: u16,
    /// The names of the headers that a program sets, sorted, without those that always differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The shape of the body: the keys of a JSON body in order, or the media type.
    pub body: String,
}

impl Form {
    /// The shape of a JSON value: keys and kinds, without any value.
    #[must_use]
    pub fn shape(value: &serde_json::Value) -> String {
        use serde_json::Value;
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(_) => "number".to_owned(),
            Value::String(_) => "text".to_owned(),
            Value::Array(items) => match items.first() {
                Some(first) => format!("[{}]", Self::shape(first)),
                None => "[]".to_owned(),
            },
            Value::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", Self::shape(value)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }
}

/// What a subject answered, reduced to meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Done, nothing to tell (provision, unlock, advance the clock, cancel).
    Done,
    /// A PIN was sent and is asked for.
    CodeRequired {
        /// Over which channel it was sent.
        channel: Channel,
        /// Where to, as the page shows it.
        destination: Option<String>,
        /// The other channels on offer.
        alternatives: Vec<Channel>,
    },
    /// The session must set up a second factor before anything else.
    EnrolmentRequired {
        /// The kinds of token on offer.
        offers: Vec<TokenKind>,
    },
    /// The material to activate a token with.
    Activation(Box<Activation>),
    /// The registration code that the token shows is asked for.
    RegistrationCodeRequired,
    /// The token is bound.
    Enrolled,
    /// A code of an enrolled token is asked for.
    TokenRequired {
        /// The kinds of token that may answer.
        methods: Vec<TokenKind>,
        /// What a token that answers challenges is asked.
        challenge: Option<String>,
    },
    /// A notification is at the app, and the page waits for its answer.
    PushSent {
        /// The number to tap at the app, if the page shows one (number matching).
        number: Option<String>,
    },
    /// Signed in.
    SignedIn {
        /// How much was proven.
        assurance: Assurance,
    },
    /// The signing certificate.
    Certificate {
        /// The certificate in PEM.
        pem: String,
    },
    /// The bound tokens.
    Tokens(Vec<BoundToken>),
    /// No one is signed in.
    SignedOut,
    /// The subject said no.
    Rejected(Rejection),
    /// The subject has no such thing.
    Unsupported {
        /// What is missing.
        feature: String,
    },
}

/// A token as [`Reply::Tokens`] lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundToken {
    /// The serial number or other id.
    pub id: String,
    /// Its kind.
    pub kind: TokenKind,
}

/// What the enrolment page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activation {
    /// The QR code as a picture.
    pub qr: Option<Picture>,
    /// A key URI or activation link as text.
    pub link: Option<Secret>,
    /// The password shown beside the QR code.
    pub password: Option<Secret>,
    /// The address to type into the desktop program.
    pub address: Option<String>,
    /// The serial number.
    pub serial_number: Option<String>,
    /// The activation code.
    pub activation_code: Option<Secret>,
    /// A container with the key (RFC 6030).
    pub key_file: Option<Secret>,
    /// A challenge to answer with the new token.
    pub challenge: Option<String>,
    /// How long all this may be used, if the page says so.
    pub expires_in: Option<Duration>,
}

/// The subject said no, and perhaps why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The class of the refusal. A generic class is always acceptable.
    pub class: RejectionClass,
    /// When to try again, if the subject says so.
    pub retry_after: Option<Duration>,
}

/// Why a subject said no: a closed tree under `denied`.
///
/// A good server may refuse to say why, so an ancestor of the expected class always passes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum RejectionClass {
    /// No, without a reason.
    #[serde(rename = "denied")]
    Denied,
    /// The code is wrong.
    #[serde(rename = "code.invalid")]
    CodeInvalid,
    /// The code was right once and is too old.
    #[serde(rename = "code.expired")]
    CodeExpired,
    /// The code was used before.
    #[serde(rename = "code.spent")]
    CodeSpent,
    /// A newer code has taken its place.
    #[serde(rename = "code.superseded")]
    CodeSuperseded,
    /// The account or authenticator is locked.
    #[serde(rename = "locked")]
    Locked,
    /// Too many requests for now.
    #[serde(rename = "rate_limited")]
    RateLimited,
    /// The time to enrol is over.
    #[serde(rename = "enrolment.expired")]
    EnrolmentExpired,
    /// The enrolment contradicts another, or is not finished.
    #[serde(rename = "enrolment.conflict")]
    EnrolmentConflict,
    /// Not now: another step comes first.
    #[serde(rename = "wrong_step")]
    WrongStep,
    /// The request makes no sense.
    #[serde(rename = "malformed")]
    Malformed,
    /// The person said no at the app.
    #[serde(rename = "push.refused")]
    PushRefused,
    /// The notification was not answered in time.
    #[serde(rename = "push.expired")]
    PushExpired,
    /// The channel cannot be used for this person.
    #[serde(rename = "channel_unavailable")]
    ChannelUnavailable,
}

/// How an observed rejection class stands to an expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassMatch {
    /// The same, or an ancestor that says less.
    Agrees,
    /// Another reason for saying no: a weak pass, with a remark.
    Sibling,
}

impl RejectionClass {
    /// All classes.
    pub const ALL: [Self; 14] = [
        Self::Denied,
        Self::CodeInvalid,
        Self::CodeExpired,
        Self::CodeSpent,
        Self::CodeSuperseded,
        Self::Locked,
        Self::RateLimited,
        Self::EnrolmentExpired,
        Self::EnrolmentConflict,
        Self::WrongStep,
        Self::Malformed,
        Self::PushRefused,
        Self::PushExpired,
        Self::ChannelUnavailable,
    ];

    /// The class that says less, or nothing for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Denied => None,
            Self::CodeExpired | Self::CodeSpent | Self::CodeSuperseded => Some(Self::CodeInvalid),
            Self::CodeInvalid
            | Self::Locked
            | Self::RateLimited
            | Self::EnrolmentExpired
            | Self::EnrolmentConflict
            | Self::WrongStep
            | Self::Malformed
            | Self::PushRefused
            | Self::PushExpired
            | Self::ChannelUnavailable => Some(Self::Denied),
        }
    }

    /// Compares what was `observed` with this expected class.
    #[must_use]
    pub fn compare(self, observed: Self) -> ClassMatch {
        let mut ancestor = Some(self);
        while let Some(class) = ancestor {
            if class == observed {
                return ClassMatch::Agrees;
            }
            ancestor = class.parent();
        }
        ClassMatch::Sibling
    }
}

impl fmt::Display for RejectionClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "denied",
            Self::CodeInvalid => "code.invalid",
            Self::CodeExpired => "code.expired",
            Self::CodeSpent => "code.spent",
            Self::CodeSuperseded => "code.superseded",
            Self::Locked => "locked",
            Self::RateLimited => "rate_limited",
            Self::EnrolmentExpired => "enrolment.expired",
            Self::EnrolmentConflict => "enrolment.conflict",
            Self::WrongStep => "wrong_step",
            Self::Malformed => "malformed",
            Self::PushRefused => "push.refused",
            Self::PushExpired => "push.expired",
            Self::ChannelUnavailable => "channel_unavailable",
        })
    }
}

/// The names of the replies, as map files, journals and scenarios write them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// See [`Reply::Done`].
    Done,
    /// See [`Reply::CodeRequired`].
    CodeRequired,
    /// See [`Reply::EnrolmentRequired`].
    EnrolmentRequired,
    /// See [`Reply::Activation`].
    Activation,
    /// See [`Reply::RegistrationCodeRequired`].
    RegistrationCodeRequired,
    /// See [`Reply::Enrolled`].
    Enrolled,
    /// See [`Reply::TokenRequired`].
    TokenRequired,
    /// See [`Reply::PushSent`].
    PushSent,
    /// See [`Reply::SignedIn`].
    SignedIn,
    /// See [`Reply::Certificate`].
    Certificate,
    /// See [`Reply::Tokens`].
    Tokens,
    /// See [`Reply::SignedOut`].
    SignedOut,
    /// See [`Reply::Rejected`].
    Rejected,
    /// See [`Reply::Unsupported`].
    Unsupported,
}

impl Reply {
    /// Which reply this is.
    #[must_use]
    pub fn kind(&self) -> ReplyKind {
        match self {
            Self::Done => ReplyKind::Done,
            Self::CodeRequired { .. } => ReplyKind::CodeRequired,
            Self::EnrolmentRequired { .. } => ReplyKind::EnrolmentRequired,
            Self::Activation(_) => ReplyKind::Activation,
            Self::RegistrationCodeRequired => ReplyKind::RegistrationCodeRequired,
            Self::Enrolled => ReplyKind::Enrolled,
            Self::TokenRequired { .. } => ReplyKind::TokenRequired,
            Self::PushSent { .. } => ReplyKind::PushSent,
            Self::SignedIn { .. } => ReplyKind::SignedIn,
            Self::Certificate { .. } => ReplyKind::Certificate,
            Self::Tokens(_) => ReplyKind::Tokens,
            Self::SignedOut => ReplyKind::SignedOut,
            Self::Rejected(_) => ReplyKind::Rejected,
            Self::Unsupported { .. } => ReplyKind::Unsupported,
        }
    }

    /// A rejection of `class` that names no time.
    #[must_use]
    pub fn rejected(class: RejectionClass) -> Self {
        Self::Rejected(Rejection { class, retry_after: None })
    }
}

impl ReplyKind {
    /// What such a reply may hold or not, by the names that map files and adapters use.
    #[must_use]
    pub fn may_hold(self) -> &'static [&'static str] {
        match self {
            Self::CodeRequired => &["destination", "alternatives"],
            Self::Activation => &[
                "qr",
                "link",
                "password",
                "address",
                "serial_number",
                "activation_code",
                "key_file",
                "challenge",
                "expires_in",
            ],
            Self::TokenRequired => &["challenge"],
            Self::PushSent => &["number"],
            Self::Rejected => &["class", "retry_after"],
            Self::Unsupported => &["feature"],
            Self::Done
            | Self::EnrolmentRequired
            | Self::RegistrationCodeRequired
            | Self::Enrolled
            | Self::SignedIn
            | Self::Certificate
            | Self::Tokens
            | Self::SignedOut => &[],
        }
    }
}

impl fmt::Display for ReplyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::CodeRequired => "code_required",
            Self::EnrolmentRequired => "enrolment_required",
            Self::Activation => "activation",
            Self::RegistrationCodeRequired => "registration_code_required",
            Self::Enrolled => "enrolled",
            Self::TokenRequired => "token_required",
            Self::PushSent => "push_sent",
            Self::SignedIn => "signed_in",
            Self::Certificate => "certificate",
            Self::Tokens => "tokens",
            Self::SignedOut => "signed_out",
            Self::Rejected => "rejected",
            Self::Unsupported => "unsupported",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ClassMatch, RejectionClass};

    #[test]
    fn an_ancestor_of_the_expected_class_agrees() {
        use RejectionClass::{CodeExpired, CodeInvalid, CodeSpent, Denied, Locked};
        for observed in [CodeSpent, CodeInvalid, Denied] {
            assert_eq!(CodeSpent.compare(observed), ClassMatch::Agrees, "{observed}");
        }
        for observed in [CodeExpired, Locked] {
            assert_eq!(CodeSpent.compare(observed), ClassMatch::Sibling, "{observed}");
        }
    }

    #[test]
    fn a_class_is_written_as_it_is_shown() {
        for class in RejectionClass::ALL {
            let text = serde_json::to_string(&class).expect("a class serialises");
            assert_eq!(text, format!("\"{class}\""));
        }
    }
}
