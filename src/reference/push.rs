//! Push: a notification for the app of a bound token. It is answered there and fetched by the page
//! that asked for it, and by no other.

use super::account::{Account, Recent};
use super::core::State;
use super::letter::{self, Notice, Postmark};
use super::session::Stage;
use super::turn::{Step, Turn};
use super::{Reference, View, defects};
use crate::domain::{
    Assurance, Chance, Channel, Message, Moment, PushAnswer, RejectionClass, Reply, Secret,
};
use crate::otp::Key;
use crate::tokens::activation::SerialNumber;
use crate::tokens::{NetworkReply, push};
use serde::Deserialize;
use serde_json::{Value, json};

/// The notifications of one person.
#[derive(Debug, Default)]
pub(super) struct Pushes {
    open: Vec<Push>,
    /// Those of the last hour.
    recent: Recent,
    /// Whether the person raised a concern: then none is sent until a code of the token was given.
    pub(super) stopped: bool,
}

/// One notification.
#[derive(Debug)]
struct Push {
    transaction: String,
    /// The token whose app it is for.
    serial: SerialNumber,
    /// What the page shows, where numbers are matched.
    number: Option<String>,
    /// What the app shows.
    choices: Vec<String>,
    expires: Moment,
    answer: Option<PushAnswer>,
}

/// What an app presents in order to learn what waits for it.
#[derive(Deserialize)]
struct Question {
    serial_number: String,
    proof: Secret,
}

/// What an app presents with an answer.
#[derive(Deserialize)]
struct Answered {
    serial_number: String,
    transaction: String,
    answer: PushAnswer,
    number: Option<String>,
    proof: Secret,
}

impl Pushes {
    /// Notifications kept: more than can be open at a time in any story that makes sense.
    const MOST: usize = 16;

    fn add(&mut self, push: Push, now: Moment) {
        if self.open.len() >= Self::MOST {
            self.open.remove(0);
        }
        self.open.push(push);
        self.recent.add(now);
    }

    fn find(&mut self, transaction: &str) -> Option<&mut Push> {
        self.open.iter_mut().find(|push| push.transaction == transaction)
    }

    fn forget(&mut self, transaction: &str) {
        self.open.retain(|push| push.transaction != transaction);
    }

    /// The number that the page shows of `transaction`.
    pub(super) fn number_of(&self, transaction: &str) -> Option<String> {
        let push = self.open.iter().find(|push| push.transaction == transaction);
        push.and_then(|push| push.number.clone())
    }

    /// A notification that was confirmed, whoever asked for it: only defects look for one.
    fn confirmed(&self) -> Option<String> {
        let mut newest_first = self.open.iter().rev();
        let confirmed = newest_first.find(|push| push.answer == Some(PushAnswer::Confirm));
        confirmed.map(|push| push.transaction.clone())
    }
}

impl Push {
    fn mint(
        serial: SerialNumber,
        shows_number: bool,
        expires: Moment,
        chance: &mut Chance,
    ) -> Self {
        /// As many as the apps of the field show.
        const CHOICES: usize = 3;
        let mut choices = Vec::new();
        while shows_number && choices.len() < CHOICES {
            let number = chance.digits(2);
            if !choices.contains(&number) {
                choices.push(number);
            }
        }
        let transaction = data_encoding::HEXLOWER.encode(&chance.bytes::<16>());
        let number = chance.pick(&choices).cloned();
        Self { transaction, serial, number, choices, expires, answer: None }
    }

    fn is_over(&self, now: Moment, reference: &Reference) -> bool {
        now >= self.expires && !reference.has(&defects::PUSH_NEVER_EXPIRES)
    }
}

