//! Reading back what was written, and refusing what is damaged.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tensorproof_r1cs::{
    Fr, MAX_WIRES, Matrix, R1cs, Symbols, Term, Unsatisfied, Wire, Witness, fr_from_decimal,
};

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
    assert_eq!(<R1cs>::read(&bytes(&small())).unwrap(), small());
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
        <R1cs>::read(&whole[..length]).unwrap_err();
    }
    let mut whole = Vec::new();
    Witness(vec![Fr::from(1u64), -Fr::from(2u64)]).write(&mut whole).unwrap();
    for length in 0..whole.len() {
        <Witness>::read(&whole[..length]).unwrap_err();
    }
}

#[test]
fn names_what_was_found() {
    let mut damaged = bytes(&small());
    damaged[0] = b'x';
    let message = <R1cs>::read(&damaged).unwrap_err().to_string();
    assert_eq!(message, "header: found the magic `x1cs` at byte 0, expected `r1cs`");
}

/// The number of wires stands behind the start of the file, of its first section, and the modulus.
#[test]
fn refuses_more_wires_than_a_proof_can_name() {
    for (wires, expected) in
        [(MAX_WIRES, "wire labels: found 40 bytes"), (MAX_WIRES + 1, "header: found 2147483649 wires")]
    {
        let mut changed = bytes(&small());
        changed[60..64].copy_from_slice(&wires.to_le_bytes());
        let message = <R1cs>::read(&changed).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn refuses_a_label_that_is_not_declared() {
    let system = R1cs { wire_labels: vec![0, 1, 2, 3, 6], ..small() };
    let message = <R1cs>::read(&bytes(&system)).unwrap_err().to_string();
    assert!(message.starts_with("wire labels: found label 6"), "{message}");
}

#[test]
fn every_flipped_bit_is_an_error_or_another_value() {
    let whole = bytes(&small());
    let mut values = Vec::new();
    let witness = Witness((0..20).map(|value| -Fr::from(value * value + 1u64)).collect());
    witness.write(&mut values).unwrap();
    let flip = |bytes: &[u8], at: usize| {
        let mut flipped = bytes.to_vec();
        flipped[at / 8] ^= 1 << (at % 8);
        flipped
    };
    for at in 0..whole.len() * 8 {
        if let Ok(read) = <R1cs>::read(&flip(&whole, at)) {
            assert_ne!(read, small(), "bit {at}");
        }
    }
    for at in 0..values.len() * 8 {
        if let Ok(read) = <Witness>::read(&flip(&values, at)) {
            assert_ne!(read, witness, "bit {at}");
        }
    }
}

#[test]
fn decimal_numbers_are_canonical() {
    let order = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
    for (text, expected) in [("0", Some(0u64)), ("7", Some(7)), ("", None), ("00", None), ("07", None)] {
        assert_eq!(fr_from_decimal(text), expected.map(Fr::from), "{text}");
    }
    for text in [order, "-1", "+1", "0x1", " 1", "1e3"] {
        assert_eq!(fr_from_decimal::<Fr>(text), None, "{text}");
    }
}

/// Systems with up to 12 wires and 8 rows; each row has ascending wires.
fn systems() -> impl Strategy<Value = R1cs> {
    let row = proptest::collection::btree_map(0u32..12, any::<u64>(), 0..6);
    let rows = proptest::collection::vec([row.clone(), row.clone(), row], 0..8);
    (rows, 0u32..4, 0u32..4, 0u32..4).prop_map(|(rows, public_outputs, public_inputs, private_inputs)| {
        let mut system = R1cs {
            wires: 12,
            public_outputs,
            public_inputs,
            private_inputs,
            labels: 24,
            wire_labels: (0..12).map(|wire| 2 * wire).collect(),
            coefficients: Vec::new(),
            a: Matrix::new(),
            b: Matrix::new(),
            c: Matrix::new(),
        };
        // Coefficients are numbered by their first use, as the reader numbers them.
        for row in rows {
            let [a, b, c] = row.map(|terms| {
                let term = |(wire, value): (u32, u64)| {
                    let value = -Fr::from(value);
                    let found = system.coefficients.iter().position(|known| *known == value);
                    let position = found.unwrap_or_else(|| {
                        system.coefficients.push(value);
                        system.coefficients.len() - 1
                    });
                    Term { wire: Wire(wire), coefficient: u32::try_from(position).unwrap() }
                };
                terms.into_iter().map(term).collect::<Vec<_>>()
            });
            system.a.push_row(a);
            system.b.push_row(b);
            system.c.push_row(c);
        }
        system
    })
}

proptest! {
    #[test]
    fn reads_back_any_system(system in systems()) {
        prop_assert_eq!(<R1cs>::read(&bytes(&system)).unwrap(), system);
    }

    #[test]
    fn reads_back_a_witness(values in proptest::collection::vec(any::<u64>(), 0..40)) {
        let witness = Witness(values.into_iter().map(|value| -Fr::from(value)).collect());
        let mut bytes = Vec::new();
        witness.write(&mut bytes).unwrap();
        prop_assert_eq!(<Witness>::read(&bytes).unwrap(), witness);
    }

    #[test]
    fn never_panics(
        random in proptest::collection::vec(any::<u8>(), 0..200),
        system in systems(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        text in "[0-9a-z.,\\n-]{0,60}",
    ) {
        let _ = <R1cs>::read(&random);
        let _ = <Witness>::read(&random);
        let _ = Symbols::read(text, 5);
        let mut damaged = bytes(&system);
        let at = at.index(damaged.len());
        damaged[at] = byte;
        let _ = <R1cs>::read(&damaged);
        let _ = <R1cs>::read(&damaged[..at]);
    }
}
