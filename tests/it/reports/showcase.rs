//! A run with one scenario of each verdict, and texts that no report may be broken by.

use crate::stage;
use fobwatch::conformance::{Finding, Judgement, Verdict, requirement};
use fobwatch::journal::EntryId;
use fobwatch::report;
use fobwatch::runner::expectations::{Known, KnownKind};
use fobwatch::runner::{Played, Run, Ticket};
use std::sync::Arc;
use std::time::Duration;

/// What a subject might answer: it ends CDATA, commands, cells, lines, blocks and comments.
pub(crate) const NASTY: &str = "100%, a:b ]]> \0\u{1}\u{FFFE}end\u{1b}[31m\n  ...\r\nnot ok 99 # SKIP\n\
     ::error::x | `y` <b> \"q\" 'r' & \\ \u{2028}\u{85} ü😀 --- *s* [t](u)";

/// Plays some shipped scenarios against the reference with one defect.
pub(crate) fn played(defect: &str, wanted: &[&str]) -> Run {
    stage::runtime().block_on(async {
        let post = stage::post().await;
        let against = format!("builtin:reference?defect={defect}");
        let host = fobwatch::adapters::open(&against).await.expect("it is built in");
        let chosen = |ticket: &Ticket| wanted.contains(&ticket.plan.id.as_str());
        let tickets = stage::shipped().into_iter().filter(chosen).collect();
        let settings = stage::settings(&against, 1);
        fobwatch::runner::run(host, &post.office, tickets, settings, |_| {}).await
    })
}

/// One scenario of each verdict: the pass and the first failure were really played.
pub(crate) fn showcase() -> Run {
    let mut run = played("replay-accepted", &["sign-in/replayed-code", "sms/first-sign-in"]);
    run.took = Some(Duration::from_millis(1_234));
    let pass = index(&run, "sms/first-sign-in");
    run.played.push(relabelled(&run.played[pass], "odd/weak", Verdict::Weak, None));
    let weak = run.played.last_mut().expect("just pushed");
    weak.judgements = vec![broken("delivery.once", "one message")];
    let remark = |text: &str| Some(format!("{text} {NASTY}"));
    let like = &run.played[pass];
    let stuck = relabelled(like, "odd/stuck", Verdict::Inconclusive, remark("no answer"));
    let mut lacking =
        relabelled(like, "odd/lacking", Verdict::Skipped, remark("the subject has no x"));
    lacking.entries.clear();
    lacking.judgements.clear();
    let mut nasty = relabelled(like, "odd/nasty", Verdict::Fail, None);
    nasty.judgements = vec![broken("rfc6238.single-use", NASTY), broken("guide.sms-first", NASTY)];
    run.played.extend([stuck, lacking, nasty]);
    run
}

/// The showcase and one more scenario, which fails as a list says that it would.
pub(crate) fn with_known_failure() -> Run {
    let mut run = showcase();
    let failed = &run.played[index(&run, "sign-in/replayed-code")];
    let mut known = relabelled(failed, "odd/known", Verdict::Fail, None);
    let reason = format!("the next release mends it {NASTY}");
    known.known = Some(Known { kind: KnownKind::Failure, reason, issue: Some("OTP-7".into()) });
    run.played.push(known);
    run
}

fn index(run: &Run, id: &str) -> usize {
    run.played.iter().position(|played| played.plan.id == id).expect("it was played")
}

fn relabelled(like: &Played, id: &str, verdict: Verdict, remark: Option<String>) -> Played {
    let mut plan = (*like.plan).clone();
    id.clone_into(&mut plan.id);
    plan.file = format!("scenarios/{id} a,b:c.yaml");
    plan.title = format!("A title: {NASTY}");
    let (entries, judgements) = (like.entries.clone(), like.judgements.clone());
    let ending = like.ending;
    let (known, traces) = (None, None);
    Played { plan: Arc::new(plan), verdict, ending, remark, entries, judgements, known, traces }
}

fn broken(id: &str, observed: &str) -> Judgement {
    let requirement = requirement(id).expect("it is in the register");
    let (expected, observed) = ("one, and only one".to_owned(), observed.to_owned());
    let finding = Finding::Broken { expected, observed, evidence: vec![EntryId::nth(9)] };
    Judgement { requirement, finding }
}

/// The run in the form called `name`.
pub(crate) fn written(run: &Run, name: &str) -> String {
    let mut bytes = Vec::new();
    report::form(name).expect("a form").write(run, &mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("UTF-8")
}

/// The same run with its last scenario `times` more, each under another id.
pub(crate) fn multiplied(times: usize) -> Run {
    let mut run = showcase();
    let last = run.played.pop().expect("there are some");
    for number in 0..times {
        let id = format!("many/nasty-{number}");
        let mut copy = relabelled(&last, &id, Verdict::Fail, None);
        copy.judgements.clone_from(&last.judgements);
        run.played.push(copy);
    }
    run
}

#[test]
fn the_same_run_is_written_with_the_same_bytes_in_every_form() {
    let (first, again) = (showcase(), showcase());
    for form in report::FORMS {
        let name = form.name();
        assert_eq!(written(&first, name), written(&again, name), "{name}");
    }
}
