//! A measurement in words: a table of claims, then what follows from it, then what it cannot show.

use super::Report;
use super::finding::{Measured, Value};
use super::odds::{Effort, Odds, RATE};
use super::quality::{CERTAIN, ODD, Quality};
use super::timing::{Comparison, HINT};
use std::fmt::Write as _;

impl Report {
    /// The whole report for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}, seed {}: {} questions\n\n", self.subject, self.seed, self.asks);
        table(&self.rows, &mut text);
        odds(&self.odds, &mut text);
        match &self.quality {
            Ok(quality) => codes(quality, &mut text),
            Err(why) => line(&mut text, &format!("\nDelivered codes: not measured: {why}")),
        }
        match &self.timing {
            Some(Ok(compared)) => times(compared, &mut text),
            Some(Err(why)) => line(&mut text, &format!("\nAnswers by time: not measured: {why}")),
            None => {}
        }
        match &self.prefixes {
            Some(Ok(compared)) => time(compared, &mut text),
            Some(Err(why)) => {
                line(&mut text, &format!("  codes that begin right: not measured: {why}"));
            }
            None => {}
        }
        text
    }
}

/// Writing to a string cannot fail.
fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

fn table(rows: &[Measured], text: &mut String) {
    line(text, &format!("{:<26}{:<22}{:<22}verdict", "parameter", "claims", "measured"));
    for row in rows {
        let shown = |value: &Value| match value {
            Value::Word(_) | Value::UntilLifted => value.to_string(),
            Value::Exactly(_) | Value::Between { .. } | Value::AtLeast(_) => {
                format!("{value}{}", row.unit.suffix())
            }
        };
        let claim = row.claim.as_ref().map_or("–".to_owned(), shown);
        let found = row.found.as_ref().map_or("–".to_owned(), shown);
        let _ = write!(text, "{:<26}{claim:<22}{found:<22}{}", row.parameter, row.verdict);
        let why = row.found.as_ref().err().map(ToString::to_string);
        match why.or_else(|| row.remark.clone()) {
            Some(remark) => line(text, &format!(" ({remark})")),
            None => line(text, ""),
        }
    }
}

fn odds(all: &[Odds], text: &mut String) {
    if all.is_empty() {
        return;
    }
    line(text, "\nA guesser who has the password, in a day:");
    for odds in all {
        let Odds { target, digits, valid, effort, per_day } = odds;
        let space = format!("{valid} valid at once of 10^{digits}");
        let effort = match effort {
            Effort::Locked { guesses, attacks } => {
                format!("{guesses} guesses until the lock, {attacks} locks a day")
            }
            Effort::Free { why } => format!("{RATE} guesses per second, because {why}"),
        };
        line(text, &format!("  {target:<20}{}   {space}; {effort}", percent(*per_day)));
    }
    line(
        text,
        "  1 − (1 − s·v/10^d)^n with s guesses, v valid codes, d digits and n attacks (RFC 4226 §6);\n  \
         where nothing locks, s is 1 and n all guesses of the day. Passwords and networks may be\n  \
         slower; a subject may also notice.",
    );
}

fn percent(share: f64) -> String {
    if share >= 0.001 { format!("{:.1} %", share * 100.0) } else { format!("{share:.1e}") }
}

fn codes(quality: &Quality, text: &mut String) {
    let Quality { samples, people, lengths, characters, .. } = quality;
    let lengths: Vec<String> = lengths.keys().map(ToString::to_string).collect();
    line(
        text,
        &format!(
            "\nDelivered codes: {samples} of {people} people, length {}, characters {characters}",
            lengths.join(" and ")
        ),
    );
    let (zeros, chance) = (quality.leading_zeros, quality.chance_of_no_leading_zero);
    let zeros = match zeros {
        0 => format!("none begins with 0, which chance does with p = {chance:.1e}"),
        zeros => format!("{zeros} begin with 0"),
    };
    line(text, &format!("  leading zeros: {zeros}"));
    if quality.tests.is_empty() {
        line(text, "  not tested: too few codes, several lengths, or other characters than digits");
        return;
    }
    for test in quality.below(ODD) {
        let word = if test.adjusted < CERTAIN { "NOT RANDOM" } else { "odd" };
        line(
            text,
            &format!("  {word}: {}: {} (adjusted p = {:.1e})", test.name, test.seen, test.adjusted),
        );
    }
    let fine = quality.tests.len() - quality.below(ODD).count();
    line(text, &format!("  {fine} of {} tests find nothing", quality.tests.len()));
    line(
        text,
        &format!(
            "  p-values are raised for the number of tests (Holm). {samples} codes show a counter, a\n  \
             clock, missing digits or a small range; they cannot tell a cryptographic generator from a\n  \
             good but predictable one."
        ),
    );
}

fn times(compared: &[Comparison], text: &mut String) {
    line(text, "\nAnswers by time, a hint and never a failure:");
    for one in compared {
        time(one, text);
    }
}

fn time(one: &Comparison, text: &mut String) {
    let Comparison { first, second, samples, p, noticed_from, noticed_delay_us, meaning, .. } = one;
    let word = if *p < HINT { "they differ" } else { "no difference shows" };
    let (of_first, of_second) = (one.first_median_us, one.second_median_us);
    let share = noticed_from * 100.0;
    line(
        text,
        &format!(
            "  {first} {of_first} µs, {second} {of_second} µs (medians of {samples}): {word}, \
             p = {p:.1e};\n  {meaning}\n  {samples} of each notice, four times of five, that one is \
             slower in {share:.0} % of pairs:\n  here by {noticed_delay_us} µs; what differs by less \
             cannot be told from this"
        ),
    );
}
