//! Circuit, parameters and settings of a model, and what compiling makes of them.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write};
use std::path::Path;

use tensorproof_circom::{Circuit, CircuitField, Level, Options, Sources, compile_over};
use tensorproof_contracts::B256;
use tensorproof_r1cs::{Fr, R1cs, SymbolWriter, fr_to_decimal};
use tensorproof_transpiler::emit::MARK;
use tensorproof_transpiler::seal::{RECIPIENT, Subject};
use tensorproof_transpiler::settings::Constraints;
use tensorproof_transpiler::{CircomProgram, QuantizedGraph, Settings, emit};

use super::interface::{check_cost, check_interface, check_settings};
use super::keys::keep_ceremony_key;
use super::seals::secret;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// The bytes of a circuit that say whether it is a model's.
const LONGEST_START: u64 = 1 << 12;

/// A model's circuit before anything of it is in its build directory.
pub(crate) struct Draft {
    program: CircomProgram,
    settings: Settings,
}

impl Draft {
    /// Emits the circuit of a quantized model, which was read from this file; `hash` is that of what was read.
    pub(crate) fn new(
        quantized: &QuantizedGraph,
        model: &Path,
        hash: [u8; 32],
        digest_label: &str,
    ) -> Result<Self> {
        let name = model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let settings = Settings {
            model_hash: B256::from(hash).to_string(),
            digest_label: digest_label.to_owned(),
            ..Settings::of(quantized, &name)
        };
        Ok(Self { program: emit(quantized)?, settings })
    }

    /// Compiles the circuit and checks that it is what the model says it has to be.
    pub(crate) fn compile(&mut self) -> Result<Circuit> {
        let circuit = compile_program(&self.program)?;
        check_cost(&circuit, &self.program.interface)?;
        let counts = circuit.r1cs.counts();
        self.settings.constraints = Constraints { quadratic: counts.quadratic, linear: counts.linear };
        check_settings(&circuit, &self.settings)?;
        Ok(circuit)
    }

    /// Writes circuit, parameters and settings; what later stages made of an earlier one goes. `recipient` is the key that is
    /// encrypted to.
    pub(crate) fn write(self, dir: &BuildDir, recipient: Option<[Fr; 2]>) -> Result<Settings> {
        let Self { program, settings } = self;
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
}

/// Compiles a program before it is written to its place, and checks that it has what it has to have.
fn compile_program(program: &CircomProgram) -> Result<Circuit> {
    let failed = |source| Error::write(&std::env::temp_dir(), source);
    let folder = private_folder().map_err(failed)?;
    let dir = BuildDir::new(folder.path());
    for (path, text) in &program.files {
        dir.write_text(path, text)?;
    }
    let circuit = compile_circuit(&dir.path(Artefact::Circuit), &[], Level::O1)?;
    check_templates(&circuit)?;
    check_interface(&circuit, &program.interface)?;
    Ok(circuit)
}

/// Makes a temporary folder that nobody else can look into or write to: parameters may stand in sources, and what is checked
/// there has to be what was written.
fn private_folder() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}

/// Reads the settings of a build directory.
pub(crate) fn read_settings(dir: &BuildDir) -> Result<Settings> {
    Ok(Settings::from_json(&dir.read_text(Artefact::Settings)?)?)
}

/// Returns the settings, for a model's circuit.
///
/// # Errors
/// Also when they are missing where there must be some: without them nothing that the circuit leaves to the verifier would be
/// checked.
pub(crate) fn read_settings_if_any(dir: &BuildDir) -> Result<Option<Settings>> {
    let is_of_model = dir.has(Artefact::Settings) || dir.has(Artefact::PublicValues) || is_emitted(dir)?;
    if is_of_model { read_settings(dir).map(Some) } else { Ok(None) }
}

