//! What an operator may set, with the default of each and where it comes from.

use super::authenticator::SAFEST;
use crate::domain::declared::{EmailPin, Resend, TokenAlgorithm};
use crate::domain::{Declared, TokenKind};
use crate::otp::{Algorithm, Digits, Period, Window};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// The settings of one reference server. Times are read as whole seconds.
///
/// Defaults follow the public settings of the product that the guide is written for, except where
/// a standard asks for less: then the standard wins and the field says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Parameters {
    /// Digits of a delivered PIN, 1 to 16. 8; NIST SP 800-63B §3.1.3.2 asks for 6 or more.
    #[serde(deserialize_with = "count")]
    pub pin_digits: usize,
    /// How long a PIN may be used. 300 s; NIST SP 800-63B §3.1.3.2 allows 10 minutes.
    #[serde(deserialize_with = "seconds")]
    pub pin_lifetime: Duration,
    /// Messages with a PIN for one sign-in, the first included. 5: a person who needs more has
    /// another problem, and each message costs money and patience.
    pub messages_per_challenge: u32,
    /// Consecutive wrong passwords and codes until the account is locked. 5; NIST SP 800-63B
    /// §3.2.2 allows 100, (EU) 2018/389 Art. 4(3)(b) five.
    pub lockout_attempts: u32,
    /// How long a lock lasts; without it until an administrator lifts it, the product's default.
    #[serde(deserialize_with = "optional_seconds")]
    pub lockout_lifetime: Option<Duration>,
    /// How long activation material may be used. 300 s; NIST SP 800-63B §4.1.2.2 allows 10 minutes.
    #[serde(deserialize_with = "seconds")]
    pub activation_lifetime: Duration,
    /// Digits of the password beside the QR code, 1 to 16. 8, the product's default.
    #[serde(deserialize_with = "count")]
    pub activation_password_digits: usize,
    /// The policy text inside the QR code, which then enters the seed; none by default.
    pub activation_policy: Option<String>,
    /// How the QR code is drawn.
    pub qr_format: QrFormat,
    /// Digits of a code of the token. 6, the fewest that RFC 4226 §5.3 allows.
    #[serde(deserialize_with = "token_digits")]
    pub token_digits: Digits,
    /// The time step. 30 s, as RFC 6238 §5.2 recommends.
    #[serde(deserialize_with = "token_period")]
    pub token_period: Period,
    /// Steps by which a code may be early or late. 1, as RFC 6238 §5.2 recommends; the product's
    /// own default is 10.
    pub token_window_steps: u8,
    /// Whether plain keys for authenticator apps are offered, of the time and of a counter. True.
    pub authenticator_apps: bool,
    /// Whether tokens that answer challenges are offered. True.
    pub challenge_tokens: bool,
    /// The hash function of plain keys. SHA-1: it is the only one that every app knows.
    pub authenticator_algorithm: Algorithm,
    /// Codes of a counter that may have been skipped. 10; RFC 4226 §7.4 wants few.
    pub look_ahead: u8,
    /// Steps that resynchronising looks through. 100: two codes in a row are rarely guessed.
    #[serde(deserialize_with = "reach")]
    pub resync_window: u16,
    /// How long a session may be idle. 900 s; NIST SP 800-63B §2.2.3 advises at most an hour.
    #[serde(deserialize_with = "seconds")]
    pub session_lifetime: Duration,
    /// How long somebody who showed both factors may be idle. 300 s; (EU) 2018/389 Art. 4(3)(d)
    /// allows five minutes.
    #[serde(deserialize_with = "seconds")]
    pub signed_in_idle: Duration,
    /// Messages with a PIN for one person in an hour. 30: enough for a bad day, too few to flood a
    /// phone.
    pub messages_per_hour: u32,
    /// Whether a bound app may be asked instead of for a code. True.
    pub push: bool,
    /// Whether the page shows a number that must be tapped at the app. True: NIST SP 800-63B
    /// §3.1.3 does not take a bare yes for an out-of-band authentication.
    pub push_number: bool,
    /// How long a notification may be answered. 60 s: the person is waiting.
    #[serde(deserialize_with = "seconds")]
    pub push_lifetime: Duration,
    /// Notifications for one person in an hour. 5: more would wear a person down (OWASP ASVS 5.0
    /// 6.6.4).
    pub pushes_per_hour: u32,
    /// How long a signing certificate is valid. 365 days, a common choice.
    #[serde(deserialize_with = "seconds")]
    pub certificate_lifetime: Duration,
    /// Whether people reach the portal by https, so that its cookies say `Secure`.
    pub public_https: bool,
    /// Where devices reach the service, without scheme, as the enrolment page shows it.
    pub public_address: String,
    /// The name of the service, in messages, pages and the tokens.
    pub public_name: String,
    /// What a resend does to the PIN before it: by default the old one dies.
    pub resend: Resend,
    /// What a PIN is made of.
    pub pin_alphabet: PinAlphabet,
    /// What too many wrong codes bring.
    pub throttle: Throttle,
    /// What a refusal tells.
    pub refusals: Refusals,
    /// Whether a new sign-in ends the PINs of the person's other sign-ins. False.
    pub one_live_pin: bool,
    /// Whether a lock also ends the session in which it came about. False.
    pub lock_ends_session: bool,
    /// Whether a person with a token may add another one. False.
    pub several_tokens: bool,
    /// When messages leave: before the answer, or after it.
    pub delivery: Delivery,
    /// What a PIN by mail is taken for; declared, so that it is judged accordingly.
    pub email_pin: EmailPin,
    /// Whether `advance_clock` is obeyed. True: this server exists to be tested.
    pub movable_clock: bool,
}

