//! Declared parameters held against what was done, and codes held against each other.

use super::Came::{Broken, Kept, Untested};
use super::keys::{counter, facts};
use super::*;
use crate::domain::Declared;
use crate::domain::declared::Resend;
use crate::journal::KeyFacts;

fn declared(change: impl Fn(&mut Declared)) -> Staged {
    let mut declared = Declared {
        code_digits: Some(6),
        code_lifetime: Some(300),
        attempts: Some(5),
        token_digits: Some(6),
        token_period: Some(30),
        token_window: Some(1),
        activation_lifetime: Some(300),
        messages: Some(3),
        resend: Some(Resend::Rotate),
        ..Declared::default()
    };
    change(&mut declared);
    let mut staged = Staged::new();
    staged.event(Event::Declared { declared: Box::new(declared), wanted: Box::default() });
    staged
}

fn all() -> Staged {
    declared(|_| {})
}

fn none() -> Staged {
    declared(|declared| *declared = Declared::default())
}

fn forced() -> Observed {
    reply(Re::EnrolmentRequired)
}

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

fn long(ordinal: u32) -> Mark {
    Mark {
        shape: Some(Shape { length: 8, alphabet: Alphabet::Digits, leading_zero: false }),
        ..code(ordinal)
    }
}

#[test]
fn a_delivered_code_has_the_declared_digits() {
    let typed = |staged: Staged, mark, answer| {
        let staged = staged.sign_in("main", "ada", sent(Channel::Sms));
        staged.message("ada", Channel::Sms, Some(mark)).submit("main", mark, answer)
    };
    let refused = no(RejectionClass::CodeInvalid);
    let cases = vec![
        ("six", typed(all(), code(1), forced()), Kept),
        ("eight", typed(all(), long(1), forced()), Broken),
        ("eight, refused", typed(all(), long(1), refused), Untested),
        ("nothing declared", typed(none(), long(1), forced()), Untested),
    ];
    check("claims.code-digits", cases);
}

#[test]
fn a_token_code_has_the_declared_digits() {
    let typed = |staged: Staged, mark| {
        let read =
            staged.token_asked().act("pixel", "read_code", None, OutcomeKind::Code, Some(mark));
        read.submit("main", mark, two())
    };
    let cases = vec![
        ("six", typed(all(), code(9)), Kept),
        ("eight", typed(all(), long(9)), Broken),
        ("nothing declared", typed(none(), long(9)), Untested),
        (
            "a delivered one",
            all().sms("main", "ada", 1).submit("main", long(1), forced()),
            Untested,
        ),
    ];
    check("claims.token-digits", cases);
}

#[test]
fn a_code_lives_as_long_as_declared() {
    let aged = |staged: Staged, seconds, answer| {
        staged.sms("main", "ada", 1).later(seconds).submit("main", code(1), answer)
    };
    let expired = || no(RejectionClass::CodeExpired);
    let slipped = all().sms("main", "ada", 1).wrong("main", 1).later(250);
    let wrong = || no(RejectionClass::CodeInvalid);
    let promised = all().sms("main", "ada", 1).bare("main", Op::ResendCode, sent(Channel::Sms));
    let vanished = all().sms("main", "ada", 1).befell("ada", Channel::Sms, Disturbance::Lost);
    let anew = all().sms("main", "ada", 1).sms("other", "ada", 2);
    let lost = all().sms("main", "ada", 1).later(250);
    let twice = all().sms("main", "ada", 1).bare("main", Op::ResendCode, sent(Channel::Sms));
    let twice = twice.message("ada", Channel::Sms, Some(code(1))).later(250);
    let cases = vec![
        ("old and accepted in time", aged(all(), 250, forced()), Kept),
        ("refused too late", aged(all(), 310, expired()), Kept),
        ("refused though younger", aged(all(), 250, expired()), Broken),
        ("accepted though older", aged(all(), 310, forced()), Broken),
        ("at the second itself", aged(all(), 300, expired()), Kept),
        ("fresh", aged(all(), 5, forced()), Untested),
        ("after a slip", slipped.submit("main", code(1), expired()), Untested),
        (
            "the session ended",
            lost.submit("main", code(1), no(RejectionClass::WrongStep)),
            Untested,
        ),
        ("sent twice", twice.submit("main", code(1), expired()), Untested),
        ("nothing declared", aged(none(), 310, forced()), Untested),
        ("a newer one was promised", promised.submit("main", code(1), wrong()), Untested),
        ("a newer one was lost", vanished.submit("main", code(1), wrong()), Untested),
        ("a newer sign-in", anew.submit("main", code(1), wrong()), Untested),
    ];
    check("claims.code-lifetime", cases);
}

