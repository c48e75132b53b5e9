//! A bounty for the outputs of a model that was really transpiled, in an embedded machine: what the circuit proves is what the
//! contract takes, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use common::config;
use revm::bytecode::Bytecode;
use revm::context::result::ExecutionResult;
use revm::context::{Context, TxEnv};
use revm::database::InMemoryDB;
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, B256, TxKind, U256, keccak256, uint};
use revm::state::AccountInfo;
use revm::{Database as _, ExecuteCommitEvm as _, MainBuilder as _};
use serde_json::{Value, json};
use tensorproof_circom::{Circuit, Inputs, Options, Sources, compile};
use tensorproof_contracts::bounty::{
    BountyError, Call, ComputeTerms, Evidence, Factory, Phase, Statement, open_compute, word,
};
use tensorproof_contracts::chain::{Message, Step, steps};
use tensorproof_contracts::digest;
use tensorproof_groth16::{ProvingKey, prove, setup};
use tensorproof_r1cs::{Fr, fr_from_bigint, fr_to_signed};
use tensorproof_transpiler::data::{input_shapes, load_samples};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, ScaleChoice, Scope,
};
use tensorproof_transpiler::{QuantizedGraph, Settings, emit, load_graph, quantize};

const CHAIN: u64 = 1;
const NOW: u64 = 1_700_000_000;
const REWARD: U256 = uint!(1_000_000_000_000_000_000_U256);
const MODULUS: U256 =
    uint!(21888242871839275222246405745257275088548364400416034343698204186575808495617_U256);
const HOST: Address = Address::repeat_byte(0xaa);
const SOLVER: Address = Address::repeat_byte(0xbb);
const THIEF: Address = Address::repeat_byte(0xcc);

/// A linear layer of two samples: its circuit, its key, and the inputs but for the challenge.
struct Inference {
    quantized: QuantizedGraph,
    circuit: Circuit,
    key: ProvingKey,
    inputs: Inputs,
}

impl Inference {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../transpiler/tests/cases");
        let graph = load_graph(&cases.join("gemm.onnx")).unwrap();
        let case: Value =
            serde_json::from_str(&fs::read_to_string(cases.join("gemm.json")).unwrap()).unwrap();
        // Each sample of a case has a batch of its own.
        let rows = [&case["inputs"][0][0], &case["inputs"][1][0]];
        let data = folder.path().join("data.json");
        fs::write(&data, json!({ "x": rows }).to_string()).unwrap();
        let samples = load_samples(&data, &input_shapes(&graph)).unwrap();
        let config = QuantizeConfig {
            scale: ScaleChoice::Power(Power { base: 2, exponent: 6 }),
            tolerance: 0.05,
            layer_scales: BTreeMap::new(),
            scope: Scope::Model,
            input_range: Some((-1.0, 1.0)),
            input: InputVisibility::Hashed,
            params: ParamsVisibility::Fixed,
            input_check: InputCheck::Circuit,
            output: OutputKind::Raw,
            output_visibility: OutputVisibility::Public,
            batch: 2,
            public_signals: PublicSignals::Digest,
        };
        let quantized = quantize(&graph, &config, &samples).unwrap();
        for (path, text) in &emit(&quantized).unwrap().files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let sources = Sources::from_path(&folder.path().join("circuit.circom"));
        let circuit: Circuit = compile(sources, Options::default())
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let key = setup(&circuit.r1cs, &mut StdRng::seed_from_u64(1)).unwrap();
        let signals = Settings::of(&quantized, "gemm.onnx").quantize_samples(&samples).unwrap();
        let integers = |values: Vec<_>| values.iter().map(fr_from_bigint).collect();
        let mut inputs: Inputs =
            signals.into_iter().map(|(signal, values)| (signal, integers(values))).collect();
        inputs.insert("inputSalt".to_owned(), vec![Fr::from(7)]);
        Self { quantized, circuit, key, inputs }
    }

    fn with_challenge(&self, challenge: Fr) -> Inputs {
        let mut inputs = self.inputs.clone();
        inputs.insert("publicChallenge".to_owned(), vec![challenge]);
        inputs
    }

    /// Returns the outputs and the hash of the data, and their digest's hash.
    fn values(&self) -> (Vec<Fr>, Fr, Fr) {
        let names = [self.quantized.outputs[0].signal.clone(), "inputHash".to_owned()];
        let inputs = self.with_challenge(Fr::from(0));
        let (witness, found) = self.circuit.witness_with_signals(&inputs, &names).unwrap();
        let [outputs, hash] = [0, 1].map(|at| found[at].clone().unwrap());
        (outputs, hash[0], self.circuit.r1cs.public_values(&witness)[0])
    }

    fn prove(&self, domain: B256) -> Evidence {
        let (outputs, data, hash) = self.values();
        let values = [outputs, vec![data]].concat();
        let witness =
            self.circuit.witness(&self.with_challenge(digest::challenge(domain, hash, &values))).unwrap();
        // The digest is of these values, in this order, and of no others.
        assert_eq!(self.circuit.r1cs.public_values(&witness), digest::public_signals(domain, hash, &values));
        let proof = prove(&self.key, &self.circuit.r1cs, &witness, &mut StdRng::seed_from_u64(2)).unwrap();
        Evidence { hash, proof }
    }
}

