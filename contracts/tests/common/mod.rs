//! Keys and proofs made from a known trapdoor, without any circuit, and solc with the pinned settings.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use ark_bn254::{G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup as _, PrimeGroup as _};
use ark_ff::Field as _;
use ark_std::UniformRand as _;
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use serde_json::Value;
use tensorproof_contracts::{B256, PublicSignals, VerifierConfig, standard_json};
use tensorproof_groth16::{Proof, VerifyingKey};
use tensorproof_r1cs::Fr;

/// The exponents of a verifying key: who knows them proves anything.
pub struct Trapdoor {
    pub alpha: Fr,
    pub beta: Fr,
    pub gamma: Fr,
    pub delta: Fr,
    pub gamma_abc: Vec<Fr>,
    rng: StdRng,
}

impl Trapdoor {
    /// A trapdoor for a number of public signals; the same one for the same seed.
    pub fn new(signals: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut random = || Fr::rand(&mut rng);
        let (alpha, beta, gamma, delta) = (random(), random(), random(), random());
        let gamma_abc = (0..=signals).map(|_| random()).collect();
        Self { alpha, beta, gamma, delta, gamma_abc, rng }
    }

    pub fn key(&self) -> VerifyingKey {
        let points: Vec<_> =
            self.gamma_abc.iter().map(|exponent| G1Projective::generator() * exponent).collect();
        VerifyingKey {
            alpha_g1: g1(self.alpha),
            beta_g2: g2(self.beta),
            gamma_g2: g2(self.gamma),
            delta_g2: g2(self.delta),
            gamma_abc_g1: G1Projective::normalize_batch(&points),
        }
    }

    /// Random public signals.
    pub fn signals(&mut self) -> Vec<Fr> {
        (1..self.gamma_abc.len()).map(|_| Fr::rand(&mut self.rng)).collect()
    }

    /// A valid proof: c = (a b - alpha beta - gamma l) / delta.
    pub fn prove(&mut self, signals: &[Fr]) -> Proof {
        let (a, b) = (Fr::rand(&mut self.rng), Fr::rand(&mut self.rng));
        let products = self.gamma_abc[1..].iter().zip(signals).map(|(x, y)| *x * y);
        let l = self.gamma_abc[0] + products.sum::<Fr>();
        let delta = self.delta.inverse().expect("a random delta is not zero");
        Proof { a: g1(a), b: g2(b), c: g1((a * b - self.alpha * self.beta - self.gamma * l) * delta) }
    }
}

pub fn g1(exponent: Fr) -> G1Affine {
    (G1Projective::generator() * exponent).into_affine()
}

pub fn g2(exponent: Fr) -> G2Affine {
    (G2Projective::generator() * exponent).into_affine()
}

/// The plain configuration.
pub fn config() -> VerifierConfig {
    VerifierConfig { contract: "Verifier".into(), ranges: Vec::new(), public_signals: PublicSignals::Plain }
}

/// The configuration of a digest.
pub fn digest_config(values: usize, domain: B256) -> VerifierConfig {
    VerifierConfig { public_signals: PublicSignals::Digest { values, domain }, ..config() }
}

/// Compiles one source as [`compile`] does, and asserts that solc has nothing to say about it.
pub fn compile_without_warnings(source: &str) -> Value {
    let output = compile(source);
    let complaints = output["errors"].as_array().cloned().unwrap_or_default();
    let complaints: Vec<_> =
        complaints.iter().filter_map(|error| error["formattedMessage"].as_str()).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    output
}

/// Compiles one source with the settings that the exported file names; returns solc's whole output.
pub fn compile(source: &str) -> Value {
    tensorproof_oracles::solc(&standard_json(source))
}

/// Returns the creation code of a contract that [`compile`] compiled.
pub fn initcode(output: &Value, contract: &str) -> Vec<u8> {
    let object = &output["contracts"]["Verifier.sol"][contract]["evm"]["bytecode"]["object"];
    revm::primitives::hex::decode(object.as_str().expect("solc gives the code"))
        .expect("solc writes hexadecimal")
}
