//! Forms in files: what stands beside ciphertexts and commitments.

use std::collections::BTreeSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tensorproof_transpiler::form::{Order, TensorForm};
use tensorproof_transpiler::seal::Packed;
use tensorproof_transpiler::settings::{Decimal, Fraction, TensorSettings};

use crate::error::{Error, Result};

/// The version of all files whose commitments or ciphertexts cover their form. Those before had none, or 1.
pub(crate) const FORMAT: u32 = 2;

/// A tensor of a file: its name, which is a part of its form where it is data, and its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TensorJson {
    pub(crate) name: String,
    /// The lengths of its axes.
    pub(crate) shape: Vec<usize>,
    pub(crate) order: Order,
    /// The integer that stands for 1, as a fraction.
    pub(crate) scale: Fraction,
    /// The least integer.
    pub(crate) low: Decimal,
    /// Bits of an integer less the least one.
    pub(crate) bits: usize,
}

impl TensorJson {
    /// Describes a tensor.
    pub(crate) fn of(name: &str, form: &TensorForm) -> Self {
        let packed = Packed { signal: name.to_owned(), form: form.clone(), name: None };
        let TensorSettings { signal, shape, order, scale, low, bits } = TensorSettings::of(&packed);
        Self { name: signal, shape, order, scale, low, bits }
    }

    /// Returns the forms of the tensors of a file.
    ///
    /// # Errors
    /// When one has no packing, a number is none, two have one name, or one of several has none.
    pub(crate) fn forms(path: &Path, tensors: &[Self]) -> Result<Vec<TensorForm>> {
        let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
        let names: BTreeSet<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        if names.len() != tensors.len() {
            return Err(malformed("`tensors` has one name twice".to_owned()));
        }
        if names.len() > 1 && names.contains("") {
            return Err(malformed("`tensors` has one without a name, expected one for each".to_owned()));
        }
        let form = |tensor: &Self| {
            let Self { name, shape, order, scale, low, bits } = tensor.clone();
            let found =
                format!("`{name}` of shape {shape:?}, of {bits} bits from `{low}` on at scale `{scale}`");
            let settings = TensorSettings { signal: name, shape, order, scale, low, bits };
            let packed = settings.packed();
            let packed = packed.map_err(|_| {
                malformed(format!("`tensors` has {found}, expected one integer or more of 1 to 253 bits"))
            })?;
            Ok(packed.form)
        };
        tensors.iter().map(form).collect()
    }
}

/// Reads the text of a file that has the version of its format in `format`.
///
/// # Errors
/// When it is of another version, or something else than what is expected.
pub(crate) fn of_version<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    let value: Value = tensorproof_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    if !value.is_object() {
        return Err(malformed("is no object, expected one with a `format`".to_owned()));
    }
    match value.get("format").map(Value::as_u64) {
        None | Some(Some(1)) => return Err(Error::EarlierVersion { path: path.to_owned() }),
        Some(Some(format)) if format == u64::from(FORMAT) => {}
        Some(_) => {
            return Err(malformed(format!("has format {}, expected {FORMAT}", value["format"])));
        }
    }
    // From the text, so that errors tell the line.
    serde_json::from_str(text).map_err(|error| malformed(error.to_string()))
}
