//! Whether the time of an answer tells what its text hides: statistics over real time, so a hint
//! and never a verdict.

use super::finding::NotMeasured;
use super::lab::Lab;
use super::statistics::{count, mann_whitney};
use crate::domain::clock::Stopwatch;
use crate::domain::persona::MobileOnFile;
use crate::domain::{Operation, Secret};
use serde::Serialize;

/// Sign-ins of each kind.
const SAMPLES: usize = 60;

/// A p-value below this is worth a look.
pub const HINT: f64 = 0.01;

/// Two kinds of sign-in, compared by how long their answers took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The first kind.
    pub first: &'static str,
    /// The second kind.
    pub second: &'static str,
    /// Sign-ins of each kind.
    pub samples: usize,
    /// The median time of the first kind in microseconds.
    pub first_median_us: u64,
    /// The median time of the second kind in microseconds.
    pub second_median_us: u64,
    /// The two-sided p-value of the Mann–Whitney test.
    pub p: f64,
    /// The share of pairs in which one kind must be slower to be noticed four times of five.
    pub noticed_from: f64,
    /// What a difference means.
    pub meaning: &'static str,
}

/// Signs in by turns with a known name, an unknown one and the right password, and compares.
pub(super) async fn compare(lab: &mut Lab) -> Result<Vec<Comparison>, NotMeasured> {
    let (mut known, mut unknown, mut right) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        // Somebody new each time: wrong passwords lock.
        let visitor = lab.newcomer(MobileOnFile::Given).await?;
        let user = visitor.persona.user.clone();
        let wrong = || Secret::new("no-such-password-41");
        let nobody = format!("nobody.{user}");
        // By turns, because what comes first meets colder caches.
        if unknown.len() % 2 == 0 {
            unknown.push(timed(lab, nobody, wrong()).await?);
            known.push(timed(lab, user.clone(), wrong()).await?);
        } else {
            known.push(timed(lab, user.clone(), wrong()).await?);
            unknown.push(timed(lab, nobody, wrong()).await?);
        }
        right.push(timed(lab, user, visitor.persona.password.clone()).await?);
    }
    let enumeration = "a difference lets a stranger find out which user names exist";
    let expected = "a difference is natural: the right password goes on to send a code";
    Ok(vec![
        comparison(("unknown user", &unknown), ("known user, wrong password", &known), enumeration),
        comparison(("wrong password", &known), ("right password", &right), expected),
    ])
}

async fn timed(lab: &mut Lab, user: String, password: Secret) -> Result<u64, NotMeasured> {
    let session = lab.name("session");
    let watch = Stopwatch::start();
    lab.ask(&session, Operation::SignIn { user, password }).await?;
    Ok(u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX))
}

fn comparison(
    (first, of_first): (&'static str, &[u64]),
    (second, of_second): (&'static str, &[u64]),
    meaning: &'static str,
) -> Comparison {
    let n = count(of_first.len().max(1));
    // 2.8 standard errors of the share of pairs: level 5 %, power 80 %.
    let noticed_from = (0.5 + 2.8 * ((2.0 * n + 1.0) / (12.0 * n * n)).sqrt()).min(1.0);
    Comparison {
        first,
        second,
        samples: of_first.len(),
        first_median_us: median(of_first),
        second_median_us: median(of_second),
        p: mann_whitney(of_first, of_second),
        noticed_from,
        meaning,
    }
}

fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::comparison;

    #[test]
    fn a_kind_that_takes_longer_shows_and_an_equal_one_does_not() {
        let quick: Vec<u64> = (0..60).map(|nth| 900 + nth * 7 % 60).collect();
        let slow: Vec<u64> = quick.iter().map(|time| time + 40).collect();
        let told = comparison(("a", &quick), ("b", &slow), "a test");
        assert!(told.p < 1e-6 && told.second_median_us == told.first_median_us + 40, "{told:?}");
        let even = comparison(("a", &quick), ("b", &quick), "a test");
        assert!(even.p > 0.9, "{even:?}");
        assert!((0.64..0.66).contains(&even.noticed_from), "{even:?}");
    }
}
