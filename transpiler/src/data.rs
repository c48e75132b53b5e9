//! Inputs from files: JSON, NumPy, tables and images.

mod contents;
mod image;
mod json;
mod number;
mod numpy;
mod table;

use std::path::Path;

use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::quantize::Sample;

pub use contents::{Contents, ENDINGS, ending};

/// Name and shape of an input that a file is read for.
#[derive(Clone, Debug)]
pub struct InputShape {
    /// Its name in the model.
    pub name: String,
    /// The lengths of its axes in one sample.
    pub shape: Vec<usize>,
    /// Whether it holds integers: the brightness of images is then 0 to 255, else 0 to 1.
    pub is_integer: bool,
}

/// Returns what the inputs of a graph look like.
pub fn input_shapes(graph: &Graph) -> Vec<InputShape> {
    let edges = graph.inputs.iter().map(|edge| &graph.edges[edge.0]);
    edges
        .map(|edge| InputShape {
            name: edge.name.clone(),
            shape: edge.shape.clone(),
            is_integer: edge.is_integer,
        })
        .collect()
}

/// Reads the samples of a file, each with one array per input; see [`Contents`] for what a file may look like.
///
/// # Errors
/// When the file cannot be read, an input is missing, a shape is another, or a value is not a finite number.
pub fn load_samples(path: &Path, inputs: &[InputShape]) -> Result<Vec<Sample>> {
    Contents::load(path)?.samples(inputs)
}

/// Reads the samples of a file of this name and content.
///
/// # Errors
/// As those of [`load_samples`].
pub fn read_samples(path: &Path, bytes: &[u8], inputs: &[InputShape]) -> Result<Vec<Sample>> {
    Contents::read(path, bytes)?.samples(inputs)
}

impl Contents {
    /// Returns the samples of the file, each with one array per input. An array is one sample, with or without axes of length
    /// one; several along an axis in front; or the values of either in one list. An input of one sample belongs to all samples
    /// of the others.
    ///
    /// # Errors
    /// When an input is missing, a shape is another, or a value is not a finite number.
    pub fn samples(&self, inputs: &[InputShape]) -> Result<Vec<Sample>> {
        let mut columns = Vec::with_capacity(inputs.len());
        for (position, input) in inputs.iter().enumerate() {
            let fail = |reason: String| Error::Input { input: input.name.clone(), reason };
            let declared: Vec<Option<usize>> = input.shape.iter().copied().map(Some).collect();
            let array = self.array(&input.name, (position, inputs.len()), &declared, input.is_integer)?;
            if let Some((index, value)) = array.indexed_iter().find(|(_, value)| !value.is_finite()) {
                return Err(fail(format!("value {value} at {index:?} is not a finite number")));
            }
            columns.push(split(&array, &input.shape).ok_or_else(|| {
                let (found, expected) = (array.shape(), one_sample(&input.shape));
                fail(format!("has shape {found:?}, expected {expected:?} or several of it"))
            })?);
        }
        let count = columns.iter().map(Vec::len).max().unwrap_or(0);
        for (column, input) in columns.iter_mut().zip(inputs) {
            match column.len() {
                1 if count > 1 => column.resize(count, column[0].clone()),
                found if found == count => {}
                found => {
                    let reason = format!("has {found} samples, expected {count} as another input, or one");
                    return Err(Error::Input { input: input.name.clone(), reason });
                }
            }
        }
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        Ok((0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect())
    }
}

/// Returns the shape of a sample without a leading batch of one.
fn one_sample(shape: &[usize]) -> &[usize] {
    match shape {
        [1, inner @ ..] => inner,
        all => all,
    }
}

/// Splits an array into samples of a shape; `None` if it does not consist of any.
fn split(array: &ArrayD<f64>, shape: &[usize]) -> Option<Vec<ArrayD<f64>>> {
    let long =
        |shape: &[usize]| -> Vec<usize> { shape.iter().copied().filter(|length| *length != 1).collect() };
    let (one, found) = (one_sample(shape), array.shape());
    let size: usize = one.iter().product();
    if size == 0 || array.is_empty() {
        return None;
    }
    let is_one = long(found) == long(one);
    let is_several = || found.get(1..).is_some_and(|inner| inner == one || long(inner) == long(one));
    let is_flat = || match found {
        [] | [_] => array.len().is_multiple_of(size),
        [1, length] => length.is_multiple_of(size),
        [_, length] => *length == size,
        _ => false,
    };
    (is_one || is_several() || is_flat()).then(|| {
        let values: Vec<f64> = array.iter().copied().collect();
        let sample = |values: &[f64]| crate::tensor::array(shape, values.to_vec());
        values.chunks(size).filter_map(sample).collect()
    })
}
