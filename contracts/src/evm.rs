//! An Ethereum virtual machine in this process, where the contract's bytecode verifies a proof.
//!
//! What runs is, byte for byte, the runtime code that the exported `Verifier.sol` has on chain. It comes there through
//! real creation transactions, first of the data contracts and then of the verifier; the verifier's is
//! [`crate::creation_code`] in place of solc's, which would need the compiler.
//!
//! The rules are Osaka's, Ethereum's own today: the bytecode is compiled for Cancun and so runs on older chains too,
//! but only Osaka limits the gas of a transaction (EIP-7825) and has a least price of call data (EIP-7623), which is what
//! a digest of many large values costs.

use revm::bytecode::Bytecode;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{Context, ContextTr as _, TxEnv};
use revm::database::InMemoryDB;
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, TxKind, U256, hex};
use revm::state::AccountInfo;
use revm::{Database as _, ExecuteCommitEvm as _, MainBuilder as _};
use tensorproof_groth16::{Proof, VerifyingKey};
use tensorproof_r1cs::Fr;

use crate::chain::{PROXY, PROXY_CODE};
use crate::{
    ContractsError, VerifierConfig, abi, calldata, creation_code, data_contracts, dynamic_calldata,
    immutables,
};

/// The most gas of one transaction (EIP-7825): 2^24.
pub const TRANSACTION_GAS_CAP: u64 = 1 << 24;

/// What the machine allows while it measures; the report compares with [`TRANSACTION_GAS_CAP`].
const GAS_LIMIT: u64 = 1 << 32;

/// What a verification on chain takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Gas of the whole transaction: 21,000, its call data and the execution.
    pub gas_used: u64,
    /// Gas of the execution alone: what a contract that calls the verifier pays.
    pub execution_gas: u64,
    /// Gas of all transactions of the deployment, data contracts included.
    pub deployment_gas: u64,
    /// Bytes of call data: selector, proof and public signals.
    pub calldata_bytes: usize,
    /// Bytes of the verifier's runtime code, data contracts not included.
    pub code_bytes: usize,
    /// Number of data contracts.
    pub data_contracts: usize,
}

/// Verifies a proof by the bytecode of the key's verifier contract, called through snarkjs' `verifyProof`. `signals` are
/// what the contract takes: the public signals, or [`crate::digest::inputs`].
///
/// # Errors
/// When the contract refuses the proof, with its own reason; when the key or the configuration is not fit for a
/// contract; when a transaction would be over [`TRANSACTION_GAS_CAP`].
pub fn verify(
    key: &VerifyingKey,
    config: &VerifierConfig,
    signals: &[Fr],
    proof: &Proof,
) -> Result<Report, ContractsError> {
    let mut evm = Evm::new();
    let deployment = evm.deploy_verifier(key, config)?;
    let expected = immutables::inputs(key, config)?;
    if signals.len() != expected {
        return Err(ContractsError::PublicSignals { expected, actual: signals.len() });
    }
    let data = calldata(proof, signals);
    let outcome = evm.call(deployment.verifier, &data)?;
    if !outcome.returns_true() {
        let outcome = evm.call(deployment.verifier, &dynamic_calldata("requireProof", proof, signals))?;
        return Err(ContractsError::Refused { reason: outcome.describe() });
    }
    check_cap("the verification", outcome.gas_used)?;
    Ok(Report {
        gas_used: outcome.gas_used,
        execution_gas: outcome.execution_gas,
        deployment_gas: deployment.gas_used,
        calldata_bytes: data.len(),
        code_bytes: deployment.code_bytes,
        data_contracts: deployment.data_contracts,
    })
}

/// A chain with one account that sends all transactions; they cost nothing.
pub struct Evm {
    machine: MainnetEvm<MainnetContext<InMemoryDB>>,
    nonce: u64,
}

/// A verifier that was deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The address of the verifier.
    pub verifier: Address,
    /// Gas of all its transactions.
    pub gas_used: u64,
    /// Bytes of the verifier's runtime code.
    pub code_bytes: usize,
    /// Number of data contracts.
    pub data_contracts: usize,
}

