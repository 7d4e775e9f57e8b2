//! Reads a limit: what is measured, how it breaks the limit, and the bound.

use super::{Bound, Breach, Limit, Measure, NotLimit};
use crate::load::compare::Statistic;
use std::str::FromStr;
use std::time::Duration;

/// The longest limit, in bytes.
const LONGEST: usize = 64;

const MEASURES: &str = "write p50, p99.9 or another percentile, mean, max, errors or rate";

/// The signs, longer ones first, because `>` also begins `>=`.
const SIGNS: [(&str, Breach); 4] =
    [(">=", Breach::AtLeast), ("<=", Breach::AtMost), (">", Breach::Above), ("<", Breach::Below)];

/// Units of time, longer ones first, because `s` also ends `ms`.
const UNITS: [(&str, f64); 5] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)];

/// A text that is read from the left.
struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl FromStr for Limit {
    type Err = NotLimit;

    fn from_str(text: &str) -> Result<Self, NotLimit> {
        let mut reader = Reader { text, rest: text };
        if text.len() > LONGEST {
            return Err(reader.wrong("a limit is short, such as p99>50ms"));
        }
        let measure = reader.measure()?;
        let breach = reader.sign()?;
        reader.skip_blanks();
        let bound = reader.bound(measure)?;
        reader.skip_blanks();
        if !reader.rest.is_empty() {
            return Err(
                reader.wrong("nothing may follow; give several limits by several --fail-if")
            );
        }
        Ok(Self { text: text.trim().to_owned(), measure, breach, bound })
    }
}