impl Turn<'_> {
    /// The person would rather be asked at the app than type a code.
    pub(super) fn request_push(&mut self) -> Step {
        let (reference, now) = (self.reference, self.now);
        if !reference.parameters().push {
            return Err(View::of(Reply::Unsupported { feature: "push".to_owned() }));
        }
        self.refuse_unless_at_push()?;
        let (session, account) = self.signed()?;
        if account.pushes.stopped {
            return Err(RejectionClass::ChannelUnavailable.into());
        }
        let over = account.pushes.recent.count(now) >= reference.parameters().pushes_per_hour;
        if over && !reference.has(&defects::PUSHES_UNLIMITED) {
            return Err(RejectionClass::RateLimited.into());
        }
        let user = session.user.clone();
        let (transaction, number) =
            self.send_push(&user).ok_or(RejectionClass::ChannelUnavailable)?;
        self.signed()?.0.push = Some(transaction);
        Ok(View::of(Reply::PushSent { number }))
    }

    /// The page asks whether the notification was answered.
    pub(super) fn await_push(&mut self) -> Step {
        self.refuse_unless_at_push()?;
        let (reference, now) = (self.reference, self.now);
        let (session, account) = self.signed()?;
        let anybodys = reference.has(&defects::PUSH_SIGNS_IN_ANY_SESSION)
            || reference.has(&defects::CONFIRMED_PUSH_REUSABLE);
        let elsewhere = account.pushes.confirmed().filter(|_| anybodys);
        let transaction = session.push.clone().or(elsewhere).ok_or(RejectionClass::WrongStep)?;
        let push = account.pushes.find(&transaction).ok_or(RejectionClass::PushExpired)?;
        let answer = push.answer.filter(|_| !reference.has(&defects::PUSH_CONFIRMATION_LOST));
        if push.is_over(now, reference) {
            if answer.is_none() && reference.has(&defects::SILENT_PUSH_SIGNS_IN) {
                return self.sign_in_by_push(&transaction);
            }
            self.forget_push(&transaction)?;
            return Err(RejectionClass::PushExpired.into());
        }
        match answer {
            None => Ok(View::of(Reply::PushSent { number: push.number.clone() })),
            Some(PushAnswer::Confirm) => self.sign_in_by_push(&transaction),
            Some(_) if reference.has(&defects::CANCELLED_PUSH_SIGNS_IN) => {
                self.sign_in_by_push(&transaction)
            }
            Some(PushAnswer::Cancel | PushAnswer::Concern) => {
                self.forget_push(&transaction)?;
                Err(RejectionClass::PushRefused.into())
            }
        }
    }

    /// Sends a notification to the app that `user` bound last; gives its transaction, and the
    /// number for the page.
    pub(super) fn send_push(&mut self, user: &str) -> Option<(String, Option<String>)> {
        let (reference, now) = (self.reference, self.now);
        let parameters = reference.parameters();
        let shows_number = parameters.push_number && !reference.has(&defects::PUSH_WITHOUT_NUMBER);
        let account = self.state.accounts.get_mut(user)?;
        let mut newest_first = account.tokens.iter().rev();
        let serial = newest_first.find_map(|token| token.push.as_ref())?.0;
        let expires = now + parameters.push_lifetime;
        let push = Push::mint(serial, shows_number, expires, &mut self.state.chance);
        let sent = (push.transaction.clone(), push.number.clone());
        account.pushes.add(push, now);
        Some(sent)
    }

    fn refuse_unless_at_push(&mut self) -> Result<(), View> {
        if self.stage()? != Stage::Token {
            return Err(RejectionClass::WrongStep.into());
        }
        if self.reference.has(&defects::PUSH_WHILE_LOCKED) {
            return Ok(());
        }
        self.refuse_if_locked()
    }

    fn sign_in_by_push(&mut self, transaction: &str) -> Step {
        if !self.reference.has(&defects::CONFIRMED_PUSH_REUSABLE) {
            self.forget_push(transaction)?;
        }
        self.tally()?.clear();
        let assurance = Assurance::TwoFactor;
        self.signed()?.0.stage = Stage::SignedIn(assurance);
        Ok(View::of(Reply::SignedIn { assurance }))
    }

    fn forget_push(&mut self, transaction: &str) -> Result<(), View> {
        let (session, account) = self.signed()?;
        session.push = None;
        account.pushes.forget(transaction);
        Ok(())
    }
}

