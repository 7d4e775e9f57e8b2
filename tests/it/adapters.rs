//! Tests of adapters: a stand-in for a subject answers, and the map says what that means.
#![allow(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod markup;

use fobwatch::adapters::map::{self, MapHost};
use fobwatch::adapters::network::Wire;
use fobwatch::adapters::{Connection, Endpoints, Host, NotReachable, Stage};
use fobwatch::domain::operation::Writing;
use fobwatch::domain::persona::MobileOnFile;
use fobwatch::domain::reply::BoundToken;
use fobwatch::domain::{
    Answer, Assurance, Chance, Channel, MediaType, Moment, Operation, Persona, Picture, Rejection,
    RejectionClass, Reply, Secret, TokenKind, VirtualClock,
};
use fobwatch::subject::{AskError, ClockMode};
use fobwatch::tokens::Network;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use wiremock::matchers::{any, body_json, body_string, header, method, path};
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

pub(crate) fn stage() -> Stage {
    Stage {
        settings: fobwatch::domain::Declared::default(),
        scenario: "first-sign-in".to_owned(),
        number: 0,
        seed: 1,
        clock: Arc::new(VirtualClock::starting_at(Moment::EPOCH)),
        gateways: Endpoints {
            sms_url: "http://127.0.0.1:4101".to_owned(),
            sms_account: "AC1".to_owned(),
            sms_token: "shh".into(),
            smtp: "127.0.0.1:2525".parse().expect("an address"),
            detour: None,
        },
    }
}

/// A map of `operations` (YAML below the usual head) against `server`, connected.
async fn connect(server: &MockServer, body: &str) -> Connection {
    let text = format!("map: 1\nname: Acme\nbase: http://unused.test\n{body}");
    let host = MapHost::load(&text, "acme.yaml", Some(&server.uri())).await;
    let host = host.unwrap_or_else(|error| panic!("the map loads:\n{error}"));
    host.connect(&stage()).await.expect("a connection")
}

pub(crate) async fn ask(connection: &Connection, session: &str, operation: Operation) -> Answer {
    try_ask(connection, session, operation).await.expect("an answer")
}

pub(crate) async fn try_ask(
    connection: &Connection,
    session: &str,
    operation: Operation,
) -> Result<Answer, AskError> {
    connection.subject.ask(session, &operation).await
}

/// What a map with `replies` makes of an answer to a probe.
async fn meaning(answer: ResponseTemplate, replies: &str) -> Result<Answer, AskError> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let body =
        format!("operations: {{ probe: {{ requests: [request: GET /me] }} }}\nreplies:\n{replies}");
    try_ask(&connect(&server, &body).await, "main", Operation::Probe).await
}

pub(crate) fn sign_in() -> Operation {
    Operation::SignIn { user: "ada".to_owned(), password: "p w".into() }
}

pub(crate) fn submit(code: &str) -> Operation {
    Operation::SubmitCode { code: Secret::from(code).into() }
}

