//! Verbs of a person at a device.

use super::Grammar;
use crate::domain::device::DeviceKind::{self, Android, Authenticator, Ios, Windows};
use crate::domain::{Permission, PushAnswer};
use crate::scenario::expect::{DeviceCodeExpect, Nothing, OutcomeExpect};
use crate::scenario::plan::{DeviceAct, Field, Tapped, Verb};
use crate::scenario::scope::{ANY, Scope};
use crate::scenario::syntax::{At, Skew, Which, Written};
use schemars::JsonSchema;
use serde::Deserialize;

const PHONES: &[DeviceKind] = &[Android, Ios];
const CAMERAS: &[DeviceKind] = &[Android, Ios, Authenticator];
const PCS: &[DeviceKind] = &[Windows];
const AUTHENTICATORS: &[DeviceKind] = &[Authenticator];
/// Apps that read plain key URIs ask for no PIN of their own.
const WITH_PIN: &[DeviceKind] = &[Android, Ios, Windows];

/// An act that needs no more than the device.
macro_rules! bare_act {
    ($(#[$doc:meta])* $name:literal => $act:ident on $kinds:ident keeps $keeps:expr) => {
        $(#[$doc])*
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $act {
            /// At which device.
            device: At<Which>,
        }

        impl Grammar for $act {
            const NAME: &'static str = $name;
            const KEEPS: &'static [Field] = $keeps;
            type Expect = OutcomeExpect;

            fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
                let device = scope.device(&self.device, $kinds)?;
                Some(Verb::Act { device, act: DeviceAct::$act })
            }
        }
    };
}

/// An act that needs the device and one argument.
macro_rules! act_with {
    (
        $(#[$doc:meta])* $name:literal => $act:ident on $kinds:ident keeps $keeps:expr,
        $(#[$field_doc:meta])* $field:ident: $type:ty, $read:expr
    ) => {
        $(#[$doc])*
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $act {
            /// At which device.
            device: At<Which>,
            $(#[$field_doc])*
            $field: $type,
        }

        impl Grammar for $act {
            const NAME: &'static str = $name;
            const KEEPS: &'static [Field] = $keeps;
            type Expect = OutcomeExpect;

            fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
                let device = scope.device(&self.device, $kinds);
                let argument = $read(scope, &self.$field);
                Some(Verb::Act { device: device?, act: DeviceAct::$act(argument?) })
            }
        }
    };
}

act_with!(
    /// Allows a permission.
    "grant" => Grant on CAMERAS keeps &[],
    /// Which one.
    permission: Permission, as_read
);
act_with!(
    /// Refuses a permission.
    "deny" => Deny on CAMERAS keeps &[],
    /// Which one.
    permission: Permission, as_read
);
act_with!(
    /// Points the camera at a QR code that the page showed.
    "scan" => Scan on CAMERAS keeps &[],
    /// The QR code, such as `$offer.qr`.
    qr: At<Written>, Scope::picture
);
act_with!(
    /// Opens a key URI or an activation link.
    "open_link" => OpenLink on CAMERAS keeps &[],
    /// The link, such as `$offer.link`.
    link: At<Written>, Scope::text
);
act_with!(
    /// Types the password shown beside the QR code.
    "enter_password" => EnterPassword on PHONES keeps &[],
    /// The password, such as `$offer.password`.
    password: At<Written>, Scope::text
);
act_with!(
    /// Types the address; the name fills itself in and is kept.
    "enter_address" => EnterAddress on PCS keeps &[Field::Name],
    /// The address, such as `$offer.address`.
    address: At<Written>, Scope::text
);
act_with!(
    /// Types the serial number.
    "enter_serial_number" => EnterSerialNumber on PCS keeps &[],
    /// The serial number, such as `$offer.serial_number`.
    serial_number: At<Written>, Scope::text
);
act_with!(
    /// Types the activation code.
    "enter_activation_code" => EnterActivationCode on PCS keeps &[],
    /// The activation code, such as `$offer.activation_code`.
    activation_code: At<Written>, Scope::text
);
bare_act!(
    /// Clicks Save; the registration code that appears is kept.
    "save" => Save on PCS keeps &[Field::RegistrationCode]
);
bare_act!(
    /// Reads the registration code off the screen and keeps it.
    "read_registration_code" => ReadRegistrationCode on PCS keeps &[Field::RegistrationCode]
);
bare_act!(
    /// Clicks Done.
    "done" => Done on PCS keeps &[]
);
bare_act!(
    /// Taps Activate.
    "activate" => Activate on PHONES keeps &[]
);
act_with!(
    /// Unlocks the app.
    "unlock" => Unlock on WITH_PIN keeps &[],
    /// The PIN as it is typed, in quotes.
    pin: At<Written>, Scope::text
);
bare_act!(
    /// Locks the app.
    "lock" => Lock on WITH_PIN keeps &[]
);
act_with!(
    /// Sets the clock of the device off.
    "set_clock_skew" => SetClockSkew on ANY keeps &[],
    /// By how much; a minus makes it slow.
    by: Skew, |_: &mut Scope<'_>, skew: &Skew| Some(skew.0)
);
bare_act!(
    /// Cuts the network of the device.
    "go_offline" => GoOffline on ANY keeps &[]
);
bare_act!(
    /// Restores the network of the device.
    "go_online" => GoOnline on ANY keeps &[]
);
bare_act!(
    /// Deletes the app and all it knew.
    "wipe" => Wipe on ANY keeps &[]
);

bare_act!(
    /// Keeps a copy of the app, with all it knows, elsewhere.
    "back_up" => BackUp on ANY keeps &[]
);
bare_act!(
    /// Puts the copy back that was backed up last, also after the app was deleted.
    "restore" => Restore on ANY keeps &[]
);
bare_act!(
    /// Loses the device: from now on nothing can be done at it.
    "lose" => Lose on ANY keeps &[]
);
act_with!(
    /// Presses the button without looking, so that codes of a counter are used up.
    "press" => Press on AUTHENTICATORS keeps &[],
    /// How often; at most 100000.
    times: u32, |_: &mut Scope<'_>, times: &u32| Some((*times).min(100_000))
);
act_with!(
    /// Lets the clock of the device run fast from now on; a minus makes it slow.
    "set_clock_drift" => SetClockDrift on ANY keeps &[],
    /// By how many millionths: 1000 is a second and a half in 25 minutes.
    ppm: i32, |_: &mut Scope<'_>, ppm: &i32| Some(*ppm)
);

/// Reads keys out of a container (RFC 6030); the first one that makes codes is taken.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportKeys {
    /// At which device.
    device: At<Which>,
    /// The container, such as `$offer.key_file`.
    keys: At<Written>,
    /// The password that opens it, in quotes.
    password: Option<At<Written>>,
}

/// Types a challenge into a token that answers them, and keeps the response.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Respond {
    /// At which device.
    device: At<Which>,
    /// The challenge, such as `$asked.challenge`.
    challenge: At<Written>,
}

/// Waits for a code that begins with a zero: reads codes a time step apart, and keeps that one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadLeadingZeroCode {
    /// At which device.
    device: At<Which>,
}

/// Puts a copy of the app, with all it knows, on another device of the same kind.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloneInto {
    /// From which device.
    device: At<Which>,
    /// To which.
    into: At<Which>,
}

