//! `MaxPool`, `AveragePool` and `GlobalAveragePool` in two dimensions.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__MaxPool.html>, <https://onnx.ai/onnx/operators/onnx__AveragePool.html>.

use ndarray::ArrayD;

use super::Attributes;
use crate::error::Result;
use crate::tensor::flat;

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

pub(crate) fn parse_max(attributes: &Attributes<'_>, shape: &[usize]) -> Result<MaxPool> {
    Ok(MaxPool { window: window(attributes, shape)? })
}

pub(crate) fn parse_average(attributes: &Attributes<'_>, shape: &[usize]) -> Result<AveragePool> {
    let window = window(attributes, shape)?;
    if window.pads != [0; 4] && attributes.int("count_include_pad", 0)? == 0 {
        return Err(attributes.unsupported("count_include_pad", 0, "1 with padding"));
    }
    Ok(AveragePool { window })
}

pub(crate) fn parse_global(attributes: &Attributes<'_>, shape: &[usize]) -> Result<AveragePool> {
    let &[_, _, height, width] = shape else {
        return Err(
            attributes.fail(&format!("its input has shape {shape:?}, expected [1, channels, height, width]"))
        );
    };
    Ok(AveragePool { window: Window { kernel: [height, width], strides: [1, 1], pads: [0; 4] } })
}

fn window(attributes: &Attributes<'_>, shape: &[usize]) -> Result<Window> {
    let &[_, _, height, width] = shape else {
        return Err(
            attributes.fail(&format!("its input has shape {shape:?}, expected [1, channels, height, width]"))
        );
    };
    if attributes.int("ceil_mode", 0)? != 0 {
        return Err(attributes.unsupported("ceil_mode", 1, "0"));
    }
    if attributes.ints("kernel_shape")?.is_none() {
        return Err(attributes.fail("`kernel_shape` is missing"));
    }
    let dilations = attributes.lengths("dilations", 2, 1, 1)?;
    if dilations != [1, 1] {
        return Err(attributes.unsupported("dilations", format!("{dilations:?}"), "[1, 1]"));
    }
    let pair = |values: Vec<usize>| [values[0], values[1]];
    let kernel = pair(attributes.lengths("kernel_shape", 2, 1, 1)?);
    let strides = pair(attributes.lengths("strides", 2, 1, 1)?);
    let pads = paddings(attributes, [height, width], kernel, strides)?;
    if (0..4).any(|side| pads[side] >= kernel[side % 2]) {
        return Err(attributes.unsupported("pads", format!("{pads:?}"), "less than the kernel"));
    }
    Ok(Window { kernel, strides, pads })
}

/// Returns the padding at top, left, bottom and right, from `pads` or `auto_pad`.
pub(super) fn paddings(
    attributes: &Attributes<'_>,
    input: [usize; 2],
    reach: [usize; 2],
    strides: [usize; 2],
) -> Result<[usize; 4]> {
    let same = |upper: bool| {
        let mut pads = [0; 4];
        for axis in 0..2 {
            let output = input[axis].div_ceil(strides[axis]);
            let total = (output.max(1) - 1) * strides[axis] + reach[axis];
            let total = total.saturating_sub(input[axis]);
            let (before, after) =
                if upper { (total / 2, total.div_ceil(2)) } else { (total.div_ceil(2), total / 2) };
            (pads[axis], pads[axis + 2]) = (before, after);
        }
        pads
    };
    match attributes.text("auto_pad")? {
        None | Some("NOTSET") => {
            let pads = attributes.lengths("pads", 4, 0, 0)?;
            Ok([pads[0], pads[1], pads[2], pads[3]])
        }
        Some("VALID") => Ok([0; 4]),
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
