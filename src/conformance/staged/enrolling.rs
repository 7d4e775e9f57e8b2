//! Binding a token.

use super::Came::{Broken, Kept, Untested};
use super::*;

use OutcomeKind::{Activated, Refused};

#[test]
fn material_is_fresh_each_time() {
    let begun = |first, second| {
        Staged::new()
            .sign_in("main", "ada", reply(Re::EnrolmentRequired))
            .bare("main", Op::BeginEnrolment, page(first))
            .sign_in("bobs", "bob", reply(Re::EnrolmentRequired))
            .bare("bobs", Op::BeginEnrolment, page(second))
    };
    let half = || {
        let mut answer = page(1);
        if let Some(offered) = &mut answer.offered {
            offered.activation_code = Some(secret(SecretKind::ActivationCode, 2));
        }
        answer
    };
    let shown = || shown_page().bare("main", Op::BeginEnrolment, page(1));
    let cancelled = shown_page().bare("main", Op::Cancel, reply(Re::Done));
    let used = Staged::new().activated().bare("main", Op::BeginEnrolment, page(1));
    let cases = vec![
        ("fresh", begun(1, 2), Kept),
        ("a new code beside an address that stays", bobs_page(half()), Kept),
        ("the same, for another person", begun(1, 1), Broken),
        ("the same, after a cancel", cancelled.bare("main", Op::BeginEnrolment, page(1)), Broken),
        ("the same, after it was used", used, Broken),
        ("the same page, unused, once more", shown(), Untested),
        ("one only", Staged::new().activated(), Untested),
    ];
    check("enrolment.fresh-material", cases);
}

/// Ada looks at the first activation page.
fn shown_page() -> Staged {
    Staged::new().sign_in("main", "ada", reply(Re::EnrolmentRequired)).bare(
        "main",
        Op::BeginEnrolment,
        page(1),
    )
}

/// Bob is shown this after her.
fn bobs_page(answer: Observed) -> Staged {
    shown_page().sign_in("bobs", "bob", reply(Re::EnrolmentRequired)).bare(
        "bobs",
        Op::BeginEnrolment,
        answer,
    )
}

#[test]
fn material_is_good_once() {
    let second = |outcome| Staged::new().activated().activate("spare", 1, outcome);
    let mut offline = second(Refused);
    if let Some(Event::Acted { reason, .. }) =
        offline.entries.last_mut().map(|entry| &mut entry.event)
    {
        *reason = Some(Reason::Offline);
    }
    let cases = vec![
        ("refused by the service", second(Refused), Kept),
        ("taken", second(Activated), Broken),
        ("without network", offline, Untested),
        ("once", Staged::new().activated(), Untested),
    ];
    check("nist.binding-single-use", cases);
}

#[test]
fn material_dies_after_ten_minutes() {
    let aged = |seconds, outcome| {
        Staged::new()
            .sign_in("main", "ada", reply(Re::EnrolmentRequired))
            .bare("main", Op::BeginEnrolment, page(1))
            .later(seconds)
            .activate("pixel", 1, outcome)
    };
    let cases = vec![
        ("refused", aged(601, Refused), Kept),
        ("taken", aged(601, Activated), Broken),
        ("in time", aged(600, Activated), Untested),
    ];
    check("nist.binding-ten-minutes", cases);
}

#[test]
fn a_binding_is_told() {
    let enrolled = || Staged::new().enrolled();
    let silent =
        |staged: Staged| staged.in_vain("ada", Channel::Email).in_vain("ada", Channel::Sms);
    let told = || enrolled().message("ada", Channel::Email, None);
    let twice = silent(told().bare("main", Op::ConfirmEnrolment, reply(Re::Enrolled)));
    let later = enrolled().sign_in("main", "ada", reply(Re::TokenRequired));
    let cases = vec![
        ("told", told(), Kept),
        ("told by SMS", enrolled().message("ada", Channel::Sms, None), Kept),
        ("told, and OK pressed once more", twice, Kept),
        ("silence", silent(enrolled()), Broken),
        ("no SMS, and nobody looked for a mail", enrolled().in_vain("ada", Channel::Sms), Untested),
        (
            "no mail, and nobody looked for an SMS",
            enrolled().in_vain("ada", Channel::Email),
            Untested,
        ),
        ("a notice, perhaps of a sign-in", later.message("ada", Channel::Email, None), Untested),
        ("nobody waited", enrolled(), Untested),
    ];
    check("nist.binding-notice", cases);
}

#[test]
fn an_abandoned_enrolment_binds_nobody() {
    let asked = |staged: Staged| staged.sign_in("main", "ada", reply(Re::TokenRequired));
    let next = |answer| shown_page().sign_in("main", "ada", answer);
    let lost = asked(shown_page().lost("main", Op::ConfirmEnrolment));
    let typed = shown_page().bare("main", Op::SubmitRegistrationCode, reply(Re::Done));
    let two = Staged::new().enrolled().bare("main", Op::BeginEnrolment, page(2));
    let two = two.bare("main", Op::ConfirmEnrolment, reply(Re::Enrolled));
    let two = two.bare("main", Op::RevokeToken, reply(Re::Done));
    let cases = vec![
        ("a PIN again", next(sent(Channel::Sms)), Kept),
        ("a token code", next(reply(Re::TokenRequired)), Broken),
        ("the app was activated, which may bind it", asked(Staged::new().activated()), Untested),
        ("the registration code was taken", asked(typed), Untested),
        ("one of two tokens was removed", asked(two), Untested),
        ("finished", Staged::new().token_asked(), Untested),
        ("finished or not, nobody knows", lost, Untested),
    ];
    check("enrolment.abandoned-binds-nobody", cases);
}
