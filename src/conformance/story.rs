//! The entries of a scenario retold for judges: who asked what in which session and what came
//! back, which messages followed, where each code came from.

pub(super) mod drill;
mod submission;
mod tally;

pub(super) use submission::{Submission, accepts, is_about_code};
pub(super) use tally::Tally;

use crate::domain::device::{OutcomeKind, Reason};
use crate::domain::operation::OperationKind;
use crate::domain::reply::{Form, ReplyKind};
use crate::domain::{
    Assurance, Channel, Declared, Disturbance, Mailbox, Moment, PhoneNumber, PushReply, Recipient,
};
use crate::journal::{Entry, EntryId, Event, KeyFacts, Mark, MessageForm, Observed, Request};

/// A question with its answer.
pub(super) struct Exchange<'a> {
    pub(super) asked: EntryId,
    pub(super) answered: EntryId,
    pub(super) at: Moment,
    pub(super) session: &'a str,
    pub(super) person: Option<&'a str>,
    pub(super) request: &'a Request,
    pub(super) observed: &'a Observed,
    pub(super) shown: &'a str,
    pub(super) form: Option<&'a Form>,
}

/// A message that arrived for a person, as its sender meant it: our own doing on its way is
/// undone here, so that nobody else is blamed for it. Copies that we made and messages that we cut
/// short are left out.
pub(super) struct Arrival<'a> {
    pub(super) entry: EntryId,
    /// When it was handed over, however long we held it back.
    pub(super) at: Moment,
    /// What stands in the journal for that: the disturbance, or the arrival itself.
    pub(super) sent: EntryId,
    /// For whom it was, whoever got it.
    pub(super) person: &'a str,
    pub(super) to: &'a Recipient,
    pub(super) channel: Channel,
    pub(super) code: Option<Mark>,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) form: &'a MessageForm,
}

/// Something that befell a message on its way.
pub(super) struct Mishap<'a> {
    pub(super) entry: EntryId,
    pub(super) at: Moment,
    pub(super) person: &'a str,
    pub(super) channel: Channel,
    pub(super) what: Disturbance,
    /// Whether the subject knew of it when it answered.
    pub(super) before_answer: bool,
}

/// Something done at a device.
pub(super) struct DeviceAct<'a> {
    pub(super) entry: EntryId,
    pub(super) at: Moment,
    pub(super) device: &'a str,
    pub(super) owner: &'a str,
    pub(super) act: &'a str,
    pub(super) given: Option<Mark>,
    pub(super) outcome: OutcomeKind,
    pub(super) activated: bool,
    /// Whether the service said no: a refusal by the device itself says nothing about the service.
    pub(super) turned_away: bool,
    /// Why it refused.
    pub(super) reason: Option<Reason>,
    /// What was answered to a push.
    pub(super) push: Option<&'a PushReply>,
    pub(super) code: Option<Mark>,
    /// How often the button was pressed without looking.
    pub(super) times: u32,
}

/// A person as the subject knows them.
pub(super) struct Person<'a> {
    pub(super) name: &'a str,
    pub(super) user: &'a str,
    pub(super) mobile: Option<&'a PhoneNumber>,
    pub(super) mailbox: &'a Mailbox,
}

/// A wait for a message, and whether one came.
pub(super) struct Wait<'a> {
    pub(super) entry: EntryId,
    pub(super) person: &'a str,
    pub(super) channel: Channel,
    pub(super) came: bool,
}

/// What all delivered codes have in common.
pub(super) struct Compared {
    pub(super) entry: EntryId,
    pub(super) codes: u32,
    pub(super) unseen: u32,
    pub(super) row: u32,
}

