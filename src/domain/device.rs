//! What can be done at a simulated device, and what it answers. The devices themselves are
//! [`crate::tokens`].

use super::{Picture, PushReply, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of device a soft token lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// An Android phone: asks once for the camera.
    Android,
    /// An iPhone: asks for notifications or the camera.
    Ios,
    /// A Windows PC with the desktop program.
    Windows,
    /// Any app that reads plain `otpauth://` key URIs.
    Authenticator,
}

/// What an operating system asks its owner to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// To look through the camera.
    Camera,
    /// To show notifications.
    Notifications,
}

/// One thing a person does at a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Allows a permission.
    Grant(Permission),
    /// Refuses a permission.
    Deny(Permission),
    /// Points the camera at a picture.
    Scan(Picture),
    /// Opens a key URI or activation link given as text.
    OpenLink(Secret),
    /// Types the password shown beside the QR code.
    EnterPassword(Secret),
    /// Types the address; the name fills itself in when focus leaves the field.
    EnterAddress(String),
    /// Types the serial number.
    EnterSerialNumber(String),
    /// Types the activation code.
    EnterActivationCode(Secret),
    /// Clicks Save in the desktop program.
    Save,
    /// Reads the registration code off the screen.
    ReadRegistrationCode,
    /// Clicks Done in the desktop program.
    Done,
    /// Taps Activate in the mobile app.
    Activate,
    /// Chooses the PIN and enters it again.
    SetPin {
        /// The PIN.
        pin: Secret,
        /// The PIN as it was typed the second time.
        again: Secret,
    },
    /// Unlocks the app.
    Unlock(Secret),
    /// Locks the app.
    Lock,
    /// Unlocks the app if a PIN is given, and reads the current one-time code.
    ReadCode(Option<Secret>),
    /// Answers the notification that waits at the app, unlocking it first if a PIN is given.
    AnswerPush {
        /// The answer.
        reply: PushReply,
        /// The PIN.
        pin: Option<Secret>,
    },
    /// Sets the device's own clock off by this many milliseconds.
    SetClockSkew(i64),
    /// Cuts the device's network.
    GoOffline,
    /// Restores the device's network.
    GoOnline,
    /// Deletes the app and all it knew.
    Wipe,
    /// Presses the button so many times without looking: codes of a counter are used up.
    Press(u32),
    /// Reads keys out of a container of RFC 6030, opened with a password if one is given.
    ImportKeys {
        /// The container.
        keys: Secret,
        /// The password that opens it.
        password: Option<Secret>,
    },
    /// Types a challenge and reads the response.
    Respond(String),
    /// Lets the device's own clock run fast by this many millionths from now on.
    SetClockDrift(i32),
    /// Keeps a copy of the app and all it knows elsewhere.
    BackUp,
    /// Puts the kept copy back.
    Restore,
    /// Leaves the device behind: nothing can be done at it any more.
    Lose,
    /// Puts a copy of the app and all it knows on another device.
    CloneInto(String),
}

impl Act {
    /// The verb as the scenario language writes it.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Grant(_) => "grant",
            Self::Deny(_) => "deny",
            Self::Scan(_) => "scan",
            Self::OpenLink(_) => "open_link",
            Self::EnterPassword(_) => "enter_password",
            Self::EnterAddress(_) => "enter_address",
            Self::EnterSerialNumber(_) => "enter_serial_number",
            Self::EnterActivationCode(_) => "enter_activation_code",
            Self::Save => "save",
            Self::ReadRegistrationCode => "read_registration_code",
            Self::Done => "done",
            Self::Activate => "activate",
            Self::SetPin { .. } => "set_pin",
            Self::Unlock(_) => "unlock",
            Self::Lock => "lock",
            Self::ReadCode(_) => "read_code",
            Self::AnswerPush { .. } => "answer_push",
            Self::SetClockSkew(_) => "set_clock_skew",
            Self::GoOffline => "go_offline",
            Self::GoOnline => "go_online",
            Self::Wipe => "wipe",
            Self::Press(_) => "press",
            Self::ImportKeys { .. } => "import_keys",
            Self::Respond(_) => "respond",
            Self::SetClockDrift(_) => "set_clock_drift",
            Self::BackUp => "back_up",
            Self::Restore => "restore",
            Self::Lose => "lose",
            Self::CloneInto(_) => "clone",
        }
    }
}

/// What a device shows after an [`Act`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The act was done, nothing particular to see.
    Done,
    /// The camera read this text.
    Scanned,
    /// The name that filled itself in.
    Named(String),
    /// The service accepted the activation.
    Activated,
    /// A registration code to type at the portal.
    RegistrationCode(Secret),
    /// The current one-time code.
    Code(Secret),
    /// The device refused, or could not.
    Refused(Reason),
}

/// Why a device refused. Local reasons come first: they used no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The permission was refused or never asked for.
    NoPermission,
    /// No QR code was found in the picture.
    NothingToRead,
    /// The QR code holds something this app does not know.
    UnknownFormat,
    /// The password does not open the sealed activation.
    WrongPassword,
    /// A check digit or the shape of a number is wrong.
    BadCheckDigit,
    /// Something that comes before is missing.
    WrongStep,
    /// The two PINs differ.
    PinMismatch,
    /// The PIN is too short, too long or no digits.
    BadPin,
    /// The PIN is wrong.
    WrongPin,
    /// The app is locked: no PIN was given.
    Locked,
    /// Too many wrong PINs; the app must be set up again.
    RetryLocked,
    /// The act makes no sense on this kind of device.
    NotOnThisDevice,
    /// The device is lost.
    Lost,
    /// Nothing was backed up.
    NoBackup,
    /// The password or the key does not open the container.
    BadContainer,
    /// The challenge does not fit the token's suite.
    BadChallenge,
    /// A number must be tapped, and the right one is not on the screen or was not named.
    NumberWanted,
    /// The device has no network, or the service did not answer.
    Offline,
    /// The service refused: already active, disabled, or never issued.
    Unauthorized,
    /// The service refused: the time for activation is over.
    ActivationExpired,
    /// No notification waits for an answer.
    NoPush,
    /// The service refused: the notification is too old.
    PushExpired,
    /// The service answered something this app does not understand.
    ServiceError,
}

/// The kinds of [`Outcome`], for expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// See [`Outcome::Done`].
    Done,
    /// See [`Outcome::Scanned`].
    Scanned,
    /// See [`Outcome::Named`].
    Named,
    /// See [`Outcome::Activated`].
    Activated,
    /// See [`Outcome::RegistrationCode`].
    RegistrationCode,
    /// See [`Outcome::Code`].
    Code,
    /// See [`Outcome::Refused`].
    Refused,
}

impl Outcome {
    /// Which kind of outcome this is.
    #[must_use]
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Self::Done => OutcomeKind::Done,
            Self::Scanned => OutcomeKind::Scanned,
            Self::Named(_) => OutcomeKind::Named,
            Self::Activated => OutcomeKind::Activated,
            Self::RegistrationCode(_) => OutcomeKind::RegistrationCode,
            Self::Code(_) => OutcomeKind::Code,
            Self::Refused(_) => OutcomeKind::Refused,
        }
    }
}

/// Writes a field-less enum the way serde does, so that messages and files use the same word.
fn as_written<T: Serialize>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => f.write_str(&word),
        _ => Err(fmt::Error),
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        as_written(self, f)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        as_written(self, f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        as_written(self, f)
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        as_written(self, f)
    }
}
