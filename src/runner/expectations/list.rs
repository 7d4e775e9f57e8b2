//! The file form of the lists: YAML, with places for messages, and taken apart line by line so
//! that what stays in a file stays as it was written, comments included.

use super::{Clause, Expectations, Expected, List};
use crate::conformance::requirement;
use saphyr_parser::{Event, Parser};
use serde::Deserialize;
use std::fmt::Write as _;

/// A list that is longer is no list of exceptions.
const MOST_BYTES: usize = 1 << 20;

/// What a file may hold, for those who wrote something else.
const FORM: &str = "the lists are known_failures, flaky and not_applicable; an entry has scenario and \
    reason, and perhaps requirement, issue and until (a date such as 2030-01-31)";

/// Why a text holds no lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {why}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct NotExpectations {
    file: String,
    line: Option<usize>,
    why: String,
}

/// The whole file as serde reads it. An empty list is as good as none.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(default)]
    known_failures: Option<Vec<Clause>>,
    #[serde(default)]
    flaky: Option<Vec<Clause>>,
    #[serde(default)]
    not_applicable: Option<Vec<Clause>>,
}

/// Reads `text`, the content of `file`.
///
/// # Errors
/// [`NotExpectations`] with the line, what is wrong there, and what to write.
pub fn read(file: &str, text: &str) -> Result<Expectations, NotExpectations> {
    let wrong = |line, why: String| NotExpectations { file: file.to_owned(), line, why };
    if text.len() > MOST_BYTES {
        return Err(wrong(None, format!("it has more than {MOST_BYTES} bytes")));
    }
    // First, because it refuses what would be large once it is expanded.
    let places = places(text).map_err(|why| wrong(None, why))?;
    // A file of nothing but comments is a list that has become empty.
    let lists: Option<Lists> = serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map(|place| place.line());
        wrong(line, format!("{error}; {FORM}"))
    })?;
    let lists = lists.unwrap_or_default();
    let mut entries = Vec::new();
    for (list, clauses) in [
        (List::KnownFailures, lists.known_failures),
        (List::Flaky, lists.flaky),
        (List::NotApplicable, lists.not_applicable),
    ] {
        let lines = places.iter().filter(|(of, _)| *of == list).map(|(_, line)| *line);
        let clauses = clauses.unwrap_or_default();
        entries.extend(clauses.into_iter().zip(lines).map(|(clause, line)| Expected {
            list,
            line,
            clause,
        }));
    }
    for entry in &entries {
        refuse(entry).map_err(|why| wrong(Some(entry.line), why))?;
    }
    entries.sort_by_key(|entry| entry.line);
    Ok(Expectations { file: file.to_owned(), entries })
}

fn refuse(entry: &Expected) -> Result<(), String> {
    let Clause { requirement: rule, reason, .. } = &entry.clause;
    if reason.trim().is_empty() {
        return Err("the reason is empty; say why, for whoever reads it next year".to_owned());
    }
    let Some(rule) = rule else { return Ok(()) };
    if entry.list == List::NotApplicable {
        return Err("what is not played breaks no requirement; leave `requirement` out".to_owned());
    }
    if requirement(rule).is_none() {
        return Err(format!("there is no requirement `{rule}`; see `fobwatch requirements`"));
    }
    Ok(())
}

/// The list and the line of every entry, in the order of the file.
fn places(text: &str) -> Result<Vec<(List, usize)>, String> {
    let (mut places, mut list, mut depth, mut is_key) = (Vec::new(), None, 0_u32, true);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        match event {
            Event::Scalar(value, ..) if depth == 1 => {
                if is_key {
                    list = List::ALL.into_iter().find(|list| list.key() == value);
                }
                is_key = !is_key;
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if depth == 2
                    && let Some(list) = list
                {
                    places.push((list, span.start.line()));
                }
                depth += 1;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    is_key = true;
                }
            }
            Event::Alias(_) => return Err("anchors and aliases are not read here".to_owned()),
            Event::Scalar(..)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }
    Ok(places)
}

/// `text` without the entries at the positions `gone` of `lists`, which were read from it. All
/// else stays as it was written; a comment above an entry goes with it.
#[must_use]
pub fn without(text: &str, lists: &Expectations, gone: &[usize]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut keep = vec![true; lines.len()];
    for index in gone {
        let Some(entry) = lists.entries.get(*index) else { continue };
        for at in extent(&lines, entry.line.saturating_sub(1)) {
            if let Some(kept) = keep.get_mut(at) {
                *kept = false;
            }
        }
    }
    let kept: String =
        lines.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(line, _)| *line).collect();
    let left: Vec<&Clause> = lists
        .entries
        .iter()
        .enumerate()
        .filter(|(index, _)| !gone.contains(index))
        .map(|(_, entry)| &entry.clause)
        .collect();
    // Written in a form that cannot be taken apart by lines, such as `[{…}, {…}]`.
    let still = read(&lists.file, &kept);
    let as_meant =
        still.is_ok_and(|still| still.entries.iter().map(|entry| &entry.clause).eq(left));
    if as_meant { kept } else { anew(lists, gone) }
}

