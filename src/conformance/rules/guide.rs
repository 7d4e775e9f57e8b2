//! The enrolment guide, sentence by sentence, as far as a black box can decide it.

use crate::conformance::story::{DeviceAct, Exchange, Story, Tally};
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Assurance, Channel, RejectionClass, TokenKind};
use crate::journal::{Entry, EntryId, Mark, SecretKind};

const GUIDE: &str = "The enrolment guide";

pub(super) static SMS_PIN: Requirement = Requirement {
    id: "guide.sms-pin",
    level: Level::Must,
    source: GUIDE,
    clause: "steps 1 to 3",
    text: "The first sign-in asks for a one-time PIN, sent by SMS to the number on file.",
    judge: sms_pin,
    ..Requirement::PLAIN
};

/// Sign-ins of people who have no token yet, answered with a demand for a code.
fn first_sign_ins<'s, 'a>(story: &'s Story<'a>) -> impl Iterator<Item = (&'s Exchange<'a>, bool)> {
    story.asks(OperationKind::SignIn).filter_map(|exchange| {
        let person = exchange.person?;
        let fresh = !story.is_enrolled(person, exchange.answered);
        let asked = exchange.observed.reply == ReplyKind::CodeRequired;
        (fresh && asked)
            .then(|| (exchange, story.person(person).is_some_and(|one| one.mobile.is_some())))
    })
}

/// Whether somebody waited for the message that `exchange` promised, and none came.
fn missed(story: &Story<'_>, exchange: &Exchange<'_>, channel: Channel) -> Option<EntryId> {
    let mut waits = story.waits.iter().filter(|wait| wait.entry > exchange.answered);
    let wait =
        waits.find(|wait| Some(wait.person) == exchange.person && wait.channel == channel)?;
    (!wait.came).then_some(wait.entry)
}

/// Decides whether the code that `exchange` promises goes out on `channel`.
fn promised_on(story: &Story<'_>, exchange: &Exchange<'_>, channel: Channel, tally: &mut Tally) {
    if exchange.observed.channel != Some(channel) {
        if is_cut_off(story, exchange, channel) {
            return;
        }
        let seen = exchange.observed.channel.map_or("no channel".to_owned(), |one| one.to_string());
        let expected = format!("a one-time PIN by {channel}");
        tally.broken(expected, format!("it goes by {seen}"), exchange.evidence());
        return;
    }
    let arrived = story
        .codes_after(exchange)
        .into_iter()
        .find(|one| one.channel == channel && Some(one.person) == exchange.person);
    if let Some(arrival) = arrived {
        tally.kept([exchange.answered, arrival.entry]);
    } else if let Some(wait) = missed(story, exchange, channel) {
        let evidence = vec![exchange.asked, exchange.answered, wait];
        tally.broken(format!("a one-time PIN by {channel}"), "no message came", evidence);
    }
}

/// Whether the sender may have known, when it answered or sent, that `channel` does not work for
/// this person: then it may take the other one, and nobody but us is to blame.
fn is_cut_off(story: &Story<'_>, exchange: &Exchange<'_>, channel: Channel) -> bool {
    let next = story.exchanges.iter().find(|one| one.asked > exchange.asked);
    story.mishaps.iter().any(|mishap| {
        Some(mishap.person) == exchange.person
            && mishap.channel == channel
            && mishap.what.told_sender()
            && next.is_none_or(|next| mishap.entry < next.asked)
    })
}

fn sms_pin(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, _) in first_sign_ins(&story).filter(|(_, has_number)| *has_number) {
        promised_on(&story, exchange, Channel::Sms, &mut tally);
    }
    tally.finding()
}

pub(super) static SMS_FIRST: Requirement = Requirement {
    id: "guide.sms-first",
    level: Level::Must,
    source: GUIDE,
    clause: "step 2 and its note",
    text: "With a number on file, a PIN goes by email only when the person asks for it.",
    judge: sms_first,
    ..Requirement::PLAIN
};

fn sms_first(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for arrival in story.arrivals.iter().filter(|arrival| arrival.code.is_some()) {
        let has_number = story.person(arrival.person).is_some_and(|one| one.mobile.is_some());
        let asked = story.asks(OperationKind::ChooseChannel).any(|exchange| {
            exchange.request.channel == Some(Channel::Email)
                && exchange.person == Some(arrival.person)
                && exchange.asked < arrival.entry
        });
        // Whose SMS we refused may be sent a mail instead.
        let failed = story.mishaps.iter().any(|mishap| {
            mishap.person == arrival.person
                && mishap.channel == Channel::Sms
                && mishap.what.told_sender()
                && mishap.entry < arrival.sent
        });
        let asked = asked || failed;
        match (has_number, arrival.channel, asked) {
            (true, Channel::Email, false) => tally.broken(
                "no PIN by email, because a number is on file and nobody asked for email",
                "a PIN came by email",
                vec![arrival.entry],
            ),
            (true, Channel::Sms, false) => tally.kept([arrival.entry]),
            (true, _, true) | (false, _, _) => {}
        }
    }
    tally.finding()
}

