//! The surroundings of one scenario: its clock and chance, its people and their devices, their
//! unread messages, and the journal of all that happens.

mod codes;

use crate::domain::device::Outcome;
use crate::domain::persona::MobileOnFile;
use crate::domain::{
    Act, Chance, Channel, Clock, DeviceKind, Disturbance, Message, Persona, Picture, PushReply,
    Recipient, Secret,
};
use crate::gateways::extract::{self, Candidate, Extraction};
use crate::gateways::fault::Fault;
use crate::gateways::form;
use crate::gateways::inbox::{Arrival, Inbox, Incident};
use crate::journal::{EntryId, Event, Journal, Mark, MessageForm, SecretKind};
use crate::tokens::{Device, Network, quirks};
use codes::Codes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What makes one world different from another.
pub struct Origin {
    /// The run's seed.
    pub seed: u64,
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's title.
    pub title: String,
    /// The number of its first person; no two persons of a run share one.
    pub first_person: u32,
}

/// One scenario's surroundings.
pub struct World {
    origin: Origin,
    clock: Arc<dyn Clock>,
    inbox: Arc<Inbox>,
    network: Arc<dyn Network>,
    /// What has happened so far.
    pub journal: Journal,
    people: Vec<Persona>,
    devices: BTreeMap<String, Device>,
    boxes: Vec<PersonalBox>,
    messages: u32,
    codes: Codes,
    /// The entries of what befell messages, by the inbox's numbers.
    incidents: BTreeMap<u64, (EntryId, Disturbance)>,
}

/// One address of one person, and what has arrived there.
struct PersonalBox {
    person: String,
    recipient: Recipient,
    /// How many arrivals have been taken from the inbox.
    taken: usize,
    /// How many incidents have been taken from it.
    noted: usize,
    /// How many of them came before the last answer of the subject.
    answered: usize,
    unread: VecDeque<Received>,
}

/// What the journal says of a message that was cut short: half a code cannot be masked.
const CUT_SHORT: &str = "(what was left of the text)";

/// A message as a person holds it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The code in it, if one was recognised.
    pub code: Option<Secret>,
}

/// Which messages somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// Any.
    Message,
    /// One with a code in it: a notice may come before it.
    Code,
}

impl Sought {
    fn is(self, received: &Received) -> bool {
        self == Self::Message || received.code.is_some()
    }
}

impl World {
    /// An empty world. `network` is how its devices reach addresses.
    #[must_use]
    pub fn new(
        origin: Origin,
        clock: Arc<dyn Clock>,
        inbox: Arc<Inbox>,
        network: Arc<dyn Network>,
    ) -> Self {
        let mut journal = Journal::new(Arc::clone(&clock));
        journal.record(Event::Started {
            scenario: origin.scenario.clone(),
            title: origin.title.clone(),
            seed: origin.seed,
        });
        Self {
            origin,
            clock,
            inbox,
            network,
            journal,
            people: Vec::new(),
            devices: BTreeMap::new(),
            boxes: Vec::new(),
            messages: 0,
            codes: Codes::default(),
            incidents: BTreeMap::new(),
        }
    }

    /// The scenario's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Invents a person and opens their addresses at the gateways.
    pub fn invent(&mut self, name: &str, mobile: MobileOnFile) -> Persona {
        let ordinal = self.origin.first_person + u32::try_from(self.people.len()).unwrap_or(0);
        let mut chance = self.chance("person", name);
        let persona = Persona::invent(name, mobile, ordinal, &mut chance);
        self.journal.record(Event::PersonInvented {
            person: name.to_owned(),
            user: persona.user.clone(),
            mobile: persona.mobile.clone(),
            mailbox: persona.mailbox.clone(),
        });
        for recipient in persona.recipients() {
            self.inbox.open(recipient.clone(), Arc::clone(&self.clock));
            let person = name.to_owned();
            let unread = VecDeque::new();
            self.boxes.push(PersonalBox {
                person,
                recipient,
                taken: 0,
                noted: 0,
                answered: 0,
                unread,
            });
        }
        self.people.push(persona.clone());
        persona
    }

    /// Puts a device into a person's hands.
    pub fn equip(&mut self, name: &str, kind: DeviceKind, owner: &str, quirks: Option<&str>) {
        let chance = self.chance("device", name);
        let device = Device::new(kind, chance, Arc::clone(&self.clock), Arc::clone(&self.network));
        let device = device.with_quirks(quirks.and_then(quirks::named));
        self.devices.insert(name.to_owned(), device);
        let (device, owner) = (name.to_owned(), owner.to_owned());
        let quirks = quirks.map(str::to_owned);
        self.journal.record(Event::DeviceMade { device, owner, kind, quirks });
    }

