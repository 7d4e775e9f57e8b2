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
    /// What is tested; for a library and an app there are starts in Python and JavaScript
    #[arg(long, value_enum, default_value = "server")]
    role: Tested,
    /// The new file [default: adapter.py, adapter.mjs or adapter.yaml], or for rust and go the new
    /// folder [default: adapter]
    path: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Language {
    /// Python 3.9 or newer
    Python,
    /// Node 18 or newer
    Js,
    /// A package of its own
    Rust,
    /// A module of its own
    Go,
    /// No program: a map of your server's HTTP requests
    Map,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Tested {
    /// A server that people sign in to
    Server,
    /// A library of one-time codes
    Library,
    /// An authenticator app
    Token,
}

/// What is written for a language.
struct Start {
    /// What it is called if nobody says.
    path: &'static str,
    /// The file itself, or nothing if `path` is a folder.
    text: Option<&'static str>,
    /// What stands beside the file, or in the folder.
    others: &'static [(&'static str, &'static str)],
    /// What to do next, by the name that was chosen.
    next: fn(&str) -> String,
}

macro_rules! shipped {
    ($path:literal) => {
        include_str!(concat!("../../../adapters/", $path))
    };
}

impl Language {
    fn start(self) -> Start {
        match self {
            Self::Python => Start {
                path: "adapter.py",
                text: Some(shipped!("start/adapter.py")),
                others: &[("fobwatch.py", shipped!("sdk/fobwatch.py"))],
                next: |file| asked(&format!("'exec:python3 {file}'")),
            },
            Self::Js => Start {
                path: "adapter.mjs",
                text: Some(shipped!("start/adapter.mjs")),
                others: &[("fobwatch.mjs", shipped!("sdk/fobwatch.mjs"))],
                next: |file| asked(&format!("'exec:node {file}'")),
            },
            Self::Rust => Start {
                path: "adapter",
                text: None,
                others: &[
                    ("Cargo.toml", shipped!("start/rust/Cargo.toml.start")),
                    ("src/fobwatch.rs", shipped!("sdk/fobwatch.rs")),
                    ("src/main.rs", shipped!("start/rust/main.rs")),
                ],
                next: |folder| {
                    let build =
                        format!("cargo build --release --manifest-path {folder}/Cargo.toml");
                    let asked = asked(&format!("'exec:{folder}/target/release/adapter'"));
                    format!("{build}\n      {asked}")
                },
            },
            Self::Go => Start {
                path: "adapter",
                text: None,
                others: &[
                    ("go.mod", shipped!("start/go/go.mod.start")),
                    ("fobwatch.go", shipped!("sdk/fobwatch.go")),
                    ("main.go", shipped!("start/go/main.go")),
                ],
                next: |folder| {
                    let asked = asked(&format!("'exec:{folder}/adapter'"));
                    format!("(cd {folder} && go build)\n      {asked}")
                },
            },
            Self::Map => Start {
                path: "adapter.yaml",
                text: Some(shipped!("start/adapter.yaml")),
                others: &[],
                next: |file| {
                    let sign_in = format!("fobwatch adapter try {file} provision + sign_in");
                    format!("{sign_in}\n      fobwatch run --against map:{file}")
                },
            },
        }
    }
}

impl Language {
    /// What is written for something else than a server.
    fn start_for(self, tested: Tested) -> Result<Start, Stopped> {
        let start = self.start();
        let text = match (self, tested) {
            (_, Tested::Server) => return Ok(start),
            (Self::Python, Tested::Library) => shipped!("start/library.py"),
            (Self::Python, Tested::Token) => shipped!("start/app.py"),
            (Self::Js, Tested::Library) => shipped!("start/library.mjs"),
            (Self::Js, Tested::Token) => shipped!("start/app.mjs"),
            (Self::Rust | Self::Go | Self::Map, Tested::Library | Tested::Token) => {
                let message = "error: only servers have a start in this language; \
                    write --lang python or --lang js";
                return Err(Stopped::new(Exit::Usage, message));
            }
        };
        Ok(Start { text: Some(text), ..start })
    }
}

/// The two commands for an adapter that is a program.
fn asked(against: &str) -> String {
    format!("fobwatch adapter doctor {against}\n      fobwatch run --against {against}")
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Stopped> {
    let start = arguments.lang.start_for(arguments.role)?;
    let path = arguments.path.clone().unwrap_or_else(|| PathBuf::from(start.path));
    let mut written = Vec::new();
    let folder = if start.text.is_some() { path.parent().unwrap_or(Path::new("")) } else { &path };
    for (name, text) in start.others {
        let file = folder.join(name);
        // The same library may be there from another adapter.
        if fs::read_to_string(&file).is_ok_and(|there| there == *text) {
            written.push(format!("{} is there already\n", file.display()));
        } else {
            write_new(&file, text)?;
            written.push(format!("wrote {}\n", file.display()));
        }
    }
    if let Some(text) = start.text {
        write_new(&path, text)?;
        written.push(format!("wrote {}\n", path.display()));
    }
    print(&written.concat());
    print(&format!("next: {}\n", (start.next)(&path.display().to_string())));
    Ok(Exit::Conformant)
}

/// Writes a file that must not be there yet.
fn write_new(file: &Path, text: &str) -> Result<(), Stopped> {
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    let opened =
        folder.and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(file));
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
