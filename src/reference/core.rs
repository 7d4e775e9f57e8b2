//! The server's memory and its one entrance: every operation is decided in one piece, under one
//! lock, and only then are messages sent.

use super::account::Account;
use super::certificate::Authority;
use super::defects::{self, Defect};
use super::delivery::{Courier, NotSent, offer};
use super::lockout::Strangers;
use super::parameters::{Delivery, Refusals};
use super::queue::Queue;
use super::session::{Session, SessionId};
use super::turn::{Outgoing, OutgoingPin, Turn};
use super::{Parameters, View, race};
use crate::domain::{Chance, Channel, Clock, Message, Operation, RejectionClass};
use crate::otp::Digits;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The server without its sockets. Sound, but for the defects that are switched on.
pub struct Reference {
    parameters: Parameters,
    defects: Vec<&'static Defect>,
    clock: Arc<dyn Clock>,
    courier: Arc<dyn Courier>,
    state: Mutex<State>,
    /// Only a server that answers first has one, from its first message on.
    queue: OnceLock<Queue>,
}

/// All that the server remembers.
pub(super) struct State {
    pub(super) accounts: HashMap<String, Account>,
    pub(super) sessions: HashMap<SessionId, Session>,
    /// Whose enrolment has this serial number.
    pub(super) serials: HashMap<String, String>,
    pub(super) strangers: Strangers,
    pub(super) chance: Chance,
    /// Made when the first certificate is asked for: most tests never do.
    pub(super) authority: Option<Authority>,
    numbers: u64,
}

impl State {
    /// People kept: a load test of 1000 verifications a second and 30 s steps needs 30 000.
    pub(super) const MOST_PEOPLE: usize = 200_000;
    /// Sessions kept: one for each person.
    pub(super) const MOST_SESSIONS: usize = 200_000;

    /// A number that was not used before.
    pub(super) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Ends the enrolment of `user` that is under way.
    pub(super) fn drop_pending(&mut self, user: &str) {
        if let Some(pending) = self.accounts.get_mut(user).and_then(|a| a.pending.take()) {
            self.serials.remove(&pending.serial.to_string());
        }
    }
}

impl Reference {
    /// A server that knows nobody yet. `courier` takes its messages away.
    #[must_use]
    pub fn new(
        parameters: Parameters,
        defects: Vec<&'static Defect>,
        clock: Arc<dyn Clock>,
        chance: Chance,
        courier: Arc<dyn Courier>,
    ) -> Arc<Self> {
        let state = State {
            accounts: HashMap::new(),
            sessions: HashMap::new(),
            serials: HashMap::new(),
            strangers: Strangers::default(),
            chance,
            authority: None,
            numbers: 0,
        };
        let (state, queue) = (Mutex::new(state), OnceLock::new());
        Arc::new(Self { parameters, defects, clock, courier, state, queue })
    }

    /// The settings it was started with.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The time by its clock.
    #[must_use]
    pub fn now(&self) -> crate::domain::Moment {
        self.clock.now()
    }

    /// Whether `defect` is switched on.
    #[must_use]
    pub fn has(&self, defect: &Defect) -> bool {
        self.defects.iter().any(|on| on.name == defect.name)
    }

    /// Does `operation` for `session`. Messages with a code are handed over before the answer; if
    /// one cannot be, the answer is `channel_unavailable` and the code is dead.
    pub async fn handle(&self, session: &SessionId, operation: &Operation) -> View {
        let everybody = SessionId::new("everybody");
        let session = if self.has(&defects::SESSION_BY_ADDRESS) { &everybody } else { session };
        let (view, outgoing) = race::decide(self, session, operation).await;
        let view = match self.parameters.refusals {
            Refusals::Reasons => view,
            Refusals::Generic => view.generic(),
        };
        if self.parameters.delivery == Delivery::AfterAnswer {
            self.deliver_later(outgoing).await;
            return view;
        }
        for notice in &outgoing.notices {
            // Told as well as we can; what it tells of has happened all the same.
            let _told = self.send(notice).await;
        }
        self.deliver(session, outgoing, view).await
    }

    /// What the session would be shown now: the state, or the activation page it is at.
    pub(super) fn screen(&self, session: &SessionId) -> View {
        let mut state = self.state();
        let mut turn = Turn::new(self, &mut state, session);
        turn.show_enrolment().unwrap_or_else(|_| turn.probe())
    }

    /// A name for a session that nobody has seen.
    pub(super) fn mint_session(&self) -> SessionId {
        SessionId::mint(&mut self.state().chance)
    }

    /// Gives the session called `old` a name that nobody has seen; the old one means nothing then.
    pub(super) fn rename_session(&self, old: &SessionId) -> SessionId {
        let mut state = self.state();
        let new = SessionId::mint(&mut state.chance);
        if let Some(session) = state.sessions.remove(old) {
            state.sessions.insert(new.clone(), session);
        }
        new
    }

    /// A key of 256 bit.
    pub(super) fn mint_key(&self) -> [u8; 32] {
        self.state().chance.bytes()
    }

