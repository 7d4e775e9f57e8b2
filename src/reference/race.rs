//! Where a defect checks first and writes later: the gap between the two, in which another
//! request sees the old state. Without such a defect every operation is one piece.

use super::account::Account;
use super::session::Stage;
use super::turn::Outgoing;
use super::{Defect, Reference, SessionId, View, defects};
use crate::domain::Operation;
use crate::domain::operation::OperationKind;
use std::time::Duration;

/// As long as a slow database takes to write: any request that was sent at once falls into it.
pub(super) const GAP: Duration = Duration::from_millis(20);

/// What is written late.
struct Late {
    user: String,
    /// Where the session stands then; only [`defects::RACE_CODE`] is late with it.
    stage: Option<Stage>,
    write: Box<dyn FnOnce(&mut Account) + Send>,
}

/// Decides `operation`; with a race defect, what it writes becomes visible only after a gap.
pub(super) async fn decide(
    reference: &Reference,
    session: &SessionId,
    operation: &Operation,
) -> (View, Outgoing) {
    if !is_open(reference, operation.kind()) {
        return reference.decide(session, operation);
    }
    let (view, outgoing, late) = split(reference, session, operation);
    tokio::time::sleep(GAP).await;
    if let Some(late) = late {
        let mut state = reference.state();
        if let (Some(one), Some(stage)) = (state.sessions.get_mut(session), late.stage) {
            one.stage = stage;
        }
        if let Some(account) = state.accounts.get_mut(&late.user) {
            (late.write)(account);
        }
    }
    (view, outgoing)
}

fn is_open(reference: &Reference, operation: OperationKind) -> bool {
    let any = |defects: &[&Defect]| defects.iter().any(|defect| reference.has(defect));
    if operation == OperationKind::SubmitCode {
        return any(&[&defects::RACE_CODE, &defects::RACE_TOKEN_CODE, &defects::RACE_ATTEMPTS]);
    }
    operation == OperationKind::ResendCode && any(&[&defects::RACE_MESSAGES])
}

/// Decides, then takes back what was written about the account, to be written again later.
fn split(
    reference: &Reference,
    session: &SessionId,
    operation: &Operation,
) -> (View, Outgoing, Option<Late>) {
    let before = snapshot(reference, session);
    let (view, outgoing) = reference.decide(session, operation);
    let late = before.and_then(|before| take_back(reference, session, before));
    (view, outgoing, late)
}

/// What of an account a race defect writes late.
struct Snapshot {
    user: String,
    pins: super::code::Pins,
    tally: super::lockout::Tally,
    verifiers: Vec<super::verifier::Verifier>,
    messages: Option<u32>,
    stage: Stage,
}

fn snapshot(reference: &Reference, session: &SessionId) -> Option<Snapshot> {
    let state = reference.state();
    let session = state.sessions.get(session)?;
    let account = state.accounts.get(&session.user)?;
    Some(Snapshot {
        user: session.user.clone(),
        pins: account.pins.clone(),
        tally: account.tally.clone(),
        verifiers: account.tokens.iter().map(|token| token.verifier.clone()).collect(),
        messages: session.stage.messages(),
        stage: session.stage,
    })
}

fn take_back(reference: &Reference, session: &SessionId, before: Snapshot) -> Option<Late> {
    let mut state = reference.state();
    if reference.has(&defects::RACE_MESSAGES)
        && let (Some(one), Some(messages)) = (state.sessions.get_mut(session), before.messages)
    {
        let counted = one.stage;
        one.stage.set_messages(messages);
        let write = Box::new(|_: &mut Account| {});
        return Some(Late { user: before.user, stage: Some(counted), write });
    }
    let mut stood = None;
    if reference.has(&defects::RACE_CODE)
        && let Some(one) = state.sessions.get_mut(session)
    {
        stood = Some(std::mem::replace(&mut one.stage, before.stage));
    }
    let account = state.accounts.get_mut(&before.user)?;
    let user = before.user;
    let write: Box<dyn FnOnce(&mut Account) + Send> = if reference.has(&defects::RACE_CODE) {
        let after = std::mem::replace(&mut account.pins, before.pins);
        Box::new(move |account| account.pins = after)
    } else if reference.has(&defects::RACE_ATTEMPTS) {
        let after = std::mem::replace(&mut account.tally, before.tally);
        Box::new(move |account| account.tally = after)
    } else {
        let mut after = Vec::new();
        for (token, verifier) in account.tokens.iter_mut().zip(before.verifiers) {
            after.push(std::mem::replace(&mut token.verifier, verifier));
        }
        Box::new(move |account| {
            for (token, verifier) in account.tokens.iter_mut().zip(after) {
                token.verifier = verifier;
            }
        })
    };
    Some(Late { user, stage: stood, write })
}
