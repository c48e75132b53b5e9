//! Cells of recurrent layers: one step, from an input and states to an output and the next states.
//!
//! Source: the cells of `keras/src/layers/rnn`.

use ndarray::{ArrayD, Axis, Slice};
use serde_json::Value as Json;

use super::activation::apply_configured;
use super::builder::{Builder, Value, op};
use super::config::{Layer, class_of};
use super::convolution::Recurrence;
use crate::error::Result;

/// A cell with its weights.
pub(super) enum Cell<'a> {
    Dense(Dense<'a>),
    Convolution(Box<Recurrence<'a>>),
    /// Cells of which each reads the output of the one before.
    Stacked(Vec<Cell<'a>>),
}

/// A cell whose gates are products with matrices.
pub(super) struct Dense<'a> {
    layer: Layer<'a>,
    kind: Kind,
    units: usize,
    kernel: String,
    /// Of the states; a GRU that resets them before the product has that of its candidate apart.
    recurrent: Vec<String>,
    /// Of the input, and of the states.
    biases: [Option<String>; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Simple,
    Lstm,
    GruAfter,
    GruBefore,
}

/// States, of which `None` is zero.
pub(super) type States = Vec<Option<Value>>;

impl<'a> Cell<'a> {
    /// Reads the cell of a layer; `role` tells the constants of several cells apart, `features` is the length of the input.
    ///
    /// # Errors
    /// When the cell or its weights are not supported.
    pub(super) fn read(
        builder: &mut Builder,
        layer: &Layer<'a>,
        role: &str,
        shape: &[usize],
    ) -> Result<Self> {
        let features = shape.last().copied().unwrap_or(0);
        match layer.class {
            "SimpleRNN" | "LSTM" | "GRU" => {
                let scope = layer.scope.part("cell", "");
                let cell = Layer { name: layer.name.clone(), scope, ..*layer };
                Dense::read(builder, cell, role, features).map(Self::Dense)
            }
            "SimpleRNNCell" | "LSTMCell" | "GRUCell" => {
                let cell = Layer { name: layer.name.clone(), scope: layer.scope.clone(), ..*layer };
                Dense::read(builder, cell, role, features).map(Self::Dense)
            }
            "ConvLSTM1D" | "ConvLSTM2D" | "ConvLSTM3D" => {
                let scope = layer.scope.part("cell", "");
                let cell = Layer { name: layer.name.clone(), scope, ..*layer };
                Recurrence::read(cell, shape).map(|cell| Self::Convolution(Box::new(cell)))
            }
            "RNN" => {
                let mut cell = layer.wrapped("cell", "cell")?;
                if cell.is_custom {
                    return Err(layer.fail(format!("has a cell of the model's own, `{}`", cell.class)));
                }
                if cell.class != "StackedRNNCells" {
                    return Self::read(builder, &cell, role, shape);
                }
                // The names of stacks are not among those of the weights of `.h5` files.
                cell.scope = layer.scope.part("cell", "");
                Self::stacked(builder, &cell, features)
            }
            other => Err(layer.fail(format!(
                "has a cell `{other}`, expected `SimpleRNNCell`, `LSTMCell`, `GRUCell` or a list of them"
            ))),
        }
    }

    fn stacked(builder: &mut Builder, layer: &Layer<'a>, features: usize) -> Result<Self> {
        let list = layer.get("cells").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut cells = Vec::new();
        let mut features = features;
        let mut groups: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for (number, json) in list.iter().enumerate() {
            let (Some((class, is_custom)), Some(config)) = (class_of(json), json["config"].as_object())
            else {
                return Err(layer.fail(format!("its cell {number} is not a layer")));
            };
            if is_custom || !matches!(class, "SimpleRNNCell" | "LSTMCell" | "GRUCell") {
                return Err(layer.fail(format!(
                    "has a cell `{class}`, expected `SimpleRNNCell`, `LSTMCell` or `GRUCell`"
                )));
            }
            let base = super::calls::snake_case(class);
            let count = groups.entry(base.clone()).or_default();
            let group = if *count == 0 { base } else { format!("{base}_{count}") };
            *count += 1;
            let name = config.get("name").and_then(Json::as_str).unwrap_or_default();
            let scope = layer.scope.part(&format!("cells/{group}"), name);
            let cell = Layer { name: layer.name.clone(), class, is_custom, config, scope, ..*layer };
            let cell = Dense::read(builder, cell, &format!("cell{number}/"), features)?;
            features = cell.units;
            cells.push(Self::Dense(cell));
        }
        if cells.is_empty() {
            return Err(layer.fail("has no cells"));
        }
        Ok(Self::Stacked(cells))
    }

    /// Returns how many states there are.
    pub(super) fn states(&self) -> usize {
        match self {
            Self::Dense(cell) => {
                if cell.kind == Kind::Lstm {
                    2
                } else {
                    1
                }
            }
            Self::Convolution(_) => 2,
            Self::Stacked(cells) => cells.iter().map(Self::states).sum(),
        }
    }

    /// Adds a step.
    pub(super) fn step(
        &self,
        builder: &mut Builder,
        input: &Value,
        states: &[Option<Value>],
    ) -> Result<(Value, Vec<Value>)> {
        match self {
            Self::Dense(cell) => cell.step(builder, input, states),
            Self::Convolution(cell) => cell.step(builder, input, states),
            Self::Stacked(cells) => {
                let (mut output, mut next, mut from) = (input.clone(), Vec::new(), 0);
                for cell in cells {
                    let own = states.get(from..from + cell.states()).unwrap_or_default();
                    let (result, after) = cell.step(builder, &output, own)?;
                    from += cell.states();
                    output = result;
                    next.extend(after);
                }
                Ok((output, next))
            }
        }
    }
}

/// Adds `forget * carry + input * candidate` and what the output gate shows of it: `[output, carry]`.
pub(super) fn memory(
    builder: &mut Builder,
    layer: &Layer<'_>,
    [input, forget, candidate, output]: [&Value; 4],
    carry: Option<&Value>,
) -> Result<[Value; 2]> {
    let input = apply_configured(builder, layer, "recurrent_activation", input)?;
    let candidate = apply_configured(builder, layer, "activation", candidate)?;
    let mut next = builder.binary(op("Mul"), &input, &candidate)?;
    if let Some(carry) = carry {
        let forget = apply_configured(builder, layer, "recurrent_activation", forget)?;
        let kept = builder.binary(op("Mul"), &forget, carry)?;
        next = builder.binary(op("Add"), &kept, &next)?;
    }
    let output = apply_configured(builder, layer, "recurrent_activation", output)?;
    let shown = apply_configured(builder, layer, "activation", &next)?;
    Ok([builder.binary(op("Mul"), &output, &shown)?, next])
}

impl<'a> Dense<'a> {
    fn read(builder: &mut Builder, layer: Layer<'a>, role: &str, features: usize) -> Result<Self> {
        let is = |name: &str| layer.class.starts_with(name);
        let (kind, gates) = match () {
            () if is("LSTM") => (Kind::Lstm, 4),
            () if is("GRU") && layer.flag("reset_after", true)? => (Kind::GruAfter, 3),
            () if is("GRU") => (Kind::GruBefore, 3),
            () => (Kind::Simple, 1),
        };
        let units = layer.size("units")?;
        let all = units.saturating_mul(gates);
        let bias_shape = if kind == Kind::GruAfter { vec![2, all] } else { vec![all] };
        let (kernel_shape, recurrent_shape) = ([features, all], [units, all]);
        let mut expected: Vec<(&str, &[usize])> =
            vec![("kernel", &kernel_shape), ("recurrent_kernel", &recurrent_shape)];
        if layer.flag("use_bias", true)? {
            expected.push(("bias", &bias_shape));
        }
        let mut weights = layer.weights(&expected)?.into_iter();
        let kernel = builder.floats(&format!("{role}kernel"), weights.next().unwrap_or_default());
        let whole = weights.next().unwrap_or_default();
        let ends = if kind == Kind::GruBefore { vec![2 * units, all] } else { vec![all] };
        let mut recurrent = Vec::new();
        let mut start = 0;
        for (number, end) in ends.into_iter().enumerate() {
            let part = whole.slice_axis(Axis(1), Slice::from(start..end)).to_owned();
            start = end;
            recurrent.push(builder.floats(&format!("{role}recurrent_kernel{number}"), part));
        }
        let mut biases = [None, None];
        if let Some(bias) = weights.next() {
            let rows: Vec<ArrayD<f64>> = match kind {
                Kind::GruAfter => bias.axis_iter(Axis(0)).map(|row| row.to_owned()).collect(),
                _ => vec![bias],
            };
            for (number, row) in rows.into_iter().enumerate() {
                biases[number] = Some(builder.floats(&format!("{role}bias{number}"), row));
            }
        }
        Ok(Self { layer, kind, units, kernel, recurrent, biases })
    }

    fn product(
        builder: &mut Builder,
        value: &Value,
        matrix: &str,
        bias: Option<&String>,
        columns: usize,
    ) -> Result<Value> {
        let plain = builder.plain(value);
        let mut name = builder.node(op("MatMul"), &[&plain, matrix]);
        if let Some(bias) = bias {
            name = builder.node(op("Add"), &[&name, bias]);
        }
        builder.value(name, vec![1, columns], &[0, 1])
    }

    fn step(
        &self,
        builder: &mut Builder,
        input: &Value,
        states: &[Option<Value>],
    ) -> Result<(Value, Vec<Value>)> {
        let units = self.units;
        let gates = match self.kind {
            Kind::Simple => 1,
            Kind::Lstm => 4,
            Kind::GruAfter | Kind::GruBefore => 3,
        };
        let hidden = states.first().and_then(Option::as_ref);
        let seen = Self::product(builder, input, &self.kernel, self.biases[0].as_ref(), gates * units)?;
        let gate = |builder: &mut Builder, all: &Value, number: usize| {
            builder.part(all, 1, number * units, (number + 1) * units)
        };
        if matches!(self.kind, Kind::Simple | Kind::Lstm) {
            let mut all = seen;
            if let Some(hidden) = hidden {
                let kept = Self::product(builder, hidden, &self.recurrent[0], None, gates * units)?;
                all = builder.binary(op("Add"), &all, &kept)?;
            }
            if self.kind == Kind::Simple {
                let output = apply_configured(builder, &self.layer, "activation", &all)?;
                return Ok((output.clone(), vec![output]));
            }
            let parts = [
                gate(builder, &all, 0)?,
                gate(builder, &all, 1)?,
                gate(builder, &all, 2)?,
                gate(builder, &all, 3)?,
            ];
            let carry = states.get(1).and_then(Option::as_ref);
            let [output, carry] = memory(builder, &self.layer, parts.each_ref(), carry)?;
            return Ok((output.clone(), vec![output, carry]));
        }
        let mut parts = [gate(builder, &seen, 0)?, gate(builder, &seen, 1)?, gate(builder, &seen, 2)?];
        // What the states give to the gates: by their product, or by their bias alone where they are zero.
        let mut of_candidate = None;
        if self.kind == Kind::GruAfter {
            let kept = match (hidden, self.biases[1].as_ref()) {
                (Some(hidden), bias) => {
                    Some(Self::product(builder, hidden, &self.recurrent[0], bias, 3 * units)?)
                }
                (None, Some(bias)) => {
                    let shape = vec![3 * units];
                    let bias = Value::new(bias.clone(), shape);
                    Some(builder.with_rank(&bias, 2)?)
                }
                (None, None) => None,
            };
            if let Some(kept) = kept {
                for (number, part) in parts.iter_mut().enumerate().take(2) {
                    let kept = gate(builder, &kept, number)?;
                    *part = builder.binary(op("Add"), part, &kept)?;
                }
                of_candidate = Some(gate(builder, &kept, 2)?);
            }
        } else if let Some(hidden) = hidden {
            let kept = Self::product(builder, hidden, &self.recurrent[0], None, 2 * units)?;
            for (number, part) in parts.iter_mut().enumerate().take(2) {
                let kept = gate(builder, &kept, number)?;
                *part = builder.binary(op("Add"), part, &kept)?;
            }
        }
        let [update, reset, candidate] = parts;
        let update = apply_configured(builder, &self.layer, "recurrent_activation", &update)?;
        let reset = apply_configured(builder, &self.layer, "recurrent_activation", &reset)?;
        let mut candidate = candidate;
        let kept = match (self.kind, hidden, of_candidate) {
            (Kind::GruBefore, Some(hidden), _) => {
                let left = builder.binary(op("Mul"), &reset, hidden)?;
                Some(Self::product(builder, &left, &self.recurrent[1], None, units)?)
            }
            (_, _, Some(kept)) => Some(builder.binary(op("Mul"), &reset, &kept)?),
            _ => None,
        };
        if let Some(kept) = kept {
            candidate = builder.binary(op("Add"), &candidate, &kept)?;
        }
        let candidate = apply_configured(builder, &self.layer, "activation", &candidate)?;
        // update * hidden + (1 - update) * candidate = candidate + update * (hidden - candidate)
        let difference = match hidden {
            Some(hidden) => builder.binary(op("Sub"), hidden, &candidate)?,
            None => builder.elementwise(op("Neg"), &candidate, &[]),
        };
        let moved = builder.binary(op("Mul"), &update, &difference)?;
        let output = builder.binary(op("Add"), &candidate, &moved)?;
        Ok((output.clone(), vec![output]))
    }
}
