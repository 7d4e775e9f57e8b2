//! `fobwatch bench`: how fast a subject verifies one-time codes.

mod otp;

use super::gateways::Promised;
use super::{Exit, Stopped};
use crate::adapters::{self, Briefing, Connection, Host, Stage};
use crate::domain::{Clock, WallClock};
use crate::gateways::inbox::Inbox;
use crate::load::measured::Times;
use crate::load::{self, Load, Measured, NotEnrolled, Plan, Pool, RealPace, Setting};
use crate::otp::Period;
use crate::subject::ClockMode;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// People enrol silently where it takes no longer than a glance.
const SHOW_PROGRESS_FROM: u32 = 50;

/// The shares of verifications whose latency is printed.
const SHARES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

const EXAMPLES: &str = "\
People with tokens are enrolled first, through the subject's own operations; that is not timed.
Then one of them after the other signs in and submits the token's code, at a constant rate whether
or not earlier ones are answered. Latency counts from the moment a verification should have started,
so a stall of the subject shows in all that it held up. A code is used once, so the pool holds at
least rate × time step people.

Examples:
  fobwatch bench                                     the embedded reference: what this machine allows
  fobwatch bench --rate 200 --for 30s                a higher load for longer
  fobwatch bench otp                                 no server: how fast codes can be verified at all
  fobwatch bench --against map:my-server.yaml --smtp 127.0.0.1:2525
                                                     your server, told beforehand where mail goes

Exit codes: 0 every verification succeeded, 1 some did not; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    instead: Option<Instead>,
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

/// What is measured instead of a subject.
#[derive(clap::Subcommand)]
enum Instead {
    /// Measure how fast this machine can verify one-time codes at all, by every way there is
    Otp(otp::Arguments),
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    if let Some(Instead::Otp(arguments)) = &arguments.instead {
        return otp::run(arguments);
    }
    super::unless_interrupted(driven(arguments)).await
}

async fn driven(arguments: Arguments) -> Result<Exit, Stopped> {
    let plan = plan(&arguments)?;
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
    let pace = Arc::new(RealPace::begin());
    let measured = load::drive(&plan, pace, arguments.in_flight.into(), pool).await;
    super::print(&report(&measured, &plan, &*host));
    host.close().await;
    super::gateways::tell_elsewhere(&gateways);
    gateways.close().await;
    Ok(if measured.failed() == 0 { Exit::Conformant } else { Exit::NotConformant })
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

fn report(measured: &Measured, plan: &Plan, host: &dyn Host) -> String {
    let Load { rate, duration, .. } = plan.load();
    let seconds = duration.as_secs_f64();
    let mut text = format!(
        "{}: {} of {} verifications succeeded\n  asked for    {rate} per second for {seconds} s, \
         {} people\n  achieved     {:.1} per second, last answer after {:.2} s\n",
        host.about().name,
        measured.succeeded(),
        measured.planned(),
        plan.people(),
        measured.throughput(duration),
        measured.took().as_secs_f64(),
    );
    let mut line = |name: &str, times: &Times| {
        let shown = SHARES.map(|(share, at)| format!("{share} {}", milliseconds(times.at(at))));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<12} {}", shown.join("   "));
    };
    if measured.succeeded() > 0 {
        line("latency ms", measured.latency());
        line("answered in", measured.service());
    }
    line("started late", measured.lateness());
    for (failure, count) in measured.failures() {
        let _ = writeln!(text, "  failed       {count} × {failure}");
    }
    text.push_str(&caveats(host, measured.succeeded()));
    text
}

/// What the numbers are, and what they are not.
fn caveats(host: &dyn Host, succeeded: u64) -> String {
    let place = match host.about().clock {
        ClockMode::Virtual => "the subject in this same process, without its HTTP",
        ClockMode::SharedVirtual | ClockMode::Offset | ClockMode::Real => {
            "the subject over its own interface, from this machine"
        }
    };
    let mut text = format!(
        "Measured: password sign-in, the code read off a simulated token, and its submission;\n\
         {place}.\n\
         `latency` counts from the intended start; it is `started late` and `answered in` together.\n\
         `started late` is our own timer (it counts in steps of 1 ms), or a wait for a place where\n\
         too many verifications were under way. Failures are counted, not timed.\n\
         Not measured: enrolment, delivery of PINs, wrong or replayed codes, sign-out.\n"
    );
    if succeeded < 1000 {
        text.push_str("Below 1000 verifications p99.9 is the slowest one or nearly so.\n");
    }
    text
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
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

fn period(text: &str) -> Result<Period, String> {
    let seconds = text.parse().map_err(|_| "write whole seconds, such as 30".to_owned())?;
    Period::new(seconds).map_err(|why| why.to_string())
}
