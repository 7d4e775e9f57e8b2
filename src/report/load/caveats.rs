//! What the numbers of a load are, and what they are not, in words.

use crate::load::record::{Arrival, Finish, Part, Record, Standing};
use crate::load::summary::ratio;
use std::time::Duration;

/// A generator that starts this share of the median latency late hides the subject behind itself.
const LARGE_SHARE: f64 = 0.5;

/// Below this share of the rate that was asked for, the load was another one than asked for.
const TOO_SLOW: f64 = 0.95;

/// Every caveat that this load needs, each a sentence or two.
pub(super) fn caveats(record: &Record) -> Vec<String> {
    let all = [
        Some(place(record)),
        Some(loops(record)),
        lateness(record),
        not_achieved(record),
        few(record),
        Some(calibration(record)),
        accepted(record),
        not_timed(record),
        shards(record),
        few_at_a_rate(record),
    ];
    all.into_iter().flatten().chain(ends(record)).collect()
}

fn place(record: &Record) -> String {
    let subject = &record.subject;
    let place = if subject.in_process {
        "The subject ran in this same process, without its HTTP: its work and ours shared the \
         processors."
    } else if subject.is_behind_program() {
        "An adapter that is a program stood between. What it takes itself is part of the times; its \
         processors and memory, where they are told, are its own and those of what it started, which \
         may be the server or not."
    } else if subject.launched {
        "The subject ran as a process of its own on this machine, and shared its processors with us."
    } else {
        "The subject was asked over its own interface, from this machine; the way there counts."
    };
    format!("Measured by: {}. {place}", subject.driven_by)
}

fn loops(record: &Record) -> String {
    match record.asked.arrival {
        Arrival::Closed { .. } => {
            "A closed loop asks less while the subject is slow, so its latency hides the waits that \
             people would have (coordinated omission); compare throughput only."
        }
        Arrival::Constant { .. }
        | Arrival::Poisson { .. }
        | Arrival::Ramp { .. }
        | Arrival::Steps { .. } => {
            "`latency` counts from the intended start, whether or not earlier ones are answered; it \
             is `started late` and `answered in` together."
        }
    }
    .to_owned()
}

fn lateness(record: &Record) -> Option<String> {
    let counts = &record.counts;
    let [late, latency] = [&counts.lateness, &counts.latency].map(|times| times.at(0.5));
    let large = late.as_secs_f64() > latency.as_secs_f64() * LARGE_SHARE;
    // Nobody is late for a closed loop: there it is ourselves who had no processor free.
    let cause = match record.asked.arrival {
        Arrival::Closed { .. } => "this machine had no processor free for them",
        Arrival::Constant { .. }
        | Arrival::Poisson { .. }
        | Arrival::Ramp { .. }
        | Arrival::Steps { .. } => {
            "by our own timer, or waiting for a place where too many were under way"
        }
    };
    (large && counts.latency.count() > 0).then(|| {
        format!(
            "Most started {} ms late: {cause}. That is a large part of `latency`; `answered in` is \
             the subject's share.",
            ms(late)
        )
    })
}

fn not_achieved(record: &Record) -> Option<String> {
    let share = record.of_asked_rate().filter(|share| *share < TOO_SLOW)?;
    let (good, ended) = (record.good(), record.ended());
    let percent = share * 100.0;
    // What did not end as it should is missing from the rate, however punctual all was.
    let on_time = share * ratio(ended, good.max(1));
    Some(if good > 0 && on_time >= TOO_SLOW {
        format!(
            "Only {percent:.0} % of the rate that was asked for counts, because {} of {ended} \
             verifications did not end as they should; they were made at that rate.",
            ended - good
        )
    } else {
        format!(
            "Only {percent:.0} % of the rate that was asked for was achieved: the subject, or this \
             machine, cannot keep it up, or verifications failed."
        )
    })
}

fn few(record: &Record) -> Option<String> {
    let count = record.counts.latency.count();
    let (most, share) = match count {
        1..100 => (100, "p99"),
        100..1_000 => (1_000, "p99.9"),
        1_000..10_000 => (10_000, "p99.99"),
        _ => return None,
    };
    Some(format!("Below {most} verifications {share} is the slowest one or nearly so."))
}

fn calibration(record: &Record) -> String {
    let Some(slowest) = record.slowest_calibration() else {
        return "Not calibrated against a server that does nothing: what the generator takes itself \
                is not known, and is part of the times."
            .to_owned();
    };
    let [p50, p99] = [0.5, 0.99].map(|share| ms(slowest.latency.at(share)));
    let meaning = if record.subject.in_process {
        "That is over HTTP, which this subject does not have; it shows what a server adds to these \
         times at least."
    } else {
        "Nothing below that can be told of the subject."
    };
    format!(
        "Of a server that does nothing the same generator saw {p50} ms at p50 and {p99} ms at p99. \
         {meaning}"
    )
}

fn accepted(record: &Record) -> Option<String> {
    let count = record.accepted_though();
    (count > 0).then(|| {
        format!(
            "{count} codes that must be refused were accepted. They count as errors and not into \
             throughput; `fobwatch run` shows which requirement that breaks."
        )
    })
}

fn not_timed(record: &Record) -> Option<String> {
    let failed = record.count(Standing::Failed) > 0;
    failed.then(|| "Failures are counted, not timed.".to_owned())
}

fn shards(record: &Record) -> Option<String> {
    let count = record.parts.len();
    let began = record.parts.iter().map(|part: &Part| part.began);
    let (first, last) = (began.clone().min()?, began.max()?);
    (count > 1).then(|| {
        format!(
            "{count} shards, the last of which began {} ms after the first by the clocks of their \
             machines. Clocks that disagree move what is drawn over time, and no latency: each \
             shard timed its own.",
            (last - first).as_millis()
        )
    })
}

fn few_at_a_rate(record: &Record) -> Option<String> {
    let few = record.ladder.iter().filter(|rung| rung.latency.count() < 100).count();
    (few > 0).then(|| {
        format!(
            "At {few} of {} rates fewer than 100 verifications decided: their p99 is the slowest one. \
             Each rate was tried once; a longer --for makes it surer.",
            record.ladder.len()
        )
    })
}

/// Why parts of it did not come to their end.
fn ends(record: &Record) -> Vec<String> {
    let several = record.parts.len() > 1;
    let told = record.parts.iter().filter_map(|part| {
        let who = part.shard.filter(|_| several);
        let who = who.map_or("It".to_owned(), |shard| format!("Shard {shard}"));
        match &part.finish {
            Finish::Whole => None,
            Finish::Interrupted => Some(format!(
                "{who} was interrupted: what had not ended by then is in none of the numbers."
            )),
            Finish::SubjectGone { after, why } => Some(format!(
                "{who} ended because the subject was gone after {:.1} s ({why}). What was asked of \
                 it from then on counts as failed, and what was due later in none of the numbers.",
                after.as_secs_f64()
            )),
            Finish::OutOfCodes => Some(format!(
                "{who} ended early, because everybody had used the code of their time step, and a \
                 closed loop does not wait for the next one. Throughput is over the time that it \
                 went. For longer, give a larger --pool, or say how many with --count."
            )),
        }
    });
    told.collect()
}

/// A time in milliseconds, as all reports show it.
pub(super) fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms >= 100.0 { format!("{ms:.0}") } else { format!("{ms:.2}") }
}
