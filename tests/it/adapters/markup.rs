//! Values on pages and in XML, and operations that take their own time.

use super::{ask, connect, meaning, sign_in, submit, try_ask};
use fobwatch::domain::{Assurance, Channel, Operation, Reply};
use fobwatch::subject::AskError;
use std::time::Duration;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn page(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "text/html")
}

fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/xml")
}

#[tokio::test]
async fn a_hidden_field_found_by_css_selector_goes_into_the_next_form() {
    let server = MockServer::start().await;
    let form =
        "<form><input name=csrf value='a&amp;b'><p class=to> to  <b>+44 ••23</b>\n</p></form>";
    Mock::given(method("GET")).and(path("/login")).respond_with(page(form)).mount(&server).await;
    Mock::given(method("POST"))
        .and(body_string("csrf=a%26b&user=ada"))
        .respond_with(page(form))
        .expect(1)
        .mount(&server)
        .await;
    let connection = connect(
        &server,
        r"
operations:
  sign_in:
    requests:
      - request: GET /login
        capture: { csrf: { css: 'input[name=csrf]', attr: value } }
      - request: POST /login
        form: { csrf: $csrf, user: $user }
    replies:
      - when: { css: .error }
        reply: rejected
      - when: { css: form p.to }
        reply: code_required
        channel: sms
        destination: { css: p.to, regex: 'to (.*)' }
",
    )
    .await;
    let answer = ask(&connection, "main", sign_in()).await;
    let expected = Reply::CodeRequired {
        channel: Channel::Sms,
        destination: Some("+44 ••23".to_owned()),
        alternatives: Vec::new(),
    };
    assert_eq!(answer.reply, expected);
}

#[tokio::test]
async fn xml_is_sent_with_escaped_values_and_read_by_ways() {
    let server = MockServer::start().await;
    let wanted = "<login user=\"ada\"><password>p w</password></login>";
    let answer = "<r:response xmlns:r=\"urn:r\" ok=\"1\"><via>Text</via></r:response>";
    Mock::given(header("content-type", "application/xml"))
        .and(body_string(wanted))
        .respond_with(xml(answer))
        .expect(1)
        .mount(&server)
        .await;
    let escaped = "<code>1&lt;2&amp;</code>";
    Mock::given(header("content-type", "text/xml"))
        .and(body_string(escaped))
        .respond_with(xml("<error/>"))
        .expect(1)
        .mount(&server)
        .await;
    let connection = connect(
        &server,
        r#"
operations:
  sign_in:
    requests:
      - request: POST /soap
        xml: <login user="$user"><password>$password</password></login>
  submit_code:
    requests:
      - request: POST /soap
        headers: { Content-Type: text/xml }
        xml: <code>$code</code>
replies:
  - when: { xml: { /response/@ok: [1, 2] } }
    reply: code_required
    channel: { xml: /response/via, as: { Text: sms } }
  - when: { status: 200 }
    reply: rejected
"#,
    )
    .await;
    let answer = ask(&connection, "main", sign_in()).await;
    assert!(matches!(answer.reply, Reply::CodeRequired { channel: Channel::Sms, .. }));
    let answer = ask(&connection, "main", submit("1<2&")).await;
    assert!(matches!(answer.reply, Reply::Rejected(_)));
}

#[tokio::test]
async fn a_key_uri_in_the_place_of_a_picture_is_drawn() {
    let uri = "otpauth://totp/Acme:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme";
    let body = serde_json::json!({ "uri": uri });
    let replies = "  - reply: activation\n    qr: $.uri\n    link: $.uri\n";
    let answer = ResponseTemplate::new(200).set_body_json(body);
    let answer = meaning(answer, replies).await.expect("a meaning");
    let Reply::Activation(activation) = answer.reply else { panic!("{:?}", answer.reply) };
    let picture = activation.qr.expect("it is drawn");
    assert_eq!(fobwatch::tokens::camera::read(&picture).as_deref(), Ok(uri));
}

#[tokio::test]
async fn a_header_whose_variable_has_no_value_is_left_out() {
    let server = MockServer::start().await;
    let home = ResponseTemplate::new(200);
    Mock::given(header("authorization", "Bearer t-1")).respond_with(home).mount(&server).await;
    let token = serde_json::json!({ "token": "t-1" });
    let token = ResponseTemplate::new(200).set_body_json(token);
    Mock::given(path("/login")).respond_with(token).mount(&server).await;
    let connection = connect(
        &server,
        r"
operations:
  sign_in: { requests: [{ request: POST /login, capture: { bearer: $.token } }] }
  probe: { requests: [{ request: GET /me, headers: { Authorization: Bearer $bearer } }] }
replies:
  - { when: { status: 404 }, reply: signed_out }
  - { reply: signed_in, assurance: two_factor }
",
    )
    .await;
    assert_eq!(ask(&connection, "main", Operation::Probe).await.reply, Reply::SignedOut);
    ask(&connection, "main", sign_in()).await;
    let home = Reply::SignedIn { assurance: Assurance::TwoFactor };
    assert_eq!(ask(&connection, "main", Operation::Probe).await.reply, home);
}

#[tokio::test]
async fn what_is_no_xml_meets_no_condition_on_xml() {
    let replies = "  - when: { xml: { //ok: '' } }\n    reply: done\n  - reply: signed_out\n";
    let answer = meaning(xml("<ok"), replies).await.expect("a meaning");
    assert_eq!(answer.reply, Reply::SignedOut);
    let answer = meaning(xml("<a><ok/></a>"), replies).await.expect("a meaning");
    assert_eq!(answer.reply, Reply::Done);
}

#[tokio::test]
async fn an_operation_may_take_longer_than_others_or_less() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_millis(400));
    Mock::given(path("/slow")).respond_with(slow).mount(&server).await;
    let connection = connect(
        &server,
        r"
timeout: 100ms
operations:
  probe: { timeout: 20s, requests: [request: GET /slow] }
  sign_in: { timeout: 50ms, requests: [request: POST /slow] }
  cancel: { requests: [request: POST /slow] }
replies:
  - reply: signed_in
    assurance: two_factor
",
    )
    .await;
    let answer = ask(&connection, "main", Operation::Probe).await;
    assert_eq!(answer.reply, Reply::SignedIn { assurance: Assurance::TwoFactor });
    let late = |ms| Err(AskError::TimedOut(Duration::from_millis(ms)));
    assert_eq!(try_ask(&connection, "main", sign_in()).await, late(50));
    assert_eq!(try_ask(&connection, "main", Operation::Cancel).await, late(100));
}
