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

pub(in crate::adapters) mod capture;
pub(in crate::adapters) mod check;
pub(in crate::adapters) mod classify;
mod clock;
mod compiled;
mod cookies;
mod drawing;
pub mod file;
pub(in crate::adapters) mod launch;
mod meaning;
pub(in crate::adapters) mod place;
pub(in crate::adapters) mod program;
mod secrets;
pub(in crate::adapters) mod session;
pub(in crate::adapters) mod template;
mod trace;
mod translation;
mod whereabouts;
pub(in crate::adapters) mod words;
mod xml;

use crate::adapters::network::Wire;
use crate::adapters::shim::{Pace, Shim};
use crate::adapters::wire::Script;
use crate::adapters::{Connection, Endpoints, Host, NotReachable, Stage};
use crate::domain::operation::OperationKind;
use crate::domain::{Clock, Moment, Soon, VirtualClock, WallClock};
use crate::subject::{About, AskError};
use crate::tokens::Network;
use capture::Field;
use clock::Movable;
use launch::Launched;
use program::{Mapped, Program};
use session::{Request, Session};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
pub use trace::{Seen, Trace};

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

/// The variables that `kind` brings along.
#[must_use]
pub fn variables_of(kind: OperationKind) -> &'static [&'static str] {
    words::variables_of(kind)
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

    /// The map in the file `path`, as [`MapHost::load_with`].
    ///
    /// # Errors
    /// As [`MapHost::load_with`]; [`NotReachable::Unreadable`] also if there is no such file.
    pub async fn open(
        path: &std::path::Path,
        gateways: Option<&Endpoints>,
    ) -> Result<Self, NotReachable> {
        let (text, name) = written(path)?;
        Self::load_with(&text, &name, None, gateways).await
    }

    /// The same; a clock that the shim moves goes by itself, whatever the map says.
    ///
    /// # Errors
    /// As [`MapHost::open`].
    pub async fn open_running(
        path: &std::path::Path,
        gateways: Option<&Endpoints>,
    ) -> Result<Self, NotReachable> {
        let (text, name) = written(path)?;
        let mut program = check::read(&text, &name, None).map_err(NotReachable::BadMap)?;
        if matches!(program.clock, Movable::Shim(_)) {
            program.clock = Movable::Shim(Pace::Runs);
            program.about.clock = program.clock.mode();
        }
        Self::of(program, &name, gateways).await
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
        let program = check::read(text, file, base).map_err(NotReachable::BadMap)?;
        Self::of(program, file, gateways).await
    }

    /// The server that `program` describes, started if it says how.
    pub(in crate::adapters) async fn of(
        mut program: Program,
        file: &str,
        gateways: Option<&Endpoints>,
    ) -> Result<Self, NotReachable> {
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

impl MapHost {
    /// Opens the subject for one scenario, and notes all that passes.
    #[must_use]
    pub fn connect_traced(&self, stage: &Stage) -> (Connection, Arc<Trace>) {
        let trace = Arc::new(Trace::default());
        let subject = Box::new(self.mapped(stage, Some(Arc::clone(&trace))));
        (Connection { subject, network: self.network() }, trace)
    }

    /// `text` with the names of the map's secrets in the place of their values.
    #[must_use]
    pub fn without_secrets(&self, text: String) -> String {
        self.program.secrets.hidden_in(text)
    }

    /// Where the server is, now that it is known.
    pub(in crate::adapters) fn target(&self) -> &session::Target {
        &self.program.target
    }

    /// What is asked for one scenario.
    pub(in crate::adapters) fn mapped(&self, stage: &Stage, trace: Option<Arc<Trace>>) -> Mapped {
        Mapped::new(Arc::clone(&self.program), self.launched.clone(), stage, trace)
    }

    /// How devices reach the server.
    pub(in crate::adapters) fn network(&self) -> Arc<dyn Network> {
        self.network.clone()
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
            let subject = Box::new(self.mapped(stage, None));
            Ok(Connection { subject, network: self.network() })
        })
    }

    fn script(&self, stage: &Stage) -> Result<Script, String> {
        self.compiled(stage)
    }

    fn close(&self) -> Soon<'_, ()> {
        Box::pin(async move {
            if let Some(launched) = &self.launched {
                launched.close().await;
            }
        })
    }
}

/// The text of the map at `path`, and its name for messages.
fn written(path: &Path) -> Result<(String, String), NotReachable> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((text, name)),
        Err(error) => Err(NotReachable::Unreadable { path: name, why: error.to_string() }),
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
    let mut variables = launch::variables(&program.target, gateways, &folder_of(file));
    variables.extend(program.secrets.variables());
    let detour = gateways.and_then(|gateways| gateways.detour.as_ref());
    let shim = match program.clock {
        Movable::Shim(pace) => Some(Arc::new(Shim::new(pace)?)),
        Movable::Not | Movable::Offset | Movable::Virtual(_) => None,
    };
    launch.start(&program.target, &variables, shim, detour).await.map(Some)
}

/// The folder of the map `file`, whole: what is started runs there, so a path seen from here would
/// lead it elsewhere.
pub(in crate::adapters) fn folder_of(file: &str) -> PathBuf {
    let beside = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    std::path::absolute(beside).unwrap_or_else(|_| beside.to_owned())
}

/// The time by the server's virtual clock.
async fn read(now: &(Request, Field), program: &Program) -> Result<Moment, String> {
    let (request, field) = now;
    let session = Session::passing(program.target.clone());
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
