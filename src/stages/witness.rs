//! Samples of an input file, and the witness of a circuit for them.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tensorproof_circom::{Circuit, CircuitField, Inputs, WitnessError};
use tensorproof_contracts::digest;
use tensorproof_r1cs::{Fr, Witness, fr_from_bigint, fr_from_decimal};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::data::{ENDINGS, ending, load_samples};
use tensorproof_transpiler::quantize::Sample;
use tensorproof_transpiler::seal::Subject;

use super::digest::{CHALLENGE, digest_values, domain, has_digest};
use super::keys::read_verifying_key;
use super::seals::secret;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};
use crate::inputs::{flatten, inputs_to_json, read_inputs};

/// What a proof is about.
pub(crate) struct Data {
    /// As many samples as the circuit takes.
    pub(crate) samples: Vec<Sample>,
    /// The salt of the input's commitment, if it was chosen before.
    pub(crate) salt: Option<Fr>,
}

/// Reads the samples of an input file that a proof is about, with the salt if the file has one.
pub(crate) fn read_data(settings: &Settings, path: &Path, first: usize) -> Result<Data> {
    let samples = pick_samples(load_samples(path, &settings.input_shapes())?, path, first, settings.batch)?;
    Ok(Data { samples, salt: read_salt(settings, path)? })
}

/// What a JSON file of inputs may have beside them.
#[derive(Deserialize)]
struct Salted {
    /// A decimal string.
    #[serde(rename = "inputSalt")]
    salt: Option<Value>,
}

