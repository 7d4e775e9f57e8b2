//! `fobwatch adapter`: for those who write one.

mod doctor;
mod new;
mod rehearsal;
mod schema;
mod shell;

use super::{Exit, Stopped};

const EXAMPLES: &str = "\
Examples:
  fobwatch adapter new --lang python                  adapter.py, and the library beside it
  fobwatch adapter new --lang python --role library   the same for a library of one-time codes
  fobwatch adapter new --lang map                     adapter.yaml: no program, a map of requests
  fobwatch adapter try adapter.yaml provision + sign_in       what does it make of the answers?
  fobwatch adapter doctor 'exec:python3 adapter.py'   does it speak the protocol?
  fobwatch adapter shell 'exec:python3 adapter.py'    ask it by hand
  fobwatch run --against 'exec:python3 adapter.py'    test what is behind it";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write a working start into a new file
    New(new::Arguments),
    /// Examine whether a program speaks the adapter protocol, point by point
    Doctor(doctor::Arguments),
    /// Ask a server through a map by hand: request, answer, captures, and what it means
    Try(rehearsal::Arguments),
    /// Ask an adapter by hand, one JSON object a line
    Shell(shell::Arguments),
    /// Print the JSON Schema of the protocol's messages, of map files or of browser files
    Schema(schema::Arguments),
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    match arguments.command {
        Command::New(arguments) => new::run(&arguments),
        Command::Doctor(arguments) => doctor::run(arguments).await,
        Command::Try(arguments) => rehearsal::run(arguments).await,
        Command::Shell(arguments) => shell::run(arguments).await,
        Command::Schema(arguments) => schema::run(&arguments),
    }
}
