//! Whose codes are verified, and whether they are right.

use fobwatch::domain::Chance;
use fobwatch::otp::{Algorithm, Digits, Hotp, Key, Window};

/// The present step.
pub(crate) const STEP: u64 = 63_115_200;

/// What users enter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A code of no step of the window.
    Wrong,
    /// The code of a step of the window, each step as often.
    Right,
    /// Three right ones, one for each step, and a wrong one.
    Mixed,
}

pub(crate) struct Cases {
    pub(crate) algorithm: Algorithm,
    pub(crate) window: Window,
    pub(crate) keys: Vec<Key>,
    /// What each user enters, in the order of the keys.
    pub(crate) codes: Vec<String>,
    /// Who comes, one after the other; none where they come as they are kept.
    pub(crate) users: Option<Vec<usize>>,
    entered: Entered,
}

impl Cases {
    pub(crate) const DIGITS: Digits = Digits::SIX;

    pub(crate) fn new(
        algorithm: Algorithm,
        users: usize,
        entered: Entered,
        window: Window,
    ) -> Self {
        let mut chance = Chance::seeded(1, "bench");
        let keys: Vec<Key> = (0..users).map(|_| Key::new(chance.bytes::<20>().to_vec())).collect();
        let codes = keys.iter().enumerate().map(|(user, key)| {
            let hotp = Hotp::new(key, algorithm, Self::DIGITS);
            let right = |beside: usize| hotp.code(STEP + beside as u64 - 1).to_string();
            match (entered, user % 4) {
                (Entered::Right, _) => right(user % 3),
                (Entered::Mixed, beside @ 0..=2) => right(beside),
                _ => wrong(&hotp, window, &mut chance),
            }
        });
        let codes = codes.collect();
        Self { algorithm, window, keys, codes, users: None, entered }
    }

    /// The same with users who come in any order, the same for everybody who is measured.
    pub(crate) fn at_random(mut self) -> Self {
        let mut chance = Chance::seeded(2, "bench");
        let count = self.len();
        let any = |_| usize::try_from(chance.below(count as u64)).expect("it is below");
        self.users = Some((0..count).map(any).collect());
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The number of the user who comes as number `turn`.
    pub(crate) fn user(&self, turn: usize) -> usize {
        self.users.as_ref().map_or(turn, |users| users[turn])
    }

    /// How many codes are right.
    pub(crate) fn right(&self) -> usize {
        match self.entered {
            Entered::Wrong => 0,
            Entered::Right => self.len(),
            Entered::Mixed => self.len() / 4 * 3,
        }
    }
}

fn wrong(hotp: &Hotp, window: Window, chance: &mut Chance) -> String {
    loop {
        let code = chance.digits(Cases::DIGITS.count().into());
        if hotp.verify(&code, STEP, window).is_none() {
            return code;
        }
    }
}
