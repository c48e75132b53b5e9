//! Categories: `LabelEncoder`, `OneHotEncoder`, and entries of lists at positions that depend on the input.
//!
//! A string that depends on the input is given by its position in a list of names, which its edge has.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html>,
//! <https://onnx.ai/onnx/operators/onnx_aionnxml_OneHotEncoder.html>.

#![expect(
    clippy::cast_precision_loss,
    reason = "lists have far fewer than 2^52 entries, and labels are small"
)]

use super::wiring::joined;
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;
use crate::tensor::flat;

/// Most entries of a list that is searched.
const MOST_ENTRIES: usize = 1 << 14;

/// Adds the entries of a list at positions within it.
pub(crate) fn looked_up(node: &mut Lowering<'_>, at: EdgeId, table: &[f64]) -> Result<EdgeId> {
    let step = if let [first, second, ..] = table { second - first } else { 0.0 };
    let mut expected = table[0];
    // Positions by a factor and an offset need no search.
    let is_line = table.iter().all(|value| {
        let is_next = *value == expected;
        expected += step;
        is_next
    });
    if is_line && step == 1.0 && table[0] == 0.0 {
        return node.add(Op::Identity, &[at]);
    }
    if is_line && step.fract() == 0.0 && table[0].fract() == 0.0 {
        return node.sum(&[(step, at)], table[0]);
    }
    let entries: Vec<(f64, f64)> =
        table.iter().enumerate().map(|(position, value)| (position as f64, *value)).collect();
    mapped(node, at, &entries, 0.0)
}

/// Adds the value whose key an element is, else a default.
fn mapped(node: &mut Lowering<'_>, edge: EdgeId, entries: &[(f64, f64)], default: f64) -> Result<EdgeId> {
    if entries.len() > MOST_ENTRIES {
        return Err(node.fail(&format!(
            "a list of {} entries is searched, expected at most {MOST_ENTRIES}",
            entries.len()
        )));
    }
    let mut terms = Vec::new();
    for (key, value) in entries {
        // What has the default needs no test.
        if *value != default {
            let difference = node.sum(&[(1.0, edge)], -key)?;
            terms.push((value - default, node.add(Op::IsZero, &[difference])?));
        }
    }
    if terms.is_empty() {
        terms.push((0.0, edge));
    }
    node.sum(&terms, default)
}

/// What keys or values a `LabelEncoder` has.
enum List {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

fn list(node: &Lowering<'_>, name: &str) -> Result<Option<List>> {
    let get = |suffix: &str| node.attributes.get(&format!("{name}_{suffix}"));
    Ok(match (get("int64s"), get("floats"), get("strings"), get("tensor")) {
        (Some(Attribute::Ints(values)), ..) => {
            Some(List::Numbers(values.iter().map(|v| *v as f64).collect()))
        }
        (_, Some(Attribute::Floats(values)), ..) => Some(List::Numbers(values.clone())),
        (_, _, Some(Attribute::Texts(values)), _) | (.., Some(Attribute::Texts(values))) => {
            Some(List::Texts(values.clone()))
        }
        (.., Some(Attribute::Tensor(constant))) => Some(List::Numbers(flat(&constant.to_float()))),
        (None, None, None, None) => None,
        _ => return Err(node.fail(&format!("its list `{name}` is of another kind than it says"))),
    })
}

/// `LabelEncoder`: the value at the position of a key.
pub(crate) fn label_encoder(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let (keys, values) =
        match (list(node, "keys")?, list(node, "values")?, node.attributes.get("classes_strings")) {
            (Some(keys), Some(values), _) => (keys, values),
            // The first version: between strings and their positions.
            (_, _, Some(Attribute::Texts(classes))) => {
                let places = List::Numbers((0..classes.len()).map(|at| at as f64).collect());
                let texts = List::Texts(classes.clone());
                if node.graph.edges[edge.0].labels.is_some() { (texts, places) } else { (places, texts) }
            }
            _ => return Err(node.fail("has no list of keys and of values")),
        };
    let keys: Vec<f64> = match (keys, node.graph.edges[edge.0].labels.clone()) {
        (List::Numbers(keys), None) => keys,
        // Keys that are no name of the input are never met.
        (List::Texts(keys), Some(names)) => keys
            .iter()
            .map(|key| names.iter().position(|name| name == key).map_or(-1.0, |at| at as f64))
            .collect(),
        (List::Texts(_), None) => {
            return Err(
                node.fail("its input holds strings, which are supported only as labels that the model gives")
            );
        }
        (List::Numbers(_), Some(_)) => {
            return Err(node.fail("its keys are numbers, and its input holds strings"));
        }
    };
    if keys.iter().any(|key| !key.is_finite()) {
        return Err(node.fail("a key is not a finite number"));
    }
    let (values, default, names) = match values {
        List::Numbers(values) => {
            let default = match (
                node.attributes.get("default_float"),
                node.attributes.get("default_int64"),
                node.attributes.get("default_tensor"),
            ) {
                (_, Some(Attribute::Int(value)), _) => *value as f64,
                (Some(Attribute::Float(value)), ..) => *value,
                (.., Some(Attribute::Tensor(constant))) => {
                    constant.to_float().first().copied().unwrap_or(0.0)
                }
                // As the operator's definition says: -1 for integers, zero for real numbers.
                _ if node.attributes.get("values_int64s").is_some() => -1.0,
                _ => 0.0,
            };
            (values, default, None)
        }
        List::Texts(values) => {
            let other = node.attributes.text("default_string")?.unwrap_or("_Unused").to_owned();
            let mut names: Vec<String> = Vec::new();
            let mut places = Vec::new();
            for value in values.iter().chain([&other]) {
                let at = names.iter().position(|name| name == value).unwrap_or_else(|| {
                    names.push(value.clone());
                    names.len() - 1
                });
                places.push(at as f64);
            }
            let default = places.pop().unwrap_or(0.0);
            (places, default, Some(names))
        }
    };
    if keys.len() != values.len() || keys.is_empty() {
        return Err(node.fail(&format!(
            "{} keys and {} values do not fit together",
            keys.len(),
            values.len()
        )));
    }
    if !default.is_finite() || values.iter().any(|value| !value.is_finite()) {
        return Err(node
            .fail("a value, or the default, is not a finite number: no input may then be without a value"));
    }
    let mut entries: Vec<(f64, f64)> = Vec::with_capacity(keys.len());
    for (key, value) in keys.into_iter().zip(values) {
        // The last of equal keys counts, as in onnxruntime.
        match entries.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }
    let result = mapped(node, edge, &entries, default)?;
    node.graph.edges[result.0].labels = names;
    Ok(vec![result])
}

/// `OneHotEncoder`: for each category whether an element is it.
pub(crate) fn one_hot_encoder(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    if node.attributes.get("cats_strings").is_some() {
        let reason = "its categories are strings, which are not supported: encode them outside of the model, as integers";
        return Err(node.fail(reason));
    }
    let categories = node.attributes.ints("cats_int64s")?.unwrap_or_default();
    if categories.is_empty() || categories.len() > MOST_ENTRIES {
        return Err(node.fail(&format!("has {} categories, expected 1 to {MOST_ENTRIES}", categories.len())));
    }
    let mut shape = node.shape(edge).to_vec();
    shape.push(1);
    let column = node.reshape(edge, &shape)?;
    let mut bits = Vec::new();
    for category in categories {
        let difference = node.sum(&[(1.0, column)], -(category as f64))?;
        bits.push(node.add(Op::IsZero, &[difference])?);
    }
    let joined = joined(node, &bits, shape.len() - 1)?;
    Ok(vec![joined])
}
