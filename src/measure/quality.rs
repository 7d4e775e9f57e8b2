//! How random delivered codes look: tests that a good generator fails one time in a hundred, all of
//! them taken together.
//!
//! What no number of samples shows: a predictable generator with good statistics looks as random
//! as a secure one.

use super::statistics::{
    chi_square_tail, correlation, count, evenness, holm, normal_two_sided, poisson_at_least,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A harvested code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Whose.
    pub person: u32,
    /// In which instant; several people ask in each.
    pub round: u32,
    /// The code.
    pub code: String,
}

/// Fewer codes than this show nothing.
const FEWEST: usize = 20;

/// An adjusted p-value below this is worth a look.
pub const ODD: f64 = 0.01;

/// An adjusted p-value below this is no accident: one measurement in a million.
pub const CERTAIN: f64 = 1e-6;

/// What the codes show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// How many codes were looked at.
    pub samples: usize,
    /// Of how many people.
    pub people: usize,
    /// How many codes there are of each length.
    pub lengths: BTreeMap<usize, usize>,
    /// Every character that occurs, sorted.
    pub characters: String,
    /// Codes that begin with 0.
    pub leading_zeros: usize,
    /// The chance that a fair generator shows no leading zero among so many codes.
    pub chance_of_no_leading_zero: f64,
    /// The tests; none where the codes are too few, of several lengths, or no digits.
    pub tests: Vec<Test>,
}

/// One test of one property.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Test {
    /// The property.
    pub name: String,
    /// What was seen, and what a fair generator lets expect.
    pub seen: String,
    /// The chance that a fair generator looks as odd or odder in this test.
    pub p: f64,
    /// The same, raised for the number of tests (Holm).
    pub adjusted: f64,
}

impl Quality {
    /// Looks at `samples`, which are in the order in which they came.
    #[must_use]
    pub fn of(samples: &[Sample]) -> Self {
        let mut lengths = BTreeMap::new();
        let mut people: Vec<u32> = samples.iter().map(|one| one.person).collect();
        people.sort_unstable();
        people.dedup();
        for sample in samples {
            *lengths.entry(sample.code.chars().count()).or_insert(0) += 1;
        }
        let mut characters: Vec<char> = samples.iter().flat_map(|one| one.code.chars()).collect();
        characters.sort_unstable();
        characters.dedup();
        let power = i32::try_from(samples.len()).unwrap_or(i32::MAX);
        Self {
            samples: samples.len(),
            people: people.len(),
            tests: if lengths.len() == 1 { tests(samples) } else { Vec::new() },
            lengths,
            characters: characters.into_iter().collect(),
            leading_zeros: samples.iter().filter(|one| one.code.starts_with('0')).count(),
            chance_of_no_leading_zero: 0.9_f64.powi(power),
        }
    }

    /// The tests whose adjusted p-value is below `level`.
    pub fn below(&self, level: f64) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(move |test| test.adjusted < level)
    }
}

/// A code as digits and as a number below 10^digits.
struct Code {
    person: u32,
    round: u32,
    digits: Vec<u8>,
    number: u64,
}

fn tests(samples: &[Sample]) -> Vec<Test> {
    let codes: Vec<Code> = samples.iter().filter_map(read).collect();
    let width = codes.first().map_or(0, |code| code.digits.len());
    if codes.len() < FEWEST || codes.len() < samples.len() || !(1..=18).contains(&width) {
        return Vec::new();
    }
    let space = 10_u64.pow(u32::try_from(width).unwrap_or(18));
    let mut tests = digit_tests(&codes, width);
    tests.push(repeats(&codes, space));
    tests.push(steps("steps from code to code", &all_steps(&codes, space), space));
    tests.push(steps("steps for one person", &own_steps(&codes, space), space));
    tests.push(serial(&codes));
    tests.push(monotony(&codes));
    tests.push(shared(&codes, space));
    tests.push(together(&codes));
    let adjusted = holm(&tests.iter().map(|test| test.p).collect::<Vec<f64>>());
    tests.iter_mut().zip(adjusted).for_each(|(test, adjusted)| test.adjusted = adjusted);
    tests
}

