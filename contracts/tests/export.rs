//! The exported text, and what is not exported.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use common::{Trapdoor, config};
use num_bigint::BigInt;
use revm::primitives::{Address, B256};
use tensorproof_contracts::{
    SignalRange, VerifierConfig, chain, creation_code, data_contracts, evm, runtime_code, verifier,
};
use tensorproof_groth16::{CheckedKey, Proof, VerifyingKey, verify};

#[test]
fn writes_a_readable_verifier() {
    insta::assert_snapshot!("Verifier_1", verifier(&Trapdoor::new(1, 1).key(), &config()).unwrap().solidity);
}

#[test]
fn writes_what_depends_on_the_key() {
    let dependent = |signals: usize, config: &VerifierConfig| {
        let text = verifier(&Trapdoor::new(signals, 1).key(), config).unwrap().solidity;
        let lines: Vec<_> = text.lines().collect();
        let declarations =
            lines.iter().filter(|line| line.contains(" immutable ") || line.starts_with("contract"));
        let constructor = lines.iter().skip_while(|line| !line.contains("function min")).skip(3);
        declarations.chain(constructor).copied().collect::<Vec<_>>().join("\n")
    };
    let ranges = vec![SignalRange { first: 0, count: 3, lo: BigInt::from(-5), hi: BigInt::from(250) }];
    let named = VerifierConfig { contract: "DigitVerifier".into(), ranges, ..config() };
    insta::assert_snapshot!("key_4", dependent(4, &named));
    insta::assert_snapshot!("key_785", dependent(785, &config()));
}

#[test]
fn splits_points_into_contracts_of_legal_size() {
    for (signals, contracts, external) in [
        (1, 0, 0),
        (3, 0, 0),
        (4, 1, 0),
        (386, 1, 0),
        (387, 2, 2),
        (769, 2, 2),
        (770, 3, 3),
        (785, 3, 3),
        (1535, 4, 4),
    ] {
        let key = Trapdoor::new(signals, 1).key();
        let found = data_contracts(&key).unwrap();
        assert_eq!(found.len(), contracts, "{signals}");
        assert!(found.iter().all(|contract| contract.code.len() <= 24_576));
        let export = verifier(&key, &config()).unwrap();
        assert_eq!(export.data_contracts.len(), external, "{signals}");
        assert_eq!(export.key_json().is_some(), external > 0);
        if let Some(text) = export.key_json() {
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["data_contracts"].as_array().unwrap().len(), external);
        }
        if contracts > 0 {
            let error = runtime_code(&key, &config(), &vec![Address::ZERO; contracts - 1]).unwrap_err();
            assert!(error.to_string().ends_with(&format!("expected {contracts}")), "{error}");
        }
    }
}

#[test]
fn refuses_keys_that_anyone_could_forge_for() {
    let check = |change: fn(&mut VerifyingKey), expected: &str| {
        let mut key = Trapdoor::new(3, 1).key();
        change(&mut key);
        let error = verifier(&key, &config()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(runtime_code(&key, &config(), &[Address::ZERO]).unwrap_err().to_string(), error);
    };
    check(|key| key.delta_g2 = key.gamma_g2, "`delta` equals `gamma` up to sign");
    check(|key| key.delta_g2 = -key.gamma_g2, "`delta` equals `gamma` up to sign");
    check(|key| key.alpha_g1 = G1Affine::generator(), "`alpha` is the group's generator");
    check(|key| key.beta_g2 = -G2Affine::generator(), "`beta` is the group's generator");
    check(|key| key.alpha_g1 = G1Affine::zero(), "`alpha` is the point at infinity");
    check(|key| key.beta_g2 = G2Affine::zero(), "`beta` is the point at infinity");
    check(|key| key.gamma_g2 = G2Affine::zero(), "`gamma` is the point at infinity");
    check(|key| key.delta_g2 = G2Affine::zero(), "`delta` is the point at infinity");
    check(|key| key.gamma_abc_g1[0] = G1Affine::zero(), "`gamma_abc[0]` is the point at infinity");
    check(|key| key.gamma_abc_g1[3] = G1Affine::zero(), "`gamma_abc[3]` is the point at infinity");
    check(|key| key.alpha_g1.y += ark_bn254::Fq::from(1), "`alpha` is not in the group");
    check(|key| key.gamma_abc_g1[0].x += ark_bn254::Fq::from(1), "`gamma_abc[0]` is not in the group");
    check(
        |key| {
            key.delta_g2 = (1u64..)
                .find_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), true))
                .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
                .unwrap();
        },
        "`delta` is not in the group",
    );
    check(|key| key.gamma_abc_g1.truncate(1), "no public signals");
    check(|key| key.gamma_abc_g1.clear(), "no public signals");
    check(|key| key.gamma_abc_g1 = vec![G1Affine::generator(); 1537], "expected at most 1535");
}

