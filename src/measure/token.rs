//! A person's way to a token, in the pieces that experiments stop between.

use super::finding::NotMeasured;
use super::lab::Lab;
use super::search::Held;
use super::visitor::{Visitor, odd};
use crate::domain::device::{Permission, Reason};
use crate::domain::{
    Act, Activation, DeviceKind, Operation, Outcome, RejectionClass, Reply, Secret, TokenKind,
};

/// The PIN of every app. It never leaves the device, so it may be the same.
const APP_PIN: &str = "2580";

/// Material in front of a device that has taken in all but the last step.
pub(super) struct Offer {
    device: String,
    kind: DeviceKind,
    password: Option<Secret>,
    registration_code: Option<Secret>,
}

/// A bound, unlocked token.
pub(super) struct Token {
    /// The name of its device.
    pub(super) device: String,
    /// Whether a code was used up on the way.
    pub(super) has_spent: bool,
}

/// A code used up by activating, and whether it came to that.
pub(super) type Activated = (Held, Option<Secret>);

impl Lab {
    /// A newcomer's whole enrolment; the session is signed out after it.
    pub(super) async fn enrol(&mut self, visitor: &mut Visitor) -> Result<Token, NotMeasured> {
        let offer = self.take_in(visitor).await?;
        let (held, spent) = self.activate(visitor, &offer).await?;
        if held != Held::Yes {
            return Err(NotMeasured::Odd("fresh activation material was refused".to_owned()));
        }
        if offer.kind != DeviceKind::Authenticator {
            let pin = || Secret::new(APP_PIN);
            self.act(&offer.device, Act::SetPin { pin: pin(), again: pin() }).await?;
            self.act(&offer.device, Act::Unlock(pin())).await?;
            let confirm = Operation::ConfirmEnrolment { code: None };
            match self.ask(&visitor.session, confirm).await? {
                Reply::Enrolled => {}
                other => return Err(odd("confirm_enrolment", &other)),
            }
        }
        self.ask(&visitor.session, Operation::SignOut).await?;
        Ok(Token { device: offer.device, has_spent: spent.is_some() })
    }

    /// Signs in, begins the enrolment and does everything at the device but the last step.
    pub(super) async fn take_in(&mut self, visitor: &mut Visitor) -> Result<Offer, NotMeasured> {
        let pin = self.sign_in_for_code(visitor).await?;
        let offers = match self.submit(visitor, pin).await? {
            Reply::EnrolmentRequired { offers } => offers,
            other => return Err(odd("the right code", &other)),
        };
        // The desktop token has no picture to draw and read, which would only cost time.
        let desktop = offers.is_empty() || offers.contains(&TokenKind::Desktop);
        let token = if desktop { TokenKind::Desktop } else { TokenKind::Mobile };
        match self.ask(&visitor.session, Operation::BeginEnrolment { token }).await? {
            Reply::Activation(material) => self.hold(visitor, token, *material).await,
            other => Err(odd("begin_enrolment", &other)),
        }
    }

    async fn hold(
        &mut self,
        visitor: &Visitor,
        token: TokenKind,
        material: Activation,
    ) -> Result<Offer, NotMeasured> {
        let kind = match token {
            TokenKind::Desktop => DeviceKind::Windows,
            TokenKind::Mobile if material.password.is_some() => DeviceKind::Android,
            // Material without a password is a plain key URI, which any authenticator reads.
            TokenKind::Mobile
            | TokenKind::Authenticator
            | TokenKind::Counter
            | TokenKind::Challenge => DeviceKind::Authenticator,
        };
        let device = self.name("device");
        self.world.equip(&device, kind, &visitor.persona.label, None);
        let password = material.password.clone();
        let registration_code = if kind == DeviceKind::Windows {
            Some(self.type_in(&device, material).await?)
        } else {
            self.scan(&device, material).await?;
            None
        };
        Ok(Offer { device, kind, password, registration_code })
    }

    async fn type_in(&mut self, device: &str, material: Activation) -> Result<Secret, NotMeasured> {
        let missing = |what: &str| NotMeasured::Odd(format!("the page shows no {what}"));
        let address = material.address.ok_or_else(|| missing("address"))?;
        let serial = material.serial_number.ok_or_else(|| missing("serial number"))?;
        let code = material.activation_code.ok_or_else(|| missing("activation code"))?;
        self.act(device, Act::EnterAddress(address)).await?;
        self.act(device, Act::EnterSerialNumber(serial)).await?;
        self.act(device, Act::EnterActivationCode(code)).await?;
        match self.act(device, Act::Save).await? {
            Outcome::RegistrationCode(code) => Ok(code),
            other => Err(NotMeasured::Odd(format!("the device showed {}", other.kind()))),
        }
    }

    async fn scan(&mut self, device: &str, material: Activation) -> Result<(), NotMeasured> {
        let taken = match (material.qr, material.link) {
            (_, Some(link)) => Act::OpenLink(link),
            (Some(picture), None) => Act::Scan(picture),
            (None, None) => {
                return Err(NotMeasured::Odd("the page shows neither QR code nor link".to_owned()));
            }
        };
        self.act(device, Act::Grant(Permission::Camera)).await?;
        self.act(device, taken).await?;
        Ok(())
    }

    /// Does the last step, and says whether the subject still took the material.
    pub(super) async fn activate(
        &mut self,
        visitor: &Visitor,
        offer: &Offer,
    ) -> Result<Activated, NotMeasured> {
        let device = offer.device.as_str();
        if let Some(code) = offer.registration_code.clone() {
            let submit = Operation::SubmitRegistrationCode { code };
            let held = standing(&self.ask(&visitor.session, submit).await?);
            if held == Held::Yes {
                self.act(device, Act::Done).await?;
            }
            return Ok((held, None));
        }
        let Some(password) = offer.password.clone() else {
            let code = self.read_code(device).await?;
            let confirm = Operation::ConfirmEnrolment { code: Some(code.clone()) };
            return Ok((standing(&self.ask(&visitor.session, confirm).await?), Some(code)));
        };
        self.act(device, Act::EnterPassword(password)).await?;
        match self.world.act(device, Act::Activate).await {
            Some(Outcome::Activated) => Ok((Held::Yes, None)),
            Some(Outcome::Refused(Reason::ActivationExpired | Reason::Unauthorized)) => {
                Ok((Held::No, None))
            }
            _ => Err(NotMeasured::Odd("the device could not be activated".to_owned())),
        }
    }

    /// The code that an unlocked token shows now.
    pub(super) async fn read_code(&mut self, device: &str) -> Result<Secret, NotMeasured> {
        match self.act(device, Act::ReadCode(None)).await? {
            Outcome::Code(code) => Ok(code),
            other => Err(NotMeasured::Odd(format!("the device showed {}", other.kind()))),
        }
    }
}

/// What an answer says about the thing that was presented.
pub(super) fn standing(reply: &Reply) -> Held {
    match reply {
        Reply::Rejected(rejection) if rejection.class == RejectionClass::WrongStep => Held::Gone,
        Reply::SignedOut => Held::Gone,
        reply if super::visitor::accepts(reply) => Held::Yes,
        _ => Held::No,
    }
}
