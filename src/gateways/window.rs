//! A window on what has arrived, for test suites that cannot hold a phone: received messages as
//! JSON, over the listener of the HTTP dialects. It is closed unless somebody asks for it.

use super::extract;
use super::inbox::{Arrival, Inbox};
use super::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// Whether the window is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// Nobody sees the messages from outside.
    #[default]
    Closed,
    /// Whoever reaches the listener sees them.
    Open,
}

/// The path below which nothing is a provider's; no provider has it.
pub const PATH: &str = "/fobwatch";

/// The most messages in one answer, the newest: a suite asks for those of one person.
const MOST: usize = 200;

/// The answer to `GET /fobwatch/messages?to=ADDRESS&after=SERIAL`: an array, oldest first, of
/// messages for which no scenario has opened a box. Both parameters may be left out.
#[must_use]
pub fn look(request: &HttpRequest, inbox: &Inbox) -> HttpResponse {
    if request.path != format!("{PATH}/messages") {
        return answer(404, &json!({ "error": format!("here is only {PATH}/messages") }));
    }
    if request.method != "GET" {
        return answer(405, &json!({ "error": "messages can be read, by GET, and nothing else" }));
    }
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(&request.query).unwrap_or_default();
    let field = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let after: u64 = field("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let wanted = field("to").map(|to| plus_kept(to));
    let mut found: Vec<Value> = inbox
        .strays()
        .iter()
        .rev()
        .filter(|arrival| arrival.serial > after)
        .filter(|arrival| wanted.as_ref().is_none_or(|to| arrival.message.to.to_string() == *to))
        .take(MOST)
        .map(shown)
        .collect();
    found.reverse();
    answer(200, &Value::Array(found))
}

/// A number as it was meant: in a query `+` is a space, and few people remember.
fn plus_kept(to: &str) -> String {
    match to.strip_prefix(' ') {
        Some(number) => format!("+{number}"),
        None => to.to_owned(),
    }
}

fn shown(arrival: &Arrival) -> Value {
    let message = &arrival.message;
    json!({
        "serial": arrival.serial,
        "at": arrival.at,
        "channel": message.channel(),
        "to": message.to.to_string(),
        "from": message.from,
        "subject": message.subject,
        "text": message.text,
        "code": extract::find_code(message).chosen.map(|found| found.code),
    })
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ];
    HttpResponse { status, headers, body: body.to_string().into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::domain::{Message, Moment, PhoneNumber, Recipient, VirtualClock};
    use crate::gateways::HttpRequest;
    use crate::gateways::inbox::Inbox;
    use serde_json::Value;
    use std::sync::Arc;

    fn inbox() -> Arc<Inbox> {
        let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
        for (ordinal, text) in [(1, "Your code is 482913"), (2, "hello"), (1, "Code: 111222")] {
            let to = Recipient::Phone(PhoneNumber::fictional(ordinal));
            let (from, text) = ("Example".to_owned(), text.to_owned());
            let message =
                Message { to, from, subject: None, text, html: None, headers: Vec::new() };
            inbox.deliver(message).expect("it is taken");
        }
        inbox
    }

    fn asked(method: &str, path: &str, query: &str) -> (u16, Value) {
        let request = HttpRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let response = look(&request, &inbox());
        (response.status, serde_json::from_slice(&response.body).expect("JSON"))
    }

    fn codes(query: &str) -> Vec<Value> {
        let (status, body) = asked("GET", "/fobwatch/messages", query);
        assert_eq!(status, 200);
        body.as_array().expect("an array").iter().map(|one| one["code"].clone()).collect()
    }

    #[test]
    fn messages_of_one_person_are_seen_with_their_codes() {
        let number = PhoneNumber::fictional(1).to_string();
        assert_eq!(codes(&format!("to={number}")), ["482913", "111222"]);
        let escaped = number.replace('+', "%2B");
        assert_eq!(codes(&format!("to={escaped}&after=1")), ["111222"]);
        assert_eq!(codes("").len(), 3);
        assert!(codes("to=nobody@mail.test").is_empty());
    }

    #[test]
    fn nothing_can_be_done_but_look() {
        assert_eq!(asked("POST", "/fobwatch/messages", "").0, 405);
        assert_eq!(asked("GET", "/fobwatch", "").0, 404);
    }
}
