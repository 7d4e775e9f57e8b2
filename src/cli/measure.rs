//! `fobwatch measure`: what a subject claims of itself, held against what it does.

use super::gateways::Promised;
use super::{Exit, Stopped};
use crate::adapters::{self, Briefing, Connection, Host, Stage};
use crate::domain::{Clock, Declared};
use crate::gateways::inbox::Inbox;
use crate::measure::{self, Lab, Report, Timing, Wishes};
use crate::subject::ClockMode;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const EXAMPLES: &str = "\
A subject declares parameters (`declared:` in a map): how long a code lives, how many wrong ones it
takes, what a resend does. Each is measured by experiments, with fresh people for every probe:
times by doubling and halving on the clock, to the second. From what was found follow the odds of
somebody who guesses codes for a day. Harvested codes are tested for what a bad generator shows.

Where the clock cannot be moved, waiting is real. Its price is printed first, and only claims are
tried, shortly before and after; what costs more than --patience is left out.

Examples:
  fobwatch measure                                   the embedded reference
  fobwatch measure --against 'builtin:reference?defect=wide-window'
                                                     what a false claim looks like
  fobwatch measure --against map:my-server.yaml --sms 127.0.0.1:4101 --smtp 127.0.0.1:2525 \\
      --patience 30m                                 your server, told beforehand where messages go
  fobwatch measure --json - | jq '.rows[] | select(.verdict == \"contradicts\")'

Exit codes: 0 nothing contradicts, 1 a claim is false or codes are certainly not random (p < 1e-6),
2 nothing could be measured; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The subject: builtin:reference, builtin:reference?defect=NAME, map:FILE.yaml
    #[arg(long, value_name = "SUBJECT", default_value = "builtin:reference")]
    against: String,
    /// How many delivered codes to harvest for the tests of randomness
    #[arg(long, value_name = "N", default_value = "400", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    samples: u32,
    /// How long to wait in real time where the clock cannot be moved
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = super::bench::duration)]
    patience: Duration,
    /// Also compare answers by time: do they tell which users exist? A hint, never a failure
    #[arg(long)]
    timing: bool,
    /// Write the result as JSON to this file, or to standard output instead of the table (`-`)
    #[arg(long, value_name = "FILE|-")]
    json: Option<PathBuf>,
    /// The seed of people and devices
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: u64,
    /// Where the SMS gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: SocketAddr,
    /// Where the mail gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: SocketAddr,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    super::unless_interrupted(measured(arguments)).await
}

async fn measured(arguments: Arguments) -> Result<Exit, Stopped> {
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
    let clock = host.clock();
    promised.keep(&clock);
    let stage = Stage {
        scenario: "measure".to_owned(),
        number: 0,
        seed: arguments.seed,
        clock: Arc::clone(&clock),
        gateways: super::gateways::endpoints(&gateways),
        settings: Declared::default(),
    };
    let connection: Connection = host.connect(&stage).await.map_err(|error| {
        Stopped::new(Exit::Unreachable, format!("error: cannot begin: {error}"))
    })?;
    if let Some(price) = price(&*host, arguments.patience) {
        anstream::eprint!("{price}");
    }
    let wishes = Wishes {
        seed: arguments.seed,
        samples: arguments.samples,
        patience: arguments.patience,
        timing: if arguments.timing { Timing::On } else { Timing::Off },
    };
    let report = measure::measure(Lab::new(connection, clock, inbox, wishes), |_| {}).await;
    host.close().await;
    super::gateways::tell_elsewhere(&gateways);
    gateways.close().await;
    tell(&report, arguments.json.as_deref())?;
    Ok(exit(&report))
}

/// What real waiting costs, where time cannot be moved.
fn price(host: &dyn Host, patience: Duration) -> Option<String> {
    if host.about().clock != ClockMode::Real {
        return None;
    }
    let prices = measure::prices(&host.about().declared);
    let mut text = "the subject's clock cannot be moved, so waits are real:\n".to_owned();
    for (name, price) in &prices {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<22}{} s", price.as_secs());
    }
    let all: u64 = prices.iter().map(|(_, price)| price.as_secs()).sum();
    let _ =
        writeln!(text, "  all together          {all} s; --patience is {} s", patience.as_secs());
    Some(text)
}

fn tell(report: &Report, json: Option<&std::path::Path>) -> Result<(), Stopped> {
    let Some(path) = json else {
        super::print(&report.to_text());
        return Ok(());
    };
    let cannot = |why: &dyn std::fmt::Display| {
        Stopped::new(Exit::CannotWrite, format!("error: cannot write {}: {why}", path.display()))
    };
    let text = serde_json::to_string_pretty(report).map_err(|why| cannot(&why))? + "\n";
    if path.as_os_str() == "-" {
        super::print(&text);
        return Ok(());
    }
    std::fs::write(path, text).map_err(|why| cannot(&why))?;
    super::print(&report.to_text());
    Ok(())
}

fn exit(report: &Report) -> Exit {
    if report.contradicts() {
        Exit::NotConformant
    } else if report.is_empty() {
        Exit::Inconclusive
    } else {
        Exit::Conformant
    }
}
