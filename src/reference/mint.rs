//! Bad ways to make PINs, for defects: a good one is a draw from [`Chance`].

use crate::domain::{Chance, Moment, Secret};

/// A step between numbers that no reader of codes notices at a glance.
const STRIDE: u64 = 7_919;

/// The PIN of a counter.
pub(super) fn in_sequence(number: u64, digits: usize) -> Secret {
    let space = 10_u64.saturating_pow(u32::try_from(digits).unwrap_or(u32::MAX));
    let code = (space / 3).wrapping_add(number.wrapping_mul(STRIDE)) % space;
    Secret::new(format!("{code:0digits$}"))
}

/// The PIN of a second.
pub(super) fn from_clock(now: Moment, digits: usize) -> Secret {
    Secret::new(Chance::seeded(now.unix_seconds(), "pin").digits(digits))
}

/// A PIN without even digits.
pub(super) fn of_odd_digits(chance: &mut Chance, digits: usize) -> Secret {
    let odd = |_| chance.pick(&['1', '3', '5', '7', '9']).copied().unwrap_or('1');
    Secret::new((0..digits).map(odd).collect::<String>())
}
