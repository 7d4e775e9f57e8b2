//! From the arguments to what was measured: the subject is made ready, the plan is driven, and all of
//! it is put into a record.

use super::ready::{self, Opened};
use super::watch::{Now, Watched, watched};
use super::{Arguments, Results, nothing, options, people, start, usage_error};
use crate::adapters::{Stage, usage};
use crate::cli::{Exit, Stopped, gateways, print_aside, unless_interrupted};
use crate::domain::{Clock, Moment, WallClock};
use crate::load::calibrate::{self, Engine};
use crate::load::objective::Objective;
use crate::load::plan::NotPlanned;
use crate::load::record::file::LONGEST_TEXT;
use crate::load::record::{
    Arrival, Calibration, Counts, Environment, FORM, Finish, Part, Record, Rung, Stop, Subject,
};
use crate::load::search::{Found, search};
use crate::load::{Ground, Person, Plan, Tally, Wanted};
use crate::subject::ClockMode;
use std::time::Duration;

/// What driving gave.
struct Driven {
    counts: Counts,
    took: Duration,
    ladder: Vec<Rung>,
    began: Moment,
    end: End,
}

/// How driving ended, if nobody ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All that was due was made.
    Whole,
    /// The subject was gone after this.
    Gone(Duration),
    /// Nobody had a new code.
    OutOfCodes,
}

impl End {
    fn of(gone_after: Option<Duration>, is_out_of_codes: bool) -> Self {
        match (gone_after, is_out_of_codes) {
            (Some(after), _) => Self::Gone(after),
            (None, true) => Self::OutOfCodes,
            (None, false) => Self::Whole,
        }
    }
}

/// Measures as the arguments say.
pub(super) async fn measured(arguments: &Arguments, results: &Results) -> Result<Record, Stopped> {
    let mut wanted = options::wanted(arguments).map_err(usage_error)?;
    let listed = people::listed(arguments, &mut wanted)?;
    // Refused before anything is started, as far as it is known.
    results.refuse_other_than(&plan(wanted.clone())?.asked())?;
    let wall = WallClock::new(gateways::nap);
    let start = arguments.start_at.map(|start| start.moment(wall.now())).transpose();
    let start = start.map_err(usage_error)?;
    let opened = Box::pin(ready::open(arguments)).await?;
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
    people::declared(&mut wanted, arguments, &about.declared)?;
    let plan = plan(wanted)?;
    people::tell(&plan, arguments.by());
    let mut ground = ready::grounded(arguments, &plan, listed, opened).await?;
    let launched = usage::of_descendants().is_some();
    let calibration = if arguments.no_calibration {
        None
    } else {
        Some(calibrated(&ground, &plan, &opened.stage).await?)
    };
    let wall = WallClock::new(gateways::nap);
    unless_interrupted(start::wait_for(start, &wall)).await?;
    let now = Now::default();
    let seen = watched(&now, driven(&mut ground, &plan, &now)).await;
    let Watched { outcome, samples, is_interrupted } = seen;
    let stopped = || Stopped::new(Exit::Inconclusive, "interrupted; nothing could be kept");
    let driven: Driven = outcome.ok_or_else(stopped)??;
    let finish = finish(driven.end, is_interrupted, &ground).await;
    let part = Part {
        shard: plan.wanted().shard,
        began: driven.began,
        took: driven.took,
        finish,
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

/// How it ended, which is told at once.
async fn finish(end: End, is_interrupted: bool, ground: &Ground) -> Finish {
    match end {
        End::Gone(after) => {
            let why = ground.epitaph().await;
            let why = why.unwrap_or_else(|| "its connections broke for seconds".to_owned());
            print_aside(&format!(
                "the subject is gone, and the load was ended; the result so far follows: {why}\n"
            ));
            let why = why.chars().take(LONGEST_TEXT / 4).collect();
            Finish::SubjectGone { after, why }
        }
        _ if is_interrupted => Finish::Interrupted,
        End::OutOfCodes => Finish::OutOfCodes,
        End::Whole => Finish::Whole,
    }
}

fn plan(wanted: Wanted) -> Result<Plan, Stopped> {
    Plan::of(wanted).map_err(|why: NotPlanned| usage_error(why))
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

/// Drives the plan, or searches.
async fn driven(ground: &mut Ground, plan: &Plan, now: &Now) -> Result<Driven, Stopped> {
    let failed = |why: String| nothing(&why);
    // By the clock of the machine: a subject's own may have been moved.
    let began = WallClock::new(gateways::nap).now();
    let Arrival::Steps { from, to, objective } = &plan.wanted().arrival else {
        let tally = Tally::of(plan);
        now.is(&tally);
        ground.drive(plan, &tally).await.map_err(failed)?;
        if let Some(why) = tally.unprepared() {
            print_aside(&format!("before a replay: {why}\n"));
        }
        let (counts, took) = tally.counts();
        let end = End::of(tally.gone_after(), tally.is_out_of_codes());
        let began = began + plan.counts_from();
        return Ok(Driven { counts, took, ladder: Vec::new(), began, end });
    };
    let Stop::After(each) = plan.wanted().stop else {
        return Err(usage_error("a search tries each rate for a time: --for"));
    };
    let objective = objective.parse::<Objective>().map_err(usage_error)?;
    let on_rung = |_: u32, tally: &Tally| now.is(tally);
    let found = search(ground, plan, ([*from, *to], each), &objective, on_rung).await;
    let Found { ladder, counts: (counts, took), gone_after } = found.map_err(failed)?;
    Ok(Driven { counts, took, ladder, began, end: End::of(gone_after, false) })
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
