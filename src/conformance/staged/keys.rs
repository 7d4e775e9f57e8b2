//! Plain keys, and how they are bound.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::declared::TokenAlgorithm;
use crate::domain::{Declared, TokenKind};
use crate::journal::KeyFacts;

pub(super) fn facts(ordinal: u32) -> KeyFacts {
    KeyFacts {
        key: Some(secret(SecretKind::Key, ordinal)),
        bytes: 20,
        algorithm: "SHA1".into(),
        digits: 6,
        period: Some(30),
        label_issuer: Some("Portal".into()),
        issuer: Some("Portal".into()),
        ..KeyFacts::default()
    }
}

pub(super) fn counter(ordinal: u32) -> KeyFacts {
    KeyFacts { is_counter: true, has_counter: true, period: None, ..facts(ordinal) }
}

pub(super) fn challenges(ordinal: u32) -> KeyFacts {
    KeyFacts { suite: Some("OCRA-1:HOTP-SHA256-8:QN10".into()), digits: 8, ..facts(ordinal) }
}

/// A page with the `ordinal`-th QR code and this key in it.
fn key_page(ordinal: u32, key: KeyFacts) -> Observed {
    let qr = Some(secret(SecretKind::QrCode, ordinal));
    let offered = Offered { qr, key: Some(key), ..Offered::default() };
    Observed { offered: Some(offered), ..Observed::bare(Re::Activation) }
}

impl Staged {
    /// Begins an enrolment of a plain key.
    pub(super) fn begin_key(self, session: &'static str, ordinal: u32, key: KeyFacts) -> Self {
        let token = Some(TokenKind::Authenticator);
        let request = Request { token, ..Request::bare(Op::BeginEnrolment) };
        self.ask(session, request, key_page(ordinal, key))
    }

    /// Ada has signed in for the first time and is shown a key.
    pub(super) fn key_shown(self, key: KeyFacts) -> Self {
        self.sms("main", "ada", 1)
            .submit("main", code(1), reply(Re::EnrolmentRequired))
            .begin_key("main", 1, key)
    }

    pub(super) fn scan(self, device: &'static str, ordinal: u32) -> Self {
        let qr = Some(secret(SecretKind::QrCode, ordinal));
        self.act(device, "scan", qr, OutcomeKind::Scanned, None)
    }

    pub(super) fn confirm(self, code: Option<Mark>, answer: Observed) -> Self {
        let request = Request { code, ..Request::bare(Op::ConfirmEnrolment) };
        self.ask("main", request, answer)
    }

    /// Ada has bound a key with the code numbered 5.
    pub(super) fn key_bound(self, key: KeyFacts) -> Self {
        self.key_shown(key).scan("pixel", 1).read("pixel", 5).confirm(Some(code(5)), enrolled())
    }

    /// An administrator resets Ada.
    pub(super) fn reset(self) -> Self {
        let user = Some("ada.user".to_owned());
        let request = Request { user, ..Request::bare(Op::ResetFactors) };
        self.ask("admin", request, reply(Re::Done))
    }

    pub(super) fn token_wanted(self) -> Self {
        self.sign_in("main", "ada", reply(Re::TokenRequired))
    }
}

fn enrolled() -> Observed {
    reply(Re::Enrolled)
}

fn two() -> Observed {
    signed_in(Assurance::TwoFactor)
}

fn wrong() -> Observed {
    no(RejectionClass::CodeInvalid)
}

#[track_caller]
fn check_keys(id: &str, good: KeyFacts, bad: KeyFacts) {
    let cases = vec![
        ("as it should be", Staged::new().key_shown(good), Kept),
        ("not as it should be", Staged::new().key_shown(bad), Broken),
        ("no plain key", Staged::new().activated(), Untested),
    ];
    check(id, cases);
}

