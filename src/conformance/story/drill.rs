//! The right codes for what a library or an app is asked, and what a wrong one gives away: who
//! shows the code of SHA-1 where SHA-256 was asked for ignores the algorithm, and nothing else is
//! proven.

use crate::domain::drill::{HashName, Moving, Recipe};
use crate::domain::{Drill, Drilled};
use crate::journal::{Entry, EntryId, Event};
use crate::otp::{Algorithm, Digits, Hotp, Key, KeyUri, Kind};
use data_encoding::HEXLOWER;

/// What of a recipe a code puts to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conformance) enum Trait {
    LeadingZeros,
    Algorithm,
    Digits,
    Period,
    LongKey,
    WideCounter,
    Beyond2038,
    Time,
    Counter,
}

/// The usual digits and time step, which everything that is ignored falls back to.
const USUAL_DIGITS: u8 = 6;
const USUAL_PERIOD: u64 = 30;

/// The first number that 31 bits do not hold; as seconds it is 2038-01-19T03:14:08Z.
const FULL: u64 = 1 << 31;

/// What was asked and answered, in order.
pub(in crate::conformance) fn drills(
    entries: &[Entry],
) -> impl Iterator<Item = (EntryId, &Drill, &Drilled)> {
    entries.iter().filter_map(|entry| {
        let Event::Drilled { drill, answer } = &entry.event else { return None };
        Some((entry.id, &**drill, answer))
    })
}

/// The generator of `recipe`, and its step; nothing for a recipe that no scenario can hold.
pub(in crate::conformance) fn generator(recipe: &Recipe) -> Option<(Hotp, u64)> {
    let key = Key::new(HEXLOWER.decode(recipe.key_hex.as_bytes()).ok()?);
    let hotp = Hotp::new(&key, Algorithm::from(recipe.algorithm), Digits::new(recipe.digits).ok()?);
    let step = match recipe.moving {
        Moving::Counter { counter } => counter,
        Moving::Time { time, period } => time.checked_div(period)?,
    };
    Some((hotp, step))
}

/// The right code of `recipe`.
pub(in crate::conformance) fn code(recipe: &Recipe) -> Option<String> {
    generator(recipe).map(|(hotp, step)| hotp.code(step).to_string())
}

/// The recipe that `uri` gives at `time`; its counter is the first.
pub(in crate::conformance) fn recipe(uri: &KeyUri, time: u64) -> Recipe {
    let moving = match uri.kind {
        Kind::Totp { period } => Moving::Time { time, period: period.seconds() },
        Kind::Hotp { counter } => Moving::Counter { counter },
    };
    Recipe {
        key_hex: HEXLOWER.encode(uri.key.bytes()),
        key_base32: crate::otp::base32::encode(uri.key.bytes()),
        algorithm: HashName::from(uri.algorithm),
        digits: uri.digits.count(),
        moving,
    }
}

/// All that a right code of `recipe` shows to be right.
pub(in crate::conformance) fn shown(recipe: &Recipe, expected: &str) -> Vec<Trait> {
    let mut shown = odd(recipe);
    if expected.starts_with('0') {
        shown.push(Trait::LeadingZeros);
    }
    if shown.iter().all(|one| *one == Trait::LeadingZeros) {
        shown.push(plain(recipe));
    }
    shown
}

/// What the wrong code `observed` gives away; of what stays open, the first that is unusual.
pub(in crate::conformance) fn suspect(recipe: &Recipe, expected: &str, observed: &str) -> Trait {
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    let is = |other: Recipe| code(&other).is_some_and(|code| bare(&code) == bare(observed));
    if bare(expected) == bare(observed) {
        return Trait::LeadingZeros;
    }
    if is(Recipe { algorithm: HashName::Sha1, ..recipe.clone() }) {
        return Trait::Algorithm;
    }
    if is(Recipe { digits: USUAL_DIGITS, ..recipe.clone() }) {
        return Trait::Digits;
    }
    if let Moving::Time { time, .. } = recipe.moving
        && is(Recipe { moving: Moving::Time { time, period: USUAL_PERIOD }, ..recipe.clone() })
    {
        return Trait::Period;
    }
    odd(recipe).first().copied().unwrap_or_else(|| plain(recipe))
}

/// What is unusual about `recipe`; what spoils any code comes first.
fn odd(recipe: &Recipe) -> Vec<Trait> {
    let (wide, period) = match recipe.moving {
        Moving::Counter { counter } => ((counter >= FULL).then_some(Trait::WideCounter), None),
        Moving::Time { time, period } => (
            (time >= FULL).then_some(Trait::Beyond2038),
            (period != USUAL_PERIOD).then_some(Trait::Period),
        ),
    };
    let block = if recipe.algorithm == HashName::Sha512 { 128 } else { 64 };
    let long = (recipe.key_hex.len() / 2 > block).then_some(Trait::LongKey);
    let algorithm = (recipe.algorithm != HashName::Sha1).then_some(Trait::Algorithm);
    let digits = (recipe.digits != USUAL_DIGITS).then_some(Trait::Digits);
    [long, wide, algorithm, digits, period].into_iter().flatten().collect()
}

fn plain(recipe: &Recipe) -> Trait {
    match recipe.moving {
        Moving::Counter { .. } => Trait::Counter,
        Moving::Time { .. } => Trait::Time,
    }
}
