//! Several questions and acts from behind one barrier: all are put down first, then all are on
//! their way together, and only when the last has come back is any of them written down.

use super::expect::{Comparison, Happened, compare};
use super::play::{Halt, Player, halt_of};
use super::record;
use crate::domain::{Act, Answer, Operation, Outcome, Reply};
use crate::journal::{EntryId, Event, Expectation};
use crate::scenario::plan::{Step, Verb, Winners};
use crate::subject::AskError;
use futures_util::future::{join, join_all};

/// A question that waits behind the barrier.
struct Question {
    asked: EntryId,
    session: String,
    operation: Operation,
}

/// What came of one lane.
enum Came {
    Reply(Reply),
    Outcome(Outcome),
}

impl Player<'_> {
    /// Does all `lanes` at once. In which order they leave is drawn from the scenario's chance.
    pub(super) async fn at_once(
        &mut self,
        lanes: &[Step],
        winners: Option<&Winners>,
    ) -> Result<(), Halt> {
        let mut order: Vec<&Step> = lanes.iter().collect();
        self.world.shuffle(&mut order);
        let mut questions = Vec::new();
        let mut acts = Vec::new();
        for lane in order {
            match &lane.verb {
                Verb::Ask(ask) => {
                    let (operation, person) = (self.operation(ask)?, self.actor(lane, ask));
                    let request = self.request(ask, &operation)?;
                    let session = lane.session.clone();
                    let asked =
                        self.world.journal.record(Event::Asked { session, person, request });
                    let session = lane.session.clone();
                    questions.push(Question { asked, session, operation });
                }
                Verb::Act { device, act } => acts.push((device.clone(), self.device_act(act)?)),
                // Loading lets nothing else into a lane.
                Verb::Receive { .. }
                | Verb::ExpectNone { .. }
                | Verb::Advance(_)
                | Verb::Disturb { .. }
                | Verb::Drill(_)
                | Verb::ReadLeadingZero { .. }
                | Verb::AtOnce { .. } => {}
            }
        }
        let came = self.release(questions, acts).await?;
        self.rest().await;
        self.world.collect_at_once();
        winners.map_or(Ok(()), |winners| self.count(winners, &came))
    }

    /// Lets all go, waits for the last, and writes down what came of each.
    async fn release(
        &mut self,
        questions: Vec<Question>,
        acts: Vec<(String, Act)>,
    ) -> Result<Vec<Came>, Halt> {
        let asked = questions.iter().map(|question| question.asked).collect();
        let count = u32::try_from(acts.len()).unwrap_or(u32::MAX);
        self.world.journal.record(Event::AtOnce { asked, acts: count });
        let subject = self.subject;
        let asking = questions.iter().map(|one| subject.ask(&one.session, &one.operation));
        let (answers, outcomes) = join(join_all(asking), self.world.act_all(acts)).await;
        let (mut came, mut halt) = (Vec::new(), None);
        for (question, answer) in questions.iter().zip(answers) {
            match self.write_down(question, answer) {
                Ok(reply) => came.push(Came::Reply(reply)),
                Err(stuck) => halt = halt.or(Some(stuck)),
            }
        }
        came.extend(outcomes.into_iter().flatten().map(Came::Outcome));
        halt.map_or(Ok(came), Err)
    }

    fn write_down(
        &mut self,
        question: &Question,
        answer: Result<Answer, AskError>,
    ) -> Result<Reply, Halt> {
        let asked = question.asked;
        match answer {
            Ok(Answer { reply: Reply::Unsupported { feature }, .. }) => {
                Err(Halt::Unsupported(feature))
            }
            Ok(answer) => {
                let observed = record::answered(&mut self.world.journal, &answer);
                let (session, observed) = (question.session.clone(), Box::new(observed));
                let Answer { reply, shown, form, .. } = answer;
                let answered = Event::Answered { asked, session, observed, form, shown };
                self.world.journal.record(answered);
                Ok(reply)
            }
            Err(error) => {
                self.world.journal.record(Event::NotAnswered { asked, why: error.to_string() });
                Err(halt_of(&error, &question.operation))
            }
        }
    }

    fn count(&mut self, winners: &Winners, came: &[Came]) -> Result<(), Halt> {
        let comparisons: Vec<Comparison> = came
            .iter()
            .map(|came| {
                let happened = match came {
                    Came::Reply(reply) => Happened::Reply(reply, None),
                    Came::Outcome(outcome) => Happened::Outcome(outcome),
                };
                compare(&winners.expect, &happened, None)
            })
            .collect();
        let won = comparisons.iter().filter(|one| one.outcome == Expectation::Met).count();
        let met = winners.count.contains(&won);
        let wanted = match (winners.count.start(), winners.count.end()) {
            (1, 1) => "exactly one".to_owned(),
            (0, 1) => "at most one".to_owned(),
            (_, most) => format!("at most {most}"),
        };
        let what = comparisons.first().map_or("", |one| one.expected.as_str());
        self.compared(Comparison {
            outcome: if met { Expectation::Met } else { Expectation::Missed },
            expected: format!("{wanted} of {} at once: {what}", came.len()),
            observed: format!("{won} of {}", came.len()),
        })
    }
}