/// The lines of the entry that begins at `start`, from the comment above it to its last field.
fn extent(lines: &[&str], start: usize) -> std::ops::Range<usize> {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let Some(own) = lines.get(start).map(|line| indent(line)) else { return start..start };
    let inner = |line: &&&str| indent(line) > own && !line.trim().is_empty();
    let fields = lines[start + 1..].iter().take_while(inner).count();
    let above = lines[..start].iter().rev().take_while(|line| is_comment(line)).count();
    start - above..start + 1 + fields
}

fn anew(lists: &Expectations, gone: &[usize]) -> String {
    let mut text = String::new();
    for list in List::ALL {
        let left = lists.entries.iter().enumerate();
        let left = left.filter(|(index, entry)| entry.list == list && !gone.contains(index));
        let clauses: Vec<Clause> = left.map(|(_, entry)| entry.clause.clone()).collect();
        if !clauses.is_empty() {
            text.push_str(&section(list, &clauses));
        }
    }
    text
}

/// A new file that lists `clauses` as known failures.
#[must_use]
pub fn written(clauses: &[Clause]) -> String {
    let mut text = String::from(
        "# What is known to fail. Each entry must still fail; one that does not is stale, and\n\
         # `fobwatch run --expectations THIS --ratchet` takes it off. Give each a reason and an issue.\n",
    );
    text.push_str(&section(List::KnownFailures, clauses));
    text
}

fn section(list: List, clauses: &[Clause]) -> String {
    let mut text = format!("{}:\n", list.key());
    for Clause { scenario, requirement, reason, issue, until } in clauses {
        let fields = [
            ("scenario", Some(scenario.to_string())),
            ("requirement", requirement.clone()),
            ("reason", Some(reason.clone())),
            ("issue", issue.clone()),
            ("until", until.map(|until| until.to_string())),
        ];
        let present = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (index, (name, value)) in present.enumerate() {
            let lead = if index == 0 { "- " } else { "  " };
            // A JSON string is a YAML string, whatever is in it.
            let quoted = serde_json::Value::from(value);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {lead}{name}: {quoted}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{List, read, without, written};

    const LISTS: &str = "\
# Ours.
known_failures:
  # The first.
  - scenario: sms/*
    reason: slow
  - scenario: 'mail/a'
    requirement: guide.sms-first
    reason: |
      two
      lines
    issue: PROJ-1
    until: 2030-01-31

flaky:
- scenario: b
  reason: moods
not_applicable:
";

    #[test]
    fn entries_are_read_with_their_lines() {
        let lists = read("x.yaml", LISTS).expect("lists");
        let found: Vec<(List, usize, &str)> = lists
            .entries
            .iter()
            .map(|entry| (entry.list, entry.line, entry.clause.scenario.as_str()))
            .collect();
        let known = List::KnownFailures;
        assert_eq!(found, [(known, 4, "sms/*"), (known, 6, "mail/a"), (List::Flaky, 15, "b")]);
        assert!(read("x.yaml", "# nothing left\n").expect("no lists").entries.is_empty());
    }

    #[test]
    fn a_mistake_is_shown_with_its_line_and_what_to_write() {
        let why = |text: &str| read("x.yaml", text).expect_err("a mistake").to_string();
        let unknown = why("flaky:\n  - scenario: a\n    reson: b\n");
        assert!(unknown.starts_with("x.yaml:"), "{unknown}");
        assert!(unknown.contains("`reson`") && unknown.contains("reason"), "{unknown}");
        assert!(why("known_failure: []\n").contains("known_failures"));
        let empty = why("flaky:\n  - scenario: a\n    reason: ' '\n");
        assert!(empty.starts_with("x.yaml:2: the reason is empty"), "{empty}");
        let rule = why("flaky:\n  - { scenario: a, reason: b, requirement: no.such }\n");
        assert!(rule.contains("no requirement `no.such`"), "{rule}");
        assert!(why("flaky:\n  - { scenario: a, reason: b, until: tomorrow }\n").contains("until"));
    }

    #[test]
    fn what_stays_stays_as_it_was_written() {
        let lists = read("x.yaml", LISTS).expect("lists");
        let first = without(LISTS, &lists, &[0]);
        assert_eq!(
            first,
            LISTS.replace("  # The first.\n  - scenario: sms/*\n    reason: slow\n", "")
        );
        let all = without(LISTS, &lists, &[0, 1, 2]);
        assert!(read("x.yaml", &all).expect("lists").entries.is_empty(), "{all}");
        assert!(all.starts_with("# Ours.\n"), "{all}");
        let flow = "flaky: [{ scenario: a, reason: b }, { scenario: c, reason: 'd: #' }]\n";
        let lists = read("x.yaml", flow).expect("lists");
        let left = read("x.yaml", &without(flow, &lists, &[0])).expect("lists");
        assert_eq!(left.entries.len(), 1);
        assert_eq!(left.entries[0].clause, lists.entries[1].clause);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let lists = read("x.yaml", LISTS).expect("lists");
        let clauses: Vec<_> = lists.entries.into_iter().map(|entry| entry.clause).collect();
        let again = read("x.yaml", &written(&clauses)).expect("lists");
        let again: Vec<_> = again.entries.into_iter().map(|entry| entry.clause).collect();
        assert_eq!(again, clauses);
    }
}
