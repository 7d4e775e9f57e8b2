//! How fast codes can be verified on this machine at all: every way there is, one beside the other.
//!
//! The lowest rung is what a library does that keeps nothing: an HMAC is keyed for each candidate.
//! Then one is keyed and cloned; then come the lanes of [`crate::otp::lanes`]. The codes are wrong,
//! so that every way has to try the whole window. All ways take turns until the time is over, and
//! each is measured by the work of its thread, so that a busy machine spoils ratios least.

mod text;
mod way;

pub use way::Way;

use crate::domain::Chance;
use crate::domain::clock::{Stopwatch, WorkWatch};
use crate::otp::lanes::{InOrder, InstructionSet, Instructions, Steps};
use crate::otp::{Algorithm, Digits, Hotp, Key, Window};
use serde::Serialize;
use std::hint::black_box;
use std::time::Duration;
use way::{Contender, Shared};

/// What is measured.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The hash functions, in the order of their groups.
    pub algorithms: Vec<Algorithm>,
    /// How many users are verified in a pass, at most [`Wishes::MOST_USERS`].
    pub users: usize,
    /// How many digits their codes have.
    pub digits: Digits,
    /// The window around the present step.
    pub window: Window,
    /// How long all of it takes; each way has three passes at least.
    pub budget: Duration,
    /// The instruction sets that may be used.
    pub with: Instructions,
    /// The seed of keys and codes.
    pub seed: u64,
}

impl Wishes {
    /// The most users: a million take less than a gigabyte.
    pub const MOST_USERS: usize = 1 << 20;
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Ladder {
    /// How many users were verified in a pass.
    pub users: usize,
    /// How many counters were tried for each.
    pub steps: usize,
    /// How many digits the codes had.
    pub digits: u8,
    /// The instruction sets of this machine that were not masked off.
    pub found: Vec<InstructionSet>,
    /// The clock of the processor in GHz; see [`gigahertz`].
    pub gigahertz: f64,
    /// For each hash function its rungs.
    pub groups: Vec<Group>,
}

/// The rungs of one hash function.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// The hash function.
    pub algorithm: Algorithm,
    /// What a batch is verified with when nobody interferes.
    pub chosen: InstructionSet,
    /// The ways, the fastest first.
    pub rungs: Vec<Rung>,
}

/// One way and its times.
#[derive(Debug, Clone, Serialize)]
pub struct Rung {
    /// The way.
    pub way: Way,
    /// Nanoseconds of work for a verification, in the fastest pass.
    pub least_ns: f64,
    /// In the median of the passes.
    pub median_ns: f64,
    /// In the slowest.
    pub most_ns: f64,
    /// Clock cycles for each counter that is tried, by the median.
    pub cycles_per_code: f64,
    /// How many times as fast it is as an HMAC keyed for each candidate, by the medians.
    pub times_keyed_anew: f64,
    /// How many passes there were.
    pub passes: usize,
}

/// A way that does not tell right codes from wrong ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{way} ({algorithm}) does not find what the portable way finds")]
pub struct Disagrees {
    /// The hash function.
    pub algorithm: Algorithm,
    /// The way.
    pub way: Way,
}

/// Some step; any will do.
const NOW: u64 = 63_115_200;

/// Verifies first that all ways agree, then measures them.
pub fn measure(wishes: &Wishes) -> Result<Ladder, Disagrees> {
    let gigahertz = gigahertz();
    let share = wishes.budget / u32::try_from(wishes.algorithms.len().max(1)).unwrap_or(1);
    let groups = wishes.algorithms.iter().map(|algorithm| {
        let bench = Bench::set_up(wishes, *algorithm);
        bench.agree()?;
        Ok(bench.group(share, gigahertz))
    });
    let groups = groups.collect::<Result<Vec<Group>, Disagrees>>()?;
    let sets = InstructionSet::ALL.into_iter();
    Ok(Ladder {
        users: wishes.users,
        steps: Steps::around(Algorithm::Sha1, NOW, wishes.window).len(),
        digits: wishes.digits.count(),
        found: sets.filter(|set| wishes.with.has(*set)).collect(),
        gigahertz,
        groups,
    })
}

/// The clock of the processor while it works, in GHz: from a chain of 64-bit multiplications, each
/// of which waits for the one before and takes three cycles on Intel's large cores since Nehalem
/// and on AMD's since Zen. Elsewhere it may take more, and the clock is that much faster.
#[must_use]
pub fn gigahertz() -> f64 {
    const TURNS: u32 = 2_000_000;
    let pass = || {
        let watch = WorkWatch::start();
        let mut number = black_box(3_u64);
        for _ in 0..TURNS {
            number = number.wrapping_mul(number);
        }
        black_box(number);
        3.0 * f64::from(TURNS) / nanoseconds(watch.elapsed())
    };
    (0..5).map(|_| pass()).fold(0.0, f64::max)
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// Everything that the ways of one hash function share.
struct Bench<'a> {
    wishes: &'a Wishes,
    algorithm: Algorithm,
    keys: Vec<Key>,
    in_order: InOrder,
    steps: Steps,
    wrong: Vec<String>,
}

#[expect(clippy::cast_precision_loss, reason = "users and steps are few")]
impl<'a> Bench<'a> {
    fn set_up(wishes: &'a Wishes, algorithm: Algorithm) -> Self {
        let mut chance = Chance::seeded(wishes.seed, "ladder");
        let keys = (0..wishes.users).map(|_| Key::new(chance.bytes::<20>().to_vec()));
        let keys: Vec<Key> = keys.collect();
        let wrong = keys.iter().map(|key| {
            let hotp = Hotp::new(key, algorithm, wishes.digits);
            loop {
                let code = chance.digits(wishes.digits.count().into());
                if hotp.verify(&code, NOW, wishes.window).is_none() {
                    return code;
                }
            }
        });
        let wrong = wrong.collect();
        let in_order = InOrder::new(algorithm, &keys);
        let steps = Steps::around(algorithm, NOW, wishes.window);
        Self { wishes, algorithm, keys, in_order, steps, wrong }
    }

