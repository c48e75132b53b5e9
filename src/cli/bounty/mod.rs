//! Arguments of `tensorproof bounty`.

mod host;
mod hunter;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tensorproof_contracts::Address;

pub use self::host::{
    BountyCircuitsArgs, BountyCreateArgs, BountyDecryptArgs, BountyRevealArgs, BountyTestsetArgs,
    ComputeTermsArgs, ModelTermsArgs,
};
pub use self::hunter::{
    AccuracyArgs, BountyClaimArgs, BountyCommitArgs, BountyParamsArgs, BountySubmitArgs, OutputsArgs,
};
use super::AccountArgs;
use super::amounts::ether;

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
    /// Begin the first turn, or end the half turn whose time is over, as anyone
    Advance(BountyAdvanceArgs),
    /// Give up one's turn before it begins, as a hunter, and take the stake back
    Resign(BountyPayArgs),
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
  phases        commit, submit: seconds of the phases reveal and prove, of the first turn and of a later one, and what is left of
                commit, prove or solve; and for how long the stake is held at the most
  before, turn  advance: whose turn it was, and is; null after the last
  digests       reveal: the SHA-256 of each sample
  correct       submit: right answers; and samples, hint
  integers      submit with --data: the outputs; and outputs, class, the real numbers and the class that they stand for
  to, amount    claim, resign, cancel, refund, submit with --data: whom to pay, and how much, in wei
  as            refund: hunter or host";

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
  hunters     account, commitment, correct answers, rank, due wei of each; in the order of their commitments; whether it
              resigned, and while it may, in how many seconds its turn begins: at the least, and, if nobody before it
              resigns and all ends of turns are called in time, at the most
  turn        whose turn it is to deliver, half 1 or 2 of it (0: not begun), seconds left at least; null in other phases
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

/// `tensorproof bounty cancel`, `tensorproof bounty resign` and `tensorproof bounty refund`.
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

/// `tensorproof bounty advance`.
#[derive(Debug, Args)]
#[command(after_help = SENT)]
pub struct BountyAdvanceArgs {
    /// The bounty
    #[arg(value_parser = address)]
    pub address: Address,
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
  phases         of that bounty: seconds of reveal, prove, the first turn and a later one, what is left of commit and prove, or
                 of solve, and for how long a stake is held at the most
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
    /// Take phases and turns shorter than an hour, in which one may fail to be included
    #[arg(long, requires = "bounty")]
    pub allow_short_phases: bool,
    /// The endpoint of the bounty's chain
    #[arg(long, value_name = "URL", requires = "bounty")]
    pub rpc_url: Option<String>,
}

fn address(text: &str) -> Result<Address, &'static str> {
    text.parse().map_err(|_| "expected an address, 20 bytes in hexadecimal")
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
