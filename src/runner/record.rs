//! Writes operations and replies into the journal, secrets as marks.

use super::key_facts;
use crate::domain::{Activation, Answer, Entered, Operation, Reply, Secret};
use crate::journal::{Journal, Observed, Offered, Request, SecretKind};
use crate::world::qr_secret;
use std::time::Duration;

/// The journal form of an operation.
pub(super) fn request(journal: &mut Journal, operation: &Operation) -> Request {
    let mut request = Request::bare(operation.kind());
    match operation {
        Operation::Provision(persona) => {
            request.user = Some(persona.user.clone());
            request.password = Some(journal.mark(SecretKind::Password, &persona.password));
        }
        Operation::SignIn { user, password } => {
            request.user = Some(user.clone());
            request.password = Some(journal.mark(SecretKind::Password, password));
        }
        Operation::ChooseChannel { channel } => request.channel = Some(*channel),
        Operation::SubmitCode { code: Entered::Text(code) }
        | Operation::ConfirmEnrolment { code: Some(code) } => {
            request.code = Some(journal.mark(SecretKind::Code, code));
        }
        Operation::SubmitRegistrationCode { code } => {
            request.code = Some(journal.mark(SecretKind::RegistrationCode, code));
        }
        Operation::BeginEnrolment { token } => request.token = Some(*token),
        Operation::RevokeToken { token } => request.target = Some(token.clone()),
        Operation::Unlock { user } | Operation::ResetFactors { user } => {
            request.user = Some(user.clone());
        }
        Operation::Resynchronise { first, second } => {
            request.code = Some(journal.mark(SecretKind::Code, first));
            request.second = Some(journal.mark(SecretKind::Code, second));
        }
        // Which of a list is meant, only the player knows.
        Operation::SubmitCode { code: Entered::List(_) }
        | Operation::ResendCode
        | Operation::ConfirmEnrolment { code: None }
        | Operation::RequestPush
        | Operation::AwaitPush
        | Operation::CreateCertificate { .. }
        | Operation::Probe
        | Operation::ListTokens
        | Operation::Cancel
        | Operation::SignOut
        | Operation::AdvanceClock { .. } => {}
    }
    request
}

/// The journal form of an answer.
pub(super) fn answered(journal: &mut Journal, answer: &Answer) -> Observed {
    let unseen = answer.unseen.clone();
    Observed { unseen, ..observed(journal, &answer.reply) }
}

/// The journal form of a reply.
fn observed(journal: &mut Journal, reply: &Reply) -> Observed {
    let mut observed = Observed::bare(reply.kind());
    match reply {
        Reply::CodeRequired { channel, destination, alternatives } => {
            observed.channel = Some(*channel);
            observed.destination.clone_from(destination);
            observed.alternatives.clone_from(alternatives);
        }
        Reply::EnrolmentRequired { offers: tokens } => observed.tokens.clone_from(tokens),
        Reply::TokenRequired { methods: tokens, challenge } => {
            observed.tokens.clone_from(tokens);
            observed.challenge.clone_from(challenge);
        }
        Reply::Activation(activation) => {
            observed.challenge.clone_from(&activation.challenge);
            observed.offered = Some(offered(journal, activation));
        }
        Reply::PushSent { number } => observed.number.clone_from(number),
        Reply::SignedIn { assurance } => observed.assurance = Some(*assurance),
        Reply::Certificate { pem } => {
            let pem = Secret::new(pem.clone());
            observed.certificate = Some(journal.mark(SecretKind::Certificate, &pem));
        }
        Reply::Tokens(bound) => observed.bound.clone_from(bound),
        Reply::Rejected(rejection) => {
            observed.class = Some(rejection.class);
            observed.retry_after_ms = rejection.retry_after.map(milliseconds);
        }
        Reply::Unsupported { feature } => observed.feature = Some(feature.clone()),
        Reply::Done | Reply::RegistrationCodeRequired | Reply::Enrolled | Reply::SignedOut => {}
    }
    observed
}

fn offered(journal: &mut Journal, activation: &Activation) -> Offered {
    let qr = activation.qr.as_ref().map(qr_secret);
    let key = key_facts::of(journal, activation);
    let mut mark = |kind, secret: Option<&Secret>| secret.map(|secret| journal.mark(kind, secret));
    Offered {
        qr: mark(SecretKind::QrCode, qr.as_ref()),
        link: mark(SecretKind::Link, activation.link.as_ref()),
        password: mark(SecretKind::ActivationPassword, activation.password.as_ref()),
        address: activation.address.clone(),
        serial_number: activation.serial_number.clone(),
        activation_code: mark(SecretKind::ActivationCode, activation.activation_code.as_ref()),
        key_file: mark(SecretKind::KeyFile, activation.key_file.as_ref()),
        key,
        expires_in_ms: activation.expires_in.map(milliseconds),
    }
}

/// A duration as the journal keeps it.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
