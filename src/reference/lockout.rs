//! Counting wrong passwords and codes, and locking: RFC 4226 §7.3, NIST SP 800-63B §3.2.2.

use super::Parameters;
use super::parameters::Throttle;
use crate::domain::Moment;
use std::collections::BTreeMap;
use std::time::Duration;

/// Consecutive failures of one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) failures: u32,
    locked_since: Option<Moment>,
}

/// What a failure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Struck {
    /// It was counted.
    Counted,
    /// It was the last one allowed.
    LocksNow,
}

/// An account is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Locked {
    /// How long still, if it ends by itself.
    pub(super) left: Option<Duration>,
}

impl Tally {
    /// Counts a failure; the account takes `attempts` of them in a row.
    pub(super) fn fail(&mut self, attempts: u32, parameters: &Parameters, now: Moment) -> Struck {
        self.failures = self.failures.saturating_add(1);
        if self.failures < attempts {
            return Struck::Counted;
        }
        if self.locked_since.is_some() {
            if parameters.throttle == Throttle::Delay {
                self.locked_since = Some(now);
            }
            return Struck::Counted;
        }
        self.locked_since = Some(now);
        Struck::LocksNow
    }

    /// Whether the account is locked at `now`; a lock whose time is over is forgotten.
    pub(super) fn check(&mut self, parameters: &Parameters, now: Moment) -> Result<(), Locked> {
        let Some(since) = self.locked_since else { return Ok(()) };
        if parameters.throttle == Throttle::Delay {
            let until = since + self.delay(parameters);
            return if now < until { Err(Locked { left: Some(until - now) }) } else { Ok(()) };
        }
        match parameters.lockout_lifetime {
            None => Err(Locked { left: None }),
            Some(lifetime) if now < since + lifetime => {
                Err(Locked { left: Some((since + lifetime) - now) })
            }
            Some(_) => {
                self.clear();
                Ok(())
            }
        }
    }

    /// How long the next attempt waits after so many failures: 30 s, then twice as long, at most
    /// an hour (NIST SP 800-63B-4 §3.2.2).
    fn delay(&self, parameters: &Parameters) -> Duration {
        let beyond = self.failures.saturating_sub(parameters.lockout_attempts).min(7);
        Duration::from_secs(30 << beyond).min(Duration::from_hours(1))
    }

    /// Forgets all failures and the lock.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Failures of user names that do not exist, so that they are refused just like those that do.
#[derive(Debug, Default)]
pub(super) struct Strangers(BTreeMap<String, Tally>);

impl Strangers {
    /// Names remembered. Beyond it all are forgotten at once: a guesser then sees some unknown
    /// names unlocked, which is worth less than the memory.
    const MOST: usize = 4096;

    /// The tally of `user`.
    pub(super) fn tally(&mut self, user: &str) -> &mut Tally {
        if self.0.len() >= Self::MOST && !self.0.contains_key(user) {
            self.0.clear();
        }
        self.0.entry(user.to_owned()).or_default()
    }

    /// Forgets `user`, who exists now or is unlocked.
    pub(super) fn forget(&mut self, user: &str) {
        self.0.remove(user);
    }
}
