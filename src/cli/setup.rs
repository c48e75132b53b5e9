//! Arguments of `setup` and of its steps.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
    /// Take the constraints as they are, without compiling the circuit: for those that another compiler wrote
    #[arg(long)]
    pub no_source: bool,
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
        /// Circuits may have 2^POWER rows: constraints, public signals and one; 1 to 27
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
    /// The value is hashed 2^ITERATIONS times, 2^32 at most: who verifies the ceremony has to do it too
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=32))]
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

The circuit is compiled again: its constraints must be those of the folder, from which the key is made anew. Without a circuit,
or with --no-source, the constraints are taken as they are, and what they prove is not known; the result says so.

Keys of the JSON result:
  powers          contributions to the powers of tau: name, hash, and whether it is a beacon
  contributions   contributions to the key; null without one
  source          the circuit that the constraints are those of; null if they were taken as they are, or without a key")]
pub struct SetupVerifyArgs {
    /// The build directory with the key, the constraints and the circuit, or a .circom file whose artefacts are beside it
    /// [default: verify the powers of tau alone]
    pub dir: Option<PathBuf>,
    /// A folder to search for included files; may be given more than once
    #[arg(long = "library", short = 'l', requires = "dir")]
    pub libraries: Vec<PathBuf>,
    /// Take the constraints as they are, without compiling the circuit: for those that another compiler wrote
    #[arg(long, requires = "dir")]
    pub no_source: bool,
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
