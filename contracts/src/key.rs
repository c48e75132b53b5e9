//! Keys that are fit to be exported.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use revm::primitives::{B256, keccak256};
use tensorproof_groth16::{CheckedKey, VerifyingKey};

use crate::data::{MAX_DATA_CONTRACTS, OWN_POINTS, POINTS_PER_CONTRACT};
use crate::{ContractsError, abi};

/// The most public signals: some in the verifier's own code, the others in data contracts.
const MAX_SIGNALS: usize = OWN_POINTS + MAX_DATA_CONTRACTS * POINTS_PER_CONTRACT;

/// Returns the number of public signals of a key that a contract may stand on.
///
/// # Errors
/// When proofs for the key could be forged by anyone, when it does not bind all public signals, or when it is malformed.
pub(crate) fn check(key: &VerifyingKey) -> Result<usize, ContractsError> {
    let signals = match key.gamma_abc_g1.len() {
        0 | 1 => return Err(ContractsError::NoPublicSignals),
        points => points - 1,
    };
    if signals > MAX_SIGNALS {
        return Err(ContractsError::TooManyPublicSignals { actual: signals, limit: MAX_SIGNALS });
    }
    check_point(&key.alpha_g1, || "alpha".into())?;
    check_point(&key.beta_g2, || "beta".into())?;
    check_point(&key.gamma_g2, || "gamma".into())?;
    check_point(&key.delta_g2, || "delta".into())?;
    for (index, point) in key.gamma_abc_g1.iter().enumerate() {
        check_point(point, || format!("gamma_abc[{index}]"))?;
    }
    // With gamma = d * delta, d = 1 or -1, A = alpha, B = beta, C = -d * L is a proof of everything.
    if key.gamma_g2 == key.delta_g2 || key.gamma_g2 == -key.delta_g2 {
        return Err(ContractsError::NoPhaseTwo);
    }
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    if key.alpha_g1 == g1 || key.alpha_g1 == -g1 {
        return Err(ContractsError::NoPhaseOne { point: "alpha" });
    }
    if key.beta_g2 == g2 || key.beta_g2 == -g2 {
        return Err(ContractsError::NoPhaseOne { point: "beta" });
    }
    // No contract accepts what our verifier does not.
    CheckedKey::of(key.clone())?;
    Ok(signals)
}

/// Returns the keccak256 of all points of a key as words: alpha, beta, gamma, delta, gamma_abc.
pub(crate) fn hash(key: &VerifyingKey) -> B256 {
    let g2 = [&key.beta_g2, &key.gamma_g2, &key.delta_g2].into_iter().flat_map(abi::g2_words);
    let words = abi::g1_words(&key.alpha_g1).into_iter().chain(g2);
    let words = words.chain(key.gamma_abc_g1.iter().flat_map(abi::g1_words));
    keccak256(words.flat_map(|word| word.to_be_bytes::<32>()).collect::<Vec<_>>())
}

fn check_point<C: SWCurveConfig>(point: &Affine<C>, name: impl Fn() -> String) -> Result<(), ContractsError> {
    if point.is_zero() {
        Err(ContractsError::PointAtInfinity { point: name() })
    } else if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(())
    } else {
        Err(ContractsError::PointNotInGroup { point: name() })
    }
}
