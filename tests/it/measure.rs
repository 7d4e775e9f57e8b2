//! Measuring claims: the sound reference is what it says, whatever its settings; a false claim and
//! a bad generator are noticed.

use crate::stage;
use fobwatch::adapters::builtin::Builtin;
use fobwatch::adapters::{Connection, Host, Stage};
use fobwatch::domain::{Clock, Declared, Soon};
use fobwatch::measure::{self, Lab, Measured, NotMeasured, Report, Timing, Value, Verdict, Wishes};
use fobwatch::otp::{Digits, Period};
use fobwatch::reference::Parameters;
use fobwatch::subject::{About, AskError, ClockMode, Subject};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

const WISHES: Wishes =
    Wishes { seed: 1, samples: 120, patience: Duration::ZERO, timing: Timing::Off };

async fn measured(host: &dyn Host, wishes: Wishes) -> Report {
    let post = stage::post().await;
    let clock = host.clock();
    let gateways = post.office.endpoints.clone();
    let of_stage = Arc::clone(&clock);
    let (scenario, settings) = ("measure".to_owned(), Declared::default());
    let stage = Stage { scenario, number: 0, seed: 1, clock: of_stage, gateways, settings };
    let connection = host.connect(&stage).await.expect("a connection");
    let inbox = Arc::clone(&post.office.inbox);
    measure::measure(Lab::new(connection, clock, inbox, wishes), |_| {}).await
}

fn measure(host: &dyn Host) -> Report {
    stage::runtime().block_on(measured(host, WISHES))
}

fn defective(name: &str) -> Report {
    measure(&Builtin::parse(&format!("reference?defect={name}")).expect("a defect"))
}

fn row<'a>(report: &'a Report, parameter: &str) -> &'a Measured {
    report.rows.iter().find(|row| row.parameter == parameter).expect("a row")
}

fn found(report: &Report, parameter: &str) -> Value {
    *row(report, parameter).found.as_ref().expect("it was measured")
}

#[test]
fn the_sound_reference_is_what_it_declares() {
    let report = measure(&Builtin::new(Parameters::default(), vec![]));
    for row in &report.rows {
        let expected = if row.claim.is_some() { Verdict::Agrees } else { Verdict::Undeclared };
        assert_eq!(row.verdict, expected, "{row:?}");
    }
    assert_eq!(report.rows.iter().filter(|row| row.claim.is_some()).count(), 11);
    assert_eq!(found(&report, "code_lifetime"), Value::Between { held: 299, ended: 300 });
    assert!(!report.contradicts() && !report.is_empty());
    let quality = report.quality.as_ref().expect("codes came");
    assert_eq!((quality.samples, quality.below(0.01).count()), (120, 0));
    let odds: Vec<String> =
        report.odds.iter().map(|one| format!("{} {:.1e}", one.target, one.per_day)).collect();
    assert_eq!(odds, ["delivered code 5.0e-8", "code of the token 1.5e-5"]);
}

#[test]
fn other_settings_are_measured_just_as_well() {
    let report = measure(&Builtin::new(
        Parameters {
            pin_digits: 6,
            pin_lifetime: Duration::from_secs(97),
            messages_per_challenge: 3,
            lockout_attempts: 7,
            lockout_lifetime: Some(Duration::from_secs(1801)),
            activation_lifetime: Duration::from_secs(130),
            token_digits: Digits::EIGHT,
            token_period: Period::new(45).expect("a period"),
            token_window_steps: 3,
            ..Parameters::default()
        },
        vec![],
    ));
    let expected = [
        ("code_digits", Value::Exactly(6)),
        ("code_lifetime", Value::Between { held: 96, ended: 97 }),
        ("attempts", Value::Exactly(7)),
        ("lockout", Value::Between { held: 1800, ended: 1801 }),
        ("messages", Value::Exactly(3)),
        ("activation_lifetime", Value::Between { held: 129, ended: 130 }),
        ("token_digits", Value::Exactly(8)),
        ("token_period", Value::Exactly(45)),
        ("token_window", Value::Exactly(3)),
        ("token_look_back", Value::Exactly(3)),
        ("token_look_ahead", Value::Exactly(3)),
    ];
    for (parameter, value) in expected {
        assert_eq!(found(&report, parameter), value, "{parameter}");
    }
    assert!(!report.contradicts(), "{}", report.to_text());
}

#[test]
fn a_false_claim_is_contradicted_and_no_other_one() {
    let table = [
        ("shorter-lifetime-than-declared", "code_lifetime"),
        ("pin-never-expires", "code_lifetime"),
        ("fewer-attempts-than-declared", "attempts"),
        ("window-wider-than-declared", "token_window"),
        ("wide-window", "token_window"),
        ("activation-shorter-than-declared", "activation_lifetime"),
        ("resend-repeats-code", "resend"),
        ("resend-keeps-old-code", "resend"),
        ("one-message-more", "messages"),
        ("token-digits-declared-wrongly", "token_digits"),
        ("four-digit-pin", "code_digits"),
    ];
    for (defect, parameter) in table {
        let report = defective(defect);
        let contradicted: Vec<&str> = report
            .rows
            .iter()
            .filter(|row| row.verdict == Verdict::Contradicts)
            .map(|row| row.parameter)
            .collect();
        assert_eq!(contradicted, [parameter], "{defect}");
        assert!(report.contradicts());
    }
}

