//! `map:FILE.yaml`: any HTTP server as a subject, without code.
//!
//! A map says for each operation which requests to send and what the last answer means. Nothing in
//! it is run: it is data that is checked whole before the first request. `adapters/` has examples.
//!
//! - In requests `$name` is a variable: what the operation brings along (`$user`, `$code` …), what
//!   an earlier request of the same session captured, or the session's last `$user` and
//!   `$password`. A JSON or form field or header whose variable has no value is left out.
//! - In replies `$.path` is a JSONPath into the answer, `$name` a captured variable, and anything
//!   else stands for itself.
//! - An answer that no rule fits is inconclusive, never the server's fault.

mod capture;
mod check;
mod classify;
pub mod file;
mod meaning;
mod place;
mod program;
mod session;
mod template;
mod words;

use crate::adapters::network::Wire;
use crate::adapters::{Connection, Host, NotReachable, Stage};
use crate::domain::{Clock, Moment, Soon, VirtualClock, WallClock};
use crate::subject::{About, AskError, ClockMode};
use crate::tokens::Network;
use program::{Mapped, Program};
use session::Session;
use std::sync::Arc;
use std::time::Duration;

/// A server that a map file describes.
pub struct MapHost {
    program: Arc<Program>,
    network: Arc<Wire>,
    clock: Arc<dyn Clock>,
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
        let program = check::read(text, file, base).map_err(NotReachable::BadMap)?;
        let network = Wire::new(program.hosts.clone()).map_err(NotReachable::Silent)?;
        let clock: Arc<dyn Clock> = match program.about.clock {
            ClockMode::Virtual | ClockMode::SharedVirtual => {
                let start = now(&program).await.map_err(NotReachable::Silent)?;
                Arc::new(VirtualClock::starting_at(start))
            }
            ClockMode::Offset | ClockMode::Real => Arc::new(WallClock::new(nap)),
        };
        Ok(Self { program: Arc::new(program), network: Arc::new(network), clock })
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
            let subject = Box::new(Mapped::new(Arc::clone(&self.program), stage));
            let network: Arc<dyn Network> = self.network.clone();
            Ok(Connection { subject, network })
        })
    }
}

/// The time by the server's virtual clock.
async fn now(program: &Program) -> Result<Moment, String> {
    let Some((request, field)) = &program.now else { return Ok(Moment::EPOCH) };
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
