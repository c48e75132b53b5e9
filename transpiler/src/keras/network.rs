//! Sequential and functional models: which layer reads what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value as Json};

use super::builder::{Builder, Value};
use super::config::{Layer, class_of};
use super::weights::{Scope, Weights};
use super::{layer, operation};
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
}

/// What is under way.
struct State {
    builder: Builder,
    calls: usize,
}

/// One use of a layer.
struct Call<'a> {
    layer: usize,
    arguments: Vec<Argument<'a>>,
    options: Map<String, Json>,
}

/// An input of a call.
enum Argument<'a> {
    Tensor(Reference<'a>),
    Number(f64),
}

/// A layer and which of its uses.
type Reference<'a> = (&'a str, usize);

impl<'a> Call<'a> {
    fn tensors(&self) -> impl Iterator<Item = Reference<'a>> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Tensor(reference) => Some(*reference),
            Argument::Number(_) => None,
        })
    }
}

/// A layer of the list of a model.
struct Entry<'a> {
    name: &'a str,
    class: &'a str,
    is_custom: bool,
    config: &'a Map<String, Json>,
    json: &'a Json,
    /// The name of its weights' group in a `.keras` file.
    group: String,
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
                values = Some(vec![state.builder.input(&name, &shape, is_integer(entry.config))?]);
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
        for (position, reference) in input_names.iter().enumerate() {
            let entry = positions.get(reference.0).and_then(|index| entries.get(*index));
            let entry = entry
                .filter(|entry| entry.class == "InputLayer")
                .ok_or_else(|| Error::model(format!("its input `{}` is not an `InputLayer`", reference.0)))?;
            let value = match inputs {
                Some(inputs) => inputs.get(position).cloned().ok_or_else(|| {
                    let count = inputs.len();
                    Error::model(format!(
                        "a model in it has {} inputs and is given {count}",
                        input_names.len()
                    ))
                })?,
                None => {
                    let shape = batch_shape(entry.config).ok_or_else(|| Error::Input {
                        input: entry.name.to_owned(),
                        reason: "has no shape in the model".to_owned(),
                    })?;
                    state.builder.input(entry.name, &shape, is_integer(entry.config))?
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
            let result = if number.is_some() || entry.class == "TFOpLambda" {
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
        let list = self.weights.layers(scope);
        let place = scope.part(&format!("{list}/{}", entry.group), entry.name);
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

fn entries(layers: &Json) -> Result<Vec<Entry<'_>>> {
    let layers = layers.as_array().ok_or_else(|| Error::model("its list of layers is missing"))?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut entries = Vec::new();
    for (index, json) in layers.iter().enumerate() {
        let config = json["config"].as_object();
        let (Some((class, is_custom)), Some(config)) = (class_of(json), config) else {
            return Err(Error::model(format!("its layer {index} has no class or no configuration")));
        };
        let name = json["name"].as_str().or_else(|| config.get("name")?.as_str());
        let name =
            name.ok_or_else(|| Error::model(format!("its layer {index}, of class `{class}`, has no name")))?;
        let base = snake_case(class);
        let count = counts.entry(base.clone()).or_default();
        let group = if *count == 0 { base } else { format!("{base}_{count}") };
        *count += 1;
        entries.push(Entry { name, class, is_custom, config, json, group });
    }
    Ok(entries)
}

/// Returns the name that Keras makes from a class, `Conv2D` to `conv2d` and `PReLU` to `p_re_lu`.
fn snake_case(class: &str) -> String {
    let letters: Vec<char> =
        class.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        let is_start = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if is_start {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
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

/// Returns all uses of layers.
fn calls<'a>(
    entries: &[Entry<'a>],
    outputs: &[(&'a str, usize, usize)],
) -> Result<BTreeMap<Reference<'a>, Call<'a>>> {
    let mut calls = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.class != "InputLayer") {
        for (number, node) in entry.json["inbound_nodes"].as_array().into_iter().flatten().enumerate() {
            calls.insert((entry.name, number), call(index, entry, node)?);
        }
    }
    // Keras 2 counts a model's own making as its first use, and leaves it out of the list.
    let known: BTreeSet<Reference<'a>> = calls.keys().copied().collect();
    let read = calls
        .values()
        .flat_map(Call::tensors)
        .chain(outputs.iter().map(|(name, number, _)| (*name, *number)));
    let shifted: BTreeSet<&str> = read
        .filter(|(name, number)| {
            *number > 0 && !known.contains(&(*name, *number)) && known.contains(&(*name, *number - 1))
        })
        .map(|(name, _)| name)
        .collect();
    let is_model = |name: &str| entries.iter().any(|entry| entry.name == name && is_model(entry.class));
    let shifted: BTreeSet<&str> = shifted.into_iter().filter(|name| is_model(name)).collect();
    let place = |(name, number): Reference<'a>| (name, number + usize::from(shifted.contains(name)));
    Ok(calls.into_iter().map(|(reference, call)| (place(reference), call)).collect())
}

fn is_model(class: &str) -> bool {
    matches!(class, "Sequential" | "Functional" | "Model")
}

/// The names that tensors are passed by, in the order of the layers' parameters.
const NAMED: [&str; 8] = ["inputs", "query", "value", "key", "x", "x1", "x2", "y"];

/// Reads a use of a layer: `{"args": .., "kwargs": ..}` of Keras 3, `[["name", 0, 0, {}], ..]` or `["name", 0, 0, {}]` of
/// Keras 2.
fn call<'a>(layer: usize, entry: &Entry<'a>, node: &'a Json) -> Result<Call<'a>> {
    let unknown = || Error::node(entry.name, entry.class, "its call has a form that is not known");
    let mut call = Call { layer, arguments: Vec::new(), options: Map::new() };
    let mut named: Vec<&Map<String, Json>> = Vec::new();
    if let Some(arguments) = node["args"].as_array() {
        arguments.iter().try_for_each(|argument| arguments_of(argument, &mut call)).ok_or_else(unknown)?;
        named.extend(node["kwargs"].as_object());
    } else {
        let items = node.as_array().ok_or_else(unknown)?;
        let items =
            if items.first().is_some_and(Json::is_string) { std::slice::from_ref(node) } else { items };
        for item in items {
            if item[0] == "_CONSTANT_VALUE" {
                call.arguments.push(Argument::Number(item[2].as_f64().ok_or_else(unknown)?));
            } else {
                arguments_of(item, &mut call).ok_or_else(unknown)?;
            }
            named.extend(item[3].as_object());
        }
    }
    for options in named {
        for key in NAMED {
            if let Some(argument) = options.get(key) {
                arguments_of(argument, &mut call).ok_or_else(unknown)?;
            }
        }
        let rest = options.iter().filter(|(key, _)| !NAMED.contains(&key.as_str()));
        call.options.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(call)
}

/// Collects the tensors and numbers of an argument; `None` when it is none of them, or a layer's second output.
fn arguments_of<'a>(argument: &'a Json, call: &mut Call<'a>) -> Option<()> {
    let mut tensor = |history: &'a Json| {
        let number = usize::try_from(history[1].as_u64()?).ok()?;
        if history[2].as_u64()? != 0 {
            return None;
        }
        call.arguments.push(Argument::Tensor((history[0].as_str()?, number)));
        Some(())
    };
    match argument {
        Json::Null | Json::Bool(_) => Some(()),
        Json::Number(number) => {
            call.arguments.push(Argument::Number(number.as_f64()?));
            Some(())
        }
        Json::Array(items) if items.first().is_some_and(Json::is_string) => tensor(argument),
        Json::Array(items) => items.iter().try_for_each(|item| arguments_of(item, call)),
        Json::Object(object) if argument["class_name"] == "__keras_tensor__" => {
            tensor(&object.get("config")?["keras_history"])
        }
        _ => None,
    }
}

/// Reads references: `["name", 0, 0]`, or a list or an object of them.
fn output_references(json: &Json) -> Vec<(&str, usize, usize)> {
    let number = |json: &Json| json.as_u64().and_then(|number| usize::try_from(number).ok());
    match json {
        Json::Array(items) => match items.as_slice() {
            [Json::String(name), first, second, ..] if first.is_u64() && second.is_u64() => {
                let numbers = number(first).zip(number(second));
                numbers.map(|(first, second)| (name.as_str(), first, second)).into_iter().collect()
            }
            _ => items.iter().flat_map(output_references).collect(),
        },
        Json::Object(items) => items.values().flat_map(output_references).collect(),
        _ => Vec::new(),
    }
}

fn references(json: &Json) -> Vec<Reference<'_>> {
    output_references(json).into_iter().map(|(name, number, _)| (name, number)).collect()
}

/// Returns the calls so that each stands after those it reads from.
fn sorted<'a>(calls: &BTreeMap<Reference<'a>, Call<'a>>) -> Result<Vec<Reference<'a>>> {
    let mut readers: BTreeMap<Reference<'a>, Vec<Reference<'a>>> = BTreeMap::new();
    let mut missing: BTreeMap<Reference<'a>, usize> = BTreeMap::new();
    let mut ready: VecDeque<Reference<'a>> = VecDeque::new();
    for (reference, call) in calls {
        let inner: BTreeSet<_> = call.tensors().filter(|input| calls.contains_key(input)).collect();
        for input in &inner {
            readers.entry(*input).or_default().push(*reference);
        }
        if inner.is_empty() {
            ready.push_back(*reference);
        }
        missing.insert(*reference, inner.len());
    }
    let mut order = Vec::new();
    while let Some(reference) = ready.pop_front() {
        order.push(reference);
        for reader in readers.get(&reference).into_iter().flatten() {
            if let Some(count) = missing.get_mut(reader) {
                *count -= 1;
                if *count == 0 {
                    ready.push_back(*reader);
                }
            }
        }
    }
    if order.len() == calls.len() { Ok(order) } else { Err(Error::model("its layers form a cycle")) }
}
