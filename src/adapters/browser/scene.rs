//! A checked browser file: what a person does, as data.

use crate::adapters::map::capture::{Field, Page};
use crate::adapters::map::classify::Rule;
use crate::adapters::map::program;
use crate::adapters::map::template::{Absent, Template, Variables};
use crate::domain::operation::OperationKind;
use regex::Regex;
use scraper::{Html, Selector};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// A browser file without mistakes.
#[derive(Debug)]
pub(super) struct Program {
    /// All that it has in common with a map, with the operations that are requests.
    pub(super) map: program::Program,
    pub(super) scenes: BTreeMap<OperationKind, Scene>,
    pub(super) programs: Programs,
}

/// Which programs are started, and with what.
#[derive(Debug, Clone, Default)]
pub(super) struct Programs {
    pub(super) chromedriver: Option<String>,
    pub(super) chromium: Option<String>,
    pub(super) arguments: Vec<String>,
}

/// One operation on pages.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) steps: Vec<Step>,
    pub(super) rules: Vec<Rule>,
}

/// One thing that a person does.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) when: Option<Sight>,
    pub(super) act: Act,
    pub(super) captures: Vec<(String, Field)>,
}

#[derive(Debug)]
pub(super) enum Act {
    Open(Template),
    Fill(Mark, Template),
    Choose(Mark, Template),
    Tick(Mark),
    Press(Mark),
    Needs(Sight),
    Wait(Sight),
}

/// What a page must show.
#[derive(Debug, Clone, Default)]
pub(super) struct Sight {
    pub(super) css: Option<Template>,
    pub(super) text: Option<Regex>,
    pub(super) url: Option<Regex>,
}

impl Sight {
    /// Whether `page` shows it. A selector that is none once its variables are filled in finds
    /// nothing.
    pub(super) fn is_on(&self, page: &Page, known: &Variables) -> Result<bool, Absent> {
        let css = match &self.css {
            None => true,
            Some(template) => {
                let filled = template.fill(known, str::to_owned)?;
                let document = Html::parse_document(&page.text);
                Selector::parse(&filled)
                    .is_ok_and(|selector| document.select(&selector).next().is_some())
            }
        };
        Ok(css
            && self.text.as_ref().is_none_or(|pattern| page.reads(pattern))
            && self.url.as_ref().is_none_or(|pattern| pattern.is_match(page.url.as_str())))
    }
}

/// How an element is told from all others.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) by: By,
    pub(super) role: Option<String>,
    pub(super) text: Template,
    pub(super) within: Option<Template>,
}

/// By what an element is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    Label,
    Name,
    Text,
    Css,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "label",
            Self::Name => "name",
            Self::Text => "text",
            Self::Css => "css",
        })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(role) = &self.role {
            write!(f, "{role} with ")?;
        }
        write!(f, "{} `{}`", self.by, self.text)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(path) => write!(f, "open {path}"),
            Self::Fill(mark, _) => write!(f, "fill {mark}"),
            Self::Choose(mark, _) => write!(f, "choose at {mark}"),
            Self::Tick(mark) => write!(f, "tick {mark}"),
            Self::Press(mark) => write!(f, "press {mark}"),
            Self::Needs(_) => f.write_str("needs"),
            Self::Wait(_) => f.write_str("wait"),
        }
    }
}
