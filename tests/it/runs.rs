//! Whole runs: sound, repeatable, and the same by two routes.

use crate::puppet::python;
use crate::stage;
use fobwatch::adapters::builtin::Builtin;
use fobwatch::adapters::map::MapHost;
use fobwatch::adapters::{self, Host};
use fobwatch::conformance::{Finding, REQUIREMENTS, Verdict};
use fobwatch::domain::operation::OperationKind;
use fobwatch::domain::{Moment, Tap};
use fobwatch::journal::{Entry, Event};
use fobwatch::reference::Parameters;
use fobwatch::report::{self, Standing};
use fobwatch::runner::{self, Played, Run};
use fobwatch::scenario;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

fn assert_sound(run: &Run) {
    for played in &run.played {
        let troubles: Vec<String> = report::trouble::troubles(run, played)
            .iter()
            .map(report::trouble::Trouble::plain)
            .collect();
        assert_eq!(
            played.verdict,
            Verdict::Pass,
            "seed {} {}: {:?}\n{}",
            run.settings.seed,
            played.plan.id,
            played.remark,
            troubles.join("\n")
        );
    }
    assert!(run.strays.is_empty(), "{:?}", run.strays);
}

/// What the sound reference breaks on purpose: requirements that contradict the guide.
#[test]
fn the_guide_breaks_what_contradicts_it_and_nothing_else() {
    let run = stage::runtime()
        .block_on(async { stage::run_by_all("builtin:reference", 1, &stage::post().await).await });
    let standings = report::standings(&run).into_iter();
    let broken: Vec<&str> = standings
        .filter(|(_, standing)| *standing == Standing::Broken)
        .map(|(requirement, _)| requirement.id)
        .collect();
    let expected =
        ["asvs.no-phone-no-mail", "psd2.one-feature-per-channel", "asvs.totp-thirty-seconds"];
    assert_eq!(broken, expected);
}

#[test]
fn the_sound_reference_breaks_nothing_whatever_the_seed() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        for seed in 0..stage::seeds(20) {
            assert_sound(&stage::run("builtin:reference", seed, &post).await);
        }
    });
}

#[test]
fn every_requirement_is_put_to_the_test() {
    let run = stage::runtime()
        .block_on(async { stage::run("builtin:reference", 1, &stage::post().await).await });
    for (requirement, standing) in report::standings(&run) {
        assert_eq!(standing, Standing::Kept, "{}", requirement.id);
    }
}

#[test]
fn a_scenario_covers_what_it_says() {
    let run = stage::runtime()
        .block_on(async { stage::run_by_all("builtin:reference", 1, &stage::post().await).await });
    let mut claims = Vec::new();
    for played in &run.played {
        for id in &played.plan.covers {
            let judgement = played.judgements.iter().find(|one| one.requirement.id == id);
            let finding = judgement.map(|one| &one.finding);
            if !matches!(finding, Some(Finding::Kept { .. })) {
                claims.push(format!("{} covers {id}: {finding:?}", played.plan.id));
            }
        }
    }
    assert!(claims.is_empty(), "these claims do not hold:\n{}", claims.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    stage::runtime().block_on(async {
        let first =
            stage::journal_of(&stage::run("builtin:reference", 7, &stage::post().await).await);
        let second =
            stage::journal_of(&stage::run("builtin:reference", 7, &stage::post().await).await);
        assert!(first == second, "two runs with one seed differ");
        let other =
            stage::journal_of(&stage::run("builtin:reference", 8, &stage::post().await).await);
        assert!(first != other, "another seed must make another world");
    });
}

#[test]
fn no_secret_stands_in_a_journal() {
    use fobwatch::journal::Masking;
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let host = fobwatch::adapters::open("builtin:reference").await.expect("it is built in");
        let mut settings = stage::settings("builtin:reference", 1);
        settings.masking = Masking::Revealed;
        let tickets = stage::shipped();
        let open = fobwatch::runner::run(host, &post.office, tickets, settings, |_| {}).await;
        let shown = String::from_utf8(stage::journal_of(&open)).expect("UTF-8");
        let masked = stage::run("builtin:reference", 1, &stage::post().await).await;
        let hidden = String::from_utf8(stage::journal_of(&masked)).expect("UTF-8");
        let codes = codes_in(&shown);
        assert!(codes.len() > 50, "the revealed journal shows {} codes", codes.len());
        for code in codes {
            assert!(!hidden.contains(&code), "{code} stands in the masked journal");
        }
    });
}

/// The eight-digit PINs of a revealed journal.
fn codes_in(journal: &str) -> Vec<String> {
    let pattern = regex::Regex::new(r"\b\d{8}\b").expect("a pattern");
    let texts = journal.lines().filter(|line| line.contains("\"message_arrived\""));
    texts.flat_map(|line| pattern.find_iter(line).map(|one| one.as_str().to_owned())).collect()
}

