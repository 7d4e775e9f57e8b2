//! Makes people exist and enrols their tokens, through the subject's own operations.

use super::people::{Factor, Person};
use crate::domain::device::Permission;
use crate::domain::persona::MobileOnFile;
use crate::domain::reply::ReplyKind;
use crate::domain::{
    Act, Activation, Chance, Channel, Clock, DeviceKind, Message, Operation, Outcome, Persona,
    Recipient, Reply, Secret, TokenKind,
};
use crate::gateways::extract;
use crate::gateways::inbox::Inbox;
use crate::subject::{Settling, Subject};
use crate::tokens::{Device, Network};
use futures_util::{StreamExt, TryStreamExt};
use std::sync::Arc;
use std::time::Duration;

/// Enrolments under way at once: enough to keep two cores busy, few enough to be no load test of
/// the enrolment.
const ENROL_AT_ONCE: usize = 16;

/// The PIN of every app. It never leaves the device, so it may be the same.
const APP_PIN: &str = "2580";

/// Replies from the first sign-in to a bound token; more are no enrolment.
const MOST_REPLIES: usize = 6;

/// How people come by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By a token.
    App,
    /// By SMS.
    Sms,
    /// By mail.
    Email,
}

/// The surroundings of people.
pub struct Setting {
    /// The seed from which the people and their devices follow.
    pub seed: u64,
    /// The clock of the devices; it must run like the subject's.
    pub clock: Arc<dyn Clock>,
    /// Where the subject's messages arrive.
    pub inbox: Arc<Inbox>,
    /// How the devices reach the service.
    pub network: Arc<dyn Network>,
    /// How people come by their codes.
    pub by: By,
    /// The numbers of the people: shards must not invent the same ones.
    pub numbers: (u32, u32),
}

/// Why somebody has no token: nothing can be measured then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("person {person} cannot be enrolled: {why}")]
pub struct NotEnrolled {
    /// Their number, from 0.
    pub person: u32,
    /// At which step, and what came instead.
    pub why: String,
}

/// Enrols `count` people through the operations of `subject`; `on_enrolled` hears of each.
///
/// # Errors
/// [`NotEnrolled`] of the first who gets no token.
pub async fn enrol(
    subject: &dyn Subject,
    setting: &Setting,
    count: u32,
    on_enrolled: impl Fn(),
) -> Result<Vec<Person>, NotEnrolled> {
    futures_util::stream::iter(0..count)
        .map(|person| async move {
            let enrolled = Enrolment::of(subject, setting, person).run().await;
            enrolled.map_err(|why| NotEnrolled { person, why })
        })
        .buffered(ENROL_AT_ONCE)
        .inspect_ok(|_| on_enrolled())
        .try_collect()
        .await
}

/// The text of the newest message to `recipient` beyond the first `seen`, in which a code is found;
/// it may come a little after the answer.
pub(super) async fn received(
    inbox: &Inbox,
    delivery: Settling,
    recipient: &Recipient,
    seen: usize,
) -> Result<Secret, &'static str> {
    if let Settling::Within(patience) = delivery {
        // Real time on purpose: it bounds how long another process may take to hand over.
        let more = inbox.wait_beyond(recipient, seen);
        let _ = tokio::time::timeout(patience, more).await;
    }
    let arrived = inbox.arrived(recipient, seen);
    let message = arrived.last().ok_or("no message with a code arrived")?;
    let found = extract::find_code(&message.message).chosen;
    found.map(|found| Secret::new(found.code)).ok_or("no code in the message")
}

/// Somebody on the way to a token.
struct Enrolment<'a> {
    subject: &'a dyn Subject,
    setting: &'a Setting,
    number: u32,
    persona: Persona,
    session: String,
}

impl<'a> Enrolment<'a> {
    fn of(subject: &'a dyn Subject, setting: &'a Setting, person: u32) -> Self {
        let (first, of) = setting.numbers;
        let number = person.saturating_mul(of).saturating_add(first);
        let mut chance = Chance::seeded(setting.seed, &format!("load/person/{number}"));
        let mobile = match setting.by {
            By::Sms => MobileOnFile::Given,
            By::App | By::Email => MobileOnFile::NotGiven,
        };
        let persona = Persona::invent("load", mobile, number, &mut chance);
        let session = format!("load-{}", persona.user);
        Self { subject, setting, number, persona, session }
    }

