//! Codes of a counter, of a late time, and responses to challenges.

use super::Came::{Broken, Kept, Untested};
use super::keys::{challenges, counter, facts};
use super::*;

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

fn wrong() -> Observed {
    no(RejectionClass::CodeInvalid)
}

fn enrolled() -> Observed {
    reply(Re::Enrolled)
}

/// Ada has a counter and has used its code numbered 5, the first.
fn bound() -> Staged {
    Staged::new().key_bound(counter(1))
}

fn press(mut staged: Staged, times: u32) -> Staged {
    staged = staged.act("pixel", "press", None, OutcomeKind::Done, None);
    if let Some(Event::Acted { times: pressed, .. }) =
        staged.entries.last_mut().map(|entry| &mut entry.event)
    {
        *pressed = Some(times);
    }
    staged
}

#[test]
fn a_counter_moves_past_what_was_used() {
    let again = |answer| {
        let staged = bound().token_wanted().read("pixel", 6).submit("main", code(6), two());
        staged.token_wanted().submit("main", code(6), answer)
    };
    let of_time = {
        let staged = Staged::new().key_bound(facts(1)).token_wanted().read("pixel", 6);
        staged.submit("main", code(6), two()).token_wanted().submit("main", code(6), two())
    };
    let cases = vec![
        ("refused", again(wrong()), Kept),
        ("accepted", again(two()), Broken),
        ("a code of the time", of_time, Untested),
    ];
    check("rfc4226.counter-moves", cases);
    let earlier = |first, second, answer| {
        let staged = bound().read("pixel", 6).read("pixel", 7).token_wanted();
        let staged = staged.submit("main", code(first), two()).token_wanted();
        staged.submit("main", code(second), answer)
    };
    let anew = {
        let staged = press(bound(), 8).token_wanted().read("pixel", 6);
        let staged = staged.submit("main", code(6), two()).begin_key("main", 2, counter(2));
        let staged = staged.scan("pixel", 2).read("pixel", 7).confirm(Some(code(7)), enrolled());
        staged.token_wanted().read("pixel", 8).submit("main", code(8), two())
    };
    let cases = vec![
        ("refused", earlier(7, 6, wrong()), Kept),
        ("accepted", earlier(7, 6, two()), Broken),
        ("of a key that was bound anew", anew, Untested),
        ("a later one", earlier(6, 7, two()), Untested),
    ];
    check("rfc4226.earlier-counter-refused", cases);
}

#[test]
fn looking_ahead_has_an_end() {
    let ahead = |times, answer| {
        press(bound(), times).token_wanted().read("pixel", 6).submit("main", code(6), answer)
    };
    let cases = vec![
        ("far and refused", ahead(600, wrong()), Kept),
        ("far and accepted", ahead(600, two()), Broken),
        ("near", ahead(5, two()), Untested),
    ];
    check("rfc4226.bounded-look-ahead", cases);
}

#[test]
fn two_codes_in_a_row_resynchronise() {
    let tried = |times, first, second, answer| {
        let staged = press(bound(), times).token_wanted().read("pixel", 6).read("pixel", 7);
        let (code, second) = (Some(code(first)), Some(code(second)));
        let request = Request { code, second, ..Request::bare(Op::Resynchronise) };
        staged.ask("main", request, answer)
    };
    let done = || reply(Re::Done);
    let cases = vec![
        ("found", tried(8, 6, 7, done()), Kept),
        ("found far ahead", tried(30, 6, 7, done()), Kept),
        ("refused", tried(8, 6, 7, wrong()), Broken),
        ("refused far ahead", tried(30, 6, 7, wrong()), Untested),
        ("too far to be found", tried(3000, 6, 7, wrong()), Untested),
        ("locked", tried(30, 6, 7, no(RejectionClass::Locked)), Untested),
    ];
    check("rfc4226.resync-exists", cases);
    let cases = vec![
        ("refused", tried(30, 6, 6, wrong()), Kept),
        ("accepted", tried(30, 6, 6, done()), Broken),
        ("backwards", tried(30, 7, 6, done()), Broken),
        ("in a row", tried(30, 6, 7, done()), Untested),
    ];
    check("rfc4226.resync-consecutive", cases);
}

#[test]
fn a_right_code_is_right_whatever_it_looks_like_and_whenever_it_is() {
    let zero = || {
        let shape = code(9).shape.map(|shape| Shape { leading_zero: true, ..shape });
        Mark { shape, ..code(9) }
    };
    let typed = |mark: Mark, seconds, answer| {
        let staged = Staged::new().key_bound(facts(1)).later(seconds).token_wanted();
        let staged = staged.act("pixel", "read_code", None, OutcomeKind::Code, Some(mark));
        staged.submit("main", mark, answer)
    };
    let cases = vec![
        ("accepted", typed(zero(), 30, two()), Kept),
        ("refused", typed(zero(), 30, wrong()), Broken),
        ("no zero", typed(code(9), 30, wrong()), Untested),
    ];
    check("rfc4226.leading-zeros", cases);
    let years = 9 * 366 * 86_400;
    let cases = vec![
        ("accepted", typed(code(9), years, two()), Kept),
        ("refused", typed(code(9), years, wrong()), Broken),
        ("before", typed(code(9), 30, two()), Untested),
    ];
    check("rfc6238.beyond-2038", cases);
}

#[test]
fn a_challenge_is_new_long_and_answered_once() {
    let asks = |text: &str| Observed {
        challenge: Some(text.to_owned()),
        ..Observed::bare(Re::TokenRequired)
    };
    let asked = |first: &str, second: &str| {
        let staged = Staged::new().key_bound(challenges(1)).sign_in("main", "ada", asks(first));
        staged.sign_in("main", "ada", asks(second))
    };
    let once = || Staged::new().key_bound(challenges(1)).sign_in("main", "ada", asks("1234567890"));
    let answered = || {
        let staged = once().submit("main", code(6), two());
        staged.sign_in("main", "ada", asks("1234567890"))
    };
    let cases = vec![
        ("new", asked("1234567890", "2345678901"), Kept),
        ("the same, answered before", answered(), Broken),
        ("the same, unanswered", asked("1234567890", "1234567890"), Untested),
        ("one only", once(), Untested),
    ];
    check("ocra.challenge-fresh", cases);
    let short = Staged::new().key_bound(challenges(1)).sign_in("main", "ada", asks("1234"));
    let cases = vec![
        ("ten digits", once(), Kept),
        ("four digits", short, Broken),
        ("none", Staged::new().key_bound(facts(1)).token_wanted(), Untested),
    ];
    check("ocra.challenge-length", cases);
    let replayed = |answer| {
        let staged = once().act("pixel", "respond", None, OutcomeKind::Code, Some(code(6)));
        let staged = staged.submit("main", code(6), two());
        staged.sign_in("main", "ada", asks("2345678901")).submit("main", code(6), answer)
    };
    let cases = vec![
        ("refused", replayed(wrong()), Kept),
        ("accepted", replayed(two()), Broken),
        ("once", once(), Untested),
    ];
    check("ocra.challenge-single-use", cases);
}
