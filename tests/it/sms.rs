//! The Twilio dialect as pure functions, and the listeners through real sockets.

#![allow(clippy::expect_used, reason = "a test fails by saying what it expected")]

use crate::gateway_rig::{Rig, account, phone};
use fobwatch::domain::{Message, Moment, PhoneNumber, Recipient};
use fobwatch::gateways::listen::{BODY_LIMIT, Gateways, Reach, Settings};
use fobwatch::gateways::sms::DIALECTS;
use fobwatch::gateways::sms::segment::{Alphabet, Segmentation};
use fobwatch::gateways::sms::twilio::Twilio;
use fobwatch::gateways::{Account, Dialect, HttpRequest, HttpResponse, Receipt, Refusal};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BASIC: &str = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDphdXRodG9rZW4=";

/// How long a test waits for what must come at once.
const SOON: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Recorded {
    sdk: String,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn messages_path() -> String {
    format!("/2010-04-01/Accounts/{}/Messages.json", account().id)
}

fn request(body: &str) -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        path: messages_path(),
        query: String::new(),
        headers: vec![
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("authorization".to_owned(), BASIC.to_owned()),
        ],
        body: body.as_bytes().to_vec(),
    }
}

/// The refusal of `request` as its sender sees it.
fn refusal(request: &HttpRequest) -> (u16, Value) {
    let refused = Twilio.read(request, &account()).expect_err("it is refused");
    told(&Twilio.answer(&account(), &Err(refused)))
}

fn told(response: &HttpResponse) -> (u16, Value) {
    (response.status, serde_json::from_slice(&response.body).expect("JSON"))
}

fn receipt(from: &str, text: &str) -> Receipt {
    let message = Message {
        to: Recipient::Phone(PhoneNumber::fictional(7)),
        from: from.to_owned(),
        subject: None,
        text: text.to_owned(),
        html: None,
        headers: Vec::new(),
    };
    Receipt { serial: 0xbeef, at: Moment::EPOCH, message }
}

#[test]
fn what_the_official_sdks_send_is_read() {
    let recorded: Vec<Recorded> =
        serde_json::from_str(include_str!("../../fixtures/sms/twilio_requests.json"))
            .expect("the fixture parses");
    for (recorded, token) in recorded.into_iter().zip(["authtoken", "tok"]) {
        let account = Account { token: token.into(), ..account() };
        let request = HttpRequest {
            method: recorded.method,
            path: recorded.path,
            query: String::new(),
            headers: recorded.headers,
            body: recorded.body.into_bytes(),
        };
        assert!(Twilio.owns(&request.path));
        let message = Twilio.read(&request, &account).expect(&recorded.sdk);
        assert_eq!(message.to.to_string(), "+447700900123", "{}", recorded.sdk);
        assert_eq!(message.from, "+12025550199");
        assert_eq!(message.text, "Your code is 123456");
    }
}

#[test]
fn an_accepted_message_is_told_as_the_provider_tells_it() {
    let text = "é".repeat(70) + "ê";
    let answer = Twilio.answer(&account(), &Ok(receipt("Example", &text)));
    let (status, body) = told(&answer);
    let sid = "SM0000000000000000000000000000beef";
    let uri = format!("/2010-04-01/Accounts/{}/Messages/{sid}", account().id);
    let expected = json!({
        "account_sid": account().id,
        "api_version": "2010-04-01",
        "body": text,
        "date_created": "Tue, 01 Jan 2030 00:00:00 +0000",
        "date_sent": null,
        "date_updated": "Tue, 01 Jan 2030 00:00:00 +0000",
        "direction": "outbound-api",
        "error_code": null,
        "error_message": null,
        "from": "Example",
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": "2",
        "price": null,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": "+447700900007",
        "uri": format!("{uri}.json"),
    });
    assert_eq!((status, body), (201, expected));
}

#[test]
fn a_messaging_service_sends_in_place_of_a_sender() {
    let service = format!("MG{}", "a".repeat(32));
    let body = format!("To=%2B447700900007&MessagingServiceSid={service}&Body=482913");
    let message = Twilio.read(&request(&body), &account()).expect("it is read");
    assert_eq!(message.from, service);
    let (_, told) = told(&Twilio.answer(&account(), &Ok(receipt(&service, "482913"))));
    assert_eq!((&told["from"], &told["status"]), (&Value::Null, &json!("accepted")));
    assert_eq!(told["messaging_service_sid"], service.as_str());
}

