//! What GitHub's runner would read: commands in the log, and the page of the step.

use super::showcase::{multiplied, showcase, written};

/// A workflow command as the runner takes it apart, with its escapes undone.
struct Command {
    kind: String,
    properties: Vec<(String, String)>,
    text: String,
}

/// Reads as the runner does: the first `::` after the first ends the properties.
fn read(line: &str) -> Command {
    let rest = line.strip_prefix("::").expect("a command");
    let (head, text) = rest.split_once("::").expect("an end of the properties");
    let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties
        .split(',')
        .map(|property| property.split_once('=').expect("a name and a value"))
        .map(|(name, value)| (name.to_owned(), undone(value)))
        .collect();
    Command { kind: kind.to_owned(), properties, text: undone(text) }
}

fn undone(text: &str) -> String {
    let escapes = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    escapes.iter().fold(text.to_owned(), |text, (escape, c)| text.replace(escape, c))
}

impl Command {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn commands(text: &str) -> Vec<Command> {
    text.lines().map(read).collect()
}

#[test]
fn each_annotation_is_one_line_with_its_place() {
    let all = commands(&written(&showcase(), "github"));
    let kinds: Vec<&str> = all.iter().map(|command| command.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "error").count() + 2, kinds.len(), "{kinds:?}");
    let first = &all[0];
    assert_eq!(first.property("file"), Some("scenarios/sign-in/replayed-code.yaml"));
    assert!(first.property("line").expect("a line").parse::<u32>().is_ok());
    let title = first.property("title").expect("a title");
    assert!(title.starts_with("sign-in/replayed-code: rfc6238.single-use (MUST"), "{title}");
    assert!(first.text.contains("\n   expected  "), "{}", first.text);
    let nasty = all.iter().find(|command| command.text.contains("100%, a:b ]]> end[31m"));
    let nasty = nasty.expect("its text came through");
    assert_eq!(nasty.property("file"), Some("scenarios/odd/nasty a,b:c.yaml"));
    assert!(nasty.text.contains("\n::error::x |"), "{}", nasty.text);
}

#[test]
fn the_tenth_of_a_kind_says_how_many_more_there_are() {
    let all = commands(&written(&multiplied(20), "github"));
    let errors: Vec<&Command> = all.iter().filter(|command| command.kind == "error").collect();
    assert_eq!(errors.len(), 10);
    let weakness = |command: &&Command| {
        command.property("title").is_some_and(|title| title.contains("rfc6238.single-use"))
    };
    assert_eq!(errors.iter().filter(|command| weakness(command)).count(), 9, "the worst first");
    let last = &errors[9].text;
    // 20 × 2 broken requirements, and those of the real failure, less the nine that are shown.
    let more: usize = last.split(' ').nth(1).expect("a number").parse().expect("a number");
    assert!(more >= 20 * 2 + 1 - 9, "{last}");
}

#[test]
fn the_summary_is_a_table_whose_cells_stay_cells() {
    let page = written(&showcase(), "github-summary");
    assert!(page.starts_with("## Fobwatch: ❌ not conformant\n"), "{page}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let trouble = |line: &&str| line.starts_with("| `odd/") || line.starts_with("| `sign-in/");
    let rows: Vec<&str> = page.lines().filter(trouble).collect();
    assert!(rows.len() >= 5, "{page}");
    assert!(rows.iter().all(|row| cells(row) == 8), "{rows:?}");
    assert!(page.contains("| `rfc6238.single-use` | MUST |"), "{page}");
    assert!(!page.contains("<b>"), "what a subject says is no markup");
}

#[test]
fn a_long_summary_is_cut_at_a_row_before_github_drops_it() {
    let page = written(&multiplied(3_000), "github-summary");
    assert!(page.len() > 900_000 && page.len() < 1_000_100, "{}", page.len());
    let mut lines = page.lines().rev();
    let last = lines.next().expect("a last line");
    assert!(last.ends_with(" rows were left out."), "{last}");
    assert_eq!(lines.next(), Some(""));
    assert!(lines.next().is_some_and(|row| row.starts_with("| ") && row.ends_with(" |")));
}
