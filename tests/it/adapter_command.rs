//! `fobwatch adapter`: a start that works, an examination that tells what is wrong, a conversation
//! by hand, and the schema.

use crate::puppet::python;
use fobwatch::adapters::map;
use fobwatch::adapters::protocol::Call;
use fobwatch::domain::operation::OperationKind;
use fobwatch::domain::persona::MobileOnFile;
use fobwatch::domain::{Chance, Operation, Persona};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn adapter(folder: &Path, arguments: &[&str]) -> Output {
    asked(folder, arguments, "")
}

/// Runs the command with `input` as what is typed.
fn asked(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .arg("adapter")
        .args(arguments)
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut typed = command.stdin.take().expect("it is piped");
    typed.write_all(input.as_bytes()).expect("it listens");
    drop(typed);
    command.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test is told where Node is, if it is not on the path"
)]
fn node() -> String {
    std::env::var("FOBWATCH_TEST_NODE").unwrap_or_else(|_| "node".to_owned())
}

fn assert_speaks_the_protocol(folder: &Path, target: &str) {
    let output = adapter(folder, &["doctor", target]);
    let (told, log) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{target}:\n{told}\n{log}");
    assert!(told.contains(", 0 failed"), "{told}");
}

#[test]
fn a_start_in_each_language_works_as_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = [("python", python(), "adapter.py"), ("js", node(), "adapter.mjs")];
    for (language, interpreter, file) in runs {
        let output = adapter(folder.path(), &["new", "--lang", language]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(told.contains(&format!("wrote {file}\n")) && told.contains("next: "), "{told}");
        assert_speaks_the_protocol(folder.path(), &format!("exec:'{interpreter}' {file}"));
    }
    let interpreters = [("python", python(), "py"), ("js", node(), "mjs")];
    for (language, interpreter, ending) in interpreters {
        for role in ["library", "token"] {
            // A file of the name `token` would stand before a module of Python.
            let file = format!("{role}_adapter.{ending}");
            let output =
                adapter(folder.path(), &["new", "--lang", language, "--role", role, &file]);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            assert_speaks_the_protocol(folder.path(), &format!("exec:'{interpreter}' {file}"));
        }
    }
    let output = adapter(folder.path(), &["new", "--lang", "go", "--role", "token"]);
    assert_eq!(output.status.code(), Some(64), "{}", text(&output.stderr));
    let output = adapter(folder.path(), &["new", "--lang", "map", "mine.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = fs::read_to_string(folder.path().join("mine.yaml")).expect("it is written");
    map::check(&written, "mine.yaml").unwrap_or_else(|error| panic!("{error}"));
}

/// Runs a compiler in `folder`.
fn built(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_start_in_a_language_that_is_compiled_works_as_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    for (language, name) in [("rust", "in-rust"), ("go", "in-go")] {
        let output = adapter(folder.path(), &["new", "--lang", language, name]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(told.contains(&format!("'exec:{name}/")), "{told}");
    }
    let (rust, go) = (folder.path().join("in-rust"), folder.path().join("in-go"));
    built(&rust, "cargo", &["build", "--quiet", "--target-dir", "target"]);
    assert_speaks_the_protocol(&rust, "exec:target/debug/adapter");
    built(&go, "go", &["build", "-o", "adapter"]);
    assert_speaks_the_protocol(&go, "exec:./adapter");
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("adapter.py");
    fs::write(&mine, "# mine").expect("a file");
    let output = adapter(folder.path(), &["new", "--lang", "python"]);
    assert_eq!(output.status.code(), Some(74));
    let why = text(&output.stderr);
    assert!(why.contains("nothing is overwritten"), "{why}");
    assert_eq!(fs::read_to_string(&mine).expect("it is there"), "# mine");
    // The library is there now; another adapter beside it shares it.
    let output = adapter(folder.path(), &["new", "--lang", "python", "other.py"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("fobwatch.py is there already"));
}

/// The puppet as a target.
fn puppet(behaviour: &str) -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/puppet/puppet.py");
    format!("exec:'{}' '{file}' {behaviour} doctor", python())
}

/// Compares with the file, or writes it where `UPDATE_GOLDEN` is set.
#[allow(clippy::disallowed_methods, reason = "a test's own switch to rewrite its golden files")]
fn assert_golden(name: &str, told: &str) {
    let file = format!("{}/fixtures/doctor/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, told).expect("the golden file is written");
    }
    assert_eq!(told, fs::read_to_string(&file).unwrap_or_default(), "{file}");
}

#[test]
fn what_is_wrong_is_shown_with_the_line_that_came_and_the_one_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    for behaviour in ["is-careless", "speaks-version-2", "crashes-at-hello"] {
        let target = puppet(behaviour);
        let output = adapter(folder.path(), &["doctor", "--patience", "3s", &target]);
        assert_eq!(output.status.code(), Some(4), "{behaviour}: {}", text(&output.stderr));
        assert_golden(behaviour, &text(&output.stdout));
    }
}

#[test]
fn what_is_no_program_is_not_examined() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = adapter(folder.path(), &["doctor", "builtin:reference"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("exec:COMMAND"), "{}", text(&output.stderr));
    let output = adapter(folder.path(), &["doctor", "attach:tcp://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
}

#[test]
fn operations_are_asked_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = "{\"op\":\"probe\"}\nwhat?\n{\"op\":\"list_tokens\",\"session\":\"other\"}\n";
    let output = asked(folder.path(), &["shell", &puppet("sound")], typed);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert_eq!(lines.len(), 4, "hello, two questions and bye: {lines:?}");
    assert_eq!(lines[1]["ok"]["reply"], "signed_out");
    assert_eq!(lines[2]["unsupported"]["feature"], "list_tokens");
    assert!(text(&output.stderr).contains("write an object with `op`"));
}

#[test]
fn operations_are_written_as_the_document_says() {
    let bob = Persona::invent("bob", MobileOnFile::NotGiven, 4, &mut Chance::seeded(9, "bob"));
    let (user, mailbox) = (bob.user.clone(), bob.mailbox.as_str().to_owned());
    let (name, password) = (bob.name.clone(), bob.password.reveal().to_owned());
    let args = json!({ "user": user, "password": password, "name": name, "mailbox": mailbox });
    for (operation, expected) in [
        (Operation::Provision(Box::new(bob)), json!({ "op": "provision", "args": args })),
        (Operation::RequestPush, json!({ "op": "request_push", "args": {} })),
        (Operation::AwaitPush, json!({ "op": "await_push", "args": {} })),
        (
            Operation::ConfirmEnrolment { code: None },
            json!({ "op": "confirm_enrolment", "args": {} }),
        ),
        (
            Operation::AdvanceClock { by: Duration::from_millis(1500) },
            json!({ "op": "advance_clock", "args": { "seconds": 1.5 } }),
        ),
    ] {
        assert_eq!(operation.kind().to_string(), expected["op"]);
        assert_eq!(serde_json::to_value(Call::of(&operation)).expect("JSON"), expected);
    }
}

#[test]
fn maps_and_browser_files_have_schemas_that_editors_can_use() {
    let folder = tempfile::tempdir().expect("a folder");
    for (of, key) in [("map", "launch"), ("browser", "programs")] {
        let output = adapter(folder.path(), &["schema", of]);
        let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(schema["properties"][of].is_object(), "{of}");
        assert!(schema["properties"][key].is_object(), "{of} has {key}");
    }
}

#[test]
fn the_schema_describes_every_operation_and_outcome() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = adapter(folder.path(), &["schema"]);
    let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let written = schema.to_string();
    let kinds = serde_json::to_value(schemars::schema_for!(OperationKind)).expect("JSON");
    let names = kinds.pointer("/oneOf").and_then(Value::as_array).expect("the operations");
    for name in names.iter().map(|one| one["const"].as_str().expect("a name")) {
        assert!(written.contains(&format!("\"const\":\"{name}\"")), "{name}");
    }
    for word in ["hello", "open_scenario", "code_required", "push_sent", "code.spent", "effect"] {
        assert!(written.contains(&format!("\"{word}\"")), "{word}");
    }
}
