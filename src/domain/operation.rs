//! What can be asked of a subject: a closed, versioned set.

use super::{Channel, Persona, Secret, TokenKind};
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
        code: Secret,
    },
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
    /// Move the subject's clock forward.
    AdvanceClock {
        /// By how much.
        by: Duration,
    },
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
            Self::AdvanceClock => "advance_clock",
        })
    }
}
