//! `fobwatch bench`: how fast a subject verifies one-time codes.

mod course;
mod options;
mod otp;
mod people;
mod ready;
mod results;
mod start;
mod watch;

pub(super) use results::{is_load, joined, write_json};

use super::{Exit, Stopped};
use crate::journal::Shard;
use crate::load::By;
use crate::load::objective::Objective;
use crate::load::plan::Mix;
use crate::otp::Period;
use options::Rate;
use results::Results;
use start::Start;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
People with tokens are enrolled first, through the subject's own operations; that is not timed.
Then they sign in and submit their token's code, when the plan says so and whether or not earlier
ones are answered. Latency counts from the moment a verification should have started, so a stall of
the subject shows in all that it held up. A code is used once, so the pool holds at least rate × time
step people. Wrong, replayed and expired codes are submitted by people of their own: that they are
refused is right, and that one is accepted is a finding, never a success.

Examples:
  fobwatch bench                                     the embedded reference: what this machine allows
  fobwatch bench --rate 200 --for 30s                a higher load for longer
  fobwatch bench otp                                 no server: how fast codes can be verified at all
  fobwatch bench --against map:my-server.yaml --smtp 127.0.0.1:2525
                                                     your server, told beforehand where mail goes
  fobwatch bench --rate 50 --arrival poisson --mix valid=90,wrong=5,replayed=5 --warm-up 2s
                                                     as life is
  fobwatch bench --rate 10..500 --for 5m             a ramp
  fobwatch bench --rate 10..2000 --objective 'p99<50ms,errors<0.1%'
                                                     the highest rate that still is good enough, to 5 %
  fobwatch bench --workers 32 --count 10000          a closed loop: back to back, 32 at once
  fobwatch bench --rate 5 --for 2m --surge 100       everybody at the turn of the time step
  fobwatch bench --people people.csv --against map:my-server.yaml
                                                     people who exist: user,password,otpauth://…
  fobwatch bench --report json=load.json --report html=load.html
                                                     keep the result; a page with pictures
  fobwatch bench --fail-if 'p99>50ms' --fail-if 'errors>0.1%'
                                                     a gate for CI
  fobwatch bench --baseline load.json --fail-if 'p99>baseline*1.1'
                                                     slower than before, beyond noise?
  fobwatch bench --shard 2/4 --start-at 2030-01-31T12:00:00Z --report json=shard-2.json
                                                     a quarter of the arrivals, on one of 4 machines
  fobwatch bench --from shard-*.json --report html=load.html
                                                     one result of all shards

A limit names p50, p99.9 or another percentile of latency, mean, max, errors or rate, then >, >=, <
or <=, then a time (us, ms, s), % or a number of errors, % or /s of the rate, or baseline*FACTOR.

