//! Compares what a step expects with what happened.

use super::kept::shows;
use crate::domain::reply::{ClassMatch, ReplyKind};
use crate::domain::{Channel, Outcome, Persona, Reply, Secret};
use crate::journal::Expectation;
use crate::scenario::plan::{CodeShape, Destination, Expect, Field, Grants};
use std::fmt::{Debug, Display};

/// What a step brought about.
pub(super) enum Happened<'a> {
    /// A reply of the subject, and the page on which the session stood before.
    Reply(&'a Reply, Option<ReplyKind>),
    /// A message, with the code that was recognised in it.
    Message(Option<&'a Secret>),
    /// What a device showed.
    Outcome(&'a Outcome),
}

/// What of `expect` can be held against `reply`: nobody is blamed for what the adapter does not
/// look for, by the names in `unseen`.
///
/// # Errors
/// The field of an activation without which the scenario cannot go on, and which is not looked for.
pub(super) fn within_sight(
    expect: &Expect,
    reply: &Reply,
    unseen: &[String],
) -> Result<Expect, Field> {
    let is_unseen = |name: &str| unseen.iter().any(|unseen| unseen == name);
    let mut expect = expect.clone();
    if is_unseen("alternatives") {
        expect.alternatives = None;
    }
    if let (Some(fields), Reply::Activation(_)) = (&expect.has, reply)
        && let Some(field) = fields.iter().find(|field| is_unseen(&field.to_string()))
    {
        return Err(*field);
    }
    Ok(expect)
}

/// How one expectation came out, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) outcome: Expectation,
    pub(super) expected: String,
    pub(super) observed: String,
}

/// Collects one clause per thing that was named.
struct Clauses {
    outcome: Expectation,
    expected: Vec<String>,
    observed: Vec<String>,
}

impl Clauses {
    fn equal<T: PartialEq + Display>(&mut self, what: &str, expected: &T, observed: Option<&T>) {
        let seen = observed.map_or_else(|| "nothing".to_owned(), ToString::to_string);
        self.clause(what, &expected.to_string(), &seen, observed == Some(expected));
    }

    fn clause(&mut self, what: &str, expected: &str, observed: &str, met: bool) {
        self.expected.push(format!("{what} {expected}"));
        self.observed.push(format!("{what} {observed}"));
        if !met {
            self.outcome = Expectation::Missed;
        }
    }
}

/// Compares; `persona` is who acts, for what counts as masked.
pub(super) fn compare(
    expect: &Expect,
    happened: &Happened<'_>,
    persona: Option<&Persona>,
) -> Comparison {
    let (expected, observed) = (Vec::new(), Vec::new());
    let mut clauses = Clauses { outcome: Expectation::Met, expected, observed };
    match happened {
        Happened::Reply(reply, page) => {
            compare_reply(&mut clauses, expect, reply, persona);
            if let Some(Grants::Nothing) = expect.grants {
                compare_grant(&mut clauses, reply, *page);
            }
        }
        Happened::Message(code) => {
            if let Some(shape) = &expect.code {
                compare_code(&mut clauses, shape, *code);
            }
        }
        Happened::Outcome(outcome) => compare_outcome(&mut clauses, expect, outcome),
    }
    Comparison {
        outcome: clauses.outcome,
        expected: clauses.expected.join(", "),
        observed: clauses.observed.join(", "),
    }
}

fn compare_reply(clauses: &mut Clauses, expect: &Expect, reply: &Reply, persona: Option<&Persona>) {
    if let Some(kind) = expect.reply {
        clauses.equal("reply", &kind, Some(&reply.kind()));
        if kind != reply.kind() {
            say_class(clauses, reply);
            // The particulars of another reply would only repeat that it is another.
            return;
        }
    }
    if let Some(class) = expect.class {
        compare_class(clauses, class, reply);
    }
    if let Reply::CodeRequired { channel, destination, alternatives } = reply {
        compare_code_required(clauses, expect, (*channel, destination.as_deref(), persona));
        if let Some(wanted) = &expect.alternatives {
            let same = wanted.len() == alternatives.len()
                && wanted.iter().all(|channel| alternatives.contains(channel));
            clauses.clause("alternatives", &list(wanted), &list(alternatives), same);
        }
    }
    if let (Some(wanted), Reply::EnrolmentRequired { offers }) = (&expect.offers, reply) {
        let all = wanted.iter().all(|kind| offers.contains(kind));
        clauses.clause("offers", &list(wanted), &list(offers), all);
    }
    if let (Some(wanted), Reply::TokenRequired { methods, .. }) = (&expect.methods, reply) {
        let all = wanted.iter().all(|kind| methods.contains(kind));
        clauses.clause("methods", &list(wanted), &list(methods), all);
    }
    if let (Some(wanted), Reply::SignedIn { assurance }) = (&expect.assurance, reply) {
        clauses.equal("assurance", wanted, Some(assurance));
    }
    if let (Some(fields), Reply::Activation(activation)) = (&expect.has, reply) {
        for field in fields {
            let seen = if shows(activation, *field) { "shown" } else { "not shown" };
            clauses.clause(&format!("{field}"), "shown", seen, seen == "shown");
        }
    }
    if let (Some(count), Reply::Tokens(tokens)) = (expect.count, reply) {
        clauses.equal("tokens", &(count as usize), Some(&tokens.len()));
    }
}

/// A refusal grants nothing, nor does a page that asks to be let in, nor the page once more on which
/// the session stood already, or the one before it: portals refuse by showing what is owed.
fn compare_grant(clauses: &mut Clauses, reply: &Reply, page: Option<ReplyKind>) {
    let kind = reply.kind();
    let asks = matches!(
        kind,
        ReplyKind::Rejected
            | ReplyKind::CodeRequired
            | ReplyKind::TokenRequired
            | ReplyKind::SignedOut
    );
    let stays = page == Some(kind);
    let back = kind == ReplyKind::EnrolmentRequired
        && matches!(page, Some(ReplyKind::Activation | ReplyKind::RegistrationCodeRequired));
    let nothing = asks || stays || back;
    let seen = if nothing { "nothing".to_owned() } else { kind.to_string() };
    clauses.clause("grants", "nothing", &seen, nothing);
}

fn compare_code_required(
    clauses: &mut Clauses,
    expect: &Expect,
    (channel, destination, persona): (Channel, Option<&str>, Option<&Persona>),
) {
    if let Some(wanted) = expect.channel {
        clauses.equal("channel", &wanted, Some(&channel));
    }
    if let (Some(Destination::Masked), Some(shown)) = (expect.destination, destination) {
        let masked = persona.is_none_or(|persona| !shows_address(shown, channel, persona));
        clauses.clause("destination", "masked", if masked { "masked" } else { shown }, masked);
    }
}

fn shows_address(shown: &str, channel: Channel, persona: &Persona) -> bool {
    match channel {
        Channel::Sms => persona.mobile.as_ref().is_some_and(|number| number.is_readable_in(shown)),
        Channel::Email => persona.mailbox.is_readable_in(shown),
    }
}

fn compare_class(clauses: &mut Clauses, expected: crate::domain::RejectionClass, reply: &Reply) {
    let Reply::Rejected(rejection) = reply else { return };
    let agrees = expected.compare(rejection.class) == ClassMatch::Agrees;
    clauses.clause("class", &expected.to_string(), &rejection.class.to_string(), true);
    if !agrees && clauses.outcome == Expectation::Met {
        clauses.outcome = Expectation::Weak;
    }
}

fn say_class(clauses: &mut Clauses, reply: &Reply) {
    if let Reply::Rejected(rejection) = reply {
        clauses.observed.push(format!("class {}", rejection.class));
    }
}

fn compare_code(clauses: &mut Clauses, shape: &CodeShape, code: Option<&Secret>) {
    let (low, high) = (shape.digits.start(), shape.digits.end());
    let wanted = if low == high { format!("{low}") } else { format!("{low}..{high}") };
    let digits = code.map(Secret::reveal).filter(|code| is_decimal(code)).map(str::len);
    let count = digits.and_then(|count| u32::try_from(count).ok());
    let met = count.is_some_and(|count| shape.digits.contains(&count));
    let seen = match (code, count) {
        (None, _) => "none recognised".to_owned(),
        (Some(_), None) => "not decimal".to_owned(),
        (Some(_), Some(count)) => count.to_string(),
    };
    clauses.clause("code digits", &wanted, &seen, met);
}

fn is_decimal(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_digit())
}

