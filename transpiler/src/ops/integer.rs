//! Integers of values: `Floor`, `Ceil`, `Round`, `Mod`, `Div` of integers, `Cast`, `BitShift` and operators of bits.
//!
//! All are exact, as the integers of the circuit say: floor(x / d) is a division with remainder.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Floor.html> and its neighbours.

use ndarray::ArrayD;

use super::elementwise::magnitude;
use super::wiring::{Source, Wire, positions};
use super::{Argument, Lowering, Op};
use crate::error::Result;
use crate::fold::broadcast;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// Numbers between two, which are among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Range {
    /// Returns an integer as a type of this range holds it.
    pub(crate) fn wrapped(self, value: f64) -> f64 {
        (value - self.low).rem_euclid(self.high - self.low + 1.0) + self.low
    }
}

/// Returns the range of an integer type of ONNX of up to 32 bits, and its bits.
fn of_type(data_type: i64) -> Option<(Range, u32)> {
    let (bits, is_signed) = match data_type {
        2 => (8, false),
        3 => (8, true),
        4 => (16, false),
        5 => (16, true),
        6 => (32, true),
        12 => (32, false),
        _ => return None,
    };
    let count = 2f64.powi(bits);
    let low = if is_signed { -count / 2.0 } else { 0.0 };
    Some((Range { low, high: low + count - 1.0 }, bits.unsigned_abs()))
}

fn is_integer(node: &Lowering<'_>, position: usize) -> bool {
    match node.arguments.get(position) {
        Some(Argument::Edge(edge)) => node.graph.edges[edge.0].is_integer,
        Some(Argument::Constant(constant)) => constant.as_ints().is_some(),
        _ => false,
    }
}

/// Adds floor(edge / divisor).
pub(crate) fn floor_of(node: &mut Lowering<'_>, edge: EdgeId, divisor: f64) -> Result<EdgeId> {
    if divisor == 1.0 && node.graph.edges[edge.0].is_integer {
        return Ok(edge);
    }
    node.add(Op::Floor { divisor }, &[edge])
}

/// Adds what is left of a value after floor(edge / divisor) divisors.
fn rest_of(node: &mut Lowering<'_>, edge: EdgeId, floor: EdgeId, divisor: f64) -> Result<EdgeId> {
    node.sum(&[(1.0, edge), (-divisor, floor)], 0.0)
}

/// Adds 1 where a value is below zero and has a rest.
fn falls_below(node: &mut Lowering<'_>, edge: EdgeId, rest: EdgeId) -> Result<EdgeId> {
    let sign = node.add(Op::IsNonNegative, &[edge])?;
    let is_negative = node.sum(&[(-1.0, sign)], 1.0)?;
    let has_rest = super::compare::truth(node, rest)?;
    node.mul(is_negative, has_rest)
}

/// Adds the integer part of edge / divisor, rounded towards zero, for a divisor above zero.
fn toward_zero(node: &mut Lowering<'_>, edge: EdgeId, divisor: f64) -> Result<EdgeId> {
    if divisor == 1.0 && node.graph.edges[edge.0].is_integer {
        return Ok(edge);
    }
    let floor = floor_of(node, edge, divisor)?;
    let rest = rest_of(node, edge, floor, divisor)?;
    let more = falls_below(node, edge, rest)?;
    node.sum(&[(1.0, floor), (1.0, more)], 0.0)
}

/// `Floor` and `Ceil`.
pub(crate) fn floor(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    if node.operator() == "Floor" {
        return Ok(vec![floor_of(node, edge, 1.0)?]);
    }
    let turned = node.sum(&[(-1.0, edge)], 0.0)?;
    let below = floor_of(node, turned, 1.0)?;
    Ok(vec![node.sum(&[(-1.0, below)], 0.0)?])
}

