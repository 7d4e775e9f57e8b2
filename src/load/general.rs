//! The general way: each verification through [`Subject`], whatever the subject is.

use super::codes::Typed;
use super::enrol::received;
use super::people::{Factor, Person, Tolerance};
use super::plan::{Event, Groups, Task};
use super::record::{Ended, WorkKind};
use super::seen::{After, Proof, after_code, after_sign_in};
use crate::domain::clock::Stopwatch;
use crate::domain::{Clock, Operation, Reply, Secret, Soon};
use crate::gateways::inbox::Inbox;
use crate::subject::{AskError, Subject};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// What is driven.
pub trait Work: Send + Sync {
    /// Does what `event` says; this is timed.
    fn perform(&self, event: Event) -> Soon<'_, Performed>;

    /// Tidies up after it; this is not timed.
    fn leave(&self, event: Event) -> Soon<'_, ()>;
}

/// How it ended, in words of a bounded set, and how long its stages took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performed {
    /// How it ended.
    pub ended: Ended,
    /// In words.
    pub detail: Cow<'static, str>,
    /// The stages.
    pub phases: Vec<(&'static str, Duration)>,
}

/// People in front of a subject.
pub struct Pool {
    subject: Box<dyn Subject>,
    clock: Arc<dyn Clock>,
    inbox: Arc<Inbox>,
    tolerance: Tolerance,
    /// Nobody makes two verifications at once.
    people: Vec<Mutex<Person>>,
}

