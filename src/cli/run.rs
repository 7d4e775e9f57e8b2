//! `fobwatch run`: plays scenarios against a subject and judges what happened.

use super::{Exit, Stopped, files};
use crate::adapters::{self, NotReachable};
use crate::conformance::{Profile, Verdict, profile};
use crate::domain::{Chance, Moment, Secret, VirtualClock};
use crate::gateways::inbox::Inbox;
use crate::journal::Masking;
use crate::report::{self, terminal};
use crate::runner::{self, PostOffice, Run, Settings};
use anstream::ColorChoice;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs that are shorter show no progress: it would only flicker.
const SHOW_PROGRESS_FROM: usize = 8;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Scenario files or folders; without any, the shipped scenarios
    paths: Vec<PathBuf>,
    /// The subject: builtin:reference, builtin:reference?defect=NAME, map:FILE.yaml
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
    /// Write a report; `-` is standard output; may be given several times. Forms: junit, ndjson,
    /// ctrf, tap, sarif, github, github-summary
    #[arg(long, value_name = "FORM=FILE")]
    report: Vec<String>,
    /// Where the SMS gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    sms: std::net::SocketAddr,
    /// Where the mail gateway listens, for subjects that are told beforehand
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    smtp: std::net::SocketAddr,
    /// Show secrets in reports and evidence
    #[arg(long)]
    reveal: bool,
    /// Show only what did not pass
    #[arg(long, short)]
    quiet: bool,
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

/// A report form and where it goes.
type Destination = (&'static dyn report::Form, Target);

/// Where a report goes.
enum Target {
    /// Where the terminal's report goes otherwise; that one makes room.
    StandardOutput,
    /// A file, made anew.
    File(PathBuf),
}

pub(super) async fn run(arguments: Arguments) -> Result<Exit, Stopped> {
    let settings = settings(&arguments)?;
    let destinations = destinations(&arguments.report)?;
    let tickets = runner::tickets(files::plans(&arguments.paths)?);
    let chosen = choose(tickets, &arguments.only)?;
    let host = adapters::open(&arguments.against).await.map_err(|error| unreachable(&error))?;
    let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
    let gateways = super::gateways::open(&inbox, arguments.sms, arguments.smtp, account()).await?;
    let post = PostOffice { inbox, endpoints: super::gateways::endpoints(&gateways) };
    let progress = progress(chosen.len());
    let played = |_: &runner::Played| progress.inc(1);
    let run = runner::run(host, &post, chosen, settings, played).await;
    progress.finish_and_clear();
    let detail = if arguments.quiet {
        terminal::Detail::TroubleOnly
    } else {
        terminal::Detail::EveryScenario
    };
    let mut text = Vec::new();
    let cannot = |what: &str, why: &std::io::Error| {
        Stopped::new(Exit::CannotWrite, format!("error: cannot write {what}: {why}"))
    };
    terminal::write(&run, detail, &mut text).map_err(|error| cannot("the report", &error))?;
    let piped = destinations.iter().any(|(_, target)| matches!(target, Target::StandardOutput));
    let told = String::from_utf8_lossy(&text);
    if piped {
        super::print_aside(&told);
    } else {
        super::print(&told);
    }
    for (form, target) in destinations {
        match target {
            Target::StandardOutput => super::print(&written(form, &run)?),
            Target::File(path) => write_report(form, &path, &run)
                .map_err(|error| cannot(&path.display().to_string(), &error))?,
        }
    }
    gateways.close().await;
    Ok(exit(&run))
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
        profiles: profiles(&arguments.profile)?,
        jobs: arguments.jobs.unwrap_or(cores).clamp(1, 256),
        masking: if arguments.reveal { Masking::Revealed } else { Masking::Masked },
    })
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

fn destinations(reports: &[String]) -> Result<Vec<Destination>, Stopped> {
    reports.iter().map(|text| destination(text).ok_or_else(|| no_report(text))).collect()
}

/// `FORM=FILE`, `FORM=-`, or `FORM` alone if it is made for the log.
fn destination(text: &str) -> Option<Destination> {
    let (name, target) = match text.split_once('=') {
        Some((name, "-")) => (name, Target::StandardOutput),
        Some((name, file)) => (name, Target::File(PathBuf::from(file))),
        None => (text, Target::StandardOutput),
    };
    let form = report::form(name)?;
    (text.contains('=') || form.is_for_a_log()).then_some((form, target))
}

fn no_report(text: &str) -> Stopped {
    let forms: Vec<String> = report::FORMS
        .iter()
        .map(|form| {
            let usual = if form.is_for_a_log() { "" } else { "=FILE" };
            format!("  {:<20} {}", format!("{}{usual}", form.name()), form.purpose())
        })
        .collect();
    let known = forms.join("\n");
    let message = format!(
        "error: `{text}` is no report; write one of these, `-` for FILE is standard output\n{known}"
    );
    Stopped::new(Exit::Usage, message)
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
        | NotReachable::Unreadable { .. } => Exit::Usage,
        NotReachable::BadMap(_) => Exit::DoesNotLoad,
        NotReachable::Silent(_) => Exit::Unreachable,
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

fn written(form: &dyn report::Form, run: &Run) -> Result<String, Stopped> {
    let mut bytes = Vec::new();
    form.write(run, &mut bytes).map_err(|error| {
        let message = format!("error: cannot write the report {}: {error}", form.name());
        Stopped::new(Exit::CannotWrite, message)
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write_report(form: &dyn report::Form, path: &PathBuf, run: &Run) -> std::io::Result<()> {
    let mut output = BufWriter::new(File::create(path)?);
    form.write(run, &mut output)?;
    output.flush()
}

fn exit(run: &Run) -> Exit {
    match run.played.iter().map(|played| played.verdict).max() {
        Some(Verdict::Fail) => Exit::NotConformant,
        Some(Verdict::Inconclusive) => Exit::Inconclusive,
        Some(Verdict::Pass | Verdict::Weak | Verdict::Skipped) | None => Exit::Conformant,
    }
}
