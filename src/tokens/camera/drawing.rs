//! Scalable drawings (SVG) to pixels, with depth, count and layers bounded: a drawing is a program.

use super::{MOST_PIXELS, Unreadable, bounded, broken};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Group, ImageHrefResolver, Node, Options, Size, Tree};
use std::thread;

/// The longest side to which a small drawing is enlarged, in pixels. The largest QR code has 185
/// modules with its quiet zone, so each gets at least five.
const DRAWN_SIDE: f32 = 1024.0;

/// The most bytes of a drawing: the largest QR code has 31 329 modules, and a rectangle for each
/// with every attribute spelled out is below 200 bytes.
const MOST_BYTES: usize = 8 << 20;

/// The most shapes: the same modules, a few times over.
const MOST_NODES: usize = 100_000;

/// The most groups that are painted on a layer of their own: logos and masks need a few, and each
/// costs as much as a page.
const MOST_LAYERS: usize = 64;

/// The deepest nesting, as written and as painted: generators use two or three groups. The XML
/// parser goes down by recursion, and a stack that overflows cannot be caught.
const DEEPEST: usize = 32;

/// References to groups with references in them still lead the parser down 1024 elements, more
/// than an ordinary thread's stack holds. Only what is used of it becomes memory.
const STACK_BYTES: usize = 256 << 20;

/// The drawing on a transparent canvas.
pub(super) fn drawn(bytes: &[u8]) -> Result<Pixmap, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::TooManyBytes(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(broken)?;
    if !is_shallow(text) {
        return Err(broken("it is nested too deeply, or declares its own entities"));
    }
    thread::scope(|scope| {
        thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || rendered(text))
            .map_err(broken)?
            .join()
            .unwrap_or_else(|_| Err(broken("its decoder panicked")))
    })
}

/// Whether elements are nested at most [`DEEPEST`] deep and no entity could bring in more of them.
fn is_shallow(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some((_, markup)) = rest.split_once('<') {
        let (end, change) = match markup.as_bytes() {
            [b'!', b'-', b'-', ..] => ("-->", Nesting::Same),
            [b'!', b'[', ..] => ("]]>", Nesting::Same),
            [b'?', ..] => ("?>", Nesting::Same),
            [b'!', ..] => (">", Nesting::Declaration),
            [b'/', ..] => (">", Nesting::Up),
            _ => ("", Nesting::Down),
        };
        let length = if end.is_empty() { tag_length(markup) } else { markup.find(end) };
        let Some(length) = length else { return true };
        let inside = &markup[..length];
        match change {
            Nesting::Declaration if inside.contains(['<', '[']) => return false,
            Nesting::Declaration | Nesting::Same => {}
            Nesting::Up => depth = depth.saturating_sub(1),
            Nesting::Down if inside.ends_with('/') => {}
            Nesting::Down => depth += 1,
        }
        if depth > DEEPEST {
            return false;
        }
        rest = &markup[length..];
    }
    true
}

/// What a piece of markup does to the depth.
enum Nesting {
    Same,
    Declaration,
    Up,
    Down,
}

/// Where a start tag ends; a `>` between quotes is no end.
fn tag_length(markup: &str) -> Option<usize> {
    let mut quote = None;
    markup.find(|c| {
        if quote.is_none() {
            quote = Some(c).filter(|c| matches!(c, '"' | '\''));
            return c == '>';
        }
        if quote == Some(c) {
            quote = None;
        }
        false
    })
}

fn rendered(text: &str) -> Result<Pixmap, Unreadable> {
    let tree = Tree::from_str(text, &closed_options()).map_err(broken)?;
    Budget { nodes: MOST_NODES, layers: MOST_LAYERS }.spend_on(tree.root(), DEEPEST)?;
    let scale = scale_for(tree.size());
    let size = Size::from_wh(tree.size().width() * scale, tree.size().height() * scale)
        .ok_or_else(|| broken("it has no area"))?
        .to_int_size();
    bounded(u64::from(size.width()), u64::from(size.height()))?;
    let mut canvas =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| broken("it has no area"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
    Ok(canvas)
}

/// A drawing may not open files or load anything from elsewhere.
fn closed_options() -> Options<'static> {
    Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

/// Enlarges small drawings, shows others as they are, and shrinks those beyond [`MOST_PIXELS`] to
/// just below it, because sides are rounded up.
#[allow(clippy::cast_precision_loss, reason = "the limit is exact in an f32")]
fn scale_for(size: Size) -> f32 {
    let enlarge = (DRAWN_SIDE / size.width().max(size.height())).max(1.0);
    let shrink = (MOST_PIXELS as f32 / size.width() / size.height()).sqrt() * 0.99;
    enlarge.min(shrink)
}

/// What a drawing may still cost.
struct Budget {
    nodes: usize,
    layers: usize,
}

impl Budget {
    /// Counts what painting `group` would touch, patterns and masks as often as they are used.
    fn spend_on(&mut self, group: &Group, deeper: usize) -> Result<(), Unreadable> {
        let deeper = deeper.checked_sub(1).ok_or_else(|| broken("it is nested too deeply"))?;
        for node in group.children() {
            self.nodes =
                self.nodes.checked_sub(1).ok_or_else(|| broken("it has too many shapes"))?;
            let mut outcome = Ok(());
            node.subroots(|root| {
                if outcome.is_ok() {
                    outcome = self.spend_on_layer(root, deeper);
                }
            });
            outcome?;
            if let Node::Group(inner) = node {
                if inner.should_isolate() {
                    self.spend_on_layer(inner, deeper)?;
                } else {
                    self.spend_on(inner, deeper)?;
                }
            }
        }
        Ok(())
    }

    fn spend_on_layer(&mut self, group: &Group, deeper: usize) -> Result<(), Unreadable> {
        self.layers = self.layers.checked_sub(1).ok_or_else(|| broken("it has too many layers"))?;
        self.spend_on(group, deeper)
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, is_shallow};

    #[test]
    fn depth_is_counted_past_comments_quotes_and_empty_elements() {
        let deep = |open: &str, close: &str| {
            is_shallow(&format!("{}{}", open.repeat(DEEPEST + 1), close.repeat(DEEPEST + 1)))
        };
        assert!(!deep("<g>", "</g>"));
        assert!(!deep("<g a='/>' b=\"'\">", "</g>"));
        assert!(!deep("<g><!-- </g> --><![CDATA[</g>]]><?x </g>?>", "</g>"));
        assert!(deep("<g/>", ""));
        assert!(deep("<g></g>", ""));
        assert!(deep("<!-- <g> -->", ""));
    }

    #[test]
    fn a_document_type_may_be_named_but_not_written_out() {
        assert!(is_shallow("<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'><svg/>"));
        assert!(!is_shallow("<!DOCTYPE svg [<!ENTITY g '<g>'>]><svg/>"));
        assert!(!is_shallow("<!DOCTYPE svg SYSTEM '<!--'><svg/>"));
    }
}
