//! From the tree to the plan: the title, the people, the devices; the steps are in [`super::step`].

use super::decode::{Mapping, decode, decode_node};
use super::diagnose::{Fault, Span};
use super::plan::{Device, Person, Plan};
use super::scope::Known;
use super::step::{self, Cast};
use super::syntax::{self, At, Document, is_name};
use super::tree::{Data, Id, Tree};
use crate::domain::persona::MobileOnFile;

/// More people than this are a crowd, not a scenario; each is provisioned at the subject.
const MAX_PEOPLE: usize = 20;

/// As many devices as people may have.
const MAX_DEVICES: usize = 20;

/// The text of a scenario and what surrounds it.
pub(super) struct Source<'s> {
    pub(super) name: &'s str,
    pub(super) text: &'s str,
    pub(super) known_requirements: &'s [&'s str],
}

/// Reads the whole file; every mistake goes to `faults`.
pub(super) fn lower(source: &Source<'_>, tree: &Tree, faults: &mut Vec<Fault>) -> Option<Plan> {
    let Some(mapping) = tree.root().and_then(|root| Mapping::of(tree, root)) else {
        let at = tree.root().map_or(Span::at(0), |root| tree.span(root));
        let help = "begin with `scenario: a title`, then `people:` and `steps:`";
        faults.push(Fault::new("not-a-mapping", at, "this is no scenario", help));
        return None;
    };
    let document: Option<Document> = decode(&mapping, faults);
    let people = people(&mapping, faults);
    let (devices, known) = devices(&mapping, &people, faults);
    let cast = Cast { people: &people, devices: &known };
    let steps = match mapping.value("steps") {
        Some(steps) => step::steps(source.text, tree, steps, cast, faults),
        None => Vec::new(),
    };
    let document = document?;
    check_title(&document.scenario, faults);
    check_covers(&document.covers, source.known_requirements, faults);
    Some(Plan {
        id: id_of(source.name),
        file: source.name.to_owned(),
        title: document.scenario.value,
        covers: document.covers.into_iter().map(|id| id.value).collect(),
        needs: document.needs.into_iter().map(|feature| feature.value).collect(),
        people,
        devices,
        steps,
    })
}

/// The id of the scenario in the file called `name`.
pub(super) fn id_of(name: &str) -> String {
    let path = name.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let ending = [".yaml", ".yml"].into_iter().find_map(|ending| path.strip_suffix(ending));
    ending.unwrap_or(path).to_owned()
}

fn check_title(title: &At<String>, faults: &mut Vec<Fault>) {
    if title.value.trim().is_empty() {
        let help = "say in one sentence what the scenario shows";
        faults.push(Fault::new("empty-title", title.span, "the title is empty", help));
    }
}

fn check_covers(covers: &[At<String>], known: &[&str], faults: &mut Vec<Fault>) {
    for id in covers.iter().filter(|id| !known.contains(&id.value.as_str())) {
        let noun = ("requirement", id.value.as_str());
        let known = known.iter().copied();
        faults.push(Fault::unknown("unknown-requirement", id.span, noun, known));
    }
}

/// The entries of the mapping under `key`, at most `most` of them, each with a sound name.
fn named<'t>(
    mapping: &Mapping<'t>,
    key: &str,
    most: usize,
    faults: &mut Vec<Fault>,
) -> Vec<(&'t str, Id)> {
    let Some(id) = mapping.value(key) else { return Vec::new() };
    let tree = mapping.tree;
    let Some(entries) = Mapping::of(tree, id) else {
        let help = format!("write `{key}:`, and below it one `name: {{ … }}` for each");
        let message = format!("`{key}` is a mapping from names");
        faults.push(Fault::new("wrong-type", tree.span(id), message, help));
        return Vec::new();
    };
    if entries.entries.len() > most {
        let at = entries.entries[most].1;
        let message = format!("too many {key}");
        let help = format!("a scenario has at most {most}");
        faults.push(Fault::new("too-many-names", at, message, help));
    }
    for (name, span, _) in entries.entries.iter().filter(|(name, ..)| !is_name(name)) {
        let message = format!("`{}` is no name", super::diagnose::shorten(name));
        let help = "write a letter, then up to 31 letters, digits, `-` or `_`";
        faults.push(Fault::new("bad-name", *span, message, help));
    }
    entries.entries.into_iter().take(most).map(|(name, _, value)| (name, value)).collect()
}

fn people(mapping: &Mapping<'_>, faults: &mut Vec<Fault>) -> Vec<Person> {
    let entries = named(mapping, "people", MAX_PEOPLE, faults);
    let person = |(name, id): (&str, Id)| {
        let read = decode_node::<syntax::Person>(mapping.tree, id, "a person", faults);
        let mobile = match read {
            Some(syntax::Person { mobile: false }) => MobileOnFile::NotGiven,
            Some(syntax::Person { mobile: true }) | None => MobileOnFile::Given,
        };
        Person { name: name.to_owned(), mobile }
    };
    entries.into_iter().map(person).collect()
}

/// The devices without mistakes, and all that steps may name.
fn devices(
    mapping: &Mapping<'_>,
    people: &[Person],
    faults: &mut Vec<Fault>,
) -> (Vec<Device>, Vec<Known>) {
    let (mut sound, mut known) = (Vec::new(), Vec::new());
    for (name, id) in named(mapping, "devices", MAX_DEVICES, faults) {
        let read = decode_node::<syntax::Device>(mapping.tree, id, "a device", faults);
        known.push(Known { name: name.to_owned(), kind: read.as_ref().map(|device| device.kind) });
        let Some(syntax::Device { kind, owner }) = read else { continue };
        if !people.iter().any(|person| person.name == owner.value.0) {
            let names = people.iter().map(|person| person.name.as_str());
            let noun = ("person", owner.value.0.as_str());
            faults.push(Fault::unknown("unknown-person", owner.span, noun, names));
        }
        sound.push(Device { name: name.to_owned(), kind, owner: owner.value.0 });
    }
    (sound, known)
}

/// The elements of a list, or nothing if something else stands there.
pub(super) fn elements(tree: &Tree, id: Id) -> Option<&[Id]> {
    match &tree.node(id).data {
        Data::List(elements) => Some(elements),
        Data::Scalar(..) | Data::Map(_) => None,
    }
}
