//! The second factor: codes of the bound token, and what only both factors open.

use super::account::Bound;
use super::certificate::{Authority, NotIssued, Order};
use super::letter::Notice;
use super::turn::{Step, Turn};
use super::{Reference, View, defects};
use crate::domain::{Moment, RejectionClass, Reply, Secret};
use crate::otp::Window;

impl Turn<'_> {
    /// Tries `code` with each bound token.
    pub(super) fn accept_token_code(&mut self, code: &Secret) -> Result<(), RejectionClass> {
        let (reference, now) = (self.reference, self.now);
        let (_, account) = self.signed().map_err(|_| RejectionClass::WrongStep)?;
        let mut outcome = Err(RejectionClass::CodeInvalid);
        for token in &mut account.tokens {
            match token.accept(code, now, reference) {
                Err(RejectionClass::CodeInvalid) => {}
                decided => outcome = decided,
            }
        }
        outcome
    }

    pub(super) fn create_certificate(&mut self, request: Option<&str>) -> Step {
        let past_first = self.stage()?.is_past_first_factor();
        if !(past_first && self.reference.has(&defects::CERTIFICATE_BEFORE_SECOND_FACTOR)) {
            self.refuse_unless_two_factor()?;
        }
        let (user, now, parameters) = (self.user()?, self.now, self.reference.parameters());
        let serial = Order::serial(&mut self.state.chance);
        let authority = match self.state.authority.take() {
            Some(authority) => authority,
            None => Authority::new(&parameters.public_name).map_err(|error| refused(&error))?,
        };
        let authority = self.state.authority.insert(authority);
        let account = self.state.accounts.get(&user).ok_or(RejectionClass::WrongStep)?;
        let order = Order { persona: &account.persona, request, now, serial };
        let pem = authority.issue(&order, parameters).map_err(|error| refused(&error))?;
        Ok(View::of(Reply::Certificate { pem }))
    }

    pub(super) fn list_tokens(&mut self) -> Step {
        self.refuse_unless_two_factor()?;
        let tokens = self.signed()?.1.tokens.iter().map(|token| token.listed.clone()).collect();
        Ok(View::of(Reply::Tokens(tokens)))
    }

    /// Unbinds a token; the person's other sessions end (they may be its thief's).
    pub(super) fn revoke_token(&mut self, id: &str) -> Step {
        self.refuse_unless_two_factor()?;
        let (_, account) = self.signed()?;
        let place = account.tokens.iter().position(|token| token.listed.id == id);
        account.tokens.remove(place.ok_or(RejectionClass::Denied)?);
        let (user, own) = (self.user()?, self.id);
        self.state.sessions.retain(|other, session| session.user != user || other == own);
        self.notify(&user, Notice::Revoked);
        Ok(View::of(Reply::Done))
    }
}

impl Bound {
    /// Accepts a code of a step that is near enough and later than all accepted before
    /// (RFC 6238 §5.2).
    pub(super) fn accept(
        &mut self,
        code: &Secret,
        now: Moment,
        reference: &Reference,
    ) -> Result<(), RejectionClass> {
        let window = Window::around(reference.window_steps());
        let step = self.totp.verify(code.reveal(), now, window);
        let step = step.ok_or(RejectionClass::CodeInvalid)?;
        let spent = self.last_step.is_some_and(|last| step <= last);
        if spent && !reference.has(&defects::REPLAY_ACCEPTED) {
            return Err(RejectionClass::CodeSpent);
        }
        self.last_step = self.last_step.max(Some(step));
        Ok(())
    }
}

fn refused(error: &NotIssued) -> View {
    match error {
        NotIssued::BadRequest => RejectionClass::Malformed.into(),
        NotIssued::Failed(_) => RejectionClass::Denied.into(),
    }
}
