//! The journal itself: one JSON object a line, from which every other form can be made again.

use super::Form;
use crate::journal;
use crate::runner::Run;
use std::io::{self, Write};

pub(super) struct Ndjson;

impl Form for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn purpose(&self) -> &'static str {
        "the journal, one JSON object a line; the same seed gives the same bytes"
    }

    fn write(&self, run: &Run, output: &mut dyn Write) -> io::Result<()> {
        journal::write(output, &run.saved())
    }
}