/// Adds the nearest integer, the even one at a half.
pub(crate) fn nearest(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    if node.graph.edges[edge.0].is_integer {
        return Ok(edge);
    }
    let moved = node.sum(&[(1.0, edge)], 0.5)?;
    let up = floor_of(node, moved, 1.0)?;
    // One less where the value was half below an odd integer.
    let above = node.sum(&[(1.0, up), (-1.0, edge)], -0.5)?;
    let is_half = node.add(Op::IsZero, &[above])?;
    let half = floor_of(node, up, 2.0)?;
    let is_odd = rest_of(node, up, half, 2.0)?;
    let less = node.mul(is_half, is_odd)?;
    node.sum(&[(1.0, up), (-1.0, less)], 0.0)
}

/// `Round`.
pub(crate) fn round(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![nearest(node, edge)?])
}

/// Adds what becomes of an edge with each of some constants that it is divided by.
fn by_divisors(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    divisors: &ArrayD<f64>,
    each: impl Fn(&mut Lowering<'_>, EdgeId, f64) -> Result<EdgeId>,
) -> Result<EdgeId> {
    if divisors.iter().any(|divisor| *divisor == 0.0) {
        return Err(node.fail("divides by zero"));
    }
    let own = node.shape(edge).to_vec();
    let shape = broadcast(&own, divisors.shape()).ok_or_else(|| {
        node.fail(&format!("shapes {own:?} and {:?} do not fit together", divisors.shape()))
    })?;
    let edge = node.expand(edge, &shape)?;
    let divisors: Vec<f64> =
        divisors.broadcast(shape.clone()).map(|values| values.iter().copied().collect()).unwrap_or_default();
    let mut distinct = divisors.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if let [only] = distinct[..] {
        return each(node, edge, only);
    }
    let mut parts = Vec::new();
    let mut sources = vec![Source::Constant(0.0); divisors.len()];
    for (part, divisor) in distinct.iter().enumerate() {
        let here: Vec<usize> = (0..divisors.len()).filter(|at| divisors[*at] == *divisor).collect();
        for (number, at) in here.iter().enumerate() {
            sources[*at] = Source::Element(part, number);
        }
        let picked = here.iter().map(|at| Source::Element(0, *at)).collect();
        let picked = node.add(Op::Wire(Wire { shape: vec![1, here.len()], sources: picked }), &[edge])?;
        parts.push(each(node, picked, *divisor)?);
    }
    node.add(Op::Wire(Wire { shape, sources }), &parts)
}

/// Integers divided: magnitudes, and 1 where the signs differ.
struct Divided {
    left: EdgeId,
    right: EdgeId,
    /// The magnitudes' quotient, rounded down.
    quotient: EdgeId,
    /// Of the signs, 1 or -1.
    sign: EdgeId,
}

/// Adds the quotient of integers that both depend on the input; zero as divisor is not proven.
fn divided(node: &mut Lowering<'_>) -> Result<Divided> {
    let (left, right) = (node.edge(0)?, node.edge(1)?);
    let edges = node.broadcast(&[left, right])?;
    let (left, right) = (edges[0], edges[1]);
    let mut signs = Vec::new();
    for edge in [left, right] {
        let sign = node.add(Op::IsNonNegative, &[edge])?;
        signs.push(node.sum(&[(2.0, sign)], -1.0)?);
    }
    let mut magnitudes = Vec::new();
    for edge in [left, right] {
        let size = magnitude(node, edge)?;
        magnitudes.push(node.add(Op::Bounded { low: 0.0, high: f64::INFINITY }, &[size])?);
    }
    let (dividend, divisor) = (magnitudes[0], magnitudes[1]);
    let divisor = node.add(Op::Positive, &[divisor])?;
    let quotient = node.add(Op::Quotient, &[dividend, divisor])?;
    Ok(Divided { left, right, quotient, sign: node.mul(signs[0], signs[1])? })
}

/// `Div` of integers, rounded towards zero.
pub(crate) fn div(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if let Some(Argument::Constant(constant)) = node.arguments.get(1).cloned() {
        let edge = node.edge(0)?;
        let each = |node: &mut Lowering<'_>, edge, divisor: f64| {
            let part = toward_zero(node, edge, divisor.abs())?;
            if divisor < 0.0 { node.sum(&[(-1.0, part)], 0.0) } else { Ok(part) }
        };
        return Ok(vec![by_divisors(node, edge, &constant.to_float(), each)?]);
    }
    let Divided { quotient, sign, .. } = divided(node)?;
    Ok(vec![node.mul(quotient, sign)?])
}

