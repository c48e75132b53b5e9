//! Inputs from files: JSON, `.npy` and `.npz`.

mod number;

use std::fmt::Display;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use ndarray::{ArrayD, Axis};
use ndarray_npy::{NpzReader, ReadNpyExt as _};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::quantize::Sample;
use crate::seal::Subject;
use number::Number;

/// Largest input file, in bytes.
const LARGEST_FILE: u64 = 1 << 31;

/// Name and shape, with the batch, of an input that a file is read for.
#[derive(Clone, Debug)]
pub struct InputShape {
    /// Its name in the model.
    pub name: String,
    /// The lengths of its axes; the first is the batch, 1.
    pub shape: Vec<usize>,
}

/// Returns what the inputs of a graph look like.
pub fn input_shapes(graph: &Graph) -> Vec<InputShape> {
    let edges = graph.inputs.iter().map(|edge| &graph.edges[edge.0]);
    edges.map(|edge| InputShape { name: edge.name.clone(), shape: edge.shape.clone() }).collect()
}

/// Reads the samples of a file, each with one array per input.
///
/// JSON is `{"<input name>": nested arrays}`, which may have a salt ([`Subject::salt_signal`]) beside the inputs, or the nested
/// arrays alone for a model with one input; an `.npz` has an array per input under its name, or one called `inputs` or `x`. The batch may be left out, or hold several samples.
///
/// # Errors
/// When the file cannot be read, an input is missing, a shape is another, or a value is not a finite number.
pub fn load_samples(path: &Path, inputs: &[InputShape]) -> Result<Vec<Sample>> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > LARGEST_FILE {
        let reason = format!("has {length} bytes, expected at most {LARGEST_FILE}");
        return Err(Error::Malformed { path: path.to_owned(), reason });
    }
    read_samples(path, &fs::read(path).map_err(failed)?, inputs)
}

/// Reads the samples of a file of this name and content.
///
/// # Errors
/// As those of [`load_samples`].
pub fn read_samples(path: &Path, bytes: &[u8], inputs: &[InputShape]) -> Result<Vec<Sample>> {
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    let arrays = match path.extension().and_then(|extension| extension.to_str()) {
        Some("npz") => {
            let mut archive = NpzReader::new(Cursor::new(bytes)).map_err(|error| malformed(brief(&error)))?;
            let names = archive.names().map_err(|error| malformed(brief(&error)))?;
            let read = |input: &InputShape| {
                let name = entry_name(&names, &input.name, inputs.len()).ok_or_else(|| {
                    malformed(format!("has no array `{}`, found {}", input.name, names.join(", ")))
                })?;
                read_npz(&mut archive, &name).map_err(|reason| malformed(format!("array `{name}`: {reason}")))
            };
            inputs.iter().map(read).collect::<Result<Vec<_>>>()?
        }
        Some("npy") => vec![read_npy(bytes).map_err(malformed)?],
        _ => {
            let value: Value = tensorproof_json::from_slice(bytes)
                .map_err(|error| malformed(format!("not JSON: {error}")))?;
            from_json(&value, inputs).map_err(malformed)?
        }
    };
    if arrays.len() != inputs.len() {
        return Err(malformed(format!(
            "has {} arrays, expected {}, one per input",
            arrays.len(),
            inputs.len()
        )));
    }
    samples(arrays, inputs)
}

fn entry_name(names: &[String], input: &str, inputs: usize) -> Option<String> {
    let bare = |name: &String| name.strip_suffix(".npy").unwrap_or(name).to_owned();
    let find = |wanted: &str| names.iter().find(|name| bare(name) == wanted).cloned();
    find(input).or_else(|| {
        if inputs != 1 {
            return None;
        }
        find("inputs").or_else(|| find("x")).or_else(|| (names.len() == 1).then(|| names[0].clone()))
    })
}

fn read_npz(archive: &mut NpzReader<Cursor<&[u8]>>, name: &str) -> std::result::Result<ArrayD<f64>, String> {
    let name = name.strip_suffix(".npy").unwrap_or(name);
    let values: ArrayD<Number> = archive.by_name(name).map_err(|error| brief(&error))?;
    Ok(values.mapv(|Number(value)| value))
}

