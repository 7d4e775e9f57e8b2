//! Whether a truncated value ends in a code, without dividing.

use crate::otp::Digits;

/// A test for multiples of 10^d that are below 2^31, where d is a number of digits.
///
/// A value v has the last digits c when v − c is such a multiple: v has 31 bits (RFC 4226 §5.3).
/// Multiplying by the inverse of 5^d modulo 2^32 divides by it exactly what can be so divided, and
/// turning right by d bits divides that by 2^d; all that is no multiple lands above the largest
/// quotient, because both steps only permute the 2^32 numbers (Warren, Hacker's Delight, 10-17).
/// Where c is above v the difference wraps to 2^31 or more, and its quotient is too large as well.
///
/// Ten digits hold every 31-bit value, so there is nothing to reduce: only 0 is a multiple.
#[derive(Debug, Clone, Copy)]
pub(in crate::otp) struct Check {
    /// The inverse of 5^d modulo 2^32.
    pub(super) inverse: u32,
    /// d.
    pub(super) turn: u32,
    /// The largest quotient.
    pub(super) most: u32,
}

/// The bits of a truncated value (RFC 4226 §5.3, step 2).
pub(super) const TRUNCATED: u32 = 0x7fff_ffff;

impl Check {
    pub(super) fn of(digits: Digits) -> Self {
        CHECKS[usize::from(digits.count() - 6)]
    }

    const fn with(digits: u32) -> Self {
        match 10_u32.checked_pow(digits) {
            Some(modulus) => Self {
                inverse: inverse(5_u32.pow(digits)),
                turn: digits,
                most: TRUNCATED / modulus,
            },
            None => Self { inverse: 1, turn: 0, most: 0 },
        }
    }
}

/// For 6 to 10 digits.
const CHECKS: [Check; 5] =
    [Check::with(6), Check::with(7), Check::with(8), Check::with(9), Check::with(10)];

/// The number by which `odd` has to be multiplied to give 1 modulo 2^32 (by Newton's method, which
/// doubles the right bits each time, from the three that every odd number starts with).
const fn inverse(odd: u32) -> u32 {
    let mut inverse = odd;
    let mut right = 3;
    while right < u32::BITS {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse)));
        right *= 2;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::super::codes::NEVER;
    use super::super::lane::Lane;
    use super::{Check, TRUNCATED};
    use crate::otp::Digits;
    use proptest::prelude::*;

    fn matches(truncated: u32, wanted: u32, digits: Digits) -> bool {
        truncated.keep_match(wanted, &Check::of(digits), 1, 0) == 1
    }

    proptest! {
        #[test]
        fn the_last_digits_match_and_no_others(
            truncated in prop_oneof![0..=TRUNCATED, 0..=2_u32, TRUNCATED - 2..=TRUNCATED],
            other in 0..=TRUNCATED,
            count in 6..=10_u8,
        ) {
            let digits = Digits::new(count).expect("6 to 10 are allowed");
            let right = digits.last_of(truncated);
            prop_assert!(matches(truncated, right, digits));
            prop_assert!(!matches(truncated, NEVER, digits));
            let other = digits.last_of(other);
            prop_assert_eq!(matches(truncated, other, digits), other == right);
            for near in [right.wrapping_sub(1), right + 1] {
                if near == digits.last_of(near) {
                    prop_assert!(!matches(truncated, near, digits));
                }
            }
        }
    }

    #[test]
    fn codes_above_a_small_value_do_not_match_by_wrapping_around() {
        // 2^32 is 967 296 modulo 10^6: with a wrapped difference, 0 would pass for 967 296.
        assert!(!matches(0, 967_296, Digits::SIX));
        for count in 6..=9 {
            let digits = Digits::new(count).expect("6 to 10 are allowed");
            let rest = u32::try_from((1_u64 << 32) % 10_u64.pow(count.into())).expect("small");
            assert!(!matches(0, rest, digits), "{count} digits");
        }
    }
}
