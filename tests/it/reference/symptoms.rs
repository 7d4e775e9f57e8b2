//! Symptoms of the defects of messages: how they are written, and what becomes of those that fail.

use super::bench::{Bench, pin_in, rejected};
use fobwatch::domain::{Channel, Message, Operation, RejectionClass, Reply, Soon, TokenKind};

/// Whether what `defect` is about happens at `bench`.
pub(super) fn by_message<'a>(defect: &str, bench: &'a Bench) -> Soon<'a, bool> {
    match defect {
        "activation-in-mail" => Box::pin(the_password_is_mailed(bench)),
        "code-survives-failed-delivery" => Box::pin(a_pin_that_was_not_sent_works(bench)),
        "failed-delivery-claimed" => Box::pin(what_was_not_sent_is_claimed(bench)),
        "half-sign-in-untold" => Box::pin(a_half_sign_in_is_silent(bench)),
        "mail-not-retried" => Box::pin(a_busy_server_ends_it(bench)),
        "no-lock-notice" => Box::pin(a_lock_is_silent(bench)),
        "no-other-channel-after-failure" => Box::pin(a_failure_ends_the_sign_in(bench)),
        "no-removal-notice" => Box::pin(a_removal_is_silent(bench)),
        "notice-to-another" => Box::pin(a_notice_about_bob_goes_elsewhere(bench)),
        "notice-with-code" => Box::pin(a_notice_has_digits(bench)),
        "shown-channel-lies" => Box::pin(the_page_says_sms_and_a_mail_comes(bench)),
        "code-twice-in-sms" => sms(bench, |sms, pin| first_line(sms).matches(pin).count() == 2),
        "lifetime-untold" => sms(bench, |sms, _| !sms.contains("5 minutes")),
        "link-in-sms" => sms(bench, |sms, _| sms.contains("https://")),
        "long-sms" => sms(bench, |sms, _| sms.len() > 160),
        "nameless-sms" => sms(bench, |sms, _| !sms.contains("Reference Signing Service")),
        "origin-bound-malformed" => sms(bench, |sms, _| sms.contains("  #")),
        "user-name-in-sms" => sms(bench, |sms, _| sms.contains("user name")),
        "code-in-subject" => mail(bench, |mail| {
            pin_in(mail)
                .is_some_and(|pin| mail.subject.as_ref().is_some_and(|it| it.contains(&pin)))
        }),
        "html-code-differs" => mail(bench, |mail| {
            pin_in(mail).is_some_and(|pin| !mail.html.as_ref().is_some_and(|it| it.contains(&pin)))
        }),
        "html-only-mail" => mail(bench, |mail| mail.text.is_empty()),
        "long-line-mail" => mail(bench, |mail| mail.headers.iter().any(|(_, it)| it.len() > 998)),
        "no-auto-submitted" => mail(bench, |mail| count(mail, "Auto-Submitted") == 0),
        "no-message-id" => mail(bench, |mail| count(mail, "Message-ID") == 0),
        "two-dates" => mail(bench, |mail| count(mail, "Date") == 2),
        "two-senders" => mail(bench, |mail| count(mail, "From") == 1),
        other => panic!("no test knows the symptom of {other}"),
    }
}

fn count(mail: &Message, name: &str) -> usize {
    mail.headers.iter().filter(|(known, _)| known == name).count()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whether `shows` holds for the SMS of a first sign-in and its PIN.
fn sms(bench: &Bench, shows: fn(&str, &str) -> bool) -> Soon<'_, bool> {
    Box::pin(async move {
        bench.sign_in("main", &bench.ada).await;
        let messages = bench.messages();
        let sms = messages.iter().find(|message| message.channel() == Channel::Sms);
        sms.is_some_and(|sms| shows(&sms.text, &pin_in(sms).expect("a PIN in front")))
    })
}

/// Whether `shows` holds for the mail of a first sign-in.
fn mail(bench: &Bench, shows: fn(&Message) -> bool) -> Soon<'_, bool> {
    Box::pin(async move {
        bench.sign_in("main", &bench.bob).await;
        bench.messages().first().is_some_and(shows)
    })
}

