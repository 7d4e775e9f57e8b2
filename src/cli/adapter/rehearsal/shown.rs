//! How a rehearsal looks on the screen.

use crate::adapters::map::Seen;
use crate::domain::{Activation, Message, Reply};
use crate::gateways::extract::Candidate;
use std::fmt::Display;
use std::fmt::Write;

/// More of a body than this hides what stands around it.
const MAX_SHOWN_BYTES: usize = 4 * 1024;

pub(super) fn seen(seen: &Seen) -> String {
    match seen {
        Seen::Sent { request, headers, body } => {
            let body = body.as_deref().unwrap_or_default();
            format!("{}{}", head('>', request, headers), quoted('>', body))
        }
        Seen::Came { status, headers, body } => {
            format!("{}{}", head('<', &status.to_string(), headers), quoted('<', body))
        }
        Seen::Captured { name, value: Some(value) } => format!("  captured {name} = {value}\n"),
        Seen::Captured { name, value: None } => format!("  found nothing for {name}\n"),
        Seen::NotSent { place, why } => format!("  not sent: {place}, as {why}\n"),
        Seen::PassedOver { place, why } => format!("  {place} does not fit: {why}\n"),
        Seen::Fits { place, reply } => format!("  {place} fits: {reply}\n"),
    }
}

fn head(mark: char, first: &str, headers: &[(String, String)]) -> String {
    let mut text = format!("{mark} {}\n", printable(first));
    for (name, value) in headers {
        let _ = writeln!(text, "{mark} {name}: {}", printable(value));
    }
    text
}

/// A body, each line behind `mark`.
fn quoted(mark: char, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    let end = body.floor_char_boundary(MAX_SHOWN_BYTES);
    let mut text = format!("{mark}\n");
    for line in body[..end].lines() {
        let _ = writeln!(text, "{mark} {}", printable(line));
    }
    if end < body.len() {
        let _ = writeln!(text, "{mark} (and {} bytes more)", body.len() - end);
    }
    text
}

/// What comes from elsewhere may not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

pub(super) fn message(message: &Message, found: Option<&Candidate>) -> String {
    let code = found.map_or("no code".to_owned(), |found| format!("code {}", found.code));
    let text = printable(message.text.trim());
    format!("  {} to {}, {code}: {text}\n", message.channel(), message.to)
}

/// A reply with what it holds.
pub(super) fn reply(reply: &Reply) -> String {
    let mut text = reply.kind().to_string();
    let mut add = |name: &str, value: &dyn Display| {
        let _ = write!(text, "  {name}: {value}");
    };
    match reply {
        Reply::CodeRequired { channel, destination, alternatives } => {
            add("channel", channel);
            if let Some(destination) = destination {
                add("destination", &printable(destination));
            }
            add("alternatives", &listed(alternatives));
        }
        Reply::EnrolmentRequired { offers } => add("offers", &listed(offers)),
        Reply::TokenRequired { methods, .. } => add("methods", &listed(methods)),
        Reply::PushSent { number: Some(number) } => add("number", &printable(number)),
        Reply::SignedIn { assurance } => add("assurance", assurance),
        Reply::Tokens(tokens) => {
            let all = tokens.iter().map(|token| format!("{} {}", token.kind, token.id));
            add("tokens", &listed(&all.collect::<Vec<_>>()));
        }
        Reply::Rejected(rejection) => {
            add("class", &rejection.class);
            if let Some(after) = rejection.retry_after {
                add("retry_after", &format!("{} s", after.as_secs_f64()));
            }
        }
        Reply::Unsupported { feature } => add("feature", feature),
        Reply::Activation(activation) => held(activation).iter().for_each(|(name, value)| {
            add(name, value);
        }),
        Reply::Done
        | Reply::RegistrationCodeRequired
        | Reply::Enrolled
        | Reply::PushSent { number: None }
        | Reply::Certificate { .. }
        | Reply::SignedOut => {}
    }
    text
}

/// What an activation holds, shown whole: the person is invented.
fn held(activation: &Activation) -> Vec<(&'static str, String)> {
    let secret = |secret: &Option<crate::domain::Secret>| {
        secret.as_ref().map(|secret| printable(secret.reveal()))
    };
    let qr = activation.qr.as_ref().map(|qr| match crate::tokens::camera::read(qr) {
        Ok(text) => format!("reads {}", printable(&text)),
        Err(error) => format!("cannot be read: {error}"),
    });
    let seconds = activation.expires_in.map(|time| format!("{} s", time.as_secs_f64()));
    [
        ("qr", qr),
        ("link", secret(&activation.link)),
        ("password", secret(&activation.password)),
        ("address", activation.address.as_deref().map(printable)),
        ("serial_number", activation.serial_number.as_deref().map(printable)),
        ("activation_code", secret(&activation.activation_code)),
        ("challenge", activation.challenge.as_deref().map(printable)),
        ("expires_in", seconds),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
    .collect()
}

fn listed(all: &[impl Display]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
