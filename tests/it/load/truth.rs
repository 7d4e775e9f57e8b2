//! A server that verifies: every request of the generator carries a right code, and none twice.

use super::ground::{on_map, totp, verifier, wanted};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use fobwatch::load::record::{Arrival, Standing, Stop};
use fobwatch::load::{Plan, Wanted};
use fobwatch::otp::Window;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// Each code that was accepted, by person and time step.
#[derive(Default)]
struct Seen {
    accepted: HashSet<(u32, u64)>,
    refused: u32,
}

type Site = Arc<Mutex<Seen>>;

async fn verify(State(site): State<Site>, Json(asked): Json<Value>) -> (StatusCode, Json<Value>) {
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    let person = text("user").strip_prefix('p').and_then(|number| number.parse().ok());
    let now = super::ground::clock().now();
    let step = person.and_then(|person| {
        let step = totp(person).verify(&text("code"), now, Window::ONE_STEP)?;
        Some((person, step))
    });
    let mut seen = site.lock().expect("nobody panicked");
    if step.is_some_and(|step| seen.accepted.insert(step)) {
        return (StatusCode::OK, Json(json!({ "ok": true })));
    }
    seen.refused += 1;
    (StatusCode::FORBIDDEN, Json(json!({ "ok": false })))
}

/// Drives `wanted` at such a server; gives what succeeded here, and what it accepted and refused.
async fn driven(wanted: Wanted, is_wire: bool) -> (u64, (usize, u32)) {
    let site = Site::default();
    let router = Router::new().route("/verify", post(verify)).with_state(Arc::clone(&site));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let plan = Plan::of(wanted).expect("a plan");
    let driven = on_map(&plan, &verifier(&base), is_wire).await;
    serving.abort();
    let seen = site.lock().expect("nobody panicked");
    let good = driven.count(Standing::Succeeded) + driven.count(Standing::AsItShould);
    (good, (seen.accepted.len(), seen.refused))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_carries_a_right_code_that_nobody_used_before() {
    let closed = Arrival::Closed { people_at_once: 20 };
    for (is_wire, count) in [(true, 1_500), (false, 100)] {
        let wanted = wanted(closed.clone(), Stop::Verifications(count));
        let (good, seen) = driven(wanted, is_wire).await;
        assert_eq!(good, count, "wire {is_wire}");
        assert_eq!(seen, (usize::try_from(count).expect("small"), 0), "wire {is_wire}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_make_the_same_mix_of_work() {
    let wanted = || Wanted {
        mix: "valid=6,wrong=1,replayed=2,expired=1".parse().expect("a mix"),
        warm_up: Duration::from_millis(200),
        ..wanted(Arrival::Poisson { per_second: 100 }, Stop::After(Duration::from_secs(1)))
    };
    let expected = Plan::of(wanted()).expect("a plan").arrivals();
    for is_wire in [true, false] {
        let (good, (accepted, refused)) = driven(wanted(), is_wire).await;
        assert_eq!(Some(good), expected, "wire {is_wire}");
        assert!(accepted > 60 && refused > 20, "wire {is_wire}: {accepted} {refused}");
    }
}

#[tokio::test]
async fn what_needs_an_earlier_answer_goes_the_general_way_and_says_why() {
    let whole = verifier("http://127.0.0.1:1");
    let without = |part: &str, other: &str| {
        assert!(whole.contains(part), "{part}");
        whole.replace(part, other)
    };
    let post = "{ request: POST /verify, json: { user: $user, code: $code } }";
    let captured = "{ request: POST /verify, json: { code: $code }, capture: { next: $.next } }";
    let followed = "{ request: POST /verify, json: { code: $code }, follow: true }";
    let refused = [
        (without(post, &format!("{post}, {post}")), "more than one request"),
        (without(post, captured), "captures a value"),
        (without(post, followed), "follows redirects"),
        (without("http://", "https://"), "it speaks TLS"),
    ];
    for (map, why) in refused {
        let told = super::ground::compiled(&map).await.expect_err(why);
        assert!(told.contains(why), "{told}");
    }
    assert_eq!(super::ground::compiled(&whole).await, Ok(()));
}
