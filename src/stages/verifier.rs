//! The contract that verifies the proofs of a build directory.

use tensorproof_contracts::{Export, PublicSignals, SignalRange, VerifierConfig, digest, verifier};
use tensorproof_groth16::VerifyingKey;
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::quantize::{InputCheck, InputVisibility};
use tensorproof_transpiler::settings::InputSettings;

use super::digest::{domain, has_digest};
use super::outputs::public_outputs;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

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
    check_key_signals(settings, vk)?;
    let ranges = public_ranges(settings)?.into_iter().map(|(_, range)| range).collect();
    let public_signals = if has_digest(settings) {
        PublicSignals::Digest { values: settings.public_values, domain: domain(settings, vk) }
    } else {
        PublicSignals::Plain
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

/// Refuses a key that has another number of public signals than the circuit of the settings.
pub(super) fn check_key_signals(settings: &Settings, vk: &VerifyingKey) -> Result<()> {
    let expected = if has_digest(settings) { digest::SIGNALS } else { settings.public_values };
    let found = vk.gamma_abc_g1.len().saturating_sub(1);
    if found == expected { Ok(()) } else { Err(Error::OtherKeySignals { found, expected }) }
}

/// Returns the ranges of public inputs that the circuit leaves to the verifier. Outputs and commitments come first in the
/// public signals.
pub(super) fn public_ranges(settings: &Settings) -> Result<Vec<(&InputSettings, SignalRange)>> {
    let mut first = public_outputs(settings);
    for seal in &settings.seals {
        first += seal.signals()?;
    }
    let mut ranges = Vec::new();
    if settings.input_visibility != InputVisibility::Public {
        return Ok(ranges);
    }
    for input in &settings.inputs {
        let count = settings.count(&input.shape);
        if input.checked_by == InputCheck::Verifier {
            let (_, interval) = input.range();
            ranges.push((input, SignalRange { first, count, lo: interval.low, hi: interval.high }));
        }
        first += count;
    }
    Ok(ranges)
}
