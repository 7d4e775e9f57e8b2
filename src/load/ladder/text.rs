//! The ladder in words: a table for each hash function, then what the numbers are.

use super::{Group, Ladder, Way};
use std::fmt::Write as _;

impl Ladder {
    /// The whole of it for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let found: Vec<String> = self.found.iter().map(ToString::to_string).collect();
        let mut text = format!(
            "{} users, each with a wrong code of {} digits, {} {} tried\n\
             instruction sets: {}; clock {:.2} GHz\n",
            self.users,
            self.digits,
            self.steps,
            if self.steps == 1 { "counter" } else { "counters" },
            found.join(", "),
            self.gigahertz,
        );
        self.groups.iter().for_each(|group| table(group, &mut text));
        text.push_str(NOTES);
        text
    }
}

const NOTES: &str = "
Nanoseconds are processor time of the measuring thread for one verification: all counters of the
window, none left out, because the code is wrong. `cycles` are for one counter, by a clock that was
measured with a chain of dependent multiplications (3 cycles each, as on Intel's large cores and
AMD's Zen). `ratio` is to the HMAC that is keyed anew for each candidate, which is what OTP
libraries do. All ways took turns and were checked against the portable one first. Not measured:
reading requests, looking up users, remembering steps.
";

fn table(group: &Group, text: &mut String) {
    let batch = format!("a batch takes {}", group.chosen);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\n{:<42}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}\n",
        format!("HMAC-{}: {batch}", group.algorithm),
        "least ns",
        "median",
        "most",
        "M/s",
        "cycles",
        "ratio"
    );
    for rung in &group.rungs {
        let mark = if rung.way == Way::Batch(group.chosen) { "*" } else { " " };
        let _ = writeln!(
            text,
            "{mark} {:<40}{:>9.1}{:>9.1}{:>9.1}{:>9.2}{:>9.0}{:>8.2}",
            rung.way.to_string(),
            rung.least_ns,
            rung.median_ns,
            rung.most_ns,
            1e3 / rung.median_ns,
            rung.cycles_per_code,
            rung.times_keyed_anew,
        );
    }
}
