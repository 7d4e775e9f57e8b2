//! Key containers: the values of RFC 6030 in its own shape, and files that are broken.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use data_encoding::{BASE64, HEXLOWER};
use fobwatch::domain::Secret;
use fobwatch::otp::{Algorithm, Digits, Period};
use fobwatch::tokens::activation::pskc::{MOST_BYTES, NotPskc, PskcKey, Purpose, Unlock, read};
use proptest::prelude::*;
use serde_json::Value;

const SECRET: &[u8] = b"12345678901234567890";

fn vectors() -> Value {
    let path = format!("{}/fixtures/vectors/rfc6030_pskc.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors")).expect("JSON")
}

fn container(head: &str, package: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"
  xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"
  xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"
  xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#">
{head}<KeyPackage><DeviceInfo><SerialNo>987654321</SerialNo></DeviceInfo>{package}</KeyPackage>
</KeyContainer>"#
    )
}

fn key(algorithm: &str, parameters: &str, data: &str) -> String {
    format!(
        r#"<Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:{algorithm}">
<Issuer>Issuer</Issuer><AlgorithmParameters>{parameters}</AlgorithmParameters>
<Data>{data}</Data></Key>"#
    )
}

fn plain(secret: &[u8]) -> String {
    format!("<Secret><PlainValue>{}</PlainValue></Secret>", BASE64.encode(secret))
}

