//! Convolutions and pools, in one dimension and two.

use ndarray::{ArrayD, IxDyn};

use super::activation::apply_configured;
use super::builder::{Builder, Operator, Value, int, op};
use super::config::Layer;
use super::custom::scaled;
use crate::error::Result;
use crate::onnx::Attribute;
use crate::tensor::array;

/// Strides, dilations and the places that padding adds.
struct Window {
    /// Lengths of the value, batch and channels first.
    stored: Vec<usize>,
    order: Vec<usize>,
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Window {
    fn read(layer: &Layer<'_>, value: &Value, places: usize, kernel: &str) -> Result<Self> {
        let order = layer.channels_first_order(ranked(layer, value, places)?)?;
        let shape = value.shape();
        let stored: Vec<usize> = order.iter().map(|axis| shape[*axis]).collect();
        let kernel =
            layer.sizes(kernel, places)?.ok_or_else(|| layer.fail(format!("`{kernel}` is missing")))?;
        let default = if layer.class.contains("Pooling") { kernel.clone() } else { vec![1; places] };
        let strides = layer.sizes("strides", places)?.unwrap_or(default);
        let dilations = layer.sizes("dilation_rate", places)?.unwrap_or_else(|| vec![1; places]);
        let (before, after) = (vec![0; places], vec![0; places]);
        Ok(Self { stored, order, kernel, strides, dilations, before, after })
    }

    /// Returns the lengths of the input's axes without batch and channels.
    fn places(&self) -> &[usize] {
        &self.stored[2..]
    }

    /// Returns how far the kernel reaches on an axis.
    fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1).saturating_mul(self.dilations[axis]).saturating_add(1)
    }

    fn pad(&mut self, layer: &Layer<'_>) -> Result<()> {
        let padding = layer.text("padding", "valid")?;
        for axis in 0..self.kernel.len() {
            let (length, reach, stride) = (self.places()[axis], self.reach(axis), self.strides[axis]);
            let total = match padding.to_ascii_lowercase().as_str() {
                "valid" => 0,
                "same" => ((length.div_ceil(stride).max(1) - 1) * stride)
                    .saturating_add(reach)
                    .saturating_sub(length),
                "causal" if self.kernel.len() == 1 => reach - 1,
                _ => return Err(layer.fail(format!("`padding` `{padding}` is not supported"))),
            };
            let is_causal = padding.eq_ignore_ascii_case("causal");
            self.before[axis] = if is_causal { total } else { total / 2 };
            self.after[axis] = total - self.before[axis];
        }
        Ok(())
    }

    fn output(&self, layer: &Layer<'_>, channels: usize) -> Result<Vec<usize>> {
        let mut stored = vec![self.stored[0], channels];
        for (axis, length) in self.places().iter().enumerate() {
            let padded = length.saturating_add(self.before[axis]).saturating_add(self.after[axis]);
            let Some(steps) = padded.checked_sub(self.reach(axis)) else {
                let reach = self.reach(axis);
                return Err(
                    layer.fail(format!("the kernel reaches over {reach} places, the input has {padded}"))
                );
            };
            stored.push(steps / self.strides[axis] + 1);
        }
        Ok(stored)
    }

    fn operator(&self, name: &'static str) -> Operator {
        let pads: Vec<usize> = self.before.iter().chain(&self.after).copied().collect();
        let operator =
            op(name).sizes("kernel_shape", &self.kernel).sizes("strides", &self.strides).sizes("pads", &pads);
        if self.dilations.iter().all(|dilation| *dilation == 1) {
            operator
        } else {
            operator.sizes("dilations", &self.dilations)
        }
    }
}

fn ranked(layer: &Layer<'_>, value: &Value, places: usize) -> Result<usize> {
    if value.rank() == places + 2 {
        return Ok(value.rank());
    }
    let expected = places + 2;
    Err(layer.fail(format!("its input has {} axes, expected {expected}", value.rank())))
}

