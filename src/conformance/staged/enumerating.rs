//! Whether answers tell who exists.

use super::Came::{Broken, Kept, Untested};
use super::*;
use crate::domain::reply::Form;

impl Staged {
    /// The subject is told of `person`, with the first password.
    fn known(mut self, person: &'static str) -> Self {
        self.actors.push(("office", person));
        let password = Some(secret(SecretKind::Password, 1));
        let request = Request { password, ..Request::bare(Op::Provision) };
        self.ask("office", request, reply(Re::Done))
    }

    /// The `ordinal`-th password is typed, and refused with these headers.
    fn typed(
        mut self,
        (session, person): (&'static str, &'static str),
        ordinal: u32,
        class: RejectionClass,
        headers: &[&str],
    ) -> Self {
        self.actors.push((session, person));
        let user = Some(format!("{person}.user"));
        let password = Some(secret(SecretKind::Password, ordinal));
        let request = Request { user, password, ..Request::bare(Op::SignIn) };
        let mut staged = self.ask(session, request, no(class));
        let headers = headers.iter().map(|name| (*name).to_owned()).collect();
        if let Some(Event::Answered { form, .. }) =
            staged.entries.last_mut().map(|entry| &mut entry.event)
        {
            *form = Some(Form { status: 401, headers, body: "text/html".into() });
        }
        staged
    }
}

#[test]
fn a_stranger_is_refused_like_somebody_with_a_wrong_password() {
    use RejectionClass::{ChannelUnavailable, Denied};
    let ada = ("main", "ada");
    let cy = ("other", "cy");
    let wrong = || Staged::new().known("ada").typed(ada, 2, Denied, &["set-cookie"]);
    // A browser is given its cookie with the first answer.
    let again = wrong().typed(ada, 3, Denied, &[]).typed(cy, 4, Denied, &["set-cookie"]);
    let right = Staged::new().known("ada").typed(ada, 1, ChannelUnavailable, &["set-cookie"]);
    let cases = vec![
        ("alike", wrong().typed(cy, 4, Denied, &["set-cookie"]), Kept),
        ("other headers", wrong().typed(cy, 4, Denied, &[]), Broken),
        ("the first of one and the second of the other", again, Kept),
        ("her password was right", right.typed(cy, 4, Denied, &["set-cookie"]), Untested),
        ("nobody else", wrong(), Untested),
    ];
    check("privacy.unknown-user-alike", cases);
}

#[test]
fn a_stranger_is_locked_like_somebody_with_wrong_passwords() {
    use RejectionClass::{Denied, Locked};
    let guessed = |class| {
        let ada = Staged::new().known("ada").typed(("main", "ada"), 2, Locked, &[]);
        ada.typed(("other", "cy"), 4, class, &[])
    };
    let right = Staged::new().known("ada").typed(("main", "ada"), 1, Locked, &[]);
    let cases = vec![
        ("both are locked", guessed(Locked), Kept),
        ("one is", guessed(Denied), Broken),
        ("her password was right", right.typed(("other", "cy"), 4, Denied, &[]), Untested),
    ];
    check("privacy.unknown-user-locks-alike", cases);
}
