//! Finds everything in a text that has the shape of a code, a short number or a long one.

use super::words::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How many figures of one text are looked at; more than a long mail with a table has.
const FIGURE_LIMIT: usize = 256;

/// Something that could be a code by its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figure {
    /// Where it stands in the simplified text.
    pub(super) span: Range<usize>,
    /// Digits without separators, or letters and digits with their hyphens.
    pub(super) code: String,
    /// What kind of thing it is.
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Digits, perhaps in equal groups.
    Digits,
    /// Digits behind a letter and a hyphen that do not belong to the code.
    Prefixed,
    /// Digits in uneven or many groups, as phone and card numbers have them.
    LongNumber,
    /// Letters and digits, or letters in groups.
    Letters,
}

static RUN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]+"));
static LETTERS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9]{3,5}(?:-[A-Za-z0-9]{3,5}){1,3}|[A-Za-z0-9]{5,12}"));

/// All figures of `text` in the order in which they stand.
pub(super) fn figures(text: &str) -> Vec<Figure> {
    let mut figures = numbers(text);
    for found in LETTERS.find_iter(text).take(FIGURE_LIMIT) {
        let word = found.as_str();
        if is_apart(text, &found.range(), '-') && could_be_letters(word) {
            let (span, code) = (found.range(), word.to_owned());
            figures.push(Figure { span, code, shape: Shape::Letters });
        }
    }
    figures.sort_by_key(|figure| figure.span.start);
    figures.truncate(FIGURE_LIMIT);
    figures
}

/// Letters alone need groups or capitals: otherwise every word would be one.
fn could_be_letters(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_upper = !word.bytes().any(|byte| byte.is_ascii_lowercase());
    has_letter && (has_digit || (is_upper && word.len() >= 6))
}

/// Whether nothing that belongs to the same word stands before or after `span`.
fn is_apart(text: &str, span: &Range<usize>, joint: char) -> bool {
    let is_apart = |c: char| !c.is_ascii_alphanumeric() && c != joint && c != '_';
    text[..span.start].chars().next_back().is_none_or(is_apart)
        && text[span.end..].chars().next().is_none_or(is_apart)
}

fn numbers(text: &str) -> Vec<Figure> {
    let runs: Vec<Range<usize>> = RUN.find_iter(text).map(|run| run.range()).collect();
    let mut figures = Vec::new();
    let mut at = 0;
    while at < runs.len() && figures.len() < FIGURE_LIMIT {
        let joined = joined(text, &runs[at..]);
        let (taken, shape) = grouping(text, &runs[at..at + joined]);
        let span = runs[at].start..runs[at + taken - 1].end;
        at += taken;
        figures.extend(figure(text, span, shape));
    }
    figures
}

/// How many of the first `runs` are joined by one and the same space or hyphen.
fn joined(text: &str, runs: &[Range<usize>]) -> usize {
    let joint = |pair: &[Range<usize>]| text.get(pair[0].end..pair[1].start).unwrap_or_default();
    let Some(first) = runs.get(..2).map(joint) else { return 1 };
    if !matches!(first, " " | "-") {
        return 1;
    }
    1 + runs.windows(2).take_while(|pair| joint(pair) == first).count()
}

/// How many of the joined `runs` make one figure, and which.
fn grouping(text: &str, runs: &[Range<usize>]) -> (usize, Shape) {
    if runs.len() == 1 {
        return (1, Shape::Digits);
    }
    let lengths: Vec<usize> = runs.iter().map(ExactSizeIterator::len).collect();
    if is_code_grouping(&lengths) {
        return (runs.len(), Shape::Digits);
    }
    let spaced = text.get(runs[0].end..runs[1].start) == Some(" ");
    let total: usize = lengths.iter().sum();
    if !spaced || (lengths[0] <= 5 && total >= 11) {
        return (runs.len(), Shape::LongNumber);
    }
    // A code may be followed by another number: `482 913 10 minutes`, `482913 10 minutes`.
    let fits = |count: &usize| {
        is_code_grouping(&lengths[..*count]) && lengths.get(*count).is_none_or(|next| *next <= 2)
    };
    let count = (2..runs.len()).rev().find(fits).unwrap_or(1);
    (count, Shape::Digits)
}

/// Two groups of two to four, three of two or three, or four to eight single digits.
fn is_code_grouping(lengths: &[usize]) -> bool {
    let all = |length| lengths.iter().all(|known| *known == length);
    match lengths.len() {
        2 => all(2) || all(3) || all(4),
        3 => all(2) || all(3),
        4..=8 => all(1),
        _ => false,
    }
}

fn figure(text: &str, span: Range<usize>, shape: Shape) -> Option<Figure> {
    let code: String = text[span.clone()].chars().filter(char::is_ascii_digit).collect();
    let before = text[..span.start].chars().next_back();
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    if touches(before) || touches(text[span.end..].chars().next()) || code.len() < 3 {
        return None;
    }
    let Some(start) = prefix(&text[..span.start]) else {
        return Some(Figure { span, code, shape });
    };
    let shape = if shape == Shape::Digits { Shape::Prefixed } else { shape };
    Some(Figure { span: start..span.end, code, shape })
}

/// Where a prefix such as `G-` at the end of `before` starts.
fn prefix(before: &str) -> Option<usize> {
    let letters = before.strip_suffix('-')?;
    let count = letters.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    let start = letters.len() - count;
    let apart = !letters[..start].ends_with(|c: char| c.is_alphanumeric() || c == '-');
    ((1..=3).contains(&count) && apart).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::{Shape, figures};

    fn codes(text: &str) -> Vec<(String, Shape)> {
        figures(text).into_iter().map(|figure| (figure.code, figure.shape)).collect()
    }

    #[test]
    fn groups_of_digits_are_one_figure() {
        for text in ["482913", "482 913", "482-913", "48 29 13", "4 8 2 9 1 3"] {
            assert_eq!(codes(text), [("482913".to_owned(), Shape::Digits)], "{text}");
        }
        assert_eq!(codes("G-482913"), [("482913".to_owned(), Shape::Prefixed)]);
    }

    #[test]
    fn a_code_and_a_number_after_it_are_two() {
        assert_eq!(codes("482 913 10 min"), [("482913".to_owned(), Shape::Digits)]);
        assert_eq!(codes("482913 2030")[0].0, "482913");
    }

    #[test]
    fn many_groups_are_a_long_number() {
        assert_eq!(codes("1234 5678 9012 3456")[0].1, Shape::LongNumber);
        assert_eq!(codes("202-555-0142")[0].1, Shape::LongNumber);
    }

    #[test]
    fn letters_count_only_where_they_look_like_a_code() {
        assert_eq!(codes("hello there ABCD-EFGH")[0].0, "ABCD-EFGH");
        assert_eq!(codes("well-known words"), []);
    }
}