/// A reference in a process of its own, with a virtual clock that all scenarios share. It is ended
/// by its process id when dropped.
struct Served {
    process: Child,
    base: String,
}

impl Served {
    fn start(post: &stage::Post) -> Self {
        let endpoints = &post.office.endpoints;
        let mut process = Command::new(env!("CARGO_BIN_EXE_fobwatch"))
            .args(["reference", "--clock", "virtual", "--seed", "1", "--listen", "127.0.0.1:0"])
            .args(["--sms", &endpoints.sms_url, "--smtp", &endpoints.smtp.to_string()])
            .args(["--sms-account", &endpoints.sms_account])
            .args(["--sms-token", endpoints.sms_token.reveal()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let base = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.expect("an address").to_owned();
        Self { process, base }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What happened, without what may differ by route: the time of day, the seed's names, and how the
/// subject puts its answers.
fn essence(played: &Played) -> Vec<String> {
    let start = played.entries.first().map_or(Moment::EPOCH, |first| first.at);
    played.entries.iter().filter_map(|entry| essential(entry, start)).collect()
}

fn essential(entry: &Entry, start: Moment) -> Option<String> {
    let mut entry = entry.clone();
    // Only a subject with a clock of its own is asked to advance it.
    if matches!(&entry.event, Event::Asked { request, .. }
        if request.operation == OperationKind::AdvanceClock)
    {
        return None;
    }
    if let Event::Answered { observed, shown, form, .. } = &mut entry.event {
        shown.clear();
        if let Some(form) = form {
            form.headers.clear();
        }
        observed.certificate = None;
        observed.unseen.clear();
        observed.challenge = None;
        // Each route draws its own number to tap.
        observed.number = observed.number.take().map(|_| "a number".to_owned());
        observed.bound.iter_mut().for_each(|token| token.id.clear());
        if let Some(offered) = &mut observed.offered {
            offered.serial_number = None;
        }
    }
    if let Event::Asked { request, .. } = &mut entry.event {
        request.target = None;
    }
    if let Event::Acted { push: Some(push), .. } = &mut entry.event
        && let Some(Tap::Number(number) | Tap::OtherThan(number)) = &mut push.tap
    {
        "a number".clone_into(number);
    }
    if let Event::MessageArrived { form, .. } = &mut entry.event {
        // Dates and ids of mails are each server's own.
        form.mail.iter_mut().for_each(|mail| mail.headers.iter_mut().for_each(|(_, v)| v.clear()));
    }
    let mut value = serde_json::to_value(&entry).expect("an entry serialises");
    let object = value.as_object_mut().expect("an object");
    // Numbers of entries shift where one route asks more.
    for name in ["id", "asked", "disturbed"] {
        object.remove(name);
    }
    object.insert("at".to_owned(), format!("{:?}", entry.at - start).into());
    // The two routes draw different codes, and some begin with a zero.
    Some(value.to_string().replace(",\"leading_zero\":true", ""))
}

/// Plays the shipped scenarios against the embedded reference and against `host`, which leads to
/// one that is served, and compares.
async fn assert_same_record(host: Arc<dyn Host>, against: &str, post: &stage::Post) {
    let routed = stage::play(Arc::clone(&host), against, 1, post).await;
    host.close().await;
    let direct = Builtin::new(Parameters::default(), Vec::new());
    let direct = stage::play(Arc::new(direct), "builtin:reference", 1, post).await;
    for played in &routed.played {
        // What another process is set to, nobody can change for one scenario.
        let expected = if played.plan.settings.is_empty() || played.remark.is_none() {
            Verdict::Pass
        } else {
            Verdict::Skipped
        };
        assert_eq!(played.verdict, expected, "{} {:?}", played.plan.id, played.remark);
    }
    let mut differences = Vec::new();
    for (one, other) in direct.played.iter().zip(&routed.played) {
        let id = &one.plan.id;
        // Who wins a race depends on who comes first.
        // How long a zero at the beginning is waited for depends on the codes.
        let other_codes = one.plan.id == "authenticator/leading-zero";
        if other_codes || one.plan.variation.contains("round=") || other.verdict == Verdict::Skipped
        {
            continue;
        }
        let (one, other) = (essence(one), essence(other));
        let without_advance = |lines: Vec<String>| -> Vec<String> {
            lines
                .into_iter()
                .filter(|line| !(line.contains("\"harness\"") && line.contains("\"done\"")))
                .collect()
        };
        let (one, other) = (without_advance(one), without_advance(other));
        let pairs = one.iter().zip(&other);
        let unlike = pairs.filter(|(left, right)| left != right);
        differences.extend(unlike.map(|(left, right)| format!("{id}:\n  {left}\n  {right}")));
        if one.len() != other.len() {
            differences.push(format!("{id}: {} entries and {}", one.len(), other.len()));
        }
    }
    assert!(differences.is_empty(), "directly, and {against}:\n{}", differences.join("\n"));
}

#[test]
fn the_same_scenarios_through_the_map_give_the_same_record() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let server = Served::start(&post);
        let text = include_str!("../../adapters/reference.yaml");
        let text = text.replace("http://127.0.0.1:4010", &server.base);
        let host = MapHost::load(&text, "adapters/reference.yaml", None).await.expect("it loads");
        assert_same_record(Arc::new(host), "map:adapters/reference.yaml", &post).await;
    });
}

/// What was decided, scenario by scenario.
fn decided(run: &Run) -> Vec<String> {
    let played = run.played.iter().map(|played| {
        // Which rules a code can put to the test, such as zeros in front, is left to chance.
        let judgements = played.judgements.iter();
        let broken = judgements.filter(|one| matches!(one.finding, Finding::Broken { .. }));
        let broken: Vec<&str> = broken.map(|one| one.requirement.id).collect();
        format!("{} {:?}: {}", played.plan.id, played.verdict, broken.join(", "))
    });
    played.collect()
}

#[test]
fn two_hundred_scenarios_at_once_do_not_disturb_each_other() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let server = Served::start(&post);
        let text = include_str!("../../adapters/reference.yaml");
        let text = text.replace("http://127.0.0.1:4010", &server.base);
        let map = "map:adapters/reference.yaml";
        let host = MapHost::load(&text, "adapters/reference.yaml", None).await.expect("it loads");
        let host: Arc<dyn Host> = Arc::new(host);
        let plans = stage::shipped().into_iter().map(|ticket| ticket.plan);
        let still: Vec<_> = plans.filter(|plan| !plan.moves_the_clock()).collect();
        let plans = still.iter().cycle().take(200).map(|plan| (**plan).clone()).collect();
        let tickets = runner::tickets(plans);
        let play = async |jobs, seed| {
            let settings = runner::Settings { jobs, ..stage::settings(map, seed) };
            let tickets = tickets.clone();
            runner::run(Arc::clone(&host), &post.office, tickets, settings, |_| {}).await
        };
        let alone = decided(&play(1, 1).await);
        let together = decided(&play(200, 2).await);
        assert_eq!(together.len(), 200);
        assert_eq!(alone, together);
    });
}

