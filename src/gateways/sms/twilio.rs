//! Twilio's Messages API, `POST /2010-04-01/Accounts/{sid}/Messages.json`, as its SDKs speak it.
//!
//! Accepted: `To`, `From` or `MessagingServiceSid`, and `Body` as a form, with HTTP Basic
//! authentication by account sid and token. `StatusCallback` and other fields are accepted and
//! ignored: nothing is called back. Media, content templates and scheduling are not spoken, and
//! messages cannot be fetched again.

use super::segment::Segmentation;
use crate::domain::{Message, Moment, PhoneNumber, Recipient, Secret};
use crate::gateways::fault::Denial;
use crate::gateways::{Account, Dialect, HttpRequest, HttpResponse, Receipt, Refusal};
use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The version in every path.
const VERSION: &str = "2010-04-01";

/// The longest text that is taken, in characters, over all its segments (error 21617).
const BODY_LENGTH_LIMIT: usize = 1600;

/// How many form fields are read; the API knows some thirty.
const FIELD_LIMIT: usize = 100;

/// The dialect.
#[derive(Debug, Clone, Copy)]
pub struct Twilio;

impl Dialect for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn owns(&self, path: &str) -> bool {
        path.strip_prefix('/')
            .and_then(|rest| rest.strip_prefix(VERSION))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn hosts(&self) -> &'static [&'static str] {
        // The last is `api.EDGE.REGION`; the SDKs make these from TWILIO_EDGE and TWILIO_REGION.
        &["api.twilio.com", "api.*.twilio.com", "api.*.*.twilio.com"]
    }

    fn read(&self, request: &HttpRequest, account: &Account) -> Result<Message, Refusal> {
        if !is_authentic(request, account) {
            return Err(Refusal::Unauthenticated);
        }
        if request.path != collection(account) {
            return Err(Refusal::NotFound(request.path.clone()));
        }
        if request.method != "POST" {
            return Err(Refusal::BadMethod(request.method.clone()));
        }
        let form = Form::read(request)?;
        let to = recipient(form.required("To")?)?;
        let from = sender(&form)?;
        let text = body(&form)?;
        Ok(Message { to, from, subject: None, text, html: None, headers: Vec::new() })
    }

    fn answer(&self, account: &Account, outcome: &Result<Receipt, Refusal>) -> HttpResponse {
        match outcome {
            Ok(receipt) => respond(201, &resource(account, receipt)),
            Err(refusal) => {
                let trouble = Trouble::of(refusal);
                let mut response = respond(trouble.status, &trouble.to_json());
                match trouble.status {
                    401 => response
                        .headers
                        .push(("www-authenticate", "Basic realm=\"Twilio API\"".to_owned())),
                    405 => response.headers.push(("allow", "POST".to_owned())),
                    _ => {}
                }
                response
            }
        }
    }
}

fn collection(account: &Account) -> String {
    format!("/{VERSION}/Accounts/{}/Messages.json", account.id)
}

fn is_authentic(request: &HttpRequest, account: &Account) -> bool {
    let credentials = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| BASE64.decode(encoded.trim().as_bytes()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    credentials.as_deref().and_then(|text| text.split_once(':')).is_some_and(|(user, password)| {
        user == account.id && Secret::from(password) == account.token
    })
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(request: &HttpRequest) -> Result<Self, Refusal> {
        let media = request.header("content-type").unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refusal::Malformed(format!(
                "the body is `{essence}`, not application/x-www-form-urlencoded"
            )));
        }
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&request.body)
            .map_err(|error| Refusal::Malformed(error.to_string()))?;
        if fields.len() > FIELD_LIMIT {
            return Err(Refusal::Malformed(format!("more than {FIELD_LIMIT} fields")));
        }
        Ok(Self(fields))
    }

    /// The first value of `name`; an empty one counts as missing.
    fn value(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.value(name).ok_or(Refusal::Missing(name))
    }
}

fn recipient(to: &str) -> Result<Recipient, Refusal> {
    // Shorter numbers are E.164 too, but no subscriber has one.
    const SHORTEST: usize = "+1234567".len();
    let number: Option<PhoneNumber> = to.parse().ok();
    number
        .filter(|number| number.as_str().len() >= SHORTEST)
        .map(Recipient::Phone)
        .ok_or_else(|| Refusal::BadRecipient(to.to_owned()))
}

fn sender(form: &Form) -> Result<String, Refusal> {
    let (from, is_valid): (&str, fn(&str) -> bool) =
        match (form.value("MessagingServiceSid"), form.value("From")) {
            (Some(service), _) => (service, is_messaging_service),
            (None, Some(from)) => (from, is_sender),
            (None, None) => return Err(Refusal::Missing("From")),
        };
    if is_valid(from) { Ok(from.to_owned()) } else { Err(Refusal::BadSender(from.to_owned())) }
}

