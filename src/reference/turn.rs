//! One operation of one session, decided under the lock: what the guide allows at which stage.

use super::account::Account;
use super::core::State;
use super::letter::{self, Notice, Postmark};
use super::lockout::{Locked, Struck, Tally};
use super::parameters::Throttle;
use super::session::{Session, SessionId, Stage};
use super::{Reference, View, defects};
use crate::domain::{
    Assurance, Channel, Entered, Message, Moment, Operation, Persona, RejectionClass, Reply,
    Secret, TokenKind,
};

/// What an operation may touch.
pub(super) struct Turn<'a> {
    pub(super) reference: &'a Reference,
    pub(super) state: &'a mut State,
    pub(super) id: &'a SessionId,
    pub(super) now: Moment,
    pub(super) outgoing: Outgoing,
}

/// What is sent once the lock is released.
#[derive(Default)]
pub(super) struct Outgoing {
    pub(super) pin: Option<OutgoingPin>,
    pub(super) notices: Vec<Message>,
}

/// A PIN on its way; it dies if it cannot be sent.
pub(super) struct OutgoingPin {
    pub(super) user: String,
    pub(super) code: Secret,
    pub(super) messages: Vec<Message>,
}

/// An answer, or the refusal that ends the operation.
pub(super) type Step = Result<View, View>;

impl From<RejectionClass> for View {
    fn from(class: RejectionClass) -> Self {
        Self::rejected(class)
    }
}

impl<'a> Turn<'a> {
    /// The turn of the session called `id`, which ends here if it was idle for too long.
    pub(super) fn new(reference: &'a Reference, state: &'a mut State, id: &'a SessionId) -> Self {
        let now = reference.clock().now();
        if let Some(session) = state.sessions.get_mut(id) {
            let lifetime = match session.stage {
                Stage::SignedIn(Assurance::TwoFactor) => reference.parameters().signed_in_idle,
                Stage::Pin(_)
                | Stage::Token
                | Stage::MustEnrol
                | Stage::Enrolling { .. }
                | Stage::Enrolled
                | Stage::SignedIn(Assurance::SingleFactor) => {
                    reference.parameters().session_lifetime
                }
            };
            let idle = now >= session.last_seen + lifetime;
            let waits_for_mail = matches!(session.stage, Stage::Pin(challenge)
                if challenge.channel == Channel::Email)
                && reference.has(&defects::MAIL_PIN_LIVES_FOR_DAYS);
            if idle && !waits_for_mail && !reference.has(&defects::SESSION_NEVER_IDLES) {
                state.sessions.remove(id);
            } else {
                session.last_seen = now;
            }
        }
        Self { reference, state, id, now, outgoing: Outgoing::default() }
    }

    pub(super) fn take(&mut self, operation: &Operation) -> Step {
        match operation {
            Operation::Provision(persona) => self.provision(persona),
            Operation::SignIn { user, password } => self.sign_in(user, password),
            Operation::ChooseChannel { channel } => self.choose_channel(*channel),
            Operation::ResendCode => self.resend_code(),
            Operation::SubmitCode { code: Entered::Text(code) } => self.submit_code(code),
            Operation::SubmitCode { code: Entered::List(codes) } => self.submit_list(codes),
            Operation::RequestPush => self.request_push(),
            Operation::AwaitPush => self.await_push(),
            Operation::BeginEnrolment { token } => self.begin_enrolment(*token),
            Operation::SubmitRegistrationCode { code } => self.submit_registration_code(code),
            Operation::ConfirmEnrolment { code } => self.confirm_enrolment(code.as_ref()),
            Operation::CreateCertificate { csr_pem } => self.create_certificate(csr_pem.as_deref()),
            Operation::Probe => Ok(self.probe()),
            Operation::ListTokens => self.list_tokens(),
            Operation::RevokeToken { token } => self.revoke_token(token),
            Operation::Cancel => self.cancel(),
            Operation::SignOut => self.sign_out(),
            Operation::Unlock { user } => self.unlock(user),
            Operation::Resynchronise { first, second } => self.resynchronise(first, second),
            Operation::ResetFactors { user } => self.reset_factors(user),
            Operation::AdvanceClock { .. } => Ok(self.clock_moved()),
        }
    }

    /// The session and its person, or `wrong_step` if there is none.
    pub(super) fn signed(&mut self) -> Result<(&mut Session, &mut Account), View> {
        let session = self.state.sessions.get_mut(self.id).ok_or(RejectionClass::WrongStep)?;
        let account =
            self.state.accounts.get_mut(&session.user).ok_or(RejectionClass::WrongStep)?;
        Ok((session, account))
    }

