//! What an answer means: the first rule that fits, and the reply it describes.

use super::capture::{Field, Page, at_path, is_on_page};
use super::template::{Variables, as_text};
use super::xml::XmlPath;
use crate::domain::reply::{BoundToken, ReplyKind};
use crate::domain::{Activation, Picture, Rejection, RejectionClass, Reply, Secret};
use regex::Regex;
use reqwest::header::{HeaderName, RETRY_AFTER};
use scraper::Selector;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json_path::JsonPath;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;
use url::Url;

/// Conditions on an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    /// One of these; any if there are none.
    pub(super) statuses: Vec<RangeInclusive<u16>>,
    /// Each path finds one of its values.
    pub(super) json: Vec<(JsonPath, Vec<Value>)>,
    /// Each way finds one of its texts.
    pub(super) xml: Vec<(XmlPath, Vec<String>)>,
    pub(super) has: Option<JsonPath>,
    pub(super) headers: Vec<(HeaderName, Regex)>,
    pub(super) body: Option<Regex>,
    pub(super) css: Option<Selector>,
    pub(super) text: Option<Regex>,
    pub(super) url: Option<Regex>,
}

impl When {
    /// The first condition that `page` does not meet.
    pub(super) fn misfit<'a>(&'a self, page: &'a Page) -> Option<Misfit<'a>> {
        let json = page.json.as_ref();
        if !self.statuses.is_empty() && !self.statuses.iter().any(|all| all.contains(&page.status))
        {
            return Some(Misfit::Status(page.status));
        }
        let other_json = self.json.iter().find(|(path, wanted)| {
            !at_path(path, json).is_some_and(|found| wanted.contains(&found))
        });
        if let Some((path, _)) = other_json {
            return Some(Misfit::Json(path, at_path(path, json)));
        }
        let other_xml = self.xml.iter().find(|(path, wanted)| {
            !path.find(&page.text).is_some_and(|found| wanted.contains(&found))
        });
        if let Some((path, _)) = other_xml {
            return Some(Misfit::Xml(path.find(&page.text)));
        }
        if let Some(path) = self.has.as_ref().filter(|path| at_path(path, json).is_none()) {
            return Some(Misfit::Json(path, None));
        }
        let other_header = self.headers.iter().find(|(name, pattern)| {
            !page.header(name).is_some_and(|value| pattern.is_match(value))
        });
        if let Some((name, _)) = other_header {
            return Some(Misfit::Header(name, page.header(name)));
        }
        if self.body.as_ref().is_some_and(|pattern| !pattern.is_match(&page.text)) {
            return Some(Misfit::Body);
        }
        if self.text.as_ref().is_some_and(|pattern| !page.reads(pattern)) {
            return Some(Misfit::Text);
        }
        if self.url.as_ref().is_some_and(|pattern| !pattern.is_match(page.url.as_str())) {
            return Some(Misfit::Url(&page.url));
        }
        self.css.as_ref().filter(|selector| !is_on_page(selector, page)).map(|_| Misfit::Css)
    }
}

/// A condition that is not met, with what was found in the place of what is wanted.
pub(super) enum Misfit<'a> {
    Status(u16),
    Json(&'a JsonPath, Option<Value>),
    Xml(Option<String>),
    Header(&'a HeaderName, Option<&'a str>),
    Body,
    Text,
    Url(&'a Url),
    Css,
}

impl fmt::Display for Misfit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the status is {status}"),
            Self::Json(path, Some(found)) => write!(f, "{path} is {found}"),
            Self::Json(path, None) => write!(f, "{path} finds nothing"),
            Self::Xml(Some(found)) => write!(f, "its way in XML finds `{found}`"),
            Self::Xml(None) => f.write_str("its way in XML finds nothing"),
            Self::Header(name, Some(value)) => write!(f, "the header {name} is `{value}`"),
            Self::Header(name, None) => write!(f, "there is no header {name}"),
            Self::Body => f.write_str("its pattern finds nothing in the body"),
            Self::Text => f.write_str("its pattern finds nothing in the text of the page"),
            Self::Url(url) => write!(f, "the page is at {}", url.path()),
            Self::Css => f.write_str("its CSS selector finds nothing"),
        }
    }
}

/// What an answer means if it fits.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Rule {
    pub(super) when: When,
    pub(super) reply: ReplyKind,
    pub(in crate::adapters) values: BTreeMap<&'static str, Field>,
    pub(super) tokens: Option<TokenList>,
}

impl Rule {
    /// What the reply may hold and this rule does not look for.
    pub(super) fn unseen(&self) -> Vec<String> {
        let unseen = self.reply.may_hold().iter().filter(|name| !self.values.contains_key(*name));
        unseen.map(|name| (*name).to_owned()).collect()
    }
}

/// Where the bound tokens stand.
#[derive(Debug, Clone)]
pub(super) struct TokenList {
    pub(super) list: JsonPath,
    pub(super) id: Field,
    pub(super) kind: Field,
}