#[test]
fn a_key_that_the_scenario_wanted_so_is_not_blamed() {
    let wanting = |wanted: Declared| {
        let (declared, wanted) = (Box::new(wanted.clone()), Box::new(wanted));
        let key = KeyFacts { algorithm: "SHA256".into(), ..facts(1) };
        let mut staged = Staged::new();
        staged.event(Event::Declared { declared, wanted });
        staged.key_shown(key)
    };
    let algorithm = Some(TokenAlgorithm::Sha256);
    let hash = Declared { token_algorithm: algorithm, ..Declared::default() };
    let other = Declared { attempts: Some(3), ..Declared::default() };
    let cases = vec![
        ("wanted so", wanting(hash), Untested),
        ("something else was wanted", wanting(other), Broken),
    ];
    check("key-uri.safe-parameters", cases);
}

#[test]
fn a_key_is_judged_by_what_its_uri_says() {
    let facts = || facts(1);
    check_keys("key-uri.secret-length", facts(), KeyFacts { bytes: 10, ..facts() });
    check_keys("key-uri.secret-160-bits", facts(), KeyFacts { bytes: 16, ..facts() });
    check_keys("rfc6238.period-30", facts(), KeyFacts { period: Some(60), ..facts() });
    let other = || Some("Somebody Else".to_owned());
    check_keys("key-uri.issuer-agrees", facts(), KeyFacts { issuer: other(), ..facts() });
    check_keys("key-uri.issuer-agrees", facts(), KeyFacts { issuer: None, ..facts() });
    check_keys("key-uri.no-padding", facts(), KeyFacts { is_padded: true, ..facts() });
    let sha256 = KeyFacts { algorithm: "SHA256".into(), ..facts() };
    check_keys("key-uri.safe-parameters", counter(1), sha256);
    check_keys("key-uri.safe-parameters", facts(), KeyFacts { digits: 8, ..facts() });
    check_keys("key-uri.label-no-secret", facts(), KeyFacts { label_tells: true, ..facts() });
    let without = KeyFacts { has_counter: false, ..counter(1) };
    check_keys("key-uri.counter-present", counter(1), without);
    let container = Staged::new().key_shown(KeyFacts { issuer: None, ..challenges(1) });
    check("key-uri.issuer-agrees", vec![("a container is no URI", container, Untested)]);
}

#[test]
fn no_key_is_given_twice() {
    let second = |ordinal| {
        let staged = Staged::new().key_shown(facts(1)).sms("bobs", "bob", 2);
        staged.begin_key("bobs", 2, facts(ordinal))
    };
    let cases = vec![
        ("another", second(2), Kept),
        ("the same", second(1), Broken),
        ("one only", Staged::new().key_shown(facts(1)), Untested),
    ];
    check("rfc6238.unique-keys", cases);
}

#[test]
fn the_confirming_code_is_spent() {
    let used = |ordinal, answer| {
        let staged = Staged::new().key_bound(facts(1)).token_wanted();
        staged.submit("main", code(ordinal), answer)
    };
    let cases = vec![
        ("refused", used(5, wrong()), Kept),
        ("accepted", used(5, two()), Broken),
        ("another code", used(6, two()), Untested),
    ];
    check("enrolment.code-not-reused", cases);
}

#[test]
fn a_plain_key_is_bound_by_a_code_of_it() {
    let shown = || Staged::new().key_shown(facts(1)).scan("pixel", 1).read("pixel", 5);
    let cases = vec![
        ("none, refused", shown().confirm(None, wrong()), Kept),
        ("none, bound", shown().confirm(None, enrolled()), Broken),
        ("a made-up one, refused", shown().confirm(Some(code(99)), wrong()), Kept),
        ("a made-up one, bound", shown().confirm(Some(code(99)), enrolled()), Broken),
        ("the right one", shown().confirm(Some(code(5)), enrolled()), Untested),
        ("the guide's app", Staged::new().enrolled(), Untested),
    ];
    check("enrolment.binding-needs-proof", cases);
    let stale = |answer| shown().begin_key("main", 2, facts(2)).confirm(Some(code(5)), answer);
    let cases = vec![
        ("refused", stale(wrong()), Kept),
        ("bound", stale(enrolled()), Broken),
        ("of the same key", shown().confirm(Some(code(5)), enrolled()), Untested),
    ];
    check("enrolment.code-of-other-device", cases);
}

