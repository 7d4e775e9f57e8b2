//! An adapter that is a program, for a whole run: greeted, asked, restarted when it ends, and said
//! goodbye to.
//!
//! An adapter that ends in the middle of a scenario takes with it what the scenario had begun, so
//! nothing more can be said of that scenario, and nobody is blamed. The next scenario meets a fresh
//! one. Which request ended it is found out where asking again changes nothing.

mod asked;
mod revival;

use super::link::{Link, Transport, Trouble, quote};
use super::network::Wire;
use super::protocol::{
    Call, Gateways, Hello, Isolation, Outcome, Range, Scope, Timekeeping, VERSION, Welcome,
};
use super::shim::Shim;
use super::{Briefing, Connection, Host, NotReachable, Stage};
use crate::domain::{Clock, Moment, Soon, VirtualClock, WallClock};
use crate::subject::{About, AskError, ClockMode, Settling};
use crate::tokens::Network;
use asked::Asked;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use url::Url;

/// The versions that we speak.
pub(super) const SPOKEN: Range = Range { min: VERSION, max: VERSION };

/// An adapter that is a program.
pub(super) struct Partner(Arc<Inner>);

struct Inner {
    transport: Box<dyn Transport>,
    briefing: Briefing,
    about: About,
    isolation: Isolation,
    clock: Arc<dyn Clock>,
    /// What moves the clock of the server, if that is the adapter's choice.
    shim: Option<Arc<Shim>>,
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
    /// [`NotReachable::Silent`] if there is nobody, [`NotReachable::NoPartner`] if what answers
    /// does not speak the protocol.
    pub(super) async fn open(
        transport: Box<dyn Transport>,
        briefing: Briefing,
    ) -> Result<Self, NotReachable> {
        let (link, welcome) = greet(&*transport, &briefing, Moment::EPOCH).await?;
        let no_partner = NotReachable::NoPartner;
        let network = Wire::new(hosts(&welcome).map_err(no_partner)?).map_err(no_partner)?;
        let shim = shim(&*transport, &welcome).map_err(no_partner)?;
        let clock: Arc<dyn Clock> = match (&shim, welcome.clock.mode()) {
            (Some(shim), _) => shim.clock(),
            (None, ClockMode::Virtual | ClockMode::SharedVirtual) => {
                Arc::new(VirtualClock::starting_at(welcome.now.unwrap_or(Moment::EPOCH)))
            }
            (None, ClockMode::Offset | ClockMode::Real) => {
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
            shim,
            moved: AtomicBool::new(false),
            network: Arc::new(network),
            live: Mutex::new(Live { now, restarts: 0 }),
        })))
    }
}

/// What moves the clock of the server, if the adapter says that this is how it is moved.
fn shim(transport: &dyn Transport, welcome: &Welcome) -> Result<Option<Arc<Shim>>, String> {
    if welcome.clock != Timekeeping::Shim {
        return Ok(None);
    }
    let none = "its clock is to be moved by the shim, which is there for `exec:` on 64-bit Linux with \
                the GNU C library only; write `\"clock\":\"real\"`";
    transport.shim().map(Some).ok_or_else(|| none.to_owned())
}

fn about(welcome: &Welcome) -> About {
    let delivery = match welcome.delivered_within_ms {
        None | Some(0) => Settling::BeforeReply,
        Some(ms) => Settling::Within(Duration::from_millis(ms)),
    };
    About {
        name: welcome.name(),
        role: welcome.role,
        features: welcome.features.clone(),
        declared: welcome.declares.clone(),
        clock: welcome.clock.mode(),
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

/// What the answer to `hello` says, if it can be meant.
fn understood(outcome: &Outcome) -> Result<Welcome, String> {
    let welcome = outcome.welcome();
    let welcome = welcome.map_err(|why| format!("its answer to `hello` is none of ours: {why}"))?;
    welcome.check(SPOKEN).map_err(|why| format!("its answer to `hello` is none of ours: {why}"))?;
    Ok(welcome)
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
        Ok(outcome) => understood(&outcome),
        Err(Trouble::Ended | Trouble::Gone) => Err(link.ended().unwrap_or_default()),
        Err(Trouble::Broke(why)) => Err(why),
        Err(silent @ Trouble::TimedOut(_)) => {
            Err(format!("`hello`: {silent}{}", link.last_words()))
        }
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

/// What an administrator does for `scenario`.
fn administrator(scenario: &str) -> Scope {
    Scope { scenario: scenario.to_owned(), session: "harness".to_owned(), address: None }
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
            let scope = administrator(&stage.scenario);
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
            let subject = Asked::new(inner, adapter, stage);
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
