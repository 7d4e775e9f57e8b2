//! Plays plans against a subject and gives out what happened. It never prints and never judges a
//! rule itself: requirements are judged by [`crate::conformance`].

mod at_once;
pub mod difference;
mod expect;
pub mod expectations;
mod kept;
mod key_facts;
mod play;
mod record;
mod revive;
mod settle;
mod waiting;

pub use expectations::{Expectations, Known};
pub use revive::UnknownProfile;
pub use waiting::{Price, USUAL_PATIENCE, price};

use crate::adapters::{Endpoints, Host, Stage};
use crate::conformance::{self, Judgement, Profile, REQUIREMENTS, Verdict};
use crate::domain::Role;
use crate::domain::clock::Stopwatch;
use crate::gateways::inbox::Inbox;
use crate::journal::{Ending, Entry, Event, Masking, Outline, Shard};
use crate::scenario::plan::Plan;
use crate::subject::ClockMode;
use crate::world::{Origin, World};
use futures_util::StreamExt;
use play::{Halt, Player};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use waiting::MOST_WAITING;

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
    /// How many scenarios may be played at once; those that move a clock that all share are played
    /// one by one.
    pub jobs: usize,
    /// How long a scenario may wait in real time where the subject's clock cannot be moved.
    pub patience: Duration,
    /// Whether secrets are shown.
    pub masking: Masking,
    /// Which part of the catalogue is played, if not the whole.
    pub shard: Option<Shard>,
}

/// A scenario with its place in the whole catalogue.
#[derive(Clone)]
pub struct Ticket {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The number of its first person. It depends on the catalogue, not on what was chosen from
    /// it, so that one scenario alone meets the same people as in the whole run.
    pub first_person: u32,
    /// Its number in the catalogue, from 0.
    pub number: u32,
    /// Why it does not apply to this subject, if somebody said so: then it is not played.
    pub not_applicable: Option<String>,
}

/// How a whole run came out.
pub struct Run {
    /// What was asked for.
    pub settings: Settings,
    /// The scenarios, in the order of the catalogue.
    pub played: Vec<Played>,
    /// Messages that were for nobody: recipient and first line.
    pub strays: Vec<String>,
    /// Hosts that the subject tried to reach and that no gateway stands for, with how often.
    pub elsewhere: BTreeMap<String, u64>,
    /// How long it took in real time; never part of a journal, so a run that was read from one
    /// does not know it.
    pub took: Option<Duration>,
    /// What is missing, if the run was read from a journal that is not whole.
    pub incomplete: Option<String>,
    /// Entries of the expectations file that no longer say how things are: place and why.
    pub stale: Vec<String>,
}

/// How one scenario came out.
pub struct Played {
    /// What was played.
    pub plan: Arc<Outline>,
    /// The verdict.
    pub verdict: Verdict,
    /// How it came to its end.
    pub ending: Ending,
    /// Why it was skipped, or why nothing can be said.
    pub remark: Option<String>,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What was decided about every requirement of the profiles.
    pub judgements: Vec<Judgement>,
    /// What the expectations file has to say about this verdict.
    pub known: Option<Known>,
    /// Where its adapter kept what it saw, such as screenshots, if that was asked for.
    pub traces: Option<String>,
}

