//! The published vectors of RFC 4226 and RFC 6238, the key URI cases and the check digits, each
//! read from its file.

#![allow(clippy::expect_used, reason = "what is broken in a fixture fails its test")]

use fobwatch::domain::Moment;
use fobwatch::otp::base32::NotBase32;
use fobwatch::otp::{
    Algorithm, Digits, Hotp, Key, KeyUri, Kind, Liberty, NotKeyUri, Period, Totp, Window, base32,
    luhn, truncate,
};
use serde_json::Value;

fn fixture(name: &str) -> Value {
    let path = format!("{}/fixtures/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn rows<'a>(fixture: &'a Value, table: &str) -> &'a [Value] {
    let rows = fixture[table].as_array().unwrap_or_else(|| panic!("no table {table}"));
    assert!(!rows.is_empty(), "{table} is empty");
    rows
}

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_else(|| panic!("no text {column} in {row}"))
}

fn number(row: &Value, column: &str) -> u64 {
    row[column].as_u64().unwrap_or_else(|| panic!("no number {column} in {row}"))
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn digits(count: u64) -> Digits {
    Digits::new(u8::try_from(count).expect("few digits")).expect("6 to 10 digits")
}

fn algorithm(name: &str) -> Algorithm {
    serde_json::from_value(Value::from(name)).expect("one of the three")
}

fn moment(seconds: u64) -> Moment {
    Moment::from_unix_seconds(i64::try_from(seconds).expect("before the end of time"))
}

fn key(ascii: &str) -> Key {
    Key::new(ascii.as_bytes().to_vec())
}

#[test]
fn every_column_of_rfc_4226_appendix_d_is_reproduced() {
    let fixture = fixture("rfc4226_hotp");
    let hotp = Hotp::new(&key(text(&fixture, "secret_ascii")), Algorithm::Sha1, Digits::SIX);
    for row in rows(&fixture, "vectors") {
        let count = number(row, "count");
        let mac = hotp.mac(count);
        assert_eq!(hex(&mac), text(row, "hmac_sha1_hex"), "{row}");
        assert_eq!(format!("{:x}", truncate(&mac)), text(row, "truncated_hex"), "{row}");
        assert_eq!(u64::from(truncate(&mac)), number(row, "truncated_dec"), "{row}");
        assert_eq!(hotp.code(count).to_string(), text(row, "hotp"), "{row}");
        assert_eq!(hotp.verify(text(row, "hotp"), count, Window::EXACT), Some(count), "{row}");
    }
}

#[test]
fn longer_codes_and_large_counters_are_reproduced() {
    let fixture = fixture("rfc4226_hotp");
    let key = key(text(&fixture, "secret_ascii"));
    for row in rows(&fixture, "extra_recomputed_not_in_rfc") {
        let hotp = Hotp::new(&key, Algorithm::Sha1, digits(number(row, "digits")));
        assert_eq!(hotp.code(number(row, "count")).to_string(), text(row, "hotp"), "{row}");
    }
}

#[test]
fn the_worked_example_of_rfc_4226_is_truncated_as_there() {
    let example = &fixture("rfc4226_hotp")["section_5_4_example"];
    let mac = data_encoding::HEXLOWER.decode(text(example, "hmac_sha1_hex").as_bytes());
    let truncated = truncate(&mac.expect("hexadecimal"));
    assert_eq!(format!("{truncated:x}"), text(example, "dbc_hex"));
    assert_eq!(format!("{:06}", truncated % 1_000_000), text(example, "otp"));
}

#[test]
fn every_row_of_rfc_6238_appendix_b_is_reproduced() {
    let fixture = fixture("rfc6238_totp");
    for row in rows(&fixture, "vectors") {
        let hash = text(row, "hash");
        let key = key(text(&fixture["secrets_ascii"], hash));
        let totp = Totp::new(&key, algorithm(hash), Digits::EIGHT, Period::RECOMMENDED);
        let at = moment(number(row, "time"));
        assert_eq!(format!("{:016X}", totp.step_at(at)), text(row, "T_hex"), "{row}");
        assert_eq!(totp.code_at(at).to_string(), text(row, "totp"), "{row}");
        assert_eq!(totp.verify(text(row, "totp"), at, Window::EXACT), Some(totp.step_at(at)));
    }
}

#[test]
fn a_short_key_for_the_longer_hashes_gives_other_codes_than_the_table() {
    let fixture = fixture("rfc6238_totp");
    let key = key(text(&fixture["secrets_ascii"], "SHA1"));
    for row in rows(&fixture, "trap_20_byte_secret_for_all_hashes_NOT_in_table") {
        let hash = algorithm(text(row, "hash"));
        let totp = Totp::new(&key, hash, Digits::EIGHT, Period::RECOMMENDED);
        let code = totp.code_at(moment(number(row, "time"))).to_string();
        assert_eq!(code, text(row, "totp_with_20_byte_secret"), "{row}");
    }
}

#[test]
fn six_digits_and_the_edges_of_time_steps_are_reproduced() {
    let fixture = fixture("rfc6238_totp");
    let key = key(text(&fixture["secrets_ascii"], "SHA1"));
    let totp = Totp::new(&key, Algorithm::Sha1, Digits::SIX, Period::RECOMMENDED);
    let edges = rows(&fixture, "boundary_recomputed_not_in_rfc");
    for row in edges.iter().chain(rows(&fixture, "six_digit_recomputed_not_in_rfc")) {
        let at = moment(number(row, "time"));
        assert_eq!(totp.code_at(at).to_string(), text(row, "totp6"), "{row}");
    }
    for row in edges {
        assert_eq!(totp.step_at(moment(number(row, "time"))), number(row, "T"), "{row}");
    }
}

#[test]
fn every_expected_member_of_a_key_uri_is_read() {
    let mut members = 0;
    for case in rows(&fixture("otpauth_uris"), "cases") {
        let expected = case.get("expect").or_else(|| case.get("expect_lenient"));
        let Some(expected) = expected.and_then(Value::as_object) else { continue };
        let (uri, liberties) =
            KeyUri::parse(text(case, "uri")).unwrap_or_else(|error| panic!("{case}: {error}"));
        for (member, value) in expected {
            assert_eq!(&member_of(&uri, &liberties, member, value), value, "{member} of {case}");
            members += 1;
        }
    }
    assert!(members > 20, "only {members} members were compared");
}

/// The member of `uri` that the fixture calls `name`.
fn member_of(uri: &KeyUri, liberties: &[Liberty], name: &str, expected: &Value) -> Value {
    let (kind, period, counter) = match uri.kind {
        Kind::Totp { period } => ("totp", Some(period), None),
        Kind::Hotp { counter } => ("hotp", None, Some(counter)),
    };
    match name {
        "type" => kind.into(),
        "issuer" | "issuer_rfc3986" => uri.label.issuer().into(),
        "account" => uri.label.account().into(),
        "secret_hex" => hex(uri.key.bytes()).into(),
        "algorithm" => uri.algorithm.to_string().into(),
        "digits" => uri.digits.count().into(),
        "period" => period.map(Period::seconds).into(),
        "counter" => counter.into(),
        "totp_at_59" => Totp::new(&uri.key, uri.algorithm, uri.digits, Period::default())
            .code_at(moment(59))
            .to_string()
            .into(),
        // What a reader of HTML forms would make of the "+", which we report and keep.
        "issuer_form_decoding_deviation" if liberties.contains(&Liberty::PlusSign) => {
            uri.label.issuer().map(|issuer| issuer.replace('+', " ")).into()
        }
        "warning" => match liberties {
            [Liberty::IssuersDiffer { .. }] => expected.clone(),
            _ => Value::Null,
        },
        _ => panic!("the fixture has a new member: {name}"),
    }
}

#[test]
fn what_is_no_key_uri_is_refused_for_the_reason_expected() {
    let mut refused = 0;
    for case in rows(&fixture("otpauth_uris"), "cases") {
        let Some(expected) = case["expect"].as_str() else { continue };
        let error = KeyUri::parse(text(case, "uri")).expect_err(expected);
        let reason = if let NotKeyUri::Missing(name) = error {
            format!("{name} is REQUIRED")
        } else if let NotKeyUri::Secret(NotBase32::Symbol { character, .. }) = error {
            format!("'{character}' is not")
        } else if let NotKeyUri::Secret(NotBase32::Length { symbols }) = error {
            format!("{symbols} symbols")
        } else {
            error.to_string()
        };
        assert!(expected.contains(&reason), "{reason}: {case}");
        refused += 1;
    }
    assert_eq!(refused, 4);
}

#[test]
fn a_strict_reader_refuses_the_secret_that_a_lenient_one_reads() {
    let fixture = fixture("otpauth_uris");
    let case = rows(&fixture, "cases").iter().find(|case| case.get("expect_strict").is_some());
    let (_, liberties) = KeyUri::parse(text(case.expect("there is one"), "uri")).expect("lenient");
    let named = [
        base32::Liberty::LowerCase,
        base32::Liberty::Spaces,
        base32::Liberty::Hyphens,
        base32::Liberty::Padding,
    ];
    assert_eq!(liberties, named.map(Liberty::Secret));
    assert!(base32::decode("jbsw y3dp-ehpk3pxp====").is_err());
}

#[test]
fn an_oddity_of_a_key_uri_is_read_and_named() {
    use Liberty::{
        AlgorithmSpelling, Case, ColonInAccount, EmptyIssuer, Fragment, NoAccount, OutOfPlace,
        Unescaped,
    };
    let spelt = |name: &str| AlgorithmSpelling(name.to_owned());
    for (uri, liberty) in [
        ("OTPAUTH://totp/a?secret=MY", Case),
        ("otpauth://TOTP/a?secret=MY", Case),
        ("otpauth://totp/a?secret=MY#x", Fragment),
        ("otpauth://totp/a b?secret=MY", Unescaped),
        ("otpauth://totp/?secret=MY", NoAccount),
        ("otpauth://totp?secret=MY", NoAccount),
        ("otpauth://totp/:a?secret=MY", EmptyIssuer),
        ("otpauth://totp/a:b:c?secret=MY", ColonInAccount),
        ("otpauth://totp/a?secret=MY&algorithm=SHA-1", spelt("SHA-1")),
        ("otpauth://totp/a?secret=MY&algorithm=HmacSHA256", spelt("HmacSHA256")),
        ("otpauth://totp/a?secret=MY&counter=0", OutOfPlace("counter")),
        ("otpauth://hotp/a?secret=MY&counter=0&period=30", OutOfPlace("period")),
    ] {
        let (_, liberties) = KeyUri::parse(uri).unwrap_or_else(|error| panic!("{uri}: {error}"));
        assert_eq!(liberties, [liberty], "{uri}");
    }
}

#[test]
fn a_parameter_without_meaning_is_refused() {
    for (parameters, name) in [
        ("digits=5", "digits"),
        ("digits=%2B6", "digits"),
        ("digits=", "digits"),
        ("digits=262", "digits"),
        ("period=0", "period"),
        ("period=30s", "period"),
        ("algorithm=MD5", "algorithm"),
        ("algorithm=", "algorithm"),
    ] {
        let error = KeyUri::parse(&format!("otpauth://totp/a?secret=MY&{parameters}"));
        assert!(
            matches!(error, Err(NotKeyUri::Parameter { name: found, .. }) if found == name),
            "{parameters}: {error:?}"
        );
    }
    let error = |uri: &str| KeyUri::parse(uri).expect_err("it is none");
    assert_eq!(error("otpauth://totp/a?secret=MY&secret=MZ"), NotKeyUri::Repeated("secret"));
    assert_eq!(error("otpauth://totp/a?secret="), NotKeyUri::Missing("secret"));
    assert_eq!(error("otpauth://motp/a?secret=MY"), NotKeyUri::Kind);
    assert_eq!(error("https://portal.test/"), NotKeyUri::Scheme);
    assert!(matches!(error("otpauth://totp/%4?secret=MY"), NotKeyUri::Escape(_)));
    let long = format!("otpauth://totp/{}?secret=MY", "a".repeat(KeyUri::MOST_BYTES));
    assert_eq!(error(&long), NotKeyUri::TooLong);
}

#[test]
fn a_key_uri_is_written_with_every_parameter_explicit() {
    let (uri, _) = KeyUri::parse("otpauth://totp/ACME%20Co:ada@x.test?secret=MY&image=a/b")
        .expect("it is one");
    assert_eq!(
        uri.to_uri().reveal(),
        "otpauth://totp/ACME%20Co:ada%40x.test\
         ?secret=MY&algorithm=SHA1&digits=6&period=30&image=a%2Fb"
    );
}

#[test]
fn check_digits_are_judged_as_published() {
    let fixture = fixture("entrust_identityguard");
    for row in rows(&fixture, "luhn") {
        let value = text(row, "value");
        assert_eq!(Value::from(luhn::is_valid(value)), row["valid"], "{value}");
        let payload = &value[..value.len() - 1];
        let completed = luhn::with_check_digit(payload);
        assert_eq!(Value::from(completed == value), row["valid"], "{value}");
    }
}
