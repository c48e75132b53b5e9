//! Bundled templates computed for commands: what a command says is what a circuit proves.

use std::collections::BTreeMap;

use ark_ff::{BigInteger as _, PrimeField as _};
use num_bigint::BigInt;
use tensorproof_circom::{Inputs, Options, Sources, compile};
use tensorproof_r1cs::Fr;

use crate::error::{Error, Result};

/// Returns the outputs of a circuit of bundled templates. No file is read: what the current folder has is somebody else's.
pub(crate) fn compute(text: &str, inputs: &Inputs) -> Result<BTreeMap<String, Vec<Fr>>> {
    let sources = Sources::from_text("main.circom", text).with_embedded(tensorproof_templates::FILES);
    let circuit = compile(sources, Options::default())
        .map_err(|_| Error::Internal("a circuit of bundled templates does not compile"))?;
    let witness = circuit.witness(inputs).map_err(|source| Error::Witness { source, layer: None })?;
    let outputs = circuit.outputs();
    let values = outputs.iter().map(|port| {
        let first = port.first.index();
        (port.name.clone(), witness.0[first..first + port.len()].to_vec())
    });
    Ok(values.collect())
}

/// Returns an element as the integer from 0 to below the prime.
pub(crate) fn unsigned(value: &Fr) -> BigInt {
    BigInt::from_bytes_le(num_bigint::Sign::Plus, &value.into_bigint().to_bytes_le())
}