fn read(sample: &Sample) -> Option<Code> {
    let digits: Option<Vec<u8>> =
        sample.code.chars().map(|c| u8::try_from(c.to_digit(10)?).ok()).collect();
    let Sample { person, round, code } = sample;
    Some(Code { person: *person, round: *round, digits: digits?, number: code.parse().ok()? })
}

fn test(name: impl Into<String>, seen: String, p: f64) -> Test {
    Test { name: name.into(), seen, p: p.clamp(0.0, 1.0), adjusted: 1.0 }
}

fn digit_tests(codes: &[Code], width: usize) -> Vec<Test> {
    let chi_square = |name: String, counts: [u32; 10]| {
        let statistic = evenness(&counts);
        let seen = format!("chi-square {statistic:.1} with 9 degrees of freedom");
        test(name, seen, chi_square_tail(statistic, 9))
    };
    let tally = |digits: &mut dyn Iterator<Item = u8>| {
        let mut counts = [0; 10];
        digits.for_each(|digit| counts[usize::from(digit)] += 1);
        counts
    };
    let mut all = codes.iter().flat_map(|code| code.digits.iter().copied());
    let mut tests = vec![chi_square("digits".to_owned(), tally(&mut all))];
    for position in 0..width {
        let mut here = codes.iter().map(|code| code.digits[position]);
        tests.push(chi_square(format!("digit {}", position + 1), tally(&mut here)));
    }
    tests
}

/// Pairs of equal values, against the birthday expectation. Pairs are independent two by two, so
/// their number is close to Poisson where few are expected.
fn pairs_test(name: &str, what: &str, values: &[u64], space: u64) -> Test {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let equal = sorted.chunk_by(|one, next| one == next).map(|group| pairs(group.len())).sum();
    coincidences(name, what, equal, pairs(values.len()), space)
}

fn coincidences(name: &str, what: &str, equal: u64, of: u64, space: u64) -> Test {
    #[allow(clippy::cast_precision_loss, reason = "pairs of some thousand codes")]
    let expected = of as f64 / space as f64;
    let seen = format!("{equal} {what}, {expected:.2e} expected");
    test(name, seen, poisson_at_least(u32::try_from(equal).unwrap_or(u32::MAX / 2), expected))
}

fn pairs(of: usize) -> u64 {
    let of = of as u64;
    of * of.saturating_sub(1) / 2
}

fn repeats(codes: &[Code], space: u64) -> Test {
    let numbers: Vec<u64> = codes.iter().map(|code| code.number).collect();
    pairs_test("repeats", "pairs of equal codes", &numbers, space)
}

/// Steps between neighbours are as even and as independent as the codes themselves, so a counter
/// or a clock shows as one step that comes again and again.
fn steps(name: &str, steps: &[u64], space: u64) -> Test {
    pairs_test(name, "pairs of equal steps", steps, space)
}

fn step(from: u64, to: u64, space: u64) -> u64 {
    (to + space - from) % space
}

fn all_steps(codes: &[Code], space: u64) -> Vec<u64> {
    codes.windows(2).map(|two| step(two[0].number, two[1].number, space)).collect()
}

fn own_steps(codes: &[Code], space: u64) -> Vec<u64> {
    let mut last: BTreeMap<u32, u64> = BTreeMap::new();
    let mut steps = Vec::new();
    for code in codes {
        if let Some(before) = last.insert(code.person, code.number) {
            steps.push(step(before, code.number, space));
        }
    }
    steps
}

#[allow(clippy::cast_precision_loss, reason = "only the leading digits of a code matter here")]
fn real(number: u64) -> f64 {
    number as f64
}

fn serial(codes: &[Code]) -> Test {
    let pairs: Vec<(f64, f64)> =
        codes.windows(2).map(|two| (real(two[0].number), real(two[1].number))).collect();
    correlated("serial correlation", &pairs)
}

/// Codes of two people in the same instant.
fn together(codes: &[Code]) -> Test {
    let rounds = codes.chunk_by(|one, next| one.round == next.round);
    let pairs: Vec<(f64, f64)> = rounds
        .flat_map(|round| round.chunks_exact(2))
        .map(|two| (real(two[0].number), real(two[1].number)))
        .collect();
    correlated("correlation of people in one instant", &pairs)
}