/// The block of the README that begins with this line.
fn in_readme(first_line: &str) -> String {
    let readme = include_str!("../../README.md");
    let start = readme.find(&format!("```yaml\n{first_line}")).expect(first_line);
    let block = &readme[start + "```yaml\n".len()..];
    block.split("```").next().unwrap_or_default().to_owned()
}

#[test]
fn the_map_and_the_scenario_of_the_readme_blame_nobody() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let server = Served::start(&post);
        let map = in_readme("# my-server.yaml").replace("http://127.0.0.1:4010", &server.base);
        let host = MapHost::load(&map, "my-server.yaml", None).await.expect("it loads");
        let known: Vec<&str> = REQUIREMENTS.iter().map(|requirement| requirement.id).collect();
        let text = in_readme("# my/first-pin.yaml");
        let plans = scenario::load("my/first-pin.yaml", &text, &known).expect("it loads");
        let (host, tickets) = (Arc::new(host), runner::tickets(plans));
        let settings = stage::settings("map:my-server.yaml", 1);
        let run = runner::run(host, &post.office, tickets, settings, |_| {}).await;
        assert_sound(&run);
    });
}

/// The adapter that is the example of how to write one.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/examples/reference.py");

#[test]
fn the_same_scenarios_through_a_program_give_the_same_record() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let server = Served::start(&post);
        let against = format!("exec:'{}' '{EXAMPLE}' {}", python(), server.base);
        let host = adapters::open(&against).await.unwrap_or_else(|error| panic!("{error}"));
        assert_same_record(host, &against, &post).await;
    });
}

#[test]
fn the_same_scenarios_through_a_listening_program_give_the_same_record() {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let server = Served::start(&post);
        let adapter = Listening::start(&server.base);
        let against = format!("attach:{}", adapter.address);
        let host = adapters::open(&against).await.unwrap_or_else(|error| panic!("{error}"));
        assert_same_record(host, &against, &post).await;
    });
}

/// The example, listening, as a person would start it in a debugger. It is ended by its process id
/// when dropped.
struct Listening {
    process: Child,
    address: String,
}

impl Listening {
    fn start(base: &str) -> Self {
        let mut process = Command::new(python())
            .args([EXAMPLE, base, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let address = line.split_whitespace().find(|word| word.starts_with("tcp://"));
        let address = address.expect("an address").to_owned();
        Self { process, address }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
