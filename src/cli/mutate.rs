//! `fobwatch mutate`: which defects of the reference somebody's own test suite catches.

use super::{Exit, Stopped, suite};
use crate::adapters::{Endpoints, builtin};
use crate::domain::{Chance, Clock, Pattern, WallClock};
use crate::gateways::email::smtp;
use crate::gateways::inbox::{Inbox, Strictness};
use crate::gateways::listen::{Gateways, Settings};
use crate::gateways::window::{self, Window};
use crate::reference::server::Server;
use crate::reference::{DEFECTS, Defect, Parameters, Reference, Wire};
use crate::report::mutants::{self, Fate, Mutant};
use futures_util::StreamExt;
use std::io;
use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use suite::{Ended, Performance};
use tokio::net::TcpListener;

const EXAMPLES: &str = "\
Your suite is run against the reference implementation: once against the sound one, which it must
pass, then once against each defect, where it should fail. What survives shows what the suite would
not notice in your own server. The suite learns where everything is from these variables:

  FOBWATCH_URL         the server: its pages, and POST /api/OPERATION with JSON
  FOBWATCH_INBOX_URL   received messages: GET …/messages?to=ADDRESS, each with its code
  FOBWATCH_SMS_URL     the SMS gateway that the server uses
  FOBWATCH_SMTP        the mail gateway that the server uses, host:port

Every run has a server and gateways of its own. The server is not told apart from the sound one in
any other way than by what it does. Everything that a suite has started is ended with it.

Examples:
  fobwatch mutate -- python3 fixtures/mutate/suite.py
  fobwatch mutate --only '*lockout*' -- pytest tests/mfa
  fobwatch mutate --min-score 80 --jobs 4 -- npm test      fail the build below 80 percent

Exit codes: 0 the score is high enough, 1 it is below --min-score, 2 the suite does not pass against
the sound reference, so that nothing can be said; others as everywhere.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Only defects of this name; `*` stands for any characters
    #[arg(long, value_name = "PATTERN")]
    only: Option<String>,
    /// How long one run of the suite may take; one that takes longer is ended, and counts as failed
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = super::bench::duration)]
    timeout: Duration,
    /// How many runs of the suite at once [default: one for each core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Fail if a smaller share of the defects is caught
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    min_score: Option<u8>,
    /// Your suite: a command with its arguments
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let defects = chosen(arguments.only.as_deref())?;
    // What is under way is dropped, and ended by that.
    tokio::select! {
        scored = scored(&arguments, defects) => scored,
        () = super::interrupted() => {
            Err(Stopped::new(Exit::Inconclusive, "interrupted; the suites were ended"))
        }
    }
}

async fn scored(arguments: &Arguments, defects: Vec<&'static Defect>) -> Result<Exit, Stopped> {
    try_sound(arguments).await?;
    super::print_aside("the suite passes against the sound reference\n");
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = arguments.jobs.map_or(cores, NonZeroUsize::get).min(64);
    let mut fates = futures_util::stream::iter(defects)
        .map(|defect| async move { (defect, try_on(arguments, Some(defect)).await) })
        .buffered(jobs);
    let mut found = Vec::new();
    while let Some((defect, performance)) = fates.next().await {
        let fate = match performance?.ended {
            Ended::Passed => Fate::Survived,
            Ended::Failed => Fate::Caught,
            Ended::TimedOut => Fate::TimedOut,
        };
        super::print_aside(&format!("  {:<10} {}\n", word(fate), defect.name));
        found.push(Mutant { defect, fate });
    }
    let mut text = Vec::new();
    mutants::write(&found, &mut text).map_err(|why| {
        Stopped::new(Exit::CannotWrite, format!("error: cannot write the score: {why}"))
    })?;
    super::print(&String::from_utf8_lossy(&text));
    match arguments.min_score {
        Some(least) if mutants::score(&found) < least => {
            super::print_aside(&format!("below --min-score {least}\n"));
            Ok(Exit::NotConformant)
        }
        Some(_) | None => Ok(Exit::Conformant),
    }
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Caught => "caught",
        Fate::TimedOut => "timed out",
        Fate::Survived => "survived",
    }
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Defect>, Stopped> {
    let Some(only) = only else { return Ok(DEFECTS.to_vec()) };
    let pattern = Pattern::new(only);
    let chosen: Vec<&'static Defect> =
        DEFECTS.iter().copied().filter(|defect| pattern.matches(defect.name)).collect();
    if chosen.is_empty() {
        let message = format!(
            "error: no defect is called `{only}`; see `fobwatch reference --defects`, and write \
             `*` for what may differ"
        );
        return Err(Stopped::new(Exit::Usage, message));
    }
    Ok(chosen)
}

