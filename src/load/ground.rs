//! People, a subject and the way between them: what plans are driven on, one after the other.

use super::general::Pool;
use super::people::Person;
use super::plan::Plan;
use super::tally::Tally;
use super::{Pace, RealPace, drive, wire};
use crate::adapters::wire::Script;
use crate::domain::{Answer, Clock, Moment, Operation, Reply, Secret};
use crate::gateways::inbox::Inbox;
use crate::subject::{AskError, Subject};
use std::sync::Arc;
use std::time::Duration;

/// How long a load that is to end may take for it.
const ENDING: Duration = Duration::from_secs(2);

/// The way verifications take.
pub enum Way {
    /// Compiled to bytes, over kept connections.
    Wire(Arc<Script>),
    /// Through the adapter, for this reason.
    General(String),
}

/// What plans are driven on.
pub struct Ground {
    way: Way,
    subject: Option<Box<dyn Subject>>,
    people: Vec<Person>,
    clock: Arc<dyn Clock>,
    inbox: Arc<Inbox>,
}

impl Ground {
    /// The `people` in front of `subject`. The clock is that of their tokens.
    #[must_use]
    pub fn new(
        way: Way,
        subject: Box<dyn Subject>,
        people: Vec<Person>,
        clock: Arc<dyn Clock>,
        inbox: Arc<Inbox>,
    ) -> Self {
        Self { way, subject: Some(subject), people, clock, inbox }
    }

    /// How verifications are made, for people.
    #[must_use]
    pub fn driven_by(&self) -> String {
        match &self.way {
            Way::Wire(script) => {
                let kinds: Vec<String> = script.kinds().map(|kind| kind.to_string()).collect();
                let kinds = kinds.join(" and ");
                format!("the wire engine: {kinds} compiled to bytes, over kept connections")
            }
            Way::General(why) => format!("the general engine, through the adapter ({why})"),
        }
    }

    /// Whether requests are compiled to bytes.
    #[must_use]
    pub fn is_wire(&self) -> bool {
        matches!(self.way, Way::Wire(_))
    }

    /// Locks the accounts of those who are there for that.
    ///
    /// # Errors
    /// What came instead.
    pub async fn lock(&mut self, plan: &Plan) -> Result<(), String> {
        let Some(pool) = self.pool() else { return Ok(()) };
        let attempts = plan.wanted().attempts.unwrap_or_default();
        let locked = pool.lock(plan.groups(), attempts).await;
        self.take_back(pool);
        locked
    }

    /// Drives `plan` until it is over or `tally` is ended; gives the moment of its beginning.
    ///
    /// # Errors
    /// Why nothing could be sent at all.
    pub async fn drive(&mut self, plan: &Plan, tally: &Tally) -> Result<Moment, String> {
        let (begins, pace) = (self.clock.now(), RealPace::begin());
        match &self.way {
            Way::Wire(script) => {
                let (script, plan, tally) = (Arc::clone(script), plan.clone(), tally.clone());
                let mut people = std::mem::take(&mut self.people);
                // A thread of its own: it waits for sockets itself.
                let driven = tokio::task::spawn_blocking(move || {
                    let begins = (begins, pace.stopwatch());
                    let driven = wire::drive(&plan, begins, &script, &mut people, &tally);
                    (people, driven)
                });
                let (people, driven) = driven.await.map_err(|error| error.to_string())?;
                self.people = people;
                driven?;
            }
            Way::General(_) => {
                let Some(pool) = self.pool() else { return Ok(begins) };
                let (pool, pace) = (Arc::new(pool), Arc::new(pace) as Arc<dyn Pace>);
                let work = Arc::clone(&pool);
                drive(plan, begins, pace, work, tally).await;
                // What was broken off may hold it for a moment more.
                if let Ok(pool) = Arc::try_unwrap(pool) {
                    self.take_back(pool);
                }
            }
        }
        Ok(begins)
    }

    /// Why the subject does not answer any more, as the adapter explains it; nothing if it does.
    pub async fn epitaph(&self) -> Option<String> {
        let subject = self.subject.as_ref()?;
        let (user, password) = ("nobody".to_owned(), Secret::new("nothing"));
        let code = Secret::new("000000").into();
        // Not every adapter knows how to ask each of them.
        let questions = [
            Operation::Probe,
            Operation::SignIn { user, password },
            Operation::SubmitCode { code },
        ];
        for question in questions {
            let asked = subject.ask("load-epitaph", &question);
            match tokio::time::timeout(ENDING, asked).await {
                Ok(Ok(Answer { reply: Reply::Unsupported { .. }, .. })) => {}
                Ok(Err(error @ (AskError::Unreachable(_) | AskError::Adapter(_)))) => {
                    return Some(error.to_string());
                }
                Ok(Ok(_) | Err(_)) => return None,
                Err(_) => return Some("it does not answer any more".to_owned()),
            }
        }
        None
    }

    fn pool(&mut self) -> Option<Pool> {
        let subject = self.subject.take()?;
        let people = std::mem::take(&mut self.people);
        Some(Pool::new(subject, Arc::clone(&self.clock), Arc::clone(&self.inbox), people))
    }

    fn take_back(&mut self, pool: Pool) {
        let (people, subject) = pool.into_people();
        self.people = people;
        self.subject = Some(subject);
    }
}
