//! The stages between files: each reads what it needs from the build directory and writes what it makes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use ark_ff::{PrimeField, UniformRand as _};
use ark_std::rand::rngs::OsRng;
use num_bigint::BigInt;
use serde_json::Value;
use tensorproof_circom::{Circuit, Inputs, Level, Options, Sources, WitnessError, compile_over};
use tensorproof_contracts::{B256, Export, PublicSignals, SignalRange, VerifierConfig, digest, verifier};
use tensorproof_groth16::{
    CheckedKeys, KeyFileError, KeySummary, Origin, Proof, ProveError, Prover, ProvingKey, VerifyingKey,
    proof_from_json, proof_to_json, public_from_json, public_to_json, read_key_summary, setup, verify,
    verifying_key_from_json, verifying_key_to_json,
};
use tensorproof_r1cs::{
    Fr, R1cs, SymbolWriter, Symbols, Unsatisfied, Wire, Witness, fr_from_bigint, fr_to_decimal, fr_to_signed,
};
use tensorproof_transpiler::data::load_samples;
use tensorproof_transpiler::quantize::Sample;
use tensorproof_transpiler::seal::{RECIPIENT, Seal, Subject};
use tensorproof_transpiler::settings::{InputSettings, SealSettings};
use tensorproof_transpiler::{QuantizedGraph, Settings, emit};

use crate::baby_jubjub;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};
use crate::inputs::{flatten, inputs_to_json, read_inputs};
use crate::terminal::grouped;

/// Writes circuit, parameters and settings of a quantized model; what later stages made of an earlier one goes.
/// `recipient` is the key that is encrypted to.
pub(crate) fn write_circuit(
    dir: &BuildDir,
    quantized: &QuantizedGraph,
    model: &Path,
    recipient: Option<[Fr; 2]>,
    digest_label: &str,
) -> Result<Settings> {
    let name = model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let settings = Settings { digest_label: digest_label.to_owned(), ..Settings::of(quantized, &name) };
    let program = emit(quantized);
    keep_ceremony_key(dir)?;
    dir.remove(&[
        Artefact::R1cs,
        Artefact::Symbols,
        Artefact::ProvingKey,
        Artefact::VerifyingKey,
        Artefact::Input,
        Artefact::Witness,
        Artefact::Proof,
        Artefact::Public,
        Artefact::PublicValues,
        Artefact::Verifier,
        Artefact::VerifierKey,
    ])?;
    for (path, text) in &program.files {
        dir.write_text(path, text)?;
    }
    let mut weights = program.weights;
    for seal in settings.seals.iter().filter(|seal| seal.of == Subject::Params.name()) {
        // All proofs show the same seal: they are about the same parameters.
        let (signal, value) = secret(seal)?;
        weights[signal] = fr_to_decimal(&value).into();
    }
    if let Some(recipient) = recipient {
        weights[RECIPIENT] = recipient.map(|value| fr_to_decimal(&value)).to_vec().into();
    }
    dir.write(Artefact::Weights, |writer| writer.write_all(weights.to_string().as_bytes()))?;
    dir.write(Artefact::Settings, |writer| writer.write_all(settings.to_json().as_bytes()))?;
    Ok(settings)
}

/// Reads the settings of a build directory.
pub(crate) fn read_settings(dir: &BuildDir) -> Result<Settings> {
    Ok(Settings::from_json(&dir.read_text(Artefact::Settings)?)?)
}

/// Compiles a circuit; what it includes is found beside it, in the libraries, or in the bundled templates.
pub(crate) fn compile_circuit<F: PrimeField>(
    source: &Path,
    libraries: &[std::path::PathBuf],
    level: Level,
) -> Result<Circuit<F>> {
    let mut sources = Sources::from_path(source).with_embedded(tensorproof_templates::FILES);
    for library in libraries {
        sources = sources.with_library(library);
    }
    let colour = console::colors_enabled_stderr();
    let options = Options { level, ..Options::default() };
    compile_over(sources, options).map_err(|diagnostics| Error::compile(&diagnostics, colour))
}

