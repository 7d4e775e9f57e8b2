//! A person as the server knows them: addresses, failures, PINs, tokens.

use super::authenticator::Shown;
use super::code::Pins;
use super::enrolment::Pending;
use super::lockout::Tally;
use super::push::Pushes;
use super::verifier::Verifier;
use crate::domain::reply::BoundToken;
use crate::domain::{Channel, Moment, Persona, Recipient, TokenKind};
use crate::otp::Key;
use crate::tokens::activation::SerialNumber;
use std::collections::VecDeque;
use std::time::Duration;

/// One person.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) persona: Persona,
    pub(super) tally: Tally,
    pub(super) pins: Pins,
    /// The enrolment under way, at most one.
    pub(super) pending: Option<Pending>,
    pub(super) tokens: Vec<Bound>,
    /// Tokens that were taken away; only a defect still looks at them.
    pub(super) revoked: Vec<Bound>,
    /// Enrolments that a newer one has taken the place of: kept only by
    /// [`super::defects::OLDER_MATERIAL_LIVES`].
    pub(super) older: Vec<Pending>,
    /// The messages of the last hour.
    pub(super) messages: Recent,
    pub(super) pushes: Pushes,
}

/// When the messages of the last hour were sent, so many that they are worth counting.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(VecDeque<Moment>);

impl Recent {
    /// More than any limit that makes sense.
    const MOST: usize = 1000;

    /// How many there were in the hour before `now`.
    pub(super) fn count(&mut self, now: Moment) -> u32 {
        while self.0.front().is_some_and(|first| *first + Duration::from_hours(1) <= now) {
            self.0.pop_front();
        }
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Remembers one more.
    pub(super) fn add(&mut self, now: Moment) {
        if self.0.len() < Self::MOST {
            self.0.push_back(now);
        }
    }
}

/// A token that was activated and confirmed.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) listed: BoundToken,
    pub(super) verifier: Verifier,
    /// What its page showed; only a defect still looks at it.
    pub(super) shown: Option<Shown>,
    /// The number and the key by which its app answers notifications, if it can.
    pub(super) push: Option<(SerialNumber, Key)>,
}

impl Account {
    pub(super) fn new(persona: Persona) -> Self {
        Self {
            persona,
            tally: Tally::default(),
            pins: Pins::default(),
            pending: None,
            tokens: Vec::new(),
            older: Vec::new(),
            messages: Recent::default(),
            pushes: Pushes::default(),
            revoked: Vec::new(),
        }
    }

    /// Where a message over `channel` goes, if there is such an address.
    pub(super) fn recipient(&self, channel: Channel) -> Option<Recipient> {
        match channel {
            Channel::Sms => self.persona.mobile.clone().map(Recipient::Phone),
            Channel::Email => Some(Recipient::Mailbox(self.persona.mailbox.clone())),
        }
    }

    /// The channels besides `channel` by which this person can be reached.
    pub(super) fn alternatives(&self, channel: Channel) -> Vec<Channel> {
        let all = [Channel::Sms, Channel::Email];
        all.into_iter()
            .filter(|other| *other != channel && self.recipient(*other).is_some())
            .collect()
    }

    /// The kinds of the bound tokens, each once.
    pub(super) fn methods(&self) -> Vec<TokenKind> {
        let mut kinds: Vec<TokenKind> = self.tokens.iter().map(|token| token.listed.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}
