//! Journals built by hand, for tests of judges: a line for each thing that happens.

mod claims;
mod counters;
mod delivered;
mod enrolling;
mod enumerating;
mod failing;
mod guide;
mod keys;
mod locking;
mod noticing;
mod passwords;
mod pushing;
mod racing;
mod register;
mod sessions;
mod tokens;
mod worded;

use super::Finding;
use crate::domain::device::{DeviceKind, OutcomeKind, Reason};
use crate::domain::operation::OperationKind as Op;
use crate::domain::reply::ReplyKind as Re;
use crate::domain::{
    Assurance, Channel, Disturbance, Moment, PhoneNumber, Recipient, RejectionClass,
};
use crate::journal::{
    Alphabet, Entry, EntryId, Event, Mark, MessageForm, Observed, Offered, Request, SecretKind,
    Shape,
};
use std::time::Duration;

/// A journal under construction. Sessions are named after what they are; whoever signed in last
/// in a session acts in it.
#[derive(Clone)]
pub(super) struct Staged {
    pub(super) entries: Vec<Entry>,
    now: Moment,
    actors: Vec<(&'static str, &'static str)>,
}

/// The `ordinal`-th code, of six digits.
pub(super) fn code(ordinal: u32) -> Mark {
    let shape = Shape { length: 6, alphabet: Alphabet::Digits, leading_zero: false };
    Mark { kind: SecretKind::Code, ordinal, shape: Some(shape) }
}

/// The `ordinal`-th secret of another kind.
pub(super) fn secret(kind: SecretKind, ordinal: u32) -> Mark {
    Mark { kind, ordinal, shape: None }
}

/// A reply without particulars.
pub(super) fn reply(kind: Re) -> Observed {
    Observed::bare(kind)
}

/// A refusal.
pub(super) fn no(class: RejectionClass) -> Observed {
    Observed { class: Some(class), ..Observed::bare(Re::Rejected) }
}

/// A demand for a code sent over `channel`.
pub(super) fn sent(channel: Channel) -> Observed {
    Observed { channel: Some(channel), ..Observed::bare(Re::CodeRequired) }
}

/// Signed in.
pub(super) fn signed_in(assurance: Assurance) -> Observed {
    Observed { assurance: Some(assurance), ..Observed::bare(Re::SignedIn) }
}

/// The activation page with the `ordinal`-th secrets.
pub(super) fn page(ordinal: u32) -> Observed {
    let offered = Offered {
        qr: Some(secret(SecretKind::QrCode, ordinal)),
        password: Some(secret(SecretKind::ActivationPassword, ordinal)),
        address: Some("portal.test/device".into()),
        serial_number: Some("48244-13456".into()),
        activation_code: Some(secret(SecretKind::ActivationCode, ordinal)),
        ..Offered::default()
    };
    Observed { offered: Some(offered), ..Observed::bare(Re::Activation) }
}

impl Staged {
    /// Ada and Bob have a number and a phone, Cy has neither.
    pub(super) fn new() -> Self {
        let mut staged = Self { entries: Vec::new(), now: Moment::EPOCH, actors: Vec::new() };
        for (ordinal, person) in [(1, "ada"), (2, "bob"), (3, "cy")] {
            staged.event(Event::PersonInvented {
                person: person.into(),
                user: format!("{person}.user"),
                mobile: (person != "cy").then(|| PhoneNumber::fictional(ordinal)),
                mailbox: format!("{person}.user@mail.test").parse().expect("a mailbox"),
            });
        }
        for (device, owner) in [("pixel", "ada"), ("spare", "ada"), ("bobs", "bob")] {
            let (device, owner) = (device.into(), owner.into());
            let kind = DeviceKind::Android;
            staged.event(Event::DeviceMade { device, owner, kind, quirks: None });
        }
        staged
    }

