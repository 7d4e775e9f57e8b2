//! Starting the server that a map describes, waiting until it is ready, and ending it with the run.

use super::check::{Check, Names};
use super::file::{LaunchEntry, ReachEntry};
use super::place::Path;
use super::session::{Payload, Redirects, Request, Session, Target};
use super::template::{Template, Variables};
use super::whereabouts;
use crate::adapters::Detour;
use crate::adapters::process::{Group, Guard, Tail};
use crate::adapters::shim::Shim;
use reqwest::Method;
use reqwest::header::DATE;
use serde_json::Value;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How long a server may take until it is ready, if the map does not say: some are compiled first.
const USUAL_START: Duration = Duration::from_mins(1);

/// How long it may take to end when it is asked to, if the map does not say.
const USUAL_END: Duration = Duration::from_secs(5);

/// How long the system may take to do away with what was killed.
const DYING: Duration = Duration::from_secs(2);

/// How long after a broken connection it may take to be seen that the server has ended.
const NOTICING: Duration = Duration::from_millis(500);

/// How often it is asked whether it is ready.
const KNOCKING: Duration = Duration::from_millis(50);

/// How much of what it says is kept, the end of it.
const KEPT_BYTES: usize = 64 * 1024;

/// How many lines of it an error shows: the end of a stack trace says what happened.
const SHOWN_LINES: usize = 8;

/// What only those who start may use: the port, the folder of the map, and this program.
const OWN: [&str; 3] = ["port", "map_folder", "fobwatch"];

/// A server that can be started.
#[derive(Debug)]
pub(super) struct Launch {
    command: Vec<Template>,
    before: Vec<Vec<Template>>,
    folder: PathBuf,
    environment: Vec<(String, Template)>,
    reach: ReachEntry,
    ready: Option<Request>,
    start: Duration,
    end: Duration,
}

impl Check {
    /// `beside` is the folder of the map file.
    pub(super) fn launch<'a>(
        &mut self,
        entry: &LaunchEntry,
        secrets: impl Iterator<Item = &'a String>,
        beside: &std::path::Path,
        path: &Path,
    ) -> Option<Launch> {
        let known = whereabouts::NAMES.iter().chain(&OWN).map(|name| (*name).to_owned());
        let known: Names = known.chain(secrets.cloned()).collect();
        let command = self.command(&entry.command, &known, &path.then("command"));
        let at = path.then("before");
        let before = entry.before.iter().enumerate();
        let before: Vec<_> =
            before.map(|(index, words)| self.command(words, &known, &at.then(&index))).collect();
        let at = path.then("environment");
        let environment: Vec<_> = entry
            .environment
            .iter()
            .map(|(name, text)| Some((name.clone(), self.template(text, &known, &at.then(name))?)))
            .collect();
        let ready = entry.ready.as_ref().map(|text| self.probe(text, &path.then("ready")));
        let start = self.duration(entry.ready_within.as_deref(), &path.then("ready_within"));
        let end = self.duration(entry.ends_within.as_deref(), &path.then("ends_within"));
        let folder = entry.folder.as_deref().map_or(beside.to_owned(), |name| beside.join(name));
        Some(Launch {
            command: command?,
            before: before.into_iter().collect::<Option<_>>()?,
            folder,
            environment: environment.into_iter().collect::<Option<_>>()?,
            ready: ready.map_or(Some(None), |probe| probe.map(Some))?,
            reach: entry.reach,
            start: start.unwrap_or(USUAL_START),
            end: end.unwrap_or(USUAL_END),
        })
    }

    fn command(&mut self, words: &[String], known: &Names, path: &Path) -> Option<Vec<Template>> {
        if words.is_empty() {
            let what = "a command has at least one word";
            return self.wrong(path, what, "write a list: [python3, server.py]");
        }
        let words = words.iter().enumerate();
        words.map(|(index, word)| self.template(word, known, &path.then(&index))).collect()
    }

    fn probe(&mut self, text: &str, path: &Path) -> Option<Request> {
        let (method, target) = self.request_line(text, &Names::new(), path)?;
        if method != Method::GET && method != Method::HEAD {
            let what = "a question whether a server is ready changes nothing";
            return self.wrong(path, what, "write `GET /path`");
        }
        Some(Request { method, ..question(target) })
    }
}