async fn try_sound(arguments: &Arguments) -> Result<(), Stopped> {
    let Performance { ended, said } = try_on(arguments, None).await?;
    let how = match ended {
        Ended::Passed => return Ok(()),
        Ended::Failed => "fails".to_owned(),
        Ended::TimedOut => format!("does not end within {} s", arguments.timeout.as_secs_f64()),
    };
    let message = format!(
        "{said}\nerror: the suite {how} against the sound reference, so its failures say nothing; \
         above is the last it said. Make it pass first: `fobwatch mutate --help` names the \
         variables it gets"
    );
    Err(Stopped::new(Exit::Inconclusive, message))
}

/// Runs the suite once, against a reference and gateways of its own.
async fn try_on(
    arguments: &Arguments,
    defect: Option<&'static Defect>,
) -> Result<Performance, Stopped> {
    let stage = Stage::open(defect).await.map_err(|error| {
        let message = format!("error: cannot open servers on this machine: {error}");
        Stopped::new(Exit::Unreachable, message)
    })?;
    let variables = stage.variables();
    let performance = suite::perform(&arguments.command, &variables, arguments.timeout).await;
    stage.close().await;
    performance.map_err(|error| {
        let program = arguments.command.first().map_or("", String::as_str);
        Stopped::new(Exit::Usage, format!("error: cannot run `{program}`: {error}"))
    })
}

/// A reference with its gateways.
struct Stage {
    gateways: Gateways,
    server: Server,
}

impl Stage {
    async fn open(defect: Option<&'static Defect>) -> io::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(WallClock::new(super::gateways::nap));
        // Whatever numbers a suite has, nothing is sent on.
        let inbox = Inbox::with_strictness(Arc::clone(&clock), Strictness::Anyone);
        let settings =
            Settings { window: Window::Open, ..Settings::loopback(super::run::account()) };
        let gateways = Gateways::open(settings, inbox, smtp::open).await?;
        let endpoints: Endpoints = super::gateways::endpoints(&gateways);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        // Devices must find the server by the address that its pages show.
        let public_address = format!("{}/device", listener.local_addr()?);
        let parameters = Parameters { public_address, ..Parameters::default() };
        let courier = Wire::new(builtin::sender_to(&endpoints)).map_err(io::Error::other)?;
        // The same for all, so that a suite cannot tell a defect by its codes.
        let chance = Chance::seeded(1, "mutate");
        let defects = defect.into_iter().collect();
        let reference = Reference::new(parameters, defects, clock, chance, Arc::new(courier));
        let server = Server::serve(reference, listener)?;
        Ok(Self { gateways, server })
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let Endpoints { sms_url, smtp, .. } = super::gateways::endpoints(&self.gateways);
        vec![
            ("FOBWATCH_URL", format!("http://{}", self.server.address())),
            ("FOBWATCH_INBOX_URL", format!("{sms_url}{}", window::PATH)),
            ("FOBWATCH_SMS_URL", sms_url),
            ("FOBWATCH_SMTP", smtp.to_string()),
        ]
    }

    async fn close(self) {
        self.server.stop().await;
        self.gateways.close().await;
    }
}