fn is_messaging_service(sid: &str) -> bool {
    sid.strip_prefix("MG")
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A number, a short code of three to eight digits, or an alphanumeric sender id: up to eleven
/// letters, digits and a few signs, with at least one letter.
fn is_sender(from: &str) -> bool {
    let is_number = from.parse::<PhoneNumber>().is_ok();
    let is_short_code =
        (3..=8).contains(&from.len()) && from.bytes().all(|byte| byte.is_ascii_digit());
    let is_named = from.len() <= 11
        && from.bytes().any(|byte| byte.is_ascii_alphabetic())
        && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" +-_&".contains(&byte));
    is_number || is_short_code || is_named
}

fn body(form: &Form) -> Result<String, Refusal> {
    let text = form.required("Body")?;
    let length = text.chars().count();
    if length > BODY_LENGTH_LIMIT {
        return Err(Refusal::TooLong { length, limit: BODY_LENGTH_LIMIT });
    }
    Ok(text.to_owned())
}

/// The message resource as the API shows one that was just created.
fn resource(account: &Account, receipt: &Receipt) -> Value {
    let message = &receipt.message;
    let sid = format!("SM{:032x}", receipt.serial);
    let uri = format!("/{VERSION}/Accounts/{}/Messages/{sid}", account.id);
    let date = rfc_2822(receipt.at);
    // With a messaging service the sender is chosen later, and the first status is another one.
    let by_service = is_messaging_service(&message.from);
    json!({
        "account_sid": account.id,
        "api_version": VERSION,
        "body": message.text,
        "date_created": date,
        "date_sent": null,
        "date_updated": date,
        "direction": "outbound-api",
        "error_code": null,
        "error_message": null,
        "from": (!by_service).then_some(&message.from),
        "messaging_service_sid": by_service.then_some(&message.from),
        "num_media": "0",
        "num_segments": Segmentation::of(&message.text).segments.to_string(),
        "price": null,
        "price_unit": "USD",
        "sid": sid,
        "status": if by_service { "accepted" } else { "queued" },
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": message.to.to_string(),
        "uri": format!("{uri}.json"),
    })
}

/// RFC 2822 §3.3 with the zone as digits: `Tue, 01 Jan 2030 00:00:00 +0000`.
fn rfc_2822(at: Moment) -> String {
    let timestamp = Timestamp::from_millisecond(at.unix_ms()).unwrap_or_default();
    timestamp.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// An error as the API tells it: the HTTP status, its own code, and a sentence.
struct Trouble {
    status: u16,
    code: u32,
    message: String,
}

impl Trouble {
    fn of(refusal: &Refusal) -> Self {
        let (status, code, message) = match refusal {
            Refusal::Unauthenticated => (401, 20003, "Authenticate".to_owned()),
            Refusal::NotFound(path) => {
                (404, 20404, format!("The requested resource {path} was not found"))
            }
            Refusal::BadMethod(method) => (405, 20004, format!("Method {method} not allowed")),
            Refusal::Missing("To") => (400, 21604, "A 'To' phone number is required.".to_owned()),
            Refusal::Missing("From") => {
                (400, 21603, "A 'From' or 'MessagingServiceSid' parameter is required.".to_owned())
            }
            Refusal::Missing("Body") => (400, 21602, "Message body is required.".to_owned()),
            Refusal::Missing(field) => (400, 20001, format!("Parameter '{field}' is required.")),
            Refusal::BadRecipient(to) => {
                (400, 21211, format!("The 'To' number {to} is not a valid phone number."))
            }
            Refusal::NotReserved(to) => (
                400,
                21608,
                format!(
                    "The number {to} is unverified: this gateway takes only numbers reserved \
                     for fiction."
                ),
            ),
            Refusal::BadSender(from) => (
                400,
                21212,
                format!("The 'From' number {from} is not a valid phone number or sender."),
            ),
            Refusal::TooLong { limit, .. } => (
                400,
                21617,
                format!("The concatenated message body exceeds the {limit} character limit."),
            ),
            Refusal::Malformed(why) => (400, 20001, format!("The request is malformed: {why}")),
            Refusal::Ordered(denial) => return Self::ordered(*denial),
            Refusal::Full => (429, 20429, "Too Many Requests".to_owned()),
        };
        Self { status, code, message }
    }

    /// The error that a scenario wants.
    fn ordered(denial: Denial) -> Self {
        let code = match denial {
            Denial::Unreachable => 21612,
            Denial::Blocked => 21610,
            Denial::RateLimited => 20429,
            Denial::Code(code) => code,
        };
        let status = match code {
            20003 => 401,
            20404 => 404,
            20429 | 30001 => 429,
            20500 => 500,
            20503 => 503,
            _ => 400,
        };
        let message = match code {
            21610 => "The recipient has unsubscribed from messages of this sender.",
            21612 => "The 'To' phone number cannot be reached by SMS now.",
            20429 => "Too Many Requests",
            _ => "The message was refused, as the scenario wants.",
        };
        Self { status, code, message: message.to_owned() }
    }

    fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        })
    }
}

fn respond(status: u16, body: &Value) -> HttpResponse {
    let headers = vec![("content-type", "application/json;charset=utf-8".to_owned())];
    HttpResponse { status, headers, body: body.to_string().into_bytes() }
}