/// The end of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it neither reverted nor ran out of gas.
    pub success: bool,
    /// What it returned or reverted with; for a creation the runtime code.
    pub output: Vec<u8>,
    /// The address of the created contract.
    pub created: Option<Address>,
    /// Gas of the whole transaction.
    pub gas_used: u64,
    /// Gas without the 21,000 of a transaction and without its data.
    pub execution_gas: u64,
}

impl Evm {
    /// Returns a chain without contracts.
    pub fn new() -> Self {
        let context: MainnetContext<InMemoryDB> = Context::new(InMemoryDB::default(), SpecId::OSAKA);
        let context = context
            .modify_cfg_chained(|cfg| cfg.tx_gas_limit_cap = Some(GAS_LIMIT))
            .modify_block_chained(|block| block.gas_limit = GAS_LIMIT);
        Self { machine: context.build_mainnet(), nonce: 0 }
    }

    /// Returns a chain that takes code of any length, to measure what no real chain would take.
    pub fn without_code_limit() -> Self {
        let mut evm = Self::new();
        evm.machine.modify_cfg(|cfg| {
            cfg.limit_contract_code_size = Some(usize::MAX);
            cfg.limit_contract_initcode_size = Some(usize::MAX);
        });
        evm
    }

    /// Returns a chain with the deterministic deployment proxy.
    pub(crate) fn with_proxy() -> Self {
        let mut evm = Self::new();
        let code = Bytecode::new_legacy(PROXY_CODE.to_vec().into());
        evm.machine.ctx.db_mut().insert_account_info(PROXY, AccountInfo::from_bytecode(code));
        evm
    }

    /// Returns the code at an address, empty if there is none.
    pub(crate) fn code(&mut self, address: Address) -> Result<Vec<u8>, ContractsError> {
        let failed = |_| ContractsError::Evm { transaction: "a look at code", reason: "no state".into() };
        let state = self.machine.ctx.db_mut();
        let Some(account) = state.basic(address).map_err(failed)? else {
            return Ok(Vec::new());
        };
        let code = state.code_by_hash(account.code_hash).map_err(failed)?;
        Ok(code.original_bytes().to_vec())
    }

    /// Deploys the data contracts of a key, then its verifier.
    ///
    /// # Errors
    /// When the key or the configuration is not fit for a contract, or a transaction is over the gas limit.
    pub fn deploy_verifier(
        &mut self,
        key: &VerifyingKey,
        config: &VerifierConfig,
    ) -> Result<Deployment, ContractsError> {
        let mut addresses = Vec::new();
        let mut gas_used = 0;
        for contract in data_contracts(key)? {
            let (address, outcome) = self.create("the creation of a data contract", &contract.initcode())?;
            addresses.push(address);
            gas_used += outcome.gas_used;
        }
        let code = creation_code(key, config, &addresses)?;
        let (verifier, outcome) = self.create("the creation of the verifier", &code)?;
        gas_used += outcome.gas_used;
        let (code_bytes, data_contracts) = (outcome.output.len(), addresses.len());
        Ok(Deployment { verifier, gas_used, code_bytes, data_contracts })
    }

    /// Runs creation code.
    ///
    /// # Errors
    /// When the machine does not accept the transaction, as for code over the size limits.
    pub fn deploy(&mut self, initcode: &[u8]) -> Result<Outcome, ContractsError> {
        self.transact("the creation of a contract", TxKind::Create, initcode)
    }

    /// Calls a contract.
    ///
    /// # Errors
    /// When the machine does not accept the transaction; a revert is an outcome.
    pub fn call(&mut self, contract: Address, calldata: &[u8]) -> Result<Outcome, ContractsError> {
        self.transact("the call", TxKind::Call(contract), calldata)
    }

