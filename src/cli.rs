//! The command line.

mod bounty;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use tensorproof_r1cs::Prime;

pub use bounty::*;

/// Proves what a machine-learning model computed.
///
/// An ONNX model becomes a circom circuit, its inferences become Groth16 proofs, and a Solidity contract checks them.
#[derive(Debug, Parser)]
#[command(name = "tensorproof", version, max_term_width = 100)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Print the result as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Print nothing but the result and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// One stage each, and `run` for all of them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one go: transpile, compile, set up, solve, prove, verify, export, check on an EVM
    Run(RunArgs),
    /// Turn a model into a circom circuit
    Transpile(TranspileArgs),
    /// Compile a circom circuit to constraints and symbols
    Compile(CompileArgs),
    /// Make a proving key and a verifying key: for development, or by a ceremony
    Setup(SetupArgs),
    /// Compute the value of every wire for an input
    Witness(WitnessArgs),
    /// Prove an inference
    Prove(ProveArgs),
    /// Verify a proof
    Verify(VerifyArgs),
    /// Write the Solidity contract that verifies proofs
    ExportVerifier(ExportVerifierArgs),
    /// Print the call data of a proof, for a contract on a chain
    ExportCalldata(ExportCalldataArgs),
    /// Put the contract that verifies proofs on a chain
    Deploy(DeployArgs),
    /// Show a model's layers: shapes, scales, ranges, constraints
    Inspect(InspectArgs),
    /// Make a key that parameters and outputs can be encrypted to
    Keygen(KeygenArgs),
    /// Encrypt integers, such as weights.json, for the owner of a public key
    Encrypt(EncryptArgs),
    /// Decrypt what was encrypted, or what a proof shows encrypted
    Decrypt(DecryptArgs),
    /// Make or check a commitment to integers, such as weights.json
    Commit(CommitArgs),
    /// Print the IPFS identifier of a file's bytes
    Cid(CidArgs),
    /// Pay for a private model of proven accuracy, or be paid for one
    #[command(subcommand)]
    Bounty(BountyStep),
    /// List the operators that can be proven
    Ops,
    /// Write the circom template library to a folder, for use with `-l`
    Templates(TemplatesArgs),
}

/// `tensorproof setup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(
    after_help = "Without --ptau, the key is for development: who makes it could forge proofs. With --ptau, it is the
start of a ceremony: it is safe once one of those who contributed has forgotten the secret.

Keys of the JSON result:
  origin           development or ceremony
  domain           rows of the circuit, as a power of two; of a development key
  circuit_hash     what contributions are bound to; of a ceremony
  public_signals   number of public signals
  seconds          time to make the key"
)]
pub struct SetupArgs {
    /// The build directory, or a .circom file whose artefacts are beside it
    #[arg(required = true)]
    pub dir: Option<PathBuf>,
    /// Powers of tau, prepared for phase 2: start a ceremony
    #[arg(long, value_name = "FILE")]
    pub ptau: Option<PathBuf>,
    /// A folder to search for included files; may be given more than once
    #[arg(long = "library", short = 'l')]
    pub libraries: Vec<PathBuf>,
    /// A step of a ceremony
    #[command(subcommand)]
    pub step: Option<SetupStep>,
}

/// The steps of a ceremony.
#[derive(Debug, Subcommand)]
pub enum SetupStep {
    /// Add a secret to a key, and forget it
    Contribute(ContributeArgs),
    /// End a ceremony with a public random value
    Beacon(BeaconArgs),
    /// Verify powers of tau, and a key with all of its contributions
    Verify(SetupVerifyArgs),
    /// Write the verifying key of a proving key
    ExportVk(ExportVkArgs),
    /// Powers of tau, which all circuits can share
    #[command(subcommand)]
    Ptau(PtauStep),
}

