//! The order of an SMTP session (RFC 5321 §4.1.4, §4.3.2): who may say what when.

use super::auth::{Exchange, Next};
use super::command::{self, Command, Sender};
use super::data::{self, Text};
use super::lines::{Lines, Unreadable};
use super::response::Response;
use super::{HOST, Limits};
use crate::domain::{Mailbox, Message, Recipient, Unfit};
use crate::gateways::Session;
use crate::gateways::email::mime::{self, Envelope};
use crate::gateways::fault::Denial;

const OK: Response = Response::fixed(250, "2.0.0", "done");
const HELLO_FIRST: Response = Response::fixed(503, "5.5.1", "EHLO or HELO comes first");
const MAIL_FIRST: Response = Response::fixed(503, "5.5.1", "MAIL comes first");
const NEED_UTF8: Response =
    Response::fixed(553, "5.6.7", "a path beyond ASCII needs MAIL with SMTPUTF8 (RFC 6531)");

/// How the client introduced itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hello {
    Missing,
    /// HELO: the client asked for no extensions.
    Plain,
    /// EHLO.
    Extended,
}

/// What the next bytes are.
#[derive(Debug)]
enum Mode {
    Command,
    Auth(Exchange),
    Text(Text),
    Over,
}

/// A mail whose envelope is being written.
#[derive(Debug)]
struct Transaction {
    envelope: Envelope,
    utf8: bool,
}

/// The server's side of one connection.
#[derive(Debug)]
pub struct Server {
    limits: Limits,
    lines: Lines,
    mode: Mode,
    hello: Hello,
    is_known: bool,
    transaction: Option<Transaction>,
    errors: usize,
    /// Recipients of unfit mails, not told yet.
    turned_away: Vec<(Recipient, Unfit)>,
}