/// Returns an array with its axes in another order.
fn arranged(array: ArrayD<f64>, order: &[usize]) -> ArrayD<f64> {
    array.permuted_axes(order.to_vec()).as_standard_layout().into_owned()
}

fn to_shape(layer: &Layer<'_>, values: &ArrayD<f64>, shape: &[usize]) -> Result<ArrayD<f64>> {
    array(shape, values.iter().copied().collect()).ok_or_else(|| layer.fail("has weights of another shape"))
}

/// `Conv1D`, `Conv2D`.
pub(super) fn conv(builder: &mut Builder, layer: &Layer<'_>, value: &Value, places: usize) -> Result<Value> {
    let mut window = Window::read(layer, value, places, "kernel_size")?;
    window.pad(layer)?;
    let (filters, channels) = (layer.size("filters")?, window.stored[1]);
    let groups = layer.sizes("groups", 1)?.map_or(1, |groups| groups[0]);
    if channels % groups != 0 || filters % groups != 0 {
        return Err(
            layer.fail(format!("{groups} groups do not divide {channels} channels and {filters} filters"))
        );
    }
    let shape = [window.kernel.as_slice(), &[channels / groups, filters]].concat();
    let (kernel, bias) = kernel_and_bias(layer, &[("kernel", &shape)], filters)?;
    // Keras: places, inputs, filters. ONNX: filters, inputs, places.
    let order: Vec<usize> = [places + 1, places].into_iter().chain(0..places).collect();
    let kernel = arranged(kernel.into_iter().next().unwrap_or_default(), &order);
    let result = convolve(builder, layer, value, &window, ("kernel", kernel), bias, groups)?;
    apply_configured(builder, layer, "activation", &result)
}

/// `DepthwiseConv1D`, `DepthwiseConv2D`.
pub(super) fn depthwise(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let mut window = Window::read(layer, value, places, "kernel_size")?;
    window.pad(layer)?;
    let (channels, multiplier) = (window.stored[1], multiplier(layer)?);
    let shape = [window.kernel.as_slice(), &[channels, multiplier]].concat();
    let outputs = channels.saturating_mul(multiplier);
    let (kernel, bias) = kernel_and_bias(layer, &[("kernel|depthwise_kernel", &shape)], outputs)?;
    let kernel = depthwise_kernel(layer, kernel.into_iter().next().unwrap_or_default(), outputs)?;
    let result = convolve(builder, layer, value, &window, ("kernel", kernel), bias, channels)?;
    apply_configured(builder, layer, "activation", &result)
}

/// `SeparableConv1D`, `SeparableConv2D`.
pub(super) fn separable(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let mut window = Window::read(layer, value, places, "kernel_size")?;
    window.pad(layer)?;
    let (channels, multiplier, filters) = (window.stored[1], multiplier(layer)?, layer.size("filters")?);
    let inner = channels.saturating_mul(multiplier);
    let depthwise = [window.kernel.as_slice(), &[channels, multiplier]].concat();
    let pointwise = [vec![1; places].as_slice(), &[inner, filters]].concat();
    let expected = [("depthwise_kernel", depthwise.as_slice()), ("pointwise_kernel", pointwise.as_slice())];
    let (kernels, bias) = kernel_and_bias(layer, &expected, filters)?;
    let mut kernels = kernels.into_iter();
    let depthwise = depthwise_kernel(layer, kernels.next().unwrap_or_default(), inner)?;
    let order: Vec<usize> = [places + 1, places].into_iter().chain(0..places).collect();
    let pointwise = arranged(kernels.next().unwrap_or_default(), &order);
    let value = convolve(builder, layer, value, &window, ("depthwise_kernel", depthwise), None, channels)?;
    let shape = value.shape();
    let window = Window {
        stored: window.order.iter().map(|axis| shape[*axis]).collect(),
        order: window.order,
        kernel: vec![1; places],
        strides: vec![1; places],
        dilations: vec![1; places],
        before: vec![0; places],
        after: vec![0; places],
    };
    let result = convolve(builder, layer, &value, &window, ("pointwise_kernel", pointwise), bias, 1)?;
    apply_configured(builder, layer, "activation", &result)
}

