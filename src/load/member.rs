//! One invented person of the pool: enrols a token as the guide says, then signs in with it.

use super::Failure;
use super::pool::Setting;
use crate::domain::device::Permission;
use crate::domain::persona::MobileOnFile;
use crate::domain::reply::ReplyKind;
use crate::domain::{
    Act, Activation, Assurance, Chance, Channel, DeviceKind, Operation, Outcome, Persona,
    Recipient, Reply, Secret, TokenKind,
};
use crate::gateways::extract;
use crate::subject::{Settling, Subject};
use crate::tokens::Device;
use std::sync::Arc;

/// The PIN of every app. It never leaves the device, so it may be the same.
const APP_PIN: &str = "2580";

/// Why a person of the pool has no token: nothing can be measured then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("person {person} cannot be enrolled: {why}")]
pub struct NotEnrolled {
    /// Their number in the pool, from 0.
    pub person: u32,
    /// At which step, and what came instead.
    pub why: String,
}

/// A person with an unlocked token.
pub(super) struct Member {
    persona: Persona,
    session: String,
    device: Device,
    /// The last code that was sent to the subject: it is never sent again.
    spent: Option<Secret>,
}

/// A person on the way to a token.
struct Enrolment<'a> {
    subject: &'a dyn Subject,
    setting: &'a Setting,
    persona: Persona,
    session: String,
}

impl Member {
    /// Makes person number `ordinal` exist and enrols their token, through the subject's own
    /// operations.
    pub(super) async fn enrol(
        subject: &dyn Subject,
        setting: &Setting,
        ordinal: u32,
    ) -> Result<Self, NotEnrolled> {
        let mut chance = Chance::seeded(setting.seed, &format!("load/person/{ordinal}"));
        let persona = Persona::invent("load", MobileOnFile::NotGiven, ordinal, &mut chance);
        let session = format!("load-{ordinal}");
        let enrolment = Enrolment { subject, setting, persona, session };
        let enrolled = enrolment.run(ordinal).await;
        enrolled.map_err(|why| NotEnrolled { person: ordinal, why })
    }

    /// Whether a code was used up while enrolling.
    pub(super) fn has_spent(&self) -> bool {
        self.spent.is_some()
    }

    /// Signs in, reads the current code off the token and submits it.
    pub(super) async fn verify(&mut self, subject: &dyn Subject) -> Result<(), Failure> {
        let sign_in = sign_in(&self.persona);
        self.ask(subject, &sign_in, ReplyKind::TokenRequired).await?;
        let code = read_code(&mut self.device).await.map_err(Failure::Device)?;
        if self.spent.as_ref() == Some(&code) {
            return Err(Failure::NoFreshCode);
        }
        self.spent = Some(code.clone());
        let submit = Operation::SubmitCode { code: code.into() };
        let reply = self.ask(subject, &submit, ReplyKind::SignedIn).await?;
        let proven = Reply::SignedIn { assurance: Assurance::TwoFactor };
        if reply == proven { Ok(()) } else { Err(Failure::OneFactor) }
    }

    /// Signs out. Whatever comes of it shows at the next sign-in.
    pub(super) async fn leave(&self, subject: &dyn Subject) {
        let _answer = subject.ask(&self.session, &Operation::SignOut).await;
    }

    async fn ask(
        &self,
        subject: &dyn Subject,
        operation: &Operation,
        wanted: ReplyKind,
    ) -> Result<Reply, Failure> {
        let kind = operation.kind();
        let answer = subject.ask(&self.session, operation).await;
        let reply = answer.map_err(|error| Failure::of(kind, &error))?.reply;
        if let Reply::Rejected(rejection) = reply {
            return Err(Failure::Rejected(kind, rejection.class));
        }
        let met = reply.kind();
        if met == wanted { Ok(reply) } else { Err(Failure::Unexpected(kind, met)) }
    }
}

