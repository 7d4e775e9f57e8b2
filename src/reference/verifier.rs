//! What the server keeps of a token in order to tell its codes from others.

use super::{Reference, defects};
use crate::domain::{Moment, RejectionClass, Secret};
use crate::otp::ocra::{Inputs, Ocra};
use crate::otp::{Hotp, Period, Totp, Window};

/// The verifier of one token.
#[derive(Debug, Clone)]
pub(super) enum Verifier {
    /// Codes of the time.
    Time(TimeKept),
    /// Codes of a counter.
    Counter {
        hotp: Hotp,
        /// The counter of the next code that is expected.
        next: u64,
        /// The counter of the code that was accepted last.
        spent: Option<u64>,
    },
    /// Responses to challenges.
    Challenge(Box<Ocra>),
}

/// What is kept of a token with codes of the time.
#[derive(Debug, Clone)]
pub(super) struct TimeKept {
    totp: Totp,
    period: Period,
    /// The newest time step whose code was accepted: never again this one or an earlier one.
    last_step: Option<u64>,
    /// How far the token's clock is ahead, as learned by resynchronising.
    ahead_ms: i64,
}

type Decided = Result<(), RejectionClass>;

impl Verifier {
    pub(super) fn of_time(totp: Totp, period: Period) -> Self {
        Self::Time(TimeKept { totp, period, last_step: None, ahead_ms: 0 })
    }

    pub(super) fn of_counter(hotp: Hotp) -> Self {
        Self::Counter { hotp, next: 0, spent: None }
    }

    /// Whether it answers challenges.
    pub(super) fn wants_challenge(&self) -> bool {
        matches!(self, Self::Challenge(_))
    }

    /// Accepts a code that is near enough and later than all accepted before (RFC 4226 §7.2,
    /// RFC 6238 §5.2), or the response to `challenge`.
    pub(super) fn accept(
        &mut self,
        code: &Secret,
        now: Moment,
        challenge: Option<&str>,
        reference: &Reference,
    ) -> Decided {
        if reference.has(&defects::LEADING_ZERO_LOST) && code.reveal().starts_with('0') {
            return Err(RejectionClass::CodeInvalid);
        }
        match self {
            Self::Time(kept) => kept.accept(code, now, reference),
            Self::Counter { hotp, next, spent } => {
                let window = look_ahead(reference);
                let used = hotp.verify(code.reveal(), *next, window);
                let used = used.ok_or(RejectionClass::CodeInvalid)?;
                let again = *spent == Some(used);
                if again && !reference.has(&defects::HOTP_COUNTER_STUCK) {
                    return Err(RejectionClass::CodeSpent);
                }
                *spent = Some(used);
                if !reference.has(&defects::HOTP_COUNTER_STUCK)
                    && !reference.has(&defects::HOTP_COUNTER_NOT_PERSISTED)
                {
                    *next = used.saturating_add(1);
                }
                Ok(())
            }
            Self::Challenge(ocra) => {
                let question = challenge.ok_or(RejectionClass::CodeInvalid)?;
                let inputs = Inputs { question, moment: Some(now), ..Inputs::default() };
                match ocra.verify(code.reveal(), &inputs) {
                    Ok(true) => Ok(()),
                    Ok(false) | Err(_) => Err(RejectionClass::CodeInvalid),
                }
            }
        }
    }

    /// Finds two codes in a row within a wider window, and goes on after them (RFC 4226 §7.4).
    pub(super) fn resynchronise(
        &mut self,
        (first, second): (&Secret, &Secret),
        now: Moment,
        reference: &Reference,
    ) -> Decided {
        if reference.has(&defects::RESYNC_REFUSED) {
            return Err(RejectionClass::CodeInvalid);
        }
        let reach = u32::from(reference.parameters().resync_window);
        match self {
            Self::Time(kept) => kept.resynchronise((first, second), now, (reach, reference)),
            Self::Counter { hotp, next, spent } => {
                let window = Window::new(0, reach).unwrap_or(Window::EXACT);
                let found = hotp.verify(first.reveal(), *next, window);
                let found = found.ok_or(RejectionClass::CodeInvalid)?;
                let after = found.saturating_add(1);
                let follows = hotp.verify(second.reveal(), after, Window::EXACT).is_some();
                if !follows && !reference.has(&defects::RESYNC_WITH_ONE_CODE) {
                    return Err(RejectionClass::CodeInvalid);
                }
                (*next, *spent) = (after.saturating_add(1), Some(after));
                Ok(())
            }
            Self::Challenge(_) => Err(RejectionClass::CodeInvalid),
        }
    }
}

impl TimeKept {
    fn accept(&mut self, code: &Secret, now: Moment, reference: &Reference) -> Decided {
        let window = Window::around(reference.window_steps());
        let theirs = self.theirs(now, reference);
        let mut step = self.totp.verify(code.reveal(), theirs, window);
        if reference.has(&defects::TOKEN_CODE_CUT_ACCEPTED) {
            let whole = (0..=9).map(|last| format!("{}{last}", code.reveal()));
            step =
                step.or(whole.into_iter().find_map(|one| self.totp.verify(&one, theirs, window)));
        }
        let step = step.ok_or(RejectionClass::CodeInvalid)?;
        let spent = self.last_step.is_some_and(|last| step <= last);
        if spent && !reference.has(&defects::REPLAY_ACCEPTED) {
            return Err(RejectionClass::CodeSpent);
        }
        self.last_step = self.last_step.max(Some(step));
        Ok(())
    }

    fn resynchronise(
        &mut self,
        (first, second): (&Secret, &Secret),
        now: Moment,
        (reach, reference): (u32, &Reference),
    ) -> Decided {
        let window = Window::new(reach, reach).unwrap_or(Window::ONE_STEP);
        let found = self.totp.verify(first.reveal(), now, window);
        let found = found.ok_or(RejectionClass::CodeInvalid)?;
        let period_ms = i64::try_from(self.period.seconds().saturating_mul(1000));
        let period_ms = period_ms.unwrap_or(i64::MAX);
        let at = |step: u64| Moment::from_unix_ms(i64::try_from(step).unwrap_or(0) * period_ms);
        let after = found.saturating_add(1);
        let follows = self.totp.verify(second.reveal(), at(after), Window::EXACT).is_some();
        let is_new = self.last_step.is_none_or(|last| found > last);
        if !is_new || !follows && !reference.has(&defects::RESYNC_WITH_ONE_CODE) {
            return Err(RejectionClass::CodeInvalid);
        }
        // The second code was read just now, so its step is the token's present.
        let (theirs, ours) = (i64::try_from(after), i64::try_from(self.totp.step_at(now)));
        let steps = theirs.unwrap_or(0).saturating_sub(ours.unwrap_or(0));
        self.ahead_ms = steps.saturating_mul(period_ms);
        self.last_step = Some(after);
        Ok(())
    }

    /// The time as the token's clock shows it, as far as we know.
    fn theirs(&self, now: Moment, reference: &Reference) -> Moment {
        let moment = now.skewed_by_ms(self.ahead_ms);
        if reference.has(&defects::YEAR_2038) {
            let wrapped = moment.unix_seconds() & u64::from(u32::MAX >> 1);
            return Moment::from_unix_seconds(i64::try_from(wrapped).unwrap_or(0));
        }
        moment
    }
}

fn look_ahead(reference: &Reference) -> Window {
    if reference.has(&defects::UNBOUNDED_LOOK_AHEAD) {
        return Window::new(0, Window::MOST).unwrap_or(Window::EXACT);
    }
    Window::ahead(reference.parameters().look_ahead)
}
