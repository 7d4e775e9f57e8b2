//! One device in a person's hands: the app on it, its own clock, its network.

use super::desktop::Desktop;
use super::identity::Identity;
use super::mobile::Mobile;
use super::{Network, NetworkReply, NoNetwork};
use crate::domain::device::Reason;
use crate::domain::{Act, Chance, Clock, DeviceKind, Outcome, Secret, Soon};
use std::sync::Arc;

/// A simulated device with a soft token.
pub struct Device {
    kind: DeviceKind,
    app: App,
    chance: Chance,
    clock: Arc<dyn Clock>,
    /// The device's clock minus the true one, in milliseconds.
    skew_ms: i64,
    network: Arc<dyn Network>,
    online: bool,
}

enum App {
    Mobile(Mobile),
    Desktop(Desktop),
}

/// A network that is switched off.
struct Offline;

impl Network for Offline {
    fn get<'a>(&'a self, address: &'a str) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move { Err(NoNetwork(address.to_owned())) })
    }

    fn post<'a>(
        &'a self,
        address: &'a str,
        _body: &'a serde_json::Value,
    ) -> Soon<'a, Result<NetworkReply, NoNetwork>> {
        Box::pin(async move { Err(NoNetwork(address.to_owned())) })
    }
}

impl Device {
    /// A new device with nothing set up. Its random comes from `chance`, its time from `clock`.
    #[must_use]
    pub fn new(
        kind: DeviceKind,
        chance: Chance,
        clock: Arc<dyn Clock>,
        network: Arc<dyn Network>,
    ) -> Self {
        Self { kind, app: App::new(kind), chance, clock, skew_ms: 0, network, online: true }
    }

    /// Does `act` and says what the device shows.
    pub async fn act(&mut self, act: Act) -> Outcome {
        self.try_act(act).await.unwrap_or_else(Outcome::Refused)
    }

    async fn try_act(&mut self, act: Act) -> Result<Outcome, Reason> {
        match act {
            Act::SetClockSkew(ms) => self.skew_ms = ms,
            Act::GoOffline => self.online = false,
            Act::GoOnline => self.online = true,
            Act::Wipe => self.app = App::new(self.kind),
            Act::SetPin { pin, again } => self.identity()?.set_pin(&pin, &again)?,
            Act::Unlock(pin) => self.identity()?.unlock(&pin)?,
            Act::Lock => self.identity()?.lock(),
            Act::ReadCode(pin) => return self.read_code(pin.as_ref()),
            other => return self.use_app(other).await,
        }
        Ok(Outcome::Done)
    }

    /// Unlocks if a PIN is given, reads, and locks again as the app does when it is left.
    fn read_code(&mut self, pin: Option<&Secret>) -> Result<Outcome, Reason> {
        let now = self.clock.now().skewed_by_ms(self.skew_ms);
        let identity = self.identity()?;
        let Some(pin) = pin else { return identity.code(now) };
        identity.unlock(pin)?;
        let code = identity.code(now);
        identity.lock();
        code
    }

    async fn use_app(&mut self, act: Act) -> Result<Outcome, Reason> {
        let network: &dyn Network = if self.online { &*self.network } else { &Offline };
        let chance = &mut self.chance;
        match (&mut self.app, act) {
            (App::Mobile(app), Act::Grant(permission)) => Ok(app.permit(permission, true)),
            (App::Mobile(app), Act::Deny(permission)) => Ok(app.permit(permission, false)),
            (App::Mobile(app), Act::Scan(picture)) => app.scan(&picture),
            (App::Mobile(app), Act::OpenLink(link)) => app.open_link(&link),
            (App::Mobile(app), Act::EnterPassword(password)) => {
                app.enter_password(&password, chance)
            }
            (App::Mobile(app), Act::Activate) => app.activate(network).await,
            (App::Mobile(app), Act::ReadRegistrationCode) => app.registration_code(),
            (App::Desktop(app), Act::EnterAddress(address)) => {
                app.enter_address(&address, network).await
            }
            (App::Desktop(app), Act::EnterSerialNumber(text)) => app.enter_serial_number(&text),
            (App::Desktop(app), Act::EnterActivationCode(code)) => app.enter_activation_code(&code),
            (App::Desktop(app), Act::Save) => app.save(chance),
            (App::Desktop(app), Act::ReadRegistrationCode) => app.registration_code(),
            (App::Desktop(app), Act::Done) => app.done(),
            (App::Mobile(_) | App::Desktop(_), _) => Err(Reason::NotOnThisDevice),
        }
    }

    fn identity(&mut self) -> Result<&mut Identity, Reason> {
        let identity = match &mut self.app {
            App::Mobile(app) => app.identity(),
            App::Desktop(app) => app.identity(),
        };
        identity.ok_or(Reason::WrongStep)
    }
}

impl App {
    fn new(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Android | DeviceKind::Ios | DeviceKind::Authenticator => {
                Self::Mobile(Mobile::new(kind))
            }
            DeviceKind::Windows => Self::Desktop(Desktop::new()),
        }
    }
}
