//! Tells people how a load went: on the terminal, as JSON from which everything follows again, as a
//! table over time, and as one page with pictures.

mod caveats;
mod csv;
mod figures;
mod html;
mod json;
mod plot;
mod tables;
mod text;

pub use text::text;

use crate::load::compare::Difference;
use crate::load::limit::Finding;
use crate::load::record::Record;
use std::io::{self, Write};

/// A load and what was found out about it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The load.
    pub record: &'a Record,
    /// The load that it was compared with.
    pub baseline: Option<&'a Record>,
    /// What changed since then.
    pub differences: &'a [Difference],
    /// The limits that were set, and what came of them.
    pub findings: &'a [Finding],
}

/// One way to write a load down in a file.
pub trait Form: Sync {
    /// Its name after `--report`.
    fn name(&self) -> &'static str;

    /// What it is for, one line.
    fn purpose(&self) -> &'static str;

    /// Writes it.
    ///
    /// # Errors
    /// Whatever `output` says.
    fn write(&self, told: &Told<'_>, output: &mut dyn Write) -> io::Result<()>;
}

/// Every form, one line each.
pub static FORMS: &[&dyn Form] = &[&json::Json, &csv::Csv, &html::Html];

/// The form in which loads are kept.
pub static JSON: &dyn Form = &json::Json;

/// The form called `name`.
#[must_use]
pub fn form(name: &str) -> Option<&'static dyn Form> {
    FORMS.iter().copied().find(|form| form.name() == name)
}
