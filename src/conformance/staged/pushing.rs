//! Notifications at the app.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::{PushAnswer, PushReply, Tap};

fn sent(number: Option<&str>) -> Observed {
    Observed { number: number.map(str::to_owned), ..reply(Re::PushSent) }
}

fn done() -> Observed {
    signed_in(Assurance::TwoFactor)
}

fn refused() -> Observed {
    no(RejectionClass::Denied)
}

impl Staged {
    /// Asks for a notification with the number 42.
    fn push(self, session: &'static str) -> Self {
        self.bare(session, Op::RequestPush, sent(Some("42")))
    }

    fn awaits(self, session: &'static str, answer: Observed) -> Self {
        self.bare(session, Op::AwaitPush, answer)
    }

    /// An answer at a device, and what came of it.
    fn answer(
        mut self,
        device: &'static str,
        (answer, tap): (PushAnswer, Option<Tap>),
        reason: Option<Reason>,
    ) -> Self {
        let outcome = if reason.is_some() { OutcomeKind::Refused } else { OutcomeKind::Done };
        self.event(Event::Acted {
            device: device.into(),
            act: "answer_push".into(),
            given: None,
            outcome,
            reason,
            code: None,
            times: None,
            push: Some(PushReply { answer, tap }),
        });
        self
    }

    fn confirms(self) -> Self {
        let tap = Some(Tap::Number("42".into()));
        self.answer("pixel", (PushAnswer::Confirm, tap), None)
    }

    fn says(self, answer: PushAnswer) -> Self {
        self.answer("pixel", (answer, None), None)
    }
}

/// Ada is asked for her token and has asked for a notification.
fn asked() -> Staged {
    Staged::new().token_asked().push("main")
}

#[test]
fn a_confirmed_notification_signs_in_the_page_that_asked() {
    let other = || asked().sign_in("other", "ada", reply(Re::TokenRequired));
    let lost = asked().confirms().lost("main", Op::Probe).awaits("main", refused());
    let cases = vec![
        ("signed in", asked().confirms().awaits("main", done()), Kept),
        ("refused", asked().confirms().awaits("main", refused()), Broken),
        ("not seen after a while", asked().confirms().later(2).awaits("main", sent(None)), Broken),
        ("not seen at once", asked().confirms().awaits("main", sent(None)), Untested),
        ("after a minute", asked().confirms().later(60).awaits("main", refused()), Untested),
        ("nobody knows where the page stands", lost, Untested),
        (
            "another notification",
            other().push("other").confirms().awaits("main", refused()),
            Untested,
        ),
        (
            "a refusal between",
            asked().confirms().wrong("main", 1).awaits("main", refused()),
            Untested,
        ),
        ("not confirmed", asked().awaits("main", sent(None)), Untested),
    ];
    check("push.confirmed-signs-in", cases);
    let cases = vec![
        ("refused", other().confirms().awaits("other", refused()), Kept),
        ("signed in", other().confirms().awaits("other", done()), Broken),
        ("nothing confirmed", other().awaits("other", refused()), Untested),
    ];
    check("push.bound-to-session", cases);
    let again = || {
        let first = asked().confirms().awaits("main", done());
        first.bare("main", Op::SignOut, reply(Re::SignedOut)).sign_in(
            "main",
            "ada",
            reply(Re::TokenRequired),
        )
    };
    let cases = vec![
        ("refused", again().awaits("main", refused()), Kept),
        ("signed in", again().awaits("main", done()), Broken),
        ("a new one", again().push("main").confirms().awaits("main", done()), Untested),
    ];
    check("push.single-use", cases);
}

#[test]
fn what_is_not_confirmed_signs_nobody_in() {
    use PushAnswer::{Cancel, Concern, Confirm};
    for no in [Cancel, Concern] {
        let cases = vec![
            ("refused", asked().says(no).awaits("main", refused()), Kept),
            ("signed in", asked().says(no).awaits("main", done()), Broken),
            ("confirmed after all", asked().says(no).confirms().awaits("main", done()), Untested),
        ];
        check("push.refusal-respected", cases);
    }
    let cases = vec![
        ("waits", asked().awaits("main", sent(None)), Kept),
        ("refused in the end", asked().later(180).awaits("main", refused()), Kept),
        ("signed in", asked().later(180).awaits("main", done()), Broken),
        ("confirmed", asked().confirms().awaits("main", done()), Untested),
    ];
    check("push.silence-grants-nothing", cases);
    let late = |reason| asked().later(660).answer("pixel", (Confirm, None), reason);
    let cases = vec![
        ("not found", late(Some(Reason::NoPush)).awaits("main", refused()), Kept),
        ("signed in", late(None).awaits("main", done()), Broken),
        ("in time", asked().later(60).confirms().awaits("main", done()), Untested),
    ];
    check("nist.push-ten-minutes", cases);
}

