//! Simulated devices, driven act by act against a service that lives in memory.

#![allow(clippy::expect_used, clippy::panic, reason = "whatever fails here is a failed test")]

mod authenticator;
mod notified;
mod pc;
mod phone;
mod pin;
mod service;

use fobwatch::domain::device::Reason;
use fobwatch::domain::picture::{MediaType, Picture};
use fobwatch::domain::{
    Act, Chance, Clock, DeviceKind, Moment, Outcome, Permission, Secret, VirtualClock,
};
use fobwatch::otp::{Algorithm, Digits, Key, Period, Totp};
use fobwatch::tokens::Device;
use fobwatch::tokens::activation::classic::seed;
use fobwatch::tokens::activation::{
    ActivationCode, RegistrationCode, SealedActivation, SerialNumber,
};
use futures_util::FutureExt;
use service::Service;
use std::sync::Arc;
use std::time::Duration;

const SERIAL: &str = "12345-67897";
const ACTIVATION: &str = "1234-5678-9012-3452";
const ADDRESS: &str = "idp.example.test:8445/igst";
const PASSWORD: &str = "13572468";
const POLICY: &str = r#"{"allowUnsecured":"false"}"#;
const KEY_URI: &str = "otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";
const COUNTER_URI: &str =
    "otpauth://hotp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=0";

/// A device with its clock and its service.
struct Bench {
    device: Device,
    clock: Arc<VirtualClock>,
    service: Arc<Service>,
}

impl Bench {
    fn new(kind: DeviceKind) -> Self {
        Self::seeded(kind, 1)
    }

    fn seeded(kind: DeviceKind, seed: u64) -> Self {
        let clock = Arc::new(VirtualClock::starting_at(Moment::EPOCH));
        let service = Arc::new(Service::default());
        let chance = Chance::seeded(seed, "device");
        let device = Device::new(kind, chance, clock.clone(), service.clone());
        Self { device, clock, service }
    }

    fn act(&mut self, act: Act) -> Outcome {
        self.device.act(act).now_or_never().expect("the service in memory answers at once")
    }

    fn acts<const N: usize>(&mut self, acts: [Act; N]) {
        for act in acts {
            let verb = act.verb();
            let outcome = self.act(act);
            assert!(!matches!(outcome, Outcome::Refused(_)), "{verb}: {outcome:?}");
        }
    }

    #[track_caller]
    fn refuses(&mut self, act: Act, reason: Reason) {
        let verb = act.verb();
        assert_eq!(self.act(act), Outcome::Refused(reason), "{verb}");
    }

    fn code(&mut self, pin: Option<&str>) -> String {
        let outcome = self.act(Act::ReadCode(pin.map(Secret::from)));
        let Outcome::Code(code) = outcome else { panic!("no code but {outcome:?}") };
        code.reveal().to_owned()
    }

    fn registration_code(&mut self, act: Act) -> RegistrationCode {
        let outcome = self.act(act);
        let Outcome::RegistrationCode(code) = outcome else { panic!("no code but {outcome:?}") };
        code.reveal().parse().expect("a valid code")
    }

    /// A phone that has come as far as Activate.
    fn opened() -> Self {
        let mut bench = Self::new(DeviceKind::Android);
        bench.acts([
            Act::Grant(Permission::Camera),
            Act::Scan(qr(&sealed_uri())),
            Act::EnterPassword(PASSWORD.into()),
        ]);
        bench
    }

    /// A phone that was activated and has the PIN 2580.
    fn enrolled() -> Self {
        let mut bench = Self::opened();
        bench.acts([Act::Activate, set_pin("2580")]);
        bench
    }

    /// A PC with all three fields filled in.
    fn filled() -> Self {
        let mut bench = Self::new(DeviceKind::Windows);
        bench.acts([
            Act::EnterAddress(ADDRESS.into()),
            Act::EnterSerialNumber(SERIAL.into()),
            Act::EnterActivationCode(ACTIVATION.into()),
        ]);
        bench
    }
}

