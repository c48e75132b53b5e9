//! snarkjs' JSON files: `verification_key.json`, `proof.json` and `public.json`.
//!
//! Numbers are decimal strings below their modulus, without leading zeros. Points are projective with the third coordinate
//! one; infinity is (0, 1, 0), and nothing else with the third coordinate zero.

use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ec::pairing::Pairing as _;
use ark_ff::{BigInt, PrimeField};
use serde_json::{Value, json};
use tensorproof_r1cs::{Fr, fr_from_decimal, fr_to_decimal};

use crate::verify::{CheckedKey, UnsafeKey};
use crate::{Proof, VerifyingKey};

/// Longest text that is read, in bytes: a verifying key with more than 200,000 public signals.
const LONGEST: usize = 64 << 20;

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The text is too long.
    #[error("the text has {length} bytes, expected at most {limit}")]
    TooLong {
        /// Bytes of the text.
        length: usize,
        /// The longest text that is read.
        limit: usize,
    },
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// The verifying key accepts forged proofs.
    #[error(transparent)]
    Unsafe(#[from] UnsafeKey),
    /// A part is not the expected one.
    #[error("`{part}` is {found}, expected {expected}")]
    Unexpected {
        /// Where it stands.
        part: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
}

type Parsed<T> = Result<T, JsonError>;

/// Returns `public.json` for public signals.
pub fn public_to_json(public: &[Fr]) -> String {
    pretty(&public.iter().map(fr_to_decimal).collect::<Vec<_>>().into())
}

/// Reads `public.json`.
///
/// # Errors
/// When it is not a list of decimal numbers below the modulus.
pub fn public_from_json(text: &str) -> Parsed<Vec<Fr>> {
    let value = parse(text)?;
    let signals = list(&value, "public", None)?;
    let signal = |(index, value): (usize, &Value)| {
        let known = value.as_str().and_then(fr_from_decimal);
        known.ok_or_else(|| {
            unexpected(&format!("public[{index}]"), value, "a decimal number below the field's modulus")
        })
    };
    signals.iter().enumerate().map(signal).collect()
}

/// Returns `proof.json` for a proof.
pub fn proof_to_json(proof: &Proof) -> String {
    pretty(&json!({
        "pi_a": g1_to_json(&proof.a),
        "pi_b": g2_to_json(&proof.b),
        "pi_c": g1_to_json(&proof.c),
        "protocol": "groth16",
        "curve": "bn128",
    }))
}

/// Reads `proof.json`. Verifying tells whether its points are in their subgroups.
///
/// # Errors
/// When it is not a Groth16 proof on BN254, or a point is not on its curve.
pub fn proof_from_json(text: &str) -> Parsed<Proof> {
    let value = parse(text)?;
    expect_protocol(&value)?;
    Ok(Proof { a: g1(&value, "pi_a")?, b: g2(&value, "pi_b")?, c: g1(&value, "pi_c")? })
}

/// Returns `verification_key.json` for a verifying key.
pub fn verifying_key_to_json(vk: &VerifyingKey) -> String {
    let pairing = Bn254::pairing(vk.alpha_g1, vk.beta_g2).0;
    let cubic = |value: ark_bn254::Fq6| [value.c0, value.c1, value.c2].map(|value| fq2_to_json(&value));
    pretty(&json!({
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": vk.gamma_abc_g1.len().saturating_sub(1),
        "vk_alpha_1": g1_to_json(&vk.alpha_g1),
        "vk_beta_2": g2_to_json(&vk.beta_g2),
        "vk_gamma_2": g2_to_json(&vk.gamma_g2),
        "vk_delta_2": g2_to_json(&vk.delta_g2),
        "vk_alphabeta_12": [cubic(pairing.c0), cubic(pairing.c1)],
        "IC": vk.gamma_abc_g1.iter().map(g1_to_json).collect::<Vec<_>>(),
    }))
}

/// Reads `verification_key.json`.
///
/// # Errors
/// When it is not a Groth16 key on BN254, a point is not in its group, or [`CheckedKey::of`] refuses it.
pub fn verifying_key_from_json(text: &str) -> Parsed<CheckedKey> {
    let value = parse(text)?;
    expect_protocol(&value)?;
    let points = list(&value["IC"], "IC", None)?;
    let public = value["nPublic"].as_u64();
    if public.and_then(|public| usize::try_from(public).ok()?.checked_add(1)) != Some(points.len()) {
        return Err(unexpected("nPublic", &value["nPublic"], "one less than the points of `IC`"));
    }
    let point = |(index, value)| g1_from(value, &format!("IC[{index}]"));
    let vk = VerifyingKey {
        alpha_g1: g1(&value, "vk_alpha_1")?,
        beta_g2: g2(&value, "vk_beta_2")?,
        gamma_g2: g2(&value, "vk_gamma_2")?,
        delta_g2: g2(&value, "vk_delta_2")?,
        gamma_abc_g1: points.iter().enumerate().map(point).collect::<Parsed<_>>()?,
    };
    Ok(CheckedKey::of(vk)?)
}

/// Returns JSON as snarkjs writes it: indented by one space.
fn pretty(value: &Value) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    serde::Serialize::serialize(value, &mut serializer).expect("a JSON value is written to memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn parse(text: &str) -> Parsed<Value> {
    if text.len() > LONGEST {
        return Err(JsonError::TooLong { length: text.len(), limit: LONGEST });
    }
    Ok(tensorproof_json::from_str(text)?)
}

fn expect_protocol(value: &Value) -> Parsed<()> {
    if value["protocol"] != "groth16" {
        return Err(unexpected("protocol", &value["protocol"], "\"groth16\""));
    }
    if value["curve"] != "bn128" {
        return Err(unexpected("curve", &value["curve"], "\"bn128\""));
    }
    Ok(())
}

fn fq_to_json(value: &Fq) -> Value {
    value.into_bigint().to_string().into()
}

fn fq2_to_json(value: &Fq2) -> Value {
    json!([fq_to_json(&value.c0), fq_to_json(&value.c1)])
}

fn g1_to_json(point: &G1Affine) -> Value {
    match point.xy() {
        Some((x, y)) => json!([fq_to_json(&x), fq_to_json(&y), "1"]),
        None => json!(["0", "1", "0"]),
    }
}

fn g2_to_json(point: &G2Affine) -> Value {
    match point.xy() {
        Some((x, y)) => json!([fq2_to_json(&x), fq2_to_json(&y), ["1", "0"]]),
        None => json!([["0", "0"], ["1", "0"], ["0", "0"]]),
    }
}

fn unexpected(part: &str, found: &Value, expected: &'static str) -> JsonError {
    let mut shown = if found.is_null() { "missing".to_owned() } else { found.to_string() };
    if shown.len() > 100 {
        shown = format!("{} …", shown.chars().take(100).collect::<String>());
    }
    JsonError::Unexpected { part: part.to_owned(), found: shown, expected }
}

fn list<'v>(value: &'v Value, part: &str, length: Option<usize>) -> Parsed<&'v [Value]> {
    match value.as_array() {
        Some(items) if length.is_none_or(|length| length == items.len()) => Ok(items),
        _ => Err(unexpected(part, value, "a list of the right length")),
    }
}

