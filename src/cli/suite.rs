//! Somebody's test suite as a process: started with variables of its own, bounded in time and
//! output, and ended with all that it has started.
//!
//! The suite leads a process group. Its exit is first only looked at, without taking it off the
//! system's list, so that the number of the group belongs to nobody else when the rest of it is
//! ended. A process that leaves the group on purpose is not followed.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How much of what a suite says is kept, the end of it.
const KEPT_BYTES: usize = 16 * 1024;

/// How a suite ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It says that all is well.
    Passed,
    /// It says that something is not, or it was ended by a signal.
    Failed,
    /// It came to no end in time.
    TimedOut,
}

/// How a suite ended, and the last of what it said.
pub(super) struct Performance {
    pub(super) ended: Ended,
    pub(super) said: String,
}

/// Runs `command` with `variables`, for at most `patience`.
///
/// # Errors
/// When it cannot be started or waited for.
pub(super) async fn perform(
    command: &[String],
    variables: &[(&'static str, String)],
    patience: Duration,
) -> io::Result<Performance> {
    let (program, arguments) =
        command.split_first().ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let (reader, writer) = io::pipe()?;
    let mut prepared = Command::new(program);
    prepared
        .args(arguments)
        // Whoever sets it by hand must not tell the suite what it shall find out.
        .env_remove("FOBWATCH_DEFECT")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let group = Arc::new(Group::start(&mut prepared)?);
    // It holds the writing ends of the pipe, which must close with the suite.
    drop(prepared);
    let said = Tail::of(reader);
    let guard = Guard(Arc::clone(&group));
    let waiting = tokio::task::spawn_blocking(move || group.wait());
    let ended = tokio::time::timeout(patience, waiting).await;
    let ended = match ended {
        Ok(joined) => {
            let passed = joined.map_err(io::Error::other)??;
            if passed { Ended::Passed } else { Ended::Failed }
        }
        Err(_) => Ended::TimedOut,
    };
    drop(guard);
    Ok(Performance { ended, said: said.text().await })
}

/// A process and those that it has started.
struct Group {
    /// Nothing once it is over; only then may its number belong to somebody else.
    child: Mutex<Option<Child>>,
    id: u32,
}

/// Ends the group when it is dropped, whatever made the wait end.
struct Guard(Arc<Group>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Group {
    #[cfg(unix)]
    fn start(command: &mut Command) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let child = command.process_group(0).spawn()?;
        Ok(Self { id: child.id(), child: Mutex::new(Some(child)) })
    }

    #[cfg(not(unix))]
    fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn()?;
        Ok(Self { id: child.id(), child: Mutex::new(Some(child)) })
    }

    /// Waits for the leader, ends the rest, and says whether the leader was content. Blocks.
    fn wait(&self) -> io::Result<bool> {
        self.watch()?;
        let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut child) = held.take() else { return Ok(false) };
        self.kill(&mut child);
        Ok(child.wait()?.success())
    }

    /// Ends all of it, if it is not over.
    fn end(&self) {
        let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = held.as_mut() {
            self.kill(child);
        }
    }

    /// Completes when the leader has ended, and leaves it on the system's list.
    #[cfg(unix)]
    fn watch(&self) -> io::Result<()> {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let Some(leader) = self.pid() else { return Ok(()) };
        loop {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            match waitid(WaitId::Pid(leader), options) {
                Err(rustix::io::Errno::INTR) => {}
                other => return Ok(other.map(drop)?),
            }
        }
    }

    #[cfg(unix)]
    fn kill(&self, _: &mut Child) {
        if let Some(group) = self.pid() {
            // That nobody is left in it is what is wanted.
            let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    #[cfg(unix)]
    fn pid(&self) -> Option<rustix::process::Pid> {
        i32::try_from(self.id).ok().and_then(rustix::process::Pid::from_raw)
    }

    /// There are no groups here: the leader alone is looked at, ten times a second.
    #[cfg(not(unix))]
    fn watch(&self) -> io::Result<()> {
        loop {
            let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            match held.as_mut().map(Child::try_wait).transpose()? {
                Some(None) => drop(held),
                Some(Some(_)) | None => return Ok(()),
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    #[cfg(not(unix))]
    fn kill(&self, child: &mut Child) {
        let _gone = child.kill();
    }
}

/// How long the last words of a suite that has ended may take to be read. A process that has left
/// the group may hold the pipe for ever, and nobody waits longer for it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The end of what is said, read by a thread of its own.
struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    /// Completes when all has been read.
    read: oneshot::Receiver<()>,
}

impl Tail {
    fn of(mut reader: io::PipeReader) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let keeping = Arc::clone(&kept);
        let (finish, read) = oneshot::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut kept = keeping.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&buffer[..count]);
                let excess = kept.len().saturating_sub(KEPT_BYTES);
                kept.drain(..excess);
            }
            // Nobody may be listening any more.
            let _ = finish.send(());
        });
        Self { kept, read }
    }

    async fn text(self) -> String {
        let _read_or_held_open = tokio::time::timeout(LAST_WORDS, self.read).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept.iter().copied().collect::<Vec<u8>>()).into_owned()
    }
}
