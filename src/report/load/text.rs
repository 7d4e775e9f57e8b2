//! A load for the terminal: short, what matters first.

use super::Told;
use super::caveats::{caveats, ms};
use super::tables::{outcome_words, usage};
use crate::load::record::{Arrival, Record, Standing};
use crate::load::summary::SHARES;
use crate::load::times::Times;
use std::fmt::Write as _;

/// Columns of running text.
const WIDTH: usize = 100;

/// The whole report.
#[must_use]
pub fn text(told: &Told<'_>) -> String {
    let record = told.record;
    let mut text = head(record);
    times(record, &mut text);
    for outcome in record.counts.outcomes.all() {
        let word = match outcome.standing() {
            Standing::Succeeded => continue,
            Standing::AsItShould => "refused",
            Standing::AcceptedThough => "ACCEPTED",
            Standing::Failed => "failed",
        };
        let words = outcome_words(&outcome);
        line(&mut text, word, &format!("{} × {words}", outcome.count));
    }
    for (who, words) in usage(record) {
        line(&mut text, &who, &words);
    }
    for rung in &record.ladder {
        let word = if rung.met { "met" } else { "not met" };
        line(&mut text, word, &format!("{} per second: {}", rung.per_second, rung.why));
    }
    for difference in told.differences {
        line(&mut text, "since then", &difference.to_string());
    }
    for finding in told.findings {
        line(&mut text, "limit", &finding.to_string());
    }
    for caveat in caveats(record) {
        wrap(&caveat, &mut text);
    }
    // Names and reasons may come from the subject: none of them moves the cursor.
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

fn head(record: &Record) -> String {
    let (asked, ended) = (&record.asked, record.ended());
    let first = format!("{} of {ended} verifications ended as they should", record.good());
    let found = found(record);
    let mut text = format!("{}: {}\n", record.subject.name, found.as_ref().unwrap_or(&first));
    let people = asked.people;
    line(&mut text, "asked for", &format!("{} for {}, {people} people", asked.arrival, asked.stop));
    if let [part] = record.parts.as_slice()
        && let Some(shard) = part.shard
    {
        line(&mut text, "shard", &format!("{shard}, of which this is the result"));
    }
    if found.is_some() {
        line(&mut text, "at that rate", &first);
    }
    let share = record
        .of_asked_rate()
        .map_or(String::new(), |share| format!(" ({:.1} % of what was asked)", share * 100.0));
    let took = record.took().as_secs_f64();
    let rate = record.throughput();
    let achieved = format!("{rate:.1} per second{share}, last answer after {took:.2} s");
    line(&mut text, "achieved", &achieved);
    text
}

/// What a search found, if it is one.
fn found(record: &Record) -> Option<String> {
    let Arrival::Steps { from, to, objective } = &record.asked.arrival else { return None };
    Some(match record.highest_met() {
        None if record.ladder.is_empty() => {
            "the search ended before any rate was judged".to_owned()
        }
        None => format!("not even {from} per second met {objective}"),
        Some(rate) if rate == *to => {
            format!("{rate} per second met {objective}, and no higher rate was to be tried")
        }
        Some(rate) if !record.is_whole() => {
            format!("{rate} per second met {objective}; the search did not come to its end")
        }
        Some(rate) => {
            format!("{rate} per second is the highest rate that met {objective}, to about 5 %")
        }
    })
}

fn times(record: &Record, text: &mut String) {
    let counts = &record.counts;
    let mut named = vec![
        ("latency ms".to_owned(), &counts.latency),
        ("answered in".to_owned(), &counts.service),
        ("started late".to_owned(), &counts.lateness),
    ];
    let phases = counts.phases.iter();
    named.extend(phases.map(|phase| (phase.name.replace('_', " "), &phase.times)));
    let calibration = record.slowest_calibration();
    named.extend(calibration.map(|one| ("null server".to_owned(), &one.latency)));
    for (name, times) in named.into_iter().filter(|(_, times)| times.count() > 0) {
        line(text, &name, &percentiles(times));
    }
    if let Some(most) = calibration.and_then(|one| one.most_per_second) {
        line(text, "generator", &format!("{most} per second at most"));
    }
}

fn percentiles(times: &Times) -> String {
    // p99.99 needs ten thousand; before that it only repeats the longest.
    let told = SHARES.iter().filter(|(name, _)| *name != "p99.99" || times.count() >= 10_000);
    let told: Vec<String> =
        told.map(|(name, share)| format!("{name} {}", ms(times.at(*share)))).collect();
    told.join("   ")
}

/// Writing to a string cannot fail.
fn line(text: &mut String, name: &str, words: &str) {
    let _ = writeln!(text, "  {name:<12} {words}");
}

fn wrap(words: &str, text: &mut String) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            text.push('\n');
            column = 0;
        }
        if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}