fn compare_outcome(clauses: &mut Clauses, expect: &Expect, outcome: &Outcome) {
    if let Some(kind) = expect.outcome {
        clauses.equal("outcome", &kind, Some(&outcome.kind()));
    }
    let reason = if let Outcome::Refused(reason) = outcome { Some(reason) } else { None };
    match (&expect.reason, reason) {
        (Some(wanted), observed) => clauses.equal("reason", wanted, observed),
        (None, Some(observed)) => clauses.observed.push(format!("reason {observed}")),
        (None, None) => {}
    }
    if let (Some(shape), Outcome::Code(code)) = (&expect.code, outcome) {
        compare_code(clauses, shape, Some(code));
    }
}

fn list<T: Display>(items: &[T]) -> String {
    let names: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Happened, compare, within_sight};
    use crate::domain::persona::MobileOnFile;
    use crate::domain::reply::ReplyKind;
    use crate::domain::{Chance, Channel, Persona, RejectionClass, Reply, Secret};
    use crate::journal::Expectation;
    use crate::scenario::plan::{CodeShape, Destination, Expect, Field, Grants};

    fn ada() -> Persona {
        Persona::invent("ada", MobileOnFile::Given, 3, &mut Chance::seeded(1, "ada"))
    }

    fn code_required(destination: &str) -> Reply {
        Reply::CodeRequired {
            channel: Channel::Sms,
            destination: Some(destination.to_owned()),
            alternatives: vec![Channel::Email],
        }
    }

    #[test]
    fn an_ancestor_class_is_met_and_a_sibling_is_weak() {
        let expect = Expect {
            reply: Some(ReplyKind::Rejected),
            class: Some(RejectionClass::CodeSpent),
            ..Expect::default()
        };
        let outcome = |class| {
            let reply = Reply::rejected(class);
            compare(&expect, &Happened::Reply(&reply, None), None).outcome
        };
        assert_eq!(outcome(RejectionClass::Denied), Expectation::Met);
        assert_eq!(outcome(RejectionClass::Locked), Expectation::Weak);
    }

    #[test]
    fn another_reply_is_missed_and_named() {
        let expect = Expect { reply: Some(ReplyKind::Rejected), ..Expect::default() };
        let comparison = compare(&expect, &Happened::Reply(&Reply::Enrolled, None), None);
        assert_eq!(comparison.outcome, Expectation::Missed);
        assert_eq!(comparison.expected, "reply rejected");
        assert_eq!(comparison.observed, "reply enrolled");
    }

    #[test]
    fn a_refusal_in_any_form_grants_nothing_and_a_step_further_does() {
        let expect = Expect { grants: Some(Grants::Nothing), ..Expect::default() };
        let outcome =
            |reply: &Reply, page| compare(&expect, &Happened::Reply(reply, page), None).outcome;
        let enrol = Reply::EnrolmentRequired { offers: Vec::new() };
        let refusals =
            [Reply::rejected(RejectionClass::Locked), Reply::SignedOut, code_required("x")];
        for reply in &refusals {
            assert_eq!(outcome(reply, None), Expectation::Met);
        }
        assert_eq!(outcome(&enrol, Some(ReplyKind::EnrolmentRequired)), Expectation::Met);
        assert_eq!(outcome(&enrol, Some(ReplyKind::Activation)), Expectation::Met);
        assert_eq!(outcome(&enrol, Some(ReplyKind::CodeRequired)), Expectation::Missed);
        assert_eq!(outcome(&Reply::Tokens(Vec::new()), None), Expectation::Missed);
        assert_eq!(outcome(&Reply::Done, None), Expectation::Missed);
    }

    #[test]
    fn a_number_that_can_be_read_whole_is_not_masked() {
        let expect = Expect { destination: Some(Destination::Masked), ..Expect::default() };
        let ada = ada();
        let number = ada.mobile.clone().expect("she has one");
        let outcome = |shown: &str| {
            let reply = code_required(shown);
            compare(&expect, &Happened::Reply(&reply, None), Some(&ada)).outcome
        };
        assert_eq!(outcome(&number.masked()), Expectation::Met);
        assert_eq!(outcome(number.as_str()), Expectation::Missed);
    }

    #[test]
    fn nobody_is_blamed_for_what_the_adapter_does_not_look_for() {
        let unseen = ["alternatives".to_owned(), "link".to_owned()];
        let expect = Expect { alternatives: Some(vec![Channel::Sms]), ..Expect::default() };
        let reply = code_required("x");
        let outcome =
            |expect: &Expect| compare(expect, &Happened::Reply(&reply, None), None).outcome;
        assert_eq!(outcome(&expect), Expectation::Missed);
        let expect = within_sight(&expect, &reply, &unseen).expect("the rest can be seen");
        assert_eq!(outcome(&expect), Expectation::Met);

        let activation = Reply::Activation(Box::default());
        let has = |field| Expect { has: Some(vec![field]), ..Expect::default() };
        assert_eq!(within_sight(&has(Field::Link), &activation, &unseen), Err(Field::Link));
        assert!(within_sight(&has(Field::Qr), &activation, &unseen).is_ok());
        assert!(within_sight(&has(Field::Link), &reply, &unseen).is_ok());
    }

    #[test]
    fn a_code_is_compared_by_its_digits() {
        let expect = Expect { code: Some(CodeShape { digits: 6..=8 }), ..Expect::default() };
        let outcome = |code: Option<&str>| {
            let code = code.map(Secret::new);
            compare(&expect, &Happened::Message(code.as_ref()), None).outcome
        };
        assert_eq!(outcome(Some("123456")), Expectation::Met);
        assert_eq!(outcome(Some("1234")), Expectation::Missed);
        assert_eq!(outcome(Some("ABCDEF")), Expectation::Missed);
        assert_eq!(outcome(None), Expectation::Missed);
    }
}
