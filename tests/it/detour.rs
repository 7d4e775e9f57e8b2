//! The gateways reached by programs that know only their provider's own name: through the proxy,
//! over TLS, and nobody else through either.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use crate::clients::{python, run_in};
use crate::gateway_rig::{Rig, account, phone};
use fobwatch::adapters::map::MapHost;
use fobwatch::adapters::{Endpoints, Host, Stage};
use fobwatch::domain::{Declared, Operation, PhoneNumber, Reply, Secret};
use fobwatch::gateways::listen::DETOUR_LIMIT;
use fobwatch::report::terminal;
use proptest::prelude::*;
use serde_json::json;
use std::io;
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long a test waits for what must come at once.
const SOON: Duration = Duration::from_secs(20);

/// How long a client may take where the test is about clients that take longer.
const HURRY: Duration = Duration::from_millis(50);

/// The first record of a handshake, cut off within the greeting.
const HALF_A_GREETING: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];

const MESSAGE: &str = "To=%2B447700900007&From=Example&Body=482913";

fn address(url: &url::Url) -> SocketAddr {
    url.socket_addrs(|| None).expect("an address")[0]
}

fn proxy(rig: &Rig) -> SocketAddr {
    address(&rig.gateways.addresses().proxy)
}

fn https(rig: &Rig) -> SocketAddr {
    address(&rig.gateways.addresses().https)
}

fn tried(rig: &Rig) -> Vec<(String, u64)> {
    rig.gateways.elsewhere().tried().into_iter().collect()
}

async fn connected(to: SocketAddr) -> TcpStream {
    TcpStream::connect(to).await.expect("connects")
}

/// All that the other side says until it closes; a reset counts as that.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let _reset = timeout(SOON, stream.read_to_end(&mut said)).await.expect("closed in time");
    String::from_utf8_lossy(&said).into_owned()
}

/// Sends `request` to the proxy as the last one and gives back what it says.
async fn ask(rig: &Rig, request: &str) -> String {
    let mut stream = connected(proxy(rig)).await;
    stream.write_all(request.as_bytes()).await.expect("sends");
    stream.shutdown().await.expect("ends");
    rest(&mut stream).await
}

/// A tunnel to `host`, which must be granted.
async fn tunnel(rig: &Rig, host: &str) -> TcpStream {
    let mut stream = connected(proxy(rig)).await;
    granted(&mut stream, host).await;
    stream
}

async fn granted(stream: &mut TcpStream, host: &str) {
    let wish = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
    stream.write_all(wish.as_bytes()).await.expect("sends");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(SOON, stream.read_u8()).await.expect("in time").expect("an answer");
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

/// Shakes hands as a client that trusts the rig's authority and is looking for `name`.
async fn tls(
    rig: &Rig,
    stream: TcpStream,
    name: &str,
    names_it: bool,
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(rig.gateways.ca_file()).expect("a file");
    roots.add(CertificateDer::from_pem_slice(&pem).expect("a certificate")).expect("usable");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.enable_sni = names_it;
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
    timeout(SOON, shaking).await.expect("in time")
}

/// Delivers a message over `stream` and gives back the status line.
async fn deliver(stream: &mut TlsStream<TcpStream>) -> String {
    let account = account();
    let request = format!(
        "POST /2010-04-01/Accounts/{}/Messages.json HTTP/1.1\r\nHost: api.twilio.com\r\n\
         Authorization: Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDphdXRodG9rZW4=\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{MESSAGE}",
        account.id,
        MESSAGE.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sends");
    let mut said = Vec::new();
    timeout(SOON, stream.read_to_end(&mut said)).await.expect("in time").expect("answered");
    String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned()
}

async fn curl(rig: &Rig, arguments: &[&str]) -> Output {
    let running = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "20"])
        .args(arguments)
        .env_clear()
        .envs(rig.detour().environment())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    timeout(SOON, running).await.expect("in time").expect("scripts/install-clients installs curl")
}

#[tokio::test]
async fn the_unmodified_twilio_sdk_delivers_when_only_its_environment_says_so() {
    let rig = Rig::open().await;
    let (account, to) = (account(), PhoneNumber::fictional(7));
    let arguments = [&account.id, account.token.reveal(), to.as_str(), "Example", "482913"];
    let mut led = rig.detour().environment();
    let sent = run_in("twilio_stock.py", &arguments, &led).await;
    assert_eq!(sent, json!({ "sid": "SM00000000000000000000000000000001", "status": "queued" }));
    led.extend([("TWILIO_EDGE", "dublin".to_owned()), ("TWILIO_REGION", "ie1".to_owned())]);
    run_in("twilio_stock.py", &arguments, &led).await;
    assert_eq!(rig.inbox.arrived(&phone(7), 0).len(), 2);
    assert_eq!(tried(&rig), []);
}

