//! What the pages of a scenario looked like: kept while it is played, and written only if it is
//! wanted in the end.
//!
//! Pictures show what a page shows, secrets too: nothing is kept unless it was asked for.

use super::webdriver::Window;
use serde_json::json;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The last pages of a scenario: more than that nobody looks through.
const MOST_FRAMES: usize = 40;

/// The largest picture and page that are kept; both are larger only where nothing can be seen.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Scenarios whose pages are written: where more go wrong, these show why.
const MOST_SCENARIOS: usize = 50;

/// Where the pages of scenarios are written.
#[derive(Debug)]
pub(super) struct Album {
    folder: PathBuf,
    written: AtomicUsize,
}

/// The pages of one scenario.
#[derive(Debug, Default)]
pub(super) struct Reel {
    frames: Mutex<VecDeque<Frame>>,
    /// How many there were, with those that were dropped.
    count: AtomicUsize,
}

#[derive(Debug)]
struct Frame {
    name: String,
    png: Vec<u8>,
    html: String,
}

impl Album {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, written: AtomicUsize::new(0) }
    }

    /// Writes the pages of `scenario` and says where, or why not; nothing if there are none.
    pub(super) fn keep(&self, scenario: &str, reel: &Reel) -> Option<String> {
        let frames = reel.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if frames.is_empty() {
            return None;
        }
        if self.written.fetch_add(1, Ordering::Relaxed) >= MOST_SCENARIOS {
            return Some(format!("not kept: those of {MOST_SCENARIOS} scenarios are"));
        }
        let folder =
            scenario.split('/').map(plain).fold(self.folder.clone(), |at, name| at.join(name));
        Some(match write(&folder, &frames) {
            Ok(()) => folder.display().to_string(),
            Err(error) => format!("cannot write to {}: {error}", folder.display()),
        })
    }
}

fn write(folder: &Path, frames: &VecDeque<Frame>) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for frame in frames {
        fs::write(folder.join(format!("{}.png", frame.name)), &frame.png)?;
        fs::write(folder.join(format!("{}.html", frame.name)), &frame.html)?;
    }
    Ok(())
}

impl Reel {
    /// Keeps what `window` shows after `what` was done in `session`.
    pub(super) async fn take(&self, window: &Window, session: &str, what: &str) {
        // A browser that cannot be seen any more leaves the pages before.
        let Ok(png) = window.screenshot().await else { return };
        let source = "return document.documentElement ? document.documentElement.outerHTML : ''";
        let html = window.ask(source, &json!([])).await.unwrap_or_default();
        let html = html.as_str().unwrap_or_default().to_owned();
        if png.len() > MAX_BYTES || html.len() > MAX_BYTES {
            return;
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{number:02}-{}-{}", plain(session), plain(what));
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if frames.len() >= MOST_FRAMES {
            frames.pop_front();
        }
        frames.push_back(Frame { name, png, html });
    }
}

/// `name` as a file may be called everywhere.
fn plain(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let plain: String = name.chars().map(|c| if fits(c) { c } else { '-' }).take(100).collect();
    if plain.is_empty() { "-".to_owned() } else { plain }
}
