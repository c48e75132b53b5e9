//! Groth16 on BN254: keys, proofs and verification, in snarkjs' file formats.
//!
//! Source: Groth, "On the Size of Pairing-based Non-interactive Arguments" (eprint 2016/260); the quotient is
//! computed as snarkjs does, so that keys and proofs are interchangeable with it.

use ark_bn254::Bn254;

/// A proof: `a` and `c` in G1, `b` in G2.
pub type Proof = ark_groth16::Proof<Bn254>;

/// A verifying key; `gamma_abc_g1` has one point for the constant one and one per public signal.
pub type VerifyingKey = ark_groth16::VerifyingKey<Bn254>;
