//! From a written browser file to scenes: every mistake, with its place.

use super::file::{BrowserFile, Description, MarkEntry, SceneEntry, SightEntry, StepEntry};
use super::scene::{Act, By, Mark, Program, Programs, Scene, Sight, Step};
use crate::adapters::map::check::{Check, Eyes, Head, Names};
use crate::adapters::map::file::{OperationEntry, RuleEntry, Sources};
use crate::adapters::map::folder_of;
use crate::adapters::map::place::{Path, Places, render};
use crate::adapters::map::words;
use crate::domain::operation::OperationKind;
use scraper::Selector;
use std::collections::BTreeMap;

/// An operation of more steps than this is no operation any more, and each may take its time.
const MAX_STEPS: usize = 50;

/// Reads the browser file `text`, called `file`.
///
/// # Errors
/// All mistakes, rendered.
pub(super) fn read(text: &str, file: &str) -> Result<Program, String> {
    let beside = folder_of(file);
    let places = Places::of(text).map_err(|mistake| render(file, text, vec![mistake]))?;
    let written: BrowserFile = serde_yaml::from_str(text)
        .map_err(|error| render(file, text, vec![words::misfit(&error)]))?;
    let mut reader = Reader { check: Check::new(places, captured(&written), Eyes::Browser) };
    let program = reader.program(&written, &beside);
    reader.check.passed(program, file, text)
}

/// The variables that are captured anywhere.
fn captured(written: &BrowserFile) -> Names {
    let scenes = || written.operations.values();
    let steps = scenes().flat_map(|scene| scene.steps.iter().flatten()).map(|step| &step.capture);
    let requests = scenes().flat_map(|scene| scene.requests.iter().flatten());
    let all = steps.chain(requests.map(|request| &request.capture));
    let secrets = written.secrets.keys().cloned();
    all.flat_map(|captures| captures.keys().cloned()).chain(secrets).collect()
}

/// A check under way. Each method gives nothing back if it has noted a mistake.
struct Reader {
    check: Check,
}

impl Reader {
    fn program(&mut self, written: &BrowserFile, beside: &std::path::Path) -> Option<Program> {
        let root = Path::default();
        if written.browser != 1 {
            let what = format!("version {} of browser files is not known", written.browser);
            self.check.wrong::<()>(&root.then("browser"), what, "write `browser: 1`");
        }
        let map = self.check.ground(&head(written), None, beside);
        let (mut scenes, mut operations) = (BTreeMap::new(), BTreeMap::new());
        for (kind, entry) in &written.operations {
            let known = self.check.known_variables(words::variables_of(*kind));
            let path = root.then("operations").then(&kind);
            match (&entry.steps, &entry.requests) {
                (Some(steps), None) => {
                    scenes.extend(self.scene(steps, entry, &known, &path).map(|one| (*kind, one)));
                }
                (None, Some(requests)) => {
                    let replies: Vec<RuleEntry> = entry.replies.clone();
                    let entry = OperationEntry {
                        words: None,
                        requests: requests.clone(),
                        timeout: None,
                        replies,
                    };
                    operations.insert(*kind, self.check.steps(&entry, &known, &path));
                }
                (Some(_), Some(_)) | (None, None) => {
                    let what = "an operation is done on pages or by requests";
                    let remedy = "write either `steps` or `requests`";
                    self.check.wrong::<()>(&path, what, remedy);
                }
            }
        }
        let known = self.check.known_variables(&[]);
        let shared = self.check.rules(&written.replies, &known, &root.then("replies"));
        let programs = Programs {
            chromedriver: written.programs.chromedriver.clone(),
            chromium: written.programs.chromium.clone(),
            arguments: written.programs.arguments.clone(),
        };
        let mut map = map?;
        (map.operations, map.shared) = (operations, shared);
        Some(Program { map, scenes, programs })
    }

