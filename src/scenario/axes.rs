//! Axes and rounds: one file, several scenarios.
//!
//! `axes: { platform: [android, ios] }` plays the scenario once for each value, with `<platform>`
//! replaced wherever it stands; several axes make every combination. `rounds: 8` plays it eight
//! times, each with its own chance, for what is decided by a race.

use super::decode::Mapping;
use super::diagnose::Fault;
use super::lower::elements;
use super::notation::is_name;
use super::tree::{Id, Style, Tree};

/// More combinations than this belong into several files: each is a scenario of the run.
const MAX_VARIATIONS: usize = 64;

/// More rounds than this prove little more, and a run has many scenarios.
const MAX_ROUNDS: usize = 64;

/// One choice for every axis, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Variation(Vec<(String, String)>);

impl Variation {
    /// What is added to the scenario's id: nothing, or `[platform=ios,round=2]`.
    pub(super) fn suffix(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let chosen: Vec<String> =
            self.0.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
        format!("[{}]", chosen.join(","))
    }

    /// `text` with the chosen values in the places of their axes.
    pub(super) fn fill(&self, text: &str) -> Option<String> {
        if !text.contains('<') {
            return None;
        }
        let fill = |text: String, (axis, value): &(String, String)| {
            text.replace(&format!("<{axis}>"), value)
        };
        let filled = self.0.iter().fold(text.to_owned(), fill);
        (filled != text).then_some(filled)
    }
}

/// Every variation of the scenario in `tree`; one without choices if it has no axes.
pub(super) fn variations(tree: &Tree, faults: &mut Vec<Fault>) -> Vec<Variation> {
    let Some(mapping) = tree.root().and_then(|root| Mapping::of(tree, root)) else {
        return vec![Variation::default()];
    };
    let mut axes = axes(&mapping, faults);
    check_places(tree, &axes, faults);
    axes.extend(rounds(&mapping, faults));
    let count: usize = axes.iter().map(|(_, values)| values.len()).product();
    if count > MAX_VARIATIONS {
        let at = mapping.key_span("axes").or(mapping.key_span("rounds")).unwrap_or(mapping.span);
        let message = format!("these axes make {count} scenarios");
        let help = format!("keep to {MAX_VARIATIONS}, or make several files");
        faults.push(Fault::new("too-many-variations", at, message, help));
        return vec![Variation::default()];
    }
    axes.into_iter().fold(vec![Variation::default()], |made, (axis, values)| {
        let with = |variation: &Variation, value: &String| {
            let mut chosen = variation.0.clone();
            chosen.push((axis.clone(), value.clone()));
            Variation(chosen)
        };
        made.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect()
    })
}

/// The axes as written: name and values.
fn axes(mapping: &Mapping<'_>, faults: &mut Vec<Fault>) -> Vec<(String, Vec<String>)> {
    let tree = mapping.tree;
    let Some(id) = mapping.value("axes") else { return Vec::new() };
    let help = "write `axes: { platform: [android, ios] }`";
    let Some(written) = Mapping::of(tree, id).filter(|axes| !axes.entries.is_empty()) else {
        let message = "`axes` is a mapping from names to lists of values";
        faults.push(Fault::new("wrong-type", tree.span(id), message, help));
        return Vec::new();
    };
    let mut axes = Vec::new();
    for (name, span, values) in &written.entries {
        if !is_name(name) || *name == "round" {
            let message = format!("`{}` is no name of an axis", super::diagnose::shorten(name));
            let help = "write a letter, then up to 31 letters, digits, `-` or `_`; not `round`";
            faults.push(Fault::new("bad-name", *span, message, help));
            continue;
        }
        let listed = elements(tree, *values).unwrap_or_default();
        let texts: Vec<String> =
            listed.iter().filter_map(|value| tree.scalar(*value)).map(str::to_owned).collect();
        if texts.is_empty() || texts.len() != listed.len() {
            let message = format!("the axis `{name}` is a list of words");
            faults.push(Fault::new("wrong-type", tree.span(*values), message, help));
            continue;
        }
        axes.push(((*name).to_owned(), texts));
    }
    axes
}

/// Every axis is used somewhere, and no place is left open.
fn check_places(tree: &Tree, axes: &[(String, Vec<String>)], faults: &mut Vec<Fault>) {
    let root = tree.root().and_then(|root| Mapping::of(tree, root));
    let declared = root.as_ref().and_then(|root| root.value("axes"));
    for (name, _) in axes {
        let place = format!("<{name}>");
        if !tree.scalars().any(|(_, text, _)| text.contains(&place)) {
            let span = declared.map_or(super::diagnose::Span::at(0), |id| tree.span(id));
            let message = format!("the axis `{name}` changes nothing");
            let help = format!("write `{place}` where its values belong, or leave it out");
            faults.push(Fault::new("unused-axis", span, message, help));
        }
    }
    for (id, text, style) in tree.scalars() {
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
        let Some(inner) = inner.filter(|inner| style == Style::Plain && is_name(inner)) else {
            continue;
        };
        if !axes.iter().any(|(name, _)| name == inner) {
            let known = axes.iter().map(|(name, _)| name.as_str());
            faults.push(Fault::unknown("unknown-axis", tree.span(id), ("axis", inner), known));
        }
    }
}

/// The rounds as one more axis.
fn rounds(mapping: &Mapping<'_>, faults: &mut Vec<Fault>) -> Option<(String, Vec<String>)> {
    let id: Id = mapping.value("rounds")?;
    let read = mapping.tree.scalar(id).and_then(|text| text.parse::<usize>().ok());
    if let Some(rounds) = read.filter(|rounds| (1..=MAX_ROUNDS).contains(rounds)) {
        Some(("round".to_owned(), (1..=rounds).map(|round| round.to_string()).collect()))
    } else {
        let message = "`rounds` is a number";
        let help = format!("write 1 to {MAX_ROUNDS}");
        faults.push(Fault::new("wrong-type", mapping.tree.span(id), message, help));
        None
    }
}
