//! A public model whose outputs are worth a bounty: an ordinary build directory, whose circuit holds the model and has the
//! outputs and the hash of its input as public values, known by their digest.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use num_bigint::BigInt;
use sha2::{Digest as _, Sha256};
use tensorproof_circom::Inputs;
use tensorproof_contracts::B256;
use tensorproof_r1cs::Fr;
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::data::load_samples;
use tensorproof_transpiler::seal::Subject;

use super::Statement;
use crate::build_dir::BuildDir;
use crate::error::{Error, Result};
use crate::stages::{self, CHALLENGE, Outputs};

/// A build directory with the circuit of a public model.
pub(crate) struct Computation {
    /// The build directory.
    pub(crate) dir: BuildDir,
    settings: Settings,
}

/// What the model is run on.
pub(crate) struct Data {
    /// The inputs of the circuit, but for the challenge.
    pub(crate) inputs: Inputs,
    /// The SHA-256 of the file.
    pub(crate) digest: B256,
}

impl Computation {
    /// Reads the settings of a build directory.
    ///
    /// # Errors
    /// When the circuit proves something else than the outputs of one model on hashed data. With private parameters, say, the
    /// outputs of any other model would do.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let dir = BuildDir::new(root);
        let settings = stages::read_settings(&dir)?;
        for (name, found, expected) in [
            ("input", word(&settings.input_visibility), "hashed"),
            ("parameters", word(&settings.params_visibility), "fixed"),
            ("output", word(&settings.output_visibility), "public"),
            ("public signals", word(&settings.public_signals), "digest"),
        ] {
            if found != expected {
                return Err(Error::NoComputation { folder: root.to_owned(), name, found, expected });
            }
        }
        Ok(Self { dir, settings })
    }

    /// Compiles the circuit, whose values are the outputs, then the hash of the input.
    ///
    /// # Errors
    /// When it does not compile, has templates of ours that were changed, or takes something else than the input and its salt.
    pub(crate) fn statement(&self) -> Result<Statement> {
        let (circuit, _) = stages::compile_dir(&self.dir, &[])?;
        stages::check_templates(&circuit)?;
        let known = [Subject::Input.salt_signal(), CHALLENGE.to_owned()];
        let known: BTreeSet<&str> = self.signals().chain(known.iter().map(String::as_str)).collect();
        // Whoever proves chooses the inputs: a parameter among them could be any.
        if let Some(port) = circuit.inputs().iter().find(|port| !known.contains(port.name.as_str())) {
            let reason = format!("the circuit takes `{}`, expected the input and its salt alone", port.name);
            return Err(Error::Malformed { path: self.dir.root().to_owned(), reason });
        }
        let mut names: Vec<String> =
            self.settings.outputs.iter().map(|output| output.signal.clone()).collect();
        names.push(Subject::Input.hash_signal());
        Ok(Statement::new("inference", self.dir.clone(), circuit, names))
    }

    fn signals(&self) -> impl Iterator<Item = &str> {
        self.settings.inputs.iter().map(|input| input.signal.as_str())
    }

    /// Reads the data: a file of inputs as `prove` reads it, of as many samples as the circuit takes. The salt, which hides
    /// nothing here, is zero if the file has none.
    ///
    /// # Errors
    /// When it is another number of samples, or a value is not in the range of the circuit's input.
    pub(crate) fn data(&self, path: &Path) -> Result<Data> {
        let samples = load_samples(path, &self.settings.input_shapes())?;
        if samples.len() != self.settings.batch {
            let reason =
                format!("has {} samples, expected {} as the circuit", samples.len(), self.settings.batch);
            return Err(Error::Malformed { path: path.to_owned(), reason });
        }
        let mut inputs = stages::quantized(&self.settings, &samples)?;
        let salt = stages::read_salt(&self.settings, path)?.unwrap_or_default();
        inputs.insert(Subject::Input.salt_signal(), vec![salt]);
        let (mut hash, failed) = (Sha256::new(), |source| Error::read(path, source));
        std::io::copy(&mut File::open(path).map_err(failed)?, &mut hash).map_err(failed)?;
        Ok(Data { inputs, digest: B256::from_slice(&hash.finalize()) })
    }

    /// Returns how many elements the outputs of all samples are.
    pub(crate) fn outputs(&self) -> usize {
        stages::public_outputs(&self.settings)
    }

    /// Returns the integers of the outputs, and what they stand for.
    pub(crate) fn decoded(&self, outputs: &[Fr]) -> Result<(Vec<BigInt>, Outputs)> {
        let integers = stages::public_integers(&self.settings, outputs)?;
        let decoded = stages::outputs(&self.settings, &integers)?;
        Ok((integers.concat(), decoded))
    }
}

/// Returns the word that stands for a choice in `settings.json`, which is its name in lower case.
fn word(choice: &impl std::fmt::Debug) -> String {
    format!("{choice:?}").to_lowercase()
}