impl Server {
    /// A session that has not greeted yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            lines: Lines::default(),
            mode: Mode::Command,
            hello: Hello::Missing,
            is_known: false,
            transaction: None,
            errors: 0,
            turned_away: Vec::new(),
        }
    }

    fn eat(&mut self, byte: u8, output: &mut Vec<u8>) -> Vec<Message> {
        if let Mode::Text(text) = &mut self.mode {
            return if text.push(byte) { self.end_of_text(output) } else { Vec::new() };
        }
        match self.lines.push(byte) {
            None => {}
            Some(Ok(line)) => self.line(&line, output),
            Some(Err(why)) => self.say(&unreadable(why), output),
        }
        Vec::new()
    }

    fn line(&mut self, line: &[u8], output: &mut Vec<u8>) {
        if let Mode::Auth(exchange) = self.mode {
            self.mode = Mode::Command;
            return self.go_on(exchange.take(line), output);
        }
        match command::read(line) {
            Ok(Command::Ehlo) => self.extended_hello(output),
            Ok(Command::Auth { mechanism, initial }) => {
                match self.authenticate(&mechanism, initial.as_deref()) {
                    Ok(next) => self.go_on(next, output),
                    Err(refusal) => self.say(&refusal, output),
                }
            }
            Ok(command) => {
                let response = self.obey(command).unwrap_or_else(|refusal| refusal);
                self.say(&response, output);
            }
            Err(refusal) => self.say(&refusal, output),
        }
    }

    fn obey(&mut self, command: Command) -> Result<Response, Response> {
        match command {
            Command::Mail(sender) => self.mail(sender),
            Command::Rcpt(path) => self.rcpt(&path),
            Command::Data => self.data(),
            Command::Helo => {
                self.hello = Hello::Plain;
                self.transaction = None;
                Ok(Response::fixed(250, "", HOST))
            }
            Command::Rset => {
                self.transaction = None;
                Ok(OK)
            }
            Command::Quit => {
                self.mode = Mode::Over;
                Ok(Response::fixed(221, "2.0.0", "goodbye"))
            }
            Command::Noop => Ok(OK),
            Command::Help => Ok(Response::fixed(
                214,
                "2.0.0",
                "EHLO HELO AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT (RFC 5321)",
            )),
            Command::Vrfy => {
                Ok(Response::fixed(252, "2.0.0", "nobody is looked up; RCPT says what is taken"))
            }
            Command::Expn => Err(Response::fixed(502, "5.5.1", "there are no lists here")),
            Command::Ehlo | Command::Auth { .. } | Command::NotOffered => {
                Err(Response::fixed(502, "5.5.1", "EHLO did not offer this"))
            }
        }
    }

    fn extended_hello(&mut self, output: &mut Vec<u8>) {
        self.hello = Hello::Extended;
        self.transaction = None;
        let text = format!(
            "250-{HOST}\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
             250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n",
            self.limits.size
        );
        output.extend_from_slice(text.as_bytes());
    }

    fn authenticate(&self, mechanism: &str, initial: Option<&str>) -> Result<Next, Response> {
        if self.hello != Hello::Extended {
            return Err(Response::fixed(503, "5.5.1", "EHLO comes first"));
        }
        if self.is_known {
            return Err(Response::fixed(503, "5.5.1", "this session has had its AUTH"));
        }
        if self.transaction.is_some() {
            return Err(Response::fixed(503, "5.5.1", "no AUTH within a mail"));
        }
        Exchange::begin(mechanism, initial)
    }

    fn go_on(&mut self, next: Next, output: &mut Vec<u8>) {
        match next {
            Next::Ask(exchange, challenge) => {
                self.mode = Mode::Auth(exchange);
                self.say(&challenge, output);
            }
            Next::Accept(welcome) => {
                self.is_known = true;
                self.say(&welcome, output);
            }
            Next::Refuse(refusal) => self.say(&refusal, output),
        }
    }

    fn mail(&mut self, sender: Sender) -> Result<Response, Response> {
        if self.hello == Hello::Missing {
            return Err(HELLO_FIRST);
        }
        if self.transaction.is_some() {
            return Err(Response::fixed(503, "5.5.1", "a mail is open; RSET gives it up"));
        }
        if sender.extended && self.hello == Hello::Plain {
            return Err(Response::fixed(555, "5.5.4", "parameters need EHLO"));
        }
        if sender.size > self.limits.size {
            let text = format!("at most {} octets are taken", self.limits.size);
            return Err(Response::about(552, "5.3.4", text));
        }
        if !sender.path.is_ascii() && !sender.utf8 {
            return Err(NEED_UTF8);
        }
        if !sender.path.is_empty() && sender.path.parse::<Mailbox>().is_err() {
            return Err(Response::fixed(553, "5.1.7", "this is no reverse path"));
        }
        let envelope = Envelope { from: sender.path, to: Vec::new() };
        self.transaction = Some(Transaction { envelope, utf8: sender.utf8 });
        Ok(Response::fixed(250, "2.1.0", "sender taken"))
    }

    fn rcpt(&mut self, path: &str) -> Result<Response, Response> {
        let transaction = self.transaction.as_mut().ok_or(MAIL_FIRST)?;
        if transaction.envelope.to.len() >= self.limits.recipients {
            return Err(Response::fixed(452, "4.5.3", "too many recipients; send another mail"));
        }
        if !path.is_ascii() && !transaction.utf8 {
            return Err(NEED_UTF8);
        }
        let whole = if path == "postmaster" { &format!("{path}@{HOST}") } else { path };
        let mailbox: Mailbox =
            whole.parse().map_err(|_| Response::fixed(553, "5.1.3", "this is no forward path"))?;
        if !mailbox.is_reserved() {
            return Err(Response::fixed(
                550,
                "5.7.1",
                "nothing is ever sent outside the domains reserved by RFC 2606 and RFC 6761",
            ));
        }
        transaction.envelope.to.push(mailbox);
        Ok(Response::fixed(250, "2.1.5", "recipient taken"))
    }

    fn data(&mut self) -> Result<Response, Response> {
        let transaction = self.transaction.as_ref().ok_or(MAIL_FIRST)?;
        if transaction.envelope.to.is_empty() {
            return Err(Response::fixed(503, "5.5.1", "no recipient has been taken"));
        }
        self.mode = Mode::Text(Text::new(self.limits.size));
        Ok(Response::fixed(354, "", "the mail, then a dot alone on its line"))
    }

    fn end_of_text(&mut self, output: &mut Vec<u8>) -> Vec<Message> {
        let mode = std::mem::replace(&mut self.mode, Mode::Command);
        let (Mode::Text(text), Some(transaction)) = (mode, self.transaction.take()) else {
            return Vec::new();
        };
        match text.finish() {
            Ok(raw) => {
                self.errors = 0;
                self.say(&Response::fixed(250, "2.6.0", "the mail is taken"), output);
                mime::read(&transaction.envelope, &raw)
            }
            Err(unfit) => {
                self.say(&data::refusal(unfit), output);
                let rule = match unfit {
                    data::Fault::LongLine => Unfit::LongLine,
                    data::Fault::TooBig | data::Fault::BareLineEnd | data::Fault::Nul => {
                        Unfit::Otherwise
                    }
                };
                let to = transaction.envelope.to.into_iter().map(Recipient::Mailbox);
                self.turned_away = to.map(|recipient| (recipient, rule)).collect();
                Vec::new()
            }
        }
    }

    fn say(&mut self, response: &Response, output: &mut Vec<u8>) {
        response.write(output);
        if response.is_error() {
            self.errors += 1;
        }
        if self.errors >= self.limits.errors && !matches!(self.mode, Mode::Over) {
            self.mode = Mode::Over;
            Response::fixed(421, "4.7.0", "too many errors").write(output);
        }
    }
}

fn unreadable(why: Unreadable) -> Response {
    match why {
        Unreadable::TooLong => Response::fixed(500, "5.5.2", "the line is too long"),
        Unreadable::BareLf => {
            Response::fixed(500, "5.5.2", "a bare LF; only CRLF ends a line (RFC 5321 2.3.8)")
        }
    }
}

impl Session for Server {
    fn greet(&mut self, output: &mut Vec<u8>) {
        output.extend_from_slice(format!("220 {HOST} ESMTP\r\n").as_bytes());
    }

    fn feed(&mut self, input: &[u8], output: &mut Vec<u8>) -> Vec<Message> {
        let mut accepted = Vec::new();
        for byte in input {
            if self.is_over() {
                break;
            }
            accepted.append(&mut self.eat(*byte, output));
        }
        accepted
    }

    fn give_up(&mut self, output: &mut Vec<u8>) {
        if !self.is_over() {
            self.mode = Mode::Over;
            Response::fixed(421, "4.4.2", "silent for too long").write(output);
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.mode, Mode::Over)
    }

    fn refuse(&mut self, denial: Denial, output: &mut Vec<u8>) -> bool {
        let (code, status) = denial.smtp();
        self.say(&Response::fixed(code, status, "refused, as the scenario wants"), output);
        true
    }

    fn named(&self) -> Option<Recipient> {
        let last = self.transaction.as_ref()?.envelope.to.last()?;
        matches!(self.mode, Mode::Command).then(|| Recipient::Mailbox(last.clone()))
    }

    fn turned_away(&mut self) -> Vec<(Recipient, Unfit)> {
        std::mem::take(&mut self.turned_away)
    }
}