pub(super) static ALTERNATIVE_AUTHENTICATION: Requirement = Requirement {
    id: "guide.alternative-authentication",
    level: Level::Must,
    source: GUIDE,
    clause: "step 2",
    text: "Alternative Authentication sends the one-time PIN by email instead.",
    judge: alternative_authentication,
    ..Requirement::PLAIN
};

fn alternative_authentication(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let chosen = story.asks(OperationKind::ChooseChannel).filter(|exchange| {
        exchange.request.channel == Some(Channel::Email)
            && exchange.observed.reply == ReplyKind::CodeRequired
    });
    for exchange in chosen {
        promised_on(&story, exchange, Channel::Email, &mut tally);
    }
    tally.finding()
}

pub(super) static EMAIL_WITHOUT_NUMBER: Requirement = Requirement {
    id: "guide.email-without-number",
    level: Level::Must,
    source: GUIDE,
    clause: "note to step 2",
    text: "A person without a mobile number on file gets the PIN by email without asking.",
    judge: email_without_number,
    ..Requirement::PLAIN
};

fn email_without_number(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for (exchange, _) in first_sign_ins(&story).filter(|(_, has_number)| !*has_number) {
        promised_on(&story, exchange, Channel::Email, &mut tally);
    }
    // Only a refusal for want of a channel says that the password was right.
    for exchange in story.asks(OperationKind::SignIn).filter(|exchange| {
        let person = exchange.person.and_then(|name| story.person(name));
        let is_unreachable = exchange.observed.class == Some(RejectionClass::ChannelUnavailable);
        let undisturbed = story.mishaps.iter().all(|mishap| Some(mishap.person) != exchange.person);
        is_unreachable && undisturbed && person.is_some_and(|person| person.mobile.is_none())
    }) {
        let expected = "a one-time PIN by email";
        tally.broken(expected, "no channel was found to send it by", exchange.evidence());
    }
    tally.finding()
}

pub(super) static ENROLMENT_FORCED: Requirement = Requirement {
    id: "guide.enrolment-forced",
    level: Level::Must,
    source: GUIDE,
    clause: "introduction",
    text: "After the first sign-in a second factor must be set up before anything else.",
    judge: enrolment_forced,
    weakness: Some(308),
    ..Requirement::PLAIN
};

