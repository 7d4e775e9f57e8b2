//! What stands in the field of a code: a text, as people type it, or a list of texts, as whoever
//! tries out a parser sends it.

use super::Secret;
use serde::Deserialize;

/// What is submitted as a code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Entered {
    /// One text.
    Text(Secret),
    /// A list of texts: no person can type one.
    List(Vec<Secret>),
}

impl From<Secret> for Entered {
    fn from(code: Secret) -> Self {
        Self::Text(code)
    }
}

/// `code` with each digit `by` higher, round from 9 to 0, and each letter another: the same length,
/// and no character in common while `by` is 1 to 9.
#[must_use]
pub fn raised(code: &Secret, by: u32) -> Secret {
    let other = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_digit((digit + by) % 10, 10).unwrap_or('0'),
        None if c == 'A' => 'B',
        None => 'A',
    };
    Secret::new(code.reveal().chars().map(other).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{Entered, raised};
    use crate::domain::Secret;
    use serde_json::json;

    #[test]
    fn a_wrong_code_has_the_same_length_and_no_digit_in_common() {
        assert_eq!(raised(&Secret::new("09185A"), 1).reveal(), "10296B");
        assert_eq!(raised(&Secret::new("09185A"), 2).reveal(), "21307B");
    }

    #[test]
    fn texts_and_lists_of_texts_are_read_and_nothing_else() {
        let read = |value| serde_json::from_value::<Entered>(value).ok();
        let (one, two) = (Secret::new("1"), Secret::new("2"));
        assert_eq!(read(json!("1")), Some(Entered::Text(one.clone())));
        assert_eq!(read(json!(["1", "2"])), Some(Entered::List(vec![one, two])));
        assert_eq!([json!(1), json!([1]), json!(null)].map(read), [None, None, None]);
    }
}
