//! Where experiments take place: a subject, a clock, and a fresh person for each probe.
//!
//! Probes share nothing but the clock, so that one never decides another. Everything is bounded:
//! the questions of a whole measurement, the doublings of a search, the messages of a person.

use super::Sample;
use super::finding::NotMeasured;
use crate::adapters::Connection;
use crate::domain::persona::MobileOnFile;
use crate::domain::{Act, Channel, Clock, Declared, Operation, Outcome, Persona, Reply, Secret};
use crate::gateways::inbox::Inbox;
use crate::subject::{AskError, ClockMode, Settling, Subject};
use crate::tokens::Network;
use crate::world::{Origin, World};
use std::sync::Arc;
use std::time::Duration;

/// Questions of a whole measurement; one of the reference with all defaults takes some 2500.
const MOST_ASKS: u32 = 50_000;

/// The time in seconds that may pass unseen between us and a subject whose clock runs.
const SLACK_SECONDS: u64 = 2;

/// What a measurement is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wishes {
    /// The seed from which people and devices follow.
    pub seed: u64,
    /// How many codes to harvest.
    pub samples: u32,
    /// How much real waiting is allowed where the clock cannot be moved.
    pub patience: Duration,
    /// Whether answers are timed.
    pub timing: Timing,
}

/// Whether answers are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// They are: in real time, so two measurements never give the same numbers.
    On,
    /// They are not.
    Off,
}

/// The place of experiments.
pub struct Lab {
    subject: Box<dyn Subject>,
    network: Arc<dyn Network>,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    pub(super) world: World,
    pub(super) wishes: Wishes,
    patience: Duration,
    people: u32,
    named: u32,
    asks: u32,
    /// The codes that were harvested.
    pub(super) harvest: Vec<Sample>,
    /// Wrong codes until a right one is refused, once that is known.
    pub(super) attempts: Option<u64>,
    /// The device's time step in seconds, once that is known.
    pub(super) period: Option<u64>,
}

/// A person at a browser.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) persona: Persona,
    pub(super) session: String,
}

impl Lab {
    /// A lab in front of a subject. `clock` is the one that the connection was made with, and
    /// `inbox` the one behind the gateways that the subject was told of.
    #[must_use]
    pub fn new(
        connection: Connection,
        clock: Arc<dyn Clock>,
        inbox: Arc<Inbox>,
        wishes: Wishes,
    ) -> Self {
        let Connection { subject, network } = connection;
        let world = empty(wishes.seed, 0, (&clock, &inbox, &network));
        let patience = wishes.patience;
        let (harvest, attempts, period) = (Vec::new(), None, None);
        let (people, named, asks) = (0, 0, 0);
        Self {
            subject,
            network,
            inbox,
            clock,
            world,
            wishes,
            patience,
            people,
            named,
            asks,
            harvest,
            attempts,
            period,
        }
    }

    /// What the subject says of itself.
    #[must_use]
    pub fn declared(&self) -> &Declared {
        &self.subject.about().declared
    }

    /// The subject's name.
    #[must_use]
    pub fn subject_name(&self) -> &str {
        &self.subject.about().name
    }

    /// How many times the subject has been asked.
    #[must_use]
    pub fn asks(&self) -> u32 {
        self.asks
    }

    pub(super) fn clock_mode(&self) -> ClockMode {
        self.subject.about().clock
    }

    /// See [`super::Measured::new`].
    pub(super) fn slack(&self) -> u64 {
        match self.clock_mode() {
            ClockMode::Virtual | ClockMode::SharedVirtual => 0,
            ClockMode::Offset | ClockMode::Real => SLACK_SECONDS,
        }
    }

    /// Forgets people, devices and messages: the next experiment knows nothing of this one.
    pub(super) fn begin(&mut self) {
        let surroundings = (&self.clock, &self.inbox, &self.network);
        let next = empty(self.wishes.seed, self.people, surroundings);
        let _journal = std::mem::replace(&mut self.world, next).into_journal();
    }

    /// A name that nothing has here.
    pub(super) fn name(&mut self, what: &str) -> String {
        self.named += 1;
        format!("{what}{}", self.named)
    }

