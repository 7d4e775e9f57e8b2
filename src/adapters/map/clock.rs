//! How the clock of a mapped server can be moved: what a map may say of it, and what fits together.

use super::capture::Field;
use super::check::{Check, Names};
use super::file::{ClockEntry, ClockWord, MapFile, NowEntry};
use super::place::Path;
use super::session::{Payload, Redirects, Request};
use crate::adapters::shim::{self, Pace};
use crate::domain::operation::OperationKind;
use crate::subject::ClockMode;

/// The clock of a mapped server.
#[derive(Debug)]
pub(super) enum Movable {
    /// It cannot be moved.
    Not,
    /// The operation `advance_clock` moves it, and it goes by itself.
    Offset,
    /// The operation `advance_clock` moves it, and this request reads it.
    Virtual(Box<(Request, Field)>),
    /// We move it, without asking.
    Shim(Pace),
}

impl Movable {
    pub(super) fn mode(&self) -> ClockMode {
        match self {
            Self::Not => ClockMode::Real,
            Self::Offset | Self::Shim(Pace::Runs) => ClockMode::Offset,
            Self::Virtual(_) | Self::Shim(Pace::Stands) => ClockMode::SharedVirtual,
        }
    }
}

impl Check {
    pub(super) fn clock(&mut self, written: &MapFile, path: &Path) -> Option<Movable> {
        let Some(clock) = &written.clock else { return Some(Movable::Not) };
        if clock.runs.is_some() && clock.mode != ClockWord::Shim {
            let what = "only a clock that the shim moves can be told to run";
            self.wrong::<()>(&path.key("runs"), what, "leave `runs` away, or write `mode: shim`");
        }
        let moves = written.operations.contains_key(&OperationKind::AdvanceClock);
        match (clock.mode, &clock.now) {
            (ClockWord::Shim, _) => self.shim(written, clock, path),
            (ClockWord::Virtual, _) => {
                let what = "behind a map, scenarios cannot each have a clock of their own";
                self.wrong(&path.then("mode"), what, "write `shared_virtual`")
            }
            (ClockWord::SharedVirtual | ClockWord::Offset, _) if !moves => {
                let what = "this clock can be moved, but the map does not say how";
                self.wrong(&path.then("mode"), what, "add the operation `advance_clock`")
            }
            (ClockWord::SharedVirtual, None) => {
                let what = "a virtual clock must be read once, and the map does not say how";
                self.wrong(path, what, "add `now: { request: GET /path, capture: $.now }`")
            }
            (ClockWord::SharedVirtual, Some(now)) => {
                let now = self.now(now, &path.then("now"))?;
                Some(Movable::Virtual(Box::new(now)))
            }
            (ClockWord::Offset | ClockWord::Real, Some(_)) => {
                let what = "only a virtual clock is read";
                self.wrong(&path.key("now"), what, "leave `now` away, or write `shared_virtual`")
            }
            (ClockWord::Offset, None) => Some(Movable::Offset),
            (ClockWord::Real, None) => Some(Movable::Not),
        }
    }

    fn shim(&mut self, written: &MapFile, clock: &ClockEntry, path: &Path) -> Option<Movable> {
        let mode = path.then("mode");
        if !shim::is_available() {
            let what = format!("there is a shim for {} only", shim::HOMES);
            return self.wrong(&mode, what, "run it there, or write `mode: real`");
        }
        if written.launch.is_none() {
            let what =
                "the shim moves the clock of a server that the map starts, and it starts none";
            let remedy = "add `launch: { command: [...] }`, or write `mode: real`";
            self.wrong::<()>(&mode, what, remedy);
        }
        if clock.now.is_some() {
            let what = "the shim sets this clock, so it need not be read";
            self.wrong::<()>(&path.key("now"), what, "leave `now` away");
        }
        let advance = OperationKind::AdvanceClock;
        if written.operations.contains_key(&advance) {
            let what = "the shim moves this clock, so the server is not asked to";
            let at = Path::default().then("operations").key(&advance.to_string());
            self.wrong::<()>(&at, what, "remove the operation `advance_clock`");
        }
        Some(Movable::Shim(if clock.runs == Some(true) { Pace::Runs } else { Pace::Stands }))
    }

    fn now(&mut self, now: &NowEntry, path: &Path) -> Option<(Request, Field)> {
        let known = Names::new();
        let line = self.request_line(&now.request, &known, &path.then("request"));
        let field = self.source(&now.capture, &known, &path.then("capture"));
        let (method, target) = line?;
        let request = Request {
            method,
            path: target,
            when: None,
            headers: Vec::new(),
            payload: Payload::Nothing,
            redirects: Redirects::Kept,
            captures: Vec::new(),
        };
        Some((request, field?))
    }
}
