//! Activation formats against the published example, our own vectors, and arbitrary input.

#![allow(clippy::expect_used, reason = "whatever fails here is a failed test")]

use fobwatch::domain::{Chance, Moment, Secret};
use fobwatch::otp::Digits;
use fobwatch::otp::luhn;
use fobwatch::tokens::activation::classic::seed;
use fobwatch::tokens::activation::sealed_qr::{SealedActivation, open};
use fobwatch::tokens::activation::{
    ACTIVATION_FORMATS, ActivationCode, BadNumber, NotOpened, RegistrationCode, SerialNumber,
    Start, recognise,
};
use fobwatch::tokens::codes::{Codes, Shape};
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Value {
    let text = include_str!("../../fixtures/vectors/entrust_identityguard.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    let bytes = data_encoding::HEXLOWER.decode(text(value).as_bytes()).expect("hexadecimal");
    bytes.try_into().expect("as many as expected")
}

/// The content that a vector's plaintext names, read without the code under test.
fn content(plaintext: &Value) -> SealedActivation {
    let json: Value = serde_json::from_str(text(plaintext)).expect("JSON");
    SealedActivation {
        serial_number: text(&json["sn"]).parse().expect("a serial number"),
        activation_code: text(&json["ac"]).parse().expect("an activation code"),
        policy: json["policy"].as_str().map(str::to_owned),
        address: text(&json["regurl"]).to_owned(),
    }
}

#[test]
fn the_published_uri_is_opened_and_sealed_again_to_the_last_character() {
    let published = &vectors()["published"];
    let password = Secret::new(text(&published["password"]));
    let opened = open(text(&published["uri"]), &password).expect("the password is right");
    assert_eq!(opened, content(&published["plaintext_utf8"]));
    assert_eq!(opened.seal(&password, bytes(&published["salt_hex"])), text(&published["uri"]));
}

#[test]
fn synthetic_uris_are_opened_and_sealed_again_to_the_last_character() {
    for vector in vectors()["synthetic"].as_array().expect("a list") {
        let password = Secret::new(text(&vector["qr_password"]));
        let opened = open(text(&vector["uri"]), &password).expect("the password is right");
        assert_eq!(opened, content(&vector["plaintext_utf8"]));
        assert_eq!(opened.seal(&password, bytes(&vector["salt_hex"])), text(&vector["uri"]));
    }
}

#[test]
fn what_was_changed_or_guessed_wrong_is_not_opened() {
    let vectors = vectors();
    let negatives = vectors["negative"].as_array().expect("a list");
    assert_eq!(negatives.len(), 4);
    for negative in negatives {
        let opened = open(text(&negative["uri"]), &Secret::new(text(&negative["password"])));
        assert_eq!(opened, Err(NotOpened::MacMismatch), "{}", negative["name"]);
    }
}

#[test]
fn the_scheme_is_the_tenants_choice() {
    let published = &vectors()["published"];
    let password = Secret::new(text(&published["password"]));
    let uri = text(&published["uri"]);
    assert!(open(&uri.replace("igmobileotp", "bank.example+otp"), &password).is_ok());
    let refused = open(&uri.replace("igmobileotp", "1bank"), &password);
    assert!(matches!(refused, Err(NotOpened::NotSealed(_))));
}

#[test]
fn a_text_that_only_resembles_the_format_is_refused_before_the_password_matters() {
    let uri = vectors()["published"]["uri"].as_str().expect("a URI").to_owned();
    let broken = [
        uri.replace("://?", ":?"),
        uri.replace("secactivate", "activate"),
        uri.replace("&mac=", "&tag="),
        uri.replace("&v=1", ""),
        uri.replace("enc=VR", "enc=%ZZ"),
        uri.replace("enc=VR", "enc=*"),
        uri.replace("mac=mhVL", "mac="),
        "igmobileotp://?action=secactivate&enc=AAAA&v=1&mac=mhVL8BWKaishMa5%2B".to_owned(),
        format!("{uri}{}", "A".repeat(5000)),
    ];
    for text in broken {
        let opened = open(&text, &Secret::new("54998317"));
        assert!(matches!(opened, Err(NotOpened::NotSealed(_))), "{text}");
        assert!(recognise(&text).is_none(), "{text}");
    }
}

#[test]
fn both_published_seeds_are_derived() {
    let published = &vectors()["published"];
    let activation: ActivationCode = "1745-7712-6942-8698".parse().expect("valid");
    let serial: SerialNumber = "48244-13456".parse().expect("valid");
    let registration: RegistrationCode =
        text(&published["registration_code"]).parse().expect("valid");
    let random = registration.device_random();
    assert_eq!(random, bytes(&published["device_random_hex"]));
    let policy = text(&published["plaintext_json"]["policy"]);
    let with = seed(activation, random, Some(policy), serial);
    assert_eq!(with.bytes(), bytes::<16>(&published["seed_with_policy_hex"]));
    let without = seed(activation, random, None, serial);
    assert_eq!(without.bytes(), bytes::<16>(&published["seed_without_policy_hex"]));
}

#[test]
fn the_published_codes_are_shown() {
    let published = &vectors()["published"];
    let activation: ActivationCode = "1745-7712-6942-8698".parse().expect("valid");
    let serial: SerialNumber = "48244-13456".parse().expect("valid");
    let policy = text(&published["plaintext_json"]["policy"]);
    for otp in published["otps"].as_array().expect("a list") {
        let policy = (otp["seed"] == "with_policy").then_some(policy);
        let seed = seed(activation, bytes(&published["device_random_hex"]), policy, serial);
        let digits = u8::try_from(otp["digits"].as_u64().expect("a number")).expect("small");
        let shape = Shape { digits: Digits::new(digits).expect("valid"), ..Shape::default() };
        let moment = Moment::from_unix_seconds(otp["unix_time"].as_i64().expect("a number"));
        let code = Codes::activated(&seed, shape).show(moment);
        assert_eq!(code.to_string(), text(&otp["otp"]));
    }
}

#[test]
fn synthetic_seeds_are_derived() {
    for vector in vectors()["synthetic"].as_array().expect("a list") {
        let serial = text(&vector["serial"]).parse().expect("valid");
        let activation = text(&vector["activation_code"]).parse().expect("valid");
        let random = bytes(&vector["device_random_hex"]);
        let seed = seed(activation, random, vector["policy"].as_str(), serial);
        assert_eq!(seed.bytes(), bytes::<16>(&vector["seed_hex"]));
        let registration: RegistrationCode =
            text(&vector["registration_code"]).parse().expect("valid");
        assert_eq!(registration.device_random(), random);
        assert_eq!(registration.to_string(), text(&vector["registration_code"]));
    }
}

#[test]
fn numbers_are_read_with_and_without_hyphens_and_written_with_them() {
    for typed in ["48244-13456", "4824413456", " 48244 13456 ", "4-8-2-4-4-1-3-4-5-6"] {
        let serial: SerialNumber = typed.parse().expect("valid");
        assert_eq!(serial.to_string(), "48244-13456");
        assert_eq!(serial.digits(), "4824413456");
    }
    let code: ActivationCode = "0000000000000018".parse().expect("valid");
    assert_eq!(code.to_string(), "0000-0000-0000-0018");
}

#[test]
fn a_number_of_another_shape_or_check_digit_is_refused() {
    for luhn in vectors()["luhn"].as_array().expect("a list") {
        let value = text(&luhn["value"]);
        let accepted = match value.len() {
            11 => {
                value.parse::<SerialNumber>().is_ok() && value.parse::<RegistrationCode>().is_ok()
            }
            _ => value.parse::<ActivationCode>().is_ok(),
        };
        assert_eq!(accepted, luhn["valid"] == true, "{value}");
    }
    let shape = Err(BadNumber::Shape { expected: 10 });
    for typed in
        ["", "48244-1345", "48244-134560", "48244_13456", "+824413456", "４８２４４１３４５６"]
    {
        assert_eq!(typed.parse::<SerialNumber>(), shape, "{typed}");
    }
    assert_eq!("48244-13457".parse::<SerialNumber>(), Err(BadNumber::CheckDigit));
}

#[test]
fn secrets_are_not_printed_for_debugging() {
    let activation: ActivationCode = "1745-7712-6942-8698".parse().expect("valid");
    let registration: RegistrationCode = "12211-49352".parse().expect("valid");
    assert_eq!(
        format!("{activation:?} {registration:?}"),
        "ActivationCode([secret]) RegistrationCode([secret])"
    );
}

#[test]
fn a_registration_code_of_the_field_does_not_follow_our_rule() {
    let published: RegistrationCode = "12211-49352".parse().expect("valid");
    let serial = "48244-13456".parse().expect("valid");
    let activation = "1745-7712-6942-8698".parse().expect("valid");
    assert!(!published.agrees_with(serial, activation));
}

#[test]
fn each_format_of_the_register_is_a_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tokens/activation");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| !["mod", "classic", "pskc"].contains(&name.as_str()))
        .collect();
    files.sort();
    let mut names: Vec<_> = ACTIVATION_FORMATS.iter().map(|format| format.name()).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn a_text_is_recognised_by_its_format() {
    let sealed = vectors()["published"]["uri"].as_str().expect("a URI").to_owned();
    assert!(matches!(recognise(&sealed), Some(Start::Sealed(_))));
    let plain = "otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP";
    assert!(matches!(recognise(plain), Some(Start::Codes(_))));
    assert!(recognise("https://id.example/").is_none());
}

fn minted(seed: u64) -> (SerialNumber, ActivationCode) {
    let mut chance = Chance::seeded(seed, "activation");
    (SerialNumber::mint(&mut chance), ActivationCode::mint(&mut chance))
}

proptest! {
    #[test]
    fn whatever_is_sealed_is_opened(
        world in any::<u64>(),
        salt in any::<[u8; 8]>(),
        password in "[0-9]{8}",
        policy in prop::option::of(any::<String>()),
        address in "[a-z0-9./:-]{0,40}",
    ) {
        let (serial_number, activation_code) = minted(world);
        let activation = SealedActivation { serial_number, activation_code, policy, address };
        let password = Secret::new(password);
        let opened = open(&activation.seal(&password, salt), &password);
        prop_assume!(activation.policy.as_ref().is_none_or(|policy| policy.len() < 500));
        prop_assert_eq!(opened, Ok(activation));
    }

    #[test]
    fn one_changed_character_opens_nothing(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9]") {
        let (serial_number, activation_code) = minted(1);
        let address = "id.example/api".to_owned();
        let password = Secret::new("12345678");
        let activation = SealedActivation { serial_number, activation_code, policy: None, address };
        let uri = activation.seal(&password, [7; 8]);
        let start = "igmobileotp://?".len();
        let at = start + at.index(uri.len() - start);
        let changed = format!("{}{with}{}", &uri[..at], &uri[at + 1..]);
        prop_assume!(changed != uri);
        prop_assert!(open(&changed, &password).is_err());
    }

    #[test]
    fn arbitrary_text_is_opened_by_nothing(text in any::<String>(), tail in "[ -~]{0,80}") {
        let password = Secret::new("12345678");
        prop_assert!(open(&text, &password).is_err());
        let close = format!("igmobileotp://?action=secactivate&{tail}&v=1&mac=mhVL8BWKaishMa5%2B");
        prop_assert!(open(&close, &password).is_err());
    }

    #[test]
    fn minted_numbers_are_read_as_they_are_written(world in any::<u64>()) {
        let (serial, activation) = minted(world);
        prop_assert_eq!(serial.to_string().parse(), Ok(serial));
        prop_assert_eq!(activation.to_string().parse(), Ok(activation));
        prop_assert!(luhn::is_valid(&serial.to_string()));
        prop_assert!(luhn::is_valid(&activation.to_string()));
    }

    #[test]
    fn a_registration_code_carries_the_random_bytes_and_agrees_with_its_token(
        world in any::<u64>(),
        random in any::<[u8; 2]>(),
    ) {
        let (serial, activation) = minted(world);
        let code = RegistrationCode::new(random, serial, activation);
        let typed: RegistrationCode = code.to_string().parse().expect("valid");
        prop_assert_eq!(typed.device_random(), random);
        prop_assert!(typed.agrees_with(serial, activation));
    }
}

#[test]
fn a_registration_code_seldom_agrees_with_another_token() {
    let agreeing = (0..2000)
        .filter(|world| {
            let ((serial, activation), other) = (minted(*world), minted(world + 1));
            RegistrationCode::new([1, 2], serial, activation).agrees_with(other.0, other.1)
        })
        .count();
    assert!(agreeing <= 4, "{agreeing} of 2000, where one of 8192 is expected");
}
