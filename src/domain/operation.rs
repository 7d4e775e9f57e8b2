//! What can be asked of a subject: a closed, versioned set.

use super::entered::raised;
use super::{Channel, Entered, Persona, Secret, TokenKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// One thing asked of a subject, on behalf of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Make this person exist: user name, password, addresses; nothing enrolled.
    Provision(Box<Persona>),
    /// User name and password at the portal.
    SignIn {
        /// The user name.
        user: String,
        /// The password as typed.
        password: Secret,
    },
    /// The guide's Alternative Authentication: the PIN over another channel.
    ChooseChannel {
        /// The channel wanted.
        channel: Channel,
    },
    /// Another message with a PIN over the same channel.
    ResendCode,
    /// A PIN or a code of the token, as typed.
    SubmitCode {
        /// The code.
        code: Entered,
    },
    /// A notification at the app instead of a typed code.
    RequestPush,
    /// Whether the notification was answered; the page asks while it waits.
    AwaitPush,
    /// Begin to set up a second factor.
    BeginEnrolment {
        /// Which kind of token.
        token: TokenKind,
    },
    /// The registration code that a desktop token shows.
    SubmitRegistrationCode {
        /// The registration code.
        code: Secret,
    },
    /// The OK button; some subjects want a code of the token here.
    ConfirmEnrolment {
        /// The code, where one is asked for.
        code: Option<Secret>,
    },
    /// Create the signing certificate.
    CreateCertificate {
        /// A PKCS#10 request in PEM, or nothing for a key made by the subject.
        csr_pem: Option<String>,
    },
    /// What may this session do now? Answered with the reply that describes its state.
    Probe,
    /// The tokens bound to the signed-in person.
    ListTokens,
    /// Unbind a token.
    RevokeToken {
        /// The token's serial number or other id, as listed.
        token: String,
    },
    /// Leave the step at hand without finishing it.
    Cancel,
    /// End the session.
    SignOut,
    /// An administrator lifts the lock of a person.
    Unlock {
        /// The user name.
        user: String,
    },
    /// Two codes in a row of a token whose counter or clock has run away (RFC 4226 §7.4).
    Resynchronise {
        /// The first.
        first: Secret,
        /// The one after it.
        second: Secret,
    },
    /// An administrator takes all of a person's tokens away, so that they can begin again.
    ResetFactors {
        /// The user name.
        user: String,
    },
    /// Move the subject's clock forward.
    AdvanceClock {
        /// By how much.
        by: Duration,
    },
}

/// Ways in which people and attackers write a code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// With a space in the middle, as messages often print it.
    Spaced,
    /// With a hyphen in the middle.
    Hyphenated,
    /// With full-width digits, as some keyboards in East Asia type them.
    FullWidth,
    /// With a space before and a line end behind, as pasting brings them.
    Padded,
    /// Without its last character.
    Cut,
    /// With one more digit behind.
    Extended,
    /// With a zero in front.
    LeadingZero,
    /// With a NUL character and digits behind.
    Nul,
    /// Repeated up to ten thousand characters.
    Long,
    /// Nothing at all.
    Empty,
    /// A negative number in its place, which is no code however it is read.
    Negative,
    /// As a pattern that matches everything.
    Wildcard,
    /// As a list of one.
    Listed,
    /// As a list of three, between two wrong ones: who takes the first or the last of several
    /// fields takes a wrong one.
    Among,
}

impl Writing {
    /// What is submitted for `code`, written so.
    #[must_use]
    pub fn of(self, code: &Secret) -> Entered {
        match self {
            Self::Listed => Entered::List(vec![code.clone()]),
            Self::Among => Entered::List(vec![raised(code, 1), code.clone(), raised(code, 2)]),
            Self::Spaced
            | Self::Hyphenated
            | Self::FullWidth
            | Self::Padded
            | Self::Cut
            | Self::Extended
            | Self::LeadingZero
            | Self::Nul
            | Self::Long
            | Self::Empty
            | Self::Negative
            | Self::Wildcard => Entered::Text(Secret::new(self.text(code.reveal()))),
        }
    }

    /// How `code` looks, written so; each item of a list is written plainly.
    fn text(self, code: &str) -> String {
        let middle = code.char_indices().nth(code.chars().count() / 2).map_or(0, |(at, _)| at);
        let (head, tail) = code.split_at(middle);
        match self {
            Self::Spaced => format!("{head} {tail}"),
            Self::Hyphenated => format!("{head}-{tail}"),
            Self::FullWidth => code.chars().map(full_width).collect(),
            Self::Padded => format!(" {code}\r\n"),
            Self::Cut => code.chars().take(code.chars().count().saturating_sub(1)).collect(),
            Self::Extended => format!("{code}7"),
            Self::LeadingZero => format!("0{code}"),
            Self::Nul => format!("{code}\0{code}"),
            Self::Long => code.chars().cycle().take(10_000).collect(),
            Self::Empty => String::new(),
            Self::Negative => "-1".to_owned(),
            Self::Wildcard => "%".repeat(code.chars().count()),
            Self::Listed | Self::Among => code.to_owned(),
        }
    }

