//! Scenario files: those that people name, or those that are shipped.

use super::{Exit, Stopped};
use crate::conformance::REQUIREMENTS;
use crate::scenario::diagnose::Look;
use crate::scenario::{Diagnoses, Plan, catalogue};
use std::fs;
use std::path::{Path, PathBuf};

/// The most files that are read for one run.
const MOST_FILES: usize = 10_000;

/// How deep folders are followed.
const DEEPEST: usize = 16;

/// The ids that scenarios may name.
pub(super) fn known_requirements() -> Vec<&'static str> {
    REQUIREMENTS.iter().map(|requirement| requirement.id).collect()
}

/// The plans below `paths`, or the shipped ones if there are none.
pub(super) fn plans(paths: &[PathBuf]) -> Result<Vec<Plan>, Stopped> {
    let known = known_requirements();
    let loaded = match paths {
        [] => catalogue::shipped(&known),
        // Below one folder, ids are short: the same as for the shipped scenarios.
        [folder] if folder.is_dir() => {
            catalogue::load_below(&folder.display().to_string(), read(paths)?, &known)
        }
        several => catalogue::load_all(read(several)?, &known),
    };
    loaded.map_err(|diagnoses| {
        let count = diagnoses.len();
        let shown = Diagnoses(diagnoses).render(Look::Styled);
        let message = format!("{shown}\n{count} mistakes; nothing was run");
        Stopped::new(Exit::DoesNotLoad, message)
    })
}

/// The files below `paths`, in order: what to call them, and their text.
fn read(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Stopped> {
    let mut files = Vec::new();
    for path in paths {
        walk(path, 0, &mut files)?;
    }
    if files.is_empty() {
        return Err(Stopped::new(Exit::Usage, "error: no .yaml file below the given paths"));
    }
    Ok(files)
}

fn walk(path: &Path, depth: usize, files: &mut Vec<(String, String)>) -> Result<(), Stopped> {
    let cannot = |why: &dyn std::fmt::Display| {
        Stopped::new(Exit::Usage, format!("error: cannot read {}: {why}", path.display()))
    };
    if files.len() >= MOST_FILES || depth > DEEPEST {
        return Err(cannot(&"there are too many files or folders below it"));
    }
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| cannot(&error))?;
        let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        below.sort();
        let wanted = |path: &PathBuf| path.is_dir() || is_yaml(path);
        return below
            .iter()
            .filter(|path| wanted(path))
            .try_for_each(|path| walk(path, depth + 1, files));
    }
    let bytes = fs::read(path).map_err(|error| cannot(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))?;
    files.push((path.display().to_string(), text));
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
