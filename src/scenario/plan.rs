//! A scenario after all its mistakes are gone: what the runner plays.

pub use crate::domain::Place;
use crate::domain::device::{DeviceKind, OutcomeKind, Permission, Reason};
use crate::domain::operation::Writing;
use crate::domain::persona::MobileOnFile;
use crate::domain::reply::ReplyKind;
use crate::domain::{
    Assurance, Channel, Declared, Drill, PushAnswer, RejectionClass, Role, TokenKind,
};
use crate::gateways::fault::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A scenario, ready to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id: the path of its file below the scenario folder, without ending, with `/`.
    pub id: String,
    /// Which variation of the file it is: empty, or `[platform=ios,round=2]`.
    pub variation: String,
    /// The file as the user named it, for messages.
    pub file: String,
    /// Its title.
    pub title: String,
    /// The requirements it says it puts to the test.
    pub covers: Vec<String>,
    /// The features a subject must have for it.
    pub needs: Vec<String>,
    /// The parameters that a subject must be set to for it.
    pub settings: Declared,
    /// Who acts, in order.
    pub people: Vec<Person>,
    /// What they act with, in order.
    pub devices: Vec<Device>,
    /// What they do.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whom it is for: a library or an app if it asks what those are asked, else a server.
    #[must_use]
    pub fn role(&self) -> Role {
        let role = |step: &Step| {
            if let Verb::Drill(drill) = &step.verb { drill.role() } else { Role::Server }
        };
        self.steps.iter().map(role).max().unwrap_or_default()
    }

    /// Whether a step of it moves the clock.
    #[must_use]
    pub fn moves_the_clock(&self) -> bool {
        let moves =
            |step: &Step| matches!(step.verb, Verb::Advance(_) | Verb::ReadLeadingZero { .. });
        self.steps.iter().any(moves)
    }

    /// By how much its steps move the clock, as far as the plan says.
    #[must_use]
    pub fn waits(&self) -> Duration {
        let by = |step: &Step| match step.verb {
            Verb::Advance(by) => by,
            Verb::Ask(_)
            | Verb::Receive { .. }
            | Verb::ExpectNone { .. }
            | Verb::AtOnce { .. }
            | Verb::Disturb { .. }
            | Verb::Act { .. }
            | Verb::Drill(_)
            | Verb::ReadLeadingZero { .. } => Duration::ZERO,
        };
        self.steps.iter().map(by).fold(Duration::ZERO, Duration::saturating_add)
    }
}

/// A person of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// How the scenario calls them.
    pub name: String,
    /// Whether a mobile number is on file.
    pub mobile: MobileOnFile,
    /// Whether the subject is told of them before the first step; a stranger it never heard of.
    pub known: bool,
}

/// A device of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// How the scenario calls it.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// The name of its owner.
    pub owner: String,
    /// The profile of how its app misreads key URIs.
    pub quirks: Option<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// The step as it is written, first line, for reports.
    pub source: String,
    /// The browser session it happens in; the first and usual one is `main`.
    pub session: String,
    /// How often it is done, one after the other.
    pub times: u32,
    /// What is done.
    pub verb: Verb,
    /// The name under which the result is kept.
    pub keep: Option<String>,
    /// What must come back.
    pub expect: Option<Expect>,
}

/// A text of the scenario, or a reference to something kept earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// As written.
    Literal(String),
    /// `$name` or `$name.field`; checked before the run.
    Reference {
        /// The name after `as:`.
        name: String,
        /// The field. Loading fills in the only field of a result that has one, so that this
        /// is `None` in no loaded plan.
        field: Option<Field>,
    },
}

/// The fields that a kept result may have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The code of a message, or of a device.
    Code,
    /// The QR code of an activation.
    Qr,
    /// The link of an activation.
    Link,
    /// The password beside the QR code.
    Password,
    /// The address.
    Address,
    /// The serial number.
    SerialNumber,
    /// The activation code.
    ActivationCode,
    /// The registration code that a device shows.
    RegistrationCode,
    /// The name that filled itself in.
    Name,
    /// The key container of an activation.
    KeyFile,
    /// What a token that answers challenges is asked.
    Challenge,
    /// The number that the page shows, to be tapped at the app.
    Number,
}

