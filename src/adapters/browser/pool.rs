//! Browsers that are lent to sessions. To start one takes half a second and more, so it is emptied
//! and lent again.
//!
//! Each session of a scenario has a browser of its own, with cookies of its own, at the same time
//! as the others. WebDriver gives one window no profile apart from the others of its browser, and
//! Chromium's own protocol, which could, lets ChromeDriver's clients not do it.

use super::chromium::Chromedriver;
use super::webdriver::{Trouble, Window};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// Browsers at a time: the shipped scenario with the most sessions has six, and two scenarios may
/// be played at once. Each takes some 150 MiB.
const MOST: usize = 16;

/// What pages may keep, but for cookies, which go apart; `all` would also wipe what the browser has
/// compiled for itself, which takes four times as long.
const STORAGE: &str = "file_systems,indexeddb,local_storage,websql,service_workers,cache_storage,\
    interest_groups,shared_storage,storage_buckets";

/// The browsers of a run.
#[derive(Debug)]
pub(super) struct Pool {
    driver: Chromedriver,
    idle: Mutex<Vec<Window>>,
    room: Arc<Semaphore>,
    /// Where the pages are whose traces are wiped.
    base: Url,
}

impl Pool {
    /// A pool whose first browser is started at once, to see that one can be.
    ///
    /// # Errors
    /// Says what happened and what to do.
    pub(super) async fn open(driver: Chromedriver, base: Url) -> Result<Self, String> {
        let first = driver.open().await?;
        let room = Arc::new(Semaphore::new(MOST));
        Ok(Self { driver, idle: Mutex::new(vec![first]), room, base })
    }

    /// Lends an empty browser.
    ///
    /// # Errors
    /// When there are too many already, or none can be started.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, String> {
        let place = Arc::clone(&self.room).try_acquire_owned();
        let place = place.map_err(|_| format!("more than {MOST} browsers are in use"))?;
        while let Some(window) = self.next_idle() {
            if self.emptied(&window).await {
                return Ok(Lent { window: Some(window), pool: Arc::clone(self), _place: place });
            }
            window.close().await;
        }
        let window = Some(self.driver.open().await?);
        Ok(Lent { window, pool: Arc::clone(self), _place: place })
    }

    fn next_idle(&self) -> Option<Window> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Whether nothing is left in `window` of whoever used it before.
    async fn emptied(&self, window: &Window) -> bool {
        let emptying = async {
            if !window.is_sound() || window.windows().await? != 1 {
                return Ok::<bool, Trouble>(false);
            }
            // A page of the portal keeps it for itself; other pages refuse, and have none of it.
            let _refused = window.ask("sessionStorage.clear()", &json!([])).await;
            window.go("about:blank").await?;
            let origin = self.base.origin().ascii_serialization();
            let all = json!({ "origin": origin, "storageTypes": STORAGE });
            window.command("Storage.clearDataForOrigin", all).await?;
            window.command("Network.clearBrowserCookies", json!({})).await?;
            window.command("Network.clearBrowserCache", json!({})).await?;
            Ok(true)
        };
        emptying.await.unwrap_or(false)
    }

    /// Ends all browsers and their driver.
    pub(super) async fn close(&self) {
        while let Some(window) = self.next_idle() {
            window.close().await;
        }
        self.driver.close().await;
    }
}

/// A browser that is lent, and goes back when this is dropped.
#[derive(Debug)]
pub(super) struct Lent {
    /// There until it is dropped.
    window: Option<Window>,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
}

impl Lent {
    pub(super) fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(window) = self.window.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(window);
        }
    }
}
