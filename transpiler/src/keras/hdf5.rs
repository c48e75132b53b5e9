//! HDF5 files: groups, text attributes and numeric datasets, which is all that Keras writes.
//!
//! The one place that knows the reader's crate.

use hdf5_reader::group::Group;
use hdf5_reader::{Datatype, Hdf5File, OpenOptions};
use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::tensor::{MOST_ELEMENTS, elements};

/// The bytes that an HDF5 file begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// An open file. What it links to outside of itself is not read.
pub(super) struct Hdf5 {
    file: Hdf5File,
    /// Most values of a dataset, and of all together.
    most: usize,
}

/// What datasets may have whatever the length of the file, in values.
const SMALL: usize = 1 << 20;

/// Most values for each byte of a file; Keras compresses none.
const MOST_PER_BYTE: usize = 2;

impl Hdf5 {
    /// Opens a file that is in memory.
    ///
    /// # Errors
    /// When the bytes are not an HDF5 file.
    pub(super) fn open(bytes: &[u8]) -> Result<Self> {
        let most = bytes.len().saturating_mul(MOST_PER_BYTE).clamp(SMALL, MOST_ELEMENTS);
        let limit = most * size_of::<f64>();
        let options = OpenOptions::default()
            .with_max_chunk_bytes(limit)
            .with_max_read_bytes(limit)
            .with_chunk_cache_bytes(0)
            .with_max_object_header_bytes(1 << 24);
        let file = Hdf5File::from_bytes_with_options(bytes, options)
            .map_err(|error| Error::model(format!("not an HDF5 file: {error}")))?;
        Ok(Self { file, most })
    }

    /// Returns the most values that a file of its length has.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Returns the strings of an attribute of a group; `None` when it has no such attribute.
    ///
    /// # Errors
    /// When there is no such group or the attribute is not text.
    pub(super) fn strings(&self, group: &str, attribute: &str) -> Result<Option<Vec<String>>> {
        let attributes = self
            .group(group)?
            .attributes()
            .map_err(|error| Error::tensor(group, format!("its attributes cannot be read: {error}")))?;
        let Some(found) = attributes.iter().find(|found| found.name == attribute) else {
            return Ok(None);
        };
        // An empty list is written as an empty array of real numbers.
        if found.num_elements().is_ok_and(|count| count == 0) {
            return Ok(Some(Vec::new()));
        }
        let strings = if found.shape.is_empty() {
            found.read_string().map(|text| vec![text])
        } else {
            found.read_strings()
        };
        strings.map(Some).map_err(|error| {
            Error::tensor(group, format!("its attribute `{attribute}` cannot be read as text: {error}"))
        })
    }

    /// Returns the numbers of a dataset.
    ///
    /// # Errors
    /// When there is no such dataset, or it is damaged, too large, or not of numbers that are finite.
    pub(super) fn numbers(&self, path: &str) -> Result<ArrayD<f64>> {
        let fail = |reason: String| Error::tensor(path, reason);
        let unreadable = |error: hdf5_reader::error::Error| fail(format!("cannot be read: {error}"));
        let dataset = self.file.dataset(path).map_err(unreadable)?;
        let shape: Option<Vec<usize>> =
            dataset.shape().iter().map(|length| usize::try_from(*length).ok()).collect();
        if shape.as_deref().and_then(elements).is_none_or(|count| count > self.most) {
            let (shape, most) = (dataset.shape(), self.most);
            return Err(fail(format!(
                "has shape {shape:?}, expected at most {most} values in a file of its length"
            )));
        }
        let values = match dataset.dtype() {
            Datatype::FloatingPoint { size: 4, .. } => {
                dataset.read_array::<f32>().map_err(unreadable)?.mapv(f64::from)
            }
            Datatype::FloatingPoint { size: 8, .. } => dataset.read_array::<f64>().map_err(unreadable)?,
            Datatype::FixedPoint { size: 1, signed: true, .. } => {
                dataset.read_array::<i8>().map_err(unreadable)?.mapv(f64::from)
            }
            Datatype::FixedPoint { size: 4, signed: true, .. } => {
                dataset.read_array::<i32>().map_err(unreadable)?.mapv(f64::from)
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of samples, which nothing is computed with"
            )]
            Datatype::FixedPoint { size: 8, signed: true, .. } => {
                dataset.read_array::<i64>().map_err(unreadable)?.mapv(|value| value as f64)
            }
            other => {
                return Err(fail(format!("is of type {other:?}, expected real numbers of 32 or 64 bits")));
            }
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(fail("has values that are not finite".to_owned()));
        }
        Ok(values)
    }

    fn group(&self, path: &str) -> Result<Group> {
        let missing = |error| Error::tensor(path, format!("there is no such group in the file: {error}"));
        self.file.group(path).map_err(missing)
    }
}