/// Compiles the circuit of a build directory.
pub(crate) fn compile_dir<F: PrimeField>(
    dir: &BuildDir,
    libraries: &[std::path::PathBuf],
) -> Result<Circuit<F>> {
    compile_circuit(&dir.existing(Artefact::Circuit)?, libraries, Level::O1)
}

/// Writes the symbols of a circuit as `.sym`.
pub(crate) fn write_symbols<F: PrimeField>(
    circuit: &Circuit<F>,
    writer: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    let mut symbols = SymbolWriter::new(writer);
    circuit.for_each_symbol(|label, wire, component, name| symbols.entry(label, wire, component, name))
}

/// Writes constraints and symbols into the build directory.
pub(crate) fn write_compiled<F: PrimeField>(dir: &BuildDir, circuit: &Circuit<F>) -> Result<()> {
    dir.write(Artefact::R1cs, |writer| circuit.r1cs.write(writer))?;
    dir.write(Artefact::Symbols, |writer| write_symbols(circuit, writer))
}

/// Refuses to go on when the build directory's key has contributions, which cannot be made again.
pub(crate) fn keep_ceremony_key(dir: &BuildDir) -> Result<()> {
    match key_origin(dir) {
        Ok(Some(Origin::Ceremony { contributions })) if !contributions.is_empty() => {
            let path = dir.path(Artefact::ProvingKey);
            Err(Error::CeremonyKey { path, contributions: contributions.len() })
        }
        // Of what is not a key, nothing is lost.
        _ => Ok(()),
    }
}

/// Deletes what was made with an earlier key.
pub(crate) fn remove_proofs(dir: &BuildDir) -> Result<()> {
    dir.remove(&[Artefact::Proof, Artefact::Public, Artefact::Verifier, Artefact::VerifierKey])
}

/// Makes a development key and writes it, with its verifying key.
pub(crate) fn set_up(dir: &BuildDir, r1cs: &R1cs) -> Result<ProvingKey> {
    keep_ceremony_key(dir)?;
    let key = setup(r1cs, &mut OsRng)?;
    remove_proofs(dir)?;
    dir.write(Artefact::ProvingKey, |writer| key.write(r1cs, writer))?;
    let vk = verifying_key_to_json(&key.vk);
    dir.write(Artefact::VerifyingKey, |writer| writer.write_all(vk.as_bytes()))?;
    Ok(key)
}

