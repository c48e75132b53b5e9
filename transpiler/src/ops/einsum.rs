//! `Einsum`: products of tensors along indices, two at a time, each as a product of matrices.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Einsum.html>.

use std::collections::BTreeMap;

use ndarray::IxDyn;

use super::gemm::mat_mul_edges;
use super::wiring::{Wire, positions};
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;

/// Stands for the last axis of an ellipsis; those before follow.
const ELLIPSIS: u32 = 0xE000;

/// A tensor and the index of each of its axes.
struct Term {
    edge: EdgeId,
    indices: Vec<char>,
}

/// An equation as lists of indices, in which an ellipsis is an index for each of its axes.
struct Equation {
    inputs: Vec<Vec<char>>,
    output: Vec<char>,
}

/// Returns the indices of a term; `rank` is that of its tensor, or the longest ellipsis for the output.
fn indices(term: &str, ellipsis: usize) -> Option<Vec<char>> {
    let axes = |count: usize| -> Option<Vec<char>> {
        (0..count).rev().map(|axis| char::from_u32(ELLIPSIS + u32::try_from(axis).ok()?)).collect()
    };
    let (before, after) = match term.split_once("...") {
        None => (term, None),
        Some((before, after)) => (before, Some(after)),
    };
    let mut list: Vec<char> = before.chars().collect();
    if let Some(after) = after {
        list.extend(axes(ellipsis)?);
        list.extend(after.chars());
    }
    let is_index = |c: &char| c.is_ascii_alphabetic() || u32::from(*c) >= ELLIPSIS;
    list.iter().all(is_index).then_some(list)
}

/// Reads an equation for inputs of these ranks.
fn read(equation: &str, ranks: &[usize]) -> Option<Equation> {
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (equation, None),
    };
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != ranks.len() {
        return None;
    }
    let mut inputs = Vec::new();
    let mut longest = 0;
    for (term, rank) in terms.iter().zip(ranks) {
        let letters = term.chars().filter(|c| *c != '.').count();
        let ellipsis = rank.checked_sub(letters).filter(|length| *length <= 32)?;
        if ellipsis > 0 && !term.contains("...") {
            return None;
        }
        longest = longest.max(ellipsis);
        inputs.push(indices(term, ellipsis)?);
    }
    let output = match right {
        Some(right) => indices(right, longest)?,
        None => {
            let all: Vec<char> = inputs.iter().flatten().copied().collect();
            let mut once: Vec<char> = all
                .iter()
                .copied()
                .filter(|c| c.is_ascii_alphabetic() && all.iter().filter(|d| *d == c).count() == 1)
                .collect();
            once.sort_unstable();
            indices("...", longest)?.into_iter().chain(once).collect()
        }
    };
    let is_twice = |list: &[char]| (1..list.len()).any(|at| list[..at].contains(&list[at]));
    let is_known = output.iter().all(|c| inputs.iter().any(|term| term.contains(c)));
    (!is_twice(&output) && is_known).then_some(Equation { inputs, output })
}

/// Adds a tensor with its axes in another order.
fn ordered(node: &mut Lowering<'_>, term: &Term, order: &[char]) -> Result<EdgeId> {
    let axes: Vec<usize> =
        order.iter().filter_map(|c| term.indices.iter().position(|index| index == c)).collect();
    node.transpose(term.edge, &axes)
}

/// Adds the diagonal where a tensor has an index twice, and repeats the axes of an ellipsis that have length one.
fn plain(node: &mut Lowering<'_>, term: Term, lengths: &BTreeMap<char, usize>) -> Result<Term> {
    let shape = node.shape(term.edge).to_vec();
    let mut distinct: Vec<char> = Vec::new();
    for index in &term.indices {
        if !distinct.contains(index) {
            distinct.push(*index);
        }
    }
    let target: Vec<usize> = distinct.iter().map(|index| lengths[index]).collect();
    if distinct.len() == term.indices.len() && target == shape {
        return Ok(term);
    }
    let all = positions(&shape);
    let picked = ndarray::ArrayD::from_shape_fn(IxDyn(&target), |at| {
        let place: Vec<usize> = term
            .indices
            .iter()
            .zip(&shape)
            .map(|(index, length)| {
                let axis = distinct.iter().position(|known| known == index).unwrap_or(0);
                if *length == 1 { 0 } else { at[axis] }
            })
            .collect();
        all[IxDyn(&place)]
    });
    Ok(Term { edge: node.add(Op::Wire(Wire::of(&picked)), &[term.edge])?, indices: distinct })
}

