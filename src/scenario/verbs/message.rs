//! Verbs of messages and of time.

use super::Grammar;
use crate::domain::Channel;
use crate::scenario::expect::{MessageExpect, Nothing};
use crate::scenario::plan::{Field, Verb};
use crate::scenario::scope::Scope;
use crate::scenario::syntax::{At, Period, Who};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// A code that takes longer feels lost; providers deliver most within this time.
const USUAL_WAIT: Duration = Duration::from_secs(5);

/// Takes the next unread message of a person. With `as:` it is the next one with a code, which is
/// kept; notices before it are passed over.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["sms"]}, {"required": ["email"]}]))]
pub(super) struct Receive {
    /// Whose mobile number.
    sms: Option<At<Who>>,
    /// Whose mailbox.
    email: Option<At<Who>>,
    /// How long it may take; 5s if nothing is said.
    within: Option<Period>,
    /// Whether the newest is meant, and the older ones are thrown away.
    #[serde(default)]
    latest: bool,
    /// Whether none may come: it is looked for, and its coming or not is written down.
    #[serde(default)]
    optional: bool,
}

/// Makes sure that no unread message with a code is there and that none comes; notices do no harm.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["sms"]}, {"required": ["email"]}]))]
pub(super) struct ExpectNone {
    /// Whose mobile number.
    sms: Option<At<Who>>,
    /// Whose mailbox.
    email: Option<At<Who>>,
    /// For how long; 5s if nothing is said.
    within: Option<Period>,
}

/// Moves the clock forward.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// By how much.
    by: Period,
}

impl Grammar for Receive {
    const NAME: &'static str = "receive";
    const KEEPS: &'static [Field] = &[Field::Code];
    type Expect = MessageExpect;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let (channel, person) = whose(self.sms.as_ref(), self.email.as_ref(), scope)?;
        let (within, latest, optional) = (wait(self.within), self.latest, self.optional);
        Some(Verb::Receive { channel, person, within, latest, optional })
    }
}

impl Grammar for ExpectNone {
    const NAME: &'static str = "expect_none";
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let (channel, person) = whose(self.sms.as_ref(), self.email.as_ref(), scope)?;
        Some(Verb::ExpectNone { channel, person, within: wait(self.within) })
    }
}

impl Grammar for Advance {
    const NAME: &'static str = "advance";
    const SHORT: Option<&'static str> = Some("by");
    type Expect = Nothing;

    fn lower(self, _: &mut Scope<'_>) -> Option<Verb> {
        Some(Verb::Advance(self.by.0))
    }
}

fn wait(within: Option<Period>) -> Duration {
    within.map_or(USUAL_WAIT, |within| within.0)
}

pub(super) fn whose(
    sms: Option<&At<Who>>,
    email: Option<&At<Who>>,
    scope: &mut Scope<'_>,
) -> Option<(Channel, String)> {
    match (sms, email) {
        (Some(who), None) => Some((Channel::Sms, scope.person(who)?)),
        (None, Some(who)) => Some((Channel::Email, scope.person(who)?)),
        (Some(_), Some(second)) => {
            let message = "`sms` and `email` exclude each other".to_owned();
            let help = "make two steps of it".to_owned();
            scope.blame("fields-exclude", second.span, message, help);
            None
        }
        (None, None) => {
            let message = "nobody is named whose messages are meant".to_owned();
            let help = "add `sms: …` or `email: …` with the name of a person".to_owned();
            scope.blame("missing-field", scope.span, message, help);
            None
        }
    }
}
