//! YAML with places: every node knows the bytes it was written in.
//!
//! Anchors, aliases and tags are refused while they are read, before anything is expanded, so a
//! small file cannot become a large tree.

use super::diagnose::{Fault, Span};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashSet;

/// A scenario is read by people; a hundred times the longest one we ship is room enough.
pub(super) const MAX_FILE_BYTES: usize = 256 * 1024;

/// The language itself needs five levels; the rest leaves room to diagnose instead of refuse.
const MAX_DEPTH: usize = 16;

/// The number of a node in its tree.
pub(super) type Id = usize;

/// A node and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) data: Data,
}

/// What a node holds.
#[derive(Debug)]
pub(super) enum Data {
    /// A scalar, and whether YAML may take it for something else than text.
    Scalar(String, Style),
    List(Vec<Id>),
    /// Keys and values in order, each key once.
    Map(Vec<(Id, Id)>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: Option<Id>,
}

impl Tree {
    pub(super) fn root(&self) -> Option<Id> {
        self.root
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    pub(super) fn span(&self, id: Id) -> Span {
        self.nodes[id].span
    }

    /// The text of a scalar, or nothing for a list or map.
    pub(super) fn scalar(&self, id: Id) -> Option<&str> {
        match &self.nodes[id].data {
            Data::Scalar(text, _) => Some(text),
            Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Every scalar with its text and style, keys included.
    pub(super) fn scalars(&self) -> impl Iterator<Item = (Id, &str, Style)> {
        self.nodes.iter().enumerate().filter_map(|(id, node)| match &node.data {
            Data::Scalar(text, style) => Some((id, text.as_str(), *style)),
            Data::List(_) | Data::Map(_) => None,
        })
    }

    /// The same tree with the texts of its scalars changed where `change` gives another one. A
    /// value that was plain stays plain: `<digits>` may become a number.
    pub(super) fn changed(&self, change: impl Fn(&str) -> Option<String>) -> Self {
        let node = |node: &Node| {
            let data = match &node.data {
                Data::Scalar(text, style) => {
                    Data::Scalar(change(text).unwrap_or_else(|| text.clone()), *style)
                }
                Data::List(elements) => Data::List(elements.clone()),
                Data::Map(pairs) => Data::Map(pairs.clone()),
            };
            Node { span: node.span, data }
        };
        Self { nodes: self.nodes.iter().map(node).collect(), root: self.root }
    }

    fn add(&mut self, span: Span, data: Data) -> Id {
        self.nodes.push(Node { span, data });
        self.nodes.len() - 1
    }
}

/// Reads `source`. The tree is missing if the text is no YAML that this language allows; faults
/// may come with a tree, too: keys written twice are left out of it.
pub(super) fn plant(source: &str) -> (Option<Tree>, Vec<Fault>) {
    if source.len() > MAX_FILE_BYTES {
        let help = format!("split it: a scenario may have {MAX_FILE_BYTES} bytes");
        let fault = Fault::new("file-too-large", Span::at(0), "this file is too large", help);
        return (None, vec![fault]);
    }
    let mut planter = Planter::new(source);
    let usable = planter.run();
    (usable.then_some(planter.tree), planter.faults)
}

/// A collection that is still open.
struct Open {
    span: Span,
    children: Vec<Id>,
    is_map: bool,
}

struct Planter<'s> {
    source: &'s str,
    /// The byte at which each character begins: the parser counts characters.
    characters: Vec<usize>,
    /// The bytes that end a line.
    breaks: Vec<usize>,
    tree: Tree,
    open: Vec<Open>,
    documents: usize,
    usable: bool,
    faults: Vec<Fault>,
}

impl<'s> Planter<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            characters: source.char_indices().map(|(byte, _)| byte).collect(),
            breaks: source.match_indices(['\n', '\r']).map(|(byte, _)| byte).collect(),
            tree: Tree::default(),
            open: Vec::new(),
            documents: 0,
            usable: true,
            faults: Vec::new(),
        }
    }

    fn run(&mut self) -> bool {
        for event in Parser::new_from_str(self.source) {
            match event {
                Ok((event, place)) => {
                    let start = self.byte_of(place.start.index());
                    let end = self.byte_of(place.end.index());
                    if !self.take(event, Span { start, end }) {
                        return false;
                    }
                }
                Err(error) => {
                    self.refuse_syntax(&error);
                    return false;
                }
            }
        }
        self.usable
    }

