//! Arguments of what reads models: `run`, `transpile` and `inspect`.

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};

use super::WorkArgs;

/// `tensorproof run`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  class            class predicted: the proven one, or the largest of the outputs; null if there is no such thing. A list for
                   a batch, here and in outputs
  outputs          outputs by name, as real numbers (a class as its index)
  commitments      commitments among the public signals, by what they are to: input, params, output
  max_abs_error    largest difference between a proven output and the float model's (of the logits when a class is proven)
  scale            scale of inputs and weights, such as \"10^2\"
  constraints      number of constraints: quadratic, linear, total
  public_signals   number of public signals
  public_values    number of values that these are or, with a digest, stand for
  proof_bytes      size of the proof
  calldata_bytes   size of the transaction's data
  gas              gas of the whole transaction that verifies the proof
  seconds          time by stage, and in total")]
pub struct RunArgs {
    /// The model: an .onnx, .keras or .h5 file
    pub model: PathBuf,
    /// The input to prove: .json, .npy, .npz, .csv, .png or .pgm
    #[arg(long, short)]
    pub input: PathBuf,
    /// Which sample of the input file, counted from 0; the first one of a batch
    #[arg(long, default_value_t = 0)]
    pub sample: usize,
    /// The build directory [default: the model's name, beside you]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// How the proof is made
    #[command(flatten)]
    pub work: WorkArgs,
    /// How the circuit is made
    #[command(flatten)]
    pub circuit: CircuitArgs,
}

/// `tensorproof transpile`.
#[derive(Debug, Args)]
pub struct TranspileArgs {
    /// The model: an .onnx, .keras or .h5 file
    pub model: PathBuf,
    /// The build directory [default: the model's name, beside you]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// How the circuit is made
    #[command(flatten)]
    pub circuit: CircuitArgs,
}

/// `tensorproof inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A model (.onnx, .keras or .h5), or a build directory
    pub source: PathBuf,
    /// Write a report to this file too: layers, a histogram of the error, accuracy and constraints against the scale
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// How the circuit would be made; a build directory has its own settings
    #[command(flatten)]
    pub circuit: CircuitArgs,
}

/// How a model becomes a circuit.
#[derive(Debug, Args)]
pub struct CircuitArgs {
    /// Scale of inputs and weights: auto, max, or a power of ten or two such as 10^2
    #[arg(long, default_value = "auto", allow_hyphen_values = true)]
    pub scale: String,
    /// Scale of the weights of one linear layer, such as conv_1=10^2; may be given for several
    #[arg(long = "layer-scale", value_name = "LAYER=SCALE")]
    pub layer_scales: Vec<String>,
    /// Inputs that ranges and the scale are chosen for, of the same kinds [default: the input to prove]
    #[arg(long)]
    pub calibrate: Option<PathBuf>,
    /// Shape of an input of which the model leaves lengths open, such as x=1,16,512; may be given for several
    #[arg(long = "shape", value_name = "NAME=LENGTHS")]
    pub shapes: Vec<String>,
    /// Length of the axes that the model calls by a name, such as seq=16; may be given for several [default: those of the
    /// input, or else of the calibration inputs]
    #[arg(long = "dim", value_name = "NAME=LENGTH")]
    pub dims: Vec<String>,
    /// Largest error against the float model that `--scale auto` accepts, relative to its largest output
    #[arg(long)]
    pub tolerance: Option<f64>,
    /// Range of the input's real values, such as 0,1 [default: that of the calibration inputs]
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    pub input_range: Option<String>,
    /// Who sees the input
    #[arg(long, value_enum, default_value = "public")]
    pub input_visibility: InputVisibility,
    /// Who sees the parameters
    #[arg(long, value_enum, default_value = "private")]
    pub params_visibility: ParamsVisibility,
    /// Who sees the output
    #[arg(long, value_enum, default_value = "public")]
    pub output_visibility: OutputVisibility,
    /// The public key that is encrypted to: a file of `keygen`, or `x,y`
    #[arg(long, value_name = "KEY")]
    pub recipient: Option<String>,
    /// How many inputs one proof is about; all share the parameters
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = batch_size())]
    pub batch: usize,
    /// Where the input's range is checked
    #[arg(long, value_enum, default_value = "auto")]
    pub input_check: InputCheck,
    /// Prove the outputs themselves instead of the class
    #[arg(long)]
    pub raw: bool,
    /// How public values become public signals of the circuit
    #[arg(long, value_enum, default_value = "auto")]
    pub public_signals: PublicSignals,
    /// What the proofs of a digest are for, such as a chain and a contract: they are worthless for anything else
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub digest_label: String,
}

/// How public values become public signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PublicSignals {
    /// A digest where a contract verifies it for less gas
    Auto,
    /// Each value is a public signal
    Plain,
    /// Three public signals stand for all values: a hash, a challenge, and a sum at the challenge
    Digest,
}

/// Who sees the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputVisibility {
    /// In the public signals
    Public,
    /// In the witness only
    Private,
    /// A salted Poseidon commitment to it is in the public signals
    Hashed,
}

/// Who sees the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ParamsVisibility {
    /// In the public signals
    Public,
    /// In the witness only
    Private,
    /// A salted Poseidon commitment to them is in the public signals
    Hashed,
    /// Their encryption for the recipient is in the public signals
    Encrypted,
    /// Constants of the circuit: linear layers cost nothing, and who has the circuit has them
    Fixed,
}

/// Who sees the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputVisibility {
    /// In the public signals
    Public,
    /// In the witness only
    Private,
    /// A salted Poseidon commitment to it is in the public signals
    Hashed,
    /// Its encryption for the recipient is in the public signals
    Encrypted,
}

/// Where the input's range is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputCheck {
    /// By the verifier for public inputs, which it sees; in the circuit for private ones
    Auto,
    /// In the circuit
    Circuit,
    /// By the verifier
    Verifier,
}

/// Returns what reads a batch size; each sample is a copy of the model's circuit.
fn batch_size() -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(1..=4096).map(usize::from)
}