fn enrolment_forced(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().into_iter().filter(|one| one.accepted) {
        let by_pin = story.delivery(submission.code).is_some();
        if !by_pin || story.is_enrolled(submission.person, submission.exchange.answered) {
            continue;
        }
        match submission.exchange.observed.reply {
            ReplyKind::EnrolmentRequired | ReplyKind::Activation => {
                tally.kept(submission.evidence());
            }
            ReplyKind::SignedIn | ReplyKind::Certificate => {
                let evidence = submission.evidence();
                tally.broken("enrolment is required next", submission.said(), evidence);
            }
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static MOBILE_MATERIAL: Requirement = Requirement {
    id: "guide.mobile-material",
    level: Level::Must,
    source: GUIDE,
    clause: "steps 4 to 6",
    text: "The mobile page shows a QR code and the password that goes with it.",
    judge: mobile_material,
    ..Requirement::PLAIN
};

pub(super) static DESKTOP_MATERIAL: Requirement = Requirement {
    id: "guide.desktop-material",
    level: Level::Must,
    source: GUIDE,
    clause: "Windows steps 2 and 3",
    text: "The desktop page shows address, serial number and activation code.",
    judge: desktop_material,
    ..Requirement::PLAIN
};

/// Judges what a page for `kind` shows, by the names of what it must show.
fn material(entries: &[Entry], kind: TokenKind, wanted: &[&str]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let begun = story.asks(OperationKind::BeginEnrolment);
    for exchange in begun.filter(|exchange| exchange.request.token == Some(kind)) {
        let Some(offered) = &exchange.observed.offered else { continue };
        let shown = [
            ("QR code", "qr", offered.qr.is_some()),
            ("password", "password", offered.password.is_some()),
            ("address", "address", offered.address.is_some()),
            ("serial number", "serial_number", offered.serial_number.is_some()),
            ("activation code", "activation_code", offered.activation_code.is_some()),
        ];
        let lacking = || shown.iter().filter(|(name, _, shown)| wanted.contains(name) && !shown);
        if lacking().any(|(_, field, _)| !exchange.observed.looks_for(field)) {
            continue;
        }
        let missing: Vec<&str> = lacking().map(|(name, _, _)| *name).collect();
        if missing.is_empty() {
            tally.kept([exchange.answered]);
        } else {
            let seen = format!("it does not show {}", missing.join(", "));
            tally.broken(
                format!("the page shows {}", wanted.join(", ")),
                seen,
                exchange.evidence(),
            );
        }
    }
    tally.finding()
}

fn mobile_material(entries: &[Entry]) -> Finding {
    material(entries, TokenKind::Mobile, &["QR code", "password"])
}

fn desktop_material(entries: &[Entry]) -> Finding {
    material(entries, TokenKind::Desktop, &["address", "serial number", "activation code"])
}

pub(super) static REGISTRATION_CODE_COMPLETES: Requirement = Requirement {
    id: "guide.registration-code-completes",
    level: Level::Must,
    source: GUIDE,
    clause: "Windows step 4",
    text: "Only the registration code that the token shows completes a desktop activation.",
    judge: registration_code_completes,
    weakness: Some(304),
    ..Requirement::PLAIN
};

/// Whether an answer to a registration code moves on; the page that asks again does not.
fn takes_registration(reply: ReplyKind) -> bool {
    !matches!(
        reply,
        ReplyKind::RegistrationCodeRequired | ReplyKind::SignedOut | ReplyKind::Unsupported
    )
}

fn registration_code_completes(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::SubmitRegistrationCode) {
        let shown = story.acts.iter().any(|act| {
            act.code.is_some_and(|code| code.kind == SecretKind::RegistrationCode)
                && act.code == exchange.request.code
                && Some(act.owner) == exchange.person
        });
        let taken = !exchange.is_rejected() && takes_registration(exchange.observed.reply);
        match (shown, taken) {
            (true, true) => tally.kept(exchange.evidence()),
            (false, false) if exchange.is_rejected() => tally.kept(exchange.evidence()),
            (false, true) => tally.broken(
                "a registration code that no device of this person shows is refused",
                format!("it was answered with {}", exchange.observed.reply),
                exchange.evidence(),
            ),
            (true | false, false) => {}
        }
    }
    tally.finding()
}

pub(super) static CONFIRM_NEEDS_TOKEN: Requirement = Requirement {
    id: "guide.confirm-needs-token",
    level: Level::Must,
    source: GUIDE,
    clause: "steps 6 to 9, implied by their order",
    text: "OK in the browser does not complete an enrolment whose token is not activated.",
    judge: confirm_needs_token,
    weakness: Some(304),
    ..Requirement::PLAIN
};

pub(super) static ENROLMENT_COMPLETES: Requirement = Requirement {
    id: "guide.enrolment-completes",
    level: Level::Must,
    source: GUIDE,
    clause: "steps 8 and 9",
    text: "OK in the browser completes the enrolment of an activated token.",
    judge: enrolment_completes,
    ..Requirement::PLAIN
};

/// One OK of a person without a token, and what preceded it in its enrolment.
struct Confirmation<'s, 'a> {
    exchange: &'s Exchange<'a>,
    /// What shows that a token was activated since the enrolment began.
    proof: Option<EntryId>,
    /// Whether nothing came between that could have ended the enrolment.
    straight: bool,
    /// Whether some device, whoever holds it and whenever it was, took up what was shown to this
    /// person or session: the subject cannot know whose it is.
    foreign: bool,
}

fn confirmations<'s, 'a>(story: &'s Story<'a>) -> Vec<Confirmation<'s, 'a>> {
    story
        .asks(OperationKind::ConfirmEnrolment)
        .filter(|one| !story.is_uncertain(one.session, one.asked))
        .filter(|one| one.person.is_some_and(|person| !story.is_enrolled(person, one.asked)))
        .map(|exchange| confirmation(story, exchange))
        .collect()
}

fn confirmation<'s, 'a>(story: &'s Story<'a>, exchange: &'s Exchange<'a>) -> Confirmation<'s, 'a> {
    let mut straight = true;
    let mut begun = None;
    for earlier in story.earlier(exchange.session, exchange.asked) {
        match earlier.request.operation {
            OperationKind::BeginEnrolment => {
                begun = Some(earlier.answered);
                break;
            }
            OperationKind::SubmitRegistrationCode if !earlier.is_rejected() => {}
            OperationKind::Probe => {}
            _ => straight = false,
        }
    }
    // Without a beginning in this session any activation at all may be the one that counts.
    let since = |entry: EntryId| begun.is_none_or(|begun| entry > begun) && entry < exchange.asked;
    let by_device = story.acts.iter().find(|act| {
        let reads = matches!(act.act, "read_code" | "respond") && act.code.is_some();
        let showed = act.activated || reads;
        showed && Some(act.owner) == exchange.person && since(act.entry)
    });
    let by_code = story
        .asks(OperationKind::SubmitRegistrationCode)
        .find(|one| one.session == exchange.session && !one.is_rejected() && since(one.answered));
    let proof = by_device.map(|act| act.entry).or(by_code.map(|one| one.answered));
    // What is bound by a code needs a right one: of a device of the person, shown as it should be.
    let by_reading = by_device.is_some_and(|act| !act.activated);
    let fits = match exchange.request.code {
        None => !by_reading,
        Some(code) => story.making(code).is_some_and(|making| {
            Some(making.owner) == exchange.person
                && story.is_plain(making.device, exchange.asked)
                && story.material_of(making.device, exchange.asked).map(|one| one.answered) == begun
        }),
    };
    let straight = straight && fits;
    let straight = straight && begun.is_some();
    Confirmation { exchange, proof, straight, foreign: is_taken_up(story, exchange) }
}

/// Whether a device that took up material of this person or session, of whichever page, was
/// activated or showed a code.
fn is_taken_up(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let before = |entry: EntryId| entry < exchange.asked;
    let shown: Vec<Mark> = story
        .exchanges
        .iter()
        .filter(|one| before(one.answered))
        .filter(|one| one.person == exchange.person || one.session == exchange.session)
        .filter_map(|one| one.observed.offered.as_ref())
        .flat_map(|page| [page.qr, page.link, page.key_file, page.activation_code])
        .flatten()
        .collect();
    let works = |act: &&DeviceAct<'_>| {
        let reads = matches!(act.act, "read_code" | "respond") && act.code.is_some();
        before(act.entry) && (act.activated || reads)
    };
    story.acts.iter().filter(works).any(|act| {
        let mut earlier = story.acts.iter().filter(|one| one.entry <= act.entry);
        earlier.any(|one| {
            one.device == act.device && one.given.is_some_and(|given| shown.contains(&given))
        })
    })
}

fn confirm_needs_token(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for Confirmation { exchange, proof, foreign, .. } in confirmations(&story) {
        match (proof, exchange.observed.reply) {
            (None, ReplyKind::Rejected) => tally.kept(exchange.evidence()),
            (None, ReplyKind::Enrolled | ReplyKind::SignedIn) if !foreign => tally.broken(
                "OK is refused while no token is activated",
                format!("it was answered with {}", exchange.observed.reply),
                exchange.evidence(),
            ),
            _ => {}
        }
    }
    tally.finding()
}

fn enrolment_completes(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for Confirmation { exchange, proof, straight, .. } in confirmations(&story) {
        let Some(proof) = proof else { continue };
        let hurried = !story.leaps.iter().any(|leap| *leap > proof && *leap < exchange.asked);
        match exchange.observed.reply {
            ReplyKind::Enrolled => tally.kept([proof, exchange.answered]),
            ReplyKind::Rejected if hurried && straight => tally.broken(
                "OK completes the enrolment of the activated token",
                "it was refused",
                vec![proof, exchange.asked, exchange.answered],
            ),
            _ => {}
        }
    }
    tally.finding()
}

pub(super) static TOKEN_AFTER_ENROLMENT: Requirement = Requirement {
    id: "guide.token-after-enrolment",
    level: Level::Must,
    source: GUIDE,
    clause: "step 11 and the paragraph after it",
    text: "After enrolment a sign-in needs the token; a delivered PIN is neither asked for nor enough.",
    judge: token_after_enrolment,
    weakness: Some(288),
    ..Requirement::PLAIN
};

fn token_after_enrolment(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    let enrolled = |exchange: &Exchange<'_>| {
        exchange.person.is_some_and(|one| story.is_enrolled(one, exchange.asked))
    };
    for exchange in story.asks(OperationKind::SignIn).filter(|exchange| enrolled(exchange)) {
        match exchange.observed.reply {
            ReplyKind::TokenRequired => tally.kept(exchange.evidence()),
            // Who has proven both factors here gains nothing by the password.
            ReplyKind::SignedIn if is_still_in(&story, exchange) => {}
            ReplyKind::CodeRequired | ReplyKind::SignedIn | ReplyKind::EnrolmentRequired => tally
                .broken(
                    "a code of the token is asked for",
                    format!("the sign-in was answered with {}", exchange.observed.reply),
                    exchange.evidence(),
                ),
            _ => {}
        }
    }
    for submission in story.submissions() {
        let by_pin = story.delivery(submission.code);
        if let Some(delivery) = by_pin
            && submission.accepted
            && enrolled(submission.exchange)
        {
            let mut evidence = vec![delivery.entry];
            evidence.extend(submission.evidence());
            tally.broken("a delivered PIN is not enough", submission.said(), evidence);
        }
    }
    tally.finding()
}

