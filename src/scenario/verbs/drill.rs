//! Verbs that ask a library of one-time codes, or an authenticator app. They need no `expect`: the
//! right answer follows from the question.

use super::Grammar;
use crate::domain::drill::{
    Base32Text, Check, Glance, HashName, KeyUriText, Moving, Recipe, Scanned,
};
use crate::domain::operation::Writing;
use crate::domain::{Drill, Entered, Secret};
use crate::otp::{Algorithm, BadDigits, Digits, Hotp, Key, Period, base32};
use crate::scenario::expect::Nothing;
use crate::scenario::plan::Verb;
use crate::scenario::scope::Scope;
use crate::scenario::syntax::At;
use data_encoding::{BASE64, HEXLOWER};
use schemars::JsonSchema;
use serde::Deserialize;

/// The usual time step (RFC 6238 §5.2).
const USUAL_PERIOD: u64 = 30;

/// The widest window that is asked for: twenty minutes of half-minute steps to each side.
const WIDEST: u32 = 40;

/// The longest key: five times what HMAC with SHA-512 takes in one piece.
const LONGEST_KEY: usize = 640;

/// Asks a library for the code of a key. Say `counter` for HOTP, `time` for TOTP.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["counter"]}, {"required": ["time"]}]))]
pub(super) struct GenerateCode {
    /// The key as text: its bytes are those of UTF-8.
    key: At<String>,
    /// The hash function; SHA1 if nothing is said.
    #[serde(default)]
    algorithm: HashName,
    /// How many digits, from 6 to 10; 6 if nothing is said.
    digits: Option<At<u8>>,
    /// The counter.
    counter: Option<u64>,
    /// Seconds since 1970.
    time: Option<u64>,
    /// Seconds of a time step; 30 if nothing is said.
    period: Option<At<u64>>,
}

/// Asks a library whether a code is right: that of some steps away from the counter or the time,
/// or a given one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["counter"]}, {"required": ["time"]}]))]
pub(super) struct CheckCode {
    /// The key as text: its bytes are those of UTF-8.
    key: At<String>,
    /// The hash function; SHA1 if nothing is said.
    #[serde(default)]
    algorithm: HashName,
    /// How many digits, from 6 to 10; 6 if nothing is said.
    digits: Option<At<u8>>,
    /// The counter that is expected.
    counter: Option<u64>,
    /// Seconds since 1970.
    time: Option<u64>,
    /// Seconds of a time step; 30 if nothing is said.
    period: Option<At<u64>>,
    /// How many steps before are right as well; none if nothing is said.
    #[serde(default)]
    back: u32,
    /// How many steps after are right as well; none if nothing is said.
    #[serde(default)]
    ahead: u32,
    /// From how many steps away the code is: -1 is the one before.
    #[serde(default)]
    away: i64,
    /// This code instead.
    code: Option<String>,
    /// How the code is written, if not as it is.
    written: Option<Writing>,
    /// How many steps away lies the last code that was accepted: it and those before it are spent.
    spent: Option<i64>,
}

/// Asks a library what a key URI says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadKeyUri {
    /// The key URI.
    uri: String,
}

/// Asks a library which bytes a base32 text stands for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecodeBase32 {
    /// The text.
    text: String,
}

/// Shows a key URI to an app: as a QR code if nothing is said.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddAccount {
    /// The key URI.
    uri: At<String>,
    /// How it gets into the app.
    #[serde(default)]
    by: Way,
}

/// How a key URI gets into an app.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// Its camera reads a QR code.
    #[default]
    Qr,
    /// A link is opened.
    Link,
}

/// Reads the code that an app shows for the account that it took last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShowCode {
    /// When, in seconds since 1970.
    time: u64,
}

/// What both verbs of codes say of the key.
struct Ingredients<'a> {
    key: &'a At<String>,
    algorithm: HashName,
    digits: Option<&'a At<u8>>,
    counter: Option<u64>,
    time: Option<u64>,
    period: Option<&'a At<u64>>,
}

