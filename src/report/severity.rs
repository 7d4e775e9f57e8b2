//! How bad it is to break a requirement whose breach is a known weakness, on the scale of 0.1 to
//! 10.0 that code-scanning pages sort by.

use crate::conformance::{Level, Requirement};

/// What a SHOULD weighs at most: the source itself leaves a choice.
const MOST_OF_A_SHOULD: u8 = 39;

/// What a weakness weighs that no line below names.
const UNNAMED: u8 = 50;

/// The severity in tenths; none if breaking the requirement is no weakness.
///
/// The weights are ours. A bypass of authentication is high, whatever helps guessing is a little
/// lower, and what only tells an attacker something is medium.
pub(super) fn tenths(requirement: &Requirement) -> Option<u8> {
    let weight = match requirement.weakness? {
        287 | 288 | 304 | 306 | 384 | 639 | 640 => 85,
        294 => 81,
        307 | 308 | 330 | 331 | 362 => 75,
        613 => 63,
        200 | 204 | 208 | 532 => 53,
        799 => 43,
        _ => UNNAMED,
    };
    Some(match requirement.level {
        Level::Must => weight,
        Level::Should => weight.min(MOST_OF_A_SHOULD),
    })
}

/// The severity as it is written: one digit after the point.
pub(super) fn written(tenths: u8) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
