//! `Attention` and `RotaryEmbedding` of operator set 23, as functions of products and softmax.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Attention.html>, <https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html>.

use ndarray::ArrayD;

use super::elementwise::scaled;
use super::gemm::mat_mul_edges;
use super::index::rows_at;
use super::wiring::{joined, part};
use super::{Argument, Function, Lowering, Op, Rows, Source, Wire};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::Constant;

/// What a masked value is before softmax: e to its power is zero.
const MASKED: f64 = -1_048_576.0;

/// Adds an input of heads, `[batch, heads, length, size]`.
fn heads(node: &mut Lowering<'_>, position: usize, name: &str) -> Result<EdgeId> {
    let edge = node.edge(position)?;
    match *node.shape(edge) {
        [_, _, _, _] => Ok(edge),
        [batch, length, width] => {
            let count = usize::try_from(node.attributes.int(name, 0)?).unwrap_or(0);
            if count == 0 || width % count != 0 {
                let reason = format!("`{name}` {count} does not divide {width}, the length of its last axis");
                return Err(node.fail(&reason));
            }
            let split = node.reshape(edge, &[batch, length, count, width / count])?;
            node.transpose(split, &[0, 2, 1, 3])
        }
        ref shape => {
            let reason = format!("an input has shape {shape:?}, expected three or four axes");
            Err(node.fail(&reason))
        }
    }
}

/// Adds heads in the shape that the input had.
fn from_heads(node: &mut Lowering<'_>, edge: EdgeId, rank: usize) -> Result<EdgeId> {
    let &[batch, count, length, size] = node.shape(edge) else {
        return Err(node.fail("has an output without heads"));
    };
    if rank == 4 {
        return Ok(edge);
    }
    let turned = node.transpose(edge, &[0, 2, 1, 3])?;
    node.reshape(turned, &[batch, length, count * size])
}

pub(crate) fn attention(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let rank = node.shape_at(0)?.len();
    let query = heads(node, 0, "q_num_heads")?;
    let (mut key, mut value) = (heads(node, 1, "kv_num_heads")?, heads(node, 2, "kv_num_heads")?);
    for (position, name) in [(6, "nonpad_kv_seqlen")] {
        if node.has(position) {
            return Err(node.fail(&format!("its input `{name}` is not supported")));
        }
    }
    let past = if node.has(4) && node.has(5) {
        let (past_key, past_value) = (node.edge(4)?, node.edge(5)?);
        let length = node.shape(past_key).get(2).copied().unwrap_or(0);
        key = joined(node, &[past_key, key], 2)?;
        value = joined(node, &[past_value, value], 2)?;
        length
    } else {
        0
    };
    let (of_query, of_key) = (node.shape(query).to_vec(), node.shape(key).to_vec());
    if of_query[1] != of_key[1] && of_key[1] != 1 {
        let reason = format!(
            "{} heads of queries and {} of keys are not supported, expected as many, or one",
            of_query[1], of_key[1]
        );
        return Err(node.fail(&reason));
    }
    let (present_key, present_value) = (key, value);
    #[expect(clippy::cast_precision_loss, reason = "a head is far smaller than 2^52")]
    let default = (of_query[3].max(1) as f64).sqrt().recip();
    let scale = node.attributes.float("scale", default)?;
    let turned = node.transpose(key, &[0, 1, 3, 2])?;
    let products = mat_mul_edges(node, query, turned)?;
    let mut scores = node.sum(&[(scale, products)], 0.0)?;
    let mode = node.attributes.int("qk_matmul_output_mode", 0)?;
    if !(0..=3).contains(&mode) {
        return Err(node.attributes.unsupported("qk_matmul_output_mode", mode, "0 to 3"));
    }
    let mut shown = scores;
    // First the mask, then the cap.
    if node.has(3) {
        scores = with_mask(node, scores)?;
    }
    if node.attributes.int("is_causal", 0)? != 0 {
        scores = causal(node, scores, past)?;
    }
    if mode == 1 {
        shown = scores;
    }
    let cap = node.attributes.float("softcap", 0.0)?;
    if cap != 0.0 {
        let small = node.sum(&[(cap.recip(), scores)], 0.0)?;
        let bent = node.add(Op::Function(Function::Tanh), &[small])?;
        scores = node.sum(&[(cap, bent)], 0.0)?;
    }
    if mode == 2 {
        shown = scores;
    }
    let shape = node.shape(scores).to_vec();
    let rows = Rows { shape: shape.clone(), ..Rows::over(&shape, 3, 4, true) };
    let weights = super::softmax::expanded(node, scores, &rows)?;
    if mode == 3 {
        shown = weights;
    }
    let result = mat_mul_edges(node, weights, value)?;
    Ok(vec![from_heads(node, result, rank)?, present_key, present_value, shown])
}

