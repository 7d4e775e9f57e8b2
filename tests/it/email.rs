//! Email from outside: dialogues as files, mails as files, and what no input may do.
#![allow(clippy::expect_used, reason = "a test that cannot read its own fixture has failed")]

use fobwatch::domain::{Mailbox, Message};
use fobwatch::gateways::Session;
use fobwatch::gateways::email::mime::{self, Envelope};
use fobwatch::gateways::email::smtp::{self, Limits, Server};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// How a transcript's bytes reach the session.
#[derive(Clone, Copy)]
enum Pace {
    AtOnce,
    ByteByByte,
}

/// A session and the transcript that it writes.
struct Play {
    server: Server,
    pace: Pace,
    pending: Vec<u8>,
    transcript: String,
}

impl Play {
    fn new(pace: Pace, limits: Limits) -> Self {
        let server = Server::new(limits);
        Self { server, pace, pending: Vec::new(), transcript: String::new() }
    }

    /// Sends what the client has said and writes down what comes back.
    fn exchange(&mut self) {
        let input = std::mem::take(&mut self.pending);
        let mut output = Vec::new();
        let messages = match self.pace {
            Pace::AtOnce => self.server.feed(&input, &mut output),
            Pace::ByteByByte => {
                input.iter().flat_map(|b| self.server.feed(&[*b], &mut output)).collect()
            }
        };
        self.write(&output, &messages);
    }

    fn write(&mut self, output: &[u8], messages: &[Message]) {
        let output = std::str::from_utf8(output).expect("answers are UTF-8");
        for line in output.split_terminator("\r\n") {
            writeln!(self.transcript, "S: {line}").expect("a string");
        }
        for message in messages {
            let Message { to, from, text, .. } = message;
            let subject = message.subject.as_deref().unwrap_or("-");
            let (text, shown) = (text.escape_default().to_string(), 80);
            let text = text.get(..shown).unwrap_or(&text);
            writeln!(self.transcript, "M: {to} | {from} | {subject} | {text}").expect("a string");
        }
    }
}

/// Plays the client's lines of a transcript and returns the transcript with the server's own lines.
///
/// `C:` is a line with its CRLF, `C>` is bytes with escapes, `T:` is silence; `S:` lines are answers,
/// `M:` lines are messages (to, from, subject, text), `END` says whether the connection closes.
fn play(script: &str, pace: Pace) -> String {
    let mut play = Play::new(pace, limits(script));
    let mut greeted = false;
    for line in script.lines() {
        let heard = line.starts_with("S:") || line.starts_with("M:");
        if heard && !greeted {
            let mut output = Vec::new();
            play.server.greet(&mut output);
            play.write(&output, &[]);
            greeted = true;
        } else if heard && !play.pending.is_empty() {
            play.exchange();
        } else if !heard && !line.starts_with("END") {
            writeln!(play.transcript, "{line}").expect("a string");
        }
        if let Some(text) = line.strip_prefix("C:") {
            let text = text.strip_prefix(' ').unwrap_or(text);
            play.pending.extend_from_slice(format!("{text}\r\n").as_bytes());
        } else if let Some(text) = line.strip_prefix("C> ") {
            play.pending.extend_from_slice(&bytes(text));
        } else if line.starts_with("T:") {
            play.exchange();
            let mut output = Vec::new();
            play.server.give_up(&mut output);
            play.write(&output, &[]);
        }
    }
    play.exchange();
    let end = if play.server.is_over() { "END over" } else { "END open" };
    format!("{}{end}\n", play.transcript)
}

fn limits(script: &str) -> Limits {
    let mut limits = Limits::default();
    let line = script.lines().find_map(|line| line.strip_prefix("limits: ")).unwrap_or_default();
    for (name, value) in line.split(' ').filter_map(|pair| pair.split_once('=')) {
        let value = value.parse().expect("a number");
        match name {
            "size" => limits.size = value,
            "recipients" => limits.recipients = value,
            "errors" => limits.errors = value,
            other => panic!("no limit {other}"),
        }
    }
    limits
}

/// Undoes `\r`, `\n`, `\0`, `\xHH` and `{c*n}`.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if let Some(repeat) = rest.strip_prefix('{') {
            let (inner, _) = repeat.split_once('}').expect("a closing brace");
            let (what, times) = inner.split_once('*').expect("a count");
            bytes.extend(what.repeat(times.parse().expect("a number")).bytes());
            inner.len() + 2
        } else if let Some(hex) = rest.strip_prefix("\\x") {
            bytes.push(u8::from_str_radix(&hex[..2], 16).expect("hex"));
            4
        } else if first == '\\' {
            bytes.push(match rest.as_bytes()[1] {
                b'r' => b'\r',
                b'n' => b'\n',
                b'0' => 0,
                other => panic!("no escape {other}"),
            });
            2
        } else {
            bytes.extend(first.to_string().bytes());
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    bytes
}

