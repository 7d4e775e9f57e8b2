//! The suite proves itself: every defect is caught by the requirement that it breaks.

use crate::stage;
use fobwatch::conformance::{self, Verdict};
use fobwatch::reference::DEFECTS;
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

#[test]
fn every_defect_is_caught_by_the_requirement_that_it_breaks() {
    let table = stage::runtime().block_on(async {
        let post = stage::post().await;
        let mut table = String::new();
        for defect in DEFECTS {
            let against = format!("builtin:reference?defect={}", defect.name);
            let run = stage::run(&against, 1, &post).await;
            let worst = run.played.iter().map(|played| played.verdict).max();
            assert_eq!(worst, Some(Verdict::Fail), "{} makes no run fail", defect.name);
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
