//! HTTP/1.1 answers, read from bytes with a bound on everything.

use std::borrow::Cow;
use std::ops::Range;

/// Headers of an answer at most.
const MAX_HEADERS: usize = 64;

/// As many bytes before the body as servers themselves accept.
pub(super) const MAX_HEAD_BYTES: usize = 64 * 1024;

/// As in the general way: a megabyte is no answer to a code.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An answer that is whole.
pub(in crate::adapters) struct Answer<'a> {
    pub(in crate::adapters) status: u16,
    pub(in crate::adapters) headers: &'a [httparse::Header<'a>],
    /// All bytes before the body.
    pub(super) head: &'a [u8],
    pub(in crate::adapters) body: Cow<'a, [u8]>,
    /// Whether the connection may be used again.
    pub(super) is_kept: bool,
}

/// How far the bytes go.
pub(super) enum Reading<T> {
    /// More must come.
    Partial,
    /// It is whole, and this came of it.
    Whole(T),
}

/// How the end of a body is known.
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

/// Reads the answer in `bytes` and gives it to `take`; `is_over` says that no more will come.
///
/// # Errors
/// Why these bytes are no answer, or none that is borne.
pub(super) fn read<T>(
    bytes: &[u8],
    is_over: bool,
    take: impl FnOnce(Answer<'_>) -> T,
) -> Result<Reading<T>, String> {
    let mut start = 0;
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&bytes[start..]);
        let head = match parsed.map_err(|error| format!("no HTTP: {error}"))? {
            httparse::Status::Complete(length) => length,
            httparse::Status::Partial if bytes.len() - start > MAX_HEAD_BYTES => {
                return Err(format!("more than {MAX_HEAD_BYTES} bytes of headers"));
            }
            httparse::Status::Partial if is_over => return Err("it ends early".to_owned()),
            httparse::Status::Partial => return Ok(Reading::Partial),
        };
        let status = response.code.unwrap_or_default();
        if (100..200).contains(&status) && status != 101 {
            start += head;
            continue;
        }
        let rest = &bytes[start + head..];
        let framing = framing(status, response.headers)?;
        let is_kept = !matches!(framing, Framing::UntilClosed)
            && response.version == Some(1)
            && !has(response.headers, "connection", "close");
        let Some((body, used)) = body(rest, &framing, is_over)? else {
            return if is_over { Err("it ends early".to_owned()) } else { Ok(Reading::Partial) };
        };
        let head = &bytes[start..start + head];
        // What comes on top belongs to no request.
        let is_kept = is_kept && used == rest.len();
        let answer = Answer { status, headers: response.headers, head, body, is_kept };
        return Ok(Reading::Whole(take(answer)));
    }
}

fn has(headers: &[httparse::Header<'_>], name: &str, word: &str) -> bool {
    headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name)).any(|header| {
        let words = header.value.split(|byte| *byte == b',');
        words.into_iter().any(|one| one.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
    })
}

fn framing(status: u16, headers: &[httparse::Header<'_>]) -> Result<Framing, String> {
    if status == 204 || status == 304 {
        return Ok(Framing::Length(0));
    }
    if has(headers, "transfer-encoding", "chunked") {
        return Ok(Framing::Chunked);
    }
    let named = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case("content-length");
    let Some(length) = headers.iter().find(named) else { return Ok(Framing::UntilClosed) };
    let length = std::str::from_utf8(length.value).ok().and_then(|text| text.trim().parse().ok());
    match length.ok_or("its length is no number")? {
        length if length > MAX_BODY_BYTES => Err(format!("more than {MAX_BODY_BYTES} bytes")),
        length => Ok(Framing::Length(length)),
    }
}

/// Something, and how many bytes it takes.
type Taken<T> = (T, usize);

/// The body and how many bytes of `rest` it takes, if it is whole.
fn body<'a>(
    rest: &'a [u8],
    framing: &Framing,
    is_over: bool,
) -> Result<Option<Taken<Cow<'a, [u8]>>>, String> {
    match framing {
        Framing::Length(length) => {
            Ok(rest.get(..*length).map(|body| (Cow::Borrowed(body), *length)))
        }
        Framing::UntilClosed if rest.len() > MAX_BODY_BYTES => {
            Err(format!("more than {MAX_BODY_BYTES} bytes"))
        }
        Framing::UntilClosed => Ok(is_over.then_some((Cow::Borrowed(rest), rest.len()))),
        Framing::Chunked => {
            let whole = chunks(rest)?;
            Ok(whole.map(|(ranges, used)| {
                let parts = ranges.into_iter().flat_map(|range| rest[range].iter().copied());
                (Cow::Owned(parts.collect()), used)
            }))
        }
    }
}

