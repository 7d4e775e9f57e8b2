//! The mobile app.

use super::{
    ACTIVATION, ADDRESS, Bench, KEY_URI, PASSWORD, POLICY, SERIAL, activation, expected, qr,
    sealed_uri, serial, set_pin,
};
use fobwatch::domain::device::Reason::{
    ActivationExpired, Locked, NoPermission, NothingToRead, Offline, ServiceError, Unauthorized,
    UnknownFormat, WrongPassword, WrongStep,
};
use fobwatch::domain::picture::{MediaType, Picture};
use fobwatch::domain::{Act, DeviceKind, Moment, Outcome, Permission};
use fobwatch::otp::{Algorithm, Digits, Period, Totp};
use fobwatch::tokens::activation::classic::seed;
use serde_json::json;

#[test]
fn a_phone_is_enrolled_as_the_guide_says() {
    for (kind, platform) in [(DeviceKind::Android, "android"), (DeviceKind::Ios, "ios")] {
        let mut bench = Bench::new(kind);
        assert_eq!(bench.act(Act::Grant(Permission::Camera)), Outcome::Done);
        assert_eq!(bench.act(Act::Scan(qr(&sealed_uri()))), Outcome::Scanned);
        assert_eq!(bench.act(Act::EnterPassword(PASSWORD.into())), Outcome::Done);
        assert_eq!(bench.service.calls(), 0);
        assert_eq!(bench.act(Act::Activate), Outcome::Activated);
        assert_eq!(bench.act(set_pin("2580")), Outcome::Done);
        let request = bench.service.last();
        assert_eq!(request["address"], format!("{ADDRESS}/activate"));
        assert_eq!(request["body"]["serial_number"], SERIAL);
        assert_eq!(request["body"]["activation_code"], ACTIVATION);
        assert_eq!(request["body"]["platform"], platform);
        let code = bench.code(Some("2580"));
        let random = bench.service.device_random();
        assert_eq!(code, expected(random, Some(POLICY), Digits::SIX, Moment::EPOCH));
    }
}

#[test]
fn a_phone_takes_a_plain_key_uri_with_or_without_a_pin() {
    let mut bench = Bench::new(DeviceKind::Ios);
    bench.acts([Act::Grant(Permission::Camera), Act::Scan(qr(KEY_URI))]);
    let code = bench.code(None);
    assert_eq!(code.len(), 8);
    bench.refuses(Act::Activate, WrongStep);
    bench.refuses(Act::ReadCode(Some("2580".into())), WrongStep);
    bench.acts([set_pin("2580")]);
    bench.refuses(Act::ReadCode(None), Locked);
    assert_eq!(bench.code(Some("2580")), code);
}

#[test]
fn nothing_is_scanned_without_the_permission_for_the_camera() {
    for kind in [DeviceKind::Android, DeviceKind::Ios] {
        let mut bench = Bench::new(kind);
        let scan = || Act::Scan(qr(&sealed_uri()));
        bench.refuses(scan(), NoPermission);
        bench.acts([Act::Grant(Permission::Notifications)]);
        bench.refuses(scan(), NoPermission);
        bench.acts([Act::Deny(Permission::Camera)]);
        bench.refuses(scan(), NoPermission);
        bench.acts([Act::Grant(Permission::Camera), scan()]);
    }
}

#[test]
fn a_picture_without_a_known_code_is_refused() {
    let mut bench = Bench::new(DeviceKind::Android);
    bench.acts([Act::Grant(Permission::Camera)]);
    let broken = Picture { media: MediaType::Png, bytes: vec![1, 2, 3] };
    bench.refuses(Act::Scan(broken), NothingToRead);
    bench.refuses(Act::Scan(qr("https://id.example/install")), UnknownFormat);
    bench.refuses(Act::OpenLink("mailto:ada@id.example".into()), UnknownFormat);
    bench.refuses(Act::EnterPassword(PASSWORD.into()), WrongStep);
}

#[test]
fn a_wrong_password_can_be_corrected_but_not_for_ever() {
    let mut bench = Bench::new(DeviceKind::Android);
    bench.refuses(Act::EnterPassword(PASSWORD.into()), WrongStep);
    bench.acts([Act::OpenLink(sealed_uri().into())]);
    for _ in 0..4 {
        bench.refuses(Act::EnterPassword("13572469".into()), WrongPassword);
    }
    bench.refuses(Act::Activate, WrongStep);
    bench.acts([Act::EnterPassword(PASSWORD.into()), Act::OpenLink(sealed_uri().into())]);
    for _ in 0..5 {
        bench.refuses(Act::EnterPassword("13572469".into()), WrongPassword);
    }
    bench.refuses(Act::EnterPassword(PASSWORD.into()), WrongStep);
    bench.acts([Act::OpenLink(sealed_uri().into()), Act::EnterPassword(PASSWORD.into())]);
    assert_eq!(bench.service.calls(), 0);
}

