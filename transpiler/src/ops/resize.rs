//! `Resize` and `Upsample`: nearest neighbours by wiring, linear interpolation by sums with constant weights.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Resize.html>.

use ndarray::Axis;

use super::wiring::{Wire, positions};
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::elements;

/// How an output's position is found in the input.
#[derive(Clone, Copy)]
enum Coordinates {
    HalfPixel,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
}

impl Coordinates {
    #[expect(clippy::cast_precision_loss, reason = "axes are far shorter than 2^52")]
    fn of(self, out: usize, output: usize, input: usize, scale: f64) -> f64 {
        // The length before it is rounded.
        let length = input as f64 * scale;
        let at = out as f64;
        match self {
            Self::PytorchHalfPixel | Self::AlignCorners if output == 1 => 0.0,
            Self::HalfPixel | Self::PytorchHalfPixel => (at + 0.5) / scale - 0.5,
            Self::AlignCorners => at * (input as f64 - 1.0) / (length - 1.0),
            Self::Asymmetric => at / scale,
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
    let scales_at = if is_resize && node.opset >= 11 { 2 } else { 1 };
    let axes = match attributes.ints("axes")? {
        Some(axes) => axes.iter().map(|axis| node.axis(*axis, shape.len())).collect::<Result<Vec<_>>>()?,
        None => (0..shape.len()).collect(),
    };
    let mut scales = vec![1.0; shape.len()];
    let mut target = shape.clone();
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
        if attributes.text("keep_aspect_ratio_policy")?.is_some_and(|policy| policy != "stretch") {
            return Err(node.fail("`keep_aspect_ratio_policy` is not supported, expected stretch"));
        }
        for (axis, size) in axes.iter().zip(&sizes) {
            target[*axis] = usize::try_from(*size).unwrap_or(0);
            scales[*axis] = target[*axis] as f64 / shape[*axis] as f64;
        }
    }
    if elements(&target).is_none_or(|count| count == 0) {
        return Err(node.fail(&format!("its output has shape {target:?}")));
    }
    let default = if is_resize && node.opset >= 11 { "half_pixel" } else { "asymmetric" };
    let coordinates = match attributes.text("coordinate_transformation_mode")?.unwrap_or(default) {
        "half_pixel" => Coordinates::HalfPixel,
        "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
        "align_corners" => Coordinates::AlignCorners,
        "asymmetric" => Coordinates::Asymmetric,
        other => {
            let expected = "half_pixel, pytorch_half_pixel, align_corners or asymmetric";
            return Err(attributes.unsupported("coordinate_transformation_mode", other, expected));
        }
    };
    if attributes.int("antialias", 0)? != 0 {
        return Err(attributes.unsupported("antialias", 1, "0"));
    }
    let at = |axis: usize, out: usize| coordinates.of(out, target[axis], shape[axis], scales[axis]);
    match attributes.text("mode")?.unwrap_or("nearest") {
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
        other => Err(attributes.unsupported("mode", other, "nearest or linear")),
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
