//! What the command line asks for, as a plan wants it.

use super::Arguments;
use crate::load::plan::{MOST_ENROLLED, Wanted};
use crate::load::record::{Arrival, Stop, Surge};
use crate::otp::Period;
use std::str::FromStr;
use std::time::Duration;

/// For how long, if nothing is said.
const USUAL: Duration = Duration::from_secs(5);

/// Verifications per second, one number or two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|rate| *rate > 0);
        match (number(from), number(to)) {
            (Some(from), Some(to)) => Ok(Self { from, to }),
            _ => Err("write verifications per second, such as 50, or 10..500".to_owned()),
        }
    }
}

/// When verifications are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ArrivalWord {
    /// At even distances
    Constant,
    /// At random, with this mean rate
    Poisson,
    /// At a rate that changes evenly from the one to the other
    Ramp,
    /// At several rates, one after the other, for the highest that meets the objective
    Search,
}

/// How people come by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ByWord {
    /// A token makes them
    App,
    /// They are sent by SMS
    Sms,
    /// They are sent by mail
    Email,
}

/// The way verifications take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum EngineWord {
    /// Compiled to bytes if that is possible, else through the adapter
    Auto,
    /// Compiled to bytes, or not at all
    Wire,
    /// Through the adapter
    General,
}

/// What is wanted, as far as it is known before the subject is.
pub(super) fn wanted(arguments: &Arguments) -> Result<Wanted, String> {
    let stop = match (arguments.count, arguments.duration) {
        (Some(count), _) => Stop::Verifications(count),
        (None, duration) => Stop::After(duration.unwrap_or(USUAL)),
    };
    Ok(Wanted {
        arrival: arrival(arguments)?,
        stop,
        mix: arguments.mix,
        surge: arguments.surge.map(|verifications| Surge { verifications }),
        warm_up: arguments.warm_up,
        period: arguments.period.unwrap_or(Period::RECOMMENDED),
        pool: arguments.pool,
        most_people: MOST_ENROLLED,
        attempts: None,
        window: 1,
        in_flight: arguments.in_flight.into(),
        seed: arguments.seed,
        shard: arguments.shard,
    })
}

fn arrival(arguments: &Arguments) -> Result<Arrival, String> {
    if let Some(workers) = arguments.workers {
        return Ok(Arrival::Closed { people_at_once: workers.get() });
    }
    let Rate { from, to } = arguments.rate;
    let usual = match (&arguments.objective, from == to) {
        (Some(_), _) => ArrivalWord::Search,
        (None, true) => ArrivalWord::Constant,
        (None, false) => ArrivalWord::Ramp,
    };
    let word = arguments.arrival.unwrap_or(usual);
    let one = |arrival: Arrival| {
        let why = || format!("--rate {from}..{to} is for a ramp or a search");
        (from == to).then_some(arrival).ok_or_else(why)
    };
    match (word, &arguments.objective) {
        (ArrivalWord::Search, Some(_)) if from >= to => Err(format!(
            "a search goes from a low rate to a high one, such as --rate {}..{}; whether one rate \
             is good enough, --fail-if says",
            from.min(to),
            from.max(to).saturating_mul(if from == to { 10 } else { 1 })
        )),
        (ArrivalWord::Search, Some(objective)) => {
            Ok(Arrival::Steps { from, to, objective: objective.text().to_owned() })
        }
        (ArrivalWord::Search, None) => {
            Err("a search needs an --objective, such as 'p99<50ms,errors<0.1%'".to_owned())
        }
        (_, Some(_)) => Err("an --objective is for a search: --arrival search".to_owned()),
        (ArrivalWord::Constant, None) => one(Arrival::Constant { per_second: from }),
        (ArrivalWord::Poisson, None) => one(Arrival::Poisson { per_second: from }),
        (ArrivalWord::Ramp, None) => Ok(Arrival::Ramp { from, to }),
    }
}
