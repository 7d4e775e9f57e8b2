//! Chromium and its driver: started in a group of their own, and ended with all that they left.

use super::scene::Programs;
use super::webdriver::{Driver, Window};
use crate::adapters::process::{Group, Guard, Tail};
use serde_json::{Value, json};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use url::Url;

/// How long the driver may take until it listens: it is a small program.
const START: Duration = Duration::from_secs(20);

/// How often it is looked whether it does.
const LOOKING: Duration = Duration::from_millis(10);

/// How long the system may take to do away with what was killed.
const DYING: Duration = Duration::from_secs(5);

/// How much of what the driver says is kept.
const KEPT_BYTES: usize = 16 * 1024;

/// What the driver says before the number of its port.
const LISTENS: &str = "started successfully on port ";

/// What to do where there is no browser.
const REMEDY: &str = "install Chromium and ChromeDriver of the same version (Debian, Ubuntu: \
    `apt-get install --no-install-recommends chromium chromium-driver fonts-dejavu-core`; \
    chromium-headless-shell of the same version makes it twice as fast), or say \
    where they are: `programs: { chromedriver: PATH, chromium: PATH }` in the file, or \
    FOBWATCH_CHROMEDRIVER and FOBWATCH_CHROMIUM";

/// Where Debian keeps a Chromium without a user interface; what is on the PATH there is a script that
/// stays between it and its driver.
const SHELL: &str = "/usr/lib/chromium/chromium-headless-shell";

/// How a browser is started. Why each is there:
/// - A window of the usual 800 by 600 clips screenshots of elements below its edge.
/// - The rest keeps a browser from talking to its maker, and from asking a person anything.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--window-size=1280,2000",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
];

/// A driver that runs, and the folder in which its browsers keep what they must. Both are gone when
/// this is.
#[derive(Debug)]
pub(super) struct Chromedriver {
    /// Before `_scratch`: it is dropped first, so that nobody writes there any more.
    group: Guard,
    _scratch: Scratch,
    driver: Arc<Driver>,
    programs: Programs,
    /// The server's host, which may be reached although it is not this machine.
    host: String,
    timeout: Duration,
}

impl Chromedriver {
    /// Starts the driver for pages at `base`, which have `timeout` to load.
    ///
    /// # Errors
    /// Says what happened and what to do.
    pub(super) async fn start(
        programs: Programs,
        base: &Url,
        timeout: Duration,
    ) -> Result<Self, String> {
        let scratch = Scratch::new().map_err(|error| format!("no folder for browsers: {error}"))?;
        let program = programs.chromedriver.as_deref().unwrap_or("chromedriver");
        let (reader, writer) = io::pipe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null());
        // What Chromium puts beside its profile goes with the folder too.
        command.env("TMPDIR", scratch.path()).env_remove("DISPLAY");
        command.stdout(writer.try_clone().map_err(|error| error.to_string())?).stderr(writer);
        let started = Group::start(&mut command);
        // It holds the writing ends of the pipe, which must close with the driver.
        drop(command);
        let group =
            started.map_err(|error| format!("cannot run `{program}`: {error}; {REMEDY}"))?;
        let group = Guard(Arc::new(group));
        let port = listening(&Tail::of(reader, KEPT_BYTES)).await;
        let port = port.map_err(|said| {
            format!("`{program}` does not say that it listens; it says: {said}; {REMEDY}")
        })?;
        let driver = Arc::new(Driver::at(port, timeout)?);
        let host = base.host_str().unwrap_or_default().to_owned();
        Ok(Self { group, _scratch: scratch, driver, programs, host, timeout })
    }

    /// Starts a browser with an empty profile.
    ///
    /// # Errors
    /// Says what happened and what to do.
    pub(super) async fn open(&self) -> Result<Window, String> {
        let opened = self.driver.open(self.capabilities()).await;
        opened.map_err(|trouble| format!("Chromium does not start: {trouble}; {REMEDY}"))
    }

    /// No profile is named: the driver makes one where `TMPDIR` says, in `scratch`, and a browser
    /// without a user interface shows no page if another does.
    fn capabilities(&self) -> Value {
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        // A page must not make a test talk to the world.
        flags.push(format!(
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , \
             EXCLUDE {}",
            self.host
        ));
        if is_root() {
            // Chromium's sandbox does not work for root.
            flags.push("--no-sandbox".to_owned());
        }
        flags.extend(self.programs.arguments.iter().cloned());
        let mut options = json!({ "args": flags });
        // Whoever names a driver of their own has a browser of the same version that it finds.
        let usual = || self.programs.chromedriver.is_none().then(shell).flatten();
        if let Some(binary) = self.programs.chromium.clone().or_else(usual) {
            options["binary"] = json!(binary);
        }
        let limit = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        json!({
            "browserName": "chrome",
            "pageLoadStrategy": "normal",
            "timeouts": { "implicit": 0, "pageLoad": limit, "script": limit },
            "goog:chromeOptions": options,
        })
    }

    /// Ends the driver and all browsers, and waits until they are gone.
    pub(super) async fn close(&self) {
        self.group.0.end();
        let group = Arc::clone(&self.group.0);
        let _ended = timeout(DYING, tokio::task::spawn_blocking(move || group.wait())).await;
    }
}

/// The port that the driver listens at, or what it said instead.
async fn listening(said: &Tail) -> Result<u16, String> {
    let found = async {
        loop {
            let text = said.text();
            let port = text.split_once(LISTENS).and_then(|(_, rest)| rest.split_once('.'));
            if let Some(port) = port.and_then(|(number, _)| number.parse().ok()) {
                return port;
            }
            sleep(LOOKING).await;
        }
    };
    tokio::select! {
        port = timeout(START, found) => port.map_err(|_| said.text().trim().to_owned()),
        () = said.finished() => Err(said.text().trim().to_owned()),
    }
}

/// The build of Chromium that has no user interface, if there is one: the same engine for less
/// than half of the work, as nobody sees the address bar anyway.
fn shell() -> Option<String> {
    Path::new(SHELL).is_file().then(|| SHELL.to_owned())
}

/// Whether this process may do anything.
fn is_root() -> bool {
    #[cfg(unix)]
    {
        rustix::process::geteuid().is_root()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// A folder that goes when this is dropped, also if what was killed still writes into it for a
/// moment.
#[derive(Debug)]
struct Scratch(TempDir);

impl Scratch {
    fn new() -> io::Result<Self> {
        tempfile::Builder::new().prefix("fobwatch-browser-").tempdir().map(Self)
    }

    fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for _ in 0..40 {
            if std::fs::remove_dir_all(self.path()).is_ok() || !self.path().exists() {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(25));
        }
    }
}
