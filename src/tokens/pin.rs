//! The PIN of an app: chosen twice, asked for before every look at a code, lost after five errors.

use super::codes::Codes;
use crate::domain::device::Reason;
use crate::domain::{Moment, Outcome, Secret};
use std::ops::RangeInclusive;

/// How many digits a PIN has. Apps of the field ask for four; NIST SP 800-63B-4 §3.2.10 wants at
/// least four and advises six; beyond twelve nobody remembers one.
pub const DIGITS: RangeInclusive<usize> = 4..=12;

/// How many wrong PINs in a row an app bears: five, as the help texts of the field say.
pub const TRIES: u8 = 5;

/// Codes behind a PIN.
#[derive(Debug, Clone)]
pub struct Vault {
    codes: Codes,
    pin: Secret,
    lock: Lock,
}

#[derive(Debug, Clone)]
enum Lock {
    Open,
    Shut {
        /// Wrong PINs that are still borne, at least one.
        tries: u8,
    },
    /// For good: only deleting the app helps.
    Lost,
}

impl Vault {
    /// A locked vault under a PIN that was entered twice.
    ///
    /// # Errors
    /// [`Reason::BadPin`] if it is not 4 to 12 digits, [`Reason::PinMismatch`] if the two differ.
    /// The codes are still the caller's then.
    pub fn closed(codes: &Codes, pin: Secret, again: &Secret) -> Result<Self, Reason> {
        let digits = pin.reveal();
        if !DIGITS.contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Reason::BadPin);
        }
        if pin != *again {
            return Err(Reason::PinMismatch);
        }
        Ok(Self { codes: codes.clone(), pin, lock: Lock::Shut { tries: TRIES } })
    }

    /// Opens the vault. Each wrong PIN counts, also while it is open, and shuts it; the right one
    /// resets the count, and after the last try no PIN is right.
    ///
    /// # Errors
    /// [`Reason::WrongPin`], [`Reason::RetryLocked`].
    pub fn unlock(&mut self, pin: &Secret) -> Result<(), Reason> {
        let tries = match self.lock {
            Lock::Open => TRIES,
            Lock::Shut { tries } => tries,
            Lock::Lost => return Err(Reason::RetryLocked),
        };
        if self.pin == *pin {
            self.lock = Lock::Open;
            return Ok(());
        }
        self.lock = if tries > 1 { Lock::Shut { tries: tries - 1 } } else { Lock::Lost };
        Err(Reason::WrongPin)
    }

    /// Shuts the vault if it is open; a count of wrong PINs stays as it is.
    pub fn lock(&mut self) {
        if matches!(self.lock, Lock::Open) {
            self.lock = Lock::Shut { tries: TRIES };
        }
    }

    /// The code at `now`, after unlocking with `pin` if one is given.
    ///
    /// # Errors
    /// As [`Vault::unlock`], and [`Reason::Locked`] without a PIN.
    pub fn read(&mut self, pin: Option<&Secret>, now: Moment) -> Result<Outcome, Reason> {
        self.open(pin)?;
        Ok(Outcome::Code(self.codes.show(now).to_secret()))
    }

    /// The codes, while it is open.
    #[must_use]
    pub fn codes(&self) -> Option<&Codes> {
        matches!(self.lock, Lock::Open).then_some(&self.codes)
    }

    /// Whether what is behind the PIN may be used, after unlocking with `pin` if one is given.
    ///
    /// # Errors
    /// As [`Vault::unlock`], and [`Reason::Locked`] without a PIN.
    pub fn open(&mut self, pin: Option<&Secret>) -> Result<(), Reason> {
        if let Some(pin) = pin {
            self.unlock(pin)?;
        }
        match self.lock {
            Lock::Open => Ok(()),
            Lock::Shut { .. } => Err(Reason::Locked),
            Lock::Lost => Err(Reason::RetryLocked),
        }
    }
}
