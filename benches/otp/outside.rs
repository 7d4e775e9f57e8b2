//! Programs of other languages, each in a process and a loop of its own, over the same keys and
//! codes: liboath (C), pyotp (Python), otplib (JavaScript). `benches/otp/install` puts them where
//! they are looked for; what is absent is named, not passed over.

use crate::cases::{Cases, Entered, STEP};
use fobwatch::domain::clock::WorkWatch;
use fobwatch::otp::lanes::{Codes, InOrder, Instructions, Steps};
use fobwatch::otp::{Algorithm, Window};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Keys and codes that each verifies in a pass.
const USERS: usize = 2000;

/// Passes that each makes; the first ones warm it up and do not count.
const PASSES: usize = 9;

/// Each program: what it is called, and how it is started in the folder of the installed.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("liboath oath_totp_validate4_callback (C)", &["liboath"]),
    ("pyotp TOTP.verify (Python)", &["venv/bin/python", "programs/pyotp_loop.py"]),
    ("otplib verifySync (JavaScript)", &["node", "programs/otplib_loop.mjs"]),
];

/// Prints a table, unless only some of the benches were asked for.
pub(crate) fn compare() {
    let asked = std::env::args().skip(1).any(|argument| argument != "--bench");
    if asked {
        return;
    }
    let cases = Cases::new(Algorithm::Sha1, USERS, Entered::Wrong, Window::ONE_STEP);
    println!("\nOutside the process, SHA1, wrong codes, ±1: ns of processor time a verification");
    row("fobwatch batch", Ok(ours(&cases)));
    for (name, command) in PROGRAMS {
        row(name, run(&folder(), command, &cases));
    }
}

fn row(name: &str, passes: Result<Vec<f64>, String>) {
    match passes {
        Ok(mut passes) => {
            passes.sort_by(f64::total_cmp);
            let (least, most) = (passes[0], passes[passes.len() - 1]);
            let median = passes[passes.len() / 2];
            println!("  {name:<44} least {least:>9.1}  median {median:>9.1}  most {most:>9.1}");
        }
        Err(why) => println!("  {name:<44} not measured: {why}"),
    }
}

/// Where `install` puts things: beside the build, as other peers.
#[allow(clippy::disallowed_methods, reason = "the build is where cargo was told to put it")]
fn folder() -> PathBuf {
    let build = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let build = build.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
    build.join("peers/otp")
}

#[expect(clippy::cast_precision_loss, reason = "users are few")]
fn ours(cases: &Cases) -> Vec<f64> {
    let kept = InOrder::new(cases.algorithm, &cases.keys);
    let steps = Steps::around(cases.algorithm, STEP, cases.window);
    let mut codes = Codes::with_capacity(Cases::DIGITS, cases.len());
    cases.codes.iter().for_each(|code| codes.push(code));
    let pass = |_| {
        let watch = WorkWatch::start();
        let matches = kept.verify(&codes, &steps, Instructions::detected()).expect("they fit");
        assert_eq!(std::hint::black_box(matches).count(), 0);
        watch.elapsed().as_secs_f64() * 1e9 / cases.len() as f64
    };
    (0..PASSES).map(pass).skip(2).collect()
}

/// Starts a program, gives it a key and a code in each line, and reads a time for each pass.
fn run(folder: &Path, command: &[&str], cases: &Cases) -> Result<Vec<f64>, String> {
    let absent = || "not installed; run benches/otp/install".to_owned();
    let program = folder.join(command[0]);
    let program = if program.exists() { program } else { PathBuf::from(command[0]) };
    let arguments = command[1..].iter().map(|argument| folder.join(argument));
    let mut child = Command::new(program)
        .args(arguments)
        .args([(STEP * 30).to_string(), PASSES.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| absent())?;
    let mut lines = String::new();
    for (key, code) in cases.keys.iter().zip(&cases.codes) {
        let key = data_encoding::HEXLOWER.encode(key.bytes());
        writeln!(lines, "{key} {code}").expect("a string takes it");
    }
    let mut input = child.stdin.take().expect("it was asked for");
    // A program that is not there ends at once, and its output says it all.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let times = String::from_utf8_lossy(&output.stdout);
    let times: Vec<f64> = times.lines().filter_map(|line| line.parse().ok()).skip(2).collect();
    if times.is_empty() { Err(absent()) } else { Ok(times) }
}
