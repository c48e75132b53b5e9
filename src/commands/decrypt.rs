//! `tensorproof decrypt`: integers that were encrypted for the owner of a key.

use std::path::{Path, PathBuf};

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_from_decimal, fr_to_decimal};
use tensorproof_transpiler::form::{Form, TensorForm};
use tensorproof_transpiler::seal::{Packed, Seal, Subject, form};

use super::Output;
use crate::build_dir::{Artefact, BuildDir, replace_private_file};
use crate::cli::DecryptArgs;
use crate::error::{Error, Result};
use crate::form_json::{TensorJson, of_version};
use crate::terminal::grouped;
use crate::{baby_jubjub, message, stages, template};

/// The file that `tensorproof encrypt` writes; elements are decimal strings.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CiphertextJson {
    pub(super) format: u32,
    /// What the integers are.
    pub(super) kind: String,
    /// The tensors, in the order in which they are packed.
    pub(super) tensors: Vec<TensorJson>,
    /// Whom it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recipient: Option<Vec<String>>,
    /// The sender's public key.
    pub(super) sender: Vec<String>,
    pub(super) ciphertext: Vec<String>,
    pub(super) tag: String,
}

/// What is decrypted.
pub(super) struct Ciphertext {
    /// Where it is from, for errors.
    pub(super) path: PathBuf,
    /// The name of each tensor, and the lengths of the axes that it is shown with.
    pub(super) shown: Vec<(String, Vec<usize>)>,
    /// What it is said to be, which is compared with what was encrypted.
    pub(super) form: Form,
    pub(super) sender: [Fr; 2],
    pub(super) elements: Vec<Fr>,
    pub(super) tag: Fr,
}

pub(super) fn run(args: &DecryptArgs, output: Output) -> Result<()> {
    let secret = baby_jubjub::read_secret(&args.key)?;
    let sealed = if args.source.is_dir() { of_proof(&args.source)? } else { of_file(&args.source, secret)? };
    let (values, _) = output.terminal.stage(
        "decrypt",
        || decrypt(&sealed, secret),
        |_| format!("{} elements", grouped(sealed.elements.len())),
    )?;
    let tensors = sealed.shown.into_iter().zip(&values);
    let json = message::to_json(
        tensors.map(|((name, shape), values)| (name, message::nested(&shape, values))).collect(),
    );
    let Some(path) = &args.output else {
        return output.result(&json, &format!("{json:#}"));
    };
    let text = format!("{json}\n");
    replace_private_file(path, |writer| writer.write_all(text.as_bytes()))?;
    output.result(&json, &path.display().to_string())
}

/// Returns the integers of each tensor.
///
/// # Errors
/// When the key is another one, or the ciphertext, its tag or its form is not what was encrypted.
pub(super) fn decrypt(sealed: &Ciphertext, secret: Fr) -> Result<Vec<Vec<BigInt>>> {
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
    let malformed = |reason: &str| Error::Malformed { path: sealed.path.clone(), reason: reason.to_owned() };
    let outputs = template::compute(&text, &inputs).map_err(|error| match error {
        Error::Witness { .. } => malformed("was encrypted for another key, or was changed"),
        other => other,
    })?;
    let elements = outputs.get("out").ok_or(Error::Internal("a decryption has no elements"))?;
    let elements: Vec<BigInt> = elements.iter().map(template::unsigned).collect();
    let Some((found, mut rest)) = elements.split_first() else {
        return Err(malformed("has no elements"));
    };
    if *found != sealed.form.element() {
        return Err(malformed(
            "is not of the form that was encrypted: its kind, or a name, shape, order, scale, least value or number of bits was changed",
        ));
    }
    let mut values = Vec::new();
    for tensor in &sealed.form.tensors {
        let short = || malformed("has fewer elements than its tensors");
        let (own, others) = rest.split_at_checked(tensor.elements()).ok_or_else(short)?;
        rest = others;
        let other = || malformed("holds something else than packed integers");
        values.push(tensor.unpack(own).ok_or_else(other)?);
    }
    Ok(values)
}

