//! The verbs: each stands once, as a type, and parsing, diagnosis and schema follow from it.
//!
//! A verb is a struct of its arguments with a [`Grammar`], and one line in [`VERBS`].

use super::decode::{self, Mapping, decode};
use super::diagnose::Fault;
use super::expect::{self, Expectation};
use super::plan::{Field, Verb};
use super::scope::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

mod device;
mod drill;
mod fault;
mod message;
mod portal;

/// Every verb of the language, in the order of the story.
pub(super) static VERBS: &[Word] = &[
    Word::of::<portal::SignIn>(),
    Word::of::<portal::ChooseChannel>(),
    Word::of::<portal::ResendCode>(),
    Word::of::<portal::SubmitCode>(),
    Word::of::<portal::RequestPush>(),
    Word::of::<portal::AwaitPush>(),
    Word::of::<portal::BeginEnrolment>(),
    Word::of::<portal::SubmitRegistrationCode>(),
    Word::of::<portal::ConfirmEnrolment>(),
    Word::of::<portal::CreateCertificate>(),
    Word::of::<portal::Probe>(),
    Word::of::<portal::ListTokens>(),
    Word::of::<portal::RevokeToken>(),
    Word::of::<portal::Cancel>(),
    Word::of::<portal::SignOut>(),
    Word::of::<portal::UnlockAccount>(),
    Word::of::<portal::Resynchronise>(),
    Word::of::<portal::ResetFactors>(),
    Word::of::<message::Receive>(),
    Word::of::<message::ExpectNone>(),
    Word::of::<message::Advance>(),
    Word::of::<fault::Disturb>(),
    Word::of::<device::Grant>(),
    Word::of::<device::Deny>(),
    Word::of::<device::Scan>(),
    Word::of::<device::OpenLink>(),
    Word::of::<device::EnterPassword>(),
    Word::of::<device::EnterAddress>(),
    Word::of::<device::EnterSerialNumber>(),
    Word::of::<device::EnterActivationCode>(),
    Word::of::<device::Save>(),
    Word::of::<device::ReadRegistrationCode>(),
    Word::of::<device::Done>(),
    Word::of::<device::Activate>(),
    Word::of::<device::SetPin>(),
    Word::of::<device::Unlock>(),
    Word::of::<device::Lock>(),
    Word::of::<device::ReadCode>(),
    Word::of::<device::AnswerPush>(),
    Word::of::<device::SetClockSkew>(),
    Word::of::<device::GoOffline>(),
    Word::of::<device::GoOnline>(),
    Word::of::<device::Wipe>(),
    Word::of::<device::Press>(),
    Word::of::<device::ImportKeys>(),
    Word::of::<device::Respond>(),
    Word::of::<device::ReadLeadingZeroCode>(),
    Word::of::<device::SetClockDrift>(),
    Word::of::<device::BackUp>(),
    Word::of::<device::Restore>(),
    Word::of::<device::Lose>(),
    Word::of::<device::CloneInto>(),
    Word::of::<drill::GenerateCode>(),
    Word::of::<drill::CheckCode>(),
    Word::of::<drill::ReadKeyUri>(),
    Word::of::<drill::DecodeBase32>(),
    Word::of::<drill::AddAccount>(),
    Word::of::<drill::ShowCode>(),
];

/// A verb: the struct holds its arguments, its documentation is the verb's.
pub(super) trait Grammar: DeserializeOwned + JsonSchema {
    /// As it is written.
    const NAME: &'static str;
    /// The field that a bare value stands for: `advance: 5s` is `advance: { by: 5s }`.
    const SHORT: Option<&'static str> = None;
    /// The fields of its result.
    const KEEPS: &'static [Field] = &[];
    /// What may be expected of it.
    type Expect: Expectation;
    /// The verb with its names and references looked up; without one, the scope has the faults.
    fn lower(self, scope: &mut Scope<'_>) -> Option<Verb>;
}

/// A verb in the register.
pub(super) struct Word {
    pub(super) name: &'static str,
    pub(super) short: Option<&'static str>,
    pub(super) keeps: &'static [Field],
    pub(super) expect: Option<expect::Read>,
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
    pub(super) expect_schema: fn(&mut SchemaGenerator) -> Option<Schema>,
    /// The names of its arguments.
    pub(super) fields: fn() -> Vec<String>,
    pub(super) read: fn(&Mapping<'_>, &mut Scope<'_>) -> Option<Verb>,
}

impl Word {
    const fn of<G: Grammar>() -> Self {
        Self {
            name: G::NAME,
            short: G::SHORT,
            keeps: G::KEEPS,
            expect: G::Expect::READ,
            schema: SchemaGenerator::subschema_for::<G>,
            expect_schema: expect::schema::<G::Expect>,
            fields: decode::fields::<G>,
            read: |arguments, scope| {
                let mut faults: Vec<Fault> = Vec::new();
                let read: Option<G> = decode(arguments, &mut faults);
                scope.faults.append(&mut faults);
                if read.is_none() {
                    scope.look_up(decode::mentions::<G>(arguments));
                }
                read?.lower(scope)
            },
        }
    }
}

/// The verb called `name`.
pub(super) fn find(name: &str) -> Option<&'static Word> {
    VERBS.iter().find(|word| word.name == name)
}