/// The values that a reply must have, and those that it may have.
pub(super) fn vocabulary(reply: ReplyKind) -> (&'static [&'static str], &'static [&'static str]) {
    let required: &[&str] = match reply {
        ReplyKind::CodeRequired => &["channel"],
        ReplyKind::EnrolmentRequired => &["offers"],
        ReplyKind::TokenRequired => &["methods"],
        ReplyKind::SignedIn => &["assurance"],
        ReplyKind::Certificate => &["pem"],
        ReplyKind::Tokens => &["tokens"],
        ReplyKind::Activation
        | ReplyKind::PushSent
        | ReplyKind::Rejected
        | ReplyKind::Unsupported
        | ReplyKind::Done
        | ReplyKind::RegistrationCodeRequired
        | ReplyKind::Enrolled
        | ReplyKind::SignedOut => &[],
    };
    (required, reply.may_hold())
}

/// An answer that a rule fits, seen through that rule.
pub(super) struct Reading<'a> {
    pub(super) rule: &'a Rule,
    pub(super) page: &'a Page,
    pub(super) variables: &'a Variables,
    /// What is asked, for a reply that says it is unsupported.
    pub(super) operation: String,
}

impl Reading<'_> {
    /// The raw value called `name`.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.rule.values.get(name)?.find(self.page, self.variables)
    }

    /// The reply. `qr` was looked up before, because that may need another request.
    ///
    /// # Errors
    /// Says which value is missing or unknown to us.
    pub(super) fn reply(&self, qr: Option<Picture>) -> Result<Reply, String> {
        Ok(match self.rule.reply {
            ReplyKind::Done => Reply::Done,
            ReplyKind::CodeRequired => Reply::CodeRequired {
                channel: self.word("channel")?,
                destination: self.text("destination"),
                alternatives: self.words("alternatives")?,
            },
            ReplyKind::EnrolmentRequired => {
                Reply::EnrolmentRequired { offers: self.words("offers")? }
            }
            ReplyKind::Activation => Reply::Activation(Box::new(self.activation(qr)?)),
            ReplyKind::RegistrationCodeRequired => Reply::RegistrationCodeRequired,
            ReplyKind::Enrolled => Reply::Enrolled,
            ReplyKind::TokenRequired => Reply::TokenRequired {
                methods: self.words("methods")?,
                challenge: self.text("challenge"),
            },
            ReplyKind::PushSent => Reply::PushSent { number: self.text("number") },
            ReplyKind::SignedIn => Reply::SignedIn { assurance: self.word("assurance")? },
            ReplyKind::Certificate => {
                let pem = self.text("pem").ok_or("it has no `pem`")?;
                Reply::Certificate { pem }
            }
            ReplyKind::Tokens => Reply::Tokens(self.tokens()?),
            ReplyKind::SignedOut => Reply::SignedOut,
            ReplyKind::Rejected => Reply::Rejected(self.rejection()?),
            ReplyKind::Unsupported => {
                let feature = self.text("feature").unwrap_or_else(|| self.operation.clone());
                Reply::Unsupported { feature }
            }
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| as_text(&value))
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    fn word<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        known(name, self.value(name).ok_or_else(|| format!("it has no `{name}`"))?)
    }

    /// The words of a list; a single word is a list of one, nothing is none.
    fn words<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, String> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.into_iter().map(|item| known(name, item)).collect(),
            Some(single) => known(name, single).map(|word| vec![word]),
        }
    }

    fn seconds(&self, name: &str) -> Result<Option<Duration>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let seconds = text.trim().parse::<f64>().ok();
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Some)
            .ok_or_else(|| format!("`{text}` as `{name}` is no number of seconds"))
    }

    fn activation(&self, qr: Option<Picture>) -> Result<Activation, String> {
        Ok(Activation {
            qr,
            link: self.secret("link"),
            password: self.secret("password"),
            address: self.text("address"),
            serial_number: self.text("serial_number"),
            activation_code: self.secret("activation_code"),
            key_file: self.secret("key_file"),
            challenge: self.text("challenge"),
            expires_in: self.seconds("expires_in")?,
        })
    }

    fn rejection(&self) -> Result<Rejection, String> {
        let class = match self.value("class") {
            None => RejectionClass::Denied,
            Some(value) => known("class", value)?,
        };
        let retry_after = self.seconds("retry_after")?.or_else(|| self.retry_after_header());
        Ok(Rejection { class, retry_after })
    }

    /// RFC 9110 §10.2.3; its form with a date is left alone, because it follows the wall clock.
    fn retry_after_header(&self) -> Option<Duration> {
        self.page.header(&RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs)
    }

    fn tokens(&self) -> Result<Vec<BoundToken>, String> {
        let Some(tokens) = &self.rule.tokens else { return Ok(Vec::new()) };
        let Some(json) = &self.page.json else { return Err("it is no JSON".to_owned()) };
        let mut bound = Vec::new();
        for item in tokens.list.query(json).all() {
            let page = Page { json: Some(item.clone()), ..self.page.clone() };
            let id = tokens.id.find(&page, self.variables).ok_or("a token has no id")?;
            let kind = tokens.kind.find(&page, self.variables).ok_or("a token has no kind")?;
            bound.push(BoundToken { id: as_text(&id), kind: known("kind", kind)? });
        }
        Ok(bound)
    }
}

fn known<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, String> {
    let shown = as_text(&value);
    serde_json::from_value(value).map_err(|_| {
        format!("`{shown}` as `{name}` is none of our words; `as` in the map file can translate it")
    })
}