impl Field {
    /// The field as the language writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Qr => "qr",
            Self::Link => "link",
            Self::Password => "password",
            Self::Address => "address",
            Self::SerialNumber => "serial_number",
            Self::ActivationCode => "activation_code",
            Self::RegistrationCode => "registration_code",
            Self::Name => "name",
            Self::KeyFile => "key_file",
            Self::Challenge => "challenge",
            Self::Number => "number",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Asks the subject on behalf of the step's session.
    Ask(Ask),
    /// Takes the next unread message of a person on a channel.
    Receive {
        /// On which channel.
        channel: Channel,
        /// Whose.
        person: String,
        /// How long it may take.
        within: Duration,
        /// Whether the newest is meant, and the older ones are thrown away.
        latest: bool,
        /// Whether none may come.
        optional: bool,
    },
    /// Makes sure that no unread message with a code is there, and that none comes.
    ExpectNone {
        /// On which channel.
        channel: Channel,
        /// Whose.
        person: String,
        /// For how long.
        within: Duration,
    },
    /// Asks and acts all at once, from behind one barrier.
    AtOnce {
        /// What is asked and done, each as a step without `as` and `expect` of its own.
        lanes: Vec<Step>,
        /// How many of them must have which reply or outcome.
        winners: Option<Winners>,
    },
    /// Asks a library or an app.
    Drill(Box<Drill>),
    /// Moves the clock forward.
    Advance(Duration),
    /// Disturbs the next messages to a person.
    Disturb {
        /// On which channel.
        channel: Channel,
        /// To whom.
        person: String,
        /// How.
        mishap: Mishap,
        /// How many messages.
        times: u32,
    },
    /// Does something at a device.
    Act {
        /// At which.
        device: String,
        /// What.
        act: DeviceAct,
    },
    /// Reads codes of a device, a time step apart, until one begins with a zero.
    ReadLeadingZero {
        /// At which.
        device: String,
    },
}

/// How many of the lanes of [`Verb::AtOnce`] must come to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Winners {
    /// The fewest and the most.
    pub count: RangeInclusive<usize>,
    /// What they come to.
    pub expect: Expect,
}

/// What happens to messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mishap {
    /// This.
    Fault(Fault),
    /// They are shown to this person.
    Misdeliver(String),
    /// Nothing any more.
    Clear,
}

/// What is asked of the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// User name and password.
    SignIn {
        /// Whose user name.
        person: String,
        /// Another password than theirs.
        password: Option<Text>,
    },
    /// The PIN over another channel.
    ChooseChannel(Channel),
    /// The PIN once more.
    ResendCode,
    /// A code.
    SubmitCode {
        /// Which.
        code: CodeText,
        /// As somebody may write it, if not as it is.
        written: Option<Writing>,
    },
    /// A notification at the app.
    RequestPush,
    /// Was it answered?
    AwaitPush,
    /// Begin to enrol.
    BeginEnrolment(TokenKind),
    /// The registration code.
    SubmitRegistrationCode(Text),
    /// The OK button, perhaps with a code.
    ConfirmEnrolment(Option<CodeText>),
    /// Create the certificate.
    CreateCertificate,
    /// What may this session do?
    Probe,
    /// List tokens.
    ListTokens,
    /// Revoke a token by the serial number shown at its enrolment.
    RevokeToken(Text),
    /// Leave the step at hand.
    Cancel,
    /// End the session.
    SignOut,
    /// An administrator lifts a person's lock.
    Unlock {
        /// Whose.
        person: String,
    },
    /// Two codes in a row.
    Resynchronise {
        /// The first.
        first: Text,
        /// The one after it.
        second: Text,
    },
    /// An administrator takes a person's tokens away.
    ResetFactors {
        /// Whose.
        person: String,
    },
}