impl Pool {
    /// The people in front of `subject`. The clock is that of their tokens.
    #[must_use]
    pub fn new(
        subject: Box<dyn Subject>,
        clock: Arc<dyn Clock>,
        inbox: Arc<Inbox>,
        people: Vec<Person>,
    ) -> Self {
        let tolerance = Tolerance::of(&*subject);
        let people = people.into_iter().map(Mutex::new).collect();
        Self { subject, clock, inbox, tolerance, people }
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &dyn Subject {
        &*self.subject
    }

    /// Gives the people back, and the subject.
    #[must_use]
    pub fn into_people(self) -> (Vec<Person>, Box<dyn Subject>) {
        (self.people.into_iter().map(Mutex::into_inner).collect(), self.subject)
    }

    /// Locks the accounts of those who are there for that, by wrong codes.
    ///
    /// # Errors
    /// What came instead.
    pub async fn lock(&self, groups: &Groups, attempts: u32) -> Result<(), String> {
        for number in groups.range(WorkKind::Locked) {
            let event = Event {
                intended: Duration::ZERO,
                task: Task::Verify(WorkKind::Wrong),
                person: number,
                counts: false,
            };
            for attempt in 1..=attempts {
                let Performed { ended, detail, .. } = self.perform(event).await;
                self.leave(event).await;
                // The last ones may be refused at the password already.
                if !matches!(ended, Ended::Refused | Ended::Unexpected) {
                    return Err(format!("wrong code number {attempt} ended {ended:?} {detail}"));
                }
            }
        }
        Ok(())
    }

    async fn performed(&self, event: Event) -> Performed {
        let Some(person) = self.people.get(event.person as usize) else {
            return Performed::not_tried("there is nobody of this number");
        };
        let person = &mut *person.lock().await;
        match &person.factor {
            Factor::Token(_) => self.by_token(person, event.task).await,
            Factor::Message(_) => self.by_message(person, event.task).await,
        }
    }

    async fn by_token(&self, person: &mut Person, task: Task) -> Performed {
        let mut phases = Vec::with_capacity(2);
        let signed_in = self.sign_in(person, &mut phases).await;
        let met = signed_in.as_ref();
        if let After::End(ended, detail) = after_sign_in(task, Proof::TwoFactors, met) {
            return Performed { ended, detail, phases };
        }
        let drawn = match person.draw(task, self.clock.now(), self.tolerance) {
            Ok(drawn) => drawn,
            Err(why) => return Performed::not_tried(why),
        };
        person.last_step = drawn.uses.or(person.last_step);
        let code = Secret::new(drawn.code.as_str());
        let performed = self.submit(person, code, Proof::TwoFactors, phases).await;
        if task == Task::Spend {
            person.spent = (performed.ended == Ended::Accepted).then_some(drawn.code);
        }
        performed
    }

    async fn by_message(&self, person: &mut Person, task: Task) -> Performed {
        let Factor::Message(recipient) = &person.factor else {
            return Performed::not_tried("no address");
        };
        let (mut phases, seen) = (Vec::with_capacity(3), self.inbox.arrived(recipient, 0).len());
        let signed_in = self.sign_in(person, &mut phases).await;
        if let After::End(ended, detail) = after_sign_in(task, Proof::Message, signed_in.as_ref()) {
            return Performed { ended, detail, phases };
        }
        let handed_over = Stopwatch::start();
        // What is certainly sent before the answer is there; else its own bound holds.
        let delivery = self.subject.about().delivery;
        let code = received(&self.inbox, delivery, recipient, seen).await;
        phases.push(("hand_over", handed_over.elapsed()));
        let code = match code {
            Ok(code) => code,
            Err(why) => return Performed { detail: why.into(), ended: Ended::NoAnswer, phases },
        };
        let submitted = match (task, person.spent) {
            (Task::Verify(WorkKind::Wrong | WorkKind::Expired), _) => raised(&code),
            (Task::Verify(WorkKind::Replayed), Some(spent)) => Secret::new(spent.as_str()),
            (Task::Verify(WorkKind::Replayed), None) => {
                return Performed::not_tried("no used code to replay, nothing submitted");
            }
            (Task::Verify(WorkKind::Valid | WorkKind::Locked) | Task::Spend, _) => code.clone(),
        };
        let performed = self.submit(person, submitted, Proof::Message, phases).await;
        if task == Task::Spend {
            let spent = Typed::sent(code.reveal());
            person.spent = spent.filter(|_| performed.ended == Ended::Accepted);
        }
        performed
    }

    async fn sign_in(
        &self,
        person: &Person,
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Result<Reply, AskError> {
        let Person { user, password, .. } = person;
        let sign_in = Operation::SignIn { user: user.clone(), password: password.clone() };
        let asked = Stopwatch::start();
        let answer = self.subject.ask(&person.session, &sign_in).await;
        phases.push(("request", asked.elapsed()));
        answer.map(|answer| answer.reply)
    }

    async fn submit(
        &self,
        person: &Person,
        code: Secret,
        proof: Proof,
        mut phases: Vec<(&'static str, Duration)>,
    ) -> Performed {
        let asked = Stopwatch::start();
        let submit = Operation::SubmitCode { code: code.into() };
        let answer = self.subject.ask(&person.session, &submit).await;
        phases.push(("verify", asked.elapsed()));
        let reply = answer.map(|answer| answer.reply);
        match after_code(proof, reply.as_ref()) {
            After::End(ended, detail) => Performed { ended, detail, phases },
            After::GoOn => Performed { ended: Ended::Unexpected, detail: "".into(), phases },
        }
    }
}

impl Work for Pool {
    fn perform(&self, event: Event) -> Soon<'_, Performed> {
        Box::pin(self.performed(event))
    }

    /// Signs out. Whatever comes of it shows at the next sign-in.
    fn leave(&self, event: Event) -> Soon<'_, ()> {
        Box::pin(async move {
            let Some(person) = self.people.get(event.person as usize) else { return };
            let person = person.lock().await;
            let _answer = self.subject.ask(&person.session, &Operation::SignOut).await;
        })
    }
}

impl Performed {
    pub(super) fn not_tried(why: &'static str) -> Self {
        Self { ended: Ended::NotTried, detail: Cow::Borrowed(why), phases: Vec::new() }
    }
}

impl Tolerance {
    /// As the subject declares it; else one step, as most have it.
    pub(super) fn of(subject: &dyn Subject) -> Self {
        Self { window: subject.about().declared.token_window.unwrap_or(1).into() }
    }
}

/// Another code of the same length.
fn raised(code: &Secret) -> Secret {
    let raise = |digit: char| char::from_digit((digit.to_digit(10)? + 1) % 10, 10);
    Secret::new(code.reveal().chars().map(|c| raise(c).unwrap_or(c)).collect::<String>())
}
