//! The shim: a preload library of ours that moves the wall clock of programs that we start, so that
//! unmodified servers can be told the time.
//!
//! The library (`preload.rs`) is carried inside this program and laid down for the run in a folder
//! of its own, beside the file by which it is controlled (`control.rs`). Everybody may read the
//! folder, because servers give up their rights; only we write there. It goes with the run.

mod control;
#[cfg(test)]
mod preload;
#[cfg(test)]
mod time;

use crate::domain::{Clock, Moment, Soon, VirtualClock, WallClock};
use control::{Control, VARIABLE};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The library.
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
const LIBRARY: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/fobwatch-clock.so")));

/// There is none here.
#[cfg(not(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")))]
const LIBRARY: Option<&[u8]> = None;

/// Where there is a shim, for messages.
pub(super) const HOMES: &str = "64-bit Linux with the GNU C library";

/// The variable by which the loader is told of libraries that come before all others.
const PRELOADED: &str = "LD_PRELOAD";

/// A clock that runs is ahead of the machine from the start: only so it can be seen whether a
/// server follows it.
const HEAD_START: Duration = Duration::from_hours(1);

/// How far the date of an answer may be from our clock: much less than the head start, much more
/// than an answer takes.
const DATED_WITHIN: Duration = Duration::from_mins(10);

/// How long an operation takes by a clock that stands: in life nothing happens at the same instant,
/// and servers that keep milliseconds tell a newer message from an older one by them.
const TICK: Duration = Duration::from_millis(1);

/// Whether the clock of the programs goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// It stands until it is moved, so that a run repeats.
    Stands,
    /// It goes as the clock of the machine does, and ahead of it.
    Runs,
}

/// Whether the shim can be had on this machine.
pub(super) fn is_available() -> bool {
    LIBRARY.is_some()
}

/// The wall clock of programs that are started with the library, and ours that goes with it.
pub(super) struct Shim {
    folder: TempDir,
    pace: Pace,
    ours: Arc<dyn Clock>,
    theirs: Mutex<Theirs>,
}

impl std::fmt::Debug for Shim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shim")
            .field("folder", &self.folder)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

impl Shim {
    /// Lays down the library and the control file.
    ///
    /// # Errors
    /// Says why that is not possible.
    pub(super) fn new(pace: Pace) -> Result<Self, String> {
        let library = LIBRARY.ok_or_else(|| format!("the shim needs {HOMES}"))?;
        let failed = |error: io::Error| format!("the shim cannot be laid down: {error}");
        let folder = tempfile::Builder::new().prefix("fobwatch-").tempdir().map_err(failed)?;
        let path = folder.path();
        let unfit = |byte: &u8| byte.is_ascii_whitespace() || *byte == b':';
        if path.as_os_str().as_encoded_bytes().iter().any(unfit) {
            let path = path.display();
            return Err(format!(
                "the shim is laid down in {path}, and the loader takes no path with a blank or a \
                 colon; set TMPDIR to another folder"
            ));
        }
        let theirs = lay_down(path, library, pace).map_err(failed)?;
        Ok(Self { folder, pace, ours: clock(pace), theirs: Mutex::new(theirs) })
    }

