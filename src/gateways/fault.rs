//! Faults on order: what a gateway does to the next messages for one recipient.
//!
//! A fault is aimed at an address, never at random, so that a scenario says what it shows. What it
//! comes to is decided where a message is handed over; each dialect dresses a refusal in the
//! provider's own code.

use crate::domain::{Channel, Disturbance, Message, Recipient};
use std::time::Duration;

/// How many different faults one recipient may have ordered.
pub const ORDERED_LIMIT: usize = 100;

/// The longest a slow line takes, in the machine's time: senders give up soon after.
pub const SLOWEST: Duration = Duration::from_secs(5);

/// What is done to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Shown after this time, by the recipient's clock.
    Delay(Duration),
    /// Accepted and never shown.
    Lose,
    /// Shown twice.
    Duplicate,
    /// Shown only after the next one.
    Reorder,
    /// Shown without what follows this many characters.
    Truncate(usize),
    /// Shown at another address of the same channel.
    Misdeliver(Recipient),
    /// Refused as the provider would.
    Refuse(Denial),
    /// The connection is closed without an answer, as soon as the recipient is known.
    Down,
    /// Answered late, in the machine's time; at most [`SLOWEST`].
    Slow(Duration),
    /// The connection is closed at the end of the message.
    Disconnect(Cut),
}

/// Why a gateway refuses on order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The recipient cannot be reached.
    Unreachable,
    /// The recipient does not want messages of this sender.
    Blocked,
    /// Too many messages.
    RateLimited,
    /// The provider's own number: an SMS provider's error code, or an SMTP reply code.
    Code(u32),
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Before the message is taken.
    Data,
    /// After it is taken, before the answer.
    Reply,
}

impl Denial {
    /// The SMTP reply code with its status (RFC 5321 §4.2.1, RFC 3463).
    #[must_use]
    pub fn smtp(self) -> (u16, &'static str) {
        match self {
            Self::Unreachable => (550, "5.1.1"),
            Self::Blocked => (550, "5.7.1"),
            Self::RateLimited => (451, "4.7.1"),
            Self::Code(code) => match u16::try_from(code) {
                Ok(code @ 500..600) => (code, "5.0.0"),
                Ok(code @ 400..500) => (code, "4.0.0"),
                _ => (554, "5.0.0"),
            },
        }
    }

    /// Whether trying again is pointless.
    #[must_use]
    pub fn is_lasting(self, channel: Channel) -> bool {
        match (channel, self) {
            (_, Self::RateLimited) => false,
            (Channel::Email, _) => self.smtp().0 >= 500,
            (Channel::Sms, _) => true,
        }
    }
}

impl Fault {
    /// What befalls `message`; nothing if there is nothing to cut off.
    pub(super) fn disturbance(&self, message: &Message) -> Option<Disturbance> {
        Some(match self {
            Self::Delay(by) => {
                let by_ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
                Disturbance::Delayed { by_ms }
            }
            Self::Lose => Disturbance::Lost,
            Self::Duplicate => Disturbance::Duplicated,
            Self::Reorder => Disturbance::Overtaken,
            Self::Truncate(length) if message.text.chars().count() <= *length => return None,
            Self::Truncate(_) => Disturbance::Truncated,
            Self::Misdeliver(_) => Disturbance::Misdelivered,
            Self::Refuse(denial) => {
                Disturbance::Refused { lasting: denial.is_lasting(message.channel()) }
            }
            Self::Down | Self::Disconnect(Cut::Data) => Disturbance::HungUp,
            Self::Disconnect(Cut::Reply) => Disturbance::Unanswered,
            Self::Slow(_) => Disturbance::Slowed,
        })
    }
}

/// `message` without what follows its first `length` characters.
pub(super) fn truncated(mut message: Message, length: usize) -> Message {
    message.text = message.text.chars().take(length).collect();
    message.html = None;
    message
}

#[cfg(test)]
mod tests {
    use super::Denial;
    use crate::domain::Channel;

    #[test]
    fn a_mail_servers_number_says_whether_to_try_again() {
        for (code, lasting) in [(421, false), (451, false), (550, true), (554, true), (99, true)] {
            assert_eq!(Denial::Code(code).is_lasting(Channel::Email), lasting, "{code}");
        }
        assert!(Denial::Code(21610).is_lasting(Channel::Sms));
        assert!(!Denial::RateLimited.is_lasting(Channel::Sms));
    }
}
