//! Pages of all kinds, and what a person can and cannot do there.

use crate::adapters::{ask, sign_in, stage, submit, try_ask};
use fobwatch::adapters::browser::BrowserHost;
use fobwatch::adapters::{BrowserSettings, Connection, Host, NotReachable};
use fobwatch::domain::{Operation, Picture, Rejection, RejectionClass, Reply};
use fobwatch::subject::AskError;
use std::path::Path;
use std::time::Duration;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn html(body: &str) -> ResponseTemplate {
    let page = format!("<!doctype html><title>Acme</title><body>{body}</body>");
    ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8")
}

async fn page_at(server: &MockServer, at: &str, body: &str) {
    Mock::given(method("GET")).and(path(at)).respond_with(html(body)).mount(server).await;
}

async fn load(server: &MockServer, body: &str, settings: &BrowserSettings) -> BrowserHost {
    let base = server.uri();
    let text = format!("browser: 1\nname: Acme\nbase: {base}\ntimeout: 5s\n{body}");
    let host = BrowserHost::load(&text, "acme.yaml", None, settings).await;
    host.unwrap_or_else(|error| panic!("it loads:\n{error}"))
}

/// Asks `operation` where the page at `/` has `body` and the file `operations`.
async fn at_page(body: &str, operations: &str, operation: Operation) -> Result<Reply, AskError> {
    let server = MockServer::start().await;
    page_at(&server, "/", body).await;
    Mock::given(method("POST")).respond_with(html("<h1>Sent</h1>")).mount(&server).await;
    let file = format!(
        "operations:\n{operations}\nreplies: [{{ when: {{ text: Sent }}, reply: done }}, {{ reply: signed_out }}]\n"
    );
    let host = load(&server, &file, &BrowserSettings::default()).await;
    let connection = host.connect(&stage()).await.expect("a connection");
    let answer = try_ask(&connection, "main", operation).await;
    drop(connection);
    host.close().await;
    answer.map(|answer| answer.reply)
}

const SUBMIT: &str = "  submit_code: { steps: [open: /, { fill: PIN, with: $code }, press: Send] }";

fn form(field: &str) -> String {
    format!("<form method=post><label for=p>PIN</label>{field}<button>Send</button></form>")
}

fn unsupported(feature: &str) -> Reply {
    Reply::Unsupported { feature: feature.to_owned() }
}

#[tokio::test]
async fn what_is_typed_goes_as_it_is_or_not_at_all() {
    let plain = form("<input id=p name=p value=old>");
    let long = "1".repeat(40);
    for (body, typed, expected) in [
        (plain.as_str(), "12 34", Reply::Done),
        (&plain, "", Reply::Done),
        (&plain, "１２é", Reply::Done),
        (&plain, "12\0", unsupported("way to type a control character for submit_code")),
        (&plain, "12\n", unsupported("way to type a control character for submit_code")),
        (
            &form("<input id=p name=p maxlength=16>"),
            &long,
            unsupported("way to submit_code so: it takes at most 16 characters"),
        ),
        (
            &form("<input id=p type=number>"),
            "12x",
            unsupported("field for submit_code that takes this text as it is"),
        ),
        (
            &form("<input id=p required>"),
            "",
            unsupported(
                "way to submit_code so: the browser sends no form in which “PIN” is so: \
                 Please fill out this field.",
            ),
        ),
        (&form("<input id=p disabled>"), "1", unsupported("way to submit_code so: it is disabled")),
    ] {
        assert_eq!(at_page(body, SUBMIT, submit(typed)).await, Ok(expected), "{body} {typed:?}");
    }
}

#[tokio::test]
async fn an_element_is_found_as_a_person_describes_it() {
    let body = "<nav><a href=/other>Send</a></nav><main><form method=post>\
        <label>Accept the rules <input type=checkbox name=rules required></label>\
        <label for=k>Kind</label><select id=k name=kind><option value=a>An app<option value=b>A box</select>\
        <button aria-label='Send it'>→</button><button hidden>Send it</button></form></main>";
    let steps = |press: &str| {
        format!(
            "  probe: {{ steps: [open: /, tick: Accept the rules, {{ choose: Kind, option: A box }}, {press}] }}"
        )
    };
    for press in [
        "press: Send it",
        "press: { role: button, name: Send it }",
        "press: { css: 'main button' }",
        "press: { text: → }",
        "press: { name: Send it, within: main }",
    ] {
        let reply = at_page(body, &steps(press), Operation::Probe).await;
        assert_eq!(reply, Ok(Reply::Done), "{press}");
    }
    for (press, why) in [
        (
            "press: Go",
            "step 4 of probe (press name `Go`): no visible element of the page fits; \
             there are “Send”, “Send it”",
        ),
        (
            "press: { css: 'main label' }",
            "step 4 of probe (press css `main label`): 2 visible elements of the page fit; \
             tell them apart with `within`",
        ),
    ] {
        let reply = at_page(body, &steps(press), Operation::Probe).await;
        assert_eq!(reply, Err(AskError::Adapter(why.to_owned())), "{press}");
    }
}