/// `Conv1DTranspose`, `Conv2DTranspose`.
pub(super) fn transposed(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let mut window = Window::read(layer, value, places, "kernel_size")?;
    if let Some(padding) = layer.get("output_padding") {
        return Err(layer.unexpected("output_padding", padding, "none"));
    }
    let is_same = layer.text("padding", "valid")?.eq_ignore_ascii_case("same");
    let (filters, channels) = (layer.size("filters")?, window.stored[1]);
    let mut stored = vec![window.stored[0], filters];
    let mut added = Vec::new();
    for axis in 0..places {
        let (reach, stride) = (window.reach(axis), window.strides[axis]);
        let total = if is_same { reach.saturating_sub(stride) } else { 0 };
        window.before[axis] = total / 2;
        window.after[axis] = total - total / 2;
        added.push(stride.saturating_sub(reach));
        let full = window.places()[axis].saturating_mul(stride);
        stored.push(full.saturating_add(if is_same { 0 } else { reach.saturating_sub(stride) }));
    }
    let shape = [window.kernel.as_slice(), &[filters, channels]].concat();
    let (kernel, bias) = kernel_and_bias(layer, &[("kernel", &shape)], filters)?;
    let order: Vec<usize> = [places + 1, places].into_iter().chain(0..places).collect();
    let kernel = builder.floats("kernel", arranged(kernel.into_iter().next().unwrap_or_default(), &order));
    let name = builder.arrange(value, &window.order);
    let mut inputs = vec![name.as_str(), &kernel];
    let bias = bias.map(|bias| builder.floats("bias", bias));
    inputs.extend(bias.as_deref());
    let operator = window.operator("ConvTranspose").sizes("output_padding", &added);
    let name = builder.node(operator, &inputs);
    let result = builder.value(name, stored, &window.order)?;
    apply_configured(builder, layer, "activation", &result)
}

/// The cell of `ConvLSTM1D` and its kin, whose gates are convolutions.
pub(super) struct Recurrence<'a> {
    layer: Layer<'a>,
    places: usize,
    filters: usize,
    kernel: ArrayD<f64>,
    recurrent: ArrayD<f64>,
    bias: Option<ArrayD<f64>>,
}

impl<'a> Recurrence<'a> {
    /// Reads a cell for inputs of a shape.
    pub(super) fn read(layer: Layer<'a>, shape: &[usize]) -> Result<Self> {
        let places = shape.len().saturating_sub(2);
        let dimensions = layer.class.chars().rev().nth(1).and_then(|digit| digit.to_digit(10));
        if places == 0 || dimensions.is_none_or(|count| usize::try_from(count) != Ok(places)) {
            return Err(layer.fail(format!("its input has {} axes at each step", shape.len())));
        }
        let order = layer.channels_first_order(places + 2)?;
        let (channels, filters) = (shape[order[1]], layer.size("filters")?);
        let size = layer.sizes("kernel_size", places)?;
        let size = size.ok_or_else(|| layer.fail("`kernel_size` is missing"))?;
        let gates = filters.saturating_mul(4);
        let kernel_shape = [size.as_slice(), &[channels, gates]].concat();
        let recurrent_shape = [size.as_slice(), &[filters, gates]].concat();
        let expected =
            [("kernel", kernel_shape.as_slice()), ("recurrent_kernel", recurrent_shape.as_slice())];
        let (kernels, bias) = kernel_and_bias(&layer, &expected, gates)?;
        // Keras: places, inputs, filters. ONNX: filters, inputs, places.
        let order: Vec<usize> = [places + 1, places].into_iter().chain(0..places).collect();
        let mut kernels = kernels.into_iter().map(|kernel| arranged(kernel, &order));
        let (kernel, recurrent) = (kernels.next().unwrap_or_default(), kernels.next().unwrap_or_default());
        Ok(Self { layer, places, filters, kernel, recurrent, bias })
    }

