//! What hunters and solvers give: parameters, commitments, proofs.

use std::path::PathBuf;

use clap::Args;
use tensorproof_contracts::Address;

use super::super::WorkArgs;
use super::{SENT, SendArgs, address};

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
    /// Take phases and turns shorter than an hour, in which one may fail to be included
    #[arg(long)]
    pub allow_short_phases: bool,
    /// The host's public key, as the host published it: a file of `keygen`, or `x,y`. Without it the endpoint's is kept, in the
    /// submission folder
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
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
    /// Take phases and turns shorter than an hour, or an end within ten minutes, in which one may fail to be included
    #[arg(long)]
    pub allow_short_phases: bool,
    /// How proofs are made
    #[command(flatten)]
    pub work: WorkArgs,
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
    /// The host's public key, as the host published it: a file of `keygen`, or `x,y`. Without it that of the terms must be in
    /// the submission folder, where `commit` keeps them
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// How proofs are made
    #[command(flatten)]
    pub work: WorkArgs,
    /// The chain and the account
    #[command(flatten)]
    pub send: SendArgs,
}
