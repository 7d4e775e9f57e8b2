//! From the arguments to what was measured: the subject is opened, people are enrolled, the plan is
//! driven, and all of it is put into a record.

use super::super::gateways::{self, Promised};
use super::super::{Exit, Stopped};
use super::Arguments;
use super::options::{self, EngineWord};
use super::start;
use super::watch::{Now, Watched, watched};
use crate::adapters::{self, Briefing, Connection, Host, Stage, usage};
use crate::domain::{Clock, Declared, Moment, WallClock};
use crate::gateways::inbox::Inbox;
use crate::gateways::listen::Gateways;
use crate::journal::Shard;
use crate::load::calibrate::{self, Engine};
use crate::load::enrol::{By, until_fresh};
use crate::load::objective::Objective;
use crate::load::plan::{MOST_LISTED, NotPlanned};
use crate::load::record::{
    Arrival, Calibration, Counts, Environment, FORM, Finish, Part, Record, Rung, Stop, Subject,
    WorkKind,
};
use crate::load::search::{Found, search};
use crate::load::{Ground, Person, Plan, Setting, Tally, Wanted, Way, people};
use crate::otp::Period;
use crate::subject::ClockMode;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

/// People enrol silently where it takes no longer than a glance.
const SHOW_PROGRESS_FROM: u32 = 50;

/// A subject, opened, and what is around it.
struct Opened {
    host: Arc<dyn Host>,
    gateways: Gateways,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    stage: Stage,
}

/// What driving gave.
struct Driven {
    counts: Counts,
    took: Duration,
    ladder: Vec<Rung>,
    began: Moment,
}

/// Measures as the arguments say.
pub(super) async fn measured(arguments: &Arguments) -> Result<Record, Stopped> {
    let mut wanted = options::wanted(arguments).map_err(usage_error)?;
    let listed = listed(arguments, &mut wanted)?;
    // Refused before anything is started, as far as it is known.
    plan(wanted.clone())?;
    let wall = WallClock::new(gateways::nap);
    let start = arguments.start_at.map(|start| start.moment(wall.now())).transpose();
    let start = start.map_err(usage_error)?;
    let opened = Box::pin(open(arguments)).await?;
    let done = Box::pin(measured_of(arguments, (wanted, listed), &opened, start)).await;
    let Opened { host, gateways, .. } = opened;
    host.close().await;
    gateways::tell_elsewhere(&gateways);
    gateways.close().await;
    done
}

async fn measured_of(
    arguments: &Arguments,
    (mut wanted, listed): (Wanted, Option<Vec<Person>>),
    opened: &Opened,
    start: Option<Moment>,
) -> Result<Record, Stopped> {
    let about = opened.host.about().clone();
    declared(&mut wanted, arguments, &about.declared)?;
    let plan = plan(wanted)?;
    tell(&plan);
    let mut ground = grounded(arguments, &plan, listed, opened).await?;
    let launched = usage::of_descendants().is_some();
    let calibration = if arguments.no_calibration {
        None
    } else {
        Some(calibrated(&ground, &plan, &opened.stage).await?)
    };
    let wall = WallClock::new(gateways::nap);
    super::super::unless_interrupted(start::wait_for(start, &wall)).await?;
    let now = Now::default();
    let seen = watched(&now, driven(&mut ground, &plan, &now)).await;
    let Watched { outcome, samples, is_interrupted } = seen;
    let stopped = || Stopped::new(Exit::Inconclusive, "interrupted; nothing could be kept");
    let (driven, is_gone) = outcome.ok_or_else(stopped)??;
    if is_gone {
        let why = ground.epitaph().await;
        let why = why.unwrap_or_else(|| "its connections broke for seconds".to_owned());
        super::super::print_aside(&format!(
            "the subject is gone, and the load was ended; the result so far follows: {why}\n"
        ));
    }
    let whole = !is_gone && !is_interrupted;
    let part = Part {
        shard: plan.wanted().shard,
        began: driven.began,
        took: driven.took,
        finish: if whole { Finish::Whole } else { Finish::Interrupted },
        environment: environment(),
        calibration,
        samples,
    };
    let subject = Subject {
        name: about.name,
        against: arguments.against.clone(),
        driven_by: ground.driven_by(),
        in_process: about.clock == ClockMode::Virtual,
        launched,
    };
    Ok(Record {
        fobwatch: env!("CARGO_PKG_VERSION").to_owned(),
        load: FORM,
        seed: arguments.seed,
        subject,
        asked: plan.asked(),
        counts: driven.counts,
        ladder: driven.ladder,
        parts: vec![part],
    })
}

fn usage_error(why: impl std::fmt::Display) -> Stopped {
    Stopped::new(Exit::Usage, format!("error: {why}"))
}

fn plan(wanted: Wanted) -> Result<Plan, Stopped> {
    Plan::of(wanted).map_err(|why: NotPlanned| usage_error(why))
}

