//! The first factor: user name, password and a delivered PIN.

use super::account::Account;
use super::core::State;
use super::letter::{self, Postmark};
use super::lockout::{Struck, Tally};
use super::session::{Challenge, Session, Stage};
use super::turn::{OutgoingPin, Step, Turn, must_enrol};
use super::{Reference, View, defects};
use crate::domain::{Assurance, Channel, Recipient, RejectionClass, Reply, Secret};

/// The longest user name that is looked up, in bytes: a mailbox (RFC 5321 §4.5.3.1.3) fits.
const LONGEST_USER: usize = 256;

impl Turn<'_> {
    /// Whatever comes of it, the session before it is over.
    pub(super) fn sign_in(&mut self, user: &str, password: &Secret) -> Step {
        self.state.sessions.remove(self.id);
        if user.len() > LONGEST_USER {
            return Err(RejectionClass::Denied.into());
        }
        self.refuse_if_name_locked(user)?;
        if !self.is_password_right(user, password) {
            self.strike_name(user);
            return Err(RejectionClass::Denied.into());
        }
        self.make_room()?;
        let account = self.state.accounts.get(user).ok_or(RejectionClass::Denied)?;
        let methods = account.methods();
        if methods.is_empty() || self.reference.has(&defects::PIN_SUFFICES_AFTER_ENROLMENT) {
            let channel = first_channel(account, self.reference);
            let number = self.state.next_number();
            self.open(user, Stage::Pin(Challenge { number, channel, messages: 0 }));
            return self.send_pin(channel);
        }
        self.open(user, Stage::Token);
        Ok(View::of(Reply::TokenRequired { methods }))
    }

    /// The guide's Alternative Authentication.
    pub(super) fn choose_channel(&mut self, channel: Channel) -> Step {
        let challenge = self.next_message()?;
        if self.signed()?.1.recipient(channel).is_none() {
            return Err(RejectionClass::ChannelUnavailable.into());
        }
        self.signed()?.1.pins.supersede(challenge.number);
        self.send_pin(channel)
    }

    pub(super) fn resend_code(&mut self) -> Step {
        let challenge = self.next_message()?;
        if self.reference.has(&defects::COUNTER_RESET_BY_RESEND) {
            self.tally()?.clear();
        }
        if !self.reference.has(&defects::RESEND_KEEPS_OLD_CODE) {
            self.signed()?.1.pins.supersede(challenge.number);
        }
        self.send_pin(challenge.channel)
    }

    pub(super) fn submit_code(&mut self, code: &Secret) -> Step {
        let locked = self.refuse_if_locked();
        if !self.reference.has(&defects::LOCKED_ACCEPTS_RIGHT_CODE) {
            locked.clone()?;
        }
        let accepted = match self.stage()? {
            Stage::Pin(challenge) => self.accept_pin(challenge, code),
            Stage::Token => self.accept_token_code(code),
            Stage::MustEnrol | Stage::Enrolling { .. } | Stage::Enrolled | Stage::SignedIn(_) => {
                return Err(RejectionClass::WrongStep.into());
            }
        };
        if let Err(class) = accepted {
            locked?;
            self.strike()?;
            return Err(class.into());
        }
        self.tally()?.clear();
        self.proceed()
    }

    fn accept_pin(&mut self, challenge: Challenge, code: &Secret) -> Result<(), RejectionClass> {
        let strangers = self.reference.has(&defects::CODE_OF_ANOTHER_PERSON_ACCEPTED);
        if strangers && self.is_pin_of_another(code) {
            return Ok(());
        }
        let (reference, now) = (self.reference, self.now);
        let (_, account) = self.signed().map_err(|_| RejectionClass::WrongStep)?;
        account.pins.accept(code, challenge.number, now, reference)?;
        account.pins.supersede(challenge.number);
        Ok(())
    }

    /// What a lookup by code alone, without the person, would find.
    fn is_pin_of_another(&self, code: &Secret) -> bool {
        let own = self.state.sessions.get(self.id).map(|session| &session.user);
        let mut others = self.state.accounts.iter().filter(|(user, _)| Some(*user) != own);
        others.any(|(_, account)| account.pins.knows(code))
    }

    /// The next stage after a right code.
    fn proceed(&mut self) -> Step {
        let reference = self.reference;
        let (session, account) = self.signed()?;
        let methods = account.methods();
        if session.stage == Stage::Token {
            return Ok(signed_in(session, Assurance::TwoFactor));
        }
        if methods.is_empty() && !reference.has(&defects::ENROLMENT_NOT_FORCED) {
            session.stage = Stage::MustEnrol;
            return Ok(must_enrol());
        }
        if methods.is_empty() || reference.has(&defects::PIN_SUFFICES_AFTER_ENROLMENT) {
            return Ok(signed_in(session, Assurance::SingleFactor));
        }
        // A token was bound by another session after this one's PIN was sent.
        session.stage = Stage::Token;
        Ok(View::of(Reply::TokenRequired { methods }))
    }

    /// The sign-in under way, if one more message may be sent for it.
    fn next_message(&mut self) -> Result<Challenge, View> {
        let Stage::Pin(challenge) = self.stage()? else {
            return Err(RejectionClass::WrongStep.into());
        };
        self.refuse_if_locked()?;
        if challenge.messages >= self.reference.parameters().messages_per_challenge {
            return Err(RejectionClass::RateLimited.into());
        }
        Ok(challenge)
    }

    /// Makes a new PIN and puts it on its way over `channel`.
    fn send_pin(&mut self, channel: Channel) -> Step {
        let code = Secret::new(self.state.chance.digits(self.reference.pin_digits()));
        let post = Postmark::new(self.now, &mut self.state.chance);
        let (reference, now) = (self.reference, self.now);
        let (session, account) = self.signed()?;
        let Stage::Pin(challenge) = &mut session.stage else {
            return Err(RejectionClass::WrongStep.into());
        };
        challenge.channel = channel;
        challenge.messages += 1;
        let to = pin_recipient(account, *challenge, reference)
            .ok_or(RejectionClass::ChannelUnavailable)?;
        let expires = now + reference.parameters().pin_lifetime;
        account.pins.issue(code.clone(), challenge.number, expires);
        let message = letter::pin(to, &code, reference.parameters(), &post);
        let copies = if reference.has(&defects::MESSAGE_SENT_TWICE) { 2 } else { 1 };
        let view = code_required(account, *challenge, reference);
        let user = session.user.clone();
        self.outgoing.pin = Some(OutgoingPin { user, code, messages: vec![message; copies] });
        Ok(view)
    }

    fn open(&mut self, user: &str, stage: Stage) {
        let (last_seen, tally) = (self.now, Tally::default());
        let session = Session { user: user.to_owned(), stage, last_seen, tally };
        self.state.sessions.insert(self.id.clone(), session);
    }

    fn make_room(&mut self) -> Result<(), View> {
        if self.state.sessions.len() >= State::MOST_SESSIONS {
            let (now, lifetime) = (self.now, self.reference.parameters().session_lifetime);
            self.state.sessions.retain(|_, session| now < session.last_seen + lifetime);
        }
        if self.state.sessions.len() >= State::MOST_SESSIONS {
            return Err(RejectionClass::RateLimited.into());
        }
        Ok(())
    }

    /// The lock comes before the password: a locked account must not tell whether it was right.
    fn refuse_if_name_locked(&mut self, user: &str) -> Result<(), View> {
        let (reference, now) = (self.reference, self.now);
        Ok(self.tally_of(user).check(reference.parameters(), now)?)
    }

    /// An unknown name is compared with something too, so that it takes as long.
    fn is_password_right(&self, user: &str, password: &Secret) -> bool {
        let account = self.state.accounts.get(user);
        let expected = account.map_or(password, |account| &account.persona.password);
        (*expected == *password) & account.is_some()
    }

    fn strike_name(&mut self, user: &str) {
        let (reference, now) = (self.reference, self.now);
        if reference.has(&defects::NO_LOCKOUT) {
            return;
        }
        if self.tally_of(user).fail(reference.parameters(), now) == Struck::LocksNow {
            self.on_lock(user);
        }
    }

    /// The failures of `user`, who need not exist.
    fn tally_of(&mut self, user: &str) -> &mut Tally {
        match self.state.accounts.get_mut(user) {
            Some(account) => &mut account.tally,
            None => self.state.strangers.tally(user),
        }
    }
}

