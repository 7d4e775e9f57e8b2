//! The statistics that the measurements need, and no more: tails of three distributions, a rank
//! test, and a correction for asking many questions at once.
//!
//! Tails come from the regularised incomplete gamma function (DLMF §8.2), by its series (§8.11.4)
//! left of the bend and by its continued fraction (§8.9.2) right of it, so that small tails keep
//! their digits.

/// Terms of a series or fraction; both settle within a few hundred for what is asked here.
const MOST_TERMS: u32 = 10_000;

/// The two parts of the regularised incomplete gamma function: `P(a, x)` and `Q(a, x) = 1 − P`.
/// `a` is a multiple of ½, given as `twice_a`.
fn gamma_parts(twice_a: u32, x: f64) -> (f64, f64) {
    if x <= 0.0 || twice_a == 0 {
        return (0.0, 1.0);
    }
    let a = f64::from(twice_a) / 2.0;
    let scale = (a * x.ln() - x - ln_gamma(twice_a)).exp();
    if x < a + 1.0 {
        let lower = (scale * series(a, x)).clamp(0.0, 1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (scale * fraction(a, x)).clamp(0.0, 1.0);
        (1.0 - upper, upper)
    }
}

/// ln Γ(a) by its recurrence from Γ(½) = √π and Γ(1) = 1: exact for the halves that are asked for.
fn ln_gamma(twice_a: u32) -> f64 {
    let odd = twice_a % 2 == 1;
    let start = if odd { std::f64::consts::PI.ln() / 2.0 } else { 0.0 };
    let first = if odd { 1 } else { 2 };
    (first..twice_a).step_by(2).map(|twice| (f64::from(twice) / 2.0).ln()).sum::<f64>() + start
}

fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..MOST_TERMS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// Lentz's way to evaluate the continued fraction.
#[allow(clippy::many_single_char_names, reason = "the names of the literature")]
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in (1..MOST_TERMS).map(f64::from) {
        let numerator = -i * (i - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + numerator / c;
        c = if c.abs() < TINY { TINY } else { c };
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// The chance that a chi-square of `freedom` degrees of freedom is at least `statistic`.
#[must_use]
pub fn chi_square_tail(statistic: f64, freedom: u32) -> f64 {
    gamma_parts(freedom, statistic / 2.0).1
}

/// The chance that a standard normal value is at least as far from 0 as `z`, on either side.
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    chi_square_tail(z * z, 1)
}

/// The chance of `seen` events or more where `expected` are expected (Poisson).
#[must_use]
pub fn poisson_at_least(seen: u32, expected: f64) -> f64 {
    if seen == 0 { 1.0 } else { gamma_parts(seen.saturating_mul(2), expected).0 }
}

/// Pearson's chi-square of `counts` against equal shares.
#[must_use]
pub fn evenness(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / count(counts.len()).max(1.0);
    if expected <= 0.0 {
        return 0.0;
    }
    counts.iter().map(|seen| (f64::from(*seen) - expected).powi(2) / expected).sum()
}

/// Pearson's correlation of pairs; 0 where one side never varies.
#[must_use]
pub fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = count(pairs.len()).max(1.0);
    let mean = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(side).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - mean_x) * (y - mean_y);
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
    }
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

/// The two-sided p-value of the Mann–Whitney test that neither group tends to larger values, by
/// the normal approximation with the correction for ties; good from about twenty values each.
#[must_use]
pub fn mann_whitney(first: &[u64], second: &[u64]) -> f64 {
    let mut all: Vec<(u64, bool)> = first.iter().map(|value| (*value, true)).collect();
    all.extend(second.iter().map(|value| (*value, false)));
    all.sort_unstable();
    let (mut rank_sum, mut ties, mut before) = (0.0, 0.0, 0.0);
    for group in all.chunk_by(|one, next| one.0 == next.0) {
        let size = count(group.len());
        let of_first = count(group.iter().filter(|(_, is_first)| *is_first).count());
        rank_sum += of_first * (before + f64::midpoint(size, 1.0));
        ties += size.powi(3) - size;
        before += size;
    }
    let (m, n) = (count(first.len()), count(second.len()));
    let total = m + n;
    let variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if !variance.is_finite() || variance <= 0.0 {
        return 1.0;
    }
    let u = rank_sum - m * (m + 1.0) / 2.0;
    normal_two_sided((u - m * n / 2.0) / variance.sqrt())
}

