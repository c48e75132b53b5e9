//! Proofs of a witness.

use ark_std::rand::rngs::OsRng;
use tensorproof_groth16::{Proof, ProveError, Prover, ProvingKey, Work, proof_to_json, public_to_json};
use tensorproof_r1cs::{R1cs, Symbols, Unsatisfied, Wire, Witness};

use super::circuit::read_settings_if_any;
use super::digest::{digest_values, has_digest};
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// Binds a key to the constraints that it was made for.
pub(crate) fn prover<'k>(key: &'k ProvingKey, r1cs: &'k R1cs) -> Result<Prover<'k>> {
    Prover::new(key, r1cs).map_err(|source| Error::Prove { source, signal: None })
}

/// Names the signal where a witness does not fit.
pub(crate) fn not_proven<'d>(dir: &'d BuildDir, r1cs: &'d R1cs) -> impl FnOnce(ProveError) -> Error + 'd {
    |source| {
        let signal = match source {
            ProveError::Unsatisfied(Unsatisfied::Row { row }) => signal_of_row(dir, r1cs, row),
            _ => None,
        };
        Error::Prove { source, signal }
    }
}

/// Proves and writes the proof and its public signals.
pub(crate) fn prove_witness(
    dir: &BuildDir,
    key: &ProvingKey,
    r1cs: &R1cs,
    witness: &Witness,
    work: Work,
) -> Result<Proof> {
    let prover = prover(key, r1cs)?.with_work(work);
    let proof = prover.prove(witness, &mut OsRng).map_err(not_proven(dir, r1cs))?;
    write_proof(dir, r1cs, witness, &proof)?;
    Ok(proof)
}

/// Writes a proof, its public signals and the values that these stand for.
pub(crate) fn write_proof(dir: &BuildDir, r1cs: &R1cs, witness: &Witness, proof: &Proof) -> Result<()> {
    let values = match read_settings_if_any(dir)? {
        Some(settings) if has_digest(&settings) => Some(digest_values(dir, &settings, witness)?),
        _ => None,
    };
    let public = public_to_json(r1cs.public_values(witness));
    dir.write(Artefact::Proof, |writer| writer.write_all(proof_to_json(proof).as_bytes()))?;
    dir.write(Artefact::Public, |writer| writer.write_all(public.as_bytes()))?;
    match values {
        Some(values) => {
            let values = public_to_json(&values);
            dir.write(Artefact::PublicValues, |writer| writer.write_all(values.as_bytes()))
        }
        None => dir.remove(&[Artefact::PublicValues]),
    }
}

/// Returns the name of a signal of a constraint, which tells the layer.
fn signal_of_row(dir: &BuildDir, r1cs: &R1cs, row: usize) -> Option<String> {
    let symbols = Symbols::read(dir.read_text(Artefact::Symbols).ok()?, r1cs.wires).ok()?;
    let terms = [&r1cs.c, &r1cs.a, &r1cs.b].into_iter().flat_map(|matrix| matrix.row(row));
    // The last wire of the row is the innermost one: inputs come first.
    let wire = terms.map(|term| term.wire).max().filter(|wire| *wire != Wire::ONE)?;
    symbols.name(wire).map(str::to_owned)
}