impl Reader<'_> {
    fn wrong(&self, why: &str) -> NotLimit {
        let before = &self.text[..self.text.len() - self.rest.len()];
        NotLimit { text: self.text.to_owned(), at: before.chars().count(), why: why.to_owned() }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, word: &str) -> bool {
        let after = self.rest.strip_prefix(word);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn measure(&mut self) -> Result<Measure, NotLimit> {
        self.skip_blanks();
        let words = [
            ("mean", Measure::Latency(Statistic::Mean)),
            ("max", Measure::Longest),
            ("errors", Measure::Errors),
            ("rate", Measure::Rate),
        ];
        if let Some((_, measure)) = words.iter().find(|(word, _)| self.take(word)) {
            return Ok(*measure);
        }
        if !self.take("p") {
            return Err(self.wrong(MEASURES));
        }
        let before = self.rest;
        match self.number() {
            Ok(percent) if percent > 0.0 && percent < 100.0 => {
                Ok(Measure::Latency(Statistic::Share(percent / 100.0)))
            }
            Ok(_) => {
                self.rest = before;
                Err(self.wrong("a percentile lies between 0 and 100; max is the longest"))
            }
            Err(_) => Err(self.wrong(MEASURES)),
        }
    }

    fn sign(&mut self) -> Result<Breach, NotLimit> {
        self.skip_blanks();
        let sign = SIGNS.iter().find(|(sign, _)| self.take(sign));
        sign.map(|(_, breach)| *breach).ok_or_else(|| self.wrong("write >, >=, < or <="))
    }

    fn number(&mut self) -> Result<f64, NotLimit> {
        let end = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let value = digits.parse().ok().filter(|value: &f64| value.is_finite());
        let value = value.ok_or_else(|| self.wrong("write a number, such as 50 or 0.1"))?;
        self.rest = rest;
        Ok(value)
    }

    fn bound(&mut self, measure: Measure) -> Result<Bound, NotLimit> {
        let here = self.rest;
        if self.take("baseline") {
            return self.baseline(measure, here);
        }
        let value = self.number()?;
        self.skip_blanks();
        match measure {
            Measure::Latency(_) | Measure::Longest => self.time(value),
            Measure::Errors | Measure::Rate if self.take("%") => Ok(Bound::Share(value / 100.0)),
            Measure::Errors => Ok(Bound::Count(value)),
            Measure::Rate if self.take("/s") => Ok(Bound::PerSecond(value)),
            Measure::Rate => {
                Err(self
                    .wrong("write % of the rate that was asked for, or /s: rate<95%, rate<90/s"))
            }
        }
    }

    fn baseline<'a>(&mut self, measure: Measure, here: &'a str) -> Result<Bound, NotLimit>
    where
        Self: 'a,
    {
        if !matches!(measure, Measure::Latency(_)) {
            self.rest = &self.text[self.text.len() - here.len()..];
            return Err(self.wrong("only percentiles and the mean are compared with a baseline"));
        }
        self.skip_blanks();
        if !self.take("*") {
            return Ok(Bound::Baseline(1.0));
        }
        self.skip_blanks();
        let before = self.rest;
        let factor = self.number()?;
        if factor <= 0.0 {
            self.rest = before;
            return Err(self.wrong("write a factor above 0, such as 1.1"));
        }
        Ok(Bound::Baseline(factor))
    }

    fn time(&mut self, value: f64) -> Result<Bound, NotLimit> {
        let unit = UNITS.iter().find(|(unit, _)| self.take(unit));
        let (_, seconds) = unit.ok_or_else(|| self.wrong("a time needs its unit: us, ms or s"))?;
        let time = Duration::try_from_secs_f64(value * seconds);
        time.map(Bound::Time).map_err(|_| self.wrong("no load takes so long"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Breach, Limit, Measure, NotLimit};
    use crate::load::compare::Statistic;
    use std::time::Duration;

    fn read(text: &str) -> (Measure, Breach, Bound) {
        let limit: Limit = text.parse().expect(text);
        (limit.measure, limit.breach, limit.bound)
    }

    #[test]
    fn limits_are_read_as_they_are_spoken() {
        let share = |share| Measure::Latency(Statistic::Share(share));
        let ms = |ms| Bound::Time(Duration::from_millis(ms));
        assert_eq!(read("p99>50ms"), (share(0.99), Breach::Above, ms(50)));
        assert_eq!(read(" p50 >= 0.25 s "), (share(0.5), Breach::AtLeast, ms(250)));
        assert_eq!(read("max>2s"), (Measure::Longest, Breach::Above, ms(2000)));
        let mean = Measure::Latency(Statistic::Mean);
        assert_eq!(read("mean<1ms"), (mean, Breach::Below, ms(1)));
        assert_eq!(read("errors>0.1%"), (Measure::Errors, Breach::Above, Bound::Share(0.001)));
        assert_eq!(read("errors>3"), (Measure::Errors, Breach::Above, Bound::Count(3.0)));
        assert_eq!(read("rate<95%"), (Measure::Rate, Breach::Below, Bound::Share(0.95)));
        assert_eq!(read("rate<=90/s"), (Measure::Rate, Breach::AtMost, Bound::PerSecond(90.0)));
        assert_eq!(read("mean>baseline*1.1"), (mean, Breach::Above, Bound::Baseline(1.1)));
        assert_eq!(read("mean>baseline"), (mean, Breach::Above, Bound::Baseline(1.0)));
    }

    #[test]
    fn what_is_no_limit_is_shown_with_its_place() {
        let wrong = [
            ("", 0, "write p50"),
            ("q99>5ms", 0, "write p50"),
            ("p>5ms", 1, "write p50"),
            ("p100>5ms", 1, "max is the longest"),
            ("p99 5ms", 4, "write >"),
            ("p99>", 4, "write a number"),
            ("p99>50", 6, "needs its unit"),
            ("p99>50ms!", 8, "nothing may follow"),
            ("p99>5ms,p50>1ms", 7, "nothing may follow"),
            ("rate<95", 7, "write %"),
            ("errors>baseline*2", 7, "only percentiles"),
            ("max>baseline", 4, "only percentiles"),
            ("p99>baseline*0", 13, "a factor above 0"),
            ("p99>1.2.3ms", 4, "write a number"),
        ];
        for (text, place, said) in wrong {
            let NotLimit { at, why, .. } = text.parse::<Limit>().expect_err(text);
            assert!(at == place && why.contains(said), "{text}: {at} {why}");
        }
        let shown = "µ99>1ms".parse::<Limit>().expect_err("no limit").to_string();
        assert!(shown.starts_with("µ99>1ms\n^ write p50"), "{shown}");
        let shown = "p99>50".parse::<Limit>().expect_err("no limit").to_string();
        assert!(shown.starts_with("p99>50\n      ^ a time needs"), "{shown}");
    }
}
