//! What hosts give: circuits and test sets, terms, the key that reads what was delivered.

use std::path::PathBuf;

use clap::Args;
use tensorproof_contracts::bounty::BountyKind;
use tensorproof_contracts::{Address, U256};

use super::super::WorkArgs;
use super::{SENT, SendArgs, address, duration, ether};

/// `tensorproof bounty circuits`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  folder         the bounty folder
  architecture   hash of the accuracy circuit's sources
  constraints    of each circuit")]
pub struct BountyCircuitsArgs {
    /// A classifier of the architecture: hunters' models may have other weights, not other layers
    pub model: PathBuf,
    /// The bounty folder
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Samples in the test set
    #[arg(long)]
    pub samples: u32,
    /// Bytes of a sample's file, whose last ones are the pixels [default: as many as the model's input has values]
    #[arg(long, value_name = "BYTES")]
    pub sample_bytes: Option<usize>,
    /// What bytes 0 and 255 stand for in the model's input
    #[arg(long, value_name = "LOW,HIGH", default_value = "0,1", allow_hyphen_values = true)]
    pub input_range: String,
    /// Scale of inputs and weights: auto, max, or a power of ten or two such as 2^5
    #[arg(long, default_value = "auto")]
    pub scale: String,
    /// Scale of the weights of one linear layer, such as Conv=2^6; may be given for several
    #[arg(long = "layer-scale", value_name = "LAYER=SCALE")]
    pub layer_scales: Vec<String>,
    /// Inputs that the scale is chosen for: .json, .npy or .npz
    #[arg(long, value_name = "FILE")]
    pub calibrate: Option<PathBuf>,
    /// Bits that hunters' weights and sums may have more than the model's
    #[arg(long, value_name = "BITS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=64))]
    pub headroom: u64,
}

/// `tensorproof bounty testset`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  root   the salted root over images and labels
  file   the test set, which stays with the host until the reveal")]
pub struct BountyTestsetArgs {
    /// The bounty folder
    pub folder: PathBuf,
    /// The samples' files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Their labels: a JSON list of integers
    #[arg(long, value_name = "FILE")]
    pub labels: PathBuf,
    /// Where to write the test set
    #[arg(long, short, value_name = "FILE", default_value = "testset.json")]
    pub output: PathBuf,
}

/// `tensorproof bounty create`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  kind          model, or compute with --data
  bounty        the bounty's address; null with --dry-run
  factory       the factory's address
  transaction   the transaction that opened it; null with --dry-run
  gas           gas of all transactions, or its estimate
  cost          what that costs, in wei, the reward not included
  chain_id      the chain's identifier
  terms         what the host asks for
  contracts     name and address of each contract that the bounty needs

opening.json in the bounty folder, or in `bounty` in the build directory, holds a transaction
that was sent and is not yet included; the same command again takes it up.")]
pub struct BountyCreateArgs {
    /// The bounty folder; with --data the build directory of a public model
    pub folder: PathBuf,
    /// What the winner, or the first solver, gets, in ether
    #[arg(long, value_name = "ETHER", value_parser = ether)]
    pub reward: U256,
    /// What is asked for a private model
    #[command(flatten)]
    pub model: Option<ModelTermsArgs>,
    /// What is asked for outputs of a public model
    #[command(flatten)]
    pub compute: Option<ComputeTermsArgs>,
    /// Use development keys, whose proofs their maker can forge, on a public chain
    #[arg(long)]
    pub allow_dev_key: bool,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

impl BountyCreateArgs {
    /// Returns what the bounty pays for.
    pub fn kind(&self) -> BountyKind {
        if self.compute.is_some() { BountyKind::Compute } else { BountyKind::Model }
    }
}

/// What a host asks for a private model.
#[derive(Debug, Args)]
#[group(id = "model_terms", conflicts_with = "compute_terms")]
pub struct ModelTermsArgs {
    /// The test set: testset.json, which stays with the host until the reveal
    #[arg(long, value_name = "FILE", required = false, required_unless_present = "compute_terms")]
    pub test_set: PathBuf,
    /// What each hunter deposits, in ether
    #[arg(long, value_name = "ETHER", value_parser = ether, default_value = "0")]
    pub stake: U256,
    /// Right answers that a model needs at least
    #[arg(long, required = false, required_unless_present = "compute_terms")]
    pub threshold: u32,
    /// Time for commitments, such as 7d, 12h, 30m or 90s
    #[arg(long, value_name = "TIME", value_parser = duration, required = false, required_unless_present = "compute_terms")]
    pub commit_for: u64,
    /// Time for the reveal
    #[arg(long, value_name = "TIME", value_parser = duration, required = false, required_unless_present = "compute_terms")]
    pub reveal_for: u64,
    /// Time for proofs of accuracy
    #[arg(long, value_name = "TIME", value_parser = duration, required = false, required_unless_present = "compute_terms")]
    pub prove_for: u64,
    /// Time that each hunter has to deliver, at most 30d; but for the first hunter at least a day, whatever is less here
    #[arg(long, value_name = "TIME", value_parser = duration, required = false, required_unless_present = "compute_terms")]
    pub turn: u64,
    /// The host's public key, to which the winner encrypts: a file of `keygen`, or `x,y`
    #[arg(long, value_name = "KEY", required = false, required_unless_present = "compute_terms")]
    pub key: String,
}

/// What a host asks for outputs of a public model.
#[derive(Debug, Args)]
#[group(id = "compute_terms")]
pub struct ComputeTermsArgs {
    /// Pay for the outputs of the folder's public model on this file, which is as public: inputs as `prove` reads them, of as many
    /// samples as the circuit takes, in a .json the salt of their hash as `inputSalt` [default: zero]
    #[arg(long, value_name = "FILE", required = false, requires = "duration")]
    pub data: PathBuf,
    /// Time for proofs of the outputs, such as 7d
    #[arg(long = "for", id = "duration", value_name = "TIME", value_parser = duration, required = false, requires = "data")]
    pub duration: u64,
}

/// `tensorproof bounty reveal`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountyRevealArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The bounty folder
    pub folder: PathBuf,
    /// The test set that the bounty was opened with: testset.json
    #[arg(long, value_name = "FILE")]
    pub test_set: PathBuf,
    /// How proofs are made
    #[command(flatten)]
    pub work: WorkArgs,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

/// `tensorproof bounty decrypt`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  parameters   integers by signal
  hunter       who delivered
  commitment   the hash of the parameters that the hunter committed to
  checked      what shows that these are those parameters")]
pub struct BountyDecryptArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The bounty folder
    pub folder: PathBuf,
    /// The host's key: a file of `keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The new file with the parameters, which nobody else may read
    #[arg(long, short)]
    pub output: PathBuf,
    /// The endpoint, http:// or https://
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// The first block to look at: any one before the delivery
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    pub from_block: u64,
}