impl Enrolment<'_> {
    async fn run(self, ordinal: u32) -> Result<Member, String> {
        self.ask(Operation::Provision(Box::new(self.persona.clone()))).await?;
        let mailbox = Recipient::Mailbox(self.persona.mailbox.clone());
        self.setting.inbox.open(mailbox.clone(), Arc::clone(&self.setting.clock));
        let pin = self.receive_pin(&mailbox).await?;
        let reply = self.ask(Operation::SubmitCode { code: pin.into() }).await?;
        let Reply::EnrolmentRequired { offers } = reply else {
            return Err(format!("the PIN was answered by {}", reply.kind()));
        };
        // The desktop token has no picture to draw and read, which would only cost time.
        let desktop = offers.is_empty() || offers.contains(&TokenKind::Desktop);
        let token = if desktop { TokenKind::Desktop } else { TokenKind::Mobile };
        let reply = self.ask(Operation::BeginEnrolment { token }).await?;
        let Reply::Activation(offer) = reply else {
            return Err(format!("begin_enrolment was answered by {}", reply.kind()));
        };
        let kind = device_kind(token, &offer);
        let chance = Chance::seeded(self.setting.seed, &format!("load/device/{ordinal}"));
        let clock = Arc::clone(&self.setting.clock);
        let network = Arc::clone(&self.setting.network);
        let mut device = Device::new(kind, chance, clock, network);
        let spent = self.set_up(&mut device, kind, *offer).await?;
        let reply = self.ask(Operation::ConfirmEnrolment { code: spent.clone() }).await?;
        if reply != Reply::Enrolled {
            return Err(format!("confirm_enrolment was answered by {}", reply.kind()));
        }
        self.ask(Operation::SignOut).await?;
        Ok(Member { persona: self.persona, session: self.session, device, spent })
    }

    /// Asks; a rejection or no answer ends the enrolment.
    async fn ask(&self, operation: Operation) -> Result<Reply, String> {
        let kind = operation.kind();
        let answer = self.subject.ask(&self.session, &operation).await;
        let reply = answer.map_err(|error| format!("{kind}: {error}"))?.reply;
        if let Reply::Rejected(rejection) = &reply {
            return Err(format!("{kind} was rejected: {}", rejection.class));
        }
        Ok(reply)
    }

    /// Signs in for the first time and reads the PIN out of the mail.
    async fn receive_pin(&self, mailbox: &Recipient) -> Result<Secret, String> {
        let reply = self.ask(sign_in(&self.persona)).await?;
        let Reply::CodeRequired { channel: Channel::Email, .. } = reply else {
            return Err(format!("sign_in did not lead to a PIN by mail, but to {}", reply.kind()));
        };
        if let Settling::Within(patience) = self.subject.about().delivery {
            // Real time on purpose: it bounds how long another process may take to hand over.
            let more = self.setting.inbox.wait_beyond(mailbox, 0);
            let _ = tokio::time::timeout(patience, more).await;
        }
        let arrived = self.setting.inbox.arrived(mailbox, 0);
        let mail = arrived.first().ok_or("no mail with a PIN arrived")?;
        let found = extract::find_code(&mail.message).chosen;
        found.map(|found| Secret::new(found.code)).ok_or("no code in the mail".to_owned())
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
        let pin = || Secret::new(APP_PIN);
        if kind == DeviceKind::Authenticator {
            // Where a plain key is shown, only a code proves that it was taken.
            return read_code(device).await.map(Some);
        }
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

/// The current code of an unlocked token.
async fn read_code(device: &mut Device) -> Result<Secret, String> {
    let outcome = act(device, Act::ReadCode(None)).await?;
    let Outcome::Code(code) = outcome else {
        return Err(format!("read_code showed {}", outcome.kind()));
    };
    Ok(code)
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

fn sign_in(persona: &Persona) -> Operation {
    Operation::SignIn { user: persona.user.clone(), password: persona.password.clone() }
}
