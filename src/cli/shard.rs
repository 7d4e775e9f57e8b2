//! Which part of a run this is: as the command line says, or as the CI system or cluster does.

use crate::journal::Shard;

/// How one system says it.
struct Source {
    /// Its name, for messages.
    system: &'static str,
    /// The variable with this part's number.
    index: &'static str,
    /// The variable with how many parts there are.
    count: &'static str,
    /// The number of the first part.
    first: First,
}

/// From where a system counts.
enum First {
    Zero,
    One,
    /// From what this variable says.
    Told(&'static str),
}

/// Every system that says it in variables, one line each. GitHub does not: there, a matrix hands
/// the numbers to `--shard` itself.
#[rustfmt::skip]
static SOURCES: &[Source] = &[
    Source { system: "GitLab", index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", first: First::One },
    Source { system: "CircleCI", index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL", first: First::Zero },
    Source { system: "Buildkite", index: "BUILDKITE_PARALLEL_JOB", count: "BUILDKITE_PARALLEL_JOB_COUNT", first: First::Zero },
    Source { system: "Kubernetes", index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETIONS", first: First::Zero },
    Source { system: "Slurm", index: "SLURM_ARRAY_TASK_ID", count: "SLURM_ARRAY_TASK_COUNT", first: First::Told("SLURM_ARRAY_TASK_MIN") },
];

/// The shard that `text` names: `2/4`, or `auto` for what the variables of `environment` say.
pub(super) fn read(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Shard, String> {
    if text != "auto" {
        return text.parse().map_err(|why| format!("{why}, or auto"));
    }
    let told = SOURCES.iter().find(|source| environment(source.index).is_some());
    let source = told.ok_or_else(|| {
        let known: Vec<&str> = SOURCES.iter().map(|source| source.index).collect();
        format!(
            "no variable says which shard this is (looked for {}); write --shard INDEX/COUNT",
            known.join(", ")
        )
    })?;
    source.read(environment)
}

impl Source {
    fn read(&self, environment: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let number = |name: &str| -> Result<u32, String> {
            let text = environment(name).ok_or_else(|| {
                let Self { system, index, .. } = self;
                format!("{system} sets {index} and not {name}; write --shard INDEX/COUNT")
            })?;
            text.trim().parse().map_err(|_| format!("{name} is `{text}`, which is no number"))
        };
        let first = match self.first {
            First::Zero => 0,
            First::One => 1,
            First::Told(name) => number(name)?,
        };
        let (index, count) = (number(self.index)?, number(self.count)?);
        let wrong = || format!("{} is {index} and {} is {count}", self.index, self.count);
        let place = index.checked_sub(first).and_then(|place| place.checked_add(1));
        Shard::new(place.ok_or_else(wrong)?, count).map_err(|_| wrong())
    }
}

/// A variable of the process.
pub(super) fn environment(name: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "cli is where the environment is read")]
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    fn auto(variables: &[(&str, &str)]) -> Result<String, String> {
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        read("auto", value).map(|shard| shard.to_string())
    }

    #[test]
    fn each_system_is_understood_from_where_it_counts() {
        let read = |variables: &[(&str, &str)]| auto(variables).expect("a shard");
        assert_eq!(read(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")]), "1/4");
        assert_eq!(read(&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")]), "1/4");
        let buildkite = [("BUILDKITE_PARALLEL_JOB", "3"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")];
        assert_eq!(read(&buildkite), "4/4");
        assert_eq!(read(&[("JOB_COMPLETION_INDEX", "1"), ("JOB_COMPLETIONS", "2")]), "2/2");
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "12"),
            ("SLURM_ARRAY_TASK_MIN", "10"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        assert_eq!(read(&slurm), "3/4");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_variables() {
        let why = |variables: &[(&str, &str)]| auto(variables).expect_err("no shard");
        assert!(why(&[]).contains("CI_NODE_INDEX"));
        assert!(why(&[("CI_NODE_INDEX", "1")]).contains("CI_NODE_TOTAL"));
        assert!(why(&[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "4")]).contains("`x`"));
        for index in ["0", "5"] {
            let out_of_range = why(&[("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", "4")]);
            assert!(out_of_range.contains("CI_NODE_INDEX is"), "{out_of_range}");
        }
    }

    #[test]
    fn a_shard_may_be_written_out() {
        assert_eq!(read("2/3", |_| None).expect("a shard").to_string(), "2/3");
        assert!(read("3/2", |_| None).expect_err("no shard").contains("or auto"));
    }
}
