//! The codes of a load: fresh, wrong or too old, and made before they are due.

use crate::otp::{Code, Totp};

/// Digits of a code at most.
const MOST_DIGITS: usize = 10;

/// A code as it is typed, without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Typed {
    digits: [u8; MOST_DIGITS],
    length: u8,
}

impl Typed {
    pub(super) fn of(code: Code) -> Self {
        Self::number(code.value(), code.digits().count())
    }

    /// A code that was sent to somebody; nothing if it is none that fits.
    pub(super) fn sent(text: &str) -> Option<Self> {
        let mut digits = [b'0'; MOST_DIGITS];
        digits.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self { digits, length })
    }

    fn number(mut value: u32, length: u8) -> Self {
        let length = length.min(u8::try_from(MOST_DIGITS).unwrap_or(u8::MAX));
        let mut digits = [b'0'; MOST_DIGITS];
        for digit in digits[..length.into()].iter_mut().rev() {
            *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
            value /= 10;
        }
        Self { digits, length }
    }

    pub(super) fn as_str(&self) -> &str {
        // They are digits.
        std::str::from_utf8(&self.digits[..self.length.into()]).unwrap_or_default()
    }
}

/// The codes of these tokens at these steps, in their order, without an allocation for each.
pub(super) fn batch<'a>(wanted: impl Iterator<Item = (&'a Totp, u64)>, into: &mut Vec<Typed>) {
    into.extend(wanted.map(|(totp, step)| Typed::of(totp.code_of(step))));
}

/// A code that is right at none of the steps within `window` of `step`.
pub(super) fn wrong(totp: &Totp, step: u64, window: u64) -> Typed {
    let near = step.saturating_sub(window)..=step.saturating_add(window);
    let right: Vec<u32> = near.map(|step| totp.code_of(step).value()).collect();
    let here = totp.code_of(step);
    let digits = here.digits().count();
    let bound = 10_u64.pow(digits.into());
    // There are fewer right ones than tries.
    let tries = (1..=right.len() as u64 + 1)
        .map(|more| u32::try_from((u64::from(here.value()) + more) % bound).unwrap_or(0));
    let found = tries.into_iter().find(|value| !right.contains(value));
    Typed::number(found.unwrap_or(0), digits)
}

#[cfg(test)]
mod tests {
    use super::{Typed, batch, wrong};
    use crate::otp::{Algorithm, Digits, Key, Period, Totp};

    fn totp(digits: Digits) -> Totp {
        let key = Key::new(b"12345678901234567890".to_vec());
        Totp::new(&key, Algorithm::Sha1, digits, Period::RECOMMENDED)
    }

    #[test]
    fn a_code_is_typed_with_its_leading_zeros() {
        let codes = [Digits::SIX, Digits::EIGHT].map(totp);
        for totp in &codes {
            let mut typed = Vec::new();
            batch((0..500).map(|step| (totp, step)), &mut typed);
            let shown: Vec<String> = (0..500).map(|step| totp.code_of(step).to_string()).collect();
            assert!(shown.iter().any(|code| code.starts_with('0')));
            assert_eq!(typed.iter().map(Typed::as_str).collect::<Vec<_>>(), shown);
        }
    }

    #[test]
    fn a_wrong_code_is_wrong_at_all_steps_that_a_subject_may_look_at() {
        let totp = totp(Digits::SIX);
        for step in 0..2_000 {
            let wrong = wrong(&totp, step, 3);
            let near = step.saturating_sub(3)..=step + 3;
            assert!(near.into_iter().all(|near| Typed::of(totp.code_of(near)) != wrong), "{step}");
        }
    }
}
