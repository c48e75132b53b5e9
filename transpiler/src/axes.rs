//! Lengths of axes that a model leaves open: given, or those of the data; and which of them is a batch.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::Contents;
use crate::error::{Error, Result};
use crate::onnx::Model;
use crate::tensor::elements;

/// The length of an axis of an input, as a model declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Always this.
    Fixed(usize),
    /// Any, the same one wherever the name stands.
    Named(String),
    /// Any.
    Open,
}

impl Length {
    /// Returns the length if it is always the same.
    pub fn fixed(&self) -> Option<usize> {
        if let Self::Fixed(length) = self { Some(*length) } else { None }
    }
}

impl From<usize> for Length {
    fn from(length: usize) -> Self {
        Self::Fixed(length)
    }
}

/// What is known of lengths that a model leaves open.
#[derive(Clone, Debug, Default)]
pub struct Lengths<'c> {
    /// Shapes of inputs by name.
    pub shapes: BTreeMap<String, Vec<usize>>,
    /// Lengths by the names that the model gives them.
    pub dims: BTreeMap<String, usize>,
    /// Data that the model is to compute with.
    pub contents: Option<&'c Contents>,
}

/// The inputs of a model with the lengths that are known.
pub(crate) struct Axes {
    /// Name and lengths; only first axes may be open still.
    pub(crate) inputs: Vec<(String, Vec<Option<usize>>)>,
    /// The length of the first axis of each input in the data, if there are data.
    pub(crate) rows: Vec<Option<usize>>,
}

impl Axes {
    /// Finds the lengths of all axes that cannot be a batch.
    ///
    /// # Errors
    /// When one is not known, or what is given contradicts the model.
    pub(crate) fn of(model: &Model, lengths: &Lengths<'_>) -> Result<Self> {
        let mut known = lengths.dims.clone();
        let names: BTreeSet<&str> =
            model.inputs.iter().flat_map(|(_, axes)| axes).filter_map(named).collect();
        if let Some(name) = known.keys().find(|name| !names.contains(name.as_str())) {
            let names = names.into_iter().collect::<Vec<_>>().join("`, `");
            return Err(Error::model(format!("no axis of its inputs is called `{name}`, found `{names}`")));
        }
        if let Some(name) =
            lengths.shapes.keys().find(|name| !model.inputs.iter().any(|(input, _)| input == *name))
        {
            let names: Vec<&str> = model.inputs.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Error::model(format!("it has no input `{name}`, found `{}`", names.join("`, `"))));
        }
        for (name, axes) in &model.inputs {
            if let Some(shape) = lengths.shapes.get(name) {
                bind(name, axes, &shape.iter().copied().map(Some).collect::<Vec<_>>(), &mut known)?;
            }
        }
        let inner: BTreeSet<&str> =
            model.inputs.iter().flat_map(|(_, axes)| axes.iter().skip(1)).filter_map(named).collect();
        let may_be_batch = |axis: usize, length: &Length| {
            axis == 0 && named(length).is_none_or(|name| !inner.contains(name))
        };
        let mut rows = Vec::with_capacity(model.inputs.len());
        for (position, (name, axes)) in model.inputs.iter().enumerate() {
            let declared = of_input(name, axes, lengths, &known);
            let observed = match lengths.contents {
                Some(contents) if declared.contains(&None) => {
                    let place = (position, model.inputs.len());
                    let array = contents.array(name, place, &declared, model.integers.contains(name))?;
                    observed(array.shape(), &declared)
                }
                _ => None,
            };
            rows.push(observed.as_ref().and_then(|shape| shape.first().copied()));
            let Some(shape) = observed else {
                continue;
            };
            let shape: Vec<Option<usize>> = shape
                .into_iter()
                .enumerate()
                .map(|(axis, length)| {
                    (declared[axis].is_some() || !may_be_batch(axis, &axes[axis])).then_some(length)
                })
                .collect();
            bind(name, axes, &shape, &mut known)?;
        }
        let mut inputs = Vec::with_capacity(model.inputs.len());
        for (position, (name, axes)) in model.inputs.iter().enumerate() {
            let mut shape = of_input(name, axes, lengths, &known);
            for (axis, length) in shape.iter_mut().enumerate() {
                if length.is_some() || may_be_batch(axis, &axes[axis]) {
                    continue;
                }
                // An axis without a name has the length that the data have.
                let found = lengths.contents.map(|contents| {
                    let declared = of_input(name, axes, lengths, &known);
                    let place = (position, model.inputs.len());
                    contents
                        .array(name, place, &declared, false)
                        .map(|array| observed(array.shape(), &declared).map(|shape| shape[axis]))
                });
                *length = found.transpose()?.flatten();
                if length.is_none() {
                    return Err(unknown(name, axis, &axes[axis], axes.len()));
                }
            }
            inputs.push((name.clone(), shape));
        }
        Ok(Self { inputs, rows })
    }

    /// Returns whether a first axis is open still.
    pub(crate) fn has_open(&self) -> bool {
        self.inputs.iter().any(|(_, shape)| shape.contains(&None))
    }

    /// Returns the shapes with a length for the first axes that are open, for each input.
    ///
    /// # Errors
    /// When an input has no values, or too many.
    pub(crate) fn with_first(&self, first: impl Fn(usize) -> usize) -> Result<Vec<Vec<usize>>> {
        let shape = |(position, (name, shape)): (usize, &(String, Vec<Option<usize>>))| {
            let shape: Vec<usize> =
                shape.iter().map(|length| length.unwrap_or_else(|| first(position))).collect();
            let reason = match elements(&shape) {
                Some(0) => format!("shape {shape:?} has no values"),
                Some(_) => return Ok(shape),
                None => format!("shape {shape:?} is too large"),
            };
            Err(Error::Input { input: name.clone(), reason })
        };
        self.inputs.iter().enumerate().map(shape).collect()
    }
}

