//! What a rate must meet to be good enough, written as it should be: `p99<50ms,errors<0.1%`.

use super::{Kept, Limit, NotLimit, Seen};
use crate::load::record::{Counts, Standing};
use crate::load::summary::ratio;
use std::str::FromStr;
use std::time::Duration;

/// The most conditions of an objective.
const MOST: usize = 8;

/// Conditions, all of which must be met.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective(Vec<Limit>);

impl FromStr for Objective {
    type Err = NotLimit;

    fn from_str(text: &str) -> Result<Self, NotLimit> {
        let wrong = |at, why: &str| NotLimit { text: text.to_owned(), at, why: why.to_owned() };
        let (mut conditions, mut begin) = (Vec::new(), 0);
        for part in text.split(',') {
            let read = part.parse::<Limit>();
            let limit = read.map_err(|NotLimit { at, why, .. }| wrong(begin + at, &why))?;
            if limit.needs_baseline() {
                return Err(wrong(begin, "a search has no baseline; write a time"));
            }
            // A limit says what breaks it, and a condition what meets it.
            conditions.push(Limit { breach: limit.breach.opposite(), ..limit });
            begin += part.chars().count() + 1;
        }
        if conditions.len() > MOST {
            return Err(wrong(0, "at most eight conditions are read"));
        }
        Ok(Self(conditions))
    }
}

impl Objective {
    /// Whether what was counted in `took`, at `rate` verifications per second, meets it, and what
    /// decided: the first condition that is not met, or what was found of all of them.
    #[must_use]
    pub fn judge(&self, counts: &Counts, took: Duration, rate: u32) -> (bool, String) {
        let good = counts.standing(Standing::Succeeded) + counts.standing(Standing::AsItShould);
        let per_second = ratio(good, 1) / took.as_secs_f64().max(1e-9);
        let of_asked = (rate > 0).then(|| per_second / f64::from(rate));
        let seen = Seen { counts, per_second, of_asked };
        let mut said = Vec::new();
        for condition in &self.0 {
            let (found, kept) = condition.held(&seen);
            let told = format!("{}: {found}", condition.text);
            if kept != Kept::Yes {
                return (false, format!("not {told}"));
            }
            said.push(told);
        }
        (true, said.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::Objective;
    use crate::load::record::{Counts, Ended, Visit, WorkKind};
    use std::time::Duration;

    fn counted(milliseconds: u64) -> Counts {
        let mut counts = Counts::over(Duration::from_secs(1));
        for nth in 0..100 {
            let intended = Duration::from_millis(nth * 10);
            let answered = intended + Duration::from_millis(milliseconds);
            let (work, ended) = (WorkKind::Valid, Ended::Accepted);
            let started = intended;
            let visit = Visit { work, ended, detail: "", intended, started, answered, phases: &[] };
            counts.note(&visit);
        }
        counts
    }

    #[test]
    fn every_condition_must_be_met() {
        let objective: Objective = "p99<50ms, errors<0.1%,rate>=95%".parse().expect("one");
        let judge = |ms, took| objective.judge(&counted(ms), Duration::from_millis(took), 100);
        let (met, why) = judge(40, 1000);
        assert!(met && why.contains("p99<50ms: 40.0") && why.contains("errors<0.1%: 0"), "{why}");
        let (met, why) = judge(60, 1000);
        assert!(!met && why.starts_with("not p99<50ms: 60."), "{why}");
        let (met, why) = judge(40, 2000);
        assert!(!met && why.starts_with("not rate>=95%: 50.0 per second"), "{why}");
    }

    #[test]
    fn what_is_no_objective_is_shown_with_its_place() {
        let why = "p99<50ms,q<1".parse::<Objective>().expect_err("no objective");
        assert_eq!(why.at, 9);
        let why = "p99<baseline".parse::<Objective>().expect_err("no baseline").to_string();
        assert!(why.contains("a search has no baseline"), "{why}");
    }
}
