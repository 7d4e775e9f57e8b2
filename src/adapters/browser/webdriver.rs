//! The dozen commands of WebDriver (W3C, Level 2) that a person's acts come down to, over HTTP.

use crate::adapters::network::{Trust, client, read_bounded};
use data_encoding::BASE64;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A screenshot of 1280 by 2000 pixels that is nothing but noise has some 10 MiB as base64.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// How long one command may take, the loading of a page included; the driver itself gives up
/// sooner, and this is for a driver that does not.
const PATIENCE: Duration = Duration::from_mins(3);

/// The key under which an element is named (WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The driver does not answer, or not in its protocol.
    #[error("the driver of the browser does not answer: {0}")]
    Gone(String),
    /// It says why not: the error's code (WebDriver §6.6) and the first line of its message.
    #[error("{message}")]
    Refused {
        /// The code.
        code: String,
        /// The message.
        message: String,
    },
}

/// A driver that listens.
#[derive(Debug)]
pub(super) struct Driver {
    client: reqwest::Client,
    base: String,
    /// How long a script may take.
    limit: Duration,
}

impl Driver {
    /// The driver at `port` of this machine; scripts may take `limit`.
    pub(super) fn at(port: u16, limit: Duration) -> Result<Self, String> {
        let built = client(Trust::Nobody).timeout(PATIENCE).build();
        let client = built.map_err(|error| error.to_string())?;
        Ok(Self { client, base: format!("http://127.0.0.1:{port}"), limit })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Trouble> {
        let gone = |error: reqwest::Error| Trouble::Gone(error.without_url().to_string());
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let mut response = request.send().await.map_err(gone)?;
        let fine = response.status().is_success();
        let bytes = read_bounded(&mut response, MAX_ANSWER_BYTES).await.map_err(gone)?;
        let answer = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let value = answer.and_then(|mut answer| answer.get_mut("value").map(Value::take));
        let value = value.ok_or_else(|| Trouble::Gone("its answer is no WebDriver".to_owned()))?;
        if fine { Ok(value) } else { Err(refusal(&value)) }
    }

    /// Starts a browser with `capabilities`.
    pub(super) async fn open(self: &Arc<Self>, capabilities: Value) -> Result<Window, Trouble> {
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let value = self.ask(Method::POST, "/session", Some(body)).await?;
        let id = value["sessionId"].as_str();
        let id = id.ok_or_else(|| Trouble::Gone("it names no session".to_owned()))?;
        let path = format!("/session/{id}");
        Ok(Window { driver: Arc::clone(self), path, sound: AtomicBool::new(true) })
    }
}

fn refusal(value: &Value) -> Trouble {
    let text = |name: &str| value[name].as_str().unwrap_or_default();
    // What follows the first line is a stack trace of the driver.
    let message = text("message").lines().next().unwrap_or_default().to_owned();
    Trouble::Refused { code: text("error").to_owned(), message }
}

/// A browser with one window: a WebDriver session.
#[derive(Debug)]
pub(super) struct Window {
    driver: Arc<Driver>,
    path: String,
    /// Whether it may serve again.
    sound: AtomicBool,
}

/// An element of the page at hand.
#[derive(Debug, Clone)]
pub(super) struct Element(String);

impl Element {
    /// The element that a script has given back.
    pub(super) fn of(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }
}

impl Window {
    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value, Trouble> {
        let done = self.driver.ask(Method::POST, &format!("{}{path}", self.path), Some(body)).await;
        self.noted(done)
    }

    async fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.noted(self.driver.ask(Method::GET, &format!("{}{path}", self.path), None).await)
    }

    /// How long a script may take.
    pub(super) fn limit(&self) -> Duration {
        self.driver.limit
    }

    /// A browser whose driver is lost, or that has crashed, serves nobody any more.
    fn noted(&self, done: Result<Value, Trouble>) -> Result<Value, Trouble> {
        let lost = match &done {
            Err(Trouble::Gone(_)) => true,
            Err(Trouble::Refused { code, message }) => {
                code == "invalid session id" || message.contains("crashed")
            }
            Ok(_) => false,
        };
        if lost {
            self.spoil();
        }
        done
    }

    /// It must not serve again.
    pub(super) fn spoil(&self) {
        self.sound.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_sound(&self) -> bool {
        self.sound.load(Ordering::Relaxed)
    }

    /// Loads `url` and waits for it.
    pub(super) async fn go(&self, url: &str) -> Result<(), Trouble> {
        self.post("/url", json!({ "url": url })).await.map(drop)
    }

    /// Runs `script` in the page and gives what it returns, elements too.
    pub(super) async fn run(&self, script: &str, arguments: Value) -> Result<Value, Trouble> {
        self.post("/execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// Clicks, and waits for the page that this may lead to.
    pub(super) async fn click(&self, element: &Element) -> Result<(), Trouble> {
        self.post(&format!("/element/{}/click", element.0), json!({})).await.map(drop)
    }

    /// Types `text` key by key.
    pub(super) async fn enter(&self, element: &Element, text: &str) -> Result<(), Trouble> {
        let path = format!("/element/{}/value", element.0);
        self.post(&path, json!({ "text": text })).await.map(drop)
    }

    /// What the element looks like, as PNG.
    pub(super) async fn photograph(&self, element: &Element) -> Result<Vec<u8>, Trouble> {
        self.picture(&format!("/element/{}/screenshot", element.0)).await
    }

    /// What the window looks like, as PNG.
    pub(super) async fn screenshot(&self) -> Result<Vec<u8>, Trouble> {
        self.picture("/screenshot").await
    }

    async fn picture(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        let value = self.get(path).await?;
        let bytes = value.as_str().and_then(|text| BASE64.decode(text.as_bytes()).ok());
        bytes.ok_or_else(|| Trouble::Gone("its picture is no base64".to_owned()))
    }

    /// The cookies that the page at hand may be asked with, each as `name=value`.
    pub(super) async fn cookies(&self) -> Result<Vec<String>, Trouble> {
        let value = self.get("/cookie").await?;
        let pair = |cookie: &Value| {
            Some(format!("{}={}", cookie["name"].as_str()?, cookie["value"].as_str()?))
        };
        Ok(value.as_array().into_iter().flatten().filter_map(pair).collect())
    }

    /// How many windows there are: pages can open more.
    pub(super) async fn windows(&self) -> Result<usize, Trouble> {
        Ok(self.get("/window/handles").await?.as_array().map_or(0, Vec::len))
    }

    /// A command of Chromium's own protocol.
    pub(super) async fn command(&self, name: &str, parameters: Value) -> Result<Value, Trouble> {
        self.post("/goog/cdp/execute", json!({ "cmd": name, "params": parameters })).await
    }

    /// Ends the browser.
    pub(super) async fn close(&self) {
        // One that is gone already is what is wanted; else the group of the driver is ended.
        let _gone = self.driver.ask(Method::DELETE, &self.path, None).await;
    }
}
