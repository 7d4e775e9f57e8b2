//! Every kind of mistake in a scenario, pinned by a golden file; and the language as it is sold.

#![allow(clippy::expect_used, reason = "a test that cannot read its fixtures says so")]

use fobwatch::conformance::REQUIREMENTS;
use fobwatch::scenario::plan::{Ask, CodeText, DeviceAct, Field, Text, Verb};
use fobwatch::scenario::{Diagnoses, catalogue, load, schema};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the broken scenarios may cover, whatever the real register holds today.
const KNOWN: &[&str] = &["guide.sms-pin", "guide.mobile-activation", "rfc6238.single-use"];

const STORY: &str = include_str!("../../fixtures/sound/story.yaml");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.insert(path);
            }
        }
    }
    found
}

/// `UPDATE_GOLDEN=1 cargo test --test it diagnosis` writes the golden files anew.
#[allow(clippy::disallowed_methods, reason = "a test may be told to rewrite its golden files")]
fn rewrites_golden_files() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

#[test]
fn every_mistake_is_told_as_its_golden_file_says() {
    let broken = files_below(&root().join("fixtures/broken"), "yaml");
    assert!(broken.len() >= 25, "only {} broken scenarios", broken.len());
    let mut wrong = Vec::new();
    for path in broken {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let source = fs::read_to_string(&path).expect("the fixture is text");
        let diagnoses = load(&name, &source, KNOWN).expect_err(&name);
        let told = format!("{}\n", Diagnoses(diagnoses));
        let golden = path.with_extension("txt");
        if rewrites_golden_files() {
            fs::write(&golden, &told).expect("the golden file can be written");
        }
        if fs::read_to_string(&golden).ok().as_deref() != Some(told.as_str()) {
            wrong.push(format!("{name} is told as\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_story_of_the_guide_loads() {
    let plans = load("sms/story.yaml", STORY, KNOWN).unwrap_or_else(|found| {
        panic!("{}", Diagnoses(found));
    });
    let [plan] = plans.as_slice() else { panic!("one plan") };
    assert_eq!((plan.id.as_str(), plan.steps.len()), ("sms/story", 15));
    let receive = &plan.steps[1];
    assert_eq!((receive.place.line, receive.place.column), (10, 5));
    assert_eq!(receive.source, "receive: { sms: ada, within: 5s }");
    assert_eq!(receive.keep.as_deref(), Some("pin"));
    assert!(
        matches!(receive.verb, Verb::Receive { within, .. } if within == Duration::from_secs(5))
    );
    let code = Text::Reference { name: "otp".to_owned(), field: Some(Field::Code) };
    let submit = Ask::SubmitCode { code: CodeText::Exactly(code), written: None };
    assert_eq!(plan.steps[13].verb, Verb::Ask(submit));
    let pin = || Text::Literal("2580".to_owned());
    let set = DeviceAct::SetPin { pin: pin(), again: pin() };
    assert_eq!(plan.steps[8].verb, Verb::Act { device: "pixel".to_owned(), act: set });
}

#[test]
fn lines_that_end_as_on_windows_keep_their_places() {
    let unix = STORY.replace("who: ada", "who: adda");
    let told = |source: &str| {
        let found = load("a.yaml", source, KNOWN).expect_err("nobody is called adda");
        found
            .into_iter()
            .map(|one| (one.line, one.column, one.length, one.text))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&unix.replace('\n', "\r\n")), told(&unix));
}

#[test]
fn places_count_characters_and_not_bytes() {
    let source = "scenario: Übergrößenträger\nsteps:\n  - probe: { ärger: 1, größe: 1 }\n";
    let found = load("a.yaml", source, KNOWN).expect_err("unknown fields");
    let places: Vec<_> = found.iter().map(|one| (one.line, one.column, one.length)).collect();
    assert_eq!(places, [(3, 14, 5), (3, 24, 5)]);
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let source = format!("{STORY}{}", "# room for nothing\n".repeat(20_000));
    let found = load("a.yaml", &source, KNOWN).expect_err("too large");
    assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), ["file-too-large"]);
}

#[test]
fn a_file_of_nothing_but_mistakes_is_cut_short() {
    let source = format!("scenario: Too much\nsteps:\n{}", "  - sing: {}\n".repeat(400));
    let found = load("a.yaml", &source, KNOWN).expect_err("nothing but mistakes");
    assert_eq!(found.len(), 101);
    assert_eq!(found.last().map(|one| one.code), Some("too-many-mistakes"));
}

#[test]
fn a_diagnosis_can_be_read_by_programs() {
    let found = load("a.yaml", "scenario: x\nsteps:\n  - prob: {}\n", KNOWN).expect_err("a typo");
    let json = serde_json::to_value(Diagnoses(found)).expect("serialises");
    assert_eq!(json[0]["code"], "unknown-verb");
    assert_eq!(json[0]["help"], "did you mean `probe`?");
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&3.into(), &5.into()));
}

