//! Images as inputs.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use ndarray::{ArrayD, IxDyn};

use super::contents::Held;

/// Largest width and height, in pixels.
const LARGEST_SIDE: u32 = 1 << 14;
/// Most memory that an image may take, in bytes.
const MOST_MEMORY: u64 = 1 << 30;

/// An image, its brightness from 0 to 1 by row, column and channel: grey, and the three colours.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    size: [usize; 2],
    grey: Vec<f64>,
    colours: Vec<f64>,
}

/// Reads an image.
pub(super) fn read(bytes: &[u8]) -> Result<Picture, String> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Pnm)) {
        return Err("not an image: expected a PNG or PGM file".to_owned());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| error.to_string())?;
    if image.color().has_alpha() && image.to_rgba16().pixels().any(|pixel| pixel.0[3] != u16::MAX) {
        return Err("an image with transparent pixels, expected an opaque one".to_owned());
    }
    let [width, height] = [image.width(), image.height()].map(|side| usize::try_from(side).unwrap_or(0));
    let brightness = |value: u16| f64::from(value) / f64::from(u16::MAX);
    let grey = image.to_luma16().iter().copied().map(brightness).collect();
    let colours = image.to_rgb16().iter().copied().map(brightness).collect();
    Ok(Picture { size: [height, width], grey, colours })
}

impl Picture {
    /// Returns the image in the order that an input of a shape has.
    pub(super) fn array(&self, shape: &[Option<usize>], is_integer: bool) -> Held {
        let [height, width] = self.size;
        let fits = |wanted: Option<usize>, found: usize| wanted.is_none_or(|wanted| wanted == found);
        let is_size = |rows, columns| fits(rows, height) && fits(columns, width);
        // A batch may stand in front.
        let inner = match shape {
            [_, inner @ ..] if shape.len() == 4 => inner,
            [Some(1), inner @ ..]
                if shape.len() == 3 && inner.last() != Some(&Some(1)) && inner.last() != Some(&Some(3)) =>
            {
                inner
            }
            all => all,
        };
        let (channels, is_first) = match *inner {
            [Some(channels @ (1 | 3)), rows, columns] if is_size(rows, columns) => (channels, true),
            [rows, columns, Some(channels @ (1 | 3))] if is_size(rows, columns) => (channels, false),
            [rows, columns] if is_size(rows, columns) => (1, false),
            _ => {
                let shape: Vec<String> = shape
                    .iter()
                    .map(|length| length.map_or("?".to_owned(), |length| length.to_string()))
                    .collect();
                return Err(format!(
                    "an image of {height} rows and {width} columns does not fit shape [{}]",
                    shape.join(", ")
                ));
            }
        };
        let values = if channels == 1 { &self.grey } else { &self.colours };
        let most = if is_integer { 255.0 } else { 1.0 };
        let value = |at: usize| if is_integer { (values[at] * most).round() } else { values[at] };
        let area = height * width;
        let values: Vec<f64> = if is_first {
            (0..channels)
                .flat_map(|channel| (0..area).map(move |at| at * channels + channel))
                .map(value)
                .collect()
        } else {
            (0..area * channels).map(value).collect()
        };
        let shape: &[usize] = if is_first { &[channels, height, width] } else { &[height, width, channels] };
        ArrayD::from_shape_vec(IxDyn(shape), values).map_err(|error| error.to_string())
    }
}
