//! Draws QR codes as badly as cameras, screens and compressors do.

use super::plane::{Frame, Plane};
use fobwatch::domain::{Chance, MediaType, Picture};
use qrcode::{Color, EcLevel, QrCode};

/// One kind of damage. Lengths are in pixels unless they say otherwise; lightness is 0 to 255.
#[derive(Clone, Copy)]
pub(super) struct Damage {
    pub(super) name: &'static str,
    module: f64,
    /// Width of the quiet zone in modules.
    quiet: f64,
    /// Bounds of the rotation in degrees.
    turn: (f64, f64),
    /// How far each corner may move, as a part of the side.
    warp: f64,
    /// Standard deviation of a Gaussian blur.
    blur: f64,
    /// Standard deviation of Gaussian noise.
    noise: f64,
    /// The part of the pixels that become black or white.
    specks: f64,
    /// Quality of a JPEG in between.
    jpeg: Option<u8>,
    ink: f64,
    paper: f64,
    /// What lies around the code.
    around: f64,
    /// How much darker the darkest edge is, as a part of the light.
    shade: f64,
    /// Width of what lies around, as a part of the side.
    margin: f64,
    /// Stands at a random place of a page of text of this size.
    page: Option<(usize, usize)>,
    /// The side of a logo in the middle, as a part of the side.
    logo: f64,
}

const CLEAN: Damage = Damage {
    name: "clean, 4 px",
    module: 4.0,
    quiet: 4.0,
    turn: (0.0, 0.0),
    warp: 0.0,
    blur: 0.0,
    noise: 0.0,
    specks: 0.0,
    jpeg: None,
    ink: 0.0,
    paper: 255.0,
    around: 255.0,
    shade: 0.0,
    margin: 0.0,
    page: None,
    logo: 0.0,
};

/// The thirty kinds.
pub(super) const KINDS: [Damage; 30] = [
    CLEAN,
    Damage { name: "clean, 2 px", module: 2.0, ..CLEAN },
    Damage { name: "clean, 3 px", module: 3.0, ..CLEAN },
    Damage { name: "clean, 8 px", module: 8.0, ..CLEAN },
    Damage { name: "scaled to 2.5 px", module: 2.5, ..CLEAN },
    Damage { name: "scaled to 1.5 px", module: 1.5, ..CLEAN },
    Damage { name: "turned by up to 45 degrees", turn: (0.0, 45.0), ..CLEAN },
    Damage { name: "turned any way, 3 px", module: 3.0, turn: (0.0, 360.0), ..CLEAN },
    Damage { name: "blur 1", blur: 1.0, ..CLEAN },
    Damage { name: "blur 1.25", blur: 1.25, ..CLEAN },
    Damage { name: "blur 1.5", blur: 1.5, ..CLEAN },
    Damage { name: "blur 3, 8 px", module: 8.0, blur: 3.0, ..CLEAN },
    Damage { name: "noise 20", noise: 20.0, ..CLEAN },
    Damage { name: "noise 40", noise: 40.0, ..CLEAN },
    Damage { name: "noise 60", noise: 60.0, ..CLEAN },
    Damage { name: "specks 1 %", specks: 0.01, ..CLEAN },
    Damage { name: "specks 5 %", specks: 0.05, ..CLEAN },
    Damage { name: "JPEG 30, 2 px", module: 2.0, jpeg: Some(30), ..CLEAN },
    Damage { name: "JPEG 30, blur 0.7, 3 px", module: 3.0, blur: 0.7, jpeg: Some(30), ..CLEAN },
    Damage { name: "JPEG 30, 4 px", jpeg: Some(30), ..CLEAN },
    Damage { name: "JPEG 10, 3 px", module: 3.0, jpeg: Some(10), ..CLEAN },
    Damage { name: "warped by 5 %", warp: 0.05, ..CLEAN },
    Damage { name: "warped by 10 %", warp: 0.10, ..CLEAN },
    Damage { name: "warped by 15 %, 6 px", module: 6.0, warp: 0.15, ..CLEAN },
    Damage { name: "faint", ink: 100.0, paper: 150.0, around: 150.0, shade: 0.6, ..CLEAN },
    Damage { name: "inverted", ink: 255.0, paper: 0.0, around: 0.0, ..CLEAN },
    Damage { name: "little quiet zone", quiet: 1.0, around: 0.0, margin: 0.1, ..CLEAN },
    Damage { name: "logo over 22 % of the side", logo: 0.22, ..CLEAN },
    Damage { name: "screenshot with text", module: 3.0, page: Some((1280, 720)), ..CLEAN },
    Damage {
        name: "phone photograph",
        module: 5.0,
        turn: (-15.0, 15.0),
        warp: 0.08,
        blur: 0.8,
        noise: 12.0,
        shade: 0.6,
        jpeg: Some(60),
        margin: 0.25,
        around: 120.0,
        ink: 30.0,
        paper: 220.0,
        ..CLEAN
    },
];

