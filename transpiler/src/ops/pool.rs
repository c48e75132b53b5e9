//! Windows: `MaxPool`, `AveragePool`, `LpPool` and their global forms.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__MaxPool.html>, <https://onnx.ai/onnx/operators/onnx__AveragePool.html>.

use ndarray::ArrayD;

use super::reduce::{Rows, mean_of, power_norm};
use super::wiring::{Source, Wire};
use super::{Attributes, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{elements, flat};

/// A window that moves over height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height and width.
    pub kernel: [usize; 2],
    /// Down and across.
    pub strides: [usize; 2],
    /// Top, left, bottom, right.
    pub pads: [usize; 4],
}

/// The largest value of each window; positions outside the input do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// The window.
    pub window: Window,
}

/// The mean of each window; positions outside the input count as zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AveragePool {
    /// The window.
    pub window: Window,
}

/// A window in any number of dimensions, as the attributes give it.
struct Windows {
    /// The lengths of the axes behind batch and channels.
    input: Vec<usize>,
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    before: Vec<usize>,
    after: Vec<usize>,
    output: Vec<usize>,
}

/// `MaxPool`, `AveragePool`, `LpPool`.
pub(crate) fn pool(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let windows = windows(node, edge)?;
    if node.attributes.node.outputs.get(1).is_some_and(|output| !output.is_empty()) {
        return with_indices(node, edge, &windows);
    }
    let counts_pads = node.operator() == "AveragePool" && node.attributes.int("count_include_pad", 0)? != 0;
    let exceeds = (0..windows.input.len()).any(|axis| {
        // `ceil_mode` may let the last window reach over the padding.
        (windows.output[axis] - 1) * windows.strides[axis] + windows.kernel[axis]
            > windows.input[axis] + windows.before[axis] + windows.after[axis]
    });
    let is_padded = exceeds || windows.before.iter().chain(&windows.after).any(|pads| *pads > 0);
    let is_plain = windows.input.len() == 2 && windows.dilations == [1, 1] && !exceeds;
    let fits = (0..windows.input.len())
        .all(|axis| windows.before[axis].max(windows.after[axis]) < windows.kernel[axis]);
    if is_plain && fits {
        let window = Window {
            kernel: [windows.kernel[0], windows.kernel[1]],
            strides: [windows.strides[0], windows.strides[1]],
            pads: [windows.before[0], windows.before[1], windows.after[0], windows.after[1]],
        };
        let op = match node.operator() {
            "MaxPool" => Some(Op::MaxPool(MaxPool { window })),
            "AveragePool" if !is_padded || counts_pads => Some(Op::AveragePool(AveragePool { window })),
            _ => None,
        };
        if let Some(op) = op {
            return Ok(vec![over_planes(node, edge, op)?]);
        }
    }
    let result = gathered(node, edge, &windows, counts_pads)?;
    Ok(vec![result])
}

/// `GlobalAveragePool`, `GlobalMaxPool`, `GlobalLpPool`.
pub(crate) fn global(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    if shape.len() < 3 {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected at least three axes")));
    }
    if let ("GlobalAveragePool", [_, _, height, width]) = (node.operator(), &shape[..]) {
        let window = Window { kernel: [*height, *width], strides: [1, 1], pads: [0; 4] };
        return Ok(vec![over_planes(node, edge, Op::AveragePool(AveragePool { window }))?]);
    }
    let axes: Vec<usize> = (2..shape.len()).collect();
    let rows = Rows::over(&shape, 2, shape.len(), true);
    let result = match node.operator() {
        "GlobalAveragePool" => mean_of(node, edge, &axes, true)?,
        "GlobalMaxPool" => node.add(Op::ReduceMax(rows), &[edge])?,
        _ => {
            let p = node.attributes.int("p", 2)?;
            power_norm(node, edge, &axes, true, p)?
        }
    };
    Ok(vec![result])
}

/// Adds an operator of planes; those of all samples lie side by side.
fn over_planes(node: &mut Lowering<'_>, edge: EdgeId, op: Op) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let side_by_side = node.reshape(edge, &[1, shape[0] * shape[1], shape[2], shape[3]])?;
    let result = node.add(op, &[side_by_side])?;
    let &[_, _, height, width] = node.shape(result) else {
        return Err(node.fail("its output does not have planes"));
    };
    node.reshape(result, &[shape[0], shape[1], height, width])
}

