//! `fobwatch adapter new`: a working start for an adapter.

use crate::cli::{Exit, Stopped, print};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// In which language
    #[arg(long, value_enum)]
    lang: Language,
    /// The new file [default: adapter.py, adapter.mjs or adapter.yaml]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Language {
    /// Python 3.9 or newer
    Python,
    /// Node 18 or newer
    Js,
    /// No program: a map of your server's HTTP requests
    Map,
}

/// What is written for a language.
struct Start {
    file: &'static str,
    text: &'static str,
    /// The library that goes beside it.
    library: Option<(&'static str, &'static str)>,
    /// How it is named on the command line.
    against: fn(&str) -> String,
}

impl Language {
    fn start(self) -> Start {
        match self {
            Self::Python => Start {
                file: "adapter.py",
                text: include_str!("../../../adapters/start/adapter.py"),
                library: Some(("fobwatch.py", include_str!("../../../adapters/sdk/fobwatch.py"))),
                against: |file| format!("'exec:python3 {file}'"),
            },
            Self::Js => Start {
                file: "adapter.mjs",
                text: include_str!("../../../adapters/start/adapter.mjs"),
                library: Some(("fobwatch.mjs", include_str!("../../../adapters/sdk/fobwatch.mjs"))),
                against: |file| format!("'exec:node {file}'"),
            },
            Self::Map => Start {
                file: "adapter.yaml",
                text: include_str!("../../../adapters/start/adapter.yaml"),
                library: None,
                against: |file| format!("map:{file}"),
            },
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let start = arguments.lang.start();
    let file = arguments.file.clone().unwrap_or_else(|| PathBuf::from(start.file));
    let mut written = Vec::new();
    if let Some((name, text)) = start.library {
        let library = file.with_file_name(name);
        // The same library may be there from another adapter.
        if fs::read_to_string(&library).is_ok_and(|there| there == text) {
            written.push(format!("{} is there already\n", library.display()));
        } else {
            write_new(&library, text)?;
            written.push(format!("wrote {}\n", library.display()));
        }
    }
    write_new(&file, start.text)?;
    written.push(format!("wrote {}\n", file.display()));
    let against = (start.against)(&file.display().to_string());
    print(&written.concat());
    print(&match arguments.lang {
        Language::Map => format!("next: fobwatch run --against {against}\n"),
        Language::Python | Language::Js => format!(
            "next: fobwatch adapter doctor {against}\n      fobwatch run --against {against}\n"
        ),
    });
    Ok(Exit::Conformant)
}

/// Writes a file that must not be there yet.
fn write_new(file: &Path, text: &str) -> Result<(), Stopped> {
    let opened = fs::OpenOptions::new().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let why = if error.kind() == ErrorKind::AlreadyExists {
            "it is there already, and nothing is overwritten; name another file".to_owned()
        } else {
            error.to_string()
        };
        Stopped::new(Exit::CannotWrite, format!("error: cannot write {}: {why}", file.display()))
    })
}
