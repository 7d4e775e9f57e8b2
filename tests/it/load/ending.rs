//! A load that does not come to its end still gives what it has measured so far.

use super::ground::verifier;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// Answers before the load is disturbed.
const BEFORE: u32 = 20;

type Site = Arc<(AtomicU32, Notify)>;

async fn answer(State(site): State<Site>) -> &'static str {
    if site.0.fetch_add(1, Ordering::Relaxed) + 1 == BEFORE {
        site.1.notify_one();
    }
    "{}"
}

/// People enough for half a minute at fifty a second.
fn people(folder: &Path) {
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let line = |number: u32| format!("p{number},x,otpauth://totp/x?secret={key}\n");
    let list: String = (0..1_600).map(line).collect();
    std::fs::write(folder.join("people.csv"), list).expect("a file");
}

/// Starts a long load at `rate`, lets `disturb` happen after [`BEFORE`] answers, and gives what it
/// said and the record that it left.
async fn disturbed(
    rate: &[&str],
    disturb: impl FnOnce(u32, Runtime) -> Option<Runtime>,
) -> (Output, String) {
    let site = Site::default();
    let router = Router::new().route("/verify", post(answer)).with_state(Arc::clone(&site));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    // A runtime of its own: when it goes, all connections go with it.
    let serving = Runtime::new().expect("threads");
    serving.spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    let folder = TempDir::new().expect("a folder");
    people(folder.path());
    std::fs::write(folder.path().join("map.yaml"), verifier(&base)).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["bench", "--against", "map:map.yaml", "--people", "people.csv"])
        .args(rate)
        .args(["--for", "2m", "--no-calibration", "--report", "json=load.json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let process = child.id().expect("it runs");
    tokio::select! {
        () = site.1.notified() => {}
        ended = child.wait() => panic!("it has ended before: {ended:?}"),
    }
    let left = disturb(process, serving);
    let output = child.wait_with_output().await.expect("it ends");
    if let Some(left) = left {
        left.shutdown_background();
    }
    let record = std::fs::read_to_string(folder.path().join("load.json")).expect("a record");
    (output, record)
}

#[cfg(unix)]
fn interrupt(process: u32) {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    let process = process.expect("a process");
    rustix::process::kill_process(process, rustix::process::Signal::INT).expect("it is there");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_interrupts_a_load_is_given_the_result_so_far() {
    let (output, record) = disturbed(&["--rate", "50"], |process, serving| {
        interrupt(process);
        // It stays until the process has ended: nobody may think that the subject is gone.
        Some(serving)
    })
    .await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("It was interrupted"), "{said}");
    assert!(record.contains("\"finish\": \"interrupted\""), "{record}");
    assert!(record.contains("\"ended\": \"accepted\""), "{record}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rate_of_a_search_is_not_said_to_have_failed() {
    let search = ["--rate", "20..50", "--objective", "p99<60s"];
    let (output, record) = disturbed(&search, |process, serving| {
        interrupt(process);
        Some(serving)
    })
    .await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the search ended before any rate was judged"), "{said}");
    assert!(said.contains("It was interrupted") && !said.contains("not met"), "{said}");
    assert!(!record.contains("\"ladder\""), "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_goes_away_ends_a_search_and_its_rate_is_not_met() {
    let search = ["--rate", "20..50", "--objective", "p99<60s"];
    let (output, record) = disturbed(&search, |_, serving| {
        serving.shutdown_background();
        None
    })
    .await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("not met      20 per second: the subject was gone"), "{said}");
    assert!(record.contains("\"subject_gone\""), "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_goes_away_ends_the_load_and_is_named() {
    let (output, record) = disturbed(&["--rate", "50"], |_, serving| {
        serving.shutdown_background();
        None
    })
    .await;
    let (said, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}{told}");
    assert!(told.contains("the subject is gone, and the load was ended"), "{told}");
    assert!(said.contains("submit_code without answer: unreachable"), "{said}");
    assert!(said.contains("because the subject was gone after"), "{said}");
    assert!(!said.contains("interrupted"), "nobody did that: {said}");
    assert!(record.contains("\"subject_gone\"") && record.contains("cannot reach"), "{record}");
}
