//! What the generator itself can do and takes: the same way of asking, in front of a server that does
//! nothing.

use super::ground::{Ground, Way};
use super::people::Person;
use super::plan::{MOST_LISTED, Mix, Plan, Wanted};
use super::record::{Arrival, Calibration, Stop};
use super::tally::Tally;
use crate::adapters::map::MapHost;
use crate::adapters::wire::null::NullServer;
use crate::adapters::{Connection, Host, Stage};
use crate::domain::{Chance, Secret, WallClock};
use crate::gateways::inbox::Inbox;
use crate::otp::{Algorithm, Digits, Key, Period, Totp};
use std::sync::Arc;
use std::time::Duration;

/// How long it is driven at the rate that was asked for.
const STEADY: Duration = Duration::from_secs(1);

/// How long it is driven as fast as it goes.
const FLAT_OUT: Duration = Duration::from_millis(500);

/// So many at once go as fast as it goes.
const AT_ONCE: u32 = 50;

/// People who are there for it, by the way they take: each has one code.
const MOST_PEOPLE: [u32; 2] = [150_000, 5_000];

/// Which of the two ways is calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Compiled to bytes.
    Wire,
    /// Through the adapter.
    General,
}

/// Measures this machine against nothing, at `per_second` and as fast as it goes. `stage` is any: the
/// server does not know one.
///
/// # Errors
/// Why it could not be done.
pub async fn calibrate(
    engine: Engine,
    per_second: u32,
    in_flight: u32,
    stage: &Stage,
) -> Result<Calibration, String> {
    let server = NullServer::start().map_err(|error| error.to_string())?;
    let map = format!(
        "map: 1\nname: nothing\nbase: http://{}\noperations:\n  submit_code:\n    requests: \
         [{{ request: POST /verify, json: {{ user: $user, code: $code }} }}]\n    replies: \
         [{{ when: {{ status: 200 }}, reply: signed_in, assurance: two_factor }}]\n",
        server.address()
    );
    let host = MapHost::load(&map, "nothing", None).await.map_err(|error| error.to_string())?;
    let rate = per_second.max(1);
    let most = MOST_PEOPLE[usize::from(engine == Engine::General)];
    let steady = plan(Arrival::Constant { per_second: rate.min(most) }, STEADY, (in_flight, None))?;
    let closed = Arrival::Closed { people_at_once: AT_ONCE };
    let flat_out = plan(closed, FLAT_OUT, (AT_ONCE, Some(most)))?;
    let mut driven = Vec::with_capacity(2);
    for plan in [&steady, &flat_out] {
        let mut ground = ground(engine, &host, (plan, stage)).await?;
        let tally = Tally::new(plan.counts_from(), STEADY);
        ground.drive(plan, &tally).await?;
        driven.push(tally.counts());
    }
    drop(server);
    let [(steady, _), (fast, took)] = driven.as_slice() else { return Err("nothing".to_owned()) };
    let per_second_at_most = rate_of(fast.latency.count(), took.max(&FLAT_OUT).as_secs_f64());
    let name = match engine {
        Engine::Wire => "the wire engine",
        Engine::General => "the general engine",
    };
    Ok(Calibration {
        how: format!("{name}, a POST with user and code, to a server of ours that does nothing"),
        latency: steady.latency.clone(),
        per_second: rate.min(most),
        most_per_second: Some(per_second_at_most),
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, positive")]
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn rate_of(count: u64, seconds: f64) -> u32 {
    (count as f64 / seconds) as u32
}

fn plan(
    arrival: Arrival,
    duration: Duration,
    (in_flight, pool): (u32, Option<u32>),
) -> Result<Plan, String> {
    let wanted = Wanted {
        arrival,
        stop: Stop::After(duration),
        mix: Mix::VALID,
        surge: None,
        warm_up: Duration::ZERO,
        period: Period::RECOMMENDED,
        pool,
        most_people: MOST_LISTED,
        attempts: None,
        window: 1,
        in_flight,
        seed: 0,
        shard: None,
    };
    Plan::of(wanted).map_err(|why| why.to_string())
}

async fn ground(
    engine: Engine,
    host: &MapHost,
    (plan, stage): (&Plan, &Stage),
) -> Result<Ground, String> {
    let Connection { subject, .. } =
        host.connect(stage).await.map_err(|error| error.to_string())?;
    let way = match engine {
        Engine::Wire => Way::Wire(Arc::new(host.script(stage)?)),
        Engine::General => Way::General(String::new()),
    };
    let mut chance = Chance::seeded(0, "load/calibration");
    let person = |number: u32| {
        let key = Key::new(chance.bytes::<20>().to_vec());
        let totp = Totp::new(&key, Algorithm::Sha1, Digits::SIX, Period::RECOMMENDED);
        Person::with_token(format!("nobody-{number}"), Secret::new(""), totp)
    };
    let people = (0..plan.groups().all()).map(person).collect();
    let clock = Arc::new(WallClock::new(|nap| Box::pin(tokio::time::sleep(nap))));
    let inbox = Inbox::new(Arc::clone(&clock) as Arc<dyn crate::domain::Clock>);
    Ok(Ground::new(way, subject, people, clock, inbox))
}
