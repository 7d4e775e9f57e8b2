//! What a journal keeps of a scenario besides its entries: enough to judge and to report it again
//! without its file.

use crate::domain::{Declared, Place};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A scenario as reports need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Its id: the path of its file below the scenario folder, without ending.
    #[serde(rename = "scenario")]
    pub id: String,
    /// Its number in the whole catalogue, from 0, whatever was chosen from it.
    pub number: u32,
    /// Which variation of the file it is: empty, or `[platform=ios,round=2]`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variation: String,
    /// The file as the user named it.
    pub file: String,
    /// Its title.
    pub title: String,
    /// The requirements it says it puts to the test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// The features a subject must have for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The parameters that a subject must be set to for it.
    #[serde(default, skip_serializing_if = "Declared::is_empty")]
    pub settings: Declared,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where it stands in the file.
    #[serde(flatten)]
    pub place: Place,
    /// Its first line.
    pub source: String,
}

/// How playing a scenario came to its end; what it means for the verdict is not decided here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its last step was done.
    Complete,
    /// An expectation was missed.
    Missed,
    /// We could not ask, or a value that is needed was never shown.
    Stuck,
    /// The subject has no such feature.
    Unsupported,
}

/// One of several parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    index: u32,
    of: u32,
}

/// Why two numbers make no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no shard; write INDEX/COUNT from 1/COUNT to COUNT/COUNT, such as 2/4")]
pub struct NotShard(String);

impl Shard {
    /// Part `index`, counted from 1, of `of` parts.
    ///
    /// # Errors
    /// [`NotShard`] if there is no such part.
    pub fn new(index: u32, of: u32) -> Result<Self, NotShard> {
        let fits = (1..=of).contains(&index);
        fits.then_some(Self { index, of }).ok_or_else(|| NotShard(format!("{index}/{of}")))
    }

    /// Which part, from 1.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many parts there are.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the scenario with this number in the catalogue is dealt to this part: round robin.
    #[must_use]
    pub fn holds(self, number: u32) -> bool {
        number % self.of == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl std::str::FromStr for Shard {
    type Err = NotShard;

    fn from_str(text: &str) -> Result<Self, NotShard> {
        let wrong = || NotShard(text.to_owned());
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.parse().map_err(|_| wrong());
        Self::new(number(index)?, number(of)?).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Shard {
    type Error = NotShard;

    fn try_from(text: String) -> Result<Self, NotShard> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn every_scenario_is_dealt_to_exactly_one_part() {
        let parts: Vec<Shard> = (1..=4).map(|index| Shard::new(index, 4).expect("one")).collect();
        for number in 0..100 {
            assert_eq!(parts.iter().filter(|part| part.holds(number)).count(), 1, "{number}");
        }
    }

    #[test]
    fn a_shard_is_read_as_it_is_written() {
        assert_eq!("2/4".parse::<Shard>().expect("one").to_string(), "2/4");
        for wrong in ["0/4", "5/4", "1/0", "1", "a/b", "-1/2", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
