//! The register, the profiles and the verdict; and that no journal, however torn, makes a judge
//! panic.

use super::*;
use crate::conformance::{
    EVIDENCE_NEEDED, Judgement, Level, REQUIREMENTS, Verdict, profile, requirement, rules, verdict,
};
use crate::journal::Expectation;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn every_id_is_there_once_and_is_well_formed() {
    let ids: BTreeSet<&str> = REQUIREMENTS.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), REQUIREMENTS.len());
    assert!(REQUIREMENTS.len() >= 40, "{}", REQUIREMENTS.len());
    for one in REQUIREMENTS {
        let (family, name) = one.id.split_once('.').expect("family.short-name");
        let plain = |text: &str| {
            text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        assert!(plain(family) && plain(name), "{}", one.id);
        assert!(!one.source.is_empty() && !one.clause.is_empty(), "{}", one.id);
        assert!(one.text.ends_with('.'), "{}", one.id);
    }
}

#[test]
fn what_needs_evidence_is_as_well_formed_and_nothing_stands_twice() {
    let mut ids: BTreeSet<&str> = REQUIREMENTS.iter().map(|one| one.id).collect();
    for one in EVIDENCE_NEEDED {
        assert!(ids.insert(one.id), "{}", one.id);
        assert!(one.id.split_once('.').is_some(), "{}", one.id);
        assert!(one.text.ends_with('.') && !one.evidence.is_empty(), "{}", one.id);
        assert!(!one.profiles.is_empty(), "{}", one.id);
        for name in one.profiles {
            assert!(profile::by_name(name).is_some(), "{}: {name}", one.id);
        }
    }
    assert!(ids.len() >= 150, "{}", ids.len());
    for one in REQUIREMENTS {
        for name in one.profiles {
            assert!(profile::by_name(name).is_some(), "{}: {name}", one.id);
        }
        for other in one.conflicts_with {
            assert!(requirement(other).is_some(), "{}: {other}", one.id);
        }
    }
}

#[test]
fn every_sentence_of_the_guide_leads_to_requirements_and_each_of_its_own_is_there() {
    let led: BTreeSet<&str> = crate::conformance::walkthrough::WALKTHROUGH
        .iter()
        .flat_map(|sentence| sentence.requirements.iter().copied())
        .collect();
    let known = |id: &str| {
        requirement(id).is_some() || EVIDENCE_NEEDED.iter().any(|needed| needed.id == id)
    };
    for id in &led {
        assert!(known(id), "{id}");
    }
    for one in REQUIREMENTS.iter().filter(|one| one.id.starts_with("guide.")) {
        assert!(led.contains(one.id), "{} stands in no sentence", one.id);
    }
}

#[test]
fn every_file_of_rules_is_in_the_register_and_every_rule_of_a_file_too() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/conformance/rules");
    let mut ids = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the folder of rules") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a source file");
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("id: \"")) {
            ids.insert(line.trim_end_matches("\",").to_owned());
        }
    }
    let registered: BTreeSet<String> =
        rules::REQUIREMENTS.iter().map(|one| one.id.to_owned()).collect();
    assert_eq!(ids, registered);
}

#[test]
fn every_requirement_is_in_a_profile() {
    for one in REQUIREMENTS {
        let mut profiles = profile::PROFILES
            .iter()
            .filter(|profile| !["all", "consistent"].contains(&profile.name));
        assert!(profiles.any(|profile| profile.includes(one)), "{}", one.id);
    }
    assert!(profile::by_name("guide").is_some() && profile::by_name("nonsense").is_none());
}

fn judged(id: &str, finding: Finding) -> Vec<Judgement> {
    vec![Judgement { requirement: requirement(id).expect("a requirement"), finding }]
}

fn broken(id: &str) -> Vec<Judgement> {
    let (expected, observed) = ("this".into(), "that".into());
    judged(id, Finding::Broken { expected, observed, evidence: vec![EntryId::nth(0)] })
}

fn compared(outcome: Expectation) -> Staged {
    let mut staged = Staged::new();
    staged.event(Event::Compared { outcome, expected: "x".into(), observed: "y".into() });
    staged
}

#[test]
fn the_worst_that_is_proven_decides() {
    let must = "guide.sms-pin";
    let should = "delivery.once";
    assert_eq!(requirement(should).map(|one| one.level), Some(Level::Should));
    let lost = || Staged::new().lost("main", Op::Probe);
    let early = |why: Option<&str>| {
        let mut staged = Staged::new();
        staged.event(Event::Finished { early: why.map(str::to_owned) });
        staged
    };
    let cases = [
        (Staged::new(), judged(must, Finding::Untested), Verdict::Pass),
        (early(None), broken(should), Verdict::Weak),
        (compared(Expectation::Weak), vec![], Verdict::Weak),
        (early(Some("stuck")), broken(should), Verdict::Inconclusive),
        (lost(), vec![], Verdict::Inconclusive),
        (lost(), broken(must), Verdict::Fail),
        (compared(Expectation::Missed), vec![], Verdict::Fail),
    ];
    for (index, (staged, judgements, expected)) in cases.into_iter().enumerate() {
        assert_eq!(verdict(&staged.entries, &judgements), expected, "case {index}");
    }
}

/// A journal in which a good deal happens.
fn long_story() -> Vec<Entry> {
    Staged::new()
        .token_asked()
        .wrong("main", 6)
        .read("pixel", 9)
        .later(61)
        .submit("main", code(9), signed_in(Assurance::TwoFactor))
        .bare("main", Op::CreateCertificate, reply(Re::Certificate))
        .activate("spare", 1, OutcomeKind::Activated)
        .lost("main", Op::Probe)
        .bare("main", Op::SignOut, reply(Re::SignedOut))
        .entries
}

proptest! {
    #[test]
    fn no_torn_journal_makes_a_judge_panic(
        start in 0_usize..60, end in 0_usize..60, swaps in prop::collection::vec((0_usize..60, 0_usize..60), 0..6),
    ) {
        let mut entries = long_story();
        for (one, other) in swaps {
            if one < entries.len() && other < entries.len() {
                entries.swap(one, other);
            }
        }
        let end = end.min(entries.len());
        let torn = entries.get(start.min(end)..end).unwrap_or_default();
        for one in REQUIREMENTS {
            if let Finding::Broken { evidence, .. } = (one.judge)(torn) {
                prop_assert!(!evidence.is_empty(), "{}", one.id);
            }
        }
    }
}
