//! Says in one line what an entry of the journal records.

use crate::domain::{PushReply, Tap};
use crate::journal::{Entry, Event, Observed, Request};

/// The entry in words: who did what, or what came back.
pub(super) fn line(entry: &Entry) -> String {
    match &entry.event {
        Event::Started { title, .. } => format!("begin: {title}"),
        Event::Declared { declared, wanted: _ } => {
            let declared = serde_json::to_string(declared).unwrap_or_default();
            format!("the subject declares {declared}")
        }
        Event::PersonInvented { person, user, .. } => format!("{person} exists as {user}"),
        Event::DeviceMade { device, owner, .. } => format!("{device} belongs to {owner}"),
        Event::Asked { session, person, request } => {
            let who = person.as_deref().unwrap_or("the harness");
            format!("{who} ({session}) → subject: {}", asked(request))
        }
        Event::Answered { session, observed, .. } => {
            format!("subject → {session}: {}", answered(observed))
        }
        Event::Drilled { drill, answer } => format!("{drill} → {answer}"),
        Event::AtOnce { asked, acts } => {
            format!("{} questions and {acts} acts at once", asked.len())
        }
        Event::NotAnswered { why, .. } => format!("no answer: {why}"),
        Event::MessageArrived { message, person, to, code, .. } => {
            let code = code.map_or_else(|| "no code".to_owned(), |mark| mark.to_string());
            format!("{} to {person}: message {message}, {code}", to.channel())
        }
        Event::CodesCompared { codes, unseen, row } => {
            format!("{codes} codes: {unseen} digits never occur, {row} in a row with equal steps")
        }
        Event::Disturbed { person, channel, disturbance, .. } => {
            format!("the {channel} to {person} is {disturbance}")
        }
        Event::Acted { device, act, outcome, reason, code, push, .. } => {
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            let code = code.map(|mark| format!(", {mark}")).unwrap_or_default();
            let push = push.as_ref().map(answer).unwrap_or_default();
            format!("{device}: {act}{push} → {outcome}{reason}{code}")
        }
        Event::Waited { person, channel, came } => {
            let result = if *came { "one came" } else { "none came" };
            format!("{person} looks for a message by {channel}: {result}")
        }
        Event::ClockAdvanced { by_ms } => format!("time passes: {} s", seconds(*by_ms)),
        Event::Compared { expected, observed, .. } => {
            format!("expected {expected}; observed {observed}")
        }
        Event::Noted { text } => text.clone(),
        Event::Finished { early: Some(why) } => format!("ended early: {why}"),
        Event::Finished { early: None } => "end".to_owned(),
    }
}

fn answer(PushReply { answer, tap }: &PushReply) -> String {
    match tap {
        None => format!(" {answer}"),
        Some(Tap::Number(number)) => format!(" {answer} {number}"),
        Some(Tap::OtherThan(number)) => format!(" {answer}, not {number}"),
    }
}

fn asked(request: &Request) -> String {
    let mut words = vec![request.operation.to_string()];
    words.extend(request.user.clone());
    words.extend(request.code.map(|mark| mark.to_string()));
    words.extend(request.written.map(|writing| format!("written {writing:?}").to_lowercase()));
    words.extend(request.channel.map(|channel| channel.to_string()));
    words.extend(request.token.map(|token| token.to_string()));
    words.join(" ")
}

fn answered(observed: &Observed) -> String {
    let mut words = vec![observed.reply.to_string()];
    words.extend(observed.class.map(|class| class.to_string()));
    words.extend(observed.channel.map(|channel| channel.to_string()));
    words.extend(observed.destination.clone());
    words.extend(observed.tokens.iter().map(ToString::to_string));
    words.extend(observed.number.clone());
    words.extend(observed.assurance.map(|assurance| assurance.to_string()));
    words.join(" ")
}

/// Milliseconds as seconds, without a needless fraction.
pub(super) fn seconds(ms: u64) -> String {
    if ms.is_multiple_of(1000) {
        (ms / 1000).to_string()
    } else {
        format!("{}.{:03}", ms / 1000, ms % 1000)
    }
}
