//! The Luhn check digit (ISO/IEC 7812-1 Annex B) of serial numbers and activation codes.

/// Whether the last digit checks those before it. Hyphens and spaces are overlooked; any other
/// character, and fewer than two digits, make it false.
#[must_use]
pub fn is_valid(digits_with_separators: &str) -> bool {
    digits_of(digits_with_separators)
        .is_some_and(|digits| digits.len() > 1 && sum(&digits, Doubled::Second) == 0)
}

/// The digit that would check `digits`; nothing if there are none, or another character than
/// digits, hyphens and spaces.
#[must_use]
pub fn check_digit(digits: &str) -> Option<char> {
    let digits = digits_of(digits).filter(|digits| !digits.is_empty())?;
    let missing = (10 - sum(&digits, Doubled::First)) % 10;
    char::from_digit(missing, 10)
}

/// `digits` with its check digit at the end. Text that has none stays as it is, and is not
/// [valid](is_valid).
#[must_use]
pub fn with_check_digit(digits: &str) -> String {
    digits.chars().chain(check_digit(digits)).collect()
}

/// Which digits count twice, counted from the right.
#[derive(Clone, Copy)]
enum Doubled {
    /// The first, third …: the check digit is still to come.
    First,
    /// The second, fourth …: the check digit is there.
    Second,
}

fn digits_of(text: &str) -> Option<Vec<u32>> {
    text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_digit(10)).collect()
}

/// The sum's last digit, which is all that matters.
fn sum(digits: &[u32], doubled: Doubled) -> u32 {
    let mut twice = matches!(doubled, Doubled::First);
    let mut sum = 0_u32;
    for digit in digits.iter().rev() {
        let counted = if twice { digit * 2 } else { *digit };
        sum = (sum + counted / 10 + counted % 10) % 10;
        twice = !twice;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{check_digit, is_valid, with_check_digit};

    #[test]
    fn a_check_digit_makes_a_number_valid() {
        assert_eq!(check_digit("7992739871"), Some('3'));
        assert_eq!(with_check_digit("48244-1345"), "48244-13456");
        assert!(is_valid("48244-13456"));
    }

    #[test]
    fn what_is_no_number_is_not_valid() {
        for text in ["", "0", "-", "48244-1345x", "４８"] {
            assert!(!is_valid(text), "{text}");
        }
        assert_eq!(check_digit(" - "), None);
        assert_eq!(with_check_digit("12a"), "12a");
    }

    #[test]
    fn every_wrong_digit_is_noticed() {
        let right = "1745-7712-6942-8698";
        for (at, digit) in right.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            for other in ('0'..='9').filter(|other| *other != digit) {
                let wrong = format!("{}{other}{}", &right[..at], &right[at + 1..]);
                assert!(!is_valid(&wrong), "{wrong}");
            }
        }
    }
}