    fn scene(
        &mut self,
        steps: &[StepEntry],
        entry: &SceneEntry,
        known: &Names,
        path: &Path,
    ) -> Option<Scene> {
        let at = path.then("steps");
        if steps.is_empty() || steps.len() > MAX_STEPS {
            let what = format!("this has {} steps", steps.len());
            let remedy = format!("write at least one and at most {MAX_STEPS}");
            self.check.wrong::<()>(&at, what, remedy);
        }
        let checked = steps.iter().enumerate();
        let checked: Vec<Option<Step>> =
            checked.map(|(index, step)| self.step(step, known, &at.then(&index))).collect();
        let rules = self.check.rules(&entry.replies, known, &path.then("replies"));
        Some(Scene { steps: checked.into_iter().collect::<Option<_>>()?, rules })
    }

    fn step(&mut self, entry: &StepEntry, known: &Names, path: &Path) -> Option<Step> {
        let when = match &entry.when {
            None => None,
            Some(sight) => Some(self.sight(sight, known, &path.then("when"))?),
        };
        let mut captures = Vec::new();
        for (name, source) in &entry.capture {
            let at = path.then("capture");
            self.check.capture_name(name, &at.key(name));
            let field = self.check.source(source, known, &at.then(name))?;
            if field.photographed().is_some() {
                let what = format!("`{name}` is read, not photographed");
                let remedy = "only `qr` may be a screenshot";
                self.check.wrong::<()>(&at.then(name).key("screenshot"), what, remedy);
            }
            captures.push((name.clone(), field));
        }
        let act = self.act(entry, known, path)?;
        Some(Step { when, act, captures })
    }

    fn act(&mut self, entry: &StepEntry, known: &Names, path: &Path) -> Option<Act> {
        let mut acts = Vec::new();
        if let Some(open) = &entry.open {
            acts.push(("open", self.open(open, known, &path.then("open"))));
        }
        if let Some(mark) = &entry.fill {
            let mark = self.mark(mark, By::Label, known, &path.then("fill"));
            let with = self.beside(entry.with.as_deref(), ("fill", "with"), known, path);
            acts.push(("fill", mark.zip(with).map(|(mark, with)| Act::Fill(mark, with))));
        }
        if let Some(mark) = &entry.choose {
            let mark = self.mark(mark, By::Label, known, &path.then("choose"));
            let option = self.beside(entry.option.as_deref(), ("choose", "option"), known, path);
            acts.push(("choose", mark.zip(option).map(|(mark, one)| Act::Choose(mark, one))));
        }
        if let Some(mark) = &entry.tick {
            let mark = self.mark(mark, By::Label, known, &path.then("tick"));
            acts.push(("tick", mark.map(Act::Tick)));
        }
        if let Some(mark) = &entry.press {
            let mark = self.mark(mark, By::Name, known, &path.then("press"));
            acts.push(("press", mark.map(Act::Press)));
        }
        if let Some(sight) = &entry.needs {
            acts.push(("needs", self.sight(sight, known, &path.then("needs")).map(Act::Needs)));
        }
        if let Some(sight) = &entry.wait {
            acts.push(("wait", self.sight(sight, known, &path.then("wait")).map(Act::Wait)));
        }
        self.strays(entry, path);
        self.only(acts, path)
    }

    /// The one act of a step.
    fn only(&mut self, mut acts: Vec<(&str, Option<Act>)>, path: &Path) -> Option<Act> {
        if acts.len() > 1 {
            let what = format!("a step is one act, and here are {}", acts.len());
            return self.check.wrong(&path.key(acts[1].0), what, "give each a step of its own");
        }
        if let Some((_, act)) = acts.pop() {
            return act;
        }
        let remedy = "write open, fill, choose, tick, press, needs or wait";
        self.check.wrong(path, "this step does nothing", remedy)
    }

    fn strays(&mut self, entry: &StepEntry, path: &Path) {
        let pairs = [
            ("with", entry.with.is_some(), "fill", entry.fill.is_some()),
            ("option", entry.option.is_some(), "choose", entry.choose.is_some()),
        ];
        for (stray, there, owner, owned) in pairs {
            if there && !owned {
                let what = format!("`{stray}` belongs to `{owner}`");
                self.check.wrong::<()>(&path.key(stray), what, format!("add `{owner}`"));
            }
        }
    }

    fn open(&mut self, text: &str, known: &Names, path: &Path) -> Option<Act> {
        if !text.starts_with('/') {
            let what = format!("`{text}` is no path");
            return self.check.wrong(path, what, "write a path below `base`: /sign-in");
        }
        self.check.template(text, known, path).map(Act::Open)
    }

