//! Plays one plan: asks, waits, acts, compares, and writes down all of it.

use super::expect::{Comparison, Happened, compare, within_sight};
use super::kept::{Kept, Missing, Shelf};
use super::record;
use super::settle::OnItsWay;
use crate::domain::device::Reason;
use crate::domain::entered::raised;
use crate::domain::reply::ReplyKind;
use crate::domain::{
    Act, Answer, Channel, Drill, Drilled, Entered, Operation, Outcome, Persona, PushReply, Reply,
    Secret, Tap,
};
use crate::gateways::fault::Fault;
use crate::journal::{EntryId, Event, Expectation, Request, SecretKind};
use crate::scenario::plan::{
    Ask, CodeText, DeviceAct, Expect, Mishap, Plan, Step, Tapped, Text, Verb,
};
use crate::subject::{About, AskError, ClockMode, Settling, Subject};
use crate::world::{Sought, World};
use std::collections::BTreeMap;
use std::time::Duration;

/// Codes that are read until one begins with a zero: that none of 300 does happens once in 10¹³.
const MOST_STEPS_TO_ZERO: u32 = 300;

/// The usual time step (RFC 6238 §5.2); with a longer one some codes are read twice.
const TIME_STEP: Duration = Duration::from_secs(30);

/// Why a scenario did not come to its last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Halt {
    /// An expectation was missed; what follows would only repeat it.
    Missed,
    /// We could not ask, or a value that is needed was never shown.
    Stuck(String),
    /// The subject has no such thing.
    Unsupported(String),
}

impl From<Missing> for Halt {
    fn from(missing: Missing) -> Self {
        if let Some(field) = missing.unseen {
            return Self::Unsupported(format!("{field} that the adapter looks for"));
        }
        Self::Stuck(missing.to_string())
    }
}

/// Which message is looked for.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    within: Duration,
    /// Whether it is the newest, and the older ones are thrown away.
    latest: bool,
    /// Whether none may come.
    optional: bool,
    /// Whether a notice will do.
    sought: Sought,
}

/// One scenario being played.
pub(super) struct Player<'a> {
    pub(super) world: World,
    pub(super) subject: &'a dyn Subject,
    shelf: Shelf,
    /// Who signed in last in each session.
    actors: BTreeMap<String, String>,
    /// The page on which each session stands.
    pages: BTreeMap<String, ReplyKind>,
    pub(super) on_its_way: OnItsWay,
    /// How long it may still wait in real time.
    patience: Duration,
}

impl<'a> Player<'a> {
    pub(super) fn new(world: World, subject: &'a dyn Subject, patience: Duration) -> Self {
        let (shelf, actors, pages) = (Shelf::default(), BTreeMap::new(), BTreeMap::new());
        let on_its_way = OnItsWay::default();
        Self { world, subject, shelf, actors, pages, on_its_way, patience }
    }

    /// Plays `plan` to its end, or to the step that stops it.
    pub(super) async fn play(&mut self, plan: &Plan) -> Result<(), Halt> {
        self.prepare(plan).await?;
        for (index, step) in plan.steps.iter().enumerate() {
            self.world.journal.begin_step(u32::try_from(index).unwrap_or(u32::MAX));
            for _ in 0..step.times {
                self.rest_before(step).await;
                self.step(step).await?;
            }
        }
        Ok(())
    }

