//! Messages that fail or are disturbed, and who is to blame.

use super::Came::{Broken, Kept, Untested};
use super::*;

const REFUSED: Disturbance = Disturbance::Refused { lasting: true };
const LATER: Disturbance = Disturbance::Refused { lasting: false };

fn no_channel() -> Observed {
    no(RejectionClass::ChannelUnavailable)
}

/// Ada signs in, and her SMS has this fate.
fn failing(answer: Observed, what: Disturbance) -> Staged {
    Staged::new().sign_in("main", "ada", answer).befell("ada", Channel::Sms, what)
}

/// Ada signs in, and her SMS arrives after this befell it.
fn disturbed(answer: Observed, what: Disturbance, holder: &'static str) -> Staged {
    let mut staged = Staged::new().sign_in("main", "ada", answer);
    let mishap = staged.mishap("ada", Channel::Sms, what);
    staged.arrived(holder, Channel::Sms, Some(code(1)), MessageForm::default(), Some(mishap))
}

fn choose(staged: Staged, answer: Observed) -> Staged {
    let request = Request { channel: Some(Channel::Email), ..Request::bare(Op::ChooseChannel) };
    staged.ask("main", request, answer)
}

#[test]
fn a_refused_message_is_not_said_to_be_sent() {
    let retried = failing(sent(Channel::Sms), REFUSED).message("ada", Channel::Sms, Some(code(1)));
    let mut queued = failing(sent(Channel::Sms), REFUSED);
    if let Some(Event::Disturbed { before_answer, .. }) =
        queued.entries.last_mut().map(|entry| &mut entry.event)
    {
        *before_answer = false;
    }
    let hung_up = failing(sent(Channel::Sms), Disturbance::HungUp);
    let cases = vec![
        ("said so", failing(no_channel(), REFUSED), Kept),
        ("by the other channel", failing(sent(Channel::Email), REFUSED), Kept),
        ("claimed", failing(sent(Channel::Sms), REFUSED), Broken),
        ("hung up, and perhaps tried again", hung_up, Untested),
        ("hung up, and said so", failing(no_channel(), Disturbance::HungUp), Kept),
        ("refused for now", failing(sent(Channel::Sms), LATER), Untested),
        ("sent once more", retried, Untested),
        ("sent from a queue", queued, Untested),
        ("lost by us", failing(sent(Channel::Sms), Disturbance::Lost), Untested),
    ];
    check("delivery.failure-told", cases);
}

#[test]
fn a_code_that_could_not_be_sent_is_dead() {
    let typed = |answer| {
        disturbed(no_channel(), Disturbance::Unanswered, "ada").submit("main", code(1), answer)
    };
    let claimed = disturbed(sent(Channel::Sms), Disturbance::Unanswered, "ada");
    let claimed = claimed.submit("main", code(1), reply(Re::EnrolmentRequired));
    let again = disturbed(no_channel(), Disturbance::Unanswered, "ada").sms("main", "ada", 1);
    let again = again.submit("main", code(1), reply(Re::EnrolmentRequired));
    let cases = vec![
        ("refused", typed(no(RejectionClass::CodeInvalid)), Kept),
        ("accepted", typed(reply(Re::EnrolmentRequired)), Broken),
        ("the failure was not noticed", claimed, Untested),
        ("it was sent again, and came", again, Untested),
    ];
    check("delivery.dead-after-failure", cases);
}

#[test]
fn the_other_channel_stays_open() {
    let after = |answer| choose(failing(no_channel(), REFUSED), answer);
    let cases = vec![
        ("it does", after(sent(Channel::Email)), Kept),
        ("it does not", after(no(RejectionClass::WrongStep)), Broken),
        ("too many messages", after(no(RejectionClass::RateLimited)), Untested),
        ("not chosen", failing(no_channel(), REFUSED), Untested),
    ];
    check("delivery.other-channel-after-failure", cases);
}

#[test]
fn a_mail_that_is_refused_for_now_is_offered_again() {
    let asked = |answer, what| {
        Staged::new().sign_in("main", "ada", answer).befell("ada", Channel::Email, what)
    };
    let again = asked(sent(Channel::Email), LATER).message("ada", Channel::Email, Some(code(1)));
    let twice = asked(no_channel(), LATER).befell("ada", Channel::Email, LATER);
    let waited =
        |seconds| asked(sent(Channel::Email), LATER).later(seconds).in_vain("ada", Channel::Email);
    let tried = waited(1860).befell("ada", Channel::Email, LATER);
    let cases = vec![
        ("it came", again, Kept),
        ("refused again", twice, Kept),
        ("said at once that nothing was sent", asked(no_channel(), LATER), Untested),
        ("waited for a moment", waited(5), Untested),
        ("waited for half an hour and more", waited(1860), Broken),
        ("tried again by then", tried, Kept),
        ("not waited for", asked(sent(Channel::Email), LATER), Untested),
        ("refused for good", asked(no_channel(), REFUSED), Untested),
    ];
    check("delivery.temporary-failure-retried", cases);
}