/// Steps on powers of tau.
#[derive(Debug, Subcommand)]
pub enum PtauStep {
    /// Start powers of tau, to which nobody has contributed yet
    New {
        /// Circuits may have 2^POWER rows: constraints, public signals and one
        #[arg(long)]
        power: u32,
        /// The new file
        #[arg(long, short)]
        output: PathBuf,
    },
    /// Add secrets to powers of tau, and forget them
    Contribute(ContributeArgs),
    /// End powers of tau with a public random value
    Beacon(BeaconArgs),
    /// Add what keys are made from
    Prepare {
        /// Powers of tau
        file: PathBuf,
        /// The new file [default: FILE, replaced]
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Keep what smaller circuits need of prepared powers
    Truncate {
        /// Powers of tau, prepared for phase 2
        file: PathBuf,
        /// The power to keep
        #[arg(long)]
        power: u32,
        /// The new file
        #[arg(long, short)]
        output: PathBuf,
    },
}

/// `tensorproof setup contribute` and `tensorproof setup ptau contribute`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  hash   the hash by which the contribution is known: publish it, so that others can see that it is in the key")]
pub struct ContributeArgs {
    /// The build directory, or a .zkey or .ptau file
    pub file: PathBuf,
    /// Who contributes
    #[arg(long)]
    pub name: Option<String>,
    /// Random text that is added to the system's randomness
    #[arg(long, default_value = "", hide_default_value = true)]
    pub entropy: String,
    /// The new file [default: the file, replaced]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

/// `tensorproof setup beacon` and `tensorproof setup ptau beacon`.
#[derive(Debug, Args)]
pub struct BeaconArgs {
    /// The build directory, or a .zkey or .ptau file
    pub file: PathBuf,
    /// A value that nobody could choose, such as the hash of a block announced before, in hexadecimal
    #[arg(long, value_name = "HEX")]
    pub hash: String,
    /// The value is hashed 2^ITERATIONS times
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(10..=42))]
    pub iterations: u8,
    /// What the beacon is
    #[arg(long)]
    pub name: Option<String>,
    /// The new file [default: the file, replaced]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

/// `tensorproof setup verify`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0 says that all is valid, 1 that it is not.

Keys of the JSON result:
  powers          contributions to the powers of tau: name, hash, and whether it is a beacon
  contributions   contributions to the key; null without one")]
pub struct SetupVerifyArgs {
    /// The build directory with the key and the constraints [default: verify the powers of tau alone]
    pub dir: Option<PathBuf>,
    /// The powers of tau that the key was made from
    #[arg(long, value_name = "FILE")]
    pub ptau: PathBuf,
}

/// `tensorproof setup export-vk`.
#[derive(Debug, Args)]
pub struct ExportVkArgs {
    /// The build directory, or a .zkey file
    pub file: PathBuf,
    /// The new file [default: verification_key.json, beside the key]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

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
    /// The input to prove: .json, .npy or .npz
    #[arg(long, short)]
    pub input: PathBuf,
    /// Which sample of the input file, counted from 0; the first one of a batch
    #[arg(long, default_value_t = 0)]
    pub sample: usize,
    /// The build directory [default: the model's name, beside you]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// How the circuit is made
    #[command(flatten)]
    pub circuit: CircuitArgs,
}

/// How a model becomes a circuit.
#[derive(Debug, Args)]
pub struct CircuitArgs {
    /// Scale of inputs and weights: auto, max, or a power of ten or two such as 10^2
    #[arg(long, default_value = "auto", allow_hyphen_values = true)]
    pub scale: String,
    /// Inputs that ranges and the scale are chosen for: .json, .npy or .npz [default: the input to prove]
    #[arg(long)]
    pub calibrate: Option<PathBuf>,
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

/// Returns what reads a batch size; each sample is a copy of the model's circuit.
fn batch_size() -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u16).range(1..=4096).map(usize::from)
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
    /// The input: .json, .npy or .npz of a model's; an `input.json` as circom reads it for other circuits
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

/// Reads the name of a prime.
fn prime_parser() -> impl TypedValueParser<Value = Prime> {
    PossibleValuesParser::new(Prime::ALL.map(Prime::name))
        .map(|name| Prime::from_name(&name).unwrap_or_default())
}

/// `tensorproof prove`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  public_signals   number of public signals
  proof_bytes      size of the proof
  seconds          time to prove
  profile          with --profile, the seconds of each part
  proofs           with --batch, the names of the proofs in their order")]
pub struct ProveArgs {
    /// The build directory, or a .circom file whose artefacts are beside it
    pub dir: PathBuf,
    /// A folder to search for included files; may be given more than once
    #[arg(long = "library", short = 'l')]
    pub libraries: Vec<PathBuf>,
    /// The input: .json, .npy or .npz of a model's; an `input.json` as circom reads it for other circuits [default: the
    /// witness in the build directory]
    #[arg(long, short)]
    pub input: Option<PathBuf>,
    /// Which sample of the input file, counted from 0
    #[arg(long, default_value_t = 0)]
    pub sample: usize,
    /// Prove many inputs with the key read once: a folder with a file for each, or one .npz of samples
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "sample", "profile"])]
    pub batch: Option<PathBuf>,
    /// Where --batch writes NAME.proof.json and NAME.public.json [default: `proofs` in the build directory]
    #[arg(long, short, value_name = "DIR", requires = "batch")]
    pub output: Option<PathBuf>,
    /// Prove one part after the other and say how long each takes
    #[arg(long)]
    pub profile: bool,
}

