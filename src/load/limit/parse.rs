//! Reads a limit: what is measured, the sign, and the bound.

use super::{Limit, NotLimit, Rule, Sign};
use crate::load::compare::Statistic;
use std::str::FromStr;
use std::time::Duration;

/// The longest limit, in bytes.
const LONGEST: usize = 64;

const MEASURES: &str = "write p50, p99.9 or another percentile, mean, max, errors or rate";

/// The signs, longer ones first, because `>` also begins `>=`.
const SIGNS: [(&str, Sign); 4] =
    [(">=", Sign::AtLeast), ("<=", Sign::AtMost), (">", Sign::Above), ("<", Sign::Below)];

/// Units of time, longer ones first, because `s` also ends `ms`.
const UNITS: [(&str, f64); 5] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)];

/// What is measured.
#[derive(Clone, Copy)]
enum Measure {
    Latency(Statistic),
    Longest,
    Errors,
    Rate,
}

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
        let sign = reader.sign()?;
        reader.skip_blanks();
        let rule = reader.rule(measure)?;
        reader.skip_blanks();
        if !reader.rest.is_empty() {
            return Err(reader.wrong("nothing may follow; of several limits each stands alone"));
        }
        Ok(Self { text: text.trim().to_owned(), rule, sign })
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

    fn sign(&mut self) -> Result<Sign, NotLimit> {
        self.skip_blanks();
        let sign = SIGNS.iter().find(|(sign, _)| self.take(sign));
        sign.map(|(_, sign)| *sign).ok_or_else(|| self.wrong("write >, >=, < or <="))
    }

    fn number(&mut self) -> Result<f64, NotLimit> {
        let end = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let value = digits.parse().ok().filter(|value: &f64| value.is_finite());
        let value = value.ok_or_else(|| self.wrong("write a number, such as 50 or 0.1"))?;
        self.rest = rest;
        Ok(value)
    }

    fn rule(&mut self, measure: Measure) -> Result<Rule, NotLimit> {
        let here = self.rest;
        if self.take("baseline") {
            if let Measure::Latency(statistic) = measure {
                return self.baseline(statistic);
            }
            self.rest = here;
            return Err(self.wrong("only percentiles and the mean are compared with a baseline"));
        }
        let value = self.number()?;
        self.skip_blanks();
        match measure {
            Measure::Latency(statistic) => Ok(Rule::Latency(statistic, self.time(value)?)),
            Measure::Longest => Ok(Rule::Longest(self.time(value)?)),
            Measure::Errors if self.take("%") => Ok(Rule::ErrorShare(value / 100.0)),
            Measure::Errors => Ok(Rule::Errors(value)),
            Measure::Rate if self.take("%") => Ok(Rule::RateShare(value / 100.0)),
            Measure::Rate if self.take("/s") => Ok(Rule::Rate(value)),
            Measure::Rate => {
                Err(self
                    .wrong("write % of the rate that was asked for, or /s: rate<95%, rate<90/s"))
            }
        }
    }

    fn baseline(&mut self, statistic: Statistic) -> Result<Rule, NotLimit> {
        self.skip_blanks();
        if !self.take("*") {
            return Ok(Rule::Baseline(statistic, 1.0));
        }
        self.skip_blanks();
        let before = self.rest;
        let factor = self.number()?;
        if factor <= 0.0 {
            self.rest = before;
            return Err(self.wrong("write a factor above 0, such as 1.1"));
        }
        Ok(Rule::Baseline(statistic, factor))
    }

    fn time(&mut self, value: f64) -> Result<Duration, NotLimit> {
        let unit = UNITS.iter().find(|(unit, _)| self.take(unit));
        let (_, seconds) = unit.ok_or_else(|| self.wrong("a time needs its unit: us, ms or s"))?;
        let time = Duration::try_from_secs_f64(value * seconds);
        time.map_err(|_| self.wrong("no load takes so long"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, NotLimit, Rule, Sign};
    use crate::load::compare::Statistic;
    use std::time::Duration;

    fn read(text: &str) -> (Rule, Sign) {
        let limit: Limit = text.parse().expect(text);
        (limit.rule, limit.sign)
    }

    #[test]
    fn limits_are_read_as_they_are_spoken() {
        let latency = |share, ms| Rule::Latency(Statistic::Share(share), Duration::from_millis(ms));
        let mean = Statistic::Mean;
        assert_eq!(read("p99>50ms"), (latency(0.99, 50), Sign::Above));
        assert_eq!(read(" p50 >= 0.25 s "), (latency(0.5, 250), Sign::AtLeast));
        assert_eq!(read("max>2s"), (Rule::Longest(Duration::from_secs(2)), Sign::Above));
        assert_eq!(read("mean<1ms"), (Rule::Latency(mean, Duration::from_millis(1)), Sign::Below));
        assert_eq!(read("errors>0.1%"), (Rule::ErrorShare(0.001), Sign::Above));
        assert_eq!(read("errors>3"), (Rule::Errors(3.0), Sign::Above));
        assert_eq!(read("rate<95%"), (Rule::RateShare(0.95), Sign::Below));
        assert_eq!(read("rate<=90/s"), (Rule::Rate(90.0), Sign::AtMost));
        assert_eq!(read("mean>baseline*1.1"), (Rule::Baseline(mean, 1.1), Sign::Above));
        assert_eq!(read("mean>baseline"), (Rule::Baseline(mean, 1.0), Sign::Above));
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
