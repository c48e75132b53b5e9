//! A layer's configuration, read with errors that name the layer.

use serde_json::{Map, Value as Json};

use super::weights::{Scope, Weights};
use crate::error::{Error, Result};

/// A layer of a file.
pub(super) struct Layer<'a> {
    /// Its name, with those of the models it is in.
    pub(super) name: String,
    /// Its class.
    pub(super) class: &'a str,
    /// Whether the class is not one of Keras.
    pub(super) is_custom: bool,
    /// Its configuration.
    pub(super) config: &'a Map<String, Json>,
    /// Where its weights are.
    pub(super) scope: Scope,
    /// The weights of the model.
    pub(super) weights: &'a Weights,
    /// Whether Keras 2 wrote the file.
    pub(super) is_keras_2: bool,
}

impl<'a> Layer<'a> {
    /// Returns an error about this layer.
    pub(super) fn fail(&self, reason: impl Into<String>) -> Error {
        Error::node(&self.name, self.class, reason)
    }

    /// Returns a layer that this one wraps.
    pub(super) fn wrapped(&self, key: &str, group: &str) -> Result<Layer<'a>> {
        let json = self.config.get(key).unwrap_or(&Json::Null);
        let (Some((class, is_custom)), Some(config)) = (class_of(json), json["config"].as_object()) else {
            return Err(self.fail(format!("`{key}` is not a layer")));
        };
        let name = config.get("name").and_then(Json::as_str).unwrap_or_default();
        let scope = self.scope.part(group, name);
        Ok(Layer { name: self.name.clone(), class, is_custom, config, scope, ..*self })
    }

    /// Returns the weights of these names, as [`Weights::read`] does.
    pub(super) fn read(&self, names: &[&str]) -> Result<Vec<ndarray::ArrayD<f64>>> {
        self.weights.read(&self.scope, names).map_err(|error| self.fail(error.to_string()))
    }

    /// Returns the weights of these names when they have these shapes.
    pub(super) fn weights(&self, expected: &[(&str, &[usize])]) -> Result<Vec<ndarray::ArrayD<f64>>> {
        let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
        let weights = self.read(&names)?;
        for (weight, (name, shape)) in weights.iter().zip(expected) {
            if weight.shape() != *shape {
                let actual = weight.shape();
                return Err(self.fail(format!("weight `{name}` has shape {actual:?}, expected {shape:?}")));
            }
        }
        Ok(weights)
    }

    /// Returns the text of a file that the model keeps for this layer; `None` when there is none.
    pub(super) fn asset(&self, name: &str) -> Option<&'a str> {
        self.weights.asset(&self.scope, name)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Json> {
        self.config.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> Result<bool> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .or_else(|| value.as_u64().map(|value| value != 0))
                .ok_or_else(|| self.unexpected(key, value, "true or false")),
        }
    }

    pub(super) fn float(&self, key: &str) -> Result<Option<f64>> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => {
                // Keras 2 wrote some scalars as arrays: `{"class_name": "__numpy__", ..}`, or objects with a value.
                let number = value.as_f64().or_else(|| value["config"]["value"].as_f64());
                number.map(Some).ok_or_else(|| self.unexpected(key, value, "a number"))
            }
        }
    }

    pub(super) fn text(&self, key: &str, default: &'a str) -> Result<&'a str> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value.as_str().ok_or_else(|| self.unexpected(key, value, "text")),
        }
    }

    /// Returns a size of at least 1.
    pub(super) fn size(&self, key: &str) -> Result<usize> {
        match self.sizes(key, 1)?.as_deref() {
            Some([size]) => Ok(*size),
            _ => Err(self.fail(format!("`{key}` is missing"))),
        }
    }

    /// Returns `count` sizes of at least 1, where one number stands for that many.
    pub(super) fn sizes(&self, key: &str, count: usize) -> Result<Option<Vec<usize>>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let size = |value: &Json| {
            value
                .as_u64()
                .filter(|size| (1..1 << 26).contains(size))
                .and_then(|size| usize::try_from(size).ok())
        };
        let sizes = match value.as_array() {
            Some(items) => items.iter().map(size).collect::<Option<Vec<_>>>(),
            None => size(value).map(|size| vec![size; count]),
        };
        match sizes {
            Some(sizes) if sizes.len() == count => Ok(Some(sizes)),
            _ => Err(self.unexpected(key, value, &format!("{count} positive integers"))),
        }
    }

    /// Returns one axis of a value of `rank` axes.
    pub(super) fn axis(&self, key: &str, default: i64, rank: usize) -> Result<usize> {
        match self.axes(key, default, rank)?.as_slice() {
            [axis] => Ok(*axis),
            axes => Err(self.fail(format!("`{key}` {axes:?} is not supported, expected one axis"))),
        }
    }

    /// Returns one or several axes of a value of `rank` axes, ascending.
    pub(super) fn axes(&self, key: &str, default: i64, rank: usize) -> Result<Vec<usize>> {
        let default = Json::from(default);
        // Null stands for all axes where it is allowed, which no caller wants.
        let value = self.config.get(key).unwrap_or(&default);
        let axis = |value: &Json| {
            let axis = value.as_i64()?;
            let axis = if axis < 0 { axis.checked_add(i64::try_from(rank).ok()?)? } else { axis };
            usize::try_from(axis).ok().filter(|axis| *axis < rank)
        };
        let axes = match value.as_array() {
            Some(items) => items.iter().map(axis).collect::<Option<Vec<_>>>(),
            None => axis(value).map(|axis| vec![axis]),
        };
        let mut axes = axes.ok_or_else(|| self.unexpected(key, value, &format!("axes of {rank}")))?;
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    }

    /// Returns whether the channels come before the places.
    pub(super) fn is_channels_first(&self) -> Result<bool> {
        match self.text("data_format", "channels_last")? {
            "channels_last" => Ok(false),
            "channels_first" => Ok(true),
            other => Err(self.fail(format!("`data_format` `{other}` is not known"))),
        }
    }

    /// Returns the axes of a value of `rank` axes as ONNX wants them: batch, channels, places.
    pub(super) fn channels_first_order(&self, rank: usize) -> Result<Vec<usize>> {
        if self.is_channels_first()? {
            Ok((0..rank).collect())
        } else {
            Ok(order_with_axis_second(rank - 1, rank))
        }
    }

    pub(super) fn unexpected(&self, key: &str, value: &Json, expected: &str) -> Error {
        let mut text = value.to_string();
        if text.len() > 100 {
            text = format!("{}...", text.chars().take(100).collect::<String>());
        }
        self.fail(format!("`{key}` {text} is not supported, expected {expected}"))
    }
}

/// Returns the class of a layer, without its package, and whether it is not one of Keras.
///
/// A class that was registered has a name such as `package>Poly`; one that was not has the module of its program.
pub(super) fn class_of(json: &Json) -> Option<(&str, bool)> {
    let full = json["class_name"].as_str()?;
    let class = full.rsplit('>').next().unwrap_or_default();
    let is_registered = [full, json["registered_name"].as_str().unwrap_or_default()]
        .iter()
        .any(|name| name.contains('>') && !name.starts_with("keras"));
    Some((class, is_registered || !is_of_keras(json)))
}

/// Returns whether an object's module is Keras, or not told.
pub(super) fn is_of_keras(json: &Json) -> bool {
    let module = json["module"].as_str().unwrap_or("keras");
    matches!(module.split('.').next(), Some("keras" | "tf_keras" | "tensorflow"))
}

/// Returns all axes with `axis` after the batch.
pub(super) fn order_with_axis_second(axis: usize, rank: usize) -> Vec<usize> {
    let mut order = vec![0, axis];
    order.extend((1..rank).filter(|other| *other != axis));
    order
}
