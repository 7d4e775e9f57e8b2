//! Families of apps and what they make of key URIs; QR codes that readers have trouble with.

use fobwatch::domain::Picture;
use fobwatch::otp::KeyUri;
use fobwatch::tokens::lint::{self, Harm, Remark};
use fobwatch::tokens::quirks;
use proptest::prelude::*;
use qrcode::{Color, QrCode};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn sound() -> String {
    format!("otpauth://totp/Acme:ada?secret={SECRET}&issuer=Acme&algorithm=SHA1&digits=6&period=30")
}

/// What `profile` makes of `text`.
fn harm(profile: &str, text: &str) -> Option<Harm> {
    let remarks = lint::text(text);
    remarks.into_iter().find(|one| one.profile.as_deref() == Some(profile)).map(|one| one.harm)
}

#[test]
fn a_sound_uri_troubles_nobody() {
    assert_eq!(lint::text(&sound()), Vec::<Remark>::new());
}

#[test]
fn each_profile_fails_where_its_source_says_and_nowhere_else() {
    let s = sound();
    let with = |from: &str, to: &str| s.replace(from, to);
    let cases = [
        ("ignores-parameters", with("SHA1", "SHA256"), Harm::WrongCodes),
        ("ignores-parameters", with("period=30", "period=60"), Harm::WrongCodes),
        ("ignores-algorithm", with("SHA1", "SHA512"), Harm::WrongCodes),
        ("ignores-digits-and-period", with("digits=6", "digits=8"), Harm::WrongCodes),
        ("sha1-only", with("SHA1", "SHA256"), Harm::Refused),
        ("lower-case-algorithm", with("SHA1", "sha256"), Harm::WrongCodes),
        ("hyphenated-algorithm", with("SHA1", "SHA-1"), Harm::Refused),
        ("strict-secret", with(SECRET, &SECRET.to_lowercase()), Harm::Refused),
        ("no-padding", with(SECRET, "GEZDGNBVGY3TQOJQGEZDGNBVGY%3D%3D%3D%3D%3D%3D"), Harm::Refused),
        ("strong-secret", with(SECRET, "JBSWY3DPEHPK3PXP"), Harm::Refused),
        (
            "last-secret-lost",
            format!("otpauth://totp/Acme:ada?issuer=Acme&secret={SECRET}"),
            Harm::Refused,
        ),
        ("raw-label", with("Acme:ada", "Acme:ada%20lovelace"), Harm::OddLabel),
        ("escaped-colon", with("Acme:ada", "Acme%3Aada"), Harm::OddLabel),
        ("one-colon", with("Acme:ada", "Acme:ada%3Ab"), Harm::Refused),
        ("form-decoding", with("Acme:ada", "Acme:ada+b"), Harm::OddLabel),
        ("issuer-in-label-only", with("Acme:ada", "ada"), Harm::OddLabel),
        ("issuer-parameter-only", with("&issuer=Acme", ""), Harm::OddLabel),
        (
            "short-uri",
            with("&digits=6", &format!("&image={}&digits=8", "x".repeat(60))),
            Harm::WrongCodes,
        ),
        (
            "time-only",
            format!("otpauth://hotp/Acme:ada?secret={SECRET}&issuer=Acme&counter=0"),
            Harm::Refused,
        ),
        ("known-parameters-only", with("&digits", "&image=x&digits"), Harm::Refused),
    ];
    let mut seen = Vec::new();
    for (profile, text, expected) in &cases {
        assert_eq!(harm(profile, text), Some(*expected), "{profile}: {text}");
        seen.push(*profile);
    }
    let untested: Vec<&str> = quirks::profiles()
        .iter()
        .map(|one| one.name.as_str())
        .filter(|name| !seen.contains(name) && *name != "counter-from-zero")
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn a_missing_counter_is_an_error_that_one_family_forgives() {
    let text = format!("otpauth://hotp/Acme:ada?secret={SECRET}&issuer=Acme");
    let remarks = lint::text(&text);
    assert!(remarks[0].what.contains("counter is required"), "{remarks:?}");
    let lenient = quirks::named("counter-from-zero").expect("a profile");
    assert!(lenient.read(&text).is_ok());
    assert!(KeyUri::parse(&text).is_err());
}

#[test]
fn a_secret_that_is_short_or_told_is_named_and_never_repeated() {
    let short = lint::text(&sound().replace(SECRET, "JBSWY3DPEHPK3PXP"));
    assert!(short.iter().any(|one| one.what.contains("10 bytes")), "{short:?}");
    let told = lint::text(&sound().replace("Acme:ada", &format!("Acme:{SECRET}")));
    assert!(told.iter().any(|one| one.what.contains("the label holds the secret")), "{told:?}");
    assert!(!short.iter().any(|one| one.what.contains("JBSWY3DPEHPK3PXP")));
}

/// The code of `text` with so many pixels a module and so many modules around it.
fn drawn(text: &str, scale: usize, quiet: usize, dark: u8) -> Picture {
    let code = QrCode::new(text).expect("it fits");
    let (width, colors) = (code.width(), code.to_colors());
    let side = (width + 2 * quiet) * scale;
    let mut pixels = vec![255 - dark; side * side];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (at % side / scale, at / side / scale);
        let inside = (quiet..width + quiet).contains(&x) && (quiet..width + quiet).contains(&y);
        if inside && colors[(y - quiet) * width + x - quiet] == Color::Dark {
            *pixel = dark;
        }
    }
    let mut bytes = Vec::new();
    let side = u32::try_from(side).expect("a small picture");
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory");
    writer.write_image_data(&pixels).expect("memory");
    drop(writer);
    Picture::from_bytes(bytes).expect("a picture")
}

#[test]
fn the_code_itself_is_looked_at_too() {
    let whats = |picture: &Picture| {
        let remarks = lint::picture(picture).expect("it can be read");
        remarks.into_iter().map(|one| one.what).collect::<Vec<String>>().join("; ")
    };
    assert_eq!(whats(&drawn(&sound(), 5, 4, 0)), "");
    assert!(whats(&drawn(&sound(), 5, 1, 0)).contains("quiet zone"));
    assert!(whats(&drawn(&sound(), 2, 4, 0)).contains("pixels"));
    assert!(whats(&drawn(&sound(), 5, 4, 255)).contains("light on dark"));
    let long = sound().replace("Acme:ada", &format!("Acme:{}", "a".repeat(500)));
    assert!(whats(&drawn(&long, 5, 4, 0)).contains("dense"));
}

proptest! {
    #[test]
    fn no_text_makes_a_family_panic(text in ".{0,200}", tail in "(&?(secret|issuer|algorithm|digits|counter)=[A-Za-z0-9%+=-]{0,20}){0,6}") {
        let _ = lint::text(&text);
        let _ = lint::text(&format!("otpauth://totp/{text}?{tail}"));
        let _ = lint::text(&format!("otpauth://hotp/A:b?{tail}"));
    }
}
