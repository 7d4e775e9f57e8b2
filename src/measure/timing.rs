//! Whether the time of an answer tells what its text hides: statistics over real time, so a hint
//! and never a verdict.

use super::finding::NotMeasured;
use super::lab::Lab;
use super::statistics::{count, mann_whitney};
use super::visitor::accepts;
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
    /// The delay in microseconds that would make one kind slower in so many pairs, given how the
    /// answers scatter.
    pub noticed_delay_us: u64,
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

/// Submits by turns a wrong code that shares all but the last character with the right one, and one
/// that shares none, and compares. Everybody is new and submits one: what a second wrong code meets
/// is another question.
pub(super) async fn compare_prefixes(lab: &mut Lab) -> Result<Comparison, NotMeasured> {
    let (mut shared, mut foreign) = (Vec::new(), Vec::new());
    for nth in 0..2 * SAMPLES {
        let mut visitor = lab.newcomer(MobileOnFile::Given).await?;
        let right = lab.sign_in_for_code(&mut visitor).await?;
        let length = right.reveal().chars().count();
        let (kept, times) = match nth % 2 {
            0 => (length.saturating_sub(1), &mut shared),
            _ => (0, &mut foreign),
        };
        let code = wrong_beyond(&right, kept);
        let watch = Stopwatch::start();
        let reply = lab.submit(&visitor, code).await?;
        times.push(microseconds(&watch));
        if accepts(&reply) {
            return Err(NotMeasured::Odd("a wrong code was accepted".to_owned()));
        }
    }
    let meaning = "a difference lets a guesser find a code character by character";
    let first = ("right but for the last character", shared.as_slice());
    Ok(comparison(first, ("wrong from the first", &foreign), meaning))
}

/// A wrong code of the same kind that is right in the first `kept` characters and in no other.
fn wrong_beyond(right: &Secret, kept: usize) -> Secret {
    let moved = |(at, c): (usize, char)| match c {
        c if at < kept => c,
        '0'..='4' | 'a'..='m' | 'A'..='M' => char::from_u32(u32::from(c) + half(c)).unwrap_or('0'),
        '5'..='9' | 'n'..='z' | 'N'..='Z' => char::from_u32(u32::from(c) - half(c)).unwrap_or('0'),
        _ => '0',
    };
    Secret::new(right.reveal().chars().enumerate().map(moved).collect::<String>())
}

/// Half of as many digits or letters as there are.
fn half(c: char) -> u32 {
    if c.is_ascii_digit() { 5 } else { 13 }
}

fn microseconds(watch: &Stopwatch) -> u64 {
    u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX)
}

async fn timed(lab: &mut Lab, user: String, password: Secret) -> Result<u64, NotMeasured> {
    let session = lab.name("session");
    let watch = Stopwatch::start();
    lab.ask(&session, Operation::SignIn { user, password }).await?;
    Ok(microseconds(&watch))
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
        noticed_delay_us: delay(of_first, of_second, noticed_from),
        meaning,
    }
}

/// The delay that makes one group slower than the other in a `share` of pairs, if they do not differ
/// yet: as much as the differences of pairs scatter around their middle.
fn delay(of_first: &[u64], of_second: &[u64], share: f64) -> u64 {
    let signed = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
    let pairs = of_first
        .iter()
        .flat_map(|one| of_second.iter().map(|other| signed(*one).saturating_sub(signed(*other))));
    let mut differences: Vec<i64> = pairs.collect();
    differences.sort_unstable();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a few thousand pairs"
    )]
    let at = |share: f64| {
        let place = (count(differences.len()) * share) as usize;
        differences.get(place.min(differences.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    at(share).abs_diff(at(0.5))
}

fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{comparison, wrong_beyond};
    use crate::domain::Secret;

    #[test]
    fn a_wrong_code_is_right_as_far_as_it_should_be() {
        let code = |right: &str, kept| wrong_beyond(&Secret::new(right), kept).reveal().to_owned();
        assert_eq!(code("049582", 5), "049587");
        assert_eq!(code("049582", 0), "594037");
        assert_eq!(code("AZ9m-x", 0), "NM4z0k");
        for kept in 0..6 {
            let (right, wrong) = ("519203", code("519203", kept));
            let same: Vec<bool> = right.chars().zip(wrong.chars()).map(|(a, b)| a == b).collect();
            assert!(same.iter().enumerate().all(|(at, same)| *same == (at < kept)), "{wrong}");
        }
    }

    #[test]
    fn the_delay_that_would_be_noticed_follows_from_how_times_scatter() {
        let (even, wide): (Vec<u64>, Vec<u64>) = (
            (0..60).map(|nth| 900 + nth % 2).collect(),
            (0..60).map(|nth| 500 + nth * 20).collect(),
        );
        assert!(comparison(("a", &even), ("b", &even), "a test").noticed_delay_us <= 1);
        let told = comparison(("a", &wide), ("b", &wide), "a test");
        assert!((150..250).contains(&told.noticed_delay_us), "{told:?}");
    }

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