#[test]
fn what_the_service_refuses_is_told_apart() {
    let cases = [
        (403, json!({"error": "unauthorized"}), Unauthorized),
        (410, json!({"error": "expired"}), ActivationExpired),
        (400, json!({"error": "malformed"}), ServiceError),
        (500, json!(null), ServiceError),
        (200, json!({"result": "pending", "name": "Example Bank"}), ServiceError),
        (200, json!({"result": "activated", "name": "x", "digits": 5}), ServiceError),
        (200, json!({"result": "activated", "name": "x", "period": 0}), ServiceError),
        (200, json!({"result": "activated", "name": "x", "digits": 999}), ServiceError),
    ];
    for (status, body, reason) in cases {
        let mut bench = Bench::opened();
        bench.service.will_answer(status, body);
        bench.refuses(Act::Activate, reason);
        bench.refuses(set_pin("2580"), WrongStep);
        bench.refuses(Act::ReadRegistrationCode, WrongStep);
        bench.acts([Act::Activate]);
    }
}

#[test]
fn the_service_decides_the_digits_and_the_period() {
    let mut bench = Bench::opened();
    let answer = json!({"result": "activated", "name": "x", "digits": 8, "period": 60, "more": 1});
    bench.service.will_answer(200, answer);
    bench.acts([Act::Activate, set_pin("2580")]);
    let code = bench.code(Some("2580"));
    let key = seed(activation(), bench.service.device_random(), Some(POLICY), serial());
    let minutes = Period::new(60).expect("a minute");
    let totp = Totp::new(&key, Algorithm::Sha256, Digits::EIGHT, minutes);
    assert_eq!(code, totp.code_at(Moment::EPOCH).to_string());
}

#[test]
fn a_phone_without_network_shows_a_registration_code_instead() {
    let mut bench = Bench::opened();
    bench.refuses(Act::ReadRegistrationCode, WrongStep);
    bench.acts([Act::GoOffline]);
    bench.refuses(Act::Activate, Offline);
    assert_eq!(bench.service.calls(), 0);
    let code = bench.registration_code(Act::ReadRegistrationCode);
    assert_eq!(bench.registration_code(Act::ReadRegistrationCode), code);
    assert!(code.agrees_with(serial(), activation()));
    bench.refuses(Act::Activate, WrongStep);
    bench.acts([set_pin("2580")]);
    let random = code.device_random();
    let shown = bench.code(Some("2580"));
    assert_eq!(shown, expected(random, Some(POLICY), Digits::SIX, Moment::EPOCH));
}

#[test]
fn an_activation_that_found_no_network_can_be_tried_again() {
    let mut bench = Bench::opened();
    bench.service.is_down();
    bench.refuses(Act::Activate, Offline);
    bench.acts([Act::GoOffline]);
    bench.refuses(Act::Activate, Offline);
    bench.acts([Act::GoOnline]);
    assert_eq!(bench.act(Act::Activate), Outcome::Activated);
    assert_eq!(bench.service.calls(), 2);
}

#[test]
fn a_phone_wants_its_steps_in_order() {
    let mut bench = Bench::new(DeviceKind::Android);
    let early = [Act::Activate, set_pin("2580"), Act::Lock, Act::Unlock("2580".into())];
    for act in early {
        bench.refuses(act, WrongStep);
    }
    let mut bench = Bench::opened();
    bench.refuses(Act::ReadCode(None), WrongStep);
    bench.acts([Act::Activate]);
    bench.refuses(Act::ReadCode(None), WrongStep);
    bench.refuses(Act::Activate, WrongStep);
    bench.refuses(Act::Scan(qr(KEY_URI)), WrongStep);
    bench.refuses(Act::OpenLink(KEY_URI.into()), WrongStep);
}

#[test]
fn a_wiped_app_has_forgotten_the_permission_and_can_be_enrolled_again() {
    let mut bench = Bench::enrolled();
    let first = bench.service.device_random();
    bench.acts([Act::Wipe]);
    bench.refuses(Act::Scan(qr(&sealed_uri())), NoPermission);
    bench.acts([
        Act::Grant(Permission::Camera),
        Act::Scan(qr(&sealed_uri())),
        Act::EnterPassword(PASSWORD.into()),
        Act::Activate,
    ]);
    assert_ne!(bench.service.device_random(), first);
}
