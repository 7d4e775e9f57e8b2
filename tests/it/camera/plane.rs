//! A plane of lightness, and the ways to spoil it.

use super::damage::between;
use fobwatch::domain::Chance;
use rand::Rng;

/// Lightness from 0 to 255, row by row.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    light: Vec<f32>,
}

impl Plane {
    pub(super) fn filled(width: usize, height: usize, light: f64) -> Self {
        Self { width, height, light: vec![light as f32; width * height] }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.light.iter().map(|light| light.round() as u8).collect()
    }

    /// Draws `shape`, a square of side `full`, where `frame` says that it lies. Each pixel is the
    /// mean of `samples` x `samples` points.
    pub(super) fn draw(
        &mut self,
        frame: &Frame,
        full: f64,
        samples: usize,
        shape: impl Fn(f64, f64) -> f64,
    ) {
        let m = frame.to_square(full);
        let (columns, rows) = frame.reach();
        let offsets: Vec<f64> = (0..samples).map(|i| (i as f64 + 0.5) / samples as f64).collect();
        for y in rows {
            for x in columns.clone() {
                let pixel = &mut self.light[y * self.width + x];
                let around = f64::from(*pixel);
                let mut sum = 0.0;
                for dy in &offsets {
                    for dx in &offsets {
                        let (px, py) = (x as f64 + dx, y as f64 + dy);
                        let depth = m[6] * px + m[7] * py + 1.0;
                        let u = (m[0] * px + m[1] * py + m[2]) / depth;
                        let v = (m[3] * px + m[4] * py + m[5]) / depth;
                        let inside = u >= 0.0 && v >= 0.0 && u < full && v < full;
                        sum += if inside { shape(u, v) } else { around };
                    }
                }
                *pixel = (sum / (samples * samples) as f64) as f32;
            }
        }
    }

    /// Rows of something like words.
    pub(super) fn write_text(&mut self, chance: &mut Chance) {
        for _ in 0..60 {
            let left = chance.below(self.width as u64) as usize;
            let top = chance.below(self.height as u64) as usize;
            let length = 40 + chance.below(300) as usize;
            for y in top..(top + 10).min(self.height) {
                for x in left..(left + length).min(self.width) {
                    let stroke = (x * 7 + y * 13 + (x / 3) * (y / 2)) % 5 < 2 && x % 9 != 0;
                    if stroke {
                        self.light[y * self.width + x] = 40.0;
                    }
                }
            }
        }
    }

    /// Light that falls off towards one side.
    pub(super) fn shade(&mut self, depth: f64, chance: &mut Chance) {
        let (gx, gy) = (between(chance, -0.5, 0.5), between(chance, -0.5, 0.5));
        let (width, height) = (self.width as f64, self.height as f64);
        for (at, light) in self.light.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f64, (at / self.width) as f64);
            let fall = 0.5 + gx * (2.0 * x / width - 1.0) + gy * (2.0 * y / height - 1.0);
            *light *= (1.0 - depth * fall.clamp(0.0, 1.0)) as f32;
        }
    }

    pub(super) fn blur(&mut self, sigma: f64) {
        let reach = (sigma * 3.0).ceil() as usize;
        let weights: Vec<f32> = (0..=2 * reach)
            .map(|i| {
                let distance = i as f64 - reach as f64;
                (-distance * distance / (2.0 * sigma * sigma)).exp() as f32
            })
            .collect();
        let total: f32 = weights.iter().sum();
        // Each pass blurs along the rows and transposes, so two passes blur both ways.
        for _ in 0..2 {
            let mut blurred = vec![0.0; self.light.len()];
            for (y, row) in self.light.chunks_exact(self.width).enumerate() {
                let mut padded = vec![row[0]; reach];
                padded.extend_from_slice(row);
                padded.resize(self.width + 2 * reach, row[self.width - 1]);
                for x in 0..self.width {
                    let mut sum = 0.0;
                    let mut i = 0;
                    while i < weights.len() {
                        sum += weights[i] * padded[x + i];
                        i += 1;
                    }
                    blurred[x * self.height + y] = sum / total;
                }
            }
            self.light = blurred;
            std::mem::swap(&mut self.width, &mut self.height);
        }
    }

    /// Gaussian noise, by the method of Box and Muller.
    pub(super) fn add_noise(&mut self, sigma: f64, chance: &mut Chance) {
        let draws = uniform(self.light.len() * 2, chance);
        for (light, pair) in self.light.iter_mut().zip(draws.chunks_exact(2)) {
            let radius = (-2.0 * pair[0].max(1e-7).ln()).sqrt();
            let normal = radius * (std::f32::consts::TAU * pair[1]).cos();
            *light = (*light + normal * sigma as f32).clamp(0.0, 255.0);
        }
    }

    /// Salt and pepper on this part of the pixels.
    pub(super) fn add_specks(&mut self, part: f64, chance: &mut Chance) {
        let part = part as f32;
        let draws = uniform(self.light.len(), chance);
        for (light, draw) in self.light.iter_mut().zip(draws) {
            if draw < part {
                *light = if draw < part / 2.0 { 0.0 } else { 255.0 };
            }
        }
    }
}

