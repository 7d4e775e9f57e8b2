//! `fobwatch lint`: which authenticator apps would fail at a key URI or its QR code.

use super::{Exit, Stopped};
use crate::domain::Picture;
use crate::tokens::lint::{self, Harm, Remark};
use std::fmt::Write;
use std::path::Path;

/// The largest file that is looked at: a photograph of a screen has some megabytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A key URI (otpauth://…), or a file: a picture of a QR code (PNG, JPEG, SVG) or a text
    subject: String,
    /// Print the remarks as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let remarks = remarks(&arguments.subject)?;
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&remarks);
        json.map_err(|error| Stopped::new(Exit::Internal, error))? + "\n"
    } else {
        shown(&remarks)
    };
    super::print(&text);
    let fails = remarks.iter().any(|one| one.harm > Harm::Remark);
    Ok(if fails { Exit::NotConformant } else { Exit::Conformant })
}

fn remarks(subject: &str) -> Result<Vec<Remark>, Stopped> {
    let is_uri = subject.get(..10).is_some_and(|head| head.eq_ignore_ascii_case("otpauth://"));
    if is_uri {
        return Ok(lint::text(subject));
    }
    let path = Path::new(subject);
    let cannot = |why: &dyn std::fmt::Display| {
        let help = "give a key URI in quotes, or a file with one or with a picture of its QR code";
        Stopped::new(Exit::Usage, format!("error: cannot read {}: {why}; {help}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if size > MOST_BYTES {
        return Err(cannot(&format!("it has more than {MOST_BYTES} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|error| cannot(&error))?;
    match Picture::from_bytes(bytes.clone()) {
        Ok(picture) => lint::picture(&picture).map_err(|error| cannot(&error)),
        Err(no_picture) => {
            let text = String::from_utf8(bytes).map_err(|_| cannot(&no_picture))?;
            Ok(lint::text(&text))
        }
    }
}

fn shown(remarks: &[Remark]) -> String {
    let mut text = String::new();
    let mut sorted: Vec<&Remark> = remarks.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.harm));
    for one in sorted {
        let harm = match one.harm {
            Harm::Refused => "refused",
            Harm::WrongCodes => "wrong codes",
            Harm::OddLabel => "odd label",
            Harm::Remark => "remark",
        };
        let whom = one.profile.as_deref().unwrap_or("every app");
        let _ = writeln!(text, "{harm:<12} {whom}: {}", one.what);
        if let Some(family) = &one.family {
            let _ = writeln!(text, "             {family}");
        }
        let _ = writeln!(text, "             do: {}", one.fix);
    }
    let profiles = remarks.iter().filter(|one| one.profile.is_some()).count();
    let known = crate::tokens::quirks::profiles().len();
    let _ = writeln!(text, "{profiles} of {known} families of apps would fail");
    text
}
