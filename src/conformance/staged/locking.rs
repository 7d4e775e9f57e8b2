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

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

/// Wrong codes in one browser after another one had signed in, where the right one is typed.
fn ended(wrong: u32) -> Staged {
    let staged = Staged::new().sms("old", "ada", 1).sms("new", "ada", 2).wrong("old", wrong);
    staged.submit("new", code(2), forced())
}

/// Wrong codes, each of which is answered a second later than the one before.
fn slowly(mut staged: Staged, times: u32) -> Staged {
    for nth in 0..times {
        staged = staged.submit("main", code(2000 + nth), no(RejectionClass::CodeInvalid));
        let answered = staged.entries.len() - 1;
        staged = staged.passes(u64::from(nth));
        staged.entries[answered].at = staged.now;
    }
    staged
}

/// Codes that nobody looked at.
fn turned_away(mut staged: Staged, session: &'static str, times: u32) -> Staged {
    for nth in 0..times {
        staged = staged.submit(session, code(3000 + nth), no(RejectionClass::RateLimited));
    }
    staged
}

/// Bob is guessed at without a word of a lock, and then his right password is refused too.
fn silent() -> Staged {
    let denied = || no(RejectionClass::Denied);
    let staged = Staged::new().provisioned("bob", 1).sms("bobs", "bob", 50).wrong("bobs", 11);
    let staged = staged.submit("bobs", code(50), denied());
    staged.sign_in_with("again", ("bob", 1), denied())
}

/// Ada is guessed at from three browsers that sign in just before.
fn in_turn(mut staged: Staged, answer: Observed) -> Staged {
    for (session, ordinal) in [("one", 1), ("two", 2), ("three", 3)] {
        staged = staged.sms(session, "ada", ordinal).wrong(session, 4);
    }
    staged.submit("three", code(3), answer)
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
        ("in a sign-in that had ended", ended(6), Untested),
    ];
    check("psd2.five-failures", cases);
    let cases = vec![
        ("blocked", guessed(5, locked()), Kept),
        ("free after 101", guessed(101, forced()), Broken),
        ("free after 99", guessed(99, forced()), Untested),
    ];
    check("nist.failures-capped", cases);
    let token = Staged::new().token_asked().wrong("main", 10).read("pixel", 9);
    let slowed = slowly(Staged::new().token_asked(), 10).read("pixel", 9);
    let busy = || no(RejectionClass::RateLimited);
    let cases = vec![
        ("blocked", guessed(5, locked()), Kept),
        ("slower and slower", slowed.submit("main", code(9), two()), Untested),
        ("too fast, and no guess before", guessed(0, busy()), Untested),
        ("free", token.submit("main", code(9), two()), Broken),
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
    // Only the newest sign-in of a person is alive here, so only four guesses count.
    let one_alive = shown().sms("one", "ada", 1).sms("two", "ada", 2).sms("three", "ada", 3);
    let one_alive = one_alive.wrong("one", 4).wrong("two", 4).wrong("three", 4);
    // A sign-in ends after five wrong codes, an account is locked after fifteen.
    let ended = Staged::new().sms("bobs", "bob", 50).wrong("bobs", 12);
    let ended = ended.submit("bobs", code(50), no(RejectionClass::CodeInvalid));
    let busy = shown().sms("one", "ada", 1).wrong("one", 3);
    let busy = turned_away(busy, "one", 3).sms("two", "ada", 2).wrong("two", 1);
    let fifth = Staged::new().sms("bobs", "bob", 50).wrong("bobs", 4);
    let fifth = fifth.submit("bobs", code(51), locked()).sms("one", "ada", 1).wrong("one", 2);
    let fifth = fifth.sms("two", "ada", 2).wrong("two", 2).submit("two", code(2), forced());
    let cases = vec![
        ("blocked", spread(locked()), Kept),
        ("free", spread(forced()), Broken),
        ("sign-ins that had ended", one_alive.submit("three", code(3), forced()), Untested),
        ("no lock is known", in_turn(ended, forced()), Untested),
        ("a sign-in shows the lock", in_turn(silent(), forced()), Broken),
        ("guesses that nobody looked at", busy.submit("two", code(2), forced()), Untested),
        ("the fifth one locks", fifth, Untested),
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
    let lasting = |seconds: u64| {
        let answer = Observed { retry_after_ms: Some(seconds * 1000), ..locked() };
        Staged::new().sms("main", "ada", 1).wrong("main", 4).submit("main", code(77), answer)
    };
    let elsewhere = said().sms("other", "ada", 2).submit("other", code(2), forced());
    let choose = Request { channel: Some(Channel::Email), ..Request::bare(Op::ChooseChannel) };
    let other = said().ask("main", choose, sent(Channel::Email));
    let other = other.message("ada", Channel::Email, Some(code(2)));
    let other = other.submit("main", code(2), forced());
    let cases = vec![
        ("refused", said().submit("main", code(1), locked()), Kept),
        ("accepted", said().submit("main", code(1), forced()), Broken),
        ("lifted", unlocked(said()).submit("main", code(1), forced()), Untested),
        ("over by itself", said().passes(3).submit("main", code(1), forced()), Untested),
        ("said to last longer", lasting(60).passes(3).submit("main", code(1), forced()), Broken),
        ("in another sign-in", elsewhere, Untested),
        ("another authenticator", other, Untested),
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
