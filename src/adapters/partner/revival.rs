//! What happens when an adapter ends: why, through whom, and how the next one takes its place.

use super::{Incarnation, Inner, administrator, greet};
use crate::adapters::Limits;
use crate::adapters::link::{Link, Trouble, UnderWay};
use crate::adapters::protocol::{Call, Outcome, Welcome};
use crate::domain::Operation;
use crate::subject::{AskError, ClockMode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How often an adapter is started anew, or connected to, before the rest of the run does without.
const MOST_RESTARTS: u32 = 10;

/// A clock that is less than this behind ours is not corrected: it was read earlier.
const SLACK: Duration = Duration::from_secs(2);

impl Inner {
    /// The adapter as it lives now, started anew if it has ended.
    pub(super) async fn alive(&self) -> Result<Arc<Incarnation>, AskError> {
        let mut live = self.live.lock().await;
        if live.now.link.ended().is_some() {
            // Whose fault it was is found out first: afterwards there is a fresh one.
            let why = self.autopsy(&live.now.clone(), &mut live.restarts).await;
            let (link, welcome) = self.restart(&mut live.restarts, &why).await?;
            self.set_clock(&link, &welcome).await?;
            live.now = Arc::new(Incarnation { link, autopsy: OnceCell::new() });
        }
        Ok(Arc::clone(&live.now))
    }

    async fn restart(&self, restarts: &mut u32, why: &str) -> Result<(Link, Welcome), AskError> {
        if *restarts >= MOST_RESTARTS {
            return Err(AskError::Adapter(format!(
                "it was started anew {MOST_RESTARTS} times, which is enough; the last time {why}"
            )));
        }
        *restarts += 1;
        let greeted = greet(&*self.transport, &self.briefing, self.clock.now()).await;
        greeted.map_err(|error| AskError::Adapter(format!("started anew because {why}: {error}")))
    }

    /// Brings the clock of a restarted adapter and ours together: two times would make right codes
    /// wrong, and the subject would be blamed.
    async fn set_clock(&self, link: &Link, welcome: &Welcome) -> Result<(), AskError> {
        if self.shim.is_some() {
            // The control file is as it was.
            return Ok(());
        }
        let behind = match (self.about.clock, welcome.now) {
            (ClockMode::Real, _) => return Ok(()),
            (ClockMode::Offset, None) if !self.moved.load(Ordering::Relaxed) => return Ok(()),
            (_, None) => {
                return Err(AskError::Adapter(
                    "it was started anew and does not tell its time, which we had moved".to_owned(),
                ));
            }
            (mode, Some(theirs)) => {
                let ours = self.clock.now();
                self.clock.advance(theirs - ours);
                let behind = ours - theirs;
                if mode == ClockMode::Offset && behind < SLACK { Duration::ZERO } else { behind }
            }
        };
        if behind.is_zero() {
            return Ok(());
        }
        let call = Call::of(&Operation::AdvanceClock { by: behind });
        let told = link.ask(call, Some(&administrator("harness")), self.limits().operation).await;
        match told {
            Ok(Outcome::Ok(_)) => Ok(()),
            Ok(_) | Err(_) => Err(AskError::Adapter(
                "it was started anew, and its clock cannot be brought to our time".to_owned(),
            )),
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.briefing.limits
    }

    /// Why `dead` ended, and through whom, as far as that can be known.
    async fn autopsy(&self, dead: &Incarnation, restarts: &mut u32) -> String {
        let told = dead.autopsy.get_or_init(|| async {
            let why = dead.link.ended().unwrap_or_default();
            let under_way = dead.link.under_way_at_end();
            let named = |one: &UnderWay| format!("`{}` (request {})", one.operation, one.id);
            match &under_way[..] {
                [] => why,
                [one] => format!("{why}; it was asked {}", named(one)),
                several => {
                    let all: Vec<String> = several.iter().map(named).collect();
                    let all = all.join(", ");
                    let culprit = self.culprit(several, restarts, &why).await;
                    let found = culprit
                        .map_or("which of them ended it is not known".to_owned(), |one| {
                            format!("asked again alone, {} ends it too", named(one))
                        });
                    format!("{why}; it was asked {all}; {found}")
                }
            }
        });
        told.await.clone()
    }

    /// Asks again, one by one and each a fresh adapter, what changes nothing by being asked.
    async fn culprit<'a>(
        &self,
        under_way: &'a [UnderWay],
        restarts: &mut u32,
        why: &str,
    ) -> Option<&'a UnderWay> {
        for one in under_way.iter().filter(|one| one.again.is_some()) {
            let (link, _) = self.restart(restarts, why).await.ok()?;
            let asked = link.ask_again(one, self.limits().operation).await;
            if asked == Some(Err(Trouble::Ended)) {
                return Some(one);
            }
            link.close(self.limits().goodbye).await;
        }
        None
    }

    /// What `trouble` means to the scenario that met it.
    pub(super) async fn explain(&self, trouble: Trouble, met: &Incarnation) -> AskError {
        match trouble {
            Trouble::TimedOut(patience) => AskError::TimedOut(patience),
            Trouble::Broke(why) => AskError::Adapter(why),
            Trouble::Ended => {
                let mut live = self.live.lock().await;
                AskError::Adapter(self.autopsy(met, &mut live.restarts).await)
            }
            Trouble::Gone => {
                let mut live = self.live.lock().await;
                let why = self.autopsy(met, &mut live.restarts).await;
                AskError::Adapter(format!("{why}; what this scenario had begun with it is lost"))
            }
        }
    }
}