/// `tensorproof verify`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0 says that the proof is valid, 1 that it is not.")]
pub struct VerifyArgs {
    /// The build directory
    #[arg(required_unless_present = "vk")]
    pub dir: Option<PathBuf>,
    /// The verifying key, in place of the build directory's
    #[arg(long, value_name = "FILE")]
    pub vk: Option<PathBuf>,
    /// The public signals, in place of the build directory's
    #[arg(long, value_name = "FILE", required_unless_present_any = ["dir", "batch"])]
    pub public: Option<PathBuf>,
    /// The proof, in place of the build directory's
    #[arg(long, value_name = "FILE", required_unless_present_any = ["dir", "batch"])]
    pub proof: Option<PathBuf>,
    /// Verify all proofs of a folder at once, as `prove --batch` writes them: NAME.proof.json with NAME.public.json
    #[arg(long, value_name = "DIR", conflicts_with_all = ["public", "proof", "evm"])]
    pub batch: Option<PathBuf>,
    /// Also run the contract on the embedded EVM and report the gas
    #[arg(long)]
    pub evm: bool,
    /// Ask the contract on a chain, after checking that its code is our verifier with this verifying key
    #[arg(long, value_name = "URL", requires = "address")]
    pub rpc_url: Option<String>,
    /// The contract's address
    #[arg(long, requires = "rpc_url")]
    pub address: Option<String>,
    /// Send a transaction, which reverts unless the proof is valid, in place of a free call
    #[arg(long, requires = "rpc_url")]
    pub send: bool,
    /// Who pays, and how long to wait
    #[command(flatten)]
    pub account: AccountArgs,
}

/// The account that pays for transactions.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// A keystore file of geth or Foundry; its password is prompted for [default: the key in the variable
    /// `TENSORPROOF_PRIVATE_KEY`, or prompted for]
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// A file with the keystore's password
    #[arg(long, value_name = "FILE", requires = "keystore")]
    pub password_file: Option<PathBuf>,
    /// The private key; it stays in the shell's history, where others may find it
    #[arg(long, value_name = "HEX", conflicts_with = "keystore")]
    pub private_key: Option<String>,
    /// Fail unless the endpoint's chain has this identifier
    #[arg(long, value_name = "ID")]
    pub chain_id: Option<u64>,
    /// Blocks to wait for, the transaction's own included
    #[arg(long, default_value_t = 1)]
    pub confirmations: u64,
    /// Seconds to wait for a transaction
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
}

/// `tensorproof deploy`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  address       the verifier's address
  transaction   the transaction that created the verifier; null if it was there already
  gas           gas of all transactions, or its estimate with --dry-run
  cost          what that costs at the present fees, in wei
  chain_id      the chain's identifier
  contracts     name, address, transaction and receipt of each contract