/// By SMS, or by mail for a person without a mobile number: the guide's note to its second step.
fn first_channel(account: &Account, reference: &Reference) -> Channel {
    let by_mail = reference.has(&defects::EMAIL_ALTHOUGH_NUMBER_ON_FILE);
    if account.persona.mobile.is_some() && !by_mail { Channel::Sms } else { Channel::Email }
}

/// Where the PIN goes.
fn pin_recipient(
    account: &Account,
    challenge: Challenge,
    reference: &Reference,
) -> Option<Recipient> {
    if challenge.messages > 1 && reference.has(&defects::ALTERNATIVE_SENDS_SMS) {
        return account.recipient(Channel::Sms).or(account.recipient(Channel::Email));
    }
    account.recipient(challenge.channel)
}

/// The page that asks for the PIN.
pub(super) fn code_required(
    account: &Account,
    challenge: Challenge,
    reference: &Reference,
) -> View {
    let channel = challenge.channel;
    let unmasked = reference.has(&defects::DESTINATION_UNMASKED);
    let destination = account.recipient(channel).map(|recipient| match recipient {
        recipient if unmasked => recipient.to_string(),
        Recipient::Phone(number) => number.masked(),
        Recipient::Mailbox(mailbox) => mailbox.masked(),
    });
    let alternatives = account.alternatives(channel);
    let shown = reference.has(&defects::CODE_IN_PAGE).then(|| account.pins.live(challenge.number));
    View::of(Reply::CodeRequired { channel, destination, alternatives })
        .with_leaked(shown.flatten().cloned())
}

fn signed_in(session: &mut Session, assurance: Assurance) -> View {
    session.stage = Stage::SignedIn(assurance);
    View::of(Reply::SignedIn { assurance })
}