    /// The ways that can be measured here, each before the same codes.
    fn contenders<'b>(&'b self, entered: &'b [String]) -> Vec<Contender<'b>> {
        way::contenders(&Shared {
            keys: &self.keys,
            in_order: &self.in_order,
            steps: &self.steps,
            entered,
            digits: self.wishes.digits,
            with: self.wishes.with,
        })
    }

    /// Whether all ways find the same of right codes, wrong ones, and those of other steps.
    fn agree(&self) -> Result<(), Disagrees> {
        let codes = self.keys.iter().zip(&self.wrong).enumerate().map(|(user, (key, wrong))| {
            let hotp = Hotp::new(key, self.algorithm, self.wishes.digits);
            match user as u64 % 4 {
                0 => wrong.clone(),
                beside => hotp.code(NOW + beside - 2).to_string(),
            }
        });
        let codes: Vec<String> = codes.collect();
        let contenders = self.contenders(&codes);
        let portable = Way::Batch(InstructionSet::Portable);
        let expected = contenders.iter().find(|contender| contender.way == portable);
        let expected = expected.map(Contender::found);
        let wrong = contenders.iter().find(|other| Some(other.found()) != expected);
        wrong.map_or(Ok(()), |wrong| Err(Disagrees { algorithm: self.algorithm, way: wrong.way }))
    }

    fn group(&self, budget: Duration, gigahertz: f64) -> Group {
        let contenders = self.contenders(&self.wrong);
        let mut passes = vec![Vec::new(); contenders.len()];
        let watch = Stopwatch::start();
        while passes[0].len() < LEAST_PASSES || watch.elapsed() < budget {
            for (contender, passes) in contenders.iter().zip(&mut passes) {
                let work = WorkWatch::start();
                black_box(contender.count());
                passes.push(nanoseconds(work.elapsed()) / self.keys.len().max(1) as f64);
            }
        }
        for passes in &mut passes {
            passes.sort_by(f64::total_cmp);
        }
        let anew = contenders.iter().position(|contender| contender.way == Way::KeyedAnew);
        let anew = anew.map_or(f64::NAN, |at| median(&passes[at]));
        let cycles = gigahertz / self.steps.len() as f64;
        let rungs = contenders.iter().zip(&passes).map(|(contender, passes)| Rung {
            way: contender.way,
            least_ns: passes[0],
            median_ns: median(passes),
            most_ns: passes[passes.len() - 1],
            cycles_per_code: median(passes) * cycles,
            times_keyed_anew: anew / median(passes),
            passes: passes.len(),
        });
        let mut rungs: Vec<Rung> = rungs.collect();
        rungs.sort_by(|one, other| one.median_ns.total_cmp(&other.median_ns));
        let chosen = self.wishes.with.for_users(self.algorithm, self.keys.len());
        Group { algorithm: self.algorithm, chosen, rungs }
    }
}

/// Fewer passes have no median.
const LEAST_PASSES: usize = 3;

/// The median of `passes`, which are sorted and not none.
fn median(passes: &[f64]) -> f64 {
    passes[passes.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::{Way, Wishes, measure};
    use crate::otp::lanes::{InstructionSet, Instructions};
    use crate::otp::{Algorithm, Digits, Window};
    use std::time::Duration;

    fn wishes(with: Instructions) -> Wishes {
        Wishes {
            algorithms: Algorithm::ALL.to_vec(),
            users: 40,
            digits: Digits::SIX,
            window: Window::ONE_STEP,
            budget: Duration::ZERO,
            with,
            seed: 1,
        }
    }

    #[test]
    fn every_way_of_this_machine_is_a_rung() {
        let with = Instructions::detected();
        let ladder = measure(&wishes(with)).expect("all ways agree");
        assert_eq!((ladder.users, ladder.steps, ladder.groups.len()), (40, 3, 3));
        for group in &ladder.groups {
            for set in InstructionSet::ALL {
                let knows = group.algorithm != Algorithm::Sha512 || set != InstructionSet::ShaNi;
                let there = group.rungs.iter().any(|rung| rung.way == Way::Batch(set));
                assert_eq!(there, knows && with.has(set), "{set} {}", group.algorithm);
            }
            for way in [Way::OneAtATime, Way::Cloned, Way::KeyedAnew] {
                assert!(group.rungs.iter().any(|rung| rung.way == way), "{way}");
            }
            assert!(group.rungs.is_sorted_by(|one, other| one.median_ns <= other.median_ns));
            assert!(group.rungs.iter().all(|rung| rung.least_ns > 0.0 && rung.passes >= 3));
        }
        let text = ladder.to_text();
        assert!(text.contains("HMAC keyed anew for each candidate"), "{text}");
    }

    #[test]
    fn what_is_masked_off_is_no_rung() {
        let ladder = measure(&wishes(Instructions::PORTABLE)).expect("all ways agree");
        assert_eq!(ladder.found, [InstructionSet::Portable]);
        let batches = ladder.groups.iter().flat_map(|group| &group.rungs);
        let batches = batches.filter(|rung| matches!(rung.way, Way::Batch(_)));
        assert_eq!(batches.count(), 3);
    }
}
