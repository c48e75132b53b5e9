//! `Resize` and `Upsample`: nearest neighbours by wiring, linear and cubic interpolation by sums with constant weights.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Resize.html>.

use ndarray::Axis;

use super::wiring::{Source, Wire, joined, positions};
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{elements, flat};

/// How an output's position is found in the input.
#[derive(Clone, Copy)]
enum Coordinates {
    HalfPixel,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    HalfPixelSymmetric,
    /// From a part of the input, in units of its length.
    Crop,
}

impl Coordinates {
    #[expect(clippy::cast_precision_loss, reason = "axes are far shorter than 2^52")]
    fn of(self, out: usize, output: usize, input: usize, scale: f64, crop: [f64; 2]) -> f64 {
        // The length before it is rounded.
        let length = input as f64 * scale;
        let at = out as f64;
        match self {
            Self::PytorchHalfPixel | Self::AlignCorners if output == 1 => 0.0,
            Self::HalfPixel | Self::PytorchHalfPixel => (at + 0.5) / scale - 0.5,
            Self::AlignCorners => at * (input as f64 - 1.0) / (length - 1.0),
            Self::Asymmetric => at / scale,
            Self::HalfPixelSymmetric => {
                let adjustment = output as f64 / length;
                input as f64 / 2.0 * (1.0 - adjustment) + (at + 0.5) / scale - 0.5
            }
            Self::Crop if output == 1 => f64::midpoint(crop[0], crop[1]) * (input as f64 - 1.0),
            Self::Crop => {
                let step = (crop[1] - crop[0]) / (output as f64 - 1.0);
                (crop[0] + at * step) * (input as f64 - 1.0)
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are between zero and the largest tensor's"
)]
pub(crate) fn resize(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let attributes = node.attributes;
    let is_resize = node.operator() == "Resize";
    let axes = match attributes.ints("axes")? {
        Some(axes) => axes.iter().map(|axis| node.axis(*axis, shape.len())).collect::<Result<Vec<_>>>()?,
        None => (0..shape.len()).collect(),
    };
    let (target, scales) = lengths(node, &shape, &axes)?;
    let default = if is_resize && node.opset >= 11 { "half_pixel" } else { "asymmetric" };
    let coordinates = match attributes.text("coordinate_transformation_mode")?.unwrap_or(default) {
        "half_pixel" => Coordinates::HalfPixel,
        "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
        "align_corners" => Coordinates::AlignCorners,
        "asymmetric" => Coordinates::Asymmetric,
        "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
        "tf_crop_and_resize" => Coordinates::Crop,
        other => {
            let expected = "half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric or tf_crop_and_resize";
            return Err(attributes.unsupported("coordinate_transformation_mode", other, expected));
        }
    };
    let mut crops = vec![[0.0, 1.0]; shape.len()];
    let is_crop = matches!(coordinates, Coordinates::Crop);
    if is_crop {
        let roi = flat(&node.constant(1, "roi")?);
        if roi.len() != 2 * axes.len() {
            return Err(node.fail(&format!("`roi` {roi:?} does not fit shape {shape:?}")));
        }
        for (number, axis) in axes.iter().enumerate() {
            crops[*axis] = [roi[number], roi[number + axes.len()]];
        }
    }
    let at =
        |axis: usize, out: usize| coordinates.of(out, target[axis], shape[axis], scales[axis], crops[axis]);
    let mode = attributes.text("mode")?.unwrap_or("nearest");
    let antialias = attributes.int("antialias", 0)? != 0;
    if mode == "cubic" || (mode == "linear" && (antialias || is_crop)) {
        let kernel = Kernel {
            is_cubic: mode == "cubic",
            a: attributes.float("cubic_coeff_a", -0.75)?,
            antialias,
            excludes: attributes.int("exclude_outside", 0)? != 0,
        };
        let outside = if is_crop { Some(attributes.float("extrapolation_value", 0.0)?) } else { None };
        let mut result = edge;
        for axis in (0..shape.len()).filter(|axis| is_crop || target[*axis] != shape[*axis]) {
            let rows: Vec<Row> = (0..target[axis])
                .map(|out| match outside {
                    Some(value) if !(0.0..=shape[axis] as f64 - 1.0).contains(&at(axis, out)) => {
                        Row::Constant(value)
                    }
                    _ => Row::Taps(kernel.taps(at(axis, out), shape[axis], scales[axis])),
                })
                .collect();
            result = by_rows(node, result, axis, &rows)?;
        }
        return Ok(vec![if result == edge { node.add(Op::Identity, &[edge])? } else { result }]);
    }
    match mode {
        "nearest" if is_crop => {
            let expected = "one of the others for the nearest values";
            Err(attributes.unsupported("coordinate_transformation_mode", "tf_crop_and_resize", expected))
        }
        "nearest" => {
            let default = if is_resize && node.opset >= 11 { "round_prefer_floor" } else { "floor" };
            let rounding = attributes.text("nearest_mode")?.unwrap_or(default).to_owned();
            let mut picked = positions(&shape);
            for axis in 0..shape.len() {
                let nearest = |out| {
                    let at = at(axis, out);
                    let near = match rounding.as_str() {
                        "floor" => at.floor(),
                        "ceil" => at.ceil(),
                        "round_prefer_ceil" => (at + 0.5).floor(),
                        _ => (at - 0.5).ceil(),
                    };
                    near.clamp(0.0, shape[axis] as f64 - 1.0) as usize
                };
                let list: Vec<usize> = (0..target[axis]).map(nearest).collect();
                picked = picked.select(Axis(axis), &list);
            }
            Ok(vec![node.add(Op::Wire(Wire::of(&picked)), &[edge])?])
        }
        "linear" => {
            let mut result = edge;
            for axis in (0..shape.len()).filter(|axis| target[*axis] != shape[*axis]) {
                let places: Vec<f64> =
                    (0..target[axis]).map(|out| at(axis, out).clamp(0.0, shape[axis] as f64 - 1.0)).collect();
                result = interpolated(node, result, axis, &places)?;
            }
            Ok(vec![if result == edge { node.add(Op::Identity, &[edge])? } else { result }])
        }
        other => Err(attributes.unsupported("mode", other, "nearest, linear or cubic")),
    }
}

/// Adds an edge interpolated at places along an axis: places with the same weights share a sum.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie on the axis")]
fn interpolated(node: &mut Lowering<'_>, edge: EdgeId, axis: usize, places: &[f64]) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let all = positions(&shape);
    let mut parts = Vec::new();
    // Where each place is found among the parts.
    let mut found = vec![0; places.len()];
    let mut count = 0;
    let weight = |place: f64| ((place - place.floor()) * 1e9).round() / 1e9;
    let mut weights: Vec<f64> = places.iter().map(|place| weight(*place)).collect();
    weights.sort_by(f64::total_cmp);
    weights.dedup();
    for upper in weights {
        let here: Vec<usize> = (0..places.len()).filter(|at| weight(places[*at]) == upper).collect();
        for (number, at) in here.iter().enumerate() {
            found[*at] = count + number;
        }
        count += here.len();
        let below: Vec<usize> = here.iter().map(|at| places[*at].floor() as usize).collect();
        let above: Vec<usize> = below.iter().map(|at| (at + 1).min(shape[axis] - 1)).collect();
        let low = node.add(Op::Wire(Wire::of(&all.select(Axis(axis), &below))), &[edge])?;
        if upper == 0.0 {
            parts.push(low);
            continue;
        }
        let high = node.add(Op::Wire(Wire::of(&all.select(Axis(axis), &above))), &[edge])?;
        parts.push(node.sum(&[(1.0 - upper, low), (upper, high)], 0.0)?);
    }
    let joined = super::wiring::joined(node, &parts, axis)?;
    let all = positions(node.shape(joined));
    node.add(Op::Wire(Wire::of(&all.select(Axis(axis), &found))), &[joined])
}

/// Returns the lengths of the output's axes and the factors between them and the input's.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are between zero and the largest tensor's"
)]
fn lengths(node: &Lowering<'_>, shape: &[usize], axes: &[usize]) -> Result<(Vec<usize>, Vec<f64>)> {
    let attributes = node.attributes;
    let scales_at = if node.operator() == "Resize" && node.opset >= 11 { 2 } else { 1 };
    let mut scales = vec![1.0; shape.len()];
    let mut target = shape.to_vec();
    let given = match node.optional(scales_at, "scales")?.filter(|scales| !scales.is_empty()) {
        Some(scales) => Some(scales.iter().copied().collect::<Vec<f64>>()),
        None => attributes.floats("scales")?,
    };
    if let Some(given) = given {
        if given.len() != axes.len() || given.iter().any(|scale| !(1e-3..=1e3).contains(scale)) {
            return Err(node.fail(&format!("`scales` {given:?} does not fit shape {shape:?}")));
        }
        for (axis, scale) in axes.iter().zip(&given) {
            scales[*axis] = *scale;
            target[*axis] = (shape[*axis] as f64 * scale).floor() as usize;
        }
    } else {
        let sizes = node.ints(3, "sizes")?.unwrap_or_default();
        if sizes.len() != axes.len() || sizes.iter().any(|size| *size < 1) {
            return Err(node.fail(&format!("`sizes` {sizes:?} does not fit shape {shape:?}")));
        }
        let ratios = axes.iter().zip(&sizes).map(|(axis, size)| *size as f64 / shape[*axis] as f64);
        let common = match attributes.text("keep_aspect_ratio_policy")?.unwrap_or("stretch") {
            "stretch" => None,
            "not_larger" => Some(ratios.fold(f64::INFINITY, f64::min)),
            "not_smaller" => Some(ratios.fold(0.0, f64::max)),
            other => {
                let expected = "stretch, not_larger or not_smaller";
                return Err(attributes.unsupported("keep_aspect_ratio_policy", other, expected));
            }
        };
        for (axis, size) in axes.iter().zip(&sizes) {
            let size = match common {
                Some(scale) => (scale * shape[*axis] as f64 + 0.5).floor(),
                None => *size as f64,
            };
            target[*axis] = size as usize;
            scales[*axis] = common.unwrap_or(size / shape[*axis] as f64);
        }
    }
    if elements(&target).is_none_or(|count| count == 0) {
        return Err(node.fail(&format!("its output has shape {target:?}")));
    }
    Ok((target, scales))
}