#[test]
fn the_register_of_shipped_scenarios_is_the_folder() {
    let folder = files_below(&root().join("scenarios"), "yaml");
    let relative = |path: &PathBuf| {
        let below = path.strip_prefix(root()).expect("below the root");
        below.to_string_lossy().replace('\\', "/")
    };
    let in_folder: Vec<String> = folder.iter().map(relative).collect();
    let files = catalogue::shipped_files();
    let mut listed: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    assert!(listed.is_sorted(), "run scripts/list-scenarios");
    listed.sort_unstable();
    let mut in_folder: Vec<&str> = in_folder.iter().map(String::as_str).collect();
    in_folder.sort_unstable();
    assert_eq!(listed, in_folder, "run scripts/list-scenarios");
}

#[test]
fn every_shipped_scenario_loads() {
    let known: Vec<&str> = REQUIREMENTS.iter().map(|requirement| requirement.id).collect();
    let plans = catalogue::shipped(&known).unwrap_or_else(|found| panic!("{}", Diagnoses(found)));
    // A file with axes or rounds is several scenarios.
    assert!(plans.len() >= catalogue::shipped_files().len());
    assert!(catalogue::shipped_files().len() >= 120);
    assert!(plans.iter().any(|plan| plan.id == "sms/first-sign-in"));
    assert!(plans.iter().any(|plan| plan.id == "mobile/on-each-platform[platform=ios]"));
}

#[test]
fn the_schema_knows_every_key_and_verb_of_the_shipped_scenarios() {
    let schema = schema();
    let step = &schema["$defs"]["Step"];
    assert_eq!(step["oneOf"].as_array().map(Vec::len), Some(59));
    for (name, text) in catalogue::shipped_files() {
        let file: serde_json::Value = serde_yaml::from_str(text).expect(name);
        for key in file.as_object().expect(name).keys() {
            assert!(schema["properties"][key].is_object(), "{name}: {key}");
        }
        for written in file["steps"].as_array().expect(name) {
            for (key, value) in written.as_object().expect(name) {
                let known = &step["properties"][key];
                assert!(known.is_object(), "{name}: {key}");
                check_arguments(&schema, known, value, &format!("{name}: {key}"));
            }
        }
    }
}

/// Each argument is a property of the definition that `known` refers to.
fn check_arguments(
    schema: &serde_json::Value,
    known: &serde_json::Value,
    value: &serde_json::Value,
    place: &str,
) {
    let (Some(path), Some(arguments)) = (known["$ref"].as_str(), value.as_object()) else { return };
    let definition = schema.pointer(path.trim_start_matches('#')).expect(place);
    assert!(definition["description"].is_string(), "{place} has no description");
    // An axis may stand in the place of a name.
    for field in arguments.keys().filter(|name| !name.starts_with('<')) {
        assert!(definition["properties"][field].is_object(), "{place}: {field}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = load("a.yaml", &text, KNOWN).map_err(|found| Diagnoses(found).to_string());
    }

    #[test]
    fn no_text_of_yaml_signs_makes_it_panic(text in "[a-z:\\-\\[\\]{}\"'&*!|>%@#?, \n\t\r$.0-9é]{0,120}") {
        let _ = load("a.yaml", &text, KNOWN).map_err(|found| Diagnoses(found).to_string());
    }

    #[test]
    fn no_slip_of_the_keyboard_makes_it_panic(
        slips in prop::collection::vec((any::<prop::sample::Index>(), any::<Option<char>>()), 1..6),
    ) {
        let mut letters: Vec<char> = STORY.chars().collect();
        for (at, slip) in slips {
            let at = at.index(letters.len());
            match slip {
                Some(letter) => letters.insert(at, letter),
                None => { letters.remove(at); }
            }
        }
        let text: String = letters.into_iter().collect();
        let _ = load("a.yaml", &text, KNOWN).map_err(|found| Diagnoses(found).to_string());
    }

    #[test]
    fn whatever_is_wrong_is_inside_the_file(at in any::<prop::sample::Index>(), letter in "[a-z:{}\" ]") {
        let mut text = STORY.to_owned();
        let at = at.index(text.len());
        text.insert_str(at, &letter);
        for one in load("a.yaml", &text, KNOWN).err().into_iter().flatten() {
            let line = text.lines().nth(one.line - 1).unwrap_or_default();
            prop_assert_eq!(&one.text, line);
            prop_assert!(one.column <= line.chars().count() + 1, "{}", one);
        }
    }
}
