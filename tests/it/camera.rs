//! The camera: pictures of QR codes as screens, compressors and cameras spoil them.

// Pixels and lightness are small numbers; every cast here is between them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a renderer of pixels converts between lengths and indices all the time"
)]
#![allow(clippy::expect_used, reason = "whatever fails here is a failed test")]

mod damage;
mod plane;

use damage::{Damage, KINDS};
use fobwatch::domain::Chance;
use fobwatch::domain::picture::{MediaType, Picture};
use fobwatch::tokens::camera::{self, Unreadable};
use proptest::prelude::*;
use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Six hundred pictures in all; half of them where the renderer of the damage is unoptimised.
const IMAGES_PER_KIND: usize = if cfg!(debug_assertions) { 10 } else { 20 };

/// Right and wrong texts, and pictures that gave none.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: Vec<String>,
    unread: Vec<&'static str>,
}

/// A key URI of 200 bytes, as long as they get.
fn key_uri(chance: &mut Chance) -> String {
    let secret = data_encoding::BASE32.encode(&chance.bytes::<20>());
    let number = chance.digits(6);
    let mut uri = format!(
        "otpauth://totp/Example%20Corp:user{number}@example.com?secret={secret}\
         &issuer=Example%20Corp&algorithm=SHA256&digits=8&period=30&image=https%3A%2F%2Fid.example%2F"
    );
    while uri.len() < 200 {
        uri.push_str(&chance.digits(1));
    }
    uri
}

fn looked_at(kind: &Damage) -> Tally {
    let mut chance = Chance::seeded(1, kind.name);
    let mut tally = Tally::default();
    for _ in 0..IMAGES_PER_KIND {
        let text = key_uri(&mut chance);
        match camera::read(&kind.of(&text, &mut chance)) {
            Ok(read) if read == text => tally.right += 1,
            Ok(read) => tally.wrong.push(read),
            Err(_) => tally.unread.push(kind.name),
        }
    }
    tally
}

#[test]
fn thirty_kinds_of_damage_are_survived_and_never_misread() {
    let every_second = |from| KINDS.iter().skip(from).step_by(2).map(looked_at).collect::<Vec<_>>();
    let tallies = std::thread::scope(|scope| {
        let odd = scope.spawn(|| every_second(1));
        let mut tallies = every_second(0);
        tallies.extend(odd.join().expect("no panic"));
        tallies
    });
    let right: usize = tallies.iter().map(|tally| tally.right).sum();
    let wrong: Vec<_> = tallies.iter().flat_map(|tally| &tally.wrong).collect();
    let unread: Vec<_> = tallies.iter().flat_map(|tally| &tally.unread).collect();
    assert_eq!(wrong, Vec::<&String>::new(), "a wrong text is worse than none");
    let pictures = KINDS.len() * IMAGES_PER_KIND;
    assert!(right * 1000 >= pictures * 995, "{right} of {pictures}; unread: {unread:?}");
}

const TEXT: &str = "otpauth://totp/Example:ada@id.example?secret=JBSWY3DPEHPK3PXP&issuer=Example";

fn code() -> QrCode {
    QrCode::with_error_correction_level(TEXT, EcLevel::M).expect("it fits")
}

/// A PNG of `code` at 4 px a module with a quiet zone; `ink` and `paper` are samples of `color`.
fn png_of(code: &QrCode, color: png::ColorType, ink: &[u8], paper: &[u8]) -> Picture {
    let side = (code.width() + 8) * 4;
    let modules = code.to_colors();
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / 4).wrapping_sub(4), (y / 4).wrapping_sub(4));
        x < code.width() && y < code.width() && modules[y * code.width() + x] == Color::Dark
    };
    let samples: Vec<u8> = (0..side * side)
        .flat_map(|at| if dark(at % side, at / side) { ink } else { paper })
        .copied()
        .collect();
    Picture { media: MediaType::Png, bytes: png_bytes(side as u32, side as u32, color, &samples) }
}

fn png_bytes(width: u32, height: u32, color: png::ColorType, samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(samples).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

fn svg(text: &str) -> Picture {
    Picture { media: MediaType::Svg, bytes: text.as_bytes().to_vec() }
}

/// A drawing with one element for each dark module, as many generators write it.
fn drawn_with(open: &str, module: impl Fn(usize, usize) -> String, close: &str) -> Picture {
    let code = code();
    let mut drawing = open.to_owned();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            drawing.push_str(&module(at % code.width() + 4, at / code.width() + 4));
        }
    }
    svg(&(drawing + close))
}

