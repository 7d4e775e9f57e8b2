//! Passwords, right and wrong, and messages that follow them.

use super::Came::{Broken, Kept, Untested};
use super::*;

impl Staged {
    /// The subject is told of `person`, whose password is the one numbered as `ordinal`.
    pub(super) fn provisioned(mut self, person: &'static str, ordinal: u32) -> Self {
        self.actors.push(("harness", person));
        self.with_password("harness", (person, ordinal), reply(Re::Done), Op::Provision)
    }

    /// A sign-in with the password numbered as `ordinal`.
    pub(super) fn sign_in_with(
        mut self,
        session: &'static str,
        (person, ordinal): (&'static str, u32),
        answer: Observed,
    ) -> Self {
        self.actors.push((session, person));
        self.with_password(session, (person, ordinal), answer, Op::SignIn)
    }

    fn with_password(
        self,
        session: &'static str,
        (person, ordinal): (&'static str, u32),
        answer: Observed,
        operation: Op,
    ) -> Self {
        let user = Some(format!("{person}.user"));
        let password = Some(secret(SecretKind::Password, ordinal));
        self.ask(session, Request { user, password, ..Request::bare(operation) }, answer)
    }

    /// Time passes that nobody skipped.
    pub(super) fn passes(mut self, seconds: u64) -> Self {
        self.now = self.now + Duration::from_secs(seconds);
        self
    }
}

const RIGHT: (&str, u32) = ("ada", 1);
const WRONG: (&str, u32) = ("ada", 2);

fn denied() -> Observed {
    no(RejectionClass::Denied)
}

fn locked() -> Observed {
    no(RejectionClass::Locked)
}

/// Ada gives `times` wrong passwords.
fn slips(mut staged: Staged, times: u32, answer: &Observed) -> Staged {
    for _ in 0..times {
        staged = staged.sign_in_with("main", WRONG, answer.clone());
    }
    staged
}

fn known() -> Staged {
    Staged::new().provisioned("ada", 1)
}

fn unlock(staged: Staged) -> Staged {
    let user = Some("ada.user".to_owned());
    staged.ask("admin", Request { user, ..Request::bare(Op::Unlock) }, reply(Re::Done))
}

#[test]
fn wrong_passwords_are_capped() {
    let then = |staged: Staged, answer| staged.sign_in_with("main", RIGHT, answer);
    let hundred = || slips(known(), 101, &denied());
    let unavailable = slips(known(), 101, &no(RejectionClass::ChannelUnavailable));
    let in_turns = slips(unlock(slips(known(), 60, &denied())), 60, &denied());
    let rested = slips(slips(known(), 60, &denied()).later(3600), 60, &denied());
    let cases = vec![
        ("blocked", then(hundred(), locked()), Kept),
        ("free", then(hundred(), sent(Channel::Sms)), Broken),
        ("only wrong ones", hundred(), Untested),
        ("free, after a lock", then(slips(known(), 101, &locked()), sent(Channel::Sms)), Untested),
        ("no channel", then(unavailable, sent(Channel::Sms)), Untested),
        ("unlocked in between", then(in_turns, sent(Channel::Sms)), Untested),
        ("after a rest", then(rested, sent(Channel::Sms)), Untested),
        ("a few", then(slips(known(), 9, &denied()), sent(Channel::Sms)), Untested),
    ];
    check("nist.password-failures-capped", cases);
}

#[test]
fn a_lock_does_not_tell_the_password() {
    let two = |first, last, answer| {
        known().sign_in_with("main", first, locked()).sign_in_with("main", last, answer)
    };
    let rested = known().sign_in_with("main", RIGHT, locked()).later(3600);
    let cases = vec![
        ("alike", two(RIGHT, WRONG, locked()), Kept),
        ("the wrong one is denied", two(RIGHT, WRONG, denied()), Broken),
        ("both are wrong", two(WRONG, ("ada", 3), denied()), Untested),
        ("after a rest", rested.sign_in_with("main", WRONG, denied()), Untested),
    ];
    check("lockout.password-not-told", cases);
}

#[test]
fn a_wrong_password_brings_no_pin() {
    let tried = |password| known().sign_in_with("main", password, denied());
    let brings = |staged: Staged| staged.message("ada", Channel::Sms, Some(code(1)));
    let owed = known().sign_in_with("early", RIGHT, sent(Channel::Sms));
    let failed = known().befell("ada", Channel::Sms, Disturbance::Unanswered);
    let cases = vec![
        ("none", tried(WRONG).in_vain("ada", Channel::Sms), Kept),
        ("nobody waited", tried(WRONG), Untested),
        ("one", brings(tried(WRONG)), Broken),
        ("the password was right", brings(tried(RIGHT)), Untested),
        ("an earlier one, late", brings(owed.sign_in_with("main", WRONG, denied())), Untested),
        ("tried again", brings(failed.sign_in_with("main", WRONG, denied())), Untested),
    ];
    check("guide.no-pin-without-password", cases);
    let asked = || Staged::new().token_asked();
    let owed = Staged::new().enrolled().sign_in("early", "ada", sent(Channel::Sms));
    let late = brings(owed.sign_in("main", "ada", reply(Re::TokenRequired)));
    let cases = vec![
        ("none", asked().in_vain("ada", Channel::Sms), Kept),
        ("nobody waited", asked(), Untested),
        ("one", brings(asked()), Broken),
        ("an earlier one, late", late, Untested),
    ];
    check("guide.no-pin-beside-token", cases);
}

#[test]
fn a_limit_on_sign_ins_is_not_shown_by_a_wrong_password() {
    let some = || {
        let mut staged = known();
        for ordinal in 1..=5 {
            staged = staged.sign_in_with("main", RIGHT, sent(Channel::Sms));
            staged = staged.message("ada", Channel::Sms, Some(code(ordinal)));
        }
        staged
    };
    let cases = vec![
        ("a right one", some().sign_in_with("main", RIGHT, denied()), Kept),
        ("the word", some().sign_in_with("main", WRONG, no(RejectionClass::RateLimited)), Kept),
        ("a wrong one", some().sign_in_with("main", WRONG, denied()), Untested),
    ];
    check("code.requests-limited-across-sign-ins", cases);
}
