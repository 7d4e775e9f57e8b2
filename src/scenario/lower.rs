//! From the tree to the plan: the title, the people, the devices; the steps are in [`super::step`].

use super::axes::Variation;
use super::decode::{Mapping, decode, decode_node};
use super::diagnose::{Fault, Span};
use super::notation::is_name;
use super::plan::{Device, Person, Plan};
use super::scope::Known;
use super::step::{self, Cast};
use super::syntax::{self, Document};
use super::tree::{Data, Id, Tree};
use crate::domain::DeviceKind;
use crate::domain::persona::MobileOnFile;
use crate::tokens::quirks;

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
pub(super) fn lower(
    source: &Source<'_>,
    tree: &Tree,
    variation: &Variation,
    faults: &mut Vec<Fault>,
) -> Option<Plan> {
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
    check_covers(&mapping, source.known_requirements, faults);
    let document = document?;
    Some(Plan {
        id: format!("{}{}", id_of(source.name), variation.suffix()),
        variation: variation.suffix(),
        file: source.name.to_owned(),
        title: document.scenario.0,
        covers: document.covers,
        needs: document.needs,
        settings: document.settings,
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

fn check_covers(mapping: &Mapping<'_>, known: &[&str], faults: &mut Vec<Fault>) {
    let tree = mapping.tree;
    let covers = mapping.value("covers").and_then(|id| elements(tree, id)).unwrap_or_default();
    let ids = covers.iter().filter_map(|id| Some((tree.scalar(*id)?, tree.span(*id))));
    // What begins with a digit is no text to YAML, and blamed for that already.
    let ids = ids.filter(|(id, _)| id.starts_with(char::is_alphabetic));
    for (id, span) in ids.filter(|(id, _)| !known.contains(id)) {
        let known = known.iter().copied();
        faults.push(Fault::unknown("unknown-requirement", span, ("requirement", id), known));
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
        let read = read.unwrap_or(syntax::Person { mobile: true, known: true });
        let mobile = if read.mobile { MobileOnFile::Given } else { MobileOnFile::NotGiven };
        Person { name: name.to_owned(), mobile, known: read.known }
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
        check_owner(mapping.tree, id, people, faults);
        let Some(syntax::Device { kind, owner, quirks }) = read else { continue };
        let quirks = quirks.and_then(|quirks| check_quirks(kind, quirks, faults));
        sound.push(Device { name: name.to_owned(), kind, owner: owner.0.0, quirks });
    }
    (sound, known)
}

fn check_quirks(
    kind: DeviceKind,
    quirks: syntax::At<String>,
    faults: &mut Vec<Fault>,
) -> Option<String> {
    let syntax::At { span, value } = quirks;
    if kind != DeviceKind::Authenticator {
        let message = format!("a device of kind `{kind}` reads no plain key URIs its own way");
        let help = "leave `quirks` out, or make it a device of kind `authenticator`";
        faults.push(Fault::new("wrong-device", span, message, help));
        return None;
    }
    if quirks::named(&value).is_none() {
        let names = quirks::profiles().iter().map(|one| one.name.as_str());
        faults.push(Fault::unknown("unknown-quirks", span, ("profile of quirks", &value), names));
        return None;
    }
    Some(value)
}

fn check_owner(tree: &Tree, device: Id, people: &[Person], faults: &mut Vec<Fault>) {
    let owner = Mapping::of(tree, device).and_then(|device| device.value("owner"));
    let Some((owner, span)) = owner.and_then(|id| Some((tree.scalar(id)?, tree.span(id)))) else {
        return;
    };
    if is_name(owner) && !people.iter().any(|person| person.name == owner) {
        let names = people.iter().map(|person| person.name.as_str());
        faults.push(Fault::unknown("unknown-person", span, ("person", owner), names));
    }
}

/// The elements of a list, or nothing if something else stands there.
pub(super) fn elements(tree: &Tree, id: Id) -> Option<&[Id]> {
    match &tree.node(id).data {
        Data::List(elements) => Some(elements),
        Data::Scalar(..) | Data::Map(_) => None,
    }
}