#[test]
fn a_png_is_read_whatever_its_colours_are() {
    let code = code();
    let colours: [(png::ColorType, &[u8], &[u8]); 6] = [
        (png::ColorType::Grayscale, &[0], &[255]),
        (png::ColorType::Rgb, &[0, 0, 120], &[250, 250, 200]),
        (png::ColorType::Rgba, &[0, 0, 0, 255], &[255, 255, 255, 0]),
        (png::ColorType::GrayscaleAlpha, &[0, 255], &[0, 0]),
        (png::ColorType::Rgba, &[255, 255, 255, 255], &[0, 0, 0, 0]),
        (png::ColorType::Rgba, &[0, 0, 0, 0], &[255, 255, 255, 255]),
    ];
    for (color, ink, paper) in colours {
        let read = camera::read(&png_of(&code, color, ink, paper));
        assert_eq!(read.as_deref(), Ok(TEXT), "{color:?} {ink:?} on {paper:?}");
    }
}

#[test]
fn a_data_uri_becomes_a_text() {
    let png = png_of(&code(), png::ColorType::Grayscale, &[0], &[255]);
    let picture = Picture::from_data_uri(&png.to_data_uri()).expect("a data URI");
    assert_eq!(camera::read(&picture).as_deref(), Ok(TEXT));
}

#[test]
fn a_jpeg_in_colour_is_read() {
    let png = png_of(&code(), png::ColorType::Rgb, &[90, 0, 0], &[255, 255, 255]);
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png.bytes)).read_info().expect("PNG");
    let mut samples = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut samples).expect("a frame");
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80)
        .encode(&samples, frame.width, frame.height, image::ExtendedColorType::Rgb8)
        .expect("a JPEG");
    let picture = Picture::from_bytes(bytes).expect("a picture");
    assert_eq!(picture.media, MediaType::Jpeg);
    assert_eq!(camera::read(&picture).as_deref(), Ok(TEXT));
}