    /// Someone new, whom the subject knows.
    pub(super) async fn newcomer(&mut self, mobile: MobileOnFile) -> Result<Visitor, NotMeasured> {
        let name = self.name("person");
        let persona = self.world.invent(&name, mobile);
        self.people += 1;
        let provision = Operation::Provision(Box::new(persona.clone()));
        match self.ask("harness", provision).await? {
            Reply::Done => Ok(Visitor { persona, session: String::new() }),
            other => Err(odd("provision", &other)),
        }
    }

    /// Asks; what the subject cannot do ends the experiment.
    pub(super) async fn ask(
        &mut self,
        session: &str,
        operation: Operation,
    ) -> Result<Reply, NotMeasured> {
        if self.asks >= MOST_ASKS {
            return Err(NotMeasured::TooMany(MOST_ASKS));
        }
        self.asks += 1;
        let kind = operation.kind();
        match self.subject.ask(session, &operation).await {
            Ok(answer) => match answer.reply {
                Reply::Unsupported { feature } => Err(NotMeasured::Unsupported(feature)),
                reply => {
                    self.world.collect();
                    Ok(reply)
                }
            },
            Err(AskError::Unmapped(_)) => Err(NotMeasured::Unsupported(kind.to_string())),
            Err(error) => Err(NotMeasured::NoAnswer(format!("{kind}: {error}"))),
        }
    }

    /// Signs in in a session of its own.
    pub(super) async fn sign_in(&mut self, visitor: &mut Visitor) -> Result<Reply, NotMeasured> {
        visitor.session = self.name("session");
        let Persona { user, password, .. } = visitor.persona.clone();
        self.ask(&visitor.session, Operation::SignIn { user, password }).await
    }

    /// Signs in and takes the code out of the message.
    pub(super) async fn sign_in_for_code(
        &mut self,
        visitor: &mut Visitor,
    ) -> Result<Secret, NotMeasured> {
        let reply = self.sign_in(visitor).await?;
        self.code_after("sign_in", &reply, visitor).await
    }

    /// The code that `reply` to `what` announces.
    pub(super) async fn code_after(
        &mut self,
        what: &str,
        reply: &Reply,
        visitor: &Visitor,
    ) -> Result<Secret, NotMeasured> {
        let Reply::CodeRequired { channel, .. } = reply else { return Err(odd(what, reply)) };
        let none = || NotMeasured::Odd("no message with a code arrived".to_owned());
        self.codes(visitor, *channel).await.pop().ok_or_else(none)
    }

    /// The codes that have arrived since the last call, at least one if any comes in time.
    pub(super) async fn codes(&mut self, visitor: &Visitor, channel: Channel) -> Vec<Secret> {
        let person = visitor.persona.label.clone();
        self.world.collect();
        if let Settling::Within(patience) = self.subject.about().delivery
            && !self.world.has_unread(&person, channel)
        {
            // Real time on purpose: it bounds how long another process may take to hand over.
            let more = self.world.wait_for_more(&person, channel);
            let _ = tokio::time::timeout(patience, more).await;
            self.world.collect();
        }
        let mut codes = Vec::new();
        while let Some(received) = self.world.take(&person, channel) {
            codes.extend(received.code);
        }
        codes
    }

    /// Submits a code; whether it was accepted.
    pub(super) async fn submit(
        &mut self,
        visitor: &Visitor,
        code: Secret,
    ) -> Result<Reply, NotMeasured> {
        self.ask(&visitor.session, Operation::SubmitCode { code }).await
    }

    /// Submits `times` wrong codes, each another one.
    pub(super) async fn submit_wrong(
        &mut self,
        visitor: &Visitor,
        right: &Secret,
        times: u64,
    ) -> Result<(), NotMeasured> {
        for nth in 1..=times {
            let reply = self.submit(visitor, wrong(right, nth)).await?;
            if accepts(&reply) {
                return Err(NotMeasured::Odd("a wrong code was accepted".to_owned()));
            }
        }
        Ok(())
    }

