//! What people are told of their accounts.

use super::Came::{Broken, Kept, Untested};
use super::*;

fn removed() -> Staged {
    Staged::new().enrolled().bare("main", Op::RevokeToken, reply(Re::Done))
}

fn noticed(staged: Staged, person: &'static str) -> Staged {
    staged.message(person, Channel::Email, None)
}

/// Neither mail nor SMS came, though both were waited for.
fn silent(staged: Staged) -> Staged {
    staged.in_vain("ada", Channel::Email).in_vain("ada", Channel::Sms)
}

/// A message without a code and with this text.
fn telling(staged: Staged, person: &'static str, told: &str) -> Staged {
    let mut staged = noticed(staged, person);
    if let Some(Event::MessageArrived { text, .. }) =
        staged.entries.last_mut().map(|entry| &mut entry.event)
    {
        told.clone_into(text);
    }
    staged
}

#[test]
fn a_removed_token_is_told() {
    let refused = Staged::new().enrolled();
    let refused = refused.bare("main", Op::RevokeToken, no(RejectionClass::Denied));
    let of_cy = Staged::new().sign_in("cys", "cy", signed_in(Assurance::TwoFactor));
    let of_cy = of_cy.bare("cys", Op::RevokeToken, reply(Re::Done));
    let after_another = removed().sign_in("other", "ada", sent(Channel::Sms));
    let cases = vec![
        ("told", noticed(removed(), "ada"), Kept),
        ("told by SMS", removed().message("ada", Channel::Sms, None), Kept),
        ("untold", silent(removed()), Broken),
        ("untold, without a number", of_cy.in_vain("cy", Channel::Email), Broken),
        ("only an SMS was waited for", removed().in_vain("ada", Channel::Sms), Untested),
        ("only a mail was waited for", removed().in_vain("ada", Channel::Email), Untested),
        ("told after another sign-in, perhaps of that", noticed(after_another, "ada"), Untested),
        ("not waited for", removed(), Untested),
        ("not removed", silent(refused), Untested),
    ];
    check("notice.factor-removed", cases);
}

#[test]
fn a_lock_is_told() {
    let locked = || {
        let asked = Staged::new().sms("main", "ada", 1).wrong("main", 5);
        asked.submit("main", code(1), no(RejectionClass::Locked))
    };
    let early = Staged::new().sms("main", "ada", 1).wrong("main", 4);
    let early = noticed(early, "ada").submit("main", code(1), no(RejectionClass::Locked));
    let soon = silent(Staged::new().sms("main", "ada", 1).wrong("main", 2)).wrong("main", 2);
    let soon = soon.submit("main", code(1), no(RejectionClass::Locked));
    let cases = vec![
        ("told", noticed(locked(), "ada"), Kept),
        ("told when it was locked", early, Kept),
        ("waited for before it was locked", soon, Untested),
        ("untold", silent(locked()), Broken),
        ("not locked", silent(Staged::new().sms("main", "ada", 1).wrong("main", 2)), Untested),
    ];
    check("notice.locked", cases);
}

#[test]
fn a_half_sign_in_is_told() {
    let half = || Staged::new().token_asked().wrong("main", 1);
    let first = Staged::new().sms("main", "ada", 1).wrong("main", 1);
    let cases = vec![
        ("told", noticed(half(), "ada"), Kept),
        ("untold", silent(half()), Broken),
        ("a wrong PIN of the first factor", silent(first), Untested),
    ];
    check("notice.one-factor-only", cases);
}

#[test]
fn a_notice_has_no_code() {
    let coded = |staged: Staged| staged.message("ada", Channel::Email, Some(code(7)));
    let late = Staged::new().enrolled().sign_in("other", "ada", sent(Channel::Email));
    let late = coded(late.bare("main", Op::RevokeToken, reply(Re::Done)));
    let renewed = coded(Staged::new().sms("main", "ada", 1).wrong("main", 1));
    let cases = vec![
        ("no code", noticed(removed(), "ada"), Kept),
        ("a code", coded(removed()), Broken),
        ("a code of the sign-in, late", late, Untested),
        ("a fresh PIN after a refused one", renewed, Untested),
        ("no notice", removed(), Untested),
    ];
    check("notice.no-secret", cases);
}

#[test]
fn a_notice_goes_to_its_person() {
    let busy = Staged::new().enrolled().sms("bobs", "bob", 3);
    let busy = busy.bare("main", Op::RevokeToken, reply(Re::Done));
    let named = "A token was removed from the account ada.user";
    let numbered = "Token 48244-13456 was removed";
    let cases = vec![
        ("hers", noticed(removed(), "ada"), Kept),
        ("his, and it names her", telling(removed(), "bob", named), Broken),
        ("his, and it names her token", telling(removed(), "bob", numbered), Broken),
        ("his, perhaps a late welcome", telling(removed(), "bob", "Welcome"), Untested),
        ("his, perhaps of his own sign-in", noticed(busy, "bob"), Untested),
    ];
    check("notice.to-registered-address", cases);
}
