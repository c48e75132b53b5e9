//! The command line.

mod amounts;
mod bounty;
mod chain;
mod circuits;
mod models;
mod proofs;
mod secrets;
mod setup;

use clap::{Parser, Subcommand};

pub use self::bounty::*;
pub use self::chain::{
    AccountArgs, CalldataFormat, CalldataFunction, DeployArgs, ExportCalldataArgs, ExportVerifierArgs,
    Language,
};
pub use self::circuits::{CompileArgs, TemplatesArgs, WitnessArgs};
pub use self::models::{
    CircuitArgs, InputCheck, InputVisibility, InspectArgs, OutputVisibility, ParamsVisibility, PublicSignals,
    RunArgs, TranspileArgs,
};
pub use self::proofs::{ProveArgs, VerifyArgs, WorkArgs};
pub use self::secrets::{CidArgs, CommitArgs, DecryptArgs, EncryptArgs, KeygenArgs};
pub use self::setup::{
    BeaconArgs, ContributeArgs, ExportVkArgs, PtauStep, SetupArgs, SetupStep, SetupVerifyArgs,
};

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
    /// Print nothing but the result, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// One stage each, and `run` for all of them.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
