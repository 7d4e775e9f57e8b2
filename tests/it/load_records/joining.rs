//! Shards of a load are the load: nothing is lost, and what does not belong together is refused.

use super::{record, scattered};
use fobwatch::domain::Moment;
use fobwatch::journal::Shard;
use fobwatch::load::record::{Arrival, NotOneLoad, Record, join};
use std::time::Duration;

fn shard(index: u32) -> Record {
    record(6, Shard::new(index, 4).ok(), |arrival| scattered(3, arrival))
}

fn named(records: Vec<Record>) -> Vec<(String, Record)> {
    let name = |(nth, record)| (format!("{}.json", nth + 1), record);
    records.into_iter().enumerate().map(name).collect()
}

fn four() -> Vec<Record> {
    (1..=4).map(shard).collect()
}

#[test]
fn four_shards_joined_equal_one_run_of_the_same_arrivals() {
    let whole = record(6, None, |arrival| scattered(3, arrival));
    // In any order.
    let mut shards = four();
    shards.swap(0, 2);
    let joined = join(named(shards)).expect("one load");
    assert_eq!(joined.counts, whole.counts);
    assert_eq!((joined.took(), joined.asked.people), (whole.took(), 4 * whole.asked.people));
    assert!((joined.throughput() - whole.throughput()).abs() < 1e-9);
    let order: Vec<_> = joined.parts.iter().filter_map(|part| part.shard).collect();
    assert_eq!(order.iter().map(|shard| shard.index()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    // A shard alone knows that it is a quarter.
    assert!(shard(1).of_asked_rate().is_some_and(|share| (share - 1.0).abs() < 0.01));
}

#[test]
fn slices_are_laid_over_each_other_by_when_each_shard_began() {
    let mut shards = four();
    shards[1].parts[0].began = Moment::EPOCH + Duration::from_millis(2_100);
    let whole = record(6, None, |arrival| scattered(3, arrival));
    let joined = join(named(shards)).expect("one load");
    assert_eq!(joined.counts.latency, whole.counts.latency);
    let started = |record: &Record| -> Vec<u64> {
        record.counts.slices.each().iter().map(|slice| slice.started).collect()
    };
    assert_eq!(started(&whole), [100; 6]);
    assert_eq!(started(&joined), [75, 75, 100, 100, 100, 100, 25, 25]);
    assert!(joined.took() > Duration::from_secs(8));
}

#[test]
fn what_does_not_belong_together_is_refused_by_name() {
    let why = |change: &dyn Fn(&mut Vec<Record>)| {
        let mut shards = four();
        change(&mut shards);
        join(named(shards)).expect_err("no load").to_string()
    };
    let seed = why(&|shards| shards[2].seed = 7);
    assert_eq!(seed, "the seed differs: 1 in 1.json, 7 in 3.json; join only parts of one load");
    let plan = why(&|shards| shards[1].asked.arrival = Arrival::Poisson { per_second: 100 });
    let expected =
        "the arrival differs: 100 per second in 1.json, 100 per second at random in 2.json";
    assert!(plan.starts_with(expected), "{plan}");
    let hidden = why(&|shards| shards[1].asked.in_flight = 8);
    assert!(hidden.starts_with("another option differs"), "{hidden}");
    let twice = why(&|shards| shards[3] = shard(2));
    assert_eq!(twice, "shard 2/4 is in 2.json and in 4.json; it would count twice");
    let missing = why(&|shards| {
        shards.remove(1);
    });
    assert!(missing.starts_with("shard 2 of 4 is missing"), "{missing}");
    let apart = why(&|shards| shards[3].parts[0].began = Moment::EPOCH + Duration::from_mins(1));
    assert!(apart.starts_with("4.json began 60 s after 1.json, when that had ended"), "{apart}");
    let whole = why(&|shards| shards.iter_mut().for_each(|shard| shard.parts[0].shard = None));
    assert!(whole.starts_with("1.json holds a whole load"), "{whole}");
    assert_eq!(join(Vec::new()), Err(NotOneLoad::Nothing));
}
