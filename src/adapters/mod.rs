//! Ways to reach a subject, any subject.
//!
//! A [`Host`] stands for a whole run, a [`Connection`] for one scenario of it.

mod address;
pub mod attach;
pub mod browser;
pub mod builtin;
pub(crate) mod conversation;
mod detour;
pub mod doctor;
pub mod exec;
pub(crate) mod link;
pub mod map;
pub mod network;
mod partner;
pub mod process;
pub mod protocol;
mod shim;
pub mod usage;
pub mod wire;

pub use detour::Detour;

use crate::domain::{Clock, Declared, Secret, Soon};
use crate::subject::{About, AskError, Subject};
use crate::tokens::Network;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where the gateways listen and how to sign in to them, for subjects that can be told.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The base of SMS provider URLs, without a slash at the end: `http://127.0.0.1:4101`.
    pub sms_url: String,
    /// The account id of the SMS provider.
    pub sms_account: String,
    /// The token that goes with the account.
    pub sms_token: Secret,
    /// Where mail is taken.
    pub smtp: SocketAddr,
    /// The way for programs that cannot be told any of this, if there is one.
    pub detour: Option<Detour>,
}

/// What an adapter that is a program is told when it is opened.
#[derive(Debug, Clone, Default)]
pub struct Briefing {
    /// The run's seed.
    pub seed: u64,
    /// The gateways, if they are open.
    pub gateways: Option<Endpoints>,
    /// How long it may take.
    pub limits: Limits,
    /// Whether a clock that the shim moves goes by itself: where a rate is measured, time passes.
    pub clock_runs: bool,
    /// The browser, for adapters that drive one.
    pub browser: BrowserSettings,
}

/// Which browser an adapter drives, and what it keeps of the pages.
#[derive(Debug, Clone, Default)]
pub struct BrowserSettings {
    /// ChromeDriver, in the place of what the file says or of the one on the PATH.
    pub chromedriver: Option<String>,
    /// Chromium, likewise.
    pub chromium: Option<String>,
    /// The folder for screenshots and sources of the pages of scenarios that did not pass.
    pub traces: Option<std::path::PathBuf>,
}

/// How long an adapter that is a program may take, in real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until it has answered the first `hello`, its start included: some are compiled first.
    pub start: Duration,
    /// For one operation; signs of life begin it anew.
    pub operation: Duration,
    /// For ending by itself when the run is over.
    pub goodbye: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_mins(1),
            operation: Duration::from_secs(10),
            goodbye: Duration::from_secs(3),
        }
    }
}

/// The surroundings of one scenario, as far as a subject must know them.
pub struct Stage {
    /// The id of the scenario.
    pub scenario: String,
    /// Its number in the catalogue, from 0: no two of a run have the same.
    pub number: u32,
    /// The run's seed.
    pub seed: u64,
    /// The scenario's clock.
    pub clock: Arc<dyn Clock>,
    /// The gateways.
    pub gateways: Endpoints,
    /// The parameters that the scenario wants the subject to have.
    pub settings: Declared,
}

/// A subject and the network that devices reach it by, for one scenario.
pub struct Connection {
    /// Whom to ask.
    pub subject: Box<dyn Subject>,
    /// How simulated devices reach the addresses that the subject shows them.
    pub network: Arc<dyn Network>,
}

/// A reachable subject, for a whole run.
pub trait Host: Send + Sync {
    /// What it is and can.
    fn about(&self) -> &About;

    /// The clock that a scenario about to begin shares with the subject: a new one where each
    /// scenario has its own, else always the same.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Whether the subject has the parameters `settings`, or can be given them for one scenario.
    fn can_be_set_to(&self, settings: &Declared) -> bool {
        settings.agrees_with(&self.about().declared)
    }

    /// How many scenarios at most may be played at once, if it cannot stand any number.
    fn most_at_once(&self) -> Option<usize> {
        None
    }

    /// Opens the subject for one scenario.
    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>>;

    /// What a verification sends, compiled to bytes, for whoever asks a hundred thousand times.
    ///
    /// # Errors
    /// Why this subject must be asked through [`Subject`].
    fn script(&self, stage: &Stage) -> Result<wire::Script, String> {
        let Stage { scenario: _, .. } = stage;
        Err("only what a map says can be compiled".to_owned())
    }