fn fixtures(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = fs::read_dir(folder).expect("the folder of fixtures");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

#[test]
fn every_dialogue_goes_as_written_at_any_pace() {
    let paths = fixtures("smtp", "txt");
    assert!(paths.len() >= 25, "{} dialogues", paths.len());
    for path in paths {
        let script = fs::read_to_string(&path).expect("a dialogue");
        for pace in [Pace::AtOnce, Pace::ByteByByte] {
            assert_eq!(play(&script, pace), script, "{}", path.display());
        }
    }
}

fn envelope() -> Envelope {
    let to: Mailbox = "ada@mail.test".parse().expect("a mailbox");
    Envelope { from: "bounce@shop.test".to_owned(), to: vec![to] }
}

#[test]
fn every_mail_is_read_as_expected() {
    let paths = fixtures("mail", "eml");
    assert!(paths.len() >= 12, "{} mails", paths.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../fixtures/mail");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in paths {
        let raw = fs::read(&path).expect("a mail");
        let read = mime::read(&envelope(), &raw);
        let [message] = read.as_slice() else { panic!("one message for one recipient") };
        let seen = serde_json::json!({
            "from": message.from, "subject": message.subject, "text": message.text,
            "html": message.html, "headers": message.headers,
        });
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        settings.bind(|| insta::assert_json_snapshot!(name, seen));
    }
}

#[test]
fn a_mail_nested_without_end_is_read_in_bounds() {
    let shell =
        |kind: &str, times| format!("Content-Type: {kind}; boundary=b\r\n\r\n").repeat(times);
    for kind in ["message/rfc822", "message/global", "multipart/digest", "multipart/mixed"] {
        let nested = shell(kind, 20_000);
        assert_eq!(mime::read(&envelope(), nested.as_bytes()).len(), 1);
        let parts = format!("Content-Type: {kind}; boundary=b\r\n\r\n--b\r\n").repeat(20_000);
        assert_eq!(mime::read(&envelope(), parts.as_bytes()).len(), 1);
    }
}

#[test]
fn header_fields_are_bounded_in_number_and_length() {
    let mail = format!("X-Long: {}\r\n", "y".repeat(9000)).repeat(300);
    let read = mime::read(&envelope(), mail.as_bytes());
    assert_eq!(read[0].headers.len(), mime::HEADERS);
    assert_eq!(read[0].headers[0].1.len(), mime::HEADER_LENGTH);
}

/// What the session says and takes, fed in pieces of `size` bytes.
fn heard(input: &[u8], size: usize) -> (String, Vec<Message>, bool) {
    let mut session = smtp::open();
    let mut output = Vec::new();
    let mut messages = Vec::new();
    for piece in input.chunks(size) {
        messages.extend(session.feed(piece, &mut output));
    }
    (String::from_utf8(output).expect("answers are UTF-8"), messages, session.is_over())
}

/// Sequences that often reach DATA and often err.
fn conversation() -> impl Strategy<Value = Vec<u8>> {
    let command = prop_oneof![
        Just("EHLO c.test\r\n".to_owned()),
        Just("HELO c.test\r\n".to_owned()),
        Just("RSET\r\n".to_owned()),
        Just("AUTH LOGIN\r\ndQ==\r\ncA==\r\n".to_owned()),
        Just("MAIL FROM:<a@b.test> SMTPUTF8\r\nRCPT TO:<c@d.test>\r\nDATA\r\n".to_owned()),
        "(MAIL FROM|RCPT TO):<[a-zé.\"@> ]{0,9}@[a-z.]{1,9}>( [A-Z0-9=]{1,12})?\r\n",
        "[A-Za-z: .\r\n]{0,30}\r\n\\.\r\n",
        "\\PC{0,20}(\r\n|\n|\r)\\.?(\r\n|\n)",
    ];
    let commands = prop::collection::vec(command, 0..24).prop_map(|all| all.concat());
    commands.prop_map(|rest| {
        format!("EHLO c.test\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n{rest}").into_bytes()
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_heard_alike_in_pieces_of_any_size(
        input in prop::collection::vec(any::<u8>(), 0..2000), size in 1_usize..50
    ) {
        prop_assert_eq!(heard(&input, 1), heard(&input, input.len().max(1)));
        prop_assert_eq!(heard(&input, size), heard(&input, input.len().max(1)));
    }

    #[test]
    fn conversations_are_heard_alike_in_pieces_of_any_size(
        input in conversation(), size in 1_usize..50
    ) {
        prop_assert_eq!(heard(&input, 1), heard(&input, input.len()));
        prop_assert_eq!(heard(&input, size), heard(&input, input.len()));
    }

    #[test]
    fn any_bytes_are_a_mail(raw in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert_eq!(mime::read(&envelope(), &raw).len(), 1);
    }

    #[test]
    fn anything_that_looks_like_mime_is_a_mail(pieces in prop::collection::vec(
        prop_oneof![
            Just("Content-Type: "), Just("multipart/alternative; "), Just("multipart/mixed; "),
            Just("boundary=b"), Just("boundary=\"b\""), Just("text/html; charset=iso-8859-1"),
            Just("text/plain"), Just("message/rfc822"), Just("\r\n"), Just("\r\n\r\n"),
            Just("\r\n--b\r\n"), Just("\r\n--b--\r\n"), Just("Content-Transfer-Encoding: base64\r\n"),
            Just("Content-Transfer-Encoding: quoted-printable\r\n"), Just("MTIzNDU2"), Just("=C3=B6="),
            Just("Subject: =?utf-8?q?=C3?="), Just("<b>1</b><!--"), Just("é"), Just("\n"), Just("=?"),
        ], 0..60)
    ) {
        prop_assert_eq!(mime::read(&envelope(), pieces.concat().as_bytes()).len(), 1);
    }
}
