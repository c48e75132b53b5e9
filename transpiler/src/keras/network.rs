//! Sequential and functional models: which layer reads what.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::builder::Builder;
use super::calls::{
    Argument, Entry, Reference, calls, entries, is_model, output_references, references, sorted, wrapped,
};
use super::config::{Layer, class_of};
use super::inputs::{Given, Inputs};
use super::mask::Tensor;
use super::weights::{Scope, Weights};
use super::{layer, operation};
use crate::axes::Lengths;
use crate::error::{Error, Result};
use crate::onnx::Model;

/// Most calls of layers, those of nested models counted each time they are used.
const MOST_CALLS: usize = 1 << 16;

/// Deepest nesting of models.
const DEEPEST: usize = 16;

/// A model of a file.
pub(super) struct Network<'a> {
    pub(super) weights: &'a Weights,
    pub(super) is_keras_2: bool,
    /// Lengths of axes that the model leaves open.
    pub(super) lengths: &'a Lengths<'a>,
}

/// What is under way.
struct State {
    builder: Builder,
    calls: usize,
}

impl State {
    fn count(&mut self) -> Result<()> {
        self.calls += 1;
        if self.calls > MOST_CALLS {
            return Err(Error::model(format!("it uses more than {MOST_CALLS} layers")));
        }
        Ok(())
    }

    /// Gives the layer's name to its first output.
    fn leave(&mut self, tensors: Vec<Tensor>) -> Vec<Tensor> {
        let Some(before) = tensors.first().map(|tensor| tensor.value.clone()) else {
            return tensors;
        };
        let after = self.builder.leave(before.clone());
        if after.name() != before.name() {
            for tensor in &tensors {
                tensor.rename_mask(before.name(), after.name());
            }
        }
        let renamed = |tensor: Tensor| {
            let value = tensor.value.renamed(before.name(), after.name());
            tensor.alias(value)
        };
        tensors.into_iter().map(renamed).collect()
    }
}

