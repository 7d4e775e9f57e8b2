//! What devices ask the server: its name, and to be activated. Our own open protocol.

use super::Reference;
use super::enrolment::NotActivated;
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
        let body = json!({
            "name": parameters.public_name,
            "digits": parameters.token_digits.count(),
            "period": parameters.token_period.seconds(),
        });
        NetworkReply { status: 200, body }
    }

    /// `POST …/activate`: binds a device's random part to the material it presents.
    #[must_use]
    pub fn activate_device(&self, body: &Value) -> NetworkReply {
        let Some((serial, code, random)) = read(body) else { return refusal(400, "malformed") };
        match self.activate(serial, code, random) {
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
        let mut state = self.state();
        let user = state.serials.get(&serial.to_string()).cloned();
        let account = user.and_then(|user| state.accounts.get_mut(&user));
        let pending = account.and_then(|account| account.pending.as_mut());
        pending.ok_or(NotActivated::Unauthorized)?.register(code, random, now, self)
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
                Some("/activate") => Ok(self.activate_device(body)),
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
