//! Looks at a QR code as a thing: its quiet zone, its modules, its colours, its correction level.

use super::gray::Gray;
use super::{Unreadable, develop, ladder};
use crate::domain::Picture;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Light modules that ISO/IEC 18004 §5.3.8 wants around a symbol.
const QUIET_ZONE: f64 = 4.0;

/// Pixels of a module below which a screen photographed from arm's length blurs it.
const LEAST_PIXELS: f64 = 3.0;

/// The version from which on a code has so many modules that cheap cameras fail.
const DENSE: usize = 15;

/// Something about the code itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether some readers cannot read it.
    pub is_grave: bool,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: &'static str,
}

/// The text of the QR code in `picture`, and what is wrong with the code.
///
/// # Errors
/// As [`super::read`].
pub fn inspect(picture: &Picture) -> Result<(String, Vec<Seen>), Unreadable> {
    let images = develop::develop(picture)?;
    let text = images.iter().find_map(ladder::climb).ok_or(Unreadable::NothingFound)?;
    let seen = images.iter().find_map(measured);
    Ok((text, seen.unwrap_or_else(|| vec![unclear()])))
}

fn unclear() -> Seen {
    Seen {
        is_grave: false,
        what: "the code is read only with effort: noise, blur or faint colours".to_owned(),
        fix: "draw it sharp, black on white",
    }
}

/// What one look without any treatment shows; the code may be light on dark.
fn measured(image: &Gray) -> Option<Vec<Seen>> {
    if let Some(seen) = faults(image) {
        return Some(seen);
    }
    let mut seen = faults(&image.inverted())?;
    seen.push(Seen {
        is_grave: true,
        what: "the code is light on dark, which many readers do not recognise".to_owned(),
        fix: "draw dark modules on a light ground",
    });
    Some(seen)
}

fn faults(image: &Gray) -> Option<Vec<Seen>> {
    let look = || {
        let mut quirc = quircs::Quirc::default();
        let code = quirc.identify(image.width, image.height, &image.pixels).next()?.ok()?;
        let data = code.decode().ok()?;
        let corners = code.corners.map(|corner| (f64::from(corner.x), f64::from(corner.y)));
        Some((corners, f64::from(code.size), data.version, data.ecc_level))
    };
    // Foreign decoders may panic on odd images; that is no reason for us to.
    let (corners, modules, version, level) = catch_unwind(AssertUnwindSafe(look)).ok().flatten()?;
    let side = distance(corners[0], corners[1]).min(distance(corners[1], corners[2]));
    let module = side / modules.max(1.0);
    let mut seen = Vec::new();
    let quiet = margin(image, &corners) / module.max(f64::EPSILON);
    if quiet + 0.5 < QUIET_ZONE {
        seen.push(Seen {
            is_grave: quiet < 1.0,
            what: format!("the quiet zone has {:.0} of {QUIET_ZONE:.0} modules", quiet.max(0.0)),
            fix: "leave four light modules around the code",
        });
    }
    if module + 0.2 < LEAST_PIXELS {
        seen.push(Seen {
            is_grave: module < 2.0,
            what: format!("a module has only {module:.1} pixels"),
            fix: "draw the code larger: four pixels or more for each module",
        });
    }
    if version >= DENSE {
        seen.push(Seen {
            is_grave: false,
            what: format!("version {version} is dense"),
            fix: "shorten the label, and leave out parameters with their default value",
        });
    }
    if matches!(level, quircs::EccLevel::H) && version > 10 {
        seen.push(Seen {
            is_grave: false,
            what: "correction level H makes the code denser than a screen needs".to_owned(),
            fix: "use level L or M on screens",
        });
    }
    Some(seen)
}

fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

/// Pixels between the code and the nearest edge of the picture.
fn margin(image: &Gray, corners: &[(f64, f64); 4]) -> f64 {
    let (xs, ys) = (corners.map(|one| one.0), corners.map(|one| one.1));
    let low = |values: [f64; 4]| values.into_iter().fold(f64::MAX, f64::min).max(0.0);
    let high = |values: [f64; 4]| values.into_iter().fold(0.0, f64::max);
    let (left, right, top, bottom) = (low(xs), high(xs), low(ys), high(ys));
    let (width, height) = (as_f64(image.width), as_f64(image.height));
    let edges = [left, top, width - right - 1.0, height - bottom - 1.0];
    edges.into_iter().fold(f64::MAX, f64::min)
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
