//! The Luhn check digit (ISO/IEC 7812-1 annex B), as serial numbers and activation codes carry it.

/// The digits of `text`; spaces and hyphens are passed over, anything else makes it none.
fn digits(text: &str) -> Option<Vec<u32>> {
    let kept = text.chars().filter(|c| !matches!(c, ' ' | '-'));
    kept.map(|c| if c.is_ascii_digit() { c.to_digit(10) } else { None }).collect()
}

/// The Luhn sum, where the rightmost digit counts once, the next twice, and so on.
fn sum(digits: &[u32]) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighted = digits.iter().rev().enumerate();
    weighted.map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit }).sum()
}

/// Whether the last digit of `text` is the check digit of the others.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() >= 2 && sum(&digits).is_multiple_of(10))
}

/// The digit that makes `text` valid when appended; none if `text` is not all digits.
#[must_use]
pub fn check_digit(text: &str) -> Option<char> {
    let mut digits = digits(text)?;
    digits.push(0);
    char::from_digit((10 - sum(&digits) % 10) % 10, 10)
}

#[cfg(test)]
mod tests {
    use super::{check_digit, is_valid};

    #[test]
    fn the_check_digit_makes_a_number_valid() {
        assert_eq!(check_digit("4824413 45"), Some('6'));
        assert!(is_valid("48244-13456"));
        assert!(!is_valid("48244-13457"));
    }

    #[test]
    fn what_is_no_number_has_no_check_digit() {
        assert_eq!(check_digit("12x4"), None);
        assert!(!is_valid("x"));
        assert!(!is_valid(""));
    }
}