/// A request that changes nothing.
fn question(path: Template) -> Request {
    Request {
        method: Method::GET,
        path,
        when: None,
        headers: Vec::new(),
        payload: Payload::Nothing,
        redirects: Redirects::Kept,
        captures: Vec::new(),
        timeout: None,
    }
}

/// A port of loopback that nobody listens at just now.
pub(super) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Launch {
    /// Starts the server and waits until it is ready. It is led over the `detour`, unless the map
    /// leaves the way open.
    ///
    /// # Errors
    /// Says what happened, with the last that it said.
    pub(super) async fn start(
        &self,
        target: &Target,
        variables: &Variables,
        shim: Option<Arc<Shim>>,
        detour: Option<&Detour>,
    ) -> Result<Launched, String> {
        for words in &self.before {
            let running = self.run(words, variables, shim.clone(), Vec::new())?;
            let ended = timeout(self.start, running.ended()).await;
            let fate = match ended {
                Ok(Ending::Content) => continue,
                Ok(Ending::Otherwise(how)) => format!("it ended ({how})"),
                Err(_) => format!("it did not end within {:?}", self.start),
            };
            return Err(running.obituary(&shown(words), &fate).await);
        }
        let detour = detour.filter(|_| self.reach == ReachEntry::Proxy);
        let led = detour.map(Detour::environment).unwrap_or_default();
        let running = self.run(&self.command, variables, shim, led)?;
        tokio::select! {
            ready = timeout(self.start, self.wait(target, variables)) => {
                let fate = match ready {
                    Ok(()) => self.astray(&running, target, variables).await,
                    Err(_) => Some(format!("it was not ready within {:?}", self.start)),
                };
                let Some(fate) = fate else { return Ok(running) };
                Err(running.obituary(&shown(&self.command), &fate).await)
            }
            ending = running.ended() => {
                let fate = format!("it ended ({ending}) before it was ready");
                Err(running.obituary(&shown(&self.command), &fate).await)
            }
        }
    }

    /// `led` are variables of the environment that the map's own take the place of.
    fn run(
        &self,
        words: &[Template],
        variables: &Variables,
        shim: Option<Arc<Shim>>,
        led: Vec<(&str, String)>,
    ) -> Result<Launched, String> {
        let fill = |text: &Template| {
            text.fill(variables, str::to_owned)
                .map_err(|absent| format!("`launch` needs ${}, and nothing sets it", absent.0))
        };
        let filled: Vec<String> = words.iter().map(fill).collect::<Result<_, _>>()?;
        let mut command = Command::new(&filled[0]);
        command.args(&filled[1..]).current_dir(&self.folder).stdin(Stdio::null()).envs(led);
        for (name, text) in &self.environment {
            command.env(name, fill(text)?);
        }
        if let Some(shim) = &shim {
            shim.dress(&mut command);
        }
        Launched::of(command, self.end, shim)
            .map_err(|error| format!("cannot run `{}`: {error}", filled.join(" ")))
    }

    /// Completes when the server answers.
    async fn wait(&self, target: &Target, variables: &Variables) {
        loop {
            if self.answers(target, variables).await {
                return;
            }
            sleep(KNOCKING).await;
        }
    }

    /// What shows that the server does not follow the shim: who does not know would blame it.
    async fn astray(
        &self,
        running: &Launched,
        target: &Target,
        variables: &Variables,
    ) -> Option<String> {
        let shim = running.shim()?;
        let remedy = "the shim does not reach static programs (most of Go) and programs with more \
                      rights than ours, and it must lie where programs may be started from \
                      (TMPDIR); without it, write `clock: { mode: real }`";
        if shim.loaded() == 0 {
            return Some(format!("it runs without the shim: {remedy}"));
        }
        let date = self.date(target, variables).await?;
        let elsewhere = !shim.may_have_dated(&date);
        elsewhere.then(|| format!("its answers are dated {date}, by another clock: {remedy}"))
    }

    /// The date of an answer of the server, if it has one.
    async fn date(&self, target: &Target, variables: &Variables) -> Option<String> {
        let front = || Template::parse("/").ok().map(question);
        let request = self.ready.clone().or_else(front)?;
        let session = Session::passing(Target { timeout: DYING, ..target.clone() });
        let page = session.send(&request, variables).await.ok()?;
        page.header(&DATE).map(str::to_owned)
    }

    async fn answers(&self, target: &Target, variables: &Variables) -> bool {
        let Some(request) = &self.ready else {
            let host = target.base.host_str().unwrap_or_default();
            let port = target.base.port_or_known_default().unwrap_or_default();
            return tokio::net::TcpStream::connect((host, port)).await.is_ok();
        };
        let target = Target { timeout: DYING, ..target.clone() };
        let session = Session::passing(target);
        session.send(request, variables).await.is_ok_and(|page| page.status < 500)
    }
}

