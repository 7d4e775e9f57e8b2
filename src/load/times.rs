//! Distributions of times: HDR histograms in nanoseconds, which add up without loss.

use data_encoding::BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest time told apart, an hour; longer ones count as this.
pub const LONGEST: Duration = Duration::from_hours(1);

/// The shortest time told apart in nanoseconds. It costs memory to tell shorter ones apart, and a
/// verification takes longer.
pub const LOWEST_NS: u64 = 128;

/// Bytes of a V2 histogram before its counts.
const HEADER: usize = 40;

/// The first four bytes of a V2 histogram that is not compressed.
const COOKIE: u32 = 0x1c84_9313;

/// A distribution of times with so many significant digits: with three the error is below one in a
/// thousand, with two below one in a hundred.
///
/// Saved as the bytes of `HdrHistogram` V2 in base64, unit nanoseconds, [`LOWEST_NS`] and
/// [`LONGEST`] as bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Times<const DIGITS: u8 = 3>(Histogram<u64>);

/// A distribution of which there are many, as of every second: two digits.
pub type CoarseTimes = Times<2>;

impl<const DIGITS: u8> Default for Times<DIGITS> {
    fn default() -> Self {
        Self::none()
    }
}

impl<const DIGITS: u8> Times<DIGITS> {
    /// Nothing yet.
    #[must_use]
    pub fn none() -> Self {
        let longest = nanoseconds(LONGEST);
        #[allow(clippy::expect_used, reason = "constants within the histogram's limits")]
        Self(Histogram::new_with_bounds(LOWEST_NS, longest, DIGITS).expect("the bounds fit"))
    }

    /// Notes one time.
    pub fn record(&mut self, time: Duration) {
        self.0.saturating_record(nanoseconds(time.min(LONGEST)));
    }

    /// Adds all that `other` has noted; nothing is lost by it.
    pub fn add(&mut self, other: &Self) {
        #[allow(clippy::expect_used, reason = "all of a kind have the same bounds and digits")]
        self.0.add(&other.0).expect("equal bounds");
    }

    /// The time that a `share` of 0 to 1 did not exceed; zero if nothing was noted.
    #[must_use]
    pub fn at(&self, share: f64) -> Duration {
        if self.0.is_empty() {
            return Duration::ZERO;
        }
        // All that cannot be told apart counts as the longest of it: the shortest time as well.
        let within = self.0.value_at_quantile(share.clamp(0.0, 1.0));
        Duration::from_nanos(self.0.highest_equivalent(within))
    }

    /// The mean; zero if nothing was noted.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_secs_f64(self.0.mean().max(0.0) / 1e9)
    }

    /// How many times were noted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Each distinct time that was noted, to the precision of the histogram, and how often.
    pub fn distinct(&self) -> impl Iterator<Item = (Duration, u64)> {
        self.0
            .iter_recorded()
            .map(|step| (Duration::from_nanos(step.value_iterated_to()), step.count_at_value()))
    }

    fn to_base64(&self) -> Result<String, String> {
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&self.0, &mut bytes).map_err(|why| why.to_string())?;
        Ok(BASE64.encode(&bytes))
    }

    fn from_base64(text: &str) -> Result<Self, String> {
        let bytes = BASE64.decode(text.as_bytes()).map_err(|why| format!("no base64: {why}"))?;
        // Looked at first, because the library makes as much room as the header asks for.
        refuse_header(&bytes, DIGITS)?;
        let read = Deserializer::new().deserialize(&mut bytes.as_slice());
        read.map(Self).map_err(|why| format!("no histogram: {why}"))
    }
}

/// What the header must say: ours, and as long as it is.
fn refuse_header(bytes: &[u8], digits: u8) -> Result<(), String> {
    let header = bytes.get(..HEADER).ok_or("no histogram: it is too short")?;
    let number = |at: usize, width: usize| {
        header[at..at + width].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let expected = [
        ("kind", number(0, 4), u64::from(COOKIE)),
        ("length", number(4, 4), (bytes.len() - HEADER) as u64),
        ("number of digits", number(12, 4), u64::from(digits)),
        ("lowest value", number(16, 8), LOWEST_NS),
        ("highest value", number(24, 8), nanoseconds(LONGEST)),
    ];
    match expected.iter().find(|(_, found, wanted)| found != wanted) {
        None => Ok(()),
        Some((what, found, wanted)) => {
            Err(format!("no histogram of ours: its {what} is {found}, not {wanted}"))
        }
    }
}

pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl<const DIGITS: u8> Serialize for Times<DIGITS> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64().map_err(serde::ser::Error::custom)?)
    }
}

impl<'de, const DIGITS: u8> Deserialize<'de> for Times<DIGITS> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_base64(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
