//! The summary page of a GitHub workflow step, in Markdown.
//!
//! GitHub drops a summary of more than one mebibyte whole, so that rows are left out before.

use super::case::{Case, cases};
use super::trouble::Cause;
use super::wording::one_line;
use super::{Form, Numbers, Standing, standings};
use crate::runner::Run;
use std::fmt::Write as _;
use std::io::{self, Write};

/// How long the page may be: 1 MiB less what the last line and a margin need.
const MOST_BYTES: usize = 1_000_000;

/// How long one cell may be; a subject may answer with a novel.
const LONGEST_CELL: usize = 2_000;

pub(super) struct GithubSummary;

impl Form for GithubSummary {
    fn name(&self) -> &'static str {
        "github-summary"
    }

    fn purpose(&self) -> &'static str {
        "the summary page of a GitHub workflow step, for the file in $GITHUB_STEP_SUMMARY"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        output.write_all(page(run, MOST_BYTES).as_bytes())
    }
}

/// A page that grows by whole rows until it is full.
struct Page {
    text: String,
    most: usize,
    left_out: usize,
}

impl Page {
    fn row(&mut self, row: &str) {
        // Once a row was left out, so are all after it: a table with a hole would mislead.
        if self.left_out > 0 || self.text.len() + row.len() + 1 > self.most {
            self.left_out += 1;
            return;
        }
        self.text.push_str(row);
        self.text.push('\n');
    }
}

fn page(run: &Run, most: usize) -> String {
    let mut page = Page { text: head(run), most, left_out: 0 };
    let cases: Vec<Case<'_>> = cases(run).collect();
    if cases.iter().any(|case| case.message().is_some()) {
        page.row("### What did not pass\n");
        page.row("| Scenario | Verdict | Rule | Expected | Observed | At | Again |");
        page.row("|---|---|---|---|---|---|---|");
        for row in cases.iter().flat_map(rows) {
            page.row(&row);
        }
        page.row("");
    }
    page.row("### Requirements\n");
    page.row("| Requirement | Level | Source | Standing |");
    page.row("|---|---|---|---|");
    for (rule, standing) in ordered(run) {
        let source = cell(&rule.citation());
        let word = word(standing);
        page.row(&format!("| {} | {} | {source} | {word} |", code(rule.id), rule.level));
    }
    if page.left_out > 0 {
        let _ = writeln!(page.text, "\n{} rows were left out.", page.left_out);
    }
    page.text
}

fn head(run: &Run) -> String {
    let numbers = Numbers::of(run);
    let mut text = String::new();
    let undecided = numbers.inconclusive + usize::from(run.incomplete.is_some());
    let verdict = match (numbers.failed + run.stale.len(), undecided) {
        _ if numbers.failed == 0 && !run.stale.is_empty() => "❌ the list of expectations is stale",
        (0, 0) => "✅ conformant as far as it was tested",
        (0, _) => "⚠️ not everything could be decided",
        _ => "❌ not conformant",
    };
    let _ = writeln!(text, "## Fobwatch: {verdict}\n");
    let _ = writeln!(text, "| passed | weak | failed | inconclusive | skipped |");
    let _ = writeln!(text, "|---:|---:|---:|---:|---:|");
    let Numbers { passed, weak, failed, inconclusive, skipped, .. } = numbers;
    let _ = writeln!(text, "| {passed} | {weak} | {failed} | {inconclusive} | {skipped} |\n");
    let Numbers { known, flaky, stale, .. } = numbers;
    if known + flaky + stale > 0 {
        let _ = writeln!(
            text,
            "Expected: {known} known failures, {flaky} flaky failures, {stale} stale.\n"
        );
    }
    if let Some(why) = &run.incomplete {
        let _ = writeln!(text, "**Incomplete:** {}\n", cell(why));
    }
    let _ = writeln!(
        text,
        "Requirements: {} kept, {} broken, {} untested. Against {}, seed {}.\n",
        numbers.kept,
        numbers.broken,
        numbers.untested,
        code(&run.settings.against),
        run.settings.seed
    );
    text
}

/// The rows of a case: one for each trouble, or one with the remark.
fn rows(case: &Case<'_>) -> Vec<String> {
    let (id, verdict) = (code(&case.played.plan.id), case.played.verdict);
    let Some(message) = case.message() else { return Vec::new() };
    if case.troubles.is_empty() {
        return vec![format!("| {id} | {verdict} |  |  | {} |  |  |", cell(&message))];
    }
    let row = |trouble: &super::trouble::Trouble| {
        let rule = match trouble.cause {
            Cause::Requirement(rule) => code(rule.id),
            Cause::Expectation => "expectation".to_owned(),
        };
        let at = trouble.place.as_ref().map(|(at, _)| code(at)).unwrap_or_default();
        let (expected, observed) = (cell(&trouble.expected), cell(&trouble.observed));
        let again = code(&trouble.replay);
        format!("| {id} | {verdict} | {rule} | {expected} | {observed} | {at} | {again} |")
    };
    case.troubles.iter().map(row).collect()
}

/// The requirements, broken ones first: what is cut off is the least important.
fn ordered(run: &Run) -> Vec<(&'static crate::conformance::Requirement, Standing)> {
    let mut all = standings(run);
    all.sort_by_key(|(_, standing)| match standing {
        Standing::Broken => 0,
        Standing::Kept => 1,
        Standing::Untested => 2,
    });
    all
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Kept => "✅ kept",
        Standing::Broken => "❌ broken",
        Standing::Untested => "untested",
    }
}

fn short(text: &str) -> String {
    let line = one_line(text);
    match line.floor_char_boundary(LONGEST_CELL) {
        end if end < line.len() => format!("{}…", &line[..end]),
        _ => line,
    }
}

/// A text in a cell of a table: nothing in it is Markdown or HTML.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for c in short(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' => {
                escaped.extend(['\\', c]);
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// A text in a cell as it would be typed.
fn code(text: &str) -> String {
    format!("`{}`", short(text).replace('`', "'").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_ends_at_a_row() {
        let mut page = Page { text: String::new(), most: 10, left_out: 0 };
        for row in ["12345", "1234", "x", "y"] {
            page.row(row);
        }
        assert_eq!((page.text.as_str(), page.left_out), ("12345\n", 3));
    }

    #[test]
    fn a_cell_is_no_markup() {
        assert_eq!(cell("a|b\n<img> `x`"), "a\\|b &lt;img&gt; \\`x\\`");
        assert_eq!(code("a|`b`"), "`a\\|'b'`");
        assert!(cell(&"x".repeat(5_000)).len() < 2_010);
    }
}