/// The people of the list, if there is one: as many as it has can be there.
fn listed(arguments: &Arguments, wanted: &mut Wanted) -> Result<Option<Vec<Person>>, Stopped> {
    let Some(path) = &arguments.people else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| usage_error(format!("cannot read {}: {error}", path.display())))?;
    let most = usize::try_from(MOST_LISTED).unwrap_or(usize::MAX);
    let people = people::listed(&text, most).map_err(|why| {
        Stopped::new(Exit::DoesNotLoad, format!("error: {}: {why}", path.display()))
    })?;
    let people = of_shard(people, wanted.shard);
    wanted.most_people = people.len() as u64;
    let is_closed = matches!(wanted.arrival, Arrival::Closed { .. });
    if is_closed && wanted.pool.is_none() && wanted.stop.duration().is_some() {
        let kinds = wanted.mix.shares().count().max(1);
        wanted.pool = u32::try_from(people.len() / kinds).ok();
    }
    Ok(Some(people))
}

/// Every so many-th of them, so that no two shards use the codes of one person.
fn of_shard(people: Vec<Person>, shard: Option<Shard>) -> Vec<Person> {
    let Some(shard) = shard else { return people };
    let (first, of) = (shard.index() as usize - 1, shard.of() as usize);
    people.into_iter().skip(first).step_by(of).collect()
}

/// What the subject says of itself goes before what is usual.
fn declared(
    wanted: &mut Wanted,
    arguments: &Arguments,
    declared: &Declared,
) -> Result<(), Stopped> {
    wanted.attempts = declared.attempts;
    wanted.window = declared.token_window.unwrap_or(1).into();
    let period = declared.token_period.and_then(|seconds| Period::new(seconds).ok());
    wanted.period = arguments.period.or(period).unwrap_or(Period::RECOMMENDED);
    if wanted.mix.weight(WorkKind::Locked) > 0 {
        if declared.attempts.is_none() {
            return Err(usage_error(
                "for locked accounts it must be known how many wrong codes lock one: declare \
                 `attempts`, or leave `locked` out of the mix",
            ));
        }
        let lasts = wanted.stop.duration().unwrap_or(Duration::from_hours(1)) + wanted.warm_up;
        let lockout = declared.lockout.unwrap_or(0);
        if lockout != 0 && Duration::from_secs(lockout) < lasts {
            return Err(usage_error(format!(
                "accounts are locked for {lockout} s only, and the load lasts longer"
            )));
        }
    }
    if arguments.by() != By::App && wanted.mix.weight(WorkKind::Expired) > 0 {
        return Err(usage_error("only a token has expired codes at hand: leave `expired` out"));
    }
    Ok(())
}

/// Says how large the pool is, and why.
fn tell(plan: &Plan) {
    let groups = plan.groups();
    let period = plan.wanted().period;
    let valid = groups.of(WorkKind::Valid);
    let mut text = format!(
        "{valid} people: a code is good once in {period} s, so nobody comes twice within that time \
         and a second more"
    );
    let victims: Vec<String> = plan
        .wanted()
        .mix
        .shares()
        .filter(|share| share.kind != WorkKind::Valid)
        .map(|share| format!("{} for {} codes", groups.of(share.kind), share.kind))
        .collect();
    if !victims.is_empty() {
        text = format!("{text}; apart from them {}", victims.join(", "));
    }
    text.push('\n');
    super::super::print_aside(&text);
}

async fn open(arguments: &Arguments) -> Result<Opened, Stopped> {
    let promised = Arc::new(Promised::default());
    let inbox = Inbox::new(Arc::clone(&promised) as Arc<dyn Clock>);
    let account = super::super::run::account();
    let gateways = gateways::open(&inbox, arguments.sms, arguments.smtp, account).await?;
    let briefing = Briefing {
        seed: arguments.seed,
        gateways: Some(gateways::endpoints(&gateways)),
        clock_runs: true,
        ..Briefing::default()
    };
    let opening = adapters::open_with(&arguments.against, briefing);
    let opening = async { opening.await.map_err(|error| super::super::run::unreachable(&error)) };
    let opened = super::super::unless_interrupted(Box::pin(opening)).await;
    let host = gateways::blamed_on(&gateways, opened)?;
    let clock = clock(&*host)?;
    promised.keep(&clock);
    let stage = Stage {
        settings: Declared::default(),
        scenario: "bench".to_owned(),
        number: 0,
        seed: arguments.seed,
        clock: Arc::clone(&clock),
        gateways: gateways::endpoints(&gateways),
    };
    Ok(Opened { host, gateways, inbox, clock, stage })
}

/// A clock that runs: a rate means nothing where time stands still.
fn clock(host: &dyn Host) -> Result<Arc<dyn Clock>, Stopped> {
    match host.about().clock {
        // The subject follows whatever clock it is given.
        ClockMode::Virtual => Ok(Arc::new(WallClock::new(gateways::nap))),
        ClockMode::Offset | ClockMode::Real => Ok(host.clock()),
        ClockMode::SharedVirtual => Err(usage_error(
            "the subject's clock stands still, so a code never changes; start it with a running \
             clock, and write `mode: offset` or `mode: real` in the map",
        )),
    }
}

