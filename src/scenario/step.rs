//! The steps: one verb each, with `as`, `expect` and `session` beside it.

use super::at_once::{AT_ONCE, Group};
use super::decode::{Mapping, decode};
use super::diagnose::{Fault, Span, listed, locate};
use super::lower::elements;
use super::plan::{Expect, Person, Place, Step, Verb};
use super::scope::{Keeper, Kept, Known, Scope};
use super::syntax::{At, Name, Times};
use super::tree::{Id, Tree};
use super::verbs::{self, VERBS, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// The longest story that we know takes thirty steps; lockouts repeat some of them a hundred times.
pub(super) const MAX_STEPS: usize = 500;

/// The browser session of steps that name none.
const MAIN_SESSION: &str = "main";

/// Who acts, and with what.
#[derive(Clone, Copy)]
pub(super) struct Cast<'s> {
    pub(super) people: &'s [Person],
    pub(super) devices: &'s [Known],
}

/// What may stand beside a verb.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Beside {
    /// The name under which the result is kept, for `$name.field` in later steps.
    #[serde(rename = "as")]
    keep: Option<At<Name>>,
    /// The browser session in which it happens; `main` if nothing is said.
    session: Option<At<Name>>,
    /// How often it is done, one after the other; once if nothing is said.
    times: Option<Times>,
}

/// The keys of [`Beside`] and of what must come back.
pub(super) const BESIDE: [&str; 4] = ["as", "session", "times", "expect"];

