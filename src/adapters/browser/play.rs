//! Does with a browser what a scene says, step by step.

use super::hands::Spot;
use super::photo;
use super::scene::{Act, By, Mark, Scene, Sight, Step};
use super::webdriver::{Element, Trouble, Window};
use crate::adapters::map::capture::Page;
use crate::adapters::map::program::keep;
use crate::adapters::map::session::Session;
use crate::adapters::map::template::{Absent, Template, Variables, percent_encoded};
use crate::domain::operation::OperationKind;
use crate::subject::AskError;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use url::Url;

const FIND: &str = concat!(include_str!("still.js"), include_str!("find.js"));
const LOOK: &str = concat!(include_str!("still.js"), include_str!("look.js"));

/// What stands in the field that was last filled in.
const FIELD: &str = "return window.fobwatchField?.value ?? window.fobwatchField?.innerText";

/// How often it is asked whether the browser has come to another page.
const ARRIVING: Duration = Duration::from_millis(5);

/// How often a page that scripts may still change is looked at.
pub(super) const LOOKING: Duration = Duration::from_millis(50);

/// A page of a portal with QR codes in it has some 100 KiB.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The key that takes away what is selected (WebDriver §17.4.2).
const BACKSPACE: &str = "\u{e003}";

/// Why a scene was not played to its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// Something went wrong, and nobody is blamed.
    Trouble(AskError),
    /// A person could not do this here: what they lack.
    Cannot(String),
}

impl From<AskError> for Halt {
    fn from(error: AskError) -> Self {
        Self::Trouble(error)
    }
}

/// What a page shows, and whether it can still change by itself.
pub(super) struct Look {
    pub(super) page: Page,
    pub(super) is_still: bool,
}

/// What is to be known of an element that is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grasp {
    /// Where it is.
    Spot,
    /// Itself, for the driver.
    Element,
}