    /// Whether a person who reads it would say that it is the same code: a verifier may take it.
    #[must_use]
    pub fn means_the_same(self) -> bool {
        matches!(self, Self::Spaced | Self::Hyphenated | Self::FullWidth | Self::Padded)
    }
}

fn full_width(c: char) -> char {
    match c.to_digit(10) {
        Some(digit) => char::from_u32(u32::from('０') + digit).unwrap_or(c),
        None => c,
    }
}

/// The names of the operations, as map files, journals and scenarios write them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// See [`Operation::Provision`].
    Provision,
    /// See [`Operation::SignIn`].
    SignIn,
    /// See [`Operation::ChooseChannel`].
    ChooseChannel,
    /// See [`Operation::ResendCode`].
    ResendCode,
    /// See [`Operation::SubmitCode`].
    SubmitCode,
    /// See [`Operation::RequestPush`].
    RequestPush,
    /// See [`Operation::AwaitPush`].
    AwaitPush,
    /// See [`Operation::BeginEnrolment`].
    BeginEnrolment,
    /// See [`Operation::SubmitRegistrationCode`].
    SubmitRegistrationCode,
    /// See [`Operation::ConfirmEnrolment`].
    ConfirmEnrolment,
    /// See [`Operation::CreateCertificate`].
    CreateCertificate,
    /// See [`Operation::Probe`].
    Probe,
    /// See [`Operation::ListTokens`].
    ListTokens,
    /// See [`Operation::RevokeToken`].
    RevokeToken,
    /// See [`Operation::Cancel`].
    Cancel,
    /// See [`Operation::SignOut`].
    SignOut,
    /// See [`Operation::Unlock`].
    Unlock,
    /// See [`Operation::Resynchronise`].
    Resynchronise,
    /// See [`Operation::ResetFactors`].
    ResetFactors,
    /// See [`Operation::AdvanceClock`].
    AdvanceClock,
}

impl Operation {
    /// Which operation this is.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::Provision(_) => OperationKind::Provision,
            Self::SignIn { .. } => OperationKind::SignIn,
            Self::ChooseChannel { .. } => OperationKind::ChooseChannel,
            Self::ResendCode => OperationKind::ResendCode,
            Self::SubmitCode { .. } => OperationKind::SubmitCode,
            Self::RequestPush => OperationKind::RequestPush,
            Self::AwaitPush => OperationKind::AwaitPush,
            Self::BeginEnrolment { .. } => OperationKind::BeginEnrolment,
            Self::SubmitRegistrationCode { .. } => OperationKind::SubmitRegistrationCode,
            Self::ConfirmEnrolment { .. } => OperationKind::ConfirmEnrolment,
            Self::CreateCertificate { .. } => OperationKind::CreateCertificate,
            Self::Probe => OperationKind::Probe,
            Self::ListTokens => OperationKind::ListTokens,
            Self::RevokeToken { .. } => OperationKind::RevokeToken,
            Self::Cancel => OperationKind::Cancel,
            Self::SignOut => OperationKind::SignOut,
            Self::Unlock { .. } => OperationKind::Unlock,
            Self::Resynchronise { .. } => OperationKind::Resynchronise,
            Self::ResetFactors { .. } => OperationKind::ResetFactors,
            Self::AdvanceClock { .. } => OperationKind::AdvanceClock,
        }
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provision => "provision",
            Self::SignIn => "sign_in",
            Self::ChooseChannel => "choose_channel",
            Self::ResendCode => "resend_code",
            Self::SubmitCode => "submit_code",
            Self::RequestPush => "request_push",
            Self::AwaitPush => "await_push",
            Self::BeginEnrolment => "begin_enrolment",
            Self::SubmitRegistrationCode => "submit_registration_code",
            Self::ConfirmEnrolment => "confirm_enrolment",
            Self::CreateCertificate => "create_certificate",
            Self::Probe => "probe",
            Self::ListTokens => "list_tokens",
            Self::RevokeToken => "revoke_token",
            Self::Cancel => "cancel",
            Self::SignOut => "sign_out",
            Self::Unlock => "unlock",
            Self::Resynchronise => "resynchronise",
            Self::ResetFactors => "reset_factors",
            Self::AdvanceClock => "advance_clock",
        })
    }
}