#[test]
fn a_code_goes_where_the_page_says() {
    let shown = |shown: &str, channel| {
        let answer = Observed { destination: Some(shown.into()), ..sent(Channel::Sms) };
        Staged::new().sign_in("main", "ada", answer).message("ada", channel, Some(code(1)))
    };
    let cases = vec![
        ("the number", shown("+••••••••••01", Channel::Sms), Kept),
        ("another number", shown("+••••••••••77", Channel::Sms), Broken),
        ("a number, but mailed", shown("+••••••••••01", Channel::Email), Broken),
        ("the mailbox", shown("a•••@mail.test", Channel::Email), Kept),
        ("another mailbox", shown("b•••@mail.test", Channel::Email), Broken),
        ("a masked domain", shown("a•••@m•••.test", Channel::Email), Kept),
        ("nothing to tell by", shown("your phone", Channel::Sms), Untested),
    ];
    check("delivery.shown-channel-is-used", cases);
}

#[test]
fn nobody_is_blamed_for_what_we_did() {
    let copy = {
        let mut staged = Staged::new().sign_in("main", "ada", sent(Channel::Sms));
        let mishap = staged.mishap("ada", Channel::Sms, Disturbance::Duplicated);
        let one = |staged: Staged| {
            staged.arrived("ada", Channel::Sms, Some(code(1)), MessageForm::default(), Some(mishap))
        };
        one(one(staged)).in_vain("ada", Channel::Sms)
    };
    check("delivery.once", vec![("we made the copy", copy, Kept)]);
    let astray = || disturbed(sent(Channel::Sms), Disturbance::Misdelivered, "bob");
    check("delivery.right-recipient", vec![("we sent it astray", astray(), Kept)]);
    let cut = disturbed(sent(Channel::Sms), Disturbance::Truncated, "ada");
    check("delivery.code-in-message", vec![("we cut it short", cut, Untested)]);
    let lost = failing(sent(Channel::Sms), Disturbance::Lost).in_vain("ada", Channel::Sms);
    let silent = Staged::new().sign_in("main", "ada", sent(Channel::Sms));
    let silent = silent.in_vain("ada", Channel::Sms);
    check("guide.sms-pin", vec![("we lost it", lost, Untested), ("no SMS", silent, Broken)]);
    let mailed = |what| failing(sent(Channel::Email), what);
    let cases = vec![
        ("we refused the SMS", mailed(REFUSED), Untested),
        ("we cut the line", mailed(Disturbance::HungUp), Untested),
        ("we lost it, which nobody knew", mailed(Disturbance::Lost), Broken),
    ];
    check("guide.sms-pin", cases);
    let came = |what| mailed(what).message("ada", Channel::Email, Some(code(1)));
    let cases = vec![
        ("we refused the SMS", came(REFUSED), Untested),
        ("we lost it, which nobody knew", came(Disturbance::Lost), Broken),
    ];
    check("guide.sms-first", cases);
}

#[test]
fn a_message_is_as_old_as_it_was_when_we_took_it() {
    let late = |seconds, answer| {
        let mut staged = Staged::new().sign_in("main", "ada", sent(Channel::Sms));
        let mishap = staged.mishap("ada", Channel::Sms, Disturbance::Delayed { by_ms: 1 });
        let staged = staged.later(seconds);
        let form = MessageForm::default();
        let staged = staged.arrived("ada", Channel::Sms, Some(code(1)), form, Some(mishap));
        staged.submit("main", code(1), answer)
    };
    let cases = vec![
        ("refused", late(601, no(RejectionClass::CodeExpired)), Kept),
        ("accepted", late(601, reply(Re::EnrolmentRequired)), Broken),
        ("in time", late(599, reply(Re::EnrolmentRequired)), Untested),
    ];
    check("nist.oob-ten-minutes", cases);
}

#[test]
fn a_finder_of_a_stray_code_is_another_person() {
    let found = |answer| {
        let astray = disturbed(sent(Channel::Sms), Disturbance::Misdelivered, "bob");
        astray.sign_in("bobs", "bob", sent(Channel::Sms)).submit("bobs", code(1), answer)
    };
    let cases = vec![
        ("refused", found(no(RejectionClass::CodeInvalid)), Kept),
        ("accepted", found(reply(Re::EnrolmentRequired)), Broken),
    ];
    check("code.bound-to-person", cases);
}