/// Reads what `tensorproof encrypt` writes, for the owner of a key.
fn of_file(path: &Path, secret: Fr) -> Result<Ciphertext> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let json: CiphertextJson = of_version(path, &text)?;
    let malformed = |reason: &str| Error::Malformed { path: path.to_owned(), reason: reason.to_owned() };
    let list =
        |texts: &[String]| -> Option<Vec<Fr>> { texts.iter().map(|text| fr_from_decimal(text)).collect() };
    if let Some(recipient) = &json.recipient {
        let recipient = list(recipient).and_then(|list| <[Fr; 2]>::try_from(list).ok());
        let recipient =
            recipient.ok_or_else(|| malformed("`recipient` is no list of two decimal integers"))?;
        let own = baby_jubjub::public_key(secret)?;
        if recipient != own {
            let shown = |key: [Fr; 2]| key.map(|coordinate| fr_to_decimal(&coordinate)).join(",");
            let (found, expected) = (shown(recipient), shown(own));
            return Err(malformed(&format!(
                "was encrypted for another key, or was changed: `recipient` is {found}, expected {expected} for the given key"
            )));
        }
    }
    let elements =
        list(&json.ciphertext).ok_or_else(|| malformed("`ciphertext` is no list of decimal integers"))?;
    let tag = fr_from_decimal(&json.tag).ok_or_else(|| malformed("`tag` is no decimal integer"))?;
    let sender = list(&json.sender).and_then(|list| list.try_into().ok());
    let sender = sender.ok_or_else(|| malformed("`sender` is no list of two decimal integers"))?;
    let tensors = TensorJson::forms(path, &json.tensors)?;
    let subject = Subject::of_name(&json.kind)
        .ok_or_else(|| malformed("has a `kind` that is none of `data`, `input`, `params` and `output`"))?;
    let names = json.tensors.iter().map(|tensor| message::sealed_name(subject, &tensor.name)).collect();
    checked(Ciphertext {
        path: path.to_owned(),
        shown: json.tensors.into_iter().map(|tensor| (tensor.name, tensor.shape)).collect(),
        form: Form { kind: json.kind, tensors, names },
        sender,
        elements,
        tag,
    })
}

/// Reads what a proof of a build directory shows.
fn of_proof(path: &Path) -> Result<Ciphertext> {
    let dir = BuildDir::of(path);
    let settings = stages::read_settings(&dir)?;
    // A ciphertext tells its tensors apart by their positions. Which is where, the circuit tells, not the settings.
    stages::check_settings(&stages::compile_bundled(&dir)?, &settings)?;
    // What a digest stands for is in a file of its own.
    let artefact = if stages::has_digest(&settings) { Artefact::PublicValues } else { Artefact::Public };
    let public_path = dir.existing(artefact)?;
    let malformed = |reason: &str| Error::Malformed { path: public_path.clone(), reason: reason.to_owned() };
    let public = tensorproof_groth16::public_from_json(&dir.read_text(artefact)?)
        .map_err(Error::json(&public_path))?;
    let short = || malformed("has fewer public signals than the circuit");
    let mut rest = public.get(stages::public_outputs(&settings)..).ok_or_else(short)?;
    for seal in &settings.seals {
        let (own, others) = rest.split_at_checked(seal.signals()?).ok_or_else(short)?;
        rest = others;
        if seal.kind()? != Seal::Encrypted {
            continue;
        }
        let (elements, last) = own.split_at(own.len() - 3);
        let (subject, packed) = (seal.subject()?, seal.packed()?);
        // One sample is shown as what it is, not as a batch.
        let first = usize::from(subject == Subject::Output && settings.batch == 1);
        let shown = |packed: &Packed| -> Result<(String, Vec<usize>)> {
            let axes =
                packed.form.shape.get(first..).ok_or_else(|| malformed("is of an output without axes"))?;
            Ok((packed.signal.clone(), axes.to_vec()))
        };
        return checked(Ciphertext {
            path: public_path.clone(),
            shown: packed.iter().map(shown).collect::<Result<_>>()?,
            form: form(subject, &packed),
            sender: [last[1], last[2]],
            elements: elements.to_vec(),
            tag: last[0],
        });
    }
    Err(malformed("is of a circuit that encrypts nothing"))
}

/// Refuses a ciphertext that is no encryption of its tensors.
pub(super) fn checked(sealed: Ciphertext) -> Result<Ciphertext> {
    let expected = 1 + sealed.form.tensors.iter().map(TensorForm::elements).sum::<usize>();
    if expected == 1 || expected != sealed.elements.len() {
        let reason = format!("has {} elements, expected {expected} for its tensors", sealed.elements.len());
        return Err(Error::Malformed { path: sealed.path, reason });
    }
    Ok(sealed)
}