#[tokio::test]
async fn curl_delivers_through_the_proxy_and_over_tls_without_it() {
    let rig = Rig::open().await;
    let path = format!("/2010-04-01/Accounts/{}/Messages.json", account().id);
    let login = format!("{}:{}", account().id, account().token.reveal());
    for base in ["https://api.twilio.com", &rig.detour().https_url] {
        let url = format!("{base}{path}");
        let output = curl(&rig, &["--user", &login, "--data", MESSAGE, &url]).await;
        let (said, error) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(String::from_utf8_lossy(&said).contains("queued"), "{base}: {error}");
    }
    assert_eq!(rig.inbox.arrived(&phone(7), 0).len(), 2);
}

#[tokio::test]
async fn every_other_host_is_refused_with_a_reason_and_told_once_with_its_count() {
    let rig = Rig::open().await;
    let output = curl(&rig, &["https://example.test/"]).await;
    assert_eq!(output.status.code(), Some(56), "{}", String::from_utf8_lossy(&output.stderr));
    let said = ask(&rig, "CONNECT EXAMPLE.test:443 HTTP/1.1\r\nHost: example.test\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 403 "), "{said}");
    assert!(said.contains("fobwatch does not lead to example.test: its proxy"), "{said}");
    assert!(said.contains("https://api.twilio.com"), "{said}");
    let plain = curl(&rig, &["http://api.twilio.com/x"]).await;
    assert!(String::from_utf8_lossy(&plain.stdout).contains("api.twilio.com:80 without TLS"));
    ask(&rig, "CONNECT api.twilio.com:22 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let page = ask(&rig, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(page.starts_with("HTTP/1.1 400 ") && page.contains("HTTPS_PROXY"), "{page}");
    let expected = [("api.twilio.com:22", 1), ("example.test", 2), ("http://api.twilio.com:80", 1)];
    assert_eq!(tried(&rig), expected.map(|(host, times)| (host.to_owned(), times)));
    insta::assert_snapshot!(terminal::elsewhere(&rig.gateways.elsewhere().tried()));
}

#[tokio::test]
async fn a_client_is_certified_the_name_that_it_asks_for_if_a_dialect_stands_for_it() {
    let rig = Rig::open().await;
    for (host, name, names_it) in [
        ("api.twilio.com", "api.twilio.com", true),
        ("api.twilio.com", "api.twilio.com", false),
        ("api.twilio.com", "api.dublin.ie1.twilio.com", true),
    ] {
        let mut stream = tls(&rig, tunnel(&rig, host).await, name, names_it).await.expect(name);
        assert_eq!(deliver(&mut stream).await, "HTTP/1.1 201 Created", "{name}");
    }
    for name in ["127.0.0.1", "localhost", "api.twilio.com"] {
        let mut stream = tls(&rig, connected(https(&rig)).await, name, true).await.expect(name);
        assert_eq!(deliver(&mut stream).await, "HTTP/1.1 201 Created", "{name}");
    }
    assert_eq!(tried(&rig), []);
}

#[tokio::test]
async fn a_name_that_no_dialect_stands_for_is_refused_and_told() {
    let rig = Rig::open().await;
    for stream in [tunnel(&rig, "api.twilio.com").await, connected(https(&rig)).await] {
        let refused = tls(&rig, stream, "other.test", true).await.expect_err("refused");
        assert!(refused.to_string().contains("UnrecognisedName"), "{refused}");
    }
    let tunnel = tunnel(&rig, "api.twilio.com").await;
    tls(&rig, tunnel, "localhost", true).await.expect_err("a tunnel does not lead to us");
    let expected = [("localhost".to_owned(), 1), ("other.test".to_owned(), 2)];
    assert_eq!(tried(&rig), expected);
}

#[tokio::test]
async fn garbage_in_place_of_a_greeting_is_answered_or_closed_and_the_next_client_is_served() {
    let rig = Rig::open().await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\xff\xff", b"\0\0\0\0\0\0\0\0"] {
        for mut stream in [tunnel(&rig, "api.twilio.com").await, connected(https(&rig)).await] {
            stream.write_all(garbage).await.expect("sends");
            stream.shutdown().await.expect("ends");
            rest(&mut stream).await;
        }
    }
    let mut stream = tls(&rig, connected(https(&rig)).await, "localhost", true).await.expect("TLS");
    assert_eq!(deliver(&mut stream).await, "HTTP/1.1 201 Created");
}

#[tokio::test]
async fn whoever_is_slow_at_shaking_hands_is_cut_off() {
    let rig = Rig::hurried(HURRY, SOON).await;
    for mut stream in [tunnel(&rig, "api.twilio.com").await, connected(https(&rig)).await] {
        stream.write_all(HALF_A_GREETING).await.expect("sends");
        assert_eq!(rest(&mut stream).await, "");
    }
    let mut silent = tunnel(&rig, "api.twilio.com").await;
    assert_eq!(rest(&mut silent).await, "");
}