impl Grammar for ImportKeys {
    const NAME: &'static str = "import_keys";
    type Expect = OutcomeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, AUTHENTICATORS);
        let (keys, password) =
            (scope.text(&self.keys), scope.optional_text(self.password.as_ref()));
        let act = DeviceAct::ImportKeys { keys: keys?, password: password? };
        Some(Verb::Act { device: device?, act })
    }
}

impl Grammar for Respond {
    const NAME: &'static str = "respond";
    const KEEPS: &'static [Field] = &[Field::Code];
    type Expect = DeviceCodeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, AUTHENTICATORS);
        let challenge = scope.text(&self.challenge);
        Some(Verb::Act { device: device?, act: DeviceAct::Respond(challenge?) })
    }
}

impl Grammar for ReadLeadingZeroCode {
    const NAME: &'static str = "read_leading_zero_code";
    const KEEPS: &'static [Field] = &[Field::Code];
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, AUTHENTICATORS)?;
        Some(Verb::ReadLeadingZero { device })
    }
}

impl Grammar for CloneInto {
    const NAME: &'static str = "clone";
    type Expect = OutcomeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let (device, other) = (scope.device(&self.device, ANY), scope.device(&self.into, ANY));
        Some(Verb::Act { device: device?, act: DeviceAct::CloneInto(other?) })
    }
}

/// Chooses the PIN and enters it again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetPin {
    /// At which device.
    device: At<Which>,
    /// The PIN, in quotes.
    pin: At<Written>,
    /// The PIN as it is typed the second time.
    again: At<Written>,
}

/// Reads the current one-time code and keeps it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadCode {
    /// At which device.
    device: At<Which>,
    /// The PIN, if the app is to be unlocked first.
    pin: Option<At<Written>>,
}

/// Answers the notification that waits at the app.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerPush {
    /// At which device.
    device: At<Which>,
    /// What is answered.
    answer: PushAnswer,
    /// The number that is tapped, such as `$asked.number`; a page that shows none wants none.
    number: Option<At<Written>>,
    /// Taps another number than this one.
    other_than: Option<At<Written>>,
    /// The PIN, if the app is to be unlocked first.
    pin: Option<At<Written>>,
    /// Whether it may be refused: then only requirements judge what comes of it.
    #[serde(default)]
    optional: bool,
}

impl Grammar for AnswerPush {
    const NAME: &'static str = "answer_push";
    type Expect = OutcomeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, PHONES);
        let pin = scope.optional_text(self.pin.as_ref());
        let number = scope.optional_text(self.number.as_ref())?;
        let other = scope.optional_text(self.other_than.as_ref())?;
        if let (Some(_), Some(second)) = (&number, &self.other_than) {
            let message = "`number` and `other_than` exclude each other".to_owned();
            scope.blame("fields-exclude", second.span, message, "keep one of the two".to_owned());
            return None;
        }
        let tap = number
            .map(|number| (number, Tapped::This))
            .or(other.map(|number| (number, Tapped::Other)));
        let act =
            DeviceAct::AnswerPush { answer: self.answer, tap, pin: pin?, optional: self.optional };
        Some(Verb::Act { device: device?, act })
    }
}

impl Grammar for SetPin {
    const NAME: &'static str = "set_pin";
    type Expect = OutcomeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, WITH_PIN);
        let (pin, again) = (scope.text(&self.pin), scope.text(&self.again));
        Some(Verb::Act { device: device?, act: DeviceAct::SetPin { pin: pin?, again: again? } })
    }
}

impl Grammar for ReadCode {
    const NAME: &'static str = "read_code";
    const KEEPS: &'static [Field] = &[Field::Code];
    type Expect = DeviceCodeExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let device = scope.device(&self.device, ANY);
        let pin = scope.optional_text(self.pin.as_ref());
        Some(Verb::Act { device: device?, act: DeviceAct::ReadCode(pin?) })
    }
}

/// A permission is a word of its own: nothing has to be looked up.
#[allow(
    clippy::unnecessary_wraps,
    clippy::trivially_copy_pass_by_ref,
    reason = "as other arguments"
)]
fn as_read(_: &mut Scope<'_>, permission: &Permission) -> Option<Permission> {
    Some(*permission)
}
