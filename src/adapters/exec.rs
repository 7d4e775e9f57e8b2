//! `exec:COMMAND ARGUMENTS`: an adapter that we start, in any language, one JSON object a line on
//! its standard input and output.
//!
//! It leads a process group of its own, which is ended with the run, whatever it has started.
//! Standard error is its own: the end of it is kept, and shown when the adapter fails.

use super::NotReachable;
use super::link::{Ends, Peer, Transport, quote};
use super::process::{Group, Tail};
use super::shim::{Pace, Shim};
use crate::domain::Soon;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::time::timeout;

/// How much of standard error is kept, the end of it.
const KEPT_BYTES: usize = 64 * 1024;

/// How many lines of it an error shows: the end of a stack trace says what happened.
const SHOWN_LINES: usize = 3;

/// How long after the end of its output a program may take to end.
const DYING: Duration = Duration::from_secs(2);

/// A command that speaks the protocol.
#[derive(Debug)]
pub struct Exec {
    words: Vec<String>,
    /// For the server that it may start; nothing where there is no shim.
    shim: Option<Arc<Shim>>,
}

impl Exec {
    /// Reads a command as a shell would split it: blanks between words, quotes around blanks,
    /// `\` before a sign that means nothing else. No shell runs, and nothing is substituted.
    ///
    /// # Errors
    /// [`NotReachable::BadTarget`] for no words, or a quote that does not end.
    pub fn parse(command: &str) -> Result<Self, NotReachable> {
        let wrong = |why: &str| {
            NotReachable::BadTarget(format!(
                "`exec:{command}`: {why}; write 'exec:python3 adapter.py'"
            ))
        };
        let words = split(command).ok_or_else(|| wrong("a quote does not end"))?;
        if words.is_empty() {
            return Err(wrong("there is no command"));
        }
        // Most adapters want none, so that it cannot be had is no mistake yet.
        let shim = Shim::new(Pace::Stands).ok().map(Arc::new);
        Ok(Self { words, shim })
    }

    fn start(&self) -> std::io::Result<(Arc<Running>, ChildStdin, ChildStdout)> {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        if let Some(shim) = &self.shim {
            shim.offer(&mut command);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let group = Arc::new(Group::start(&mut command)?);
        let pipes = group.take_pipes().ok_or_else(|| std::io::Error::other("it has no pipes"));
        let (exit, exited) = watch::channel(None);
        let waiting = Arc::clone(&group);
        // A thread, not a task: it waits as long as the program runs.
        std::thread::spawn(move || {
            let how = match waiting.wait() {
                Ok(Some(status)) => status.to_string(),
                Ok(None) | Err(_) => "no exit status".to_owned(),
            };
            exit.send_replace(Some(how));
        });
        let guard = Guarded(group);
        let pipes = pipes?;
        let stderr = Tail::of(pipes.stderr, KEPT_BYTES);
        let running = Arc::new(Running { group: guard, exited, stderr });
        let stdin = ChildStdin::from_std(pipes.stdin)?;
        Ok((running, stdin, ChildStdout::from_std(pipes.stdout)?))
    }
}

impl Transport for Exec {
    fn open(&self) -> Soon<'_, Result<Ends, String>> {
        Box::pin(async move {
            let started = self.start();
            let (peer, stdin, stdout) =
                started.map_err(|error| format!("cannot run `{}`: {error}", self.words[0]))?;
            Ok(Ends { input: Box::new(stdout), output: Box::new(stdin), peer })
        })
    }

    fn shim(&self) -> Option<Arc<Shim>> {
        self.shim.clone()
    }
}

/// Ends the group when it is dropped.
struct Guarded(Arc<Group>);

impl Drop for Guarded {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The program while it runs, and what is left of it.
struct Running {
    group: Guarded,
    exited: watch::Receiver<Option<String>>,
    stderr: Tail,
}

impl Running {
    /// How it ended, if it does so in time.
    async fn exit(&self, patience: Duration) -> Option<String> {
        let mut exited = self.exited.clone();
        let ended = timeout(patience, exited.wait_for(Option::is_some)).await;
        ended.ok()?.ok()?.clone()
    }
}

impl Peer for Running {
    fn epitaph(&self) -> Soon<'_, String> {
        Box::pin(async move {
            let how = match self.exit(DYING).await {
                Some(how) => format!("it ended ({how})"),
                None => "it closed its standard output and went on running".to_owned(),
            };
            self.group.0.end();
            // What it has started may hold the pipe; what was said so far is enough then.
            let _read = timeout(DYING, self.stderr.finished()).await;
            format!("{how}{}", self.last_words())
        })
    }

    fn last_words(&self) -> String {
        let text = self.stderr.text();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        let shown: Vec<String> = last.iter().map(|line| quote(line.trim())).collect();
        if shown.is_empty() {
            return "; it said nothing on standard error".to_owned();
        }
        format!("; the last on its standard error: {}", shown.join(" | "))
    }

    fn end(&self) {
        self.group.0.end();
    }

    fn finish(&self, patience: Duration) -> Soon<'_, ()> {
        Box::pin(async move {
            if self.exit(patience).await.is_none() {
                self.group.0.end();
                // It was killed; this only waits until the system has done so.
                let _ended = self.exit(DYING).await;
            }
        })
    }
}

/// The words of `command`; nothing if a quote does not end.
fn split(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(open), _) if sign == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().push(signs.next()?),
            (None, '"' | '\'') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, _) if sign.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::{Exec, split};

    #[test]
    fn a_command_is_split_as_a_shell_would() {
        let words = |text: &str| split(text).expect("it is one");
        assert_eq!(words("python3  adapter.py"), ["python3", "adapter.py"]);
        assert_eq!(words(r#"a 'b c' "d 'e'" f\ g "" '\'"#), ["a", "b c", "d 'e'", "f g", "", "\\"]);
        assert_eq!(words("pre'fi x'ed $HOME"), ["prefi xed", "$HOME"]);
        assert_eq!(split("a 'b"), None);
    }

    #[test]
    fn nothing_is_no_command() {
        let why = Exec::parse("  ").expect_err("it is none").to_string();
        assert!(why.contains("there is no command"), "{why}");
    }
}
