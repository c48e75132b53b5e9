//! What a use of a layer is given: tensors, by position and by name, and options.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::builder::Value;
use super::config::Layer;
use super::mask::Tensor;
use crate::error::Result;

/// An argument with what it stands for.
#[derive(Clone)]
pub(super) enum Given<'a> {
    Tensor(Tensor),
    Number(f64),
    List(Vec<Given<'a>>),
    /// A slice, an ellipsis, text, a flag, a constant, or nothing.
    Other(&'a Json),
}

impl Given<'_> {
    fn collect(&self, tensors: &mut Vec<Tensor>) {
        match self {
            Self::Tensor(tensor) => tensors.push(tensor.clone()),
            Self::List(items) => items.iter().for_each(|item| item.collect(tensors)),
            Self::Number(_) | Self::Other(_) => {}
        }
    }

    /// Returns the tensors in it, in their order.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        let mut tensors = Vec::new();
        self.collect(&mut tensors);
        tensors
    }

    fn has_number(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::List(items) => items.iter().any(Self::has_number),
            Self::Tensor(_) | Self::Other(_) => false,
        }
    }

    /// Returns whether it says nothing.
    fn is_off(&self) -> bool {
        match self {
            Self::Other(json) => json.is_null() || **json == Json::Bool(false),
            Self::List(items) => items.iter().all(Self::is_off),
            Self::Tensor(_) | Self::Number(_) => false,
        }
    }
}

/// The arguments of a call.
#[derive(Default)]
pub(super) struct Inputs<'a> {
    pub(super) positional: Vec<Given<'a>>,
    pub(super) named: BTreeMap<&'a str, Given<'a>>,
}

/// The names that tensors are passed by, in the order of the layers' parameters.
const NAMED: [&str; 11] =
    ["inputs", "query", "value", "key", "sequences", "data", "images", "x", "x1", "x2", "y"];

impl Inputs<'_> {
    /// Returns the arguments of a call with tensors alone.
    pub(super) fn of(tensors: &[Tensor]) -> Self {
        let positional = tensors.iter().cloned().map(Given::Tensor).collect();
        Self { positional, named: BTreeMap::new() }
    }

    /// Returns the tensors that are the layer's inputs.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        let named = NAMED.iter().filter_map(|key| self.named.get(key));
        self.positional.iter().chain(named).flat_map(Given::tensors).collect()
    }

    /// Returns the tensors of one argument.
    pub(super) fn tensors_of(&self, key: &str) -> Vec<Tensor> {
        self.named.get(key).map(Given::tensors).unwrap_or_default()
    }

    /// Returns the one value of an argument, if it is given.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) fn value_of(&self, layer: &Layer<'_>, key: &str) -> Result<Option<Value>> {
        match (self.named.get(key), self.tensors_of(key).as_slice()) {
            (None, _) => Ok(None),
            (Some(given), []) if given.is_off() => Ok(None),
            (_, [tensor]) => Ok(Some(tensor.value.clone())),
            _ => Err(layer
                .fail(format!("is called with a `{key}` that is not one tensor, which is not supported"))),
        }
    }

    /// Returns whether an option is set.
    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.named.get(key), Some(Given::Other(Json::Bool(true))))
    }

    /// Refuses what a call says beside its tensors, but for what the layer knows or changes nothing.
    ///
    /// # Errors
    /// When something else is said.
    pub(super) fn check(&self, layer: &Layer<'_>) -> Result<()> {
        let is_attention = layer.class.ends_with("Attention");
        for (key, given) in &self.named {
            let is_known = match *key {
                "name" => true,
                "mask" => !layer.is_custom,
                "initial_state" => super::recurrent::is_recurrent(layer.class),
                "count_weights" => layer.class == "CategoryEncoding",
                "return_attention_scores" | "use_causal_mask" => is_attention,
                "attention_mask" | "query_mask" | "value_mask" | "key_mask" => {
                    is_attention && given.tensors().len() == 1
                }
                key => NAMED.contains(&key),
            };
            if !is_known && !given.is_off() {
                return Err(layer.fail(format!("is called with `{key}`, which is not supported")));
            }
        }
        let named = NAMED.iter().filter_map(|key| self.named.get(key));
        if self.positional.iter().chain(named).any(Given::has_number) {
            return Err(layer.fail("is called with a number, which is not supported"));
        }
        Ok(())
    }
}