    async fn prepare(&mut self, plan: &Plan) -> Result<(), Halt> {
        for person in &plan.people {
            let persona = self.world.invent(&person.name, person.mobile);
            if !person.known {
                continue;
            }
            let operation = Operation::Provision(Box::new(persona));
            let reply = self.ask("harness", Some(&person.name), &operation).await?.1;
            if reply != Reply::Done {
                return Err(Halt::Stuck(format!(
                    "the subject did not take {}: {}",
                    person.name,
                    reply.kind()
                )));
            }
        }
        for device in &plan.devices {
            let quirks = device.quirks.as_deref();
            self.world.equip(&device.name, device.kind, &device.owner, quirks);
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), Halt> {
        match &step.verb {
            Verb::Ask(ask) => self.ask_step(step, ask).await,
            Verb::Receive { channel, person, within, latest, optional } => {
                let (within, latest, optional) = (*within, *latest, *optional);
                // What is kept of a message is its code.
                let coded = step.expect.as_ref().is_some_and(|expect| expect.code.is_some());
                let is_code = step.keep.is_some() || coded;
                let sought = if is_code { Sought::Code } else { Sought::Message };
                let wanted = Wanted { within, latest, optional, sought };
                self.receive(step, (*channel, person), wanted).await
            }
            Verb::Disturb { channel, person, mishap, times } => {
                self.disturb((*channel, person), mishap, *times)
            }
            Verb::ExpectNone { channel, person, within } => {
                self.expect_none((*channel, person), *within).await
            }
            Verb::AtOnce { lanes, winners } => self.at_once(lanes, winners.as_ref()).await,
            Verb::Drill(drill) => self.drill(drill).await,
            Verb::Advance(by) => self.advance(*by).await,
            Verb::Act { device, act } => self.act(step, device, act).await,
            Verb::ReadLeadingZero { device } => self.read_leading_zero(step, device).await,
        }
    }

    /// Asks a library or an app. What it answers is for the judges alone: they know the right codes.
    async fn drill(&mut self, drill: &Drill) -> Result<(), Halt> {
        let answer = self.subject.drill(drill).await;
        let answer = answer.map_err(|error| Halt::Stuck(error.to_string()))?;
        let missing = if let Drilled::Unsupported { feature } = &answer {
            Some(Halt::Unsupported(feature.clone()))
        } else {
            None
        };
        self.world.journal.record(Event::Drilled { drill: Box::new(drill.clone()), answer });
        missing.map_or(Ok(()), Err)
    }

    async fn ask_step(&mut self, step: &Step, ask: &Ask) -> Result<(), Halt> {
        let operation = self.operation(ask)?;
        let person = self.actor(step, ask);
        let request = self.request(ask, &operation)?;
        let (_, reply, unseen) =
            self.ask_recorded(&step.session, person.as_deref(), &operation, request).await?;
        let expected_kind = step.expect.as_ref().and_then(|expect| expect.reply);
        if let Reply::Unsupported { feature } = &reply
            && expected_kind != Some(reply.kind())
        {
            return Err(Halt::Unsupported(feature.clone()));
        }
        if let (Some(name), Reply::Activation(activation)) = (&step.keep, &reply) {
            self.shelf.keep(name, Kept::Activation(activation.clone(), unseen.clone()));
        }
        if let (Some(name), Reply::TokenRequired { challenge, .. }) = (&step.keep, &reply) {
            self.shelf.keep(name, Kept::Challenge(challenge.clone()));
        }
        if let (Some(name), Reply::PushSent { number }) = (&step.keep, &reply) {
            self.shelf.keep(name, Kept::Number(number.clone()));
        }
        let persona = person.and_then(|name| self.world.person(&name).cloned());
        let page = self.turn_page(&step.session, reply.kind());
        let Some(expect) = &step.expect else { return Ok(()) };
        let expect = within_sight(expect, &reply, &unseen)
            .map_err(|field| Halt::Unsupported(format!("{field} that the adapter looks for")))?;
        self.check(Some(&expect), &Happened::Reply(&reply, page), persona.as_ref())
    }

    /// Notes the page on which `session` stands now, and gives the one before.
    fn turn_page(&mut self, session: &str, reply: ReplyKind) -> Option<ReplyKind> {
        let before = self.pages.get(session).copied();
        let stays = matches!(reply, ReplyKind::Rejected | ReplyKind::Unsupported | ReplyKind::Done);
        if !stays {
            self.pages.insert(session.to_owned(), reply);
        }
        before
    }

    /// Who acts in the step's session: from a sign-in on, whoever signs in.
    pub(super) fn actor(&mut self, step: &Step, ask: &Ask) -> Option<String> {
        match ask {
            Ask::SignIn { person, .. } => {
                self.actors.insert(step.session.clone(), person.clone());
                Some(person.clone())
            }
            Ask::ChooseChannel(_)
            | Ask::ResendCode
            | Ask::SubmitCode { .. }
            | Ask::RequestPush
            | Ask::AwaitPush
            | Ask::BeginEnrolment(_)
            | Ask::SubmitRegistrationCode(_)
            | Ask::ConfirmEnrolment(_)
            | Ask::CreateCertificate
            | Ask::Probe
            | Ask::ListTokens
            | Ask::RevokeToken(_)
            | Ask::Cancel
            | Ask::SignOut
            | Ask::Unlock { .. }
            | Ask::Resynchronise { .. }
            | Ask::ResetFactors { .. } => self.actors.get(&step.session).cloned(),
        }
    }

    /// The journal form of what is asked. A code in odd writing goes by the mark of the code
    /// itself: judges must know which one it was.
    pub(super) fn request(&mut self, ask: &Ask, operation: &Operation) -> Result<Request, Halt> {
        let Ask::SubmitCode { code, written: Some(writing) } = ask else {
            return Ok(record::request(&mut self.world.journal, operation));
        };
        let code = self.code(code)?;
        let mark = self.world.journal.mark(SecretKind::Code, &code);
        // In a list the code stands as it is, and beside it nothing that is a secret.
        if let Entered::Text(text) = writing.of(&code) {
            self.world.journal.alias(mark, &text);
        }
        let bare = Request::bare(operation.kind());
        Ok(Request { code: Some(mark), written: Some(*writing), ..bare })
    }

    /// Asks, and writes question, answer and arrived messages into the journal.
    async fn ask(
        &mut self,
        session: &str,
        person: Option<&str>,
        operation: &Operation,
    ) -> Result<(EntryId, Reply), Halt> {
        let request = record::request(&mut self.world.journal, operation);
        let (asked, reply, _) = self.ask_recorded(session, person, operation, request).await?;
        Ok((asked, reply))
    }

    /// The same, and what of the reply the adapter does not look for.
    async fn ask_recorded(
        &mut self,
        session: &str,
        person: Option<&str>,
        operation: &Operation,
        request: Request,
    ) -> Result<(EntryId, Reply, Vec<String>), Halt> {
        let journal = &mut self.world.journal;
        let (name, who) = (session.to_owned(), person.map(str::to_owned));
        let asked = journal.record(Event::Asked { session: name, person: who, request });
        let before = self.arrived(person);
        let answered = self.subject.ask(session, operation).await;
        // Who hands over in its own time may have heard of a mishap a moment before it answered, in
        // another part of the program than the one that answers.
        if self.subject.about().delivery == Settling::BeforeReply {
            self.world.hear_answer();
        }
        match answered {
            Ok(answer) => {
                let observed = Box::new(record::answered(&mut self.world.journal, &answer));
                let session = session.to_owned();
                let Answer { reply, shown, form, unseen } = answer;
                let answered = Event::Answered { asked, session, observed, form, shown };
                self.world.journal.record(answered);
                self.world.collect();
                self.note_promise(person, &reply, before);
                Ok((asked, reply, unseen))
            }
            Err(error) => {
                let why = error.to_string();
                self.world.journal.record(Event::NotAnswered { asked, why: why.clone() });
                self.world.collect();
                Err(halt_of(&error, operation))
            }
        }
    }

    async fn receive(
        &mut self,
        step: &Step,
        (channel, person): (Channel, &str),
        Wanted { within, latest, optional, sought }: Wanted,
    ) -> Result<(), Halt> {
        self.await_message((channel, person), within, sought).await;
        let received = if latest {
            self.world.take_latest((channel, person), sought)
        } else {
            self.world.take((channel, person), sought)
        };
        self.waited(channel, person, received.is_some());
        if optional && received.is_none() {
            return Ok(());
        }
        let Some(received) = received else {
            let expected = format!("{channel} for {person} within {} s", within.as_secs_f64());
            let observed = match sought {
                Sought::Message => "no message arrived".to_owned(),
                Sought::Code => "no message with a code arrived".to_owned(),
            };
            return self.compared(Comparison { outcome: Expectation::Missed, expected, observed });
        };
        if let Some(name) = &step.keep {
            self.shelf.keep(name, Kept::Message(received.code.clone()));
        }
        self.check(step.expect.as_ref(), &Happened::Message(received.code.as_ref()), None)
    }

    /// Orders a fault at the gateways, and writes it down.
    fn disturb(
        &mut self,
        (channel, person): (Channel, &str),
        mishap: &Mishap,
        times: u32,
    ) -> Result<(), Halt> {
        let nowhere = || Halt::Stuck(format!("no {channel} goes to {person}"));
        let ordered = match mishap {
            Mishap::Clear => self.world.calm(person, channel),
            Mishap::Fault(fault) => self.world.disturb(person, channel, fault.clone(), times),
            Mishap::Misdeliver(other) => {
                let other = self.world.address(other, channel).cloned().ok_or_else(nowhere)?;
                self.world.disturb(person, channel, Fault::Misdeliver(other), times)
            }
        };
        if !ordered {
            return Err(nowhere());
        }
        let text = match mishap {
            Mishap::Clear => format!("the gateway serves every {channel} to {person} again"),
            Mishap::Fault(_) | Mishap::Misdeliver(_) => {
                format!("the gateway is told to disturb the next {times} {channel} to {person}")
            }
        };
        self.world.journal.record(Event::Noted { text });
        Ok(())
    }

    async fn expect_none(
        &mut self,
        (channel, person): (Channel, &str),
        within: Duration,
    ) -> Result<(), Halt> {
        // A notice is no harm, and some services send more of them than others.
        self.await_message((channel, person), within, Sought::Code).await;
        let came = self.world.take((channel, person), Sought::Code).is_some();
        self.waited(channel, person, came);
        let outcome = if came { Expectation::Missed } else { Expectation::Met };
        let observed = if came { "one arrived" } else { "none arrived" }.to_owned();
        let expected = format!("no {channel} with a code for {person}");
        self.compared(Comparison { outcome, expected, observed })
    }

    fn waited(&mut self, channel: Channel, person: &str, came: bool) {
        let person = person.to_owned();
        self.world.journal.record(Event::Waited { person, channel, came });
    }

    /// Waits until a message is there, at most `within` and at most as long as the subject needs
    /// to hand one over. A virtual clock stands still meanwhile.
    async fn await_message(
        &mut self,
        (channel, person): (Channel, &str),
        within: Duration,
        sought: Sought,
    ) {
        self.world.collect();
        if self.world.has_unread((channel, person), sought) {
            return;
        }
        if self.settles_later() && self.has_sent().await {
            self.world.collect();
            return;
        }
        let About { delivery, clock, .. } = self.subject.about();
        let patience = match (delivery, clock) {
            (Settling::BeforeReply, _) => return,
            (Settling::Within(settling), ClockMode::Virtual | ClockMode::SharedVirtual) => {
                within.min(*settling)
            }
            (Settling::Within(_), ClockMode::Offset | ClockMode::Real) => within,
        };
        // Real time on purpose: it bounds how long another process may take to hand over.
        let more = async {
            while !self.world.has_unread((channel, person), sought) {
                self.world.wait_for_more(person, channel).await;
                self.world.collect();
            }
        };
        let _ = tokio::time::timeout(patience, more).await;
        self.world.collect();
    }

    async fn advance(&mut self, by: Duration) -> Result<(), Halt> {
        match self.subject.about().clock {
            ClockMode::Virtual => self.world.clock().advance(by),
            ClockMode::SharedVirtual | ClockMode::Offset => {
                let (_, reply) = self.ask("harness", None, &Operation::AdvanceClock { by }).await?;
                if reply != Reply::Done {
                    return Err(Halt::Unsupported("advance_clock".to_owned()));
                }
                self.world.clock().advance(by);
            }
            ClockMode::Real => {
                let Some(left) = self.patience.checked_sub(by) else {
                    return Err(Halt::Stuck(format!(
                        "the subject's clock cannot be moved, and {} s more are too long to wait",
                        by.as_secs()
                    )));
                };
                self.patience = left;
                let clock = self.world.clock();
                clock.wait_until(clock.now() + by).await;
            }
        }
        let by_ms = record::milliseconds(by);
        self.world.journal.record(Event::ClockAdvanced { by_ms });
        self.world.collect();
        Ok(())
    }

    /// Reads codes, a time step apart, until one begins with a zero.
    async fn read_leading_zero(&mut self, step: &Step, device: &str) -> Result<(), Halt> {
        for _ in 0..MOST_STEPS_TO_ZERO {
            let outcome = self.world.act(device, Act::ReadCode(None)).await;
            match outcome {
                Some(Outcome::Code(code)) if code.reveal().starts_with('0') => {
                    if let Some(name) = &step.keep {
                        self.shelf.keep(name, Kept::Code(code));
                    }
                    return Ok(());
                }
                Some(Outcome::Code(_)) => self.advance(TIME_STEP).await?,
                _ => return Err(Halt::Stuck(format!("{device} shows no code"))),
            }
        }
        Err(Halt::Stuck(format!("no code of {device} begins with a zero")))
    }

    async fn act(&mut self, step: &Step, device: &str, act: &DeviceAct) -> Result<(), Halt> {
        let may_be_refused = matches!(act, DeviceAct::AnswerPush { optional: true, .. });
        let act = self.device_act(act)?;
        let outcome = self
            .world
            .act(device, act)
            .await
            .ok_or_else(|| Halt::Stuck(format!("there is no device called {device}")))?;
        self.world.collect();
        if let Some(name) = &step.keep {
            match &outcome {
                Outcome::Code(code) => self.shelf.keep(name, Kept::Code(code.clone())),
                Outcome::RegistrationCode(code) => {
                    self.shelf.keep(name, Kept::RegistrationCode(code.clone()));
                }
                Outcome::Named(text) => self.shelf.keep(name, Kept::Name(text.clone())),
                Outcome::Done | Outcome::Scanned | Outcome::Activated | Outcome::Refused(_) => {}
            }
        }
        match (&step.expect, &outcome) {
            (Some(expect), _) => self.check(Some(expect), &Happened::Outcome(&outcome), None),
            // Nobody is blamed for an address that cannot be reached.
            (None, Outcome::Refused(Reason::Offline)) => {
                Err(Halt::Stuck(format!("{device} reaches no service at the address it was given")))
            }
            (None, Outcome::Refused(_)) if may_be_refused => Ok(()),
            (None, Outcome::Refused(reason)) => self.compared(Comparison {
                outcome: Expectation::Missed,
                expected: format!("{device} does it"),
                observed: format!("{device} refuses, reason {reason}"),
            }),
            (None, _) => Ok(()),
        }
    }

    fn check(
        &mut self,
        expect: Option<&Expect>,
        happened: &Happened<'_>,
        persona: Option<&Persona>,
    ) -> Result<(), Halt> {
        expect.map_or(Ok(()), |expect| self.compared(compare(expect, happened, persona)))
    }

    pub(super) fn compared(&mut self, comparison: Comparison) -> Result<(), Halt> {
        let Comparison { outcome, expected, observed } = comparison;
        self.world.journal.record(Event::Compared { outcome, expected, observed });
        if outcome == Expectation::Missed { Err(Halt::Missed) } else { Ok(()) }
    }

    pub(super) fn operation(&self, ask: &Ask) -> Result<Operation, Halt> {
        let user = |person: &str| {
            let unknown = || Halt::Stuck(format!("there is nobody called {person}"));
            self.world.person(person).cloned().ok_or_else(unknown)
        };
        Ok(match ask {
            Ask::SignIn { person, password } => {
                let persona = user(person)?;
                let password = self.optional(password.as_ref())?.unwrap_or(persona.password);
                Operation::SignIn { user: persona.user, password }
            }
            Ask::ChooseChannel(channel) => Operation::ChooseChannel { channel: *channel },
            Ask::ResendCode => Operation::ResendCode,
            Ask::SubmitCode { code, written } => {
                let code = self.code(code)?;
                let plain = || Entered::Text(code.clone());
                let code = written.map_or_else(plain, |writing| writing.of(&code));
                Operation::SubmitCode { code }
            }
            Ask::RequestPush => Operation::RequestPush,
            Ask::AwaitPush => Operation::AwaitPush,
            Ask::BeginEnrolment(token) => Operation::BeginEnrolment { token: *token },
            Ask::SubmitRegistrationCode(code) => {
                Operation::SubmitRegistrationCode { code: self.shelf.secret(code)? }
            }
            Ask::ConfirmEnrolment(code) => {
                let code = code.as_ref().map(|code| self.code(code)).transpose()?;
                Operation::ConfirmEnrolment { code }
            }
            Ask::CreateCertificate => Operation::CreateCertificate { csr_pem: None },
            Ask::Probe => Operation::Probe,
            Ask::ListTokens => Operation::ListTokens,
            Ask::RevokeToken(token) => Operation::RevokeToken { token: self.shelf.plain(token)? },
            Ask::Cancel => Operation::Cancel,
            Ask::SignOut => Operation::SignOut,
            Ask::Unlock { person } => Operation::Unlock { user: user(person)?.user },
            Ask::Resynchronise { first, second } => Operation::Resynchronise {
                first: self.shelf.secret(first)?,
                second: self.shelf.secret(second)?,
            },
            Ask::ResetFactors { person } => Operation::ResetFactors { user: user(person)?.user },
        })
    }

    fn code(&self, code: &CodeText) -> Result<Secret, Missing> {
        match code {
            CodeText::Exactly(text) => self.shelf.secret(text),
            CodeText::WrongFor(text) => self.shelf.secret(text).map(|code| raised(&code, 1)),
        }
    }

    fn optional(&self, text: Option<&Text>) -> Result<Option<Secret>, Missing> {
        text.map(|text| self.shelf.secret(text)).transpose()
    }

    /// What is tapped at the app; nothing where the page showed no number.
    fn tap(&self, number: &Text, which: Tapped) -> Result<Option<Tap>, Missing> {
        let number = self.shelf.number(number)?;
        Ok(number.map(|number| match which {
            Tapped::This => Tap::Number(number),
            Tapped::Other => Tap::OtherThan(number),
        }))
    }

    pub(super) fn device_act(&self, act: &DeviceAct) -> Result<Act, Missing> {
        let secret = |text: &Text| self.shelf.secret(text);
        Ok(match act {
            DeviceAct::Grant(permission) => Act::Grant(*permission),
            DeviceAct::Deny(permission) => Act::Deny(*permission),
            DeviceAct::Scan(qr) => Act::Scan(self.shelf.picture(qr)?),
            DeviceAct::OpenLink(link) => Act::OpenLink(secret(link)?),
            DeviceAct::EnterPassword(password) => Act::EnterPassword(secret(password)?),
            DeviceAct::EnterAddress(address) => Act::EnterAddress(self.shelf.plain(address)?),
            DeviceAct::EnterSerialNumber(number) => {
                Act::EnterSerialNumber(self.shelf.plain(number)?)
            }
            DeviceAct::EnterActivationCode(code) => Act::EnterActivationCode(secret(code)?),
            DeviceAct::Save => Act::Save,
            DeviceAct::ReadRegistrationCode => Act::ReadRegistrationCode,
            DeviceAct::Done => Act::Done,
            DeviceAct::Activate => Act::Activate,
            DeviceAct::SetPin { pin, again } => {
                Act::SetPin { pin: secret(pin)?, again: secret(again)? }
            }
            DeviceAct::Unlock(pin) => Act::Unlock(secret(pin)?),
            DeviceAct::Lock => Act::Lock,
            DeviceAct::ReadCode(pin) => Act::ReadCode(self.optional(pin.as_ref())?),
            DeviceAct::AnswerPush { answer, tap, pin, optional: _ } => {
                let tap = tap.as_ref().map(|(number, which)| self.tap(number, *which));
                let reply = PushReply { answer: *answer, tap: tap.transpose()?.flatten() };
                Act::AnswerPush { reply, pin: self.optional(pin.as_ref())? }
            }
            DeviceAct::SetClockSkew(ms) => Act::SetClockSkew(*ms),
            DeviceAct::GoOffline => Act::GoOffline,
            DeviceAct::GoOnline => Act::GoOnline,
            DeviceAct::Wipe => Act::Wipe,
            DeviceAct::Press(times) => Act::Press(*times),
            DeviceAct::ImportKeys { keys, password } => {
                Act::ImportKeys { keys: secret(keys)?, password: self.optional(password.as_ref())? }
            }
            DeviceAct::Respond(challenge) => Act::Respond(self.shelf.plain(challenge)?),
            DeviceAct::SetClockDrift(ppm) => Act::SetClockDrift(*ppm),
            DeviceAct::BackUp => Act::BackUp,
            DeviceAct::Restore => Act::Restore,
            DeviceAct::Lose => Act::Lose,
            DeviceAct::CloneInto(other) => Act::CloneInto(other.clone()),
        })
    }
}

pub(super) fn halt_of(error: &AskError, operation: &Operation) -> Halt {
    match error {
        AskError::Unmapped(_) => Halt::Unsupported(operation.kind().to_string()),
        AskError::Unreachable(_)
        | AskError::TimedOut(_)
        | AskError::Unclear(_)
        | AskError::Adapter(_) => Halt::Stuck(error.to_string()),
    }
}
