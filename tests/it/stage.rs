//! What the tests of whole runs share: gateways, a host, and a run.

use fobwatch::adapters::{self, Detour, Endpoints, Host};
use fobwatch::conformance::REQUIREMENTS;
use fobwatch::conformance::profile;
use fobwatch::domain::{Moment, Secret, VirtualClock};
use fobwatch::gateways::Account;
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::inbox::Inbox;
use fobwatch::gateways::listen::{Gateways, Settings};
use fobwatch::journal::{self, Masking};
use fobwatch::runner::{self, PostOffice, Run, Ticket};
use fobwatch::scenario::catalogue;
use std::sync::Arc;

/// Gateways with the inbox behind them.
pub(crate) struct Post {
    pub(crate) office: PostOffice,
    _gateways: Gateways,
}

pub(crate) async fn post() -> Post {
    let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
    let account = Account { id: "AC".repeat(17), token: Secret::new("token") };
    let settings = Settings::loopback(account.clone());
    let gateways =
        Gateways::open(settings, Arc::clone(&inbox), smtp::open).await.expect("loopback is free");
    let addresses = gateways.addresses();
    let endpoints = Endpoints {
        sms_url: addresses.sms.as_str().trim_end_matches('/').to_owned(),
        sms_account: account.id,
        sms_token: account.token,
        smtp: addresses.smtp,
        detour: Some(Detour {
            proxy_url: addresses.proxy.as_str().trim_end_matches('/').to_owned(),
            https_url: addresses.https.as_str().trim_end_matches('/').to_owned(),
            ca_file: gateways.ca_file().to_owned(),
        }),
    };
    Post { office: PostOffice { inbox, endpoints }, _gateways: gateways }
}

pub(crate) fn shipped() -> Vec<Ticket> {
    let known: Vec<&str> = REQUIREMENTS.iter().map(|requirement| requirement.id).collect();
    runner::tickets(catalogue::shipped(&known).expect("the shipped scenarios load"))
}

pub(crate) fn settings(against: &str, seed: u64) -> runner::Settings {
    runner::Settings {
        seed,
        against: against.to_owned(),
        paths: Vec::new(),
        options: Vec::new(),
        profiles: vec![profile::by_name("consistent").expect("a profile")],
        // Most of what they wait for is each other's turn, and some wait in real time.
        jobs: 16,
        patience: runner::USUAL_PATIENCE,
        masking: Masking::Masked,
        shard: None,
    }
}

/// How many seeds are played: `usual`, or what `scripts/prove` asks for.
pub(crate) fn seeds(usual: u64) -> u64 {
    asked_for("FOBWATCH_SEEDS", usual)
}

/// `usual`, or what `scripts/prove` asks for in `variable`.
pub(crate) fn asked_for(variable: &str, usual: u64) -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the long proof is asked for by a variable")]
    let asked = std::env::var(variable).ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(usual)
}

/// The same, judged by every requirement, also by those that contradict the guide.
pub(crate) async fn run_by_all(against: &str, seed: u64, post: &Post) -> Run {
    let host = adapters::open(against).await.expect("it can be reached");
    let mut settings = settings(against, seed);
    settings.profiles = vec![profile::by_name("all").expect("a profile")];
    runner::run(host, &post.office, shipped(), settings, |_| {}).await
}

/// Plays all shipped scenarios against `host`.
pub(crate) async fn play(host: Arc<dyn Host>, against: &str, seed: u64, post: &Post) -> Run {
    runner::run(host, &post.office, shipped(), settings(against, seed), |_| {}).await
}

/// Plays `tickets` against what `against` names.
pub(crate) async fn run_of(tickets: Vec<Ticket>, against: &str, seed: u64, post: &Post) -> Run {
    let host = adapters::open(against).await.expect("it can be reached");
    runner::run(host, &post.office, tickets, settings(against, seed), |_| {}).await
}

/// Plays all shipped scenarios against what `against` names.
pub(crate) async fn run(against: &str, seed: u64, post: &Post) -> Run {
    let host = adapters::open(against).await.expect("it can be reached");
    play(host, against, seed, post).await
}

pub(crate) fn journal_of(run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    journal::write(&mut bytes, &run.saved()).expect("memory takes it");
    bytes
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads")
}
