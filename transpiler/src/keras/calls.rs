//! The layers of a model, and which of them are used on what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value as Json};

use super::config::class_of;
use crate::error::{Error, Result};

/// One use of a layer.
pub(super) struct Call<'a> {
    pub(super) layer: usize,
    pub(super) arguments: Vec<Argument<'a>>,
    pub(super) options: Map<String, Json>,
}

/// An input of a call.
pub(super) enum Argument<'a> {
    Tensor(Reference<'a>),
    Number(f64),
}

/// A layer and which of its uses.
pub(super) type Reference<'a> = (&'a str, usize);

impl<'a> Call<'a> {
    pub(super) fn tensors(&self) -> impl Iterator<Item = Reference<'a>> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Tensor(reference) => Some(*reference),
            Argument::Number(_) => None,
        })
    }

    /// Refuses what a call says beside its tensors and numbers, but for what changes nothing.
    pub(super) fn check_options(&self, entry: &Entry<'_>) -> Result<()> {
        for (key, value) in &self.options {
            let is_known = match key.as_str() {
                // Scores are a second output, which nothing may read.
                "name" | "return_attention_scores" => true,
                "use_causal_mask" => entry.class == "MultiHeadAttention",
                _ => false,
            };
            if !is_known && !value.is_null() && value != &Json::Bool(false) {
                let reason = format!("is called with `{key}`, which is not supported");
                return Err(Error::node(entry.name, entry.class, reason));
            }
        }
        Ok(())
    }
}

/// A layer of the list of a model.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) class: &'a str,
    pub(super) is_custom: bool,
    pub(super) config: &'a Map<String, Json>,
    pub(super) json: &'a Json,
    /// The name of its weights' group in a `.keras` file.
    pub(super) group: String,
}

pub(super) fn entries(layers: &Json) -> Result<Vec<Entry<'_>>> {
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

/// Returns all uses of layers.
pub(super) fn calls<'a>(
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
    let models: BTreeSet<&str> =
        entries.iter().filter(|entry| is_model(entry.class)).map(|entry| entry.name).collect();
    let shifted: BTreeSet<&str> = shifted.intersection(&models).copied().collect();
    let place = |(name, number): Reference<'a>| (name, number + usize::from(shifted.contains(name)));
    Ok(calls.into_iter().map(|(reference, call)| (place(reference), call)).collect())
}

pub(super) fn is_model(class: &str) -> bool {
    matches!(class, "Sequential" | "Functional" | "Model")
}

/// The names that tensors are passed by, in the order of the layers' parameters.
const NAMED: [&str; 8] = ["inputs", "query", "value", "key", "x", "x1", "x2", "y"];

/// Reads a use of a layer: `{"args": .., "kwargs": ..}` of Keras 3, `[["name", 0, 0, {}], ..]` or `["name", 0, 0, {}]` of
/// Keras 2.
fn call<'a>(layer: usize, entry: &Entry<'a>, node: &'a Json) -> Result<Call<'a>> {
    let fail = |reason: &str| Error::node(entry.name, entry.class, reason);
    let unknown = || fail(UNKNOWN);
    let mut call = Call { layer, arguments: Vec::new(), options: Map::new() };
    let mut named: Vec<&Map<String, Json>> = Vec::new();
    if let Some(arguments) = node["args"].as_array() {
        arguments.iter().try_for_each(|argument| arguments_of(argument, &mut call)).map_err(fail)?;
        named.extend(node["kwargs"].as_object());
    } else {
        let items = node.as_array().ok_or_else(unknown)?;
        let items =
            if items.first().is_some_and(Json::is_string) { std::slice::from_ref(node) } else { items };
        for item in items {
            if item[0] == "_CONSTANT_VALUE" {
                call.arguments.push(Argument::Number(item[2].as_f64().ok_or_else(unknown)?));
            } else {
                arguments_of(item, &mut call).map_err(fail)?;
            }
            named.extend(item[3].as_object());
        }
    }
    for options in named {
        for key in NAMED {
            if let Some(argument) = options.get(key) {
                arguments_of(argument, &mut call).map_err(fail)?;
            }
        }
        let rest = options.iter().filter(|(key, _)| !NAMED.contains(&key.as_str()));
        call.options.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(call)
}

/// What is wrong with most calls that cannot be read.
const UNKNOWN: &str = "its call has a form that is not known";

/// Collects the tensors and numbers of an argument, or says why not.
fn arguments_of<'a>(argument: &'a Json, call: &mut Call<'a>) -> std::result::Result<(), &'static str> {
    let mut tensor = |history: &'a Json| {
        let number = history[1].as_u64().and_then(|number| usize::try_from(number).ok());
        let (Some(layer), Some(number)) = (history[0].as_str(), number) else {
            return Err(UNKNOWN);
        };
        if history[2].as_u64() != Some(0) {
            return Err("reads a second output of a layer, which is not supported");
        }
        call.arguments.push(Argument::Tensor((layer, number)));
        Ok(())
    };
    match argument {
        Json::Null | Json::Bool(_) => Ok(()),
        Json::Number(number) => {
            call.arguments.push(Argument::Number(number.as_f64().ok_or(UNKNOWN)?));
            Ok(())
        }
        Json::Array(items) if items.first().is_some_and(Json::is_string) => tensor(argument),
        Json::Array(items) => items.iter().try_for_each(|item| arguments_of(item, call)),
        Json::Object(_) if argument["class_name"] == "__keras_tensor__" => {
            tensor(&argument["config"]["keras_history"])
        }
        _ => Err(UNKNOWN),
    }
}

/// Reads references: `["name", 0, 0]`, or a list or an object of them.
pub(super) fn output_references(json: &Json) -> Vec<(&str, usize, usize)> {
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

pub(super) fn references(json: &Json) -> Vec<Reference<'_>> {
    output_references(json).into_iter().map(|(name, number, _)| (name, number)).collect()
}

/// Returns the calls so that each stands after those it reads from.
pub(super) fn sorted<'a>(calls: &BTreeMap<Reference<'a>, Call<'a>>) -> Result<Vec<Reference<'a>>> {
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