    /// Our clock that goes with theirs.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.ours)
    }

    /// Lets `command` be started with the library, before any others that it is to be started with.
    pub(super) fn dress(&self, command: &mut Command) {
        let told = command.get_envs().find(|(name, _)| *name == PRELOADED);
        #[allow(clippy::disallowed_methods, reason = "what the command would inherit")]
        let others = match told {
            Some((_, others)) => others.map(OsString::from),
            None => std::env::var_os(PRELOADED),
        };
        let mut libraries = library_in(self.folder.path()).into_os_string();
        if let Some(others) = others.filter(|others| !others.is_empty()) {
            libraries.push(":");
            libraries.push(others);
        }
        command.env(PRELOADED, libraries);
        command.env(&*VARIABLE.to_string_lossy(), control_in(self.folder.path()));
    }

    /// Moves the clock of the programs forward, at once. Ours is left: whoever asks moves that.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub(super) fn advance(&self, by: Duration) -> io::Result<()> {
        // A clock of ours that stands counts in milliseconds.
        let by = match self.pace {
            Pace::Stands => by.as_millis().saturating_mul(1_000_000),
            Pace::Runs => by.as_nanos(),
        };
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        self.theirs().move_by(by)
    }

    /// Lets both clocks go on a little for an operation, if they stand.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub(super) fn tick(&self) -> io::Result<()> {
        if self.pace == Pace::Stands {
            self.advance(TICK)?;
            self.ours.advance(TICK);
        }
        Ok(())
    }

    /// How many programs have been started with the library.
    pub(super) fn loaded(&self) -> u64 {
        self.theirs().loaded().unwrap_or_default()
    }

    /// Whether what is dated `date`, as HTTP writes it, may come from a program with this clock.
    pub(super) fn may_have_dated(&self, date: &str) -> bool {
        let Ok(dated) = jiff::fmt::rfc2822::parse(date) else { return true };
        let dated = Moment::from_unix_ms(dated.timestamp().as_millisecond());
        let now = self.ours.now();
        dated - now < DATED_WITHIN && now - dated < DATED_WITHIN
    }

    fn theirs(&self) -> std::sync::MutexGuard<'_, Theirs> {
        self.theirs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn library_in(folder: &Path) -> PathBuf {
    folder.join("clock.so")
}

fn control_in(folder: &Path) -> PathBuf {
    folder.join("clock")
}

fn clock(pace: Pace) -> Arc<dyn Clock> {
    fn nap(duration: Duration) -> Soon<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
    match pace {
        Pace::Stands => Arc::new(VirtualClock::starting_at(Moment::EPOCH)),
        Pace::Runs => {
            let clock = WallClock::new(nap);
            clock.advance(HEAD_START);
            Arc::new(clock)
        }
    }
}

fn lay_down(folder: &Path, library: &[u8], pace: Pace) -> io::Result<Theirs> {
    let (at, control) = (library_in(folder), control_in(folder));
    fs::write(&at, library)?;
    let theirs = Theirs::begin(&control, pace)?;
    for path in [folder, &at, &control] {
        open_to_readers(path)?;
    }
    Ok(theirs)
}

/// Whatever the process's mask says: a server that gives up its rights must still find it.
#[cfg(unix)]
fn open_to_readers(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_readers(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The control file, from the side that writes it.
#[derive(Debug)]
struct Theirs {
    file: File,
    turn: u8,
    value: i64,
}

impl Theirs {
    fn begin(path: &Path, pace: Pace) -> io::Result<Self> {
        let value = match pace {
            Pace::Stands => Moment::EPOCH.unix_ms().saturating_mul(1_000_000),
            Pace::Runs => i64::try_from(HEAD_START.as_nanos()).unwrap_or(i64::MAX),
        };
        let file = File::options().read(true).write(true).create_new(true).open(path)?;
        let mut theirs = Self { file, turn: 0, value };
        theirs.write(0, &[0; size_of::<Control>()])?;
        theirs.write(offset_of!(Control, runs), &[u8::from(pace == Pace::Runs)])?;
        theirs.move_by(0)?;
        Ok(theirs)
    }

    /// Writes the new value where it does not count yet, and then lets it count.
    fn move_by(&mut self, by: i64) -> io::Result<()> {
        let value = self.value.saturating_add(by);
        let turn = self.turn.wrapping_add(1);
        let place = offset_of!(Control, values) + size_of::<i64>() * usize::from(turn & 1);
        self.write(place, &value.to_ne_bytes())?;
        self.write(offset_of!(Control, turn), &[turn])?;
        (self.turn, self.value) = (turn, value);
        Ok(())
    }

    fn write(&mut self, place: usize, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place as u64))?;
        self.file.write_all(bytes)
    }

    fn loaded(&mut self) -> io::Result<u64> {
        let mut bytes = [0; size_of::<u64>()];
        self.file.seek(SeekFrom::Start(offset_of!(Control, loaded) as u64))?;
        self.file.read_exact(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }
}
