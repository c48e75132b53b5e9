//! Arguments of `prove` and `verify`.

use std::path::PathBuf;

use clap::Args;
use tensorproof_groth16::Work;

use super::AccountArgs;

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
    /// The input: .json, .npy or .npz of a model's, a .json may have the salt of a hashed input as `inputSalt`; an
    /// `input.json` as circom reads it for other circuits [default: the witness in the build directory]
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
    /// How proofs are made
    #[command(flatten)]
    pub work: WorkArgs,
}

/// How much is done for a proof.
#[derive(Clone, Copy, Debug, Args)]
pub struct WorkArgs {
    /// Do the same for every witness, several times as much: without it, the time that a proof takes tells how many private
    /// values are zero or small
    #[arg(long)]
    pub constant_work: bool,
}

impl WorkArgs {
    /// Returns what the prover does.
    pub fn work(self) -> Work {
        if self.constant_work { Work::Constant } else { Work::Least }
    }
}

/// `tensorproof verify`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0 says that the proof is valid, 1 that it is not.

A circuit with a digest has three public signals, h, r and v, and its values in public_values.json. With --vk, --public and
--proof but without the build directory, the proof of h, r and v is checked, and nothing of the values.

The verifying key and settings.json of the build directory say what is proven, and which ranges of inputs are left to who
verifies: they are to come from whom you trust, not with the proof. Settings that are missing where the circuit is a model's
are an error; a directory with nothing but a key and a proof tells nothing of ranges.")]
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
    #[arg(long, value_name = "URL", requires = "contract")]
    pub rpc_url: Option<String>,
    /// The contract's address
    #[arg(long, requires = "rpc_url", group = "contract")]
    pub address: Option<String>,
    /// The registry that names the contract for the model's hash, in place of the contract's address
    #[arg(long, value_name = "ADDRESS", requires = "rpc_url", requires = "dir", group = "contract")]
    pub registry: Option<String>,
    /// Whose entry of the registry [default: whom deployment.json names, which says nothing where the build directory is somebody
    /// else's]
    #[arg(long, value_name = "ADDRESS", requires = "registry")]
    pub publisher: Option<String>,
    /// Send a transaction, which reverts unless the proof is valid, in place of a free call
    #[arg(long, requires = "rpc_url")]
    pub send: bool,
    /// Who pays, and how long to wait
    #[command(flatten)]
    pub account: AccountArgs,
}
