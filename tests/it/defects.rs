//! The suite proves itself: every defect is caught by the requirement that it breaks.

use crate::stage;
use fobwatch::conformance::{self, Level, Verdict};
use fobwatch::reference::{DEFECTS, Defect};
use fobwatch::report::{self, Standing};
use std::fmt::Write;

#[test]
fn every_defect_names_requirements_that_exist() {
    for defect in DEFECTS {
        assert!(!defect.breaks.is_empty(), "{} breaks nothing", defect.name);
        for id in defect.breaks {
            assert!(conformance::requirement(id).is_some(), "{}: {id}", defect.name);
        }
    }
}

/// Whether it breaks only what SHOULD be kept: that may leave a weak pass.
fn is_mild(defect: &Defect) -> bool {
    let mut broken = defect.breaks.iter().filter_map(|id| conformance::requirement(id));
    broken.all(|requirement| requirement.level == Level::Should)
}

#[test]
fn every_defect_is_caught_by_the_requirement_that_it_breaks() {
    let table = stage::runtime().block_on(async {
        let post = stage::post().await;
        let mut table = String::new();
        for defect in DEFECTS {
            let against = format!("builtin:reference?defect={}", defect.name);
            let run = stage::run(&against, 1, &post).await;
            let worst = run.played.iter().map(|played| played.verdict).max();
            let is_taken =
                worst == Some(Verdict::Fail) || is_mild(defect) && worst == Some(Verdict::Weak);
            assert!(is_taken, "{} is taken too lightly: {worst:?}", defect.name);
            let broken: Vec<&str> = report::standings(&run)
                .into_iter()
                .filter(|(_, standing)| *standing == Standing::Broken)
                .map(|(requirement, _)| requirement.id)
                .collect();
            for id in defect.breaks {
                assert!(broken.contains(id), "{} is not caught by {id}: {broken:?}", defect.name);
            }
            writeln!(table, "{:<34} {}", defect.name, broken.join(" ")).expect("memory");
        }
        table
    });
    insta::assert_snapshot!("defect_by_requirement", table);
}
