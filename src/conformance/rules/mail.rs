//! What a mail looks like: its header, its parts, and what it must not carry.

use crate::conformance::story::{Arrival, Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::{Channel, Disturbance, Unfit};
use crate::journal::{Entry, MailForm, SecretKind};

const RFC_5322: &str = "RFC 5322";

/// What the requirements of this family have in common.
const MAIL: Requirement = Requirement {
    source: RFC_5322,
    profiles: &["interop-authenticators", "guide"],
    reading: Reading::Memory,
    ..Requirement::PLAIN
};

/// Decides each mail by `holds`, which gives nothing where it cannot tell.
fn each(
    entries: &[Entry],
    expected: &str,
    observed: &str,
    holds: fn(&Arrival<'_>, &MailForm) -> Option<bool>,
) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in &story.arrivals {
        let Some(form) = &arrival.form.mail else { continue };
        match holds(arrival, form) {
            Some(true) => tally.kept([arrival.entry]),
            Some(false) => tally.broken(expected, observed, vec![arrival.entry]),
            None => {}
        }
    }
    tally.finding()
}

/// How often a header field stands in a mail that came with its header; a mail that was ordered
/// over HTTP gets its header from the provider.
fn count(form: &MailForm, name: &str) -> Option<usize> {
    let has_header = ["date", "from", "message-id"].iter().any(|one| form.header(one).count() > 0);
    has_header.then(|| form.header(name).count())
}

pub(super) static ONE_DATE: Requirement = Requirement {
    id: "mail.one-date",
    clause: "§3.6",
    text: "A mail has its date exactly once.",
    judge: |entries| {
        each(entries, "one header field Date", "none or several", |_, form| {
            count(form, "date").map(|count| count == 1)
        })
    },
    ..MAIL
};

pub(super) static ONE_FROM: Requirement = Requirement {
    id: "mail.one-from",
    clause: "§3.6",
    text: "A mail has the field From exactly once.",
    judge: |entries| {
        each(entries, "one header field From", "none or several", |_, form| {
            count(form, "from").map(|count| count == 1)
        })
    },
    ..MAIL
};

pub(super) static MESSAGE_ID: Requirement = Requirement {
    id: "mail.message-id",
    level: Level::Should,
    clause: "§3.6.4",
    text: "A mail has a message id of its own.",
    judge: message_id,
    ..MAIL
};

fn message_id(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let mut known: Vec<(&str, &Arrival<'_>)> = Vec::new();
    for arrival in &story.arrivals {
        let Some(form) = &arrival.form.mail else { continue };
        let ids: Vec<&str> = form.header("message-id").collect();
        match (count(form, "message-id"), ids.as_slice()) {
            (Some(_), [id]) => {
                let same = known.iter().rfind(|(other, _)| other == id);
                if let Some((_, first)) = same.filter(|(_, first)| !is_retried(&story, first)) {
                    let evidence = vec![first.entry, arrival.entry];
                    tally.broken("an id of its own", "two mails have the same", evidence);
                }
                known.push((id, arrival));
                tally.kept([arrival.entry]);
            }
            (Some(_), _) => {
                tally.broken("one Message-ID", "none or several", vec![arrival.entry]);
            }
            (None, _) => {}
        }
    }
    tally.finding()
}

/// Whether the sender of a mail never heard that it was taken: it rightly sends the same once more.
fn is_retried(story: &Story<'_>, first: &Arrival<'_>) -> bool {
    let mut mishaps = story.mishaps.iter().filter(|mishap| mishap.entry == first.sent);
    mishaps.any(|mishap| matches!(mishap.what, Disturbance::Unanswered | Disturbance::Slowed))
}

pub(super) static LINE_LENGTH: Requirement = Requirement {
    id: "mail.line-length",
    clause: "§2.1.1",
    text: "No line of a mail has more than 998 characters.",
    judge: line_length,
    ..MAIL
};

fn line_length(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    // The gateway takes no mail with such a line: one that arrived has none.
    let mails = story.arrivals.iter().filter(|arrival| arrival.form.mail.is_some());
    tally.kept(mails.map(|arrival| arrival.entry));
    for mishap in &story.mishaps {
        if mishap.what == (Disturbance::Unfit { rule: Unfit::LongLine }) {
            let seen = "a mail was refused for a longer one";
            tally.broken("lines of at most 998 characters", seen, vec![mishap.entry]);
        }
    }
    tally.finding()
}

pub(super) static AUTO_SUBMITTED: Requirement = Requirement {
    id: "mail.auto-submitted",
    level: Level::Should,
    source: "RFC 3834",
    clause: "§5",
    text: "A mail that no person wrote says so, and gets no automatic answers.",
    judge: |entries| {
        let expected = "`Auto-Submitted: auto-generated`";
        each(entries, expected, "it says nothing of the kind", |_, form| {
            let said = form.header("auto-submitted").next();
            count(form, "auto-submitted")
                .map(|_| said.is_some_and(|said| !said.trim().eq_ignore_ascii_case("no")))
        })
    },
    ..MAIL
};

pub(super) static PLAIN_PART: Requirement = Requirement {
    id: "mail.plain-part",
    level: Level::Should,
    source: "RFC 2046",
    clause: "§5.1.4",
    text: "A mail in HTML has the same as plain text.",
    judge: |entries| {
        each(entries, "a part of plain text", "there is only HTML", |_, form| Some(form.plain_part))
    },
    ..MAIL
};

pub(super) static PARTS_AGREE: Requirement = Requirement {
    id: "mail.parts-agree",
    source: "RFC 2046",
    clause: "§5.1.4",
    text: "The code of a mail is the same in its plain text and its HTML.",
    judge: |entries| {
        each(entries, "the same code in both parts", "the parts differ", |_, form| {
            match (form.text_code, form.html_code) {
                (Some(text), Some(html)) => Some(text == html),
                (None, _) | (_, None) => None,
            }
        })
    },
    ..MAIL
};

pub(super) static CODE_NOT_IN_SUBJECT: Requirement = Requirement {
    id: "mail.code-not-in-subject",
    level: Level::Should,
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.1",
    text: "The code is not in the subject, which a locked device shows.",
    judge: |entries| {
        each(entries, "a subject without the code", "the code is in it", |arrival, form| {
            arrival.code.map(|_| !form.code_in_subject)
        })
    },
    reading: Reading::Draft,
    weakness: Some(359),
    ..MAIL
};

pub(super) static NO_BINDING_SECRETS: Requirement = Requirement {
    id: "mail.no-binding-secrets",
    source: "NIST SP 800-63B-4",
    clause: "§4.1.2.2",
    text: "No mail carries what activates a token.",
    judge: no_binding_secrets,
    profiles: &["guide", "nist-aal2"],
    reading: Reading::Draft,
    weakness: Some(319),
    ..MAIL
};

/// The secrets that activate a token.
const BINDING: [SecretKind; 5] = [
    SecretKind::ActivationCode,
    SecretKind::ActivationPassword,
    SecretKind::RegistrationCode,
    SecretKind::Link,
    SecretKind::QrCode,
];

fn no_binding_secrets(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let shown = story.exchanges.iter().find(|exchange| exchange.observed.offered.is_some());
    for arrival in story.arrivals.iter().filter(|arrival| arrival.channel == Channel::Email) {
        let carried = BINDING.iter().find(|kind| {
            let mark = format!("‹{kind}#");
            arrival.text.contains(&mark) || arrival.subject.contains(&mark)
        });
        match (carried, shown) {
            (Some(kind), _) => {
                let seen = format!("it carries the {kind}");
                tally.broken("a mail without activation material", seen, vec![arrival.entry]);
            }
            (None, _) if arrival.form.key_uri => {
                let seen = "it carries a key URI";
                tally.broken("a mail without activation material", seen, vec![arrival.entry]);
            }
            (None, Some(shown)) if shown.answered < arrival.sent => {
                tally.kept([shown.answered, arrival.entry]);
            }
            (None, _) => {}
        }
    }
    tally.finding()
}
