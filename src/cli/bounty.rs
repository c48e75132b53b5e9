//! Arguments of `tensorproof bounty`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tensorproof_contracts::bounty::BountyKind;
use tensorproof_contracts::{Address, U256};

use super::AccountArgs;

/// The steps of bounties: for a private model, or for the outputs of a public one.
#[derive(Debug, Subcommand)]
pub enum BountyStep {
    /// Make the circuits of a bounty from a model, as a host: a bounty folder
    Circuits(BountyCircuitsArgs),
    /// Make a test set of files and labels, as a host
    Testset(BountyTestsetArgs),
    /// Make the parameters to commit to from a model, as a hunter, and check that the circuits are the model's
    Params(BountyParamsArgs),
    /// Open a bounty, as a host: deploy what is missing, and deposit the reward
    Create(BountyCreateArgs),
    /// List the bounties of a chain
    List(BountyListArgs),
    /// Show a bounty: phase, deadlines, hunters, what is due to whom
    Show(BountyShowArgs),
    /// Commit to parameters, as a hunter, with the stake
    Commit(BountyCommitArgs),
    /// Reveal the test set, as the host
    Reveal(BountyRevealArgs),
    /// Prove how many samples the committed parameters get right; or prove the outputs of a public model, and be paid
    Submit(BountySubmitArgs),
    /// Deliver the parameters to the host and be paid, in one's turn
    Claim(BountyClaimArgs),
    /// Take the reward back before anybody has committed, as the host
    Cancel(BountyPayArgs),
    /// Take back what is due: a hunter's stake, or the host's reward and forfeited stakes
    Refund(BountyPayArgs),
    /// Check everything that a bounty rests on: circuits, keys, ceremonies, verifiers, data
    Check(BountyCheckArgs),
    /// Decrypt the parameters that the winner delivered, as the host
    Decrypt(BountyDecryptArgs),
}

/// What is told of a call.
const SENT: &str = "Keys of the JSON result:
  bounty        the bounty's address
  account       who sends
  transaction   the transaction; null with --dry-run
  gas           gas of the transaction, or its estimate with --dry-run
  cost          what that costs, in wei, the value not included
  value         what is deposited, in wei
  chain_id      the chain's identifier
  receipt       the transaction's receipt; not with --dry-run
  data          the call's data, with --dry-run
and of single commands:
  commitment    commit: the salted hash of the parameters
  digests       reveal: the SHA-256 of each sample
  correct       submit: right answers; and samples, hint
  integers      submit with --data: the outputs; and outputs, class, the real numbers and the class that they stand for
  to, amount    claim, cancel, refund, submit with --data: whom to pay, and how much, in wei
  as            refund: hunter or host";

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

/// `tensorproof bounty params`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  commitment   the salted hash of the parameters
  file         parameters and salt, which stay with the hunter")]
pub struct BountyParamsArgs {
    /// The bounty folder
    pub folder: PathBuf,
    /// The hunter's model
    pub model: PathBuf,
    /// The submission folder, where hunter.json is written
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
}

/// A chain, and the account that sends.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// The endpoint, http:// or https://
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// Who sends, and how long to wait
    #[command(flatten)]
    pub account: AccountArgs,
    /// Show gas and cost without sending anything
    #[arg(long)]
    pub dry_run: bool,
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
    /// Time that each hunter has to deliver
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

/// `tensorproof bounty list`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  factory    the factory's address
  bounties   kind (model or compute), bounty, host, architecture, block, phase and reward of each")]
pub struct BountyListArgs {
    /// The endpoint, http:// or https://
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// The first block to look at
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    pub from_block: u64,
}

/// `tensorproof bounty show`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  kind        model or compute
  bounty      the bounty's address
  phase       Committing, Revealing, Proving, Claiming, Delivered, Undelivered, Forfeited or Cancelled; Open, Solved or Expired
  time        time of the newest block, in seconds of Unix time
  terms       what the host asks for; amounts in wei, times in seconds
  deadlines   seconds that are left for commit, reveal and prove, or solve; negative ones are over
  due         wei that the host can take back now
and of a model:
  hunters     account, commitment, correct answers, rank, due wei of each; in the order of their commitments
  turn        whose turn it is to deliver, and seconds left; null in other phases
  winner      who delivered, or null
and of the kind compute:
  solver      who brought the outputs, or null
  integers    the outputs, or null
  outputs     with --folder, the real numbers that they stand for, by name; and class")]
pub struct BountyShowArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The endpoint, http:// or https://
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// The first block to look at: any one before the bounty was opened
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    pub from_block: u64,
    /// The build directory of a public model, whose outputs are told as real numbers
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// `tensorproof bounty commit`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountyCommitArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The bounty folder
    pub folder: PathBuf,
    /// The submission folder, with hunter.json: its parameters stay here
    #[arg(long, value_name = "DIR")]
    pub submission: PathBuf,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
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
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

