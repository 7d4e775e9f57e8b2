//! Compiles the preload library that moves the clock of launched servers, for the library crate to
//! carry inside: the program stays one file, and needs no second one beside it.
//!
//! Only Linux with the GNU C library has what it stands on; elsewhere nothing is compiled, and a
//! map that wants it is told so.

#![allow(clippy::disallowed_methods, reason = "cargo tells a build script by its environment")]

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

/// The root of the library's crate, and its modules.
const SOURCES: [&str; 3] =
    ["src/adapters/shim/preload.rs", "src/adapters/shim/control.rs", "src/adapters/shim/time.rs"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(fobwatch_shim)");
    println!("cargo::rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let available = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_POINTER_WIDTH", "64");
    if available { compile() } else { Ok(()) }
}

/// Optimised always: launched servers read their clock a thousand times for each of their answers.
fn compile() -> Result<(), Box<dyn Error>> {
    let output = Path::new(&env::var("OUT_DIR")?).join("fobwatch-clock.so");
    let mut rustc = Command::new(env::var("RUSTC")?);
    rustc.args(["--crate-type", "cdylib", "--crate-name", "fobwatch_clock", "--edition", "2024"]);
    rustc.args(["--cfg", "fobwatch_shim", "--target", &env::var("TARGET")?]);
    rustc.args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "strip=symbols"]);
    // Without link-time optimisation `core` brings along what only a library with `std` has; with
    // the linker's check that would fail here, and not when a program is started.
    rustc.args(["-C", "lto=fat", "-C", "codegen-units=1", "-C", "link-arg=-Wl,-z,defs"]);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.args(["-C", &format!("linker={linker}")]);
    }
    let status = rustc.arg("-o").arg(&output).arg(SOURCES[0]).status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("the preload library does not compile ({status}); see above").into())
}