    /// What must stand beside the act `whose`.
    fn beside(
        &mut self,
        text: Option<&str>,
        (whose, name): (&str, &str),
        known: &Names,
        path: &Path,
    ) -> Option<crate::adapters::map::template::Template> {
        if let Some(text) = text {
            return self.check.template(text, known, &path.then(name));
        }
        let what = format!("`{whose}` does not say what");
        self.check.wrong(&path.key(whose), what, format!("add `{name}` to this step"))
    }

    fn sight(&mut self, entry: &SightEntry, known: &Names, path: &Path) -> Option<Sight> {
        if *entry == SightEntry::default() {
            let what = "every page shows nothing";
            return self.check.wrong(path, what, "write css, text or url");
        }
        let css = match &entry.css {
            None => None,
            Some(text) => Some(self.selector(text, known, &path.then("css"))?),
        };
        let mut pattern = |text: &Option<String>, name| match text {
            None => Some(None),
            Some(text) => self.check.pattern(text, &path.then(name)).map(Some),
        };
        let text = pattern(&entry.text, "text");
        let url = pattern(&entry.url, "url");
        Some(Sight { css, text: text?, url: url? })
    }

    /// A selector in which variables may stand; with any word in their place it must be one.
    fn selector(
        &mut self,
        text: &str,
        known: &Names,
        path: &Path,
    ) -> Option<crate::adapters::map::template::Template> {
        let template = self.check.template(text, known, path)?;
        let words = template.variables().map(|name| (name.to_owned(), "x".into())).collect();
        let filled = template.fill(&words, str::to_owned).unwrap_or_default();
        if Selector::parse(&filled).is_err() {
            self.check.selector(text, path)?;
        }
        Some(template)
    }

    fn mark(&mut self, entry: &MarkEntry, plain: By, known: &Names, path: &Path) -> Option<Mark> {
        let described = match entry {
            MarkEntry::Text(text) => {
                let text = self.check.template(text, known, path)?;
                return Some(Mark { by: plain, role: None, text, within: None });
            }
            MarkEntry::Described(described) => described,
        };
        let within = match &described.within {
            None => None,
            Some(text) => Some(self.selector(text, known, &path.then("within"))?),
        };
        let (by, text) = self.description(described, path)?;
        let at = path.then(&by);
        let text = match by {
            By::Css => self.selector(text, known, &at)?,
            By::Label | By::Name | By::Text => self.check.template(text, known, &at)?,
        };
        if described.role.is_some() && by != By::Name {
            let what = "a role goes with a name";
            let remedy = "write `name` beside it, or remove it";
            return self.check.wrong(&path.key("role"), what, remedy);
        }
        Some(Mark { by, role: described.role.clone(), text, within })
    }

    /// By what a described element is told.
    fn description<'a>(
        &mut self,
        described: &'a Description,
        path: &Path,
    ) -> Option<(By, &'a str)> {
        let ways = [
            (By::Label, &described.label),
            (By::Name, &described.name),
            (By::Text, &described.text),
            (By::Css, &described.css),
        ];
        let mut written = ways.into_iter().filter_map(|(by, text)| Some((by, text.as_deref()?)));
        match (written.next(), written.next()) {
            (Some(way), None) => Some(way),
            (None, _) => {
                let what = "this does not say which element";
                self.check.wrong(path, what, "write label, name, text or css")
            }
            (Some(_), Some((second, _))) => {
                let what = "an element is told by one thing";
                let remedy = "keep one of label, name, text and css";
                self.check.wrong(&path.key(&second.to_string()), what, remedy)
            }
        }
    }
}

fn head(written: &BrowserFile) -> Head<'_> {
    Head {
        name: &written.name,
        base: &written.base,
        features: written.features.as_deref(),
        declares: &written.declares,
        launch: written.launch.as_ref(),
        clock: written.clock.as_ref(),
        delivered_within: written.delivered_within.as_deref(),
        timeout: written.timeout.as_deref(),
        hosts: &written.hosts,
        secrets: &written.secrets,
        // The browser comes from where it likes, and requests come from the same person.
        sources: Some(Sources::Shared),
        moves: written.operations.contains_key(&OperationKind::AdvanceClock),
    }
}
