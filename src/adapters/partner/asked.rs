//! The subject behind an adapter, for one scenario: an operation becomes a request, an outcome a reply.

use super::{Incarnation, Inner, administrator};
use crate::adapters::Stage;
use crate::adapters::address::Street;
use crate::adapters::link::quote;
use crate::adapters::protocol::{Call, Effect, Outcome, Scope};
use crate::domain::{Answer, Drill, Drilled, Operation, Reply, Soon};
use crate::subject::{About, AskError, Subject};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The subject behind the adapter, for one scenario.
pub(super) struct Asked {
    inner: Arc<Inner>,
    adapter: Arc<Incarnation>,
    scenario: String,
    street: Street,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let scope = administrator(&self.scenario);
        self.adapter.link.post(Call::CloseScenario {}, &scope, self.inner.limits().operation);
    }
}

impl Asked {
    pub(super) fn new(inner: Arc<Inner>, adapter: Arc<Incarnation>, stage: &Stage) -> Self {
        Self { inner, adapter, scenario: stage.scenario.clone(), street: Street::of(stage) }
    }

    async fn outcome(&self, session: &str, call: Call) -> Result<Outcome, AskError> {
        let patience = self.inner.limits().operation;
        let scope = Scope {
            scenario: self.scenario.clone(),
            session: session.to_owned(),
            address: self.street.address(session),
        };
        match self.adapter.link.ask(call, Some(&scope), patience).await {
            Ok(outcome) => Ok(outcome),
            Err(trouble) => Err(self.inner.explain(trouble, &self.adapter).await),
        }
    }

    /// What came of `call`; a fault that did nothing is asked once more.
    async fn patiently(
        &self,
        session: &str,
        kind: &str,
        call: impl Fn() -> Call,
    ) -> Result<Outcome, AskError> {
        let mut outcome = self.outcome(session, call()).await?;
        if let Outcome::Fault(fault) = &outcome
            && fault.effect == Effect::None
        {
            // Nothing was done, so asking once more is the same as asking once.
            outcome = self.outcome(session, call()).await?;
        }
        match outcome {
            Outcome::Fault(fault) => Err(AskError::Adapter(format!("`{kind}`: {fault}"))),
            answered @ (Outcome::Ok(_) | Outcome::Reject(_) | Outcome::Unsupported(_)) => {
                Ok(answered)
            }
        }
    }

    async fn drilled(&self, drill: &Drill) -> Result<Drilled, AskError> {
        let kind = drill.name();
        let outcome = self.patiently("main", kind, || Call::from(drill)).await?;
        let quoted = outcome_quoted(&outcome);
        outcome.drilled(kind).map_err(|why| {
            AskError::Adapter(format!("its answer to `{kind}` is none of ours ({why}): `{quoted}`"))
        })
    }

    async fn answer(&self, session: &str, operation: &Operation) -> Result<Answer, AskError> {
        let kind = operation.kind().to_string();
        let outcome = self.patiently(session, &kind, || Call::of(operation)).await?;
        let unseen = outcome.unseen();
        let (shown, form) = outcome.shown();
        let quoted = outcome_quoted(&outcome);
        let reply = outcome.reply(&kind).map_err(|why| {
            AskError::Adapter(format!("its answer to `{kind}` is none of ours ({why}): `{quoted}`"))
        })?;
        let advanced = matches!(operation, Operation::AdvanceClock { .. });
        if advanced && reply == Reply::Done {
            self.inner.moved.store(true, Ordering::Relaxed);
        }
        Ok(Answer { reply, shown, form, unseen })
    }
}

fn outcome_quoted(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Ok(body) | Outcome::Reject(body) | Outcome::Unsupported(body) => {
            quote(&body.to_string())
        }
        Outcome::Fault(fault) => fault.to_string(),
    }
}

impl Subject for Asked {
    fn about(&self) -> &About {
        &self.inner.about
    }

    fn drill<'a>(&'a self, drill: &'a Drill) -> Soon<'a, Result<Drilled, AskError>> {
        Box::pin(self.drilled(drill))
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>> {
        Box::pin(async move {
            let passed = self.inner.shim.as_ref().map(|shim| shim.pass(operation));
            match passed.transpose()?.flatten() {
                Some(answer) => Ok(answer),
                None => self.answer(session, operation).await,
            }
        })
    }
}