/// Whether the session of a sign-in was, before it, one of the same person with two factors.
fn is_still_in(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let before = story.earlier(exchange.session, exchange.asked).next();
    before.is_some_and(|before| before.person == exchange.person)
        && story.assurance(exchange.session, exchange.asked) == Some(Assurance::TwoFactor)
}

pub(super) static SECOND_FACTOR_SIGNS_IN: Requirement = Requirement {
    id: "guide.second-factor-signs-in",
    level: Level::Must,
    source: GUIDE,
    clause: "paragraph after step 11",
    text: "User name, password and a code of the enrolled token sign in with two factors.",
    judge: second_factor_signs_in,
    ..Requirement::PLAIN
};

fn second_factor_signs_in(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions() {
        let Some(making) = story.making(submission.code) else { continue };
        let exchange = submission.exchange;
        let expected = submission.refused_before == 0 && story.is_right(&submission);
        if !expected {
            continue;
        }
        if exchange.observed.assurance == Some(Assurance::TwoFactor) {
            tally.kept([making.entry, exchange.answered]);
        } else {
            let evidence = vec![making.entry, exchange.asked, exchange.answered];
            tally.broken("signed in with two factors", submission.said(), evidence);
        }
    }
    tally.finding()
}

pub(super) static CERTIFICATE_AFTER_SECOND_FACTOR: Requirement = Requirement {
    id: "guide.certificate-after-second-factor",
    level: Level::Must,
    source: GUIDE,
    clause: "step 11",
    text: "A signing certificate is created only in a session signed in with two factors.",
    judge: certificate_after_second_factor,
    weakness: Some(306),
    ..Requirement::PLAIN
};