    /// Lets time pass, by the clock or, where it cannot be moved, in earnest.
    pub(super) async fn advance(&mut self, by: Duration) -> Result<(), NotMeasured> {
        if by.is_zero() {
            return Ok(());
        }
        match self.clock_mode() {
            ClockMode::Virtual => self.clock.advance(by),
            ClockMode::SharedVirtual | ClockMode::Offset => {
                let reply = self.ask("harness", Operation::AdvanceClock { by }).await?;
                if reply != Reply::Done {
                    return Err(odd("advance_clock", &reply));
                }
                self.clock.advance(by);
            }
            ClockMode::Real => {
                self.spend(by)?;
                self.clock.wait_until(self.clock.now() + by).await;
            }
        }
        Ok(())
    }

    /// Whether real waiting of `price` is still allowed.
    pub(super) fn affords(&self, price: Duration) -> Result<(), NotMeasured> {
        if price <= self.patience { Ok(()) } else { Err(NotMeasured::NoPatience(price.as_secs())) }
    }

    fn spend(&mut self, price: Duration) -> Result<(), NotMeasured> {
        self.affords(price)?;
        self.patience = self.patience.saturating_sub(price);
        Ok(())
    }

    /// Does something at a device; a refusal ends the experiment.
    pub(super) async fn act(&mut self, device: &str, act: Act) -> Result<Outcome, NotMeasured> {
        let verb = act.verb();
        match self.world.act(device, act).await {
            Some(Outcome::Refused(reason)) => {
                Err(NotMeasured::Odd(format!("the device refused {verb}: {reason}")))
            }
            Some(outcome) => Ok(outcome),
            None => Err(NotMeasured::Odd(format!("there is no device for {verb}"))),
        }
    }
}

type Surroundings<'a> = (&'a Arc<dyn Clock>, &'a Arc<Inbox>, &'a Arc<dyn Network>);

fn empty(seed: u64, first_person: u32, (clock, inbox, network): Surroundings<'_>) -> World {
    let (scenario, title) = ("measure".to_owned(), "a measurement".to_owned());
    let origin = Origin { seed, scenario, title, first_person };
    World::new(origin, Arc::clone(clock), Arc::clone(inbox), Arc::clone(network))
}

/// What came instead of what the experiment builds on.
pub(super) fn odd(what: &str, reply: &Reply) -> NotMeasured {
    NotMeasured::Odd(match reply {
        Reply::Rejected(rejection) => format!("{what} was rejected: {}", rejection.class),
        other => format!("{what} was answered by {}", other.kind()),
    })
}

/// Whether an answer to a code lets the person go on.
pub(super) fn accepts(reply: &Reply) -> bool {
    match reply {
        Reply::EnrolmentRequired { .. }
        | Reply::SignedIn { .. }
        | Reply::TokenRequired { .. }
        | Reply::Enrolled
        | Reply::Activation(_)
        | Reply::Certificate { .. }
        | Reply::Done => true,
        Reply::CodeRequired { .. }
        | Reply::RegistrationCodeRequired
        | Reply::Tokens(_)
        | Reply::SignedOut
        | Reply::Rejected(_)
        | Reply::Unsupported { .. } => false,
    }
}

/// The `nth` wrong code for `right`, from 1: as long, and different for each.
fn wrong(right: &Secret, nth: u64) -> Secret {
    let mut carry = nth;
    let mut shifted: Vec<char> = Vec::with_capacity(right.reveal().len());
    for c in right.reveal().chars().rev() {
        let (digit, base) = match c.to_digit(10) {
            Some(digit) => (u64::from(digit), 10),
            None => (u64::from(u32::from(c.to_ascii_uppercase()).saturating_sub(65) % 26), 26),
        };
        let sum = digit + carry % base;
        carry = carry / base + sum / base;
        let value = u32::try_from(sum % base).unwrap_or(0);
        let written =
            if base == 10 { char::from_digit(value, 10) } else { char::from_u32(65 + value) };
        shifted.push(written.unwrap_or('0'));
    }
    Secret::new(shifted.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::wrong;
    use crate::domain::Secret;
    use std::collections::BTreeSet;

    #[test]
    fn wrong_codes_differ_from_the_right_one_and_from_each_other() {
        let right = Secret::new("999998");
        let mut seen = BTreeSet::from([right.reveal().to_owned()]);
        for nth in 1..=300 {
            let one = wrong(&right, nth);
            assert_eq!(one.reveal().len(), 6);
            assert!(seen.insert(one.reveal().to_owned()), "{nth} gives {}", one.reveal());
        }
    }
}