/// How a QR code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QrFormat {
    /// Portable Network Graphics.
    Png,
    /// Scalable Vector Graphics.
    Svg,
}

/// What a PIN is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinAlphabet {
    /// Decimal digits.
    Digits,
    /// Letters and digits that nobody mistakes for one another, in two groups.
    Letters,
}

/// What too many wrong codes bring (RFC 4226 §7.3 knows both).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// The account is locked.
    Lock,
    /// Every further attempt waits longer: 30 s, then twice as long, at most an hour.
    Delay,
}

/// What a refusal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusals {
    /// Why.
    Reasons,
    /// Nothing but no.
    Generic,
}

/// When messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Before the answer; a failure is told.
    BeforeAnswer,
    /// Soon after the answer, from a queue; a failure is not told.
    AfterAnswer,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            pin_digits: 8,
            pin_lifetime: Duration::from_mins(5),
            messages_per_challenge: 5,
            lockout_attempts: 5,
            lockout_lifetime: None,
            activation_lifetime: Duration::from_mins(5),
            activation_password_digits: 8,
            activation_policy: None,
            qr_format: QrFormat::Png,
            token_digits: Digits::SIX,
            token_period: Period::RECOMMENDED,
            token_window_steps: 1,
            authenticator_apps: true,
            challenge_tokens: true,
            authenticator_algorithm: SAFEST,
            look_ahead: 10,
            resync_window: 100,
            session_lifetime: Duration::from_mins(15),
            signed_in_idle: Duration::from_mins(5),
            messages_per_hour: 30,
            push: true,
            push_number: true,
            push_lifetime: Duration::from_mins(1),
            pushes_per_hour: 5,
            certificate_lifetime: Duration::from_hours(365 * 24),
            public_https: false,
            public_address: "reference.test/device".to_owned(),
            public_name: "Reference Signing Service".to_owned(),
            resend: Resend::Rotate,
            pin_alphabet: PinAlphabet::Digits,
            throttle: Throttle::Lock,
            refusals: Refusals::Reasons,
            one_live_pin: false,
            lock_ends_session: false,
            several_tokens: false,
            delivery: Delivery::BeforeAnswer,
            email_pin: EmailPin::AddressConfirmation,
            movable_clock: true,
        }
    }
}

