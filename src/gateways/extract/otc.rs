//! Origin-bound one-time codes: the last line `@host #code [@embedded]`, read by the steps of
//! "Origin-bound one-time codes delivered via SMS" (WICG draft report, "Parsing").

/// A code that names the website it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginBound {
    /// The host of the page in the address bar, with a port if one was given.
    pub top: String,
    /// The code, exactly as it stands, up to the next white space.
    pub code: String,
    /// The host of the frame that may use it, if it is embedded.
    pub embedded: Option<String>,
}

/// Reads `message`; nothing unless its very last line is an origin-bound code. A line break after
/// it makes that last line empty.
#[must_use]
pub fn parse(message: &str) -> Option<OriginBound> {
    let line = message.rsplit('\n').next().unwrap_or(message);
    let (top, rest) = token(line.strip_prefix('@')?)?;
    let (code, rest) = token(rest.strip_prefix(" #")?)?;
    let embedded = rest.strip_prefix(" @").and_then(token).map(|(host, _)| host);
    let embedded = embedded.filter(|host| is_host(host)).map(str::to_owned);
    is_host(top).then(|| OriginBound { top: top.to_owned(), code: code.to_owned(), embedded })
}

/// Splits `text` before its first ASCII white space; nothing if the first part is empty.
fn token(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Whether `https://text` is an origin and nothing more.
fn is_host(text: &str) -> bool {
    url::Url::parse(&format!("https://{text}")).is_ok_and(|url| {
        url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    })
}
