//! What can be wrong with a model, its data or the choice of numbers.

use std::path::PathBuf;

/// The result of a stage of the transpiler.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a model cannot be turned into a circuit, or data not into its inputs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("`{path}` could not be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("`{path}`: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A tensor of the model is damaged or of an unsupported kind.
    #[error("tensor `{tensor}`: {reason}")]
    Tensor {
        /// Its name.
        tensor: String,
        /// What is wrong.
        reason: String,
    },
    /// A node cannot be proven.
    #[error("node `{node}` ({operator}): {reason}")]
    Node {
        /// Its name.
        node: String,
        /// Its operator.
        operator: String,
        /// What is wrong.
        reason: String,
    },
    /// A comment of a circuit would be more than that.
    #[error("a comment of the circuit would be {text:?}, expected a line of printable ASCII")]
    Comment {
        /// The comment.
        text: String,
    },
    /// The model as a whole is not usable.
    #[error("model: {reason}")]
    Model {
        /// What is wrong.
        reason: String,
    },
    /// A layer's values may leave the field.
    #[error("layer `{layer}`: values need {bits} bits at this scale, expected at most {most}")]
    TooWide {
        /// The layer.
        layer: String,
        /// Bits needed.
        bits: u64,
        /// Bits there are.
        most: u64,
    },
    /// A commitment admits parameters with which a layer's values would leave the field.
    #[error(
        "layer `{layer}`: parameters that fit the commitment could give values of {bits} bits, which wrap around in the \
         field, expected at most {most}"
    )]
    MayWrap {
        /// The layer.
        layer: String,
        /// Bits that values could have.
        bits: u64,
        /// Bits there are.
        most: u64,
    },
    /// A model is larger than the architecture that circuits were made for.
    #[error("layer `{layer}`: {what} need {bits} bits, the architecture has {most}")]
    OverArchitecture {
        /// The layer.
        layer: String,
        /// Parameters or sums.
        what: &'static str,
        /// Bits needed.
        bits: u64,
        /// Bits there are.
        most: u64,
    },
    /// A layer that is to have a scale of its own is not in the model.
    #[error("no linear layer is called `{name}`, found `{layers}`")]
    NoLayer {
        /// The name.
        name: String,
        /// The names of the linear layers.
        layers: String,
    },
    /// No scale satisfies the request.
    #[error("no scale up to 10^{most} agrees with the float model on the calibration inputs: {reason}")]
    NoScale {
        /// The largest exponent tried.
        most: u32,
        /// How the last one failed.
        reason: String,
    },
    /// An option has no meaning.
    #[error("{option} `{value}` is not {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What can be given.
        expected: &'static str,
    },
    /// An input value is outside the range that the circuit was made for.
    #[error(
        "input `{input}`: value {value} at {index:?} is outside the range of the circuit, [{low}, {high}]"
    )]
    OutOfRange {
        /// The input.
        input: String,
        /// Where the value stands.
        index: Vec<usize>,
        /// The value.
        value: f64,
        /// The least value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// An input is missing or has another shape.
    #[error("input `{input}`: {reason}")]
    Input {
        /// The input.
        input: String,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn node(node: &str, operator: &str, reason: impl Into<String>) -> Self {
        Self::Node { node: node.to_owned(), operator: operator.to_owned(), reason: reason.into() }
    }

    pub(crate) fn tensor(tensor: &str, reason: impl Into<String>) -> Self {
        Self::Tensor { tensor: tensor.to_owned(), reason: reason.into() }
    }

    pub(crate) fn model(reason: impl Into<String>) -> Self {
        Self::Model { reason: reason.into() }
    }
}
