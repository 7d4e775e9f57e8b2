//! Arguments to one call. Only this floor reads the environment, names files and prints.

mod adapter;
mod bench;
mod check;
mod completions;
mod diff;
mod explain;
mod files;
mod gateways;
mod judge;
mod lint;
mod list;
mod lists;
mod measure;
mod merge;
mod mutate;
mod outputs;
mod reference;
mod report;
mod requirements;
mod run;
mod saved;
mod schema;
mod shard;
mod suite;

use clap::{CommandFactory, Parser, Subcommand};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Replays multi-factor enrolment against any implementation, judges it against cited
/// requirements, and measures OTP verification.
///
/// Without a command: `run`, the shipped scenarios against the embedded reference implementation.
#[derive(Parser)]
#[command(name = "fobwatch", version, after_help = EXAMPLES, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  fobwatch                                          first verdict: shipped scenarios, embedded reference
  fobwatch run --only sms/                          only the scenarios whose id begins with sms/
  fobwatch run --against 'builtin:reference?defect=replay-accepted'
                                                    see what a failure looks like
  fobwatch run mine/ --against map:my-server.yaml   your scenarios, your server
  fobwatch run --against 'exec:python3 adapter.py'  a server behind an adapter of yours
  fobwatch gateways                                 SMS and mail gateways to point a server at
  fobwatch explain rfc6238.single-use               what a requirement wants, and who tests it
  fobwatch run --report ndjson=run.ndjson           keep what happened; then judge, report, diff it
  fobwatch mutate -- pytest mfa-tests/              which defects your own tests would catch

Exit codes:
  0 conformant   1 not conformant   2 inconclusive   3 stale expectation
  4 subject or adapter cannot be reached
  64 wrong usage   65 a scenario, map, journal or list does not load   70 a bug of ours
  74 cannot write";

#[derive(Subcommand)]
enum Command {
    /// Play scenarios against a subject and judge what happened (the default)
    Run(run::Arguments),
    /// Judge a saved journal again, by the rules of today
    Judge(judge::Arguments),
    /// Derive any report from a saved journal
    Report(report::Arguments),
    /// Show what changed from one journal to another
    Diff(diff::Arguments),
    /// Join the journals of shards into that of the whole run
    Merge(merge::Arguments),
    /// Check scenario files without running them
    Check(check::Arguments),
    /// List scenarios, with what they cover
    List(list::Arguments),
    /// Print the JSON Schema of the scenario language, for editors
    Schema,
    /// Explain a requirement: its rule, its source, the scenarios and defects that test it
    Explain(explain::Arguments),
    /// Print the requirements of a profile and the scenarios that cover them
    Requirements(requirements::Arguments),
    /// Tell which authenticator apps would fail at a key URI or a picture of its QR code
    Lint(lint::Arguments),
    /// Serve the reference implementation alone, sound or with a defect
    Reference(reference::Arguments),
    /// Stand up the gateways, print their addresses, and show each message as it comes
    Gateways(gateways::Arguments),
    /// Find out which defects your own test suite catches
    Mutate(mutate::Arguments),
    /// Measure how fast a subject verifies one-time codes
    Bench(bench::Arguments),
    /// Measure what a subject claims of itself, the odds of a guesser, and how random its codes look
    Measure(measure::Arguments),
    /// Write an adapter for your server, check it, ask it by hand
    Adapter(adapter::Arguments),
    /// Print shell completions
    Completions(completions::Arguments),
}

const BUG: &str = "error: this is a bug of fobwatch, not of the subject; please report it with the \
    lines above and the command";

/// How the process ends. Each number means one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was kept.
    Conformant,
    /// The subject broke a requirement or missed an expectation.
    NotConformant,
    /// Nobody is blamed, and nothing is proven.
    Inconclusive,
    /// The list of expectations no longer says how things are.
    StaleExpectation,
    /// The subject or its adapter cannot be reached; nothing was run.
    Unreachable,
    /// The command line is wrong.
    Usage,
    /// A scenario or map file does not load; nothing was run.
    DoesNotLoad,
    /// A bug of ours.
    Internal,
    /// A report cannot be written.
    CannotWrite,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Conformant => 0,
            Exit::NotConformant => 1,
            Exit::Inconclusive => 2,
            Exit::StaleExpectation => 3,
            Exit::Unreachable => 4,
            Exit::Usage => 64,
            Exit::DoesNotLoad => 65,
            Exit::Internal => 70,
            Exit::CannotWrite => 74,
        })
    }
}

/// Why a command ended without doing what it was asked.
#[derive(Debug)]
struct Stopped {
    exit: Exit,
    message: String,
}

impl Stopped {
    fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }
}

/// Reads the arguments, does what they ask, and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            // Nothing is left to report to when printing the report fails.
            let _ = error.print();
            return if wrong { Exit::Usage } else { Exit::Conformant }.into();
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        anstream::eprintln!("error: the operating system gives no threads");
        return Exit::Internal.into();
    };
    // A panic has said by itself where the bug is; the exit code says whose it is.
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(dispatch(arguments))));
    match ended.unwrap_or_else(|_| Err(Stopped::new(Exit::Internal, BUG))) {
        Ok(exit) => exit.into(),
        Err(Stopped { exit, message }) => {
            anstream::eprintln!("{}", message.trim_end());
            exit.into()
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<Exit, Stopped> {
    match arguments.command.unwrap_or_else(|| Command::Run(run::Arguments::default())) {
        Command::Run(arguments) => run::run(arguments).await,
        Command::Judge(arguments) => judge::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Schema => schema::run(),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Requirements(arguments) => requirements::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Reference(arguments) => reference::run(arguments).await,
        Command::Gateways(arguments) => gateways::run(arguments).await,
        Command::Mutate(arguments) => mutate::run(arguments).await,
        Command::Bench(arguments) => bench::run(arguments).await,
        Command::Measure(arguments) => measure::run(arguments).await,
        Command::Adapter(arguments) => adapter::run(arguments).await,
        Command::Completions(arguments) => completions::run(&arguments, &mut Arguments::command()),
    }
}

/// Prints to standard output; a reader that has gone away is no error of ours.
fn print(text: &str) {
    use std::io::Write;
    let mut output = anstream::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// Prints to standard error what would go to standard output if a report did not go there.
fn print_aside(text: &str) {
    use std::io::Write;
    let mut output = anstream::stderr().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// Does `work`, unless somebody wants this process to end: then what is under way is dropped, and
/// what was started for it is ended by that.
async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Stopped>>,
) -> Result<T, Stopped> {
    tokio::select! {
        done = work => done,
        () = interrupted() => {
            Err(Stopped::new(Exit::Inconclusive, "interrupted; nothing is left running"))
        }
    }
}

/// Completes when somebody wants this process to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                Ok(()) = tokio::signal::ctrl_c() => return,
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
