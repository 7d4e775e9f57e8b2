//! The suite proves itself: every defect is caught by the requirement that it breaks, every MUST
//! catches a defect, and nothing is blamed on a sound variant.

use crate::stage;
use fobwatch::conformance::{self, Level, REQUIREMENTS, Verdict};
use fobwatch::domain::Role;
use fobwatch::journal::{Entry, Event, Expectation};
use fobwatch::reference::{DEFECTS, VARIANTS, Variant};
use fobwatch::report::{self, Standing};
use fobwatch::runner::Run;
use futures_util::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

#[test]
fn every_defect_names_requirements_that_exist() {
    assert!(DEFECTS.len() >= 80, "{}", DEFECTS.len());
    for defect in DEFECTS {
        assert!(!defect.breaks.is_empty(), "{} breaks nothing", defect.name);
        for id in defect.breaks {
            assert!(conformance::requirement(id).is_some(), "{}: {id}", defect.name);
        }
    }
}

/// The requirements that a run saw broken.
fn broken(run: &Run) -> BTreeSet<&'static str> {
    report::standings(run)
        .into_iter()
        .filter(|(_, standing)| *standing == Standing::Broken)
        .map(|(requirement, _)| requirement.id)
        .collect()
}

#[test]
fn every_defect_is_caught_by_the_requirement_that_it_breaks() {
    let (table, caught) = stage::runtime().block_on(async {
        let post = stage::post().await;
        let sound = broken(&stage::run_by_all("builtin:reference", 1, &post).await);
        let (mut table, mut caught) = (String::new(), BTreeMap::new());
        for defect in DEFECTS {
            let against = format!("builtin:reference?defect={}", defect.name);
            let run = stage::run_by_all(&against, 1, &post).await;
            let broken: Vec<&str> = broken(&run).difference(&sound).copied().collect();
            for id in defect.breaks {
                assert!(broken.contains(id), "{} is not caught by {id}: {broken:?}", defect.name);
            }
            for id in &broken {
                caught.entry(*id).or_insert_with(Vec::new).push(defect.name);
            }
            writeln!(table, "{:<38} {}", defect.name, broken.join(" ")).expect("memory");
        }
        (table, caught)
    });
    insta::assert_snapshot!("defect_by_requirement", table);
    let musts =
        REQUIREMENTS.iter().filter(|one| one.level == Level::Must && one.role() == Role::Server);
    // What contradicts the guide is broken by the sound reference already.
    let idle: Vec<&str> = musts
        .filter(|one| one.conflicts_with.is_empty() && !caught.contains_key(one.id))
        .map(|one| one.id)
        .collect();
    assert!(idle.is_empty(), "these catch no defect: {idle:?}");
}

#[test]
fn nothing_is_blamed_on_a_sound_variant() {
    assert!(VARIANTS.len() >= 20, "{}", VARIANTS.len());
    let seeds = stage::seeds(1);
    // Each with gateways of its own: two runs with one seed know the same people.
    let each = |variant: &'static Variant| async move {
        let post = stage::post().await;
        for seed in 1..=seeds {
            assert_unblamed(variant, seed, &post).await;
        }
        println!("{}: nothing blamed on {seeds} seeds", variant.name);
    };
    let all = futures_util::stream::iter(VARIANTS).for_each_concurrent(4, each);
    stage::runtime().block_on(all);
}

async fn assert_unblamed(variant: &Variant, seed: u64, post: &stage::Post) {
    let against = format!("builtin:reference?variant={}", variant.name);
    let run = stage::run(&against, seed, post).await;
    assert!(run.strays.is_empty(), "{}: {:?}", variant.name, run.strays);
    let sound =
        |profiles: &[&str]| !profiles.iter().all(|profile| variant.outside.contains(profile));
    for played in &run.played {
        let (name, id) = (variant.name, &played.plan.id);
        let why = blamed(&run, played, sound);
        assert!(why.is_empty(), "{name}, seed {seed}, {id}:\n{}", why.join("\n"));
        if !variant.outside.is_empty() {
            continue;
        }
        assert!(
            matches!(played.verdict, Verdict::Pass | Verdict::Weak | Verdict::Skipped),
            "{name}, seed {seed}, {id}: {} {:?}",
            played.verdict,
            played.remark
        );
    }
}

/// Broken requirements and missed expectations. Another class of refusal than expected is no blame.
fn blamed(
    run: &Run,
    played: &fobwatch::runner::Played,
    counts: impl Fn(&[&str]) -> bool,
) -> Vec<String> {
    let missed = |entry: &Entry| {
        matches!(&entry.event, Event::Compared { outcome: Expectation::Missed, .. })
    };
    if !played.entries.iter().any(missed)
        && !played
            .judgements
            .iter()
            .filter(|one| counts(one.requirement.profiles))
            .any(|one| matches!(one.finding, conformance::Finding::Broken { .. }))
    {
        return Vec::new();
    }
    report::terminal::troubles(run, played)
        .iter()
        .map(fobwatch::report::trouble::Trouble::plain)
        .collect()
}
