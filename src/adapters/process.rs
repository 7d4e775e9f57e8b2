//! A program of somebody else: started as the leader of a process group, with the end of what it
//! says kept, and ended with all that it has started.
//!
//! Its exit is first only looked at, without taking it off the system's list, so that the number
//! of the group belongs to nobody else when the rest of it is ended. A process that leaves the group
//! on purpose is not followed.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(not(unix))]
use std::time::Duration;
use tokio::sync::watch;

/// A process and those that it has started.
#[derive(Debug)]
pub struct Group {
    /// Nothing once it is over; only then may its number belong to somebody else.
    child: Mutex<Option<Child>>,
    id: u32,
}

/// Ends the group when it is dropped, whatever made the wait end.
#[derive(Debug)]
pub struct Guard(pub Arc<Group>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The ends of the pipes that a program was given.
#[derive(Debug)]
pub struct Pipes {
    /// Where it reads.
    pub stdin: ChildStdin,
    /// Where it answers.
    pub stdout: ChildStdout,
    /// Where it says anything else.
    pub stderr: ChildStderr,
}

impl Group {
    /// Starts `command` in a group of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    #[cfg(unix)]
    pub fn start(command: &mut Command) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let child = command.process_group(0).spawn()?;
        Ok(Self { id: child.id(), child: Mutex::new(Some(child)) })
    }

    /// Starts `command`; there are no groups here.
    ///
    /// # Errors
    /// When it cannot be started.
    #[cfg(not(unix))]
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn()?;
        Ok(Self { id: child.id(), child: Mutex::new(Some(child)) })
    }

    /// Gives out the pipes, once, if all three were asked for.
    #[must_use]
    pub fn take_pipes(&self) -> Option<Pipes> {
        let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let child = held.as_mut()?;
        let (stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
        Some(Pipes { stdin, stdout, stderr: child.stderr.take()? })
    }

    /// Waits for the leader, ends the rest, and says how the leader ended; nothing if that was said
    /// before. Blocks.
    ///
    /// # Errors
    /// When the system does not let it be waited for.
    pub fn wait(&self) -> io::Result<Option<ExitStatus>> {
        self.watch()?;
        let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut child) = held.take() else { return Ok(None) };
        self.kill(&mut child);
        child.wait().map(Some)
    }

    /// Asks all of it to end, if it is not over; whether it does is its own business.
    pub fn ask_to_end(&self) {
        let mut held = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = held.as_mut() {
            self.terminate(child);
        }
    }

    /// Ends all of it, if it is not over.
    pub fn end(&self) {
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
    fn terminate(&self, _: &mut Child) {
        if let Some(group) = self.pid() {
            // That nobody is left in it is what is wanted.
            let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
    }

    /// There is no way to ask here.
    #[cfg(not(unix))]
    fn terminate(&self, child: &mut Child) {
        self.kill(child);
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

/// The end of what is said, read by a thread of its own: a process that has left the group may
/// hold the pipe for ever, and nobody waits for it.
#[derive(Debug, Clone)]
pub struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    /// Closes when all has been read.
    reading: watch::Receiver<()>,
}

impl Tail {
    /// Reads `reader` to its end and keeps the last `kept_bytes`.
    pub fn of(mut reader: impl Read + Send + 'static, kept_bytes: usize) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let keeping = Arc::clone(&kept);
        let (until_read, reading) = watch::channel(());
        std::thread::spawn(move || {
            let _until_read = until_read;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut kept = keeping.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&buffer[..count]);
                let excess = kept.len().saturating_sub(kept_bytes);
                kept.drain(..excess);
            }
        });
        Self { kept, reading }
    }

    /// Completes when all has been read.
    pub async fn finished(&self) {
        let mut reading = self.reading.clone();
        while reading.changed().await.is_ok() {}
    }

    /// What was kept so far.
    #[must_use]
    pub fn text(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept.iter().copied().collect::<Vec<u8>>()).into_owned()
    }
}