/// The one key of `text`, opened by nothing.
fn only(text: &str) -> PskcKey {
    let mut keys = read(text, &Unlock::Nothing).expect("it can be read");
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

const DIGITS: &str = r#"<ResponseFormat Length="8" Encoding="DECIMAL"/>"#;

#[test]
fn a_plain_key_of_a_counter_is_read_as_in_figure_5() {
    let figure = &vectors()["figure5"];
    let data = format!("{}<Counter><PlainValue>0</PlainValue></Counter>", plain(SECRET));
    let key = only(&container("", &key("hotp", DIGITS, &data)));
    assert_eq!(key.key.bytes(), figure["secret_ascii"].as_str().expect("one").as_bytes());
    assert_eq!(key.serial_number.as_deref(), Some("987654321"));
    assert_eq!((key.id.as_deref(), key.issuer.as_deref()), (Some("12345678"), Some("Issuer")));
    let counter = figure["counter"].as_u64().expect("one");
    assert_eq!(key.purpose, Purpose::Hotp { counter, digits: Digits::EIGHT });
}

#[test]
fn keys_of_the_time_and_of_challenges_are_read() {
    let data = format!(
        "{}<Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>60</PlainValue></TimeInterval>",
        plain(SECRET)
    );
    let suite = format!("<Suite>HMAC-SHA256</Suite>{DIGITS}");
    let period = Period::new(60).expect("a minute");
    let (digits, algorithm) = (Digits::EIGHT, Algorithm::Sha256);
    let found = only(&container("", &key("totp", &suite, &data))).purpose;
    assert_eq!(found, Purpose::Totp { period, digits, algorithm });
    let suite = "OCRA-1:HOTP-SHA1-6:QN08";
    let parameters = format!("<Suite>{suite}</Suite>");
    let found = only(&container("", &key("ocra", &parameters, &plain(SECRET)))).purpose;
    assert!(matches!(found, Purpose::Ocra(found) if found.to_string() == suite));
}

/// An encrypted container with the values of `figure`, under the key in hexadecimal `cipher`.
fn sealed(figure: &Value, head: &str, cipher: &str) -> String {
    let text = |name: &str| figure[name].as_str().expect(name).to_owned();
    let cipher = HEXLOWER.decode(cipher.as_bytes()).expect("a key");
    let mac_key = HEXLOWER.decode(text("mac_key_hex").as_bytes()).expect("a key");
    let iv = [7; 16];
    let body = cbc::Encryptor::<Aes128>::new_from_slices(&cipher, &iv)
        .expect("lengths that fit")
        .encrypt_padded_vec::<Pkcs7>(&mac_key);
    let mac_key = BASE64.encode(&[iv.as_slice(), &body].concat());
    let method =
        r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>"#;
    let wrapped = |value: &str| {
        format!(
            "{method}<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
        )
    };
    let head = format!(
        r#"<EncryptionKey>{head}</EncryptionKey>
<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>{}</MACKey></MACMethod>"#,
        wrapped(&mac_key)
    );
    let data = format!(
        "<Secret><EncryptedValue>{}</EncryptedValue><ValueMAC>{}</ValueMAC></Secret>\
         <Counter><PlainValue>0</PlainValue></Counter>",
        wrapped(&text("encrypted_value_b64")),
        text("value_mac_b64")
    );
    container(&head, &key("hotp", DIGITS, &data))
}

fn figure_6() -> (String, Vec<u8>) {
    let figure = &vectors()["figure6"];
    let cipher = figure["preshared_key_hex"].as_str().expect("a key");
    let text = sealed(figure, "<ds:KeyName>Pre-shared-key</ds:KeyName>", cipher);
    (text, HEXLOWER.decode(cipher.as_bytes()).expect("a key"))
}

fn figure_7(rounds: u64) -> String {
    let figure = &vectors()["figure7"];
    let head = format!(
        r#"<xenc11:DerivedKey><xenc11:KeyDerivationMethod
Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2"><pkcs5:PBKDF2-params>
<Salt><Specified>{}</Specified></Salt><IterationCount>{rounds}</IterationCount><KeyLength>16</KeyLength>
</pkcs5:PBKDF2-params></xenc11:KeyDerivationMethod></xenc11:DerivedKey>"#,
        figure["salt_b64"].as_str().expect("a salt")
    );
    sealed(figure, &head, figure["derived_key_hex"].as_str().expect("a key"))
}

#[test]
fn keys_under_a_shared_key_are_opened_as_in_figure_6() {
    let (text, cipher) = figure_6();
    let keys = read(&text, &Unlock::Key(&cipher)).expect("the right key");
    assert_eq!(keys[0].key.bytes(), SECRET);
    assert_eq!(read(&text, &Unlock::Nothing), Err(NotPskc::Sealed));
    assert_eq!(read(&text, &Unlock::Key(&[0; 16])), Err(NotPskc::MacMismatch));
    let changed = text.replace("Su+NvtQ", "Su+NvtR");
    assert_eq!(read(&changed, &Unlock::Key(&cipher)), Err(NotPskc::MacMismatch));
}

#[test]
fn keys_under_a_password_are_opened_as_in_figure_7() {
    let password = Secret::new("qwerty");
    let keys = read(&figure_7(1000), &Unlock::Password(&password)).expect("the right password");
    assert_eq!(keys[0].key.bytes(), SECRET);
    let wrong = Secret::new("azerty");
    assert_eq!(read(&figure_7(1000), &Unlock::Password(&wrong)), Err(NotPskc::MacMismatch));
    let endless = read(&figure_7(4_000_000_000), &Unlock::Password(&password));
    assert_eq!(endless, Err(NotPskc::Value("IterationCount")));
}

#[test]
fn a_broken_container_is_refused_with_the_reason() {
    let sound = container("", &key("totp", DIGITS, &plain(SECRET)));
    assert!(read(&sound, &Unlock::Nothing).is_ok());
    let (sealed, cipher) = figure_6();
    let unlock = Unlock::Key(&cipher);
    let cases = [
        (sound.replace("1.0\" x", "2.0\" x"), "no KeyContainer"),
        (sound.replace("keyprov:pskc\"", "keyprov:other\""), "no KeyContainer"),
        (sound.replace("</KeyContainer>", ""), "no XML"),
        (sound.replace("<KeyContainer", "<!DOCTYPE k [<!ENTITY a \"b\">]><KeyContainer"), "no XML"),
        (
            sound.replace("<Secret>", "<Other>").replace("</Secret>", "</Other>"),
            "Secret is missing",
        ),
        (sound.replace("MTIz", "?"), "PlainValue cannot be read"),
        (sound.replace("\"8\"", "\"99\""), "Length cannot be read"),
        (sound.replace(":totp", ":hotp"), "Counter is missing"),
        (sealed.replace("ValueMAC", "Nothing"), "without ValueMAC"),
        (sealed.replace("#aes128-cbc", "#tripledes-cbc"), "not supported"),
        (container("", ""), "a key is missing"),
        (" ".repeat(MOST_BYTES + 1), "longer than"),
    ];
    for (text, why) in cases {
        let error = read(&text, &unlock).expect_err(why).to_string();
        assert!(error.contains(why), "{error} instead of {why}");
        assert!(!error.contains("12345678901234567890"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_torn_container_panics(from in 0_usize..2000, length in 0_usize..200, with in ".{0,20}") {
        let (text, cipher) = figure_6();
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        let torn = format!("{}{with}{}", &text[..from], &text[to..]);
        let _ = read(&torn, &Unlock::Key(&cipher));
    }
}
