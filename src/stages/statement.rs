//! Statements with their proofs, and what a verifier checks of them.

use std::fs;
use std::path::Path;

use tensorproof_contracts::digest;
use tensorproof_groth16::{CheckedKey, Proof, proof_from_json, public_from_json};
use tensorproof_r1cs::{Fr, fr_to_signed};
use tensorproof_transpiler::Settings;

use super::digest::{domain, has_digest};
use super::keys::read_verifying_key;
use super::verifier::{check_key_signals, public_ranges};
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};
use crate::terminal::grouped;

/// A statement with its proof and the key that verifies it.
pub(crate) struct Statement {
    pub(crate) vk: CheckedKey,
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
    pub(crate) fn contract_inputs(&self) -> Result<Vec<Fr>> {
        match &self.digested {
            Some(values) => Ok(digest::inputs(self.digest_hash()?, values)),
            None => Ok(self.public.clone()),
        }
    }

    /// Returns the hash of the public values, the first of the public signals of a digest.
    fn digest_hash(&self) -> Result<Fr> {
        self.public.first().copied().ok_or(Error::Internal("a digest has no public signals"))
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
    Ok(statement.vk.verify(&statement.public, &statement.proof)?)
}

/// Checks what the circuit leaves to the verifier, and the proof does not show: that there are as many values as the circuit
/// has, that the digest is one of them, and the range of public inputs.
pub(crate) fn check_statement(statement: &Statement, settings: &Settings) -> Result<()> {
    check_counts(statement, settings)?;
    if let Some(values) = &statement.digested {
        let domain = domain(settings, &statement.vk);
        let expected = digest::public_signals(domain, statement.digest_hash()?, values);
        if statement.public != expected {
            return Err(Error::OtherDigest);
        }
    }
    for (input, range) in public_ranges(settings)? {
        let signals = statement.values().get(range.first..range.first + range.count);
        let signals = signals.ok_or(Error::Internal("an input is not among the public values"))?;
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

/// Checks that key and files have as many values as the circuit: a value left off would be one that nobody checks.
fn check_counts(statement: &Statement, settings: &Settings) -> Result<()> {
    check_key_signals(settings, &statement.vk)?;
    let signals = if has_digest(settings) { digest::SIGNALS } else { settings.public_values };
    let check = |file: &'static str, found: usize, expected: usize| {
        if found == expected { Ok(()) } else { Err(Error::ValueCount { file, found, expected }) }
    };
    check("public.json", statement.public.len(), signals)?;
    match (&statement.digested, has_digest(settings)) {
        (Some(values), true) => check("public_values.json", values.len(), settings.public_values),
        (None, false) => Ok(()),
        _ => Err(Error::Internal("there are public values without a digest, or the other way round")),
    }
}
