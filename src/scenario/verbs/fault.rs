//! The verb that disturbs messages.

use super::Grammar;
use super::message::whose;
use crate::domain::Channel;
use crate::domain::persona::MobileOnFile;
use crate::gateways::fault::{Cut, Denial, Fault, SLOWEST};
use crate::scenario::expect::Nothing;
use crate::scenario::plan::{Mishap, Verb};
use crate::scenario::scope::Scope;
use crate::scenario::syntax::{At, Period, Refused, Who};
use schemars::JsonSchema;
use serde::Deserialize;

/// The most messages that one fault is for; a lockout or a resend limit takes fewer.
const MOST_TIMES: u32 = 100;

/// Disturbs the next messages to a person, each fault the messages that no earlier one is for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = [
    {"oneOf": [{"required": ["sms"]}, {"required": ["email"]}]},
    {"oneOf": [
        {"required": ["delay"]}, {"required": ["lose"]}, {"required": ["duplicate"]},
        {"required": ["reorder"]}, {"required": ["truncate"]}, {"required": ["misdeliver"]},
        {"required": ["refuse"]}, {"required": ["down"]}, {"required": ["slow"]},
        {"required": ["disconnect"]}, {"required": ["clear"]},
    ]},
]))]
pub(super) struct Disturb {
    /// Whose mobile number.
    sms: Option<At<Who>>,
    /// Whose mailbox.
    email: Option<At<Who>>,
    /// How many messages it is for; 1 if nothing is said.
    times: Option<At<u32>>,
    /// Accepted, and there only after this time.
    delay: Option<At<Period>>,
    /// Accepted, and never there.
    lose: Option<At<Next>>,
    /// Accepted, and there twice.
    duplicate: Option<At<Next>>,
    /// Accepted, and there only after the next one.
    reorder: Option<At<Next>>,
    /// Accepted, and there without what follows this many characters.
    truncate: Option<At<u32>>,
    /// Accepted, and there for this person instead.
    misdeliver: Option<At<Who>>,
    /// Refused as the provider would: a reason, or the provider's own number.
    refuse: Option<At<Refused>>,
    /// The gateway closes the connection as soon as it knows the recipient.
    down: Option<At<bool>>,
    /// Answered after this time, which really passes; at most 5s.
    slow: Option<At<Period>>,
    /// The connection is closed at the end of the message.
    disconnect: Option<At<Where>>,
    /// Forgets the faults that had no message yet.
    clear: Option<At<bool>>,
}

/// Which messages.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Next {
    /// The next, or as many as `times` says.
    Next,
}

/// Where a connection is closed.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Where {
    /// Before the message is taken.
    Data,
    /// After it is taken, before the answer.
    Reply,
}

impl Grammar for Disturb {
    const NAME: &'static str = "fault";
    type Expect = Nothing;

    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb> {
        let times = self.times(scope);
        let target = whose(self.sms.as_ref(), self.email.as_ref(), scope);
        let target = target.filter(|(channel, person)| {
            let who = self.sms.as_ref().or(self.email.as_ref());
            who.is_none_or(|who| can_be_reached(person, *channel, who, scope))
        });
        let mishap = self.mishap(target.as_ref().map(|(channel, _)| *channel), scope);
        let (channel, person) = target?;
        Some(Verb::Disturb { channel, person, mishap: mishap?, times: times? })
    }
}

impl Disturb {
    fn times(&self, scope: &mut Scope<'_>) -> Option<u32> {
        let Some(times) = &self.times else { return Some(1) };
        if (1..=MOST_TIMES).contains(&times.value) {
            return Some(times.value);
        }
        let message = format!("a fault is for 1 to {MOST_TIMES} messages");
        scope.blame(
            "bad-times",
            times.span,
            message,
            format!("write a number from 1 to {MOST_TIMES}"),
        );
        None
    }

