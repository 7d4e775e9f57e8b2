//! Plays plans against a subject and gives out what happened. It never prints and never judges a
//! rule itself: requirements are judged by [`crate::conformance`].

mod at_once;
mod expect;
mod kept;
mod key_facts;
mod play;
mod record;

use crate::adapters::{Endpoints, Host, Stage};
use crate::conformance::{self, Judgement, Profile, REQUIREMENTS, Verdict};
use crate::domain::clock::Stopwatch;
use crate::gateways::inbox::Inbox;
use crate::journal::{Entry, Event, Line, Masking};
use crate::scenario::plan::Plan;
use crate::subject::ClockMode;
use crate::world::{Origin, World};
use futures_util::StreamExt;
use play::{Halt, Player};
use std::sync::Arc;
use std::time::Duration;

/// What a run is asked for.
#[derive(Clone)]
pub struct Settings {
    /// The seed from which everything follows.
    pub seed: u64,
    /// The subject as the command line names it, for reports and replay commands.
    pub against: String,
    /// The paths as the command line names them; none for the shipped scenarios.
    pub paths: Vec<String>,
    /// Further options that a repetition needs, as the command line writes them.
    pub options: Vec<String>,
    /// Whose requirements are judged.
    pub profiles: Vec<&'static Profile>,
    /// How many scenarios may be played at once; a subject with one shared clock allows one.
    pub jobs: usize,
    /// Whether secrets are shown.
    pub masking: Masking,
}

/// A scenario with its place in the whole catalogue.
#[derive(Clone)]
pub struct Ticket {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The number of its first person. It depends on the catalogue, not on what was chosen from
    /// it, so that one scenario alone meets the same people as in the whole run.
    pub first_person: u32,
}

/// How a whole run came out.
pub struct Run {
    /// What was asked for.
    pub settings: Settings,
    /// The scenarios, in the order of the catalogue.
    pub played: Vec<Played>,
    /// Messages that were for nobody: recipient and first line.
    pub strays: Vec<String>,
    /// How long it took in real time; never part of a journal.
    pub took: Duration,
}

/// How one scenario came out.
pub struct Played {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was skipped, or why nothing can be said.
    pub remark: Option<String>,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What was decided about every requirement of the profiles.
    pub judgements: Vec<Judgement>,
}

/// Gives each plan its ticket.
#[must_use]
pub fn tickets(plans: Vec<Plan>) -> Vec<Ticket> {
    let mut first_person = 0;
    let mut tickets = Vec::with_capacity(plans.len());
    for plan in plans {
        let people = u32::try_from(plan.people.len()).unwrap_or(u32::MAX);
        tickets.push(Ticket { plan: Arc::new(plan), first_person });
        first_person = people.saturating_add(first_person);
    }
    tickets
}

/// The post office of a run: where messages come in, and where subjects are told to send them.
#[derive(Clone)]
pub struct PostOffice {
    /// The inbox behind the gateways.
    pub inbox: Arc<Inbox>,
    /// The gateways' addresses.
    pub endpoints: Endpoints,
}

