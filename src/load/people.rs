//! The people of a load: each has a token, or is sent codes.

use super::codes::{Typed, wrong};
use super::plan::Task;
use super::record::WorkKind;
use crate::domain::{Moment, Recipient, Secret};
use crate::otp::{KeyUri, Kind, Totp};

/// Why nothing was submitted where a person's present code is used up.
pub(super) const NO_NEW_CODE: &str = "no new code yet, nothing submitted";

/// How somebody comes by a code.
pub enum Factor {
    /// A token makes it.
    Token(Box<Totp>),
    /// It is sent to this address.
    Message(Recipient),
}

/// Somebody who signs in.
pub struct Person {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret,
    /// How they come by a code.
    pub factor: Factor,
    /// The browser session.
    pub(super) session: String,
    /// The last time step whose code was submitted: none is ever submitted twice as a fresh one.
    pub(super) last_step: Option<u64>,
    /// A code that was used up, to be replayed.
    pub(super) spent: Option<Typed>,
}

/// How far subjects look around the present step, and what is certainly too old for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tolerance {
    /// Time steps.
    pub(super) window: u64,
}

/// A code that is about to be submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drawn {
    pub(super) code: Typed,
    /// The time step whose code it uses up, if it is a fresh one.
    pub(super) uses: Option<u64>,
}

impl Person {
    /// Somebody called so, with this token.
    #[must_use]
    pub fn with_token(user: String, password: Secret, totp: Totp) -> Self {
        Self::new(user, password, Factor::Token(Box::new(totp)))
    }

    pub(super) fn new(user: String, password: Secret, factor: Factor) -> Self {
        let session = format!("load-{user}");
        Self { user, password, factor, session, last_step: None, spent: None }
    }

    /// The token, if they have one.
    pub(super) fn totp(&self) -> Option<&Totp> {
        match &self.factor {
            Factor::Token(totp) => Some(totp),
            Factor::Message(_) => None,
        }
    }

    /// The code for `task` at `now`.
    ///
    /// # Errors
    /// Why there is none, in words of a bounded set.
    pub(super) fn draw(
        &self,
        task: Task,
        now: Moment,
        tolerance: Tolerance,
    ) -> Result<Drawn, &'static str> {
        let totp = self.totp().ok_or("no token")?;
        let step = totp.step_at(now);
        let unspent = |code| Drawn { code, uses: None };
        match task {
            Task::Spend | Task::Verify(WorkKind::Valid | WorkKind::Locked) => {
                if self.last_step.is_some_and(|last| last >= step) {
                    return Err(NO_NEW_CODE);
                }
                Ok(Drawn { code: Typed::of(totp.code_of(step)), uses: Some(step) })
            }
            Task::Verify(WorkKind::Replayed) => {
                self.spent.map(unspent).ok_or("no used code to replay, nothing submitted")
            }
            Task::Verify(WorkKind::Wrong) => Ok(unspent(wrong(totp, step, tolerance.window + 1))),
            Task::Verify(WorkKind::Expired) => {
                let old = step.saturating_sub(tolerance.window + 2);
                Ok(unspent(Typed::of(totp.code_of(old))))
            }
        }
    }
}

/// Why a list of people cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}; write user,password,otpauth://totp/…, one person a line")]
pub struct BadList {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// The people of the list `text`, at most `most` of them: user name, password and key URI, separated
/// by commas. Empty lines and those that begin with `#` are skipped.
///
/// # Errors
/// [`BadList`] with the first line that is none.
pub fn listed(text: &str, most: usize) -> Result<Vec<Person>, BadList> {
    let mut people = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if people.len() >= most {
            break;
        }
        let person = person(line).map_err(|why| BadList { line: number + 1, why })?;
        people.push(person);
    }
    Ok(people)
}

fn person(line: &str) -> Result<Person, String> {
    let mut fields = line.splitn(3, ',');
    let mut field = |what: &str| fields.next().map(str::trim).ok_or(format!("there is no {what}"));
    let (user, password, uri) = (field("user")?, field("password")?, field("key URI")?);
    if user.is_empty() {
        return Err("the user has no name".to_owned());
    }
    // The text of the error may hold the secret.
    let (uri, _) = KeyUri::parse(uri).map_err(|_| "its key URI cannot be read".to_owned())?;
    let Kind::Totp { period } = uri.kind else {
        return Err("its key URI is of a counter, not of the time".to_owned());
    };
    let totp = Totp::new(&uri.key, uri.algorithm, uri.digits, period);
    Ok(Person::with_token(user.to_owned(), Secret::new(password), totp))
}

#[cfg(test)]
mod tests {
    use super::{Person, Tolerance, listed};
    use crate::domain::Moment;
    use crate::load::plan::Task;
    use crate::load::record::WorkKind;

    const LIST: &str = "# user,password,key\n\
        ada,pass,otpauth://totp/x:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\n\
        bob,\"p,otpauth://totp/x:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8\n";

    fn ada() -> Person {
        listed(LIST, 9).expect("a list").remove(0)
    }

    #[test]
    fn a_list_of_people_is_read_and_a_bad_line_is_named() {
        assert_eq!(listed(LIST, 9).map(|people| people.len()), Ok(2));
        assert_eq!(listed(LIST, 1).map(|people| people.len()), Ok(1));
        let bad = ["ada", "ada,p", ",p,otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ", "ada,p,http://x"];
        for line in bad {
            let why = listed(&format!("#\n{line}"), 9).err().expect(line);
            assert_eq!(why.line, 2, "{why}");
        }
    }

    #[test]
    fn each_kind_of_work_has_its_code() {
        let (now, tolerance) = (Moment::EPOCH, Tolerance { window: 1 });
        let mut ada = ada();
        let draw = |ada: &Person, kind| ada.draw(Task::Verify(kind), now, tolerance);
        let step = ada.totp().expect("a token").step_at(now);
        let valid = draw(&ada, WorkKind::Valid).expect("a code");
        assert_eq!(valid.uses, Some(step));
        assert_eq!(ada.totp().expect("a token").code_at(now).to_string(), valid.code.as_str());
        let expired = draw(&ada, WorkKind::Expired).expect("a code");
        let old = ada.totp().expect("a token").code_of(step - 3).to_string();
        assert_eq!((expired.code.as_str(), expired.uses), (old.as_str(), None));
        assert!(draw(&ada, WorkKind::Replayed).is_err());
        ada.spent = Some(valid.code);
        ada.last_step = Some(step);
        assert_eq!(draw(&ada, WorkKind::Replayed).map(|drawn| drawn.code), Ok(valid.code));
        assert!(draw(&ada, WorkKind::Valid).is_err(), "no code is submitted twice as a fresh one");
    }
}
