//! Reading back what was written, and refusing what is damaged.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Unsatisfied, Wire, Witness};

/// x * y = out, out - 3 = z
fn small() -> R1cs {
    let term = |wire, coefficient| Term { wire: Wire(wire), coefficient };
    let mut system = R1cs {
        wires: 5,
        public_outputs: 1,
        public_inputs: 1,
        private_inputs: 1,
        labels: 6,
        wire_labels: vec![0, 1, 2, 3, 5],
        coefficients: vec![Fr::from(1u64), Fr::from(3u64), -Fr::from(1u64)],
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    system.a.push_row([term(2, 0)]);
    system.b.push_row([term(3, 0)]);
    system.c.push_row([term(1, 0)]);
    system.a.push_row([]);
    system.b.push_row([]);
    system.c.push_row([term(0, 1), term(1, 2), term(4, 0)]);
    system
}

fn bytes(system: &R1cs) -> Vec<u8> {
    let mut bytes = Vec::new();
    system.write(&mut bytes).unwrap();
    bytes
}

#[test]
fn reads_back_a_system() {
    assert_eq!(R1cs::read(&bytes(&small())).unwrap(), small());
}

#[test]
fn checks_witnesses() {
    let witness = |values: [u64; 5]| Witness(values.map(Fr::from).to_vec());
    assert_eq!(small().check(&witness([1, 6, 2, 3, 3])), Ok(()));
    assert_eq!(small().check(&witness([1, 7, 2, 3, 4])), Err(Unsatisfied::Row { row: 0 }));
    assert_eq!(small().check(&witness([1, 6, 2, 3, 4])), Err(Unsatisfied::Row { row: 1 }));
    assert_eq!(small().check(&witness([2, 6, 2, 3, 3])), Err(Unsatisfied::One));
    assert_eq!(small().check(&Witness(vec![])), Err(Unsatisfied::Length { expected: 5, actual: 0 }));
}

#[test]
fn refuses_every_truncation() {
    let whole = bytes(&small());
    for length in 0..whole.len() {
        R1cs::read(&whole[..length]).unwrap_err();
    }
    let mut whole = Vec::new();
    Witness(vec![Fr::from(1u64), -Fr::from(2u64)]).write(&mut whole).unwrap();
    for length in 0..whole.len() {
        Witness::read(&whole[..length]).unwrap_err();
    }
}

#[test]
fn names_what_was_found() {
    let mut damaged = bytes(&small());
    damaged[0] = b'x';
    let message = R1cs::read(&damaged).unwrap_err().to_string();
    assert_eq!(message, "header: found the magic `x1cs` at byte 0, expected `r1cs`");
}

proptest! {
    #[test]
    fn reads_back_a_witness(values in proptest::collection::vec(any::<u64>(), 0..40)) {
        let witness = Witness(values.into_iter().map(|value| -Fr::from(value)).collect());
        let mut bytes = Vec::new();
        witness.write(&mut bytes).unwrap();
        prop_assert_eq!(Witness::read(&bytes).unwrap(), witness);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..400, bit in 0u8..8) {
        let _ = R1cs::read(&bytes);
        let _ = Witness::read(&bytes);
        let mut flipped = small_bytes();
        let at = at % flipped.len();
        flipped[at] ^= 1 << bit;
        let _ = R1cs::read(&flipped);
    }
}

fn small_bytes() -> Vec<u8> {
    bytes(&small())
}
