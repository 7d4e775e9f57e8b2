//! `fobwatch adapter shell`: operations by hand, one JSON object a line.

use crate::adapters::Limits;
use crate::adapters::conversation::Conversation;
use crate::adapters::link::Line;
use crate::cli::{Exit, Stopped, print, print_aside};
use crate::domain::Moment;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::BufRead;
use tokio::sync::mpsc;
use tokio::time::timeout;

const NOTES: &str = "\
What you write is an object with `op`, perhaps `args`, and perhaps `session`; id, scope and deadline
are added. The adapter is greeted first and said goodbye to at the end of your input (Ctrl-D). Lines
are shown as they come.

Example:
  $ fobwatch adapter shell 'exec:python3 adapter.py'
  {\"op\":\"sign_in\",\"args\":{\"user\":\"ada\",\"password\":\"secret\"}}
  {\"op\":\"probe\",\"session\":\"another browser\"}";

/// What the adapter is told; we wait as long as a run does.
const DEADLINE_MS: u64 = 10_000;

#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(super) struct Arguments {
    /// The adapter: 'exec:COMMAND ARGUMENTS' or attach:tcp://127.0.0.1:PORT
    target: String,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let opened = Conversation::open(&arguments.target).await;
    let mut shell = Shell {
        conversation: opened.map_err(|error| crate::cli::run::unreachable(&error))?,
        next: 0,
        open: BTreeSet::new(),
    };
    crate::cli::unless_interrupted(async { Ok(shell.converse().await) }).await
}

struct Shell {
    conversation: Conversation,
    next: u64,
    /// Ids without an answer.
    open: BTreeSet<String>,
}

impl Shell {
    async fn converse(&mut self) -> Exit {
        let protocol = json!({ "min": 1, "max": 1 });
        let hello = json!({ "protocol": protocol, "seed": "1", "now": Moment::EPOCH });
        self.ask(json!({ "op": "hello", "args": hello })).await;
        let mut typed = typed();
        loop {
            tokio::select! {
                line = typed.recv() => match line {
                    Some(line) => self.hear_person(&line).await,
                    None => break,
                },
                line = self.conversation.next() => match line {
                    Some(line) => self.show(line),
                    None => return self.gone().await,
                },
            }
        }
        self.leave().await
    }

    async fn hear_person(&mut self, line: &str) {
        match serde_json::from_str::<Value>(line) {
            _ if line.trim().is_empty() => {}
            Ok(request) if request["op"].is_string() => self.ask(request).await,
            Ok(_) | Err(_) => {
                print_aside("write an object with `op`: {\"op\":\"probe\",\"args\":{}}\n");
            }
        }
    }

    /// Completes and sends what was written by hand.
    async fn ask(&mut self, mut request: Value) {
        self.next += 1;
        let Some(written) = request.as_object_mut() else { return };
        let session = written.remove("session").unwrap_or_else(|| json!("main"));
        let mut line = Map::new();
        line.insert("id".to_owned(), json!(self.next.to_string()));
        line.append(written);
        line.entry("args").or_insert_with(|| json!({}));
        line.entry("scope").or_insert_with(|| json!({ "scenario": "shell", "session": session }));
        line.entry("deadline_ms").or_insert_with(|| json!(DEADLINE_MS));
        self.open.extend(line["id"].as_str().map(str::to_owned));
        self.conversation.say(format!("{}\n", Value::Object(line)).as_bytes()).await;
    }

    fn show(&mut self, line: Line) {
        match line {
            Line::Text(text) => {
                let value: Value = serde_json::from_str(&text).unwrap_or_default();
                if let Some(id) = value["id"].as_str()
                    && value.get("progress").is_none()
                {
                    self.open.remove(id);
                }
                let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
                print(&format!("{}\n", text.chars().map(printable).collect::<String>()));
            }
            Line::NoText(begin) => print_aside(&format!("not UTF-8: {begin}\n")),
            Line::TooLong(begin) => print_aside(&format!("more than 1 MiB: {begin}\n")),
        }
    }

    /// Waits for what is open, and says goodbye.
    async fn leave(&mut self) -> Exit {
        self.wait().await;
        self.ask(json!({ "op": "bye" })).await;
        self.wait().await;
        self.conversation.finish(Limits::default().goodbye).await;
        if self.open.is_empty() { Exit::Conformant } else { Exit::Unreachable }
    }

    async fn wait(&mut self) {
        while !self.open.is_empty() {
            let next = timeout(Limits::default().operation, self.conversation.next());
            match next.await {
                Ok(Some(line)) => self.show(line),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn gone(&mut self) -> Exit {
        print_aside(&format!("{}\n", self.conversation.epitaph().await));
        Exit::Unreachable
    }
}

/// The lines of standard input, read by a thread of its own: nothing can interrupt it, and nobody
/// waits for it.
fn typed() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
