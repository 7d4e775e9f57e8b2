//! Sessions.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::TokenKind;
use crate::domain::reply::BoundToken;

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
        ("the password is asked for again", begin(reply(Re::SignedOut)), Kept),
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

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

#[test]
fn another_person_in_the_browser_gains_nothing() {
    let next = |person, answer| {
        Staged::new().sign_in("main", "ada", two()).sign_in("main", person, answer)
    };
    let cases = vec![
        ("a code is asked for", next("bob", reply(Re::TokenRequired)), Kept),
        ("let in", next("bob", two()), Broken),
        ("the same person, still signed in", next("ada", two()), Untested),
        ("she has to sign out first", next("bob", no(RejectionClass::WrongStep)), Untested),
    ];
    check("session.sign-in-starts-over", cases);
}

#[test]
fn a_removed_token_takes_the_other_sessions_with_it() {
    let removed = |staged: Staged, answer| {
        let staged = staged.sign_in("other", "ada", two()).sign_in("main", "ada", two());
        let staged = staged.bare("main", Op::RevokeToken, reply(Re::Done));
        staged.bare("other", Op::Probe, answer)
    };
    let second = Staged::new().enrolled().bare("main", Op::BeginEnrolment, page(2));
    let second = second.bare("main", Op::ConfirmEnrolment, reply(Re::Enrolled));
    let cases = vec![
        ("over", removed(Staged::new().enrolled(), reply(Re::SignedOut)), Kept),
        ("goes on", removed(Staged::new().enrolled(), two()), Broken),
        ("goes on, perhaps by the token that stayed", removed(second, two()), Untested),
    ];
    check("session.removal-ends-others", cases);
}

#[test]
fn no_certificate_before_the_first_token_stands() {
    let tried = |staged: Staged, answer| staged.bare("main", Op::CreateCertificate, answer);
    let second = Staged::new().sign_in("main", "ada", two());
    let second = second.bare("main", Op::BeginEnrolment, page(2));
    let refused = no(RejectionClass::WrongStep);
    let cases = vec![
        ("refused", tried(Staged::new().activated(), refused), Kept),
        ("made", tried(Staged::new().activated(), reply(Re::Certificate)), Broken),
        ("made, beside a second token", tried(second, reply(Re::Certificate)), Untested),
    ];
    check("guide.certificate-not-while-activating", cases);
}

#[test]
fn everybody_sees_their_own_tokens() {
    let listed = |answer| {
        let bound = vec![BoundToken { id: "48244-13456".into(), kind: TokenKind::Mobile }];
        let list = Observed { bound, ..reply(Re::Tokens) };
        let staged = Staged::new().enrolled().sign_in("main", "ada", two());
        staged.sign_in("main", "bob", answer).bare("main", Op::ListTokens, list)
    };
    let own = Staged::new().enrolled().bare("main", Op::ListTokens, reply(Re::Tokens));
    let cases = vec![
        ("hers, for him", listed(two()), Broken),
        ("hers, where he was turned away", listed(no(RejectionClass::WrongStep)), Untested),
        ("none", own, Untested),
    ];
    check("wstg.list-own-only", cases);
}
