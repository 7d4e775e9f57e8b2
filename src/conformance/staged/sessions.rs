//! Sessions.

use super::Came::{Broken, Kept, Untested};
use super::*;

#[test]
fn a_session_ends_at_sign_out() {
    let left = || {
        let staged = Staged::new().sign_in("main", "ada", signed_in(Assurance::TwoFactor));
        staged.bare("main", Op::SignOut, reply(Re::SignedOut))
    };
    let probe = |answer| left().bare("main", Op::Probe, answer);
    let cases = vec![
        ("signed out", probe(reply(Re::SignedOut)), Kept),
        ("still signed in", probe(signed_in(Assurance::TwoFactor)), Broken),
        ("nobody looked", left(), Untested),
    ];
    check("session.ends-at-sign-out", cases);
}

#[test]
fn no_step_is_skipped() {
    let begin =
        |answer| Staged::new().sms("main", "ada", 1).bare("main", Op::BeginEnrolment, answer);
    let lost = Staged::new().sms("main", "ada", 1).lost("main", Op::SubmitCode).bare(
        "main",
        Op::BeginEnrolment,
        page(1),
    );
    let cases = vec![
        ("refused", begin(no(RejectionClass::WrongStep)), Kept),
        ("the PIN is asked for again", begin(sent(Channel::Sms)), Kept),
        ("taken", begin(page(1)), Broken),
        ("in order", Staged::new().activated(), Untested),
        ("after a lost answer", lost, Untested),
    ];
    check("session.steps-not-skipped", cases);
}

#[test]
fn browsers_are_independent() {
    let beside = |answer| {
        Staged::new()
            .sign_in("main", "ada", signed_in(Assurance::TwoFactor))
            .sms("other", "ada", 1)
            .bare("other", Op::Probe, answer)
    };
    let alone = Staged::new().sms("other", "ada", 1).bare("other", Op::Probe, sent(Channel::Sms));
    let cases = vec![
        ("still asked", beside(sent(Channel::Sms)), Kept),
        ("let in", beside(signed_in(Assurance::TwoFactor)), Broken),
        ("alone", alone, Untested),
    ];
    check("session.independent", cases);
}