    async fn run(self) -> Result<Person, String> {
        self.ask(Operation::Provision(Box::new(self.persona.clone()))).await?;
        for recipient in self.persona.recipients() {
            self.setting.inbox.open(recipient, Arc::clone(&self.setting.clock));
        }
        let (user, password) = (self.persona.user.clone(), self.persona.password.clone());
        let mailbox = || Recipient::Mailbox(self.persona.mailbox.clone());
        let address = match (self.setting.by, &self.persona.mobile) {
            (By::App, _) => None,
            (By::Sms, Some(mobile)) => Some(Recipient::Phone(mobile.clone())),
            (By::Sms, None) | (By::Email, _) => Some(mailbox()),
        };
        if let Some(address) = address {
            // What reading the first code takes is our own, and not the subject's hand-over.
            let _ = extract::find_code(&letter(&address));
            return Ok(Person::new(user, password, Factor::Message(address)));
        }
        let (device, confirmed) = self.token().await?;
        let totp = device.totp().ok_or("its token shows no codes of the time")?.clone();
        let mut person = Person::with_token(user, password, totp);
        // A code that confirmed the token is used up.
        let step = person.totp().map(|totp| totp.step_at(self.setting.clock.now()));
        person.last_step = step.filter(|_| confirmed);
        Ok(person)
    }

    /// Signs in and does as the pages say until a token is bound; whether a code confirmed it.
    async fn token(&self) -> Result<(Device, bool), String> {
        let mut reply = self.ask(sign_in(&self.persona)).await?;
        for _ in 0..MOST_REPLIES {
            if let Reply::EnrolmentRequired { offers } = reply {
                return self.bind(&offers).await;
            }
            let Reply::CodeRequired { channel, .. } = reply else {
                let what = reply.kind();
                return Err(format!("the first sign-in led to no enrolment, but to {what}"));
            };
            let code = self.receive(channel).await?;
            reply = self.ask(Operation::SubmitCode { code: code.into() }).await?;
        }
        Err("the first sign-in asks for one code after the other".to_owned())
    }

    async fn bind(&self, offers: &[TokenKind]) -> Result<(Device, bool), String> {
        // The desktop token has no picture to draw and read, which would only cost time.
        let preferred = [TokenKind::Desktop, TokenKind::Authenticator, TokenKind::Mobile];
        let is_offered = |kind: &TokenKind| offers.is_empty() || offers.contains(kind);
        let token = preferred.into_iter().find(is_offered);
        let token = token.ok_or("no token of the time is offered")?;
        let reply = self.ask(Operation::BeginEnrolment { token }).await?;
        let Reply::Activation(offer) = reply else {
            return Err(format!("begin_enrolment was answered by {}", reply.kind()));
        };
        let kind = device_kind(token, &offer);
        let chance = Chance::seeded(self.setting.seed, &format!("load/device/{}", self.number));
        let clock = Arc::clone(&self.setting.clock);
        let network = Arc::clone(&self.setting.network);
        let mut device = Device::new(kind, chance, clock, network);
        let code = self.set_up(&mut device, kind, *offer).await?;
        let confirmed = code.is_some();
        let met = self.ask(Operation::ConfirmEnrolment { code }).await?.kind();
        if !matches!(met, ReplyKind::Enrolled | ReplyKind::SignedIn) {
            return Err(format!("confirm_enrolment was answered by {met}"));
        }
        self.ask(Operation::SignOut).await?;
        Ok((device, confirmed))
    }

    /// Asks; a rejection or no answer ends the enrolment.
    async fn ask(&self, operation: Operation) -> Result<Reply, String> {
        let kind = operation.kind();
        let answer = self.subject.ask(&self.session, &operation).await;
        let reply = answer.map_err(|error| format!("{kind}: {error}"))?.reply;
        if let Reply::Rejected(rejection) = &reply {
            return Err(format!("{kind} was rejected: {}", rejection.class));
        }
        if let Reply::Unsupported { .. } = reply {
            return Err(format!(
                "the subject has no {kind}; people who exist and have tokens can be given by --people"
            ));
        }
        Ok(reply)
    }

    async fn receive(&self, channel: Channel) -> Result<Secret, String> {
        let recipient = match (channel, &self.persona.mobile) {
            (Channel::Email, _) => Recipient::Mailbox(self.persona.mailbox.clone()),
            (_, Some(mobile)) => Recipient::Phone(mobile.clone()),
            (_, None) => return Err(format!("a code was sent by {channel}, to no number")),
        };
        let delivery = self.subject.about().delivery;
        received(&self.setting.inbox, delivery, &recipient, 0).await.map_err(str::to_owned)
    }