    /// The person whom the scenario calls `name`.
    #[must_use]
    pub fn person(&self, name: &str) -> Option<&Persona> {
        self.people.iter().find(|persona| persona.label == name)
    }

    /// Does something at a device; nothing if there is no such device.
    pub async fn act(&mut self, device: &str, act: Act) -> Option<Outcome> {
        let given = self.mark_given(&act);
        let done = Done::of(&act);
        let outcome = if let Act::CloneInto(other) = &act {
            self.clone_device(device, other)?
        } else {
            self.devices.get_mut(device)?.act(act).await
        };
        self.record_act(device, done, given, &outcome);
        Some(outcome)
    }

    fn record_act(
        &mut self,
        device: &str,
        Done { act, times, push }: Done,
        given: Option<Mark>,
        outcome: &Outcome,
    ) {
        let code = match outcome {
            Outcome::Code(code) => Some(self.journal.mark(SecretKind::Code, code)),
            Outcome::RegistrationCode(code) => {
                Some(self.journal.mark(SecretKind::RegistrationCode, code))
            }
            Outcome::Done
            | Outcome::Scanned
            | Outcome::Named(_)
            | Outcome::Activated
            | Outcome::Refused(_) => None,
        };
        let reason = if let Outcome::Refused(reason) = outcome { Some(*reason) } else { None };
        let device = device.to_owned();
        let kind = outcome.kind();
        let outcome = kind;
        self.journal.record(Event::Acted {
            device,
            act,
            given,
            outcome,
            reason,
            code,
            times,
            push,
        });
    }