    /// Adds a step.
    pub(super) fn step(
        &self,
        builder: &mut Builder,
        input: &Value,
        states: &[Option<Value>],
    ) -> Result<(Value, Vec<Value>)> {
        let layer = &self.layer;
        let mut window = Window::read(layer, input, self.places, "kernel_size")?;
        window.pad(layer)?;
        let (kernel, bias) = (self.kernel.clone(), self.bias.clone());
        let mut all = convolve(builder, layer, input, &window, ("kernel", kernel), bias, 1)?;
        if let Some(hidden) = states.first().and_then(Option::as_ref) {
            let mut window = Window::read(layer, hidden, self.places, "kernel_size")?;
            window.strides = vec![1; self.places];
            window.dilations = vec![1; self.places];
            for axis in 0..self.places {
                window.before[axis] = (window.kernel[axis] - 1) / 2;
                window.after[axis] = window.kernel[axis] - 1 - window.before[axis];
            }
            let kernel = self.recurrent.clone();
            let kept = convolve(builder, layer, hidden, &window, ("recurrent_kernel", kernel), None, 1)?;
            all = builder.binary(op("Add"), &all, &kept)?;
        }
        let axis = layer.channels_first_order(self.places + 2)?[1];
        let mut gate =
            |number: usize| builder.part(&all, axis, number * self.filters, (number + 1) * self.filters);
        let parts = [gate(0)?, gate(1)?, gate(2)?, gate(3)?];
        let carry = states.get(1).and_then(Option::as_ref);
        let [output, carry] = super::cell::memory(builder, layer, parts.each_ref(), carry)?;
        Ok((output.clone(), vec![output, carry]))
    }
}

fn multiplier(layer: &Layer<'_>) -> Result<usize> {
    Ok(layer.sizes("depth_multiplier", 1)?.map_or(1, |multiplier| multiplier[0]))
}

/// Keras: places, channels, multiplier. ONNX: channels times multiplier, 1, places.
fn depthwise_kernel(layer: &Layer<'_>, kernel: ArrayD<f64>, outputs: usize) -> Result<ArrayD<f64>> {
    let places = kernel.ndim() - 2;
    let shape = [&[outputs, 1], &kernel.shape()[..places]].concat();
    let order: Vec<usize> = [places, places + 1].into_iter().chain(0..places).collect();
    to_shape(layer, &arranged(kernel, &order), &shape)
}

/// Kernels and a bias.
type Weights = (Vec<ArrayD<f64>>, Option<ArrayD<f64>>);

fn kernel_and_bias(layer: &Layer<'_>, kernels: &[(&str, &[usize])], filters: usize) -> Result<Weights> {
    let mut expected = kernels.to_vec();
    let bias = [filters];
    if layer.flag("use_bias", true)? {
        expected.push(("bias", &bias));
    }
    let mut weights = layer.weights(&expected)?;
    let bias = weights.split_off(kernels.len()).pop();
    Ok((weights, bias))
}

fn convolve(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    window: &Window,
    (role, kernel): (&str, ArrayD<f64>),
    bias: Option<ArrayD<f64>>,
    groups: usize,
) -> Result<Value> {
    let stored = window.output(layer, kernel.shape()[0])?;
    let name = builder.arrange(value, &window.order);
    let kernel = builder.floats(role, kernel);
    let bias = bias.map(|bias| builder.floats("bias", bias));
    let mut inputs = vec![name.as_str(), &kernel];
    inputs.extend(bias.as_deref());
    let name = builder.node(window.operator("Conv").with("group", Attribute::Int(int(groups))), &inputs);
    builder.value(name, stored, &window.order)
}

/// `MaxPooling1D`, `MaxPooling2D`, `AveragePooling1D`, `AveragePooling2D`.
pub(super) fn pool(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    operator: &'static str,
    places: usize,
) -> Result<Value> {
    let mut window = Window::read(layer, value, places, "pool_size")?;
    window.pad(layer)?;
    let stored = window.output(layer, window.stored[1])?;
    let name = builder.arrange(value, &window.order);
    let name = builder.node(window.operator(operator), &[&name]);
    builder.value(name, stored, &window.order)
}

