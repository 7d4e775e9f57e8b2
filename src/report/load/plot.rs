//! The parts of a picture: scales, a frame with ticks, lines and cells, as SVG text. Colours are
//! classes, so that the page decides about light, dark and paper.

use crate::load::summary::real;
use std::fmt::Write as _;

/// The width of every picture; the page stretches it.
pub(super) const WIDTH: f64 = 760.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;

/// The most ticks of a scale.
const MOST_TICKS: usize = 12;

/// How values become places along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    Linear {
        from: f64,
        to: f64,
    },
    /// Both ends above 0.
    Logarithmic {
        from: f64,
        to: f64,
    },
}

impl Scale {
    /// From 0 to a round number not below `most`.
    pub(super) fn up_to(most: f64) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        let step = round_step(most);
        Self::Linear { from: 0.0, to: (most / step).ceil() * step }
    }

    /// Of 0 to 1, within the frame.
    pub(super) fn place(self, value: f64) -> f64 {
        let share = match self {
            Self::Linear { from, to } => (value - from) / (to - from),
            Self::Logarithmic { from, to } => (value.max(from) / from).ln() / (to / from).ln(),
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    pub(super) fn ticks(self) -> Vec<f64> {
        let all: Vec<f64> = match self {
            Self::Linear { from, to } => {
                let step = round_step(to - from);
                (0..MOST_TICKS).map(|nth| from + step * real(nth)).collect()
            }
            Self::Logarithmic { from, to } => {
                let decades = (to / from).log10();
                let digits: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let first = from.log10().floor();
                let powers = (0..MOST_TICKS).map(|nth| 10_f64.powf(first + real(nth)));
                powers.flat_map(|power| digits.iter().map(move |digit| digit * power)).collect()
            }
        };
        let (from, to) = match self {
            Self::Linear { from, to } | Self::Logarithmic { from, to } => (from, to),
        };
        let slack = 1e-9 * to;
        all.into_iter().filter(|tick| *tick >= from - slack && *tick <= to + slack).collect()
    }
}

/// A step of 1, 2 or 5 times a power of ten that makes four to ten steps.
fn round_step(span: f64) -> f64 {
    let rough = span / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| rough <= factor * power);
    factor.unwrap_or(10.0) * power
}

/// A picture with two axes.
pub(super) struct Plot {
    svg: String,
    height: f64,
    x: Scale,
    y: Scale,
}