/// Adds the sums over the indices of a tensor that nothing else has.
fn without(node: &mut Lowering<'_>, term: Term, keep: &dyn Fn(&char) -> bool) -> Result<Term> {
    let axes: Vec<usize> = (0..term.indices.len()).filter(|axis| !keep(&term.indices[*axis])).collect();
    let edge = super::reduce::sum_over(node, term.edge, &axes, false)?;
    Ok(Term { edge, indices: term.indices.into_iter().filter(|index| keep(index)).collect() })
}

/// Adds the product of two tensors, with the sums over the indices that both have and that are not kept.
fn product(
    node: &mut Lowering<'_>,
    left: Term,
    right: Term,
    lengths: &BTreeMap<char, usize>,
    keep: &dyn Fn(&char) -> bool,
) -> Result<Term> {
    let (of_left, of_right) = (left.indices.clone(), right.indices.clone());
    let left = without(node, left, &|c| keep(c) || of_right.contains(c))?;
    let right = without(node, right, &|c| keep(c) || of_left.contains(c))?;
    let (a, b) = (&left.indices, &right.indices);
    let pick = |from: &[char], wanted: &dyn Fn(&char) -> bool| -> Vec<char> {
        from.iter().copied().filter(|c| wanted(c)).collect()
    };
    let shared = pick(a, &|c| b.contains(c) && keep(c));
    let summed = pick(a, &|c| b.contains(c) && !keep(c));
    let (rows, columns) = (pick(a, &|c| !b.contains(c)), pick(b, &|c| !a.contains(c)));
    let count = |list: &[char]| list.iter().map(|c| lengths[c]).product::<usize>();
    let [stack, m, k, n] = [&shared, &rows, &summed, &columns].map(|list| count(list));
    let first = ordered(node, &left, &[&shared[..], &rows, &summed].concat())?;
    let second = ordered(node, &right, &[&shared[..], &summed, &columns].concat())?;
    let first = node.reshape(first, &[stack, m, k])?;
    let second = node.reshape(second, &[stack, k, n])?;
    let edge = mat_mul_edges(node, first, second)?;
    let indices = [shared, rows, columns].concat();
    let shape: Vec<usize> = indices.iter().map(|c| lengths[c]).collect();
    Ok(Term { edge: node.reshape(edge, &shape)?, indices })
}

pub(crate) fn einsum(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let equation: String = node.attributes.text("equation")?.unwrap_or_default().split_whitespace().collect();
    let mut edges = Vec::new();
    for position in 0..node.arguments.len() {
        edges.push(node.edge(position)?);
    }
    let ranks: Vec<usize> = edges.iter().map(|edge| node.shape(*edge).len()).collect();
    let Some(Equation { inputs, output }) = read(&equation, &ranks) else {
        let expected = format!("an index for each axis of its {} inputs", edges.len());
        return Err(node.attributes.unsupported("equation", &equation, &expected));
    };
    let mut lengths: BTreeMap<char, usize> = BTreeMap::new();
    for (edge, term) in edges.iter().zip(&inputs) {
        for (index, length) in term.iter().zip(node.shape(*edge)) {
            let known = lengths.entry(*index).or_insert(*length);
            if *known == 1 {
                *known = *length;
            }
            if *known != *length && *length != 1 {
                let reason = format!("`equation` {equation} has axes of lengths {known} and {length} as one");
                return Err(node.fail(&reason));
            }
        }
    }
    let mut terms = Vec::new();
    for (edge, indices) in edges.into_iter().zip(inputs) {
        terms.push(plain(node, Term { edge, indices }, &lengths)?);
    }
    let mut rest = terms.into_iter();
    let Some(mut result) = rest.next() else {
        return Err(node.fail("has no inputs"));
    };
    let mut later: Vec<Term> = rest.collect();
    while !later.is_empty() {
        let next = later.remove(0);
        let wanted: Vec<char> = later.iter().flat_map(|term| &term.indices).chain(&output).copied().collect();
        result = product(node, result, next, &lengths, &|c| wanted.contains(c))?;
    }
    let result = without(node, result, &|c| output.contains(c))?;
    Ok(vec![ordered(node, &result, &output)?])
}
