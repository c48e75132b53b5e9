//! Proofs of statements: public values known by their digest, bound to one account, bounty and chain.
//!
//! ```text
//! inputs, challenge 0 ──► witness ──► h, values ── domain ──► challenge ──► witness ──► proof
//! ```

use std::collections::BTreeMap;
use std::convert::Infallible;

use ark_std::rand::rngs::OsRng;
use tensorproof_circom::{Circuit, Inputs};
use tensorproof_contracts::bounty::Evidence;
use tensorproof_contracts::{B256, digest};
use tensorproof_r1cs::{Fr, Witness};

use super::{Folder, Kind};
use crate::build_dir::BuildDir;
use crate::error::{Error, Result};
use crate::stages::{self, CHALLENGE};

/// The circuit of a statement.
pub(crate) struct Statement {
    kind: Kind,
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
        let circuit = stages::compile_dir(&dir, &[])?;
        Ok(Self { kind, dir, circuit, names: folder.values(kind).to_vec() })
    }

    /// Computes the values of the statement about some inputs, which are all but the challenge.
    ///
    /// # Errors
    /// When there is no witness, or the circuit lacks one of the values.
    pub(crate) fn draft(&self, mut inputs: Inputs) -> Result<Draft<'_>> {
        inputs.insert(CHALLENGE.to_owned(), vec![Fr::from(0u64)]);
        let witness = self.solve(&inputs)?;
        let hash = self.circuit.r1cs.public_values(&witness).first().copied();
        let hash = hash.ok_or_else(|| self.malformed("has no public signals"))?;
        Ok(Draft { statement: self, inputs, hash, values: self.values(&witness)? })
    }

    fn solve(&self, inputs: &Inputs) -> Result<Witness> {
        self.circuit.witness(inputs).map_err(|source| Error::Witness { source, layer: None })
    }

    /// Returns the values of each name, from the signals of the main component.
    fn values(&self, witness: &Witness) -> Result<Vec<Vec<Fr>>> {
        let mut signals: BTreeMap<&str, Vec<Option<Fr>>> =
            self.names.iter().map(|name| (name.as_str(), Vec::new())).collect();
        let Ok(()) =
            self.circuit.for_each_symbol(|_, wire, _, name| -> std::result::Result<(), Infallible> {
                let signal = name.strip_prefix("main.").and_then(|signal| {
                    let (signal, index) = signal.split_at(signal.find('[').unwrap_or(signal.len()));
                    // Not those of a component.
                    (!index.contains('.')).then_some(signal)
                });
                if let Some(values) = signal.and_then(|signal| signals.get_mut(signal)) {
                    values.push(wire.and_then(|wire| witness.0.get(wire.index()).copied()));
                }
                Ok(())
            });
        let values = self.names.iter().map(|name| {
            let values = signals.get(name.as_str()).filter(|values| !values.is_empty());
            let values = values.ok_or_else(|| self.malformed(&format!("has no signal `{name}`")))?;
            let values: Option<Vec<Fr>> = values.iter().copied().collect();
            values.ok_or_else(|| self.malformed(&format!("has a constant in `{name}`")))
        });
        values.collect()
    }

    fn malformed(&self, what: &str) -> Error {
        let path = self.dir.root().to_owned();
        Error::Malformed { path, reason: format!("the circuit of statement `{}` {what}", self.kind) }
    }
}

impl Draft<'_> {
    /// Returns the values of a signal, none if it is not public.
    pub(crate) fn value(&self, name: &str) -> &[Fr] {
        let place = self.statement.names.iter().position(|known| known == name);
        place.and_then(|place| self.values.get(place)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns all values, in the order of the digest.
    pub(crate) fn values(&self) -> Vec<Fr> {
        self.values.concat()
    }

    /// Proves the statement for whom `domain` binds it to.
    ///
    /// # Errors
    /// When the key is not one of the circuit.
    pub(crate) fn prove(mut self, domain: B256) -> Result<Evidence> {
        let challenge = digest::challenge(domain, self.hash, &self.values());
        self.inputs.insert(CHALLENGE.to_owned(), vec![challenge]);
        let Statement { dir, circuit, .. } = self.statement;
        let witness = self.statement.solve(&self.inputs)?;
        let expected = digest::public_signals(domain, self.hash, &self.values());
        if circuit.r1cs.public_values(&witness) != expected {
            return Err(self.statement.malformed("has other public signals than the digest of its values"));
        }
        let key = stages::read_key(dir)?;
        let prover = stages::prover(&key, &circuit.r1cs)?;
        let proof = prover.prove(&witness, &mut OsRng).map_err(stages::not_proven(dir, &circuit.r1cs))?;
        Ok(Evidence { hash: self.hash, proof })
    }
}