#[test]
fn a_drawing_is_read_as_generators_write_it() {
    let code = code();
    let with_path = code.render::<svg::Color<'_>>().build();
    let small = code.render::<svg::Color<'_>>().module_dimensions(1, 1).build();
    let in_millimetres = drawn_with(
        r#"<svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="49mm" height="49mm" version="1.1">"#,
        |x, y| format!(r#"<svg:rect x="{x}mm" y="{y}mm" width="1mm" height="1mm" />"#),
        "</svg:svg>",
    );
    let by_reference = drawn_with(
        r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 49 49"><rect fill="#fff" width="100%" height="100%"/><defs><rect id="m" width="1" height="1"/></defs>"##,
        |x, y| format!(r##"<use x="{x}" y="{y}" xlink:href="#m"/>"##),
        "</svg>",
    );
    for picture in [svg(&with_path), svg(&small), in_millimetres, by_reference] {
        let picture = Picture::from_bytes(picture.bytes).expect("recognised as a drawing");
        assert_eq!(camera::read(&picture).as_deref(), Ok(TEXT));
    }
}

#[test]
fn a_text_beyond_ascii_is_read_as_it_was_written() {
    for text in ["ß", "Crème brûlée", "Zażółć gęślą jaźń", "本人確認", "☕"] {
        let code = QrCode::new(text).expect("it fits");
        let picture = png_of(&code, png::ColorType::Grayscale, &[0], &[255]);
        assert_eq!(camera::read(&picture).as_deref(), Ok(text));
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_read_as_iso_8859_1() {
    let code = QrCode::new(b"caf\xe9 cr\xe8me").expect("it fits");
    let picture = png_of(&code, png::ColorType::Grayscale, &[0], &[255]);
    assert_eq!(camera::read(&picture).as_deref(), Ok("café crème"));
}

#[test]
fn absurd_dimensions_are_refused_by_the_header() {
    let mut png = png_bytes(1, 1, png::ColorType::Grayscale, &[0]);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
        .encode(&[0], 1, 1, image::ExtendedColorType::L8)
        .expect("a JPEG");
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame header");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    let refused = Err(Unreadable::TooManyPixels { width: 30_000, height: 30_000 });
    assert_eq!(camera::read(&Picture { media: MediaType::Png, bytes: png }), refused);
    assert_eq!(camera::read(&Picture { media: MediaType::Jpeg, bytes: jpeg }), refused);
}

/// The checksum of PNG chunks (ISO/IEC 15948 Annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

#[test]
fn a_drawing_of_absurd_size_is_refused_or_shrunk() {
    let wide = svg(r#"<svg xmlns="http://www.w3.org/2000/svg" width="1000000000" height="1"/>"#);
    assert!(matches!(camera::read(&wide), Err(Unreadable::TooManyPixels { .. })));
    let huge = drawn_with(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="900000" height="900000" viewBox="0 0 49 49">"#,
        |x, y| format!(r#"<path d="M{x} {y}h1v1h-1z"/>"#),
        "</svg>",
    );
    assert_eq!(camera::read(&huge).as_deref(), Ok(TEXT));
    let heavy = svg(&format!("<svg>{}</svg>", " ".repeat(9 << 20)));
    assert!(matches!(camera::read(&heavy), Err(Unreadable::TooManyBytes(_))));
}

#[test]
fn a_drawing_that_nests_or_multiplies_without_end_is_refused() {
    let open = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">"#;
    let rect = r#"<rect id="u0" width="1" height="1"/>"#;
    let nested = |depth| {
        let (enter, leave) = ("<g opacity='0.5'>".repeat(depth), "</g>".repeat(depth));
        camera::read(&svg(&format!("{open}{enter}{rect}{leave}</svg>")))
    };
    assert_eq!(nested(5), Err(Unreadable::NothingFound));
    assert!(matches!(nested(900), Err(Unreadable::Broken(_))));
    assert!(matches!(nested(200_000), Err(Unreadable::Broken(_))));
    let mut bomb = format!("{open}{rect}");
    for level in 1..20 {
        let used = format!(r##"<use href="#u{}"/>"##, level - 1);
        let _ = write!(bomb, r#"<g id="u{level}">{used}{used}</g>"#);
    }
    assert!(matches!(camera::read(&svg(&(bomb + "</svg>"))), Err(Unreadable::Broken(_))));
}

#[test]
fn a_drawing_cannot_open_a_file() {
    let png = png_of(&code(), png::ColorType::Grayscale, &[0], &[255]);
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner.svg");
    let with_path = code().render::<svg::Color<'_>>().build();
    std::fs::write(&inner, with_path).expect("a file");
    let outer = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><image href="{}" width="400" height="400"/></svg>"#,
        inner.display()
    );
    assert_eq!(camera::read(&svg(&outer)), Err(Unreadable::NothingFound));
    assert!(camera::read(&png).is_ok());
}

#[test]
fn two_codes_that_differ_give_no_text() {
    let other = QrCode::with_error_correction_level("another text altogether", EcLevel::M);
    let drawings = [code(), other.expect("it fits")]
        .map(|code| code.render::<svg::Color<'_>>().min_dimensions(400, 400).build());
    let both = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="500">{}<g transform="translate(500 0)">{}</g></svg>"#,
        drawings[0].split_once("?>").expect("a declaration").1,
        drawings[1].split_once("?>").expect("a declaration").1,
    );
    assert_eq!(camera::read(&svg(&both)), Err(Unreadable::NothingFound));
}

#[test]
fn a_picture_without_a_code_gives_no_text() {
    let blank = png_bytes(64, 64, png::ColorType::Grayscale, &[255; 64 * 64]);
    let picture = Picture { media: MediaType::Png, bytes: blank };
    assert_eq!(camera::read(&picture), Err(Unreadable::NothingFound));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for media in [MediaType::Png, MediaType::Jpeg, MediaType::Svg] {
            let read = camera::read(&Picture { media, bytes: bytes.clone() });
            prop_assert!(read.is_err());
        }
    }

    #[test]
    fn a_picture_with_broken_bytes_never_gives_a_wrong_text(
        at in 8_usize..1200,
        byte in any::<u8>(),
        keep in 0.0..1.0_f64,
    ) {
        let mut picture = png_of(&code(), png::ColorType::Grayscale, &[0], &[255]);
        let at = at % picture.bytes.len();
        picture.bytes[at] = byte;
        if keep < 0.3 {
            picture.bytes.truncate(at);
        }
        if let Ok(text) = camera::read(&picture) {
            prop_assert_eq!(text, TEXT);
        }
    }

    #[test]
    fn arbitrary_pixels_give_no_text(
        width in 1_usize..60,
        samples in prop::collection::vec(any::<u8>(), 60..3600),
    ) {
        let height = samples.len() / width;
        let samples = &samples[..width * height];
        let bytes = png_bytes(width as u32, height as u32, png::ColorType::Grayscale, samples);
        let read = camera::read(&Picture { media: MediaType::Png, bytes });
        prop_assert!(read.is_err());
    }
}
