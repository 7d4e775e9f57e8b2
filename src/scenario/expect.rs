//! What a step may expect: another set of keys for a reply, a message and a device.

use super::decode::{Mapping, decode};
use super::diagnose::{Fault, Span, listed};
use super::plan::{CodeShape, Destination, Expect, Field, Grants};
use super::syntax::{At, Digits};
use crate::domain::device::{OutcomeKind, Reason};
use crate::domain::reply::ReplyKind;
use crate::domain::{Assurance, Channel, RejectionClass, TokenKind};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

/// The fields that an activation may have.
pub(super) const ACTIVATION: &[Field] = &[
    Field::Qr,
    Field::Link,
    Field::Password,
    Field::Address,
    Field::SerialNumber,
    Field::ActivationCode,
    Field::KeyFile,
    Field::Challenge,
];

/// Reads an `expect:` mapping.
pub(super) type Read = fn(&Mapping<'_>, &mut Vec<Fault>) -> Option<Expect>;

/// A set of keys that may stand under `expect:`.
pub(super) trait Expectation: JsonSchema {
    /// How it is read; nothing if there is nothing to expect.
    const READ: Option<Read>;
}

/// Nothing comes back.
#[derive(JsonSchema)]
pub(super) struct Nothing {}

/// What the subject must reply.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyExpect {
    /// Which reply.
    reply: Option<ReplyKind>,
    /// Why it is rejected; a class that says less is as good, another one is a weak pass.
    class: Option<At<RejectionClass>>,
    /// Over which channel the code went.
    channel: Option<At<Channel>>,
    /// How the destination is shown.
    destination: Option<At<Destination>>,
    /// The other channels on offer: these and no others, in any order.
    alternatives: Option<At<Vec<Channel>>>,
    /// Kinds of token that are on offer, perhaps among others.
    offers: Option<At<Vec<TokenKind>>>,
    /// Kinds of token that may answer, perhaps among others.
    methods: Option<At<Vec<TokenKind>>>,
    /// How much is proven.
    assurance: Option<At<Assurance>>,
    /// What the activation must hold, perhaps among other things.
    has: Option<At<Vec<At<Field>>>>,
    /// How many tokens are listed.
    count: Option<At<u32>>,
    /// What the session may do now that it could not do before; it stands alone.
    grants: Option<At<Grants>>,
}

/// What a message must hold.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageExpect {
    /// The shape of its code.
    code: Option<CodeExpect>,
}

/// The shape of a code.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeExpect {
    /// How many digits it has.
    digits: Digits,
}

/// What a device must show.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeExpect {
    /// What comes of it.
    outcome: Option<OutcomeKind>,
    /// Why the device refuses.
    reason: Option<At<Reason>>,
}

/// What a device must show when its code is read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceCodeExpect {
    /// What comes of it.
    outcome: Option<OutcomeKind>,
    /// Why the device refuses.
    reason: Option<At<Reason>>,
    /// The shape of the code.
    code: Option<CodeExpect>,
}

impl Expectation for Nothing {
    const READ: Option<Read> = None;
}

impl Expectation for ReplyExpect {
    const READ: Option<Read> = Some(|mapping, faults| {
        let read: Self = decode(mapping, faults)?;
        read.check(mapping, faults);
        Some(read.lower())
    });
}

impl Expectation for MessageExpect {
    const READ: Option<Read> = Some(|mapping, faults| {
        let read: Self = decode(mapping, faults)?;
        Some(Expect { code: read.code.map(Into::into), ..Expect::default() })
    });
}

impl Expectation for OutcomeExpect {
    const READ: Option<Read> = Some(|mapping, faults| {
        let Self { outcome, reason } = decode(mapping, faults)?;
        Some(read_outcome(outcome, reason, None, faults))
    });
}

impl Expectation for DeviceCodeExpect {
    const READ: Option<Read> = Some(|mapping, faults| {
        let Self { outcome, reason, code } = decode(mapping, faults)?;
        Some(read_outcome(outcome, reason, code, faults))
    });
}

impl From<CodeExpect> for CodeShape {
    fn from(code: CodeExpect) -> Self {
        Self { digits: code.digits.0 }
    }
}