#[test]
fn every_mistake_has_the_providers_own_code() {
    let long = format!("To=%2B447700900007&From=Example&Body={}", "x".repeat(1601));
    for (body, code) in [
        ("From=Example&Body=x", 21604),
        ("To=&From=Example&Body=x", 21604),
        ("To=07700900007&From=Example&Body=x", 21211),
        ("To=%2B1&From=Example&Body=x", 21211),
        ("To=%2B447700900007&Body=x", 21603),
        ("To=%2B447700900007&From=not+a+sender+at+all&Body=x", 21212),
        ("To=%2B447700900007&MessagingServiceSid=MG1&Body=x", 21212),
        ("To=%2B447700900007&From=Example", 21602),
        ("To=%2B447700900007&From=Example&Body=", 21602),
        (long.as_str(), 21617),
    ] {
        let (status, told) = refusal(&request(body));
        assert_eq!((status, &told["code"], &told["status"]), (400, &json!(code), &json!(400)));
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!(told["more_info"], more.as_str());
        assert!(told["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[test]
fn a_text_of_the_longest_length_is_taken() {
    let body = format!("To=%2B447700900007&From=Example&Body={}", "x".repeat(1600));
    assert!(Twilio.read(&request(&body), &account()).is_ok());
}

#[test]
fn wrong_credentials_paths_methods_and_bodies_have_their_codes() {
    let good = request("To=%2B447700900007&From=Example&Body=x");
    assert!(Twilio.read(&good, &account()).is_ok());
    let with = |change: fn(&mut HttpRequest)| {
        let mut request = good.clone();
        change(&mut request);
        refusal(&request)
    };
    let cases = [
        (with(|it| it.headers.truncate(1)), 401, 20003),
        (with(|it| it.headers[1].1 = "Basic AAAA".to_owned()), 401, 20003),
        (with(|it| it.headers[1].1 = BASIC.replace("Basic", "Bearer")), 401, 20003),
        (with(|it| it.path = "/2010-04-01/Accounts/ACx/Messages.json".to_owned()), 404, 20404),
        (with(|it| it.path.push_str("/SM1.json")), 404, 20404),
        (with(|it| it.method = "GET".to_owned()), 405, 20004),
        (with(|it| it.headers[0].1 = "application/json".to_owned()), 400, 20001),
        (with(|it| it.body = "a=1&".repeat(200).into_bytes()), 400, 20001),
    ];
    for ((status, told), expected, code) in cases {
        assert_eq!((status, &told["code"]), (expected, &json!(code)));
    }
}

#[test]
fn what_the_inbox_refuses_has_its_codes() {
    let refused = |refusal| told(&Twilio.answer(&account(), &Err(refusal)));
    let (status, told) = refused(Refusal::NotReserved("+491701234567".to_owned()));
    assert_eq!((status, &told["code"]), (400, &json!(21608)));
    let (status, told) = refused(Refusal::Full);
    assert_eq!((status, &told["code"]), (429, &json!(20429)));
}

#[derive(Deserialize)]
struct SmsFormats {
    gsm: Vec<GsmCase>,
}

#[derive(Deserialize)]
struct GsmCase {
    text: Option<String>,
    repeat: Option<Repeat>,
    alphabet: String,
    units: usize,
    segments: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Repeat {
    Character(String, usize),
    Text(String),
}

#[test]
fn a_text_is_measured_as_the_vectors_say() {
    let formats: SmsFormats =
        serde_json::from_str(include_str!("../../fixtures/vectors/sms_formats.json"))
            .expect("the vectors parse");
    assert_eq!(formats.gsm.len(), 17);
    for case in formats.gsm {
        let text = match (case.text, case.repeat) {
            (Some(text), _) | (None, Some(Repeat::Text(text))) => text,
            (None, Some(Repeat::Character(character, count))) => character.repeat(count),
            (None, None) => panic!("a case without a text"),
        };
        let alphabet = if case.alphabet == "GSM7" { Alphabet::Gsm7 } else { Alphabet::Ucs2 };
        let (units, segments) = (case.units, case.segments);
        assert_eq!(Segmentation::of(&text), Segmentation { alphabet, units, segments }, "{text}");
    }
}

proptest! {
    #[test]
    fn no_request_makes_a_dialect_panic(
        method in "[A-Z]{0,7}", path in "(/2010-04-01)?/.{0,60}", authorization in ".{0,60}",
        is_right in any::<bool>(), body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut request = request("");
        request.body = body;
        if !is_right {
            (request.method, request.path, request.headers[1].1) = (method, path, authorization);
        }
        for dialect in DIALECTS {
            let outcome = dialect.read(&request, &account())
                .map(|message| Receipt { serial: 1, at: Moment::EPOCH, message });
            let answer = dialect.answer(&account(), &outcome);
            prop_assert!((200..600).contains(&answer.status));
        }
    }
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(SOON).build().expect("a client")
}

async fn post(rig: &Rig, path: &str, body: String) -> reqwest::Response {
    let url = rig.gateways.addresses().sms.join(path).expect("a URL");
    let request = client().post(url).header("authorization", BASIC);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.expect("a response")
}

#[tokio::test]
async fn a_message_sent_over_http_is_in_the_inbox_when_the_answer_comes() {
    let rig = Rig::open().await;
    let body = "To=%2B447700900007&From=Example&Body=Your+code+is+482913".to_owned();
    let response = post(&rig, &messages_path(), body).await;
    assert_eq!(response.status(), 201);
    let arrivals = rig.inbox.arrived(&phone(7), 0);
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].message.text, "Your code is 482913");
    assert!(rig.inbox.strays().is_empty());
}

#[tokio::test]
async fn a_message_for_nobody_is_accepted_and_kept_as_a_stray() {
    let rig = Rig::open().await;
    let body = "To=%2B447700900008&From=Example&Body=482913".to_owned();
    assert_eq!(post(&rig, &messages_path(), body).await.status(), 201);
    assert_eq!(rig.inbox.strays()[0].message.to, phone(8));
}

#[tokio::test]
async fn an_oversized_body_and_an_unknown_path_are_refused() {
    let rig = Rig::open().await;
    let large = "x".repeat(BODY_LIMIT + 1);
    assert_eq!(post(&rig, &messages_path(), large).await.status(), 413);
    let response = post(&rig, "/v1/sms", String::new()).await;
    assert_eq!(response.status(), 404);
    assert!(response.text().await.expect("a text").contains("twilio"));
}

/// All that the other side says until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut said)).await;
    read.expect("the other side closes").expect("cleanly");
    String::from_utf8_lossy(&said).into_owned()
}

fn http_address(gateways: &Gateways) -> SocketAddr {
    let port = gateways.addresses().sms.port().expect("a port");
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_header_is_cut_off() {
    let rig = Rig::impatient(Duration::from_millis(50), SOON).await;
    let mut stream = TcpStream::connect(http_address(&rig.gateways)).await.expect("connects");
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x").await.expect("sends");
    let said = rest(&mut stream).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
}

#[tokio::test]
async fn garbage_is_answered_or_closed_and_the_next_client_is_served() {
    let rig = Rig::open().await;
    for garbage in
        [&b"\x00\xff\x16\x03\x01\r\n\r\n"[..], b"GET\r\n\r\n", b"\r\n\r\n\x80 / \r\n\r\n"]
    {
        let mut stream = TcpStream::connect(http_address(&rig.gateways)).await.expect("connects");
        stream.write_all(garbage).await.expect("sends");
        stream.shutdown().await.expect("ends");
        let mut said = Vec::new();
        let read = tokio::time::timeout(SOON, stream.read_to_end(&mut said)).await;
        read.expect("closed in time").ok();
    }
    let body = "To=%2B447700900007&From=Example&Body=x".to_owned();
    assert_eq!(post(&rig, &messages_path(), body).await.status(), 201);
}

#[tokio::test]
async fn a_session_fed_byte_by_byte_delivers_before_it_acknowledges() {
    let rig = Rig::open().await;
    let mut stream = TcpStream::connect(rig.gateways.addresses().smtp).await.expect("connects");
    stream.set_nodelay(true).expect("an option");
    for byte in b"482913\n" {
        stream.write_all(&[*byte]).await.expect("sends");
    }
    let mut said = [0; 9];
    tokio::time::timeout(SOON, stream.read_exact(&mut said)).await.expect("in time").expect("it");
    assert_eq!(&said, b"hello\nok\n");
    assert_eq!(rig.inbox.arrived(&phone(7), 0)[0].message.text, "482913");
    stream.write_all(b"bye\n").await.expect("sends");
    assert_eq!(rest(&mut stream).await, "bye\n");
}

#[tokio::test]
async fn a_silent_session_is_given_up() {
    let rig = Rig::impatient(SOON, Duration::from_millis(50)).await;
    let mut stream = TcpStream::connect(rig.gateways.addresses().smtp).await.expect("connects");
    assert_eq!(rest(&mut stream).await, "hello\ngone\n");
}

#[tokio::test]
async fn a_session_never_acknowledges_what_the_inbox_refused() {
    let rig = Rig::open().await;
    let mut stream = TcpStream::connect(rig.gateways.addresses().smtp).await.expect("connects");
    stream.write_all(b"+491701234567\n").await.expect("sends");
    assert_eq!(rest(&mut stream).await, "hello\ngone\n");
}

#[tokio::test]
async fn closing_ends_sessions_politely_and_frees_the_ports() {
    let rig = Rig::open().await;
    let (http, smtp) = (http_address(&rig.gateways), rig.gateways.addresses().smtp);
    let mut session = TcpStream::connect(smtp).await.expect("connects");
    let mut greeting = [0; 6];
    session.read_exact(&mut greeting).await.expect("a greeting");
    tokio::time::timeout(SOON, rig.gateways.close()).await.expect("it closes");
    assert_eq!(rest(&mut session).await, "gone\n");
    assert!(TcpStream::connect(http).await.is_err() && TcpStream::connect(smtp).await.is_err());
}

#[tokio::test]
async fn dropping_ends_every_connection() {
    let rig = Rig::open().await;
    let mut session = TcpStream::connect(rig.gateways.addresses().smtp).await.expect("connects");
    let mut greeting = [0; 6];
    session.read_exact(&mut greeting).await.expect("a greeting");
    drop(rig);
    assert_eq!(rest(&mut session).await, "");
}

#[tokio::test]
async fn only_loopback_is_bound_unless_allowed() {
    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    let inbox = Rig::open().await.inbox;
    let open = |reach| {
        let settings = Settings { http: any, reach, ..Settings::loopback(account()) };
        Gateways::open(settings, inbox.clone(), || panic!("no session is opened"))
    };
    let refused = open(Reach::LoopbackOnly).await.expect_err("0.0.0.0 is everywhere");
    assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(open(Reach::Anywhere).await.is_ok());
}
