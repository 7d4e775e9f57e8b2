//! Over sockets: the pages, the JSON API, the device protocol, and the courier that uses the wire.

use super::bench::{Bench, Material, bench, bench_with, secret};
use fobwatch::domain::{Activation, Message, PhoneNumber, Picture, Recipient};
use fobwatch::reference::server::Server;
use fobwatch::reference::{Courier, NotSent, Parameters, Wire, delivery};
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wiremock::matchers::{basic_auth, body_string_contains, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A browser without script, and the server it looks at.
struct Browser {
    client: Client,
    server: Server,
}

struct Page {
    status: StatusCode,
    html: String,
}

impl Browser {
    async fn at(bench: &Bench) -> Self {
        let _already_named = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().cookie_store(true).no_proxy().build().expect("a client");
        let server = Server::start(bench.reference.clone(), LOOPBACK).await.expect("it listens");
        Self { client, server }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("an answer")
    }

    async fn open(&self) -> Page {
        Page::of(self.get("/").await).await
    }

    /// Submits the form with the hidden token of the page at hand.
    async fn submit(&self, form: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.open().await.attribute("name=\"csrf\" value=");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let request = self.client.post(self.url(form)).form(&all);
        Page::of(request.send().await.expect("an answer")).await
    }

    async fn post_json(&self, path: &str, body: Value) -> Response {
        self.client.post(self.url(path)).json(&body).send().await.expect("an answer")
    }
}

impl Page {
    async fn of(response: Response) -> Self {
        Self { status: response.status(), html: response.text().await.expect("a text") }
    }

    fn attribute(&self, before: &str) -> String {
        let start = self.html.find(before).unwrap_or_else(|| panic!("{before} in {}", self.html));
        let value = &self.html[start + before.len() + 1..];
        value.split('"').next().unwrap_or_default().to_owned()
    }

    fn text_of(&self, id: &str) -> String {
        let mark = format!("id=\"{id}\">");
        let start = self.html.find(&mark).unwrap_or_else(|| panic!("{id} in {}", self.html));
        self.html[start + mark.len()..].split('<').next().unwrap_or_default().to_owned()
    }

    fn says(&self, title: &str) -> bool {
        self.html.contains(&format!("<h1>{title}</h1>"))
    }
}

async fn to_the_set_up_page(bench: &Bench) -> Browser {
    let browser = Browser::at(bench).await;
    let credentials =
        [("user", bench.ada.user.as_str()), ("password", bench.ada.password.reveal())];
    assert!(browser.submit("/sign-in", &credentials).await.says("Enter your PIN"));
    let page = browser.submit("/code", &[("code", &bench.newest_pin())]).await;
    assert!(page.says("Set up your second factor"), "{}", page.html);
    browser
}

#[tokio::test]
async fn the_pages_lead_from_the_password_to_the_qr_code() {
    let bench = bench(&[]).await;
    let browser = to_the_set_up_page(&bench).await;
    let page = browser.submit("/enrol", &[("token", "mobile")]).await;
    assert!(page.says("Set up the app on your phone"));
    assert!(page.attribute("id=\"qr\" src=").starts_with("data:image/png;base64,"));
    assert_eq!(page.text_of("password").len(), 8);
    let qr = Picture::from_data_uri(&page.attribute("id=\"qr\" src=")).expect("a picture");
    let password = Some(page.text_of("password").into());
    let shown = Activation { qr: Some(qr), password, ..Activation::default() };
    let early = browser.submit("/confirm", &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.says("Set up the app on your phone") && early.html.contains("role=\"alert\""));
    assert_eq!(early.text_of("password"), page.text_of("password"));
    let registration = Material::scanned(&shown).registration([0xbe, 0xef]);
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(browser.post_json("/device/activate", registration.clone()).await.status());
    }
    assert_eq!(answers, [StatusCode::OK, StatusCode::FORBIDDEN]);
    assert!(browser.submit("/confirm", &[]).await.says("Congratulations"));
    assert!(browser.submit("/sign-out", &[]).await.says("Sign in"));
    let credentials =
        [("user", bench.ada.user.as_str()), ("password", bench.ada.password.reveal())];
    assert!(browser.submit("/sign-in", &credentials).await.says("Enter the code of your token"));
    let page = browser.submit("/push", &[]).await;
    assert!(page.says("Answer at your app") && page.text_of("number").len() == 2, "{}", page.html);
    let waiting = browser.submit("/push-answer", &[]).await;
    assert_eq!(waiting.text_of("number"), page.text_of("number"));
}

