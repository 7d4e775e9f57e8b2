//! Delivery: the right person, the right channel, once, with a code in it.

use crate::conformance::story::{Arrival, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;

/// Answers that promise a code, each with the messages that followed it.
fn promises<'s, 'a>(
    story: &'s Story<'a>,
) -> impl Iterator<Item = (&'s Exchange<'a>, Vec<&'s Arrival<'a>>)> {
    let asked = story.exchanges.iter().filter(|exchange| {
        exchange.observed.reply == ReplyKind::CodeRequired
            && matches!(
                exchange.request.operation,
                crate::domain::operation::OperationKind::SignIn
                    | crate::domain::operation::OperationKind::ChooseChannel
                    | crate::domain::operation::OperationKind::ResendCode
            )
    });
    asked.map(|exchange| (exchange, story.codes_after(exchange)))
}

pub(super) static RIGHT_RECIPIENT: Requirement = Requirement {
    id: "delivery.right-recipient",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.1.3",
    text: "A PIN goes to the person who signs in, and to nobody else.",
    judge: right_recipient,
};

fn right_recipient(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, arrivals) in promises(&story) {
        for arrival in arrivals {
            if exchange.person == Some(arrival.person) {
                tally.kept([exchange.answered, arrival.entry]);
            } else {
                let expected = format!("it goes to {}", exchange.person.unwrap_or("the person"));
                let mut evidence = exchange.evidence();
                evidence.push(arrival.entry);
                tally.broken(expected, format!("it went to {}", arrival.person), evidence);
            }
        }
    }
    tally.finding()
}

pub(super) static RIGHT_CHANNEL: Requirement = Requirement {
    id: "delivery.right-channel",
    level: Level::Must,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.1.3",
    text: "A PIN goes out on the channel that the page names.",
    judge: right_channel,
};

fn right_channel(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, arrivals) in promises(&story) {
        let Some(named) = exchange.observed.channel else { continue };
        for arrival in arrivals.iter().filter(|one| exchange.person == Some(one.person)) {
            if arrival.channel == named {
                tally.kept([exchange.answered, arrival.entry]);
            } else {
                let mut evidence = exchange.evidence();
                evidence.push(arrival.entry);
                let (expected, seen) = (format!("by {named}"), format!("by {}", arrival.channel));
                tally.broken(expected, seen, evidence);
            }
        }
    }
    tally.finding()
}

pub(super) static ONCE: Requirement = Requirement {
    id: "delivery.once",
    level: Level::Should,
    source: "Fobwatch",
    clause: "implied by NIST SP 800-63B-4 §3.1.3.3",
    text: "One request sends one message with a PIN.",
    judge: once,
};

fn once(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, arrivals) in promises(&story) {
        match arrivals.as_slice() {
            [] => {}
            [one] => tally.kept([exchange.answered, one.entry]),
            more => {
                let mut evidence = vec![exchange.answered];
                evidence.extend(more.iter().map(|arrival| arrival.entry));
                tally.broken("one message", format!("{} messages", more.len()), evidence);
            }
        }
    }
    tally.finding()
}