/// Returns whether both inputs of a node are integers.
pub(crate) fn are_integers(node: &Lowering<'_>) -> bool {
    is_integer(node, 0) && is_integer(node, 1)
}

/// `Mod`: of the divisor's sign, or with `fmod` of the dividend's.
pub(crate) fn modulo(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let of_dividend = node.attributes.int("fmod", 0)? != 0;
    if let Some(Argument::Constant(constant)) = node.arguments.get(1).cloned() {
        let edge = node.edge(0)?;
        let each = |node: &mut Lowering<'_>, edge: EdgeId, divisor: f64| {
            let size = divisor.abs();
            // The remainder of a divisor below zero is that of both turned.
            let turns = !of_dividend && divisor < 0.0;
            let edge = if turns { node.sum(&[(-1.0, edge)], 0.0)? } else { edge };
            let floor = floor_of(node, edge, size)?;
            let rest = rest_of(node, edge, floor, size)?;
            if of_dividend {
                let less = falls_below(node, edge, rest)?;
                node.sum(&[(1.0, rest), (-size, less)], 0.0)
            } else if turns {
                node.sum(&[(-1.0, rest)], 0.0)
            } else {
                Ok(rest)
            }
        };
        return Ok(vec![by_divisors(node, edge, &constant.to_float(), each)?]);
    }
    if !are_integers(node) {
        return Err(node.fail("divides by real numbers that are not constant, which is not supported: make them constants of the model, or integers"));
    }
    let Divided { left, right, quotient, sign } = divided(node)?;
    let part = node.mul(quotient, sign)?;
    let taken = node.mul(part, right)?;
    let rest = node.sum(&[(1.0, left), (-1.0, taken)], 0.0)?;
    if of_dividend {
        return Ok(vec![rest]);
    }
    // The rest has the dividend's sign; where the divisor's is another, once more of it.
    let has_rest = super::compare::truth(node, rest)?;
    let differ = node.sum(&[(-0.5, sign)], 0.5)?;
    let once = node.mul(has_rest, differ)?;
    let more = node.mul(once, right)?;
    Ok(vec![node.sum(&[(1.0, rest), (1.0, more)], 0.0)?])
}

/// `Cast` and `CastLike`: reals are cut towards zero, integers wrap around.
pub(crate) fn cast(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    if node.operator() == "CastLike" && node.attributes.get("to").is_none() {
        return Err(node.fail("the data type of its second input is not known"));
    }
    let to = node.attributes.int("to", 1)?;
    let is_integer = node.graph.edges[edge.0].is_integer;
    match to {
        1 | 10 | 11 | 16 => Ok(vec![node.add(Op::Identity, &[edge])?]),
        9 => Ok(vec![super::compare::truth(node, edge)?]),
        2..=7 | 12 | 13 => {
            let cut = toward_zero(node, edge, 1.0)?;
            let cast = match of_type(to) {
                Some((range, _)) if is_integer => node.add(Op::Wrap(range), &[cut])?,
                // What a real number outside of a type's range becomes is not defined.
                Some((range, _)) => node.add(Op::Within(range), &[cut])?,
                None => cut,
            };
            Ok(vec![if cast == edge { node.add(Op::Identity, &[edge])? } else { cast }])
        }
        8 => Err(node.fail("`to` 8 is not supported: text is no number; leave the model's end in numbers, and turn them into text outside of it")),
        to => Err(node.attributes.unsupported("to", to, "a type of real numbers, integers or booleans")),
    }
}

/// Returns the range and the bits of a node's integers.
fn own_type(node: &Lowering<'_>) -> Result<(Range, u32)> {
    let data_type = node.attributes.int("element_type", 0)?;
    of_type(data_type).ok_or_else(|| {
        node.fail("works on the bits of integers of 64 bits, or of a type that is not known: cast them to 8, 16 or 32 bits before")
    })
}

