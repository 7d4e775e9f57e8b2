//! `browser:FILE.yaml`: a server that only has pages, through a real browser and WebDriver.
//!
//! A browser file is a map file in which an operation has steps on pages in the place of requests:
//! what a person does, in words that a person would use. Nothing in it is run but these steps.
//!
//! - Each session of a scenario has a browser of its own, with cookies of its own.
//! - An element is told by its label, its name, its text or a CSS selector, and exactly one that is
//!   visible must fit. That there is none is the adapter's trouble, never the server's fault.
//! - What a person cannot do there (`needs:`), cannot type, or what the browser does not send, is
//!   unsupported, and is not judged as if it had been asked.
//! - Only this machine and the host of `base` can be reached by the pages.
//!
//! WebDriver is spoken directly (`webdriver`): the crates that speak it bring 12 and 21 more
//! packages along, for a dozen requests of JSON over the HTTP client that is here anyway.

mod check;
mod chromium;
pub mod file;
mod hands;
mod photo;
mod play;
mod pool;
mod scene;
mod trace;
mod webdriver;

use super::map::MapHost;
use super::map::program::{Heard, Mapped};
use super::{BrowserSettings, Connection, Endpoints, Host, NotReachable, Stage};
use crate::domain::{Answer, Clock, Operation, Reply, Soon};
use crate::subject::{About, AskError, Subject};
use chromium::Chromedriver;
use play::{Halt, Look, Visit};
use pool::{Lent, Pool};
use scene::{Program, Scene};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as TurnMutex;
use trace::{Album, Reel};

/// Scenarios at a time: each may need several browsers, and they are large.
const SCENARIOS_AT_ONCE: usize = 2;

/// A server whose pages a browser file describes.
pub struct BrowserHost {
    map: MapHost,
    scenes: Arc<HashMap<crate::domain::operation::OperationKind, Scene>>,
    pool: Arc<Pool>,
    album: Option<Arc<Album>>,
}

/// Checks the browser file `text`; `file` is its name for messages.
///
/// # Errors
/// [`NotReachable::BadMap`] with every mistake, its place and its remedy.
pub fn check(text: &str, file: &str) -> Result<(), NotReachable> {
    check::read(text, file).map(drop).map_err(NotReachable::BadMap)
}

/// The JSON Schema of browser files, for editors.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(file::BrowserFile)
}

impl BrowserHost {
    /// Reads the browser file `text`, called `file` in messages, starts the server if it says how,
    /// and a browser. A server that the file starts is told where the `gateways` are.
    ///
    /// # Errors
    /// [`NotReachable::BadMap`] with every mistake; [`NotReachable::Silent`] if the server does not
    /// start or its clock cannot be read; [`NotReachable::NoBrowser`] if there is no browser.
    pub async fn load(
        text: &str,
        file: &str,
        gateways: Option<&Endpoints>,
        settings: &BrowserSettings,
    ) -> Result<Self, NotReachable> {
        let program = check::read(text, file).map_err(NotReachable::BadMap)?;
        let Program { map, scenes, mut programs } = program;
        programs.chromedriver = settings.chromedriver.clone().or(programs.chromedriver);
        programs.chromium = settings.chromium.clone().or(programs.chromium);
        let map = MapHost::of(map, file, gateways).await?;
        let target = map.target();
        let opening = async {
            let driver = Chromedriver::start(programs, &target.base, target.timeout).await?;
            Pool::open(driver, target.base.clone()).await
        };
        let pool = match opening.await {
            Ok(pool) => Arc::new(pool),
            Err(why) => {
                map.close().await;
                return Err(NotReachable::NoBrowser(why));
            }
        };
        let album = settings.traces.clone().map(|folder| Arc::new(Album::new(folder)));
        Ok(Self { map, scenes: Arc::new(scenes.into_iter().collect()), pool, album })
    }
}

impl Host for BrowserHost {
    fn about(&self) -> &About {
        self.map.about()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.map.clock()
    }

    fn most_at_once(&self) -> Option<usize> {
        Some(SCENARIOS_AT_ONCE)
    }

    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>> {
        Box::pin(async move {
            let subject = Person {
                mapped: self.map.mapped(stage, None),
                about: self.map.about().clone(),
                target: self.map.target().clone(),
                scenes: Arc::clone(&self.scenes),
                pool: Arc::clone(&self.pool),
                browsers: Mutex::default(),
                scenario: stage.scenario.clone(),
                album: self.album.clone(),
                reel: Reel::default(),
            };
            Ok(Connection { subject: Box::new(subject), network: self.map.network() })
        })
    }