    fn create(
        &mut self,
        transaction: &'static str,
        initcode: &[u8],
    ) -> Result<(Address, Outcome), ContractsError> {
        let outcome = self.transact(transaction, TxKind::Create, initcode)?;
        check_cap(transaction, outcome.gas_used)?;
        match outcome.created {
            Some(address) if outcome.success => Ok((address, outcome)),
            _ => Err(ContractsError::Evm { transaction, reason: outcome.describe() }),
        }
    }

    fn transact(
        &mut self,
        transaction: &'static str,
        kind: TxKind,
        data: &[u8],
    ) -> Result<Outcome, ContractsError> {
        let failed = |reason: String| ContractsError::Evm { transaction, reason };
        let tx = TxEnv::builder()
            .kind(kind)
            .data(data.to_vec().into())
            .nonce(self.nonce)
            .gas_limit(GAS_LIMIT)
            .build()
            .map_err(|error| failed(format!("{error:?}")))?;
        let result = self.machine.transact_commit(tx).map_err(|error| failed(error.to_string()))?;
        self.nonce += 1;
        let gas_used = result.tx_gas_used();
        let execution_gas = result.gas().spent_sub_refunded().saturating_sub(intrinsic_gas(data));
        let (success, output, created) = match result {
            ExecutionResult::Success { output: Output::Call(bytes), .. } => (true, bytes.to_vec(), None),
            ExecutionResult::Success { output: Output::Create(bytes, address), .. } => {
                (true, bytes.to_vec(), address)
            }
            ExecutionResult::Revert { output, .. } => (false, output.to_vec(), None),
            ExecutionResult::Halt { reason, .. } => return Err(failed(format!("{reason:?}"))),
        };
        Ok(Outcome { success, output, created, gas_used, execution_gas })
    }
}

impl Default for Evm {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the verifier's error in what a call reverted with, as hexadecimal, by name and arguments.
pub fn describe_revert(data: &str) -> String {
    hex::decode(data).map_or_else(|_| data.to_owned(), |output| describe(&output))
}

impl Outcome {
    /// Returns whether a function that returns a `bool` returned true.
    pub fn returns_true(&self) -> bool {
        self.success && self.output == U256::ONE.to_be_bytes::<32>()
    }

    /// Returns the verifier's error by name and arguments, or the output in hexadecimal.
    pub fn describe(&self) -> String {
        describe(&self.output)
    }
}

fn describe(output: &[u8]) -> String {
    let named = ERRORS.iter().find_map(|&(name, types)| {
        let selector = abi::selector(&format!("{name}({types})"));
        let arguments = output.strip_prefix(&selector)?;
        let arguments = arguments.chunks(32).map(|word| match types {
            "bytes4" => hex::encode_prefixed(word.get(..4).unwrap_or(word)),
            _ => U256::try_from_be_slice(word).unwrap_or_default().to_string(),
        });
        Some(format!("{name}({})", arguments.collect::<Vec<_>>().join(", ")))
    });
    named.unwrap_or_else(|| hex::encode_prefixed(output))
}

/// The errors that `solidity/Verifier.sol.in` declares.
const ERRORS: [(&str, &str); 9] = [
    ("InvalidProof", ""),
    ("PublicSignalNotInField", "uint256"),
    ("PublicSignalOutOfRange", "uint256"),
    ("WrongNumberOfPublicSignals", "uint256,uint256"),
    ("WrongCalldataLength", "uint256,uint256"),
    ("EmptyBatch", ""),
    ("UnknownFunction", "bytes4"),
    ("PrecompileFailed", ""),
    ("WrongDataContract", "uint256"),
];

/// Returns the gas that a transaction pays before it runs: 21,000, and 4 for a zero byte or 16 for another.
fn intrinsic_gas(data: &[u8]) -> u64 {
    data.iter().fold(21_000, |gas, byte| gas + if *byte == 0 { 4 } else { 16 })
}

fn check_cap(transaction: &'static str, gas: u64) -> Result<(), ContractsError> {
    if gas > TRANSACTION_GAS_CAP {
        return Err(ContractsError::GasCap { transaction, gas, cap: TRANSACTION_GAS_CAP });
    }
    Ok(())
}