/// A chain with the factory and the verifier of a key.
struct Machine(MainnetEvm<MainnetContext<InMemoryDB>>);

impl Machine {
    fn new(codes: &[(Address, &[u8])]) -> Self {
        let mut state = InMemoryDB::default();
        for (address, code) in codes {
            let code = Bytecode::new_legacy(code.to_vec().into());
            // The factory has created two contracts, whose addresses no clone can have.
            state.insert_account_info(*address, AccountInfo::from_bytecode(code).with_nonce(3));
        }
        for account in [HOST, SOLVER, THIEF] {
            state.insert_account_info(account, AccountInfo::from_balance(REWARD));
        }
        let context: MainnetContext<InMemoryDB> = Context::new(state, SpecId::OSAKA);
        let context = context
            .modify_cfg_chained(|cfg| cfg.disable_nonce_check = true)
            .modify_block_chained(|block| block.timestamp = U256::from(NOW));
        Self(context.build_mainnet())
    }

    /// Sends a message. Returns what it returned and its gas, or what it reverted with.
    fn send(&mut self, from: Address, message: &Message) -> Result<(Vec<u8>, u64), Vec<u8>> {
        let transaction = TxEnv {
            caller: from,
            kind: TxKind::Call(message.to),
            value: message.value,
            data: message.data.clone().into(),
            gas_limit: 1 << 24,
            chain_id: Some(CHAIN),
            ..TxEnv::default()
        };
        match self.0.transact_commit(transaction).unwrap() {
            result @ ExecutionResult::Success { .. } => {
                let gas = result.tx_gas_used();
                Ok((result.into_output().unwrap().to_vec(), gas))
            }
            ExecutionResult::Revert { output, .. } => Err(output.to_vec()),
            halt @ ExecutionResult::Halt { .. } => panic!("{halt:?}"),
        }
    }

    #[track_caller]
    fn refuses(&mut self, from: Address, message: &Message, expected: &BountyError) {
        let output = self.send(from, message).unwrap_err();
        assert_eq!(BountyError::read(&output, Some(Phase::Open)).as_ref(), Some(expected));
    }

    fn balance(&mut self, account: Address) -> U256 {
        self.0.ctx.journaled_state.database.basic(account).unwrap().unwrap_or_default().balance
    }
}