impl Damage {
    /// A picture of `text`, damaged this way.
    pub(super) fn of(&self, text: &str, chance: &mut Chance) -> Picture {
        let level = if self.logo > 0.0 { EcLevel::H } else { EcLevel::M };
        let code = QrCode::with_error_correction_level(text, level).expect("it fits");
        let mut plane = self.drawn(&Modules::of(&code), chance);
        if self.blur > 0.0 {
            plane.blur(self.blur);
        }
        if self.noise > 0.0 {
            plane.add_noise(self.noise, chance);
        }
        if self.specks > 0.0 {
            plane.add_specks(self.specks, chance);
        }
        match self.jpeg {
            Some(quality) => jpeg(&plane, quality),
            None => png(&plane),
        }
    }

    fn drawn(&self, code: &Modules, chance: &mut Chance) -> Plane {
        let side = (code.side + 2.0 * self.quiet) * self.module;
        let corners = self.corners(side, chance);
        let frame = match self.page {
            Some(page) => Frame::within(page, corners, chance),
            None => Frame::around(corners, self.margin * side),
        };
        let mut plane = Plane::filled(frame.width, frame.height, self.around);
        if self.page.is_some() {
            plane.write_text(chance);
        }
        let aligned = self.module.fract() == 0.0 && self.turn == (0.0, 0.0) && self.warp == 0.0;
        let samples = if aligned { 1 } else { 3 };
        let full = code.side + 2.0 * self.quiet;
        plane.draw(&frame, full, samples, |u, v| {
            if self.is_ink(code, u - self.quiet, v - self.quiet) { self.ink } else { self.paper }
        });
        if self.shade > 0.0 {
            plane.shade(self.shade, chance);
        }
        plane
    }

    fn corners(&self, side: f64, chance: &mut Chance) -> [(f64, f64); 4] {
        let (sin, cos) = between(chance, self.turn.0, self.turn.1).to_radians().sin_cos();
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| {
            let shift = |chance: &mut Chance| between(chance, -self.warp, self.warp);
            let (dx, dy) = (shift(chance), shift(chance));
            ((x * cos - y * sin + dx) * side, (x * sin + y * cos + dy) * side)
        })
    }

    fn is_ink(&self, code: &Modules, u: f64, v: f64) -> bool {
        let middle = code.side / 2.0;
        let logo = code.side * self.logo / 2.0;
        if (u - middle).abs() < logo && (v - middle).abs() < logo {
            return (u as usize + v as usize).is_multiple_of(3);
        }
        code.is_dark(u, v)
    }
}

/// The modules of a code, quick to ask.
struct Modules {
    dark: Vec<bool>,
    width: usize,
    side: f64,
}

impl Modules {
    fn of(code: &QrCode) -> Self {
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Self { dark, width: code.width(), side: code.width() as f64 }
    }

    fn is_dark(&self, u: f64, v: f64) -> bool {
        let inside = u >= 0.0 && v >= 0.0 && u < self.side && v < self.side;
        inside && self.dark[v as usize * self.width + u as usize]
    }
}

/// A number from `low` to `high`.
pub(super) fn between(chance: &mut Chance, low: f64, high: f64) -> f64 {
    low + (high - low) * (chance.below(1 << 32) as f64 / (1_u64 << 32) as f64)
}

pub(super) fn png(plane: &Plane) -> Picture {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, plane.width as u32, plane.height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&plane.to_bytes()).expect("pixels");
    writer.finish().expect("an end");
    Picture { media: MediaType::Png, bytes }
}

fn jpeg(plane: &Plane, quality: u8) -> Picture {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(
            &plane.to_bytes(),
            plane.width as u32,
            plane.height as u32,
            image::ExtendedColorType::L8,
        )
        .expect("a JPEG");
    Picture { media: MediaType::Jpeg, bytes }
}