/// Holm's correction: each p-value raised so that the chance of any false alarm among all of them
/// stays below the level that it is compared with.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut floor = 0.0_f64;
    for (done, index) in order.iter().enumerate() {
        floor = floor.max((p_values[*index] * count(p_values.len() - done)).min(1.0));
        adjusted[*index] = floor;
    }
    adjusted
}

/// A number of things as a real number; the sizes here are far below where that loses digits.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
pub fn count(things: usize) -> f64 {
    things as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(seen: f64, expected: f64, relative: f64) {
        assert!((seen / expected - 1.0).abs() < relative, "{seen} is not {expected}");
    }

    #[test]
    fn chi_square_agrees_with_published_critical_values() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4, to its three decimals.
        let table = [
            (1, 3.841, 0.05),
            (1, 6.635, 0.01),
            (1, 10.828, 0.001),
            (2, 5.991, 0.05),
            (9, 14.684, 0.10),
            (9, 16.919, 0.05),
            (9, 21.666, 0.01),
            (9, 27.877, 0.001),
            (10, 18.307, 0.05),
            (50, 67.505, 0.05),
            (100, 149.449, 0.001),
        ];
        for (freedom, statistic, tail) in table {
            close(chi_square_tail(statistic, freedom), tail, 2e-3);
        }
    }

    #[test]
    fn tails_that_have_a_closed_form_agree_with_it() {
        for x in [0.5, 3.0, 40.0, 400.0] {
            close(chi_square_tail(x, 2), (-x / 2.0).exp(), 1e-9);
        }
        for expected in [1e-6, 0.3, 5.0] {
            close(poisson_at_least(1, expected), -(-expected).exp_m1(), 1e-9);
        }
        close(poisson_at_least(2, 1e-5), 5e-11, 1e-4);
        close(normal_two_sided(1.959_964), 0.05, 1e-5);
        close(normal_two_sided(6.0), 1.973_175_3e-9, 1e-6);
    }

    #[test]
    fn what_is_no_deviation_is_no_surprise() {
        close(chi_square_tail(0.0, 9), 1.0, 1e-12);
        close(poisson_at_least(0, 3.0), 1.0, 1e-12);
        close(1.0 + evenness(&[7; 10]), 1.0, 1e-12);
    }

    #[test]
    fn ranks_tell_groups_apart_and_equal_groups_do_not() {
        let (low, high): (Vec<u64>, Vec<u64>) = ((1..=20).collect(), (21..=40).collect());
        // All of one below all of the other: z = 200 / √(400/12 · 41).
        close(mann_whitney(&low, &high), normal_two_sided(5.410_018), 1e-5);
        close(mann_whitney(&low, &low), 1.0, 1e-9);
        close(mann_whitney(&[3; 20], &[3; 20]), 1.0, 1e-12);
    }

    #[test]
    fn holm_raises_the_smallest_most_and_keeps_the_order() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (seen, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            close(*seen, expected, 1e-9);
        }
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn correlation_is_one_for_a_line_and_nothing_for_a_constant() {
        let line: Vec<(f64, f64)> = (0..9).map(|x| (f64::from(x), 3.0 - f64::from(x))).collect();
        close(correlation(&line), -1.0, 1e-9);
        assert!(correlation(&[(1.0, 2.0), (1.0, 5.0)]).abs() < 1e-12);
    }
}
