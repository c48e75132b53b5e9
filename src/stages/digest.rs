//! The digest that stands for the public values.

use tensorproof_contracts::{B256, digest};
use tensorproof_groth16::VerifyingKey;
use tensorproof_r1cs::{Fr, R1cs, Witness};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::settings::PublicSignals;

use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// The circuit's input that the challenge of a digest comes by.
pub(crate) const CHALLENGE: &str = "publicChallenge";

/// Returns whether the circuit has a digest of its public values.
pub(crate) fn has_digest(settings: &Settings) -> bool {
    settings.public_signals == PublicSignals::Digest
}

/// Returns the domain of the digest of a circuit with this key.
pub(super) fn domain(settings: &Settings, vk: &VerifyingKey) -> B256 {
    digest::domain(vk, &settings.digest_label)
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
pub(super) fn digest_values(dir: &BuildDir, settings: &Settings, witness: &Witness) -> Result<Vec<Fr>> {
    let count = settings.public_values;
    let mut values = vec![None; count];
    for line in dir.read_text(Artefact::Symbols)?.lines() {
        let mut fields = line.split(',');
        let (Some(wire), Some(name)) = (fields.nth(1), fields.nth(1)) else {
            continue;
        };
        let wire = wire.parse::<usize>().ok();
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
