//! Our words for channels and tokens in the words of the server, and which of them it has.

use super::check::{Check, Names};
use super::file::WordsEntry;
use super::place::Path;
use super::template::{Template, Variables};
use crate::domain::operation::OperationKind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// What a server calls the values of one variable.
#[derive(Debug)]
pub(super) struct Translation {
    variable: &'static str,
    words: BTreeMap<String, Template>,
}

/// What stands in the place of one variable: the server's word for what is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    variable: &'static str,
    word: &'a Template,
}

impl Translation {
    /// The server's word for ours, where the operation asks for something.
    ///
    /// # Errors
    /// Our word, if the server has no such thing.
    pub(super) fn of(&self, variables: &Variables) -> Result<Option<Told<'_>>, String> {
        let Some(Value::String(ours)) = variables.get(self.variable) else { return Ok(None) };
        let word = self.words.get(ours).ok_or_else(|| ours.clone())?;
        Ok(Some(Told { variable: self.variable, word }))
    }
}

impl Told<'_> {
    /// Puts it into `variables`, or nothing as long as what stands in it was not captured.
    pub(super) fn put_into(self, variables: &mut Variables) {
        match self.word.fill(variables, str::to_owned) {
            Ok(word) => variables.insert(self.variable.to_owned(), Value::from(word)),
            Err(_absent) => variables.remove(self.variable),
        };
    }
}

impl Check {
    /// The words of `operation`, which has a channel or a kind of token, or neither.
    pub(super) fn translation(
        &mut self,
        entry: Option<&WordsEntry>,
        operation: OperationKind,
        known: &Names,
        path: &Path,
    ) -> Option<Translation> {
        let entry = entry?;
        let channels = self.words_of(&entry.channel, known, &path.then("channel"));
        let tokens = self.words_of(&entry.token, known, &path.then("token"));
        if !channels.is_empty() && operation != OperationKind::ChooseChannel {
            self.misplaced("channel", OperationKind::ChooseChannel, path);
        }
        if !tokens.is_empty() && operation != OperationKind::BeginEnrolment {
            self.misplaced("token", OperationKind::BeginEnrolment, path);
        }
        let is_channel = operation == OperationKind::ChooseChannel;
        let (variable, words) = if is_channel { ("channel", channels) } else { ("token", tokens) };
        Some(Translation { variable, words })
    }

    fn words_of<W: Display>(
        &mut self,
        entries: &BTreeMap<W, String>,
        known: &Names,
        path: &Path,
    ) -> BTreeMap<String, Template> {
        let entries = entries.iter().filter_map(|(ours, theirs)| {
            let template = self.template(theirs, known, &path.then(ours))?;
            Some((ours.to_string(), template))
        });
        entries.collect()
    }

    fn misplaced(&mut self, variable: &str, belongs: OperationKind, path: &Path) {
        let what = format!("this operation has no {variable} to be put in other words");
        self.wrong::<()>(&path.key(variable), what, format!("it belongs to `{belongs}`"));
    }
}