pub(super) static CERTIFICATE_CREATED: Requirement = Requirement {
    id: "guide.certificate-created",
    level: Level::Must,
    source: GUIDE,
    clause: "step 11",
    text: "A session signed in with two factors may create the signing certificate.",
    judge: certificate_created,
    ..Requirement::PLAIN
};

fn certificate_after_second_factor(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::CreateCertificate) {
        if story.is_uncertain(exchange.session, exchange.asked) {
            continue;
        }
        let assurance = story.assurance(exchange.session, exchange.asked);
        match (assurance, exchange.observed.reply) {
            (Some(Assurance::TwoFactor), _) => {}
            (_, ReplyKind::Certificate) => tally.broken(
                "no certificate before two factors",
                "a certificate was created",
                exchange.evidence(),
            ),
            (_, ReplyKind::Rejected) => tally.kept(exchange.evidence()),
            _ => {}
        }
    }
    tally.finding()
}

/// Whether a certificate may be refused for good reasons: it is a second one, comes after a long
/// rest, or after something that may have ended the session: a removal of the person's token, a
/// reset, or a sign-in of the same person elsewhere.
fn may_be_refused(story: &Story<'_>, exchange: &Exchange<'_>) -> bool {
    let person = exchange.person;
    let mut earlier = story.exchanges.iter().filter(|one| one.answered < exchange.asked);
    story.leaps.iter().any(|leap| *leap < exchange.asked)
        || person.is_some_and(|name| story.resets_of(name).any(|one| one.asked < exchange.asked))
        || !story.is_newest(exchange)
        || earlier.any(|one| {
            let own = one.session == exchange.session;
            let revokes = one.request.operation == OperationKind::RevokeToken;
            own && one.observed.reply == ReplyKind::Certificate
                || revokes && (own || one.person == person)
        })
}

fn certificate_created(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in story.asks(OperationKind::CreateCertificate) {
        let assurance = story.assurance(exchange.session, exchange.asked);
        let rested = may_be_refused(&story, exchange);
        match (assurance, exchange.observed.reply) {
            (Some(Assurance::TwoFactor), ReplyKind::Certificate) => tally.kept(exchange.evidence()),
            (Some(Assurance::TwoFactor), ReplyKind::Rejected) if !rested => {
                tally.broken("a certificate is created", "it was refused", exchange.evidence());
            }
            _ => {}
        }
    }
    tally.finding()
}