/// Returns the salt that a JSON file has beside the inputs, if the circuit takes one.
pub(crate) fn read_salt(settings: &Settings, path: &Path) -> Result<Option<Fr>> {
    let name = Subject::Input.salt_signal();
    let is_salted = settings.seals.iter().any(|seal| seal.of == Subject::Input.name());
    let is_input = settings.inputs.iter().any(|input| input.name == name);
    let is_json = !ENDINGS.contains(&ending(path).as_str()) || ending(path) == "json";
    if !is_salted || is_input || !is_json {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    // The inputs were read before; a list of them has no salt.
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let salted: Salted = tensorproof_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let Some(found) = salted.salt else {
        return Ok(None);
    };
    let salt = found.as_str().and_then(fr_from_decimal).ok_or_else(|| {
        malformed(format!("`{name}` is {found}, expected a string with a decimal integer below the prime"))
    })?;
    Ok(Some(salt))
}

/// Returns some of the samples of a file, from one on.
pub(crate) fn pick_samples(
    mut samples: Vec<Sample>,
    path: &Path,
    first: usize,
    batch: usize,
) -> Result<Vec<Sample>> {
    let count = samples.len();
    if first.checked_add(batch).is_none_or(|end| end > count) {
        let reason = if batch == 1 {
            format!(
                "has {count} samples, and `--sample` counts from 0: found {first}, expected less than {count}"
            )
        } else {
            format!("has {count} samples, expected {batch} from `--sample` {first} on")
        };
        return Err(Error::Malformed { path: path.to_owned(), reason });
    }
    samples.drain(..first);
    samples.truncate(batch);
    Ok(samples)
}

/// Computes the witness of data and writes it, with the circuit's inputs as circom reads them.
pub(crate) fn solve(dir: &BuildDir, circuit: &Circuit, settings: &Settings, data: &Data) -> Result<Witness> {
    let (inputs, witness) = solve_data(dir, circuit, settings, data)?;
    let text = inputs_to_json(&inputs);
    dir.write(Artefact::Input, |writer| writer.write_all(text.as_bytes()))?;
    dir.write(Artefact::Witness, |writer| witness.write(writer))?;
    Ok(witness)
}

/// Computes the witness of data, with the circuit's inputs.
pub(crate) fn solve_data(
    dir: &BuildDir,
    circuit: &Circuit,
    settings: &Settings,
    data: &Data,
) -> Result<(Inputs, Witness)> {
    let mut inputs = quantized(settings, &data.samples)?;
    // Those of the parameters are with the parameters.
    for seal in settings.seals.iter().filter(|seal| seal.of != Subject::Params.name()) {
        let (signal, value) = secret(seal)?;
        let given = data.salt.filter(|_| seal.of == Subject::Input.name());
        inputs.insert(signal, vec![given.unwrap_or(value)]);
    }
    add_parameters(dir, settings, &mut inputs)?;
    if has_digest(settings) {
        // The challenge depends on the outputs: they are computed with another one first.
        let key = read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
        let domain = domain(settings, &key);
        inputs.insert(CHALLENGE.to_owned(), vec![Fr::from(0u64)]);
        let witness = circuit.witness(&inputs).map_err(|source| witness_error(source, settings))?;
        let values = digest_values(dir, settings, &witness)?;
        let hash = circuit.r1cs.public_values(&witness).first().copied();
        let hash = hash.ok_or(Error::Internal("a digest has no public signals"))?;
        inputs.insert(CHALLENGE.to_owned(), vec![digest::challenge(domain, hash, &values)]);
    }
    let witness = circuit.witness(&inputs).map_err(|source| witness_error(source, settings))?;
    Ok((inputs, witness))
}

/// Adds what `weights.json` holds to the inputs of a circuit: parameters, with the secret of their seal, and nothing that the
/// circuit takes otherwise.
fn add_parameters(dir: &BuildDir, settings: &Settings, inputs: &mut Inputs) -> Result<()> {
    let path = dir.existing(Artefact::Weights)?;
    let malformed = |reason: String| Error::Malformed { path: path.clone(), reason };
    let weights: Value = tensorproof_json::from_str(&dir.read_text(Artefact::Weights)?)
        .map_err(|error| malformed(error.to_string()))?;
    let Value::Object(weights) = weights else {
        return Err(malformed("expected an object with the parameters by signal".to_owned()));
    };
    for (signal, nested) in weights {
        let is_own = inputs.contains_key(&signal) || (signal == CHALLENGE && has_digest(settings));
        if is_own {
            return Err(malformed(format!(
                "`{signal}` is no parameter, the circuit takes it from the input"
            )));
        }
        let mut values = Vec::new();
        flatten(&nested, &mut values)
            .map_err(|found| malformed(format!("`{signal}` holds {found}, expected integers")))?;
        inputs.insert(signal, values);
    }
    Ok(())
}

/// Returns the integers of samples as inputs of a circuit.
pub(crate) fn quantized(settings: &Settings, samples: &[Sample]) -> Result<Inputs> {
    let signals = settings.quantize_samples(samples)?.into_iter();
    Ok(signals.map(|(signal, values)| (signal, values.iter().map(fr_from_bigint).collect())).collect())
}

/// Computes the witness of any circuit for inputs as circom and snarkjs read them, and writes it.
/// `log` gets the lines that the circuit prints.
pub(crate) fn solve_inputs<F: CircuitField>(
    dir: &BuildDir,
    circuit: &Circuit<F>,
    input: &Path,
    log: &mut dyn FnMut(&str),
) -> Result<Witness<F>> {
    let witness = solve_file(circuit, input, log)?;
    dir.write(Artefact::Witness, |writer| witness.write(writer))?;
    Ok(witness)
}

/// Computes the witness of any circuit for inputs as circom and snarkjs read them.
pub(crate) fn solve_file<F: CircuitField>(
    circuit: &Circuit<F>,
    input: &Path,
    log: &mut dyn FnMut(&str),
) -> Result<Witness<F>> {
    let inputs = read_inputs(input, &circuit.inputs())?;
    let solved = circuit.witness_with_log(&inputs, log);
    solved.map_err(|source| Error::Witness { source, layer: None })
}

/// Reads the witness of a build directory.
pub(crate) fn read_witness(dir: &BuildDir) -> Result<Witness> {
    let path = dir.existing(Artefact::Witness)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    Witness::read(&bytes).map_err(Error::format(&path))
}

/// Tells the layer whose component has no witness.
fn witness_error(source: WitnessError, settings: &Settings) -> Error {
    let layer = source.component().and_then(|path| {
        // `main.conv` or, within a statement, `main.model[3].conv`.
        let mut components = path.split('.').skip(1).filter_map(|component| component.split('[').next());
        let layer =
            components.find_map(|name| settings.layers.iter().find(|layer| layer.component == name))?;
        Some(format!(
            "`{}` ({}), whose values lie in [{}, {}]",
            layer.node, layer.operator, layer.low, layer.high
        ))
    });
    Error::Witness { source, layer }
}
