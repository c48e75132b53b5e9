//! Which tensors a circuit seals at which position: its wires tell, whatever the files beside it call them.
//!
//! Commitments and ciphertexts cover values and form of their tensors in the order in which the circuit packs them, and no names.
//! Two tensors of one form whose names are exchanged would open one commitment as two models.

use std::collections::BTreeMap;
use std::convert::Infallible;

use ark_ff::PrimeField;
use tensorproof_circom::Circuit;
use tensorproof_r1cs::Wire;
use tensorproof_transpiler::seal::{Seal, Subject};

use crate::error::{Error, Result};

/// The wires of an array of signals; those that the compiler replaced by a constant have none.
type Wires = Vec<Option<Wire>>;

/// Checks that a circuit, compiled at `--O1`, seals the signals of these names, in their order: each is wired to its packing, and
/// the packings, one behind the other, to the sponge or the cipher, where the element of the form is first.
pub(crate) fn check_sealed<F: PrimeField>(
    circuit: &Circuit<F>,
    subject: Subject,
    seal: Seal,
    batch: usize,
    names: &[String],
) -> Result<()> {
    let of = subject.name();
    let (part, template, file) = match seal {
        Seal::Hashed => ("Sponge", "PoseidonSponge", "tensorproof/crypto/poseidon_sponge.circom"),
        Seal::Encrypted => ("Cipher", "EncryptPoseidon", "tensorproof/crypto/encrypt_poseidon.circom"),
    };
    let target = format!("main.{of}{part}.in");
    let pack = |at: usize, port: &str| format!("main.{of}Pack[{at}].{port}");
    let source = |name: &str| -> Vec<String> {
        match (subject, batch) {
            (Subject::Output, 1) => vec![format!("main.model.{name}")],
            (Subject::Output, batch) => (0..batch).map(|at| format!("main.model[{at}].{name}")).collect(),
            _ => vec![format!("main.{name}")],
        }
    };
    let mut wanted: Vec<String> = names.iter().flat_map(|name| source(name)).collect();
    // One more, which must not be there.
    wanted.extend((0..=names.len()).flat_map(|at| [pack(at, "in"), pack(at, "out")]));
    wanted.push(target.clone());
    let found = wires(circuit, wanted);
    let at = |signal: &str| found.get(signal).map(Vec::as_slice).unwrap_or_default();
    let values =
        |name: &String| -> Wires { source(name).iter().flat_map(|signal| at(signal)).copied().collect() };

    for (position, name) in names.iter().enumerate() {
        let packed = at(&pack(position, "in"));
        if packed.is_empty() || values(name) != packed {
            let expected = names.iter().find(|name| values(name) == packed).cloned();
            return Err(Error::OtherSealed { subject: of, position, found: name.clone(), expected });
        }
    }
    let sealed: Wires = (0..names.len()).flat_map(|position| at(&pack(position, "out"))).copied().collect();
    // The element of the form is before them, a commitment's salt behind.
    let salts = usize::from(seal == Seal::Hashed);
    let target = at(&target);
    let is_all = target.len() == 1 + sealed.len() + salts && at(&pack(names.len(), "in")).is_empty();
    let is_wired = is_all && target.get(1..=sealed.len()) == Some(sealed.as_slice());
    // A template of ours is there once, in its file, which is compared with the bundled one elsewhere.
    let has_file = |file| circuit.sources().any(|(path, _)| path.ends_with(file));
    let main = circuit.component(&[]).ok_or(Error::Internal("a circuit has no main component"))?;
    let (packing, sealing) = (format!("{of}Pack["), format!("{of}{part}"));
    let is_ours = main.components.iter().all(|(name, found)| {
        (!name.starts_with(&packing) || found == "Pack") && (*name != sealing || found == template)
    });
    if is_wired && is_ours && has_file("tensorproof/crypto/pack.circom") && has_file(file) {
        return Ok(());
    }
    Err(Error::OtherSeal { subject: of })
}

/// Returns the wires of arrays of signals, row by row, by names without indices behind the last point.
fn wires<F: PrimeField>(circuit: &Circuit<F>, wanted: Vec<String>) -> BTreeMap<String, Wires> {
    let mut found: BTreeMap<String, Wires> = wanted.into_iter().map(|signal| (signal, Vec::new())).collect();
    let Ok(()) = circuit.for_each_symbol(|_, wire, _, name| -> std::result::Result<(), Infallible> {
        let last = name.rfind('.').unwrap_or_default();
        let end = name[last..].find('[').map_or(name.len(), |at| last + at);
        if let Some(wires) = found.get_mut(&name[..end]) {
            wires.push(wire);
        }
        Ok(())
    });
    found
}
