//! The layers of a model, and which of them are used on what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value as Json};

use super::config::class_of;
use crate::error::{Error, Result};

/// One use of a layer.
pub(super) struct Call<'a> {
    pub(super) layer: usize,
    pub(super) arguments: Vec<Argument<'a>>,
    pub(super) named: Vec<(&'a str, Argument<'a>)>,
}

/// An argument of a call.
pub(super) enum Argument<'a> {
    /// An output of a use of a layer.
    Tensor(Reference<'a>, usize),
    Number(f64),
    List(Vec<Argument<'a>>),
    /// A slice, an ellipsis, text, a flag, a constant, or nothing.
    Other(&'a Json),
}

/// A layer and which of its uses.
pub(super) type Reference<'a> = (&'a str, usize);

impl<'a> Argument<'a> {
    fn collect(&self, tensors: &mut Vec<Reference<'a>>) {
        match self {
            Self::Tensor(reference, _) => tensors.push(*reference),
            Self::List(items) => items.iter().for_each(|item| item.collect(tensors)),
            Self::Number(_) | Self::Other(_) => {}
        }
    }
}

impl<'a> Call<'a> {
    pub(super) fn tensors(&self) -> Vec<Reference<'a>> {
        let mut tensors = Vec::new();
        let named = self.named.iter().map(|(_, argument)| argument);
        self.arguments.iter().chain(named).for_each(|argument| argument.collect(&mut tensors));
        tensors
    }
}

/// A layer of the list of a model.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) class: &'a str,
    pub(super) is_custom: bool,
    /// Whether it is a function of `keras.ops`, not a layer.
    pub(super) is_operation: bool,
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
        // The class is known by another name than its own.
        let own = if class == "GroupQueryAttention" { "GroupedQueryAttention" } else { class };
        let base = snake_case(own);
        let count = counts.entry(base.clone()).or_default();
        let group = if *count == 0 { base } else { format!("{base}_{count}") };
        *count += 1;
        // `.h5` files do not tell the module; what is said of every layer is said of no function.
        let is_operation = match json["module"].as_str() {
            Some(module) => module.contains(".ops."),
            None => !config.contains_key("trainable") && super::operation::is_known(class),
        };
        let is_operation = is_operation || matches!(class, "TFOpLambda" | "SlicingOpLambda");
        entries.push(Entry { name, class, is_custom, is_operation, config, json, group });
    }
    Ok(entries)
}

/// Returns the layer that another one wraps.
pub(super) fn wrapped<'a>(entry: &Entry<'a>, key: &str) -> Result<Entry<'a>> {
    let json = entry.config.get(key).unwrap_or(&Json::Null);
    let (Some((class, is_custom)), Some(config)) = (class_of(json), json["config"].as_object()) else {
        return Err(Error::node(entry.name, entry.class, format!("`{key}` is not a layer")));
    };
    let name = config.get("name").and_then(Json::as_str).unwrap_or_default();
    Ok(Entry { name, class, is_custom, is_operation: false, config, json, group: String::new() })
}

/// Returns the name that Keras makes from a class, `Conv2D` to `conv2d` and `PReLU` to `p_re_lu`.
pub(super) fn snake_case(class: &str) -> String {
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

/// Reads a use of a layer: `{"args": .., "kwargs": ..}` of Keras 3, `[["name", 0, 0, {}], ..]` or `["name", 0, 0, {}]` of
/// Keras 2.
fn call<'a>(layer: usize, entry: &Entry<'a>, node: &'a Json) -> Result<Call<'a>> {
    let fail = |reason: &str| Error::node(entry.name, entry.class, reason);
    let unknown = || fail("its call has a form that is not known");
    let mut call = Call { layer, arguments: Vec::new(), named: Vec::new() };
    let mut named: Vec<&Map<String, Json>> = Vec::new();
    if let Some(arguments) = node["args"].as_array() {
        for json in arguments {
            call.arguments.push(argument(json).ok_or_else(unknown)?);
        }
        named.extend(node["kwargs"].as_object());
    } else {
        let items = node.as_array().ok_or_else(unknown)?;
        let items =
            if items.first().is_some_and(Json::is_string) { std::slice::from_ref(node) } else { items };
        for item in items {
            let json = if item[0] == "_CONSTANT_VALUE" { &item[2] } else { item };
            call.arguments.push(argument(json).ok_or_else(unknown)?);
            named.extend(item[3].as_object());
        }
    }
    for (key, json) in named.into_iter().flatten() {
        call.named.push((key.as_str(), argument(json).ok_or_else(unknown)?));
    }
    Ok(call)
}

/// Reads an argument; `None` when it names a tensor in a way that is not known.
fn argument(json: &Json) -> Option<Argument<'_>> {
    Some(match json {
        Json::Number(number) => Argument::Number(number.as_f64()?),
        Json::Array(items) if items.first().is_some_and(Json::is_string) && items.len() > 2 => tensor(json)?,
        Json::Array(items) => Argument::List(items.iter().map(argument).collect::<Option<_>>()?),
        Json::Object(_) if json["class_name"] == "__keras_tensor__" => {
            tensor(&json["config"]["keras_history"])?
        }
        _ => Argument::Other(json),
    })
}

/// Reads which output of a use of a layer is meant: `["name", 0, 0]`.
fn tensor(history: &Json) -> Option<Argument<'_>> {
    let number = |at: usize| usize::try_from(history[at].as_u64()?).ok();
    Some(Argument::Tensor((history[0].as_str()?, number(1)?), number(2)?))
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

/// Returns the calls in the order in which Keras makes them: what is furthest from the end first, so that each stands after
/// those it reads from.
pub(super) fn sorted<'a>(calls: &BTreeMap<Reference<'a>, Call<'a>>) -> Result<Vec<Reference<'a>>> {
    let mut readers: BTreeMap<Reference<'a>, Vec<Reference<'a>>> = BTreeMap::new();
    let mut missing: BTreeMap<Reference<'a>, usize> = BTreeMap::new();
    let mut ready: VecDeque<Reference<'a>> = VecDeque::new();
    for (reference, call) in calls {
        let inner: BTreeSet<_> =
            call.tensors().into_iter().filter(|input| calls.contains_key(input)).collect();
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
    if order.len() != calls.len() {
        return Err(Error::model("its layers form a cycle"));
    }
    let mut depths: BTreeMap<Reference<'a>, usize> = BTreeMap::new();
    for reference in order.iter().rev() {
        let behind = readers.get(reference).into_iter().flatten();
        let depth = behind.filter_map(|reader| depths.get(reader)).map(|depth| depth + 1).max();
        depths.insert(*reference, depth.unwrap_or(0));
    }
    order.sort_by_key(|reference| std::cmp::Reverse(depths.get(reference).copied()));
    Ok(order)
}
