//! Reads one command line: the verb and its bounds here, paths and parameters by the codec.

use super::response::Response;
use smtp_proto::{Error, MAIL_BODY_BINARYMIME, MAIL_SMTPUTF8, Request};
use std::borrow::Cow;

/// The longest command line with its CRLF (RFC 5321 §4.5.3.1.4).
const LINE: usize = 512;
/// What the announced extensions add to MAIL: SIZE 26 (RFC 1870 §3), BODY 17 (RFC 6152 §2),
/// SMTPUTF8 10 (RFC 6531 §3.4), AUTH 500 (RFC 4954 §3).
const MAIL_LINE: usize = LINE + 26 + 17 + 10 + 500;
/// The longest AUTH line with its CRLF (RFC 4954 §4).
const AUTH_LINE: usize = 12_288;

const NO_ARGUMENT: Response = Response::fixed(501, "5.5.4", "this command has no argument");
const UNKNOWN: Response = Response::fixed(500, "5.5.1", "no such command; HELP lists all");

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    Mail(Sender),
    /// The forward path, unquoted and without source route; `postmaster` may stand alone.
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Help,
    Vrfy,
    Expn,
    Quit,
    Auth {
        mechanism: String,
        initial: Option<String>,
    },
    /// Known to the world but not offered here.
    NotOffered,
}

/// The argument of MAIL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sender {
    /// The reverse path; empty if it is null.
    pub(super) path: String,
    /// Octets as declared; 0 if they were not.
    pub(super) size: usize,
    /// Whether SMTPUTF8 was given.
    pub(super) utf8: bool,
    /// Whether there was any parameter, which only EHLO permits.
    pub(super) extended: bool,
}

/// Reads a line without its CRLF.
///
/// # Errors
/// What is answered to it, in the order: length, characters, verb, argument.
pub(super) fn read(line: &[u8]) -> Result<Command, Response> {
    let verb = line.split(|byte| *byte == b' ').next().unwrap_or_default().to_ascii_uppercase();
    let limit = match verb.as_slice() {
        b"MAIL" => MAIL_LINE,
        b"AUTH" => AUTH_LINE,
        _ => LINE,
    };
    if line.len() + 2 > limit {
        return Err(Response::fixed(500, "5.5.2", "the line is too long"));
    }
    let text = std::str::from_utf8(line)
        .map_err(|_| Response::fixed(500, "5.5.2", "the line is not UTF-8"))?;
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(Response::fixed(500, "5.5.2", "the line has a control character"));
    }
    if !text.is_ascii() && !matches!(verb.as_slice(), b"MAIL" | b"RCPT") {
        return Err(Response::fixed(
            501,
            "5.5.4",
            "only paths may have other characters than ASCII",
        ));
    }
    of_verb(&verb, text)
}

fn of_verb(verb: &[u8], line: &str) -> Result<Command, Response> {
    let argument = line.get(verb.len()..).unwrap_or_default().trim_matches([' ', '\t']);
    match verb {
        b"EHLO" => named(argument, Command::Ehlo),
        b"HELO" => named(argument, Command::Helo),
        b"MAIL" => mail(line),
        b"RCPT" => rcpt(line),
        b"DATA" => bare(argument, Command::Data),
        b"RSET" => bare(argument, Command::Rset),
        b"QUIT" => bare(argument, Command::Quit),
        b"NOOP" => Ok(Command::Noop),
        b"HELP" => Ok(Command::Help),
        b"VRFY" => named(argument, Command::Vrfy),
        b"EXPN" => Ok(Command::Expn),
        b"AUTH" => auth(argument),
        b"STARTTLS" | b"BDAT" | b"ETRN" | b"ATRN" | b"BURL" | b"LHLO" | b"TURN" => {
            Ok(Command::NotOffered)
        }
        _ => Err(UNKNOWN),
    }
}

fn bare(argument: &str, command: Command) -> Result<Command, Response> {
    if argument.is_empty() { Ok(command) } else { Err(NO_ARGUMENT) }
}

fn named(argument: &str, command: Command) -> Result<Command, Response> {
    if argument.is_empty() || argument.contains(' ') {
        return Err(Response::fixed(501, "5.5.4", "this command has one argument"));
    }
    Ok(command)
}

fn auth(argument: &str) -> Result<Command, Response> {
    let mut words = argument.split_ascii_whitespace();
    let (mechanism, initial, excess) = (words.next(), words.next(), words.next());
    match (mechanism, excess) {
        (Some(mechanism), None) => Ok(Command::Auth {
            mechanism: mechanism.to_owned(),
            initial: initial.map(str::to_owned),
        }),
        _ => Err(Response::fixed(501, "5.5.4", "AUTH mechanism [initial-response]")),
    }
}

fn mail(line: &str) -> Result<Command, Response> {
    let text = format!("{line}\r\n");
    let Request::Mail { from } = parse(&text)? else {
        return Err(UNKNOWN);
    };
    let given = parameters(line);
    for name in given.split_ascii_whitespace().map(name_of) {
        let is_known = ["SIZE", "BODY", "SMTPUTF8", "AUTH"].iter().any(|known| name == *known);
        if !is_known || from.flags & MAIL_BODY_BINARYMIME != 0 {
            return Err(not_offered(&name));
        }
    }
    Ok(Command::Mail(Sender {
        size: from.size,
        utf8: from.flags & MAIL_SMTPUTF8 != 0,
        extended: !given.trim().is_empty(),
        path: from.address.into_owned(),
    }))
}

fn rcpt(line: &str) -> Result<Command, Response> {
    let text = format!("{line}\r\n");
    let Request::Rcpt { to } = parse(&text)? else {
        return Err(UNKNOWN);
    };
    if let Some(name) = parameters(line).split_ascii_whitespace().map(name_of).next() {
        return Err(not_offered(&name));
    }
    let is_postmaster = line.to_ascii_lowercase().contains("<postmaster>");
    Ok(Command::Rcpt(if is_postmaster { "postmaster".to_owned() } else { to.address.into_owned() }))
}

fn parse(text: &str) -> Result<Request<Cow<'_, str>>, Response> {
    Request::parse(&mut text.as_bytes().iter()).map_err(|error| match error {
        Error::SyntaxError { syntax } => Response::fixed(501, "5.5.2", syntax),
        Error::InvalidSenderAddress => Response::fixed(553, "5.1.7", "this is no reverse path"),
        Error::InvalidRecipientAddress => Response::fixed(553, "5.1.3", "this is no forward path"),
        Error::InvalidParameter { param } => {
            Response::about(501, "5.5.4", format!("the value of {param} cannot be read"))
        }
        Error::UnsupportedParameter { param } => not_offered(&name_of(&param)),
        Error::UnknownCommand
        | Error::NeedsMoreData { .. }
        | Error::ResponseTooLong
        | Error::InvalidResponse { .. } => {
            Response::fixed(501, "5.5.2", "the argument cannot be read")
        }
    })
}

fn not_offered(parameter: &str) -> Response {
    Response::about(555, "5.5.4", format!("the parameter {parameter} is not offered here"))
}

fn name_of(parameter: &str) -> String {
    parameter.split('=').next().unwrap_or_default().to_ascii_uppercase()
}

/// What follows the `>` that ends the path; one in a quoted local part does not.
fn parameters(line: &str) -> &str {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return line.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}
