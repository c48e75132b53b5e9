//! A proof by a circuit and a key of a hunter's own, which `tensorproof` would not send.

use std::fs;

use ark_std::rand::rngs::OsRng;
use serde_json::Value;
use tensorproof_circom::{Inputs, Level, Options, Sources, compile};
use tensorproof_contracts::bounty::{Event, Evidence, ModelBounty, element};
use tensorproof_contracts::{Address, U256, digest};
use tensorproof_groth16::{Prover, ProvingKey};
use tensorproof_r1cs::{Fr, fr_from_decimal};

use crate::stage::{Actor, Result, Stage};

/// Proves with the circuit and the key of a folder that all answers are right, bound to the bounty and to who sends it as it
/// must be.
pub(crate) fn prove_accuracy(
    stage: &Stage<'_>,
    bounty: Address,
    who: Actor,
    folder: &str,
    samples: u32,
) -> Result<Evidence> {
    let source = stage.path(&format!("{folder}/accuracy/circuit.circom"));
    let sources = Sources::from_path(&source).with_embedded(tensorproof_templates::FILES);
    let options = Options { level: Level::O2, ..Options::default() };
    let circuit = compile(sources, options).map_err(|diagnostics| diagnostics.render(false))?;
    let contract = ModelBounty::new(&stage.rpc, bounty);
    let terms = contract.terms()?;
    let committed = contract.hunter(who.address()?)?.parameters_hash;
    let values = elements(&[terms.test_set_root, committed, U256::from(samples)])?;

    let mut inputs = inputs(stage, &contract, who)?;
    inputs.insert("publicChallenge".to_owned(), vec![Fr::from(0u64)]);
    let witness = circuit.witness(&inputs).map_err(|error| error.to_string())?;
    let hash = *circuit.r1cs.public_values(&witness).first().ok_or("a circuit without outputs")?;
    let domain = terms.statements[1].domain(stage.rpc.chain_id()?, bounty, who.address()?);
    let challenge = digest::challenge(domain, hash, &values);
    inputs.insert("publicChallenge".to_owned(), vec![challenge]);
    let witness = circuit.witness(&inputs).map_err(|error| error.to_string())?;
    let key = ProvingKey::open(&stage.path(&format!("{folder}/accuracy/circuit.zkey")), None)
        .map_err(|error| error.to_string())?;
    let proof = Prover::new(&key, &circuit.r1cs)?.prove(&witness, &mut OsRng)?;
    let public = digest::public_signals(domain, hash, &values);
    tensorproof_groth16::verify(&key.vk, &public, &proof).map_err(|error| error.to_string())?;
    Ok(Evidence { hash, proof })
}

/// Returns the digits that the host revealed, and the parameters that somebody committed to.
fn inputs(stage: &Stage<'_>, contract: &ModelBounty<'_>, who: Actor) -> Result<Inputs> {
    let revealed = contract.events(0)?.into_iter().find_map(|(event, _)| match event {
        Event::Revealed { salt, labels, .. } => Some((salt, labels)),
        _ => None,
    });
    let (salt, labels) = revealed.ok_or("nothing was revealed")?;
    let mut inputs = Inputs::from([
        ("images".to_owned(), images(stage, labels.len())?),
        ("labels".to_owned(), elements(&labels)?),
        ("testSetSalt".to_owned(), elements(&[salt])?),
    ]);
    let hunter = stage.read(&format!("{}/hunter.json", who.name))?;
    inputs.insert("paramsSalt".to_owned(), integers(&hunter["paramsSalt"])?);
    for (signal, nested) in hunter["parameters"].as_object().into_iter().flatten() {
        inputs.insert(signal.clone(), integers(nested)?);
    }
    Ok(inputs)
}

/// Returns the integers that the circuit has for the digits' bytes.
fn images(stage: &Stage<'_>, samples: usize) -> Result<Vec<Fr>> {
    let image = stage.read("bounty/bounty.json")?["image"].take();
    let number = |name: &str| image[name].as_str().and_then(|text| text.parse::<i64>().ok());
    let numbers = || Some((number("factor")?, number("offset")?, number("divisor")?));
    let (factor, offset, divisor) = numbers().ok_or("pixels are made of large numbers")?;
    let first = image["first"].as_u64().and_then(|first| first.try_into().ok()).unwrap_or(0);
    let files = fs::read_dir(stage.path("digits"))?.map(|file| Ok(file?.path()));
    let mut files: Vec<_> = files.collect::<Result<_>>()?;
    files.sort();
    let mut pixels = Vec::new();
    for file in files.iter().take(samples) {
        let bytes = fs::read(file)?;
        let integers = bytes.into_iter().skip(first);
        pixels.extend(integers.map(|byte| Fr::from((factor * i64::from(byte) + offset).div_euclid(divisor))));
    }
    Ok(pixels)
}

fn elements(words: &[U256]) -> Result<Vec<Fr>> {
    let elements: Option<_> = words.iter().map(|word| element(*word)).collect();
    elements.ok_or_else(|| "a word is no element of the field".into())
}

/// Returns the integers of nested lists.
fn integers(nested: &Value) -> Result<Vec<Fr>> {
    if let Some(items) = nested.as_array() {
        return Ok(items.iter().map(integers).collect::<Result<Vec<_>>>()?.concat());
    }
    let text = nested.as_str().map_or_else(|| nested.to_string(), str::to_owned);
    let (digits, is_negative) =
        text.strip_prefix('-').map_or((text.as_str(), false), |digits| (digits, true));
    let value: Fr = fr_from_decimal(digits).ok_or_else(|| format!("{text} is no integer"))?;
    Ok(vec![if is_negative { -value } else { value }])
}