    /// The run is over: ends what was started for it, after a bounded time at the latest.
    fn close(&self) -> Soon<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Why a subject cannot be reached at all: nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum NotReachable {
    /// The text after `--against` names no adapter.
    #[error(
        "`{0}` names no adapter; write builtin:reference, builtin:reference?defect=NAME, \
         map:FILE.yaml, browser:FILE.yaml, 'exec:COMMAND ARGUMENTS' or attach:tcp://127.0.0.1:PORT"
    )]
    UnknownAdapter(String),
    /// The reference has no such defect.
    #[error("the reference has no defect `{name}`{hint}")]
    UnknownDefect {
        /// What was asked for.
        name: String,
        /// A near miss, ready to append.
        hint: String,
    },
    /// The reference has no such variant.
    #[error("the reference has no variant `{name}`; it has {all}")]
    UnknownVariant {
        /// What was asked for.
        name: String,
        /// The variants there are.
        all: String,
    },
    /// The map file does not load; the text shows where and why.
    #[error("{0}")]
    BadMap(String),
    /// The pages need a browser, and there is none.
    #[error("no browser: {0}")]
    NoBrowser(String),
    /// A file cannot be read.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// What stands behind `exec:` or `attach:` cannot be meant.
    #[error("{0}")]
    BadTarget(String),
    /// The adapter is a program, and does not speak the protocol.
    #[error("the adapter, not the subject: {0}")]
    NoPartner(String),
    /// The subject does not answer.
    #[error("the subject does not answer: {0}")]
    Silent(String),
}

/// Opens the subject that the text after `--against` names: `builtin:reference`,
/// `builtin:reference?defect=NAME`, `map:FILE.yaml`, `browser:FILE.yaml`, `exec:COMMAND`,
/// `attach:ADDRESS`. Programs are told of no gateways: see [`open_with`].
///
/// # Errors
/// [`NotReachable`] with what is wrong and what to write instead.
pub async fn open(against: &str) -> Result<Arc<dyn Host>, NotReachable> {
    open_with(against, Briefing::default()).await
}

/// As [`open`]; an adapter that is a program is told `briefing`.
///
/// # Errors
/// [`NotReachable`] with what is wrong and what to write instead.
pub async fn open_with(against: &str, briefing: Briefing) -> Result<Arc<dyn Host>, NotReachable> {
    if let Some(target) = against.strip_prefix("builtin:") {
        return Ok(Arc::new(builtin::Builtin::parse(target)?));
    }
    if let Some(path) = against.strip_prefix("map:") {
        let gateways = briefing.gateways.as_ref();
        let host = if briefing.clock_runs {
            map::MapHost::open_running(path.as_ref(), gateways).await?
        } else {
            map::MapHost::open(path.as_ref(), gateways).await?
        };
        return Ok(Arc::new(host));
    }
    if let Some(path) = against.strip_prefix("browser:") {
        let (text, gateways) = (written(path)?, briefing.gateways.as_ref());
        let loaded = browser::BrowserHost::load(&text, path, gateways, &briefing.browser);
        return Ok(Arc::new(Box::pin(loaded).await?));
    }
    let transport = transport(against)?;
    Ok(Arc::new(partner::Partner::open(transport, briefing).await?))
}

/// The text of the file at `path`.
fn written(path: &str) -> Result<String, NotReachable> {
    std::fs::read_to_string(path)
        .map_err(|error| NotReachable::Unreadable { path: path.to_owned(), why: error.to_string() })
}

/// The way to an adapter that is a program.
fn transport(against: &str) -> Result<Box<dyn link::Transport>, NotReachable> {
    if let Some(command) = against.strip_prefix("exec:") {
        return Ok(Box::new(exec::Exec::parse(command)?));
    }
    if let Some(address) = against.strip_prefix("attach:") {
        return Ok(Box::new(attach::Attach::parse(address)?));
    }
    Err(NotReachable::UnknownAdapter(against.to_owned()))
}
