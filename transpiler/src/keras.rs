//! Keras models: `.keras` archives of Keras 3, and `.h5` files of Keras 2 and 3, to the nodes that ONNX would have.
//!
//! A `Conv2D` becomes `Transpose`, `Conv` and the node of its activation; weights are kept in ONNX' layout.
//!
//! Source: the files that Keras writes, and `keras/src/saving` of <https://github.com/keras-team/keras>.

mod activation;
mod archive;
mod attention;
mod builder;
mod calls;
mod category;
mod cell;
mod config;
mod convolution;
mod custom;
mod dense;
mod einsum;
mod hdf5;
mod image;
mod inputs;
mod layer;
mod mask;
mod network;
mod operation;
mod recurrent;
mod slicing;
mod weights;
mod wiring;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use sha3::{Digest as _, Keccak256};

use crate::axes::Lengths;
use crate::error::{Error, Result};
use crate::onnx::{self, Model};
use hdf5::Hdf5;
use network::Network;
use weights::{Scope, Weights};

/// The layers that are supported, beside functions of `keras.ops` and slices.
pub const LAYERS: &[&str] = &[
    "ActivityRegularization",
    "Activation",
    "AdaptiveAveragePooling1D/2D/3D",
    "AdaptiveMaxPooling1D/2D/3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "AugMix",
    "Average",
    "AveragePooling1D/2D/3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Conv1D/2D/3D",
    "Conv1D/2D/3DTranspose",
    "ConvLSTM1D/2D/3D",
    "Cropping1D/2D/3D",
    "CutMix",
    "Dense",
    "DepthwiseConv1D/2D",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "Equalization",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D/2D/3D",
    "GlobalMaxPooling1D/2D/3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "Identity",
    "IntegerLookup",
    "LSTM",
    "LSTMCell",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D/2D/3D",
    "Maximum",
    "Minimum",
    "MixUp",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "RandAugment",
    "Random* but RandomCrop",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv1D/2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "Solarization",
    "SpatialDropout1D/2D/3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "Subtract",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D/2D/3D",
    "ZeroPadding1D/2D/3D",
];

/// Largest file of weights, in bytes.
const LARGEST_FILE: u64 = 1 << 31;

/// Largest text of a model's structure, in bytes.
const LARGEST_CONFIG: u64 = 1 << 24;

/// Reads a model from a file of any kind that is known, told by its first bytes: Keras or ONNX.
///
/// # Errors
/// When the file cannot be read or is not a model that is understood.
pub fn load(path: &Path) -> Result<Model> {
    Ok(load_with_hash(path)?.0)
}

/// Does what [`load`] does. Returns also the hash of what was read, by which a model is known: the keccak256 of its file; where an
/// ONNX model keeps tensors in other files, that of this hash and the keccak256 of the bytes of each such tensor: those of
/// initializers, then those of nodes, in the order of the file.
///
/// # Errors
/// As [`load`].
pub fn load_with_hash(path: &Path) -> Result<(Model, [u8; 32])> {
    load_of(path, &Lengths::default())
}

/// Does what [`load_with_hash`] does for a model that leaves lengths of axes open. A Keras model takes them where it is read, its
/// layers need them.
///
/// # Errors
/// As those of [`load`], and when a length of a Keras model is not known.
pub fn load_of(path: &Path, lengths: &Lengths<'_>) -> Result<(Model, [u8; 32])> {
    onnx::in_file(path, |bytes| {
        if is_keras(bytes) {
            Ok((read_of(bytes, lengths)?, Keccak256::digest(bytes).into()))
        } else {
            onnx::read_beside(bytes, path.parent())
        }
    })
}

fn is_keras(bytes: &[u8]) -> bool {
    bytes.starts_with(hdf5::SIGNATURE) || bytes.starts_with(archive::SIGNATURE)
}

/// Reads a model from the bytes of a `.keras` or `.h5` file.
///
/// # Errors
/// When the bytes are not a Keras model that is understood.
pub fn read(bytes: &[u8]) -> Result<Model> {
    read_of(bytes, &Lengths::default())
}

fn read_of(bytes: &[u8], lengths: &Lengths<'_>) -> Result<Model> {
    let (structure, weights, version) = if bytes.starts_with(hdf5::SIGNATURE) {
        let file = Hdf5::open(bytes)?;
        let structure = text(&file, "model_config")?.ok_or_else(|| {
            Error::model("it holds no model, only weights: save it with `model.save`, not `save_weights`")
        })?;
        let version = text(&file, "keras_version")?.unwrap_or_default();
        (json(structure.as_bytes(), "model_config")?, Weights::new(file, true, BTreeMap::new()), version)
    } else if bytes.starts_with(archive::SIGNATURE) {
        let structure = json(&archive::extract(bytes, "config.json", LARGEST_CONFIG)?, "config.json")?;
        let metadata = json(&archive::extract(bytes, "metadata.json", LARGEST_CONFIG)?, "metadata.json")?;
        let version = metadata["keras_version"].as_str().unwrap_or_default().to_owned();
        let file = archive::extract(bytes, "model.weights.h5", LARGEST_FILE)?;
        let assets = archive::texts(bytes, "/vocabulary.txt", LARGEST_CONFIG)?;
        (structure, Weights::new(Hdf5::open(&file)?, false, assets), version)
    } else {
        return Err(Error::model("not a Keras model: it is neither a zip archive nor an HDF5 file"));
    };
    let is_keras_2 = match version.split('.').next() {
        Some("2") => true,
        Some("3") => false,
        _ => return Err(Error::model(format!("it was written by Keras `{version}`, expected 2 or 3"))),
    };
    Network { weights: &weights, is_keras_2, lengths }.translate(&structure, &Scope::default())
}

fn text(file: &Hdf5, attribute: &str) -> Result<Option<String>> {
    Ok(file.strings("/", attribute)?.and_then(|mut strings| strings.pop()))
}

fn json(bytes: &[u8], name: &str) -> Result<Json> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_CONFIG) {
        return Err(Error::model(format!("`{name}` has more than {LARGEST_CONFIG} bytes")));
    }
    tensorproof_json::from_slice(bytes)
        .map_err(|error| Error::model(format!("`{name}` is not JSON: {error}")))
}