    /// Takes one event; says whether it makes sense to read on.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(_) => return self.begin_document(span),
            Event::Alias(_) => {
                self.refuse("alias", span, "an alias", "write the value out");
                self.put(span, Data::Scalar(String::new(), Style::Quoted));
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(span, anchor, tag.is_some());
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted
                    | ScalarStyle::DoubleQuoted
                    | ScalarStyle::Literal
                    | ScalarStyle::Folded => Style::Quoted,
                };
                let span = self.scalar_span(span.start, &text, style);
                self.put(span, Data::Scalar(text.into_owned(), style));
            }
            Event::SequenceStart(anchor, tag) => {
                return self.begin(span, anchor, tag.is_some(), false);
            }
            Event::MappingStart(anchor, tag) => {
                return self.begin(span, anchor, tag.is_some(), true);
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        true
    }

    fn begin_document(&mut self, span: Span) -> bool {
        self.documents += 1;
        if self.documents > 1 {
            let help = "give each scenario a file of its own";
            self.refuse("several-documents", span, "a second document", help);
        }
        self.documents == 1
    }

    fn begin(&mut self, span: Span, anchor: usize, tagged: bool, is_map: bool) -> bool {
        self.refuse_extras(span, anchor, tagged);
        if self.open.len() >= MAX_DEPTH {
            let help = format!("no scenario needs more than {MAX_DEPTH} levels");
            self.faults.push(Fault::new("too-deep", span, "this is nested too deeply", help));
            return false;
        }
        self.open.push(Open { span, children: Vec::new(), is_map });
        true
    }

    fn finish(&mut self, end: Span) {
        let Some(done) = self.open.pop() else { return };
        let span = self.collection_span(done.span.start, end.end);
        let data = if done.is_map {
            Data::Map(self.pairs(&done.children))
        } else {
            Data::List(done.children)
        };
        self.put(span, data);
    }

    fn pairs(&mut self, children: &[Id]) -> Vec<(Id, Id)> {
        let mut seen = HashSet::new();
        let mut pairs = Vec::new();
        for pair in children.chunks_exact(2) {
            let span = self.tree.span(pair[0]);
            match self.tree.scalar(pair[0]) {
                None => {
                    let help = "a key is a single word";
                    self.faults.push(Fault::new("bad-key", span, "this cannot be a key", help));
                }
                Some(key) if !seen.insert(key.to_owned()) => {
                    let message = format!("`{key}` is written twice");
                    let help = "keep one of the two";
                    self.faults.push(Fault::new("duplicate-key", span, message, help));
                }
                Some(_) => pairs.push((pair[0], pair[1])),
            }
        }
        pairs
    }

    fn put(&mut self, span: Span, data: Data) {
        let id = self.tree.add(span, data);
        match self.open.last_mut() {
            Some(parent) => parent.children.push(id),
            None => self.tree.root = Some(id),
        }
    }

    fn refuse_extras(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.refuse("anchor", span, "an anchor", "write the value out wherever it is needed");
        }
        if tagged {
            self.refuse("tag", span, "a tag", "leave out what begins with `!`");
        }
    }

    fn refuse(&mut self, code: &'static str, span: Span, what: &str, help: &str) {
        let message = format!("a scenario must not contain {what}");
        let span = self.clamp(span);
        self.faults.push(Fault::new(code, span, message, help));
        self.usable = false;
    }

    fn refuse_syntax(&mut self, error: &saphyr_parser::ScanError) {
        let at = self.byte_of(error.marker().index());
        let line_start = self.source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = &self.source[line_start..];
        let indent = &indent[..indent.len() - indent.trim_start_matches([' ', '\t']).len()];
        let (span, help) = match indent.find('\t') {
            Some(tab) => {
                let start = line_start + tab;
                (Span { start, end: start + 1 }, "indent with spaces: YAML allows no tab here")
            }
            None => (Span::at(at), "check indentation, quotes and brackets here and just above"),
        };
        let message = format!("this is no YAML: {}", error.info());
        self.faults.push(Fault::new("yaml-syntax", span, message, help));
    }

    /// The byte at which the character begins, never past the text.
    fn byte_of(&self, character: usize) -> usize {
        self.characters.get(character).copied().unwrap_or(self.source.len())
    }

    fn line_end(&self, start: usize) -> usize {
        let next = self.breaks.partition_point(|at| *at < start);
        self.breaks.get(next).copied().unwrap_or(self.source.len())
    }

    /// The parser's ends overshoot; what a person sees as the scalar ends earlier.
    fn scalar_span(&self, start: usize, text: &str, style: Style) -> Span {
        let line = &self.source[start..self.line_end(start)];
        let first = line.chars().next();
        let length = match (style, first) {
            (Style::Quoted, Some(quote @ ('"' | '\''))) => quoted_length(line, quote),
            (Style::Plain, _) if line.starts_with(text) => text.len(),
            (Style::Quoted | Style::Plain, _) => line.trim_end().len(),
        };
        Span { start, end: start + length }
    }

    /// A flow collection up to its bracket, a block collection to the end of its first line.
    fn collection_span(&self, start: usize, end: usize) -> Span {
        let is_flow = self.source[start..].starts_with(['{', '[']);
        let closing = if is_flow { end.max(start + 1) } else { usize::MAX };
        self.clamp(Span { start, end: closing })
    }

    /// Cuts `span` at the end of its first line.
    fn clamp(&self, span: Span) -> Span {
        let line_end = self.line_end(span.start);
        let end = span.end.clamp(span.start, line_end);
        let seen = self.source.get(span.start..end).unwrap_or_default().trim_end().len();
        Span { start: span.start, end: span.start + seen }
    }
}

/// The bytes of the quoted scalar that begins `line`, its quotes included.
fn quoted_length(line: &str, quote: char) -> usize {
    let mut escaped = true;
    for (byte, letter) in line.char_indices() {
        if letter == quote && !escaped {
            return byte + 1;
        }
        escaped = byte > 0 && quote == '"' && letter == '\\' && !escaped;
    }
    line.trim_end().len()
}