impl Network<'_> {
    /// Translates a whole model.
    pub(super) fn translate(&self, structure: &Json, scope: &Scope) -> Result<Model> {
        let (class, is_custom) = class_of(structure).unwrap_or_default();
        if is_custom {
            return Err(unknown_class(class));
        }
        let mut state = State { builder: Builder::new(), calls: 0 };
        let outputs = self.model(&mut state, class, &structure["config"], scope, None, 0)?;
        for output in &outputs {
            state.builder.output(&output.value);
        }
        Ok(state.builder.finish())
    }

    /// Translates a model, or one in another, whose inputs are given.
    fn model(
        &self,
        state: &mut State,
        class: &str,
        config: &Json,
        scope: &Scope,
        inputs: Option<&[Tensor]>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        if depth > DEEPEST {
            return Err(Error::model(format!("models are nested more than {DEEPEST} deep")));
        }
        match class {
            "Sequential" => self.sequential(state, config, scope, inputs, depth),
            "Functional" | "Model" => self.functional(state, config, scope, inputs, depth),
            other => Err(unknown_class(other)),
        }
    }

    fn sequential(
        &self,
        state: &mut State,
        config: &Json,
        scope: &Scope,
        inputs: Option<&[Tensor]>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        // The first versions of Keras had the list alone.
        let entries = entries(config.get("layers").unwrap_or(config))?;
        let mut values = inputs.map(<[Tensor]>::to_vec);
        for entry in &entries {
            if values.is_none() {
                let shape = batch_shape(entry.config).or_else(|| shape_of(config.get("build_input_shape")?));
                let shape = shape.ok_or_else(|| Error::Input {
                    input: entry.name.to_owned(),
                    reason: "has no shape in the model; begin with an `Input` layer".to_owned(),
                })?;
                let name =
                    if entry.class == "InputLayer" { entry.name.to_owned() } else { "input".to_owned() };
                let place = (1, self.lengths);
                let input = state.builder.input(&name, &shape, is_integer(entry.config), place)?;
                values = Some(vec![Tensor::new(input, None)]);
            }
            if entry.class != "InputLayer" {
                let before = values.take().unwrap_or_default();
                values = Some(self.call(state, entry, scope, &Inputs::of(&before), depth)?);
            }
        }
        values.ok_or_else(|| Error::model("it has no layers"))
    }

    fn functional(
        &self,
        state: &mut State,
        config: &Json,
        scope: &Scope,
        inputs: Option<&[Tensor]>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        let entries = entries(&config["layers"])?;
        let mut positions = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if positions.insert(entry.name, index).is_some() {
                return Err(Error::model(format!("it has two layers `{}`", entry.name)));
            }
        }
        let mut values: BTreeMap<Reference<'_>, Vec<Tensor>> = BTreeMap::new();
        let input_names = references(&config["input_layers"]);
        if let Some(inputs) = inputs.filter(|inputs| inputs.len() != input_names.len()) {
            let (count, expected) = (inputs.len(), input_names.len());
            return Err(Error::model(format!("a model in it has {expected} inputs and is given {count}")));
        }
        for (position, reference) in input_names.iter().enumerate() {
            let entry = positions.get(reference.0).and_then(|index| entries.get(*index));
            let entry = entry
                .filter(|entry| entry.class == "InputLayer")
                .ok_or_else(|| Error::model(format!("its input `{}` is not an `InputLayer`", reference.0)))?;
            let value = match inputs {
                Some(inputs) => inputs[position].clone(),
                None => {
                    let shape = batch_shape(entry.config).ok_or_else(|| Error::Input {
                        input: entry.name.to_owned(),
                        reason: "has no shape in the model".to_owned(),
                    })?;
                    let place = (input_names.len(), self.lengths);
                    Tensor::new(
                        state.builder.input(entry.name, &shape, is_integer(entry.config), place)?,
                        None,
                    )
                }
            };
            values.insert(*reference, vec![value]);
        }
        let outputs_named = output_references(&config["output_layers"]);
        let calls = calls(&entries, &outputs_named)?;
        for reference in sorted(&calls)? {
            let Some(call) = calls.get(&reference) else { continue };
            let entry = &entries[call.layer];
            let mut inputs = Inputs::default();
            for argument in &call.arguments {
                inputs.positional.push(given(argument, &values, entry)?);
            }
            for (key, argument) in &call.named {
                inputs.named.insert(key, given(argument, &values, entry)?);
            }
            let result = if entry.is_operation && !entry.is_custom {
                state.count()?;
                let name = scope.part("", entry.name).name();
                state.builder.enter(&name);
                let class = operation::class(entry.class, entry.config);
                let layer = self.layer(entry, name, class, scope.part("", entry.name));
                let outputs = operation::apply(&mut state.builder, &layer, &inputs)?;
                state.leave(outputs.into_iter().map(|value| Tensor::new(value, None)).collect())
            } else {
                self.call(state, entry, scope, &inputs, depth)?
            };
            values.insert(reference, result);
        }
        let mut outputs = Vec::new();
        for (name, number, output) in outputs_named {
            let value = values.get(&(name, number)).and_then(|values| values.get(output));
            outputs.push(
                value.cloned().ok_or_else(|| Error::model(format!("its output `{name}` is not defined")))?,
            );
        }
        if outputs.is_empty() {
            return Err(Error::model("it has no output"));
        }
        Ok(outputs)
    }

    fn layer<'a>(&'a self, entry: &Entry<'a>, name: String, class: &'a str, scope: Scope) -> Layer<'a> {
        let (weights, is_keras_2) = (self.weights, self.is_keras_2);
        Layer { name, class, is_custom: entry.is_custom, config: entry.config, scope, weights, is_keras_2 }
    }

    fn call(
        &self,
        state: &mut State,
        entry: &Entry<'_>,
        scope: &Scope,
        inputs: &Inputs<'_>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        let place = scope.part(&format!("layers/{}", entry.group), entry.name);
        self.apply(state, entry, &place, inputs, depth)
    }

    /// Translates a call of a layer whose weights are at a place.
    fn apply(
        &self,
        state: &mut State,
        entry: &Entry<'_>,
        place: &Scope,
        inputs: &Inputs<'_>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        state.count()?;
        let name = place.name();
        let layer = self.layer(entry, name.clone(), entry.class, place.clone());
        if depth > DEEPEST {
            return Err(Error::model(format!("models are nested more than {DEEPEST} deep")));
        }
        if is_model(entry.class) && !entry.is_custom {
            inputs.check(&layer)?;
            let mut tensors = inputs.tensors();
            let masks = inputs.tensors_of("mask");
            if masks.len() == tensors.len() {
                for (tensor, mask) in tensors.iter_mut().zip(masks) {
                    *tensor = Tensor::new(tensor.value.clone(), Some(mask.value));
                }
            }
            let config = &entry.json["config"];
            return self.model(state, entry.class, config, place, Some(&tensors), depth + 1);
        }
        state.builder.enter(&name);
        match entry.class {
            "TimeDistributed" if !entry.is_custom => {
                return self.distributed(state, entry, &layer, inputs, depth);
            }
            // The kernel that is kept is the one that was divided by its norm.
            "SpectralNormalization" if !entry.is_custom => {
                let inner = wrapped(entry, "layer")?;
                let place = place.part("layer", inner.name);
                return self.apply(state, &inner, &place, &Inputs::of(&inputs.tensors()), depth + 1);
            }
            _ => {}
        }
        let results = layer::apply(&mut state.builder, &layer, inputs)?;
        Ok(state.leave(results))
    }

    /// `TimeDistributed`: the layer at each place of the first axis after the batch.
    fn distributed(
        &self,
        state: &mut State,
        entry: &Entry<'_>,
        layer: &Layer<'_>,
        inputs: &Inputs<'_>,
        depth: usize,
    ) -> Result<Vec<Tensor>> {
        inputs.check(layer)?;
        let inner = wrapped(entry, "layer")?;
        let tensors = inputs.tensors();
        let [tensor] = tensors.as_slice() else {
            return Err(layer.fail(format!("has {} inputs, expected 1", tensors.len())));
        };
        let value = &tensor.value;
        if value.rank() < 3 {
            return Err(layer.fail(format!("its input has {} axes, expected 3 at least", value.rank())));
        }
        let mask = match inputs.value_of(layer, "mask")? {
            Some(mask) => Some(mask),
            None => tensor.mask(),
        };
        // Keras 2 leaves the layer's name out of those of its weights; there is one layer.
        let place = layer.scope.part("layer", "");
        let goes_over_features = matches!(
            inner.class,
            "Dense" | "Activation" | "ReLU" | "LeakyReLU" | "ELU" | "Dropout" | "Identity"
        );
        if goes_over_features && !inner.is_custom {
            let bare = Tensor::new(value.clone(), None);
            let outputs = self.apply(state, &inner, &place, &Inputs::of(&[bare]), depth + 1)?;
            return Ok(outputs.into_iter().map(|output| Tensor::new(output.value, mask.clone())).collect());
        }
        let takes_mask = super::recurrent::is_recurrent(inner.class) || is_model(inner.class);
        let mut steps = Vec::new();
        for step in 0..value.shape()[1] {
            state.builder.enter(&layer.name);
            let part = state.builder.place(value, 1, step)?;
            let part_mask = match &mask {
                Some(mask) if takes_mask && mask.rank() > 2 => Some(state.builder.place(mask, 1, step)?),
                _ => None,
            };
            let given = Inputs::of(&[Tensor::new(part, part_mask)]);
            let outputs = self.apply(state, &inner, &place, &given, depth + 1)?;
            let [output] = outputs.as_slice() else {
                return Err(layer.fail(format!("of a layer with {} outputs is not supported", outputs.len())));
            };
            steps.push(output.value.clone());
        }
        state.builder.enter(&layer.name);
        let result = state.builder.stacked(&steps, 1)?;
        Ok(state.leave(vec![Tensor::new(result, mask)]))
    }
}