/// One operation at one browser.
pub(super) struct Visit<'a> {
    pub(super) window: &'a Window,
    pub(super) session: &'a Session,
    pub(super) known: Variables,
    pub(super) kind: OperationKind,
    pub(super) base: &'a Url,
    pub(super) timeout: Duration,
    /// The page as it was last looked at, if nothing was done since.
    seen: Option<Look>,
    /// The step under way, for messages.
    doing: String,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        window: &'a Window,
        session: &'a Session,
        known: Variables,
        kind: OperationKind,
        (base, timeout): (&'a Url, Duration),
    ) -> Self {
        let doing = kind.to_string();
        Self { window, session, known, kind, base, timeout, seen: None, doing }
    }

    /// Does the steps of `scene`, in order.
    pub(super) async fn play(&mut self, scene: &Scene) -> Result<(), Halt> {
        for (number, step) in (1..).zip(&scene.steps) {
            self.doing = format!("step {number} of {} ({})", self.kind, step.act);
            if let Some(when) = &step.when
                && !self.shows(when).await?
            {
                continue;
            }
            self.act(&step.act).await?;
            self.capture(step).await?;
        }
        Ok(())
    }

    async fn act(&mut self, act: &Act) -> Result<(), Halt> {
        match act {
            Act::Open(path) => self.open(path).await,
            Act::Fill(mark, text) => self.fill(mark, text).await,
            Act::Choose(mark, option) => self.choose(mark, option).await,
            Act::Tick(mark) => self.press(mark, "tick").await,
            Act::Press(mark) => self.press(mark, "press").await,
            Act::Needs(sight) => {
                if self.comes_to_show(sight).await? {
                    return Ok(());
                }
                Err(Halt::Cannot(format!("way to {} on this page", self.kind)))
            }
            Act::Wait(sight) => {
                if self.comes_to_show(sight).await? {
                    return Ok(());
                }
                let limit = self.timeout.as_millis();
                let why = format!("the page does not show it (at most {limit} ms are waited)");
                Err(self.stuck(why).into())
            }
        }
    }

    async fn open(&mut self, path: &Template) -> Result<(), Halt> {
        let path = path.fill(&self.known, percent_encoded).map_err(|absent| self.lacks(&absent))?;
        let base = self.base.as_str().trim_end_matches('/');
        self.seen = None;
        self.window.go(&format!("{base}{path}")).await.map_err(|trouble| self.trouble(trouble))?;
        Ok(())
    }

    async fn fill(&mut self, mark: &Mark, text: &Template) -> Result<(), Halt> {
        let Some(text) = self.text(text)? else { return Ok(()) };
        if let Some(why) = untypable(&text) {
            return Err(Halt::Cannot(format!("way to type {why} for {}", self.kind)));
        }
        let length = text.encode_utf16().count();
        let facts = self.find(mark, ("fill", &json!(length)), Grasp::Spot).await?;
        let is_empty = facts["value"] == json!("");
        if !(text.is_empty() && is_empty) {
            let keys = if text.is_empty() { BACKSPACE } else { text.as_str() };
            self.seen = None;
            self.enter(mark, (&json!(length), keys), &facts).await?;
        }
        let after = self.window.ask(FIELD, &json!([])).await;
        let after = after.map_err(|trouble| self.trouble(trouble))?;
        if after.as_str() == Some(text.as_str()) {
            return Ok(());
        }
        // What stands there now is another text: it must not be judged as if it were this one.
        Err(Halt::Cannot(format!("field for {} that takes this text as it is", self.kind)))
    }

    /// Strikes `keys` in the field that `facts` are of.
    async fn enter(
        &mut self,
        mark: &Mark,
        (length, keys): (&Value, &str),
        facts: &Value,
    ) -> Result<(), Halt> {
        // What is on no keyboard, and fields of other kinds, the driver knows how to enter.
        let is_typable = facts["isTypable"] == json!(true);
        let entered = if is_typable && (keys.is_ascii() || keys == BACKSPACE) {
            self.window.strike(keys).await
        } else {
            let facts = self.find(mark, ("fill", length), Grasp::Element).await?;
            self.window.enter(&self.element(&facts["element"])?, keys).await
        };
        Ok(entered.map_err(|trouble| self.trouble(trouble))?)
    }

    async fn choose(&mut self, mark: &Mark, option: &Template) -> Result<(), Halt> {
        let Some(option) = self.text(option)? else { return Ok(()) };
        let facts = self.find(mark, ("choose", &json!(option)), Grasp::Element).await?;
        let Some(part) = Element::of(&facts["part"]) else {
            return Err(Halt::Cannot(format!("option `{option}` for {}", self.kind)));
        };
        self.seen = None;
        self.window.click(&part).await.map_err(|trouble| self.trouble(trouble))?;
        Ok(self.arrive().await?)
    }

    async fn press(&mut self, mark: &Mark, deed: &str) -> Result<(), Halt> {
        let facts = self.find(mark, (deed, &Value::Null), Grasp::Spot).await?;
        if deed == "tick" && facts["isTicked"] == json!(true) {
            return Ok(());
        }
        self.seen = None;
        let pressed = if let Some(spot) = Spot::of(&facts["spot"]) {
            self.window.press_at(spot).await
        } else {
            // Something is in front of its middle: the driver says what, or finds a way.
            let facts = self.find(mark, (deed, &Value::Null), Grasp::Element).await?;
            self.window.click(&self.element(&facts["element"])?).await
        };
        pressed.map_err(|trouble| self.trouble(trouble))?;
        Ok(self.arrive().await?)
    }

    /// Waits until the page is there that a click leads to, if it leads to one, and looks at it.
    async fn arrive(&mut self) -> Result<(), AskError> {
        let arriving = async {
            loop {
                match self.window.ask(LOOK, &json!([true])).await {
                    Ok(seen) if !seen.is_null() => return Ok(seen),
                    Err(trouble @ Trouble::Gone(_)) => return Err(self.trouble(trouble)),
                    // Between two pages nothing can be asked.
                    Ok(_) | Err(Trouble::Refused { .. }) => sleep(ARRIVING).await,
                }
            }
        };
        let arrived = timeout(self.timeout, arriving).await;
        let seen = arrived.unwrap_or(Err(AskError::TimedOut(self.timeout)))?;
        self.seen = Some(self.read(&seen)?).filter(|look| look.is_still);
        Ok(())
    }

    fn element(&self, value: &Value) -> Result<Element, AskError> {
        Element::of(value).ok_or_else(|| self.stuck("the browser gives no element"))
    }

    /// The text that is typed or chosen, or nothing if it is a variable without value.
    fn text(&self, template: &Template) -> Result<Option<String>, Halt> {
        let only_a_list =
            template.variables().any(|name| matches!(self.known.get(name), Some(Value::Array(_))));
        if only_a_list {
            return Err(Halt::Cannot(format!("{} with a list", self.kind)));
        }
        Ok(template.fill_optional(&self.known).map_err(|absent| self.lacks(&absent))?)
    }

    /// Waits until exactly one element fits `mark`, as long as the page may still change, and
    /// gives what is known of it.
    async fn find(
        &self,
        mark: &Mark,
        (deed, detail): (&str, &Value),
        grasp: Grasp,
    ) -> Result<Value, Halt> {
        let fill = |text: &Template| text.fill(&self.known, str::to_owned);
        let text = fill(&mark.text).map_err(|absent| self.lacks(&absent))?;
        let within = mark.within.as_ref().map(fill).transpose();
        let within = within.map_err(|absent| self.lacks(&absent))?;
        let is_wanted = grasp == Grasp::Element;
        let arguments = json!([mark.by, text, mark.role, within, deed, detail, is_wanted]);
        let finding = async {
            loop {
                let facts = match grasp {
                    Grasp::Spot => self.window.ask(FIND, &arguments).await?,
                    Grasp::Element => self.window.run(FIND, arguments.clone()).await?,
                };
                if facts["count"] == json!(1) || facts["isStill"] == json!(true) {
                    return Ok::<Value, Trouble>(facts);
                }
                sleep(LOOKING).await;
            }
        };
        let facts = match timeout(self.timeout, finding).await {
            Ok(facts) => facts.map_err(|trouble| self.trouble(trouble))?,
            Err(_) => Value::Null,
        };
        if facts["count"] != json!(1) {
            return Err(self.stuck(absence(mark.by, &facts)).into());
        }
        match facts["cannot"].as_str() {
            None => Ok(facts),
            Some(why) => Err(Halt::Cannot(format!("way to {} so: {why}", self.kind))),
        }
    }

    /// Whether the page shows `sight` now.
    async fn shows(&mut self, sight: &Sight) -> Result<bool, Halt> {
        if self.seen.is_none() {
            self.seen = Some(self.look().await?);
        }
        let on = self.seen.as_ref().map(|look| sight.is_on(&look.page, &self.known));
        on.unwrap_or(Ok(false)).map_err(|absent| self.lacks(&absent).into())
    }

    /// Whether the page shows `sight` before the time is over.
    async fn comes_to_show(&mut self, sight: &Sight) -> Result<bool, Halt> {
        let limit = self.timeout;
        let looking = async {
            loop {
                if self.shows(sight).await? {
                    return Ok(true);
                }
                if self.seen.take().is_some_and(|look| look.is_still) {
                    return Ok(false);
                }
                sleep(LOOKING).await;
            }
        };
        timeout(limit, looking).await.unwrap_or(Ok(false))
    }

    async fn capture(&mut self, step: &Step) -> Result<(), Halt> {
        if step.captures.is_empty() {
            return Ok(());
        }
        let look = self.glance().await?;
        for (name, field) in &step.captures {
            let found = field.find(&look.page, &self.known);
            keep(&mut self.session.kept(), name, found.as_ref());
            keep(&mut self.known, name, found.as_ref());
        }
        Ok(())
    }

    /// The page as it stands; it is not looked at again if it cannot have changed.
    pub(super) async fn glance(&mut self) -> Result<Look, AskError> {
        match self.seen.take() {
            Some(look) if look.is_still => Ok(look),
            Some(_) | None => self.look().await,
        }
    }

    /// The page as it stands.
    pub(super) async fn look(&self) -> Result<Look, AskError> {
        let seen = self.window.ask(LOOK, &json!([false])).await;
        self.read(&seen.map_err(|trouble| self.trouble(trouble))?)
    }

    /// What `look.js` has seen.
    fn read(&self, seen: &Value) -> Result<Look, AskError> {
        let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
        let (html, address) = (text("html"), text("url"));
        let url = Url::parse(&address)
            .map_err(|error| self.stuck(format!("`{address}` is no URL: {error}")))?;
        if url.scheme() == "chrome-error" {
            let why = text("seen").lines().next().unwrap_or_default().to_owned();
            return Err(AskError::Unreachable(format!("{}: {why}", self.doing)));
        }
        if html.len() > MAX_PAGE_BYTES {
            let why = format!("the page has more than {MAX_PAGE_BYTES} bytes");
            return Err(AskError::Unclear(format!("{}: {why}", self.doing)));
        }
        let mut headers = HeaderMap::new();
        if let Ok(media) = HeaderValue::from_str(&text("media")) {
            headers.insert(CONTENT_TYPE, media);
        }
        let status = seen["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let page = Page {
            asked: format!("{} at {}", self.kind, url.path()),
            url,
            status: status.unwrap_or_default(),
            headers,
            bytes: Vec::new(),
            text: html,
            json: None,
            seen: Some(text("seen")),
        };
        Ok(Look { page, is_still: seen["isStill"] == json!(true) })
    }

    /// A picture of the element that `selector` finds, as a data URI.
    pub(super) async fn photograph(&mut self, selector: &str) -> Result<Value, Halt> {
        self.doing = format!("the screenshot for {}", self.kind);
        let text = Template::plain(selector);
        let mark = Mark { by: By::Css, role: None, text, within: None };
        let facts = self.find(&mark, ("photograph", &Value::Null), Grasp::Element).await?;
        let png = self.window.photograph(&self.element(&facts["element"])?).await;
        let png = png.map_err(|trouble| self.trouble(trouble))?;
        let framed = photo::on_white(&png).map_err(|why| self.stuck(why))?;
        Ok(Value::from(photo::data_uri(&framed)))
    }

    fn lacks(&self, absent: &Absent) -> AskError {
        AskError::Unmapped(format!("{} needs ${}, and nothing has set that", self.doing, absent.0))
    }

    fn stuck(&self, why: impl std::fmt::Display) -> AskError {
        AskError::Adapter(format!("{}: {why}", self.doing))
    }

    /// Whose trouble it is that a command was not done: never the subject's.
    fn trouble(&self, trouble: Trouble) -> AskError {
        match trouble {
            Trouble::Refused { code, .. } if code == "timeout" || code == "script timeout" => {
                AskError::TimedOut(self.timeout)
            }
            Trouble::Refused { message, .. } if message.contains("net::ERR_") => {
                AskError::Unreachable(format!("{}: {message}", self.doing))
            }
            trouble @ (Trouble::Gone(_) | Trouble::Refused { .. }) => self.stuck(trouble),
        }
    }
}