    fn close(&self) -> Soon<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            self.map.close().await;
        })
    }
}

/// The subject of one scenario, as the people in it use it.
struct Person {
    mapped: Mapped,
    about: About,
    target: super::map::session::Target,
    scenes: Arc<HashMap<crate::domain::operation::OperationKind, Scene>>,
    pool: Arc<Pool>,
    /// The browser of each session; whoever asks second at once waits for the first, as there is
    /// one window.
    browsers: Mutex<HashMap<String, Arc<TurnMutex<Option<Lent>>>>>,
    scenario: String,
    album: Option<Arc<Album>>,
    reel: Reel,
}

impl Person {
    fn browser(&self, session: &str) -> Arc<TurnMutex<Option<Lent>>> {
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(browsers.entry(session.to_owned()).or_default())
    }

    async fn visit(
        &self,
        session: &str,
        operation: &Operation,
        scene: &Scene,
    ) -> Result<Answer, AskError> {
        let browser = self.browser(session);
        let mut browser = browser.lock().await;
        if browser.is_none() {
            *browser = Some(self.pool.lend().await.map_err(AskError::Adapter)?);
        }
        let window = browser.as_ref().and_then(Lent::window);
        let window = window.ok_or_else(|| AskError::Adapter("the browser is gone".to_owned()))?;
        let kept = self.mapped.session(session);
        let known = self.mapped.known(&kept, operation);
        let (kind, limits) = (operation.kind(), (&self.target.base, self.target.timeout));
        let mut visit = Visit::new(window, &kept, known, kind, limits);
        let played = match visit.play(scene).await {
            Ok(()) => self.meaning(&mut visit, scene).await,
            Err(halt) => Err(halt),
        };
        if self.album.is_some() {
            self.reel.take(window, session, &kind.to_string()).await;
        }
        match played {
            Ok(answer) => Ok(answer),
            Err(Halt::Cannot(feature)) => {
                Ok(Answer::whole(Reply::Unsupported { feature }, String::new(), None))
            }
            Err(Halt::Trouble(error)) => Err(self.mapped.explained(error).await),
        }
    }

    /// What the page means that came of the last step. One that scripts may still change is looked
    /// at until some rule fits.
    async fn meaning(&self, visit: &mut Visit<'_>, scene: &Scene) -> Result<Answer, Halt> {
        let limit = visit.timeout;
        let looking = async {
            loop {
                let Look { page, is_still } = visit.glance().await?;
                match self.mapped.rule(&scene.rules, &page, visit.kind) {
                    Err(_) if !is_still => tokio::time::sleep(play::LOOKING).await,
                    found => return found.map(|rule| (rule, page)),
                }
            }
        };
        let Ok(found) = tokio::time::timeout(limit, looking).await else {
            let page = visit.look().await?.page;
            return Err(self.mapped.unclear(&page, "no rule of the file fits").into());
        };
        let (rule, page) = found?;
        let qr = match rule.values.get("qr") {
            None => None,
            Some(field) => match field.photographed() {
                Some(selector) => Some(visit.photograph(selector).await?),
                None => field.find(&page, &visit.known),
            },
        };
        let (session, known, kind) = (visit.session, &visit.known, visit.kind);
        Ok(self.mapped.answer(Heard { session, rule, known, kind, qr }, page).await?)
    }

    /// Sends what is asked by requests, with the cookies of the session's browser.
    async fn request(&self, session: &str, operation: &Operation) -> Result<Answer, AskError> {
        let browser = self.browser(session);
        let browser = browser.lock().await;
        if let Some(window) = browser.as_ref().and_then(Lent::window) {
            let cookies = window.cookies().await.map_err(|trouble| {
                AskError::Adapter(format!("the cookies for {}: {trouble}", operation.kind()))
            })?;
            self.mapped.session(session).take_cookies(&cookies);
        }
        self.mapped.ask_now(session, operation).await
    }
}

impl Subject for Person {
    fn about(&self) -> &About {
        &self.about
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a Operation,
    ) -> Soon<'a, Result<Answer, AskError>> {
        Box::pin(async move {
            if let Some(answer) = self.mapped.timed(operation)? {
                return Ok(answer);
            }
            match self.scenes.get(&operation.kind()) {
                Some(scene) => self.visit(session, operation, scene).await,
                None => self.request(session, operation).await,
            }
        })
    }

    fn keep_traces(&self) -> Option<String> {
        self.album.as_ref().and_then(|album| album.keep(&self.scenario, &self.reel))
    }
}
