//! Codes that were submitted: which were accepted, which surely counted as guesses, and which
//! should have been accepted.

use super::{Arrival, Exchange, Story};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Moment, RejectionClass};
use crate::journal::{EntryId, Mark};
use std::time::Duration;

/// A code younger than this is taken for fresh: real servers' codes live at least two minutes.
const FRESH: Duration = Duration::from_mins(1);

/// A submitted code.
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own about one code")]
pub(in crate::conformance) struct Submission<'s, 'a> {
    pub(in crate::conformance) exchange: &'s Exchange<'a>,
    pub(in crate::conformance) person: &'a str,
    pub(in crate::conformance) code: Mark,
    pub(in crate::conformance) accepted: bool,
    /// Whether it was refused and surely taken for a guess.
    pub(in crate::conformance) counted: bool,
    /// Refusals in a row before, over all sessions of the person.
    pub(in crate::conformance) refused_before: usize,
    /// The first of them.
    pub(in crate::conformance) since: Option<EntryId>,
    /// In how many sessions those were.
    pub(in crate::conformance) sessions_before: usize,
    /// How many of them were surely taken for guesses.
    pub(in crate::conformance) counted_before: usize,
    /// In how many sessions those were.
    pub(in crate::conformance) counted_sessions: usize,
    /// Whether this very code had not been submitted before.
    pub(in crate::conformance) first_use: bool,
    /// Whether this very code had been accepted before.
    pub(in crate::conformance) accepted_before: bool,
}

/// Refusals in a row, over all sessions of a person.
#[derive(Default)]
pub(in crate::conformance) struct Row<'a> {
    pub(in crate::conformance) refused: usize,
    /// How many of them were surely taken for guesses.
    pub(in crate::conformance) counted: usize,
    /// The first of them.
    pub(in crate::conformance) since: Option<EntryId>,
    pub(in crate::conformance) sessions: Vec<&'a str>,
    pub(in crate::conformance) counted_in: Vec<&'a str>,
}

fn note<'a>(sessions: &mut Vec<&'a str>, session: &'a str) {
    if !sessions.contains(&session) {
        sessions.push(session);
    }
}

/// Whether a refusal is, by its own words, about the code and not about session or account.
pub(in crate::conformance) fn is_about_code(class: RejectionClass) -> bool {
    matches!(
        class,
        RejectionClass::CodeInvalid
            | RejectionClass::CodeExpired
            | RejectionClass::CodeSpent
            | RejectionClass::CodeSuperseded
    )
}

impl Submission<'_, '_> {
    pub(in crate::conformance) fn evidence(&self) -> Vec<EntryId> {
        vec![self.exchange.asked, self.exchange.answered]
    }

    /// Whether the code was not written as it is: nobody knows whether that counts as a wrong one.
    pub(in crate::conformance) fn is_odd(&self) -> bool {
        self.exchange.request.written.is_some()
    }

    /// What came back, for people.
    pub(in crate::conformance) fn said(&self) -> String {
        match self.exchange.observed.class {
            Some(class) => format!("it was refused as {class}"),
            None => format!("it was answered with {}", self.exchange.observed.reply),
        }
    }
}

/// Whether an answer to a submitted code lets the person go on.
pub(in crate::conformance) fn accepts(reply: ReplyKind) -> bool {
    match reply {
        ReplyKind::EnrolmentRequired
        | ReplyKind::SignedIn
        | ReplyKind::Enrolled
        | ReplyKind::Activation
        | ReplyKind::Certificate
        | ReplyKind::Done => true,
        ReplyKind::CodeRequired
        | ReplyKind::RegistrationCodeRequired
        | ReplyKind::TokenRequired
        | ReplyKind::PushSent
        | ReplyKind::Tokens
        | ReplyKind::SignedOut
        | ReplyKind::Rejected
        | ReplyKind::Unsupported => false,
    }
}

impl<'a> Story<'a> {
    /// Whether no other session of the person had signed in later than that of `exchange` when it
    /// was asked: a subject may keep one sign-in of a person under way and end the others.
    pub(in crate::conformance) fn is_newest(&self, exchange: &Exchange<'a>) -> bool {
        let signs_in = |one: &&Exchange<'a>| one.request.operation == OperationKind::SignIn;
        let own = self.earlier(exchange.session, exchange.asked).find(signs_in);
        !self.asks(OperationKind::SignIn).any(|other| {
            other.person == exchange.person
                && other.session != exchange.session
                && own.is_none_or(|own| other.asked > own.asked)
                && other.answered < exchange.asked
        })
    }

    /// Whether a refused code was surely taken for a guess: its session was waiting for a code and
    /// nothing had ended it, and no word of the refusal says that the code was not looked at.
    fn is_counted(&self, exchange: &Exchange<'a>) -> bool {
        let looked_at = exchange
            .observed
            .class
            .is_none_or(|class| class == RejectionClass::Denied || is_about_code(class));
        looked_at && self.awaited(exchange) && self.is_newest(exchange)
    }

