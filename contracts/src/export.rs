//! The source text of a verifier.

use std::fmt::Write as _;

use revm::primitives::hex;
use serde_json::{Value, json};
use tensorproof_groth16::VerifyingKey;

use crate::immutables::{Group, Immutable, Kind, immutables, inputs};
use crate::{ContractsError, DataContract, PublicSignals, VerifierConfig, data, data_contracts};

const TEMPLATE: &str = include_str!("../solidity/Verifier.sol.in");

/// A verifier's source, and what else its deployment needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The text of `Verifier.sol`.
    pub solidity: String,
    /// The data contracts to deploy first; their addresses are the constructor's argument. Empty when there are at
    /// most 386 public signals: then the constructor takes no argument and creates the data contract itself.
    pub data_contracts: Vec<DataContract>,
}

impl Export {
    /// Returns the text of `Verifier.key.json`, which says how to deploy the data contracts; `None` without any.
    pub fn key_json(&self) -> Option<String> {
        if self.data_contracts.is_empty() {
            return None;
        }
        let contracts: Vec<_> = self
            .data_contracts
            .iter()
            .map(|contract| {
                json!({
                    "code_hash": contract.code_hash().to_string(),
                    "initcode": hex::encode_prefixed(contract.initcode()),
                })
            })
            .collect();
        let json = json!({
            "generated": "by TensorProof, with the Verifier.sol beside it",
            "deployment": [
                "Send one transaction without recipient for each data contract, its `initcode` as data: \
                 cast send --create INITCODE.",
                "Deploy the verifier with the array of their addresses, in this order: \
                 forge create Verifier.sol:CONTRACT --constructor-args [ADDRESS,ADDRESS,..]. \
                 Its constructor compares the code at each address with `code_hash`.",
            ],
            "data_contracts": contracts,
        });
        Some(format!("{json:#}\n"))
    }
}

/// Returns the Solidity source of the verifier of one key.
///
/// The result is not only a text, because the constants of a key with more than 386 public signals are over the
/// limit of initcode (EIP-3860, 49,152 bytes) and go on chain in transactions of their own.
///
/// # Errors
/// When anyone could forge proofs for the key, when it is malformed or has no public signals or too many of them, when
/// the contract's name is not usable, or when a range does not fit the key.
pub fn verifier(key: &VerifyingKey, config: &VerifierConfig) -> Result<Export, ContractsError> {
    check_name(&config.contract)?;
    let groups = immutables(key, config, &[])?;
    let contracts = data_contracts(key)?;
    let signals = match (&config.public_signals, inputs(key, config)?) {
        (PublicSignals::Plain, 1) => "its public signal".into(),
        (PublicSignals::Plain, count) => format!("its {count} public signals"),
        (PublicSignals::Digest { values, .. }, _) => format!("the {values} public values of its digest"),
    };
    let solidity = TEMPLATE
        .replace("{{name}}", &config.contract)
        .replace("{{signals}}", &signals)
        .replace("{{immutables}}", &declarations(&groups, contracts.len()))
        .replace("{{deployment}}", &constructor(&contracts));
    let data_contracts = if contracts.len() > 1 { contracts } else { Vec::new() };
    Ok(Export { solidity, data_contracts })
}

/// Returns the standard-JSON input of solc 0.8.37 that compiles a source to the runtime code of this crate: what block
/// explorers need to verify it.
pub fn standard_json(source: &str) -> Value {
    json!({
        "language": "Solidity",
        "sources": { "Verifier.sol": { "content": source } },
        "settings": {
            "evmVersion": "cancun",
            "optimizer": { "enabled": true, "runs": 200 },
            "metadata": { "bytecodeHash": "none", "appendCBOR": false },
            "outputSelection": { "*": {
                "": ["ast"],
                "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode", "evm.methodIdentifiers"],
            } },
        },
    })
}

