//! What went wrong in a scenario, ready to be told: place, law, expected, observed, evidence, and
//! the command that shows it again.

use super::evidence;
use crate::conformance::{Finding, Level, Requirement};
use crate::domain::Place;
use crate::journal::{Entry, EntryId, Event, Expectation, Step};
use crate::runner::{Played, Run};

/// One thing that went wrong, or that keeps us from saying anything.
pub struct Trouble {
    /// Whose rule it is.
    pub cause: Cause,
    /// `file:line:column` in the user's file, and the line itself.
    pub place: Option<(String, String)>,
    /// Where in the file that is.
    pub step: Option<Place>,
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub observed: String,
    /// What proves it: seconds since the scenario began, and what the journal says.
    pub evidence: Vec<(String, String)>,
    /// The command that shows it again.
    pub replay: String,
}

/// Whose rule was not kept.
#[derive(Clone, Copy)]
pub enum Cause {
    /// A requirement's.
    Requirement(&'static Requirement),
    /// The scenario's own expectation.
    Expectation,
}

/// Everything that went wrong in `played`, broken requirements first, MUST before SHOULD.
#[must_use]
pub fn troubles(run: &Run, played: &Played) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for level in [Level::Must, Level::Should] {
        for judgement in &played.judgements {
            if let Finding::Broken { expected, observed, evidence } = &judgement.finding
                && judgement.requirement.level == level
            {
                let cause = Cause::Requirement(judgement.requirement);
                let said = (expected.clone(), observed.clone());
                troubles.push(trouble(run, played, cause, said, evidence));
            }
        }
    }
    for entry in &played.entries {
        if let Event::Compared { outcome, expected, observed } = &entry.event
            && *outcome != Expectation::Met
        {
            let before = entry.id.index().saturating_sub(1);
            let ids = [EntryId::nth(before), entry.id];
            let said = (expected.clone(), observed.clone());
            troubles.push(trouble(run, played, Cause::Expectation, said, &ids));
        }
    }
    troubles
}

fn trouble(
    run: &Run,
    played: &Played,
    cause: Cause,
    (expected, observed): (String, String),
    ids: &[EntryId],
) -> Trouble {
    let entries: Vec<&Entry> = ids.iter().filter_map(|id| played.entries.get(id.index())).collect();
    let step = entries.iter().rev().find_map(|entry| entry.step);
    let step = step.and_then(|step| played.plan.steps.get(step as usize));
    let shown = entries.iter().filter(|entry| !matches!(entry.event, Event::Compared { .. }));
    Trouble {
        cause,
        place: step.map(|step| place(played, step)),
        step: step.map(|step| step.place),
        expected,
        observed,
        evidence: shown.map(|entry| (since_start(played, entry), evidence::line(entry))).collect(),
        replay: replay(run, played),
    }
}

fn place(played: &Played, step: &Step) -> (String, String) {
    let at = format!("{}:{}:{}", played.plan.file, step.place.line, step.place.column);
    (at, step.source.clone())
}

fn since_start(played: &Played, entry: &Entry) -> String {
    let start = played.entries.first().map_or(entry.at, |first| first.at);
    let ms = u64::try_from((entry.at - start).as_millis()).unwrap_or(u64::MAX);
    format!("t+{} s", evidence::seconds(ms))
}

/// The command that plays this scenario again in the same world.
#[must_use]
pub fn replay(run: &Run, played: &Played) -> String {
    let settings = &run.settings;
    let against = match settings.against.as_str() {
        "builtin:reference" => String::new(),
        other => format!(" --against '{other}'"),
    };
    let paths: Vec<String> = settings.paths.iter().map(|path| format!(" '{path}'")).collect();
    let paths = paths.concat();
    let options: Vec<String> = settings.options.iter().map(|option| format!(" {option}")).collect();
    let options = options.concat();
    let (id, seed) = (quoted(&played.plan.id), settings.seed);
    format!("fobwatch run{paths} --only {id}{against}{options} --seed {seed}")
}

/// `text` as one word of a shell: brackets are patterns there.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{text}'") }
}

impl Trouble {
    /// One line: the rule that was not kept.
    #[must_use]
    pub fn headline(&self) -> String {
        match self.cause {
            Cause::Requirement(requirement) => {
                let Requirement { id, level, .. } = requirement;
                format!("{id} ({level}, {})", requirement.citation())
            }
            Cause::Expectation => format!("expected {}", self.expected),
        }
    }

    /// The whole trouble as plain text.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut lines = vec![self.headline()];
        lines.extend(self.lines().into_iter().map(|(label, text)| format!("  {label:>9}  {text}")));
        lines.join("\n")
    }

    /// The labelled lines below the headline.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if let Some((at, source)) = &self.place {
            lines.push(("at", at.clone()));
            lines.push(("step", source.clone()));
        }
        if let Cause::Requirement(requirement) = self.cause {
            lines.push(("rule", requirement.text.to_owned()));
        }
        lines.push(("expected", self.expected.clone()));
        lines.push(("observed", self.observed.clone()));
        for (index, (when, what)) in self.evidence.iter().enumerate() {
            let label = if index == 0 { "evidence" } else { "" };
            lines.push((label, format!("{when:<9} {what}")));
        }
        lines.push(("again", self.replay.clone()));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_variant_is_quoted_for_the_shell_and_a_plain_name_is_not() {
        assert_eq!(quoted("sms/first-sign-in"), "sms/first-sign-in");
        assert_eq!(quoted("races/one-pin[0]"), "'races/one-pin[0]'");
    }
}
