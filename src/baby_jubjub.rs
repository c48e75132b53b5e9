//! Keys on Baby Jubjub, to which parameters and outputs are encrypted.

use std::path::Path;

use ark_std::rand::RngCore as _;
use ark_std::rand::rngs::OsRng;
use num_bigint::BigInt;
use serde_json::{Value, json};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_from_bigint, fr_from_decimal, fr_to_decimal};

use crate::error::{Error, Result};
use crate::template::compute;

/// The order of the subgroup.
///
/// Source: EIP-2494.
const ORDER: &str = "2736030358979909402780800718157159386076813972158567259200215660948447373041";

/// Returns a private key, uniform in [1, l - 5].
pub(crate) fn random_secret() -> Result<Fr> {
    let order: BigInt =
        ORDER.parse().map_err(|_| Error::Internal("the order of Baby Jubjub is no integer"))?;
    loop {
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        bytes[31] &= 0x07;
        let value = BigInt::from_bytes_le(num_bigint::Sign::Plus, &bytes);
        if value >= BigInt::from(1) && value <= &order - 5 {
            return Ok(fr_from_bigint(&value));
        }
    }
}

/// Returns the public key of a private one.
pub(crate) fn public_key(secret: Fr) -> Result<[Fr; 2]> {
    let text = "pragma circom 2.1.0;\ninclude \"tensorproof/crypto/baby_public_key.circom\";\ncomponent main = BabyPublicKey();\n";
    let outputs = compute(text, &Inputs::from([("secret".to_owned(), vec![secret])]))?;
    match outputs.get("out").map(Vec::as_slice) {
        Some(&[x, y]) => Ok([x, y]),
        _ => Err(Error::Internal("a public key has no two coordinates")),
    }
}

/// Returns the text of a file with both keys.
pub(crate) fn to_json(secret: Fr, public: [Fr; 2]) -> Value {
    json!({ "privateKey": fr_to_decimal(&secret), "publicKey": public.map(|value| fr_to_decimal(&value)) })
}

/// Reads a public key: its coordinates `x,y`, or a file with one. Coordinates are no file, also where one is called like them.
pub(crate) fn read_public(text: &str) -> Result<[Fr; 2]> {
    let coordinates = text.split_once(',');
    let point = coordinates.and_then(|(x, y)| Some([fr_from_decimal(x.trim())?, fr_from_decimal(y.trim())?]));
    if let Some(point) = point {
        return Ok(point);
    }
    let path = Path::new(text);
    if !path.exists() {
        let expected = "a file with a public key that exists, or its coordinates `x,y`";
        return Err(Error::Option { option: "a public key", value: text.to_owned(), expected });
    }
    let json = read(path)?;
    let coordinate = |at: usize| json["publicKey"].get(at).and_then(Value::as_str).and_then(fr_from_decimal);
    match (coordinate(0), coordinate(1)) {
        (Some(x), Some(y)) => Ok([x, y]),
        _ => Err(malformed(path, "`publicKey`, a list of two decimal integers below the prime")),
    }
}

/// Reads the private key of a file.
pub(crate) fn read_secret(path: &Path) -> Result<Fr> {
    let json = read(path)?;
    let secret = json["privateKey"].as_str().and_then(fr_from_decimal);
    secret.ok_or_else(|| malformed(path, "`privateKey`, a decimal integer below the prime"))
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    tensorproof_json::from_str(&text)
        .map_err(|error| Error::Malformed { path: path.to_owned(), reason: error.to_string() })
}

fn malformed(path: &Path, expected: &str) -> Error {
    Error::Malformed { path: path.to_owned(), reason: format!("expected {expected}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn coordinates_are_no_file_that_is_called_like_them() {
        let folder = tempfile::tempdir().unwrap();
        std::env::set_current_dir(folder.path()).unwrap();
        std::fs::write("1,2", r#"{ "publicKey": ["3", "4"] }"#).unwrap();
        std::fs::write("key", r#"{ "publicKey": ["3", "4"] }"#).unwrap();
        let elements = |values: [u64; 2]| values.map(Fr::from);
        assert_eq!(read_public("1,2").unwrap(), elements([1, 2]));
        assert_eq!(read_public("key").unwrap(), elements([3, 4]));
        assert!(read_public("5,x").is_err());
    }
}