/// What an output is: a constant, or places of the input with weights.
enum Row {
    Constant(f64),
    Taps(Vec<(usize, f64)>),
}

/// Returns the weight of the cubic convolution at a distance.
pub(crate) fn cubic(distance: f64, a: f64) -> f64 {
    let x = distance.abs();
    if x <= 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a
    } else {
        0.0
    }
}

/// How values between those of the input are found.
struct Kernel {
    is_cubic: bool,
    a: f64,
    /// Whether it is stretched where there are fewer outputs than inputs.
    antialias: bool,
    /// Whether places outside have no weight, instead of the value at the edge.
    excludes: bool,
}

impl Kernel {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places are within a few steps of an axis, which is far shorter than 2^52"
    )]
    fn taps(&self, place: f64, length: usize, scale: f64) -> Vec<(usize, f64)> {
        let scale = if self.antialias { scale.min(1.0) } else { 1.0 };
        let reach = if self.is_cubic { 2.0 } else { 1.0 };
        let base = place.ceil() - 1.0;
        let first = (-reach / scale).floor() + 1.0;
        let count = (2.0 - 2.0 * first) as usize;
        let last = length as f64 - 1.0;
        let mut weights = vec![0.0; length];
        let mut total = 0.0;
        for tap in 0..count {
            let at = base + first + tap as f64;
            let distance = (at - place) * scale;
            let weight =
                if self.is_cubic { cubic(distance, self.a) } else { (1.0 - distance.abs()).max(0.0) };
            if self.excludes && !(0.0..=last).contains(&at) {
                continue;
            }
            weights[at.clamp(0.0, last) as usize] += weight;
            total += weight;
        }
        let weights = weights.into_iter().enumerate().filter(|(_, weight)| *weight != 0.0);
        weights.map(|(at, weight)| (at, weight / total)).collect()
    }
}