#[tokio::test]
async fn a_step_waits_for_what_scripts_bring_and_only_so_long() {
    let body = "<p id=state>Please wait</p><script>setTimeout(() => { \
        document.body.innerHTML = '<button>Send</button>'; \
        document.querySelector('button').onclick = () => setTimeout(() => { \
        document.body.innerHTML = '<h1>Sent</h1>' }, 200) }, 200)</script>";
    let steps = "  probe: { steps: [open: /, press: Send, wait: { text: Sent }] }";
    assert_eq!(at_page(body, steps, Operation::Probe).await, Ok(Reply::Done));
    let still = "  probe: { steps: [open: /, wait: { text: Never }] }";
    let reply = at_page("<p>Here</p>", still, Operation::Probe).await;
    let why = "step 2 of probe (wait): the page does not show it";
    assert!(matches!(&reply, Err(AskError::Adapter(told)) if told.starts_with(why)), "{reply:?}");
}

#[tokio::test]
async fn sessions_have_cookies_of_their_own_and_requests_carry_them() {
    let server = MockServer::start().await;
    let set = |request: &Request| {
        let user = request.url.query().unwrap_or_default().to_owned();
        html("<h1>Sent</h1>").insert_header("set-cookie", format!("who={user}; Path=/; HttpOnly"))
    };
    Mock::given(path("/in")).respond_with(set).mount(&server).await;
    for user in ["ada", "bob"] {
        Mock::given(path("/tokens"))
            .and(header("cookie", format!("who={user}")))
            .respond_with(ResponseTemplate::new(401).set_body_string(user))
            .mount(&server)
            .await;
    }
    let file = "operations:
  sign_in: { steps: [open: /in?$user], replies: [{ when: { text: Sent }, reply: done }] }
  list_tokens: { requests: [request: GET /tokens] }
replies:
  - { when: { status: 401, body: ^ada$ }, reply: rejected, class: locked }
  - { when: { status: 401, body: ^bob$ }, reply: rejected, class: code.spent }
";
    let host = load(&server, file, &BrowserSettings::default()).await;
    let connection = host.connect(&stage()).await.expect("a connection");
    let bob = Operation::SignIn { user: "bob".to_owned(), password: "p".into() };
    ask(&connection, "main", sign_in()).await;
    ask(&connection, "thief", bob).await;
    for (session, class) in [("main", RejectionClass::Locked), ("thief", RejectionClass::CodeSpent)]
    {
        let refused = Reply::Rejected(Rejection { class, retry_after: None });
        let answer = ask(&connection, session, Operation::ListTokens).await;
        assert_eq!(answer.reply, refused, "{session}");
    }
    drop(connection);
    // The next scenario finds browsers that know nothing.
    let connection = host.connect(&stage()).await.expect("a connection");
    ask(&connection, "main", sign_in()).await;
    let requests = server.received_requests().await.expect("recorded");
    let visits = requests.iter().filter(|request| request.url.path() == "/in");
    assert!(visits.into_iter().all(|visit| !visit.headers.contains_key("cookie")));
    drop(connection);
    host.close().await;
}

#[tokio::test]
async fn a_qr_code_without_a_margin_is_seen_as_a_camera_sees_it() {
    let code = qrcode::QrCode::new("otpauth://totp/Acme:ada?secret=GEZDGNBVGY3TQOJQ");
    let code = code.expect("a code");
    let mut drawing = code.render::<qrcode::render::svg::Color<'_>>();
    let drawn = drawing.quiet_zone(false).module_dimensions(5, 5).build();
    let drawn = drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg);
    let body = format!(
        "<style>body {{ background: black }} #qr {{ margin-left: 30px }} b {{ color: white }}</style>\
         <div id=qr style='width: max-content; line-height: 0'>{drawn}</div><b>pa55</b>"
    );
    let file = "  probe:
    steps: [open: /]
    replies: [{ reply: activation, qr: { css: '#qr', screenshot: true }, password: { css: b } }]";
    let reply = at_page(&body, file, Operation::Probe).await;
    let Ok(Reply::Activation(activation)) = reply else { panic!("{reply:?}") };
    let seen = activation.qr.expect("a picture");
    let read = fobwatch::tokens::camera::read(&seen).expect("it decodes");
    assert!(read.starts_with("otpauth://totp/Acme:ada"), "{read}");
    assert_eq!(activation.password.map(|word| word.reveal().to_owned()).as_deref(), Some("pa55"));
}

