//! Circuit, parameters and settings of a model, and what compiling makes of them.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write};
use std::path::Path;

use ark_ff::PrimeField;
use tensorproof_circom::{Circuit, Level, Options, Sources, compile_over};
use tensorproof_contracts::{B256, keccak256};
use tensorproof_r1cs::{Fr, R1cs, SymbolWriter, fr_to_decimal};
use tensorproof_transpiler::seal::{RECIPIENT, Subject};
use tensorproof_transpiler::{QuantizedGraph, Settings, emit};

use super::keys::keep_ceremony_key;
use super::seals::secret;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

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
    let file = fs::read(model).map_err(|source| Error::read(model, source))?;
    let settings = Settings {
        model_hash: keccak256(file).to_string(),
        digest_label: digest_label.to_owned(),
        ..Settings::of(quantized, &name)
    };
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

/// Returns the settings, for a model's circuit.
pub(crate) fn read_settings_if_any(dir: &BuildDir) -> Result<Option<Settings>> {
    if dir.has(Artefact::Settings) { read_settings(dir).map(Some) } else { Ok(None) }
}

/// Returns the hash of the model's file, from the settings.
pub(crate) fn model_hash(dir: &BuildDir, settings: Option<&Settings>) -> Result<B256> {
    let path = dir.existing(Artefact::Settings)?;
    let text = settings.map(|settings| settings.model_hash.as_str()).unwrap_or_default();
    text.parse().map_err(|_| Error::Malformed {
        path,
        reason: format!("`model_hash` is `{text}`, expected 32 bytes in hexadecimal"),
    })
}

/// Compiles a circuit; what it includes is found beside it, in the libraries, or in the bundled templates.
pub(crate) fn compile_circuit<F: PrimeField>(
    source: &Path,
    libraries: &[std::path::PathBuf],
    level: Level,
) -> Result<Circuit<F>> {
    compile_with(source, libraries, Options { level, ..Options::default() })
}

/// Compiles a circuit as options say.
pub(crate) fn compile_with<F: PrimeField>(
    source: &Path,
    libraries: &[std::path::PathBuf],
    options: Options,
) -> Result<Circuit<F>> {
    let mut sources = Sources::from_path(source).with_embedded(tensorproof_templates::FILES);
    for library in libraries {
        sources = sources.with_library(library);
    }
    let colour = console::colors_enabled_stderr();
    compile_over(sources, options).map_err(|diagnostics| Error::compile(&diagnostics, colour))
}

/// Compiles the circuit of a build directory, with the level of simplification that its constraints were written with: keys
/// belong to them. Without constraints, or when the circuit has changed since, the level is O1.
pub(crate) fn compile_dir<F: PrimeField>(
    dir: &BuildDir,
    libraries: &[std::path::PathBuf],
) -> Result<Circuit<F>> {
    let source = dir.existing(Artefact::Circuit)?;
    let circuit = compile_circuit(&source, libraries, Level::O1)?;
    if !dir.has(Artefact::R1cs) || is_written(dir, &circuit)? {
        return Ok(circuit);
    }
    for level in [Level::O2, Level::O0] {
        let other = compile_circuit(&source, libraries, level)?;
        if is_written(dir, &other)? {
            return Ok(other);
        }
    }
    Ok(circuit)
}

/// Returns whether the constraints of a build directory are those of a circuit.
pub(crate) fn is_written<F: PrimeField>(dir: &BuildDir, circuit: &Circuit<F>) -> Result<bool> {
    let path = dir.path(Artefact::R1cs);
    let file = fs::File::open(&path).map_err(|source| Error::read(&path, source))?;
    let mut comparison = Comparison { file: BufReader::new(file) };
    if circuit.r1cs.write(&mut comparison).is_err() {
        return Ok(false);
    }
    let rest = comparison.file.fill_buf().map_err(|source| Error::read(&path, source))?;
    Ok(rest.is_empty())
}

/// Fails to write what a file does not hold.
struct Comparison {
    file: BufReader<fs::File>,
}

impl Write for Comparison {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let held = self.file.fill_buf()?;
        let count = held.len().min(bytes.len());
        if count == 0 || held[..count] != bytes[..count] {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.file.consume(count);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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

/// Reads the constraints of a build directory.
pub(crate) fn read_r1cs(dir: &BuildDir) -> Result<R1cs> {
    let path = dir.existing(Artefact::R1cs)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    R1cs::read(&bytes).map_err(Error::format(&path))
}