#[tokio::test]
async fn whoever_is_slow_at_saying_where_to_go_is_cut_off() {
    let rig = Rig::hurried(SOON, HURRY).await;
    let mut stream = connected(proxy(&rig)).await;
    stream.write_all(b"CONNECT api.twi").await.expect("sends");
    let said = rest(&mut stream).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
}

#[tokio::test]
async fn more_connections_than_the_bound_wait_their_turn() {
    let rig = Rig::open().await;
    let mut held = Vec::new();
    for _ in 0..DETOUR_LIMIT {
        held.push(tunnel(&rig, "api.twilio.com").await);
    }
    let mut next = connected(proxy(&rig)).await;
    let wish = "CONNECT other.test:443 HTTP/1.1\r\nHost: other.test\r\n\r\n";
    next.write_all(wish.as_bytes()).await.expect("sends");
    // Whoever is served elsewhere meanwhile shows that time has passed.
    for _ in 0..20 {
        let mut other = connected(address(&rig.gateways.addresses().sms)).await;
        other.write_all(b"GET / HTTP/1.0\r\n\r\n").await.expect("sends");
        rest(&mut other).await;
    }
    let early = next.try_read(&mut [0; 1]).expect_err("nothing is said yet");
    assert_eq!(early.kind(), io::ErrorKind::WouldBlock);
    drop(held.pop());
    let mut said = [0; 12];
    timeout(SOON, next.read_exact(&mut said)).await.expect("in time").expect("served");
    assert_eq!(&said, b"HTTP/1.1 403");
}

