//! `fobwatch bench`: how fast a subject verifies one-time codes.

mod results;
mod start;

pub(super) use results::{is_load, joined, write_json};

use super::gateways::Promised;
use super::{Exit, Stopped};
use crate::adapters::{self, Briefing, Connection, Host, Stage};
use crate::domain::{Clock, Moment, WallClock};
use crate::gateways::inbox::Inbox;
use crate::journal::Shard;
use crate::load::record::{Arrival, Asked, FORM, Finish, Part, Record, Share, Stop, Subject};
use crate::load::record::{Environment, WorkKind};
use crate::load::{self, Load, Measured, NotEnrolled, Plan, Pool, RealPace, Setting};
use crate::otp::Period;
use crate::subject::ClockMode;
use results::Results;
use start::Start;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// People enrol silently where it takes no longer than a glance.
const SHOW_PROGRESS_FROM: u32 = 50;

const EXAMPLES: &str = "\
People with tokens are enrolled first, through the subject's own operations; that is not timed.
Then one of them after the other signs in and submits the token's code, at a constant rate whether
or not earlier ones are answered. Latency counts from the moment a verification should have started,
so a stall of the subject shows in all that it held up. A code is used once, so the pool holds at
least rate × time step people.

Examples:
  fobwatch bench                                     the embedded reference: what this machine allows
  fobwatch bench --rate 200 --for 30s                a higher load for longer
  fobwatch bench --against map:my-server.yaml --smtp 127.0.0.1:2525
                                                     your server, told beforehand where mail goes
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
must be refused was accepted, or a verification failed (unless a limit on errors allows it); 2 a
limit cannot be told, such as a difference within noise, or it was interrupted; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The subject: builtin:reference, builtin:reference?defect=NAME, map:FILE.yaml
    #[arg(long, value_name = "SUBJECT", default_value = "builtin:reference")]
    against: String,
    /// Verifications per second
    #[arg(long, value_name = "N", default_value = "20")]
    rate: NonZeroU32,
    /// For how long verifications arrive
    #[arg(long = "for", value_name = "TIME", default_value = "5s", value_parser = duration)]
    duration: Duration,
    /// How many people to enrol [default: as few as keep every code fresh]
    #[arg(long, value_name = "N")]
    pool: Option<u32>,
    /// The time step of the subject's tokens in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = period)]
    period: Period,
    /// Verifications under way at once; further ones wait, and their wait counts
    #[arg(long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u16).range(1..))]
    in_flight: u16,
    /// Make one part of the arrivals only: INDEX/COUNT, or auto for what the CI system says
    #[arg(long, value_name = "SHARD", value_parser = shard)]
    shard: Option<Shard>,
    /// Begin at this moment, such as 2030-01-31T12:00:00Z, or at the next-minute: all shards together
    #[arg(long, value_name = "WHEN")]
    start_at: Option<Start>,
    #[command(flatten)]
    results: results::Arguments,
    /// The seed of people and devices
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: u64,
    /// Where the SMS gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: std::net::SocketAddr,
    /// Where the mail gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: std::net::SocketAddr,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let results = Results::of(&arguments.results)?;
    match results.saved()? {
        Some(record) => results.conclude(&record),
        None => super::unless_interrupted(Box::pin(driven(arguments, results))).await,
    }
}

async fn driven(arguments: Arguments, results: Results) -> Result<Exit, Stopped> {
    let plan = plan(&arguments)?;
    let wall = WallClock::new(super::gateways::nap);
    let start = arguments.start_at.map(|start| start.moment(wall.now())).transpose();
    let start = start.map_err(|why| Stopped::new(Exit::Usage, format!("error: {why}")))?;
    let promised = Arc::new(Promised::default());
    let inbox = Inbox::new(Arc::clone(&promised) as Arc<dyn Clock>);
    let account = super::run::account();
    let gateways = super::gateways::open(&inbox, arguments.sms, arguments.smtp, account).await?;
    let briefing = Briefing {
        seed: arguments.seed,
        gateways: Some(super::gateways::endpoints(&gateways)),
        ..Briefing::default()
    };
    let opened = adapters::open_with(&arguments.against, briefing).await;
    let opened = opened.map_err(|error| super::run::unreachable(&error));
    let host = super::gateways::blamed_on(&gateways, opened)?;
    let clock = clock(&*host)?;
    promised.keep(&clock);
    let stage = Stage {
        settings: crate::domain::Declared::default(),
        scenario: "bench".to_owned(),
        number: 0,
        seed: arguments.seed,
        clock: Arc::clone(&clock),
        gateways: super::gateways::endpoints(&gateways),
    };
    let unreachable =
        |error| Stopped::new(Exit::Unreachable, format!("error: cannot begin: {error}"));
    let Connection { subject, network } = host.connect(&stage).await.map_err(unreachable)?;
    let setting = Setting { seed: arguments.seed, clock, inbox, network };
    let progress = progress(plan.people());
    let pool = Pool::enrol(subject, &setting, plan, || progress.inc(1)).await;
    progress.finish_and_clear();
    let pool = pool.map_err(|why| not_enrolled(&why))?;
    start::wait_for(start, &wall).await?;
    let (began, pace) = (wall.now(), Arc::new(RealPace::begin()));
    let measured = load::drive(&plan, pace, arguments.in_flight.into(), pool).await;
    let record = record(&measured, &plan, (&arguments, &*host, began));
    host.close().await;
    super::gateways::tell_elsewhere(&gateways);
    gateways.close().await;
    results.conclude(&record)
}

