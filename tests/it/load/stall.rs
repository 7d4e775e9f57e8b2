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

/// How many have come, and which of them stalls the server.
type Site = Arc<Mutex<(u32, u32)>>;

/// Answers one request after the other.
async fn answer(State(site): State<Site>) -> &'static str {
    let mut site = site.lock().await;
    site.0 += 1;
    if site.0 == site.1 {
        tokio::time::sleep(STALL).await;
    }
    "{}"
}

/// Three seconds at `rate` per second, stalled after the first.
async fn driven(is_wire: bool, rate: u32, in_flight: u32) -> Driven {
    let site = Site::new(Mutex::new((0, rate)));
    let router = Router::new().route("/verify", post(answer)).with_state(site);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let arrival = Arrival::Constant { per_second: rate };
    let wanted = Wanted { in_flight, ..wanted(arrival, Stop::Verifications(u64::from(rate) * 3)) };
    let driven = on_map(&Plan::of(wanted).expect("a plan"), &verifier(&base), is_wire).await;
    serving.abort();
    driven
}

/// The latency that a share of verifications did not exceed, by arithmetic: the stall holds up one
/// third of them, evenly spread over its second.
fn truth(share: f64) -> f64 {
    STALL.as_secs_f64() * (1.0 - (1.0 - share) * 3.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_shows_in_all_that_it_held_up() {
    // The general engine takes longer for each of those that it must catch up on.
    for (is_wire, rate, in_flight) in [(true, 100, 2), (true, 100, 200), (false, 30, 4)] {
        let Driven { counts, .. } = driven(is_wire, rate, in_flight).await;
        assert_eq!(counts.latency.count(), u64::from(rate) * 3);
        for share in [0.9, 0.99] {
            let (found, truth) = (counts.latency.at(share).as_secs_f64(), truth(share));
            // Never less than there was, but for one arrival; a busy machine may add to it.
            let agrees = found > truth - 1.5 / f64::from(rate) && found < truth + 0.25;
            assert!(agrees, "wire {is_wire}, {in_flight} at once: p{share} {found} for {truth}");
        }
        if in_flight == 2 {
            // From the actual starts only the two that were under way took any time.
            let service = counts.service.at(0.98).as_secs_f64();
            assert!(service < 0.3, "wire {is_wire}: {service}");
        }
    }
}
