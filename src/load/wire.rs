//! The short way: what is due is sent by the loop of [`crate::adapters::wire`], with codes that were
//! made before.

use super::codes::{Typed, batch};
use super::people::{Drawn, Person, Tolerance};
use super::plan::{Event, Plan, Schedule, Task};
use super::record::{Arrival, Ended, WorkKind};
use super::seen::{After, Proof, after_code, after_sign_in};
use super::tally::{Passed, Tally};
use crate::adapters::wire::{self, Next, Onward, Script, Sender, Traffic};
use crate::domain::clock::Stopwatch;
use crate::domain::operation::OperationKind;
use crate::domain::{Moment, Reply};
use crate::subject::AskError;
use std::collections::VecDeque;
use std::time::Duration;

/// Events whose codes are made at once.
const AHEAD: usize = 64;

/// Drives `plan` over kept connections, from this thread, until it is over or `tally` is ended.
/// `begins` is the moment of its beginning by the clock of the tokens.
///
/// # Errors
/// Why nothing could be sent at all.
pub fn drive(
    plan: &Plan,
    begins: (Moment, Stopwatch),
    script: &Script,
    people: &mut [Person],
    tally: &Tally,
) -> Result<(), String> {
    let kinds: Vec<OperationKind> = script.kinds().collect();
    let is_closed = matches!(plan.wanted().arrival, Arrival::Closed { .. });
    let mut run = Run {
        schedule: plan.schedule(begins.0),
        closed: is_closed.then(|| (plan.arrivals().unwrap_or(u64::MAX), plan.ends_at())),
        begins: begins.0,
        people,
        tally,
        tolerance: Tolerance { window: plan.window() },
        signs_in: kinds.first() == Some(&OperationKind::SignIn),
        ready: VecDeque::with_capacity(AHEAD),
        codes: Vec::with_capacity(AHEAD),
    };
    wire::drive(script, plan.at_once(), begins.1, &mut run)
}

struct Run<'a> {
    schedule: Schedule,
    /// In a closed loop: how many there may be, and until when.
    closed: Option<(u64, Option<Duration>)>,
    begins: Moment,
    people: &'a mut [Person],
    tally: &'a Tally,
    tolerance: Tolerance,
    signs_in: bool,
    /// The next events, with the codes of those that need a fresh one.
    ready: VecDeque<(Event, Option<Drawn>)>,
    codes: Vec<Typed>,
}

/// A verification under way.
struct Visit {
    event: Event,
    drawn: Drawn,
    started: Duration,
    phases: [(&'static str, Duration); 2],
    answered: usize,
}

impl Run<'_> {
    fn moment(&self, point: Duration) -> Moment {
        self.begins + point
    }

    /// Makes the codes of the events that come next.
    fn prepare(&mut self, now: Duration) {
        let first = self.ready.len();
        if self.closed.is_some() {
            let next = (0..AHEAD).map_while(|_| self.schedule.at_once(now));
            self.ready.extend(next.map(|one| (one, None)));
        } else {
            self.ready.extend(self.schedule.by_ref().take(AHEAD).map(|one| (one, None)));
        }
        let (people, begins) = (&*self.people, self.begins);
        let step = |event: &Event| {
            let totp = people.get(event.person as usize)?.totp()?;
            let fresh = matches!(event.task, Task::Spend | Task::Verify(WorkKind::Valid));
            fresh.then(|| (totp, totp.step_at(begins + event.intended)))
        };
        self.codes.clear();
        batch(self.ready.iter().skip(first).filter_map(|(event, _)| step(event)), &mut self.codes);
        let mut codes = self.codes.iter();
        for (event, drawn) in self.ready.iter_mut().skip(first) {
            *drawn = step(event)
                .and_then(|(_, step)| Some(Drawn { code: *codes.next()?, uses: Some(step) }));
        }
    }

    /// The code of `event`, if it can be submitted at `now`.
    fn draw(&self, event: &Event, made: Option<Drawn>, now: Moment) -> Result<Drawn, &'static str> {
        let person = self.people.get(event.person as usize).ok_or("there is nobody")?;
        let step = person.totp().map(|totp| totp.step_at(now));
        match made.filter(|drawn| drawn.uses == step && person.last_step < step) {
            Some(drawn) => Ok(drawn),
            // Made for another step than it has become meanwhile, or not made before.
            None => person.draw(event.task, now, self.tolerance),
        }
    }

    fn is_over(&self, now: Duration) -> bool {
        self.tally.is_ended()
            || self.tally.is_out_of_codes()
            || self
                .closed
                .is_some_and(|(left, until)| left == 0 || until.is_some_and(|until| now >= until))
    }
}

impl Traffic for Run<'_> {
    type Visit = Visit;

    fn next(&mut self, now: Duration) -> Next<Visit> {
        loop {
            if self.is_over(now) {
                return Next::Over;
            }
            if self.ready.is_empty() {
                self.prepare(now);
            }
            let Some((event, made)) = self.ready.front().copied() else { return Next::Over };
            if self.closed.is_none() && event.intended > now {
                return Next::At(event.intended);
            }
            self.ready.pop_front();
            let mut event = event;
            if let Some((left, _)) = &mut self.closed {
                event.intended = now;
                *left -= u64::from(event.counts);
            }
            let drawn = match self.draw(&event, made, self.moment(now)) {
                Ok(drawn) => drawn,
                Err(why) => {
                    self.tally.note(&Passed::not_tried(event, now, why));
                    continue;
                }
            };
            let person = &mut self.people[event.person as usize];
            person.last_step = drawn.uses.or(person.last_step);
            let phases = [("", Duration::ZERO); 2];
            return Next::Start(Visit { event, drawn, started: now, phases, answered: 0 });
        }
    }

    fn sender<'a>(&'a self, visit: &'a Visit) -> Sender<'a> {
        let person = &self.people[visit.event.person as usize];
        Sender {
            user: &person.user,
            password: person.password.reveal(),
            code: visit.drawn.code.as_str(),
        }
    }

    fn answered(
        &mut self,
        visit: &mut Visit,
        request: usize,
        [asked, now]: [Duration; 2],
        meaning: &Result<Reply, AskError>,
    ) -> Onward {
        let is_sign_in = self.signs_in && request == 0;
        let name = if is_sign_in { "request" } else { "verify" };
        if let Some(phase) = visit.phases.get_mut(visit.answered) {
            *phase = (name, now.saturating_sub(asked));
            visit.answered += 1;
        }
        let (task, met) = (visit.event.task, meaning.as_ref());
        let after = if is_sign_in {
            after_sign_in(task, Proof::TwoFactors, met)
        } else {
            after_code(Proof::TwoFactors, met)
        };
        let After::End(ended, detail) = after else { return Onward::Next };
        if task == Task::Spend {
            let spent = (ended == Ended::Accepted).then_some(visit.drawn.code);
            self.people[visit.event.person as usize].spent = spent;
        }
        self.tally.note(&Passed {
            event: visit.event,
            ended,
            detail: &detail,
            started: visit.started,
            answered: now,
            phases: &visit.phases[..visit.answered],
        });
        Onward::Done
    }

    fn is_ended(&self) -> bool {
        self.tally.is_ended()
    }
}
