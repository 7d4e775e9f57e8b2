//! The authenticator app.

use super::{Bench, COUNTER_URI, KEY_URI, qr, sealed_uri, set_pin};
use fobwatch::domain::device::Reason::{
    BadChallenge, BadContainer, Lost, NoBackup, NoPermission, NotOnThisDevice, UnknownFormat,
    WrongStep,
};
use fobwatch::domain::{Act, Clock, DeviceKind, Moment, Outcome, Permission};
use fobwatch::otp::{KeyUri, Period, Totp};
use std::time::Duration;

#[test]
fn an_authenticator_shows_the_codes_of_a_key_uri() {
    let (uri, _) = KeyUri::parse(KEY_URI).expect("a key URI");
    let totp = Totp::new(&uri.key, uri.algorithm, uri.digits, Period::default());
    for start in [Act::Scan(qr(KEY_URI)), Act::OpenLink(KEY_URI.into())] {
        let mut bench = Bench::new(DeviceKind::Authenticator);
        bench.refuses(Act::ReadCode(None), WrongStep);
        bench.acts([start]);
        assert_eq!(bench.code(None), totp.code_at(Moment::EPOCH).to_string());
        bench.clock.advance(Duration::from_secs(30));
        assert_eq!(bench.code(None), totp.code_at(bench.clock.now()).to_string());
    }
}

#[test]
fn a_counter_moves_on_with_each_look() {
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.acts([Act::OpenLink(COUNTER_URI.into())]);
    assert_eq!([bench.code(None), bench.code(None)], ["755224", "287082"]);
}

#[test]
fn an_authenticator_has_no_pin_and_knows_no_sealed_activation() {
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.refuses(Act::OpenLink(sealed_uri().into()), UnknownFormat);
    bench.acts([Act::OpenLink(KEY_URI.into())]);
    bench.refuses(Act::ReadCode(Some("2580".into())), NotOnThisDevice);
    bench.refuses(set_pin("2580"), NotOnThisDevice);
    bench.acts([Act::Deny(Permission::Camera)]);
    bench.refuses(Act::Scan(qr(KEY_URI)), NoPermission);
}

const PSKC: &str = r#"<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"><KeyPackage>
<Key Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:ocra"><AlgorithmParameters>
<Suite>OCRA-1:HOTP-SHA1-6:QN08</Suite></AlgorithmParameters><Data><Secret>
<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret></Data></Key></KeyPackage></KeyContainer>"#;

fn import(keys: &str) -> Act {
    Act::ImportKeys { keys: keys.into(), password: None }
}

#[test]
fn a_key_of_a_container_answers_challenges() {
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.refuses(Act::Respond("00000000".to_owned()), WrongStep);
    bench.refuses(import("nothing"), BadContainer);
    bench.acts([import(PSKC)]);
    let shown = bench.act(Act::Respond("11111111".to_owned()));
    assert_eq!(shown, Outcome::Code("243178".into()));
    bench.refuses(Act::Respond("a challenge".to_owned()), BadChallenge);
    bench.refuses(Act::ReadCode(None), WrongStep);
}

#[test]
fn pressing_uses_codes_of_a_counter_up() {
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.refuses(Act::Press(1), WrongStep);
    bench.acts([Act::OpenLink(COUNTER_URI.into()), Act::Press(3)]);
    assert_eq!(bench.code(None), "969429");
    bench.acts([Act::OpenLink(KEY_URI.into())]);
    bench.refuses(Act::Press(1), NotOnThisDevice);
}

#[test]
fn a_backup_brings_the_key_back_and_a_lost_device_is_lost() {
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.refuses(Act::Restore, NoBackup);
    bench.acts([Act::OpenLink(COUNTER_URI.into()), Act::BackUp, Act::Press(2), Act::Wipe]);
    bench.refuses(Act::ReadCode(None), WrongStep);
    bench.acts([Act::Restore]);
    assert_eq!(bench.code(None), "755224", "the copy has the counter of its time");
    bench.acts([Act::Lose]);
    bench.refuses(Act::ReadCode(None), Lost);
    bench.refuses(Act::Restore, Lost);
}

#[test]
fn a_copy_shows_the_codes_of_the_original() {
    let (mut one, mut other) =
        (Bench::new(DeviceKind::Authenticator), Bench::new(DeviceKind::Authenticator));
    one.acts([Act::OpenLink(COUNTER_URI.into()), Act::Press(3)]);
    assert_eq!(one.device.clone_into(&mut other.device), Outcome::Done);
    assert_eq!((one.code(None), other.code(None)), ("969429".into(), "969429".into()));
    let mut android = Bench::new(DeviceKind::Android);
    let refused = one.device.clone_into(&mut android.device);
    assert_eq!(refused, Outcome::Refused(NotOnThisDevice));
}

#[test]
fn a_drifting_clock_runs_ahead_and_keeps_what_it_gained() {
    let (uri, _) = KeyUri::parse(KEY_URI).expect("a key URI");
    let totp = Totp::new(&uri.key, uri.algorithm, uri.digits, Period::default());
    let mut bench = Bench::new(DeviceKind::Authenticator);
    bench.acts([Act::OpenLink(KEY_URI.into()), Act::SetClockDrift(100_000)]);
    bench.clock.advance(Duration::from_mins(10));
    let ahead =
        |bench: &Bench| totp.code_at(bench.clock.now() + Duration::from_mins(1)).to_string();
    assert_eq!(bench.code(None), ahead(&bench));
    bench.acts([Act::SetClockDrift(0)]);
    bench.clock.advance(Duration::from_mins(10));
    assert_eq!(bench.code(None), ahead(&bench));
}

#[test]
fn an_app_with_quirks_misreads_as_its_family_does() {
    let quirky = |name: &str, text: &str| {
        let mut bench = Bench::new(DeviceKind::Authenticator);
        let quirks = fobwatch::tokens::quirks::named(name).expect("a profile");
        bench.device = bench.device.with_quirks(Some(quirks));
        bench.act(Act::OpenLink(text.into()))
    };
    let sha256 = format!("{KEY_URI}&algorithm=SHA256");
    assert_eq!(quirky("ignores-algorithm", &sha256), Outcome::Done);
    assert_eq!(quirky("sha1-only", &sha256), Outcome::Refused(UnknownFormat));
}
