//! `fobwatch run`: plays scenarios against a subject and judges what happened.

use super::{Exit, Stopped, files, lists, outputs, shard};
use crate::adapters::{self, Briefing, BrowserSettings, NotReachable};
use crate::conformance::{Profile, Verdict, profile};
use crate::domain::{Chance, Moment, Secret, VirtualClock};
use crate::gateways::inbox::Inbox;
use crate::journal::{Masking, Shard};
use crate::runner::{self, PostOffice, Run, Settings};
use crate::subject::ClockMode;
use anstream::ColorChoice;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Runs that are shorter show no progress: it would only flicker.
const SHOW_PROGRESS_FROM: usize = 8;

const EXAMPLES: &str = "\
Examples:
  fobwatch run --only sms/                           only the scenarios whose id begins with sms/
  fobwatch run mine/ --against map:my-server.yaml    your scenarios, your server
  fobwatch run --against 'exec:python3 adapter.py'   a server that an adapter of yours speaks to
  fobwatch run --report ndjson=run.ndjson            keep what happened, for judge, report and diff
  fobwatch run --shard auto --report ndjson=shard.ndjson
                                                     one part of a CI matrix; `merge` joins them
  fobwatch run --write-expectations known.yaml       list what fails now ...
  fobwatch run --expectations known.yaml --ratchet   ... and fail on anything else; the list shrinks

`--shard auto` understands GitLab, CircleCI, Buildkite, Kubernetes and Slurm. A list of expectations
that no longer says how things are ends with 3.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Scenario files or folders; without any, the shipped scenarios
    paths: Vec<PathBuf>,
    /// The subject: builtin:reference, builtin:reference?defect=NAME, map:FILE.yaml,
    /// browser:FILE.yaml, 'exec:COMMAND ARGUMENTS', attach:tcp://127.0.0.1:PORT
    #[arg(long, value_name = "SUBJECT", default_value = "builtin:reference")]
    against: String,
    /// Judge by this profile; may be given several times [default: guide and rfc-otp-extended]
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Only scenarios whose id is, or begins with, this; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// The seed of the run: a number, or `random` for a new one
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: String,
    /// How many scenarios to play at once [default: one for each core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// How long a scenario may wait in real time, if the subject's clock cannot be moved; waits
    /// overlap, and their price is printed first
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = super::bench::duration)]
    patience: Duration,
    /// Play only this part of the scenarios: 2/4 is the second of four, auto asks the variables of
    /// the CI system
    #[arg(long, value_name = "I/N|auto")]
    shard: Option<String>,
    #[command(flatten)]
    lists: lists::Arguments,
    /// List what fails now in this new file, to be expected from now on
    #[arg(long, value_name = "FILE")]
    write_expectations: Option<PathBuf>,
    /// Take entries that no longer fail off the expectations file
    #[arg(long, requires = "expectations")]
    ratchet: bool,
    #[command(flatten)]
    outputs: outputs::Arguments,
    /// Where the SMS gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: std::net::SocketAddr,
    /// Where the mail gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: std::net::SocketAddr,
    /// Keep pictures and sources of the pages of what did not pass, secrets and all, in this folder
    /// (browser: adapters)
    #[arg(long, value_name = "FOLDER")]
    traces: Option<PathBuf>,
    /// The ChromeDriver of browser: adapters
    #[arg(long, value_name = "PATH", env = "FOBWATCH_CHROMEDRIVER", hide_env_values = true)]
    chromedriver: Option<String>,
    /// The Chromium of browser: adapters
    #[arg(long, value_name = "PATH", env = "FOBWATCH_CHROMIUM", hide_env_values = true)]
    chromium: Option<String>,
    /// Show secrets in reports and evidence
    #[arg(long)]
    reveal: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        use clap::{Args, FromArgMatches};
        let command = Self::augment_args(clap::Command::new("run"));
        let matches = command.get_matches_from(["run"]);
        #[allow(clippy::expect_used, reason = "every argument has a default")]
        Self::from_arg_matches(&matches).expect("no argument is required")
    }
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let settings = settings(&arguments)?;
    let browser = browser(&arguments)?;
    let outputs = outputs::Outputs::of(&arguments.outputs)?;
    let known = arguments.lists.load()?;
    let tickets = runner::tickets(files::plans(&arguments.paths)?);
    let catalogue: Vec<String> = tickets.iter().map(|ticket| ticket.plan.id.clone()).collect();
    let mut chosen = dealt(choose(tickets, &arguments.only)?, settings.shard);
    known.excuse(&mut chosen);
    let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
    let gateways = super::gateways::open(&inbox, arguments.sms, arguments.smtp, account()).await?;
    let post = PostOffice { inbox, endpoints: super::gateways::endpoints(&gateways) };
    let playing = play(&arguments.against, &post, chosen, settings, browser);
    let played = super::unless_interrupted(playing).await;
    let mut run = super::gateways::blamed_on(&gateways, played)?;
    run.elsewhere = gateways.elsewhere().tried();
    let ratchet = if arguments.ratchet { lists::Ratchet::On } else { lists::Ratchet::Off };
    known.settle(&mut run, &catalogue, ratchet)?;
    outputs.write(&run)?;
    if let Some(path) = &arguments.write_expectations {
        lists::write_new(path, &run)?;
    }
    gateways.close().await;
    Ok(exit(&run))
}