/// Adds the mask: what is added to the scores, or which of them count.
fn with_mask(node: &mut Lowering<'_>, scores: EdgeId) -> Result<EdgeId> {
    let shape = node.shape(scores).to_vec();
    match node.arguments.get(3).cloned() {
        Some(Argument::Constant(Constant::Int(mask))) => {
            let Some(mask) = mask.broadcast(shape.clone()) else {
                return Err(node.fail(&format!("a mask of shape {:?} does not fit {shape:?}", mask.shape())));
            };
            let sources = mask.iter().enumerate().map(|(position, counts)| {
                if *counts == 0 { Source::Constant(MASKED) } else { Source::Element(0, position) }
            });
            let wire = Wire { shape, sources: sources.collect() };
            node.add(Op::Wire(wire), &[scores])
        }
        Some(Argument::Constant(Constant::Float(mask))) => {
            let mask = node.parameter(mask)?;
            node.sum(&[(1.0, scores), (1.0, mask)], 0.0)
        }
        _ => {
            let mask = node.edge(3)?;
            if node.graph.edges[mask.0].is_integer {
                // Nothing where a bit is one, far below where it is zero.
                node.sum(&[(1.0, scores), (-MASKED, mask)], MASKED)
            } else {
                node.sum(&[(1.0, scores), (1.0, mask)], 0.0)
            }
        }
    }
}

/// Lets each position see those up to its own; `past` ones are before the first.
fn causal(node: &mut Lowering<'_>, scores: EdgeId, past: usize) -> Result<EdgeId> {
    let shape = node.shape(scores).to_vec();
    let (queries, keys) = (shape[2], shape[3]);
    let count: usize = shape.iter().product();
    let sources = (0..count).map(|position| {
        let (query, key) = (position / keys % queries, position % keys);
        if key > query + past { Source::Constant(MASKED) } else { Source::Element(0, position) }
    });
    let wire = Wire { shape, sources: sources.collect() };
    node.add(Op::Wire(wire), &[scores])
}

pub(crate) fn rotary(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let rank = node.shape_at(0)?.len();
    let edge = heads(node, 0, "num_heads")?;
    let &[batch, count, length, size] = node.shape(edge) else {
        return Err(node.fail("its input has no heads"));
    };
    let turned = usize::try_from(node.attributes.int("rotary_embedding_dim", 0)?).unwrap_or(0);
    let turned = if turned == 0 { size } else { turned };
    if turned > size || turned % 2 != 0 {
        return Err(node.attributes.unsupported("rotary_embedding_dim", turned, "an even part of the head"));
    }
    let is_interleaved = node.attributes.int("interleaved", 0)? != 0;
    let half = turned / 2;
    let whole = part(node, edge, 3, 0, turned)?;
    let (first, second) = if is_interleaved {
        let pairs = node.reshape(whole, &[batch, count, length, half, 2])?;
        let (first, second) = (part(node, pairs, 4, 0, 1)?, part(node, pairs, 4, 1, 2)?);
        let flat = [batch, count, length, half];
        (node.reshape(first, &flat)?, node.reshape(second, &flat)?)
    } else {
        (part(node, whole, 3, 0, half)?, part(node, whole, 3, half, turned)?)
    };
    let shape = [batch, length, half];
    let (cosines, sines) = (cache(node, 1, &shape)?, cache(node, 2, &shape)?);
    let (left, right) = (turned_by(node, first, &cosines)?, turned_by(node, second, &sines)?);
    let real = node.sum(&[(1.0, left), (-1.0, right)], 0.0)?;
    let (left, right) = (turned_by(node, first, &sines)?, turned_by(node, second, &cosines)?);
    let imaginary = node.sum(&[(1.0, left), (1.0, right)], 0.0)?;
    let mut result = if is_interleaved {
        let wide = [batch, count, length, half, 1];
        let (real, imaginary) = (node.reshape(real, &wide)?, node.reshape(imaginary, &wide)?);
        let pairs = joined(node, &[real, imaginary], 4)?;
        node.reshape(pairs, &[batch, count, length, turned])?
    } else {
        joined(node, &[real, imaginary], 3)?
    };
    if turned < size {
        let rest = part(node, edge, 3, turned, size)?;
        result = joined(node, &[result, rest], 3)?;
    }
    Ok(vec![from_heads(node, result, rank)?])
}

