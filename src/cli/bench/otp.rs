//! `fobwatch bench otp`: how fast codes can be verified at all.

use crate::cli::{Exit, Stopped};
use crate::load::ladder::{self, Ladder, Wishes};
use crate::otp::lanes::{InstructionSet, Instructions};
use crate::otp::{Algorithm, Digits, Window};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  fobwatch bench otp                                 the ladder of all three hash functions
  fobwatch bench otp --algorithm sha1 --window 0     one counter, as an exact verifier tries
  fobwatch bench otp --without avx512                what a machine without it would do
  fobwatch bench otp --json - | jq '.groups[0].rungs[0]'

Exit codes: 0 measured; 70 a way does not find what the portable way finds; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The hash function [default: all three]
    #[arg(long, value_enum, value_name = "NAME")]
    algorithm: Vec<AlgorithmWord>,
    /// How many steps to each side of the present one are tried
    #[arg(long, value_name = "STEPS", default_value = "1")]
    window: u8,
    /// How many digits codes have
    #[arg(long, value_name = "N", default_value = "6", value_parser = digits)]
    digits: Digits,
    /// How many users are verified together
    #[arg(long, value_name = "N", default_value = "4096", value_parser = users)]
    users: usize,
    /// For how long
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = super::duration)]
    duration: Duration,
    /// Instruction sets that are not used although they are there
    #[arg(
        long,
        value_enum,
        value_name = "SET",
        value_delimiter = ',',
        env = "FOBWATCH_WITHOUT_INSTRUCTIONS"
    )]
    without: Vec<SetWord>,
    /// Write the result as JSON to this file, or to standard output instead of the table (`-`)
    #[arg(long, value_name = "FILE|-")]
    json: Option<PathBuf>,
    /// The seed of keys and codes
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum AlgorithmWord {
    Sha1,
    Sha256,
    Sha512,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum SetWord {
    Avx512,
    Avx2,
    ShaNi,
    Neon,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let ladder = ladder::measure(&wishes(arguments));
    let ladder = ladder.map_err(|why| {
        Stopped::new(Exit::Internal, format!("error: {why}; nothing was measured"))
    })?;
    tell(&ladder, arguments)?;
    Ok(Exit::Conformant)
}

fn wishes(arguments: &Arguments) -> Wishes {
    let named = arguments.algorithm.iter().map(|word| match word {
        AlgorithmWord::Sha1 => Algorithm::Sha1,
        AlgorithmWord::Sha256 => Algorithm::Sha256,
        AlgorithmWord::Sha512 => Algorithm::Sha512,
    });
    let algorithms: Vec<Algorithm> = named.collect();
    let masked = arguments.without.iter().map(|word| match word {
        SetWord::Avx512 => InstructionSet::Avx512,
        SetWord::Avx2 => InstructionSet::Avx2,
        SetWord::ShaNi => InstructionSet::ShaNi,
        SetWord::Neon => InstructionSet::Neon,
    });
    Wishes {
        algorithms: if algorithms.is_empty() { Algorithm::ALL.to_vec() } else { algorithms },
        users: arguments.users,
        digits: arguments.digits,
        window: Window::around(arguments.window),
        budget: arguments.duration,
        with: masked.fold(Instructions::detected(), Instructions::without),
        seed: arguments.seed,
    }
}

fn tell(ladder: &Ladder, arguments: &Arguments) -> Result<(), Stopped> {
    let Some(path) = &arguments.json else {
        crate::cli::print(&ladder.to_text());
        return Ok(());
    };
    let cannot = |why: &dyn std::fmt::Display| {
        Stopped::new(Exit::CannotWrite, format!("error: cannot write {}: {why}", path.display()))
    };
    let text = serde_json::to_string_pretty(ladder).map_err(|why| cannot(&why))? + "\n";
    if path.as_os_str() == "-" {
        crate::cli::print(&text);
        return Ok(());
    }
    std::fs::write(path, text).map_err(|why| cannot(&why))?;
    crate::cli::print(&ladder.to_text());
    Ok(())
}

fn digits(text: &str) -> Result<Digits, String> {
    let count = text.parse().map_err(|_| "write a number from 6 to 10".to_owned())?;
    Digits::new(count).map_err(|why| why.to_string())
}

fn users(text: &str) -> Result<usize, String> {
    let wrong = || format!("write a number from 1 to {}", Wishes::MOST_USERS);
    let users = text.parse().map_err(|_| wrong())?;
    if (1..=Wishes::MOST_USERS).contains(&users) { Ok(users) } else { Err(wrong()) }
}
