//! Sequential and functional models: which layer reads what.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::builder::{Builder, Value};
use super::calls::{
    Argument, Entry, Reference, calls, entries, is_model, output_references, references, sorted,
};
use super::config::{Layer, class_of};
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
            state.builder.output(output);
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
        inputs: Option<&[Value]>,
        depth: usize,
    ) -> Result<Vec<Value>> {
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
        inputs: Option<&[Value]>,
        depth: usize,
    ) -> Result<Vec<Value>> {
        // The first versions of Keras had the list alone.
        let entries = entries(config.get("layers").unwrap_or(config))?;
        let mut values = inputs.map(<[Value]>::to_vec);
        for entry in &entries {
            if values.is_none() {
                let shape = batch_shape(entry.config).or_else(|| shape_of(config.get("build_input_shape")?));
                let shape = shape.ok_or_else(|| Error::Input {
                    input: entry.name.to_owned(),
                    reason: "has no shape in the model; begin with an `Input` layer".to_owned(),
                })?;
                let name =
                    if entry.class == "InputLayer" { entry.name.to_owned() } else { "input".to_owned() };
                values = Some(vec![state.builder.input(
                    &name,
                    &shape,
                    is_integer(entry.config),
                    (1, self.lengths),
                )?]);
            }
            if entry.class != "InputLayer" {
                let before = values.take().unwrap_or_default();
                values = Some(self.call(state, entry, scope, &before, &Map::new(), depth)?);
            }
        }
        values.ok_or_else(|| Error::model("it has no layers"))
    }

    fn functional(
        &self,
        state: &mut State,
        config: &Json,
        scope: &Scope,
        inputs: Option<&[Value]>,
        depth: usize,
    ) -> Result<Vec<Value>> {
        let entries = entries(&config["layers"])?;
        let mut positions = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if positions.insert(entry.name, index).is_some() {
                return Err(Error::model(format!("it has two layers `{}`", entry.name)));
            }
        }
        let mut values: BTreeMap<Reference<'_>, Vec<Value>> = BTreeMap::new();
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
                    state.builder.input(
                        entry.name,
                        &shape,
                        is_integer(entry.config),
                        (input_names.len(), self.lengths),
                    )?
                }
            };
            values.insert(*reference, vec![value]);
        }
        let outputs_named = output_references(&config["output_layers"]);
        let calls = calls(&entries, &outputs_named)?;
        for reference in sorted(&calls)? {
            let Some(call) = calls.get(&reference) else { continue };
            let entry = &entries[call.layer];
            let mut given = Vec::new();
            let mut number = None;
            for (position, argument) in call.arguments.iter().enumerate() {
                match argument {
                    Argument::Number(value) => number = Some((position, *value)),
                    Argument::Tensor(input) => {
                        let value = values.get(input).and_then(|values| values.first());
                        given.push(value.cloned().ok_or_else(|| {
                            let reason = format!("its input `{}` is not defined", input.0);
                            Error::node(entry.name, entry.class, reason)
                        })?);
                    }
                }
            }
            call.check_options(entry)?;
            let result = if number.is_some() || entry.class == "TFOpLambda" {
                if entry.is_custom {
                    return Err(Error::node(
                        entry.name,
                        entry.class,
                        "is called with a number, which is not supported",
                    ));
                }
                state.count()?;
                let name = scope.part("", entry.name).name();
                state.builder.enter(&name);
                let class = operation::class(entry.class, entry.config);
                let result = operation::apply(&mut state.builder, &name, class, &given, number)?;
                vec![state.builder.leave(result)]
            } else {
                self.call(state, entry, scope, &given, &call.options, depth)?
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

    fn call(
        &self,
        state: &mut State,
        entry: &Entry<'_>,
        scope: &Scope,
        inputs: &[Value],
        options: &Map<String, Json>,
        depth: usize,
    ) -> Result<Vec<Value>> {
        state.count()?;
        let place = scope.part(&format!("layers/{}", entry.group), entry.name);
        if is_model(entry.class) && !entry.is_custom {
            let config = &entry.json["config"];
            return self.model(state, entry.class, config, &place, Some(inputs), depth + 1);
        }
        let name = place.name();
        state.builder.enter(&name);
        let layer = Layer {
            name,
            class: entry.class,
            is_custom: entry.is_custom,
            config: entry.config,
            scope: place,
            weights: self.weights,
            is_keras_2: self.is_keras_2,
        };
        let result = layer::apply(&mut state.builder, &layer, inputs, options)?;
        Ok(vec![state.builder.leave(result)])
    }
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