fn fq(value: &Value, part: &str) -> Parsed<Fq> {
    let is_canonical = |text: &&str| {
        text.len() <= 77
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (*text == "0" || !text.starts_with('0'))
    };
    let integer =
        value.as_str().filter(is_canonical).and_then(|text| text.parse::<num_bigint::BigUint>().ok());
    let element = integer.and_then(|integer| BigInt::<4>::try_from(integer).ok()).and_then(Fq::from_bigint);
    element.ok_or_else(|| unexpected(part, value, "a decimal number below the curve's modulus"))
}

fn fq2(value: &Value, part: &str) -> Parsed<Fq2> {
    let parts = list(value, part, Some(2))?;
    Ok(Fq2::new(fq(&parts[0], part)?, fq(&parts[1], part)?))
}

fn g1(value: &Value, part: &str) -> Parsed<G1Affine> {
    g1_from(&value[part], part)
}

fn g1_from(value: &Value, part: &str) -> Parsed<G1Affine> {
    let coordinates = list(value, part, Some(3))?;
    let [x, y, z] = [0, 1, 2].map(|index| fq(&coordinates[index], part));
    let (x, y, z) = (x?, y?, z?);
    let (zero, one) = (Fq::from(0u64), Fq::from(1u64));
    let point = match (x, y, z) {
        // In memory these coordinates are infinity.
        (x, y, z) if z == one && (x, y) != (zero, zero) => G1Affine::new_unchecked(x, y),
        infinity if infinity == (zero, one, zero) => G1Affine::identity(),
        _ => {
            return Err(unexpected(
                part,
                value,
                "a point with the third coordinate \"1\", or infinity as \"0\", \"1\", \"0\"",
            ));
        }
    };
    if point.is_on_curve() { Ok(point) } else { Err(unexpected(part, value, "a point on the curve")) }
}

/// Reads a point, which may be outside the subgroup.
fn g2(value: &Value, part: &str) -> Parsed<G2Affine> {
    let value = &value[part];
    let coordinates = list(value, part, Some(3))?;
    let (x, y, z) = (fq2(&coordinates[0], part)?, fq2(&coordinates[1], part)?, fq2(&coordinates[2], part)?);
    let (zero, one) = (Fq2::from(0u64), Fq2::from(1u64));
    let point = match (x, y, z) {
        (x, y, z) if z == one && (x, y) != (zero, zero) => G2Affine::new_unchecked(x, y),
        infinity if infinity == (zero, one, zero) => G2Affine::identity(),
        _ => {
            return Err(unexpected(
                part,
                value,
                "a point with the third coordinate [\"1\", \"0\"], or infinity as zero, one, zero",
            ));
        }
    };
    if point.is_on_curve() { Ok(point) } else { Err(unexpected(part, value, "a point on the twisted curve")) }
}