/// A setting that this server cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot have this value here")]
pub struct CannotBeSet(&'static str);

impl Parameters {
    /// The kinds of token on offer, those of the guide first.
    pub(super) fn offers(&self) -> Vec<TokenKind> {
        let offered = |kind: &TokenKind| match kind {
            TokenKind::Mobile | TokenKind::Desktop => true,
            TokenKind::Authenticator | TokenKind::Counter => self.authenticator_apps,
            TokenKind::Challenge => self.challenge_tokens,
        };
        TokenKind::ALL.into_iter().filter(offered).collect()
    }

    /// What a server with these settings says of itself.
    #[must_use]
    pub fn declared(&self) -> Declared {
        let count = |digits: usize| u32::try_from(digits).ok();
        Declared {
            code_digits: count(self.pin_digits),
            code_lifetime: Some(self.pin_lifetime.as_secs()),
            attempts: Some(self.lockout_attempts),
            // A delay that grows has no length that a number could name.
            lockout: (self.throttle == Throttle::Lock)
                .then(|| self.lockout_lifetime.map_or(0, |lifetime| lifetime.as_secs())),
            token_digits: Some(u32::from(self.token_digits.count())),
            token_period: Some(self.token_period.seconds()),
            token_algorithm: self
                .authenticator_apps
                .then(|| declared_algorithm(self.authenticator_algorithm)),
            token_window: Some(u32::from(self.token_window_steps)),
            activation_lifetime: Some(self.activation_lifetime.as_secs()),
            messages: Some(self.messages_per_challenge),
            resend: Some(self.resend),
            push_number: self.push.then_some(self.push_number),
            email_pin: Some(self.email_pin),
        }
    }

    /// Takes over what a scenario wants.
    ///
    /// # Errors
    /// [`CannotBeSet`] when a value lies outside what this server can do; nothing is changed then.
    pub fn set(&mut self, wanted: &Declared) -> Result<(), CannotBeSet> {
        let mut set = self.clone();
        if let Some(digits) = wanted.code_digits {
            let digits = usize::try_from(digits).ok().filter(|digits| (1..=16).contains(digits));
            set.pin_digits = digits.ok_or(CannotBeSet("code_digits"))?;
        }
        if let Some(digits) = wanted.token_digits {
            let digits = u8::try_from(digits).ok().and_then(|digits| Digits::new(digits).ok());
            set.token_digits = digits.ok_or(CannotBeSet("token_digits"))?;
        }
        if let Some(period) = wanted.token_period {
            set.token_period = Period::new(period).map_err(|_| CannotBeSet("token_period"))?;
        }
        if let Some(algorithm) = wanted.token_algorithm {
            set.authenticator_algorithm = wanted_algorithm(algorithm);
        }
        if let Some(window) = wanted.token_window {
            set.token_window_steps =
                u8::try_from(window).map_err(|_| CannotBeSet("token_window"))?;
        }
        let seconds = Duration::from_secs;
        set.pin_lifetime = wanted.code_lifetime.map_or(set.pin_lifetime, seconds);
        set.activation_lifetime =
            wanted.activation_lifetime.map_or(set.activation_lifetime, seconds);
        set.lockout_attempts = wanted.attempts.unwrap_or(set.lockout_attempts);
        if let Some(lockout) = wanted.lockout {
            set.lockout_lifetime = (lockout > 0).then(|| seconds(lockout));
        }
        set.messages_per_challenge = wanted.messages.unwrap_or(set.messages_per_challenge);
        if let Some(shows_number) = wanted.push_number {
            set.push_number = shows_number;
            set.push = set.push.then_some(true).ok_or(CannotBeSet("push_number"))?;
        }
        set.resend = wanted.resend.unwrap_or(set.resend);
        set.email_pin = wanted.email_pin.unwrap_or(set.email_pin);
        *self = set;
        Ok(())
    }
}

fn declared_algorithm(algorithm: Algorithm) -> TokenAlgorithm {
    match algorithm {
        Algorithm::Sha1 => TokenAlgorithm::Sha1,
        Algorithm::Sha256 => TokenAlgorithm::Sha256,
        Algorithm::Sha512 => TokenAlgorithm::Sha512,
    }
}

fn wanted_algorithm(algorithm: TokenAlgorithm) -> Algorithm {
    match algorithm {
        TokenAlgorithm::Sha1 => Algorithm::Sha1,
        TokenAlgorithm::Sha256 => Algorithm::Sha256,
        TokenAlgorithm::Sha512 => Algorithm::Sha512,
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_secs)
}

/// More than 16 digits no person types, and none would be a secret that is not asked for.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match usize::deserialize(deserializer)? {
        count @ 1..=16 => Ok(count),
        other => Err(D::Error::custom(format!("1 to 16 digits, not {other}"))),
    }
}

fn token_digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digits, D::Error> {
    Digits::new(u8::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn reach<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let steps = u16::deserialize(deserializer)?;
    Window::new(u32::from(steps), 0).map(|_| steps).map_err(D::Error::custom)
}

fn token_period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    Period::new(u64::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn optional_seconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use std::time::Duration;

    #[test]
    fn a_setting_is_read_and_the_others_keep_their_defaults() {
        let read: Parameters =
            serde_json::from_str(r#"{"pin_lifetime": 60, "lockout_lifetime": 120}"#)
                .expect("settings");
        assert_eq!(read.pin_lifetime, Duration::from_mins(1));
        assert_eq!(read.lockout_lifetime, Some(Duration::from_mins(2)));
        assert_eq!(read.pin_digits, 8);
    }

    #[test]
    fn what_is_unknown_or_makes_no_sense_is_refused() {
        for wrong in [
            r#"{"pin_digit": 6}"#,
            r#"{"pin_digits": 0}"#,
            r#"{"activation_password_digits": 17}"#,
            r#"{"token_digits": 5}"#,
            r#"{"token_period": 0}"#,
        ] {
            assert!(serde_json::from_str::<Parameters>(wrong).is_err(), "{wrong}");
        }
    }
}
