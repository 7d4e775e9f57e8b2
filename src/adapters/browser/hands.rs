//! A person's hands and eyes, by the shortest way: the driver's own commands for an element take some
//! sixty messages to the browser for a click, and these take nine.
//!
//! What the browser gets are the same events: a pointer that moves, a button that goes down and up,
//! keys one after the other.

use super::webdriver::{Trouble, Window};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often a script is tried whose page went away under it.
const TRIES: usize = 5;

/// How long until the next page is there to run it.
const TURNING: Duration = Duration::from_millis(10);

/// A place in the window, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot(f64, f64);

impl Spot {
    /// The place that a script has given back.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(Self(value[0].as_f64()?, value[1].as_f64()?))
    }
}

impl Window {
    /// Runs `script` in the page and gives what it returns, if that is plain data.
    pub(super) async fn ask(&self, script: &str, arguments: &Value) -> Result<Value, Trouble> {
        let expression = format!("(function () {{ {script}\n}}).apply(null, {arguments})");
        let parameters = json!({ "expression": expression, "returnByValue": true });
        let mut tries = 1;
        let asking = async {
            loop {
                match self.command("Runtime.evaluate", parameters.clone()).await {
                    Err(Trouble::Refused { message, .. })
                        if tries < TRIES && is_turning(&message) =>
                    {
                        tries += 1;
                        sleep(TURNING).await;
                    }
                    done => return done.and_then(returned),
                }
            }
        };
        let Ok(answer) = timeout(self.limit(), asking).await else {
            // The driver still waits for the script, and would let everything else wait too.
            self.spoil();
            let (code, message) = ("script timeout".to_owned(), "script timeout".to_owned());
            return Err(Trouble::Refused { code, message });
        };
        answer
    }

    /// Moves the pointer to `spot`, presses its button and lets it go.
    pub(super) async fn press_at(&self, spot: Spot) -> Result<(), Trouble> {
        for (kind, button, count) in
            [("mouseMoved", "none", 0), ("mousePressed", "left", 1), ("mouseReleased", "left", 1)]
        {
            let at = json!({
                "type": kind, "x": spot.0, "y": spot.1, "button": button, "clickCount": count,
            });
            self.command("Input.dispatchMouseEvent", at).await?;
        }
        Ok(())
    }

    /// Strikes the keys of `text`, one after the other.
    pub(super) async fn strike(&self, text: &str) -> Result<(), Trouble> {
        let strokes: Vec<Value> = text
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|act| json!({ "type": act, "value": key })))
            .collect();
        let keys = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keys] })).await.map(drop)
    }
}

/// Whether a script was not run because the page was about to be another.
fn is_turning(message: &str) -> bool {
    ["context was destroyed", "Cannot find", "navigated or closed"]
        .iter()
        .any(|said| message.contains(said))
}

/// What a script has returned.
fn returned(mut answer: Value) -> Result<Value, Trouble> {
    if let Some(thrown) = answer["exceptionDetails"]["exception"]["description"].as_str() {
        let message = thrown.lines().next().unwrap_or_default().to_owned();
        return Err(Trouble::Refused { code: "javascript error".to_owned(), message });
    }
    Ok(answer["result"]["value"].take())
}
