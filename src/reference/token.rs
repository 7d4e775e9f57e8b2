//! The second factor: codes of the bound token, and what only both factors open.

use super::account::Bound;
use super::certificate::{Authority, NotIssued, Order};
use super::letter::Notice;
use super::session::Stage;
use super::turn::{Step, Turn};
use super::{Reference, View, defects};
use crate::domain::reply::BoundToken;
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
        if !self.may_skip_to_certificate()? {
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

    /// Whether a defect lets the session create a certificate where it stands.
    fn may_skip_to_certificate(&mut self) -> Result<bool, View> {
        let (reference, stage) = (self.reference, self.stage()?);
        let past_first = stage.is_past_first_factor();
        Ok(past_first && reference.has(&defects::CERTIFICATE_BEFORE_SECOND_FACTOR)
            || matches!(stage, Stage::Enrolling { .. })
                && reference.has(&defects::CERTIFICATE_WHILE_ACTIVATING)
            || stage == Stage::Token && reference.has(&defects::CERTIFICATE_AT_TOKEN_STEP))
    }

    pub(super) fn list_tokens(&mut self) -> Step {
        if !self.reference.has(&defects::TOKENS_LISTED_TO_ANYONE) {
            self.refuse_unless_two_factor()?;
        }
        if self.reference.has(&defects::LIST_SHOWS_EVERYBODY) {
            let all = self.state.accounts.values().flat_map(|account| &account.tokens);
            let mut tokens: Vec<BoundToken> = all.map(|token| token.listed.clone()).collect();
            tokens.sort_unstable_by(|one, other| one.id.cmp(&other.id));
            return Ok(View::of(Reply::Tokens(tokens)));
        }
        let tokens = self.signed()?.1.tokens.iter().map(|token| token.listed.clone()).collect();
        Ok(View::of(Reply::Tokens(tokens)))
    }

    /// Unbinds a token; the person's other sessions end (they may be its thief's).
    pub(super) fn revoke_token(&mut self, id: &str) -> Step {
        let reference = self.reference;
        if !reference.has(&defects::REVOKE_WITHOUT_SECOND_FACTOR) {
            self.refuse_unless_two_factor()?;
        }
        let (user, own) = (self.owner_of(id)?, self.id);
        let account = self.state.accounts.get_mut(&user).ok_or(RejectionClass::Denied)?;
        account.tokens.retain(|token| token.listed.id != id);
        let bare = account.tokens.is_empty();
        if !reference.has(&defects::REVOCATION_KEEPS_SESSIONS) {
            self.state.sessions.retain(|other, session| session.user != user || other == own);
        }
        let (session, _) = self.signed()?;
        if bare && session.user == user && !reference.has(&defects::CERTIFICATE_AFTER_REVOCATION) {
            // Nothing of two factors is left: the person begins where a new one does.
            session.stage = Stage::MustEnrol;
        }
        if !reference.has(&defects::NO_REMOVAL_NOTICE) {
            self.notify(&user, Notice::Revoked);
        }
        Ok(View::of(Reply::Done))
    }

    /// Whose token `id` is, of those that the session may touch.
    fn owner_of(&mut self, id: &str) -> Result<String, View> {
        let anybody = self.reference.has(&defects::REVOKE_BY_NUMBER_ALONE);
        let own = self.user()?;
        let mut accounts = self.state.accounts.iter();
        let found = accounts.find(|(user, account)| {
            (anybody || **user == own) && account.tokens.iter().any(|token| token.listed.id == id)
        });
        Ok(found.map(|(user, _)| user.clone()).ok_or(RejectionClass::Denied)?)
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