/// Reads the steps; those with mistakes are left out and blamed.
pub(super) fn steps(
    source: &str,
    tree: &Tree,
    id: Id,
    cast: Cast<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Step> {
    let written = elements(tree, id).unwrap_or_default();
    if written.is_empty() {
        let help = "write one step a line: `- sign_in: { who: … }`";
        let message = "`steps` is a list with at least one step";
        faults.push(Fault::new("no-steps", tree.span(id), message, help));
    }
    if let Some(extra) = written.get(MAX_STEPS) {
        let help = format!("a scenario has at most {MAX_STEPS}: make several of it");
        faults.push(Fault::new("too-many-steps", tree.span(*extra), "too many steps", help));
        return Vec::new();
    }
    let written: Vec<Written<'_>> =
        written.iter().filter_map(|step| Written::of(source, tree, *step, faults)).collect();
    let kept = kept(&written, faults);
    let lower = |(number, written): (usize, &Written<'_>)| match written {
        Written::One(parts) => parts.lower(source, parts.scope(cast, &kept, number), faults),
        Written::Several(group) => {
            let verb = group.lower(source, (cast, &kept), number, faults)?;
            Some(placed(source, group.span, verb))
        }
    };
    written.iter().enumerate().filter_map(lower).collect()
}

/// A step as it is written.
enum Written<'t> {
    One(Parts<'t>),
    Several(Group<'t>),
}

impl<'t> Written<'t> {
    fn of(source: &str, tree: &'t Tree, id: Id, faults: &mut Vec<Fault>) -> Option<Self> {
        if let Some(mapping) = Mapping::of(tree, id)
            && let Some(group) = Group::of(source, &mapping, faults)
        {
            return Some(Self::Several(group));
        }
        Parts::of(source, tree, id, faults).map(Self::One)
    }
}

/// A step of the main session at `span`, without anything beside its verb.
fn placed(source: &str, span: Span, verb: Verb) -> Step {
    let (line, column, text) = locate(source, span.start);
    let first = text.char_indices().nth(column - 1).map_or("", |(byte, _)| &text[byte..]);
    Step {
        place: Place { line: narrow(line), column: narrow(column) },
        source: first.trim_end().to_owned(),
        session: MAIN_SESSION.to_owned(),
        verb,
        times: 1,
        keep: None,
        expect: None,
    }
}

/// One step, taken apart but not yet understood.
pub(super) struct Parts<'t> {
    pub(super) span: Span,
    line: usize,
    pub(super) word: Option<&'static Word>,
    /// Nothing if they are no mapping.
    arguments: Option<Mapping<'t>>,
    beside: Beside,
    /// What stands under `expect`, and where the key is.
    expect: Option<(Span, Id)>,
    tree: &'t Tree,
}

impl<'t> Parts<'t> {
    pub(super) fn of(
        source: &str,
        tree: &'t Tree,
        id: Id,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let span = tree.span(id);
        let Some(mapping) = Mapping::of(tree, id) else {
            let message = "a step is a mapping with one verb";
            let help = match tree.scalar(id).and_then(verbs::find) {
                Some(word) => format!("write `{}: {{ … }}`", word.name),
                None => "write a verb and its arguments: `sign_in: { who: … }`".to_owned(),
            };
            faults.push(Fault::new("step-not-a-mapping", span, message, help));
            return None;
        };
        let (beside, others): (Vec<_>, Vec<_>) =
            mapping.entries.iter().partition(|(key, ..)| BESIDE.contains(key));
        let verb = choose(&others, span, faults);
        let word = verb.map(|(word, _)| word);
        let arguments = verb.and_then(|(word, value)| arguments(tree, word, value, faults));
        let expect = mapping.key_span("expect").zip(mapping.value("expect"));
        let entries = beside.into_iter().filter(|(key, ..)| *key != "expect").copied().collect();
        let beside = decode(&mapping.with(entries), faults).unwrap_or_default();
        let (line, ..) = locate(source, span.start);
        Some(Self { span, line, word, arguments, beside, expect, tree })
    }

    /// What the step may speak of; `number` is its place in the scenario, from 0.
    pub(super) fn scope<'s>(&self, cast: Cast<'s>, kept: &'s Kept, number: usize) -> Scope<'s> {
        let span = self.arguments.as_ref().map_or(self.span, |arguments| arguments.span);
        let Cast { people, devices } = cast;
        Scope { people, devices, kept, step: number, span, faults: Vec::new() }
    }

    pub(super) fn lower(
        &self,
        source: &str,
        mut scope: Scope<'_>,
        faults: &mut Vec<Fault>,
    ) -> Option<Step> {
        let word = self.word?;
        let arguments = self.arguments.as_ref();
        let verb: Option<Verb> = arguments.and_then(|given| (word.read)(given, &mut scope));
        faults.append(&mut scope.faults);
        let expect = self.expectation(word, faults);
        let session = self.beside.session.as_ref();
        Some(Step {
            session: session.map_or(MAIN_SESSION, |session| &session.value.0).to_owned(),
            times: self.beside.times.map_or(1, |times| times.0),
            keep: self.beside.keep.as_ref().map(|keep| keep.value.0.clone()),
            expect,
            ..placed(source, self.span, verb?)
        })
    }

    fn expectation(&self, word: &Word, faults: &mut Vec<Fault>) -> Option<Expect> {
        let (key, value) = self.expect?;
        let Some(read) = word.expect else {
            let message = format!("`{}` brings nothing back that could be expected", word.name);
            faults.push(Fault::new("expect-not-allowed", key, message, "leave `expect` out"));
            return None;
        };
        let Some(mapping) = Mapping::of(self.tree, value) else {
            let help = "write `expect: { key: value }`";
            let span = self.tree.span(value);
            faults.push(Fault::new("wrong-type", span, "`expect` is a mapping", help));
            return None;
        };
        if mapping.entries.is_empty() {
            let help = "say what must come back, or leave `expect` out";
            faults.push(Fault::new("empty-expect", mapping.span, "nothing is expected", help));
        }
        read(&mapping, faults)
    }
}

/// The one verb among the keys of a step, with its value.
fn choose(
    keys: &[&(&str, Span, Id)],
    step: Span,
    faults: &mut Vec<Fault>,
) -> Option<(&'static Word, Id)> {
    let mut chosen: Option<(&'static Word, Id)> = None;
    for (key, span, value) in keys {
        match (verbs::find(key), chosen) {
            (None, _) => {
                let known = VERBS.iter().map(|word| word.name).chain([AT_ONCE]).chain(BESIDE);
                let noun = ("verb", *key);
                faults.push(Fault::unknown("unknown-verb", *span, noun, known));
            }
            (Some(word), None) => chosen = Some((word, *value)),
            (Some(word), Some((first, _))) => {
                let message = format!("`{}` stands beside `{}`", word.name, first.name);
                let help = "a step has one verb: begin a new step with `- `";
                faults.push(Fault::new("two-verbs", *span, message, help));
            }
        }
    }
    if keys.is_empty() {
        let help = "add one, such as `sign_in`, `receive`, `submit_code` or `advance`";
        faults.push(Fault::new("no-verb", step, "this step has no verb", help));
    }
    chosen
}

fn arguments<'t>(
    tree: &'t Tree,
    word: &Word,
    value: Id,
    faults: &mut Vec<Fault>,
) -> Option<Mapping<'t>> {
    let mapping = Mapping::of(tree, value);
    let is_bare = tree.scalar(value).is_some_and(|text| !text.is_empty());
    match (mapping, word.short) {
        (Some(mapping), _) => Some(mapping),
        (None, Some(field)) if is_bare => Some(Mapping::single(tree, field, value)),
        (None, _) => {
            let message = format!("the arguments of `{}` are a mapping", word.name);
            let help = match (word.fields)().as_slice() {
                [] => format!("write `{}: {{}}`", word.name),
                fields => format!("write `{}: {{ … }}` with {}", word.name, listed_of(fields)),
            };
            faults.push(Fault::new("wrong-type", tree.span(value), message, help));
            None
        }
    }
}

fn listed_of(fields: &[String]) -> String {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    listed(&fields)
}

/// Which step keeps what, so that references can be looked up in any order.
fn kept(written: &[Written<'_>], faults: &mut Vec<Fault>) -> Kept {
    let mut kept = Kept::new();
    for (step, written) in written.iter().enumerate() {
        let Written::One(parts) = written else { continue };
        let Some(At { span, value: Name(name) }) = &parts.beside.keep else { continue };
        if let Some(first) = kept.get(name) {
            let message = format!("`{name}` is kept already in line {}", first.line);
            let help = "choose another name";
            faults.push(Fault::new("duplicate-name", *span, message, help));
            continue;
        }
        let result = parts.word.map(|word| (word.name, word.keeps));
        kept.insert(name.clone(), Keeper { step, line: parts.line, result });
    }
    kept
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
