//! The ready-made files in `docs/load/` are sound YAML, and of the shape that their readers want.

use fobwatch::adapters::map::MapHost;
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

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
    let map = map.replace("${TARGET}", "http://127.0.0.1:9");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let loaded = runtime.block_on(MapHost::load(&map, "my-server.yaml", None));
    assert!(loaded.is_ok(), "{:?}", loaded.err().map(|why| why.to_string()));
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
    assert_is_understood(command, &map);
    let mounted = container["volumeMounts"].as_array().expect("mounts");
    let volumes = spec["template"]["spec"]["volumes"].as_array().expect("volumes");
    let named = |list: &[Value]| list.iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    assert_eq!(named(mounted), named(volumes));
}

/// The command is run as it stands, but for its places and for a moment that has passed: all before
/// that was understood, and the people were read and are enough.
fn assert_is_understood(command: &str, map: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("my-server.yaml"), map).expect("a map");
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let person = |number: u32| format!("person-{number},pass word,otpauth://totp/x?secret={key}\n");
    let people: String = (0..6_200).map(person).collect();
    assert!(people.len() < 1 << 20, "they fit into a Secret: {}", people.len());
    fs::write(at("people.csv"), people).expect("people");
    let here = folder.path().display().to_string();
    let places = ["/load/", "/people/", "/dev/"];
    let command = places.iter().fold(command.to_owned(), |command, place| {
        let mark = if *place == "/dev/" { "2>" } else { "" };
        command.replace(&format!("{mark}{place}"), &format!("{mark}{here}/"))
    });
    let program = env!("CARGO_BIN_EXE_fobwatch");
    let command = command.replacen("fobwatch bench", &format!("'{program}' bench"), 1);
    let output = Command::new("/bin/sh")
        .args(["-c", &command.replace("${START}", "2020-01-01T00:00:00Z")])
        .env("JOB_COMPLETION_INDEX", "3")
        .env("JOB_COMPLETIONS", "4")
        .output()
        .expect("a shell");
    let said = fs::read_to_string(at("termination-log")).expect("the pod's last message");
    assert!(said.contains("--start-at 2020-01-01T00:00:00.000Z has passed"), "{command}: {said}");
    assert!(!output.status.success(), "only codes about what was measured are forgiven");
}

#[test]
fn the_workflow_deals_all_shards_and_judges_them_together() {
    let documents = documents("github.yml");
    let jobs = &documents[0]["jobs"];
    let shards = jobs["shard"]["strategy"]["matrix"]["shard"].as_array().expect("a matrix");
    assert_eq!(shards.iter().filter_map(Value::as_u64).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(
        (&jobs["shard"]["needs"], &jobs["verdict"]["needs"]),
        (&"build".into(), &"shard".into())
    );
    let runs = |job: &str| {
        let steps = jobs[job]["steps"].as_array().expect("steps");
        steps.iter().filter_map(|step| step["run"].as_str()).collect::<Vec<_>>().join("\n")
    };
    let shard = jobs["shard"].to_string();
    assert!(shard.contains("${{ matrix.shard }}/4") && runs("shard").contains("--start-at"));
    assert!(
        runs("verdict").contains("--from load-*.json") && runs("verdict").contains("--fail-if")
    );
    assert!(runs("shard").contains("|| [ $? -le 2 ]"), "one bad verification is no missing shard");
}
