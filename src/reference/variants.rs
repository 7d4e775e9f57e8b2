//! Sound variants: other choices that are just as legal. Nothing may be blamed on any of them, so
//! each keeps the suite from taking our own habits for a rule.

use super::parameters::{Delivery, Parameters, PinAlphabet, QrFormat, Refusals, Throttle};
use crate::domain::declared::Resend;
use crate::otp::{Digits, Period};
use std::time::Duration;

/// A named set of parameters.
pub struct Variant {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What is different, in one sentence.
    pub what: &'static str,
    /// Sets it.
    pub set: fn(&mut Parameters),
    /// The profiles by which it is not sound after all.
    pub outside: &'static [&'static str],
}

/// All variants, by name.
pub static VARIANTS: &[Variant] = &[
    Variant {
        name: "delayed-throttle",
        what: "Too many wrong codes bring a growing delay instead of a lock (RFC 4226 §7.3).",
        set: |parameters| parameters.throttle = Throttle::Delay,
        outside: &[],
    },
    Variant {
        name: "eight-digit-token",
        what: "The token shows eight digits.",
        set: |parameters| parameters.token_digits = Digits::EIGHT,
        outside: &["interop-authenticators"],
    },
    Variant {
        name: "exact-step",
        what: "A code of the token is good in its own time step only.",
        set: |parameters| parameters.token_window_steps = 0,
        outside: &[],
    },
    Variant {
        name: "fifteen-minute-lock",
        what: "A lock ends by itself after a quarter of an hour.",
        set: |parameters| parameters.lockout_lifetime = Some(Duration::from_mins(15)),
        outside: &[],
    },
    Variant {
        name: "four-minute-pin",
        what: "A PIN may be used for four minutes.",
        set: |parameters| parameters.pin_lifetime = Duration::from_mins(4),
        outside: &[],
    },
    Variant {
        name: "generic-refusals",
        what: "A refusal says no and nothing else.",
        set: |parameters| parameters.refusals = Refusals::Generic,
        outside: &[],
    },
    Variant {
        name: "letters-pin",
        what: "A PIN is eight letters and digits, printed in two groups.",
        set: |parameters| parameters.pin_alphabet = PinAlphabet::Letters,
        outside: &[],
    },
    Variant {
        name: "lock-ends-session",
        what: "A lock also ends the session in which it came about.",
        set: |parameters| parameters.lock_ends_session = true,
        outside: &[],
    },
    Variant {
        name: "long-activation-password",
        what: "The password beside the QR code has twelve digits.",
        set: |parameters| parameters.activation_password_digits = 12,
        outside: &[],
    },
    Variant {
        name: "minute-long-steps",
        what: "The token's time step is a minute.",
        set: |parameters| parameters.token_period = Period::new(60).unwrap_or(Period::RECOMMENDED),
        outside: &["interop-authenticators", "rfc-otp-extended"],
    },
    Variant {
        name: "no-push",
        what: "Nobody is asked at an app; codes are typed.",
        set: |parameters| parameters.push = false,
        outside: &[],
    },
    Variant {
        name: "one-live-pin",
        what: "A new sign-in ends the PINs of the person's other sign-ins.",
        set: |parameters| parameters.one_live_pin = true,
        outside: &[],
    },
    Variant {
        name: "policy-in-qr",
        what: "The QR code carries a policy, which then enters the seed.",
        set: |parameters| {
            parameters.activation_policy = Some(r#"{"allowUnsecured":"false"}"#.to_owned());
        },
        outside: &[],
    },
    Variant {
        name: "push-lasts-longer",
        what: "A notification may be answered for two minutes, and ten are sent in an hour.",
        set: |parameters| {
            parameters.push_lifetime = Duration::from_mins(2);
            parameters.pushes_per_hour = 10;
        },
        outside: &[],
    },
    Variant {
        name: "push-without-numbers",
        what: "A yes at the app is enough: no number is matched.",
        set: |parameters| parameters.push_number = false,
        outside: &["nist-aal2"],
    },
    Variant {
        name: "queued-delivery",
        what: "Messages leave a queue after the answer; a failure is not told.",
        set: |parameters| parameters.delivery = Delivery::AfterAnswer,
        outside: &[],
    },
    Variant {
        name: "resend-keeps-both",
        what: "A resend brings a new PIN, and the one before lives on until it expires.",
        set: |parameters| parameters.resend = Resend::Both,
        outside: &[],
    },
    Variant {
        name: "resend-reuses",
        what: "A resend brings the same PIN once more.",
        set: |parameters| parameters.resend = Resend::Reuse,
        outside: &[],
    },
    Variant {
        name: "several-tokens",
        what: "A person may add a second token.",
        set: |parameters| parameters.several_tokens = true,
        outside: &[],
    },
    Variant {
        name: "short-sessions",
        what: "A session that is not signed in ends after ten idle minutes, one that is after two.",
        set: |parameters| {
            parameters.session_lifetime = Duration::from_mins(10);
            parameters.signed_in_idle = Duration::from_mins(2);
        },
        outside: &[],
    },
    Variant {
        name: "six-digit-pin",
        what: "A PIN has six digits.",
        set: |parameters| parameters.pin_digits = 6,
        outside: &[],
    },
    Variant {
        name: "svg-qr",
        what: "The QR code is drawn as SVG.",
        set: |parameters| parameters.qr_format = QrFormat::Svg,
        outside: &[],
    },
    Variant {
        name: "ten-attempts",
        what: "Ten wrong codes lock the account.",
        set: |parameters| parameters.lockout_attempts = 10,
        outside: &["psd2"],
    },
    Variant {
        name: "ten-minute-activation",
        what: "Activation material may be used for ten minutes.",
        set: |parameters| parameters.activation_lifetime = Duration::from_mins(10),
        outside: &[],
    },
    Variant {
        name: "three-attempts",
        what: "Three wrong codes lock the account.",
        set: |parameters| parameters.lockout_attempts = 3,
        outside: &[],
    },
    Variant {
        name: "three-messages",
        what: "One sign-in may ask for two more messages, and no further.",
        set: |parameters| parameters.messages_per_challenge = 3,
        outside: &[],
    },
    Variant {
        name: "two-minute-activation",
        what: "Activation material may be used for two minutes.",
        set: |parameters| parameters.activation_lifetime = Duration::from_mins(2),
        outside: &[],
    },
];

/// The variant called `name`.
#[must_use]
pub fn variant(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}
