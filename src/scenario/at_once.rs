//! `at_once`: several steps from behind one barrier, and how many of them may win.

use super::decode::Mapping;
use super::diagnose::{Fault, Span};
use super::lower::elements;
use super::plan::{Step, Verb, Winners};
use super::step::{Cast, Parts};
use super::tree::{Id, Tree};
use std::ops::RangeInclusive;

/// The key of the step.
pub(super) const AT_ONCE: &str = "at_once";

/// What may stand beside it: how many lanes must come to the same.
const WINNERS: [(&str, RangeInclusive<usize>); 3] =
    [("exactly_one", 1..=1), ("at_most_one", 0..=1), ("none", 0..=0)];

/// More requests than this at once test the machine and not the subject.
const MAX_LANES: usize = 32;

/// A step that does several things at once, taken apart.
pub(super) struct Group<'t> {
    pub(super) span: Span,
    lanes: Vec<Parts<'t>>,
    winners: Option<(RangeInclusive<usize>, Span, Id)>,
    tree: &'t Tree,
}

impl<'t> Group<'t> {
    /// The group in `mapping`, or nothing if the step is an ordinary one.
    pub(super) fn of(source: &str, mapping: &Mapping<'t>, faults: &mut Vec<Fault>) -> Option<Self> {
        let tree = mapping.tree;
        let id = mapping.value(AT_ONCE)?;
        for (key, span, _) in &mapping.entries {
            if *key != AT_ONCE && !WINNERS.iter().any(|(known, _)| known == key) {
                let known = WINNERS.iter().map(|(known, _)| *known);
                faults.push(Fault::unknown("unknown-key", *span, ("key", key), known));
            }
        }
        let written = elements(tree, id).unwrap_or_default();
        if !(2..=MAX_LANES).contains(&written.len()) {
            let help = format!("write 2 to {MAX_LANES} steps: `at_once: [{{ … }}, {{ … }}]`");
            let message = "`at_once` is a list of steps";
            faults.push(Fault::new("wrong-type", tree.span(id), message, help));
        }
        let lanes = written
            .iter()
            .take(MAX_LANES)
            .filter_map(|step| Parts::of(source, tree, *step, faults))
            .collect();
        let winners = WINNERS.iter().find_map(|(key, count)| {
            Some((count.clone(), mapping.key_span(key)?, mapping.value(key)?))
        });
        Some(Self { span: mapping.span, lanes, winners, tree })
    }

    /// The lanes as steps, and the verb that holds them.
    pub(super) fn lower(
        &self,
        source: &str,
        (cast, kept): (Cast<'_>, &super::scope::Kept),
        number: usize,
        faults: &mut Vec<Fault>,
    ) -> Option<Verb> {
        let mut lanes: Vec<Step> = Vec::new();
        for lane in &self.lanes {
            let step = lane.lower(source, lane.scope(cast, kept, number), faults)?;
            let fits = matches!(step.verb, Verb::Ask(_) | Verb::Act { .. });
            if !fits || step.keep.is_some() || step.expect.is_some() {
                let message = "this cannot be done at once with other things";
                let help = "write questions to the subject and acts at devices, without `as` and \
                            `expect`";
                faults.push(Fault::new("not-at-once", lane.span, message, help));
            }
            lanes.push(step);
        }
        let winners = match &self.winners {
            None => None,
            Some((count, key, id)) => {
                let read = self.lanes.first().and_then(|lane| lane.word).and_then(|w| w.expect);
                let mapping = Mapping::of(self.tree, *id);
                let (Some(read), Some(mapping)) = (read, mapping) else {
                    let help = "write `exactly_one: { reply: … }`";
                    let message = "this says nothing that could come back";
                    faults.push(Fault::new("wrong-type", *key, message, help));
                    return None;
                };
                Some(Winners { count: count.clone(), expect: read(&mapping, faults)? })
            }
        };
        Some(Verb::AtOnce { lanes, winners })
    }
}