    /// The one thing that is to happen.
    fn mishap(&self, channel: Option<Channel>, scope: &mut Scope<'_>) -> Option<Mishap> {
        let fault = |fault: Fault| Some(Mishap::Fault(fault));
        let named = [
            self.delay.as_ref().map(|at| ("delay", at.span)),
            self.lose.as_ref().map(|at| ("lose", at.span)),
            self.duplicate.as_ref().map(|at| ("duplicate", at.span)),
            self.reorder.as_ref().map(|at| ("reorder", at.span)),
            self.truncate.as_ref().map(|at| ("truncate", at.span)),
            self.misdeliver.as_ref().map(|at| ("misdeliver", at.span)),
            self.refuse.as_ref().map(|at| ("refuse", at.span)),
            self.down.as_ref().map(|at| ("down", at.span)),
            self.slow.as_ref().map(|at| ("slow", at.span)),
            self.disconnect.as_ref().map(|at| ("disconnect", at.span)),
            self.clear.as_ref().map(|at| ("clear", at.span)),
        ];
        for (name, flag) in [("down", &self.down), ("clear", &self.clear)] {
            if let Some(flag) = flag.as_ref().filter(|flag| !flag.value) {
                let message = format!("`{name}` is no switch: a fault ends by itself");
                let help = "write `true`, or leave it out".to_owned();
                scope.blame("bad-value", flag.span, message, help);
                return None;
            }
        }
        let mut named = named.into_iter().flatten();
        let Some((first, _)) = named.next() else {
            let message = "no fault is named".to_owned();
            let help = "add one, such as `lose: next`, `delay: 5m` or `refuse: 21610`".to_owned();
            scope.blame("missing-field", scope.span, message, help);
            return None;
        };
        if let Some((second, span)) = named.next() {
            let message = format!("`{first}` and `{second}` exclude each other");
            let help = "a step orders one fault: begin a new step with `- fault:`".to_owned();
            scope.blame("fields-exclude", span, message, help);
            return None;
        }
        if let Some(refused) = &self.refuse {
            return Self::refusal(refused, channel, scope).and_then(fault);
        }
        if let Some(other) = &self.misdeliver {
            return misdelivered(other, channel, scope);
        }
        if let Some(slow) = &self.slow {
            return slowed(slow, scope).and_then(fault);
        }
        self.plain()
    }

    /// The faults whose values need no second look.
    fn plain(&self) -> Option<Mishap> {
        if self.clear.is_some() {
            return Some(Mishap::Clear);
        }
        let whole = |at: &At<u32>| usize::try_from(at.value).unwrap_or(usize::MAX);
        let delay = self.delay.as_ref().map(|at| Fault::Delay(at.value.0));
        let cut = self.disconnect.as_ref().map(|at| match at.value {
            Where::Data => Fault::Disconnect(Cut::Data),
            Where::Reply => Fault::Disconnect(Cut::Reply),
        });
        let fault = delay
            .or(cut)
            .or(self.truncate.as_ref().map(|at| Fault::Truncate(whole(at))))
            .or(self.lose.as_ref().map(|_| Fault::Lose))
            .or(self.duplicate.as_ref().map(|_| Fault::Duplicate))
            .or(self.reorder.as_ref().map(|_| Fault::Reorder))
            .or(self.down.as_ref().map(|_| Fault::Down));
        fault.map(Mishap::Fault)
    }

    fn refusal(
        refused: &At<Refused>,
        channel: Option<Channel>,
        scope: &mut Scope<'_>,
    ) -> Option<Fault> {
        let denial = refused.value.0;
        let (is_known, what) = match (denial, channel?) {
            (Denial::Code(code), Channel::Sms) => (
                (10_000..100_000).contains(&code),
                "an SMS provider's error codes have five digits",
            ),
            (Denial::Code(code), Channel::Email) => {
                ((400..600).contains(&code), "a mail server refuses with 400 to 599")
            }
            (Denial::Unreachable | Denial::Blocked | Denial::RateLimited, _) => (true, ""),
        };
        if is_known {
            return Some(Fault::Refuse(denial));
        }
        let help = "write such a number, `unreachable`, `blocked` or `rate_limited`".to_owned();
        scope.blame("wrong-refusal", refused.span, what.to_owned(), help);
        None
    }
}

/// Whether `person` has an address on `channel`; if not, `who` is blamed.
fn can_be_reached(person: &str, channel: Channel, who: &At<Who>, scope: &mut Scope<'_>) -> bool {
    let known = scope.people.iter().find(|one| one.name == person);
    let lacks = channel == Channel::Sms
        && known.is_some_and(|known| known.mobile == MobileOnFile::NotGiven);
    if lacks {
        let message = format!("`{person}` has no mobile number: no SMS goes there");
        let help = "use `email`, or say `mobile: true` under `people`".to_owned();
        scope.blame("no-such-address", who.span, message, help);
    }
    !lacks
}

fn misdelivered(
    other: &At<Who>,
    channel: Option<Channel>,
    scope: &mut Scope<'_>,
) -> Option<Mishap> {
    let person = scope.person(other)?;
    can_be_reached(&person, channel?, other, scope).then_some(Mishap::Misdeliver(person))
}

fn slowed(slow: &At<Period>, scope: &mut Scope<'_>) -> Option<Fault> {
    let by = slow.value.0;
    if by <= SLOWEST {
        return Some(Fault::Slow(by));
    }
    let message =
        format!("a slow line takes at most {} s, and they really pass", SLOWEST.as_secs());
    let help = "write less, or `delay` for a message that comes late".to_owned();
    scope.blame("too-slow", slow.span, message, help);
    None
}
