//! What a mail says: its header fields, its text and its HTML, decoded (RFC 5322, RFC 2045 to 2047).
//!
//! Multiparts are taken apart here, to a bounded depth, and each leaf is decoded by the library; it
//! would otherwise follow mails attached to mails until the stack ends. An attached mail is an
//! attachment, never text. Nothing fails: what cannot be understood is text as it came.

use crate::domain::{Mailbox, Message, Recipient};
use mail_parser::decoders::html::html_to_text;
use mail_parser::{ContentType, HeaderName, HeaderValue, MessageParser, MimeHeaders, PartType};

/// Header fields that are kept; a mail that crossed many servers has some 50.
pub const HEADERS: usize = 200;
/// Characters of one decoded header field that are kept; RFC 5322 permits long folded fields, and
/// DKIM and ARC use 1000 to 2000.
pub const HEADER_LENGTH: usize = 4096;
/// Parts of one multipart that are looked at; a mail with a code has two or three.
const PARTS: usize = 64;
/// Multiparts within multiparts; signed mails with pictures and alternatives have four.
const DEPTH: usize = 8;

/// Between whom a mail travels, which its header fields need not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The reverse path; empty if it is null.
    pub from: String,
    /// Those who get a copy.
    pub to: Vec<Mailbox>,
}

/// The text of a mail or of a part of it.
#[derive(Debug, Default)]
struct Body {
    text: Option<String>,
    /// Whether the text is what is left of HTML.
    is_derived: bool,
    html: Option<String>,
}

/// Reads a mail: one [`Message`] for each recipient of the envelope.
///
/// The sender is the header field From as it was written, or else the reverse path (`<>` if null).
/// Lines of the text end with LF; the HTML is kept as it was.
#[must_use]
pub fn read(envelope: &Envelope, raw: &[u8]) -> Vec<Message> {
    let mut raw = raw.to_vec();
    if !raw.ends_with(b"\n") {
        // The library drops a header field whose line has no end.
        raw.extend_from_slice(b"\r\n");
    }
    let headers = headers(&raw);
    let first = |wanted: &str| {
        let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    let path = if envelope.from.is_empty() { "<>" } else { envelope.from.as_str() };
    let body = body(&raw, DEPTH);
    let message = |to: &Mailbox| Message {
        to: Recipient::Mailbox(to.clone()),
        from: first("From").unwrap_or_else(|| path.to_owned()),
        subject: first("Subject"),
        text: body.text.clone().unwrap_or_default(),
        html: body.html.clone(),
        headers: headers.clone(),
    };
    envelope.to.iter().map(message).collect()
}

/// The header fields in order, unfolded, encoded words undone.
fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let parser = MessageParser::new().header_text(HeaderName::Subject).default_header_text();
    let Some(message) = parser.parse_headers(raw) else {
        return Vec::new();
    };
    let kept = message.headers().iter().take(HEADERS);
    kept.map(|header| {
        let value = match &header.value {
            HeaderValue::Text(text) => text.trim().chars().take(HEADER_LENGTH).collect(),
            HeaderValue::Empty
            | HeaderValue::Address(_)
            | HeaderValue::TextList(_)
            | HeaderValue::DateTime(_)
            | HeaderValue::ContentType(_)
            | HeaderValue::Received(_) => String::new(),
        };
        (header.name.as_str().chars().take(HEADER_LENGTH).collect(), value)
    })
    .collect()
}

fn body(raw: &[u8], depth: usize) -> Body {
    let parser = MessageParser::new().with_mime_headers();
    let Some(head) = parser.parse_headers(raw) else {
        return leaf(&parser, raw);
    };
    let is = |name: &str| head.content_type().is_some_and(|c| c.ctype().eq_ignore_ascii_case(name));
    if is("message") || head.content_disposition().is_some_and(ContentType::is_attachment) {
        return Body::default();
    }
    if !is("multipart") {
        return leaf(&parser, raw);
    }
    let content = head.content_type();
    let inside = raw.get(after_headers(raw)..).unwrap_or_default();
    let boundary = content.and_then(|c| c.attribute("boundary")).unwrap_or_default();
    let pieces = if depth == 0 { Vec::new() } else { pieces(inside, boundary) };
    let subtype = content.and_then(|c| c.subtype()).unwrap_or_default();
    if pieces.is_empty() {
        return Body { text: Some(as_text(inside)), ..Body::default() };
    }
    if subtype.eq_ignore_ascii_case("digest") {
        // Each part of a digest is a mail (RFC 2046 §5.1.5).
        return Body::default();
    }
    let bodies = pieces.into_iter().map(|piece| body(piece, depth - 1)).collect();
    if subtype.eq_ignore_ascii_case("alternative") { alternative(bodies) } else { mixed(bodies) }
}

/// A part that is neither multipart nor mail, as the library decodes it.
fn leaf(parser: &MessageParser, raw: &[u8]) -> Body {
    let Some(message) = parser.parse(raw) else {
        return Body { text: Some(as_text(raw)), ..Body::default() };
    };
    match message.text_part(0).map(|part| &part.body) {
        Some(PartType::Text(text)) => {
            Body { text: Some(text.replace("\r\n", "\n")), ..Body::default() }
        }
        Some(PartType::Html(html)) => Body {
            text: Some(html_to_text(html).replace("\r\n", "\n")),
            is_derived: true,
            html: Some(html.clone().into_owned()),
        },
        _ => Body::default(),
    }
}

/// The same thing in several forms: a plain text wins over one derived from HTML.
fn alternative(bodies: Vec<Body>) -> Body {
    bodies.into_iter().fold(Body::default(), |mut sum, next| {
        if sum.text.is_none() || sum.is_derived && !next.is_derived && next.text.is_some() {
            sum.is_derived = next.is_derived;
            sum.text = next.text;
        }
        sum.html = sum.html.or(next.html);
        sum
    })
}

/// Several things one after the other: their texts too.
fn mixed(bodies: Vec<Body>) -> Body {
    bodies.into_iter().fold(Body::default(), |sum, next| Body {
        is_derived: sum.is_derived || next.is_derived,
        text: match (sum.text, next.text) {
            (Some(before), Some(after)) => Some(format!("{before}\n{after}")),
            (before, after) => before.or(after),
        },
        html: sum.html.or(next.html),
    })
}

/// What stands between the lines `--boundary`, up to `--boundary--` or the end (RFC 2046 §5.1.1).
fn pieces<'a>(content: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let delimiter = format!("--{boundary}");
    let mut pieces = Vec::new();
    let (mut start, mut at) = (None, 0);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let end = at;
        at += line.len();
        let Some(rest) = line.strip_prefix(delimiter.as_bytes()) else {
            continue;
        };
        let rest = rest.trim_ascii();
        if boundary.is_empty() || !(rest.is_empty() || rest == b"--") {
            continue;
        }
        if let Some(from) = start.replace(at) {
            pieces.push(without_line_end(content.get(from..end).unwrap_or_default()));
        }
        if rest == b"--" || pieces.len() == PARTS {
            return pieces;
        }
    }
    pieces.extend(start.and_then(|from| content.get(from..)));
    pieces
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

/// Where the body begins: after the first empty line.
fn after_headers(raw: &[u8]) -> usize {
    let mut at = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    at
}

fn as_text(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace("\r\n", "\n")
}
