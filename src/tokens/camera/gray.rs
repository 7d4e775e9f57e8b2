//! A grey image and the treatments that make a damaged code readable again.

/// Rows of 8-bit lightness, at least one pixel wide and high.
#[derive(Debug, Clone)]
pub(super) struct Gray {
    pub(super) width: usize,
    pub(super) height: usize,
    /// `width * height` samples, row by row.
    pub(super) pixels: Vec<u8>,
}

impl Gray {
    /// An image of whole rows; nothing if there is not exactly one row or more.
    pub(super) fn new(width: usize, pixels: Vec<u8>) -> Option<Self> {
        let whole = width > 0 && !pixels.is_empty() && pixels.len().is_multiple_of(width);
        whole.then(|| Self { width, height: pixels.len() / width, pixels })
    }

    /// Whether every pixel is the same, so that nothing can be on it.
    pub(super) fn is_blank(&self) -> bool {
        self.pixels.iter().all(|pixel| *pixel == self.pixels[0])
    }

    /// Dark and light exchanged.
    pub(super) fn inverted(&self) -> Self {
        self.mapped(|pixel| 255 - pixel)
    }

    /// The range from the darkest to the lightest hundredth spread over the whole scale.
    pub(super) fn stretched(&self) -> Self {
        let (dark, light) = self.percentiles();
        let range = u32::from(light.saturating_sub(dark)).max(1);
        self.mapped(|pixel| {
            let spread = u32::from(pixel.saturating_sub(dark)) * 255 / range;
            u8::try_from(spread).unwrap_or(u8::MAX)
        })
    }

    /// Each inner pixel replaced by the median of its 3 x 3 neighbourhood: removes salt and pepper.
    pub(super) fn median(&self) -> Self {
        let mut pixels = self.pixels.clone();
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let mut around = [0; 9];
                for (row, three) in around.chunks_exact_mut(3).enumerate() {
                    let start = (y + row - 1) * self.width + x - 1;
                    three.copy_from_slice(&self.pixels[start..start + 3]);
                }
                around.sort_unstable();
                pixels[y * self.width + x] = around[4];
            }
        }
        Self { pixels, ..*self }
    }

    /// Twice as wide and high, by linear interpolation.
    pub(super) fn doubled(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len() * 4);
        for y in 0..self.height * 2 {
            let (above, below) = neighbours(y, self.height);
            for x in 0..self.width * 2 {
                let (left, right) = neighbours(x, self.width);
                let at = |x: usize, y: usize| u32::from(self.pixels[y * self.width + x]);
                let near = at(left, above) * 3 + at(right, above);
                let far = at(left, below) * 3 + at(right, below);
                pixels.push(u8::try_from((near * 3 + far) / 16).unwrap_or(u8::MAX));
            }
        }
        Self { width: self.width * 2, height: self.height * 2, pixels }
    }

    /// With the rectangle `[left, top, right, bottom]` covered in white.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what is outside the image is cut off"
    )]
    pub(super) fn without(&self, [left, top, right, bottom]: [f32; 4]) -> Self {
        let mut covered = self.clone();
        let columns = (left as usize).min(self.width)..(right as usize).min(self.width);
        for row in
            covered.pixels.chunks_exact_mut(self.width).take(bottom as usize).skip(top as usize)
        {
            row[columns.clone()].fill(u8::MAX);
        }
        covered
    }

    fn mapped(&self, change: impl Fn(u8) -> u8) -> Self {
        Self { pixels: self.pixels.iter().map(|pixel| change(*pixel)).collect(), ..*self }
    }

    fn percentiles(&self) -> (u8, u8) {
        let mut counts = [0_usize; 256];
        for pixel in &self.pixels {
            counts[usize::from(*pixel)] += 1;
        }
        let hundredth = self.pixels.len() / 100;
        let dark = first_beyond(hundredth, &counts, 0..=255).unwrap_or(0);
        let light = first_beyond(hundredth, &counts, (0..=255).rev()).unwrap_or(255);
        (dark, light)
    }
}

/// The first of `values` up to which more than `few` pixels were counted.
fn first_beyond(
    few: usize,
    counts: &[usize; 256],
    mut values: impl Iterator<Item = u8>,
) -> Option<u8> {
    let mut seen = 0;
    values.find(|value| {
        seen += counts[usize::from(*value)];
        seen > few
    })
}

/// For a coordinate of the doubled image: the nearest source coordinate, weighted 3, and the next
/// one on the other side, weighted 1.
fn neighbours(doubled: usize, length: usize) -> (usize, usize) {
    let near = doubled / 2;
    let next = if doubled.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
    (near, next.min(length - 1))
}

#[cfg(test)]
mod tests {
    use super::Gray;

    #[test]
    fn a_stretch_spreads_a_faint_image_over_the_whole_scale() {
        let faint = Gray::new(2, vec![100, 110, 120, 150]).expect("two rows");
        assert_eq!(faint.stretched().pixels, [0, 51, 102, 255]);
    }

    #[test]
    fn a_median_removes_one_speck() {
        let mut pixels = vec![200; 25];
        pixels[12] = 0;
        let image = Gray::new(5, pixels).expect("five rows");
        assert!(image.median().pixels.iter().all(|pixel| *pixel == 200));
    }

    #[test]
    fn doubling_keeps_the_corners_and_blends_between() {
        let pair = Gray::new(2, vec![0, 160]).expect("one row");
        let doubled = pair.doubled();
        assert_eq!((doubled.width, doubled.height), (4, 2));
        assert_eq!(doubled.pixels, [0, 40, 120, 160, 0, 40, 120, 160]);
    }

    #[test]
    fn an_image_has_whole_rows_or_does_not_exist() {
        assert!(Gray::new(3, vec![0; 7]).is_none());
        assert!(Gray::new(0, vec![]).is_none());
        assert!(Gray::new(4, vec![]).is_none());
    }
}