/// The command as it is written, for messages.
fn shown(words: &[Template]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Content,
    Otherwise(String),
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Content => f.write_str("exit status: 0"),
            Self::Otherwise(how) => f.write_str(how),
        }
    }
}

/// A server that runs; it is ended when this is dropped, with all that it has started.
#[derive(Debug)]
pub(super) struct Launched {
    group: Guard,
    ending: watch::Receiver<Option<Ending>>,
    said: Tail,
    /// How long it may take to end.
    patience: Duration,
    /// What moves its clock; it goes when the server has gone.
    shim: Option<Arc<Shim>>,
}

impl Launched {
    fn of(mut command: Command, patience: Duration, shim: Option<Arc<Shim>>) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let group = Arc::new(Group::start(&mut command)?);
        // It holds the writing ends of the pipe, which must close with the server.
        drop(command);
        let said = Tail::of(reader, KEPT_BYTES);
        let (tell, ending) = watch::channel(None);
        let waiting = Arc::clone(&group);
        // A thread, not a task: it waits as long as the server runs.
        std::thread::spawn(move || {
            tell.send_replace(Some(match waiting.wait() {
                Ok(Some(status)) if status.success() => Ending::Content,
                Ok(Some(status)) => Ending::Otherwise(status.to_string()),
                Ok(None) | Err(_) => Ending::Otherwise("no exit status".to_owned()),
            }));
        });
        Ok(Self { group: Guard(group), ending, said, patience, shim })
    }

    /// What moves its clock.
    pub(super) fn shim(&self) -> Option<&Shim> {
        self.shim.as_deref()
    }

    async fn ended(&self) -> Ending {
        let mut ending = self.ending.clone();
        let ended = ending.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
        ended.unwrap_or_else(|| Ending::Otherwise("no exit status".to_owned()))
    }

    /// Ends it, and says what it was and what it said last.
    async fn obituary(&self, command: &str, fate: &str) -> String {
        self.group.0.end();
        let _read_or_held_open = timeout(DYING, self.said.finished()).await;
        format!("the map starts `{command}`, and {fate}{}", self.last_words())
    }

    /// How it ended, with what it said last; nothing if it runs.
    pub(super) async fn epitaph(&self) -> Option<String> {
        let ending = timeout(NOTICING, self.ended()).await.ok()?;
        let _read_or_held_open = timeout(NOTICING, self.said.finished()).await;
        Some(format!("the server that the map started has ended ({ending}){}", self.last_words()))
    }

    /// The last lines that it said, to be appended to a message.
    pub(super) fn last_words(&self) -> String {
        let text = self.said.text();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        if last.is_empty() {
            return "; it said nothing".to_owned();
        }
        format!("; it said last:\n  {}", last.join("\n  "))
    }

    /// Asks it to end, and ends it if it does not.
    pub(super) async fn close(&self) {
        self.group.0.ask_to_end();
        if timeout(self.patience, self.ended()).await.is_err() {
            self.group.0.end();
            // It was killed; this only waits until the system has done so.
            let _ended = timeout(DYING, self.ended()).await;
        }
    }
}

/// What `launch` may use: where the server shall listen, and where the gateways are.
pub(super) fn variables(
    target: &Target,
    gateways: Option<&crate::adapters::Endpoints>,
    beside: &std::path::Path,
) -> Variables {
    let mut variables = whereabouts::variables(&target.base, gateways);
    let mut set = |name: &str, value: Value| variables.insert(name.to_owned(), value);
    set("port", Value::from(target.base.port_or_known_default().unwrap_or_default()));
    set("map_folder", Value::from(beside.display().to_string()));
    if let Ok(program) = std::env::current_exe() {
        set("fobwatch", Value::from(program.display().to_string()));
    }
    variables
}