fn read_npy(bytes: &[u8]) -> std::result::Result<ArrayD<f64>, String> {
    let values = ArrayD::<Number>::read_npy(bytes).map_err(|error| brief(&error))?;
    Ok(values.mapv(|Number(value)| value))
}

/// Returns the first line of an error, which may quote all of a header, and no more than fits a terminal.
fn brief(error: &dyn Display) -> String {
    error.to_string().lines().next().unwrap_or_default().chars().take(200).collect()
}

fn from_json(value: &Value, inputs: &[InputShape]) -> std::result::Result<Vec<ArrayD<f64>>, String> {
    match (value, inputs) {
        (Value::Object(map), _) => inputs
            .iter()
            .map(|input| {
                let salt = Subject::Input.salt_signal();
                let mut others = map.iter().filter(|(name, _)| **name != salt).map(|(_, value)| value);
                let only = others.next().filter(|_| inputs.len() == 1 && others.next().is_none());
                let value = map.get(&input.name).or(only);
                match value {
                    Some(value) => {
                        nested(value).map_err(|reason| format!("input `{}`: {reason}", input.name))
                    }
                    None => Err(format!("has no input `{}`", input.name)),
                }
            })
            .collect(),
        (Value::Array(_), [_]) => Ok(vec![nested(value)?]),
        _ => Err("expected an object with the inputs by name".to_owned()),
    }
}

fn nested(value: &Value) -> std::result::Result<ArrayD<f64>, String> {
    let mut shape = Vec::new();
    let mut first = value;
    while let Value::Array(items) = first {
        shape.push(items.len());
        match items.first() {
            Some(item) => first = item,
            None => return Err("has an empty array".to_owned()),
        }
    }
    let mut values = Vec::new();
    collect(value, &shape, &mut values)?;
    ArrayD::from_shape_vec(shape, values).map_err(|error| error.to_string())
}

fn collect(value: &Value, shape: &[usize], values: &mut Vec<f64>) -> std::result::Result<(), String> {
    match (value, shape) {
        (Value::Array(items), [length, inner @ ..]) if items.len() == *length => {
            items.iter().try_for_each(|item| collect(item, inner, values))
        }
        (Value::Number(number), []) => {
            values.push(number.as_f64().unwrap_or(f64::NAN));
            Ok(())
        }
        (Value::Array(items), [length, ..]) => {
            Err(format!("a row has {} elements, expected {length} as in others", items.len()))
        }
        (other, _) => Err(format!(
            "found {}, expected a number",
            if other.is_array() { "an array" } else { "something else" }
        )),
    }
}

/// Splits arrays along the batch.
fn samples(arrays: Vec<ArrayD<f64>>, inputs: &[InputShape]) -> Result<Vec<Sample>> {
    let mut columns = Vec::new();
    for (array, input) in arrays.into_iter().zip(inputs) {
        let fail = |reason: String| Error::Input { input: input.name.clone(), reason };
        if let Some((index, value)) = array.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(fail(format!("value {value} at {index:?} is not a finite number")));
        }
        let inner = &input.shape[1..];
        let batched = if array.shape() == inner { array.insert_axis(Axis(0)) } else { array };
        if batched.shape().get(1..) != Some(inner) || batched.is_empty() {
            return Err(fail(format!(
                "has shape {:?}, expected {inner:?} or a batch of it",
                batched.shape()
            )));
        }
        let split: Vec<ArrayD<f64>> =
            batched.axis_iter(Axis(0)).map(|sample| sample.insert_axis(Axis(0)).into_owned()).collect();
        columns.push(split);
    }
    let count = columns.first().map_or(0, Vec::len);
    if let Some((column, input)) = columns.iter().zip(inputs).find(|(column, _)| column.len() != count) {
        let reason = format!("has {} samples, expected {count} as the first input", column.len());
        return Err(Error::Input { input: input.name.clone(), reason });
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    Ok((0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect())
}