Exit codes: 0 all ended as they should and every limit was kept; 1 a limit was broken, a code that
must be refused was accepted, a verification failed (unless a limit on errors allows it), or a search
found no rate that meets its objective; 2 a limit cannot be told, such as a difference within noise, or
it did not come to its end: it was interrupted, the subject went away, a closed loop ran out of codes;
others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// The subject: builtin:reference, builtin:reference?defect=NAME, map:FILE.yaml, exec:COMMAND
    #[arg(long, value_name = "SUBJECT", default_value = "builtin:reference")]
    against: String,
    /// Verifications per second, or from so many to so many: 10..500
    #[arg(long, value_name = "N", default_value = "20")]
    rate: Rate,
    /// When they are due: at even distances, at random, ever faster, or at rates that are searched
    /// for the highest that meets the objective [default: constant; ramp for FROM..TO; search with
    /// --objective; closed with --workers]
    #[arg(long, value_enum, value_name = "ARRIVAL")]
    arrival: Option<options::ArrivalWord>,
    /// A closed loop instead: so many at once, each back as soon as it has its answer
    #[arg(long, value_name = "N", conflicts_with_all = ["rate", "arrival", "objective", "surge"])]
    workers: Option<NonZeroU32>,
    /// For how long verifications arrive; in a search, at each rate [default: 5s]
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// How many verifications there are, instead of for how long
    #[arg(long, value_name = "N", conflicts_with_all = ["duration", "objective", "surge"])]
    count: Option<u64>,
    /// Of which work it is mixed, by weight: valid, wrong, replayed, expired, locked
    #[arg(long, value_name = "KIND=N,…", default_value = "valid=1")]
    mix: Mix,
    /// So many more at each turn of the time step, all at once
    #[arg(long, value_name = "N")]
    surge: Option<u32>,
    /// What a rate must meet in a search: 'p99<50ms,errors<0.1%'
    #[arg(long, value_name = "OBJECTIVE")]
    objective: Option<Objective>,
    /// How long the subject is driven before anything counts
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    warm_up: Duration,
    /// How many people with valid codes there are [default: as few as keep every code fresh]
    #[arg(long, value_name = "N")]
    pool: Option<u32>,
    /// People who exist and have tokens, one a line: user,password,otpauth://totp/…
    #[arg(long, value_name = "FILE", conflicts_with = "by")]
    people: Option<PathBuf>,
    /// How people come by their codes
    #[arg(long, value_enum, value_name = "WAY", default_value = "app")]
    by: options::ByWord,
    /// The time step of the subject's tokens in seconds [default: as it declares, else 30]
    #[arg(long, value_name = "SECONDS", value_parser = period)]
    period: Option<Period>,
    /// Verifications under way at once; further ones wait, and their wait counts
    #[arg(long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u16).range(1..))]
    in_flight: u16,
    /// The way they take: compiled to bytes where the map allows it (auto), or through the adapter
    #[arg(long, value_enum, value_name = "ENGINE", default_value = "auto")]
    engine: options::EngineWord,
    /// Make one part of the arrivals only: INDEX/COUNT, or auto for what the CI system says
    #[arg(long, value_name = "SHARD", value_parser = shard, conflicts_with = "objective")]
    shard: Option<Shard>,
    /// Begin at this moment, such as 2030-01-31T12:00:00Z, or at the next-minute: all shards together
    #[arg(long, value_name = "WHEN")]
    start_at: Option<Start>,
    #[command(flatten)]
    results: results::Arguments,
    /// Leave out what this machine does against a server that does nothing
    #[arg(long)]
    no_calibration: bool,
    /// The seed of people, devices, arrivals and mix
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: u64,
    /// Where the SMS gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: std::net::SocketAddr,
    /// Where the mail gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: std::net::SocketAddr,
}

/// What is measured instead of a subject.
#[derive(clap::Subcommand)]
enum Instead {
    /// Measure how fast this machine can verify one-time codes at all, by every way there is
    Otp(otp::Arguments),
}

impl Arguments {
    fn by(&self) -> By {
        match self.by {
            options::ByWord::App => By::App,
            options::ByWord::Sms => By::Sms,
            options::ByWord::Email => By::Email,
        }
    }
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    if let Some(Instead::Otp(arguments)) = &arguments.instead {
        return otp::run(arguments);
    }
    let results = Results::of(&arguments.results)?;
    let record = match results.saved()? {
        Some(record) => record,
        None => Box::pin(course::measured(&arguments, &results)).await?,
    };
    results.conclude(&record)
}

fn usage_error(why: impl std::fmt::Display) -> Stopped {
    Stopped::new(Exit::Usage, format!("error: {why}"))
}

fn nothing(why: &impl std::fmt::Display) -> Stopped {
    Stopped::new(Exit::Inconclusive, format!("error: nothing was measured: {why}"))
}

fn shard(text: &str) -> Result<Shard, String> {
    super::shard::read(text, super::shard::environment)
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as 300ms, 10s or 2m".to_owned();
    let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| wrong())
}

fn period(text: &str) -> Result<Period, String> {
    let seconds = text.parse().map_err(|_| "write whole seconds, such as 30".to_owned())?;
    Period::new(seconds).map_err(|why| why.to_string())
}