#[test]
fn an_account_takes_the_declared_wrong_codes() {
    let guessed = |staged: Staged, wrong, answer| {
        staged.sms("main", "ada", 1).wrong("main", wrong).submit("main", code(1), answer)
    };
    let locked = || no(RejectionClass::Locked);
    let mut raced = guessed(all(), 5, forced());
    let right = raced.entries.len() - 2;
    raced.event(Event::AtOnce { asked: vec![EntryId::nth(right)], acts: 0 });
    let failed = all().sign_in("main", "ada", no(RejectionClass::Denied));
    let ended = all().sms("old", "ada", 1).sms("new", "ada", 2).wrong("old", 5);
    let cases = vec![
        ("free after four", guessed(all(), 4, forced()), Kept),
        ("locked after five", guessed(all(), 5, locked()), Kept),
        ("locked after four", guessed(all(), 4, locked()), Broken),
        ("free after five", guessed(all(), 5, forced()), Broken),
        ("free after two", guessed(all(), 2, forced()), Untested),
        ("a code that died", guessed(all(), 3, no(RejectionClass::CodeInvalid)), Untested),
        ("a wrong password too", guessed(failed, 4, locked()), Untested),
        ("in a race with the wrong ones", raced, Untested),
        ("in a sign-in that had ended", ended.submit("new", code(2), forced()), Untested),
        ("nothing declared", guessed(none(), 9, forced()), Untested),
    ];
    check("claims.attempts", cases);
}

#[test]
fn a_token_code_may_be_as_late_as_declared() {
    let late = |staged: Staged, seconds, answer| {
        let read = staged.token_asked().read("pixel", 9).later(seconds);
        read.submit("main", code(9), answer)
    };
    let wrong = || no(RejectionClass::CodeInvalid);
    let drifting =
        all().token_asked().act("pixel", "set_clock_drift", None, OutcomeKind::Done, None);
    let drifting = drifting.read("pixel", 9).later(300);
    let counted = all().key_bound(counter(1)).token_wanted().read("pixel", 6).later(300);
    let key = KeyFacts { period: Some(60), ..facts(1) };
    let minute = all().key_bound(key).token_wanted().read("pixel", 6).later(60);
    let spent = all().token_asked().read("pixel", 8).submit("main", code(8), two());
    let spent = spent.sign_in("main", "ada", reply(Re::TokenRequired)).read("pixel", 9);
    let cases = vec![
        ("one step, accepted", late(all(), 30, two()), Kept),
        ("two steps, refused", late(all(), 60, wrong()), Kept),
        ("two steps, accepted", late(all(), 60, two()), Broken),
        ("one step, refused", late(all(), 30, wrong()), Broken),
        ("no step, accepted", late(all(), 0, two()), Untested),
        ("after another code", spent.submit("main", code(9), wrong()), Untested),
        ("locked", late(all(), 30, no(RejectionClass::Locked)), Untested),
        ("nothing declared", late(none(), 300, two()), Untested),
        ("a clock that drifts", drifting.submit("main", code(9), two()), Untested),
        ("a code of a counter", counted.submit("main", code(6), two()), Untested),
        ("of a longer step", minute.submit("main", code(6), two()), Kept),
    ];
    check("claims.token-window", cases);
}

/// Ada's phone scans the first QR code, and is told that its time is over.
fn over(staged: Staged) -> Staged {
    let mut staged = staged.scan("pixel", 1);
    staged.event(Event::Acted {
        device: "pixel".into(),
        act: "activate".into(),
        given: None,
        outcome: OutcomeKind::Refused,
        reason: Some(Reason::ActivationExpired),
        code: None,
        times: None,
        push: None,
    });
    staged
}

#[test]
fn activation_material_lives_as_long_as_declared() {
    let begun = |staged: Staged| {
        let pin = staged.sms("main", "ada", 1).submit("main", code(1), forced());
        pin.bare("main", Op::BeginEnrolment, page(1))
    };
    let phone =
        |staged, seconds, outcome| begun(staged).later(seconds).activate("pixel", 1, outcome);
    let desktop = |seconds, answer| {
        begun(all()).later(seconds).bare("main", Op::SubmitRegistrationCode, answer)
    };
    let expired = || no(RejectionClass::EnrolmentExpired);
    let timed_out = || over(begun(all()).later(250));
    let cancelled = begun(all()).bare("main", Op::Cancel, reply(Re::Done));
    let anew = begun(all()).bare("main", Op::BeginEnrolment, page(2));
    let used = begun(all()).activate("spare", 1, OutcomeKind::Activated);
    let cases = vec![
        ("after a cancel", over(cancelled), Untested),
        ("after another page", over(anew), Untested),
        ("after it was used", over(used), Untested),
        (
            "desktop, after a cancel",
            {
                let left = begun(all()).bare("main", Op::Cancel, reply(Re::Done));
                left.bare("main", Op::SubmitRegistrationCode, expired())
            },
            Untested,
        ),
        ("in time", phone(all(), 250, OutcomeKind::Activated), Kept),
        ("too late", phone(all(), 310, OutcomeKind::Activated), Broken),
        ("over too early", timed_out(), Broken),
        ("turned away for some reason", phone(all(), 250, OutcomeKind::Refused), Untested),
        ("desktop, in time", desktop(250, reply(Re::Done)), Kept),
        ("desktop, refused in the end", desktop(310, expired()), Kept),
        ("desktop, too late", desktop(310, reply(Re::Done)), Broken),
        ("desktop, over too early", desktop(250, expired()), Broken),
        ("desktop, at once", desktop(1, reply(Re::Done)), Untested),
        ("nothing declared", phone(none(), 900, OutcomeKind::Activated), Untested),
    ];
    check("claims.activation-lifetime", cases);
}

