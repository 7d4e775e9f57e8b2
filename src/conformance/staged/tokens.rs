//! Codes of tokens.

use super::Came::{Broken, Kept, Untested};
use super::keys::{counter, facts};
use super::*;
use crate::journal::KeyFacts;

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

fn wrong() -> Observed {
    no(RejectionClass::CodeInvalid)
}

fn typed(answer: Observed) -> Staged {
    Staged::new().token_asked().read("pixel", 9).submit("main", code(9), answer)
}

#[test]
fn a_token_code_is_good_once() {
    let again = |answer| {
        typed(two()).sign_in("main", "ada", reply(Re::TokenRequired)).submit(
            "main",
            code(9),
            answer,
        )
    };
    let cases = vec![
        ("refused", again(wrong()), Kept),
        ("accepted", again(two()), Broken),
        ("once", typed(two()), Untested),
        ("typed into a signed-in session", typed(two()).submit("main", code(9), two()), Untested),
    ];
    check("rfc6238.single-use", cases);
}

#[test]
fn a_token_code_may_be_one_step_late() {
    let aged = |seconds, answer| {
        let read = Staged::new().token_asked().read("pixel", 9);
        read.later(seconds).submit("main", code(9), answer)
    };
    // Asked after so many seconds, answered half a minute later.
    let slow = |seconds, answer| {
        let mut staged = aged(seconds, answer);
        if let Some(answered) = staged.entries.last_mut() {
            answered.at = answered.at + Duration::from_secs(31);
        }
        staged
    };
    let minute = |seconds, answer| {
        let key = KeyFacts { period: Some(60), ..facts(1) };
        let read = Staged::new().key_bound(key).token_wanted().read("pixel", 6);
        read.later(seconds).submit("main", code(6), answer)
    };
    let skewed = Staged::new()
        .token_asked()
        .act("pixel", "set_clock_skew", None, OutcomeKind::Done, None)
        .read("pixel", 9)
        .later(60)
        .submit("main", code(9), two());
    let cases = vec![
        ("two steps old, refused", aged(60, wrong()), Kept),
        ("two steps old, accepted", aged(60, two()), Broken),
        ("one step old", aged(30, two()), Untested),
        ("a device whose clock was set off", skewed, Untested),
        ("answered late", slow(59, two()), Untested),
        ("a longer step", minute(90, two()), Untested),
        ("two longer steps", minute(120, two()), Broken),
    ];
    check("rfc6238.one-step-window", cases);
    let drifting = Staged::new()
        .token_asked()
        .act("pixel", "set_clock_drift", None, OutcomeKind::Done, None)
        .read("pixel", 9)
        .later(60)
        .submit("main", code(9), two());
    let counted = Staged::new().key_bound(counter(1)).token_wanted().read("pixel", 6).later(60);
    let cases = vec![
        ("old, refused", aged(31, wrong()), Kept),
        ("old, accepted", aged(31, two()), Broken),
        ("young", aged(30, two()), Untested),
        ("answered late", slow(29, two()), Untested),
        ("a clock that drifts", drifting, Untested),
        ("a code of a counter", counted.submit("main", code(6), two()), Untested),
    ];
    check("asvs.totp-thirty-seconds", cases);
}

#[test]
fn a_token_code_has_six_digits() {
    let short =
        Mark { shape: Some(Shape { length: 4, ..code(9).shape.expect("a code") }), ..code(9) };
    let short = Staged::new()
        .token_asked()
        .act("pixel", "read_code", None, OutcomeKind::Code, Some(short))
        .submit("main", short, two());
    let cases = vec![
        ("six", typed(two()), Kept),
        ("four", short, Broken),
        ("refused", typed(wrong()), Untested),
    ];
    check("rfc4226.six-digits", cases);
}

#[test]
fn a_token_signs_in_with_two_factors() {
    let stale = Staged::new().token_asked().read("pixel", 9).later(120);
    let cases = vec![
        ("two factors", typed(two()), Kept),
        ("refused", typed(wrong()), Broken),
        ("one factor", typed(signed_in(Assurance::SingleFactor)), Broken),
        ("stale", stale.submit("main", code(9), wrong()), Untested),
    ];
    check("guide.second-factor-signs-in", cases);
}