fn windows(node: &Lowering<'_>, edge: EdgeId) -> Result<Windows> {
    let shape = node.shape(edge);
    let dimensions = shape.len().saturating_sub(2);
    if !(1..=3).contains(&dimensions) {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected one to three dimensions")));
    }
    let input = shape[2..].to_vec();
    let attributes = node.attributes;
    if attributes.ints("kernel_shape")?.is_none() {
        return Err(node.fail("`kernel_shape` is missing"));
    }
    let kernel = attributes.lengths("kernel_shape", dimensions, 1, 1)?;
    let strides = attributes.lengths("strides", dimensions, 1, 1)?;
    let dilations = attributes.lengths("dilations", dimensions, 1, 1)?;
    let reach: Vec<usize> =
        kernel.iter().zip(&dilations).map(|(kernel, dilation)| (kernel - 1) * dilation + 1).collect();
    let pads = pads_of(attributes, &input, &reach, &strides)?;
    let (before, after) = (pads[..dimensions].to_vec(), pads[dimensions..].to_vec());
    let ceil = attributes.int("ceil_mode", 0)? != 0;
    let mut output = Vec::new();
    for axis in 0..dimensions {
        let Some(rest) = (input[axis] + before[axis] + after[axis]).checked_sub(reach[axis]) else {
            return Err(node
                .fail(&format!("the window is larger than the input of shape {shape:?} with its padding")));
        };
        let mut length = if ceil { rest.div_ceil(strides[axis]) } else { rest / strides[axis] } + 1;
        // A window that would start in the padding behind is left out.
        if ceil && (length - 1) * strides[axis] >= input[axis] + before[axis] {
            length -= 1;
        }
        output.push(length);
    }
    Ok(Windows { input, kernel, strides, dilations, before, after, output })
}

/// Adds the windows as rows, and what becomes of each row.
fn gathered(node: &mut Lowering<'_>, edge: EdgeId, windows: &Windows, counts_pads: bool) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let area: usize = windows.kernel.iter().product();
    let planes: usize = shape[..2].iter().product();
    let count = elements(&windows.output).and_then(|count| elements(&[count, planes, area]));
    if count.is_none() {
        return Err(node.fail("its windows have too many values"));
    }
    let plane: usize = windows.input.iter().product();
    let outputs: usize = windows.output.iter().product();
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut sizes = Vec::new();
    for out in 0..outputs {
        let (row, size) = windows.positions(out);
        if row.is_empty() {
            return Err(node.fail("a window lies in the padding alone"));
        }
        sizes.push(if counts_pads { size } else { row.len() });
        rows.push(row);
    }
    // Means of windows of different sizes repeat the values, so that all rows are of one length.
    let is_max = node.operator() == "MaxPool";
    let is_mean = node.operator() == "AveragePool";
    let common = sizes.iter().fold(1, |common, size| num_integer::lcm(common, *size));
    let length = if is_mean { common } else { area };
    if elements(&[outputs, planes, length]).is_none() {
        return Err(node.fail("its windows have too many values"));
    }
    let mut sources = Vec::with_capacity(planes * outputs * length);
    for at in 0..planes {
        for (row, size) in rows.iter().zip(&sizes) {
            let element = |position: &usize| Source::Element(0, at * plane + position);
            let repeat = if is_mean { common / size } else { 1 };
            let values = row.iter().flat_map(|position| std::iter::repeat_n(element(position), repeat));
            let fill = if is_max { element(&row[0]) } else { Source::Constant(0.0) };
            sources.extend(values.chain(std::iter::repeat(fill)).take(length));
        }
    }
    let mut wide = shape[..2].to_vec();
    wide.extend(&windows.output);
    wide.push(length);
    let last = wide.len() - 1;
    let rows = node.add(Op::Wire(Wire { shape: wide.clone(), sources }), &[edge])?;
    match node.operator() {
        "MaxPool" => node.add(Op::ReduceMax(Rows::over(&wide, last, last + 1, false)), &[rows]),
        "AveragePool" => mean_of(node, rows, &[last], false),
        _ => {
            let p = node.attributes.int("p", 2)?;
            power_norm(node, rows, &[last], false, p)
        }
    }
}

