//! An adapter that is a program, for a whole run: greeted, asked, restarted when it ends, and said
//! goodbye to.
//!
//! An adapter that ends in the middle of a scenario takes with it what the scenario had begun, so
//! nothing more can be said of that scenario, and nobody is blamed. The next scenario meets a fresh
//! one. Which request ended it is found out where asking again changes nothing.

use super::link::{Link, Transport, Trouble, quote};
use super::network::Wire;
use super::protocol::{
    Call, Effect, Gateways, Hello, Isolation, Outcome, Range, Scope, VERSION, Welcome,
};
use super::{Briefing, Connection, Host, Limits, NotReachable, Stage};
use crate::domain::{Answer, Clock, Moment, Operation, Reply, Soon, VirtualClock, WallClock};
use crate::subject::{About, AskError, ClockMode, Settling, Subject};
use crate::tokens::Network;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use url::Url;

/// The versions that we speak.
pub(super) const SPOKEN: Range = Range { min: VERSION, max: VERSION };

/// How often an adapter is started anew, or connected to, before the rest of the run does without.
const MOST_RESTARTS: u32 = 10;

/// A clock that is less than this behind ours is not corrected: it was read earlier.
const SLACK: Duration = Duration::from_secs(2);

/// An adapter that is a program.
pub(super) struct Partner(Arc<Inner>);

struct Inner {
    transport: Box<dyn Transport>,
    briefing: Briefing,
    about: About,
    isolation: Isolation,
    clock: Arc<dyn Clock>,
    /// Whether the clock was moved by us: a restarted adapter may not know of it.
    moved: AtomicBool,
    network: Arc<Wire>,
    live: Mutex<Live>,
}

struct Live {
    now: Arc<Incarnation>,
    restarts: u32,
}

/// The adapter from one start to its end.
struct Incarnation {
    link: Link,
    /// Why it ended, and through whom, once that was found out.
    autopsy: OnceCell<String>,
}

impl Partner {
    /// Opens `transport` and greets what answers.
    ///
    /// # Errors
    /// [`NotReachable::Silent`] if there is nobody, [`NotReachable::NoPartner`] if what answers does
    /// not speak the protocol.
    pub(super) async fn open(
        transport: Box<dyn Transport>,
        briefing: Briefing,
    ) -> Result<Self, NotReachable> {
        let (link, welcome) = greet(&*transport, &briefing, Moment::EPOCH).await?;
        let no_partner = NotReachable::NoPartner;
        let network = Wire::new(hosts(&welcome).map_err(no_partner)?).map_err(no_partner)?;
        let clock: Arc<dyn Clock> = match welcome.clock {
            ClockMode::Virtual | ClockMode::SharedVirtual => {
                Arc::new(VirtualClock::starting_at(welcome.now.unwrap_or(Moment::EPOCH)))
            }
            ClockMode::Offset | ClockMode::Real => {
                Arc::new(WallClock::new(|nap| Box::pin(tokio::time::sleep(nap))))
            }
        };
        let now = Arc::new(Incarnation { link, autopsy: OnceCell::new() });
        Ok(Self(Arc::new(Inner {
            transport,
            briefing,
            about: about(&welcome),
            isolation: welcome.isolation,
            clock,
            moved: AtomicBool::new(false),
            network: Arc::new(network),
            live: Mutex::new(Live { now, restarts: 0 }),
        })))
    }
}

fn about(welcome: &Welcome) -> About {
    let delivery = match welcome.delivered_within_ms {
        None | Some(0) => Settling::BeforeReply,
        Some(ms) => Settling::Within(Duration::from_millis(ms)),
    };
    About {
        name: welcome.name(),
        features: welcome.features.clone(),
        declared: welcome.declares.clone(),
        clock: welcome.clock,
        delivery,
    }
}

