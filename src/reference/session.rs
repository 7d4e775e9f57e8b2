//! A browser's session: who, and how far along the guide.

use super::lockout::Tally;
use crate::domain::{Assurance, Chance, Channel, Moment};
use std::fmt;

/// The name of a session: a cookie's value, or what an adapter calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// A session called `name`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// A name that cannot be guessed: 128 bit (NIST SP 800-63B §5.1 asks for 64).
    pub(super) fn mint(chance: &mut Chance) -> Self {
        Self(data_encoding::HEXLOWER.encode(&chance.bytes::<16>()))
    }

    /// Whether this could have been made by [`SessionId::mint`].
    pub(super) fn is_well_formed(&self) -> bool {
        self.0.len() == 32 && self.0.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A session that has begun to sign in; one that has not is not kept at all.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) user: String,
    pub(super) stage: Stage,
    pub(super) last_seen: Moment,
    /// Whether the person was told that only their password was shown here.
    pub(super) half_told: bool,
    /// What a token that answers challenges was asked.
    pub(super) challenge: Option<String>,
    /// The notification that this sign-in waits for.
    pub(super) push: Option<String>,
    /// Counts only under [`super::defects::LOCKOUT_PER_SESSION`].
    pub(super) tally: Tally,
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The password was right, a PIN was sent.
    Pin(Challenge),
    /// The password was right, a code of the token is asked for.
    Token,
    /// The first factor is done; a second one must be set up.
    MustEnrol,
    /// The page shows activation material.
    Enrolling {
        /// Which enrolment of this server.
        number: u64,
    },
    /// The congratulations page.
    Enrolled,
    /// Signed in.
    SignedIn(Assurance),
}

/// One sign-in that waits for its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Which sign-in of this server: PINs are bound to it.
    pub(super) number: u64,
    pub(super) channel: Channel,
    /// Messages sent so far.
    pub(super) messages: u32,
}

impl Stage {
    /// Messages sent so far in the sign-in under way.
    pub(super) fn messages(self) -> Option<u32> {
        if let Self::Pin(challenge) = self { Some(challenge.messages) } else { None }
    }

    /// Forgets messages of the sign-in under way.
    pub(super) fn set_messages(&mut self, messages: u32) {
        if let Self::Pin(challenge) = self {
            challenge.messages = messages;
        }
    }

    /// Whether at least the first factor is done.
    pub(super) fn is_past_first_factor(self) -> bool {
        !matches!(self, Self::Pin(_) | Self::Token)
    }
}
