//! `tensorproof decrypt`: integers that were encrypted for the owner of a key.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_from_decimal};
use tensorproof_transpiler::seal::{Packed, Seal};
use tensorproof_transpiler::settings::TensorSettings;

use super::Output;
use crate::build_dir::{Artefact, BuildDir, replace_private_file};
use crate::cli::DecryptArgs;
use crate::error::{Error, Result};
use crate::terminal::grouped;
use crate::{baby_jubjub, message, stages, template};

/// What is decrypted.
pub(super) struct Ciphertext {
    /// Where it is from, for errors.
    pub(super) path: PathBuf,
    pub(super) names: Vec<String>,
    pub(super) packed: Vec<Packed>,
    pub(super) sender: [Fr; 2],
    pub(super) elements: Vec<Fr>,
    pub(super) tag: Fr,
}

pub(super) fn run(args: &DecryptArgs, output: Output) -> Result<()> {
    let secret = baby_jubjub::read_secret(&args.key)?;
    let sealed = if args.source.is_dir() { of_proof(&args.source)? } else { of_file(&args.source)? };
    let (elements, _) = output.terminal.stage(
        "decrypt",
        || decrypt(&sealed, secret),
        |elements: &Vec<Fr>| format!("{} elements", grouped(elements.len())),
    )?;
    let values = message::unpack(&sealed.packed, &elements);
    let tensors = sealed.names.into_iter().zip(sealed.packed.iter().zip(&values));
    let json = message::to_json(
        tensors.map(|(name, (packed, values))| (name, message::nested(&packed.shape, values))).collect(),
    );
    let Some(path) = &args.output else {
        return output.result(&json, &format!("{json:#}"));
    };
    let text = format!("{json}\n");
    replace_private_file(path, |writer| writer.write_all(text.as_bytes()))?;
    output.result(&json, &path.display().to_string())
}

pub(super) fn decrypt(sealed: &Ciphertext, secret: Fr) -> Result<Vec<Fr>> {
    let size = sealed.elements.len();
    let text = format!(
        "pragma circom 2.1.0;\n\
         include \"tensorproof/crypto/baby_ecdh.circom\";\n\
         include \"tensorproof/crypto/decrypt_poseidon.circom\";\n\
         template Decryption() {{\n\
             signal input secret;\n\
             signal input sender[2];\n\
             signal input in[{size}];\n\
             signal input tag;\n\
             signal output out[{size}];\n\
             component shared = BabyEcdh();\n\
             shared.secret <== secret;\n\
             shared.publicKey <== sender;\n\
             component message = DecryptPoseidon(17, {size});\n\
             message.key <== shared.out;\n\
             message.nonce <== 0;\n\
             message.in <== in;\n\
             message.tag <== tag;\n\
             out <== message.out;\n\
         }}\n\
         component main = Decryption();\n"
    );
    let inputs = Inputs::from([
        ("secret".to_owned(), vec![secret]),
        ("sender".to_owned(), sealed.sender.to_vec()),
        ("in".to_owned(), sealed.elements.clone()),
        ("tag".to_owned(), vec![sealed.tag]),
    ]);
    let mut outputs = template::compute(&text, &inputs).map_err(|error| match error {
        Error::Witness { .. } => Error::Malformed {
            path: sealed.path.clone(),
            reason: "was encrypted for another key, or was changed".to_owned(),
        },
        other => other,
    })?;
    Ok(outputs.remove("out").unwrap_or_default())
}

/// Reads what `tensorproof encrypt` writes.
fn of_file(path: &Path) -> Result<Ciphertext> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let malformed = |reason: &str| Error::Malformed { path: path.to_owned(), reason: reason.to_owned() };
    let json: Value = serde_json::from_str(&text).map_err(|error| malformed(&error.to_string()))?;
    let element = |value: &Value| value.as_str().and_then(fr_from_decimal);
    let list = |name: &str| -> Option<Vec<Fr>> { json[name].as_array()?.iter().map(element).collect() };
    let elements =
        list("ciphertext").ok_or_else(|| malformed("`ciphertext` is no list of decimal integers"))?;
    let tag = element(&json["tag"]).ok_or_else(|| malformed("`tag` is no decimal integer"))?;
    let sender = list("sender").and_then(|list| list.try_into().ok());
    let sender = sender.ok_or_else(|| malformed("`sender` is no list of two decimal integers"))?;
    let (mut names, mut packed) = (Vec::new(), Vec::new());
    for tensor in json["tensors"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let settings: Option<TensorSettings> = serde_json::from_value(serde_json::json!({
            "signal": tensor["name"],
            "shape": tensor["shape"],
            "low": tensor["low"],
            "bits": tensor["bits"],
        }))
        .ok();
        let settings = settings.ok_or_else(|| malformed("`tensors` has something else than tensors"))?;
        names.push(settings.signal.clone());
        packed.push(settings.packed()?);
    }
    checked(Ciphertext { path: path.to_owned(), names, packed, sender, elements, tag })
}

/// Reads what a proof of a build directory shows.
fn of_proof(path: &Path) -> Result<Ciphertext> {
    let dir = BuildDir::of(path);
    let settings = stages::read_settings(&dir)?;
    // What a digest stands for is in a file of its own.
    let artefact = if stages::has_digest(&settings) { Artefact::PublicValues } else { Artefact::Public };
    let public_path = dir.existing(artefact)?;
    let malformed = |reason: &str| Error::Malformed { path: public_path.clone(), reason: reason.to_owned() };
    let public = tensorproof_groth16::public_from_json(&dir.read_text(artefact)?)
        .map_err(Error::json(&public_path))?;
    let mut rest = public.get(stages::public_outputs(&settings)..).unwrap_or_default();
    for seal in &settings.seals {
        let (own, others) = rest
            .split_at_checked(seal.signals()?)
            .ok_or_else(|| malformed("has fewer public signals than the circuit"))?;
        rest = others;
        if seal.kind()? != Seal::Encrypted {
            continue;
        }
        let (elements, last) = own.split_at(own.len() - 3);
        let packed = seal.packed()?;
        return checked(Ciphertext {
            path: public_path.clone(),
            names: packed.iter().map(|packed| packed.signal.clone()).collect(),
            packed,
            sender: [last[1], last[2]],
            elements: elements.to_vec(),
            tag: last[0],
        });
    }
    Err(malformed("is of a circuit that encrypts nothing"))
}

/// Refuses a ciphertext that is no encryption of its tensors.
pub(super) fn checked(sealed: Ciphertext) -> Result<Ciphertext> {
    let expected: usize = sealed.packed.iter().map(Packed::elements).sum();
    if expected == 0 || expected != sealed.elements.len() {
        let reason = format!("has {} elements, expected {expected} for its tensors", sealed.elements.len());
        return Err(Error::Malformed { path: sealed.path, reason });
    }
    Ok(sealed)
}