/// Where the chunks are, and where they end.
fn chunks(rest: &[u8]) -> Result<Option<Taken<Vec<Range<usize>>>>, String> {
    let (mut ranges, mut at, mut sum) = (Vec::new(), 0, 0_usize);
    loop {
        let parsed = httparse::parse_chunk_size(&rest[at..]);
        let httparse::Status::Complete((skip, size)) =
            parsed.map_err(|_| "a chunk without a size".to_owned())?
        else {
            return Ok(None);
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        sum = sum.saturating_add(size);
        if sum > MAX_BODY_BYTES {
            return Err(format!("more than {MAX_BODY_BYTES} bytes"));
        }
        let start = at + skip;
        if size == 0 {
            return Ok(trailers_end(&rest[start..]).map(|length| (ranges, start + length)));
        }
        at = start + size + 2;
        if at > rest.len() {
            return Ok(None);
        }
        ranges.push(start..start + size);
    }
}

/// How long the trailers behind the last chunk are, with the empty line.
fn trailers_end(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(b"\r\n") {
        return Some(2);
    }
    rest.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::{Reading, read};

    /// Status, body, whether it is kept; nothing while it is partial.
    fn seen(text: &str, is_over: bool) -> Result<Option<(u16, String, bool)>, String> {
        let taken = read(text.as_bytes(), is_over, |answer| {
            (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), answer.is_kept)
        })?;
        Ok(match taken {
            Reading::Partial => None,
            Reading::Whole(answer) => Some(answer),
        })
    }

    #[test]
    fn an_answer_is_read_in_each_framing_and_only_when_whole() {
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n";
        for whole in [length, chunked] {
            assert_eq!(seen(whole, false), Ok(Some((200, "ok".to_owned(), true))));
            for end in 0..whole.len() {
                assert_eq!(seen(&whole[..end], false), Ok(None), "{}", &whole[..end]);
                assert!(seen(&whole[..end], true).is_err(), "{}", &whole[..end]);
            }
        }
        let closing = "HTTP/1.1 200 OK\r\n\r\nok";
        assert_eq!(seen(closing, false), Ok(None));
        assert_eq!(seen(closing, true), Ok(Some((200, "ok".to_owned(), false))));
    }

    #[test]
    fn what_says_close_or_brings_more_than_its_answer_is_not_kept() {
        let kept = |text| seen(text, false).map(|seen| seen.map(|(_, _, kept)| kept));
        let close = "HTTP/1.1 204 No\r\nConnection: keep, Close\r\n\r\n";
        assert_eq!(kept(close), Ok(Some(false)));
        assert_eq!(kept("HTTP/1.0 204 No\r\n\r\n"), Ok(Some(false)));
        assert_eq!(kept("HTTP/1.1 204 No\r\n\r\nHTTP"), Ok(Some(false)));
        assert_eq!(kept("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 No\r\n\r\n"), Ok(Some(true)));
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for endless in [
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n".to_owned(),
            format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(70_000)),
            format!("HTTP/1.1 200 OK\r\n\r\n{}", "y".repeat(1024 * 1024 + 1)),
            "SSH-2.0\r\n".to_owned(),
        ] {
            assert!(seen(&endless, false).is_err(), "{}", &endless[..30.min(endless.len())]);
        }
    }
}