/// A scenario, retold.
#[derive(Default)]
pub(super) struct Story<'a> {
    pub(super) people: Vec<Person<'a>>,
    pub(super) exchanges: Vec<Exchange<'a>>,
    pub(super) arrivals: Vec<Arrival<'a>>,
    pub(super) acts: Vec<DeviceAct<'a>>,
    pub(super) waits: Vec<Wait<'a>>,
    /// Waits in vain for which we may be to blame.
    pub(super) clouded_waits: Vec<Wait<'a>>,
    /// What befell messages.
    pub(super) mishaps: Vec<Mishap<'a>>,
    /// Questions that were not answered, with their sessions.
    unanswered: Vec<(EntryId, &'a str)>,
    /// When an administrator was asked to lift a lock.
    unlocks: Vec<EntryId>,
    /// When the clock was moved forward.
    pub(super) leaps: Vec<EntryId>,
    /// Questions that were put at once.
    pub(super) waves: Vec<Vec<EntryId>>,
    /// Acts at devices that were done at once.
    pub(super) device_waves: Vec<Vec<EntryId>>,
    owners: Vec<(&'a str, &'a str)>,
    /// Devices that misread key URIs on purpose.
    quirky: Vec<&'a str>,
    /// What the subject says of itself.
    pub(super) declared: Declared,
    /// What of it the scenario itself wanted so.
    pub(super) wanted: Declared,
    /// What all delivered codes have in common.
    pub(super) compared: Option<Compared>,
}

