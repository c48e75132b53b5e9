//! `EinsumDense`, and sums of products that are written as equations.

use std::collections::BTreeMap;

use ndarray::{ArrayD, IxDyn};

use super::activation::apply_configured;
use super::builder::{Builder, Value, op};
use super::config::Layer;
use super::dense;
use crate::error::Result;
use crate::tensor::elements;

/// The letters of the axes of the inputs, and of the output.
pub(super) struct Equation {
    pub(super) inputs: Vec<Vec<char>>,
    pub(super) output: Vec<char>,
}

impl Equation {
    /// Reads an equation; an ellipsis stands for letters of its own. `None` when it is not one for inputs of these ranks.
    pub(super) fn read(text: &str, ranks: &[usize]) -> Option<Self> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (left, right) = text.split_once("->")?;
        let terms: Vec<&str> = left.split(',').collect();
        let elided = |term: &str, rank: usize| {
            let letters = term.replace("...", "").chars().count();
            if term.contains("...") { rank.checked_sub(letters) } else { (rank == letters).then_some(0) }
        };
        if terms.len() != ranks.len() {
            return None;
        }
        let counts: Vec<usize> =
            terms.iter().zip(ranks).map(|(term, rank)| elided(term, *rank)).collect::<Option<_>>()?;
        let most = counts.iter().copied().max().unwrap_or(0);
        // Letters that no equation has stand for the axes that an ellipsis leaves out.
        let fill = |term: &str, count: usize| -> Option<Vec<char>> {
            let (before, after) = term.split_once("...").unwrap_or((term, ""));
            let middle = (most - count..most).map(|axis| char::from_digit(u32::try_from(axis).ok()?, 10));
            let middle = middle.collect::<Option<Vec<char>>>()?;
            let middle = if term.contains("...") { middle } else { Vec::new() };
            let letters: Vec<char> = before.chars().chain(middle).chain(after.chars()).collect();
            let is_letter = |letter: &char| letter.is_ascii_alphanumeric();
            letters.iter().all(is_letter).then_some(letters)
        };
        if most > 8 {
            return None;
        }
        let inputs: Vec<Vec<char>> =
            terms.iter().zip(&counts).map(|(term, count)| fill(term, *count)).collect::<Option<_>>()?;
        let output = fill(right, most)?;
        let has_one =
            |letters: &[char]| (0..letters.len()).all(|at| !letters[at + 1..].contains(&letters[at]));
        let known = |letter: &char| inputs.iter().any(|letters| letters.contains(letter));
        (inputs.iter().all(|letters| has_one(letters)) && has_one(&output) && output.iter().all(known))
            .then_some(Self { inputs, output })
    }

    /// Returns the lengths of the letters; `None` when the shapes do not agree.
    fn lengths(&self, shapes: &[&[usize]]) -> Option<BTreeMap<char, usize>> {
        let mut lengths = BTreeMap::new();
        for (letters, shape) in self.inputs.iter().zip(shapes) {
            if letters.len() != shape.len() {
                return None;
            }
            for (letter, length) in letters.iter().zip(*shape) {
                if *lengths.entry(*letter).or_insert(*length) != *length {
                    return None;
                }
            }
        }
        Some(lengths)
    }
}

