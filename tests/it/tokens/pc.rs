//! The desktop program.

use super::{ACTIVATION, ADDRESS, Bench, SERIAL, activation, expected, serial, set_pin};
use fobwatch::domain::device::Reason::{
    BadCheckDigit, Offline, ServiceError, UnknownFormat, WrongStep,
};
use fobwatch::domain::{Act, DeviceKind, Moment, Outcome};
use fobwatch::otp::Digits;
use serde_json::json;

#[test]
fn a_pc_is_enrolled_as_the_guide_says() {
    let mut bench = Bench::new(DeviceKind::Windows);
    let named = bench.act(Act::EnterAddress(format!(" {ADDRESS}/ ")));
    assert_eq!(named, Outcome::Named("Example Bank".to_owned()));
    assert_eq!(bench.service.last()["address"], format!("{ADDRESS}/about"));
    assert_eq!(bench.act(Act::EnterSerialNumber("1234567897".into())), Outcome::Done);
    assert_eq!(bench.act(Act::EnterActivationCode(ACTIVATION.into())), Outcome::Done);
    let registration = bench.registration_code(Act::Save);
    assert_eq!(bench.registration_code(Act::ReadRegistrationCode), registration);
    assert!(registration.agrees_with(serial(), activation()));
    assert_eq!(bench.act(Act::Done), Outcome::Done);
    assert_eq!(bench.act(set_pin("123456")), Outcome::Done);
    let random = registration.device_random();
    assert_eq!(bench.code(Some("123456")), expected(random, None, Digits::SIX, Moment::EPOCH));
    assert_eq!(bench.service.calls(), 1);
}

#[test]
fn a_pc_learns_the_digits_from_the_address() {
    let mut bench = Bench::new(DeviceKind::Windows);
    bench.service.will_answer(200, json!({"name": "Example Bank", "digits": 8}));
    bench.acts([
        Act::EnterAddress(ADDRESS.into()),
        Act::EnterSerialNumber(SERIAL.into()),
        Act::EnterActivationCode(ACTIVATION.into()),
    ]);
    let random = bench.registration_code(Act::Save).device_random();
    bench.acts([Act::Done, set_pin("2580")]);
    assert_eq!(bench.code(Some("2580")), expected(random, None, Digits::EIGHT, Moment::EPOCH));
}

#[test]
fn a_number_with_a_wrong_check_digit_is_refused_before_any_network_is_used() {
    let mut bench = Bench::new(DeviceKind::Windows);
    bench.refuses(Act::EnterSerialNumber("12345-67898".into()), BadCheckDigit);
    bench.refuses(Act::EnterSerialNumber("12345-6789".into()), BadCheckDigit);
    bench.refuses(Act::EnterActivationCode("1234-5678-9012-3453".into()), BadCheckDigit);
    bench.refuses(Act::Save, WrongStep);
    assert_eq!(bench.service.calls(), 0);
}

#[test]
fn a_refused_number_leaves_the_one_before_in_its_field() {
    let mut bench = Bench::filled();
    bench.refuses(Act::EnterSerialNumber("12345-67898".into()), BadCheckDigit);
    assert!(bench.registration_code(Act::Save).agrees_with(serial(), activation()));
}

#[test]
fn an_address_that_does_not_answer_is_kept_without_a_name() {
    let mut bench = Bench::new(DeviceKind::Windows);
    bench.refuses(Act::EnterAddress("  ".into()), UnknownFormat);
    bench.acts([Act::GoOffline]);
    bench.refuses(Act::EnterAddress(ADDRESS.into()), Offline);
    bench.acts([
        Act::EnterSerialNumber(SERIAL.into()),
        Act::EnterActivationCode(ACTIVATION.into()),
        Act::Save,
    ]);
    let mut bench = Bench::new(DeviceKind::Windows);
    bench.service.will_answer(404, json!(null));
    bench.refuses(Act::EnterAddress(ADDRESS.into()), ServiceError);
}

#[test]
fn the_desktop_program_wants_its_steps_in_order() {
    let mut bench = Bench::new(DeviceKind::Windows);
    for act in [Act::Save, Act::Done, set_pin("2580"), Act::ReadRegistrationCode, Act::Lock] {
        bench.refuses(act, WrongStep);
    }
    for missing in 0..3 {
        let mut bench = Bench::new(DeviceKind::Windows);
        let fields = [
            Act::EnterAddress(ADDRESS.into()),
            Act::EnterSerialNumber(SERIAL.into()),
            Act::EnterActivationCode(ACTIVATION.into()),
        ];
        for (at, act) in fields.into_iter().enumerate() {
            if at != missing {
                bench.acts([act]);
            }
        }
        bench.refuses(Act::Save, WrongStep);
    }
    let mut bench = Bench::filled();
    bench.acts([Act::Save]);
    bench.refuses(Act::EnterSerialNumber(SERIAL.into()), WrongStep);
    bench.refuses(set_pin("2580"), WrongStep);
    bench.acts([Act::Done]);
    bench.refuses(Act::ReadRegistrationCode, WrongStep);
    bench.refuses(Act::ReadCode(None), WrongStep);
    bench.acts([set_pin("2580")]);
    bench.refuses(set_pin("2581"), WrongStep);
}
