//! Delivered PINs: issued, superseded, accepted once (NIST SP 800-63B §3.1.3.2).

use super::Reference;
use super::defects;
use crate::domain::{Moment, RejectionClass, Secret};
use std::collections::VecDeque;

/// The PINs lately issued to one person, newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Pins(VecDeque<Pin>);

#[derive(Debug, Clone)]
struct Pin {
    code: Secret,
    /// The sign-in that it was sent for.
    challenge: u64,
    expires: Moment,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Live,
    Spent,
    Superseded,
}

impl Pins {
    /// PINs remembered for each person. Every live one raises the odds of a guess, so the oldest
    /// dies when a person has more sign-ins under way than this.
    const REMEMBERED: usize = 16;

    /// Remembers `code` for `challenge`.
    pub(super) fn issue(&mut self, code: Secret, challenge: u64, expires: Moment) {
        if self.0.len() >= Self::REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Pin { code, challenge, expires, fate: Fate::Live });
    }

    /// Ends every live PIN.
    pub(super) fn supersede_all(&mut self) {
        for pin in self.0.iter_mut().filter(|pin| pin.fate == Fate::Live) {
            pin.fate = Fate::Superseded;
        }
    }

    /// Ends the live PINs of `challenge`.
    pub(super) fn supersede(&mut self, challenge: u64) {
        for pin in &mut self.0 {
            if pin.challenge == challenge && pin.fate == Fate::Live {
                pin.fate = Fate::Superseded;
            }
        }
    }

    /// Ends the live PINs with this `code`, which reached nobody.
    pub(super) fn withdraw(&mut self, code: &Secret) {
        self.0.retain(|pin| pin.fate != Fate::Live || pin.code != *code);
    }

    /// The newest live PIN of `challenge`.
    pub(super) fn live(&self, challenge: u64) -> Option<&Secret> {
        let mut newest_first = self.0.iter().rev();
        let pin = newest_first.find(|pin| pin.challenge == challenge && pin.fate == Fate::Live)?;
        Some(&pin.code)
    }

    /// Accepts `typed` for `challenge` and spends it, or says why not.
    ///
    /// Every remembered PIN is compared, in constant time, whatever the earlier ones gave.
    pub(super) fn accept(
        &mut self,
        typed: &Secret,
        challenge: u64,
        now: Moment,
        reference: &Reference,
    ) -> Result<(), RejectionClass> {
        if typed.reveal().is_empty()
            && reference.has(&defects::EMPTY_CODE_ACCEPTED)
            && self.0.iter().all(|pin| now >= pin.expires)
        {
            return Ok(());
        }
        let mut outcome = Err(RejectionClass::CodeInvalid);
        for pin in &mut self.0 {
            if !pin.agrees(typed, reference) || outcome.is_ok() {
                continue;
            }
            outcome = pin.standing(challenge, now, reference);
            if outcome.is_ok() {
                pin.fate = Fate::Spent;
            }
        }
        outcome
    }

    /// Whether `typed` is a live PIN of whichever sign-in.
    pub(super) fn knows(&self, typed: &Secret) -> bool {
        self.0.iter().any(|pin| pin.fate == Fate::Live && pin.code == *typed)
    }
}

impl Pin {
    /// Whether `typed` is this code: in constant time, but for what a defect does.
    fn agrees(&self, typed: &Secret, reference: &Reference) -> bool {
        let (code, text) = (self.code.reveal(), typed.reveal());
        let cut = || code.strip_prefix(text).is_some_and(|rest| rest.len() == 1);
        self.code == *typed
            || reference.has(&defects::CODE_PREFIX_ACCEPTED) && cut()
            || reference.has(&defects::CODE_COMPARED_BY_PREFIX) && text.starts_with(code)
            || reference.has(&defects::NUL_ENDS_CODE)
                && text.split('\0').next().is_some_and(|head| head == code)
            || reference.has(&defects::WILDCARD_CODE)
                && text.len() == code.len()
                && text.bytes().all(|byte| byte == b'%')
    }

    fn standing(
        &self,
        challenge: u64,
        now: Moment,
        reference: &Reference,
    ) -> Result<(), RejectionClass> {
        if self.fate == Fate::Spent && !reference.has(&defects::PIN_REPLAY_ACCEPTED) {
            return Err(RejectionClass::CodeSpent);
        }
        let foreign = self.challenge != challenge && self.fate != Fate::Spent;
        let loose = [&defects::CODE_NOT_BOUND_TO_SESSION, &defects::RACE_CODE];
        if foreign && !loose.iter().any(|defect| reference.has(defect)) {
            return Err(RejectionClass::CodeInvalid);
        }
        if self.fate == Fate::Superseded {
            return Err(RejectionClass::CodeSuperseded);
        }
        if now >= self.expires && !reference.has(&defects::PIN_NEVER_EXPIRES) {
            return Err(RejectionClass::CodeExpired);
        }
        Ok(())
    }
}
