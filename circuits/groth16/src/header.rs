//! The header of a `.zkey` for Groth16: sizes and fixed points.

use ark_bn254::{Fq, G1Affine, G2Affine};
use tensorproof_r1cs::format::{Cursor, FormatError, modulus_bytes};
use tensorproof_r1cs::{Fr, MAX_WIRES};

use crate::blinding::check_fixed;
use crate::domain::LARGEST;
use crate::points::{g1_bytes, g2_bytes, read_g1, read_g2};
use crate::subgroup::all_in_subgroup;

/// Sizes and fixed points of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) wires: u32,
    /// Number of public signals, without the constant one.
    pub(crate) public: u32,
    pub(crate) domain: u32,
    pub(crate) alpha_g1: G1Affine,
    pub(crate) beta_g1: G1Affine,
    pub(crate) beta_g2: G2Affine,
    pub(crate) gamma_g2: G2Affine,
    pub(crate) delta_g1: G1Affine,
    pub(crate) delta_g2: G2Affine,
}

impl Header {
    /// Reads the section; every point is checked to be in its group, and [to blind proofs](crate::blinding).
    pub(crate) fn read(section: Cursor<'_>) -> Result<Self, FormatError> {
        let at = section.clone();
        let header = Self::read_unchecked(section)?;
        if !all_in_subgroup(&[header.beta_g2, header.gamma_g2, header.delta_g2]) {
            return Err(at.unexpected("a point outside the subgroup", "points of G2"));
        }
        check_fixed(&header, &at)?;
        Ok(header)
    }

    /// Reads the section; points are on their curves, those of G2 perhaps not in the subgroup.
    pub(crate) fn read_unchecked(mut section: Cursor<'_>) -> Result<Self, FormatError> {
        section.expect_field::<Fq>()?;
        section.expect_field::<Fr>()?;
        let [wires, public, domain] = [section.u32()?, section.u32()?, section.u32()?];
        if public >= wires || !domain.is_power_of_two() {
            let found = format!("{wires} wires, {public} public signals, domain {domain}");
            return Err(section.unexpected(found, "fewer public signals than wires and a power of two"));
        }
        if wires > MAX_WIRES {
            return Err(section.unexpected(format!("{wires} wires"), format!("at most {MAX_WIRES}")));
        }
        if domain > 1 << LARGEST {
            let expected = format!("at most 2^{LARGEST}");
            return Err(section.unexpected(format!("domain 2^{}", domain.trailing_zeros()), expected));
        }
        let (alpha_g1, beta_g1) = (read_g1(&mut section)?, read_g1(&mut section)?);
        let (beta_g2, gamma_g2) = (read_g2(&mut section)?, read_g2(&mut section)?);
        let (delta_g1, delta_g2) = (read_g1(&mut section)?, read_g2(&mut section)?);
        section.finish()?;
        Ok(Self { wires, public, domain, alpha_g1, beta_g1, beta_g2, gamma_g2, delta_g1, delta_g2 })
    }

    /// Returns the section's bytes.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for modulus in [modulus_bytes::<Fq>(), modulus_bytes::<Fr>()] {
            bytes.extend_from_slice(&32u32.to_le_bytes());
            bytes.extend_from_slice(&modulus);
        }
        for count in [self.wires, self.public, self.domain] {
            bytes.extend_from_slice(&count.to_le_bytes());
        }
        bytes.extend_from_slice(&g1_bytes(&self.alpha_g1));
        bytes.extend_from_slice(&g1_bytes(&self.beta_g1));
        bytes.extend_from_slice(&g2_bytes(&self.beta_g2));
        bytes.extend_from_slice(&g2_bytes(&self.gamma_g2));
        bytes.extend_from_slice(&g1_bytes(&self.delta_g1));
        bytes.extend_from_slice(&g2_bytes(&self.delta_g2));
        bytes
    }
}
