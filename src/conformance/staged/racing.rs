//! Questions put at once, messages without end, and odd input.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::operation::Writing;

impl Staged {
    /// The last `questions` were put at once, and so were the next `acts`.
    fn together(mut self, questions: usize, acts: u32) -> Self {
        let is_question = |entry: &&Entry| matches!(entry.event, Event::Asked { .. });
        let latest = self.entries.iter().rev().filter(is_question).take(questions);
        let asked = latest.map(|entry| entry.id).collect();
        self.event(Event::AtOnce { asked, acts });
        self
    }
}

fn forced() -> Observed {
    reply(Re::EnrolmentRequired)
}

fn wrong() -> Observed {
    no(RejectionClass::CodeInvalid)
}

#[test]
fn one_code_lets_one_browser_in() {
    let tried = |second, answers: [Observed; 2]| {
        let [one, other] = answers;
        let staged = Staged::new().sms("one", "ada", 1).sms("two", "ada", 2);
        staged.submit("two", code(2), one).submit(second, code(2), other).together(2, 0)
    };
    let cases = vec![
        ("one of two", tried("one", [forced(), wrong()]), Kept),
        ("both", tried("one", [forced(), forced()]), Broken),
        ("neither", tried("one", [wrong(), wrong()]), Untested),
        ("one browser, twice", tried("two", [forced(), forced()]), Untested),
    ];
    check("race.one-code-one-winner", cases);
}

#[test]
fn guesses_at_once_count() {
    let guessed = |class| {
        let shown = Staged::new().sms("bobs", "bob", 50).wrong("bobs", 5);
        let shown = shown.submit("bobs", code(50), no(RejectionClass::Locked));
        let mut staged = shown.sms("main", "ada", 1).submit("main", code(60), wrong());
        for ordinal in 61..66 {
            staged = staged.submit("main", code(ordinal), no(class));
        }
        staged.together(6, 0)
    };
    let looked_at = || guessed(RejectionClass::CodeInvalid);
    let busy = || guessed(RejectionClass::RateLimited);
    let locked = no(RejectionClass::Locked);
    let cases = vec![
        ("counted", looked_at().submit("main", code(1), locked), Kept),
        ("forgotten", looked_at().submit("main", code(1), forced()), Broken),
        ("one looked at, the others not", busy().submit("main", code(1), forced()), Untested),
        (
            "perhaps not looked at",
            guessed(RejectionClass::Denied).submit("main", code(1), forced()),
            Untested,
        ),
    ];
    check("race.every-guess-counts", cases);
}

#[test]
fn one_of_two_phones_is_activated() {
    let tried = |outcomes: [OutcomeKind; 2]| {
        let qr = Some(secret(SecretKind::QrCode, 1));
        let mut staged = Staged::new();
        for device in ["pixel", "spare"] {
            staged = staged.act(device, "scan", qr, OutcomeKind::Scanned, None);
        }
        staged = staged.together(0, 2);
        for (device, outcome) in ["pixel", "spare"].into_iter().zip(outcomes) {
            staged = staged.act(device, "activate", None, outcome, None);
        }
        staged
    };
    let (yes, no) = (OutcomeKind::Activated, OutcomeKind::Refused);
    let cases = vec![
        ("one", tried([yes, no]), Kept),
        ("both", tried([yes, yes]), Broken),
        ("neither", tried([no, no]), Untested),
    ];
    check("race.one-activation-one-winner", cases);
}

/// Ada asks for another message `times` times; with a message each, or without.
fn resent(session: &'static str, first: u32, times: u32, comes: bool) -> Staged {
    let mut staged = Staged::new().sms(session, "ada", first);
    for nth in 1..=times {
        staged = staged.bare(session, Op::ResendCode, sent(Channel::Sms));
        if comes {
            staged = staged.message("ada", Channel::Sms, Some(code(first + nth)));
        }
    }
    staged
}

#[test]
fn messages_have_an_end() {
    let end = |class| resent("main", 1, 3, true).bare("main", Op::ResendCode, no(class));
    let mut slowly = Staged::new().sms("main", "ada", 1);
    for nth in 2..=30 {
        slowly = slowly.later(60).bare("main", Op::ResendCode, sent(Channel::Sms));
        slowly = slowly.message("ada", Channel::Sms, Some(code(nth)));
    }
    let cases = vec![
        ("a limit", end(RejectionClass::RateLimited), Kept),
        ("a limit, without a word", end(RejectionClass::Denied), Kept),
        ("no limit", resent("main", 1, 21, true), Broken),
        ("promised only", resent("main", 1, 21, false), Untested),
        ("one a minute", slowly, Untested),
        ("refused for another reason", end(RejectionClass::WrongStep), Untested),
    ];
    check("asvs.code-requests-limited", cases);
}

#[test]
fn messages_asked_for_at_once_have_the_same_end() {
    let at_once = |comes| {
        let known = resent("control", 1, 2, true);
        let known = known.bare("control", Op::ResendCode, no(RejectionClass::RateLimited));
        let mut staged = known.sms("main", "ada", 10);
        for _ in 0..5 {
            staged = staged.bare("main", Op::ResendCode, sent(Channel::Sms));
        }
        staged = staged.together(5, 0);
        for nth in 0..comes {
            staged = staged.message("ada", Channel::Sms, Some(code(20 + nth)));
        }
        staged
    };
    let cases = vec![
        ("as many", at_once(2), Kept),
        ("more", at_once(5), Broken),
        ("promised five, sent one", at_once(1), Untested),
    ];
    check("race.messages-stay-limited", cases);
}

fn written(writing: Writing, answer: Observed) -> Staged {
    let written = Some(writing);
    let request = Request { code: Some(code(1)), written, ..Request::bare(Op::SubmitCode) };
    Staged::new().sms("main", "ada", 1).ask("main", request, answer)
}

#[test]
fn a_code_as_people_write_it_is_the_code() {
    let cases = vec![
        ("taken", written(Writing::Padded, forced()), Kept),
        ("refused", written(Writing::Padded, wrong()), Broken),
        ("no way to write it so", written(Writing::Padded, reply(Re::Unsupported)), Untested),
    ];
    check("input.read-as-people-write", cases);
}

#[test]
fn odd_input_is_no_code() {
    let cases = vec![
        ("refused", written(Writing::Wildcard, wrong()), Kept),
        ("taken", written(Writing::Wildcard, forced()), Broken),
        ("a lock", written(Writing::Wildcard, no(RejectionClass::Locked)), Untested),
        ("no way to write it so", written(Writing::Wildcard, reply(Re::Unsupported)), Untested),
    ];
    check("input.pattern-refused", cases);
}