/// Adds an edge whose elements along an axis are sums with constant weights: those of the same weights share one.
fn by_rows(node: &mut Lowering<'_>, edge: EdgeId, axis: usize, rows: &[Row]) -> Result<EdgeId> {
    let rounded = |weight: f64| (weight * 1e9).round() / 1e9;
    let all = positions(node.shape(edge));
    let mut groups: Vec<(Vec<f64>, Vec<usize>)> = Vec::new();
    for (out, row) in rows.iter().enumerate() {
        let Row::Taps(taps) = row else { continue };
        let weights: Vec<f64> = taps.iter().map(|(_, weight)| rounded(*weight)).collect();
        match groups.iter_mut().find(|(known, _)| *known == weights) {
            Some((_, outs)) => outs.push(out),
            None => groups.push((weights, vec![out])),
        }
    }
    let mut parts = Vec::new();
    let mut found: Vec<Option<usize>> = vec![None; rows.len()];
    let mut count = 0;
    for (weights, outs) in groups {
        let mut terms = Vec::new();
        for (tap, weight) in weights.iter().enumerate() {
            let places: Vec<usize> = outs
                .iter()
                .filter_map(|out| if let Row::Taps(taps) = &rows[*out] { Some(taps[tap].0) } else { None })
                .collect();
            let wire = Wire::of(&all.select(Axis(axis), &places));
            terms.push((*weight, node.add(Op::Wire(wire), &[edge])?));
        }
        for out in outs {
            found[out] = Some(count);
            count += 1;
        }
        parts.push(match terms[..] {
            [(1.0, only)] => only,
            _ => node.sum(&terms, 0.0)?,
        });
    }
    let mut shape = node.shape(edge).to_vec();
    shape[axis] = rows.len();
    let whole = if parts.is_empty() { edge } else { joined(node, &parts, axis)? };
    let from = positions(node.shape(whole));
    let sources = ndarray::ArrayD::from_shape_fn(ndarray::IxDyn(&shape), |at| {
        let mut place = ndarray::Dimension::slice(&at).to_vec();
        match (&rows[place[axis]], found[place[axis]]) {
            (Row::Constant(value), _) => Source::Constant(*value),
            (Row::Taps(_), number) => {
                place[axis] = number.unwrap_or(0);
                Source::Element(0, from[ndarray::IxDyn(&place)])
            }
        }
    });
    let sources: Vec<Source> = sources.iter().copied().collect();
    node.add(Op::Wire(Wire { shape, sources }), &[whole])
}