    /// Submitted codes, with the number of refusals in a row that `person` had had before.
    pub(in crate::conformance) fn submissions(&self) -> Vec<Submission<'_, 'a>> {
        let mut submissions: Vec<Submission<'_, 'a>> = Vec::new();
        for exchange in self.asks(OperationKind::SubmitCode) {
            let (Some(person), Some(code)) = (exchange.person, exchange.request.code) else {
                continue;
            };
            // What the subject has no way to take was never submitted.
            if exchange.observed.reply == ReplyKind::Unsupported {
                continue;
            }
            let row = self.row(&submissions, person, exchange.asked);
            let accepted = accepts(exchange.observed.reply);
            submissions.push(Submission {
                exchange,
                person,
                code,
                accepted,
                counted: !accepted && self.is_counted(exchange),
                refused_before: row.refused,
                since: row.since,
                sessions_before: row.sessions.len(),
                counted_before: row.counted,
                counted_sessions: row.counted_in.len(),
                first_use: !submissions.iter().any(|one| one.code == code && !one.is_odd()),
                accepted_before: submissions.iter().any(|one| one.code == code && one.accepted),
            });
        }
        submissions
    }

    /// The refusals in a row of `person` at the end of `submissions`, seen from a question.
    pub(in crate::conformance) fn row(
        &self,
        submissions: &[Submission<'_, 'a>],
        person: &str,
        asked: EntryId,
    ) -> Row<'a> {
        let mut row = Row::default();
        for earlier in submissions.iter().rev().filter(|one| one.person == person) {
            if earlier.accepted || self.is_unlocked_between(earlier.exchange.asked, asked) {
                break;
            }
            if earlier.is_odd() {
                continue;
            }
            let session = earlier.exchange.session;
            row.since = Some(earlier.exchange.answered);
            row.refused += 1;
            note(&mut row.sessions, session);
            if earlier.counted {
                row.counted += 1;
                note(&mut row.counted_in, session);
            }
        }
        row
    }

    /// Whether an administrator lifted a lock between two questions.
    pub(in crate::conformance) fn is_unlocked_between(
        &self,
        earlier: EntryId,
        later: EntryId,
    ) -> bool {
        self.unlocks.iter().any(|unlock| *unlock > earlier && *unlock < later)
    }

    /// Whether the clock was moved between two entries.
    pub(in crate::conformance) fn leapt_between(&self, earlier: EntryId, later: EntryId) -> bool {
        self.leaps.iter().any(|leap| *leap > earlier && *leap < later)
    }

    /// Whether `submission` should have been accepted, had there been no failures before: the
    /// session waits for a code, and this one is its person's, fresh, newest and unused.
    pub(in crate::conformance) fn is_right(&self, submission: &Submission<'_, 'a>) -> bool {
        let delivered = match self.delivery(submission.code) {
            Some(delivery) => self.is_right_pin(submission, delivery),
            None => self.is_right_token_code(submission),
        };
        delivered
            && submission.first_use
            && !submission.is_odd()
            && !self.is_contended(submission.exchange)
            && self.awaited(submission.exchange)
    }

    fn is_right_pin(&self, submission: &Submission<'_, 'a>, delivery: &Arrival<'a>) -> bool {
        let bound = self.cause(delivery).is_some_and(|cause| {
            cause.session == submission.exchange.session && cause.person == Some(submission.person)
        });
        let newest = !self.arrivals.iter().any(|later| {
            later.sent > delivery.sent
                && later.sent < submission.exchange.asked
                && later.code.is_some()
                && self.cause(later).map(|cause| cause.session) == Some(submission.exchange.session)
        });
        // A code that we withheld may have taken the place of this one.
        let clouded = self.mishaps.iter().any(|mishap| {
            mishap.person == submission.person
                && mishap.entry > delivery.sent
                && mishap.entry < submission.exchange.asked
        });
        bound && newest && !clouded && submission.exchange.at - delivery.at < FRESH
    }

    fn is_right_token_code(&self, submission: &Submission<'_, 'a>) -> bool {
        let Some(making) = self.making(submission.code) else { return false };
        let exchange = submission.exchange;
        let period = self.period_of(making);
        let step = |moment: Moment| moment.unix_seconds() / period;
        let confirmed = self
            .asks(OperationKind::ConfirmEnrolment)
            .any(|one| one.request.code == Some(submission.code));
        making.owner == submission.person
            && self.is_enrolled(submission.person, exchange.asked)
            && step(making.at) == step(exchange.at)
            && !self.is_skewed(making.device)
            && self.is_plain(making.device, exchange.asked)
            && self.holds_bound_time_key(making.device, making.owner, exchange.asked)
            && !confirmed
    }

    /// Whether only the failures before it can decide `submission`: it is right, and no time was
    /// skipped since the first of them, in which a lock might have ended.
    pub(in crate::conformance) fn is_telling(&self, submission: &Submission<'_, 'a>) -> bool {
        let since = submission.since.unwrap_or(submission.exchange.asked);
        self.is_right(submission) && !self.leapt_between(since, submission.exchange.asked)
    }
}
