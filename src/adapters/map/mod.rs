//! `map:FILE.yaml`: any HTTP server as a subject, without code.
//!
//! A map says for each operation which requests to send and what the last answer means. Nothing in
//! it is run: it is data that is checked whole before the first request. `adapters/` has examples.
//!
//! - In requests `$name` is a variable: what the operation brings along (`$user`, `$code` …), what
//!   an earlier request of the same session captured, the session's last `$user` and `$password`,
//!   or `$base`, which is where the server listens: an `Origin` must say so. A JSON or form field
//!   or header whose variable has no value is left out.
//! - In replies `$.path` is a JSONPath into the answer, `$name` a captured variable, and anything
//!   else stands for itself.
//! - An answer that no rule fits is inconclusive, never the server's fault.

mod capture;
mod check;
mod classify;
mod clock;
pub mod file;
mod launch;
mod meaning;
mod place;
mod program;
mod session;
mod template;
mod translation;
mod words;

use crate::adapters::network::Wire;
use crate::adapters::shim::Shim;
use crate::adapters::{Connection, Endpoints, Host, NotReachable, Stage};
use crate::domain::{Clock, Moment, Soon, VirtualClock, WallClock};
use crate::subject::{About, AskError};
use crate::tokens::Network;
use capture::Field;
use clock::Movable;
use launch::Launched;
use program::{Mapped, Program};
use session::{Request, Session};
use std::sync::Arc;
use std::time::Duration;

/// A server that a map file describes.
pub struct MapHost {
    program: Arc<Program>,
    network: Arc<Wire>,
    clock: Arc<dyn Clock>,
    /// The server, if the map started it.
    launched: Option<Arc<Launched>>,
}

/// Checks the map `text`; `file` is its name for messages.
///
/// # Errors
/// [`NotReachable::BadMap`] with every mistake, its place and its remedy.
pub fn check(text: &str, file: &str) -> Result<(), NotReachable> {
    check::read(text, file, None).map(drop).map_err(NotReachable::BadMap)
}

/// The JSON Schema of map files, for editors.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(file::MapFile)
}

impl MapHost {
    /// Reads the map `text`, called `file` in messages, and the server's clock if that is virtual.
    /// `base`, if given, takes the place of the one in the map.
    ///
    /// # Errors
    /// [`NotReachable::BadMap`] with every mistake; [`NotReachable::Silent`] if the clock cannot be
    /// read.
    pub async fn load(text: &str, file: &str, base: Option<&str>) -> Result<Self, NotReachable> {
        Self::load_with(text, file, base, None).await
    }

    /// The same; a server that the map starts is told where the `gateways` are.
    ///
    /// # Errors
    /// As [`MapHost::load`]; [`NotReachable::Silent`] also if the server does not start.
    pub async fn load_with(
        text: &str,
        file: &str,
        base: Option<&str>,
        gateways: Option<&Endpoints>,
    ) -> Result<Self, NotReachable> {
        let mut program = check::read(text, file, base).map_err(NotReachable::BadMap)?;
        let silent = NotReachable::Silent;
        let launched = launched(&mut program, file, gateways).await.map_err(silent)?;
        let network = Wire::new(program.hosts.clone()).map_err(NotReachable::Silent)?;
        let shim = launched.as_ref().and_then(Launched::shim);
        let clock: Arc<dyn Clock> = match (&program.clock, shim) {
            (_, Some(shim)) => shim.clock(),
            (Movable::Virtual(now), None) => {
                let start = read(now, &program).await.map_err(NotReachable::Silent)?;
                Arc::new(VirtualClock::starting_at(start))
            }
            (Movable::Not | Movable::Offset | Movable::Shim(_), None) => {
                Arc::new(WallClock::new(nap))
            }
        };
        let launched = launched.map(Arc::new);
        Ok(Self { program: Arc::new(program), network: Arc::new(network), clock, launched })
    }
}

impl Host for MapHost {
    fn about(&self) -> &About {
        &self.program.about
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>> {
        Box::pin(async move {
            let (program, launched) = (Arc::clone(&self.program), self.launched.clone());
            let subject = Box::new(Mapped::new(program, launched, stage));
            let network: Arc<dyn Network> = self.network.clone();
            Ok(Connection { subject, network })
        })
    }

    fn close(&self) -> Soon<'_, ()> {
        Box::pin(async move {
            if let Some(launched) = &self.launched {
                launched.close().await;
            }
        })
    }
}

/// Starts the server, if the map says how.
async fn launched(
    program: &mut Program,
    file: &str,
    gateways: Option<&Endpoints>,
) -> Result<Option<Launched>, String> {
    let Some(launch) = &program.launch else { return Ok(None) };
    if program.target.base.port() == Some(0) {
        let port = launch::free_port().map_err(|error| format!("no port is free: {error}"))?;
        let set = program.target.base.set_port(Some(port));
        set.map_err(|()| "`base` cannot have a port".to_owned())?;
        for host in program.hosts.values_mut().filter(|url| url.port() == Some(0)) {
            let _has_a_host_as_base_has = host.set_port(Some(port));
        }
    }
    let variables = launch::variables(&program.target, gateways, launch::beside(file));
    let shim = match program.clock {
        Movable::Shim(pace) => Some(Arc::new(Shim::new(pace)?)),
        Movable::Not | Movable::Offset | Movable::Virtual(_) => None,
    };
    launch.start(&program.target, &variables, shim).await.map(Some)
}

/// The time by the server's virtual clock.
async fn read(now: &(Request, Field), program: &Program) -> Result<Moment, String> {
    let (request, field) = now;
    let session = Session::new(program.target.clone()).map_err(|error| error.to_string())?;
    let nothing = template::Variables::new();
    let page = session.send(request, &nothing).await.map_err(|error| error.to_string())?;
    let found = field.find(&page, &nothing);
    found.and_then(|value| serde_json::from_value(value).ok()).ok_or_else(|| {
        format!("{} answered {} without a time as RFC 3339", page.asked, page.status)
    })
}

fn nap(duration: Duration) -> Soon<'static, ()> {
    Box::pin(tokio::time::sleep(duration))
}