    pub(super) fn event(&mut self, event: Event) -> EntryId {
        let id = EntryId::nth(self.entries.len());
        self.entries.push(Entry { id, at: self.now, step: None, event });
        id
    }

    /// Moves the clock.
    pub(super) fn later(mut self, seconds: u64) -> Self {
        self.now = self.now + Duration::from_secs(seconds);
        self.event(Event::ClockAdvanced { by_ms: seconds * 1000 });
        self
    }

    pub(super) fn question(&mut self, session: &'static str, request: Request) -> EntryId {
        let actor = self.actors.iter().rev().find(|(of, _)| *of == session);
        let person = actor.map(|(_, person)| (*person).to_owned());
        self.event(Event::Asked { session: session.into(), person, request })
    }

    /// A question with its answer.
    pub(super) fn ask(mut self, session: &'static str, request: Request, answer: Observed) -> Self {
        let asked = self.question(session, request);
        self.answered(asked, session, answer)
    }

    /// The answer to a question.
    pub(super) fn answered(
        mut self,
        asked: EntryId,
        session: &'static str,
        answer: Observed,
    ) -> Self {
        let (observed, shown) = (Box::new(answer), "a page".to_owned());
        self.event(Event::Answered { asked, session: session.into(), observed, shown, form: None });
        self
    }

    /// A question without arguments.
    pub(super) fn bare(self, session: &'static str, operation: Op, answer: Observed) -> Self {
        self.ask(session, Request::bare(operation), answer)
    }

    /// A question that gets no answer.
    pub(super) fn lost(mut self, session: &'static str, operation: Op) -> Self {
        let asked = self.question(session, Request::bare(operation));
        self.event(Event::NotAnswered { asked, why: "the connection broke".into() });
        self
    }

    pub(super) fn sign_in(
        mut self,
        session: &'static str,
        person: &'static str,
        answer: Observed,
    ) -> Self {
        self.actors.push((session, person));
        let user = Some(format!("{person}.user"));
        self.ask(session, Request { user, ..Request::bare(Op::SignIn) }, answer)
    }

    pub(super) fn submit(self, session: &'static str, code: Mark, answer: Observed) -> Self {
        let request = Request { code: Some(code), ..Request::bare(Op::SubmitCode) };
        self.ask(session, request, answer)
    }

    /// `times` different wrong codes, refused.
    pub(super) fn wrong(mut self, session: &'static str, times: u32) -> Self {
        for _ in 0..times {
            let ordinal = 1000 + u32::try_from(self.entries.len()).unwrap_or(0);
            self = self.submit(session, code(ordinal), no(RejectionClass::CodeInvalid));
        }
        self
    }

    /// A message with `code`, or a notice.
    pub(super) fn message(
        self,
        person: &'static str,
        channel: Channel,
        code: Option<Mark>,
    ) -> Self {
        self.arrived(person, channel, code, MessageForm::default(), None)
    }

    /// Something befalls a message for `person`; gives the entry, for [`Self::arrived`].
    pub(super) fn mishap(
        &mut self,
        person: &'static str,
        channel: Channel,
        disturbance: Disturbance,
    ) -> EntryId {
        let person = person.into();
        self.event(Event::Disturbed { person, channel, disturbance, before_answer: true })
    }

    /// The same, where nothing arrives.
    pub(super) fn befell(
        mut self,
        person: &'static str,
        channel: Channel,
        disturbance: Disturbance,
    ) -> Self {
        self.mishap(person, channel, disturbance);
        self
    }

    /// A message of this form, after what befell it.
    #[allow(clippy::too_many_arguments, reason = "the fields of the entry, in its order")]
    pub(super) fn arrived(
        mut self,
        person: &'static str,
        channel: Channel,
        code: Option<Mark>,
        form: MessageForm,
        disturbed: Option<EntryId>,
    ) -> Self {
        let to = match channel {
            Channel::Sms => Recipient::Phone(PhoneNumber::fictional(1)),
            Channel::Email => {
                Recipient::Mailbox(format!("{person}.user@mail.test").parse().expect("a mailbox"))
            }
        };
        self.event(Event::MessageArrived {
            message: 1,
            person: person.into(),
            to,
            from: "portal".into(),
            subject: None,
            text: "a message".into(),
            code,
            why: "it stands alone".into(),
            form: Box::new(form),
            disturbed,
        });
        self
    }

