//! PINs of both kinds of app.

use super::{Bench, set_pin};
use fobwatch::domain::Act;
use fobwatch::domain::device::Reason::{
    BadPin, Locked, PinMismatch, RetryLocked, WrongPin, WrongStep,
};
use fobwatch::tokens::pin::TRIES;

#[test]
fn a_pin_is_chosen_twice_and_has_four_to_twelve_digits() {
    let mut bench = Bench::opened();
    bench.acts([Act::Activate]);
    for bad in ["", "123", "1234567890123", "12a4", "١٢٣٤"] {
        bench.refuses(set_pin(bad), BadPin);
    }
    let differing = Act::SetPin { pin: "2580".into(), again: "2581".into() };
    bench.refuses(differing, PinMismatch);
    bench.refuses(Act::ReadCode(Some("2580".into())), WrongStep);
    bench.acts([set_pin("123456789012")]);
    assert_eq!(bench.code(Some("123456789012")).len(), 6);
}

#[test]
fn a_code_is_shown_only_after_unlocking() {
    let mut bench = Bench::enrolled();
    bench.refuses(Act::ReadCode(None), Locked);
    bench.refuses(Act::Unlock("2581".into()), WrongPin);
    bench.acts([Act::Unlock("2580".into())]);
    let code = bench.code(None);
    bench.acts([Act::Lock]);
    bench.refuses(Act::ReadCode(None), Locked);
    assert_eq!(bench.code(Some("2580")), code);
}

#[test]
fn five_wrong_pins_lock_the_app_until_it_is_wiped() {
    let mut phone = Bench::enrolled();
    let mut pc = Bench::filled();
    pc.acts([Act::Save, Act::Done, set_pin("2580")]);
    for bench in [&mut phone, &mut pc] {
        for _ in 1..TRIES {
            bench.refuses(Act::Unlock("0000".into()), WrongPin);
        }
        bench.acts([Act::Unlock("2580".into()), Act::Lock]);
        for _ in 0..TRIES {
            bench.refuses(Act::ReadCode(Some("0000".into())), WrongPin);
        }
        bench.refuses(Act::Unlock("2580".into()), RetryLocked);
        bench.refuses(Act::ReadCode(Some("2580".into())), RetryLocked);
        bench.refuses(Act::ReadCode(None), RetryLocked);
        bench.acts([Act::Lock]);
        bench.refuses(Act::ReadCode(None), RetryLocked);
        bench.acts([Act::Wipe]);
        bench.refuses(Act::ReadCode(Some("2580".into())), WrongStep);
    }
}

#[test]
fn a_wrong_pin_shuts_an_open_app_and_counts() {
    let mut bench = Bench::enrolled();
    bench.acts([Act::Unlock("2580".into())]);
    for _ in 0..TRIES {
        bench.refuses(Act::ReadCode(Some("0000".into())), WrongPin);
    }
    bench.refuses(Act::ReadCode(None), RetryLocked);
}

#[test]
fn locking_does_not_forgive_wrong_pins() {
    let mut bench = Bench::enrolled();
    for _ in 0..TRIES {
        bench.refuses(Act::Unlock("0000".into()), WrongPin);
        bench.acts([Act::Lock]);
    }
    bench.refuses(Act::Unlock("2580".into()), RetryLocked);
}