#[tokio::test]
async fn the_pages_lead_from_the_desktop_token_to_the_certificate() {
    let bench = bench(&[]).await;
    let browser = to_the_set_up_page(&bench).await;
    let page = browser.submit("/enrol", &[("token", "desktop")]).await;
    let (serial, code) = (page.text_of("serial_number"), page.text_of("activation_code"));
    let material = Material::parsed(&serial, &code);
    assert_eq!(page.text_of("address"), "reference.test/device");
    let about: Value = browser.get("/device/about").await.json().await.expect("JSON");
    assert_eq!(about, json!({"name": "Reference Signing Service", "digits": 6, "period": 30}));
    let code = material.registration_code([0xbe, 0xef]);
    let registered = browser.submit("/registration", &[("code", &code)]).await;
    assert!(registered.html.contains("id=\"activated\""));
    assert!(browser.submit("/confirm", &[]).await.says("Congratulations"));
    assert!(browser.submit("/sign-out", &[]).await.says("Sign in"));
    let credentials =
        [("user", bench.ada.user.as_str()), ("password", bench.ada.password.reveal())];
    assert!(browser.submit("/sign-in", &credentials).await.says("Enter the code of your token"));
    let totp = material.totp([0xbe, 0xef]);
    let wrong = browser.submit("/code", &[("code", "000")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let home = browser.submit("/code", &[("code", &bench.totp_code(&totp))]).await;
    assert!(home.says("Your account"));
    let page = browser.submit("/certificate", &[]).await;
    assert!(page.text_of("certificate").starts_with("-----BEGIN CERTIFICATE-----"));
}

#[tokio::test]
async fn every_field_has_a_label_and_the_code_field_helps_the_phone() {
    let bench = bench(&[]).await;
    let browser = Browser::at(&bench).await;
    let sign_in = browser.open().await;
    let credentials =
        [("user", bench.ada.user.as_str()), ("password", bench.ada.password.reveal())];
    let pin = browser.submit("/sign-in", &credentials).await;
    assert!(pin.html.contains("autocomplete=\"one-time-code\" inputmode=\"numeric\""));
    for page in [sign_in, pin] {
        assert!(page.html.contains("<html lang=\"en\">") && page.html.contains("<title>"));
        assert!(!page.html.contains("<script"));
        for field in page.html.split("<input id=\"").skip(1) {
            let id = field.split('"').next().unwrap_or_default();
            assert!(page.html.contains(&format!("<label for=\"{id}\">")), "{id}");
        }
    }
}

#[tokio::test]
async fn the_sign_in_page_is_there_for_whoever_comes_next_and_lists_what_may_answer() {
    let bench = bench(&[]).await;
    let browser = to_the_set_up_page(&bench).await;
    assert!(Page::of(browser.get("/sign-in").await).await.says("Sign in"));
    assert!(browser.open().await.says("Set up your second factor"));
    assert_eq!(browser.get("/code").await.status(), StatusCode::NOT_FOUND);
    bench.enrol(&bench.bob).await;
    let credentials =
        [("user", bench.bob.user.as_str()), ("password", bench.bob.password.reveal())];
    let page = browser.submit("/sign-in", &credentials).await;
    assert!(page.html.contains("<li>the program on your PC</li>"), "{}", page.html);
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    let bench = bench(&[]).await;
    let browser = Browser::at(&bench).await;
    browser.open().await;
    let credentials =
        [("user", bench.ada.user.as_str()), ("password", bench.ada.password.reveal())];
    for token in ["", "0123"] {
        let mut fields = vec![("csrf", token)];
        fields.extend(credentials);
        let request = browser.client.post(browser.url("/sign-in")).form(&fields);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    assert!(bench.messages().is_empty());
    assert!(browser.open().await.says("Sign in"));
}

#[tokio::test]
async fn a_page_cannot_be_framed_scripted_or_stored() {
    let bench = bench(&[]).await;
    let browser = Browser::at(&bench).await;
    let response = browser.get("/").await;
    let header = |name| response.headers()[name].to_str().expect("ASCII").to_owned();
    assert!(header(CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    assert!(header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
    assert_eq!(header(CACHE_CONTROL), "no-store");
    assert!(!response.headers().contains_key(LOCATION));
}

#[tokio::test]
async fn the_cookie_is_guarded_and_changes_with_the_password_and_the_second_factor() {
    let bench = bench(&[]).await;
    let totp = bench.enrol(&bench.ada).await;
    let browser = Browser::at(&bench).await;
    let credentials = json!({"user": bench.ada.user, "password": bench.ada.password.reveal()});
    let mut seen = Vec::new();
    for (path, body) in [
        ("/api/probe", json!({})),
        ("/api/sign_in", credentials),
        ("/api/submit_code", json!({"code": bench.totp_code(&totp)})),
    ] {
        let response = browser.post_json(path, body).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let cookie = response.headers()[SET_COOKIE].to_str().expect("ASCII").to_owned();
        let (name, attributes) = cookie.split_once("; ").expect("attributes");
        assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(name.len(), "reference_session=".len() + 32);
        seen.push(name.to_owned());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
    let probe: Value = browser.post_json("/api/probe", json!({})).await.json().await.expect("JSON");
    assert_eq!(probe, json!({"state": "signed_in", "assurance": "two_factor"}));
}

#[tokio::test]
async fn the_cookie_is_secure_where_the_portal_is() {
    let bench = bench_with(Parameters { public_https: true, ..Parameters::default() }, &[]).await;
    let browser = Browser::at(&bench).await;
    let response = browser.get("/").await;
    let cookie = response.headers()[SET_COOKIE].to_str().expect("ASCII");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn the_api_answers_states_and_errors() {
    let bench = bench(&[]).await;
    let browser = Browser::at(&bench).await;
    let carol = json!({
        "user": "carol", "password": "long enough", "name": "Carol", "mobile": "+447700900003",
        "mailbox": "carol@mail.test",
    });
    assert_eq!(browser.post_json("/api/provision", carol).await.status(), StatusCode::OK);
    let sign_in = json!({"user": "carol", "password": "long enough", "unknown": 1});
    let response = browser.post_json("/api/sign_in", sign_in).await;
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(
        body,
        json!({"state": "code_required", "channel": "sms", "destination": "+••••••••••03",
               "alternatives": ["email"]})
    );
    let wrong = browser.post_json("/api/submit_code", json!({"code": "1"})).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let body: Value = wrong.json().await.expect("JSON");
    assert_eq!(body, json!({"error": "code.invalid"}));
    for code in [json!(1), json!([bench.newest_pin()])] {
        let malformed = browser.post_json("/api/submit_code", json!({ "code": code })).await;
        assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
    }
    let moved = browser.post_json("/api/advance_clock", json!({"seconds": 300})).await;
    assert_eq!(moved.status(), StatusCode::OK);
    let late = browser.post_json("/api/submit_code", json!({"code": bench.newest_pin()})).await;
    let body: Value = late.json().await.expect("JSON");
    assert_eq!(body, json!({"error": "code.expired"}));
    let unknown = browser.post_json("/api/await_miracle", json!({})).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_api_takes_json_only_so_that_no_foreign_form_can_speak_to_it() {
    let bench = bench(&[]).await;
    let browser = Browser::at(&bench).await;
    let text = json!({"user": bench.ada.user, "password": bench.ada.password.reveal()});
    let request = browser.client.post(browser.url("/api/sign_in")).body(text.to_string());
    let response = request.header("content-type", "text/plain").send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(bench.messages().is_empty());
}

#[tokio::test]
async fn a_clock_that_must_not_move_does_not() {
    let bench = bench_with(Parameters { movable_clock: false, ..Parameters::default() }, &[]).await;
    let browser = Browser::at(&bench).await;
    let response = browser.post_json("/api/advance_clock", json!({"seconds": 300})).await;
    assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    assert_eq!(fobwatch::domain::Clock::now(&*bench.clock), fobwatch::domain::Moment::EPOCH);
}

#[tokio::test]
async fn a_stopped_server_answers_no_more() {
    let bench = bench(&[]).await;
    let server = Server::start(bench.reference.clone(), LOOPBACK).await.expect("it listens");
    let address = server.address();
    server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

fn settings(sms_url: String, smtp: SocketAddr) -> delivery::Settings {
    delivery::Settings {
        sms_url,
        sms_account: "AC01".to_owned(),
        sms_token: secret("token"),
        smtp,
        sender_number: PhoneNumber::fictional(900),
        sender_mailbox: "portal@reference.test".parse().expect("a mailbox"),
    }
}

fn text_message() -> Message {
    Message {
        to: Recipient::Phone(PhoneNumber::fictional(1)),
        from: String::new(),
        subject: None,
        text: "12345678 is your PIN.".to_owned(),
        html: None,
        headers: Vec::new(),
    }
}

#[tokio::test]
async fn the_courier_posts_an_sms_as_its_provider_wants_it() {
    let provider = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/2010-04-01/Accounts/AC01/Messages.json"))
        .and(basic_auth("AC01", "token"))
        .and(body_string_contains("To=%2B447700900001&From=%2B447700900900&Body=12345678+is"))
        .respond_with(ResponseTemplate::new(201))
        .expect(1)
        .mount(&provider)
        .await;
    let wire = Wire::new(settings(provider.uri(), LOOPBACK)).expect("a courier");
    wire.send(&text_message()).await.expect("sent");
}

#[tokio::test]
async fn a_provider_that_says_no_was_not_sent_to() {
    let provider = MockServer::start().await;
    let wire = Wire::new(settings(provider.uri(), LOOPBACK)).expect("a courier");
    assert!(matches!(wire.send(&text_message()).await, Err(NotSent::SmsRefused(404))));
}

/// Takes one mail and returns all lines that its client sent.
async fn one_mail(listener: TcpListener) -> Vec<String> {
    let (stream, _) = listener.accept().await.expect("a client");
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut seen = Vec::new();
    let mut in_data = false;
    writer.write_all(b"220 mail.test\r\n").await.expect("greeted");
    while let Ok(Some(line)) = lines.next_line().await {
        let reply = match line.split(' ').next().unwrap_or_default() {
            "." => "250 taken",
            _ if in_data => "",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 mail.test",
        };
        in_data = (in_data || line == "DATA") && line != ".";
        seen.push(line);
        if !reply.is_empty() {
            writer.write_all(format!("{reply}\r\n").as_bytes()).await.expect("answered");
        }
        if reply.starts_with("221") {
            break;
        }
    }
    seen
}

#[tokio::test]
async fn the_courier_sends_a_mail_with_two_parts_and_the_clock_s_date() {
    let listener = TcpListener::bind(LOOPBACK).await.expect("a port");
    let smtp = listener.local_addr().expect("an address");
    let server = tokio::spawn(one_mail(listener));
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.bob).await;
    let wire = Wire::new(settings("http://127.0.0.1:9".to_owned(), smtp)).expect("a courier");
    wire.send(&bench.messages()[0]).await.expect("sent");
    drop(wire);
    let lines = server.await.expect("a mail");
    for expected in [
        format!("RCPT TO:<{}>", bench.bob.mailbox),
        "MAIL FROM:<portal@reference.test>".to_owned(),
        "Date: Tue, 1 Jan 2030 00:00:00 +0000".to_owned(),
        "Auto-Submitted: auto-generated".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Type: text/html; charset=utf-8".to_owned(),
    ] {
        let found = lines.iter().any(|line| line.starts_with(&expected));
        assert!(found, "{expected} in {lines:#?}");
    }
    assert_eq!(lines.iter().filter(|line| line.starts_with("Date:")).count(), 1);
    let with_pin = lines.iter().filter(|line| line.contains(&bench.newest_pin())).count();
    assert_eq!(with_pin, 2, "{lines:#?}");
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_was_not_sent_to() {
    let listener = TcpListener::bind(LOOPBACK).await.expect("a port");
    let smtp = listener.local_addr().expect("an address");
    drop(listener);
    let bench = bench(&[]).await;
    bench.sign_in("main", &bench.bob).await;
    let wire = Wire::new(settings("http://127.0.0.1:9".to_owned(), smtp)).expect("a courier");
    assert!(matches!(wire.send(&bench.messages()[0]).await, Err(NotSent::Mail(_))));
}