/// Returns the first columns of a cache.
fn columns(values: &ArrayD<f64>, count: usize) -> ArrayD<f64> {
    let last = ndarray::Axis(values.ndim().saturating_sub(1));
    if values.ndim() == 0 || values.len_of(last) <= count {
        return values.clone();
    }
    values.slice_axis(last, ndarray::Slice::from(..count)).to_owned()
}

/// Returns the cosines or sines for each position, `[batch, 1, length, half]`.
fn cache(node: &mut Lowering<'_>, position: usize, shape: &[usize; 3]) -> Result<Argument> {
    let &[batch, length, half] = shape;
    let misfit = |node: &Lowering<'_>, found: &[usize]| {
        node.fail(&format!("a cache of shape {found:?} does not fit {shape:?}"))
    };
    let wide = [batch, 1, length, half];
    if node.has(3) {
        let ids = node.ints(3, "position_ids")?.unwrap_or_default();
        let ids = crate::tensor::array(&[batch, length], ids)
            .ok_or_else(|| node.fail("its positions are not one for each of the sequence"))?;
        if let Some(Argument::Constant(constant)) = node.arguments.get(position) {
            let values = columns(&constant.to_float(), half);
            let rows = rows_at(&values, &ids, 0).and_then(|rows| crate::tensor::array(&wide, flat(&rows)));
            let rows = rows.ok_or_else(|| misfit(node, values.shape()))?;
            return Ok(Argument::Constant(Constant::Float(rows)));
        }
        return Err(node.fail("caches that depend on the model's input are supported without positions only"));
    }
    match node.arguments.get(position).cloned() {
        Some(Argument::Constant(constant)) => {
            let values = columns(&constant.to_float(), half);
            let rows = crate::tensor::array(&wide, flat(&values));
            rows.map(|rows| Argument::Constant(Constant::Float(rows)))
                .ok_or_else(|| misfit(node, values.shape()))
        }
        _ => {
            let mut edge = node.edge(position)?;
            if let [.., width] = node.shape(edge)
                && *width > half
            {
                let last = node.shape(edge).len() - 1;
                edge = part(node, edge, last, 0, half)?;
            }
            let found = node.shape(edge).to_vec();
            if found.iter().product::<usize>() != batch * length * half {
                return Err(misfit(node, &found));
            }
            Ok(Argument::Edge(node.reshape(edge, &wide)?))
        }
    }
}

fn flat(values: &ArrayD<f64>) -> Vec<f64> {
    crate::tensor::flat(values)
}

fn turned_by(node: &mut Lowering<'_>, edge: EdgeId, factors: &Argument) -> Result<EdgeId> {
    match factors {
        Argument::Constant(constant) => scaled(node, edge, &constant.to_float()),
        Argument::Edge(factors) => node.mul(edge, *factors),
        Argument::Absent => Ok(edge),
    }
}
