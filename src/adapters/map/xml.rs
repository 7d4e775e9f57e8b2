//! Values in XML answers, by a short way to them: `/response/detail/@code`.
//!
//! Steps are local names, as namespaces differ between versions of one server more than names do;
//! `//name` finds an element at any depth. What needs more is asked of the body by pattern.

use roxmltree::{Document, Node};

/// A way to an element, or to an attribute of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters) struct XmlPath {
    steps: Vec<Step>,
    attribute: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    depth: Depth,
}

/// Where a step looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Among the children.
    Child,
    /// Among all that is inside.
    Any,
}

impl XmlPath {
    /// Reads `text`; nothing if it is no such way.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (way, attribute) = match text.split_once("/@") {
            Some((way, name)) => (way, Some(name.to_owned()).filter(|name| is_name(name))?.into()),
            None => (text, None),
        };
        let mut steps = Vec::new();
        let mut rest = way;
        while !rest.is_empty() {
            let (depth, after) = match rest.strip_prefix("//") {
                Some(after) => (Depth::Any, after),
                None => (Depth::Child, rest.strip_prefix('/')?),
            };
            let end = after.find('/').unwrap_or(after.len());
            let name = Some(&after[..end]).filter(|name| is_name(name))?;
            steps.push(Step { name: name.to_owned(), depth });
            rest = &after[end..];
        }
        (!steps.is_empty()).then_some(Self { steps, attribute })
    }

    /// The text of the first element on this way, or its attribute.
    pub(super) fn find(&self, text: &str) -> Option<String> {
        let document = Document::parse(text).ok()?;
        let element = descend(document.root(), &self.steps)?;
        let Some(name) = &self.attribute else {
            let texts = element.descendants().filter(Node::is_text).filter_map(|node| node.text());
            return Some(texts.collect::<String>().trim().to_owned());
        };
        let mut all = element.attributes();
        all.find(|attribute| attribute.name() == name).map(|found| found.value().to_owned())
    }
}

fn descend<'a, 'd>(from: Node<'a, 'd>, steps: &[Step]) -> Option<Node<'a, 'd>> {
    let Some((step, rest)) = steps.split_first() else { return Some(from) };
    let is_it = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == step.name;
    match step.depth {
        Depth::Child => from.children().filter(is_it).find_map(|node| descend(node, rest)),
        Depth::Any => from.descendants().skip(1).filter(is_it).find_map(|node| descend(node, rest)),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// `text` as content or attribute of an element.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{XmlPath, escaped};

    const ANSWER: &str = r#"<s:Envelope xmlns:s="urn:s"><s:Body><result code="7">
        <text>wrong <b>code</b></text></result><result code="8"><other/></result>
        </s:Body></s:Envelope>"#;

    fn found(path: &str) -> Option<String> {
        XmlPath::parse(path).unwrap_or_else(|| panic!("{path} is a way")).find(ANSWER)
    }

    #[test]
    fn a_way_leads_to_a_text_or_an_attribute_whatever_the_namespace() {
        assert_eq!(found("/Envelope/Body/result/text").as_deref(), Some("wrong code"));
        assert_eq!(found("/Envelope/Body/result/@code").as_deref(), Some("7"));
        assert_eq!(found("//text").as_deref(), Some("wrong code"));
        assert_eq!(found("//result/other").as_deref(), Some(""));
        assert_eq!(found("/Body"), None);
        assert_eq!(found("//result/@id"), None);
    }

    #[test]
    fn what_is_no_way_is_refused() {
        for text in ["", "a", "/", "/a/", "/a//", "/a/@", "/@a", "/a[1]", "/a b"] {
            assert_eq!(XmlPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_xml_holds_nothing() {
        let way = XmlPath::parse("//a").expect("a way");
        assert_eq!(way.find("{\"a\":1}"), None);
    }

    #[test]
    fn a_value_cannot_become_markup() {
        assert_eq!(escaped("<a b='\"'>&"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;");
    }
}
