//! The authenticator app.

use super::{Bench, COUNTER_URI, KEY_URI, qr, sealed_uri, set_pin};
use fobwatch::domain::device::Reason::{NoPermission, NotOnThisDevice, UnknownFormat, WrongStep};
use fobwatch::domain::{Act, Clock, DeviceKind, Moment, Permission};
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