    /// A sign-in whose PIN comes by SMS.
    pub(super) fn sms(self, session: &'static str, person: &'static str, pin: u32) -> Self {
        self.sign_in(session, person, sent(Channel::Sms)).message(
            person,
            Channel::Sms,
            Some(code(pin)),
        )
    }

    /// A wait in vain.
    pub(super) fn in_vain(mut self, person: &'static str, channel: Channel) -> Self {
        self.event(Event::Waited { person: person.into(), channel, came: false });
        self
    }

    /// An act at a device.
    #[allow(clippy::too_many_arguments, reason = "the fields of the entry, in its order")]
    pub(super) fn act(
        mut self,
        device: &'static str,
        act: &'static str,
        given: Option<Mark>,
        outcome: OutcomeKind,
        code: Option<Mark>,
    ) -> Self {
        let reason = (outcome == OutcomeKind::Refused).then_some(Reason::Unauthorized);
        let (device, act) = (device.into(), act.into());
        self.event(Event::Acted {
            device,
            act,
            given,
            outcome,
            reason,
            code,
            times: None,
            push: None,
        });
        self
    }

    /// Scans the `ordinal`-th QR code and taps Activate.
    pub(super) fn activate(self, device: &'static str, ordinal: u32, outcome: OutcomeKind) -> Self {
        let qr = Some(secret(SecretKind::QrCode, ordinal));
        self.act(device, "scan", qr, OutcomeKind::Scanned, None)
            .act(device, "activate", None, outcome, None)
    }

    /// Reads the code numbered `ordinal`.
    pub(super) fn read(self, device: &'static str, ordinal: u32) -> Self {
        self.act(device, "read_code", None, OutcomeKind::Code, Some(code(ordinal)))
    }

    /// Ada signs in, begins the enrolment, activates her phone.
    pub(super) fn activated(self) -> Self {
        self.sms("main", "ada", 1)
            .submit("main", code(1), reply(Re::EnrolmentRequired))
            .bare("main", Op::BeginEnrolment, page(1))
            .activate("pixel", 1, OutcomeKind::Activated)
    }

    /// Ada has enrolled her phone.
    pub(super) fn enrolled(self) -> Self {
        self.activated().bare("main", Op::ConfirmEnrolment, reply(Re::Enrolled))
    }

    /// Ada, enrolled, is asked for a code of her token.
    pub(super) fn token_asked(self) -> Self {
        self.enrolled().sign_in("main", "ada", reply(Re::TokenRequired))
    }
}

/// How a finding is expected to come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    Kept,
    Broken,
    Untested,
}

/// Judges each journal by the requirement called `id` and compares.
#[track_caller]
pub(super) fn check(id: &str, cases: Vec<(&str, Staged, Came)>) {
    let requirement = super::requirement(id).unwrap_or_else(|| panic!("no requirement {id}"));
    for (what, staged, expected) in cases {
        let finding = (requirement.judge)(&staged.entries);
        let came = match &finding {
            Finding::Kept { evidence } => {
                assert!(!evidence.is_empty(), "{id}: {what}");
                Came::Kept
            }
            Finding::Broken { evidence, .. } => {
                assert!(!evidence.is_empty(), "{id}: {what}");
                assert!(evidence.iter().all(|one| one.index() < staged.entries.len()), "{id}");
                Came::Broken
            }
            Finding::Untested => Came::Untested,
        };
        assert_eq!(came, expected, "{id}: {what}: {finding:?}");
    }
}
