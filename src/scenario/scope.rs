//! What a step may speak of: the people, the devices, and what earlier steps kept.

use super::decode::{Meaning, Mention};
use super::diagnose::{Fault, Span, suggest};
use super::plan::{Field, Person, Text};
use super::syntax::{At, Which, Who, Written};
use crate::domain::device::DeviceKind;
use std::collections::HashMap;

/// Every kind of device.
pub(super) const ANY: &[DeviceKind] =
    &[DeviceKind::Android, DeviceKind::Ios, DeviceKind::Windows, DeviceKind::Authenticator];

/// The results that steps keep, by name.
pub(super) type Kept = HashMap<String, Keeper>;

/// The step that keeps a result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeper {
    /// Its number, from 0.
    pub(super) step: usize,
    /// Its line in the file, from 1.
    pub(super) line: usize,
    /// Its verb and the fields of the result; nothing if the verb is not known.
    pub(super) result: Option<(&'static str, &'static [Field])>,
}

/// A device that steps may name.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) name: String,
    /// Nothing if its declaration has a mistake: it is blamed there, not where it is used.
    pub(super) kind: Option<DeviceKind>,
}

/// Everything around one step.
pub(super) struct Scope<'s> {
    pub(super) people: &'s [Person],
    pub(super) devices: &'s [Known],
    pub(super) kept: &'s Kept,
    /// The number of the step, from 0.
    pub(super) step: usize,
    /// The arguments, to point to when one is missing.
    pub(super) span: Span,
    /// What is wrong so far.
    pub(super) faults: Vec<Fault>,
}

impl Scope<'_> {
    pub(super) fn blame(&mut self, code: &'static str, span: Span, message: String, help: String) {
        self.faults.push(Fault::new(code, span, message, help));
    }

    /// The person, if there is one of that name.
    pub(super) fn person(&mut self, who: &At<Who>) -> Option<String> {
        let name = &who.value.0.0;
        let known = self.people;
        if known.iter().any(|person| person.name == *name) {
            return Some(name.clone());
        }
        let names = known.iter().map(|person| person.name.as_str());
        self.faults.push(Fault::unknown("unknown-person", who.span, ("person", name), names));
        None
    }

    /// The device, if there is one of that name and its kind is one of `fit`.
    pub(super) fn device(&mut self, which: &At<Which>, fit: &[DeviceKind]) -> Option<String> {
        let name = &which.value.0.0;
        let known = self.devices;
        let Some(device) = known.iter().find(|device| device.name == *name) else {
            let names = known.iter().map(|device| device.name.as_str());
            let fault = Fault::unknown("unknown-device", which.span, ("device", name), names);
            self.faults.push(fault);
            return None;
        };
        if let Some(kind) = device.kind.filter(|kind| !fit.contains(kind)) {
            let message = format!("`{name}` is a device of kind `{kind}`: it cannot do this");
            let kinds: Vec<String> = fit.iter().map(|kind| format!("`{kind}`")).collect();
            let help = format!("use a device of kind {}", kinds.join(", "));
            self.blame("wrong-device", which.span, message, help);
            return None;
        }
        Some(name.clone())
    }

    /// A text, or a reference to a field that is one.
    pub(super) fn text(&mut self, written: &At<Written>) -> Option<Text> {
        match &written.value {
            Written::Literal(text) => Some(Text::Literal(text.clone())),
            Written::Reference { name, field } => {
                let found = self.resolve(name, field.as_deref(), written.span)?;
                if found == Field::Qr {
                    let message = format!("`${name}.qr` is a picture: it cannot be typed");
                    let help = "only `scan` takes it".to_owned();
                    self.blame("wrong-result-field", written.span, message, help);
                    return None;
                }
                Some(Text::Reference { name: name.clone(), field: Some(found) })
            }
        }
    }

    /// The text of a field that may be left out: nothing if it is wrong.
    #[allow(clippy::option_option, reason = "left out is not the same as wrong")]
    pub(super) fn optional_text(&mut self, written: Option<&At<Written>>) -> Option<Option<Text>> {
        match written {
            None => Some(None),
            Some(written) => self.text(written).map(Some),
        }
    }

    /// A reference to a picture of a QR code.
    pub(super) fn picture(&mut self, written: &At<Written>) -> Option<Text> {
        let Written::Reference { name, field } = &written.value else {
            let message = "a QR code cannot be written down here".to_owned();
            let help = "write `$name.qr` for the name after `as:` at `begin_enrolment`".to_owned();
            self.blame("wrong-result-field", written.span, message, help);
            return None;
        };
        let found = self.resolve(name, field.as_deref(), written.span)?;
        if found != Field::Qr {
            let message = format!("`${name}.{found}` is no picture of a QR code");
            let help = format!("write `${name}.qr`");
            self.blame("wrong-result-field", written.span, message, help);
            return None;
        }
        Some(Text::Reference { name: name.clone(), field: Some(found) })
    }

    /// Looks up what the arguments mention that could not be read as a whole, so that one mistake
    /// among them does not hide the others.
    pub(super) fn look_up(&mut self, mentions: Vec<Mention>) {
        for Mention { span, meaning } in mentions {
            match meaning {
                Meaning::Person(value) => drop(self.person(&At { span, value })),
                Meaning::Device(value) => drop(self.device(&At { span, value }, ANY)),
                Meaning::Text(Written::Literal(_)) => {}
                Meaning::Text(Written::Reference { name, field }) => {
                    self.resolve(&name, field.as_deref(), span);
                }
            }
        }
    }

    fn resolve(&mut self, name: &str, field: Option<&str>, span: Span) -> Option<Field> {
        let Some(keeper) = self.kept.get(name).copied() else {
            self.unknown_reference(name, span);
            return None;
        };
        if keeper.step >= self.step {
            let message = format!("`${name}` is kept only in line {}", keeper.line);
            let help = "a step can use what steps above it kept: move it down".to_owned();
            self.blame("reference-too-early", span, message, help);
            return None;
        }
        let (verb, fields) = keeper.result?;
        let words = || fields.iter().map(|field| field.word());
        match (field, fields) {
            (_, []) => {
                let message = format!("`{verb}` gives nothing back that could be used");
                let help =
                    "refer to `receive`, `begin_enrolment`, `save`, `read_code` …".to_owned();
                self.blame("nothing-kept", span, message, help);
                None
            }
            (None, [only]) => Some(*only),
            (None, _) => {
                let message = format!("`${name}` has several fields");
                let choices: Vec<String> =
                    words().map(|word| format!("`${name}.{word}`")).collect();
                let help = format!("write one of {}", choices.join(", "));
                self.blame("field-not-named", span, message, help);
                None
            }
            (Some(wanted), _) => {
                let found = fields.iter().copied().find(|field| field.word() == wanted);
                if found.is_none() {
                    let message = format!("`${name}` has no field `{wanted}`");
                    self.blame("unknown-result-field", span, message, suggest(wanted, words()));
                }
                found
            }
        }
    }

    fn unknown_reference(&mut self, name: &str, span: Span) {
        let earlier = self.kept.iter().filter(|(_, keeper)| keeper.step < self.step);
        let mut names: Vec<&str> = earlier.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let message = format!("nothing is kept as `{name}`");
        let help = match suggest(name, names) {
            none if none.is_empty() => {
                format!("add `as: {name}` to the step whose result is meant")
            }
            help => help,
        };
        self.blame("unknown-reference", span, message, help);
    }
}
