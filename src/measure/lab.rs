//! Where experiments take place: a subject, a clock, and a fresh person for each probe.
//!
//! Probes share nothing but the clock, so that one never decides another. Everything is bounded:
//! the questions of a whole measurement, the doublings of a search, the messages of a person.

use super::Sample;
use super::finding::NotMeasured;
use super::visitor::odd;
use crate::adapters::Connection;
use crate::domain::{Act, Clock, Declared, Operation, Outcome, Reply};
use crate::gateways::inbox::Inbox;
use crate::subject::{AskError, ClockMode, Subject};
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
    pub(super) subject: Box<dyn Subject>,
    network: Arc<dyn Network>,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    pub(super) world: World,
    pub(super) wishes: Wishes,
    patience: Duration,
    pub(super) people: u32,
    named: u32,
    asks: u32,
    /// The codes that were harvested.
    pub(super) harvest: Vec<Sample>,
    /// Wrong codes until a right one is refused, once that is known.
    pub(super) attempts: Option<u64>,
    /// The device's time step in seconds, once that is known.
    pub(super) period: Option<u64>,
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