/// `count` numbers from 0 to 1, drawn at once.
fn uniform(count: usize, chance: &mut Chance) -> Vec<f32> {
    let mut bytes = vec![0; count * 3];
    chance.rng().fill_bytes(&mut bytes);
    bytes
        .chunks_exact(3)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], 0]) as f32 / (1 << 24) as f32)
        .collect()
}

/// Where on a plane the four corners of a square lie, clockwise from the upper left.
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    corners: [(f64, f64); 4],
}

impl Frame {
    /// The smallest plane around the corners, with a margin.
    pub(super) fn around(corners: [(f64, f64); 4], margin: f64) -> Self {
        let ((left, top), (right, bottom)) = bounds(&corners);
        Self {
            width: (right - left + 2.0 * margin).round() as usize,
            height: (bottom - top + 2.0 * margin).round() as usize,
            corners: corners.map(|(x, y)| (x - left + margin, y - top + margin)),
        }
    }

    /// A random place on a plane of a given size.
    pub(super) fn within(
        (width, height): (usize, usize),
        corners: [(f64, f64); 4],
        chance: &mut Chance,
    ) -> Self {
        let ((left, top), (right, bottom)) = bounds(&corners);
        let x0 = between(chance, 0.0, width as f64 - (right - left)).floor() - left;
        let y0 = between(chance, 0.0, height as f64 - (bottom - top)).floor() - top;
        Self { width, height, corners: corners.map(|(x, y)| (x + x0, y + y0)) }
    }

    /// The columns and rows that the square touches.
    fn reach(&self) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let ((left, top), (right, bottom)) = bounds(&self.corners);
        let columns = left.floor() as usize..(right.ceil() as usize).min(self.width);
        (columns, top.floor() as usize..(bottom.ceil() as usize).min(self.height))
    }

    /// The projective map from this plane to a square of side `full`, as eight coefficients.
    fn to_square(&self, full: f64) -> [f64; 8] {
        let targets = [(0.0, 0.0), (full, 0.0), (full, full), (0.0, full)];
        let mut rows = [[0.0; 9]; 8];
        for (i, ((x, y), (u, v))) in self.corners.into_iter().zip(targets).enumerate() {
            rows[2 * i] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
            rows[2 * i + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
        }
        solved(rows)
    }
}

fn bounds(corners: &[(f64, f64); 4]) -> ((f64, f64), (f64, f64)) {
    corners.iter().fold(
        ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)),
        |((left, top), (right, bottom)), (x, y)| {
            ((left.min(*x), top.min(*y)), (right.max(*x), bottom.max(*y)))
        },
    )
}

/// Gauss-Jordan elimination with pivots.
fn solved(mut rows: [[f64; 9]; 8]) -> [f64; 8] {
    for i in 0..8 {
        let pivot = (i..8)
            .max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))
            .expect("a row is left");
        rows.swap(i, pivot);
        let leading = rows[i];
        for (j, row) in rows.iter_mut().enumerate() {
            if j != i {
                let factor = row[i] / leading[i];
                row.iter_mut().zip(leading).for_each(|(cell, lead)| *cell -= factor * lead);
            }
        }
    }
    std::array::from_fn(|i| rows[i][8] / rows[i][i])
}
