//! Many scenarios at once: the shipped ones, and those that somebody has read from files.
//!
//! This module opens no file: whoever does hands over names and texts.

use super::diagnose::Diagnosis;
use super::plan::Plan;
use super::shipped::SHIPPED;
use std::collections::HashMap;

/// Reads scenarios from pairs of name and text. The id of each is its name without ending.
///
/// # Errors
/// Every mistake of every file, and two files with the same id.
pub fn load_all(
    files: Vec<(String, String)>,
    known_requirements: &[&str],
) -> Result<Vec<Plan>, Vec<Diagnosis>> {
    load_below("", files, known_requirements)
}

/// Like [`load_all`]; the ids are the paths below the folder `root`, where a name begins with it.
///
/// # Errors
/// Every mistake of every file, and two files with the same id.
pub fn load_below(
    root: &str,
    files: Vec<(String, String)>,
    known_requirements: &[&str],
) -> Result<Vec<Plan>, Vec<Diagnosis>> {
    let root = root.trim_end_matches('/');
    let (mut plans, mut diagnoses) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, text) in files {
        match super::load(&name, &text, known_requirements) {
            Ok(variations) => plans.extend(variations.into_iter().map(|plan| {
                let id = format!("{}{}", below(root, &name), plan.variation);
                Plan { id, ..plan }
            })),
            Err(mut found) => diagnoses.append(&mut found),
        }
        if let Some(first) = seen.insert(below(root, &name), name.clone()) {
            diagnoses.push(same_id(&first, name, &text));
        }
    }
    if diagnoses.is_empty() { Ok(plans) } else { Err(diagnoses) }
}

/// The scenarios inside this program, sorted by id.
///
/// # Errors
/// Their mistakes: none if `known_requirements` are those of this program.
pub fn shipped(known_requirements: &[&str]) -> Result<Vec<Plan>, Vec<Diagnosis>> {
    let files = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    load_below("scenarios", files.collect(), known_requirements)
}

/// The names and texts of the scenarios inside this program.
#[must_use]
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

fn below(root: &str, name: &str) -> String {
    let inner = name.strip_prefix(root).filter(|rest| root.is_empty() || rest.starts_with('/'));
    super::lower::id_of(inner.unwrap_or(name))
}

fn same_id(first: &str, file: String, text: &str) -> Diagnosis {
    let line = text.lines().next().unwrap_or_default();
    Diagnosis {
        code: "duplicate-id",
        file,
        line: 1,
        column: 1,
        length: line.chars().count().max(1),
        message: format!("this scenario has the same id as `{first}`"),
        help: "rename one of the two files".to_owned(),
        text: line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{load_all, load_below};

    const SOUND: &str = "scenario: Nothing happens\nsteps:\n  - probe: {}\n";

    fn files(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), SOUND.to_owned())).collect()
    }

    #[test]
    fn an_id_is_the_path_below_the_root() {
        let plans = load_below("mine/", files(&["mine/sms/a.yaml", "b.yml"]), &[]);
        let ids: Vec<String> = plans.expect("sound").into_iter().map(|plan| plan.id).collect();
        assert_eq!(ids, ["sms/a", "b"]);
    }

    #[test]
    fn two_files_with_one_id_are_diagnosed() {
        let diagnoses = load_all(files(&["a.yaml", "./a.yml"]), &[]).expect_err("the same id");
        let codes: Vec<&str> = diagnoses.iter().map(|one| one.code).collect();
        assert_eq!(codes, ["duplicate-id"]);
        assert!(diagnoses[0].message.contains("a.yaml"), "{}", diagnoses[0].message);
    }

    #[test]
    fn one_broken_file_does_not_hide_another() {
        let broken = |name: &str| (name.to_owned(), "steps: []\n".to_owned());
        let diagnoses =
            load_all(vec![broken("a.yaml"), broken("b.yaml")], &[]).expect_err("broken");
        let files: Vec<&str> = diagnoses.iter().map(|one| one.file.as_str()).collect();
        assert_eq!(files, ["a.yaml", "a.yaml", "b.yaml", "b.yaml"]);
    }
}