/// circomlib-ml's `SumPooling2D`: the average with what padding adds, times the window's places.
pub(super) fn sum_pool(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let mut window = Window::read(layer, value, 2, "pool_size")?;
    window.pad(layer)?;
    let stored = window.output(layer, window.stored[1])?;
    let name = builder.arrange(value, &window.order);
    let name = builder.node(window.operator("AveragePool").int("count_include_pad", 1), &[&name]);
    let average = builder.value(name, stored, &window.order)?;
    Ok(scaled(builder, &average, window.kernel.iter().product()))
}

/// `GlobalMaxPooling1D` and its kin.
pub(super) fn global_pool(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    operator: &'static str,
    places: usize,
) -> Result<Value> {
    let order = layer.channels_first_order(ranked(layer, value, places)?)?;
    let channels = value.shape()[order[1]];
    let name = builder.arrange(value, &order);
    let name = builder.node(op(operator), &[&name]);
    if layer.flag("keepdims", false)? {
        let stored = [vec![1, channels], vec![1; places]].concat();
        return builder.value(name, stored, &order);
    }
    let name = builder.node(op("Flatten").int("axis", 1), &[&name]);
    Ok(Value::new(name, vec![1, channels]))
}

/// `GlobalAveragePooling1D` of the places that a mask leaves.
pub(super) fn masked_average(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    mask: &Value,
) -> Result<Value> {
    ranked(layer, value, 1)?;
    let axis = if layer.is_channels_first()? { 2 } else { 1 };
    let steps = value.shape()[axis];
    if mask.shape() != [1, steps] {
        return Err(layer.fail(format!("its mask has shape {:?}, expected [1, {steps}]", mask.shape())));
    }
    let shape = if axis == 1 { [1, steps, 1] } else { [1, 1, steps] };
    let weights = super::mask::numbers(builder, mask);
    let weights = builder.reshape(&weights, &shape)?;
    let kept = builder.binary(op("Mul"), value, &weights)?;
    let sum = builder.reduce("ReduceSum", &kept, &[axis], true)?;
    // Where no place is left Keras divides by zero; here the mean is zero.
    let count = builder.reduce("ReduceSum", &weights, &[axis], true)?;
    let one = builder.scalar("one", 1.0);
    let count = builder.elementwise(op("Max"), &count, &[&one]);
    let mean = builder.binary(op("Div"), &sum, &count)?;
    if layer.flag("keepdims", false)? {
        return Ok(mean);
    }
    let shape = super::builder::reduced(&value.shape(), &[axis], false);
    builder.reshape(&mean, &shape)
}

/// `AdaptiveAveragePooling1D` and its kin: as many windows as asked for, which cover all places.
pub(super) fn adaptive_pool(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    operator: &'static str,
    places: usize,
) -> Result<Value> {
    let order = layer.channels_first_order(ranked(layer, value, places)?)?;
    let sizes = layer.sizes("output_size", places)?;
    let sizes = sizes.ok_or_else(|| layer.fail("`output_size` is missing"))?;
    let mut result = value.clone();
    for (axis, size) in order[2..].iter().zip(&sizes) {
        let length = value.shape()[*axis];
        if *size > length {
            return Err(layer.fail(format!("makes {size} windows of {length} places")));
        }
        let mut parts = Vec::new();
        for window in 0..*size {
            let (start, end) = (window * length / size, ((window + 1) * length).div_ceil(*size));
            let part = builder.part(&result, *axis, start, end)?;
            parts.push(builder.reduce(operator, &part, &[*axis], true)?);
        }
        result = builder.joined(&parts, *axis)?;
    }
    Ok(result)
}