impl<'a> Story<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Self {
        let mut story = Self::default();
        for entry in entries {
            story.take(entries, entry);
        }
        story
    }

    fn take(&mut self, entries: &'a [Entry], entry: &'a Entry) {
        match &entry.event {
            Event::PersonInvented { person, user, mobile, mailbox } => {
                self.people.push(Person { name: person, user, mobile: mobile.as_ref(), mailbox });
            }
            Event::DeviceMade { device, owner, quirks, .. } => {
                self.owners.push((device, owner));
                if quirks.is_some() {
                    self.quirky.push(device);
                }
            }
            Event::Answered { asked, session, observed, shown, form } => {
                if let Some(Event::Asked { person, request, .. }) =
                    entries.get(asked.index()).map(|entry| &entry.event)
                {
                    if request.operation == OperationKind::Unlock {
                        self.unlocks.push(*asked);
                    }
                    self.exchanges.push(Exchange {
                        asked: *asked,
                        answered: entry.id,
                        at: entry.at,
                        session,
                        person: person.as_deref(),
                        request,
                        observed,
                        shown,
                        form: form.as_ref(),
                    });
                }
            }
            Event::MessageArrived { .. } => self.arrivals.extend(self.arrival(entry)),
            Event::Disturbed { person, channel, disturbance, before_answer } => {
                self.mishaps.push(Mishap {
                    entry: entry.id,
                    at: entry.at,
                    person,
                    channel: *channel,
                    what: *disturbance,
                    before_answer: *before_answer,
                });
            }
            Event::Acted { device, act, given, outcome, reason, code, times, push } => {
                let owner = self.owners.iter().find(|(known, _)| known == device);
                self.acts.push(DeviceAct {
                    entry: entry.id,
                    at: entry.at,
                    device,
                    owner: owner.map_or("", |(_, owner)| owner),
                    act,
                    given: *given,
                    outcome: *outcome,
                    activated: *outcome == OutcomeKind::Activated,
                    turned_away: matches!(
                        reason,
                        Some(Reason::Unauthorized | Reason::ActivationExpired)
                    ),
                    reason: *reason,
                    push: push.as_ref(),
                    code: *code,
                    times: times.unwrap_or(0),
                });
            }
            Event::Waited { person, channel, came } => {
                let wait = Wait { entry: entry.id, person, channel: *channel, came: *came };
                let blamed = !came && self.is_withheld(person, *channel);
                if blamed { &mut self.clouded_waits } else { &mut self.waits }.push(wait);
            }
            Event::ClockAdvanced { .. } => self.leaps.push(entry.id),
            Event::NotAnswered { asked, .. } => {
                if let Some(Event::Asked { session, .. }) =
                    entries.get(asked.index()).map(|entry| &entry.event)
                {
                    self.unanswered.push((*asked, session));
                }
            }
            Event::AtOnce { asked, acts } => {
                self.waves.push(asked.clone());
                let following = entries.get(entry.id.index()..).unwrap_or_default().iter();
                let acted = following.filter(|one| matches!(one.event, Event::Acted { .. }));
                self.device_waves.push(acted.take(*acts as usize).map(|one| one.id).collect());
            }
            Event::CodesCompared { codes, unseen, row } => {
                self.compared =
                    Some(Compared { entry: entry.id, codes: *codes, unseen: *unseen, row: *row });
            }
            Event::Declared { declared, wanted } => {
                self.declared.clone_from(declared);
                self.wanted.clone_from(wanted);
            }
            Event::Started { .. }
            | Event::Drilled { .. }
            | Event::Asked { .. }
            | Event::Compared { .. }
            | Event::Noted { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// The message of `entry` as its sender meant it; nothing if it is one that we made.
    fn arrival(&self, entry: &'a Entry) -> Option<Arrival<'a>> {
        let Event::MessageArrived { person, to, code, subject, text, form, disturbed, .. } =
            &entry.event
        else {
            return None;
        };
        let mishap = disturbed.and_then(|id| self.mishaps.iter().find(|one| one.entry == id));
        let what = mishap.map(|mishap| mishap.what);
        let sent = mishap.map_or(entry.id, |mishap| mishap.entry);
        let is_copy = what == Some(Disturbance::Duplicated)
            && self.arrivals.iter().any(|earlier| earlier.sent == sent);
        if is_copy || what == Some(Disturbance::Truncated) {
            return None;
        }
        Some(Arrival {
            entry: entry.id,
            at: mishap.map_or(entry.at, |mishap| mishap.at),
            sent,
            person: mishap.map_or(person, |mishap| mishap.person),
            to,
            channel: to.channel(),
            code: *code,
            subject: subject.as_deref().unwrap_or_default(),
            text,
            form,
        })
    }

    /// Whether we may be why `person` finds nothing: since the last message that came undisturbed
    /// something befell one.
    fn is_withheld(&self, person: &str, channel: Channel) -> bool {
        let own = |of: &str, by: Channel| of == person && by == channel;
        let undisturbed =
            self.arrivals.iter().rev().find(|arrival| {
                own(arrival.person, arrival.channel) && arrival.sent == arrival.entry
            });
        self.mishaps.iter().any(|mishap| {
            own(mishap.person, mishap.channel)
                && mishap.what.withholds()
                && undisturbed.is_none_or(|arrival| arrival.entry < mishap.entry)
        })
    }

    /// Whether `entry` came after this answer and before the next answer of anybody.
    pub(super) fn follows(&self, exchange: &Exchange<'a>, entry: EntryId) -> bool {
        let mut later = self.exchanges.iter().map(|other| other.answered);
        let next = later.find(|answered| *answered > exchange.answered);
        entry > exchange.answered && next.is_none_or(|next| entry < next)
    }

    /// What befell the messages of this person that followed this answer.
    pub(super) fn mishaps_of(&self, exchange: &Exchange<'a>) -> Vec<&Mishap<'a>> {
        let own = self.mishaps.iter().filter(|mishap| Some(mishap.person) == exchange.person);
        own.filter(|mishap| self.follows(exchange, mishap.entry)).collect()
    }

    /// The questions of people that ask for a code to be sent.
    pub(super) fn code_requests(&self) -> impl Iterator<Item = &Exchange<'a>> {
        self.exchanges.iter().filter(|exchange| {
            exchange.person.is_some() && asks_for_code(exchange.request.operation)
        })
    }

    /// The exchanges of one kind of operation.
    pub(super) fn asks(&self, kind: OperationKind) -> impl Iterator<Item = &Exchange<'a>> {
        self.exchanges.iter().filter(move |exchange| exchange.request.operation == kind)
    }

    /// The exchanges of `session` before `entry`, latest first.
    pub(super) fn earlier(
        &self,
        session: &str,
        entry: EntryId,
    ) -> impl Iterator<Item = &Exchange<'a>> {
        self.exchanges
            .iter()
            .rev()
            .filter(move |exchange| exchange.session == session && exchange.answered < entry)
    }

    /// The messages with a code that came between this answer and the next answer of anybody.
    pub(super) fn codes_after(&self, exchange: &Exchange<'a>) -> Vec<&Arrival<'a>> {
        self.arrivals
            .iter()
            .filter(|arrival| arrival.code.is_some() && self.follows(exchange, arrival.sent))
            .collect()
    }

    /// The message that first brought `code`.
    pub(super) fn delivery(&self, code: Mark) -> Option<&Arrival<'a>> {
        self.arrivals.iter().find(|arrival| arrival.code == Some(code))
    }

    /// The act by which a device first showed `code`.
    pub(super) fn making(&self, code: Mark) -> Option<&DeviceAct<'a>> {
        self.acts
            .iter()
            .find(|act| act.code == Some(code) && matches!(act.act, "read_code" | "respond"))
    }

    /// The exchange that caused `arrival`: the last one before it that asks for a code.
    pub(super) fn cause(&self, arrival: &Arrival<'a>) -> Option<&Exchange<'a>> {
        self.exchanges.iter().rev().find(|exchange| {
            exchange.answered < arrival.sent
                && exchange.observed.reply == ReplyKind::CodeRequired
                && asks_for_code(exchange.request.operation)
        })
    }

    /// The name of the person whose user name is `user`.
    pub(super) fn called(&self, user: &str) -> Option<&'a str> {
        self.people.iter().find(|person| person.user == user).map(|person| person.name)
    }

    /// Whether the question was put at once with others: then another may have been first, in
    /// whatever order the answers stand here.
    pub(super) fn is_contended(&self, exchange: &Exchange<'a>) -> bool {
        self.waves.iter().any(|wave| wave.len() > 1 && wave.contains(&exchange.asked))
    }

    /// Whether the subject was never told of `person`.
    pub(super) fn is_stranger(&self, person: Option<&str>) -> bool {
        !self.asks(OperationKind::Provision).any(|one| one.person == person)
    }

    /// The seconds of the time step by which `act` showed a code: as its key says, else as
    /// declared, else as RFC 6238 §5.2 recommends.
    pub(super) fn period_of(&self, act: &DeviceAct<'a>) -> u64 {
        let of_key = self.key_of(act).and_then(|key| key.period);
        let known = of_key.or(self.declared.token_period);
        known.filter(|period| *period > 0).unwrap_or(STEP_SECONDS)
    }

    /// Whether a sign-in gave the password that its person has; nothing if that is not known.
    pub(super) fn gave_right_password(&self, sign_in: &Exchange<'a>) -> Option<bool> {
        let person = sign_in.person?;
        let provisions = self.asks(OperationKind::Provision);
        let own = provisions.filter(|one| one.person == Some(person) && one.asked < sign_in.asked);
        Some(sign_in.request.password? == own.last()?.request.password?)
    }

    /// Whether a code that was promised to `person` before `entry` may still be on its way: fewer
    /// messages are known of than were promised, or a sender may try again what it knows, or
    /// believes, not to have been delivered.
    pub(super) fn is_owed_code(&self, person: &str, entry: EntryId) -> bool {
        let promised = self.code_requests().filter(|one| {
            one.person == Some(person)
                && one.answered < entry
                && one.observed.reply == ReplyKind::CodeRequired
        });
        let own = |of: &str, sent: EntryId| of == person && sent < entry;
        let came = self.arrivals.iter().filter(|one| one.code.is_some());
        let mut known: Vec<EntryId> =
            came.filter(|one| own(one.person, one.sent)).map(|one| one.sent).collect();
        let mishaps = || self.mishaps.iter().filter(|one| own(one.person, one.entry));
        known.extend(mishaps().map(|one| one.entry));
        known.sort_unstable();
        known.dedup();
        promised.count() > known.len() || mishaps().any(|one| one.what.told_sender())
    }

    pub(super) fn person(&self, name: &str) -> Option<&Person<'a>> {
        self.people.iter().find(|person| person.name == name)
    }

    /// Whether `person` had finished an enrolment before `entry`, and neither revoked a token nor
    /// been made anew since.
    pub(super) fn is_enrolled(&self, person: &str, entry: EntryId) -> bool {
        let mut deciding = self.exchanges.iter().rev().filter(|exchange| {
            exchange.person == Some(person)
                && exchange.answered < entry
                && !exchange.is_rejected()
                && exchange.observed.reply != ReplyKind::Unsupported
        });
        let last = deciding.find(|exchange| {
            exchange.observed.reply == ReplyKind::Enrolled
                && exchange.request.operation != OperationKind::Probe
                || matches!(
                    exchange.request.operation,
                    OperationKind::RevokeToken | OperationKind::Provision
                )
        });
        let bound = last.filter(|exchange| exchange.observed.reply == ReplyKind::Enrolled);
        bound.is_some_and(|bound| {
            !self.resets_of(person).any(|one| one.answered > bound.answered && one.asked < entry)
        })
    }

    /// The resets of `person`'s factors that were done.
    pub(super) fn resets_of<'s>(
        &'s self,
        person: &'s str,
    ) -> impl Iterator<Item = &'s Exchange<'a>> {
        self.asks(OperationKind::ResetFactors).filter(move |exchange| {
            exchange.observed.reply == ReplyKind::Done
                && exchange.request.user.as_deref().and_then(|user| self.called(user))
                    == Some(person)
        })
    }

    /// How many tokens `person` had before `entry`: enrolments that were finished since they were
    /// last made or reset, less tokens that were removed.
    pub(super) fn tokens_left(&self, person: &str, entry: EntryId) -> usize {
        let reset = self.resets_of(person).map(|one| one.answered);
        let reset = reset.filter(|answered| *answered < entry).last();
        let mut left = 0_usize;
        for exchange in self.exchanges.iter().filter(|one| {
            one.person == Some(person) && one.answered < entry && Some(one.answered) > reset
        }) {
            match (exchange.request.operation, exchange.observed.reply) {
                (OperationKind::Probe, _) => {}
                (OperationKind::Provision, ReplyKind::Done) => left = 0,
                (OperationKind::RevokeToken, ReplyKind::Done) => left = left.saturating_sub(1),
                (_, ReplyKind::Enrolled) => left += 1,
                _ => {}
            }
        }
        left
    }

    /// The enrolment whose material `device` took up last before `entry`.
    pub(super) fn material_of(&self, device: &str, entry: EntryId) -> Option<&Exchange<'a>> {
        let given = self
            .acts
            .iter()
            .rev()
            .filter(|act| act.device == device && act.entry < entry)
            .find(|act| matches!(act.act, "scan" | "open_link" | "import_keys"))?
            .given?;
        self.asks(OperationKind::BeginEnrolment).find(|exchange| {
            exchange.observed.offered.as_ref().is_some_and(|offered| {
                [offered.qr, offered.link, offered.key_file].contains(&Some(given))
            })
        })
    }

    /// Whether `device` shows before `entry` what any right device of its kind would show: its
    /// clock is right, it misreads nothing, and nobody copied, restored or emptied it.
    pub(super) fn is_plain(&self, device: &str, entry: EntryId) -> bool {
        let odd = ["set_clock_skew", "set_clock_drift", "clone", "restore", "press", "wipe"];
        !self.quirky.contains(&device)
            && !self
                .acts
                .iter()
                .any(|act| act.device == device && act.entry < entry && odd.contains(&act.act))
    }

    /// Whether `act` showed a code of the time, as far as is known.
    pub(super) fn makes_time_codes(&self, act: &DeviceAct<'a>) -> bool {
        self.key_of(act).is_none_or(|key| !key.is_counter && key.suite.is_none())
    }

    /// What is known of the key with which `act` showed a code.
    pub(super) fn key_of(&self, act: &DeviceAct<'a>) -> Option<&'a KeyFacts> {
        let material = self.material_of(act.device, act.entry)?;
        material.observed.offered.as_ref()?.key.as_ref()
    }

    /// Whether the key that `device` took up last is the one that its owner has bound, and whether
    /// that makes codes of the time; a device that took up nothing openly is not questioned.
    fn holds_bound_time_key(&self, device: &str, owner: &str, entry: EntryId) -> bool {
        let Some(material) = self.material_of(device, entry) else { return true };
        let latest = self.asks(OperationKind::BeginEnrolment).filter(|exchange| {
            exchange.person == Some(owner)
                && exchange.answered < entry
                && exchange.observed.reply == ReplyKind::Activation
        });
        let of_time = material.observed.offered.as_ref().and_then(|offered| offered.key.as_ref());
        let of_time = of_time.is_none_or(|key| !key.is_counter && key.suite.is_none());
        of_time && latest.last().map(|latest| latest.asked) == Some(material.asked)
    }

    /// Whether a question of `session` before `entry` went unanswered since its last sign-in: then
    /// nobody knows where it stands.
    pub(super) fn is_uncertain(&self, session: &str, entry: EntryId) -> bool {
        let begun = self
            .earlier(session, entry)
            .find(|exchange| exchange.request.operation == OperationKind::SignIn)
            .map(|exchange| exchange.asked);
        self.unanswered.iter().any(|(asked, of)| {
            *of == session && *asked < entry && begun.is_none_or(|begun| *asked > begun)
        })
    }

    /// Whether the session was waiting for a code, by its last answer that says where it stands:
    /// only then does an answer say something about the code.
    pub(super) fn awaited(&self, exchange: &Exchange<'a>) -> bool {
        let last = self.standing(exchange).map(|one| one.observed.reply);
        matches!(last, Some(ReplyKind::CodeRequired | ReplyKind::TokenRequired))
            && !self.is_uncertain(exchange.session, exchange.asked)
    }

    /// The last answer before `exchange` that says where its session stands.
    pub(super) fn standing(&self, exchange: &Exchange<'a>) -> Option<&Exchange<'a>> {
        self.earlier(exchange.session, exchange.asked).find(|one| {
            let reply = one.observed.reply;
            !matches!(reply, ReplyKind::Rejected | ReplyKind::Unsupported | ReplyKind::Done)
        })
    }

    /// How much `session` had proven when `entry` was made.
    pub(super) fn assurance(&self, session: &str, entry: EntryId) -> Option<Assurance> {
        let mut earlier = self.earlier(session, entry);
        let changing = earlier.find(|exchange| {
            exchange.observed.reply == ReplyKind::SignedIn
                || exchange.observed.reply == ReplyKind::SignedOut
                || exchange.request.operation == OperationKind::SignIn
                || exchange.request.operation == OperationKind::SignOut
        })?;
        changing.observed.assurance
    }

    /// Whether the clock of `device` was ever set off.
    pub(super) fn is_skewed(&self, device: &str) -> bool {
        self.acts.iter().any(|act| act.device == device && act.act == "set_clock_skew")
    }
}

/// The time step of every token here; RFC 6238 §5.2 recommends it.
pub(super) const STEP_SECONDS: u64 = 30;

fn asks_for_code(operation: OperationKind) -> bool {
    matches!(
        operation,
        OperationKind::SignIn | OperationKind::ChooseChannel | OperationKind::ResendCode
    )
}

impl Exchange<'_> {
    pub(super) fn is_rejected(&self) -> bool {
        self.observed.reply == ReplyKind::Rejected
    }

    pub(super) fn evidence(&self) -> Vec<EntryId> {
        vec![self.asked, self.answered]
    }
}