/// A sign-in with so many messages, then a request for another.
fn flooded(staged: Staged, messages: u32, last: Observed) -> Staged {
    let mut staged = staged.sms("main", "ada", 1);
    for nth in 2..=messages {
        staged = staged.bare("main", Op::ResendCode, sent(Channel::Sms));
        staged = staged.message("ada", Channel::Sms, Some(code(nth)));
    }
    staged.bare("main", Op::ResendCode, last)
}

#[test]
fn a_sign_in_sends_the_declared_messages() {
    let limited = || no(RejectionClass::RateLimited);
    let before = all().sms("first", "ada", 50);
    let pause = Observed { retry_after_ms: Some(30_000), ..limited() };
    let later = flooded(all(), 2, limited()).later(30);
    let later = later.bare("main", Op::ResendCode, sent(Channel::Sms));
    let later = later.message("ada", Channel::Sms, Some(code(3)));
    let cases = vec![
        ("three", flooded(all(), 3, limited()), Kept),
        ("four", flooded(all(), 4, limited()), Broken),
        ("two", flooded(all(), 2, limited()), Broken),
        ("two, and one of another sign-in", flooded(before, 2, limited()), Untested),
        ("another refusal", flooded(all(), 2, no(RejectionClass::Locked)), Untested),
        ("a pause between two", flooded(all(), 2, pause), Untested),
        ("one more, later", later, Untested),
        ("nothing declared", flooded(none(), 9, limited()), Untested),
    ];
    check("claims.messages", cases);
}

#[test]
fn a_resend_does_what_is_declared() {
    let again = |policy, newer| {
        let staged = declared(|declared| declared.resend = Some(policy)).sms("main", "ada", 1);
        let staged = staged.bare("main", Op::ResendCode, sent(Channel::Sms));
        staged.message("ada", Channel::Sms, Some(code(newer)))
    };
    let typed = |policy, answer| again(policy, 2).submit("main", code(1), answer);
    let dead = || no(RejectionClass::CodeSuperseded);
    let cases = vec![
        ("a new one", again(Resend::Rotate, 2), Kept),
        ("the older is dead", typed(Resend::Rotate, dead()), Kept),
        ("the older lives", typed(Resend::Rotate, forced()), Broken),
        ("the same", again(Resend::Rotate, 1), Broken),
        ("both live", typed(Resend::Both, forced()), Kept),
        ("one is dead", typed(Resend::Both, dead()), Broken),
        ("the same again", again(Resend::Reuse, 1), Kept),
        ("another", again(Resend::Reuse, 2), Broken),
        ("no resend", all().sms("main", "ada", 1), Untested),
    ];
    check("claims.resend", cases);
}

fn compared(codes: u32, unseen: u32, row: u32) -> Staged {
    let mut staged = Staged::new().sms("main", "ada", 1);
    staged.event(Event::CodesCompared { codes, unseen, row });
    staged
}

#[test]
fn codes_follow_no_rule_that_a_dozen_of_them_shows() {
    let cases = vec![
        ("no row", compared(12, 0, 2), Kept),
        ("five in equal steps", compared(12, 0, 5), Broken),
        ("four, which proves nothing", compared(12, 0, 4), Untested),
        ("too few", Staged::new().sms("main", "ada", 1), Untested),
    ];
    check("code.not-sequential", cases);
    let cases = vec![
        ("all", compared(12, 0, 2), Kept),
        ("five missing", compared(12, 5, 2), Broken),
        ("one missing, which happens", compared(12, 1, 2), Untested),
        ("one missing of many", compared(50, 1, 2), Broken),
        ("too few", Staged::new().sms("main", "ada", 1), Untested),
    ];
    check("code.every-digit", cases);
}

#[test]
fn people_who_ask_at_once_get_codes_of_their_own() {
    let asked = |codes: [u32; 6], apart| {
        let [first_of_ada, first_of_bob, c, d, e, f] = codes;
        let first = Staged::new()
            .sms("a", "ada", first_of_ada)
            .later(apart)
            .sms("b", "bob", first_of_bob)
            .later(70);
        let second = first.sms("c", "ada", c).later(apart).sms("d", "bob", d).later(70);
        second.sms("e", "ada", e).later(apart).sms("f", "bob", f)
    };
    let cases = vec![
        ("their own", asked([1, 2, 3, 4, 5, 6], 0), Kept),
        ("the same, twice", asked([1, 1, 2, 2, 3, 4], 0), Broken),
        ("once, which happens", asked([1, 1, 2, 3, 4, 5], 0), Untested),
        ("the same, not at once", asked([1, 1, 2, 2, 3, 3], 5), Untested),
    ];
    check("code.not-shared", cases);
}
