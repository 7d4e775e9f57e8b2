//! Where browsers connect from: each has an address of its own, so that a server which counts by
//! address counts each for itself, and scenarios that are played at once do not lock each other out.

use super::Stage;
use crate::domain::Chance;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};

/// The session of an administrator: it stays at the machine's usual address, because servers let
/// that one do what no other may.
const ADMINISTRATOR: &str = "harness";

/// How many scenarios have addresses of their own: one for each second and third octet, the second
/// being 1 to 254. So 127.0.x.x, where this machine and its resolver are, is never used.
const STREETS: u64 = 254 * 256;

/// How many browsers of one scenario have addresses of their own: one for each fourth octet but 0
/// and 255, which name nets.
pub(super) const HOUSES: u8 = 254;

/// The addresses of one scenario's browsers: 127.S.S.H, where S follows from the seed and the
/// scenario's number, and H from the session's name.
///
/// Two scenarios of one run never share an address, unless their numbers are [`STREETS`] apart; two
/// browsers of a scenario never do, unless it has more than [`HOUSES`]. The first whose name asks
/// for a house gets it, a later one the next that is free.
#[derive(Debug)]
pub(super) struct Street {
    seed: u64,
    number: u64,
    houses: Mutex<BTreeMap<String, u8>>,
}

impl Street {
    pub(super) fn of(stage: &Stage) -> Self {
        let seed = stage.seed;
        let begin = Chance::seeded(seed, "addresses").below(STREETS);
        let number = (begin + u64::from(stage.number)) % STREETS;
        Self { seed, number, houses: Mutex::default() }
    }

    /// Where the browser called `session` connects from; none if from anywhere.
    pub(super) fn address(&self, session: &str) -> Option<Ipv4Addr> {
        let [.., second, third] = (self.number + 256).to_be_bytes();
        (session != ADMINISTRATOR).then(|| Ipv4Addr::new(127, second, third, self.house(session)))
    }

    fn house(&self, session: &str) -> u8 {
        let mut houses = self.houses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(house) = houses.get(session) {
            return *house;
        }
        let all = u64::from(HOUSES);
        let wanted = Chance::seeded(self.seed, &format!("house of {session}")).below(all);
        let mut nearest = (0..all).map(|step| house((wanted + step) % all));
        let free = nearest.find(|house| !houses.values().any(|taken| taken == house));
        // Where all are taken, it shares the one that it asks for, and nobody has to remember it.
        let Some(free) = free else { return house(wanted) };
        houses.insert(session.to_owned(), free);
        free
    }
}

fn house(below: u64) -> u8 {
    u8::try_from(below).unwrap_or_default().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::{HOUSES, STREETS, Street};
    use std::collections::BTreeSet;
    use std::net::Ipv4Addr;
    use std::sync::Mutex;

    fn street(number: u64) -> Street {
        Street { seed: 1, number, houses: Mutex::default() }
    }

    #[test]
    fn no_two_scenarios_and_no_two_browsers_meet() {
        let mut seen = BTreeSet::new();
        for number in (0..STREETS).step_by(97).chain([STREETS - 1]) {
            let street = street(number);
            for session in ["main", "other", "attacker"] {
                let address = street.address(session).expect("an address");
                let [first, second, .., last] = address.octets();
                assert!(first == 127 && (1..=254).contains(&second) && (1..=254).contains(&last));
                assert!(seen.insert(address), "{address} twice");
                assert_eq!(street.address(session), Some(address));
            }
        }
    }

    #[test]
    fn a_full_street_is_shared_and_remembers_no_more() {
        let street = street(7);
        let addresses: BTreeSet<Ipv4Addr> =
            (0..1000).filter_map(|browser| street.address(&browser.to_string())).collect();
        assert_eq!(addresses.len(), usize::from(HOUSES));
        assert_eq!(street.houses.lock().expect("unhurt").len(), usize::from(HOUSES));
    }

    #[test]
    fn an_administrator_stays_at_home() {
        assert_eq!(street(7).address("harness"), None);
    }
}
