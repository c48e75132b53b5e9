//! A key from a constraint system, made by one machine.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::{Field as _, UniformRand as _, Zero};
use ark_poly::EvaluationDomain as _;
use ark_std::rand::{CryptoRng, RngCore};
use rayon::prelude::*;
use tensorproof_r1cs::{Fr, MAX_WIRES, Matrix, R1cs};
use zeroize::Zeroizing;

use crate::VerifyingKey;
use crate::contributions;
use crate::domain::{domain, odd_shift, rows};
use crate::entries::Entries;
use crate::key::{Origin, ProvingKey};
use crate::multiples::FixedPoint;
use crate::stored::Stored;

/// Why there is no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SetupError {
    /// The system has more rows than the largest domain has points.
    #[error("the circuit has {rows} rows, expected at most 2^27 with one for each public signal")]
    TooLarge {
        /// Constraints and public signals.
        rows: usize,
    },
    /// The system has more wires than a proof can name.
    #[error("the circuit has {wires} wires, expected at most {MAX_WIRES}")]
    Wires {
        /// Its wires.
        wires: u32,
    },
    /// The system has no constraint.
    #[error("the circuit has no constraint, so that there is nothing to prove")]
    Empty,
}

/// Makes a key for development: one machine draws the secrets and forgets them.
///
/// # Errors
/// When the system has no constraint or too many.
///
/// # Security
/// Whoever runs this could keep the secrets and forge proofs. Proofs that others rely on need a key from a ceremony.
pub fn setup(r1cs: &R1cs, rng: &mut (impl RngCore + CryptoRng)) -> Result<ProvingKey, SetupError> {
    if r1cs.is_empty() {
        return Err(SetupError::Empty);
    }
    if r1cs.wires > MAX_WIRES {
        return Err(SetupError::Wires { wires: r1cs.wires });
    }
    let too_large = SetupError::TooLarge { rows: rows(r1cs) };
    let Some((domain, shift)) = domain(rows(r1cs)).and_then(|domain| Some((domain, odd_shift(&domain)?)))
    else {
        return Err(too_large);
    };
    // What tau and the others can be computed from is wiped with them.
    let secrets = loop {
        let secrets = Zeroizing::new([(); 4].map(|()| Fr::rand(rng)));
        let [tau, alpha, beta, delta] = &*secrets;
        let on_domain = domain.evaluate_vanishing_polynomial(*tau).is_zero()
            || domain.evaluate_vanishing_polynomial(*tau * shift.inverse().unwrap_or_default()).is_zero();
        if !on_domain
            && ![alpha, beta, delta].iter().any(|secret| secret.is_zero())
            && delta.square() != Fr::from(1u64)
        {
            break secrets;
        }
    };
    let [tau, alpha, beta, delta] = &*secrets;

    let lagrange = Zeroizing::new(domain.evaluate_all_lagrange_coefficients(*tau));
    let wires = r1cs.wires as usize;
    let combine = |matrix: &Matrix| {
        let mut sums = Zeroizing::new(vec![Fr::zero(); wires]);
        for (terms, at_tau) in matrix.rows().zip(lagrange.iter()) {
            for term in terms {
                sums[term.wire.index()] += r1cs.coefficients[term.coefficient as usize] * at_tau;
            }
        }
        sums
    };
    let (mut a, (b, c)) =
        rayon::join(|| combine(&r1cs.a), || rayon::join(|| combine(&r1cs.b), || combine(&r1cs.c)));
    for (sum, at_tau) in a.iter_mut().zip(&lagrange[r1cs.len()..]).take(r1cs.public_signals() as usize + 1) {
        *sum += at_tau;
    }

    // The odd points of the doubled domain are a coset; p(tau) = sum of p(point) * L(tau), where L is the Lagrange
    // polynomial of the doubled domain: that of the coset times Z(tau) / Z(point), and Z is -2 on the coset.
    let delta_inverse = Zeroizing::new(delta.inverse().unwrap_or_default());
    let on_coset =
        Zeroizing::new(domain.evaluate_all_lagrange_coefficients(*tau * shift.inverse().unwrap_or_default()));
    let factor = Zeroizing::new(
        domain.evaluate_vanishing_polynomial(*tau)
            * (-Fr::from(2u64)).inverse().unwrap_or_default()
            * *delta_inverse,
    );
    let h: Zeroizing<Vec<Fr>> = Zeroizing::new(on_coset.par_iter().map(|value| *value * *factor).collect());

    let public = r1cs.public_signals() as usize + 1;
    let mixed: Zeroizing<Vec<Fr>> = Zeroizing::new(
        (0..wires).into_par_iter().map(|wire| *beta * a[wire] + *alpha * b[wire] + c[wire]).collect(),
    );
    let private: Zeroizing<Vec<Fr>> =
        Zeroizing::new(mixed[public..].par_iter().map(|value| *value * *delta_inverse).collect());

    let g1 = FixedPoint::new(&G1Affine::generator(), 3 * wires + h.len());
    let g2 = FixedPoint::new(&G2Affine::generator(), wires);
    let in_g1 = |scalar: &Fr| (G1Affine::generator() * scalar).into_affine();
    let in_g1_all = |scalars: &[Fr]| Stored::from(g1.multiples(scalars).as_slice());
    let in_g2 = |scalar: &Fr| (G2Affine::generator() * scalar).into_affine();
    Ok(ProvingKey {
        vk: VerifyingKey {
            alpha_g1: in_g1(alpha),
            beta_g2: in_g2(beta),
            gamma_g2: G2Affine::generator(),
            delta_g2: in_g2(delta),
            gamma_abc_g1: g1.multiples(&mixed[..public]),
        },
        beta_g1: in_g1(beta),
        delta_g1: in_g1(delta),
        a: in_g1_all(&a),
        b_g1: in_g1_all(&b),
        b_g2: g2.multiples(&b).as_slice().into(),
        c: in_g1_all(&private),
        h: in_g1_all(&h),
        entries: Entries::of(r1cs),
        origin: Origin::Local,
        contributions: contributions::NONE.to_vec(),
    })
}
