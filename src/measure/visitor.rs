//! A person at a browser: signing in, taking a code out of a message, typing right and wrong ones.

use super::finding::NotMeasured;
use super::lab::Lab;
use crate::domain::persona::MobileOnFile;
use crate::domain::{Channel, Operation, Persona, Reply, Secret};
use crate::subject::Settling;
use crate::world::Sought;

/// A person at a browser.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) persona: Persona,
    pub(super) session: String,
}

impl Lab {
    /// Someone new, whom the subject knows.
    pub(super) async fn newcomer(&mut self, mobile: MobileOnFile) -> Result<Visitor, NotMeasured> {
        let name = self.name("person");
        let persona = self.world.invent(&name, mobile);
        self.people += 1;
        let provision = Operation::Provision(Box::new(persona.clone()));
        match self.ask("harness", provision).await? {
            Reply::Done => Ok(Visitor { persona, session: String::new() }),
            other => Err(odd("provision", &other)),
        }
    }

    /// Signs in in a session of its own.
    pub(super) async fn sign_in(&mut self, visitor: &mut Visitor) -> Result<Reply, NotMeasured> {
        visitor.session = self.name("session");
        let Persona { user, password, .. } = visitor.persona.clone();
        self.ask(&visitor.session, Operation::SignIn { user, password }).await
    }

    /// Signs in and takes the code out of the message.
    pub(super) async fn sign_in_for_code(
        &mut self,
        visitor: &mut Visitor,
    ) -> Result<Secret, NotMeasured> {
        let reply = self.sign_in(visitor).await?;
        self.code_after("sign_in", &reply, visitor).await
    }

    /// The code that `reply` to `what` announces.
    pub(super) async fn code_after(
        &mut self,
        what: &str,
        reply: &Reply,
        visitor: &Visitor,
    ) -> Result<Secret, NotMeasured> {
        let Reply::CodeRequired { channel, .. } = reply else { return Err(odd(what, reply)) };
        let none = || NotMeasured::Odd("no message with a code arrived".to_owned());
        self.codes(visitor, *channel).await.pop().ok_or_else(none)
    }

    /// The codes that have arrived since the last call, at least one if any comes in time.
    pub(super) async fn codes(&mut self, visitor: &Visitor, channel: Channel) -> Vec<Secret> {
        let person = visitor.persona.label.clone();
        self.world.collect();
        if let Settling::Within(patience) = self.subject.about().delivery
            && !self.world.has_unread((channel, &person), Sought::Message)
        {
            // Real time on purpose: it bounds how long another process may take to hand over.
            let more = self.world.wait_for_more(&person, channel);
            let _ = tokio::time::timeout(patience, more).await;
            self.world.collect();
        }
        let mut codes = Vec::new();
        while let Some(received) = self.world.take((channel, &person), Sought::Message) {
            codes.extend(received.code);
        }
        codes
    }

    /// Submits a code; whether it was accepted.
    pub(super) async fn submit(
        &mut self,
        visitor: &Visitor,
        code: Secret,
    ) -> Result<Reply, NotMeasured> {
        self.ask(&visitor.session, Operation::SubmitCode { code: code.into() }).await
    }

    /// Submits `times` wrong codes, each another one.
    pub(super) async fn submit_wrong(
        &mut self,
        visitor: &Visitor,
        right: &Secret,
        times: u64,
    ) -> Result<(), NotMeasured> {
        for nth in 1..=times {
            let reply = self.submit(visitor, wrong(right, nth)).await?;
            if accepts(&reply) {
                return Err(NotMeasured::Odd("a wrong code was accepted".to_owned()));
            }
        }
        Ok(())
    }
}

/// What came instead of what the experiment builds on.
pub(super) fn odd(what: &str, reply: &Reply) -> NotMeasured {
    NotMeasured::Odd(match reply {
        Reply::Rejected(rejection) => format!("{what} was rejected: {}", rejection.class),
        other => format!("{what} was answered by {}", other.kind()),
    })
}

/// Whether an answer to a code lets the person go on.
pub(super) fn accepts(reply: &Reply) -> bool {
    match reply {
        Reply::EnrolmentRequired { .. }
        | Reply::SignedIn { .. }
        | Reply::TokenRequired { .. }
        | Reply::PushSent { .. }
        | Reply::Enrolled
        | Reply::Activation(_)
        | Reply::Certificate { .. }
        | Reply::Done => true,
        Reply::CodeRequired { .. }
        | Reply::RegistrationCodeRequired
        | Reply::Tokens(_)
        | Reply::SignedOut
        | Reply::Rejected(_)
        | Reply::Unsupported { .. } => false,
    }
}

/// The `nth` wrong code for `right`, from 1: as long, and different for each.
fn wrong(right: &Secret, nth: u64) -> Secret {
    let mut carry = nth;
    let mut shifted: Vec<char> = Vec::with_capacity(right.reveal().len());
    for c in right.reveal().chars().rev() {
        let (digit, base) = match c.to_digit(10) {
            Some(digit) => (u64::from(digit), 10),
            None => (u64::from(u32::from(c.to_ascii_uppercase()).saturating_sub(65) % 26), 26),
        };
        let sum = digit + carry % base;
        carry = carry / base + sum / base;
        let value = u32::try_from(sum % base).unwrap_or(0);
        let written =
            if base == 10 { char::from_digit(value, 10) } else { char::from_u32(65 + value) };
        shifted.push(written.unwrap_or('0'));
    }
    Secret::new(shifted.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::wrong;
    use crate::domain::Secret;
    use std::collections::BTreeSet;

    #[test]
    fn wrong_codes_differ_from_the_right_one_and_from_each_other() {
        let right = Secret::new("999998");
        let mut seen = BTreeSet::from([right.reveal().to_owned()]);
        for nth in 1..=300 {
            let one = wrong(&right, nth);
            assert_eq!(one.reveal().len(), 6);
            assert!(seen.insert(one.reveal().to_owned()), "{nth} gives {}", one.reveal());
        }
    }
}
