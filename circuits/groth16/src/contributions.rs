//! The section of a `.zkey` that lists the contributions to phase 2.
//!
//! 64 bytes with a hash of the circuit, the number of contributions, and for each: delta after it (G1), the points that
//! prove that its maker knew the factor (two of G1, one of G2), 64 bytes of transcript, its type, and its parameters.

use ark_bn254::G1Affine;
use tensorproof_r1cs::format::{Cursor, FormatError};

use crate::key::Origin;
use crate::points::{read_g1, read_g2};
use crate::subgroup::all_in_subgroup;

/// What the section holds in a key that was made here: no hash of the circuit and no contribution.
pub(crate) const NONE: [u8; 68] = [0; 68];

/// Reads the section: its form, its points, and that the last contribution led to the key's delta.
///
/// Whether each contribution follows from the one before is for the verification of a ceremony to say.
pub(crate) fn read_origin(mut section: Cursor<'_>, delta_g1: &G1Affine) -> Result<Origin, FormatError> {
    section.take(64)?;
    let contributions = section.u32()?;
    let mut last = None;
    let mut proofs = Vec::new();
    for _ in 0..contributions {
        let [delta, _, _] = [read_g1(&mut section)?, read_g1(&mut section)?, read_g1(&mut section)?];
        last = Some(delta);
        proofs.push(read_g2(&mut section)?);
        section.take(64)?;
        section.u32()?;
        let parameters = section.u32()?;
        section.take(parameters as usize)?;
    }
    if !all_in_subgroup(&proofs) {
        return Err(section.unexpected("a point outside the subgroup", "points of G2"));
    }
    if last.is_some_and(|last| last != *delta_g1) {
        return Err(section.unexpected("another delta after the last contribution", "the key's `delta`"));
    }
    section.finish()?;
    Ok(if contributions == 0 { Origin::Local } else { Origin::Ceremony { contributions } })
}