/// Why there is not one element.
fn absence(by: By, facts: &Value) -> String {
    let offered: Vec<&str> =
        facts["offered"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let offered = match (by, offered.is_empty()) {
        (By::Css | By::Text, _) | (_, true) => String::new(),
        (By::Label | By::Name, false) => format!("; there are “{}”", offered.join("”, “")),
    };
    match facts["count"].as_u64() {
        Some(count @ 2..) => {
            format!("{count} visible elements of the page fit; tell them apart with `within`")
        }
        Some(_) | None => format!("no visible element of the page fits{offered}"),
    }
}

/// What in `text` nobody can type, if there is such a thing.
fn untypable(text: &str) -> Option<&'static str> {
    let is_private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    if text.chars().any(char::is_control) {
        return Some("a control character");
    }
    // The driver takes these for keys, and no others than those of the basic plane.
    text.chars().any(|c| is_private(c) || u32::from(c) > 0xffff).then_some("such a character")
}

#[cfg(test)]
mod tests {
    use super::untypable;

    #[test]
    fn what_no_key_types_is_noticed() {
        for (text, expected) in [
            ("12 34", None),
            ("①é٣", None),
            ("12\0", Some("a control character")),
            ("12\n", Some("a control character")),
            ("\t12", Some("a control character")),
            ("\u{e006}", Some("such a character")),
            ("🙂", Some("such a character")),
        ] {
            assert_eq!(untypable(text), expected, "{text:?}");
        }
    }
}