/// Gives each plan its ticket.
#[must_use]
pub fn tickets(mut plans: Vec<Plan>) -> Vec<Ticket> {
    // Those for a server come first, and keep their people whatever there is for others.
    plans.sort_by_key(Plan::role);
    let mut first_person = 0;
    let mut tickets = Vec::with_capacity(plans.len());
    for (number, plan) in (0..).zip(plans) {
        let people = u32::try_from(plan.people.len()).unwrap_or(u32::MAX);
        let plan = Arc::new(plan);
        tickets.push(Ticket { plan, first_person, number, not_applicable: None });
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

/// Scenarios that may be begun for each place while an earlier one still waits for something: told
/// in order, played as there is room.
const LOOK_AHEAD: usize = 16;

/// Plays all tickets against `host`; `on_played` hears of each as it ends.
pub async fn run(
    host: Arc<dyn Host>,
    post: &PostOffice,
    tickets: Vec<Ticket>,
    settings: Settings,
    on_played: impl Fn(&Played),
) -> Run {
    let stopwatch = Stopwatch::start();
    let tickets = of_its_role(tickets, host.about().role, settings.shard);
    let jobs = settings.jobs.max(1);
    let jobs = host.most_at_once().map_or(jobs, |most| jobs.min(most.max(1)));
    let apart = host.about().clock != ClockMode::Virtual;
    let (moving, still): (Vec<_>, Vec<_>) =
        tickets.into_iter().partition(|ticket| apart && ticket.plan.moves_the_clock());
    let mut played: Vec<(u32, Played)> = match host.about().clock {
        // Who waits in real time does nothing meanwhile.
        ClockMode::Real => {
            let waiting = if host.most_at_once().is_some() { jobs } else { MOST_WAITING };
            let moving = play_all(&host, post, moving, (&settings, waiting), &on_played);
            let still = play_all(&host, post, still, (&settings, jobs), &on_played);
            let (moving, still) = futures_util::future::join(moving, still).await;
            moving.into_iter().chain(still).collect()
        }
        // Who moves a clock that all share moves it under the others: they go last, one by one.
        ClockMode::Virtual | ClockMode::SharedVirtual | ClockMode::Offset => {
            let mut played = play_all(&host, post, still, (&settings, jobs), &on_played).await;
            played.extend(play_all(&host, post, moving, (&settings, 1), &on_played).await);
            played
        }
    };
    played.sort_by_key(|(number, _)| *number);
    let played = played.into_iter().map(|(_, played)| played).collect();
    let mut strays: Vec<String> = post.inbox.strays().iter().map(describe_stray).collect();
    // They arrive in any order; the same seed gives the same bytes.
    strays.sort();
    let took = Some(stopwatch.elapsed());
    let (elsewhere, stale) = (BTreeMap::new(), Vec::new());
    Run { settings, played, strays, elsewhere, took, incomplete: None, stale }
}

/// The tickets for `role`. If there are none, all of them: each is told to be for another. A shard
/// may hold none without anybody having chosen wrongly.
#[must_use]
pub fn of_its_role(tickets: Vec<Ticket>, role: Role, shard: Option<Shard>) -> Vec<Ticket> {
    if shard.is_none() && tickets.iter().all(|ticket| ticket.plan.role() != role) {
        return tickets;
    }
    tickets.into_iter().filter(|ticket| ticket.plan.role() == role).collect()
}

/// Plays `tickets`, so many at once, and gives out each with its number.
async fn play_all(
    host: &Arc<dyn Host>,
    post: &PostOffice,
    tickets: Vec<Ticket>,
    (settings, jobs): (&Settings, usize),
    on_played: &impl Fn(&Played),
) -> Vec<(u32, Played)> {
    let room = Arc::new(Semaphore::new(jobs));
    let mut running = futures_util::stream::iter(tickets)
        .map(|ticket| {
            let (host, post, settings) = (Arc::clone(host), post.clone(), settings.clone());
            let room = Arc::clone(&room);
            tokio::spawn(async move {
                let _place = room.acquire().await;
                (ticket.number, play_one(&*host, &post, ticket, &settings).await)
            })
        })
        .buffered(jobs.saturating_mul(LOOK_AHEAD));
    let mut played = Vec::new();
    while let Some(one) = running.next().await {
        match one {
            Ok((number, one)) => {
                on_played(&one);
                played.push((number, one));
            }
            // A panic while playing is a bug of ours: it must end the process as one.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    played
}

async fn play_one(
    host: &dyn Host,
    post: &PostOffice,
    ticket: Ticket,
    settings: &Settings,
) -> Played {
    let plan = Arc::clone(&ticket.plan);
    let unplayed = |ending, remark: String| {
        let unplayed = (ending, Some(remark));
        concluded(&ticket, unplayed, Vec::new(), settings)
    };
    if let Some(reason) = &ticket.not_applicable {
        return unplayed(Ending::Unsupported, format!("not applicable: {reason}"));
    }
    let role = host.about().role;
    if plan.role() != role {
        let remark = format!("it is for a {}, and the subject is a {role}", plan.role());
        return unplayed(Ending::Unsupported, remark);
    }
    if let Some(missing) = plan.needs.iter().find(|feature| !host.about().has(feature)) {
        return unplayed(Ending::Unsupported, format!("the subject has no {missing}"));
    }
    if !host.can_be_set_to(&plan.settings) {
        let settings = serde_json::to_string(&plan.settings).unwrap_or_default();
        let remark = format!("the subject cannot be set to {settings}");
        return unplayed(Ending::Unsupported, remark);
    }
    if host.about().clock == ClockMode::Real && plan.waits() > settings.patience {
        let seconds = plan.waits().as_secs();
        let remark = format!("it would wait {seconds} s in real time; --patience allows it");
        return unplayed(Ending::Stuck, remark);
    }
    let clock = host.clock();
    let stage = Stage {
        scenario: plan.id.clone(),
        number: ticket.number,
        seed: settings.seed,
        clock: Arc::clone(&clock),
        gateways: post.endpoints.clone(),
        settings: plan.settings.clone(),
    };
    let connection = match host.connect(&stage).await {
        Ok(connection) => connection,
        Err(error) => return unplayed(Ending::Stuck, error.to_string()),
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
        let (declared, wanted) = (Box::new(declared.clone()), Box::new(plan.settings.clone()));
        world.journal.record(Event::Declared { declared, wanted });
    }
    let mut player = Player::new(world, &*connection.subject, settings.patience);
    let halt = player.play(&plan).await.err();
    player.rest().await;
    let concluded = conclude(&ticket, player.world, halt.as_ref(), settings);
    let is_telling = matches!(concluded.verdict, Verdict::Fail | Verdict::Inconclusive);
    let traces = is_telling.then(|| connection.subject.keep_traces()).flatten();
    Played { traces, ..concluded }
}

fn conclude(ticket: &Ticket, mut world: World, halt: Option<&Halt>, settings: &Settings) -> Played {
    let (ending, early) = match halt {
        None => (Ending::Complete, None),
        Some(Halt::Missed) => (Ending::Missed, Some("an expectation was missed".to_owned())),
        Some(Halt::Stuck(why)) => (Ending::Stuck, Some(why.clone())),
        Some(Halt::Unsupported(feature)) => {
            (Ending::Unsupported, Some(format!("the subject has no {feature}")))
        }
    };
    world.collect();
    world.compare_codes();
    world.journal.record(Event::Finished { early });
    let entries = world.into_journal().finish(settings.masking);
    // Taken from the finished journal, where secrets in it are masked.
    let remark = match entries.last().map(|entry| &entry.event) {
        Some(Event::Finished { early }) if ending != Ending::Missed => early.clone(),
        _ => None,
    };
    concluded(ticket, (ending, remark), entries, settings)
}

fn concluded(
    ticket: &Ticket,
    (ending, remark): (Ending, Option<String>),
    entries: Vec<Entry>,
    settings: &Settings,
) -> Played {
    let plan = Arc::new(revive::outline(&ticket.plan, ticket.number));
    Played::judged(plan, (ending, remark), entries, &settings.profiles)
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

/// How a scenario came out that ended in this way.
fn verdict(ending: Ending, entries: &[Entry], judgements: &[Judgement]) -> Verdict {
    let found = conformance::verdict(entries, judgements);
    match (found, ending) {
        (Verdict::Fail, _) => Verdict::Fail,
        (_, Ending::Unsupported) => Verdict::Skipped,
        (_, Ending::Stuck) => Verdict::Inconclusive,
        (found, Ending::Complete | Ending::Missed) => found,
    }
}

impl Played {
    /// Judges what happened in a scenario by the requirements of `profiles`.
    #[must_use]
    pub fn judged(
        plan: Arc<Outline>,
        (ending, remark): (Ending, Option<String>),
        entries: Vec<Entry>,
        profiles: &[&'static Profile],
    ) -> Self {
        // What was not played has no judgement, not even an untested one.
        let judgements = if entries.is_empty() { Vec::new() } else { judge(&entries, profiles) };
        let verdict = verdict(ending, &entries, &judgements);
        Self { plan, verdict, ending, remark, entries, judgements, known: None, traces: None }
    }
}

fn describe_stray(arrival: &crate::gateways::inbox::Arrival) -> String {
    // A code may be in it, and no journal knows it as a secret: no digit is shown.
    let hide = |c: char| if c.is_numeric() { '•' } else { c };
    let first = arrival.message.text.lines().next().unwrap_or_default();
    format!("{}: {}", arrival.message.to, first.chars().take(60).map(hide).collect::<String>())
}
