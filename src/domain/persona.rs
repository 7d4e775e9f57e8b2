//! Invented people. None of them exists, none of their addresses can be owned.

use super::{Chance, Mailbox, PhoneNumber, Recipient, Secret};
use fake::Fake;
use fake::faker::name::en::{FirstName, LastName};

/// An invented person as the subject knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// How the scenario calls them.
    pub label: String,
    /// The user name at the portal; different in every scenario and for every seed.
    pub user: String,
    /// The password, set up before the story begins.
    pub password: Secret,
    /// The name a page may greet them by.
    pub name: String,
    /// The mobile number on file, if they gave one.
    pub mobile: Option<PhoneNumber>,
    /// The mailbox on file.
    pub mailbox: Mailbox,
}

/// What the scenario asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MobileOnFile {
    /// A mobile number is on file.
    Given,
    /// None is on file.
    NotGiven,
}

impl Persona {
    /// Invents the person called `label`. `ordinal` keeps the numbers of a run apart: no two
    /// persons of one run may share it.
    pub fn invent(label: &str, mobile: MobileOnFile, ordinal: u32, chance: &mut Chance) -> Self {
        let first: String = FirstName().fake_with_rng(chance.rng());
        let last: String = LastName().fake_with_rng(chance.rng());
        let tail = format!("{ordinal:04}{}", chance.digits(6));
        let user = format!("{}.{tail}", ascii_lower(label));
        Self {
            label: label.to_owned(),
            password: Secret::new(format!(
                "{}-{}-{}",
                ascii_lower(&last),
                chance.digits(5),
                ascii_lower(&first)
            )),
            name: format!("{first} {last}"),
            mobile: (mobile == MobileOnFile::Given).then(|| PhoneNumber::fictional(ordinal)),
            mailbox: reserved_mailbox(&user),
            user,
        }
    }

    /// Where messages for this person may arrive.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> + '_ {
        let phone = self.mobile.clone().map(Recipient::Phone);
        phone.into_iter().chain([Recipient::Mailbox(self.mailbox.clone())])
    }
}

#[allow(clippy::expect_used, reason = "the text is built here from ASCII letters, digits and dots")]
fn reserved_mailbox(user: &str) -> Mailbox {
    format!("{user}@mail.test").parse().expect("a generated user name is a valid local part")
}

/// The letters and digits of `text`, in lower case and at most 24 of them.
fn ascii_lower(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{MobileOnFile, Persona};
    use crate::domain::Chance;

    #[test]
    fn the_same_seed_invents_the_same_person() {
        let invent =
            |seed| Persona::invent("ada", MobileOnFile::Given, 3, &mut Chance::seeded(seed, "ada"));
        assert_eq!(invent(1), invent(1));
        assert_ne!(invent(1).user, invent(2).user);
    }

    #[test]
    fn an_invented_person_lives_in_reserved_ranges() {
        let ada =
            Persona::invent("Ada Ünal", MobileOnFile::Given, 17, &mut Chance::seeded(9, "ada"));
        assert!(ada.mailbox.is_reserved());
        assert!(ada.mobile.is_some_and(|number| number.is_fictional()));
    }

    #[test]
    fn a_person_without_a_number_is_reached_by_mail_only() {
        let bob = Persona::invent("bob", MobileOnFile::NotGiven, 4, &mut Chance::seeded(9, "bob"));
        assert_eq!(bob.recipients().count(), 1);
    }
}
