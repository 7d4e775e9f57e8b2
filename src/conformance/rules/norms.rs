//! What some norms forbid and the guide demands: these requirements contradict others on purpose.
//! Their profiles say so, and whoever chooses one of them knows what the guide's design costs.

use super::code::{self, asked_at};
use crate::conformance::story::{Story, Tally};
use crate::conformance::{Finding, Level, Reading, Requirement};
use crate::domain::Channel;
use crate::domain::reply::ReplyKind;
use crate::journal::Entry;
use std::time::Duration;

pub(super) static EMAIL_NOT_OUT_OF_BAND: Requirement = Requirement {
    id: "nist.email-not-out-of-band",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§3.1.3.1",
    text: "A code by mail is no authenticator; one that only confirms an address is not meant, and \
           a subject declares which of the two it is.",
    judge: email_not_out_of_band,
    profiles: &["nist-aal2"],
    conflicts_with: &["guide.email-without-number", "guide.alternative-authentication"],
    weakness: Some(308),
    ..Requirement::PLAIN
};

fn email_not_out_of_band(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.accepted) {
        let Some(delivery) = story.delivery(submission.code) else { continue };
        if delivery.channel != Channel::Email {
            continue;
        }
        let mut evidence = vec![delivery.entry];
        evidence.extend(submission.evidence());
        if story.declared.only_confirms_address(Channel::Email) {
            tally.kept(evidence);
        } else {
            tally.broken("no code by mail in a sign-in", submission.said(), evidence);
        }
    }
    tally.finding()
}

pub(super) static CONFIRMATION_ONE_DAY: Requirement = Requirement {
    id: "nist.address-confirmation-one-day",
    level: Level::Must,
    source: "NIST SP 800-63B-4",
    clause: "§4.2.1.2, for codes sent to a postal or mail address",
    text: "A code by mail that confirms an address is refused when it is older than a day.",
    judge: |entries| {
        let story = Story::of(entries);
        if story.declared.only_confirms_address(Channel::Email) {
            return code::dies_after(entries, Duration::from_hours(24), Some(Channel::Email));
        }
        Finding::Untested
    },
    profiles: &["nist-aal2"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

pub(super) static NO_PHONE_NO_MAIL: Requirement = Requirement {
    id: "asvs.no-phone-no-mail",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.3.6, 6.6.1",
    text: "At level 3 neither a phone number nor a mailbox is a factor.",
    judge: no_phone_no_mail,
    profiles: &["asvs-l3"],
    conflicts_with: &["guide.sms-pin", "guide.email-without-number"],
    weakness: Some(308),
    ..Requirement::PLAIN
};

fn no_phone_no_mail(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.accepted) {
        let mut evidence = submission.evidence();
        match story.delivery(submission.code) {
            Some(delivery) => {
                evidence.insert(0, delivery.entry);
                let expected = "no delivered code in a sign-in";
                tally.broken(expected, format!("a code by {}", delivery.channel), evidence);
            }
            None => tally.kept(evidence),
        }
    }
    tally.finding()
}

pub(super) static ONE_FEATURE_PER_CHANNEL: Requirement = Requirement {
    id: "psd2.one-feature-per-channel",
    level: Level::Must,
    source: "Delegated Regulation (EU) 2018/389",
    clause: "Art. 25(2)(c)(i)",
    text: "The QR code and the password that opens it do not come through the same channel.",
    judge: one_feature_per_channel,
    reading: Reading::Excerpt,
    profiles: &["psd2"],
    conflicts_with: &["guide.mobile-material"],
    weakness: Some(522),
};

fn one_feature_per_channel(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for exchange in &story.exchanges {
        let Some(offered) = &exchange.observed.offered else { continue };
        let opens = offered.qr.is_some() || offered.link.is_some();
        if opens && offered.password.is_some() {
            let seen = "one page shows the QR code and its password";
            tally.broken("two channels", seen, exchange.evidence());
        } else if opens {
            tally.kept(exchange.evidence());
        }
    }
    tally.finding()
}

pub(super) static TOTP_THIRTY_SECONDS: Requirement = Requirement {
    id: "asvs.totp-thirty-seconds",
    level: Level::Must,
    source: "OWASP ASVS 5.0",
    clause: "6.5.5",
    text: "A code of the token is refused when it is older than thirty seconds.",
    judge: totp_thirty_seconds,
    profiles: &["asvs-l2"],
    conflicts_with: &["rfc6238.one-step-window"],
    weakness: Some(613),
    ..Requirement::PLAIN
};

fn totp_thirty_seconds(entries: &[Entry]) -> Finding {
    let story = Story::of(entries);
    let mut tally = Tally::default();
    for submission in story.submissions().iter().filter(|one| one.first_use && !one.is_odd()) {
        let Some(making) = story.making(submission.code) else { continue };
        let exchange = submission.exchange;
        let is_timed =
            story.is_plain(making.device, exchange.asked) && story.makes_time_codes(making);
        if !is_timed || !story.awaited(exchange) {
            continue;
        }
        // A slow answer makes no code older.
        let age = asked_at(entries, exchange) - making.at;
        if age <= Duration::from_secs(30) {
            continue;
        }
        let mut evidence = vec![making.entry];
        evidence.extend(submission.evidence());
        if submission.accepted {
            let seen = format!("accepted at an age of {} s", age.as_secs());
            tally.broken("refused after thirty seconds", seen, evidence);
        } else if submission.exchange.observed.reply == ReplyKind::Rejected
            && submission.refused_before == 0
        {
            tally.kept(evidence);
        }
    }
    tally.finding()
}
