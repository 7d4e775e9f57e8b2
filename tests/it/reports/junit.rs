//! JUnit against the elements and attributes that its readers know.
//!
//! There is no one schema: the sets below are what Ant's schema and Jenkins' have in common with
//! what GitLab reads, and `file` and `line`, which only the newer readers know.

use super::showcase::{NASTY, showcase, written};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// Each element: its parent, the attributes it must have, and those it may have.
const ELEMENTS: &[(&str, &str, &[&str], &[&str])] = &[
    ("testsuites", "", &["tests", "failures", "errors", "skipped", "time"], &["name"]),
    ("testsuite", "testsuites", &["name", "tests", "failures", "errors", "skipped", "time"], &[]),
    ("testcase", "testsuite", &["name", "classname", "time", "file"], &["line"]),
    ("properties", "testcase", &[], &[]),
    ("property", "properties", &["name", "value"], &[]),
    ("failure", "testcase", &["message", "type"], &[]),
    ("skipped", "testcase", &["message"], &[]),
    ("system-out", "testcase", &[], &[]),
];

/// The order in which the children of a test case may come.
const ORDER: [&str; 4] = ["properties", "failure", "skipped", "system-out"];

fn check(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let (_, parent, must, may) =
        ELEMENTS.iter().find(|(known, ..)| *known == name).expect("a known element");
    let above = node.parent().map_or("", |above| above.tag_name().name());
    assert_eq!(&above, parent, "{name} stands in the wrong place");
    let has: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
    for attribute in *must {
        assert!(has.contains(attribute), "{name} has no {attribute}: {has:?}");
    }
    for attribute in &has {
        assert!(must.contains(attribute) || may.contains(attribute), "{name} has {attribute}");
    }
    node.children().filter(Node::is_element).for_each(check);
}

fn case<'a>(document: &'a Document<'_>, id: &str) -> Node<'a, 'a> {
    let mut cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let begins = |node: &Node<'_, '_>| {
        node.attribute("name").is_some_and(|name| name.starts_with(&format!("{id} ")))
    };
    cases.find(begins).expect("the case is there")
}

fn child<'a>(case: Node<'a, 'a>, name: &str) -> Node<'a, 'a> {
    case.children().find(|node| node.has_tag_name(name)).expect("the element is there")
}

#[test]
fn only_known_elements_and_attributes_stand_where_readers_look_for_them() {
    let xml = written(&showcase(), "junit");
    let document = Document::parse(&xml).expect("it is XML");
    check(document.root_element());
    for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
        let at: Vec<usize> = case
            .children()
            .filter(Node::is_element)
            .map(|node| ORDER.iter().position(|name| node.has_tag_name(*name)).expect("known"))
            .collect();
        assert!(at.is_sorted(), "{at:?}");
        let seconds: f64 = case.attribute("time").expect("a time").parse().expect("a number");
        assert!(seconds >= 0.0);
    }
}

#[test]
fn the_numbers_of_a_suite_are_those_of_its_cases() {
    let xml = written(&showcase(), "junit");
    let document = Document::parse(&xml).expect("it is XML");
    let odd = document
        .descendants()
        .find(|node| node.attribute("name") == Some("fobwatch.odd"))
        .expect("a suite for the folder");
    let number = |name| odd.attribute(name).expect("a number").to_owned();
    let numbers = ["tests", "failures", "errors", "skipped"].map(number);
    assert_eq!(numbers, ["4", "1", "0", "2"]);
}

#[test]
fn what_xml_forbids_is_dropped_and_nothing_ends_a_section() {
    let xml = written(&showcase(), "junit");
    assert!(!xml.contains("]]>"), "a reader that looks for the end of a section would find one");
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    assert_eq!(xml.chars().find(|c| forbidden(*c)), None);
    assert!(NASTY.chars().any(forbidden), "the text must put it to the test");
    let document = Document::parse(&xml).expect("it is XML");
    let failure = child(case(&document, "odd/nasty"), "failure");
    let body = failure.text().expect("a body");
    assert!(body.contains("100%, a:b ]]> end[31m"), "{body}");
    assert!(body.contains("ü😀"), "{body}");
}

#[test]
fn a_failure_points_at_file_and_line_of_the_step_and_names_its_requirement() {
    let xml = written(&showcase(), "junit");
    let document = Document::parse(&xml).expect("it is XML");
    let case = case(&document, "sign-in/replayed-code");
    assert_eq!(case.attribute("file"), Some("scenarios/sign-in/replayed-code.yaml"));
    let line: usize = case.attribute("line").expect("a line").parse().expect("a number");
    let yaml = include_str!("../../../scenarios/sign-in/replayed-code.yaml");
    let step = yaml.lines().nth(line - 1).expect("the line is in the file");
    let failure = child(case, "failure");
    let body = failure.text().expect("a body");
    assert!(body.contains(step.trim().trim_start_matches("- ")), "{step}\n{body}");
    assert_eq!(failure.attribute("type"), Some("rfc6238.single-use"));
    let message = failure.attribute("message").expect("a message");
    assert!(message.starts_with("rfc6238.single-use (MUST"), "{message}");
    assert!(body.starts_with(message), "{body}");
    let put = body.lines().last().expect("a last line");
    assert!(put.starts_with("requirements put to the test: "), "{put}");
    let values: BTreeSet<&str> =
        case.descendants().filter_map(|node| node.attribute("value")).collect();
    assert!(values.contains("rfc6238.single-use broken"), "{values:?}");
}

#[test]
fn each_verdict_has_its_word() {
    let xml = written(&showcase(), "junit");
    let document = Document::parse(&xml).expect("it is XML");
    let message = |id| child(case(&document, id), "skipped").attribute("message").expect("one");
    assert!(message("odd/stuck").starts_with("INCONCLUSIVE no answer"));
    assert!(message("odd/lacking").starts_with("UNSUPPORTED the subject has no x"));
    let note = child(case(&document, "odd/weak"), "system-out").text().expect("a note");
    assert!(note.starts_with("WEAK delivery.once (SHOULD"), "{note}");
    assert!(note.len() < 1_000, "Jenkins would cut it: {}", note.len());
    let stuck = child(case(&document, "odd/stuck"), "skipped").text().expect("a body");
    assert!(stuck.contains("fobwatch run --only odd/stuck"), "{stuck}");
}
