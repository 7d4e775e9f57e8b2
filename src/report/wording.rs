//! What a text may hold in a report: whatever a subject answers ends up in files that others parse.

/// `text` without the characters that XML 1.0 forbids and that terminals obey; lines stay.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_forbidden(*c)).collect()
}

/// `text` on one line: what is forbidden is dropped, what breaks a line is a space.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if breaks_line(c) { ' ' } else { c }).collect();
    printable(&spaced).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// As many whole `parts` as fit into `most` bytes, one to a line, and how many did not.
///
/// The first part always stays, cut if it must be: a reader that trims keeps the head.
pub(super) fn clipped(parts: &[String], most: usize) -> String {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index == 0 {
            text.push_str(&part[..part.floor_char_boundary(most)]);
        } else if text.len() + part.len() < most {
            text.push('\n');
            text.push_str(part);
        } else {
            let more = parts.len() - index;
            text = format!("{text}\n({more} more left out: the text would be too long)");
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_loses_what_xml_forbids() {
        assert_eq!(one_line("a\0b\r\n c\u{2028}d\u{FFFE}\u{1b}[1m"), "ab c d[1m");
        assert_eq!(printable("a\0\n\tb\u{7f}\u{85}"), "a\n\tb");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let parts: Vec<String> = ["head", "second", "third"].map(str::to_owned).to_vec();
        assert_eq!(clipped(&parts, 100), "head\nsecond\nthird");
        let cut = clipped(&parts, 12);
        assert_eq!(cut, "head\nsecond\n(1 more left out: the text would be too long)");
        assert_eq!(clipped(&["äöü".to_owned()], 3), "ä");
    }
}