#[test]
fn a_count_that_starts_anew_leaves_guessing_free() {
    for (defect, parameter) in [
        ("lockout-per-session", "failures_across_sessions"),
        ("counter-reset-by-resend", "failures_across_resends"),
    ] {
        let report = defective(defect);
        assert_eq!(found(&report, parameter), Value::Word("forgotten"), "{defect}");
        let token = report.odds.iter().find(|odds| odds.valid == 3).expect("odds of the token");
        assert!((0.92..0.93).contains(&token.per_day), "{defect}: {token:?}");
    }
    let report = defective("no-lockout");
    assert_eq!(found(&report, "attempts"), Value::AtLeast(128));
    assert!(matches!(row(&report, "lockout").found, Err(NotMeasured::Missing(_))));
}

#[test]
fn a_bad_generator_of_codes_is_noticed() {
    let table = [
        ("sequential-codes", "steps from code to code"),
        ("biased-codes", "digits"),
        ("codes-from-clock", "shared in one instant"),
    ];
    for (defect, test) in table {
        let report = defective(defect);
        let quality = report.quality.as_ref().expect("codes came");
        let noticed: Vec<&str> = quality.below(1e-6).map(|test| test.name.as_str()).collect();
        assert!(noticed.contains(&test), "{defect}: {noticed:?}");
        assert!(report.contradicts(), "{defect}");
    }
}

/// A host whose clock nobody can move; it runs all the same, whenever it is waited for.
struct Unmoved(Builtin, About);

impl Unmoved {
    fn new() -> Self {
        let host = Builtin::new(Parameters::default(), vec![]);
        let about = About { clock: ClockMode::Real, ..host.about().clone() };
        Self(host, about)
    }
}

struct UnmovedSubject(Box<dyn Subject>, About);

impl Subject for UnmovedSubject {
    fn about(&self) -> &About {
        &self.1
    }

    fn ask<'a>(
        &'a self,
        session: &'a str,
        operation: &'a fobwatch::domain::Operation,
    ) -> Soon<'a, Result<fobwatch::domain::Answer, AskError>> {
        self.0.ask(session, operation)
    }
}

/// Time passes as soon as somebody waits for it.
struct Impatient(Arc<dyn Clock>);

impl Clock for Impatient {
    fn now(&self) -> fobwatch::domain::Moment {
        self.0.now()
    }

    fn wait_until(&self, deadline: fobwatch::domain::Moment) -> Soon<'_, ()> {
        self.0.advance(deadline - self.0.now());
        Box::pin(async {})
    }

    fn advance(&self, _: Duration) {
        panic!("nobody may move this clock");
    }
}

impl Host for Unmoved {
    fn about(&self) -> &About {
        &self.1
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(Impatient(self.0.clock()))
    }

    fn connect<'a>(&'a self, stage: &'a Stage) -> Soon<'a, Result<Connection, AskError>> {
        Box::pin(async move {
            let Connection { subject, network } = self.0.connect(stage).await?;
            Ok(Connection { subject: Box::new(UnmovedSubject(subject, self.1.clone())), network })
        })
    }
}

#[test]
fn a_clock_that_cannot_be_moved_costs_patience() {
    let report = measure(&Unmoved::new());
    assert_eq!(row(&report, "code_lifetime").found, Err(NotMeasured::NoPatience(602)));
    assert_eq!(row(&report, "lockout").found, Err(NotMeasured::NoClock));
    assert_eq!(row(&report, "attempts").verdict, Verdict::Agrees);

    let patience = Duration::from_secs(700);
    let wishes = Wishes { patience, ..WISHES };
    let report = stage::runtime().block_on(measured(&Unmoved::new(), wishes));
    assert_eq!(found(&report, "code_lifetime"), Value::Between { held: 298, ended: 302 });
    assert_eq!(row(&report, "code_lifetime").verdict, Verdict::Agrees);
    assert_eq!(row(&report, "activation_lifetime").found, Err(NotMeasured::NoPatience(602)));
}

#[test]
fn real_waits_have_a_price_that_is_known_before() {
    let declared = Declared { code_lifetime: Some(300), lockout: Some(0), ..Declared::default() };
    assert_eq!(measure::prices(&declared), [("code-lifetime", Duration::from_secs(602))]);
}

#[test]
fn the_command_line_tells_by_its_exit_code_and_as_json() {
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_fobwatch");
        let mut command = Command::new(program);
        command.arg("measure").args(["--samples", "24"]).args(arguments);
        command.output().expect("it starts")
    };
    let sound = run(&["--json", "-"]);
    assert_eq!(sound.status.code(), Some(0));
    let told: serde_json::Value = serde_json::from_slice(&sound.stdout).expect("JSON");
    assert_eq!(told["rows"][1]["parameter"], "code_lifetime");
    assert_eq!(told["rows"][1]["found"]["Ok"]["between"]["held"], 299);
    let wrong = run(&["--against", "builtin:reference?defect=one-message-more"]);
    assert_eq!(wrong.status.code(), Some(1));
    let told = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert!(told.contains("CONTRADICTS"), "{told}");
    assert_eq!(run(&["--patience", "soon"]).status.code(), Some(64));
}
