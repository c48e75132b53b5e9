//! The bounty folder, which the host makes from a model and shares: `bounty.json`, and a build directory for each statement.
//!
//! ```text
//! bounty.json    testset/    accuracy/    delivery/
//! ```

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tensorproof_circom::Circuit;
use tensorproof_contracts::chain::{Step, steps};
use tensorproof_contracts::{B256, PublicSignals, VerifierConfig, digest, keccak256};
use tensorproof_groth16::Origin;
use tensorproof_transpiler::emit::Pixels;
use tensorproof_transpiler::seal::Packed;
use tensorproof_transpiler::settings::TensorSettings;

use super::description::FolderJson;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};
use crate::form_json::of_version;
use crate::stages;

/// The largest description that is read.
const LARGEST_FILE: u64 = 64 << 20;

/// The statements, in the order of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The root's images are the bytes behind the CIDs.
    TestSet,
    /// Committed parameters are right on so many samples.
    Accuracy,
    /// The ciphertext holds committed parameters.
    Delivery,
}

impl Kind {
    /// All of them, in the order of the contract.
    pub(crate) const ALL: [Self; 3] = [Self::TestSet, Self::Accuracy, Self::Delivery];

    /// Returns the name of the build directory.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TestSet => "testset",
            Self::Accuracy => "accuracy",
            Self::Delivery => "delivery",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A bounty folder.
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) root: PathBuf,
    /// What `bounty.json` says.
    pub(crate) json: FolderJson,
}

impl Folder {
    /// Reads `bounty.json` of a folder.
    ///
    /// # Errors
    /// When it is not there, is damaged, or says what cannot be.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join("bounty.json");
        let json: FolderJson = read_json(&path)?;
        json.check().map_err(|reason| Error::Malformed { path, reason })?;
        Ok(Self { root: root.to_owned(), json })
    }

    /// Returns the build directory of a statement.
    pub(crate) fn dir(&self, kind: Kind) -> BuildDir {
        BuildDir::new(&self.root.join(kind.name()))
    }

    /// Returns the names of a statement's public values.
    pub(crate) fn values(&self, kind: Kind) -> &[String] {
        let statements = &self.json.statements;
        match kind {
            Kind::TestSet => &statements.testset.values,
            Kind::Accuracy => &statements.accuracy.values,
            Kind::Delivery => &statements.delivery.values,
        }
    }

    /// Returns how bytes become integers.
    pub(crate) fn pixels(&self) -> Result<Pixels> {
        self.json.image.pixels().map_err(|_| Error::Internal("a bounty folder was not checked"))
    }

    /// Returns how the parameters are packed.
    pub(crate) fn packed(&self) -> Result<Vec<Packed>> {
        let packed: std::result::Result<_, _> =
            self.json.parameters.iter().map(TensorSettings::packed).collect();
        Ok(packed?)
    }

    /// Returns the hash of the accuracy circuit, as the file says.
    pub(crate) fn architecture(&self) -> Result<B256> {
        let reason = "`architecture` is not 32 bytes in hexadecimal".to_owned();
        let malformed = |_| Error::Malformed { path: self.root.join("bounty.json"), reason };
        self.json.architecture.parse().map_err(malformed)
    }

    /// Returns the build directories of all statements, in the order of the contract.
    pub(crate) fn dirs(&self) -> [BuildDir; 3] {
        Kind::ALL.map(|kind| self.dir(kind))
    }

    /// Returns what creates the verifier of a statement, which is last.
    pub(crate) fn verifier(&self, kind: Kind) -> Result<Vec<Step>> {
        let mut steps = verifier(&self.dir(kind))?;
        for step in &mut steps {
            step.name = format!("{kind}: {}", step.name);
        }
        Ok(steps)
    }
}

/// Returns what creates the verifier of a build directory, which is last.
pub(crate) fn verifier(dir: &BuildDir) -> Result<Vec<Step>> {
    let path = dir.existing(Artefact::VerifyingKey)?;
    let key = stages::read_verifying_key(&path)?;
    let signals = key.gamma_abc_g1.len().saturating_sub(1);
    if signals != digest::SIGNALS {
        let reason = format!("has {signals} public signals, expected {}", digest::SIGNALS);
        return Err(Error::Malformed { path, reason });
    }
    Ok(steps(&key, &verifier_config(), B256::ZERO)?)
}

/// Returns the keccak256 of the code of a verifier, the last of the contracts that creating it takes.
pub(crate) fn code_hash(steps: &[Step]) -> Result<B256> {
    let verifier = steps.last().ok_or(Error::Internal("a verifier has no contract"))?;
    Ok(keccak256(&verifier.code))
}

/// Returns the configuration of all verifiers of bounties: three public signals, which the bounty computes.
pub(crate) fn verifier_config() -> VerifierConfig {
    let contract = "Verifier".to_owned();
    VerifierConfig { contract, ranges: Vec::new(), public_signals: PublicSignals::Plain }
}

/// Returns the hash of a circuit's sources: keccak256 of the hashes of name and text of each file that was compiled, in the
/// order of the names. Names are relative to the build directory, or of the bundled library.
pub(crate) fn architecture(dir: &BuildDir, circuit: &Circuit) -> B256 {
    let named = |(path, text): (&Path, &str)| {
        let path = path.strip_prefix(dir.root()).unwrap_or(path);
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        (parts.join("/"), keccak256(text))
    };
    let mut files: Vec<_> = circuit.sources().map(named).collect();
    files.sort();
    let hashes: Vec<u8> =
        files.iter().flat_map(|(name, text)| [keccak256(name).0, text.0].concat()).collect();
    keccak256(hashes)
}

/// Returns the hash of the ceremonies of the keys of build directories: keccak256 of, for each, the number of contributions as
/// a word of 32 bytes and the hash of each, of 64 bytes. A development key has none.
pub(crate) fn setup(dirs: &[BuildDir]) -> Result<B256> {
    let mut bytes = Vec::new();
    for dir in dirs {
        let contributions = match stages::key_origin(dir)? {
            Some(Origin::Ceremony { contributions }) => contributions,
            _ => Vec::new(),
        };
        bytes.extend([0; 24]);
        bytes.extend((contributions.len() as u64).to_be_bytes());
        bytes.extend(contributions.iter().flat_map(|contribution| contribution.hash));
    }
    Ok(keccak256(bytes))
}

/// Reads a JSON file of bounded size, and of the version that commitments are of.
pub(super) fn read_json<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T> {
    let length = std::fs::metadata(path).map_err(|source| Error::read(path, source))?.len();
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    if length > LARGEST_FILE {
        return Err(malformed(format!("has {length} bytes, expected at most {LARGEST_FILE}")));
    }
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    of_version(path, &text)
}
