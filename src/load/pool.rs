//! The people of a load, each with an enrolled token.

use super::member::Member;
use super::{Failure, NotEnrolled, Plan, Work};
use crate::domain::{Clock, Soon};
use crate::gateways::inbox::Inbox;
use crate::subject::Subject;
use crate::tokens::Network;
use futures_util::{StreamExt, TryStreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Enrolments under way at once: enough to keep two cores busy, few enough to be no load test of
/// the enrolment.
const ENROL_AT_ONCE: usize = 16;

/// The surroundings of a pool.
pub struct Setting {
    /// The seed from which the people and their devices follow.
    pub seed: u64,
    /// The clock of the devices; it must run like the subject's.
    pub clock: Arc<dyn Clock>,
    /// Where the subject's mail arrives.
    pub inbox: Arc<Inbox>,
    /// How the devices reach the service.
    pub network: Arc<dyn Network>,
}

/// Enrolled people in front of a subject.
pub struct Pool {
    subject: Box<dyn Subject>,
    plan: Plan,
    /// Nobody makes two verifications at once.
    members: Vec<Mutex<Member>>,
}

impl Pool {
    /// Enrols the people of `plan` through the operations of `subject`; `on_enrolled` hears of each.
    ///
    /// Where enrolling used up a code, it waits until everybody has a new one.
    ///
    /// # Errors
    /// [`NotEnrolled`] of the first who gets no token.
    pub async fn enrol(
        subject: Box<dyn Subject>,
        setting: &Setting,
        plan: Plan,
        on_enrolled: impl Fn(),
    ) -> Result<Arc<Self>, NotEnrolled> {
        let asked = &*subject;
        let members: Vec<Member> = futures_util::stream::iter(0..plan.people())
            .map(|ordinal| Member::enrol(asked, setting, ordinal))
            .buffered(ENROL_AT_ONCE)
            .inspect_ok(|_| on_enrolled())
            .try_collect()
            .await?;
        if members.iter().any(Member::has_spent) {
            let period = Duration::from_secs(plan.load().period.seconds());
            setting.clock.wait_until(setting.clock.now() + period).await;
        }
        let members = members.into_iter().map(Mutex::new).collect();
        Ok(Arc::new(Self { subject, plan, members }))
    }

    fn member(&self, arrival: u64) -> &Mutex<Member> {
        &self.members[self.plan.person(arrival)]
    }
}

impl Work for Pool {
    fn verify(&self, arrival: u64) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async move { self.member(arrival).lock().await.verify(&*self.subject).await })
    }

    fn leave(&self, arrival: u64) -> Soon<'_, ()> {
        Box::pin(async move {
            if self.plan.people_come_again() {
                self.member(arrival).lock().await.leave(&*self.subject).await;
            }
        })
    }
}