/// Returns the lengths of an input's axes as far as they are fixed, given, or those of a name that is known.
fn of_input(
    name: &str,
    axes: &[Length],
    lengths: &Lengths<'_>,
    known: &BTreeMap<String, usize>,
) -> Vec<Option<usize>> {
    match lengths.shapes.get(name) {
        Some(shape) => shape.iter().copied().map(Some).collect(),
        None => axes
            .iter()
            .map(|length| match length {
                Length::Fixed(length) => Some(*length),
                Length::Named(name) => known.get(name).copied(),
                Length::Open => None,
            })
            .collect(),
    }
}

fn named(length: &Length) -> Option<&str> {
    if let Length::Named(name) = length { Some(name) } else { None }
}

/// Takes the lengths of an input's axes for those of their names.
fn bind(
    input: &str,
    axes: &[Length],
    shape: &[Option<usize>],
    known: &mut BTreeMap<String, usize>,
) -> Result<()> {
    let fail = |reason: String| Error::Input { input: input.to_owned(), reason };
    if axes.len() != shape.len() {
        return Err(fail(format!(
            "shape {shape:?} has {} axes, the model's has {}",
            shape.len(),
            axes.len()
        )));
    }
    for (axis, (declared, found)) in axes.iter().zip(shape).enumerate() {
        let Some(found) = *found else {
            continue;
        };
        let expected = match declared {
            Length::Fixed(length) => *length,
            Length::Named(name) => *known.entry(name.clone()).or_insert(found),
            Length::Open => found,
        };
        if expected != found {
            let called = named(declared).map(|name| format!(" (`{name}`)")).unwrap_or_default();
            return Err(fail(format!("the length of axis {axis}{called} is {found}, expected {expected}")));
        }
    }
    Ok(())
}

fn unknown(input: &str, axis: usize, length: &Length, rank: usize) -> Error {
    let called = named(length).map(|name| format!(" (`{name}`)")).unwrap_or_default();
    let dim = named(length).map(|name| format!(" or `--dim {name}=16`")).unwrap_or_default();
    let shape = vec!["1"; rank].join(",");
    let reason = format!(
        "the length of axis {axis}{called} is not fixed in the model: give its shape, such as `--shape {input}={shape}`{dim}, or an \
         input"
    );
    Error::Input { input: input.to_owned(), reason }
}