impl Plot {
    /// An empty frame; `title` is what a reader who does not see it hears.
    pub(super) fn new(title: &str, height: f64, (x, y): (Scale, Scale)) -> Self {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\">\n",
            title = escaped(title)
        );
        Self { svg, height, x, y }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (WIDTH - LEFT - RIGHT)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.height - BOTTOM - self.y.place(value) * (self.height - TOP - BOTTOM)
    }

    /// Draws ticks with their words, and the names of the axes.
    pub(super) fn axes(
        &mut self,
        (x_ticks, x_name): (&[(f64, String)], &str),
        (y_ticks, y_name): (&[(f64, String)], &str),
    ) {
        let (floor, right) = (self.height - BOTTOM, WIDTH - RIGHT);
        for (value, words) in y_ticks {
            let y = self.y(*value);
            self.add(format_args!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            ));
            self.words("tick end", (LEFT - 8.0, y + 4.0), words);
        }
        for (value, words) in x_ticks {
            let x = self.x(*value);
            let below = floor + 5.0;
            self.add(format_args!(
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{floor}\" y2=\"{below}\"/>"
            ));
            self.words("tick middle", (x, floor + 19.0), words);
        }
        self.add(format_args!(
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{floor}\" y2=\"{floor}\"/>"
        ));
        self.words("name middle", (f64::midpoint(LEFT, right), self.height - 6.0), x_name);
        let (x, y) = (14.0, f64::midpoint(TOP, floor));
        self.add(format_args!(
            "<text class=\"name middle\" transform=\"translate({x} {y:.1}) rotate(-90)\">{}</text>",
            escaped(y_name)
        ));
    }

    /// A line through `points`.
    pub(super) fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let path = self.path(points);
        if !path.is_empty() {
            self.add(format_args!("<path class=\"line {class}\" d=\"{path}\"/>"));
        }
    }

    /// The area between `points` and the floor.
    pub(super) fn area(&mut self, class: &str, points: &[(f64, f64)]) {
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            let (path, floor) = (self.path(points), self.height - BOTTOM);
            let (from, to) = (self.x(first.0), self.x(last.0));
            self.add(format_args!(
                "<path class=\"area {class}\" d=\"{path}L{to:.1} {floor}L{from:.1} {floor}Z\"/>"
            ));
        }
    }

    /// A box between two corners, with words that show where a pointer rests on it.
    pub(super) fn cell(&mut self, class: &str, corners: [(f64, f64); 2], words: &str) {
        let [(x1, y1), (x2, y2)] = corners;
        let (left, right) = (self.x(x1), self.x(x2));
        let (low, high) = (self.y(y1), self.y(y2));
        let (width, height) = ((right - left).max(0.8), (low - high).max(0.8));
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{left:.2}\" y=\"{high:.2}\" width=\"{width:.2}\" \
             height=\"{height:.2}\"><title>{}</title></rect>",
            escaped(words)
        ));
    }

    /// A dot with its words beside it.
    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64), words: &str) {
        let (x, y) = (self.x(x), self.y(y));
        self.add(format_args!(
            "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
        ));
        if !words.is_empty() {
            // Words to the left above the dot stay clear of a curve that rises to the right.
            self.words("value end", (x - 6.0, (y - 7.0).max(TOP + 4.0)), words);
        }
    }

    fn words(&mut self, class: &str, (x, y): (f64, f64), words: &str) {
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(words)
        ));
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (nth, (x, y)) in points.iter().enumerate() {
            let verb = if nth == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(path, "{verb}{:.1} {:.1}", self.x(*x), self.y(*y));
        }
        path
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.svg, "{element}");
    }

    /// The whole picture.
    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }
}

/// Text as XML and HTML take it, without characters that XML forbids.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// A number with as many digits as it needs.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

/// Milliseconds with the unit that reads best.
pub(super) fn time_words(ms: f64) -> String {
    if ms >= 1000.0 {
        format!("{} s", number(ms / 1000.0))
    } else if ms < 0.1 {
        format!("{} µs", number(ms * 1000.0))
    } else {
        format!("{} ms", number(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::{Scale, escaped, number, time_words};

    #[test]
    fn ticks_are_round_and_within_their_scale() {
        assert_eq!(Scale::up_to(93.0).ticks(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Scale::up_to(0.0).ticks().len(), 6);
        assert_eq!(Scale::up_to(f64::NAN), Scale::up_to(1.0));
        let wide = Scale::Logarithmic { from: 0.5, to: 2000.0 };
        assert_eq!(wide.ticks(), [1.0, 10.0, 100.0, 1000.0]);
        let narrow = Scale::Logarithmic { from: 0.9, to: 6.0 };
        assert_eq!(narrow.ticks(), [1.0, 2.0, 5.0]);
    }

    #[test]
    fn places_stay_within_the_frame() {
        let scale = Scale::Logarithmic { from: 1.0, to: 100.0 };
        let places = [0.0, 1.0, 10.0, 1e9].map(|value| scale.place(value));
        let expected = [0.0, 0.0, 0.5, 1.0];
        let near = |(place, wanted): (&f64, &f64)| (place - wanted).abs() < 1e-12;
        assert!(places.iter().zip(&expected).all(near), "{places:?}");
        let point = Scale::Linear { from: 3.0, to: 3.0 };
        assert!(point.place(3.0).abs() < 1e-12);
    }

    #[test]
    fn words_are_safe_and_short() {
        assert_eq!(escaped("<a b='1'>\u{1b}&"), "&lt;a b=&#39;1&#39;&gt;\u{fffd}&amp;");
        assert_eq!([number(0.0), number(2.5), number(40.0)], ["0", "2.5", "40"]);
        assert_eq!(
            [time_words(0.05), time_words(2.0), time_words(1500.0)],
            ["50 µs", "2 ms", "1.5 s"]
        );
    }
}
