//! Commitments and encryptions among the public values.

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use serde_json::Value;
use tensorproof_r1cs::{Fr, fr_to_decimal};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::seal::Seal;
use tensorproof_transpiler::settings::SealSettings;

use super::outputs::public_outputs;
use crate::baby_jubjub;
use crate::error::{Error, Result};

/// Returns a new secret of a seal, with its signal: the salt of a commitment, which hides what it binds only while nobody can
/// guess it, or the sender's private key.
pub(super) fn secret(seal: &SealSettings) -> Result<(String, Fr)> {
    let subject = seal.subject()?;
    Ok(match seal.kind()? {
        Seal::Hashed => (subject.salt_signal(), Fr::rand(&mut OsRng)),
        Seal::Encrypted => (subject.secret_signal(), baby_jubjub::random_secret()?),
    })
}

/// Returns the commitments among the public values, by what they are to.
pub(crate) fn commitments(settings: &Settings, public: &[Fr]) -> Result<serde_json::Map<String, Value>> {
    let mut first = public_outputs(settings);
    let mut commitments = serde_json::Map::new();
    for seal in &settings.seals {
        let next = first + seal.signals()?;
        let values =
            public.get(first..next).ok_or(Error::Internal("a seal is not among the public values"))?;
        if let (Seal::Hashed, [hash]) = (seal.kind()?, values) {
            commitments.insert(seal.of.clone(), fr_to_decimal(hash).into());
        }
        first = next;
    }
    Ok(commitments)
}
