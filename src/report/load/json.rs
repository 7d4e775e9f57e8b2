//! The record itself, with a summary: to keep, to join, to compare with later.

use super::{Form, Told};
use crate::load::compare::Difference;
use crate::load::limit::Kept;
use crate::load::record::file;
use crate::load::summary::Summary;
use serde::Serialize;
use std::io::{self, Write};

pub(super) struct Json;

#[derive(Serialize)]
struct Extended<'a> {
    #[serde(flatten)]
    summary: Summary,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<Limit<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    differences: &'a [Difference],
}

#[derive(Serialize)]
struct Limit<'a> {
    fail_if: &'a str,
    found: &'a str,
    kept: Option<bool>,
}

impl Form for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn purpose(&self) -> &'static str {
        "the whole record, to keep, merge and compare with"
    }

    fn write(&self, told: &Told<'_>, output: &mut dyn Write) -> io::Result<()> {
        let limits = told.findings.iter().map(|finding| Limit {
            fail_if: &finding.limit,
            found: &finding.found,
            kept: match finding.kept {
                Kept::Yes => Some(true),
                Kept::No => Some(false),
                Kept::Unknown => None,
            },
        });
        let (limits, differences) = (limits.collect(), told.differences);
        let summary = Extended { summary: Summary::of(told.record), limits, differences };
        file::write(told.record, &summary, output)
    }
}
