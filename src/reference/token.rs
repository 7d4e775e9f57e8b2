//! The second factor: codes of the bound token, and what only both factors open.

use super::certificate::{Authority, NotIssued, Order};
use super::letter::Notice;
use super::session::Stage;
use super::turn::{Step, Turn};
use super::{View, authenticator, defects};
use crate::domain::reply::BoundToken;
use crate::domain::{RejectionClass, Reply, Secret};

impl Turn<'_> {
    /// Tries `code` with each bound token.
    pub(super) fn accept_token_code(&mut self, code: &Secret) -> Result<(), RejectionClass> {
        let (reference, now) = (self.reference, self.now);
        let (session, account) = self.signed().map_err(|_| RejectionClass::WrongStep)?;
        let mut outcome = Err(RejectionClass::CodeInvalid);
        let revoked = account.revoked.iter_mut();
        let revoked = revoked.filter(|_| reference.has(&defects::REVOKED_TOKEN_ACCEPTED));
        for token in account.tokens.iter_mut().chain(revoked) {
            match token.verifier.accept(code, now, session.challenge.as_deref(), reference) {
                Err(RejectionClass::CodeInvalid) => {}
                decided => outcome = decided,
            }
        }
        if outcome.is_ok() && !reference.has(&defects::OCRA_CHALLENGE_REUSED) {
            session.challenge = None;
        }
        outcome
    }

    /// Asks for a code of a bound token, with a new challenge where one of them answers such.
    pub(super) fn ask_for_token(&mut self) -> Step {
        let (reference, fresh) = (self.reference, self.new_challenge());
        let (session, account) = self.signed()?;
        session.stage = Stage::Token;
        if account.tokens.iter().any(|token| token.verifier.wants_challenge()) {
            session.challenge = Some(fresh);
            if reference.has(&defects::OCRA_CHALLENGE_REUSED) {
                let first = account
                    .persona
                    .user
                    .bytes()
                    .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
                session.challenge = Some(format!("{:010}", first % 10_000_000_000));
            }
        }
        let (methods, challenge) = (account.methods(), session.challenge.clone());
        Ok(View::of(Reply::TokenRequired { methods, challenge }))
    }

    fn new_challenge(&mut self) -> String {
        authenticator::challenge(self.reference, &mut self.state.chance)
    }

    /// Two codes in a row bring a token back whose counter or clock has run away.
    pub(super) fn resynchronise(&mut self, first: &Secret, second: &Secret) -> Step {
        self.refuse_if_locked()?;
        if self.stage()? != Stage::Token {
            return Err(RejectionClass::WrongStep.into());
        }
        let (reference, now) = (self.reference, self.now);
        let (_, account) = self.signed()?;
        let mut tokens = account.tokens.iter_mut();
        let found =
            tokens.any(|one| one.verifier.resynchronise((first, second), now, reference).is_ok());
        if found {
            return Ok(View::of(Reply::Done));
        }
        self.strike()?;
        Err(RejectionClass::CodeInvalid.into())
    }

    /// An administrator's act: the person begins again, and everything of before is over.
    pub(super) fn reset_factors(&mut self, user: &str) -> Step {
        let reference = self.reference;
        let account = self.state.accounts.get_mut(user).ok_or(RejectionClass::Denied)?;
        if reference.has(&defects::REVOKED_PHONE_ANSWERS) {
            account.revoked.append(&mut account.tokens);
        }
        if !reference.has(&defects::RESET_KEEPS_TOKEN) {
            account.tokens.clear();
        }
        self.state.drop_pending(user);
        if !reference.has(&defects::RESET_KEEPS_SESSIONS) {
            self.state.sessions.retain(|_, session| session.user != user);
        }
        self.notify(user, Notice::Reset);
        Ok(View::of(Reply::Done))
    }

    pub(super) fn create_certificate(&mut self, request: Option<&str>) -> Step {
        if !self.may_skip_to_certificate()? {
            self.refuse_unless_two_factor()?;
        }
        if self.reference.has(&defects::CERTIFICATE_REFUSED) {
            return Err(RejectionClass::Denied.into());
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
        let again = self.reference.has(&defects::SECRET_SHOWN_AGAIN);
        let (_, account) = self.signed()?;
        let tokens = account.tokens.iter().map(|token| token.listed.clone()).collect();
        let shown = account.tokens.iter().find_map(|token| token.shown.as_ref()?.secret());
        let leaked = shown.filter(|_| again).cloned();
        Ok(View::of(Reply::Tokens(tokens)).with_leaked(leaked))
    }

    /// Unbinds a token; the person's other sessions end (they may be its thief's).
    pub(super) fn revoke_token(&mut self, id: &str) -> Step {
        let reference = self.reference;
        if !reference.has(&defects::REVOKE_WITHOUT_SECOND_FACTOR) {
            self.refuse_unless_two_factor()?;
        }
        let (user, own) = (self.owner_of(id)?, self.id);
        let account = self.state.accounts.get_mut(&user).ok_or(RejectionClass::Denied)?;
        let place = account.tokens.iter().position(|token| token.listed.id == id);
        let token = account.tokens.remove(place.ok_or(RejectionClass::Denied)?);
        if reference.has(&defects::REVOKED_TOKEN_ACCEPTED)
            || reference.has(&defects::REVOKED_PHONE_ANSWERS)
        {
            account.revoked.push(token);
        }
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

fn refused(error: &NotIssued) -> View {
    match error {
        NotIssued::BadRequest => RejectionClass::Malformed.into(),
        NotIssued::Failed(_) => RejectionClass::Denied.into(),
    }
}