/// A code to submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeText {
    /// This one.
    Exactly(Text),
    /// One that differs from this one: same length, each digit one higher, round from 9 to 0.
    WrongFor(Text),
}

/// What is done at a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceAct {
    /// Allows a permission.
    Grant(Permission),
    /// Refuses a permission.
    Deny(Permission),
    /// Scans a kept QR code.
    Scan(Text),
    /// Opens a link.
    OpenLink(Text),
    /// Types the password beside the QR code.
    EnterPassword(Text),
    /// Types the address.
    EnterAddress(Text),
    /// Types the serial number.
    EnterSerialNumber(Text),
    /// Types the activation code.
    EnterActivationCode(Text),
    /// Clicks Save.
    Save,
    /// Reads the registration code.
    ReadRegistrationCode,
    /// Clicks Done.
    Done,
    /// Taps Activate.
    Activate,
    /// Chooses the PIN.
    SetPin {
        /// The PIN.
        pin: Text,
        /// The PIN again.
        again: Text,
    },
    /// Unlocks the app.
    Unlock(Text),
    /// Locks the app.
    Lock,
    /// Reads the code, unlocking first if a PIN is given.
    ReadCode(Option<Text>),
    /// Answers the notification.
    AnswerPush {
        /// What is answered.
        answer: PushAnswer,
        /// The number of the page, and whether it or another one is tapped.
        tap: Option<(Text, Tapped)>,
        /// The PIN, if the app is unlocked first.
        pin: Option<Text>,
        /// Whether the service may refuse it.
        optional: bool,
    },
    /// Sets the device's clock off.
    SetClockSkew(i64),
    /// Cuts the network.
    GoOffline,
    /// Restores the network.
    GoOnline,
    /// Deletes the app.
    Wipe,
    /// Presses the button without looking.
    Press(u32),
    /// Reads a key container.
    ImportKeys {
        /// The container.
        keys: Text,
        /// The password that opens it.
        password: Option<Text>,
    },
    /// Types a challenge and reads the response.
    Respond(Text),
    /// Lets the clock run fast by so many millionths.
    SetClockDrift(i32),
    /// Keeps a copy of the app.
    BackUp,
    /// Puts the copy back.
    Restore,
    /// Loses the device.
    Lose,
    /// Copies the app to another device.
    CloneInto(String),
}

/// Which number is tapped, seen from the one on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tapped {
    /// That one.
    This,
    /// Another one.
    Other,
}

/// What must come back. Everything that is named must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expect {
    /// Which reply.
    pub reply: Option<ReplyKind>,
    /// The class of a rejection; an ancestor agrees, a sibling is a weak pass.
    pub class: Option<RejectionClass>,
    /// Over which channel the code went.
    pub channel: Option<Channel>,
    /// How the destination is shown.
    pub destination: Option<Destination>,
    /// The other channels on offer; no others, in any order.
    pub alternatives: Option<Vec<Channel>>,
    /// Kinds of token that must be among those on offer.
    pub offers: Option<Vec<TokenKind>>,
    /// Kinds of token that must be among those that may answer.
    pub methods: Option<Vec<TokenKind>>,
    /// How much was proven.
    pub assurance: Option<Assurance>,
    /// The shape of the received code.
    pub code: Option<CodeShape>,
    /// What a device shows.
    pub outcome: Option<OutcomeKind>,
    /// Why a device refuses.
    pub reason: Option<Reason>,
    /// Fields that the activation must have.
    pub has: Option<Vec<Field>>,
    /// How many tokens are listed.
    pub count: Option<u32>,
    /// What the reply lets the session do that it could not do before.
    pub grants: Option<Grants>,
}

/// What a reply lets a session do that it could not do before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grants {
    /// Nothing: it is refused, or shown a page that asks for what is owed.
    Nothing,
}

/// How a destination must be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// So that it cannot be read whole.
    Masked,
}

/// The shape of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeShape {
    /// How many digits.
    pub digits: RangeInclusive<u32>,
}
