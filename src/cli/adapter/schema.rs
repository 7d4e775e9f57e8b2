//! `fobwatch adapter schema`: the JSON Schema of what those who write adapters write.

use crate::adapters::{browser, map, protocol};
use crate::cli::{Exit, Stopped, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Of what
    #[arg(value_enum, default_value_t = Written::Protocol)]
    of: Written,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Written {
    /// Every message of the adapter protocol
    Protocol,
    /// Map files
    Map,
    /// Browser files
    Browser,
}

#[allow(clippy::unnecessary_wraps, reason = "every subcommand has this shape")]
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let schema = match arguments.of {
        Written::Protocol => protocol::schema(),
        Written::Map => map::schema(),
        Written::Browser => browser::schema(),
    };
    print(&format!("{:#}\n", schema.as_value()));
    Ok(Exit::Conformant)
}