/// `MaxPool` with the places of the largest values, the first ones of equal ones.
fn with_indices(node: &mut Lowering<'_>, edge: EdgeId, windows: &Windows) -> Result<Vec<EdgeId>> {
    let shape = node.shape(edge).to_vec();
    let is_column_major = node.attributes.int("storage_order", 0)? != 0;
    let area: usize = windows.kernel.iter().product();
    let planes: usize = shape[..2].iter().product();
    let plane: usize = windows.input.iter().product();
    let outputs: usize = windows.output.iter().product();
    if elements(&[outputs, planes, area]).is_none() {
        return Err(node.fail("its windows have too many values"));
    }
    let number = |position: usize| match windows.input[..] {
        // Of the last two axes the first one runs first.
        [.., height, width] if is_column_major => {
            let inside = position % (height * width);
            position - inside + inside % width * height + inside / width
        }
        _ => position,
    };
    let (mut sources, mut numbers) = (Vec::new(), Vec::new());
    for at in 0..planes {
        for out in 0..outputs {
            let (row, _) = windows.positions(out);
            let Some(first) = row.first().copied() else {
                return Err(node.fail("a window lies in the padding alone"));
            };
            for position in row.iter().copied().chain(std::iter::repeat(first)).take(area) {
                sources.push(Source::Element(0, at * plane + position));
                #[expect(clippy::cast_precision_loss, reason = "positions are far below 2^52")]
                numbers.push(Source::Constant((at * plane + number(position)) as f64));
            }
        }
    }
    let mut wide = [&shape[..2], &windows.output].concat();
    wide.push(area);
    let last = wide.len() - 1;
    let rows = node.add(Op::Wire(Wire { shape: wide.clone(), sources }), &[edge])?;
    let view = Rows::over(&wide, last, last + 1, false);
    let largest = node.add(Op::ReduceMax(view.clone()), &[rows])?;
    let numbers = node.add(Op::Wire(Wire { shape: wide.clone(), sources: numbers }), &[])?;
    if area == 1 {
        return Ok(vec![largest, node.reshape(numbers, &wide[..last])?]);
    }
    let at = node.add(Op::ArgMax(view), &[rows])?;
    let bits = node.add(Op::OneHot(area), &[at])?;
    let chosen = node.mul(bits, numbers)?;
    Ok(vec![largest, super::reduce::sum_over(node, chosen, &[last], false)?])
}

impl Windows {
    /// Returns the positions in a plane that a window has, and how many it would have with the padding.
    fn positions(&self, out: usize) -> (Vec<usize>, usize) {
        let dimensions = self.input.len();
        let area: usize = self.kernel.iter().product();
        let mut found = Vec::new();
        let mut with_pads = 0;
        for inside in 0..area {
            let (mut rest_out, mut rest_in) = (out, inside);
            let mut at = vec![0usize; dimensions];
            for axis in (0..dimensions).rev() {
                at[axis] = rest_out % self.output[axis] * self.strides[axis]
                    + rest_in % self.kernel[axis] * self.dilations[axis];
                rest_out /= self.output[axis];
                rest_in /= self.kernel[axis];
            }
            let padded = (0..dimensions)
                .all(|axis| at[axis] < self.input[axis] + self.before[axis] + self.after[axis]);
            with_pads += usize::from(padded);
            let mut position = Some(0);
            for axis in 0..dimensions {
                let inside = at[axis].checked_sub(self.before[axis]).filter(|at| *at < self.input[axis]);
                position = position.zip(inside).map(|(position, at)| position * self.input[axis] + at);
            }
            found.extend(position);
        }
        (found, with_pads)
    }
}

/// Returns the padding at top, left, bottom and right, from `pads` or `auto_pad`; of one dimension, left and right.
pub(super) fn paddings(
    attributes: Attributes<'_>,
    input: [usize; 2],
    reach: [usize; 2],
    strides: [usize; 2],
    dimensions: usize,
) -> Result<[usize; 4]> {
    let from = 2 - dimensions;
    let pads = pads_of(attributes, &input[from..], &reach[from..], &strides[from..])?;
    Ok(if dimensions == 2 { [pads[0], pads[1], pads[2], pads[3]] } else { [0, pads[0], 0, pads[1]] })
}

