//! What plans are driven on in tests: the embedded reference, or people of a list in front of a
//! server that a map describes.

use crate::puppet::python;
use fobwatch::adapters::builtin::{Builtin, sender_to};
use fobwatch::adapters::map::MapHost;
use fobwatch::adapters::{self, Connection, Endpoints, Host, Stage};
use fobwatch::domain::{Chance, Clock, Declared, Secret, Soon, WallClock};
use fobwatch::gateways::Account;
use fobwatch::gateways::email::smtp;
use fobwatch::gateways::inbox::Inbox;
use fobwatch::gateways::listen::{Gateways, Settings};
use fobwatch::load::enrol::until_fresh;
use fobwatch::load::plan::{MOST_LISTED, Mix};
use fobwatch::load::record::{Arrival, Counts, Standing, Stop};
use fobwatch::load::{By, Ground, Person, Plan, Setting, Tally, Wanted, Way, enrol};
use fobwatch::otp::{Algorithm, Digits, Key, Period, Totp};
use fobwatch::reference::server::Server;
use fobwatch::reference::{Parameters, Reference, delivery};
use std::sync::Arc;
use std::time::Duration;

/// What came of a drive.
pub(super) struct Driven {
    pub(super) counts: Counts,
    pub(super) took: Duration,
}

impl Driven {
    pub(super) fn count(&self, standing: Standing) -> u64 {
        self.counts.outcomes.of(standing).map(|one| one.count).sum()
    }
}

/// Gateways that nobody needs.
fn nowhere() -> Endpoints {
    Endpoints {
        sms_url: "http://127.0.0.1:1".to_owned(),
        sms_account: String::new(),
        sms_token: Secret::new(""),
        smtp: ([127, 0, 0, 1], 1).into(),
        detour: None,
    }
}

/// What is usual, but for these.
pub(super) fn wanted(arrival: Arrival, stop: Stop) -> Wanted {
    Wanted {
        arrival,
        stop,
        mix: Mix::VALID,
        surge: None,
        warm_up: Duration::ZERO,
        period: Period::RECOMMENDED,
        pool: None,
        most_people: MOST_LISTED,
        attempts: None,
        window: 1,
        in_flight: 64,
        seed: 1,
        shard: None,
    }
}

pub(super) fn clock() -> Arc<dyn Clock> {
    fn nap(duration: Duration) -> Soon<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
    Arc::new(WallClock::new(nap))
}

fn stage(clock: Arc<dyn Clock>, gateways: Endpoints) -> Stage {
    let (scenario, settings) = ("load".to_owned(), Declared::default());
    Stage { scenario, number: 0, seed: 1, clock, gateways, settings }
}

/// Drives `plan` on people who enrol at the embedded reference.
pub(super) async fn on_reference(plan: &Plan, against: &str) -> Driven {
    let host = Builtin::parse(against).expect("the embedded reference");
    let (clock, post) = (clock(), Post::open().await);
    let driven = enrolled(plan, &host, (Arc::clone(&clock), &post), false).await;
    post.gateways.close().await;
    driven
}

/// The reference behind HTTP, whose messages go to `post`.
async fn served(clock: &Arc<dyn Clock>, post: &Post) -> Server {
    let courier = delivery::Wire::new(sender_to(&post.endpoints())).expect("a courier");
    let reference = Reference::new(
        Parameters::default(),
        Vec::new(),
        Arc::clone(clock),
        Chance::seeded(1, "reference"),
        Arc::new(courier),
    );
    Server::start(reference, ([127, 0, 0, 1], 0).into()).await.expect("a port")
}

/// The same behind an adapter that is a program.
pub(super) async fn on_reference_behind_program(plan: &Plan) -> Driven {
    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/examples/reference.py");
    let (clock, post) = (clock(), Post::open().await);
    let server = served(&clock, &post).await;
    let base = format!("http://{}", server.address());
    let against = format!("exec:'{}' '{EXAMPLE}' {base} --clock offset", python());
    let host = adapters::open(&against).await.unwrap_or_else(|error| panic!("{error}"));
    let driven = enrolled(plan, &*host, (clock, &post), false).await;
    host.close().await;
    server.stop().await;
    post.gateways.close().await;
    driven
}

/// The same at the reference behind HTTP, compiled to bytes: each sign-in sets a cookie.
pub(super) async fn on_served_reference(plan: &Plan) -> Driven {
    let (clock, post) = (clock(), Post::open().await);
    let server = served(&clock, &post).await;
    let base = format!("http://{}", server.address());
    let map = include_str!("../../../adapters/reference.yaml");
    let map = map.replace("http://127.0.0.1:4010", &base).replace("shared_virtual", "offset");
    let map: Vec<&str> = map.lines().filter(|line| !line.starts_with("  now:")).collect();
    let host = MapHost::load(&map.join("\n"), "map.yaml", None).await.expect("a map");
    let driven = enrolled(plan, &host, (clock, &post), true).await;
    server.stop().await;
    post.gateways.close().await;
    driven
}