#[test]
fn the_number_of_the_page_decides() {
    let wrong = |reason| {
        let tap = Some(Tap::OtherThan("42".into()));
        asked().answer("pixel", (PushAnswer::Confirm, tap), reason)
    };
    let turned_away = Some(Reason::Unauthorized);
    let cases = vec![
        ("refused", wrong(turned_away).awaits("main", refused()), Kept),
        ("taken and refused", wrong(None).awaits("main", refused()), Kept),
        ("signed in", wrong(None).awaits("main", done()), Broken),
        ("nothing was sent", wrong(Some(Reason::Offline)).awaits("main", refused()), Untested),
        ("the right one", asked().confirms().awaits("main", done()), Untested),
    ];
    check("push.number-decides", cases);
    let blind = || {
        let sent = Observed { unseen: vec!["number".to_owned()], ..sent(None) };
        let asked = Staged::new().token_asked().bare("main", Op::RequestPush, sent);
        asked.says(PushAnswer::Confirm).awaits("main", done())
    };
    let bare = || Staged::new().token_asked().bare("main", Op::RequestPush, sent(None));
    let cases = vec![
        ("a number", asked().confirms().awaits("main", done()), Kept),
        ("none that the adapter looks for", blind(), Untested),
        ("none", bare().says(PushAnswer::Confirm).awaits("main", done()), Broken),
        ("not signed in", bare().says(PushAnswer::Confirm).awaits("main", refused()), Untested),
    ];
    check("nist.push-number-shown", cases);
}

#[test]
fn nobody_is_worn_down() {
    let often = |times| (0..times).fold(Staged::new().token_asked(), |story, _| story.push("main"));
    let limited = || no(RejectionClass::RateLimited);
    let slowly = || {
        let start = Staged::new().token_asked();
        (0..25).fold(start, |story, _| story.push("main").later(200))
    };
    for id in ["push.limited", "asvs.push-bombing"] {
        let cases = vec![
            ("stopped", often(5).bare("main", Op::RequestPush, limited()), Kept),
            ("never", often(21), Broken),
            ("within reason", often(20), Untested),
            ("over more than an hour", slowly(), Untested),
            (
                "the session ended",
                often(5).bare("main", Op::RequestPush, no(RejectionClass::WrongStep)),
                Untested,
            ),
            ("answered between", often(21).confirms(), Untested),
        ];
        check(id, cases);
    }
    let concerned = || asked().says(PushAnswer::Concern);
    let cases = vec![
        ("stopped", concerned().bare("main", Op::RequestPush, refused()), Kept),
        ("goes on", concerned().push("main"), Broken),
        ("the token was shown", concerned().submit("main", code(9), done()).push("main"), Untested),
    ];
    check("push.concern-stops", cases);
    let told = concerned().message("ada", Channel::Email, None);
    let silent = concerned().in_vain("ada", Channel::Email).in_vain("ada", Channel::Sms);
    let cases = vec![
        ("told", told, Kept),
        ("nobody looked", concerned(), Untested),
        ("not told", silent, Broken),
    ];
    check("notice.push-concern", cases);
}

#[test]
fn only_the_person_behind_the_password_is_asked_and_only_at_the_bound_app() {
    let cancel = |story: Staged, reason| story.answer("pixel", (PushAnswer::Cancel, None), reason);
    let wrong = || Staged::new().enrolled().later(3700).sign_in("main", "ada", refused());
    let cases = vec![
        ("nothing there", cancel(wrong(), Some(Reason::NoPush)), Kept),
        ("one was there", cancel(wrong(), None), Broken),
        ("the password was right", cancel(asked(), None), Untested),
        (
            "a right one within the hour",
            cancel(Staged::new().enrolled().sign_in("main", "ada", refused()), None),
            Untested,
        ),
    ];
    check("push.nothing-before-password", cases);
    let reset = || {
        let user = Some("ada.user".to_owned());
        let reset = Request { user, ..Request::bare(Op::ResetFactors) };
        let begun = Staged::new().enrolled().ask("main", reset, reply(Re::Done));
        begun.sign_in("main", "ada", reply(Re::TokenRequired)).push("main")
    };
    let spare = reset().activate("pixel", 2, OutcomeKind::Activated);
    let cases = vec![
        ("turned away", cancel(reset(), Some(Reason::Unauthorized)), Kept),
        ("nothing for it", cancel(reset(), Some(Reason::NoPush)), Kept),
        ("taken", cancel(reset(), None), Broken),
        ("enrolled anew", cancel(spare, None), Untested),
        ("no reset", cancel(asked(), None), Untested),
    ];
    check("push.revoked-phone-refused", cases);
    let locked = || {
        let guessed = asked().confirms().sign_in("other", "ada", reply(Re::TokenRequired));
        guessed.submit("other", code(77), no(RejectionClass::Locked))
    };
    let cases = vec![
        ("refused", locked().awaits("main", refused()), Kept),
        ("signed in", locked().awaits("main", done()), Broken),
        ("the lock may be over", locked().later(20).awaits("main", done()), Untested),
        ("not locked", asked().confirms().awaits("main", done()), Untested),
    ];
    check("push.locked-out", cases);
}