/// Returns the padding before each axis, then behind each, from `pads` or `auto_pad`.
fn pads_of(
    attributes: Attributes<'_>,
    input: &[usize],
    reach: &[usize],
    strides: &[usize],
) -> Result<Vec<usize>> {
    let dimensions = input.len();
    let same = |upper: bool| {
        let mut pads = vec![0; 2 * dimensions];
        for axis in 0..dimensions {
            let output = input[axis].div_ceil(strides[axis]);
            let total = (output.max(1) - 1) * strides[axis] + reach[axis];
            let total = total.saturating_sub(input[axis]);
            let (before, after) =
                if upper { (total / 2, total.div_ceil(2)) } else { (total.div_ceil(2), total / 2) };
            (pads[axis], pads[axis + dimensions]) = (before, after);
        }
        pads
    };
    match attributes.text("auto_pad")? {
        None | Some("NOTSET") => attributes.lengths("pads", 2 * dimensions, 0, 0),
        Some("VALID") => Ok(vec![0; 2 * dimensions]),
        Some("SAME_UPPER") => Ok(same(true)),
        Some("SAME_LOWER") => Ok(same(false)),
        Some(other) => {
            Err(attributes.unsupported("auto_pad", other, "NOTSET, VALID, SAME_UPPER or SAME_LOWER"))
        }
    }
}

impl Window {
    /// Returns the number of values that a window holds, those outside the input included.
    pub fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    pub(crate) fn output_shape(&self, input: &[usize]) -> std::result::Result<Vec<usize>, String> {
        let &[batch, channels, height, width] = input else {
            return Err(format!("input shape {input:?} does not have four axes"));
        };
        let [top, left, bottom, right] = self.pads;
        let length = |length: usize, axis: usize| {
            length.checked_sub(self.kernel[axis]).map(|rest| rest / self.strides[axis] + 1)
        };
        match (length(height + top + bottom, 0), length(width + left + right, 1)) {
            (Some(height), Some(width)) => Ok(vec![batch, channels, height, width]),
            _ => Err(format!("the window is larger than the input of shape {input:?} with its padding")),
        }
    }

    /// Calls `visit` with the positions of the inputs of every output, in the order of the outputs.
    pub(crate) fn for_each_output(&self, input: [usize; 3], mut visit: impl FnMut(&[usize])) {
        let [channels, height, width] = input;
        let shape = self.output_shape(&[1, channels, height, width]).unwrap_or_else(|_| vec![0; 4]);
        let mut positions = Vec::with_capacity(self.area());
        for c in 0..channels {
            for y in 0..shape[2] {
                for x in 0..shape[3] {
                    positions.clear();
                    for i in 0..self.kernel[0] {
                        for j in 0..self.kernel[1] {
                            let row = (y * self.strides[0] + i)
                                .checked_sub(self.pads[0])
                                .filter(|row| *row < height);
                            let column = (x * self.strides[1] + j)
                                .checked_sub(self.pads[1])
                                .filter(|column| *column < width);
                            if let (Some(row), Some(column)) = (row, column) {
                                positions.push((c * height + row) * width + column);
                            }
                        }
                    }
                    visit(&positions);
                }
            }
        }
    }

    fn eval(&self, input: &ArrayD<f64>, reduce: impl Fn(&mut dyn Iterator<Item = f64>) -> f64) -> Vec<f64> {
        let values = flat(input);
        let mut result = Vec::new();
        self.for_each_output([input.shape()[1], input.shape()[2], input.shape()[3]], |positions| {
            result.push(reduce(&mut positions.iter().map(|position| values[*position])));
        });
        result
    }
}

impl MaxPool {
    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        self.window.eval(input, |values| values.fold(f64::NEG_INFINITY, f64::max))
    }
}

impl AveragePool {
    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a window is far smaller than 2^52")]
        let area = self.window.area() as f64;
        self.window.eval(input, |values| values.sum::<f64>() / area)
    }
}