    /// Does several things at several devices at once; nothing where there is no such device.
    pub async fn act_all(&mut self, acts: Vec<(String, Act)>) -> Vec<Option<Outcome>> {
        let mut busy = Vec::new();
        for (name, act) in acts {
            let (given, done) = (self.mark_given(&act), Done::of(&act));
            busy.push((self.devices.remove(&name), name, given, done, act));
        }
        let doing = busy.into_iter().map(|(device, name, given, done, act)| async move {
            let Some(mut device) = device else { return (None, name, given, done, None) };
            let outcome = device.act(act).await;
            (Some(device), name, given, done, Some(outcome))
        });
        let mut outcomes = Vec::new();
        for (device, name, given, done, outcome) in futures_util::future::join_all(doing).await {
            if let Some(outcome) = &outcome {
                self.record_act(&name, done, given, outcome);
            }
            if let Some(device) = device {
                self.devices.insert(name, device);
            }
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Puts `items` into an order drawn from the scenario's chance, another one at each call.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut chance = self.chance("order", &self.journal.len().to_string());
        for last in (1..items.len()).rev() {
            let other = chance.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).unwrap_or(0));
        }
    }

    /// Copies the app of one device to another.
    fn clone_device(&mut self, device: &str, other: &str) -> Option<Outcome> {
        if device == other {
            return None;
        }
        let mut target = self.devices.remove(other)?;
        let outcome = self.devices.get(device).map(|source| source.clone_into(&mut target));
        self.devices.insert(other.to_owned(), target);
        outcome
    }

    /// Remembers what has befallen messages by now: the subject has just answered.
    pub fn hear_answer(&mut self) {
        for one in &mut self.boxes {
            one.answered = one.noted + self.inbox.incidents(&one.recipient, one.noted).len();
        }
    }

    /// Records every message that has arrived since the last call, person by person, and before
    /// that what befell messages on their way.
    pub fn collect(&mut self) {
        self.gather(|_| {});
    }

    /// The same after questions that were put at once: which of their messages came first is the
    /// network's chance, so they are put into an order that the same seed gives again.
    pub fn collect_at_once(&mut self) {
        self.gather(|arrivals| {
            arrivals.sort_by(|one, other| one.message.text.cmp(&other.message.text));
        });
    }

    fn gather(&mut self, order: impl Fn(&mut [Arrival])) {
        for one in &mut self.boxes {
            let incidents = self.inbox.incidents(&one.recipient, one.noted);
            let (before, count) = (one.answered, incidents.len());
            for (nth, Incident { number, disturbance }) in (one.noted..).zip(incidents) {
                let (person, channel) = (one.person.clone(), one.recipient.channel());
                let event =
                    Event::Disturbed { person, channel, disturbance, before_answer: nth < before };
                self.incidents.insert(number, (self.journal.record(event), disturbance));
            }
            one.noted += count;
        }
        for at in 0..self.boxes.len() {
            let recipient = &self.boxes[at].recipient;
            let mut arrivals = self.inbox.arrived(recipient, self.boxes[at].taken);
            order(&mut arrivals);
            self.boxes[at].taken += arrivals.len();
            for arrival in arrivals {
                let received = self.record_arrival(at, &arrival);
                self.boxes[at].unread.push_back(received);
            }
        }
    }

    /// Aims `fault` at the next `times` messages to `person` on `channel`; `false` if they have no
    /// such address.
    #[must_use]
    pub fn disturb(&self, person: &str, channel: Channel, fault: Fault, times: u32) -> bool {
        let to = self.address(person, channel);
        to.is_some_and(|to| self.inbox.disturb(to, fault, times))
    }

    /// Forgets the faults that are aimed at `person` on `channel`.
    #[must_use]
    pub fn calm(&self, person: &str, channel: Channel) -> bool {
        self.address(person, channel).is_some_and(|to| self.inbox.calm(to))
    }

    /// Where `person` is reached on `channel`.
    #[must_use]
    pub fn address(&self, person: &str, channel: Channel) -> Option<&Recipient> {
        let own = self.boxes.iter().filter(|one| one.person == person);
        own.map(|one| &one.recipient).find(|recipient| recipient.channel() == channel)
    }

    /// Takes the newest unread message of `person` on `channel` that is sought, and drops the older
    /// ones.
    pub fn take_latest(
        &mut self,
        (channel, person): (Channel, &str),
        sought: Sought,
    ) -> Option<Received> {
        let unread = &mut self.box_of(person, channel)?.unread;
        let nth = unread.iter().rposition(|one| sought.is(one))?;
        unread.drain(..=nth).next_back()
    }

    /// Takes the oldest unread message of `person` on `channel` that is sought, and drops those
    /// that came before it.
    pub fn take(&mut self, (channel, person): (Channel, &str), sought: Sought) -> Option<Received> {
        let unread = &mut self.box_of(person, channel)?.unread;
        let nth = unread.iter().position(|one| sought.is(one))?;
        unread.drain(..=nth).next_back()
    }

    /// Whether an unread message of `person` on `channel` is there that is sought.
    #[must_use]
    pub fn has_unread(&self, (channel, person): (Channel, &str), sought: Sought) -> bool {
        let mut boxes = self.boxes.iter();
        boxes.any(|one| {
            one.person == person
                && one.recipient.channel() == channel
                && one.unread.iter().any(|message| sought.is(message))
        })
    }

    /// Completes when something more has arrived for `person` on `channel`. The caller bounds it.
    pub async fn wait_for_more(&self, person: &str, channel: Channel) {
        let found = self
            .boxes
            .iter()
            .find(|one| one.person == person && one.recipient.channel() == channel);
        match found {
            Some(one) => self.inbox.wait_beyond(&one.recipient, one.taken).await,
            // Nothing can arrive where there is no address.
            None => std::future::pending().await,
        }
    }

    /// How many messages lie in the inbox and have not been collected.
    #[must_use]
    pub fn not_collected(&self) -> usize {
        self.boxes.iter().map(|one| self.inbox.arrived(&one.recipient, one.taken).len()).sum()
    }

    /// How many messages have come to `person` by `channel`, read or not.
    #[must_use]
    pub fn arrived(&self, person: &str, channel: Channel) -> usize {
        let theirs =
            |one: &&PersonalBox| one.person == person && one.recipient.channel() == channel;
        self.boxes.iter().filter(theirs).map(|one| one.taken).sum()
    }

    /// Writes down what all delivered codes have in common, if there were enough of them.
    pub fn compare_codes(&mut self) {
        if let Some(event) = self.codes.compared() {
            self.journal.record(event);
        }
    }

    /// Closes the addresses and gives the journal out.
    #[must_use]
    pub fn into_journal(self) -> Journal {
        for one in &self.boxes {
            self.inbox.close(&one.recipient);
        }
        self.journal
    }

    fn box_of(&mut self, person: &str, channel: Channel) -> Option<&mut PersonalBox> {
        self.boxes.iter_mut().find(|one| one.person == person && one.recipient.channel() == channel)
    }

    fn record_arrival(&mut self, at: usize, arrival: &Arrival) -> Received {
        let read = self.nameless(&arrival.message);
        let extraction = extract::find_code(&read);
        let why = explain(&extraction);
        let code = extraction.chosen.clone().map(|candidate| {
            // The message may write the code with a space or hyphen inside: both forms are secret.
            let code = Secret::new(candidate.code);
            let mark = self.journal.mark(SecretKind::Code, &code);
            self.journal.alias(mark, &Secret::new(candidate.raw));
            self.codes.take(code.reveal());
            (code, mark)
        });
        self.messages += 1;
        let befell = arrival.incident.and_then(|number| self.incidents.get(&number).copied());
        let is_cut = befell.is_some_and(|(_, what)| what == Disturbance::Truncated);
        let form = Box::new(self.form_of(at, (&arrival.message, &read), &extraction));
        self.journal.record(Event::MessageArrived {
            message: self.messages,
            person: self.boxes[at].person.clone(),
            to: arrival.message.to.clone(),
            from: arrival.message.from.clone(),
            subject: arrival.message.subject.clone(),
            text: if is_cut { CUT_SHORT.to_owned() } else { arrival.message.text.clone() },
            code: code.as_ref().map(|(_, mark)| *mark),
            why,
            form,
            disturbed: befell.map(|(entry, _)| entry),
        });
        Received { code: code.map(|(code, _)| code) }
    }

    /// The message without user names: the digits in those that we invent are no code.
    fn nameless(&self, message: &Message) -> Message {
        let without = |text: &str| {
            self.people.iter().fold(text.to_owned(), |text, one| text.replace(&one.user, "you"))
        };
        Message {
            subject: message.subject.as_deref().map(without),
            text: without(&message.text),
            html: message.html.as_deref().map(without),
            ..message.clone()
        }
    }

    /// What a message looks like, with the marks of the codes in its parts.
    fn form_of(
        &mut self,
        at: usize,
        (message, read): (&Message, &Message),
        extraction: &Extraction,
    ) -> MessageForm {
        let mut form = form::of(message, extraction.chosen.as_ref());
        let holder = self.boxes.get(at).and_then(|one| self.person(&one.person)).cloned();
        if let Some(persona) = holder {
            let text = message.text.to_lowercase();
            form.user_named = text.contains(&persona.user.to_lowercase());
            let mut numbers = persona.mobile.iter();
            form.number_shown = numbers.any(|number| form::shows_number(&message.text, number));
        }
        if let Some(mail) = &mut form.mail {
            let (in_text, in_html) = form::codes_of_parts(read);
            let journal = &mut self.journal;
            let mut mark = |found: Option<Candidate>| {
                let found = found?;
                let mark = journal.mark(SecretKind::Code, &Secret::new(found.code));
                journal.alias(mark, &Secret::new(found.raw));
                Some(mark)
            };
            mail.text_code = mark(in_text);
            mail.html_code = mark(in_html);
        }
        form
    }

    fn mark_given(&mut self, act: &Act) -> Option<Mark> {
        let (kind, secret) = match act {
            Act::Scan(picture) => (SecretKind::QrCode, qr_secret(picture)),
            Act::OpenLink(link) => (SecretKind::Link, link.clone()),
            Act::EnterPassword(password) => (SecretKind::ActivationPassword, password.clone()),
            Act::EnterActivationCode(code) => (SecretKind::ActivationCode, code.clone()),
            Act::SetPin { pin, again } => {
                self.journal.mark(SecretKind::AppPin, again);
                (SecretKind::AppPin, pin.clone())
            }
            Act::ImportKeys { keys, .. } => (SecretKind::KeyFile, keys.clone()),
            Act::Unlock(pin)
            | Act::ReadCode(Some(pin))
            | Act::AnswerPush { pin: Some(pin), .. } => (SecretKind::AppPin, pin.clone()),
            Act::Grant(_)
            | Act::Deny(_)
            | Act::EnterAddress(_)
            | Act::EnterSerialNumber(_)
            | Act::Save
            | Act::ReadRegistrationCode
            | Act::Done
            | Act::Activate
            | Act::Lock
            | Act::ReadCode(None)
            | Act::AnswerPush { pin: None, .. }
            | Act::SetClockSkew(_)
            | Act::GoOffline
            | Act::GoOnline
            | Act::Press(_)
            | Act::Respond(_)
            | Act::SetClockDrift(_)
            | Act::BackUp
            | Act::Restore
            | Act::Lose
            | Act::CloneInto(_)
            | Act::Wipe => return None,
        };
        Some(self.journal.mark(kind, &secret))
    }

    fn chance(&self, what: &str, name: &str) -> Chance {
        Chance::seeded(self.origin.seed, &format!("{}/{what}/{name}", self.origin.scenario))
    }
}

/// What the journal keeps of an act besides secrets.
struct Done {
    /// The verb.
    act: String,
    /// How often a button was pressed.
    times: Option<u32>,
    /// What was answered to a push.
    push: Option<PushReply>,
}

impl Done {
    fn of(act: &Act) -> Self {
        let times = if let Act::Press(times) = act { Some(*times) } else { None };
        let push = if let Act::AnswerPush { reply, .. } = act { Some(reply.clone()) } else { None };
        Self { act: act.verb().to_owned(), times, push }
    }
}

/// Why the chosen figure was taken for the code, or that none was.
fn explain(extraction: &extract::Extraction) -> String {
    let Some(chosen) = &extraction.chosen else {
        return format!("none of {} figures looks like a code", extraction.candidates.len());
    };
    let reasons: Vec<String> = chosen.why.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

/// The picture of a QR code as the text that a page would carry.
#[must_use]
pub fn qr_secret(picture: &Picture) -> Secret {
    Secret::new(picture.to_data_uri())
}