#[tokio::test]
async fn closing_ends_tunnels_and_leaves_no_file_behind() {
    let rig = Rig::open().await;
    let (ca_file, proxy) = (rig.gateways.ca_file().to_owned(), proxy(&rig));
    let fresh = tunnel(&rig, "api.twilio.com").await;
    let used = tls(&rig, tunnel(&rig, "api.twilio.com").await, "api.twilio.com", true).await;
    let (mut fresh, mut used) = (fresh, used.expect("TLS"));
    assert!(ca_file.exists());
    timeout(SOON, rig.gateways.close()).await.expect("it closes");
    assert_eq!(rest(&mut fresh).await, "");
    let mut said = Vec::new();
    let _cut_off = timeout(SOON, used.read_to_end(&mut said)).await.expect("it ends");
    assert!(said.is_empty() && !ca_file.exists() && TcpStream::connect(proxy).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn the_certificate_is_for_this_user_alone_and_its_key_is_nowhere() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::open().await;
    let mode = rig.gateways.ca_file().metadata().expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let pem = std::fs::read_to_string(rig.gateways.ca_file()).expect("readable");
    assert_eq!((pem.matches("BEGIN ").count(), pem.matches("PRIVATE").count()), (1, 0));
}

#[test]
fn no_bytes_end_the_proxy_or_the_tls_listener() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let rig = runtime.block_on(Rig::open());
    let begins = prop_oneof![
        Just(&b""[..]),
        Just(&b"CONNECT "[..]),
        Just(&b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n"[..]),
        Just(HALF_A_GREETING),
    ];
    let cases = proptest::test_runner::Config::with_cases(64);
    proptest!(cases, |(begin in begins, bytes: Vec<u8>)| runtime.block_on(async {
        for to in [proxy(&rig), https(&rig)] {
            let mut stream = connected(to).await;
            // It may be closed while we still speak.
            let _ = stream.write_all(&[begin, &bytes].concat()).await;
            let _ = stream.shutdown().await;
            rest(&mut stream).await;
        }
    }));
    runtime.block_on(async {
        let tunnel = tunnel(&rig, "api.twilio.com").await;
        let mut stream = tls(&rig, tunnel, "api.twilio.com", true).await.expect("TLS");
        assert_eq!(deliver(&mut stream).await, "HTTP/1.1 201 Created");
    });
}

/// A map that starts the portal of tests/clients.
fn map(reach: &str) -> String {
    let (python, root) = (python(), env!("CARGO_MANIFEST_DIR"));
    format!(
        "map: 1
name: Portal
base: http://127.0.0.1:0
launch:
  command: [{python}, {root}/tests/clients/portal.py, $port]
  environment: {{ TWILIO_ACCOUNT_SID: $sms_account, TWILIO_AUTH_TOKEN: $sms_token, CA: $ca_file }}
  {reach}
operations:
  sign_in:
    requests: [{{ request: POST /sign_in, json: {{ proxy: $proxy_url }} }}]
    replies: [{{ reply: code_required, channel: sms }}]
  resend_code:
    requests: [{{ request: POST /telemetry }}]
    replies: [{{ reply: done }}]
  probe:
    requests: [{{ request: GET /environment }}]
    replies: [{{ reply: done }}]
"
    )
}

async fn launched(rig: &Rig, map: &str) -> (MapHost, Stage) {
    let account = account();
    let gateways = Endpoints {
        sms_url: rig.gateways.addresses().sms.to_string(),
        sms_account: account.id,
        sms_token: account.token,
        smtp: rig.gateways.addresses().smtp,
        detour: Some(rig.detour()),
    };
    let host = MapHost::load_with(map, "portal.yaml", None, Some(&gateways)).await;
    let host = host.unwrap_or_else(|error| panic!("{error}"));
    let (clock, settings) = (host.clock(), Declared::default());
    let scenario = "detour".to_owned();
    (host, Stage { scenario, number: 0, seed: 1, clock, gateways, settings })
}

#[tokio::test]
async fn a_server_that_a_map_starts_is_led_to_the_gateways_and_nowhere_else() {
    let rig = Rig::open().await;
    let (host, stage) = launched(&rig, &map("")).await;
    let subject = host.connect(&stage).await.expect("connects").subject;
    let (user, password) = ("ada".to_owned(), Secret::new("king"));
    let answer = subject.ask("main", &Operation::SignIn { user, password }).await.expect("asked");
    assert!(matches!(answer.reply, Reply::CodeRequired { .. }), "{}", answer.shown);
    assert_eq!(rig.inbox.arrived(&phone(7), 0).len(), 1);
    let answer = subject.ask("main", &Operation::ResendCode).await.expect("asked");
    assert!(answer.shown.contains("403"), "{}", answer.shown);
    assert_eq!(tried(&rig), [("telemetry.test".to_owned(), 1)]);
    host.close().await;
}

#[tokio::test]
async fn a_map_can_leave_the_way_of_its_server_open() {
    let rig = Rig::open().await;
    for (reach, is_led) in [("reach: proxy", true), ("reach: open", false)] {
        let (host, stage) = launched(&rig, &map(reach)).await;
        let subject = host.connect(&stage).await.expect("connects").subject;
        let shown = subject.ask("main", &Operation::Probe).await.expect("asked").shown;
        let environment: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        let ca_file = json!(rig.gateways.ca_file());
        assert_eq!(environment["CA"], ca_file, "a map may name it in either case");
        assert_eq!(environment["SSL_CERT_FILE"] == ca_file, is_led, "{reach}");
        assert_eq!(environment["HTTPS_PROXY"] == json!(rig.detour().proxy_url), is_led, "{reach}");
        host.close().await;
    }
}

/// `fobwatch gateways --env`, with what it has printed for a shell.
async fn printed_for_a_shell() -> (tokio::process::Child, String) {
    let mut gateways = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["gateways", "--env"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the command starts");
    let mut output = BufReader::new(gateways.stdout.take().expect("it is piped"));
    let mut lines = String::new();
    while !lines.contains("GIT_SSL_CAINFO") {
        let read = timeout(SOON, output.read_line(&mut lines)).await.expect("in time");
        assert!(read.expect("UTF-8") > 0, "it ended after {lines}");
    }
    (gateways, lines)
}

#[cfg(unix)]
#[tokio::test]
async fn a_person_can_lead_a_program_here_by_what_gateways_prints() {
    let (gateways, lines) = printed_for_a_shell().await;
    let script = format!(
        "{lines}
        curl --silent --show-error --max-time 20 --data '{MESSAGE}' \
            --user $FOBWATCH_SMS_ACCOUNT:$FOBWATCH_SMS_TOKEN \
            https://api.twilio.com/2010-04-01/Accounts/$FOBWATCH_SMS_ACCOUNT/Messages.json
        curl --silent https://example.test/ || test -s \"$SSL_CERT_FILE\" && echo $SSL_CERT_FILE"
    );
    let shell = Command::new("sh").args(["-c", &script]).kill_on_drop(true).output();
    let output = timeout(SOON, shell).await.expect("in time").expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("queued"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let ca_file = said.lines().last().expect("a line").to_owned();
    let id = gateways.id().expect("it runs").to_string();
    let ended = Command::new("kill").args(["-INT", &id]).status().await.expect("it can be asked");
    assert!(ended.success());
    let told = timeout(SOON, gateways.wait_with_output()).await.expect("in time").expect("ended");
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("code 482913"), "{told}");
    assert!(told.contains("  example.test, once\n"), "{told}");
    assert!(
        ca_file.contains("fobwatch-ca-") && !std::path::Path::new(&ca_file).exists(),
        "{ca_file}"
    );
}