async fn traced(server: &MockServer, folder: &Path) -> (BrowserHost, Connection) {
    let traces = Some(folder.to_owned());
    let settings = BrowserSettings { traces, ..BrowserSettings::default() };
    let host = load(server, &format!("operations:\n{SUBMIT}\n"), &settings).await;
    let connection = host.connect(&stage()).await.expect("a connection");
    (host, connection)
}

#[tokio::test]
async fn a_page_that_has_changed_is_the_adapters_trouble_and_there_is_a_picture() {
    let server = MockServer::start().await;
    page_at(&server, "/", &form("<input id=p>").replace("PIN", "Your PIN")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (host, connection) = traced(&server, folder.path()).await;
    let answer = try_ask(&connection, "main", submit("1")).await;
    let why = "step 2 of submit_code (fill label `PIN`): no visible element of the page fits; \
        there are “Your PIN”";
    assert_eq!(answer, Err(AskError::Adapter(why.to_owned())));
    assert_eq!(fs_count(folder.path()), 0, "nothing is written before it is wanted");
    let place = connection.subject.keep_traces().expect("there are some");
    let name = Path::new(&place).join("01-main-submit_code");
    let png = std::fs::read(name.with_extension("png")).expect("a picture");
    assert!(Picture::from_bytes(png).is_ok());
    let source = std::fs::read_to_string(name.with_extension("html")).expect("a page");
    assert!(source.contains("Your PIN"), "{source}");
    drop(connection);
    host.close().await;
}

fn fs_count(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

#[tokio::test]
async fn a_server_that_is_gone_and_a_page_that_takes_too_long_are_told_apart() {
    // Not of the pool: there a dropped server still answers.
    let server = MockServer::builder().start().await;
    let slow = html("<h1>Sent</h1>").set_delay(Duration::from_mins(1));
    Mock::given(path("/slow")).respond_with(slow).mount(&server).await;
    let file = "operations: { probe: { steps: [open: /slow] } }\nreplies: [reply: done]\n";
    let base = server.uri();
    let text = format!("browser: 1\nname: Acme\nbase: {base}\ntimeout: 500ms\n{file}");
    let host = BrowserHost::load(&text, "a.yaml", None, &BrowserSettings::default()).await;
    let host = host.unwrap_or_else(|error| panic!("{error}"));
    let connection = host.connect(&stage()).await.expect("a connection");
    let slow = try_ask(&connection, "main", Operation::Probe).await;
    assert_eq!(slow, Err(AskError::TimedOut(Duration::from_millis(500))));
    drop(server);
    let gone = try_ask(&connection, "other", Operation::Probe).await;
    assert!(matches!(gone, Err(AskError::Unreachable(_) | AskError::TimedOut(_))), "{gone:?}");
    drop(connection);
    host.close().await;
}

#[tokio::test]
async fn without_a_browser_it_is_said_what_to_install() {
    for (settings, what) in [
        (
            BrowserSettings {
                chromedriver: Some("/nowhere/chromedriver".to_owned()),
                ..BrowserSettings::default()
            },
            "cannot run `/nowhere/chromedriver`",
        ),
        (
            BrowserSettings {
                chromium: Some("/nowhere/chromium".to_owned()),
                ..BrowserSettings::default()
            },
            "Chromium does not start",
        ),
    ] {
        let text = "browser: 1\nname: Acme\nbase: http://127.0.0.1:9\noperations: {}\n";
        let loaded = BrowserHost::load(text, "acme.yaml", None, &settings).await.err();
        let Some(NotReachable::NoBrowser(why)) = loaded else { panic!("{loaded:?}") };
        assert!(why.contains(what) && why.contains("chromium-driver"), "{why}");
    }
}

#[tokio::test]
async fn a_page_cannot_make_the_browser_talk_to_the_world() {
    let body = "<img src=http://tracker.test/x.png onerror=\"document.title='kept in'\">";
    let steps = "  probe: { steps: [open: /, wait: { css: 'title' }] }";
    assert_eq!(at_page(body, steps, Operation::Probe).await, Ok(Reply::SignedOut));
    let away = "<form action=http://elsewhere.test/><button>Send</button></form>";
    let steps = "  probe: { steps: [open: /, press: Send] }";
    let reply = at_page(away, steps, Operation::Probe).await;
    assert!(matches!(reply, Err(AskError::Unreachable(_))), "{reply:?}");
}
