//! Where everything stands in a map file, and how a mistake in it is shown.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use saphyr_parser::{Event, Parser};
use std::collections::BTreeMap;

/// A map file for a whole portal has a few hundred lines; this is room for a hundred times that.
const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Bodies of requests may nest; deeper than this nobody writes by hand.
const MAX_DEPTH: usize = 32;

/// A file that is nothing but mistakes must not fill the screen.
const MAX_SHOWN: usize = 50;

/// The way from the root to a node: keys, and positions in lists from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::adapters) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// To the value of this key, or at this position.
    Value(String),
    /// To this key itself.
    Key(String),
}

impl Path {
    /// The value at `step` below this one.
    pub(in crate::adapters) fn then(&self, step: &(impl ToString + ?Sized)) -> Self {
        self.with(Step::Value(step.to_string()))
    }

    /// The key `name` of this map itself.
    pub(in crate::adapters) fn key(&self, name: &str) -> Self {
        self.with(Step::Key(name.to_owned()))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::adapters) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Something wrong in the file, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::adapters) struct Mistake {
    pub(super) place: Place,
    pub(super) what: String,
    pub(super) remedy: String,
}

/// The place of every node of a file.
#[derive(Debug, Default)]
pub(in crate::adapters) struct Places(BTreeMap<Path, Place>);

/// A collection that is not yet closed.
enum Open {
    List {
        path: Path,
        next: usize,
    },
    /// With the key whose value comes next.
    Map {
        path: Path,
        key: Option<String>,
    },
}

impl Places {
    /// Finds every node of `text`.
    ///
    /// # Errors
    /// The first thing that makes the text no YAML that a map may be written in. Anchors and
    /// aliases are refused here, before anything could be expanded.
    pub(in crate::adapters) fn of(text: &str) -> Result<Self, Mistake> {
        let start = Place { line: 1, column: 1 };
        if text.len() > MAX_FILE_BYTES {
            let what = format!("the file has more than {MAX_FILE_BYTES} bytes");
            return Err(Mistake { place: start, what, remedy: "split it by subject".to_owned() });
        }
        let mut places = Self::default();
        let mut open: Vec<Open> = Vec::new();
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| not_yaml(&error))?;
            let place = Place { line: span.start.line(), column: span.start.col() + 1 };
            documents += usize::from(matches!(event, Event::DocumentStart(_)));
            if let Some((what, remedy)) = refusal(&event, open.len(), documents) {
                let (what, remedy) = (what.to_owned(), remedy.to_owned());
                return Err(Mistake { place, what, remedy });
            }
            places.take(event, place, &mut open)?;
        }
        Ok(places)
    }

    fn take(&mut self, event: Event<'_>, at: Place, open: &mut Vec<Open>) -> Result<(), Mistake> {
        match event {
            Event::Scalar(text, ..) => self.scalar(&text, at, open),
            Event::SequenceStart(..) => {
                let path = self.enter(at, open)?;
                open.push(Open::List { path, next: 0 });
                Ok(())
            }
            Event::MappingStart(..) => {
                let path = self.enter(at, open)?;
                open.push(Open::Map { path, key: None });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                Ok(())
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::Alias(_) => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, at: Place, open: &mut [Open]) -> Result<(), Mistake> {
        if let Some(Open::Map { path, key: key @ None }) = open.last_mut() {
            let child = path.key(text);
            *key = Some(text.to_owned());
            if self.0.insert(child, at).is_some() {
                let remedy = "keep one of the two".to_owned();
                let what = format!("`{text}` is written twice");
                return Err(Mistake { place: at, what, remedy });
            }
            return Ok(());
        }
        self.enter(at, open).map(drop)
    }

    /// Notes that a value begins here, and says what its path is.
    fn enter(&mut self, at: Place, open: &mut [Open]) -> Result<Path, Mistake> {
        let path = match open.last_mut() {
            None => Path::default(),
            Some(Open::List { path, next }) => {
                *next += 1;
                path.then(&(*next - 1))
            }
            Some(Open::Map { path, key }) => {
                let remedy = "a key is a single word or text".to_owned();
                let what = "this cannot be a key".to_owned();
                let key = key.take().ok_or(Mistake { place: at, what, remedy })?;
                path.then(&key)
            }
        };
        self.0.insert(path.clone(), at);
        Ok(path)
    }

    /// Where `path` stands, or the nearest node above it that stands anywhere.
    pub(super) fn find(&self, path: &Path) -> Place {
        let mut steps = path.clone();
        loop {
            if let Some(place) = self.0.get(&steps) {
                return *place;
            }
            if steps.0.pop().is_none() {
                return Place { line: 1, column: 1 };
            }
        }
    }
}

fn refusal(
    event: &Event<'_>,
    depth: usize,
    documents: usize,
) -> Option<(&'static str, &'static str)> {
    let (anchor, tagged) = match event {
        Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(anchor, tag)
        | Event::MappingStart(anchor, tag) => (*anchor, tag.is_some()),
        Event::Alias(_) => (1, false),
        Event::Nothing
        | Event::StreamStart
        | Event::StreamEnd
        | Event::DocumentStart(_)
        | Event::DocumentEnd
        | Event::SequenceEnd
        | Event::MappingEnd => (0, false),
    };
    if documents > 1 {
        return Some(("a second document", "give each map a file of its own"));
    }
    if anchor > 0 {
        return Some(("a map file has no anchors and aliases", "write the value out"));
    }
    if tagged {
        return Some(("a map file has no tags", "leave the `!` and its word away, or quote it"));
    }
    (depth >= MAX_DEPTH).then_some(("this is nested too deeply", "32 levels are enough for a body"))
}

fn not_yaml(error: &saphyr_parser::ScanError) -> Mistake {
    let marker = error.marker();
    Mistake {
        place: Place { line: marker.line().max(1), column: marker.col() + 1 },
        what: format!("this is no YAML: {}", error.info()),
        remedy: "check indentation, quotes and brackets up to here".to_owned(),
    }
}

/// All `mistakes` in `text`, in order, each with its line, a caret and the remedy.
pub(in crate::adapters) fn render(file: &str, text: &str, mut mistakes: Vec<Mistake>) -> String {
    mistakes.sort();
    mistakes.dedup();
    let mut shown: Vec<String> =
        mistakes.iter().take(MAX_SHOWN).map(|mistake| render_one(file, text, mistake)).collect();
    if let Some(more) = mistakes.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        shown.push(format!("and {more} more mistakes"));
    }
    shown.join("\n\n")
}

fn render_one(file: &str, text: &str, mistake: &Mistake) -> String {
    let line = text.lines().nth(mistake.place.line - 1).unwrap_or("");
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let start = byte(mistake.place.column.saturating_sub(1));
    let word = line[start..].split([' ', ',', '}', ']']).next().map_or(0, str::len);
    let snippet = Snippet::source(line)
        .line_start(mistake.place.line)
        .path(file)
        .annotation(AnnotationKind::Primary.span(start..start + word));
    let group: Group<'_> = Level::ERROR
        .primary_title(mistake.what.as_str())
        .element(snippet)
        .element(Level::HELP.message(mistake.remedy.as_str()));
    Renderer::plain().render(&[group])
}