fn declarations(groups: &[Group], data_contracts: usize) -> String {
    let mut text = String::new();
    for Group { comment, immutables } in groups {
        writeln!(text, "    // {comment}").expect(INFALLIBLE);
        // The constructor assigns the addresses of data contracts.
        let mut unassigned = data_contracts;
        for Immutable { name, kind, word } in immutables {
            let (solidity_type, value) = match kind {
                Kind::Word if !word.is_zero() => ("uint256", format!("0x{word:064x}")),
                Kind::Word | Kind::Count => ("uint256", word.to_string()),
                Kind::Selector => ("uint256", format!("0x{word:08x}")),
                Kind::Hash if word.is_zero() => ("bytes32", "bytes32(0)".into()),
                Kind::Hash => ("bytes32", format!("0x{word:064x}")),
                Kind::Address => ("address", "address(0)".into()),
            };
            if *kind == Kind::Address && unassigned > 0 {
                unassigned -= 1;
                writeln!(text, "    {solidity_type} private immutable {name};").expect(INFALLIBLE);
            } else {
                writeln!(text, "    {solidity_type} private immutable {name} = {value};").expect(INFALLIBLE);
            }
        }
        text.push('\n');
    }
    text.pop();
    text
}

/// Returns the constructor, last in the contract so that nothing before it depends on it.
fn constructor(contracts: &[DataContract]) -> String {
    match contracts {
        [] => String::new(),
        [contract] => creating_constructor(contract),
        _ => checking_constructor(contracts.len()),
    }
}

fn creating_constructor(contract: &DataContract) -> String {
    let loader = data::creation(&contract.code);
    let (loader, code) = loader.split_at(loader.len() - contract.code.len());
    let mut text = format!(
        "
    /// @dev Creates the data contract, from code that returns what follows its own ten bytes: STOP and the points
    ///      GAMMA_ABC_4.. (x, y).
    constructor() {{
        bytes memory initcode = hex\"{}\"
            hex\"{}\"
",
        hex::encode(loader),
        hex::encode(&code[..1]),
    );
    for point in code[1..].chunks(64) {
        writeln!(text, "            hex\"{}\"", hex::encode(point)).expect(INFALLIBLE);
    }
    // The last literal ends the statement.
    text.pop();
    write!(
        text,
        ";
        address data;
        assembly (\"memory-safe\") {{
            data := create(0, add(initcode, 0x20), mload(initcode))
        }}
        if (data.codehash != DATA_0_HASH) revert WrongDataContract(0);
        DATA_0 = data;
    }}
"
    )
    .expect(INFALLIBLE);
    text
}

fn checking_constructor(count: usize) -> String {
    let mut text = format!(
        "
    /// @dev The initcode of the data contracts is in the JSON file that was exported with this one.
    /// @param data The addresses of the data contracts with the points GAMMA_ABC_4.., {} in each.
    constructor(address[{count}] memory data) {{
",
        data::POINTS_PER_CONTRACT
    );
    for index in 0..count {
        writeln!(
            text,
            "        if (data[{index}].codehash != DATA_{index}_HASH) revert WrongDataContract({index});"
        )
        .expect(INFALLIBLE);
    }
    for index in 0..count {
        writeln!(text, "        DATA_{index} = data[{index}];").expect(INFALLIBLE);
    }
    text.push_str("    }\n");
    text
}

const INFALLIBLE: &str = "a string takes any text";

fn check_name(name: &str) -> Result<(), ContractsError> {
    let problem = |reason| Err(ContractsError::ContractName { name: name.into(), reason });
    // All of Solidity's own words start in lower case.
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return problem("expected an ASCII capital first");
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return problem("expected ASCII letters, digits and `_` only");
    }
    let code = TEMPLATE.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let mut words = code.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    if words.any(|word| word == name) || is_immutable(name) {
        return problem("the contract uses it inside");
    }
    Ok(())
}

fn is_immutable(name: &str) -> bool {
    crate::runtime::immutable_names().any(|immutable| immutable == name)
}
