//! Waiting for what a subject sends after its answer. Which question a message belongs to, and
//! when it came, must not hang on how fast we go on: a late message would be blamed on the subject.

use super::play::Player;
use crate::domain::{Channel, Reply};
use crate::scenario::plan::{Step, Verb};
use crate::subject::Settling;
use std::time::Duration;

/// How many messages have come by each channel.
type Arrived = [(Channel, usize); 2];

/// The messages of one cause leave one behind the other. When none came for this part of the time
/// that a message may take, none is taken to come: waiting the whole time out, several times in
/// each scenario, would make a run last minutes.
const QUIET_PARTS: u32 = 8;

/// What may still be on its way.
#[derive(Debug, Default)]
pub(super) struct OnItsWay {
    /// Whether something was done since the last rest that may have caused a message.
    caused: bool,
    /// The message that the last reply spoke of: whose it is, and how many had come before.
    promised: Option<(String, Channel, usize)>,
}

/// How long a subject that can tell may take to send what is on its way.
const LONGEST_SENDING: Duration = Duration::from_secs(30);

impl Player<'_> {
    /// Before `step`, lets the message come that the last reply spoke of, and before the clock is
    /// moved everything else. Who looks for a message waits by itself.
    pub(super) async fn rest_before(&mut self, step: &Step) {
        match step.verb {
            Verb::Receive { .. } | Verb::ExpectNone { .. } | Verb::Drill(_) => return,
            Verb::Advance(_) => self.rest().await,
            Verb::Ask(_)
            | Verb::Act { .. }
            | Verb::AtOnce { .. }
            | Verb::Disturb { .. }
            | Verb::ReadLeadingZero { .. } => self.await_promised().await,
        }
        self.on_its_way.caused |= !matches!(step.verb, Verb::Advance(_) | Verb::Disturb { .. });
    }

    /// Lets everything come that was caused so far: first what was promised, then whatever else,
    /// until none has come for a while. That is in real time, for a queue knows no other.
    pub(super) async fn rest(&mut self) {
        let Some(settling) = self.settling() else { return };
        if self.has_sent().await {
            self.on_its_way = OnItsWay::default();
            return;
        }
        self.await_promised().await;
        if !std::mem::take(&mut self.on_its_way.caused) {
            return;
        }
        let mut came = self.world.not_collected();
        for _ in 0..QUIET_PARTS {
            tokio::time::sleep(settling / QUIET_PARTS).await;
            let before = std::mem::replace(&mut came, self.world.not_collected());
            if came == before {
                return;
            }
        }
    }

    /// How many messages have come to `person` by each channel.
    pub(super) fn arrived(&self, person: Option<&str>) -> Arrived {
        let came = |channel| person.map_or(0, |person| self.world.arrived(person, channel));
        [Channel::Sms, Channel::Email].map(|channel| (channel, came(channel)))
    }

    /// Notes the message that `reply` promises to `person`, to whom `before` had come already.
    pub(super) fn note_promise(&mut self, person: Option<&str>, reply: &Reply, before: Arrived) {
        self.on_its_way.promised = match (reply, person) {
            (Reply::CodeRequired { channel, .. }, Some(person)) => before
                .into_iter()
                .find(|(known, _)| known == channel)
                .map(|(channel, count)| (person.to_owned(), channel, count)),
            _ => None,
        };
    }

    async fn await_promised(&mut self) {
        let (Some(settling), Some((person, channel, before))) =
            (self.settling(), self.on_its_way.promised.take())
        else {
            return;
        };
        let all_sent = self.has_sent().await;
        self.world.collect();
        if !all_sent && self.world.arrived(&person, channel) <= before {
            let more = self.world.wait_for_more(&person, channel);
            // Too late or never: the judges see that it did not come.
            let _in_time = tokio::time::timeout(settling, more).await;
            self.world.collect();
        }
    }

    /// Waits until the subject has sent all that it decided to send, and says whether it can tell.
    pub(super) async fn has_sent(&self) -> bool {
        let Some(sent) = self.subject.has_sent() else { return false };
        let _in_time = tokio::time::timeout(LONGEST_SENDING, sent).await;
        true
    }

    /// Whether messages may come after the answer.
    pub(super) fn settles_later(&self) -> bool {
        self.settling().is_some()
    }

    fn settling(&self) -> Option<Duration> {
        match self.subject.about().delivery {
            Settling::BeforeReply => None,
            Settling::Within(settling) => Some(settling),
        }
    }
}
