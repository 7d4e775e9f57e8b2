//! The texts of the elements of an HTML mail: no tree, no scripts, no styles.

use std::borrow::Cow;

/// How much markup is read, in bytes; large mails carry their pictures behind their text.
const MARKUP_LIMIT: usize = 256 * 1024;

/// The texts between tags in order, trimmed, without empty ones.
pub(super) fn texts(html: &str) -> Vec<String> {
    let mut rest = &html[..html.floor_char_boundary(MARKUP_LIMIT)];
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        let decoded = decoded(text);
        if !decoded.trim().is_empty() {
            texts.push(decoded.trim().to_owned());
        }
        rest = after_tag(tag);
    }
    texts
}

/// What follows the tag or comment that `markup` begins with; for elements whose content nobody
/// reads, what follows their end.
fn after_tag(markup: &str) -> &str {
    if let Some(comment) = markup.strip_prefix("<!--") {
        return after(comment, "-->");
    }
    for hidden in ["style", "script", "title"] {
        let named = markup.get(1..=hidden.len());
        if named.is_some_and(|name| name.eq_ignore_ascii_case(hidden)) {
            let tag = after(markup, ">");
            return tag.find("</").map_or("", |_| after_end(tag, hidden));
        }
    }
    after(markup, ">")
}

fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or("", |(_, rest)| rest)
}

fn after_end<'a>(mut text: &'a str, name: &str) -> &'a str {
    while let Some((_, rest)) = text.split_once("</") {
        if rest.get(..name.len()).is_some_and(|known| known.eq_ignore_ascii_case(name)) {
            return after(rest, ">");
        }
        text = rest;
    }
    ""
}

/// Character references: numbers, and the names that stand around a code.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split('&');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece.split_once(';').and_then(|(name, rest)| Some((reference(name)?, rest)));
        let (character, rest) = known.unwrap_or(('&', piece));
        decoded.push(character);
        decoded.push_str(rest);
    }
    Cow::Owned(decoded)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let value = match hex {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return value.ok().and_then(char::from_u32);
    }
    let known = [("nbsp", ' '), ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"')];
    let hidden = [("zwnj", '\u{200c}'), ("shy", '\u{ad}'), ("ndash", '–'), ("copy", '©')];
    known.iter().chain(&hidden).find(|(known, _)| *known == name).map(|(_, character)| *character)
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn texts_come_without_styles_scripts_and_comments() {
        let html = "<html><head><title>482913</title><STYLE>p{color:#123456}</STYLE></head>\
                    <!-- 999999 --><p>Your&nbsp;code:</p><b>&#52;82913</b><script>1</script>";
        assert_eq!(texts(html), ["Your\u{20}code:", "482913"]);
    }

    #[test]
    fn broken_markup_ends_somewhere() {
        for html in ["<", "<style>", "<style></", "<!--", "a & b &; &#xffffffff; <p", "</title"] {
            texts(html);
        }
    }
}