/// r·√n is close to standard normal for independent pairs.
fn correlated(name: &str, pairs: &[(f64, f64)]) -> Test {
    let r = correlation(pairs);
    let seen = format!("r = {r:.3} over {} pairs", pairs.len());
    test(name, seen, normal_two_sided(r * count(pairs.len()).sqrt()))
}

/// Rises from code to code: (n−1)/2 expected, with variance (n+1)/12 for independent codes.
fn monotony(codes: &[Code]) -> Test {
    let rises = codes.windows(2).filter(|two| two[1].number > two[0].number).count();
    let n = count(codes.len());
    let (expected, deviation) = ((n - 1.0) / 2.0, ((n + 1.0) / 12.0).sqrt());
    let seen = format!("{rises} rises from code to code, {expected:.1} expected");
    test("rises", seen, normal_two_sided((count(rises) - expected) / deviation))
}

fn shared(codes: &[Code], space: u64) -> Test {
    let (mut equal, mut of) = (0, 0);
    for round in codes.chunk_by(|one, next| one.round == next.round) {
        let mut numbers: Vec<u64> = round.iter().map(|code| code.number).collect();
        numbers.sort_unstable();
        of += pairs(numbers.len());
        let groups = numbers.chunk_by(|one, next| one == next);
        equal += groups.map(|group| pairs(group.len())).sum::<u64>();
    }
    coincidences("shared in one instant", "pairs of equal codes", equal, of, space)
}

#[cfg(test)]
mod tests {
    use super::{CERTAIN, ODD, Quality, Sample};
    use crate::domain::Chance;

    /// 400 codes of six digits, four people in each instant.
    fn harvest(mut code: impl FnMut(u32) -> u64) -> Vec<Sample> {
        let sample = |nth: u32| Sample {
            person: nth % 4,
            round: nth / 4,
            code: format!("{:06}", code(nth) % 1_000_000),
        };
        (0..400).map(sample).collect()
    }

    fn noticed(samples: &[Sample]) -> Vec<String> {
        Quality::of(samples).below(CERTAIN).map(|test| test.name.clone()).collect()
    }

    #[test]
    fn fair_codes_are_seldom_called_odd() {
        let odd = |seed: u64| {
            let mut chance = Chance::seeded(seed, "codes");
            let quality = Quality::of(&harvest(|_| chance.below(1_000_000)));
            assert_eq!(quality.below(CERTAIN).count(), 0, "seed {seed}");
            quality.below(ODD).next().is_some()
        };
        let alarms = (0..100).filter(|seed| odd(*seed)).count();
        assert!(alarms <= 5, "{alarms} false alarms in 100, about one is expected");
    }

    #[test]
    fn a_counter_a_clock_and_a_constant_are_noticed() {
        let counter = noticed(&harvest(|nth| 417_000 + 7 * u64::from(nth)));
        assert!(counter.contains(&"steps from code to code".to_owned()), "{counter:?}");
        let clock = noticed(&harvest(|nth| u64::from(nth / 4) * 15_485_863));
        assert!(clock.contains(&"shared in one instant".to_owned()), "{clock:?}");
        assert!(noticed(&harvest(|_| 123_456)).contains(&"repeats".to_owned()));
    }

    #[test]
    fn missing_digits_and_small_ranges_are_noticed() {
        let mut chance = Chance::seeded(1, "codes");
        let no_zero =
            noticed(&harvest(|_| (0..6).fold(0, |code, _| code * 10 + 1 + chance.below(9))));
        assert!(no_zero.contains(&"digits".to_owned()), "{no_zero:?}");
        let small = noticed(&harvest(|_| chance.below(10_000)));
        assert!(small.contains(&"digit 1".to_owned()), "{small:?}");
    }

    #[test]
    fn what_is_too_little_or_no_number_is_not_tested() {
        let mut samples = harvest(u64::from);
        samples.truncate(19);
        assert!(Quality::of(&samples).tests.is_empty());
        let mut samples = harvest(u64::from);
        samples[0].code = "12345A".to_owned();
        let quality = Quality::of(&samples);
        assert!(quality.tests.is_empty() && quality.characters.contains('A'));
    }
}