#[tokio::test]
async fn a_captured_token_goes_into_the_header_of_a_later_operation() {
    let server = MockServer::start().await;
    let granted = json!({ "token": "t-1", "sent": { "by": "text" }, "to": "+••42" });
    Mock::given(path("/login"))
        .and(body_json(json!({ "user": "ada", "password": "p w", "try": 1 })))
        .respond_with(ResponseTemplate::new(200).set_body_json(granted))
        .mount(&server)
        .await;
    Mock::given(path("/code/ada/48%2F1"))
        .and(header("authorization", "Bearer t-1"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&server)
        .await;
    let map = r"
operations:
  sign_in:
    requests:
      - request: POST /login
        json: { user: $user, password: $password, try: 1 }
        capture: { bearer: $.token }
    replies:
      - when: { status: 200 }
        reply: code_required
        channel: { json: $.sent.by, as: { text: sms } }
        destination: $.to
        alternatives: email
  submit_code:
    requests:
      - request: PUT /code/$user/$code
        headers: { Authorization: Bearer $bearer }
    replies:
      - { when: { status: 204 }, reply: signed_in, assurance: single_factor }
";
    let connection = connect(&server, map).await;
    let answer = ask(&connection, "main", sign_in()).await;
    let expected = Reply::CodeRequired {
        channel: Channel::Sms,
        destination: Some("+••42".to_owned()),
        alternatives: vec![Channel::Email],
    };
    assert_eq!(answer.reply, expected);
    assert!(answer.shown.contains("t-1"));
    let answer = ask(&connection, "main", submit("48/1")).await;
    assert_eq!(answer.reply, Reply::SignedIn { assurance: Assurance::SingleFactor });
    let other = try_ask(&connection, "other", submit("48/1")).await;
    assert!(matches!(other, Err(AskError::Unmapped(why)) if why.contains("$user")));
}

#[tokio::test]
async fn cookies_stay_in_their_session() {
    let server = MockServer::start().await;
    Mock::given(path("/login"))
        .respond_with(
            ResponseTemplate::new(200).insert_header("set-cookie", "sid=1; Path=/; Secure"),
        )
        .mount(&server)
        .await;
    Mock::given(path("/me"))
        .and(header("cookie", "sid=1"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    Mock::given(path("/me")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let map = r"
operations:
  sign_in: { requests: [request: POST /login] }
  probe: { requests: [request: GET /me] }
replies:
  - { when: { status: 401 }, reply: signed_out }
  - { reply: done }
";
    let connection = connect(&server, map).await;
    ask(&connection, "main", sign_in()).await;
    assert_eq!(ask(&connection, "other", Operation::Probe).await.reply, Reply::SignedOut);
    assert_eq!(ask(&connection, "main", Operation::Probe).await.reply, Reply::Done);
}

#[tokio::test]
async fn a_form_carries_the_hidden_field_that_a_pattern_found() {
    let server = MockServer::start().await;
    let page = r#"<input type="hidden" name="csrf" value="a+b&amp;c">"#;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(page, "text/html"))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(body_string("csrf=a%2Bb%26c&pass=p+w"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "/otp"))
        .mount(&server)
        .await;
    let map = r#"
operations:
  sign_in:
    requests:
      - request: GET /login
        capture: { csrf: { regex: 'name="csrf" value="([^"]+)"' } }
      - request: POST /login
        when: { status: 200, body: '(?i)hidden' }
        form: { csrf: $csrf, pass: $password, remember: $absent }
        capture: { absent: { header: X-Nothing } }
    replies:
      - { when: { header: { Location: '^/otp$' } }, reply: token_required, methods: [mobile] }
"#;
    let answer = ask(&connect(&server, map).await, "main", sign_in()).await;
    assert_eq!(
        answer.reply,
        Reply::TokenRequired { methods: vec![TokenKind::Mobile], challenge: None }
    );
}

#[tokio::test]
async fn a_request_says_where_the_server_listens() {
    let server = MockServer::start().await;
    Mock::given(header("origin", server.uri().as_str()))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    let map = r"
operations:
  sign_in: { requests: [{ request: POST /login, headers: { Origin: $base } }] }
replies: [{ when: { status: 401 }, reply: rejected }]
";
    let answer = ask(&connect(&server, map).await, "main", sign_in()).await;
    assert_eq!(answer.reply, Reply::rejected(RejectionClass::Denied));
}

/// Takes connections and answers the first request of each; what comes after it over the same
/// connection is lost, as with a server that closes connections while they rest.
async fn forgetful_server() -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _some = connection.read(&mut request).await;
                let answer = b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n";
                let _sent = connection.write_all(answer).await;
                let _more = connection.read(&mut request).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn no_request_is_lost_on_a_connection_that_rested() {
    let address = forgetful_server().await;
    let text = format!(
        "map: 1\nname: x\nbase: http://{address}\n\
         operations: {{ sign_in: {{ requests: [{{ request: POST /login }}] }} }}\n\
         replies: [{{ when: {{ status: 401 }}, reply: rejected }}]\n"
    );
    let host = MapHost::load(&text, "map.yaml", None).await.expect("a map");
    let connection = host.connect(&stage()).await.expect("a connection");
    for _ in 0..3 {
        let answer = ask(&connection, "main", sign_in()).await;
        assert_eq!(answer.reply, Reply::rejected(RejectionClass::Denied));
    }
}

#[tokio::test]
async fn a_later_request_is_not_sent_when_the_answer_before_does_not_fit() {
    let server = MockServer::start().await;
    Mock::given(path("/login")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    Mock::given(path("/send-otp"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let map = r"
operations:
  sign_in:
    requests:
      - request: POST /login
      - { request: POST /send-otp, when: { status: 200 } }
replies: [{ when: { status: 401 }, reply: rejected }]
";
    let answer = ask(&connect(&server, map).await, "main", sign_in()).await;
    assert_eq!(answer.reply, Reply::rejected(RejectionClass::Denied));
}

#[tokio::test]
async fn a_redirect_is_the_answer_unless_it_is_to_be_followed() {
    let server = MockServer::start().await;
    let elsewhere = ResponseTemplate::new(302).insert_header("location", "http://127.0.0.2:9/");
    let home = ResponseTemplate::new(302).insert_header("location", "/home");
    Mock::given(path("/a")).respond_with(home).mount(&server).await;
    Mock::given(path("/away")).respond_with(elsewhere).mount(&server).await;
    Mock::given(path("/home")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let map = r"
operations:
  probe: { requests: [request: GET /a] }
  cancel: { requests: [{ request: GET /a, follow: true }] }
  sign_out: { requests: [{ request: GET /away, follow: true }] }
replies:
  - { when: { status: 302 }, reply: signed_out }
  - { when: { status: 200 }, reply: done }
";
    let connection = connect(&server, map).await;
    assert_eq!(ask(&connection, "main", Operation::Probe).await.reply, Reply::SignedOut);
    assert_eq!(ask(&connection, "main", Operation::Cancel).await.reply, Reply::Done);
    assert_eq!(ask(&connection, "main", Operation::SignOut).await.reply, Reply::SignedOut);
}

#[tokio::test]
async fn a_refusal_takes_its_class_and_its_time_from_the_answer() {
    let rule = "  - reply: rejected\n    class: { json: $.error, as: { BAD: code.invalid }, else: denied }\n";
    for (error, class) in [("BAD", RejectionClass::CodeInvalid), ("?", RejectionClass::Denied)] {
        let answer = ResponseTemplate::new(429)
            .insert_header("retry-after", "30")
            .set_body_json(json!({ "error": error }));
        let reply = meaning(answer, rule).await.expect("an answer").reply;
        let retry_after = Some(Duration::from_secs(30));
        assert_eq!(reply, Reply::Rejected(Rejection { class, retry_after }));
    }
    let rule = "  - { reply: rejected, class: $.error, retry_after: { header: X-Retry-After } }\n";
    let answer = ResponseTemplate::new(429)
        .insert_header("x-retry-after", "10")
        .set_body_json(json!({ "error": "rate_limited" }));
    let reply = meaning(answer, rule).await.expect("an answer").reply;
    let retry_after = Some(Duration::from_secs(10));
    assert_eq!(
        reply,
        Reply::Rejected(Rejection { class: RejectionClass::RateLimited, retry_after })
    );
}

#[tokio::test]
async fn an_answer_that_no_rule_fits_is_unclear_and_quoted() {
    let answer = || ResponseTemplate::new(418).set_body_string("é".repeat(300));
    let result = meaning(answer(), "  - { when: { status: [200, 5xx] }, reply: done }\n").await;
    let expected = format!("GET /me answered 418: no rule of the map fits: {}", "é".repeat(200));
    assert_eq!(result, Err(AskError::Unclear(expected)));
    let unknown = ResponseTemplate::new(200).set_body_json(json!({ "by": "pigeon" }));
    let result = meaning(unknown, "  - { reply: code_required, channel: $.by }\n").await;
    assert!(matches!(result, Err(AskError::Unclear(why)) if why.contains("`pigeon` as `channel`")));
    let result = meaning(answer(), "  - { reply: code_required, channel: $.by }\n").await;
    assert!(matches!(result, Err(AskError::Unclear(why)) if why.contains("it has no `channel`")));
}

#[tokio::test]
async fn tokens_are_listed_with_their_kinds() {
    let body = json!({ "t": [{ "sn": 7, "k": "app" }, { "sn": "8", "k": "desktop" }] });
    let rule = r#"
  - when: { has: $.t }
    reply: tokens
    tokens: { list: "$.t[*]", id: $.sn, kind: { json: $.k, as: { app: mobile } } }
"#;
    let answer = meaning(ResponseTemplate::new(200).set_body_json(body), rule).await;
    let token = |id: &str, kind| BoundToken { id: id.to_owned(), kind };
    let expected = vec![token("7", TokenKind::Mobile), token("8", TokenKind::Desktop)];
    assert_eq!(answer.expect("an answer").reply, Reply::Tokens(expected));
}

#[tokio::test]
async fn too_slow_too_large_and_not_there_are_told_apart() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    Mock::given(path("/slow")).respond_with(slow).mount(&server).await;
    let large = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 1024 * 1024 + 1]);
    Mock::given(path("/large")).respond_with(large).mount(&server).await;
    let map = r"
timeout: 300ms
operations:
  probe: { requests: [request: GET /slow] }
  cancel: { requests: [request: GET /large] }
replies: [{ reply: done }]
";
    let connection = connect(&server, map).await;
    let slow = try_ask(&connection, "main", Operation::Probe).await;
    assert_eq!(slow, Err(AskError::TimedOut(Duration::from_millis(300))));
    let large = try_ask(&connection, "main", Operation::Cancel).await;
    assert!(matches!(large, Err(AskError::Unclear(why)) if why.contains("1048576 bytes")));
    let text = format!("map: 1\nname: Acme\nbase: http://127.0.0.1:1\n{map}");
    let host = MapHost::load(&text, "acme.yaml", None).await.expect("the map loads");
    let connection = host.connect(&stage()).await.expect("a connection");
    let gone = try_ask(&connection, "main", Operation::Probe).await;
    assert!(matches!(gone, Err(AskError::Unreachable(_))), "{gone:?}");
}

#[tokio::test]
async fn what_is_asked_for_is_said_in_the_words_of_the_server() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_string("mail is device 7");
    Mock::given(method("GET")).respond_with(page).mount(&server).await;
    for (where_to, body) in [("/begin", "kind=generator"), ("/send", "to=device-7")] {
        Mock::given(path(where_to))
            .and(body_string(body))
            .respond_with(ResponseTemplate::new(200))
            .expect(1)
            .mount(&server)
            .await;
    }
    let map = r"
operations:
  begin_enrolment:
    words: { token: { authenticator: generator } }
    requests: [{ request: POST /begin, form: { kind: $token } }]
  choose_channel:
    words: { channel: { email: device-$mail } }
    requests:
      - { request: GET /page, capture: { mail: { regex: 'device (\d)' } } }
      - { request: POST /send, form: { to: $channel } }
replies: [{ when: { status: 200 }, reply: done }]
";
    let connection = connect(&server, map).await;
    let begin = |token| Operation::BeginEnrolment { token };
    let choose = |channel| Operation::ChooseChannel { channel };
    let reply = async |operation| ask(&connection, "main", operation).await.reply;
    let lacking = |feature: &str| Reply::Unsupported { feature: feature.to_owned() };
    assert_eq!(reply(begin(TokenKind::Authenticator)).await, Reply::Done);
    assert_eq!(reply(begin(TokenKind::Mobile)).await, lacking("begin_enrolment mobile"));
    assert_eq!(reply(choose(Channel::Email)).await, Reply::Done);
    assert_eq!(reply(choose(Channel::Sms)).await, lacking("choose_channel sms"));
}

#[tokio::test]
async fn an_operation_that_the_map_lacks_is_unsupported() {
    let server = MockServer::start().await;
    let connection = connect(&server, "operations: {}").await;
    let answer = ask(&connection, "main", Operation::ResendCode).await;
    assert_eq!(answer.reply, Reply::Unsupported { feature: "resend_code".to_owned() });
}

/// What becomes of a code written `writing` at a server that takes only `body`.
async fn listed(writing: Writing, request: &str, body: &str) -> Reply {
    let server = MockServer::start().await;
    let taken = Mock::given(body_string(body)).respond_with(ResponseTemplate::new(200));
    taken.mount(&server).await;
    let map = format!(
        "operations: {{ submit_code: {{ requests: [{{ request: POST /otp, {request} }}] }} }}\n\
         replies:\n  - {{ when: {{ status: 200 }}, reply: done }}\n  \
         - {{ when: {{ status: 404 }}, reply: rejected, class: malformed }}"
    );
    let operation = Operation::SubmitCode { code: writing.of(&"191".into()) };
    ask(&connect(&server, &map).await, "main", operation).await.reply
}

#[tokio::test]
async fn a_list_is_sent_as_an_array_or_as_a_field_for_each_item_and_never_as_a_text() {
    let json = "json: { otp: $code }";
    assert_eq!(listed(Writing::Among, json, r#"{"otp":["202","191","313"]}"#).await, Reply::Done);
    assert_eq!(listed(Writing::Listed, json, r#"{"otp":["191"]}"#).await, Reply::Done);
    let form = "form: { otp: $code }";
    assert_eq!(listed(Writing::Among, form, "otp=202&otp=191&otp=313").await, Reply::Done);
    let unsupported = Reply::Unsupported { feature: "submit_code with a list".to_owned() };
    // A field that comes once is no list.
    assert_eq!(listed(Writing::Listed, form, "otp=191").await, unsupported);
    for within in
        [r#"json: { otp: "+$code" }"#, r#"form: { otp: "+$code" }"#, "headers: { otp: $code }"]
    {
        assert_eq!(listed(Writing::Among, within, "").await, unsupported, "{within}");
    }
}

#[tokio::test]
async fn a_person_without_a_mobile_is_provisioned_without_the_field() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let map = r"
operations:
  provision:
    requests:
      - request: POST /people
        json: { login: $user, phones: [$mobile], mobile: $mobile, via: $smtp_port }
replies: [{ reply: done }]
";
    let connection = connect(&server, map).await;
    let bob = Persona::invent("bob", MobileOnFile::NotGiven, 4, &mut Chance::seeded(9, "bob"));
    let login = bob.user.clone();
    ask(&connection, "main", Operation::Provision(Box::new(bob))).await;
    let requests = server.received_requests().await.expect("recorded");
    let sent: serde_json::Value = requests[0].body_json().expect("JSON");
    assert_eq!(sent, json!({ "login": login, "phones": [null], "via": 2525 }));
}

/// The smallest bytes that are recognised as a PNG picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n----";

#[tokio::test]
async fn a_qr_code_is_found_in_every_form_that_servers_use() {
    let server = MockServer::start().await;
    Mock::given(path("/qr.png"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(PNG))
        .mount(&server)
        .await;
    let svg = r#"<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>"#;
    let png = Picture { media: MediaType::Png, bytes: PNG.to_vec() };
    let drawn = Picture { media: MediaType::Svg, bytes: svg.as_bytes().to_vec() };
    let base64 = data_encoding::BASE64.encode(PNG);
    for (written, expected) in [
        (png.to_data_uri(), &png),
        (base64, &png),
        (format!("{}/qr.png", server.uri()), &png),
        ("../qr.png".to_owned(), &png),
        (svg.to_owned(), &drawn),
    ] {
        let page = ResponseTemplate::new(200).set_body_json(json!({ "qr": written }));
        let shown = Mock::given(path("/mfa/new")).respond_with(page).mount_as_scoped(&server).await;
        let map = "operations: { probe: { requests: [request: GET /mfa/new] } }\nreplies:\n  - { reply: activation, qr: $.qr, expires_in: 600 }\n";
        let answer = ask(&connect(&server, map).await, "main", Operation::Probe).await;
        let Reply::Activation(activation) = answer.reply else { panic!("{:?}", answer.reply) };
        assert_eq!(activation.qr.as_ref(), Some(expected), "{written}");
        assert_eq!(activation.expires_in, Some(Duration::from_mins(10)));
        drop(shown);
    }
}

#[tokio::test]
async fn a_qr_code_at_another_server_is_not_fetched() {
    let page = json!({ "qr": "http://127.0.0.2:9/qr.png" });
    let page = ResponseTemplate::new(200).set_body_json(page);
    let result = meaning(page, "  - { reply: activation, qr: $.qr }\n").await;
    assert!(matches!(result, Err(AskError::Unclear(why)) if why.contains("another server")));
}

#[tokio::test]
async fn a_virtual_clock_starts_where_the_server_says() {
    let server = MockServer::start().await;
    Mock::given(path("/clock"))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({ "now": "2031-05-06T07:08:09Z" })),
        )
        .mount(&server)
        .await;
    let text = "
map: 1
name: Acme
base: http://unused.test
clock: { mode: shared_virtual, now: { request: GET /clock, capture: $.now } }
operations: { advance_clock: { requests: [{ request: POST /clock, json: { by: $seconds } }] } }
";
    let host = MapHost::load(text, "acme.yaml", Some(&server.uri())).await.expect("loads");
    assert_eq!(host.about().clock, ClockMode::SharedVirtual);
    assert_eq!(host.clock().now().to_string(), "2031-05-06T07:08:09.000Z");
    host.clock().advance(Duration::from_secs(1));
    assert_eq!(host.clock().now().to_string(), "2031-05-06T07:08:10.000Z");
    server.reset().await;
    let silent = MapHost::load(text, "acme.yaml", Some(&server.uri())).await.err();
    assert!(matches!(silent, Some(NotReachable::Silent(why)) if why.contains("404")));
}

/// Answers like the reference does, with the request's `code` or path in it.
struct Uniform;

impl Respond for Uniform {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        match request.url.path() {
            "/api/clock" => {
                ResponseTemplate::new(200).set_body_json(json!({ "now": "2030-01-01T00:00:00Z" }))
            }
            "/api/sign_in" => ResponseTemplate::new(200).set_body_json(json!({
                "state": "code_required", "channel": "sms", "destination": "+••42",
                "alternatives": ["email"]
            })),
            "/api/submit_code" => ResponseTemplate::new(401)
                .set_body_json(json!({ "error": "code.invalid", "retry_after": 30 })),
            _ => ResponseTemplate::new(501)
                .set_body_json(json!({ "error": "unsupported", "feature": "that" })),
        }
    }
}

#[tokio::test]
async fn the_map_of_the_reference_understands_its_answers() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Uniform).mount(&server).await;
    let text = fs::read_to_string(root().join("adapters/reference.yaml")).expect("the map");
    let host = MapHost::load(&text, "reference.yaml", Some(&server.uri())).await;
    let host = host.unwrap_or_else(|error| panic!("the map loads:\n{error}"));
    let connection = host.connect(&stage()).await.expect("a connection");
    let answer = ask(&connection, "main", sign_in()).await;
    let expected = Reply::CodeRequired {
        channel: Channel::Sms,
        destination: Some("+••42".to_owned()),
        alternatives: vec![Channel::Email],
    };
    assert_eq!(answer.reply, expected);
    let refused = Rejection {
        class: RejectionClass::CodeInvalid,
        retry_after: Some(Duration::from_secs(30)),
    };
    assert_eq!(ask(&connection, "main", submit("1")).await.reply, Reply::Rejected(refused));
    let answer = ask(&connection, "main", Operation::Cancel).await;
    assert_eq!(answer.reply, Reply::Unsupported { feature: "that".to_owned() });
}

#[tokio::test]
async fn a_device_reaches_the_hosts_of_the_table_only() {
    let server = MockServer::start().await;
    Mock::given(path("/igst/activate"))
        .and(body_json(json!({ "sn": "1" })))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "ok": true })))
        .mount(&server)
        .await;
    let base = format!("{}/igst", server.uri()).parse().expect("a URL");
    let wire = Wire::new(BTreeMap::from([("id.test".to_owned(), base)])).expect("a network");
    let reply = wire.post("id.test/activate", &json!({ "sn": "1" })).await.expect("a reply");
    assert_eq!((reply.status, reply.body), (201, json!({ "ok": true })));
    let missing = wire.get("id.test/nothing").await.expect("a reply");
    assert_eq!((missing.status, missing.body), (404, json!(null)));
    let refused = wire.get("elsewhere.test/activate").await.expect_err("no network");
    assert_eq!(refused.address, "elsewhere.test/activate");
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares `actual` with the file, or writes it where `UPDATE_GOLDEN` is set.
#[allow(clippy::disallowed_methods, reason = "a test's own switch to rewrite its golden files")]
pub(crate) fn assert_golden(file: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(file, actual).expect("the golden file is written");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(actual, expected, "{}", file.display());
}

#[test]
fn every_mistake_in_a_map_is_shown_with_its_place_and_remedy() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("fixtures/maps")).expect("the folder") {
        let file = entry.expect("an entry").path();
        if file.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a map");
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let error = map::check(&text, name).expect_err(name);
        assert_golden(&file.with_extension("txt"), &format!("{error}\n"));
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} broken maps");
}

#[test]
fn the_schema_of_map_files_knows_every_operation() {
    let schema = serde_json::to_string(&map::schema()).expect("JSON");
    for word in ["\"sign_in\"", "\"revoke_token\"", "\"delivered_within\"", "\"as\""] {
        assert!(schema.contains(word), "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_map_reader_panic(text in "\\PC*") {
        let _ = map::check(&text, "any.yaml");
    }

    #[test]
    fn no_damage_to_a_good_map_makes_the_reader_panic(
        at in 0_usize..3000,
        cut in 0_usize..40,
        put in "[\\[\\]{}:$&*!\"'\\\\ \n\té#|>-]{0,6}",
    ) {
        let good = include_str!("../../adapters/reference.yaml");
        let start = good.floor_char_boundary(at.min(good.len()));
        let end = good.floor_char_boundary((start + cut).min(good.len()));
        let text = format!("{}{put}{}", &good[..start], &good[end..]);
        let _ = map::check(&text, "any.yaml");
    }
}
