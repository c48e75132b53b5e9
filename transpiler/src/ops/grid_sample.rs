//! `GridSample` and `AffineGrid`: values of a picture at places that a grid says.
//!
//! The weight of a pixel at j for a place x is max(0, 1 - |x - j|), axis by axis: pixels outside have none, as zeros around have
//! not. A grid that depends on the input takes all weights; one that is constant makes a matrix.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__GridSample.html>.

use ndarray::ArrayD;

use super::elementwise::{limited, magnitude};
use super::gemm::{mat_mul_edges, with_matrix};
use super::wiring::{joined, part};
use super::{Argument, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{array, elements, flat};

/// How values between pixels, and outside of the picture, are found.
#[derive(Clone, Copy)]
struct Sampling {
    mode: Mode,
    padding: Padding,
    align: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Linear,
    Nearest,
    Cubic,
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Zeros,
    Border,
    Reflection,
}

#[expect(clippy::cast_precision_loss, reason = "axes are far shorter than 2^52")]
impl Sampling {
    fn read(node: &Lowering<'_>) -> Result<Self> {
        let mode = match node.attributes.text("mode")?.unwrap_or("linear") {
            "linear" | "bilinear" => Mode::Linear,
            "nearest" => Mode::Nearest,
            "cubic" | "bicubic" => Mode::Cubic,
            other => return Err(node.attributes.unsupported("mode", other, "linear, nearest or cubic")),
        };
        let padding = match node.attributes.text("padding_mode")?.unwrap_or("zeros") {
            "zeros" => Padding::Zeros,
            "border" => Padding::Border,
            "reflection" => Padding::Reflection,
            other => {
                return Err(node.attributes.unsupported(
                    "padding_mode",
                    other,
                    "zeros, border or reflection",
                ));
            }
        };
        Ok(Self { mode, padding, align: node.attributes.int("align_corners", 0)? != 0 })
    }

    /// Returns factor and offset that bring -1..1 to the pixels of an axis.
    fn line(self, length: usize) -> (f64, f64) {
        let length = length as f64;
        if self.align {
            ((length - 1.0) / 2.0, (length - 1.0) / 2.0)
        } else {
            (length / 2.0, (length - 1.0) / 2.0)
        }
    }

    /// Returns between where places are reflected.
    fn mirrors(self, length: usize) -> (f64, f64) {
        let length = length as f64;
        if self.align { (0.0, length - 1.0) } else { (-0.5, length - 0.5) }
    }

    fn reflected(self, place: f64, length: usize) -> f64 {
        let (low, high) = self.mirrors(length);
        let span = high - low;
        if span <= 0.0 {
            return 0.0;
        }
        let from = (place - low).abs();
        let rest = from.rem_euclid(span);
        let turns = (from / span).floor();
        low + if turns.rem_euclid(2.0) == 0.0 { rest } else { span - rest }
    }

    /// Returns the weights of the pixels of an axis for a place that is known.
    fn weights(self, place: f64, length: usize) -> Vec<f64> {
        let last = length as f64 - 1.0;
        let mut weights = vec![0.0; length];
        // Cubic pieces bring the places of their pixels inside one by one.
        let place = match self.padding {
            Padding::Border if self.mode != Mode::Cubic => place.clamp(0.0, last),
            Padding::Reflection if self.mode != Mode::Cubic => self.reflected(place, length).clamp(0.0, last),
            _ => place,
        };
        let mut add = |at: f64, weight: f64| {
            let at = match self.padding {
                Padding::Zeros => at,
                Padding::Border => at.clamp(0.0, last),
                Padding::Reflection => self.reflected(at, length).clamp(0.0, last),
            };
            let found = weights.iter_mut().enumerate().find(|(index, _)| *index as f64 == at);
            if let Some((_, found)) = found {
                *found += weight;
            }
        };
        match self.mode {
            Mode::Nearest => add(place.round_ties_even(), 1.0),
            Mode::Linear => {
                let below = place.floor();
                add(below, 1.0 - (place - below));
                add(below + 1.0, place - below);
            }
            Mode::Cubic => {
                let below = place.floor();
                for tap in [-1.0, 0.0, 1.0, 2.0] {
                    add(below + tap, super::resize::cubic(place - below - tap, -0.75));
                }
            }
        }
        weights
    }
}

/// Adds the weights `[places, length]` of the pixels of an axis for places that depend on the input.
#[expect(clippy::cast_precision_loss, reason = "axes are far shorter than 2^52")]
fn weights_of(node: &mut Lowering<'_>, places: EdgeId, length: usize, sampling: Sampling) -> Result<EdgeId> {
    let (factor, offset) = sampling.line(length);
    let mut place = node.sum(&[(factor, places)], offset)?;
    let last = length as f64 - 1.0;
    match sampling.padding {
        Padding::Zeros => {}
        Padding::Border => place = limited(node, place, Some(0.0), Some(last))?,
        Padding::Reflection => {
            let (low, high) = sampling.mirrors(length);
            let span = high - low;
            if span > 0.0 {
                let from = node.sum(&[(1.0, place)], -low)?;
                let from = magnitude(node, from)?;
                let turns = super::integer::floor_of(node, from, span)?;
                let rest = node.sum(&[(1.0, from), (-span, turns)], 0.0)?;
                let pairs = super::integer::floor_of(node, turns, 2.0)?;
                let is_odd = node.sum(&[(1.0, turns), (-2.0, pairs)], 0.0)?;
                // rest, or span - rest.
                let change = node.sum(&[(-2.0, rest)], span)?;
                let change = node.mul(is_odd, change)?;
                place = node.sum(&[(1.0, rest), (1.0, change)], low)?;
            }
            place = limited(node, place, Some(0.0), Some(last))?;
        }
    }
    let mut columns = Vec::new();
    match sampling.mode {
        Mode::Nearest => {
            let near = super::integer::nearest(node, place)?;
            for at in 0..length {
                let distance = node.sum(&[(1.0, near)], -(at as f64))?;
                columns.push(node.add(Op::IsZero, &[distance])?);
            }
        }
        Mode::Linear => {
            // A hat is a second difference of ramps.
            let mut ramps = Vec::new();
            for at in 0..length + 2 {
                let from = node.sum(&[(1.0, place)], 1.0 - at as f64)?;
                ramps.push(node.relu(from)?);
            }
            for ramps in ramps.windows(3) {
                columns.push(node.sum(&[(1.0, ramps[0]), (-2.0, ramps[1]), (1.0, ramps[2])], 0.0)?);
            }
        }
        Mode::Cubic => {
            let found = "cubic at a grid that depends on the model's input";
            return Err(node.attributes.unsupported("mode", found, "linear or nearest"));
        }
    }
    joined(node, &columns, 1)
}

pub(crate) fn grid_sample(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let sampling = Sampling::read(node)?;
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let grid = node.shape_at(1)?;
    let dimensions = shape.len().saturating_sub(2);
    let fits = (1..=3).contains(&dimensions)
        && grid.len() == shape.len()
        && grid[0] == shape[0]
        && grid.last() == Some(&dimensions);
    if !fits {
        return Err(node.fail(&format!("a grid of shape {grid:?} does not fit an input of shape {shape:?}")));
    }
    let places: usize = grid[1..=dimensions].iter().product();
    let pixels: usize = shape[2..].iter().product();
    if elements(&[places, pixels, shape[1]]).is_none_or(|count| count > 1 << 24) {
        return Err(node.fail("its places and pixels are too many"));
    }
    let constant = match node.arguments.get(1) {
        Some(Argument::Constant(constant)) => Some(flat(&constant.to_float())),
        _ => None,
    };
    let mut samples = Vec::new();
    for sample in 0..shape[0] {
        let own = part(node, edge, 0, sample, sample + 1)?;
        let found = if let Some(grid) = &constant {
            let list = &grid[sample * places * dimensions..(sample + 1) * places * dimensions];
            by_matrix(node, own, &shape, list, sampling)?
        } else {
            let grid = node.edge(1)?;
            let grid = part(node, grid, 0, sample, sample + 1)?;
            let grid = node.reshape(grid, &[places, dimensions])?;
            by_weights(node, own, &shape, grid, sampling)?
        };
        samples.push(node.reshape(found, &[&[1, shape[1]], &grid[1..=dimensions]].concat())?);
    }
    Ok(vec![joined(node, &samples, 0)?])
}

/// Adds the values of a sample at known places: `[channels, places]`.
fn by_matrix(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    shape: &[usize],
    grid: &[f64],
    sampling: Sampling,
) -> Result<EdgeId> {
    let dimensions = shape.len() - 2;
    let pixels: usize = shape[2..].iter().product();
    let mut matrix = Vec::new();
    for place in grid.chunks(dimensions) {
        let mut row = vec![1.0];
        for (axis, length) in shape[2..].iter().enumerate() {
            // The last number of a place is that of the first axis.
            let (factor, offset) = sampling.line(*length);
            let own = sampling.weights(place[dimensions - 1 - axis] * factor + offset, *length);
            row = row.iter().flat_map(|weight| own.iter().map(move |own| weight * own)).collect();
        }
        matrix.extend(row);
    }
    let places = grid.len() / dimensions;
    let matrix: ArrayD<f64> =
        array(&[places, pixels], matrix).ok_or_else(|| node.fail("its grid does not fit its input"))?;
    let planes = node.reshape(edge, &[shape[1], pixels])?;
    with_matrix(node, planes, &matrix)
}

/// Adds the values of a sample at places that depend on the input: `[channels, places]`.
fn by_weights(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    shape: &[usize],
    grid: EdgeId,
    sampling: Sampling,
) -> Result<EdgeId> {
    let dimensions = shape.len() - 2;
    let places = node.shape(grid)[0];
    // Axis by axis, the first one first, the channels at the end: `[places, axes that are left, channels]`.
    let order: Vec<usize> = (2..shape.len()).chain([1]).collect();
    let own = node.reshape(edge, &shape[1..])?;
    let own = node.transpose(own, &order.iter().map(|axis| axis - 1).collect::<Vec<_>>())?;
    let mut found: Option<EdgeId> = None;
    for (axis, length) in shape[2..].iter().enumerate() {
        let place = part(node, grid, 1, dimensions - 1 - axis, dimensions - axis)?;
        let weights = weights_of(node, place, *length, sampling)?;
        let rest: usize = shape[3 + axis..].iter().product::<usize>() * shape[1];
        found = Some(match found {
            None => {
                let table = node.reshape(own, &[*length, rest])?;
                mat_mul_edges(node, weights, table)?
            }
            Some(found) => {
                let table = node.reshape(found, &[places, *length, rest])?;
                let weights = node.reshape(weights, &[places, 1, *length])?;
                let product = mat_mul_edges(node, weights, table)?;
                node.reshape(product, &[places, rest])?
            }
        });
    }
    let Some(found) = found else {
        return Err(node.fail("its input has no axes"));
    };
    node.transpose(found, &[1, 0])
}

/// `AffineGrid`: the places of the pixels of a picture, moved by a matrix.
#[expect(clippy::cast_precision_loss, reason = "axes are far shorter than 2^52")]
pub(crate) fn affine_grid(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let size = node.ints(1, "size")?.unwrap_or_default();
    let align = node.attributes.int("align_corners", 0)? != 0;
    let lengths: Option<Vec<usize>> = size.iter().map(|length| usize::try_from(*length).ok()).collect();
    let lengths = lengths.filter(|lengths| (4..=5).contains(&lengths.len()) && elements(lengths).is_some());
    let Some(lengths) = lengths else {
        return Err(node.fail(&format!("`size` {size:?} is not that of pictures")));
    };
    let edge = node.edge(0)?;
    let dimensions = lengths.len() - 2;
    let axes = &lengths[2..];
    if node.shape(edge) != [lengths[0], dimensions, dimensions + 1] {
        let shape = node.shape(edge);
        return Err(node.fail(&format!("`theta` of shape {shape:?} does not fit `size` {size:?}")));
    }
    let count: usize = axes.iter().product();
    let along = |at: usize, length: usize| match (align, length) {
        (true, 1) => 0.0,
        (true, _) => 2.0 * at as f64 / (length as f64 - 1.0) - 1.0,
        (false, _) => (2.0 * at as f64 + 1.0) / length as f64 - 1.0,
    };
    let mut matrix = Vec::new();
    for place in 0..count {
        let mut rest = place;
        let mut row = Vec::new();
        for length in axes.iter().rev() {
            row.push(along(rest % length, *length));
            rest /= length;
        }
        row.push(1.0);
        matrix.extend(row);
    }
    let matrix = array(&[count, dimensions + 1], matrix).ok_or_else(|| node.fail("its size is too large"))?;
    let grid = with_matrix(node, edge, &matrix)?;
    let grid = node.transpose(grid, &[0, 2, 1])?;
    Ok(vec![node.reshape(grid, &[&lengths[..1], axes, &[dimensions]].concat())?])
}