impl Ingredients<'_> {
    fn recipe(&self, scope: &mut Scope<'_>) -> Option<Recipe> {
        let bytes = self.key.value.as_bytes();
        if bytes.is_empty() || bytes.len() > LONGEST_KEY {
            let message = format!("a key has 1 to {LONGEST_KEY} bytes, this has {}", bytes.len());
            scope.blame("bad-key", self.key.span, message, "write another key".to_owned());
            return None;
        }
        let digits = self.digits.map_or(Digits::SIX.count(), |digits| digits.value);
        if let (Some(written), Err(BadDigits(_))) = (self.digits, Digits::new(digits)) {
            let message = format!("a code has 6 to 10 digits, not {digits}");
            scope.blame("bad-digits", written.span, message, "write 6".to_owned());
            return None;
        }
        let moving = self.moving(scope)?;
        let (key_hex, key_base32) = (HEXLOWER.encode(bytes), base32::encode(bytes));
        Some(Recipe { key_hex, key_base32, algorithm: self.algorithm, digits, moving })
    }

    fn moving(&self, scope: &mut Scope<'_>) -> Option<Moving> {
        match (self.counter, self.time, self.period) {
            (Some(counter), None, None) => Some(Moving::Counter { counter }),
            (None, Some(time), period) => {
                let seconds = period.map_or(USUAL_PERIOD, |period| period.value);
                if let (Some(written), Err(_)) = (period, Period::new(seconds)) {
                    let message = "a time step lasts at least one second".to_owned();
                    scope.blame("bad-period", written.span, message, "write 30".to_owned());
                    return None;
                }
                Some(Moving::Time { time, period: seconds })
            }
            (Some(_), None, Some(period)) => {
                let message = "a counter has no period".to_owned();
                scope.blame("fields-exclude", period.span, message, "leave it out".to_owned());
                None
            }
            (Some(_), Some(_), _) | (None, None, _) => {
                let message = "a code is of a counter or of a time".to_owned();
                let help = "add either `counter: 0` or `time: 59`".to_owned();
                scope.blame("missing-field", scope.span, message, help);
                None
            }
        }
    }
}

impl Grammar for GenerateCode {
    const NAME: &'static str = "generate_code";
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let Self { key, algorithm, digits, counter, time, period } = &self;
        let (digits, period) = (digits.as_ref(), period.as_ref());
        let (algorithm, counter, time) = (*algorithm, *counter, *time);
        let parts = Ingredients { key, algorithm, digits, counter, time, period };
        Some(drill(Drill::GenerateCode(parts.recipe(scope)?)))
    }
}

impl Grammar for CheckCode {
    const NAME: &'static str = "check_code";
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let Self { key, algorithm, digits, counter, time, period, .. } = &self;
        let (digits, period) = (digits.as_ref(), period.as_ref());
        let (algorithm, counter, time) = (*algorithm, *counter, *time);
        let parts = Ingredients { key, algorithm, digits, counter, time, period };
        let recipe = parts.recipe(scope)?;
        if self.back > WIDEST || self.ahead > WIDEST {
            let message = format!("a window has at most {WIDEST} steps to each side");
            scope.blame("window-too-wide", scope.span, message, "write fewer".to_owned());
            return None;
        }
        let here = match recipe.moving {
            Moving::Counter { counter } => counter,
            Moving::Time { time, period } => time / period,
        };
        let code = self.code.clone().map_or_else(|| code(&recipe, here, self.away), Some)?;
        let code = self.written.map_or(Some(code.clone()), |way| written(way, &code))?;
        let spent = self.spent.and_then(|away| here.checked_add_signed(away));
        let (back, ahead) = (self.back, self.ahead);
        Some(drill(Drill::CheckCode(Check { recipe, code, back, ahead, spent })))
    }
}

impl Grammar for ReadKeyUri {
    const NAME: &'static str = "read_key_uri";
    const SHORT: Option<&'static str> = Some("uri");
    type Expect = Nothing;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(drill(Drill::ReadKeyUri(KeyUriText { uri: self.uri })))
    }
}

impl Grammar for DecodeBase32 {
    const NAME: &'static str = "decode_base32";
    const SHORT: Option<&'static str> = Some("text");
    type Expect = Nothing;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(drill(Drill::DecodeBase32(Base32Text { text: self.text })))
    }
}

impl Grammar for AddAccount {
    const NAME: &'static str = "add_account";
    const SHORT: Option<&'static str> = Some("uri");
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let At { value: uri, span } = self.uri;
        let qr = match self.by {
            Way::Link => None,
            Way::Qr => match crate::reference::qr::png(&uri) {
                Ok(png) => Some(BASE64.encode(&png)),
                Err(why) => {
                    let message = format!("no QR code holds this: {why}");
                    scope.blame("no-qr-code", span, message, "write `by: link`".to_owned());
                    return None;
                }
            },
        };
        Some(drill(Drill::AddAccount(Scanned { uri, qr })))
    }
}

impl Grammar for ShowCode {
    const NAME: &'static str = "show_code";
    const SHORT: Option<&'static str> = Some("time");
    type Expect = Nothing;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(drill(Drill::ShowCode(Glance { time: self.time })))
    }
}

fn drill(drill: Drill) -> Verb {
    Verb::Drill(Box::new(drill))
}

/// The code of `recipe`, so many steps away from `here`; nothing before the first step.
fn code(recipe: &Recipe, here: u64, away: i64) -> Option<String> {
    let key = Key::new(HEXLOWER.decode(recipe.key_hex.as_bytes()).ok()?);
    let digits = Digits::new(recipe.digits).ok()?;
    let hotp = Hotp::new(&key, Algorithm::from(recipe.algorithm), digits);
    Some(hotp.code(here.checked_add_signed(away)?).to_string())
}

/// How `code` looks, written so; nothing if that is a list.
fn written(way: Writing, code: &str) -> Option<String> {
    match way.of(&Secret::new(code)) {
        Entered::Text(text) => Some(text.reveal().to_owned()),
        Entered::List(_) => None,
    }
}