#[test]
fn outputs_of_a_transpiled_model_are_paid_for_and_no_others() {
    let inference = Inference::new();
    let factory = Factory::new().unwrap();
    let verifier: Vec<Step> = steps(&inference.key.vk, &config(), B256::ZERO).unwrap();
    let mut codes: Vec<(Address, &[u8])> = vec![
        (factory.step.address, &factory.step.code),
        (factory.implementation.0, &factory.implementation.1),
        (factory.compute.0, &factory.compute.1),
    ];
    codes.extend(verifier.iter().map(|step| (step.address, step.code.as_slice())));
    let mut machine = Machine::new(&codes);

    let (outputs, data_hash, _) = inference.values();
    assert_eq!(outputs.len(), 6);
    assert!(outputs.iter().any(|output| fr_to_signed(output) < 0.into()), "{outputs:?}");
    let verifier = verifier.last().unwrap();
    let statement = Statement { verifier: verifier.address, code_hash: keccak256(&verifier.code) };
    let terms = ComputeTerms {
        host: HOST,
        reward: REWARD,
        end: NOW + 3600,
        outputs: 6,
        architecture: B256::ZERO,
        setup: B256::ZERO,
        data_hash: word(&data_hash),
        data_digest: B256::ZERO,
        inference: statement,
    };
    let (opened, _) = machine.send(HOST, &open_compute(factory.step.address, &terms)).unwrap();
    let bounty = Address::from_word(B256::from_slice(&opened));

    let evidence = inference.prove(statement.domain(CHAIN, bounty, SOLVER));
    let solve = |outputs: &[Fr]| {
        Call::Solve { outputs: outputs.to_vec(), evidence: evidence.clone(), to: SOLVER }.message(bounty)
    };
    for at in 0..outputs.len() {
        let mut wrong = outputs.clone();
        wrong[at] += Fr::from(1);
        machine.refuses(SOLVER, &solve(&wrong), &BountyError::InvalidProof);
        // Outputs are the last words of the call.
        let mut twin = solve(&outputs);
        let end = twin.data.len() - 32 * (outputs.len() - 1 - at);
        let value = word(&outputs[at]) + MODULUS;
        twin.data[end - 32..end].copy_from_slice(&value.to_be_bytes::<32>());
        machine.refuses(SOLVER, &twin, &BountyError::NotInField { value });
    }
    let mut swapped = outputs.clone();
    swapped.swap(0, 3);
    machine.refuses(SOLVER, &solve(&swapped), &BountyError::InvalidProof);
    let (expected, actual) = (U256::from(6), U256::from(7));
    let longer = [outputs.clone(), vec![Fr::from(0)]].concat();
    machine.refuses(SOLVER, &solve(&longer), &BountyError::WrongLength { expected, actual });
    machine.refuses(THIEF, &solve(&outputs), &BountyError::InvalidProof);

    let (_, gas) = machine.send(SOLVER, &solve(&outputs)).unwrap();
    assert!(gas < 300_000, "{gas}");
    assert_eq!(machine.balance(SOLVER), REWARD + REWARD);
    assert_eq!(machine.balance(bounty), U256::ZERO);
    let (actual, expected) = (Phase::Solved, Some(Phase::Open));
    machine.refuses(SOLVER, &solve(&outputs), &BountyError::WrongPhase { actual, expected });
}

/// A hashed input is seen by nobody who could check it.
#[test]
fn data_outside_of_the_range_has_no_witness() {
    let inference = Inference::new();
    let port = &inference.quantized.inputs[0];
    let interval = &inference.quantized.quantities[port.place].intervals[0];
    for at in 0..inference.inputs[&port.signal].len() {
        for (value, is_inside) in [
            (interval.low.clone(), true),
            (interval.high.clone(), true),
            (&interval.low - 1, false),
            (&interval.high + 1, false),
        ] {
            let mut inputs = inference.with_challenge(Fr::from(3));
            inputs.get_mut(&port.signal).unwrap()[at] = fr_from_bigint(&value);
            assert_eq!(inference.circuit.witness(&inputs).is_ok(), is_inside, "{value} at {at}");
        }
    }
}