fn read_outcome(
    outcome: Option<OutcomeKind>,
    reason: Option<At<Reason>>,
    code: Option<CodeExpect>,
    faults: &mut Vec<Fault>,
) -> Expect {
    if let Some(reason) = reason.as_ref().filter(|_| outcome != Some(OutcomeKind::Refused)) {
        let message = "only what is refused has a `reason`";
        faults.push(Fault::new(
            "expect-contradiction",
            reason.span,
            message,
            "add `outcome: refused`",
        ));
    }
    let reason = reason.map(|reason| reason.value);
    Expect { outcome, reason, code: code.map(Into::into), ..Expect::default() }
}

impl ReplyExpect {
    /// Each key with the reply that it describes.
    fn belongings(&self) -> [(&'static str, Option<Span>, ReplyKind); 9] {
        fn span<T>(key: Option<&At<T>>) -> Option<Span> {
            key.map(|key| key.span)
        }
        [
            ("class", span(self.class.as_ref()), ReplyKind::Rejected),
            ("channel", span(self.channel.as_ref()), ReplyKind::CodeRequired),
            ("destination", span(self.destination.as_ref()), ReplyKind::CodeRequired),
            ("alternatives", span(self.alternatives.as_ref()), ReplyKind::CodeRequired),
            ("offers", span(self.offers.as_ref()), ReplyKind::EnrolmentRequired),
            ("methods", span(self.methods.as_ref()), ReplyKind::TokenRequired),
            ("assurance", span(self.assurance.as_ref()), ReplyKind::SignedIn),
            ("has", span(self.has.as_ref()), ReplyKind::Activation),
            ("count", span(self.count.as_ref()), ReplyKind::Tokens),
        ]
    }

    fn check(&self, mapping: &Mapping<'_>, faults: &mut Vec<Fault>) {
        if let (Some(grants), Some(reply)) = (&self.grants, self.reply) {
            let span = mapping.key_span("grants").unwrap_or(grants.span);
            let message =
                format!("`grants` stands for every reply that refuses, not for `{reply}`");
            let help = "leave out `reply`, or leave out `grants`";
            faults.push(Fault::new("expect-contradiction", span, message, help));
        }
        for (key, span, owner) in self.belongings() {
            let (Some(value), true) = (span, self.reply != Some(owner)) else { continue };
            let span = mapping.key_span(key).unwrap_or(value);
            let message = format!("`{key}` describes the reply `{owner}`");
            let help = match self.reply {
                None => format!("add `reply: {owner}`"),
                Some(other) => format!("leave it out, or expect `{owner}` instead of `{other}`"),
            };
            faults.push(Fault::new("expect-contradiction", span, message, help));
        }
        let has = self.has.iter().flat_map(|has| &has.value);
        for field in has.filter(|field| !ACTIVATION.contains(&field.value)) {
            let message = format!("an activation has no field `{}`", field.value);
            let words: Vec<&str> = ACTIVATION.iter().map(|field| field.word()).collect();
            let help = format!("write one of {}", listed(&words));
            faults.push(Fault::new("unknown-result-field", field.span, message, help));
        }
    }

    fn lower(self) -> Expect {
        Expect {
            reply: self.reply,
            class: self.class.map(|class| class.value),
            channel: self.channel.map(|channel| channel.value),
            destination: self.destination.map(|destination| destination.value),
            alternatives: self.alternatives.map(|channels| channels.value),
            offers: self.offers.map(|kinds| kinds.value),
            methods: self.methods.map(|kinds| kinds.value),
            assurance: self.assurance.map(|assurance| assurance.value),
            has: self.has.map(|has| has.value.into_iter().map(|field| field.value).collect()),
            count: self.count.map(|count| count.value),
            grants: self.grants.map(|grants| grants.value),
            ..Expect::default()
        }
    }
}

/// The schema of an expectation, or nothing where nothing can be expected.
pub(super) fn schema<E: Expectation>(generator: &mut SchemaGenerator) -> Option<Schema> {
    E::READ.map(|_| generator.subschema_for::<E>())
}
