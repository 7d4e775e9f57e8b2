//! The people of a load: those of a list, or as many as the plan takes; and what is said of them.

use super::{Arguments, usage_error};
use crate::cli::{Exit, Stopped, print_aside};
use crate::domain::Declared;
use crate::journal::Shard;
use crate::load::enrol::By;
use crate::load::plan::MOST_LISTED;
use crate::load::record::{Arrival, WorkKind};
use crate::load::{Person, Plan, Wanted, people};
use crate::otp::Period;
use std::time::Duration;

/// The people of the list, if there is one: as many as it has can be there.
pub(super) fn listed(
    arguments: &Arguments,
    wanted: &mut Wanted,
) -> Result<Option<Vec<Person>>, Stopped> {
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
pub(super) fn declared(
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
pub(super) fn tell(plan: &Plan, by: By) {
    let groups = plan.groups();
    let period = plan.wanted().period;
    let valid = groups.of(WorkKind::Valid);
    let is_closed = matches!(plan.wanted().arrival, Arrival::Closed { .. });
    let why = match (by, is_closed) {
        (By::App, false) => format!(
            "a code is good once in {period} s, so nobody comes twice within that time and a second \
             more"
        ),
        (By::App, true) => format!(
            "a code is good once in {period} s, and a closed loop ends where the next one has none"
        ),
        (By::Sms | By::Email, false) => format!(
            "nobody is sent a second code within {period} s and a second more, lest limits on \
             messages are measured"
        ),
        (By::Sms | By::Email, true) => "they come in turn".to_owned(),
    };
    let mut text = format!("{valid} people: {why}");
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
    print_aside(&text);
}
