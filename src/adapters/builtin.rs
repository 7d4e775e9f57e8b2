//! `builtin:reference`: the embedded reference implementation, one for each scenario. Browsers and
//! devices ask it directly, so that also what happens at once happens in the same order each time;
//! its messages use real sockets all the same.

use super::{Connection, Host, NotReachable, Stage};
use crate::domain::declared::EmailPin;
use crate::domain::reply::Form;
use crate::domain::{
    Answer, Chance, Clock, Declared, Moment, Operation, PhoneNumber, Reply, Role, Soon,
    VirtualClock,
};
use crate::reference::VARIANTS;
use crate::reference::{
    DEFECTS, Defect, Delivery, Parameters, Reference, SessionId, defect, defects, delivery, variant,
};
use crate::subject::{About, AskError, ClockMode, Settling, Subject};
use std::sync::Arc;
use std::time::Duration;

/// The number that the reference's SMS come from: the last one that is minted for anybody.
const SENDER: u32 = PhoneNumber::FICTIONAL - 1;

/// The embedded reference, sound or with defects.
pub struct Builtin {
    about: About,
    defects: Vec<&'static Defect>,
    parameters: Parameters,
}

impl Builtin {
    /// Reads what stands behind `builtin:`: `reference`, perhaps with `?defect=NAME&defect=…`.
    ///
    /// # Errors
    /// [`NotReachable::UnknownAdapter`] or [`NotReachable::UnknownDefect`].
    pub fn parse(target: &str) -> Result<Self, NotReachable> {
        let unknown = || NotReachable::UnknownAdapter(format!("builtin:{target}"));
        let (name, query) = target.split_once('?').unwrap_or((target, ""));
        if name != "reference" {
            return Err(unknown());
        }
        let (mut parameters, mut defects) = (Parameters::default(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("defect", name)) => {
                    defects.push(defect(name).ok_or_else(|| unknown_defect(name))?);
                }
                Some(("variant", name)) => {
                    let variant = variant(name).ok_or_else(|| unknown_variant(name))?;
                    (variant.set)(&mut parameters);
                }
                _ => return Err(unknown()),
            }
        }
        Ok(Self::new(parameters, defects))
    }

    /// The reference with `parameters` and `defects`.
    #[must_use]
    pub fn new(parameters: Parameters, defects: Vec<&'static Defect>) -> Self {
        let about = About {
            name: "embedded reference".to_owned(),
            role: Role::Server,
            features: None,
            declared: declared(&parameters, &defects),
            clock: ClockMode::Virtual,
            delivery: match parameters.delivery {
                Delivery::BeforeAnswer => Settling::BeforeReply,
                Delivery::AfterAnswer => Settling::Within(QUEUE),
            },
        };
        Self { about, defects, parameters }
    }
}

/// How long a message may be on its way from the reference's queue. Only variants have one.
const QUEUE: Duration = Duration::from_millis(400);

/// What a reference with these parameters and defects says of itself.
fn declared(parameters: &Parameters, on: &[&'static Defect]) -> Declared {
    let mut declared = parameters.declared();
    if on.contains(&&defects::EMAIL_AS_SIGN_IN_FACTOR) {
        declared.email_pin = Some(EmailPin::SignInFactor);
    }
    declared
}

fn unknown_defect(name: &str) -> NotReachable {
    let words = |text: &str| text.split('-').map(str::to_owned).collect::<Vec<_>>();
    let wanted = words(name);
    let near: Vec<&str> = DEFECTS
        .iter()
        .map(|defect| defect.name)
        .filter(|known| words(known).iter().any(|word| word.len() > 3 && wanted.contains(word)))
        .collect();
    let all: Vec<&str> = DEFECTS.iter().map(|defect| defect.name).collect();
    let hint = if near.is_empty() {
        format!("; it has {}", all.join(", "))
    } else {
        format!("; did you mean {}?", near.join(" or "))
    };
    NotReachable::UnknownDefect { name: name.to_owned(), hint }
}

fn unknown_variant(name: &str) -> NotReachable {
    let all: Vec<&str> = VARIANTS.iter().map(|variant| variant.name).collect();
    NotReachable::UnknownVariant { name: name.to_owned(), all: all.join(", ") }
}

impl Host for Builtin {
    fn about(&self) -> &About {
        &self.about
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(VirtualClock::starting_at(Moment::EPOCH))
    }

    fn can_be_set_to(&self, settings: &Declared) -> bool {
        self.parameters.clone().set(settings).is_ok()
    }

    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>> {
        Box::pin(async move {
            let courier = delivery::Wire::new(sender(stage)).map_err(unreachable)?;
            let mut parameters = self.parameters.clone();
            parameters.set(&stage.settings).map_err(unreachable)?;
            let declared = declared(&parameters, &self.defects);
            let about = About { declared, ..self.about.clone() };
            let chance = Chance::seeded(stage.seed, &format!("{}/reference", stage.scenario));
            let reference = Reference::new(
                parameters,
                self.defects.clone(),
                Arc::clone(&stage.clock),
                chance,
                Arc::new(courier),
            );
            let subject = Direct { about, reference: Arc::clone(&reference) };
            Ok(Connection { subject: Box::new(subject), network: reference })
        })
    }
}

fn unreachable(error: impl std::fmt::Display) -> AskError {
    AskError::Unreachable(error.to_string())
}

/// Where and in whose name the reference sends in this scenario.
pub(super) fn sender(stage: &Stage) -> delivery::Settings {
    sender_to(&stage.gateways)
}

/// Where and in whose name a reference sends, given the gateways.
#[must_use]
pub fn sender_to(gateways: &super::Endpoints) -> delivery::Settings {
    #[allow(clippy::expect_used, reason = "a constant that is a mailbox")]
    let sender_mailbox = "no-reply@reference.test".parse().expect("it is one");
    delivery::Settings {
        sms_url: gateways.sms_url.clone(),
        sms_account: gateways.sms_account.clone(),
        sms_token: gateways.sms_token.clone(),
        smtp: gateways.smtp,
        sender_number: PhoneNumber::fictional(SENDER),
        sender_mailbox,
    }
}

/// The reference of one scenario.
struct Direct {
    about: About,
    reference: Arc<Reference>,
}

impl Subject for Direct {
    fn about(&self) -> &About {
        &self.about
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>> {
        Box::pin(async move {
            let view = self.reference.handle(&SessionId::new(session), operation).await;
            let reply: Reply = view.to_reply();
            let body = view.body();
            let form =
                Form { status: view.status(), headers: Vec::new(), body: Form::shape(&body) };
            Ok(Answer::whole(reply, body.to_string(), Some(form)))
        })
    }

    fn has_sent(&self) -> Option<Soon<'_, ()>> {
        Some(Box::pin(self.reference.has_sent()))
    }
}
