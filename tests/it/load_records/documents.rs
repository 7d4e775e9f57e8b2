//! The ready-made files in `docs/load/` are sound YAML, and of the shape that their readers want.

use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn documents(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/load").join(name);
    let text = fs::read_to_string(&path).expect("it is there");
    let each = serde_yaml::Deserializer::from_str(&text);
    each.map(|document| Value::deserialize(document).expect(name)).collect()
}

#[test]
fn the_job_is_indexed_and_tells_each_pod_how_many_there_are() {
    let documents = documents("kubernetes-job.yaml");
    let [map, job] = documents.as_slice() else { panic!("a map and a job") };
    let map = map["data"]["my-server.yaml"].as_str().expect("a map");
    let inner: Value = serde_yaml::from_str(map).expect("the map within is YAML");
    assert!(inner["subject"].is_string());
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(spec["completions"], spec["parallelism"], "all of them at once");
    let container = &spec["template"]["spec"]["containers"][0];
    let told = &container["env"][0];
    assert_eq!(told["name"], "JOB_COMPLETIONS");
    assert_eq!(told["value"].as_str(), Some(spec["completions"].to_string().as_str()));
    let command = container["args"][0].as_str().expect("a command");
    for part in ["--shard auto", "--start-at \"${START}\"", "--report json=-"] {
        assert!(command.contains(part), "{part}");
    }
    let mounted = container["volumeMounts"].as_array().expect("mounts");
    let volumes = spec["template"]["spec"]["volumes"].as_array().expect("volumes");
    let named = |list: &[Value]| list.iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    assert_eq!(named(mounted), named(volumes));
}

#[test]
fn the_workflow_deals_all_shards_and_judges_them_together() {
    let documents = documents("github.yml");
    let jobs = &documents[0]["jobs"];
    let shards = jobs["shard"]["strategy"]["matrix"]["shard"].as_array().expect("a matrix");
    assert_eq!(shards.iter().filter_map(Value::as_u64).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(
        (&jobs["shard"]["needs"], &jobs["verdict"]["needs"]),
        (&"plan".into(), &"shard".into())
    );
    let runs = |job: &str| {
        let steps = jobs[job]["steps"].as_array().expect("steps");
        steps.iter().filter_map(|step| step["run"].as_str()).collect::<Vec<_>>().join("\n")
    };
    let shard = jobs["shard"].to_string();
    assert!(shard.contains("${{ matrix.shard }}/4") && runs("shard").contains("--start-at"));
    assert!(runs("verdict").contains("merge load-*.json") && runs("verdict").contains("--fail-if"));
}