/// Adds the bits of integers, the lowest first; of one below zero those of its complement.
fn bits_of(node: &mut Lowering<'_>, edge: EdgeId, count: u32) -> Result<Vec<EdgeId>> {
    let mut bits = Vec::new();
    let mut rest = edge;
    for _ in 0..count {
        let half = floor_of(node, rest, 2.0)?;
        bits.push(rest_of(node, rest, half, 2.0)?);
        rest = half;
    }
    Ok(bits)
}

/// `BitwiseAnd`, `BitwiseOr`, `BitwiseXor`.
pub(crate) fn bitwise(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let (range, count) = own_type(node)?;
    let (left, right) = (node.edge(0)?, node.edge(1)?);
    let edges = node.broadcast(&[left, right])?;
    let (left, right) = (bits_of(node, edges[0], count)?, bits_of(node, edges[1], count)?);
    let mut terms = Vec::new();
    let mut weight = 1.0;
    for (position, (a, b)) in left.into_iter().zip(right).enumerate() {
        let both = node.mul(a, b)?;
        let is_sign = position + 1 == count as usize && range.low < 0.0;
        let size = if is_sign { -weight } else { weight };
        match node.operator() {
            "BitwiseAnd" => terms.push((size, both)),
            "BitwiseOr" => terms.extend([(size, a), (size, b), (-size, both)]),
            _ => terms.extend([(size, a), (size, b), (-2.0 * size, both)]),
        }
        weight *= 2.0;
    }
    Ok(vec![node.sum(&terms, 0.0)?])
}

/// `BitwiseNot`.
pub(crate) fn complement(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    // Of a signed type, whatever its bits, it is -1 - x.
    let most = match node.attributes.int("element_type", 0)? {
        3 | 5 | 6 | 7 => -1.0,
        _ => own_type(node)?.0.high,
    };
    Ok(vec![node.sum(&[(-1.0, edge)], most)?])
}

/// `BitShift` of integers that are not signed, by constants.
pub(crate) fn shift(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_left = match node.attributes.text("direction")? {
        Some("LEFT") => true,
        Some("RIGHT") => false,
        other => {
            return Err(node.attributes.unsupported("direction", format!("{other:?}"), "LEFT or RIGHT"));
        }
    };
    let places = node.constant(1, "Y")?;
    if places.iter().any(|places| !(0.0..64.0).contains(places) || places.fract() != 0.0) {
        return Err(node.fail(&format!("shifts by {places:?}, expected 0 to 63")));
    }
    let edge = node.edge(0)?;
    if !is_left {
        let each = |node: &mut Lowering<'_>, edge, divisor| floor_of(node, edge, divisor);
        return Ok(vec![by_divisors(node, edge, &places.mapv(f64::exp2), each)?]);
    }
    let (range, _) = own_type(node)?;
    let moved = super::elementwise::scaled(node, edge, &places.mapv(f64::exp2))?;
    Ok(vec![node.add(Op::Wrap(range), &[moved])?])
}

/// Adds an edge's elements at some positions, in a list.
pub(crate) fn picked(node: &mut Lowering<'_>, edge: EdgeId, at: &[usize]) -> Result<EdgeId> {
    let sources = at.iter().map(|at| Source::Element(0, *at)).collect();
    node.add(Op::Wire(Wire { shape: vec![1, at.len()], sources }), &[edge])
}

/// `Compress` by a constant condition.
pub(crate) fn compress(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let condition = flat(&node.constant(1, "condition")?);
    let shape = node.shape(edge).to_vec();
    let all = positions(&shape);
    let wire = match node.attributes.get("axis") {
        None => {
            let all = flat(&all);
            let kept = all.into_iter().zip(&condition).filter(|(_, keeps)| **keeps != 0.0);
            let sources: Vec<Source> = kept.map(|(at, _)| Source::Element(0, at)).collect();
            Wire { shape: vec![sources.len()], sources }
        }
        Some(_) => {
            let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
            let kept: Vec<usize> =
                (0..shape[axis].min(condition.len())).filter(|at| condition[*at] != 0.0).collect();
            Wire::of(&all.select(ndarray::Axis(axis), &kept))
        }
    };
    Ok(vec![node.add(Op::Wire(wire), &[edge])?])
}
