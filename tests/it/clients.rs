//! Official clients, unmodified, deliver into the gateways.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use crate::gateway_rig::{Rig, mailbox, phone};
use fobwatch::domain::PhoneNumber;
use fobwatch::gateways::Account;
use fobwatch::gateways::extract::find_code;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// How long a client may take, its start on a busy machine included.
const PATIENCE: Duration = Duration::from_mins(1);

/// The interpreter that has the clients installed.
#[allow(clippy::disallowed_methods, reason = "a test is told by its script where the clients are")]
pub(crate) fn python() -> String {
    std::env::var("FOBWATCH_TEST_PYTHON").unwrap_or_else(|_| {
        panic!(
            "FOBWATCH_TEST_PYTHON is not set: run scripts/test, or set it to the path that \
             scripts/install-clients prints"
        )
    })
}

/// What runs the script called `name`: Python, or Node with the packages beside that Python.
fn interpreter(name: &str) -> Command {
    let python = PathBuf::from(python());
    if Path::new(name).extension().is_none_or(|kind| kind != "cjs") {
        return Command::new(python);
    }
    let environment = python.parent().and_then(Path::parent).expect("it stands in its `bin`");
    let mut node = Command::new("node");
    node.env("NODE_PATH", environment.join("node_modules"));
    node
}

/// Runs the script of tests/clients called `name` and reads the JSON that it prints.
pub(crate) async fn run(name: &str, arguments: &[&str]) -> Value {
    run_in(name, arguments, &[]).await
}

/// The same, in an environment with the variables `led`.
pub(crate) async fn run_in(name: &str, arguments: &[&str], led: &[(&str, String)]) -> Value {
    let script = format!("{}/tests/clients/{name}", env!("CARGO_MANIFEST_DIR"));
    let command = interpreter(name)
        .arg(script)
        .args(arguments)
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy")
        .envs(led.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, command).await.expect("in time").expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed:\n{errors}");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

async fn twilio(rig: &Rig, account: &Account, to: &str, text: &str) -> Value {
    let base = rig.gateways.addresses().sms.to_string();
    let arguments = [&base, &account.id, account.token.reveal(), to, "Example", text];
    run("twilio_sms.py", &arguments).await
}

#[tokio::test]
async fn the_twilio_sdk_delivers_and_understands_the_answer() {
    let rig = Rig::open().await;
    let account = rig.gateways.account().clone();
    let to = PhoneNumber::fictional(7);
    let text = "Código: 482913 für Ada 😀";
    let sent = twilio(&rig, &account, to.as_str(), text).await;
    let expected = json!({
        "sid": "SM00000000000000000000000000000001",
        "status": "queued",
        "to": to.as_str(),
        "body": text,
        "num_segments": "1",
        "date_created": "2030-01-01T00:00:00+00:00",
    });
    assert_eq!(sent, expected);
    let arrivals = rig.inbox.arrived(&phone(7), 0);
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].message.text, text);
    rig.gateways.close().await;
}

#[tokio::test]
async fn the_twilio_sdk_understands_each_refusal() {
    let rig = Rig::open().await;
    let account = rig.gateways.account().clone();
    let stranger = Account { token: "wrong".into(), ..account.clone() };
    let to = PhoneNumber::fictional(7);
    for (account, to, code, status) in [
        (&stranger, to.as_str(), 20003, 401),
        (&account, "07700900007", 21211, 400),
        (&account, "+491701234567", 21608, 400),
    ] {
        let refused = twilio(&rig, account, to, "482913").await;
        assert_eq!(refused, json!({ "code": code, "status": status }), "{to}");
    }
    assert!(rig.inbox.arrived(&phone(7), 0).is_empty() && rig.inbox.strays().is_empty());
}

async fn smtplib(rig: &Rig, to: &str) -> Value {
    let (host, port) = (rig.gateways.addresses().smtp.ip(), rig.gateways.addresses().smtp.port());
    let (host, port) = (host.to_string(), port.to_string());
    let text = "Grüße!\n\nIhr Bestätigungscode lautet 482913.\n.\nBis bald";
    let html = "<p>Grüße!</p><p>Ihr Bestätigungscode lautet <b>482913</b>.</p>";
    let subject = "Ihr Bestätigungscode";
    run("smtplib_mail.py", &[&host, &port, "portal@mail.test", to, subject, text, html]).await
}

#[tokio::test]
async fn smtplib_delivers_a_mail_with_its_code() {
    let rig = Rig::with_smtp().await;
    assert_eq!(smtplib(&rig, "ada@mail.test").await, json!({}), "nobody is refused");
    let arrivals = rig.inbox.arrived(&mailbox(), 0);
    assert_eq!(arrivals.len(), 1);
    let message = &arrivals[0].message;
    assert_eq!(message.subject.as_deref(), Some("Ihr Bestätigungscode"));
    assert!(message.text.contains("Grüße!") && message.text.contains("\n."), "{}", message.text);
    let found = find_code(message);
    assert_eq!(found.chosen.as_ref().map(|it| it.code.as_str()), Some("482913"), "{found}");
}

#[tokio::test]
async fn curl_delivers_a_mail_with_its_code() {
    let rig = Rig::with_smtp().await;
    let mut curl = Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*", "--max-time", "20"])
        .args(["--mail-from", "portal@mail.test", "--mail-rcpt", "ada@mail.test"])
        .args(["--url", &format!("smtp://{}", rig.gateways.addresses().smtp)])
        .args(["--upload-file", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("scripts/install-clients installs curl");
    let mail = "From: portal@mail.test\r\nTo: ada@mail.test\r\nSubject: Sign-in\r\n\r\n\
                Your code is 482913.\r\n";
    let mut stdin = curl.stdin.take().expect("a pipe");
    stdin.write_all(mail.as_bytes()).await.expect("curl reads");
    drop(stdin);
    let output = tokio::time::timeout(PATIENCE, curl.wait_with_output());
    let output = output.await.expect("in time").expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let arrivals = rig.inbox.arrived(&mailbox(), 0);
    assert_eq!(arrivals.len(), 1);
    let found = find_code(&arrivals[0].message);
    assert_eq!(found.chosen.map(|it| it.code).as_deref(), Some("482913"));
}
