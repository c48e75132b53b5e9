//! Tensors of a model: real numbers or integers, row-major.

use ndarray::{ArrayD, IxDyn};

/// Most elements of a tensor, and of all values of a graph together; more is a mistake or an attack.
pub(crate) const MOST_ELEMENTS: usize = 1 << 26;

/// A constant of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Real numbers.
    Float(ArrayD<f64>),
    /// Integers: shapes, axes, indices.
    Int(ArrayD<i64>),
}

impl Constant {
    /// Returns the lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Float(values) => values.shape(),
            Self::Int(values) => values.shape(),
        }
    }

    /// Returns the elements as real numbers.
    pub fn to_float(&self) -> ArrayD<f64> {
        match self {
            Self::Float(values) => values.clone(),
            #[expect(clippy::cast_precision_loss, reason = "shapes and axes are small")]
            Self::Int(values) => values.mapv(|value| value as f64),
        }
    }

    /// Returns the elements when they are integers.
    pub fn as_ints(&self) -> Option<Vec<i64>> {
        match self {
            Self::Int(values) => Some(values.iter().copied().collect()),
            Self::Float(_) => None,
        }
    }
}

/// Returns the number of elements, within [`MOST_ELEMENTS`].
pub(crate) fn elements(shape: &[usize]) -> Option<usize> {
    let product = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length))?;
    (product <= MOST_ELEMENTS).then_some(product)
}

/// Returns an array of a shape; `None` when the number of values is another.
pub(crate) fn array<T>(shape: &[usize], values: Vec<T>) -> Option<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), values).ok()
}

/// Returns the elements row-major, whatever the layout in memory.
pub(crate) fn flat<T: Clone>(array: &ArrayD<T>) -> Vec<T> {
    array.iter().cloned().collect()
}