/// `tensorproof bounty submit`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountySubmitArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The bounty folder; with --data the build directory of a public model
    pub folder: PathBuf,
    /// What proves an accuracy
    #[command(flatten)]
    pub model: Option<AccuracyArgs>,
    /// What proves outputs
    #[command(flatten)]
    pub compute: Option<OutputsArgs>,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

/// What a hunter proves the accuracy of parameters with.
#[derive(Debug, Args)]
#[group(id = "accuracy", conflicts_with = "inference")]
pub struct AccuracyArgs {
    /// The submission folder that was committed to
    #[arg(long, value_name = "DIR", required = false, required_unless_present = "inference")]
    pub submission: PathBuf,
    /// A folder with the samples, by any names: they are known by the digests that the host revealed
    #[arg(long, value_name = "DIR", required = false, required_unless_present = "inference")]
    pub samples: PathBuf,
    /// The first block to look at: any one before the reveal
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    pub from_block: u64,
}

/// What a solver proves the outputs of a public model with.
#[derive(Debug, Args)]
#[group(id = "inference")]
pub struct OutputsArgs {
    /// Prove the outputs of the folder's public model on this file, which the host published
    #[arg(long, value_name = "FILE", required = false)]
    pub data: PathBuf,
    /// Whom to pay [default: the sender]
    #[arg(long, value_parser = address, requires = "data")]
    pub to: Option<Address>,
}

/// `tensorproof bounty claim`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountyClaimArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// The bounty folder
    pub folder: PathBuf,
    /// The submission folder that was committed to
    #[arg(long, value_name = "DIR")]
    pub submission: PathBuf,
    /// Whom to pay [default: the sender]
    #[arg(long, value_parser = address)]
    pub to: Option<Address>,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

/// `tensorproof bounty cancel` and `tensorproof bounty refund`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountyPayArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
    /// Whom to pay [default: the sender]
    #[arg(long, value_parser = address)]
    pub to: Option<Address>,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}

/// `tensorproof bounty check`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0 says that all is as it should be, 1 that something is not.

Keys of the JSON result:
  valid          true
  architecture   hash of the sources of the circuit of the accuracy, or of the outputs
  setup          hash of the transcripts of the keys' ceremonies
  ceremony       whether the ceremonies were verified, with --ptau
  statements     constraints, contributions and code hash of the verifier, by statement
  bounty         the bounty that agrees with the folder, or null
  data           hash and digest of the data, with --data")]
pub struct BountyCheckArgs {
    /// The bounty folder, or the build directory of a public model
    pub folder: PathBuf,
    /// The data of a bounty for outputs: check that the bounty is about it
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// The powers of tau that the keys were made from: verify the ceremonies too
    #[arg(long, value_name = "FILE")]
    pub ptau: Option<PathBuf>,
    /// A bounty that should agree with the folder
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "rpc_url")]
    pub bounty: Option<Address>,
    /// The endpoint of the bounty's chain
    #[arg(long, value_name = "URL", requires = "bounty")]
    pub rpc_url: Option<String>,
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

fn address(text: &str) -> Result<Address, &'static str> {
    text.parse().map_err(|_| "expected an address, 20 bytes in hexadecimal")
}

/// Reads an amount of ether, in wei.
fn ether(text: &str) -> Result<U256, &'static str> {
    let expected = "expected an amount of ether, such as 1.5, with at most 18 digits after the point";
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part:0<18}");
    let is_number = !whole.is_empty() && part.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| U256::from_str_radix(&digits, 10).ok()).flatten().ok_or(expected)
}

/// Reads a time, in seconds.
fn duration(text: &str) -> Result<u64, &'static str> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let read = |(unit, seconds): &(&str, u64)| {
        let count: u64 = text.strip_suffix(unit)?.parse().ok()?;
        count.checked_mul(*seconds).filter(|seconds| *seconds > 0)
    };
    units.iter().find_map(read).ok_or("expected a time that is not zero, such as 7d, 12h, 30m or 90s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ether() {
        for (text, wei) in [
            ("0", Some("0")),
            ("1", Some("1000000000000000000")),
            ("0.000000000000000001", Some("1")),
            ("1.5", Some("1500000000000000000")),
            ("", None),
            (".5", None),
            ("1e3", None),
            ("-1", None),
            ("+1", None),
            ("0.0000000000000000001", None),
            (&"9".repeat(70), None),
        ] {
            assert_eq!(ether(text).ok(), wei.map(|wei| wei.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn reads_times() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("30m", Some(1800)),
            ("12h", Some(43_200)),
            ("7d", Some(604_800)),
            ("0d", None),
            ("7", None),
            ("d", None),
            ("-1d", None),
            ("999999999999999999d", None),
        ] {
            assert_eq!(duration(text).ok(), seconds, "{text}");
        }
    }
}