/// With the point of the constant one at infinity, zeros have the proof `(alpha, beta, infinity)`, which takes no witness.
#[test]
fn contracts_and_the_verifier_take_the_same_keys() {
    let check = |signals: usize, change: fn(&mut Trapdoor)| {
        let mut trapdoor = Trapdoor::new(signals, 1);
        change(&mut trapdoor);
        let key = trapdoor.key();
        let zeros = vec![Fr::from(0); signals];
        let forged = Proof { a: key.alpha_g1, b: key.beta_g2, c: G1Affine::zero() };
        let is_refused = verify(&key, &zeros, &forged).is_err();
        let addresses = vec![Address::ZERO; signals.saturating_sub(3).div_ceil(383)];
        let contracts = [
            verifier(&key, &config()).err(),
            data_contracts(&key).err(),
            runtime_code(&key, &config(), &addresses).err(),
            creation_code(&key, &config(), &addresses).err(),
            chain::steps(&key, &config(), B256::ZERO).err(),
        ];
        let on_evm = evm::verify(&key, &config(), &zeros, &forged);
        assert!(is_refused && on_evm.is_err());
        let is_key = CheckedKey::of(key).is_ok();
        assert!(contracts.iter().all(|error| error.is_none() == is_key), "{signals}: {contracts:?}");
        is_key
    };
    for signals in [1, 3, 4, 400] {
        assert!(check(signals, |_| ()));
        for change in [
            (|trapdoor| trapdoor.gamma_abc[0] = Fr::from(0)) as fn(&mut Trapdoor),
            |trapdoor| trapdoor.gamma_abc[1] = Fr::from(0),
            |trapdoor| *trapdoor.gamma_abc.last_mut().unwrap() = Fr::from(0),
            |trapdoor| trapdoor.alpha = Fr::from(0),
            |trapdoor| trapdoor.alpha = Fr::from(1),
            |trapdoor| trapdoor.alpha = -Fr::from(1),
            |trapdoor| trapdoor.beta = Fr::from(0),
            |trapdoor| trapdoor.beta = Fr::from(1),
            |trapdoor| trapdoor.beta = -Fr::from(1),
            |trapdoor| trapdoor.gamma = Fr::from(0),
            |trapdoor| trapdoor.delta = Fr::from(0),
            |trapdoor| trapdoor.delta = trapdoor.gamma,
            |trapdoor| trapdoor.delta = -trapdoor.gamma,
        ] {
            assert!(!check(signals, change));
        }
    }
}

#[test]
fn refuses_names_that_solidity_would_not_take() {
    let key = Trapdoor::new(1, 1).key();
    for name in ["", "verifier", "1Verifier", "_V", "Verifier ", "V-1", "É", "V{}", "contract"] {
        let config = VerifierConfig { contract: name.into(), ..config() };
        assert!(
            verifier(&key, &config).unwrap_err().to_string().contains("is not usable: expected"),
            "{name}"
        );
    }
    for name in ["InvalidProof", "BAD_PROOF", "BASE_FIELD", "ALPHA_X", "DATA_3"] {
        let config = VerifierConfig { contract: name.into(), ..config() };
        assert!(
            verifier(&key, &config).unwrap_err().to_string().ends_with("the contract uses it inside"),
            "{name}"
        );
    }
}

#[test]
fn refuses_ranges_that_do_not_fit() {
    let key = Trapdoor::new(3, 1).key();
    let range = |first, count, lo: i64, hi: i64| SignalRange {
        first,
        count,
        lo: BigInt::from(lo),
        hi: BigInt::from(hi),
    };
    let huge: BigInt = BigInt::from(1) << 254;
    let half: BigInt = BigInt::from(1) << 253;
    for (ranges, expected) in [
        (vec![range(0, 1, 0, 1); 5], "5 ranges of public signals, expected at most 4"),
        (vec![range(0, 0, 0, 1)], "it has no signals"),
        (vec![range(1, 3, 0, 1)], "the key has fewer public signals"),
        (vec![range(usize::MAX, 2, 0, 1)], "the key has fewer public signals"),
        (vec![range(0, 1, 1, 0)], "it has no values"),
        (vec![SignalRange { hi: huge.clone(), ..range(0, 1, 0, 0) }], "the scalar field is smaller"),
        (vec![SignalRange { lo: -&huge, ..range(0, 1, 0, 0) }], "the scalar field is smaller"),
        (vec![SignalRange { first: 0, count: 1, lo: -&half, hi: half }], "the scalar field is smaller"),
    ] {
        let error = verifier(&key, &VerifierConfig { ranges, ..config() }).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}