impl Reference {
    /// `POST …/push/pending`: what waits for the token that asks.
    #[must_use]
    pub fn pending_push(&self, body: &Value) -> NetworkReply {
        let Ok(Question { serial_number, proof }) = Question::deserialize(body) else {
            return refusal(400, "malformed");
        };
        let now = self.clock().now();
        let mut state = self.state();
        let Some(((_, account), serial, key)) = self.owner_of_token(&mut state, &serial_number)
        else {
            return refusal(403, "unauthorized");
        };
        if proof != Secret::new(push::of_question(&key, serial)) {
            return refusal(403, "unauthorized");
        }
        let any_token = self.has(&defects::REVOKED_PHONE_ANSWERS);
        let mut newest_first = account.pushes.open.iter().rev();
        let waiting = newest_first.find(|push| {
            (push.serial == serial || any_token)
                && push.answer.is_none()
                && !push.is_over(now, self)
        });
        let Some(push) = waiting else { return refusal(404, "no_push") };
        let service = &self.parameters().public_name;
        let body = json!({
            "transaction": push.transaction,
            "text": format!("Sign in to {service}?"),
            "choices": push.choices,
            "expires_in": (push.expires - now).as_secs(),
        });
        NetworkReply { status: 200, body }
    }

    /// `POST …/push/answer`: what the person answered at the app.
    pub async fn answer_push(&self, body: &Value) -> NetworkReply {
        let Ok(answered) = Answered::deserialize(body) else { return refusal(400, "malformed") };
        let (reply, notice) = self.take_answer(&answered);
        if let Some(notice) = notice {
            // Told as well as we can; the answer stands all the same.
            let _told = self.send(&notice).await;
        }
        reply
    }

    fn take_answer(&self, answered: &Answered) -> (NetworkReply, Option<Message>) {
        let Answered { serial_number, transaction, answer, number, proof } = answered;
        let now = self.clock().now();
        let mut state = self.state();
        let post = Postmark::new(now, &mut state.chance);
        let Some(((user, account), serial, key)) = self.owner_of_token(&mut state, serial_number)
        else {
            return (refusal(403, "unauthorized"), None);
        };
        let given = (*answer, number.as_deref());
        if *proof != Secret::new(push::of_answer(&key, serial, transaction, given)) {
            return (refusal(403, "unauthorized"), None);
        }
        let Some(push) = account.pushes.find(transaction).filter(|push| push.answer.is_none())
        else {
            return (refusal(404, "no_push"), None);
        };
        if push.is_over(now, self) {
            return (refusal(410, "expired"), None);
        }
        let wrong = *answer == PushAnswer::Confirm && push.number != *number;
        if wrong && !self.has(&defects::PUSH_NUMBER_IGNORED) {
            // Whoever taps another number than the page shows does not see that page.
            push.answer = Some(PushAnswer::Cancel);
            return (refusal(403, "unauthorized"), None);
        }
        push.answer = Some(*answer);
        let mut notice = None;
        if *answer == PushAnswer::Concern {
            account.pushes.stopped = !self.has(&defects::CONCERN_IGNORED);
            let to = account.recipient(Channel::Email);
            let told = to.filter(|_| !self.has(&defects::CONCERN_UNTOLD));
            notice = told.map(|to| letter::notice(to, (Notice::Concern, user), self, &post));
        }
        (NetworkReply { status: 200, body: json!({ "result": "answered" }) }, notice)
    }

    /// Whose token `serial_number` is, by user name and account, and its key.
    fn owner_of_token<'s>(
        &self,
        state: &'s mut State,
        serial_number: &str,
    ) -> Option<((&'s str, &'s mut Account), SerialNumber, Key)> {
        let wanted: SerialNumber = serial_number.parse().ok()?;
        let revoked_too = self.has(&defects::REVOKED_PHONE_ANSWERS);
        state.accounts.iter_mut().find_map(|(user, account)| {
            let revoked = account.revoked.iter().filter(|_| revoked_too);
            let mut known = account.tokens.iter().chain(revoked).filter_map(|one| one.push.clone());
            let (serial, key) = known.find(|(serial, _)| *serial == wanted)?;
            Some(((user.as_str(), account), serial, key))
        })
    }
}

fn refusal(status: u16, error: &str) -> NetworkReply {
    NetworkReply { status, body: json!({ "error": error }) }
}