    /// Where the session stands, or `wrong_step` if it has not begun.
    pub(super) fn stage(&mut self) -> Result<Stage, View> {
        Ok(self.signed()?.0.stage)
    }

    /// Whose session it is, or `wrong_step`.
    pub(super) fn user(&mut self) -> Result<String, View> {
        Ok(self.signed()?.0.user.clone())
    }

    /// Refuses with `locked` while the session's account is.
    pub(super) fn refuse_if_locked(&mut self) -> Result<(), View> {
        let (reference, now) = (self.reference, self.now);
        let checked = self.tally()?.check(reference.parameters(), now);
        checked.map_err(|locked| self.barred(locked))?;
        if reference.has(&defects::LOCKOUT_FOR_EVERYONE) && self.is_anybody_locked() {
            return Err(RejectionClass::Locked.into());
        }
        Ok(())
    }

    /// The refusal while a lock or a delay lasts.
    pub(super) fn barred(&self, locked: Locked) -> View {
        let class = match self.reference.parameters().throttle {
            Throttle::Lock => RejectionClass::Locked,
            Throttle::Delay => RejectionClass::RateLimited,
        };
        View::rejected_until(class, locked.left)
    }

    fn is_anybody_locked(&mut self) -> bool {
        let (reference, now) = (self.reference, self.now);
        let mut accounts = self.state.accounts.values_mut();
        accounts.any(|account| account.tally.check(reference.parameters(), now).is_err())
    }

    /// Counts a wrong code of this session.
    pub(super) fn strike(&mut self) -> Result<(), View> {
        let (reference, now) = (self.reference, self.now);
        if reference.has(&defects::NO_LOCKOUT) {
            return Ok(());
        }
        if self.tally()?.fail(reference.lockout_attempts(), reference.parameters(), now)
            == Struck::LocksNow
        {
            let user = self.user()?;
            self.on_lock(&user);
            if reference.parameters().lock_ends_session {
                self.state.sessions.remove(self.id);
            }
        }
        Ok(())
    }

    /// The failures that count for codes of this session.
    pub(super) fn tally(&mut self) -> Result<&mut Tally, View> {
        let per_session = self.reference.has(&defects::LOCKOUT_PER_SESSION);
        let (session, account) = self.signed()?;
        Ok(if per_session { &mut session.tally } else { &mut account.tally })
    }

    /// What a lock brings with it: no enrolment goes on, and the person is told.
    pub(super) fn on_lock(&mut self, user: &str) {
        self.state.drop_pending(user);
        if !self.reference.has(&defects::NO_LOCK_NOTICE) {
            self.notify(user, Notice::Locked);
        }
    }

    /// Tells the person, once in each session, that somebody knew their password and had no code
    /// of their token.
    pub(super) fn tell_of_half_sign_in(&mut self) -> Result<(), View> {
        let session = self.signed()?.0;
        let is_news = session.stage == Stage::Token && !session.half_told;
        session.half_told |= is_news;
        let user = session.user.clone();
        if is_news && !self.reference.has(&defects::HALF_SIGN_IN_UNTOLD) {
            self.notify(&user, Notice::HalfSignedIn);
        }
        Ok(())
    }

    /// Tells `user` by mail.
    pub(super) fn notify(&mut self, user: &str, notice: Notice) {
        let post = Postmark::new(self.now, &mut self.state.chance);
        let told = if self.reference.has(&defects::NOTICE_TO_ANOTHER) {
            self.state.accounts.iter().min_by_key(|(name, _)| *name).map(|(_, account)| account)
        } else {
            self.state.accounts.get(user)
        };
        if let Some(to) = told.and_then(|account| account.recipient(Channel::Email)) {
            self.outgoing.notices.push(letter::notice(to, (notice, user), self.reference, &post));
        }
    }

    /// Sends the password of an activation by mail, as no sound server does.
    pub(super) fn mail_activation(&mut self, user: &str, password: &Secret) {
        let post = Postmark::new(self.now, &mut self.state.chance);
        let account = self.state.accounts.get(user);
        if let Some(to) = account.and_then(|account| account.recipient(Channel::Email)) {
            self.outgoing.notices.push(letter::activation(to, password, self.reference, &post));
        }
    }

