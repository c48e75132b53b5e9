//! The forgeries that circuits of other libraries accept: kept to show that ours refuse them.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;

use std::collections::BTreeMap;

use ark_ff::{BigInteger as _, One as _, PrimeField as _, Zero as _};
use harness::{Number, circuit, field, solve};
use num_bigint::BigUint;
use tensorproof_circom::{Circuit, Level, Options, Sources, compile};
use tensorproof_oracles::package;
use tensorproof_r1cs::{Fr, Witness};

/// A division whose remainder is bounded by `assert`, which is no constraint.
const ASSERTED_REMAINDER: &str = "
    pragma circom 2.1.0;
    template Divide(n) {
        signal input in;
        signal output out;
        signal remainder;
        out <-- in \\ n;
        remainder <-- in % n;
        assert(remainder < n);
        in === out * n + remainder;
    }
    component main = Divide(10);";

/// A rectifier over 254 bits: small values have two decompositions, x and x + p.
const WIDE_RELU: &str = "
    pragma circom 2.1.0;
    template WideRelu() {
        signal input in;
        signal output out;
        signal bits[254];
        var sum = 0;
        for (var i = 0; i < 254; i++) {
            bits[i] <-- (in >> i) & 1;
            bits[i] * (bits[i] - 1) === 0;
            sum += bits[i] * 2 ** i;
        }
        in === sum;
        out <== in * (1 - bits[253]);
    }
    component main = WideRelu();";

fn wire(circuit: &Circuit, name: &str) -> usize {
    let mut found = None;
    let result: Result<(), ()> = circuit.for_each_symbol(|_, wire, _, symbol| {
        if symbol == name {
            found = wire;
        }
        Ok(())
    });
    result.unwrap();
    found.unwrap().index()
}

fn honest(circuit: &Circuit, input: i64) -> Witness {
    solve(circuit, &BTreeMap::from([("in".to_owned(), vec![input.into()])])).unwrap()
}

#[test]
fn asserted_remainder_accepts_any_quotient() {
    let circuit = circuit(ASSERTED_REMAINDER, Level::O1);
    let mut witness = honest(&circuit, 37);
    let (out, remainder) = (wire(&circuit, "main.out"), wire(&circuit, "main.remainder"));
    assert_eq!(witness.0[out], field(3));
    witness.0[out] = field(1000);
    witness.0[remainder] = field(37 - 10_000);
    assert_eq!(circuit.r1cs.check(&witness), Ok(()));
}

#[test]
fn rescale_refuses_another_quotient() {
    let text =
        "pragma circom 2.1.0; include \"tensorproof/arith/rescale.circom\"; component main = Rescale(10, 3);";
    let circuit = circuit(text, Level::O1);
    let honest = honest(&circuit, 37);
    let out = wire(&circuit, "main.out");
    assert_eq!(honest.0[out], field(5));
    for forged in [field(1000), field(4), field(6), field(-5), Fr::zero()] {
        let mut witness = honest.clone();
        witness.0[out] = forged;
        circuit.r1cs.check(&witness).unwrap_err();
    }
}

/// Sets bits to those of a value plus p, and the output to zero.
fn forge_second_decomposition(
    circuit: &Circuit,
    witness: &mut Witness,
    value: u64,
    count: usize,
    prefix: &str,
) {
    let shifted = BigUint::from(value) + BigUint::from_bytes_le(&Fr::MODULUS.to_bytes_le());
    for index in 0..count {
        let wire = wire(circuit, &format!("{prefix}[{index}]"));
        witness.0[wire] = if shifted.bit(index as u64) { Fr::one() } else { Fr::zero() };
    }
    let out = wire(circuit, "main.out");
    witness.0[out] = Fr::zero();
}

#[test]
fn relu_of_254_bits_accepts_zero_for_five() {
    let circuit = circuit(WIDE_RELU, Level::O1);
    let mut witness = honest(&circuit, 5);
    assert_eq!(witness.0[wire(&circuit, "main.out")], field(5));
    forge_second_decomposition(&circuit, &mut witness, 5, 254, "main.bits");
    assert_eq!(circuit.r1cs.check(&witness), Ok(()));
}

#[test]
fn relu_of_253_bits_refuses_zero_for_five() {
    let text = "pragma circom 2.1.0; include \"tensorproof/nn/relu.circom\"; component main = Relu(253);";
    let circuit = circuit(text, Level::O1);
    let mut witness = honest(&circuit, 5);
    forge_second_decomposition(&circuit, &mut witness, 5, 253, "main.bits.out");
    circuit.r1cs.check(&witness).unwrap_err();
}

#[test]
fn widths_over_253_bits_do_not_compile() {
    for (file, main) in
        [("nn/relu", "Relu(254)"), ("arith/to_bits", "ToBits(254, 0)"), ("arith/max", "Max(254)")]
    {
        let text =
            format!("pragma circom 2.1.0; include \"tensorproof/{file}.circom\"; component main = {main};");
        let sources = Sources::from_text("wide.circom", &text).with_embedded(tensorproof_templates::FILES);
        assert!(compile(sources, Options::default()).is_err(), "{main}");
    }
}

/// Diffie-Hellman with a public key that is no point of the curve, one of low order, and with a private key that is not below
/// the subgroup's order.
#[test]
fn ecdh_of_circomlib_ml_accepts_keys_that_ours_refuses() {
    let peer =
        "pragma circom 2.1.0; include \"circomlib-ml/circuits/crypto/ecdh.circom\"; component main = Ecdh();";
    let sources =
        Sources::from_text("peer.circom", peer).with_library(package("circomlib-ml").parent().unwrap());
    let peer = compile(sources, Options::default()).unwrap_or_else(|told| panic!("{}", told.render(false)));
    let ours =
        "pragma circom 2.1.0; include \"tensorproof/crypto/baby_ecdh.circom\"; component main = BabyEcdh();";
    let ours = circuit(ours, Level::O1);

    let large = |text: &str| Number::Large(text.to_owned());
    let base = [
        large("5299619240641551281634865583518297030282874472190772894086521144482721001553"),
        large("16950150798460657717958625567821834550301663161624707787222815936182638968203"),
    ];
    let order = large("2736030358979909402780800718157159386076813972158567259200215660948447373041");
    let accepts = |secret: &Number, key: &[Number; 2]| {
        let inputs = |names: [&str; 2]| {
            let values = [vec![secret.clone()], key.to_vec()];
            names.into_iter().map(str::to_owned).zip(values).collect::<BTreeMap<_, _>>()
        };
        (
            solve(&peer, &inputs(["private_key", "public_key"])).is_some(),
            solve(&ours, &inputs(["secret", "publicKey"])).is_some(),
        )
    };
    assert_eq!(accepts(&5.into(), &base), (true, true));
    assert_eq!(accepts(&5.into(), &[2.into(), 3.into()]), (true, false));
    assert_eq!(accepts(&5.into(), &[0.into(), (-1).into()]), (true, false));
    assert_eq!(accepts(&order, &base), (true, false));
}
