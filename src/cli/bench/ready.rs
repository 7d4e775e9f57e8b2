//! Makes a subject ready to be driven: it is opened, and people stand before it with fresh codes.

use super::options::EngineWord;
use super::{Arguments, nothing, usage_error};
use crate::adapters::{self, Briefing, Connection, Host, Stage};
use crate::cli::gateways::{self, Promised};
use crate::cli::{Exit, Stopped, print_aside, run, unless_interrupted};
use crate::domain::{Clock, Declared, Moment, Operation, Reply, Role, WallClock};
use crate::gateways::inbox::Inbox;
use crate::gateways::listen::Gateways;
use crate::load::enrol::{By, until_fresh};
use crate::load::{Ground, Person, Plan, Setting, Way};
use crate::subject::{ClockMode, Subject};
use std::io::IsTerminal;
use std::sync::Arc;

/// People enrol silently where it takes no longer than a glance.
const SHOW_PROGRESS_FROM: u32 = 50;

/// A subject, opened, and what is around it.
pub(super) struct Opened {
    pub(super) host: Arc<dyn Host>,
    pub(super) gateways: Gateways,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    pub(super) stage: Stage,
}

pub(super) async fn open(arguments: &Arguments) -> Result<Opened, Stopped> {
    let promised = Arc::new(Promised::default());
    let inbox = Inbox::new(Arc::clone(&promised) as Arc<dyn Clock>);
    let account = run::account();
    let gateways = gateways::open(&inbox, arguments.sms, arguments.smtp, account).await?;
    let briefing = Briefing {
        seed: arguments.seed,
        gateways: Some(gateways::endpoints(&gateways)),
        clock_runs: true,
        ..Briefing::default()
    };
    let opening = adapters::open_with(&arguments.against, briefing);
    let opening = async { opening.await.map_err(|error| run::unreachable(&error)) };
    let opened = unless_interrupted(Box::pin(opening)).await;
    let host = gateways::blamed_on(&gateways, opened)?;
    if host.about().role != Role::Server {
        return Err(usage_error(format!(
            "the subject is a {}, and a load is of people who sign in to a server",
            host.about().role
        )));
    }
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
             clock, and say so: `clock: { mode: offset }` or `{ mode: real }` in a map, or `clock` \
             in the greeting of an adapter that is a program",
        )),
    }
}

pub(super) async fn grounded(
    arguments: &Arguments,
    plan: &Plan,
    listed: Option<Vec<Person>>,
    opened: &Opened,
) -> Result<Ground, Stopped> {
    let work = Box::pin(ground(arguments, plan, listed, opened));
    unless_interrupted(work).await
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
        let is_ours_alone = plan.wanted().shard.is_none();
        pass_time(&*subject, clock, fresh, is_ours_alone).await;
    }
    let way = way(arguments, host, stage)?;
    let mut ground = Ground::new(way, subject, people, Arc::clone(clock), Arc::clone(inbox));
    ground.lock(plan).await.map_err(|why| nothing(&format!("accounts do not lock: {why}")))?;
    Ok(ground)
}

/// Lets the time come when everybody has a code that is not used up: by moving the subject's clock
/// if it can be moved and nobody else measures it, else by waiting.
async fn pass_time(
    subject: &dyn Subject,
    clock: &Arc<dyn Clock>,
    fresh: Moment,
    is_ours_alone: bool,
) {
    let by = fresh - clock.now();
    if is_ours_alone && subject.about().clock == ClockMode::Offset {
        let moved = subject.ask("harness", &Operation::AdvanceClock { by }).await;
        if moved.is_ok_and(|answer| answer.reply == Reply::Done) {
            return clock.advance(by);
        }
    }
    print_aside(&format!(
        "enrolled; waiting {:.0} s, because the codes that confirmed the tokens are used up\n",
        by.as_secs_f64().ceil()
    ));
    clock.wait_until(fresh).await;
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

fn progress(people: u32) -> indicatif::ProgressBar {
    if people < SHOW_PROGRESS_FROM || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(people.into());
    bar.with_message("enrolling")
}
