//! Weighs the figures of one text by what stands around them.

use super::plain::Plain;
use super::reason::{Reason, Whole};
use super::scan::{Figure, Shape, figures};
use super::whole::{is_compact_date, wholes};
use super::words;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How far a word can lead straight to a figure, in characters: "code for Example Bank is".
const LEADS: usize = 30;
/// How far a word stands near, in characters: about half an SMS line.
const NEAR: usize = 60;
/// How far a word still counts, in characters.
const FAR: usize = 120;
/// How much before a figure is read for the word right before it, in bytes.
const TAIL: usize = 80;

/// What is left of a longer number behind stars, or behind "ending in".
static MASK: LazyLock<Regex> = LazyLock::new(|| {
    words::pattern(concat!(
        r"(?i)(?:[*•·x#…]{2,} ?-?|\b(?:ending(?: in| with)?|ends (?:in|with)|endet auf",
        r"|endend auf|se terminant par|finissant par|termina(?:da|ndo)? (?:en|em|con)",
        r"|eindigend op|kończ\w* się na|sonu|заканчива\w* на)\W{0,3}",
        r"|(?:尾号|尾號|末尾|下4桁|끝자리) ?)$",
    ))
});

/// A figure with its reasons.
pub(super) struct Weighed<'a> {
    pub(super) code: String,
    pub(super) raw: &'a str,
    pub(super) why: Vec<Reason>,
}

/// Whether lines say something: in text that was made from markup every element is a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Meant,
    Made,
}

/// Weighs all figures of `source`; `elements` are the texts of the HTML part.
pub(super) fn weigh<'a>(source: &'a str, elements: &[String], lines: Lines) -> Vec<Weighed<'a>> {
    let plain = Plain::of(source);
    let scene = Scene::of(plain.text(), elements, lines);
    let weighed = scene.figures.iter().map(|figure| Weighed {
        code: figure.code.clone(),
        raw: plain.raw(&figure.span),
        why: scene.reasons(figure),
    });
    weighed.collect()
}

/// A text and everything in it that matters.
struct Scene<'t> {
    text: &'t str,
    elements: &'t [String],
    lines: Lines,
    figures: Vec<Figure>,
    wholes: Vec<(Range<usize>, Whole)>,
    names: Vec<Name>,
    purposes: Vec<Range<usize>>,
}

/// A word that names a code.
struct Name {
    span: Range<usize>,
    /// Whether it is a voucher, an error code or the like.
    is_other: bool,
}

/// How a name stands to a figure, the closest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    Introduces,
    Names,
    Near,
    Far,
}

impl<'t> Scene<'t> {
    fn of(text: &'t str, elements: &'t [String], lines: Lines) -> Self {
        let names = words::NAME.find_iter(text).map(|found| {
            let is_other = words::OTHER_BEFORE.is_match(tail(&text[..found.end()]))
                || words::OTHER_AFTER.is_match(&text[found.end()..]);
            Name { span: found.range(), is_other }
        });
        Self {
            text,
            elements,
            lines,
            figures: figures(text),
            wholes: wholes(text),
            names: names.collect(),
            purposes: words::PURPOSE.find_iter(text).map(|found| found.range()).collect(),
        }
    }

    fn reasons(&self, figure: &Figure) -> Vec<Reason> {
        let mut why = self.words_for(figure);
        why.extend(self.place_of(figure));
        why.extend(looks(figure));
        why.extend(self.against(figure, &why));
        why
    }

    /// The name that stands closest, or else a word that says what the figure is for.
    fn words_for(&self, figure: &Figure) -> Vec<Reason> {
        let linked = self.names.iter().filter_map(|name| Some((self.link(name, figure)?, name)));
        let Some((link, name)) = linked.min_by_key(|(link, _)| *link) else {
            return self.purpose_of(figure).into_iter().collect();
        };
        let word = self.text[name.span.clone()].to_owned();
        vec![match (name.is_other, link) {
            (true, _) => Reason::OtherCode(word),
            (false, Link::Introduces) => Reason::Introduced(word),
            (false, Link::Names) => Reason::Named(word),
            (false, Link::Near) => Reason::Near(word),
            (false, Link::Far) => Reason::Far(word),
        }]
    }

    fn link(&self, name: &Name, figure: &Figure) -> Option<Link> {
        let (name, figure) = (&name.span, &figure.span);
        let is_before = name.end <= figure.start;
        let between = if is_before { name.end..figure.start } else { figure.end..name.start };
        let gap = self.text.get(between.clone())?;
        let length = gap.chars().take(FAR + 1).count();
        let is_crossed = ends_sentence(gap) || self.has_figure_in(&between);
        let is_taken = !is_before && self.leads_elsewhere(name);
        match (is_before, length) {
            (true, 0..=LEADS) if !is_crossed => Some(Link::Introduces),
            (false, 0..=LEADS) if !is_crossed && !gap.contains('\n') && !is_taken => {
                Some(Link::Names)
            }
            (true, 0..=NEAR) if !ends_sentence(gap) => Some(Link::Near),
            (_, 0..=FAR) => Some(Link::Far),
            _ => None,
        }
    }

    fn has_figure_in(&self, span: &Range<usize>) -> bool {
        self.figures.iter().any(|known| {
            known.shape != Shape::Letters
                && span.start <= known.span.start
                && known.span.end <= span.end
        })
    }

