//! Counting wrong codes.

use super::Came::{Broken, Kept, Untested};
use super::*;

fn forced() -> Observed {
    reply(Re::EnrolmentRequired)
}

fn locked() -> Observed {
    no(RejectionClass::Locked)
}

/// `wrong` wrong codes, then the right one.
fn guessed(wrong: u32, answer: Observed) -> Staged {
    Staged::new().sms("main", "ada", 1).wrong("main", wrong).submit("main", code(1), answer)
}

fn unlocked(staged: Staged) -> Staged {
    let user = Some("ada.user".to_owned());
    staged.ask("main", Request { user, ..Request::bare(Op::Unlock) }, reply(Re::Done))
}

#[test]
fn wrong_codes_are_capped() {
    let rested = Staged::new().sms("main", "ada", 1).wrong("main", 6).later(3600);
    let rested = rested.sms("main", "ada", 2).submit("main", code(2), forced());
    let lifted = unlocked(guessed(6, locked())).sms("main", "ada", 2);
    let cases = vec![
        ("blocked after five", guessed(5, locked()), Kept),
        ("free after six", guessed(6, forced()), Broken),
        ("one slip", guessed(1, forced()), Untested),
        ("after an hour", rested, Untested),
        ("unlocked by hand", lifted.submit("main", code(2), forced()), Untested),
    ];
    check("psd2.five-failures", cases);
    let cases = vec![
        ("blocked", guessed(5, locked()), Kept),
        ("free after 101", guessed(101, forced()), Broken),
        ("free after 99", guessed(99, forced()), Untested),
    ];
    check("nist.failures-capped", cases);
    let token = Staged::new().token_asked().wrong("main", 10).read("pixel", 9);
    let cases = vec![
        ("blocked", guessed(5, locked()), Kept),
        ("free", token.submit("main", code(9), signed_in(Assurance::TwoFactor)), Broken),
        ("one slip", guessed(1, forced()), Untested),
    ];
    check("rfc4226.throttle", cases);
}

#[test]
fn the_count_survives_new_sessions_and_new_codes() {
    // What the limit is, is first shown with one person; then another tries to get round it.
    let shown = || {
        let staged = Staged::new().sms("bobs", "bob", 50).wrong("bobs", 5);
        staged.submit("bobs", code(50), locked())
    };
    let spread = |answer| {
        let first = shown().sms("one", "ada", 1).wrong("one", 3).sms("two", "ada", 2);
        first.wrong("two", 3).sms("three", "ada", 3).submit("three", code(3), answer)
    };
    let cases = vec![
        ("blocked", spread(locked()), Kept),
        ("free", spread(forced()), Broken),
        ("no limit is known", guessed(6, forced()), Untested),
    ];
    check("rfc4226.throttle-across-sessions", cases);
    let resent = |answer| {
        let first = shown().sms("main", "ada", 1).wrong("main", 3);
        let again = first.bare("main", Op::ResendCode, sent(Channel::Sms));
        let again = again.message("ada", Channel::Sms, Some(code(2))).wrong("main", 3);
        again.submit("main", code(2), answer)
    };
    let cases = vec![
        ("blocked", resent(locked()), Kept),
        ("free", resent(forced()), Broken),
        ("no limit is known", guessed(6, forced()), Untested),
    ];
    check("nist.new-secret-keeps-count", cases);
}

#[test]
fn a_lock_holds_until_it_is_lifted() {
    let said =
        || Staged::new().sms("main", "ada", 1).wrong("main", 4).submit("main", code(77), locked());
    let cases = vec![
        ("refused", said().submit("main", code(1), locked()), Kept),
        ("accepted", said().submit("main", code(1), forced()), Broken),
        ("lifted", unlocked(said()).submit("main", code(1), forced()), Untested),
    ];
    check("lockout.right-code-refused", cases);
    let cases = vec![
        ("in again", unlocked(said()).sms("main", "ada", 2), Kept),
        ("still out", unlocked(said()).sign_in("main", "ada", locked()), Broken),
        ("another person", unlocked(said()).sign_in("bobs", "bob", locked()), Untested),
        ("never locked", unlocked(guessed(1, forced())).sms("main", "ada", 2), Untested),
    ];
    check("lockout.unlock-restores", cases);
}
