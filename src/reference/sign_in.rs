//! The first factor: user name, password and a delivered PIN.

use super::account::Account;
use super::core::State;
use super::letter::{self, Postmark};
use super::lockout::{Struck, Tally};
use super::session::{Challenge, Session, Stage};
use super::turn::{OutgoingPin, Step, Turn, must_enrol};
use super::{Reference, View, defects, mint};
use crate::domain::declared::Resend;
use crate::domain::{Assurance, Channel, Recipient, RejectionClass, Reply, Secret};

/// The longest user name that is looked up, in bytes: a mailbox (RFC 5321 §4.5.3.1.3) fits.
const LONGEST_USER: usize = 256;

impl Turn<'_> {
    /// Whatever comes of it, the session before it is over.
    pub(super) fn sign_in(&mut self, user: &str, password: &Secret) -> Step {
        let former = self.state.sessions.remove(self.id);
        if user.len() > LONGEST_USER {
            return Err(RejectionClass::Denied.into());
        }
        let is_right = self.is_password_right(user, password);
        if is_right || !self.reference.has(&defects::LOCK_TELLS_PASSWORD) {
            self.refuse_if_name_locked(user)?;
        }
        if !is_right {
            self.strike_name(user);
            return Err(self.denied(user));
        }
        self.make_room()?;
        if self.reference.has(&defects::RIGHT_PASSWORD_CLEARS_FAILURES) {
            self.tally_of(user).clear();
        }
        let account = self.state.accounts.get(user).ok_or(RejectionClass::Denied)?;
        let methods = account.methods();
        if methods.is_empty() || self.reference.has(&defects::PIN_SUFFICES_AFTER_ENROLMENT) {
            let channel = first_channel(account, self.reference);
            let has_number = account.persona.mobile.is_some();
            if !has_number && self.reference.has(&defects::NO_PIN_WITHOUT_NUMBER) {
                return Err(RejectionClass::ChannelUnavailable.into());
            }
            let number = self.state.next_number();
            if self.reference.parameters().one_live_pin
                && let Some(account) = self.state.accounts.get_mut(user)
            {
                account.pins.supersede_all();
            }
            self.open(user, Stage::Pin(Challenge { number, channel, messages: 0 }));
            return self.send_pin(channel, Fresh::Code);
        }
        if self.reference.has(&defects::PIN_SENT_BESIDE_TOKEN) {
            self.slip_out(user);
        }
        let proven = former.map(|former| former.stage);
        self.open(user, Stage::Token);
        if let Some(stage @ Stage::SignedIn(assurance)) = proven
            && self.reference.has(&defects::FORMER_PERSON_REMAINS)
        {
            self.open(user, stage);
            return Ok(View::of(Reply::SignedIn { assurance }));
        }
        self.ask_for_token()
    }

    /// The refusal of a name or password that is wrong: the same for both, but for defects.
    fn denied(&mut self, user: &str) -> View {
        let reference = self.reference;
        let known = self.state.accounts.contains_key(user);
        if known && reference.has(&defects::PIN_BEFORE_PASSWORD) {
            self.slip_out(user);
        }
        if known && reference.has(&defects::PUSH_BEFORE_PASSWORD) {
            let _sent_or_no_app = self.send_push(user);
        }
        if known && reference.has(&defects::PASSWORD_ERROR_NAMED) {
            return RejectionClass::CodeInvalid.into();
        }
        let refusal = View::rejected(RejectionClass::Denied);
        if !known && reference.has(&defects::UNKNOWN_USER_STATUS) {
            return refusal.with_status(404);
        }
        if !known && reference.has(&defects::UNKNOWN_USER_BODY) {
            return refusal.with_hint("no such person");
        }
        refusal
    }

    /// Sends `user` a PIN that nobody asked for: only defects do.
    fn slip_out(&mut self, user: &str) {
        let code = Secret::new(self.state.chance.digits(self.reference.pin_digits()));
        let post = Postmark::new(self.now, &mut self.state.chance);
        let Some(account) = self.state.accounts.get(user) else { return };
        let channel = first_channel(account, self.reference);
        if let Some(to) = account.recipient(channel) {
            let message = letter::pin(to, &code, user, self.reference, &post);
            self.outgoing.notices.push(message);
        }
    }

    /// The guide's Alternative Authentication.
    pub(super) fn choose_channel(&mut self, channel: Channel) -> Step {
        if self.stage()? == Stage::Token && self.reference.has(&defects::FALLBACK_TO_PIN) {
            let number = self.state.next_number();
            self.signed()?.0.stage = Stage::Pin(Challenge { number, channel, messages: 0 });
        }
        let challenge = self.next_message()?;
        if self.signed()?.1.recipient(channel).is_none() {
            return Err(RejectionClass::ChannelUnavailable.into());
        }
        if self.reference.has(&defects::SAME_CODE_ON_EVERY_CHANNEL) {
            return self.send_pin(channel, Fresh::NoCode);
        }
        if !self.reference.has(&defects::ALTERNATIVE_KEEPS_OLD_CODE) {
            self.signed()?.1.pins.supersede(challenge.number);
        }
        self.send_pin(channel, Fresh::Code)
    }

    pub(super) fn resend_code(&mut self) -> Step {
        let challenge = self.next_message()?;
        if self.reference.has(&defects::RESEND_REPEATS_CODE) {
            return self.send_pin(challenge.channel, Fresh::NoCode);
        }
        if self.reference.has(&defects::COUNTER_RESET_BY_RESEND) {
            self.tally()?.clear();
        }
        let keeps_old = self.reference.has(&defects::RESEND_KEEPS_OLD_CODE);
        match self.reference.parameters().resend {
            Resend::Reuse => return self.send_pin(challenge.channel, Fresh::NoCode),
            Resend::Rotate if !keeps_old => {
                self.signed()?.1.pins.supersede(challenge.number);
            }
            Resend::Rotate | Resend::Both => {}
        }
        self.send_pin(challenge.channel, Fresh::Code)
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
            self.tell_of_half_sign_in()?;
            let too_long = code.reveal().len() > LONGEST_USER;
            if too_long && self.reference.has(&defects::LONG_INPUT_ENDS_SESSION) {
                self.state.sessions.remove(self.id);
                return Err(class.into());
            }
            self.strike()?;
            return Err(class.into());
        }
        if !self.reference.has(&defects::FAILURES_NEVER_CLEARED) {
            self.tally()?.clear();
        }
        self.proceed()
    }

    /// A list is no code. Only a defect goes through it until one is right.
    pub(super) fn submit_list(&mut self, codes: &[Secret]) -> Step {
        let mut outcome = Err(RejectionClass::Malformed.into());
        if self.reference.has(&defects::CODE_LIST_ACCEPTED) {
            for code in codes {
                outcome = self.submit_code(code);
                if outcome.is_ok() {
                    break;
                }
            }
        }
        outcome
    }

    fn accept_pin(&mut self, challenge: Challenge, code: &Secret) -> Result<(), RejectionClass> {
        let strangers = self.reference.has(&defects::CODE_OF_ANOTHER_PERSON_ACCEPTED);
        if strangers && self.is_pin_of_another(code) {
            return Ok(());
        }
        let (reference, now) = (self.reference, self.now);
        let code = &as_meant(code, reference);
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
            // Whoever has the token at hand may be asked at it again.
            account.pushes.stopped = false;
            return Ok(signed_in(session, Assurance::TwoFactor));
        }
        if methods.is_empty() && reference.has(&defects::ASSURANCE_OVERSTATED) {
            return Ok(signed_in(session, Assurance::TwoFactor));
        }
        if methods.is_empty() && !reference.has(&defects::ENROLMENT_NOT_FORCED) {
            session.stage = Stage::MustEnrol;
            return Ok(must_enrol(reference));
        }
        if reference.has(&defects::FALLBACK_TO_PIN) {
            return Ok(signed_in(session, Assurance::TwoFactor));
        }
        if methods.is_empty() || reference.has(&defects::PIN_SUFFICES_AFTER_ENROLMENT) {
            return Ok(signed_in(session, Assurance::SingleFactor));
        }
        // A token was bound by another session after this one's PIN was sent.
        self.ask_for_token()
    }

    /// The sign-in under way, if one more message may be sent for it.
    fn next_message(&mut self) -> Result<Challenge, View> {
        let Stage::Pin(challenge) = self.stage()? else {
            return Err(RejectionClass::WrongStep.into());
        };
        self.refuse_if_locked()?;
        let reference = self.reference;
        if challenge.messages >= reference.most_messages()
            && !reference.has(&defects::UNLIMITED_MESSAGES)
        {
            return Err(RejectionClass::RateLimited.into());
        }
        Ok(challenge)
    }

    /// Puts a PIN on its way over `channel`: a new one, or once more the one that is live.
    fn send_pin(&mut self, channel: Channel, fresh: Fresh) -> Step {
        self.refuse_a_flood()?;
        let code = self.code_to_send(fresh)?;
        let post = Postmark::new(self.now, &mut self.state.chance);
        let (reference, now) = (self.reference, self.now);
        let another = self.another_recipient(channel);
        let (session, account) = self.signed()?;
        let Stage::Pin(challenge) = &mut session.stage else {
            return Err(RejectionClass::WrongStep.into());
        };
        challenge.channel = channel;
        challenge.messages += 1;
        let to = pin_recipient(account, *challenge, reference)
            .ok_or(RejectionClass::ChannelUnavailable)?;
        let to = another.unwrap_or(to);
        let expires = now + reference.pin_lifetime_by(channel);
        if account.pins.live(challenge.number) != Some(&code) {
            account.pins.issue(code.clone(), challenge.number, expires);
        }
        let printed = letter::printed(&code, reference);
        let message = letter::pin(to, &printed, &session.user, reference, &post);
        let copies = if reference.has(&defects::MESSAGE_SENT_TWICE) { 2 } else { 1 };
        let view = code_required(account, *challenge, reference);
        let user = session.user.clone();
        self.outgoing.pin = Some(OutgoingPin { user, code, messages: vec![message; copies] });
        Ok(view)
    }

    /// Somebody else's address: only a defect sends a PIN there.
    fn another_recipient(&self, channel: Channel) -> Option<Recipient> {
        if !self.reference.has(&defects::PIN_TO_ANOTHER) {
            return None;
        }
        let own = self.state.sessions.get(self.id).map(|session| &session.user);
        let others = self.state.accounts.iter().filter(|(user, _)| Some(*user) != own);
        others.min_by_key(|(user, _)| *user).and_then(|(_, account)| account.recipient(channel))
    }

    /// A new code, or the live one if there is one.
    fn code_to_send(&mut self, fresh: Fresh) -> Result<Secret, View> {
        let reference = self.reference;
        if fresh == Fresh::NoCode
            && let Stage::Pin(challenge) = self.stage()?
            && let Some(live) = self.signed()?.1.pins.live(challenge.number)
        {
            return Ok(live.clone());
        }
        if let Some(code) = self.predictable_code() {
            return Ok(code);
        }
        Ok(letter::new_code(reference, &mut self.state.chance))
    }

    /// A new code that is not as random as it should be: only defects do that.
    fn predictable_code(&mut self) -> Option<Secret> {
        let reference = self.reference;
        let digits = reference.pin_digits();
        if reference.has(&defects::SEQUENTIAL_CODES) {
            return Some(mint::in_sequence(self.state.next_number(), digits));
        }
        if reference.has(&defects::CODES_FROM_CLOCK) {
            return Some(mint::from_clock(self.now, digits));
        }
        let is_biased = reference.has(&defects::BIASED_CODES);
        is_biased.then(|| mint::of_odd_digits(&mut self.state.chance, digits))
    }

    /// Counts a message to the person, and refuses when there were too many in the last hour.
    fn refuse_a_flood(&mut self) -> Result<(), View> {
        let (reference, now) = (self.reference, self.now);
        let most = reference.parameters().messages_per_hour;
        let (_, account) = self.signed()?;
        let over = account.messages.count(now) >= most;
        if over && !reference.has(&defects::UNLIMITED_SIGN_INS) {
            return Err(RejectionClass::RateLimited.into());
        }
        account.messages.add(now);
        Ok(())
    }

    fn open(&mut self, user: &str, stage: Stage) {
        let (last_seen, tally) = (self.now, Tally::default());
        let (half_told, challenge, push) = (false, None, None);
        let user = user.to_owned();
        let session = Session { user, stage, last_seen, half_told, challenge, push, tally };
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
        let known = self.state.accounts.contains_key(user);
        if !known && reference.has(&defects::STRANGERS_NEVER_LOCK) {
            return Ok(());
        }
        let checked = self.tally_of(user).check(reference.parameters(), now);
        checked.map_err(|locked| self.barred(locked))
    }

    /// An unknown name is compared with something too, so that it takes as long.
    fn is_password_right(&self, user: &str, password: &Secret) -> bool {
        let account = self.state.accounts.get(user);
        let expected = account.map_or(password, |account| &account.persona.password);
        (*expected == *password) & account.is_some()
    }

    fn strike_name(&mut self, user: &str) {
        let (reference, now) = (self.reference, self.now);
        if reference.has(&defects::NO_LOCKOUT) || reference.has(&defects::PASSWORDS_UNLIMITED) {
            return;
        }
        if self.tally_of(user).fail(reference.lockout_attempts(), reference.parameters(), now)
            == Struck::LocksNow
        {
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

/// Whether a message brings a new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    /// It does.
    Code,
    /// It repeats the live one.
    NoCode,
}

/// What somebody means who types a PIN with the space or hyphen that people put into it, with
/// spaces around it, or with full-width digits.
fn as_meant(typed: &Secret, reference: &Reference) -> Secret {
    if reference.has(&defects::EXACT_INPUT_ONLY) {
        return typed.clone();
    }
    let narrow = |c: char| match u32::from(c).checked_sub(u32::from('０')) {
        Some(digit @ 0..=9) => char::from_digit(digit, 10).unwrap_or(c),
        _ => c.to_ascii_uppercase(),
    };
    let text = typed.reveal().trim();
    if text.starts_with('-') {
        return typed.clone();
    }
    Secret::new(text.chars().filter(|c| !matches!(c, ' ' | '-')).map(narrow).collect::<String>())
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
    if reference.has(&defects::SHOWN_CHANNEL_LIES) {
        return account.recipient(Channel::Email);
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
    let mut alternatives = account.alternatives(channel);
    if reference.has(&defects::ALTERNATIVE_NOT_OFFERED) {
        alternatives.clear();
    }
    let shown = reference.has(&defects::CODE_IN_PAGE).then(|| account.pins.live(challenge.number));
    View::of(Reply::CodeRequired { channel, destination, alternatives })
        .with_leaked(shown.flatten().cloned())
}

fn signed_in(session: &mut Session, assurance: Assurance) -> View {
    session.stage = Stage::SignedIn(assurance);
    View::of(Reply::SignedIn { assurance })
}