    /// Whether a figure follows `name` at once, so that the one before it is not meant.
    fn leads_elsewhere(&self, name: &Range<usize>) -> bool {
        let after = self.text[name.end..].chars().take(6);
        let mut after = after.skip_while(|c| !c.is_alphanumeric());
        after.next().is_some_and(|c| c.is_ascii_digit())
    }

    fn purpose_of(&self, figure: &Figure) -> Option<Reason> {
        let near = |word: &&Range<usize>| {
            let between = if word.end <= figure.span.start {
                word.end..figure.span.start
            } else {
                figure.span.end..word.start
            };
            self.text.get(between).is_some_and(|gap| gap.chars().count() <= NEAR)
        };
        let word = self.purposes.iter().find(near)?;
        Some(Reason::Purpose(self.text[word.clone()].to_owned()))
    }

    fn place_of(&self, figure: &Figure) -> Option<Reason> {
        let written = &self.text[figure.span.clone()];
        if self.elements.iter().any(|element| Plain::of(element).text() == written) {
            return Some(Reason::OwnElement);
        }
        let start = self.text[..figure.span.start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let is_alone = line.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == written
            && !line.chars().any(char::is_alphabetic) | written.chars().any(char::is_alphabetic);
        (self.lines == Lines::Meant && is_alone).then_some(Reason::OwnLine)
    }

    fn against(&self, figure: &Figure, so_far: &[Reason]) -> Vec<Reason> {
        let before = tail(&self.text[..figure.span.start]);
        let after = &self.text[figure.span.end..];
        let mut why = Vec::new();
        why.extend(self.whole_around(figure).map(Reason::Part));
        // Stars on both sides are emphasis, as in Markdown.
        let is_masked = MASK.is_match(before) && !after.starts_with('*');
        why.extend(is_masked.then_some(Reason::Masked));
        why.extend(reference(before, after, so_far).map(Reason::Reference));
        why.extend(word_of(&words::CALL, before).map(Reason::Dialled));
        if figure.shape == Shape::Letters && !are_letters_expected(figure, so_far) {
            why.push(Reason::NotIntroduced);
        }
        why
    }

    fn whole_around(&self, figure: &Figure) -> Option<Whole> {
        if figure.shape == Shape::LongNumber {
            return Some(Whole::LongNumber);
        }
        let overlaps =
            |span: &Range<usize>| span.start < figure.span.end && figure.span.start < span.end;
        // `7H45` within `XD4H-7H45` is a part of the code, and not the other way round.
        let is_inside = |span: &Range<usize>| {
            figure.shape == Shape::Letters
                && *span != figure.span
                && figure.span.start <= span.start
                && span.end <= figure.span.end
        };
        let mut around = self.wholes.iter();
        let found = around.find(|(span, _)| overlaps(span) && !is_inside(span));
        found.map(|(_, whole)| *whole)
    }
}

/// The last [`TAIL`] bytes of `text`.
fn tail(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(TAIL))..]
}

fn ends_sentence(gap: &str) -> bool {
    gap.contains(['。', '！', '？'])
        || [". ", "! ", "? ", ".\n"].iter().any(|end| gap.contains(end))
}

fn looks(figure: &Figure) -> Vec<Reason> {
    let length = figure.code.bytes().filter(u8::is_ascii_alphanumeric).count();
    let mut why = vec![match length {
        0..=3 => Reason::TooShort(length),
        11.. if figure.shape != Shape::Letters => Reason::TooLong(length),
        _ => Reason::UsualLength(length),
    }];
    let is_digits = figure.shape == Shape::Digits;
    let is_year = figure.code.starts_with("19") || figure.code.starts_with("20");
    why.extend((figure.shape == Shape::Prefixed).then_some(Reason::Prefixed));
    why.extend((is_digits && length == 4 && is_year).then_some(Reason::Year));
    why.extend((is_digits && is_compact_date(&figure.code)).then_some(Reason::CompactDate));
    why
}

/// The word that makes a reference of the figure between `before` and `after`.
///
/// "The code for your account: 482913" is a code all the same: without a word such as "number" a
/// name that leads straight to the figure weighs more, unless the figure follows at once.
fn reference(before: &str, after: &str, so_far: &[Reason]) -> Option<String> {
    if let Some(found) = words::REFERENCE.captures(before) {
        let matched = found.get(0).map_or("", |whole| whole.as_str());
        let is_introduced = so_far.iter().any(|why| matches!(why, Reason::Introduced(_)));
        let is_at_once = matched.trim_end_matches(' ').ends_with(char::is_alphanumeric)
            && !matched.trim_end().contains(' ');
        if !is_introduced || found.name("link").is_some() || is_at_once {
            return Some(matched.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
        }
    }
    word_of(&words::REFERENCE_AFTER, after)
}

fn word_of(pattern: &Regex, text: &str) -> Option<String> {
    let found = pattern.find(text)?.as_str();
    Some(found.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
}

/// Letters are a code where a word leads to them, or where they stand alone near such a word; one
/// ungrouped word of letters only must stand alone.
fn are_letters_expected(figure: &Figure, so_far: &[Reason]) -> bool {
    let is_alone = so_far.iter().any(|why| matches!(why, Reason::OwnLine | Reason::OwnElement));
    let is_led_to =
        so_far.iter().any(|why| matches!(why, Reason::Introduced(_) | Reason::Named(_)));
    let is_near = is_led_to || so_far.iter().any(|why| matches!(why, Reason::Near(_)));
    let is_word = figure.code.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_alone && is_near) || (is_led_to && !is_word)
}