/// Adds the sum of products of two values; `None` when the equation is not one for them.
///
/// # Errors
/// When the product is too large.
pub(super) fn product(
    builder: &mut Builder,
    equation: &Equation,
    left: &Value,
    right: &Value,
) -> Result<Option<Value>> {
    let (left_shape, right_shape) = (left.shape(), right.shape());
    let (Some(lengths), [first, second]) =
        (equation.lengths(&[&left_shape, &right_shape]), equation.inputs.as_slice())
    else {
        return Ok(None);
    };
    let length = |letters: &[char]| -> Vec<usize> {
        letters.iter().filter_map(|letter| lengths.get(letter).copied()).collect()
    };
    let pick = |letters: &[char], keep: &dyn Fn(&char) -> bool| -> Vec<char> {
        letters.iter().copied().filter(|letter| keep(letter)).collect()
    };
    let is_kept = |letter: &char| equation.output.contains(letter);
    let shared = pick(first, &|letter| second.contains(letter) && is_kept(letter));
    let summed = pick(first, &|letter| second.contains(letter) && !is_kept(letter));
    let rows = pick(first, &|letter| !second.contains(letter) && is_kept(letter));
    let columns = pick(second, &|letter| !first.contains(letter) && is_kept(letter));
    if rows.len() + shared.len() + summed.len() != first.len()
        || columns.len() + shared.len() + summed.len() != second.len()
    {
        // A letter of one input alone is summed before.
        return Ok(None);
    }
    let order = |letters: &[char], wanted: &[char]| -> Vec<usize> {
        wanted.iter().filter_map(|letter| letters.iter().position(|other| other == letter)).collect()
    };
    let count = |letters: &[char]| elements(&length(letters)).unwrap_or(usize::MAX);
    let (inner, height, width) = (count(&summed), count(&rows), count(&columns));
    let left = left.permuted(&order(first, &[shared.as_slice(), &rows, &summed].concat()));
    let right = right.permuted(&order(second, &[shared.as_slice(), &summed, &columns].concat()));
    let stack = length(&shared);
    let left = builder.reshape(&left, &[stack.as_slice(), &[height, inner]].concat())?;
    let right = builder.reshape(&right, &[stack.as_slice(), &[inner, width]].concat())?;
    let product = builder.mat_mul(&left, &right)?;
    let made = [shared.as_slice(), &rows, &columns].concat();
    let product = builder.reshape(&product, &length(&made))?;
    Ok(Some(product.permuted(&order(&made, &equation.output))))
}

/// `EinsumDense`.
pub(super) fn einsum_dense(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let text = layer.text("equation", "")?;
    let has_bias = layer.get("bias_axes").is_some();
    let mut names = vec!["kernel"];
    names.extend(has_bias.then_some("bias"));
    let quantized = dense::is_int8(layer)?;
    names.extend(quantized.then_some("kernel_scale"));
    let mut weights = layer.read(&names)?;
    let scale = if quantized { weights.pop() } else { None };
    let bias = if has_bias { weights.pop() } else { None };
    let kernel = weights.pop().unwrap_or_default();
    let misfit = || {
        let (kernel, input) = (kernel.shape().to_vec(), value.shape());
        layer.fail(format!(
            "`equation` `{text}` does not fit an input of shape {input:?} and a kernel of shape {kernel:?}"
        ))
    };
    let equation = Equation::read(text, &[value.rank(), kernel.ndim()]).ok_or_else(misfit)?;
    let is_batch =
        |letters: &[char]| letters.first().is_some_and(|letter| equation.output.first() == Some(letter));
    if !equation.inputs.first().is_some_and(|letters| is_batch(letters)) {
        return Err(layer.fail(format!("`equation` `{text}` moves the batch, which is not supported")));
    }
    let shape = kernel.shape().to_vec();
    let kernel_name = builder.floats("kernel", kernel.clone());
    let constant = Value::new(kernel_name, shape);
    let mut result = product(builder, &equation, value, &constant)?.ok_or_else(misfit)?;
    // What multiplies or is added fits the last axes of the output.
    let fitting = |builder: &mut Builder, role: &str, values: ArrayD<f64>, result: &Value| {
        let output = result.shape();
        let missing = output.len().checked_sub(values.ndim());
        let fits = missing.is_some_and(|missing| {
            values
                .shape()
                .iter()
                .zip(&output[missing..])
                .all(|(length, other)| *length == 1 || length == other)
        });
        let Some(missing) = missing.filter(|_| fits) else {
            let actual = values.shape().to_vec();
            return Err(layer.fail(format!("weight `{role}` has shape {actual:?}, the output {output:?}")));
        };
        let shape = [vec![1; missing].as_slice(), values.shape()].concat();
        let values =
            values.into_shape_with_order(IxDyn(&shape)).map_err(|error| layer.fail(error.to_string()))?;
        Ok(builder.floats_like(role, values, result))
    };
    if let Some(scale) = scale {
        let factor = dense::inverse(layer, "kernel_scale", &scale)?;
        let factor = fitting(builder, "kernel_scale", factor, &result)?;
        result = builder.elementwise(op("Mul"), &result, &[&factor]);
    }
    if let Some(bias) = bias {
        let bias = fitting(builder, "bias", bias, &result)?;
        result = builder.elementwise(op("Add"), &result, &[&bias]);
    }
    apply_configured(builder, layer, "activation", &result)
}