/// Reads the samples of an input file that a proof is about.
pub(crate) fn read_samples(settings: &Settings, path: &Path, first: usize) -> Result<Vec<Sample>> {
    pick_samples(load_samples(path, &settings.input_shapes())?, path, first, settings.batch)
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

/// Returns a new secret of a seal, with its signal: the salt of a commitment, which hides what it binds only while nobody can
/// guess it, or the sender's private key.
fn secret(seal: &SealSettings) -> Result<(String, Fr)> {
    let subject = seal.subject()?;
    Ok(match seal.kind()? {
        Seal::Hashed => (subject.salt_signal(), Fr::rand(&mut OsRng)),
        Seal::Encrypted => (subject.secret_signal(), baby_jubjub::random_secret()?),
    })
}

/// Computes the witness of samples and writes it, with the circuit's inputs as circom reads them.
pub(crate) fn solve(
    dir: &BuildDir,
    circuit: &Circuit,
    settings: &Settings,
    samples: &[Sample],
) -> Result<Witness> {
    let (inputs, witness) = solve_samples(dir, circuit, settings, samples)?;
    let text = inputs_to_json(&inputs);
    dir.write(Artefact::Input, |writer| writer.write_all(text.as_bytes()))?;
    dir.write(Artefact::Witness, |writer| witness.write(writer))?;
    Ok(witness)
}

/// Computes the witness of samples, with the circuit's inputs.
pub(crate) fn solve_samples(
    dir: &BuildDir,
    circuit: &Circuit,
    settings: &Settings,
    samples: &[Sample],
) -> Result<(Inputs, Witness)> {
    let mut inputs: Inputs = BTreeMap::new();
    for (signal, values) in settings.quantize_samples(samples)? {
        inputs.insert(signal, values.iter().map(fr_from_bigint).collect());
    }
    let path = dir.existing(Artefact::Weights)?;
    let weights: Value = serde_json::from_str(&dir.read_text(Artefact::Weights)?)
        .map_err(|error| Error::Malformed { path: path.clone(), reason: error.to_string() })?;
    let malformed = |reason: String| Error::Malformed { path: path.clone(), reason };
    let Value::Object(weights) = weights else {
        return Err(malformed("expected an object with the parameters by signal".to_owned()));
    };
    for (signal, nested) in weights {
        let mut values = Vec::new();
        flatten(&nested, &mut values)
            .map_err(|found| malformed(format!("`{signal}` holds {found}, expected integers")))?;
        inputs.insert(signal, values);
    }
    // Those of the parameters are with the parameters.
    for seal in settings.seals.iter().filter(|seal| seal.of != Subject::Params.name()) {
        let (signal, value) = secret(seal)?;
        inputs.insert(signal, vec![value]);
    }
    if has_digest(settings) {
        // The challenge depends on the outputs: they are computed with another one first.
        let domain = domain(settings, &read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?);
        inputs.insert(CHALLENGE.to_owned(), vec![Fr::from(0u64)]);
        let witness = circuit.witness(&inputs).map_err(|source| witness_error(source, settings))?;
        let values = digest_values(dir, settings, &witness)?;
        let hash = circuit.r1cs.public_values(&witness).first().copied().unwrap_or_default();
        inputs.insert(CHALLENGE.to_owned(), vec![digest::challenge(domain, hash, &values)]);
    }
    let witness = circuit.witness(&inputs).map_err(|source| witness_error(source, settings))?;
    Ok((inputs, witness))
}

/// Computes the witness of any circuit for inputs as circom and snarkjs read them, and writes it.
/// `log` gets the lines that the circuit prints.
pub(crate) fn solve_inputs<F: PrimeField>(
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
pub(crate) fn solve_file<F: PrimeField>(
    circuit: &Circuit<F>,
    input: &Path,
    log: &mut dyn FnMut(&str),
) -> Result<Witness<F>> {
    let inputs = read_inputs(input, &circuit.inputs())?;
    let solved = circuit.witness_with_log(&inputs, log);
    solved.map_err(|source| Error::Witness { source, layer: None })
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

/// Returns the folder of what can be computed again, of this user alone, where the system has one.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("tensorproof"))
}

/// Reads the proving key of a build directory.
pub(crate) fn read_key(dir: &BuildDir) -> Result<ProvingKey> {
    let path = dir.existing(Artefact::ProvingKey)?;
    let checked = cache_folder().map(|folder| CheckedKeys::new(&folder));
    ProvingKey::open(&path, checked.as_ref()).map_err(|error| match error {
        KeyFileError::Read(source) => Error::read(&path, source),
        KeyFileError::Format(source) => Error::Format { path, source },
    })
}

/// Returns what the key of a build directory was made by, if the folder has its proving key.
pub(crate) fn key_origin(dir: &BuildDir) -> Result<Option<Origin>> {
    if !dir.has(Artefact::ProvingKey) {
        return Ok(None);
    }
    Ok(Some(key_summary(&dir.path(Artefact::ProvingKey))?.origin))
}

/// Returns the verifying key and the origin of a proving key.
pub(crate) fn key_summary(path: &Path) -> Result<KeySummary> {
    let file = fs::File::open(path).map_err(|source| Error::read(path, source))?;
    read_key_summary(file).map_err(|source| Error::Ceremony { path: path.to_owned(), source })
}

/// Reads the constraints of a build directory.
pub(crate) fn read_r1cs(dir: &BuildDir) -> Result<R1cs> {
    let path = dir.existing(Artefact::R1cs)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    R1cs::read(&bytes).map_err(Error::format(&path))
}

/// Reads the witness of a build directory.
pub(crate) fn read_witness(dir: &BuildDir) -> Result<Witness> {
    let path = dir.existing(Artefact::Witness)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    Witness::read(&bytes).map_err(Error::format(&path))
}

/// Binds a key to the constraints that it was made for.
pub(crate) fn prover<'k>(key: &'k ProvingKey, r1cs: &'k R1cs) -> Result<Prover<'k>> {
    Prover::new(key, r1cs).map_err(|source| Error::Prove { source, signal: None })
}

/// Names the signal where a witness does not fit.
pub(crate) fn not_proven<'d>(dir: &'d BuildDir, r1cs: &'d R1cs) -> impl FnOnce(ProveError) -> Error + 'd {
    |source| {
        let signal = match source {
            ProveError::Unsatisfied(Unsatisfied::Row { row }) => signal_of_row(dir, r1cs, row),
            _ => None,
        };
        Error::Prove { source, signal }
    }
}

/// Proves and writes the proof and its public signals.
pub(crate) fn prove_witness(
    dir: &BuildDir,
    key: &ProvingKey,
    r1cs: &R1cs,
    witness: &Witness,
) -> Result<Proof> {
    let proof = prover(key, r1cs)?.prove(witness, &mut OsRng).map_err(not_proven(dir, r1cs))?;
    write_proof(dir, r1cs, witness, &proof)?;
    match read_settings_if_any(dir)? {
        Some(settings) if has_digest(&settings) => {
            let values = public_to_json(&digest_values(dir, &settings, witness)?);
            dir.write(Artefact::PublicValues, |writer| writer.write_all(values.as_bytes()))?;
        }
        _ => dir.remove(&[Artefact::PublicValues])?,
    }
    Ok(proof)
}

/// Writes a proof and its public signals.
pub(crate) fn write_proof(dir: &BuildDir, r1cs: &R1cs, witness: &Witness, proof: &Proof) -> Result<()> {
    let public = public_to_json(r1cs.public_values(witness));
    dir.write(Artefact::Proof, |writer| writer.write_all(proof_to_json(proof).as_bytes()))?;
    dir.write(Artefact::Public, |writer| writer.write_all(public.as_bytes()))
}

/// Returns the name of a signal of a constraint, which tells the layer.
fn signal_of_row(dir: &BuildDir, r1cs: &R1cs, row: usize) -> Option<String> {
    let symbols = Symbols::read(dir.read_text(Artefact::Symbols).ok()?, r1cs.wires).ok()?;
    let terms = [&r1cs.c, &r1cs.a, &r1cs.b].into_iter().flat_map(|matrix| matrix.row(row));
    // The last wire of the row is the innermost one: inputs come first.
    let wire = terms.map(|term| term.wire).max().filter(|wire| *wire != Wire::ONE)?;
    symbols.name(wire).map(str::to_owned)
}

/// The circuit's input that the challenge of a digest comes by.
pub(crate) const CHALLENGE: &str = "publicChallenge";

/// Returns whether the circuit has a digest of its public values.
pub(crate) fn has_digest(settings: &Settings) -> bool {
    settings.public_signals == "digest"
}

/// Returns the domain of the digest of a circuit with this key.
fn domain(settings: &Settings, vk: &VerifyingKey) -> B256 {
    digest::domain(vk, &settings.digest_label)
}

/// Returns the settings, for a model's circuit.
pub(crate) fn read_settings_if_any(dir: &BuildDir) -> Result<Option<Settings>> {
    if dir.has(Artefact::Settings) { read_settings(dir).map(Some) } else { Ok(None) }
}

/// Reads a verifying key.
pub(crate) fn read_verifying_key(path: &Path) -> Result<VerifyingKey> {
    let text = fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    verifying_key_from_json(&text).map_err(Error::json(path))
}

/// Returns the public values of a witness: what the public signals are, or what their digest stands for.
pub(crate) fn public_values(
    dir: &BuildDir,
    settings: &Settings,
    r1cs: &R1cs,
    witness: &Witness,
) -> Result<Vec<Fr>> {
    if has_digest(settings) {
        digest_values(dir, settings, witness)
    } else {
        Ok(r1cs.public_values(witness).to_vec())
    }
}

/// Returns the values that the digest of a witness stands for: what goes into the component that makes it.
fn digest_values(dir: &BuildDir, settings: &Settings, witness: &Witness) -> Result<Vec<Fr>> {
    let layer = settings.layers.iter().find(|layer| layer.component == "publicDigest");
    let count = layer.map_or(0, |layer| layer.shape.iter().product());
    let mut values = vec![None; count];
    for line in dir.read_text(Artefact::Symbols)?.lines() {
        let mut fields = line.split(',');
        let wire = fields.nth(1).and_then(|wire| wire.parse::<usize>().ok());
        let name = fields.nth(1).unwrap_or_default();
        let index = name.strip_prefix("main.publicDigest.in[").and_then(|rest| rest.strip_suffix(']'));
        if let (Some(wire), Some(index)) = (wire, index.and_then(|index| index.parse::<usize>().ok()))
            && let (Some(place), Some(value)) = (values.get_mut(index), witness.0.get(wire))
        {
            *place = Some(*value);
        }
    }
    let found: Option<Vec<Fr>> = values.into_iter().collect();
    found.filter(|found| !found.is_empty()).ok_or_else(|| Error::Malformed {
        path: dir.path(Artefact::Symbols),
        reason: format!(
            "the circuit has a constant among its {count} public values: use `--public-signals plain`"
        ),
    })
}

/// A statement with its proof and the key that verifies it.
pub(crate) struct Statement {
    pub(crate) vk: VerifyingKey,
    pub(crate) public: Vec<Fr>,
    /// What the public signals stand for, if they are a digest.
    pub(crate) digested: Option<Vec<Fr>>,
    pub(crate) proof: Proof,
}

impl Statement {
    /// Returns the public values.
    pub(crate) fn values(&self) -> &[Fr] {
        self.digested.as_deref().unwrap_or(&self.public)
    }

    /// Tells how many values are public.
    pub(crate) fn described(&self) -> String {
        let signals = format!("{} public signals", grouped(self.public.len()));
        match &self.digested {
            Some(values) => format!("{signals} for {} public values", grouped(values.len())),
            None => signals,
        }
    }

    /// Returns what the contract takes.
    pub(crate) fn contract_inputs(&self) -> Vec<Fr> {
        match (&self.digested, self.public.first()) {
            (Some(values), Some(hash)) => digest::inputs(*hash, values),
            _ => self.public.clone(),
        }
    }
}

/// Reads verifying key, public signals and proof; with the settings of a digest, also what they stand for.
pub(crate) fn read_statement(
    dir: Option<&BuildDir>,
    settings: Option<&Settings>,
    [vk, public, proof]: [&Path; 3],
) -> Result<Statement> {
    let text = |path: &Path| fs::read_to_string(path).map_err(|source| Error::read(path, source));
    let signals = |path: &Path| public_from_json(&text(path)?).map_err(Error::json(path));
    let digested = match (dir, settings) {
        (Some(dir), Some(settings)) if has_digest(settings) => {
            Some(signals(&dir.existing(Artefact::PublicValues)?)?)
        }
        _ => None,
    };
    Ok(Statement {
        vk: read_verifying_key(vk)?,
        public: signals(public)?,
        digested,
        proof: proof_from_json(&text(proof)?).map_err(Error::json(proof))?,
    })
}

/// Reads the statement of a build directory.
pub(crate) fn read_statement_of(dir: &BuildDir, settings: Option<&Settings>) -> Result<Statement> {
    let path = |artefact| dir.existing(artefact);
    let (vk, public, proof) =
        (path(Artefact::VerifyingKey)?, path(Artefact::Public)?, path(Artefact::Proof)?);
    read_statement(Some(dir), settings, [&vk, &public, &proof])
}

/// Verifies the proof, and what the circuit leaves to the verifier: that the digest is one of the public values, and the
/// range of public inputs.
pub(crate) fn verify_statement(statement: &Statement, settings: Option<&Settings>) -> Result<()> {
    if let Some(settings) = settings {
        check_statement(statement, settings)?;
    }
    Ok(verify(&statement.vk, &statement.public, &statement.proof)?)
}

/// Checks what the circuit leaves to the verifier, and the proof does not show: that the digest is one of the public values,
/// and the range of public inputs.
pub(crate) fn check_statement(statement: &Statement, settings: &Settings) -> Result<()> {
    if let Some(values) = &statement.digested {
        let hash = statement.public.first().copied().unwrap_or_default();
        let expected = digest::public_signals(domain(settings, &statement.vk), hash, values);
        if statement.public != expected {
            return Err(Error::OtherDigest);
        }
    }
    for (input, range) in public_ranges(settings)? {
        let signals = statement.values().get(range.first..range.first + range.count).unwrap_or_default();
        for (position, signal) in signals.iter().enumerate() {
            let value = fr_to_signed(signal);
            if value < range.lo || value > range.hi {
                return Err(Error::PublicRange {
                    input: input.name.clone(),
                    position,
                    value: value.to_string(),
                    low: range.lo.to_string(),
                    high: range.hi.to_string(),
                });
            }
        }
    }
    Ok(())
}

/// Returns the ranges of public inputs that the circuit leaves to the verifier. Outputs and commitments come first in the
/// public signals.
fn public_ranges(settings: &Settings) -> Result<Vec<(&InputSettings, SignalRange)>> {
    let mut first = public_outputs(settings);
    for seal in &settings.seals {
        first += seal.signals()?;
    }
    let mut ranges = Vec::new();
    if settings.input_visibility != "public" {
        return Ok(ranges);
    }
    for input in &settings.inputs {
        let count = count(settings, &input.shape);
        if input.checked_by == "verifier" {
            let (_, interval) = input.range()?;
            ranges.push((input, SignalRange { first, count, lo: interval.low, hi: interval.high }));
        }
        first += count;
    }
    Ok(ranges)
}

/// Returns how many public signals are outputs of the model.
pub(crate) fn public_outputs(settings: &Settings) -> usize {
    if settings.output_visibility != "public" {
        return 0;
    }
    settings.outputs.iter().map(|output| count(settings, &output.shape)).sum()
}

/// Returns the values that a proof has of a tensor.
fn count(settings: &Settings, shape: &[usize]) -> usize {
    settings.batch * shape.iter().product::<usize>()
}

/// Returns what the contract of a build directory checks.
pub(crate) fn verifier_config(
    settings: Option<&Settings>,
    vk: &VerifyingKey,
    contract: &str,
) -> Result<VerifierConfig> {
    let contract = contract.to_owned();
    let Some(settings) = settings else {
        return Ok(VerifierConfig { contract, ranges: Vec::new(), public_signals: PublicSignals::Plain });
    };
    let ranges = public_ranges(settings)?.into_iter().map(|(_, range)| range).collect();
    let layer =
        settings.layers.iter().find(|layer| has_digest(settings) && layer.component == "publicDigest");
    let public_signals = match layer {
        Some(layer) => {
            PublicSignals::Digest { values: layer.shape.iter().product(), domain: domain(settings, vk) }
        }
        None => PublicSignals::Plain,
    };
    Ok(VerifierConfig { contract, ranges, public_signals })
}

/// Writes the Solidity verifier.
pub(crate) fn export(dir: &BuildDir, vk: &VerifyingKey, config: &VerifierConfig) -> Result<Export> {
    let export = verifier(vk, config)?;
    dir.write(Artefact::Verifier, |writer| writer.write_all(export.solidity.as_bytes()))?;
    match export.key_json() {
        Some(text) => dir.write(Artefact::VerifierKey, |writer| writer.write_all(text.as_bytes()))?,
        None => dir.remove(&[Artefact::VerifierKey])?,
    }
    Ok(export)
}

/// The outputs by name, and the class that they say.
pub(crate) struct Outputs {
    pub(crate) by_name: serde_json::Map<String, Value>,
    /// A number, a list of numbers for a batch, or null.
    pub(crate) class: Value,
}

/// Returns the integers of public outputs, from the public signals, which they begin.
pub(crate) fn public_integers(settings: &Settings, public: &[Fr]) -> Result<Vec<Vec<BigInt>>> {
    let mut rest = public;
    let mut integers = Vec::new();
    for output in &settings.outputs {
        let Some((signals, others)) = rest.split_at_checked(count(settings, &output.shape)) else {
            return Err(Error::Internal("the circuit has fewer outputs than its settings say"));
        };
        rest = others;
        integers.push(signals.iter().map(fr_to_signed).collect());
    }
    Ok(integers)
}

/// Returns the integers of the outputs, public or not, from the witness.
pub(crate) fn output_integers(
    settings: &Settings,
    circuit: &Circuit,
    witness: &Witness,
) -> Result<Vec<Vec<BigInt>>> {
    if settings.output_visibility == "public" && !has_digest(settings) {
        return public_integers(settings, circuit.r1cs.public_values(witness));
    }
    let mut integers = vec![Vec::new(); settings.outputs.len()];
    let Ok(()) = circuit.for_each_symbol(|_, wire, _, name| -> std::result::Result<(), Infallible> {
        // `main.model.out[3]`, or `main.model[2].out[3]` of a batch.
        let path = name.strip_prefix("main.model").and_then(|name| name.split_once('.'));
        let signal = path.and_then(|(_, signal)| signal.split('[').next());
        let position = settings.outputs.iter().position(|output| Some(output.signal.as_str()) == signal);
        if let (Some(position), Some(wire)) = (position, wire) {
            integers[position].extend(witness.0.get(wire.index()).map(fr_to_signed));
        }
        Ok(())
    });
    let expected = settings.outputs.iter().map(|output| count(settings, &output.shape));
    if integers.iter().map(Vec::len).eq(expected) {
        Ok(integers)
    } else {
        Err(Error::Internal("the circuit has other outputs than its settings say"))
    }
}

/// Returns the real numbers that integers of outputs stand for, and the class.
pub(crate) fn outputs(settings: &Settings, integers: &[Vec<BigInt>]) -> Result<Outputs> {
    let mut by_name = serde_json::Map::new();
    let mut classes: Vec<Value> = vec![Value::Null; settings.batch];
    for (output, integers) in settings.outputs.iter().zip(integers) {
        let size = output.shape.iter().product::<usize>().max(1);
        let mut samples = Vec::new();
        for (sample, integers) in integers.chunks(size).enumerate() {
            let values = output.dequantize(integers)?;
            let value = if output.is_class {
                let class = integers.first().and_then(|class| usize::try_from(class).ok());
                classes[sample] = class.into();
                class.into()
            } else {
                if settings.outputs.len() == 1 && size > 1 {
                    let best =
                        values.iter().enumerate().max_by(|(i, x), (j, y)| x.total_cmp(y).then(j.cmp(i)));
                    classes[sample] = best.map(|(index, _)| index).into();
                }
                if size == 1 { Value::from(values[0]) } else { Value::from(values) }
            };
            samples.push(value);
        }
        by_name.insert(output.name.clone(), of_batch(settings, samples));
    }
    Ok(Outputs { by_name, class: of_batch(settings, classes) })
}

/// Returns what a sample has, or the list of what the samples of a batch have; null if they have nothing.
fn of_batch(settings: &Settings, mut samples: Vec<Value>) -> Value {
    if settings.batch == 1 || samples.iter().all(Value::is_null) {
        return samples.pop().unwrap_or_default();
    }
    samples.into()
}

/// Returns the commitments among the public signals, by what they are to.
pub(crate) fn commitments(settings: &Settings, public: &[Fr]) -> Result<serde_json::Map<String, Value>> {
    let mut first = public_outputs(settings);
    let mut commitments = serde_json::Map::new();
    for seal in &settings.seals {
        if let (Seal::Hashed, Some(hash)) = (seal.kind()?, public.get(first)) {
            commitments.insert(seal.of.clone(), fr_to_decimal(hash).into());
        }
        first += seal.signals()?;
    }
    Ok(commitments)
}
