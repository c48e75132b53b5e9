//! Proofs of statements: public values known by their digest, bound to one account, bounty and chain.
//!
//! ```text
//! inputs, any challenge ──► witness ──► h, values ── domain ──► challenge ──► witness ──► proof
//! ```

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use tensorproof_circom::{Circuit, Inputs, Level};
use tensorproof_contracts::bounty::Evidence;
use tensorproof_contracts::{B256, digest};
use tensorproof_groth16::Work;
use tensorproof_r1cs::Fr;

use super::{Folder, Kind};
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};
use crate::stages::{self, CHALLENGE};

/// Compiles the circuit of a build directory as statements are: without linear constraints, which halves what accuracy takes
/// when there is little but sums.
///
/// # Errors
/// When it does not compile, or has templates of ours that were changed: hosts and hunters compare the circuit, if that.
pub(crate) fn compile(dir: &BuildDir) -> Result<Circuit> {
    let circuit = stages::compile_circuit(&dir.existing(Artefact::Circuit)?, &[], Level::O2)?;
    stages::check_templates(&circuit)?;
    Ok(circuit)
}

/// The circuit of a statement.
pub(crate) struct Statement {
    /// What it is about.
    name: &'static str,
    dir: BuildDir,
    circuit: Circuit,
    /// The signals whose values are public, in the order of the digest.
    names: Vec<String>,
}

/// A statement with its values, which do not depend on who makes it.
pub(crate) struct Draft<'s> {
    statement: &'s Statement,
    inputs: Inputs,
    hash: Fr,
    /// The values of each name.
    values: Vec<Vec<Fr>>,
}

impl Statement {
    /// Compiles the circuit of a statement.
    ///
    /// # Errors
    /// When it does not compile.
    pub(crate) fn open(folder: &Folder, kind: Kind) -> Result<Self> {
        let dir = folder.dir(kind);
        let circuit = compile(&dir)?;
        Ok(Self::new(kind.name(), dir, circuit, folder.values(kind).to_vec()))
    }

    /// Names the public values of the circuit of a build directory.
    pub(super) fn new(name: &'static str, dir: BuildDir, circuit: Circuit, names: Vec<String>) -> Self {
        Self { name, dir, circuit, names }
    }

    /// Returns the circuit.
    pub(crate) fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Computes the values of the statement about some inputs, which are all but the challenge.
    ///
    /// # Errors
    /// When there is no witness, the circuit lacks one of the values, or its public signals stand for others.
    pub(crate) fn draft(&self, mut inputs: Inputs) -> Result<Draft<'_>> {
        // At a random challenge the sum is that of no other values.
        let challenge = Fr::rand(&mut OsRng);
        inputs.insert(CHALLENGE.to_owned(), vec![challenge]);
        let solved = self.circuit.witness_with_signals(&inputs, &self.names);
        let (witness, values) = solved.map_err(|source| Error::Witness { source, layer: None })?;
        let named = |(name, values): (&String, Option<Vec<Fr>>)| {
            values.ok_or_else(|| self.malformed(&format!("has no signal `{name}`")))
        };
        let values: Vec<Vec<Fr>> = self.names.iter().zip(values).map(named).collect::<Result<_>>()?;
        let [hash, sum, last] = *self.circuit.r1cs.public_values(&witness) else {
            return Err(self.malformed("has not three public signals, a hash, a sum and a challenge"));
        };
        if last != challenge || sum != digest::evaluate(&values.concat(), challenge) {
            return Err(self.malformed("has other public signals than the digest of its values"));
        }
        Ok(Draft { statement: self, inputs, hash, values })
    }

    fn malformed(&self, what: &str) -> Error {
        let path = self.dir.root().to_owned();
        Error::Malformed { path, reason: format!("the circuit of statement `{}` {what}", self.name) }
    }
}

impl Draft<'_> {
    /// Returns the values of a signal, none if it is not public.
    pub(crate) fn value(&self, name: &str) -> &[Fr] {
        let named = self.statement.names.iter().zip(&self.values);
        named.into_iter().find(|(known, _)| *known == name).map_or(&[], |(_, values)| values)
    }

    /// Returns all values, in the order of the digest.
    pub(crate) fn values(&self) -> Vec<Fr> {
        self.values.concat()
    }

    /// Proves the statement for whom `domain` binds it to.
    ///
    /// # Errors
    /// When the keys are not of the circuit.
    pub(crate) fn prove(mut self, domain: B256, work: Work) -> Result<Evidence> {
        let challenge = digest::challenge(domain, self.hash, &self.values());
        self.inputs.insert(CHALLENGE.to_owned(), vec![challenge]);
        let Statement { dir, circuit, .. } = self.statement;
        let solved = circuit.witness(&self.inputs);
        let witness = solved.map_err(|source| Error::Witness { source, layer: None })?;
        let key = stages::read_key(dir, |_| ())?;
        let prover = stages::prover(&key, &circuit.r1cs)?.with_work(work);
        let proof = prover.prove(&witness, &mut OsRng).map_err(stages::not_proven(dir, &circuit.r1cs))?;
        // A call that reverts shows what nobody pays for.
        let vk = stages::read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
        vk.verify(circuit.r1cs.public_values(&witness), &proof)?;
        Ok(Evidence { hash: self.hash, proof })
    }
}