deployment.json in the build directory holds the same; a run that was interrupted is taken up from it.
Verifier.input.json is what block explorers need to verify the source: \"standard JSON input\", solc 0.8.37.")]
pub struct DeployArgs {
    /// The build directory
    pub dir: PathBuf,
    /// The endpoint, http:// or https://
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// Who pays, and how long to wait
    #[command(flatten)]
    pub account: AccountArgs,
    /// The contract's name
    #[arg(long, default_value = "Verifier")]
    pub name: String,
    /// 32 bytes in hexadecimal that the addresses depend on besides the code [default: zeros]
    #[arg(long, value_name = "HEX")]
    pub salt: Option<String>,
    /// Show addresses, gas and cost without sending anything
    #[arg(long)]
    pub dry_run: bool,
    /// Deploy a development key, whose proofs its maker can forge, on a public chain
    #[arg(long)]
    pub allow_dev_key: bool,
}

/// `tensorproof export-calldata`.
#[derive(Debug, Args)]
pub struct ExportCalldataArgs {
    /// The build directory
    pub dir: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value = "hex")]
    pub format: CalldataFormat,
    /// The function to call
    #[arg(long, value_enum, default_value = "verify-proof")]
    pub function: CalldataFunction,
}

/// How call data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CalldataFormat {
    /// Selector and arguments in hexadecimal
    Hex,
    /// Signature and arguments as nested lists of hexadecimal words
    Json,
    /// Signature and arguments as `cast call` and `cast send` take them
    Foundry,
}

/// A function of the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CalldataFunction {
    /// `verifyProof` with an array of fixed size, as snarkjs has it
    VerifyProof,
    /// `requireProof`, which reverts unless the proof is valid
    RequireProof,
    /// `verifyCompressed`, with a proof of four words
    VerifyCompressed,
}

/// `tensorproof export-verifier`.
#[derive(Debug, Args)]
pub struct ExportVerifierArgs {
    /// The build directory
    pub dir: PathBuf,
    /// The contract's language
    #[arg(long, value_enum, default_value = "solidity")]
    pub language: Language,
    /// The contract's name
    #[arg(long, default_value = "Verifier")]
    pub name: String,
}

/// A contract's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Solidity 0.8
    Solidity,
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

/// `tensorproof keygen`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  publicKey   x and y of a point of Baby Jubjub: give it to who encrypts")]
pub struct KeygenArgs {
    /// The new file, which only you can read
    #[arg(long, short)]
    pub output: PathBuf,
}

/// `tensorproof encrypt`.
#[derive(Debug, Args)]
#[command(
    after_help = "The result is ciphertext.json: the tensors' shapes and bits, the elements, their tag, and the sender's public key,
which is new each time."
)]
pub struct EncryptArgs {
    /// Nested lists of integers, or an object with such lists by name
    pub file: PathBuf,
    /// The recipient's public key: a file of `keygen`, or `x,y`
    #[arg(long, value_name = "KEY")]
    pub to: String,
    /// The new file
    #[arg(long, short, default_value = "ciphertext.json")]
    pub output: PathBuf,
}

/// `tensorproof decrypt`.
#[derive(Debug, Args)]
pub struct DecryptArgs {
    /// A file of `encrypt`, or a build directory whose proof shows parameters or outputs encrypted
    pub source: PathBuf,
    /// The file of `keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The new file, which only you can read [default: standard output]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

/// `tensorproof commit`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  commitment   a salted Poseidon hash of the values, packed tensor by tensor
  salt         keep it secret while the values are")]
pub struct CommitArgs {
    /// Nested lists of integers, an object with such lists by name, or a build directory with hashed parameters
    pub source: PathBuf,
    /// The salt [default: a random one; that of the build directory]
    #[arg(long)]
    pub salt: Option<String>,
    /// The commitment that this must be: exit code 1 when it is another
    #[arg(long, value_name = "COMMITMENT")]
    pub check: Option<String>,
}

/// `tensorproof cid`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  cid      CIDv1, raw, sha2-256, in base 32
  bytes    length of the file
  halves   the digest as two integers of 128 bits, as the template Cid has them")]
pub struct CidArgs {
    /// Any file
    pub file: PathBuf,
}

/// `tensorproof templates`.
#[derive(Debug, Args)]
pub struct TemplatesArgs {
    /// The folder that gets `tensorproof/…`
    #[arg(long, short)]
    pub output: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
