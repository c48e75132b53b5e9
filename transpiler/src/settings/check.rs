//! What cannot be in settings, though it can be read.

use std::collections::BTreeSet;

use super::{InputSettings, LARGEST_TENSOR, OutputSettings, SealSettings, Settings};
use crate::error::{Error, Result};
use crate::quantize::{InputCheck, InputVisibility, ParamsVisibility};
use crate::seal::{Seal, sealed_subjects};

/// Public values of a recipient's key.
const RECIPIENT_VALUES: usize = 2;

impl Settings {
    /// Checks each input and output.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        if self.batch == 0 {
            return Err("a batch of 0 samples, expected one at least".to_owned());
        }
        let hash = self.model_hash.strip_prefix("0x").unwrap_or_default();
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("`model_hash` is `{}`, expected 32 bytes in hexadecimal", self.model_hash));
        }
        let inputs = self.inputs.iter().map(|input| (&input.signal, &input.shape));
        let outputs = self.outputs.iter().map(|output| (&output.signal, &output.shape));
        let mut signals = BTreeSet::new();
        for (signal, shape) in inputs.chain(outputs) {
            let count = shape.iter().try_fold(self.batch, |count, length| count.checked_mul(*length));
            if !count.is_some_and(|count| (1..=LARGEST_TENSOR).contains(&count)) {
                return Err(format!(
                    "a batch of {} tensors of shape {shape:?}, expected 1 to {LARGEST_TENSOR} values",
                    self.batch
                ));
            }
            if !signals.insert(signal) {
                return Err(format!("two inputs or outputs have the signal `{signal}`, expected one"));
            }
        }
        for (list, name) in [(self.inputs.is_empty(), "input"), (self.outputs.is_empty(), "output")] {
            if list {
                return Err(format!("there is no {name}, expected one at least"));
            }
        }
        for OutputSettings { name, labels, .. } in &self.outputs {
            let Some(labels) = labels else { continue };
            let distinct: BTreeSet<&String> = labels.iter().collect();
            if labels.is_empty() || distinct.len() != labels.len() {
                return Err(format!("output `{name}` has no labels, or two that are the same"));
            }
        }
        for InputSettings { name, low, high, checked_by, .. } in &self.inputs {
            if low.0 > high.0 {
                return Err(format!("input `{name}` is from {low} to {high}, expected the lower one first"));
            }
            if *checked_by == InputCheck::Verifier && self.input_visibility != InputVisibility::Public {
                return Err(format!("input `{name}` is checked by a verifier, who does not see it"));
            }
        }
        Ok(())
    }

    /// Checks that what is sealed is what the visibilities say.
    pub(super) fn check_seals(&self) -> Result<()> {
        let found = self.seals.iter().map(|seal| Ok((seal.subject()?, seal.kind()?)));
        let found = found.collect::<Result<Vec<_>>>()?;
        let expected = sealed_subjects(self.input_visibility, self.params_visibility, self.output_visibility);
        if found == expected {
            return Ok(());
        }
        let reason = format!("settings.json: the seals are {found:?}, expected {expected:?}");
        Err(Error::model(reason))
    }

    /// Checks that the number of public values is the one that all else gives. That of public parameters stands nowhere else.
    pub(super) fn check_public_values(&self) -> Result<()> {
        let mut known = self.known_public_values()?;
        if self.seals.iter().map(SealSettings::kind).collect::<Result<Vec<_>>>()?.contains(&Seal::Encrypted) {
            known = known.saturating_add(RECIPIENT_VALUES);
        }
        let found = self.public_values;
        let (fits, expected) = match self.params_visibility {
            ParamsVisibility::Public => (found >= known, format!("{known} at least")),
            _ => (found == known, known.to_string()),
        };
        if fits {
            return Ok(());
        }
        Err(Error::model(format!("settings.json has {found} public values, expected {expected}")))
    }

    /// Returns how many values outputs, seals and inputs have among the public ones, which they begin in this order.
    fn known_public_values(&self) -> Result<usize> {
        let mut known = self.public_outputs();
        for seal in &self.seals {
            known = known.saturating_add(seal.signals()?);
        }
        if self.input_visibility == InputVisibility::Public {
            known = self.inputs.iter().fold(known, |sum, input| sum.saturating_add(self.count(&input.shape)));
        }
        Ok(known)
    }
}