    fn provision(&mut self, persona: &Persona) -> Step {
        let user = &persona.user;
        let known = self.state.accounts.contains_key(user);
        if !known && self.state.accounts.len() >= State::MOST_PEOPLE {
            return Err(RejectionClass::RateLimited.into());
        }
        self.state.drop_pending(user);
        if known {
            self.state.sessions.retain(|_, session| session.user != *user);
        }
        self.state.strangers.forget(user);
        self.state.accounts.insert(user.clone(), Account::new(persona.clone()));
        Ok(View::of(Reply::Done))
    }

    fn unlock(&mut self, user: &str) -> Step {
        let account = self.state.accounts.get_mut(user).ok_or(RejectionClass::Denied)?;
        if self.reference.has(&defects::UNLOCK_DOES_NOTHING) {
            return Ok(View::of(Reply::Done));
        }
        account.tally.clear();
        for session in self.state.sessions.values_mut().filter(|session| session.user == user) {
            session.tally.clear();
        }
        Ok(View::of(Reply::Done))
    }

    fn clock_moved(&self) -> View {
        if self.reference.parameters().movable_clock {
            return View::of(Reply::Done);
        }
        View::of(Reply::Unsupported { feature: "advance_clock".to_owned() })
    }

    pub(super) fn probe(&mut self) -> View {
        let reference = self.reference;
        let Ok((session, account)) = self.signed() else {
            return View::of(Reply::SignedOut);
        };
        match session.stage {
            Stage::Pin(challenge) => super::sign_in::code_required(account, challenge, reference),
            Stage::Token => {
                if let Some(push) = session.push.as_ref() {
                    let number = account.pushes.number_of(push);
                    return View::of(Reply::PushSent { number });
                }
                let (methods, challenge) = (account.methods(), session.challenge.clone());
                View::of(Reply::TokenRequired { methods, challenge })
            }
            Stage::MustEnrol | Stage::Enrolling { .. } => must_enrol(reference),
            Stage::Enrolled => View::of(Reply::Enrolled),
            Stage::SignedIn(assurance) => View::of(Reply::SignedIn { assurance }),
        }
    }

    fn cancel(&mut self) -> Step {
        match self.stage()? {
            Stage::Enrolling { .. } => {
                let user = self.user()?;
                if !self.reference.has(&defects::CANCELLED_MATERIAL_LIVES) {
                    self.state.drop_pending(&user);
                }
                self.signed()?.0.stage = Stage::MustEnrol;
                if self.reference.has(&defects::ENROLMENT_STUCK_AFTER_CANCEL) {
                    self.signed()?.0.stage = Stage::Enrolled;
                }
            }
            Stage::Token if self.reference.has(&defects::CANCEL_SIGNS_IN) => {
                self.signed()?.0.stage = Stage::SignedIn(Assurance::TwoFactor);
                return Ok(View::of(Reply::SignedIn { assurance: Assurance::TwoFactor }));
            }
            Stage::Pin(_) | Stage::Token | Stage::MustEnrol => {
                self.state.sessions.remove(self.id);
            }
            Stage::Enrolled | Stage::SignedIn(_) => return Err(RejectionClass::WrongStep.into()),
        }
        Ok(View::of(Reply::Done))
    }

    fn sign_out(&mut self) -> Step {
        if matches!(self.stage(), Ok(Stage::Enrolling { .. })) {
            let user = self.user()?;
            self.state.drop_pending(&user);
        }
        if !self.reference.has(&defects::SIGN_OUT_KEEPS_SESSION) {
            self.state.sessions.remove(self.id);
        }
        Ok(View::of(Reply::SignedOut))
    }

    /// Refuses everything that needs both factors to a session that has not shown them.
    pub(super) fn refuse_unless_two_factor(&mut self) -> Result<(), View> {
        match self.stage()? {
            Stage::SignedIn(Assurance::TwoFactor) => Ok(()),
            Stage::Pin(_)
            | Stage::Token
            | Stage::MustEnrol
            | Stage::Enrolling { .. }
            | Stage::Enrolled
            | Stage::SignedIn(Assurance::SingleFactor) => Err(RejectionClass::WrongStep.into()),
        }
    }
}

/// The session must set up a second factor.
pub(super) fn must_enrol(reference: &Reference) -> View {
    let mut offers = reference.parameters().offers();
    offers.retain(|kind| {
        *kind != TokenKind::Desktop || !reference.has(&defects::DESKTOP_NOT_OFFERED)
    });
    View::of(Reply::EnrolmentRequired { offers })
}