fn plan(arguments: &Arguments) -> Result<Plan, Stopped> {
    let Arguments { rate, duration, period, .. } = *arguments;
    let plan = Plan::size(Load { rate, duration, period });
    let plan = match arguments.pool {
        Some(people) => plan.and_then(|plan| plan.with_pool(people)),
        None => plan,
    };
    plan.map_err(|why| Stopped::new(Exit::Usage, format!("error: {why}")))
}

/// A clock that runs: a rate means nothing where time stands still.
fn clock(host: &dyn Host) -> Result<Arc<dyn Clock>, Stopped> {
    match host.about().clock {
        // The subject follows whatever clock it is given.
        ClockMode::Virtual => Ok(Arc::new(WallClock::new(super::gateways::nap))),
        ClockMode::Offset | ClockMode::Real => Ok(host.clock()),
        ClockMode::SharedVirtual => Err(Stopped::new(
            Exit::Usage,
            "error: the subject's clock stands still, so a code never changes; start it with a \
             running clock, and write `mode: offset` or `mode: real` in the map, or `runs: true` \
             where the shim moves it",
        )),
    }
}

fn not_enrolled(why: &NotEnrolled) -> Stopped {
    Stopped::new(Exit::Inconclusive, format!("error: nothing was measured: {why}"))
}

/// What is saved of it.
fn record(
    measured: &Measured,
    plan: &Plan,
    (arguments, host, began): (&Arguments, &dyn Host, Moment),
) -> Record {
    let Load { rate, duration, period } = plan.load();
    let asked = Asked {
        arrival: Arrival::Constant { per_second: rate.get() },
        stop: Stop::After(duration),
        work: vec![Share { kind: WorkKind::Valid, weight: 1 }],
        surge: None,
        people: plan.people(),
        period_seconds: u32::try_from(period.seconds()).unwrap_or(u32::MAX),
        in_flight: arguments.in_flight.into(),
        warm_up: Duration::ZERO,
    };
    let about = host.about();
    let subject = Subject {
        name: about.name.clone(),
        against: arguments.against.clone(),
        driven_by: "password sign-in, the code read off a simulated token, and its submission"
            .to_owned(),
        in_process: about.clock == ClockMode::Virtual,
        launched: false,
    };
    let part = Part {
        shard: arguments.shard,
        began,
        took: measured.took(),
        finish: Finish::Whole,
        environment: environment(),
        calibration: None,
        samples: Vec::new(),
    };
    Record {
        fobwatch: env!("CARGO_PKG_VERSION").to_owned(),
        load: FORM,
        seed: arguments.seed,
        subject,
        asked,
        counts: measured.counts().clone(),
        ladder: Vec::new(),
        parts: vec![part],
    }
}

/// This machine.
fn environment() -> Environment {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = u32::try_from(cores).unwrap_or(u32::MAX);
    let [system, architecture] = [std::env::consts::OS, std::env::consts::ARCH].map(str::to_owned);
    Environment { cores, system, architecture, processor: processor() }
}

/// The processor as it names itself, where the system says it in a file.
fn processor() -> Option<String> {
    let known = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = known.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned())
}

fn progress(people: u32) -> indicatif::ProgressBar {
    if people < SHOW_PROGRESS_FROM || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(people.into());
    bar.with_message("enrolling")
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as 300ms, 10s or 2m".to_owned();
    let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| wrong())
}

fn shard(text: &str) -> Result<Shard, String> {
    super::shard::read(text, super::shard::environment)
}

fn period(text: &str) -> Result<Period, String> {
    let seconds = text.parse().map_err(|_| "write whole seconds, such as 30".to_owned())?;
    Period::new(seconds).map_err(|why| why.to_string())
}