async fn grounded(
    arguments: &Arguments,
    plan: &Plan,
    listed: Option<Vec<Person>>,
    opened: &Opened,
) -> Result<Ground, Stopped> {
    let work = Box::pin(ground(arguments, plan, listed, opened));
    super::super::unless_interrupted(work).await
}

/// People in front of the subject, whose codes are all fresh.
async fn ground(
    arguments: &Arguments,
    plan: &Plan,
    listed: Option<Vec<Person>>,
    opened: &Opened,
) -> Result<Ground, Stopped> {
    let Opened { host, inbox, clock, stage, .. } = opened;
    let unreachable =
        |error| Stopped::new(Exit::Unreachable, format!("error: cannot begin: {error}"));
    let Connection { subject, network } = host.connect(stage).await.map_err(unreachable)?;
    let people = if let Some(people) = listed {
        people
    } else {
        let (clock, inbox) = (Arc::clone(clock), Arc::clone(inbox));
        let shard = plan.wanted().shard;
        let numbers = shard.map_or((0, 1), |shard| (shard.index() - 1, shard.of()));
        let (seed, by) = (arguments.seed, arguments.by());
        let setting = Setting { seed, clock, inbox, network, by, numbers };
        let count = plan.groups().all();
        let bar = progress(count);
        let enrolled = crate::load::enrol(&*subject, &setting, count, || bar.inc(1)).await;
        bar.finish_and_clear();
        enrolled.map_err(|why| nothing(&why))?
    };
    if let Some(fresh) = until_fresh(&people, &**clock) {
        clock.wait_until(fresh).await;
    }
    let way = way(arguments, host, stage)?;
    let mut ground = Ground::new(way, subject, people, Arc::clone(clock), Arc::clone(inbox));
    ground.lock(plan).await.map_err(|why| nothing(&format!("accounts do not lock: {why}")))?;
    Ok(ground)
}

fn nothing(why: &impl std::fmt::Display) -> Stopped {
    Stopped::new(Exit::Inconclusive, format!("error: nothing was measured: {why}"))
}

fn way(arguments: &Arguments, host: &Arc<dyn Host>, stage: &Stage) -> Result<Way, Stopped> {
    if arguments.by() != By::App {
        return Ok(Way::General("codes come by message".to_owned()));
    }
    match (arguments.engine, host.script(stage)) {
        (EngineWord::General, _) => Ok(Way::General("as was asked for".to_owned())),
        (EngineWord::Auto | EngineWord::Wire, Ok(script)) => Ok(Way::Wire(Arc::new(script))),
        (EngineWord::Auto, Err(why)) => Ok(Way::General(why)),
        (EngineWord::Wire, Err(why)) => {
            Err(usage_error(format!("this cannot be compiled to bytes: {why}")))
        }
    }
}

async fn calibrated(ground: &Ground, plan: &Plan, stage: &Stage) -> Result<Calibration, Stopped> {
    let engine = if ground.is_wire() { Engine::Wire } else { Engine::General };
    let rate = match plan.wanted().arrival {
        Arrival::Constant { per_second } | Arrival::Poisson { per_second } => per_second,
        Arrival::Ramp { from, to } => from.max(to),
        Arrival::Steps { to, .. } => to,
        Arrival::Closed { .. } => 100,
    };
    let calibrated = calibrate::calibrate(engine, rate, plan.wanted().in_flight, stage).await;
    calibrated.map_err(|why| nothing(&format!("this machine cannot be calibrated: {why}")))
}

/// Drives the plan, or searches; and whether the subject was gone before the end.
async fn driven(ground: &mut Ground, plan: &Plan, now: &Now) -> Result<(Driven, bool), Stopped> {
    let failed = |why: String| nothing(&why);
    let Arrival::Steps { from, to, objective } = &plan.wanted().arrival else {
        let lasts = plan.wanted().stop.duration().unwrap_or_default();
        let tally = Tally::new(plan.counts_from(), lasts);
        now.is(&tally);
        let began = ground.drive(plan, &tally).await.map_err(failed)? + plan.counts_from();
        if let Some(why) = tally.unprepared() {
            super::super::print_aside(&format!("before a replay: {why}\n"));
        }
        let (counts, took) = tally.counts();
        return Ok((Driven { counts, took, ladder: Vec::new(), began }, tally.seems_dead()));
    };
    let Stop::After(each) = plan.wanted().stop else {
        return Err(usage_error("a search tries each rate for a time: --for"));
    };
    let objective = objective.parse::<Objective>().map_err(usage_error)?;
    let began = WallClock::new(gateways::nap).now();
    let on_rung = |_: u32, tally: &Tally| now.is(tally);
    let found = search(ground, plan, ([*from, *to], each), &objective, on_rung).await;
    let Found { ladder, counts: (counts, took) } = found.map_err(failed)?;
    Ok((Driven { counts, took, ladder, began }, false))
}

fn progress(people: u32) -> indicatif::ProgressBar {
    if people < SHOW_PROGRESS_FROM || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(people.into());
    bar.with_message("enrolling")
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