/// `UpSampling1D`, `UpSampling2D`, `UpSampling3D`.
pub(super) fn up_sampling(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let order = layer.channels_first_order(ranked(layer, value, places)?)?;
    let sizes = layer.sizes("size", places)?.unwrap_or_else(|| vec![2; places]);
    let shape = value.shape();
    let mut stored: Vec<usize> = order.iter().map(|axis| shape[*axis]).collect();
    let mut scales = vec![1.0, 1.0];
    for (length, size) in stored[2..].iter_mut().zip(&sizes) {
        *length = length.saturating_mul(*size);
        scales.push(f64::from(u32::try_from(*size).unwrap_or(u32::MAX)));
    }
    let operator = match layer.text("interpolation", "nearest")? {
        "nearest" => op("Resize")
            .text("mode", "nearest")
            .text("coordinate_transformation_mode", "asymmetric")
            .text("nearest_mode", "floor"),
        "bilinear" => {
            op("Resize").text("mode", "linear").text("coordinate_transformation_mode", "half_pixel")
        }
        other => {
            let reason =
                format!("`interpolation` `{other}` is not supported, expected `nearest` or `bilinear`");
            return Err(layer.fail(reason));
        }
    };
    let name = builder.arrange(value, &order);
    let scales = builder.floats("scales", ndarray::Array1::from(scales).into_dyn());
    let name = builder.node(operator, &[&name, "", &scales]);
    builder.value(name, stored, &order)
}

/// `BatchNormalization`, and `GroupNormalization`, which keep one factor and offset for each channel.
pub(super) fn channel_normalization(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
) -> Result<Value> {
    let rank = value.rank();
    let axis = layer.axis("axis", -1, rank)?;
    if axis == 0 {
        return Err(layer.fail("`axis` 0 is the batch"));
    }
    let channels = [value.shape()[axis]];
    let is_batch = layer.class == "BatchNormalization";
    let (has_scale, has_center) = (layer.flag("scale", true)?, layer.flag("center", true)?);
    let mut expected: Vec<(&str, &[usize])> = Vec::new();
    expected.extend(has_scale.then_some(("gamma", channels.as_slice())));
    expected.extend(has_center.then_some(("beta", channels.as_slice())));
    if is_batch {
        expected.extend([("moving_mean", channels.as_slice()), ("moving_variance", channels.as_slice())]);
    }
    let mut weights = layer.weights(&expected)?.into_iter();
    let constant = |value: f64| ArrayD::from_elem(IxDyn(&channels), value);
    let gamma = if has_scale { weights.next() } else { None }.unwrap_or_else(|| constant(1.0));
    let beta = if has_center { weights.next() } else { None }.unwrap_or_else(|| constant(0.0));
    let mut names = vec![builder.floats("gamma", gamma), builder.floats("beta", beta)];
    for (role, weight) in ["moving_mean", "moving_variance"].into_iter().zip(weights) {
        if role == "moving_variance" && weight.iter().any(|variance| *variance < 0.0) {
            return Err(layer.fail("weight `moving_variance` has a negative value"));
        }
        names.push(builder.floats(role, weight));
    }
    let epsilon = layer.float("epsilon")?.unwrap_or(1e-3);
    let operator = if is_batch {
        op("BatchNormalization").float("epsilon", epsilon)
    } else {
        let groups = match layer.get("groups").and_then(serde_json::Value::as_i64) {
            Some(-1) => channels[0],
            _ => layer.size("groups")?,
        };
        if !channels[0].is_multiple_of(groups) {
            return Err(layer.fail(format!("{groups} groups do not divide {} channels", channels[0])));
        }
        op("GroupNormalization").float("epsilon", epsilon).size("num_groups", groups)
    };
    let order = super::config::order_with_axis_second(axis, rank);
    let name = builder.arrange(value, &order);
    let inputs: Vec<&str> = std::iter::once(name.as_str()).chain(names.iter().map(String::as_str)).collect();
    let name = builder.node(operator, &inputs);
    let shape = value.shape();
    builder.value(name, order.iter().map(|axis| shape[*axis]).collect(), &order)
}
