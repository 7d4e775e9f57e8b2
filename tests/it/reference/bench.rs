//! A reference server on a bench: a clock that stands still, a courier that keeps what it is given.

use data_encoding::BASE64;
use fobwatch::domain::persona::MobileOnFile;
use fobwatch::domain::{
    Activation, Chance, Channel, Clock, Message, Moment, Operation, Persona, RejectionClass, Reply,
    Secret, Soon, TokenKind, VirtualClock,
};
use fobwatch::otp::{Algorithm, Digits, Period, Totp};
use fobwatch::reference::{
    Courier, Defect, NotSent, Parameters, Reference, SessionId, View, defect,
};
use fobwatch::tokens::activation::classic::{self, ActivationCode, RegistrationCode, SerialNumber};
use fobwatch::tokens::activation::sealed_qr;
use fobwatch::tokens::camera;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Keeps messages; refuses those by SMS while told to.
#[derive(Default)]
pub(super) struct Postbag {
    messages: Mutex<Vec<Message>>,
    sms_is_down: AtomicBool,
    answer_is_lost: AtomicBool,
    mail_is_busy: AtomicBool,
    /// Turns that the next message takes; each takes ten fewer than the one before.
    turns: AtomicUsize,
}

impl Postbag {
    /// From now on the first of `count` messages is slow, and each is faster than the one before.
    pub(super) fn hurry_more_each_time(&self, count: usize) {
        self.turns.store(count * 10, Ordering::Relaxed);
    }
}

impl Courier for Postbag {
    fn send<'a>(&'a self, message: &'a Message) -> Soon<'a, Result<(), NotSent>> {
        Box::pin(async move {
            let turns = self.turns.load(Ordering::Relaxed);
            self.turns.store(turns.saturating_sub(10), Ordering::Relaxed);
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            if message.channel() == Channel::Sms && self.sms_is_down.load(Ordering::Relaxed) {
                return Err(NotSent::SmsRefused(503));
            }
            if message.channel() == Channel::Email
                && self.mail_is_busy.swap(false, Ordering::Relaxed)
            {
                return Err(NotSent::NotNow);
            }
            self.messages.lock().expect("nobody panicked").push(message.clone());
            if self.answer_is_lost.load(Ordering::Relaxed) {
                return Err(NotSent::TooSlow);
            }
            Ok(())
        })
    }
}

pub(super) struct Bench {
    pub(super) clock: Arc<VirtualClock>,
    pub(super) postbag: Arc<Postbag>,
    pub(super) reference: Arc<Reference>,
    pub(super) ada: Persona,
    pub(super) bob: Persona,
}

/// Ada has a mobile number, Bob has none.
pub(super) fn person(label: &str) -> Persona {
    let (mobile, ordinal) = match label {
        "bob" => (MobileOnFile::NotGiven, 2),
        _ => (MobileOnFile::Given, 1),
    };
    Persona::invent(label, mobile, ordinal, &mut Chance::seeded(7, label))
}

pub(super) async fn bench(defects: &[&str]) -> Bench {
    bench_with(Parameters::default(), defects).await
}

pub(super) async fn bench_with(parameters: Parameters, defects: &[&str]) -> Bench {
    let named = |name: &&str| defect(name).unwrap_or_else(|| panic!("no defect {name}"));
    let defects: Vec<&'static Defect> = defects.iter().map(named).collect();
    let clock = Arc::new(VirtualClock::starting_at(Moment::EPOCH));
    let postbag = Arc::new(Postbag::default());
    let chance = Chance::seeded(7, "reference");
    let reference = Reference::new(parameters, defects, clock.clone(), chance, postbag.clone());
    let bench = Bench { clock, postbag, reference, ada: person("ada"), bob: person("bob") };
    for persona in [&bench.ada, &bench.bob] {
        let operation = Operation::Provision(Box::new(persona.clone()));
        assert_eq!(bench.ask("admin", operation).await, Reply::Done);
    }
    bench
}

impl Bench {
    pub(super) async fn view(&self, session: &str, operation: Operation) -> View {
        self.reference.handle(&SessionId::new(session), &operation).await
    }

    pub(super) async fn ask(&self, session: &str, operation: Operation) -> Reply {
        self.view(session, operation).await.to_reply()
    }

    pub(super) async fn sign_in(&self, session: &str, who: &Persona) -> Reply {
        let (user, password) = (who.user.clone(), who.password.clone());
        self.ask(session, Operation::SignIn { user, password }).await
    }

    pub(super) async fn code(&self, session: &str, code: &str) -> Reply {
        self.ask(session, Operation::SubmitCode { code: Secret::from(code).into() }).await
    }

    /// Signs in with password and PIN.
    pub(super) async fn first_factor(&self, session: &str, who: &Persona) -> Reply {
        self.sign_in(session, who).await;
        let pin = self.newest_pin();
        self.code(session, &pin).await
    }

    pub(super) async fn begin(&self, session: &str, token: TokenKind) -> Activation {
        match self.ask(session, Operation::BeginEnrolment { token }).await {
            Reply::Activation(activation) => *activation,
            other => panic!("no activation but {other:?}"),
        }
    }