    /// Does what the page says at the device; gives the code to confirm with, where one is due.
    async fn set_up(
        &self,
        device: &mut Device,
        kind: DeviceKind,
        offer: Activation,
    ) -> Result<Option<Secret>, String> {
        if kind == DeviceKind::Windows {
            self.type_in(device, offer).await?;
        } else {
            scan(device, offer).await?;
        }
        if kind == DeviceKind::Authenticator {
            // Where a plain key is shown, only a code proves that it was taken.
            let Outcome::Code(code) = act(device, Act::ReadCode(None)).await? else {
                return Err("the token shows no code".to_owned());
            };
            return Ok(Some(code));
        }
        let pin = || Secret::new(APP_PIN);
        act(device, Act::SetPin { pin: pin(), again: pin() }).await?;
        act(device, Act::Unlock(pin())).await?;
        Ok(None)
    }

    async fn type_in(&self, device: &mut Device, offer: Activation) -> Result<(), String> {
        let missing = |what: &str| format!("the page shows no {what}");
        let address = offer.address.ok_or_else(|| missing("address"))?;
        let serial = offer.serial_number.ok_or_else(|| missing("serial number"))?;
        let code = offer.activation_code.ok_or_else(|| missing("activation code"))?;
        act(device, Act::EnterAddress(address)).await?;
        act(device, Act::EnterSerialNumber(serial)).await?;
        act(device, Act::EnterActivationCode(code)).await?;
        let Outcome::RegistrationCode(code) = act(device, Act::Save).await? else {
            return Err("the device shows no registration code".to_owned());
        };
        self.ask(Operation::SubmitRegistrationCode { code }).await?;
        act(device, Act::Done).await?;
        Ok(())
    }
}

/// Takes the material in by camera or as a link, opens it, and activates.
async fn scan(device: &mut Device, offer: Activation) -> Result<(), String> {
    let taken = match (offer.qr, offer.link) {
        (_, Some(link)) => Act::OpenLink(link),
        (Some(picture), None) => Act::Scan(picture),
        (None, None) => return Err("the page shows neither QR code nor link".to_owned()),
    };
    act(device, Act::Grant(Permission::Camera)).await?;
    act(device, taken).await?;
    if let Some(password) = offer.password {
        act(device, Act::EnterPassword(password)).await?;
        act(device, Act::Activate).await?;
    }
    Ok(())
}

/// Does `act`; the reason if it was refused.
async fn act(device: &mut Device, act: Act) -> Result<Outcome, String> {
    let verb = act.verb();
    let outcome = device.act(act).await;
    if let Outcome::Refused(reason) = outcome {
        return Err(format!("{verb} was refused: {reason}"));
    }
    Ok(outcome)
}

/// Material without a password is a plain key URI, which any authenticator reads.
fn device_kind(token: TokenKind, offer: &Activation) -> DeviceKind {
    match token {
        TokenKind::Desktop => DeviceKind::Windows,
        TokenKind::Mobile if offer.password.is_some() => DeviceKind::Android,
        TokenKind::Mobile
        | TokenKind::Authenticator
        | TokenKind::Counter
        | TokenKind::Challenge => DeviceKind::Authenticator,
    }
}

/// A message as any that brings a code.
fn letter(to: &Recipient) -> Message {
    let (from, text) = ("+447700900999".to_owned(), "Your code is 482913.".to_owned());
    let (to, headers) = (to.clone(), Vec::new());
    Message { to, from, subject: None, text, html: None, headers }
}

fn sign_in(persona: &Persona) -> Operation {
    Operation::SignIn { user: persona.user.clone(), password: persona.password.clone() }
}

/// How long people must wait until everybody has a code that is not used up: nothing if nobody has
/// used any.
#[must_use]
pub fn until_fresh(people: &[Person], clock: &dyn Clock) -> Option<crate::domain::Moment> {
    let next = people.iter().filter_map(|person| {
        let period = person.totp()?.period().seconds();
        Some((person.last_step? + 1).saturating_mul(period))
    });
    let at = next.max().and_then(|seconds| i64::try_from(seconds).ok())?;
    let moment = crate::domain::Moment::from_unix_seconds(at);
    // Beyond the turn, lest the subject's clock be a little behind.
    let moment = moment + Duration::from_millis(200);
    (moment > clock.now()).then_some(moment)
}