/// Returns whether the circuit of a build directory is a model's, as its beginning says.
fn is_emitted(dir: &BuildDir) -> Result<bool> {
    let path = dir.path(Artefact::Circuit);
    if !path.is_file() {
        return Ok(false);
    }
    let failed = |source| Error::read(&path, source);
    let mut start = Vec::new();
    fs::File::open(&path).map_err(failed)?.take(LONGEST_START).read_to_end(&mut start).map_err(failed)?;
    Ok(String::from_utf8_lossy(&start).lines().any(|line| line.strip_prefix("// ") == Some(MARK)))
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
pub(crate) fn compile_circuit<F: CircuitField>(
    source: &Path,
    libraries: &[std::path::PathBuf],
    level: Level,
) -> Result<Circuit<F>> {
    compile_with(source, libraries, Options { level, ..Options::default() })
}

/// Compiles a circuit as options say.
pub(crate) fn compile_with<F: CircuitField>(
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

/// Compiles the circuit of a build directory at O1, whose templates must be the bundled ones: nobody reads it before relying on it.
pub(crate) fn compile_bundled(dir: &BuildDir) -> Result<Circuit> {
    let circuit = compile_circuit(&dir.existing(Artefact::Circuit)?, &[], Level::O1)?;
    check_templates(&circuit)?;
    Ok(circuit)
}

/// Compiles the circuit of a build directory, with the level of simplification that its constraints were written with: keys
/// belong to them. Without constraints, or when the circuit has changed since, the level is O1. Tells whether the constraints
/// in the folder are those of the circuit.
pub(crate) fn compile_dir<F: CircuitField>(
    dir: &BuildDir,
    libraries: &[std::path::PathBuf],
) -> Result<(Circuit<F>, bool)> {
    let source = dir.existing(Artefact::Circuit)?;
    let circuit = compile_circuit(&source, libraries, Level::O1)?;
    if let Some(settings) = read_settings_if_any(dir)? {
        check_templates(&circuit)?;
        check_settings(&circuit, &settings)?;
    }
    if !dir.has(Artefact::R1cs) {
        return Ok((circuit, false));
    }
    if is_written(dir, &circuit)? {
        return Ok((circuit, true));
    }
    for level in [Level::O2, Level::O0] {
        let other = compile_circuit(&source, libraries, level)?;
        if is_written(dir, &other)? {
            return Ok((other, true));
        }
    }
    Ok((circuit, false))
}

/// Refuses a circuit with a file that has the name of a bundled template and says something else, where nobody reads it before
/// relying on it: who reads the circuit takes it for ours.
pub(crate) fn check_templates<F: CircuitField>(circuit: &Circuit<F>) -> Result<()> {
    for (path, text) in circuit.sources() {
        let bundled = tensorproof_templates::FILES.iter().find(|(name, _)| path.ends_with(name));
        let Some((_, bundled)) = bundled.filter(|(_, bundled)| text != *bundled) else {
            continue;
        };
        let end = "the end of the file";
        let (mut found, mut expected) = (text.split('\n'), bundled.split('\n'));
        let mut line = 0;
        loop {
            line += 1;
            let (found, expected) = (found.next(), expected.next());
            if found == expected && found.is_some() {
                continue;
            }
            let told = |line: Option<&str>| line.map_or(end.to_owned(), |line| format!("`{line}`"));
            let (found, expected) = (told(found), told(expected));
            return Err(Error::OtherTemplate { path: path.to_owned(), line, found, expected });
        }
    }
    Ok(())
}

/// Returns whether the constraints of a build directory are those of a circuit.
pub(crate) fn is_written<F: CircuitField>(dir: &BuildDir, circuit: &Circuit<F>) -> Result<bool> {
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
pub(crate) fn write_symbols<F: CircuitField>(
    circuit: &Circuit<F>,
    writer: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    let mut symbols = SymbolWriter::new(writer);
    circuit.for_each_symbol(|label, wire, component, name| symbols.entry(label, wire, component, name))
}

/// Writes constraints and symbols into the build directory.
pub(crate) fn write_compiled<F: CircuitField>(dir: &BuildDir, circuit: &Circuit<F>) -> Result<()> {
    dir.write(Artefact::R1cs, |writer| circuit.r1cs.write(writer))?;
    dir.write(Artefact::Symbols, |writer| write_symbols(circuit, writer))
}

/// Reads the constraints of a build directory.
pub(crate) fn read_r1cs(dir: &BuildDir) -> Result<R1cs> {
    let path = dir.existing(Artefact::R1cs)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    R1cs::read(&bytes).map_err(Error::format(&path))
}