fn serial() -> SerialNumber {
    SERIAL.parse().expect("valid")
}

fn activation() -> ActivationCode {
    ACTIVATION.parse().expect("valid")
}

fn sealed_uri() -> String {
    let policy = Some(POLICY.to_owned());
    let address = ADDRESS.to_owned();
    SealedActivation { serial_number: serial(), activation_code: activation(), policy, address }
        .seal(&PASSWORD.into(), [1; 8])
}

fn qr(text: &str) -> Picture {
    let code = qrcode::QrCode::new(text).expect("it fits");
    let drawing = code.render::<qrcode::render::svg::Color<'_>>().build();
    Picture { media: MediaType::Svg, bytes: drawing.into_bytes() }
}

fn set_pin(pin: &str) -> Act {
    Act::SetPin { pin: pin.into(), again: pin.into() }
}

/// What the service computes.
fn expected(random: [u8; 2], policy: Option<&str>, digits: Digits, moment: Moment) -> String {
    let seed = seed(activation(), random, policy, serial());
    Totp::new(&seed, Algorithm::Sha256, digits, Period::default()).code_at(moment).to_string()
}

#[test]
fn an_act_of_another_device_is_refused() {
    let mut phone = Bench::new(DeviceKind::Android);
    for act in [
        Act::EnterAddress(ADDRESS.into()),
        Act::EnterSerialNumber(SERIAL.into()),
        Act::EnterActivationCode(ACTIVATION.into()),
        Act::Save,
        Act::Done,
    ] {
        phone.refuses(act, Reason::NotOnThisDevice);
    }
    let mut pc = Bench::new(DeviceKind::Windows);
    for act in [
        Act::Grant(Permission::Camera),
        Act::Scan(qr(KEY_URI)),
        Act::OpenLink(KEY_URI.into()),
        Act::EnterPassword(PASSWORD.into()),
        Act::Activate,
    ] {
        pc.refuses(act, Reason::NotOnThisDevice);
    }
    assert_eq!(phone.service.calls() + pc.service.calls(), 0);
}

#[test]
fn the_devices_own_clock_decides_the_code() {
    let mut bench = Bench::enrolled();
    let (now, next) = (bench.code(Some("2580")), {
        bench.clock.advance(Duration::from_secs(30));
        bench.code(None)
    });
    assert_ne!(now, next);
    bench.acts([Act::SetClockSkew(-30_000)]);
    assert_eq!(bench.code(None), now);
    bench.acts([Act::SetClockSkew(29_999)]);
    assert_eq!(bench.code(None), next);
    bench.acts([Act::SetClockSkew(0)]);
    assert_eq!(bench.code(None), next);
}

#[test]
fn the_same_seed_draws_the_same_device() {
    let drawn = |seed| {
        let mut bench = Bench::seeded(DeviceKind::Android, seed);
        bench.acts([
            Act::OpenLink(sealed_uri().into()),
            Act::EnterPassword(PASSWORD.into()),
            Act::Activate,
        ]);
        bench.service.device_random()
    };
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
}

#[test]
fn a_device_may_move_between_threads_while_it_waits() {
    fn sendable<T: Send>(_: &T) {}
    let mut bench = Bench::new(DeviceKind::Windows);
    sendable(&bench.device);
    sendable(&bench.device.act(Act::Save));
}

#[test]
fn the_example_in_the_documentation_is_right() {
    let page = include_str!("../../docs/device-api.md");
    let code = RegistrationCode::new([0xbe, 0xef], serial(), activation());
    let key: Key = seed(activation(), [0xbe, 0xef], None, serial());
    let seed = data_encoding::HEXLOWER.encode(key.bytes());
    assert!(page.contains(&format!("registration code `{code}`")), "{code}");
    assert!(page.contains(&format!("seed `{seed}`")), "{seed}");
}