/// The mails with `word` in their subject.
fn about(bench: &Bench, word: &str) -> Vec<Message> {
    let named = |mail: &Message| mail.subject.as_ref().is_some_and(|it| it.contains(word));
    bench.messages().into_iter().filter(named).collect()
}

fn is_taken(reply: &Reply) -> bool {
    !matches!(reply, Reply::Rejected(_))
}

async fn the_password_is_mailed(bench: &Bench) -> bool {
    bench.first_factor("main", &bench.ada).await;
    let page = bench.begin("main", TokenKind::Mobile).await;
    let password = page.password.expect("a password");
    bench.messages().iter().any(|message| message.text.contains(password.reveal()))
}

async fn a_pin_that_was_not_sent_works(bench: &Bench) -> bool {
    bench.lose_answers();
    bench.sign_in("main", &bench.ada).await;
    is_taken(&bench.code("main", &bench.newest_pin()).await)
}

async fn what_was_not_sent_is_claimed(bench: &Bench) -> bool {
    bench.break_sms();
    matches!(
        bench.sign_in("main", &bench.ada).await,
        Reply::CodeRequired { channel: Channel::Sms, .. }
    ) && bench.messages().is_empty()
}

async fn a_half_sign_in_is_silent(bench: &Bench) -> bool {
    bench.enrol(&bench.ada).await;
    let reply = bench.sign_in("main", &bench.ada).await;
    let before = bench.messages().len();
    bench.code("main", "wrong").await;
    matches!(reply, Reply::TokenRequired { .. }) && bench.messages().len() == before
}

async fn a_busy_server_ends_it(bench: &Bench) -> bool {
    bench.keep_mail_busy();
    bench.sign_in("main", &bench.bob).await == rejected(RejectionClass::ChannelUnavailable)
}

async fn a_lock_is_silent(bench: &Bench) -> bool {
    bench.lock_ada().await;
    bench.code("main", "wrong").await == rejected(RejectionClass::Locked)
        && about(bench, "locked").is_empty()
}

async fn a_failure_ends_the_sign_in(bench: &Bench) -> bool {
    bench.break_sms();
    bench.sign_in("main", &bench.ada).await;
    let choice = Operation::ChooseChannel { channel: Channel::Email };
    bench.ask("main", choice).await == rejected(RejectionClass::WrongStep)
}

async fn a_removal_is_silent(bench: &Bench) -> bool {
    let totp = bench.enrol(&bench.ada).await;
    bench.sign_in("main", &bench.ada).await;
    bench.code("main", &bench.totp_code(&totp)).await;
    let Reply::Tokens(tokens) = bench.ask("main", Operation::ListTokens).await else {
        return false;
    };
    let token = tokens.first().expect("a token").id.clone();
    bench.ask("main", Operation::RevokeToken { token }).await == Reply::Done
        && about(bench, "removed").is_empty()
}

async fn lock_bob(bench: &Bench) -> Vec<Message> {
    bench.sign_in("main", &bench.bob).await;
    for _ in 0..5 {
        bench.code("main", "wrong").await;
    }
    about(bench, "locked")
}

async fn a_notice_about_bob_goes_elsewhere(bench: &Bench) -> bool {
    let mailbox = bench.bob.mailbox.as_str();
    lock_bob(bench).await.iter().any(|notice| notice.to.to_string() != mailbox)
}

async fn a_notice_has_digits(bench: &Bench) -> bool {
    let has_digits = |notice: &Message| notice.text.contains(|c: char| c.is_ascii_digit());
    lock_bob(bench).await.iter().any(has_digits)
}

async fn the_page_says_sms_and_a_mail_comes(bench: &Bench) -> bool {
    let reply = bench.sign_in("main", &bench.ada).await;
    matches!(reply, Reply::CodeRequired { channel: Channel::Sms, .. })
        && bench.messages()[0].channel() == Channel::Email
}