/// The table of hosts for devices.
pub(super) fn hosts(welcome: &Welcome) -> Result<BTreeMap<String, Url>, String> {
    let mut hosts = BTreeMap::new();
    for (name, target) in &welcome.hosts {
        let url = Url::parse(target).ok();
        let url =
            url.filter(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
        let url = url.ok_or_else(|| {
            format!(
                "`hosts` has `{target}` for `{name}`; write http://HOST:PORT, perhaps with a path"
            )
        })?;
        hosts.insert(name.to_ascii_lowercase(), url);
    }
    Ok(hosts)
}

/// Opens a connection, says `hello`, and checks the answer.
async fn greet(
    transport: &dyn Transport,
    briefing: &Briefing,
    now: Moment,
) -> Result<(Link, Welcome), NotReachable> {
    let link = Link::open(transport.open().await.map_err(NotReachable::Silent)?);
    let hello = Hello {
        protocol: SPOKEN,
        seed: briefing.seed.to_string(),
        gateways: briefing.gateways.as_ref().map(Gateways::from),
        now,
    };
    let asked = link.ask(Call::Hello(hello), None, briefing.limits.start).await;
    let welcome = match asked {
        Ok(outcome) => outcome.welcome().map_err(|why| why.0).and_then(|welcome| {
            welcome.check(SPOKEN).map(|()| welcome).map_err(|why| format!("`hello`: {why}"))
        }),
        Err(Trouble::Ended | Trouble::Gone) => Err(link.ended().unwrap_or_default()),
        Err(trouble) => Err(format!("`hello`: {trouble}{}", link.last_words())),
    };
    match welcome {
        Ok(welcome) => {
            link.widen(welcome.max_in_flight);
            Ok((link, welcome))
        }
        Err(why) => {
            link.kill("it was not understood");
            Err(NotReachable::NoPartner(why))
        }
    }
}

impl Inner {
    /// The adapter as it lives now, started anew if it has ended.
    async fn alive(&self) -> Result<Arc<Incarnation>, AskError> {
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
        let told =
            link.ask(call, Some(&scope("harness", "harness")), self.limits().operation).await;
        match told {
            Ok(Outcome::Ok(_)) => Ok(()),
            Ok(_) | Err(_) => Err(AskError::Adapter(
                "it was started anew, and its clock cannot be brought to our time".to_owned(),
            )),
        }
    }

    fn limits(&self) -> Limits {
        self.briefing.limits
    }

    /// Why `dead` ended, and through whom, as far as that can be known.
    async fn autopsy(&self, dead: &Incarnation, restarts: &mut u32) -> String {
        let told = dead.autopsy.get_or_init(|| async {
            let why = dead.link.ended().unwrap_or_default();
            let under_way = dead.link.under_way_at_end();
            let named =
                |one: &super::link::UnderWay| format!("`{}` (request {})", one.operation, one.id);
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
        under_way: &'a [super::link::UnderWay],
        restarts: &mut u32,
        why: &str,
    ) -> Option<&'a super::link::UnderWay> {
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
    async fn explain(&self, trouble: Trouble, met: &Incarnation) -> AskError {
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

fn scope(scenario: &str, session: &str) -> Scope {
    Scope { scenario: scenario.to_owned(), session: session.to_owned() }
}

impl Host for Partner {
    fn about(&self) -> &About {
        &self.0.about
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    fn most_at_once(&self) -> Option<usize> {
        (self.0.isolation == Isolation::None).then_some(1)
    }

    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>> {
        Box::pin(async move {
            let adapter = self.0.alive().await?;
            let call = Call::OpenScenario {
                seed: stage.seed.to_string(),
                settings: stage.settings.clone(),
            };
            let patience = self.0.limits().operation;
            let scope = scope(&stage.scenario, "harness");
            match adapter.link.ask(call, Some(&scope), patience).await {
                Ok(Outcome::Ok(_) | Outcome::Unsupported(_)) => {}
                Ok(Outcome::Reject(why)) => {
                    let why = quote(&why.to_string());
                    return Err(AskError::Adapter(format!("it refused `open_scenario`: {why}")));
                }
                Ok(Outcome::Fault(fault)) => {
                    return Err(AskError::Adapter(format!("`open_scenario`: {fault}")));
                }
                Err(trouble) => return Err(self.0.explain(trouble, &adapter).await),
            }
            let network: Arc<dyn Network> = self.0.network.clone();
            let inner = Arc::clone(&self.0);
            let subject = Asked { inner, adapter, scenario: stage.scenario.clone() };
            Ok(Connection { subject: Box::new(subject), network })
        })
    }

    fn close(&self) -> Soon<'_, ()> {
        Box::pin(async move {
            let adapter = Arc::clone(&self.0.live.lock().await.now);
            adapter.link.close(self.0.limits().goodbye).await;
        })
    }
}

/// The subject behind the adapter, for one scenario.
struct Asked {
    inner: Arc<Inner>,
    adapter: Arc<Incarnation>,
    scenario: String,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let scope = scope(&self.scenario, "harness");
        self.adapter.link.post(Call::CloseScenario {}, &scope, self.inner.limits().operation);
    }
}

impl Asked {
    async fn outcome(&self, session: &str, operation: &Operation) -> Result<Outcome, AskError> {
        let patience = self.inner.limits().operation;
        let scope = scope(&self.scenario, session);
        match self.adapter.link.ask(Call::of(operation), Some(&scope), patience).await {
            Ok(outcome) => Ok(outcome),
            Err(trouble) => Err(self.inner.explain(trouble, &self.adapter).await),
        }
    }

    async fn answer(&self, session: &str, operation: &Operation) -> Result<Answer, AskError> {
        let mut outcome = self.outcome(session, operation).await?;
        if let Outcome::Fault(fault) = &outcome
            && fault.effect == Effect::None
        {
            // Nothing was done, so asking once more is the same as asking once.
            outcome = self.outcome(session, operation).await?;
        }
        let kind = operation.kind().to_string();
        if let Outcome::Fault(fault) = &outcome {
            return Err(AskError::Adapter(format!("`{kind}`: {fault}")));
        }
        let (shown, form) = outcome.shown();
        let quoted = outcome_quoted(&outcome);
        let reply = outcome.reply(&kind).map_err(|why| {
            AskError::Adapter(format!("its answer to `{kind}` is none of ours ({why}): `{quoted}`"))
        })?;
        let advanced = matches!(operation, Operation::AdvanceClock { .. });
        if advanced && reply == Reply::Done {
            self.inner.moved.store(true, Ordering::Relaxed);
        }
        Ok(Answer { reply, shown, form })
    }
}

fn outcome_quoted(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Ok(body) | Outcome::Reject(body) | Outcome::Unsupported(body) => {
            quote(&body.to_string())
        }
        Outcome::Fault(fault) => fault.to_string(),
    }
}

impl Subject for Asked {
    fn about(&self) -> &About {
        &self.inner.about
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>> {
        Box::pin(self.answer(session, operation))
    }
}