/// Gateways and their inbox.
struct Post {
    gateways: Gateways,
    inbox: Arc<Inbox>,
}

impl Post {
    async fn open() -> Self {
        let inbox = Inbox::new(clock());
        let account = Account { id: "AC1".to_owned(), token: Secret::new("load") };
        let settings = Settings::loopback(account);
        let opened = Gateways::open(settings, Arc::clone(&inbox), smtp::open).await;
        Self { gateways: opened.expect("ports"), inbox }
    }

    fn endpoints(&self) -> Endpoints {
        Endpoints {
            sms_url: self.gateways.addresses().sms.to_string(),
            sms_account: "AC1".to_owned(),
            sms_token: Secret::new("load"),
            smtp: self.gateways.addresses().smtp,
            detour: None,
        }
    }
}

/// Drives `plan` on people who enrol at `host`.
async fn enrolled(
    plan: &Plan,
    host: &dyn Host,
    (clock, post): (Arc<dyn Clock>, &Post),
    is_wire: bool,
) -> Driven {
    let stage = stage(Arc::clone(&clock), post.endpoints());
    let Connection { subject, network } = host.connect(&stage).await.expect("a connection");
    let (around, inbox) = (Arc::clone(&clock), Arc::clone(&post.inbox));
    let (by, numbers) = (By::App, (0, 1));
    let setting = Setting { seed: 1, clock: around, inbox, network, by, numbers };
    let people = enrol(&*subject, &setting, plan.groups().all(), || {}).await.expect("a pool");
    if let Some(fresh) = until_fresh(&people, &*clock) {
        clock.wait_until(fresh).await;
    }
    let way = way(host, &stage, is_wire);
    let mut ground = Ground::new(way, subject, people, clock, Arc::clone(&post.inbox));
    ground.lock(plan).await.expect("accounts lock");
    drive(&mut ground, plan).await
}

fn way(host: &dyn Host, stage: &Stage, is_wire: bool) -> Way {
    if is_wire {
        return Way::Wire(Arc::new(host.script(stage).expect("it can be compiled")));
    }
    Way::General("a test".to_owned())
}

/// A map of a server at `base` that verifies codes and has no sign-in.
pub(super) fn verifier(base: &str) -> String {
    format!(
        "map: 1\nname: verifier\nbase: {base}\ntimeout: 10s\noperations:\n  submit_code:\n    \
         requests: [{{ request: POST /verify, json: {{ user: $user, code: $code }} }}]\nreplies:\n  \
         - {{ when: {{ status: 200 }}, reply: signed_in, assurance: two_factor }}\n  \
         - {{ when: {{ status: 4xx }}, reply: rejected, class: code.invalid }}\n"
    )
}

/// The token of person number `number`.
pub(super) fn totp(number: u32) -> Totp {
    let mut chance = Chance::seeded(7, &format!("test/{number}"));
    let key = Key::new(chance.bytes::<20>().to_vec());
    Totp::new(&key, Algorithm::Sha1, Digits::SIX, Period::RECOMMENDED)
}

/// Drives `plan` on people who exist, at the server of `map`, by the wire engine or the general one.
pub(super) async fn on_map(plan: &Plan, map: &str, is_wire: bool) -> Driven {
    let clock = clock();
    let host = MapHost::load(map, "map.yaml", None).await.expect("a map");
    let stage = stage(Arc::clone(&clock), nowhere());
    let Connection { subject, .. } = host.connect(&stage).await.expect("a connection");
    let way = way(&host, &stage, is_wire);
    let person = |number| Person::with_token(format!("p{number}"), Secret::new("x"), totp(number));
    let people = (0..plan.groups().all()).map(person).collect();
    let inbox = Inbox::new(Arc::clone(&clock));
    drive(&mut Ground::new(way, subject, people, clock, inbox), plan).await
}

/// Whether `map` can be compiled to bytes; if not, why.
pub(super) async fn compiled(map: &str) -> Result<(), String> {
    let host = MapHost::load(map, "map.yaml", None).await.expect("a map");
    host.script(&stage(clock(), nowhere())).map(drop)
}

async fn drive(ground: &mut Ground, plan: &Plan) -> Driven {
    let tally = Tally::of(plan);
    ground.drive(plan, &tally).await.expect("it is driven");
    assert_eq!(tally.unprepared(), None);
    let (counts, took) = tally.counts();
    Driven { counts, took }
}
