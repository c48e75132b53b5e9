//! Arguments of what works on circom circuits, a model's or others: `compile`, `witness` and `templates`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tensorproof_r1cs::Prime;

/// `tensorproof compile`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  constraints.quadratic   constraints with a product of two wires
  constraints.linear      constraints without one
  wires                   wires, the constant one included
  public_signals          public outputs and inputs
  private_inputs          private inputs
  eliminated              signals that simplification removed: equalities, constants, linear
  terms                   non-zero coefficients before and after
  warnings                number of warnings and findings

With --json, the constraints are written to FILE_constraints.json too.")]
pub struct CompileArgs {
    /// A .circom file, or a build directory
    pub source: PathBuf,
    /// Where the artefacts go [default: the build directory, or the file's folder]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// A folder to search for included files; may be given more than once
    #[arg(long = "library", short = 'l')]
    pub libraries: Vec<PathBuf>,
    /// Keep every constraint and signal
    #[arg(long = "O0", group = "level")]
    pub o0: bool,
    /// Eliminate signals that equal a signal or a constant [default]
    #[arg(long = "O1", group = "level")]
    pub o1: bool,
    /// Eliminate signals that are linear combinations of others too
    #[arg(long = "O2", group = "level")]
    pub o2: bool,
    /// The prime of the field; proofs are made over bn128
    #[arg(long, value_parser = prime_parser(), default_value = Prime::default().name())]
    pub prime: Prime,
    /// Write the constraints, FILE.r1cs
    #[arg(long)]
    pub r1cs: bool,
    /// Write the signals' names, FILE.sym
    #[arg(long)]
    pub sym: bool,
    /// Show what the constraints may leave open: assertions, hints, aliased bits, unused signals
    #[arg(long)]
    pub inspect: bool,
}

/// `tensorproof witness`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  outputs   proven outputs by name: real numbers of a model (a class as its index), integers of other circuits
  class     the class predicted, or null
  wires     number of values in the witness")]
pub struct WitnessArgs {
    /// The build directory, or a .circom file whose artefacts are beside it
    pub dir: PathBuf,
    /// The input: .json, .npy or .npz of a model's, a .json may have the salt of a hashed input as `inputSalt`; an
    /// `input.json` as circom reads it for other circuits
    #[arg(long, short)]
    pub input: PathBuf,
    /// A folder to search for included files; may be given more than once
    #[arg(long = "library", short = 'l')]
    pub libraries: Vec<PathBuf>,
    /// Which sample of the input file, counted from 0
    #[arg(long, default_value_t = 0)]
    pub sample: usize,
    /// The prime of the field, for a circuit that is no model's
    #[arg(long, value_parser = prime_parser(), default_value = Prime::default().name())]
    pub prime: Prime,
}

/// `tensorproof templates`.
#[derive(Debug, Args)]
pub struct TemplatesArgs {
    /// The folder that gets `tensorproof/…`
    #[arg(long, short)]
    pub output: PathBuf,
}

/// Reads the name of a prime.
fn prime_parser() -> impl TypedValueParser<Value = Prime> {
    PossibleValuesParser::new(Prime::ALL.map(Prime::name))
        .map(|name| Prime::from_name(&name).unwrap_or_default())
}