/// Returns what an argument of a call stands for.
fn given<'a>(
    argument: &Argument<'a>,
    values: &BTreeMap<Reference<'_>, Vec<Tensor>>,
    entry: &Entry<'_>,
) -> Result<Given<'a>> {
    let fail = |reason: String| Error::node(entry.name, entry.class, reason);
    Ok(match argument {
        Argument::Number(number) => Given::Number(*number),
        Argument::Other(json) => Given::Other(json),
        Argument::List(items) => {
            Given::List(items.iter().map(|item| given(item, values, entry)).collect::<Result<_>>()?)
        }
        Argument::Tensor(reference, output) => {
            let outputs = values
                .get(reference)
                .ok_or_else(|| fail(format!("its input `{}` is not defined", reference.0)))?;
            let tensor = outputs.get(*output).ok_or_else(|| {
                let count = outputs.len();
                fail(format!("reads output {output} of `{}`, which has {count}", reference.0))
            })?;
            Given::Tensor(tensor.clone())
        }
    })
}

fn unknown_class(class: &str) -> Error {
    let reason = format!(
        "its class `{class}` is not supported, expected `Sequential` or `Functional`; export it to ONNX"
    );
    Error::model(reason)
}

fn batch_shape(config: &Map<String, Json>) -> Option<Vec<Option<usize>>> {
    shape_of(config.get("batch_shape").or_else(|| config.get("batch_input_shape"))?)
}

fn shape_of(json: &Json) -> Option<Vec<Option<usize>>> {
    let length = |json: &Json| match json {
        Json::Null => Some(None),
        json => Some(Some(usize::try_from(json.as_u64()?).ok()?)),
    };
    json.as_array()?.iter().map(length).collect()
}

/// Returns whether an input is declared to hold integers or booleans.
fn is_integer(config: &Map<String, Json>) -> bool {
    let kind = config.get("dtype").and_then(Json::as_str).unwrap_or_default();
    kind.starts_with("int") || kind.starts_with("uint") || kind == "bool"
}
