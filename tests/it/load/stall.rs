//! A server that is stalled on purpose: from the intended starts, the stall shows as it must.

use super::ground::{Driven, on_map, verifier, wanted};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use fobwatch::load::record::{Arrival, Stop};
use fobwatch::load::{Plan, Wanted};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

const STALL: Duration = Duration::from_secs(1);

/// The request that stalls the server, and all those after it for as long.
const STALLS: u64 = 100;

/// Verifications per second, and how many there are.
const RATE: u32 = 100;
const COUNT: u64 = 300;

/// Answers one request after the other.
async fn answer(State(count): State<Arc<Mutex<u64>>>) -> &'static str {
    let mut count = count.lock().await;
    *count += 1;
    if *count == STALLS {
        tokio::time::sleep(STALL).await;
    }
    "{}"
}

async fn driven(is_wire: bool, in_flight: u32) -> Driven {
    let router = Router::new().route("/verify", post(answer)).with_state(Arc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let arrival = Arrival::Constant { per_second: RATE };
    let wanted = Wanted { in_flight, ..wanted(arrival, Stop::Verifications(COUNT)) };
    let driven = on_map(&Plan::of(wanted).expect("a plan"), &verifier(&base), is_wire).await;
    serving.abort();
    driven
}

/// The latency that a share of verifications did not exceed, by arithmetic: the stall holds up a
/// hundred of the three hundred, evenly spread over its second.
fn truth(share: f64) -> f64 {
    let held_up = f64::from(RATE) * STALL.as_secs_f64();
    let slower = (1.0 - share) * 300.0;
    STALL.as_secs_f64() * (1.0 - slower / held_up)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_shows_in_all_that_it_held_up() {
    for (is_wire, in_flight) in [(true, 2), (true, 200), (false, 2)] {
        let Driven { counts, .. } = driven(is_wire, in_flight).await;
        assert_eq!(counts.latency.count(), COUNT);
        for share in [0.9, 0.99] {
            let (found, truth) = (counts.latency.at(share).as_secs_f64(), truth(share));
            // Never less than there was; a busy machine may add to it.
            let agrees = found > truth - 0.03 && found < truth + 0.2;
            assert!(agrees, "wire {is_wire}, {in_flight} at once: p{share} {found} for {truth}");
        }
        if in_flight == 2 {
            // From the actual starts only the two that were under way took any time.
            let service = counts.service.at(0.98).as_secs_f64();
            assert!(service < 0.3, "wire {is_wire}: {service}");
        }
    }
}