/// Plays the scenarios `chosen`; the subject is told where the gateways are, if it can be told.
async fn play(
    against: &str,
    post: &PostOffice,
    chosen: Vec<runner::Ticket>,
    mut settings: Settings,
    browser: BrowserSettings,
) -> Result<Run, Stopped> {
    let gateways = Some(post.endpoints.clone());
    let briefing = Briefing { seed: settings.seed, gateways, browser, ..Briefing::default() };
    let host = adapters::open_with(against, briefing).await.map_err(|error| unreachable(&error))?;
    let role = host.about().role;
    let chosen = runner::of_its_role(chosen, role, settings.shard);
    if settings.profiles.is_empty() {
        settings.profiles = profile::defaults(role).to_vec();
    }
    if host.about().clock == ClockMode::Real
        && let Some(price) = runner::price(&chosen, settings.patience)
    {
        super::print_aside(&told(price));
    }
    let progress = progress(chosen.len());
    let played = |_: &runner::Played| progress.inc(1);
    let run = runner::run(Arc::clone(&host), post, chosen, settings, played).await;
    progress.finish_and_clear();
    host.close().await;
    Ok(run)
}

/// The price of real waits, before they are paid.
fn told(price: runner::Price) -> String {
    let runner::Price { scenarios, longest, too_long } = price;
    let seconds = longest.as_secs();
    let price = format!(
        "the subject's clock cannot be moved, so waits are real: {scenarios} scenarios wait, all at \
         once, the longest {seconds} s\n"
    );
    match too_long {
        0 => price,
        more => {
            format!("{price}{more} more would wait longer and are not played; see --patience\n")
        }
    }
}

/// The part of `tickets` that belongs to `shard`. That there are none is no mistake: there may be
/// more machines than scenarios.
fn dealt(mut tickets: Vec<runner::Ticket>, shard: Option<Shard>) -> Vec<runner::Ticket> {
    let Some(shard) = shard else { return tickets };
    let all = tickets.len();
    tickets.retain(|ticket| shard.holds(ticket.number));
    if tickets.is_empty() {
        super::print_aside(&format!("shard {shard} holds none of the {all} scenarios\n"));
    }
    tickets
}

/// Credentials of the gateways; they guard nothing, so they may stand here.
pub(super) fn account() -> crate::gateways::Account {
    crate::gateways::Account {
        id: "AC00000000000000000000000000000000".to_owned(),
        token: Secret::new("fobwatch"),
    }
}

fn settings(arguments: &Arguments) -> Result<Settings, Stopped> {
    let wrong = |message: String| Stopped::new(Exit::Usage, message);
    let seed = match arguments.seed.as_str() {
        "random" => Chance::fresh_seed().map_err(|why| Stopped::new(Exit::Internal, why))?,
        number => number.parse().map_err(|_| {
            wrong(format!("error: the seed is a number or `random`, not `{number}`"))
        })?,
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Settings {
        seed,
        against: arguments.against.clone(),
        paths: arguments.paths.iter().map(|path| path.display().to_string()).collect(),
        options: listening(arguments),
        // Without any it depends on the subject: `play` asks it.
        profiles: if arguments.profile.is_empty() {
            Vec::new()
        } else {
            profiles(&arguments.profile)?
        },
        jobs: arguments.jobs.unwrap_or(cores).clamp(1, 256),
        patience: arguments.patience,
        masking: if arguments.reveal { Masking::Revealed } else { Masking::Masked },
        shard: arguments.shard.as_deref().map(part).transpose()?,
    })
}