#[test]
fn a_bound_key_is_not_shown_again() {
    let listed = |text: &str| {
        let mut staged =
            Staged::new().key_bound(facts(1)).bare("main", Op::ListTokens, reply(Re::Tokens));
        if let Some(Event::Answered { shown, .. }) =
            staged.entries.last_mut().map(|entry| &mut entry.event)
        {
            text.clone_into(shown);
        }
        staged
    };
    let cases = vec![
        ("not in it", listed("a page"), Kept),
        ("in it", listed(&secret(SecretKind::Key, 1).in_text()), Broken),
        ("of another", listed(&secret(SecretKind::Key, 2).in_text()), Kept),
        ("nothing was listed", Staged::new().key_bound(facts(1)), Untested),
    ];
    check("enrolment.seed-not-shown-again", cases);
}

#[test]
fn what_was_taken_away_is_over() {
    let again = || {
        let staged = Staged::new().key_bound(facts(1)).reset().sms("main", "ada", 2);
        let staged = staged.begin_key("main", 2, facts(2)).scan("spare", 2).read("spare", 6);
        staged.confirm(Some(code(6)), enrolled()).later(30).token_wanted()
    };
    let old = |answer| again().read("pixel", 7).submit("main", code(7), answer);
    let cases = vec![
        ("refused", old(wrong()), Kept),
        ("accepted", old(two()), Broken),
        ("the new one", again().read("spare", 7).submit("main", code(7), two()), Untested),
    ];
    check("token.revoked-refused", cases);
    let removed = |staged: Staged, number: &str| {
        let target = Some(number.to_owned());
        let request = Request { target, ..Request::bare(Op::RevokeToken) };
        let staged = staged.ask("main", request, reply(Re::Done)).later(30).token_wanted();
        staged.read("pixel", 7).submit("main", code(7), two())
    };
    let second = || {
        let staged = Staged::new().key_bound(facts(1)).begin_key("main", 2, facts(2));
        staged.scan("spare", 2).read("spare", 6).confirm(Some(code(6)), enrolled())
    };
    let numbered = |number| removed(Staged::new().enrolled(), number);
    let cases = vec![
        ("accepted, the only one", removed(Staged::new().key_bound(facts(1)), "1"), Broken),
        ("accepted, by its number", numbered("48244-13456"), Broken),
        ("accepted, and another was removed", numbered("48244-13457"), Untested),
        ("accepted, one of two", removed(second(), "1"), Untested),
    ];
    check("token.revoked-refused", cases);
    let next = |answer| Staged::new().key_bound(facts(1)).reset().sign_in("main", "ada", answer);
    let cases = vec![
        ("a PIN", next(sent(Channel::Sms)), Kept),
        ("a token", next(reply(Re::TokenRequired)), Broken),
        ("enrolled again", again(), Kept),
        ("no reset", Staged::new().token_asked(), Untested),
    ];
    check("token.lost-then-reset", cases);
    let signed = || {
        let staged = Staged::new().key_bound(facts(1)).later(30).token_wanted().read("pixel", 6);
        staged.submit("main", code(6), two())
    };
    let probed = |answer| signed().reset().bare("main", Op::Probe, answer);
    let cases = vec![
        ("over", probed(reply(Re::SignedOut)), Kept),
        ("goes on", probed(two()), Broken),
        ("no reset", signed().bare("main", Op::Probe, two()), Untested),
    ];
    check("session.ends-at-reset", cases);
}

#[test]
fn a_copy_shows_no_second_code() {
    let copied = |device, answer| {
        let staged = Staged::new().key_bound(facts(1)).later(30).token_wanted().read("pixel", 6);
        let staged = staged.submit("main", code(6), two()).token_wanted().read(device, 6);
        staged.submit("main", code(6), answer)
    };
    let cases = vec![
        ("refused", copied("spare", wrong()), Kept),
        ("accepted", copied("spare", two()), Broken),
        ("no copy", copied("pixel", wrong()), Untested),
    ];
    check("token.clone-single-use", cases);
}
