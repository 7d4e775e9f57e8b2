//! Races: a defect that checks first and writes later is found in every run, and the sound reference
//! never loses.

use crate::stage;
use fobwatch::reference::DEFECTS;
use fobwatch::report::{self, Standing};
use fobwatch::runner::{Run, Ticket};

/// The shipped races, every round of them.
fn races() -> Vec<Ticket> {
    let races = stage::shipped().into_iter().filter(|one| one.plan.id.starts_with("races/"));
    races.collect()
}

fn broken(run: &Run) -> Vec<&'static str> {
    let standings = report::standings(run).into_iter();
    let broken = standings.filter(|(_, standing)| *standing == Standing::Broken);
    broken.map(|(requirement, _)| requirement.id).collect()
}

#[test]
fn every_race_defect_is_found_in_every_run() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let racy = DEFECTS.iter().filter(|defect| defect.name.starts_with("race-"));
        let mut found = 0;
        for defect in racy {
            let against = format!("builtin:reference?defect={}", defect.name);
            for seed in 1..=stage::asked_for("FOBWATCH_RACE_RUNS", 5) {
                let run = stage::run_of(races(), &against, seed, &post).await;
                let broken = broken(&run);
                for id in defect.breaks {
                    assert!(broken.contains(id), "{}, seed {seed}: {broken:?}", defect.name);
                }
                found += 1;
            }
        }
        println!("race defects: found in {found} of {found} runs");
    });
}

#[test]
fn the_sound_reference_never_loses_a_race() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let runs = stage::asked_for("FOBWATCH_SOUND_RACES", 20);
        for seed in 1..=runs {
            let run = stage::run_of(races(), "builtin:reference", seed, &post).await;
            assert_eq!(broken(&run), Vec::<&str>::new(), "seed {seed}");
            assert!(run.played.len() > 20, "{} rounds", run.played.len());
        }
        println!("races: none lost by the sound reference in {runs} runs");
    });
}
