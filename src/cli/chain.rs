//! Arguments of what is on chain: `export-verifier`, `export-calldata` and `deploy`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tensorproof_contracts::U256;

use super::amounts::{ether, gwei};

/// `tensorproof export-verifier`.
#[derive(Debug, Args)]
#[command(
    after_help = "The contract of a digest computes it from the values that it is given. A verifier made by other tools from
verification_key.json, as `verify --vk --public --proof` without the build directory, checks the proof of the three
public signals h, r and v alone, and nothing of the values."
)]
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

/// `tensorproof deploy`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  address       the verifier's address
  transaction   the transaction that created the verifier; null if it was there already
  gas           gas of all transactions, or its estimate with --dry-run
  cost          what that costs at the present fees, in wei
  chain_id      the chain's identifier
  contracts     name, address, transaction and receipt of each contract
  registry      with --registry: its address, the model's hash, the publisher, transaction and receipt; else null

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
    /// Name the verifier in a registry, by the hash of the model's file: its address, or `new` for the one that follows from
    /// the salt, which is created unless somebody has
    #[arg(long, value_name = "ADDRESS|new")]
    pub registry: Option<String>,
    /// Deploy a development key, whose proofs its maker can forge, on a public chain
    #[arg(long)]
    pub allow_dev_key: bool,
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
    /// The most that is paid to who builds the block, for a unit of gas; an endpoint that asks for more is refused
    #[arg(long, value_name = "GWEI", value_parser = gwei, default_value = "5")]
    pub max_priority_fee: u128,
    /// The most that is paid in all for a unit of gas
    #[arg(long, value_name = "GWEI", value_parser = gwei, default_value = "200")]
    pub max_fee: u128,
    /// The most that all transactions of the command may cost, what they pay or deposit not included
    #[arg(long, value_name = "ETHER", value_parser = ether, default_value = "1")]
    pub max_cost: U256,
    /// The most that is paid with a call where the chain names the amount, as the stake of a bounty [default: 1, for which a
    /// public chain asks; with --yes it must be given there]
    #[arg(long, value_name = "ETHER", value_parser = ether)]
    pub max_value: Option<U256>,
    /// Send on a public chain without asking, which is needed where there is no terminal
    #[arg(long)]
    pub yes: bool,
    /// Blocks to wait for, the transaction's own included
    #[arg(long, default_value_t = 1)]
    pub confirmations: u64,
    /// Seconds to wait for a transaction
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
}