    /// Messages leave soon after the answer; nobody hears of a failure.
    async fn deliver_later(&self, outgoing: Outgoing) {
        let queue =
            self.queue.get_or_init(|| Queue::start(Arc::clone(&self.courier), self.retries()));
        let pins = outgoing.pin.map(|pin| pin.messages).unwrap_or_default();
        for message in pins.into_iter().chain(outgoing.notices) {
            queue.put(message).await;
        }
    }

    /// Completes when every message that was decided so far has left.
    pub async fn has_sent(&self) {
        if let Some(queue) = self.queue.get() {
            queue.is_through().await;
        }
    }

    pub(super) fn decide(&self, session: &SessionId, operation: &Operation) -> (View, Outgoing) {
        if let Operation::AdvanceClock { by } = operation
            && self.parameters.movable_clock
        {
            self.clock.advance(*by);
        }
        let mut state = self.state();
        let mut turn = Turn::new(self, &mut state, session);
        let view = turn.take(operation).unwrap_or_else(|refused| refused);
        (view, turn.outgoing)
    }

    async fn deliver(&self, session: &SessionId, outgoing: Outgoing, view: View) -> View {
        let Some(pin) = outgoing.pin else { return view };
        for message in &pin.messages {
            match self.send(message).await {
                Ok(()) => {}
                Err(refused) if refused.is_temporary() && !self.retries() => {}
                Err(_) => return self.not_sent(session, &pin, view),
            }
        }
        view
    }

    /// What the person is told whose PIN could not be sent. Another channel may still be chosen.
    fn not_sent(&self, session: &SessionId, pin: &OutgoingPin, view: View) -> View {
        let mut state = self.state();
        if !self.has(&defects::CODE_SURVIVES_FAILED_DELIVERY)
            && let Some(account) = state.accounts.get_mut(&pin.user)
        {
            account.pins.withdraw(&pin.code);
        }
        if self.has(&defects::NO_OTHER_CHANNEL_AFTER_FAILURE) {
            state.sessions.remove(session);
        }
        if self.has(&defects::FAILED_DELIVERY_CLAIMED) {
            return view;
        }
        View::rejected(RejectionClass::ChannelUnavailable)
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), NotSent> {
        offer(self.courier.as_ref(), message, self.retries()).await
    }

    fn retries(&self) -> bool {
        !self.has(&defects::MAIL_NOT_RETRIED)
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Digits of a delivered PIN.
    pub(super) fn pin_digits(&self) -> usize {
        if self.has(&defects::FOUR_DIGIT_PIN) { 4 } else { self.parameters.pin_digits }
    }

    /// Steps by which a code of the token may be early or late.
    pub(super) fn window_steps(&self) -> u8 {
        let more = u8::from(self.has(&defects::WINDOW_WIDER_THAN_DECLARED));
        let steps = self.parameters.token_window_steps.saturating_add(more);
        if self.has(&defects::WIDE_WINDOW) { 10 } else { steps }
    }

    /// How long a PIN may be used.
    pub(super) fn pin_lifetime(&self) -> Duration {
        let declared = self.parameters.pin_lifetime;
        let is_short = self.has(&defects::SHORTER_LIFETIME_THAN_DECLARED);
        if is_short { declared * 2 / 5 } else { declared }
    }

    /// How long a PIN that goes over `channel` may be used.
    pub(super) fn pin_lifetime_by(&self, channel: Channel) -> Duration {
        let is_long = channel == Channel::Email && self.has(&defects::MAIL_PIN_LIVES_FOR_DAYS);
        if is_long { Duration::from_hours(72) } else { self.pin_lifetime() }
    }

    /// How long activation material may be used.
    pub(super) fn activation_lifetime(&self) -> Duration {
        let declared = self.parameters.activation_lifetime;
        let is_short = self.has(&defects::ACTIVATION_SHORTER_THAN_DECLARED);
        if is_short { declared * 2 / 5 } else { declared }
    }

    /// Consecutive failures until the account is locked.
    pub(super) fn lockout_attempts(&self) -> u32 {
        let fewer = if self.has(&defects::FEWER_ATTEMPTS_THAN_DECLARED) { 2 } else { 0 };
        self.parameters.lockout_attempts.saturating_sub(fewer)
    }

    /// Messages with a PIN for one sign-in.
    pub(super) fn most_messages(&self) -> u32 {
        let more = u32::from(self.has(&defects::ONE_MESSAGE_MORE));
        self.parameters.messages_per_challenge.saturating_add(more)
    }

    /// Digits of a code of the token.
    pub(super) fn token_digits(&self) -> Digits {
        let is_longer = self.has(&defects::TOKEN_DIGITS_DECLARED_WRONGLY);
        if is_longer { Digits::EIGHT } else { self.parameters.token_digits }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let defects: Vec<&str> = self.defects.iter().map(|defect| defect.name).collect();
        f.debug_struct("Reference")
            .field("parameters", &self.parameters)
            .field("defects", &defects)
            .finish_non_exhaustive()
    }
}
