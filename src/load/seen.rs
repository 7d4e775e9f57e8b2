//! What an answer means for a verification, whichever way it was asked.

use super::plan::Task;
use super::record::{Ended, WorkKind};
use crate::domain::operation::OperationKind;
use crate::domain::reply::ReplyKind;
use crate::domain::{Assurance, Reply};
use crate::subject::AskError;
use std::borrow::Cow;

/// How a verification goes on after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum After {
    /// With the next question.
    GoOn,
    /// It has ended so, with the details in words of a bounded set.
    End(Ended, Cow<'static, str>),
}

/// What somebody proves with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Both factors: the code of a token.
    TwoFactors,
    /// That a message came: subjects differ in what it opens.
    Message,
}

/// What `met`, the answer to a sign-in, means for `task`.
pub(super) fn after_sign_in(task: Task, proof: Proof, met: Result<&Reply, &AskError>) -> After {
    let kind = OperationKind::SignIn;
    match (met, proof) {
        (Ok(Reply::TokenRequired { .. }), Proof::TwoFactors)
        | (Ok(Reply::CodeRequired { .. }), Proof::Message)
        // A subject that verifies codes alone has no sign-in.
        | (Ok(Reply::Unsupported { .. }), _) => After::GoOn,
        // A locked account may be refused here already.
        (Ok(Reply::Rejected(_)), _) if task == Task::Verify(WorkKind::Locked) => {
            After::End(Ended::Refused, rejected(kind, met))
        }
        (Ok(Reply::Rejected(_)), _) => After::End(Ended::Unexpected, rejected(kind, met)),
        (Ok(reply), _) => After::End(Ended::Unexpected, unexpected(kind, reply.kind())),
        (Err(error), _) => no_answer(kind, error),
    }
}

/// What `met`, the answer to a code, means.
pub(super) fn after_code(proof: Proof, met: Result<&Reply, &AskError>) -> After {
    let kind = OperationKind::SubmitCode;
    match (met, proof) {
        (Ok(Reply::SignedIn { assurance: Assurance::TwoFactor }), _)
        | (Ok(Reply::SignedIn { .. } | Reply::EnrolmentRequired { .. }), Proof::Message) => {
            After::End(Ended::Accepted, Cow::Borrowed(""))
        }
        (Ok(Reply::SignedIn { .. }), Proof::TwoFactors) => {
            After::End(Ended::Unexpected, Cow::Borrowed("signed in with one factor only"))
        }
        (Ok(Reply::Rejected(_)), _) => After::End(Ended::Refused, rejected(kind, met)),
        (Ok(reply), _) => After::End(Ended::Unexpected, unexpected(kind, reply.kind())),
        (Err(error), _) => no_answer(kind, error),
    }
}

fn rejected(kind: OperationKind, met: Result<&Reply, &AskError>) -> Cow<'static, str> {
    match met {
        Ok(Reply::Rejected(rejection)) => {
            Cow::Owned(format!("{kind} rejected: {}", rejection.class))
        }
        Ok(_) | Err(_) => Cow::Borrowed("rejected"),
    }
}

fn unexpected(kind: OperationKind, reply: ReplyKind) -> Cow<'static, str> {
    Cow::Owned(format!("{kind} answered by {reply}"))
}

/// The reasons of an [`AskError`], without what differs from one to the next.
pub(super) fn no_answer(kind: OperationKind, error: &AskError) -> After {
    let why = match error {
        AskError::Unreachable(_) => "unreachable",
        AskError::TimedOut(_) => "timed out",
        AskError::Unclear(_) => "unclear answer",
        AskError::Unmapped(_) => "unmapped operation",
        AskError::Adapter(_) => "failed adapter",
    };
    After::End(Ended::NoAnswer, Cow::Owned(format!("{kind} without answer: {why}")))
}

#[cfg(test)]
mod tests {
    use super::{After, Proof, after_code, after_sign_in};
    use crate::domain::{Assurance, RejectionClass, Reply};
    use crate::load::plan::Task;
    use crate::load::record::{Ended, Outcome, Standing, WorkKind};
    use crate::subject::AskError;

    const TWO: Reply = Reply::SignedIn { assurance: Assurance::TwoFactor };

    fn standing(work: WorkKind, met: Result<&Reply, &AskError>) -> Standing {
        let After::End(ended, detail) = after_code(Proof::TwoFactors, met) else {
            panic!("a code is the last question")
        };
        Outcome { work, ended, detail: detail.into_owned(), count: 1 }.standing()
    }

    #[test]
    fn only_a_valid_code_that_is_accepted_is_a_success() {
        let refused = Reply::rejected(RejectionClass::CodeSpent);
        assert_eq!(standing(WorkKind::Valid, Ok(&TWO)), Standing::Succeeded);
        assert_eq!(standing(WorkKind::Valid, Ok(&refused)), Standing::Failed);
        for bad in [WorkKind::Wrong, WorkKind::Replayed, WorkKind::Expired, WorkKind::Locked] {
            assert_eq!(standing(bad, Ok(&TWO)), Standing::AcceptedThough);
            assert_eq!(standing(bad, Ok(&refused)), Standing::AsItShould);
            let lost = AskError::Unreachable("gone".to_owned());
            assert_eq!(standing(bad, Err(&lost)), Standing::Failed);
        }
        let one = Reply::SignedIn { assurance: Assurance::SingleFactor };
        assert_eq!(standing(WorkKind::Valid, Ok(&one)), Standing::Failed);
    }

    #[test]
    fn a_locked_account_may_be_refused_at_the_password_and_no_other() {
        let locked = Reply::rejected(RejectionClass::Locked);
        let ended = |kind| after_sign_in(Task::Verify(kind), Proof::TwoFactors, Ok(&locked));
        assert!(matches!(ended(WorkKind::Locked), After::End(Ended::Refused, _)));
        assert!(matches!(ended(WorkKind::Replayed), After::End(Ended::Unexpected, _)));
    }
}
