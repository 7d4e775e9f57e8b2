//! What replaying one shipped scenario costs: gateways, devices, embedded reference and verdict.

#![allow(clippy::expect_used, reason = "a benchmark of what does not work is worth nothing")]

use criterion::{Criterion, criterion_group, criterion_main};
use fobwatch::adapters::{self, Endpoints};
use fobwatch::conformance::{REQUIREMENTS, Verdict, profile};
use fobwatch::domain::{Moment, Secret, VirtualClock};
use fobwatch::gateways::Account;
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::inbox::Inbox;
use fobwatch::gateways::listen::{Gateways, Settings as Listening};
use fobwatch::journal::Masking;
use fobwatch::runner::{self, PostOffice, Settings, Ticket};
use fobwatch::scenario::catalogue;
use std::sync::Arc;
use tokio::runtime::Runtime;

const SCENARIO: &str = "sms/first-sign-in";

fn ticket() -> Ticket {
    let known: Vec<&str> = REQUIREMENTS.iter().map(|requirement| requirement.id).collect();
    let plans = catalogue::shipped(&known).expect("the shipped scenarios load");
    let mut tickets = runner::tickets(plans).into_iter();
    tickets.find(|ticket| ticket.plan.id == SCENARIO).expect("it is shipped")
}

fn settings() -> Settings {
    Settings {
        shard: None,
        seed: 1,
        against: "builtin:reference".to_owned(),
        paths: Vec::new(),
        options: Vec::new(),
        profiles: vec![profile::by_name("guide").expect("a profile")],
        jobs: 1,
        patience: fobwatch::runner::USUAL_PATIENCE,
        masking: Masking::Masked,
    }
}

async fn post_office() -> (Gateways, PostOffice) {
    let account = Account { id: format!("AC{}", "0".repeat(32)), token: Secret::new("bench") };
    let inbox = Inbox::new(Arc::new(VirtualClock::starting_at(Moment::EPOCH)));
    let listening = Listening::loopback(account.clone());
    let gateways = Gateways::open(listening, Arc::clone(&inbox), smtp::open).await.expect("ports");
    let endpoints = Endpoints {
        sms_url: gateways.addresses().sms.as_str().trim_end_matches('/').to_owned(),
        sms_account: account.id,
        sms_token: account.token,
        smtp: gateways.addresses().smtp,
        detour: None,
    };
    (gateways, PostOffice { inbox, endpoints })
}

fn first_sign_in(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("threads");
    let (gateways, post) = runtime.block_on(post_office());
    let host = runtime.block_on(adapters::open("builtin:reference")).expect("it is built in");
    let (ticket, settings) = (ticket(), settings());
    criterion.bench_function("replay sms/first-sign-in against the reference", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let tickets = vec![ticket.clone()];
            let run =
                runner::run(Arc::clone(&host), &post, tickets, settings.clone(), |_| {}).await;
            assert!(run.played.iter().all(|played| played.verdict == Verdict::Pass));
            run
        });
    });
    runtime.block_on(gateways.close());
}

criterion_group!(replay, first_sign_in);
criterion_main!(replay);
