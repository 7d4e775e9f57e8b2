//! What devices ask the server: its name, and to be activated. Our own open protocol.

use super::enrolment::{NotActivated, Pending};
use super::race::GAP;
use super::{Reference, defects};
use crate::domain::{Secret, Soon};
use crate::tokens::activation::classic::{ActivationCode, SerialNumber};
use crate::tokens::{Network, NetworkReply, NoNetwork};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a device presents to be activated.
#[derive(Debug, Deserialize)]
struct Registration {
    serial_number: String,
    activation_code: Secret,
    /// Two bytes in hexadecimal that the device made.
    device_random: String,
}

impl Reference {
    /// `GET …/about`: what a token shows about the service.
    #[must_use]
    pub fn about_device(&self) -> NetworkReply {
        let parameters = self.parameters();
        let mut body = json!({
            "name": parameters.public_name,
            "digits": self.token_digits().count(),
            "period": parameters.token_period.seconds(),
        });
        if self.has(&defects::DESKTOP_NAME_MISSING)
            && let Some(fields) = body.as_object_mut()
        {
            fields.remove("name");
        }
        NetworkReply { status: 200, body }
    }

    /// `POST …/activate`: binds a device's random part to the material it presents.
    pub async fn activate_device(&self, body: &Value) -> NetworkReply {
        let Some((serial, code, random)) = read(body) else { return refusal(400, "malformed") };
        let activated = if self.has(&defects::RACE_ACTIVATION) {
            let free = self.with_pending(serial, |pending| !pending.is_activated());
            tokio::time::sleep(GAP).await;
            if free == Ok(true) {
                let forget = |pending: &mut Pending| pending.forget_activation();
                let _nothing_to_forget = self.with_pending(serial, forget);
            }
            self.activate(serial, code, random)
        } else {
            self.activate(serial, code, random)
        };
        match activated {
            Ok(()) => {
                let mut reply = self.about_device();
                reply.body["result"] = json!("activated");
                reply
            }
            Err(NotActivated::Unauthorized) => refusal(403, "unauthorized"),
            Err(NotActivated::Expired) => refusal(410, "expired"),
        }
    }

    fn activate(
        &self,
        serial: SerialNumber,
        code: ActivationCode,
        random: [u8; 2],
    ) -> Result<(), NotActivated> {
        let now = self.clock().now();
        self.with_pending(serial, |pending| pending.register(code, random, now, self))?
    }

    /// Does something with the enrolment that has this serial number.
    fn with_pending<T>(
        &self,
        serial: SerialNumber,
        change: impl FnOnce(&mut Pending) -> T,
    ) -> Result<T, NotActivated> {
        let mut state = self.state();
        let user = state.serials.get(&serial.to_string()).cloned();
        let account = user.and_then(|user| state.accounts.get_mut(&user));
        let account = account.ok_or(NotActivated::Unauthorized)?;
        let mut all = account.pending.iter_mut().chain(&mut account.older);
        all.find(|pending| pending.serial == serial).map(change).ok_or(NotActivated::Unauthorized)
    }
}

/// Reaches the device protocol without a socket, under the public address.
impl Network for Reference {
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move {
            match address.strip_prefix(self.parameters().public_address.as_str()) {
                Some("/about") => Ok(self.about_device()),
                Some(_) => Ok(refusal(404, "not_found")),
                None => Err(NoNetwork { address: address.to_owned() }),
            }
        })
    }

    fn post<'a>(
        &'a self,
        address: &'a str,
        body: &'a Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move {
            match address.strip_prefix(self.parameters().public_address.as_str()) {
                Some("/activate") => Ok(self.activate_device(body).await),
                Some("/push/pending") => Ok(self.pending_push(body)),
                Some("/push/answer") => Ok(self.answer_push(body).await),
                Some(_) => Ok(refusal(404, "not_found")),
                None => Err(NoNetwork { address: address.to_owned() }),
            }
        })
    }
}

fn read(body: &Value) -> Option<(SerialNumber, ActivationCode, [u8; 2])> {
    let registration = Registration::deserialize(body).ok()?;
    let random = data_encoding::HEXLOWER_PERMISSIVE.decode(registration.device_random.as_bytes());
    Some((
        registration.serial_number.parse().ok()?,
        registration.activation_code.reveal().parse().ok()?,
        random.ok()?.try_into().ok()?,
    ))
}

fn refusal(status: u16, error: &str) -> NetworkReply {
    NetworkReply { status, body: json!({ "error": error }) }
}