/// Returns the error of a model that mixes what stands along a first axis of unknown length.
pub(crate) fn mixed(input: &str, axes: &[Length]) -> Error {
    let Some(length) = axes.first() else {
        return Error::model(format!("its input `{input}` has no axis"));
    };
    let Error::Input { input, reason } = unknown(input, 0, length, axes.len()) else {
        return Error::model("an axis of unknown length is mixed");
    };
    let reason = format!("what stands along axis 0 is mixed, so that it is no batch, and {reason}");
    Error::Input { input, reason }
}

/// Returns the shape that an input has in data, of which some lengths are declared; `None` if they do not tell.
fn observed(found: &[usize], declared: &[Option<usize>]) -> Option<Vec<usize>> {
    let fits = |found: &[usize], declared: &[Option<usize>]| {
        found.len() == declared.len()
            && found
                .iter()
                .zip(declared)
                .all(|(found, declared)| declared.is_none_or(|declared| declared == *found))
    };
    let Some((first, inner)) = declared.split_first() else {
        return Some(Vec::new());
    };
    if fits(found, declared) {
        return Some(found.to_vec());
    }
    // Several samples of a batch of one.
    if *first == Some(1) && found.len() == declared.len() && fits(&found[1..], inner) {
        return Some([&[1], &found[1..]].concat());
    }
    // One sample without its batch.
    if first.is_none_or(|first| first == 1) && fits(found, inner) {
        return Some([&[1], found].concat());
    }
    // Several samples along an axis in front.
    if found.get(1..).is_some_and(|found| fits(found, declared)) {
        return Some(found[1..].to_vec());
    }
    // One list of values.
    let count: usize = found.iter().product();
    let size: usize = declared.iter().flatten().product();
    let open: Vec<usize> = (0..declared.len()).filter(|axis| declared[*axis].is_none()).collect();
    // Where two are open, the first is a batch of one.
    let ([axis] | [0, axis]) = open[..] else {
        return None;
    };
    let is_list = found.len() <= 1 || (found.len() == 2 && found[0] == 1);
    (is_list && size > 0 && count.is_multiple_of(size)).then(|| {
        let length = |(at, length): (usize, &Option<usize>)| {
            length.unwrap_or(if at == axis { count / size } else { 1 })
        };
        declared.iter().enumerate().map(length).collect()
    })
}

/// Returns the lengths of the axes behind the batch of an input, for a reader that keeps the batch in front.
///
/// # Errors
/// When one is not known.
pub(crate) fn behind_batch(
    input: &str,
    place: (usize, usize),
    declared: &[Option<usize>],
    lengths: &Lengths<'_>,
    is_integer: bool,
) -> Result<Vec<usize>> {
    let mut axes: Vec<Length> =
        declared.iter().map(|length| length.map_or(Length::Open, Length::Fixed)).collect();
    if let Some(first) = axes.first_mut().filter(|first| **first == Length::Open) {
        *first = Length::Fixed(1);
    }
    let mut known = BTreeMap::new();
    if let Some(shape) = lengths.shapes.get(input) {
        bind(input, &axes, &shape.iter().copied().map(Some).collect::<Vec<_>>(), &mut known)?;
        return Ok(shape.clone());
    }
    let declared: Vec<Option<usize>> = axes.iter().map(Length::fixed).collect();
    let data = match lengths.contents {
        Some(contents) if declared.contains(&None) => {
            observed(contents.array(input, place, &declared, is_integer)?.shape(), &declared)
        }
        _ => None,
    };
    let length = |(axis, declared): (usize, &Option<usize>)| {
        let found = declared.or_else(|| data.as_ref().map(|shape| shape[axis]));
        found.ok_or_else(|| unknown(input, axis, &axes[axis], axes.len()))
    };
    declared.iter().enumerate().map(length).collect()
}