/// Plays all tickets against `host`; `on_played` hears of each as it ends.
pub async fn run(
    host: Arc<dyn Host>,
    post: &PostOffice,
    tickets: Vec<Ticket>,
    settings: Settings,
    on_played: impl Fn(&Played),
) -> Run {
    let stopwatch = Stopwatch::start();
    let jobs = match host.about().clock {
        ClockMode::SharedVirtual | ClockMode::Offset => 1,
        ClockMode::Virtual | ClockMode::Real => settings.jobs.max(1),
    };
    let mut running = futures_util::stream::iter(tickets)
        .map(|ticket| {
            let (host, post, settings) = (Arc::clone(&host), post.clone(), settings.clone());
            tokio::spawn(async move { play_one(&*host, &post, ticket, &settings).await })
        })
        .buffered(jobs);
    let mut played = Vec::new();
    while let Some(one) = running.next().await {
        match one {
            Ok(one) => {
                on_played(&one);
                played.push(one);
            }
            // A panic while playing is a bug of ours: it must end the process as one.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    drop(running);
    let strays = post.inbox.strays().iter().map(describe_stray).collect();
    Run { settings, played, strays, took: stopwatch.elapsed() }
}

async fn play_one(
    host: &dyn Host,
    post: &PostOffice,
    ticket: Ticket,
    settings: &Settings,
) -> Played {
    let plan = ticket.plan;
    if let Some(missing) = plan.needs.iter().find(|feature| !host.about().has(feature)) {
        let remark = Some(format!("the subject has no {missing}"));
        let (entries, judgements) = (Vec::new(), Vec::new());
        return Played { plan, verdict: Verdict::Skipped, remark, entries, judgements };
    }
    if !host.can_be_set_to(&plan.settings) {
        let settings = serde_json::to_string(&plan.settings).unwrap_or_default();
        let remark = Some(format!("the subject cannot be set to {settings}"));
        let (entries, judgements) = (Vec::new(), Vec::new());
        return Played { plan, verdict: Verdict::Skipped, remark, entries, judgements };
    }
    let clock = host.clock();
    let stage = Stage {
        scenario: plan.id.clone(),
        seed: settings.seed,
        clock: Arc::clone(&clock),
        gateways: post.endpoints.clone(),
        settings: plan.settings.clone(),
    };
    let connection = match host.connect(&stage).await {
        Ok(connection) => connection,
        Err(error) => {
            let (entries, judgements) = (Vec::new(), Vec::new());
            let remark = Some(error.to_string());
            return Played { plan, verdict: Verdict::Inconclusive, remark, entries, judgements };
        }
    };
    let origin = Origin {
        seed: settings.seed,
        scenario: plan.id.clone(),
        title: plan.title.clone(),
        first_person: ticket.first_person,
    };
    let mut world = World::new(origin, clock, Arc::clone(&post.inbox), connection.network);
    let declared = &connection.subject.about().declared;
    if !declared.is_empty() {
        world.journal.record(Event::Declared { declared: Box::new(declared.clone()) });
    }
    let mut player = Player::new(world, &*connection.subject);
    let halt = player.play(&plan).await.err();
    conclude(plan, player.world, halt.as_ref(), settings)
}

fn conclude(plan: Arc<Plan>, mut world: World, halt: Option<&Halt>, settings: &Settings) -> Played {
    let early = match halt {
        None => None,
        Some(Halt::Missed) => Some("an expectation was missed".to_owned()),
        Some(Halt::Stuck(why)) => Some(why.clone()),
        Some(Halt::Unsupported(feature)) => Some(format!("the subject has no {feature}")),
    };
    world.collect();
    world.compare_codes();
    world.journal.record(Event::Finished { early: early.clone() });
    let entries = world.into_journal().finish(settings.masking);
    let judgements = judge(&entries, &settings.profiles);
    let verdict = match (conformance::verdict(&entries, &judgements), halt) {
        (Verdict::Inconclusive | Verdict::Pass | Verdict::Weak, Some(Halt::Unsupported(_))) => {
            Verdict::Skipped
        }
        (verdict, _) => verdict,
    };
    let remark = if matches!(halt, Some(Halt::Missed)) { None } else { early };
    Played { plan, verdict, remark, entries, judgements }
}

/// Judges the requirements of all `profiles`, each once, in the order of the register.
#[must_use]
pub fn judge(entries: &[Entry], profiles: &[&'static Profile]) -> Vec<Judgement> {
    REQUIREMENTS
        .iter()
        .copied()
        .filter(|requirement| profiles.iter().any(|profile| profile.includes(requirement)))
        .map(|requirement| Judgement { requirement, finding: (requirement.judge)(entries) })
        .collect()
}

impl Run {
    /// The whole run as the lines of a journal file.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let header = Line::Header {
            fobwatch: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.settings.seed,
            against: self.settings.against.clone(),
        };
        let entries = self.played.iter().flat_map(|played| {
            played.entries.iter().map(|entry| Line::Entry {
                scenario: played.plan.id.clone(),
                entry: Box::new(entry.clone()),
            })
        });
        let footer = Line::Footer { scenarios: self.played.len() as u64 };
        std::iter::once(header).chain(entries).chain([footer]).collect()
    }
}

fn describe_stray(arrival: &crate::gateways::inbox::Arrival) -> String {
    // A code may be in it, and no journal knows it as a secret: no digit is shown.
    let hide = |c: char| if c.is_numeric() { '•' } else { c };
    let first = arrival.message.text.lines().next().unwrap_or_default();
    format!("{}: {}", arrival.message.to, first.chars().take(60).map(hide).collect::<String>())
}
