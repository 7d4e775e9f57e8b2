//! The PIN that guards a soft token: chosen twice, and few wrong tries.

use crate::domain::Secret;
use crate::domain::device::Reason;

/// Wrong PINs in a row after which the app locks for good. NIST SP 800-63B-4 §3.2.10 allows at most
/// ten; the guide's product takes five.
pub(super) const WRONG_PINS: u32 = 5;

/// Digits of a PIN: NIST SP 800-63B-4 §3.2.10 wants at least four.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=12;

/// A chosen PIN and how it has fared.
#[derive(Debug, Clone)]
pub(super) struct PinLock {
    pin: Secret,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Locked {
        wrong: u32,
    },
    Unlocked,
    /// Too many wrong PINs; nothing but setting up anew helps.
    Shut,
}

impl PinLock {
    /// Chooses a PIN; both entries must agree.
    pub(super) fn choose(pin: &Secret, again: &Secret) -> Result<Self, Reason> {
        let digits = pin.reveal();
        if !LENGTHS.contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Reason::BadPin);
        }
        if pin != again {
            return Err(Reason::PinMismatch);
        }
        Ok(Self { pin: pin.clone(), state: State::Locked { wrong: 0 } })
    }

    /// Unlocks, or counts the wrong PIN.
    pub(super) fn unlock(&mut self, pin: &Secret) -> Result<(), Reason> {
        let wrong = match self.state {
            State::Shut => return Err(Reason::RetryLocked),
            State::Locked { wrong } => wrong,
            State::Unlocked => 0,
        };
        if *pin == self.pin {
            self.state = State::Unlocked;
            return Ok(());
        }
        let wrong = wrong + 1;
        let shut = wrong >= WRONG_PINS;
        self.state = if shut { State::Shut } else { State::Locked { wrong } };
        Err(if shut { Reason::RetryLocked } else { Reason::WrongPin })
    }

    /// Locks again after use; a code needs the PIN each time.
    pub(super) fn lock(&mut self) {
        if self.state == State::Unlocked {
            self.state = State::Locked { wrong: 0 };
        }
    }

    /// Whether a code may be shown.
    pub(super) fn check(&self) -> Result<(), Reason> {
        match self.state {
            State::Unlocked => Ok(()),
            State::Locked { .. } => Err(Reason::Locked),
            State::Shut => Err(Reason::RetryLocked),
        }
    }
}
