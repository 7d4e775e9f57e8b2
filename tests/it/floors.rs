//! The architecture, held: a module uses only floors below its own, and registers agree with
//! folders.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of `src/lib.rs`, lowest first.
const FLOORS: [&[&str]; 9] = [
    &["domain"],
    &["otp", "journal"],
    &["subject", "gateways", "tokens"],
    &["conformance", "reference", "world"],
    &["adapters", "scenario"],
    &["runner", "load", "measure"],
    &["report"],
    &[],
    &["cli"],
];

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The first names after `crate::` in code; comments and their links do not count.
fn used_modules(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for rest in code.split("crate::").skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.push((number + 1, name));
        }
    }
    used
}

fn module_of(file: &Path) -> Option<String> {
    let inner = file.strip_prefix(root()).ok()?;
    let first = inner.iter().next()?.to_str()?;
    Some(first.trim_end_matches(".rs").to_owned())
}

#[test]
fn a_module_uses_only_lower_floors() {
    let mut wrong = Vec::new();
    for file in sources(&root()) {
        let module = module_of(&file).expect("below src");
        let Some(floor) = floor_of(&module) else { continue };
        let text = fs::read_to_string(&file).expect("readable");
        for (line, used) in used_modules(&text) {
            let Some(other) = floor_of(&used) else {
                continue;
            };
            if used != module && other >= floor {
                wrong.push(format!("{}:{line} uses {used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these reach up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    for file in sources(&root()) {
        let module = module_of(&file).expect("below src");
        assert!(
            floor_of(&module).is_some() || module == "lib" || module == "main",
            "{module} stands on no floor"
        );
    }
}

/// Each register: the folder, the file that holds it, what in the folder is no entry.
const REGISTERS: [(&str, &str, &[&str]); 7] = [
    ("gateways/sms", "gateways/sms/mod.rs", &["mod", "segment"]),
    ("conformance/rules", "conformance/rules/mod.rs", &["mod"]),
    ("reference/defects", "reference/defects/mod.rs", &["mod"]),
    ("measure/experiments", "measure/experiments/mod.rs", &["mod"]),
    (
        "report",
        "report/mod.rs",
        &[
            "mod",
            "case",
            "difference",
            "evidence",
            "load",
            "mutants",
            "severity",
            "terminal",
            "trouble",
            "wording",
        ],
    ),
    (
        "report/load",
        "report/load/mod.rs",
        &["mod", "caveats", "figures", "page", "plot", "tables", "text"],
    ),
    ("cli", "cli/mod.rs", &["mod", "files", "lists", "outputs", "saved", "shard", "suite"]),
];

#[test]
fn registers_agree_with_their_folders() {
    for (folder, register, others) in REGISTERS {
        let text = fs::read_to_string(root().join(register)).expect("the register is readable");
        let after_mods: String =
            text.lines().filter(|line| !line.trim_start().starts_with("mod ")).collect();
        for file in fs::read_dir(root().join(folder)).expect("the folder is readable") {
            let path = file.expect("an entry").path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            if others.contains(&name.as_str()) {
                continue;
            }
            assert!(
                after_mods.contains(&format!("{name}::")),
                "{folder}/{name}.rs is not in the register of {register}"
            );
        }
    }
}

#[test]
fn every_file_begins_with_its_purpose() {
    for file in sources(&root()) {
        let text = fs::read_to_string(&file).expect("readable");
        assert!(text.starts_with("//! "), "{} does not say what it is for", file.display());
    }
}
