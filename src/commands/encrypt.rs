//! `tensorproof encrypt`: integers for the owner of a public key.

use serde_json::json;
use tensorproof_r1cs::fr_to_decimal;
use tensorproof_transpiler::emit::sealing;
use tensorproof_transpiler::seal::{RECIPIENT, Seal, Subject, sealed_elements};

use super::Output;
use super::decrypt::CiphertextJson;
use crate::build_dir::replace_file;
use crate::cli::EncryptArgs;
use crate::error::{Error, Result};
use crate::form_json::{FORMAT, TensorJson};
use crate::terminal::grouped;
use crate::{baby_jubjub, message, template};

pub(super) fn run(args: &EncryptArgs, output: Output) -> Result<()> {
    let recipient = baby_jubjub::read_public(&args.to)?;
    let tensors = message::read(&args.file)?;
    let packed = message::packed(&tensors)?;
    let subject = Subject::Data;
    let mut inputs = message::inputs(&tensors, &packed);
    inputs.insert(RECIPIENT.to_owned(), recipient.to_vec());
    inputs.insert(subject.secret_signal(), vec![baby_jubjub::random_secret()?]);
    let circuit = sealing(subject, Seal::Encrypted, &packed);
    let (sealed, _) = output.terminal.stage(
        "encrypt",
        || {
            template::compute(&circuit, &inputs).map_err(|error| match error {
                // All that can fail is the check of the other's key.
                Error::Witness { .. } => Error::Option {
                    option: "--to",
                    value: args.to.clone(),
                    expected: "a point of Baby Jubjub's subgroup",
                },
                other => other,
            })
        },
        |_| format!("{} elements", grouped(sealed_elements(&packed))),
    )?;
    let signal = |name: &String| -> Result<Vec<String>> {
        let values = sealed.get(name).ok_or(Error::Internal("an encryption lacks a part"))?;
        Ok(values.iter().map(fr_to_decimal).collect())
    };
    let [ciphertext, tag, sender] = subject.cipher_signals();
    let tensors = tensors.iter().zip(&packed);
    let json = json!(CiphertextJson {
        format: FORMAT,
        kind: subject.name().to_owned(),
        tensors: tensors.map(|(tensor, packed)| TensorJson::of(&tensor.name, &packed.form)).collect(),
        recipient: Some(recipient.iter().map(fr_to_decimal).collect()),
        sender: signal(&sender)?,
        ciphertext: signal(&ciphertext)?,
        tag: signal(&tag)?.concat(),
    });
    let text = format!("{json:#}\n");
    replace_file(&args.output, |writer| writer.write_all(text.as_bytes()))?;
    output.result(&json, &args.output.display().to_string())
}
