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
    let cases = vec![
        ("fresh", begun(1, 2), Kept),
        ("the same", begun(1, 1), Broken),
        ("one only", Staged::new().activated(), Untested),
    ];
    check("enrolment.fresh-material", cases);
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
    let cases = vec![
        ("told", Staged::new().enrolled().message("ada", Channel::Email, None), Kept),
        ("silence", Staged::new().enrolled().in_vain("ada", Channel::Email), Broken),
        ("nobody waited", Staged::new().enrolled(), Untested),
    ];
    check("nist.binding-notice", cases);
}

#[test]
fn an_abandoned_enrolment_binds_nobody() {
    let next = |answer| Staged::new().activated().sign_in("main", "ada", answer);
    let lost = Staged::new().activated().lost("main", Op::ConfirmEnrolment).sign_in(
        "other",
        "ada",
        reply(Re::TokenRequired),
    );
    let cases = vec![
        ("a PIN again", next(sent(Channel::Sms)), Kept),
        ("a token code", next(reply(Re::TokenRequired)), Broken),
        ("finished", Staged::new().token_asked(), Untested),
        ("finished or not, nobody knows", lost, Untested),
    ];
    check("enrolment.abandoned-binds-nobody", cases);
}
