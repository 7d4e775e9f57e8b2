//! What is wrong with a scenario, where, and what to write instead: all mistakes at once.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use std::fmt;

/// More mistakes than this in one file are not read one by one; and a file that is nothing but
/// mistakes must not fill the memory.
const MAX_MISTAKES: usize = 100;

/// Longer marks than this hide the line instead of pointing into it.
const MAX_MARK_BYTES: usize = 120;

/// One mistake of the author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What kind of mistake: stable, in kebab-case.
    pub code: &'static str,
    /// The file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters of the line are meant, at least 1.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead; empty if nobody can tell.
    pub help: String,
    /// The line itself.
    pub text: String,
}

/// How a diagnosis looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Text only: for files and pipes.
    Plain,
    /// With the colours of a terminal.
    Styled,
}

/// Several diagnoses, shown one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnoses(pub Vec<Diagnosis>);

impl Diagnosis {
    /// The mistake with its line, a caret under it, and the remedy.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        let renderer = match look {
            Look::Plain => Renderer::plain(),
            Look::Styled => Renderer::styled(),
        };
        let byte = |column: usize| {
            self.text.char_indices().nth(column).map_or(self.text.len(), |(byte, _)| byte)
        };
        let mark = byte(self.column - 1)..byte(self.column - 1 + self.length);
        let snippet = Snippet::source(self.text.as_str())
            .line_start(self.line)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(mark));
        let mut group: Group<'_> =
            Level::ERROR.primary_title(self.message.as_str()).id(self.code).element(snippet);
        if !self.help.is_empty() {
            group = group.element(Level::HELP.message(self.help.as_str()));
        }
        renderer.render(&[group])
    }
}

impl Diagnoses {
    /// All of them, with an empty line between.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        let shown: Vec<String> = self.0.iter().map(|one| one.render(look)).collect();
        shown.join("\n\n")
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Look::Plain))
    }
}

impl fmt::Display for Diagnoses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Look::Plain))
    }
}

/// Bytes of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn at(start: usize) -> Self {
        Self { start, end: start }
    }
}

/// A mistake before its place has become a line and a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

impl Fault {
    pub(super) fn new(
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { code, span, message: message.into(), help: help.into() }
    }

    /// A word that is none of `known`.
    pub(super) fn unknown<'w>(
        code: &'static str,
        span: Span,
        (noun, word): (&str, &str),
        known: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        let message = format!("unknown {noun} `{}`", shorten(word));
        Self { code, span, message, help: suggest(word, known) }
    }
}

/// Where `byte` of `source` stands: line and column from 1, and the line itself.
pub(super) fn locate(source: &str, byte: usize) -> (usize, usize, &str) {
    let before = &source[..byte];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = source[start..byte].chars().count() + 1;
    let text = source[start..].split('\n').next().unwrap_or_default();
    (line, column, text.trim_end_matches('\r'))
}

/// The diagnoses for `faults`, in the order of the file.
pub(super) fn diagnose(file: &str, source: &str, mut faults: Vec<Fault>) -> Vec<Diagnosis> {
    faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
    faults.dedup();
    if faults.len() > MAX_MISTAKES {
        let left_out = faults.len() - MAX_MISTAKES;
        faults.truncate(MAX_MISTAKES);
        let at = faults[MAX_MISTAKES - 1].span;
        let message = format!("{left_out} more mistakes are not shown");
        faults.push(Fault::new("too-many-mistakes", at, message, "begin with the first one"));
    }
    faults.into_iter().map(|fault| place(file, source, fault)).collect()
}

fn place(file: &str, source: &str, fault: Fault) -> Diagnosis {
    let (line, column, text) = locate(source, fault.span.start);
    let longest = fault.span.end.min(fault.span.start + MAX_MARK_BYTES);
    let mark = source.get(fault.span.start..longest).unwrap_or_default();
    let length = mark.chars().take_while(|letter| *letter != '\n').count().max(1);
    Diagnosis {
        code: fault.code,
        file: file.to_owned(),
        line,
        column,
        length,
        message: fault.message,
        help: fault.help,
        text: text.to_owned(),
    }
}

/// What may have been meant by `word`: the nearest of `known`, else all of them if they are few.
pub(super) fn suggest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    const FEW: usize = 80;
    let known: Vec<&str> = known.into_iter().collect();
    let word = shorten(word).to_lowercase();
    let near = known
        .iter()
        .map(|candidate| (distance(&word, candidate), *candidate))
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .min();
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None if known.is_empty() => String::new(),
        None if known.len() == 1 => format!("write `{}`", known[0]),
        None if known.len() <= FEW => format!("write one of {}", listed(&known)),
        None => String::new(),
    }
}

/// `a`, `b` and `c`, as a reader expects it.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// The beginning of `word`, for messages and comparisons of bounded size.
pub(super) fn shorten(word: &str) -> String {
    const LONGEST: usize = 60;
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// Edits between two words, a swap of neighbours counting as one (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, suggest};

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance("scna", "scan"), 1);
        assert_eq!(distance("", "scan"), 4);
        assert_eq!(distance("sign_in", "sing_in"), 1);
    }

    #[test]
    fn a_word_far_from_all_others_is_not_guessed() {
        assert_eq!(suggest("smz", ["sms", "email"]), "did you mean `sms`?");
        assert_eq!(suggest("pigeon", ["sms", "email"]), "write one of `sms`, `email`");
    }
}
