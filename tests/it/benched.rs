//! `fobwatch bench` as a person runs it, with its record and its page; and what must hold of any
//! load, however fast the machine is.

use crate::load_page::{assert_self_contained, titles};
use fobwatch::load::Plan;
use fobwatch::load::plan::{MOST_ENROLLED, Task, Wanted};
use fobwatch::load::record::{
    Arrival, Ended, Finish, Outcome, Record, Standing, Stop, WorkKind, file,
};
use fobwatch::otp::Period;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// The work of the loads here.
const MIX: &str = "valid=6,wrong=2,replayed=2";

/// Verifications per second, and for how many seconds.
const RATE: u32 = 8;
const SECONDS: u64 = 4;

/// What came of a load.
pub(crate) struct Benched {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
    pub(crate) record: Record,
    summary: Value,
    page: String,
}

/// Drives a small mixed load at `against`, with a record and a page.
pub(crate) fn benched(against: &str) -> Benched {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let report = |form: &str, name: &str| format!("{form}={}", at(name).display());
    let (rate, lasts) = (RATE.to_string(), format!("{SECONDS}s"));
    let output = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
        .args(["bench", "--against", against, "--rate", &rate, "--for", &lasts, "--mix", MIX])
        .args(["--report", &report("html", "load.html"), "--report", &report("json", "load.json")])
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, told) = (text(&output.stdout), text(&output.stderr));
    let open = || File::open(at("load.json")).unwrap_or_else(|why| panic!("{why}: {said}{told}"));
    let whole: Value = serde_json::from_reader(open()).expect("JSON");
    let record = file::read(open()).expect("a record");
    Benched {
        code: output.status.code(),
        said,
        record,
        summary: whole["summary"].clone(),
        page: std::fs::read_to_string(at("load.html")).expect("a page"),
    }
}

/// How many verifications of each kind of work were intended, by the plan alone.
fn intended(attempts: Option<u32>) -> BTreeMap<WorkKind, u64> {
    let wanted = Wanted {
        arrival: Arrival::Constant { per_second: RATE },
        stop: Stop::After(Duration::from_secs(SECONDS)),
        mix: MIX.parse().expect("a mix"),
        surge: None,
        warm_up: Duration::ZERO,
        period: Period::RECOMMENDED,
        pool: None,
        most_people: MOST_ENROLLED,
        attempts,
        window: 1,
        in_flight: 256,
        seed: 1,
        shard: None,
    };
    let plan = Plan::of(wanted).expect("a plan");
    let mut intended = BTreeMap::new();
    for event in plan.schedule(fobwatch::domain::Moment::EPOCH).filter(|event| event.counts) {
        let Task::Verify(kind) = event.task else { continue };
        *intended.entry(kind).or_default() += 1;
    }
    intended
}

impl Benched {
    /// How many of `kind` ended as `is_so` says.
    pub(crate) fn count(&self, kind: WorkKind, is_so: impl Fn(&Outcome) -> bool) -> u64 {
        let outcomes = self.record.counts.outcomes.all();
        outcomes.filter(|one| one.work == kind && is_so(one)).map(|one| one.count).sum()
    }

    /// All that was intended is accounted for, each in one class, and no class but the valid codes
    /// that were accepted is a success.
    pub(crate) fn assert_adds_up(&self, attempts: Option<u32>) {
        let Self { record, said, .. } = self;
        assert_eq!(record.parts[0].finish, Finish::Whole, "{said}");
        for (kind, due) in intended(attempts) {
            assert!(due > 2, "{due} {kind}");
            assert_eq!(self.count(kind, |_| true), due, "{kind}: {said}");
        }
        let standing = |standing| record.count(standing);
        let [succeeded, refused, accepted, failed] =
            [Standing::Succeeded, Standing::AsItShould, Standing::AcceptedThough, Standing::Failed]
                .map(standing);
        let due = u64::from(RATE) * SECONDS;
        assert_eq!(succeeded + refused + accepted + failed, due, "{said}");
        assert_eq!(succeeded, self.count(WorkKind::Valid, |one| one.ended == Ended::Accepted));
        assert!(succeeded > 0 && refused > 0, "{said}");
        assert_eq!(self.count(WorkKind::Wrong, |one| one.ended == Ended::Accepted), 0, "{said}");
        assert_eq!(self.count(WorkKind::Valid, |one| one.ended == Ended::Refused), 0, "{said}");
        let summary = |name: &str| self.summary[name].as_u64();
        let told = ["succeeded", "refused_as_it_should", "accepted_though", "failed"].map(summary);
        assert_eq!(told, [succeeded, refused, accepted, failed].map(Some));
        self.assert_times(succeeded + refused);
    }

    /// Latencies are there, of what ended as it should and of nothing else.
    fn assert_times(&self, good: u64) {
        assert_eq!(self.record.counts.latency.count(), good);
        let ms = |name: &str| self.summary["latency_ms"][name].as_f64().expect(name);
        assert_eq!(self.summary["latency_ms"]["count"].as_u64(), Some(good));
        let course = ["p50", "p90", "p99", "p99.9", "max"].map(ms);
        assert!(course[0] > 0.0 && course.is_sorted(), "{course:?}");
        assert!(self.said.contains("latency ms   p50 "), "{}", self.said);
        assert!(
            self.record.slowest_calibration().is_some(),
            "what we take ourselves stands beside"
        );
    }

    /// It is one page for itself, with its pictures and what must be read first.
    pub(crate) fn assert_page(&self) {
        let Self { page, record, .. } = self;
        assert_self_contained(page);
        let expected = [
            "Latency by percentile",
            "Throughput over time",
            "Latency over time",
            "Processors in use over time",
        ];
        assert_eq!(titles(page), expected);
        let (name, ended) = (&record.subject.name, record.ended());
        for words in [name.clone(), format!(" of {ended}</p>"), "stage: verify".to_owned()] {
            assert!(page.contains(&words), "{words}");
        }
    }
}

/// Nobody needs more than this to be told of a load: it ran, it adds up, its page is whole.
#[test]
fn a_load_on_the_reference_has_its_record_and_its_page() {
    let benched = benched("builtin:reference");
    assert_eq!(benched.code, Some(0), "{}", benched.said);
    benched.assert_adds_up(Some(5));
    benched.assert_page();
    assert!(benched.record.subject.in_process && !benched.record.subject.launched);
    assert_eq!(benched.record.count(Standing::AcceptedThough), 0);
}

/// The adapter in `folder`, as `--against` names it.
pub(crate) fn mapped(folder: &Path) -> String {
    format!("map:{}", folder.join("adapter.yaml").display())
}