/// Which browser is driven, and where the traces go: a folder that is made now, so that nothing is
/// played in vain.
fn browser(arguments: &Arguments) -> Result<BrowserSettings, Stopped> {
    let traces = arguments.traces.clone();
    if let Some(folder) = &traces {
        if !arguments.against.starts_with("browser:") {
            let message = "error: only adapters that drive a browser keep traces; \
                leave --traces away, or write --against browser:FILE.yaml";
            return Err(Stopped::new(Exit::Usage, message));
        }
        std::fs::create_dir_all(folder).map_err(|error| {
            let message = format!("error: cannot write to {}: {error}", folder.display());
            Stopped::new(Exit::CannotWrite, message)
        })?;
    }
    let (chromedriver, chromium) = (arguments.chromedriver.clone(), arguments.chromium.clone());
    Ok(BrowserSettings { chromedriver, chromium, traces })
}

fn part(text: &str) -> Result<Shard, Stopped> {
    shard::read(text, shard::environment)
        .map_err(|why| Stopped::new(Exit::Usage, format!("error: {why}")))
}

/// The addresses that a subject was told beforehand: a repetition needs them too.
fn listening(arguments: &Arguments) -> Vec<String> {
    let told = [("--sms", arguments.sms), ("--smtp", arguments.smtp)];
    let fixed = told.iter().filter(|(_, address)| address.port() != 0);
    fixed.map(|(option, address)| format!("{option} {address}")).collect()
}

/// The named profiles, or the two that need no choice.
pub(super) fn profiles(names: &[String]) -> Result<Vec<&'static Profile>, Stopped> {
    if names.is_empty() {
        return Ok(profile::DEFAULTS.to_vec());
    }
    let find = |name: &String| {
        profile::by_name(name).ok_or_else(|| {
            let known: Vec<&str> = profile::PROFILES.iter().map(|profile| profile.name).collect();
            let message =
                format!("error: there is no profile `{name}`; there are {}", known.join(", "));
            Stopped::new(Exit::Usage, message)
        })
    };
    names.iter().map(find).collect()
}

fn choose(tickets: Vec<runner::Ticket>, only: &[String]) -> Result<Vec<runner::Ticket>, Stopped> {
    if only.is_empty() {
        return Ok(tickets);
    }
    if let Some(unmatched) =
        only.iter().find(|id| !tickets.iter().any(|ticket| ticket.plan.id.starts_with(*id)))
    {
        let message =
            format!("error: no scenario's id begins with `{unmatched}`; see `fobwatch list`");
        return Err(Stopped::new(Exit::Usage, message));
    }
    let exact = |id: &str| only.iter().any(|wanted| wanted == id);
    let begins = |id: &str| {
        only.iter().any(|wanted| {
            id.starts_with(wanted.as_str())
                && !tickets.iter().any(|ticket| ticket.plan.id == *wanted)
        })
    };
    let chosen = tickets.iter().filter(|ticket| exact(&ticket.plan.id) || begins(&ticket.plan.id));
    Ok(chosen.cloned().collect())
}

pub(super) fn unreachable(error: &NotReachable) -> Stopped {
    let exit = match error {
        NotReachable::UnknownAdapter(_)
        | NotReachable::UnknownDefect { .. }
        | NotReachable::UnknownVariant { .. }
        | NotReachable::BadTarget(_)
        | NotReachable::Unreadable { .. } => Exit::Usage,
        NotReachable::BadMap(_) => Exit::DoesNotLoad,
        NotReachable::NoPartner(_) | NotReachable::Silent(_) | NotReachable::NoBrowser(_) => {
            Exit::Unreachable
        }
    };
    let message = error.to_string();
    // A map's mistakes come with places and a heading of their own.
    let shown = if message.starts_with("error") { message } else { format!("error: {message}") };
    Stopped::new(exit, shown)
}

/// A line of progress on standard error, where a person looks at it.
fn progress(scenarios: usize) -> indicatif::ProgressBar {
    let visible = scenarios >= SHOW_PROGRESS_FROM
        && std::io::stderr().is_terminal()
        && anstream::AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
    if visible {
        indicatif::ProgressBar::new(scenarios as u64)
    } else {
        indicatif::ProgressBar::hidden()
    }
}

/// How a run ends the process: what is news first, then a list that is stale, then what is not
/// known.
pub(super) fn exit(run: &Run) -> Exit {
    let undecided = run.played.iter().any(|played| played.verdict == Verdict::Inconclusive);
    if run.played.iter().any(runner::Played::is_news) {
        Exit::NotConformant
    } else if !run.stale.is_empty() {
        Exit::StaleExpectation
    } else if undecided || run.incomplete.is_some() {
        Exit::Inconclusive
    } else {
        Exit::Conformant
    }
}
