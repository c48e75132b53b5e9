//! The section of a `.zkey` that lists the contributions to phase 2.
//!
//! 64 bytes with a hash of the circuit, the number of contributions, and for each: delta after it (G1), the points that
//! prove that its maker knew the factor (two of G1, one of G2), 64 bytes of transcript, its type, and its parameters.

use ark_bn254::G1Affine;
use tensorproof_r1cs::format::{Cursor, FormatError};

use crate::ceremony::{Blake2b, Contribution, Hashed as _, Knowledge, Label};
use crate::key::Origin;
use crate::points::{g1_bytes, g2_bytes, read_g1, read_g2};
use crate::subgroup::all_in_subgroup;

/// What the section holds in a key that was made here: no hash of the circuit and no contribution.
pub(crate) const NONE: [u8; 68] = [0; 68];

/// A contribution to phase 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyContribution {
    /// Delta after it.
    pub(crate) delta_g1: G1Affine,
    /// The proof that its maker knew the factor.
    pub(crate) knowledge: Knowledge,
    /// The hash of the circuit, of all contributions before, and of this one's pair of points.
    pub(crate) transcript: [u8; 64],
    pub(crate) label: Label,
}

impl KeyContribution {
    /// Adds the contribution to the transcript of those after it.
    pub(crate) fn hash_into(&self, hasher: &mut Blake2b) {
        self.delta_g1.hash_into(hasher);
        self.knowledge.s.hash_into(hasher);
        self.knowledge.sx.hash_into(hasher);
        self.knowledge.px.hash_into(hasher);
        hasher.update(&self.transcript);
    }

    /// Returns the hash by which a contributor knows the contribution, with what it says of itself.
    pub(crate) fn summary(&self) -> Contribution {
        let mut hasher = Blake2b::new();
        self.hash_into(&mut hasher);
        Contribution { label: self.label.clone(), hash: hasher.finish() }
    }

    fn read(section: &mut Cursor<'_>) -> Result<Self, FormatError> {
        let [delta_g1, s, sx] = [read_g1(section)?, read_g1(section)?, read_g1(section)?];
        let px = read_g2(section)?;
        let mut transcript = [0; 64];
        transcript.copy_from_slice(section.take(64)?);
        let label = Label::read(section)?;
        Ok(Self { delta_g1, knowledge: Knowledge { s, sx, px }, transcript, label })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        for point in [&self.delta_g1, &self.knowledge.s, &self.knowledge.sx] {
            bytes.extend_from_slice(&g1_bytes(point));
        }
        bytes.extend_from_slice(&g2_bytes(&self.knowledge.px));
        bytes.extend_from_slice(&self.transcript);
        bytes.extend_from_slice(&self.label.to_bytes());
    }
}

/// The whole section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyContributions {
    /// The hash of the key before the first contribution; zeros in a key that was made by one machine.
    pub(crate) circuit_hash: [u8; 64],
    pub(crate) contributions: Vec<KeyContribution>,
}

impl KeyContributions {
    /// Reads the section: its form, its points, and that the last contribution led to the key's delta.
    ///
    /// Whether each contribution follows from the one before is for the verification of a ceremony to say.
    pub(crate) fn read(mut section: Cursor<'_>, delta_g1: &G1Affine) -> Result<Self, FormatError> {
        let mut circuit_hash = [0; 64];
        circuit_hash.copy_from_slice(section.take(64)?);
        let count = section.u32()?;
        let contributions: Vec<KeyContribution> =
            (0..count).map(|_| KeyContribution::read(&mut section)).collect::<Result<_, _>>()?;
        let proofs: Vec<_> = contributions.iter().map(|contribution| contribution.knowledge.px).collect();
        if !all_in_subgroup(&proofs) {
            return Err(section.unexpected("a point outside the subgroup", "points of G2"));
        }
        if contributions.last().is_some_and(|last| last.delta_g1 != *delta_g1) {
            return Err(section.unexpected("another delta after the last contribution", "the key's `delta`"));
        }
        section.finish()?;
        Ok(Self { circuit_hash, contributions })
    }

    /// Returns the section's bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.circuit_hash.to_vec();
        let count = u32::try_from(self.contributions.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for contribution in &self.contributions {
            contribution.write(&mut bytes);
        }
        bytes
    }

    /// Returns what the key was made by.
    pub(crate) fn origin(&self) -> Origin {
        if self.circuit_hash == [0; 64] {
            return Origin::Local;
        }
        Origin::Ceremony { contributions: self.contributions.iter().map(KeyContribution::summary).collect() }
    }
}
