//! Verbs of a person at the portal: each asks the subject something.

use super::Grammar;
use crate::domain::operation::Writing;
use crate::domain::{Channel, TokenKind};
use crate::scenario::expect::{ACTIVATION, ReplyExpect};
use crate::scenario::plan::{Ask, CodeText, Field, Verb};
use crate::scenario::scope::Scope;
use crate::scenario::syntax::{At, Who, Written};
use schemars::JsonSchema;
use serde::Deserialize;

/// A question without arguments.
macro_rules! bare_ask {
    ($(#[$doc:meta])* $name:literal => $ask:ident) => {
        $(#[$doc])*
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $ask {}

        impl Grammar for $ask {
            const NAME: &'static str = $name;
            type Expect = ReplyExpect;

            fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
                Some(Verb::Ask(Ask::$ask))
            }
        }
    };
}

bare_ask!(
    /// Asks for another message with a PIN over the same channel.
    "resend_code" => ResendCode
);
bare_ask!(
    /// Asks whether the notification at the app was answered.
    "await_push" => AwaitPush
);
bare_ask!(
    /// Creates the signing certificate.
    "create_certificate" => CreateCertificate
);
bare_ask!(
    /// Asks what the session may do now.
    "probe" => Probe
);
bare_ask!(
    /// Lists the tokens bound to the signed-in person.
    "list_tokens" => ListTokens
);
bare_ask!(
    /// Leaves the step at hand without finishing it.
    "cancel" => Cancel
);
bare_ask!(
    /// Ends the session.
    "sign_out" => SignOut
);

/// User name and password at the portal.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// Whose user name.
    who: At<Who>,
    /// Another password than theirs.
    password: Option<At<Written>>,
}

/// Asks for the PIN over another channel: the guide's Alternative Authentication.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChooseChannel {
    /// The channel wanted.
    channel: Channel,
}

/// Types a PIN, or a code of a token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["code"]}, {"required": ["wrong_for"]}]))]
pub(super) struct SubmitCode {
    /// This code.
    code: Option<At<Written>>,
    /// A code that differs from this one in every digit.
    wrong_for: Option<At<Written>>,
    /// How the code is written, if not as it is.
    written: Option<Writing>,
}

/// Asks for a notification at the app instead of typing a code; the number of the page is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestPush {}

/// Begins to set up a second factor; what the page shows is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginEnrolment {
    /// Which kind of token.
    token: TokenKind,
}

/// Types the registration code that a desktop token shows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitRegistrationCode {
    /// The registration code.
    code: At<Written>,
}

/// Clicks the OK button; some subjects want a code of the token here.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmEnrolment {
    /// The code, where one is asked for.
    code: Option<At<Written>>,
    /// A code that differs from this one in every digit.
    wrong_for: Option<At<Written>>,
}

/// Types two codes in a row of a token whose counter or clock has run away.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resynchronise {
    /// The first code.
    first: At<Written>,
    /// The code after it.
    second: At<Written>,
}

/// An administrator takes all tokens of a person away, so that they can begin again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetFactors {
    /// Whose.
    who: At<Who>,
}

/// Unbinds a token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeToken {
    /// The serial number shown at its enrolment.
    token: At<Written>,
}

/// An administrator lifts the lock of a person.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnlockAccount {
    /// Whose.
    who: At<Who>,
}

impl Grammar for SignIn {
    const NAME: &'static str = "sign_in";
    const KEEPS: &'static [Field] = &[Field::Challenge];
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let person = scope.person(&self.who);
        let password = scope.optional_text(self.password.as_ref());
        Some(Verb::Ask(Ask::SignIn { person: person?, password: password? }))
    }
}

impl Grammar for ChooseChannel {
    const NAME: &'static str = "choose_channel";
    const SHORT: Option<&'static str> = Some("channel");
    type Expect = ReplyExpect;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::ChooseChannel(self.channel)))
    }
}

impl Grammar for SubmitCode {
    const NAME: &'static str = "submit_code";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let code = match (self.code, self.wrong_for) {
            (Some(code), None) => CodeText::Exactly(scope.text(&code)?),
            (None, Some(code)) => CodeText::WrongFor(scope.text(&code)?),
            (Some(_), Some(second)) => {
                let message = "`code` and `wrong_for` exclude each other".to_owned();
                let help = "keep one of the two".to_owned();
                scope.blame("fields-exclude", second.span, message, help);
                return None;
            }
            (None, None) => {
                let message = "the code is missing".to_owned();
                let help = "add `code: $name.code`, or `wrong_for: $name.code`".to_owned();
                scope.blame("missing-field", scope.span, message, help);
                return None;
            }
        };
        let written = self.written.filter(|_| matches!(code, CodeText::Exactly(_)));
        Some(Verb::Ask(Ask::SubmitCode { code, written }))
    }
}

impl Grammar for RequestPush {
    const NAME: &'static str = "request_push";
    const KEEPS: &'static [Field] = &[Field::Number];
    type Expect = ReplyExpect;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::RequestPush))
    }
}

impl Grammar for BeginEnrolment {
    const NAME: &'static str = "begin_enrolment";
    const KEEPS: &'static [Field] = ACTIVATION;
    type Expect = ReplyExpect;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::BeginEnrolment(self.token)))
    }
}

impl Grammar for SubmitRegistrationCode {
    const NAME: &'static str = "submit_registration_code";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::SubmitRegistrationCode(scope.text(&self.code)?)))
    }
}

impl Grammar for ConfirmEnrolment {
    const NAME: &'static str = "confirm_enrolment";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let code = scope.optional_text(self.code.as_ref())?.map(CodeText::Exactly);
        let wrong = scope.optional_text(self.wrong_for.as_ref())?.map(CodeText::WrongFor);
        if let (Some(_), Some(second)) = (&code, &self.wrong_for) {
            let message = "`code` and `wrong_for` exclude each other".to_owned();
            scope.blame("fields-exclude", second.span, message, "keep one of the two".to_owned());
            return None;
        }
        Some(Verb::Ask(Ask::ConfirmEnrolment(code.or(wrong))))
    }
}

impl Grammar for Resynchronise {
    const NAME: &'static str = "resynchronise";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let (first, second) = (scope.text(&self.first), scope.text(&self.second));
        Some(Verb::Ask(Ask::Resynchronise { first: first?, second: second? }))
    }
}

impl Grammar for ResetFactors {
    const NAME: &'static str = "reset_factors";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::ResetFactors { person: scope.person(&self.who)? }))
    }
}

impl Grammar for RevokeToken {
    const NAME: &'static str = "revoke_token";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::RevokeToken(scope.text(&self.token)?)))
    }
}

impl Grammar for UnlockAccount {
    const NAME: &'static str = "unlock_account";
    type Expect = ReplyExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Ask(Ask::Unlock { person: scope.person(&self.who)? }))
    }
}
