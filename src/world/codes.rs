//! What the delivered codes of a scenario have in common. The journal keeps no code, so this is
//! reckoned while they are known, and says of them only what no single one can be learnt from.

use crate::journal::Event;
use std::collections::BTreeSet;

/// Fewer codes than this are not compared: a relation among few would tell much of each.
const FEWEST: u32 = 6;

/// The delivered codes so far: what they have in common, and the last one.
#[derive(Default)]
pub(super) struct Codes {
    /// The length of all; 0 as soon as there are several.
    length: Option<usize>,
    /// Each once: some subjects send one code several times on purpose.
    different: BTreeSet<u64>,
    seen: [bool; 10],
    last: Option<u64>,
    step: Option<u64>,
    /// The row of equal steps that the last code ends, in codes.
    row: u32,
    longest: u32,
}

impl Codes {
    /// Takes the next code in the order of delivery.
    pub(super) fn take(&mut self, code: &str) {
        let fits = self.length.is_none_or(|length| length == code.len()) && code.len() <= 18;
        let number: Option<u64> = code.parse().ok();
        let is_plain = code.bytes().all(|byte| byte.is_ascii_digit());
        let Some(number) = number.filter(|_| fits && is_plain) else {
            self.length = Some(0);
            return;
        };
        self.length = Some(code.len());
        if !self.different.insert(number) {
            return;
        }
        for digit in code.bytes() {
            self.seen[usize::from(digit - b'0')] = true;
        }
        self.follow(number, 10_u64.pow(u32::try_from(code.len()).unwrap_or(0)));
    }

    fn follow(&mut self, number: u64, space: u64) {
        let step = self.last.map(|last| (number + space - last) % space);
        self.row = match (step, self.step) {
            (Some(step), Some(before)) if step == before => self.row + 1,
            (Some(_), _) => 2,
            (None, _) => 1,
        };
        self.longest = self.longest.max(self.row);
        (self.last, self.step) = (Some(number), step);
    }

    /// What they have in common, if they are enough and of one kind.
    pub(super) fn compared(&self) -> Option<Event> {
        let codes = u32::try_from(self.different.len()).unwrap_or(u32::MAX);
        if codes < FEWEST || self.length == Some(0) {
            return None;
        }
        let unseen = self.seen.iter().filter(|seen| !**seen).count();
        let unseen = u32::try_from(unseen).unwrap_or(10);
        Some(Event::CodesCompared { codes, unseen, row: self.longest })
    }
}

#[cfg(test)]
mod tests {
    use super::Codes;
    use crate::journal::Event;

    fn compared(codes: &[&str]) -> Option<Event> {
        let mut taken = Codes::default();
        for code in codes {
            taken.take(code);
        }
        taken.compared()
    }

    #[test]
    fn equal_steps_make_a_row_across_the_largest_code() {
        let codes = ["9970", "9980", "9990", "0000", "0010", "4711", "0815"];
        let expected = Event::CodesCompared { codes: 7, unseen: 3, row: 5 };
        assert_eq!(compared(&codes), Some(expected));
    }

    #[test]
    fn the_same_code_again_counts_once() {
        let codes = ["1234", "5678", "1234", "9012", "3456", "7890", "5678", "2345"];
        assert_eq!(compared(&codes), compared(&["1234", "5678", "9012", "3456", "7890", "2345"]));
        assert_eq!(compared(&["4711"; 8]), None);
    }

    #[test]
    fn few_codes_and_codes_of_several_kinds_are_not_compared() {
        assert_eq!(compared(&["1111", "2222", "3333", "4444", "5555"]), None);
        assert_eq!(compared(&["1111", "2222", "3333", "4444", "5555", "66666", "7777"]), None);
        assert_eq!(compared(&["1111", "2222", "3333", "4444", "5555", "A666", "7777"]), None);
    }
}