    pub(super) async fn confirm(&self, session: &str) -> Reply {
        self.ask(session, Operation::ConfirmEnrolment { code: None }).await
    }

    /// Enrols a desktop token by its registration code and signs out.
    pub(super) async fn enrol(&self, who: &Persona) -> Totp {
        self.first_factor("enrolling", who).await;
        let material = Material::typed(&self.begin("enrolling", TokenKind::Desktop).await);
        let code = material.registration_code([0xbe, 0xef]);
        assert_eq!(self.register("enrolling", &code).await, Reply::Done);
        assert_eq!(self.confirm("enrolling").await, Reply::Enrolled);
        self.ask("enrolling", Operation::SignOut).await;
        material.totp([0xbe, 0xef])
    }

    pub(super) async fn register(&self, session: &str, code: &str) -> Reply {
        self.ask(session, Operation::SubmitRegistrationCode { code: code.into() }).await
    }

    /// What a phone does with the material, over the device protocol.
    pub(super) async fn activate(&self, material: &Material, random: [u8; 2]) -> Result<Totp, u16> {
        let reply = self.reference.activate_device(&material.registration(random)).await;
        if reply.status == 200 { Ok(material.totp(random)) } else { Err(reply.status) }
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(super) fn totp_code(&self, totp: &Totp) -> String {
        totp.code_at(self.clock.now()).to_string()
    }

    pub(super) fn break_sms(&self) {
        self.postbag.sms_is_down.store(true, Ordering::Relaxed);
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        self.postbag.messages.lock().expect("nobody panicked").clone()
    }

    /// The PIN of the newest message that has one.
    pub(super) fn newest_pin(&self) -> String {
        self.messages().iter().rev().find_map(pin_in).expect("a PIN was sent")
    }

    /// Ends with a locked Ada; the session `main` waits for her PIN, which is returned.
    pub(super) async fn lock_ada(&self) -> String {
        self.sign_in("main", &self.ada).await;
        for _ in 0..5 {
            assert_eq!(self.code("main", "wrong").await, rejected(RejectionClass::CodeInvalid));
        }
        self.newest_pin()
    }
}

/// What a device learns from the activation page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Material {
    pub(super) serial: SerialNumber,
    pub(super) code: ActivationCode,
}

impl Material {
    /// Typed off the page into the desktop program.
    pub(super) fn typed(page: &Activation) -> Self {
        let serial = page.serial_number.as_deref().expect("a serial number");
        let code = page.activation_code.as_ref().expect("an activation code");
        Self::parsed(serial, code.reveal())
    }

    /// Scanned by the camera and opened with the password on the page.
    pub(super) fn scanned(page: &Activation) -> Self {
        let text = camera::read(page.qr.as_ref().expect("a QR code")).expect("a readable one");
        let password = page.password.as_ref().expect("a password");
        let sealed = sealed_qr::open(&text, password).expect("the password opens it");
        assert_eq!(sealed.address, "reference.test/device");
        Self { serial: sealed.serial_number, code: sealed.activation_code }
    }

    pub(super) fn parsed(serial: &str, code: &str) -> Self {
        let serial = serial.parse().expect("a serial number");
        Self { serial, code: code.parse().expect("an activation code") }
    }

    /// The body of the device's request.
    pub(super) fn registration(&self, random: [u8; 2]) -> Value {
        json!({
            "serial_number": self.serial.to_string(),
            "activation_code": self.code.to_string(),
            "device_random": data_encoding::HEXLOWER.encode(&random),
            "platform": "android",
        })
    }

    pub(super) fn registration_code(&self, random: [u8; 2]) -> String {
        RegistrationCode::new(random, self.serial, self.code).to_string()
    }

    pub(super) fn totp(&self, random: [u8; 2]) -> Totp {
        let key = classic::seed(self.code, random, None, self.serial);
        Totp::new(&key, Algorithm::Sha256, Digits::SIX, Period::RECOMMENDED)
    }
}

/// A well-formed registration code of some other token.
pub(super) fn made_up_registration_code() -> String {
    let chance = &mut Chance::seeded(1, "made up");
    let serial = SerialNumber::mint(chance);
    Material { serial, code: ActivationCode::mint(chance) }.registration_code([1, 2])
}

/// The digits that a message begins with.
pub(super) fn pin_in(message: &Message) -> Option<String> {
    let first = message.text.split(' ').next().unwrap_or_default();
    let is_pin = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    is_pin.then(|| first.to_owned())
}

pub(super) fn rejected(class: RejectionClass) -> Reply {
    Reply::rejected(class)
}

/// Another code of the same length.
pub(super) fn other_than(code: &str) -> String {
    let first = if code.starts_with('1') { "2" } else { "1" };
    format!("{first}{}", &code[1..])
}

/// The bytes within PEM.
pub(super) fn der_of(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64.decode(body.as_bytes()).expect("base64 between the PEM lines")
}

pub(super) fn secret(text: &str) -> Secret {
    text.into()
}
