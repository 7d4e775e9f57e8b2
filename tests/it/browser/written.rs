//! Browser files as they are written.

use crate::adapters::{assert_golden, root};
use fobwatch::adapters::browser;
use proptest::prelude::*;
use std::fs;

#[test]
fn every_mistake_in_a_browser_file_is_shown_with_its_place_and_remedy() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("fixtures/browsers")).expect("the folder") {
        let file = entry.expect("an entry").path();
        if file.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a file");
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let error = browser::check(&text, name).expect_err(name);
        assert_golden(&file.with_extension("txt"), &format!("{error}\n"));
        seen += 1;
    }
    assert!(seen >= 5, "only {seen} broken files");
}

#[test]
fn the_schema_of_browser_files_knows_every_operation_and_act() {
    let schema = serde_json::to_string(&browser::schema()).expect("JSON");
    for word in ["\"sign_in\"", "\"revoke_token\"", "\"press\"", "\"within\"", "\"screenshot\""] {
        assert!(schema.contains(word), "{word}");
    }
}

#[test]
fn the_shipped_browser_file_has_no_mistakes() {
    let text = include_str!("../../../adapters/reference-browser.yaml");
    let checked = browser::check(text, "reference-browser.yaml");
    checked.unwrap_or_else(|error| panic!("{error}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_good_browser_file_makes_the_reader_panic(
        at in 0_usize..9000,
        cut in 0_usize..40,
        put in "[\\[\\]{}:$&*!\"'\\\\ \n\té#|>-]{0,6}",
    ) {
        let good = include_str!("../../../adapters/reference-browser.yaml");
        let start = good.floor_char_boundary(at.min(good.len()));
        let end = good.floor_char_boundary((start + cut).min(good.len()));
        let text = format!("{}{put}{}", &good[..start], &good[end..]);
        let _ = browser::check(&text, "any.yaml");
    }
}
