//! `tensorproof encrypt`: integers for the owner of a public key.

use serde_json::json;
use tensorproof_r1cs::fr_to_decimal;
use tensorproof_transpiler::emit::sealing;
use tensorproof_transpiler::seal::{Packed, RECIPIENT, Seal, Subject};

use super::Output;
use crate::build_dir::replace_file;
use crate::cli::EncryptArgs;
use crate::error::{Error, Result};
use crate::terminal::grouped;
use crate::{baby_jubjub, message, template};

pub(super) fn run(args: &EncryptArgs, output: Output) -> Result<()> {
    let recipient = baby_jubjub::read_public(&args.to)?;
    let tensors = message::read(&args.file)?;
    let packed = message::packed(&tensors)?;
    let subject = Subject::Params;
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
        |_| format!("{} elements", grouped(packed.iter().map(Packed::elements).sum::<usize>())),
    )?;
    let [ciphertext, tag, sender] = subject.cipher_signals().map(|signal| {
        let values = sealed.get(&signal).map(Vec::as_slice).unwrap_or_default();
        values.iter().map(fr_to_decimal).collect::<Vec<String>>()
    });
    let list: Vec<_> = tensors
        .iter()
        .zip(&packed)
        .map(|(tensor, packed)| {
            json!({
                "name": tensor.name,
                "shape": packed.shape,
                "low": packed.low.to_string(),
                "bits": packed.bits,
            })
        })
        .collect();
    let json = json!({
        "tensors": list,
        "recipient": recipient.map(|value| fr_to_decimal(&value)),
        "sender": sender,
        "ciphertext": ciphertext,
        "tag": tag.first(),
    });
    let text = format!("{json:#}\n");
    replace_file(&args.output, |writer| writer.write_all(text.as_bytes()))?;
    output.result(&json, &args.output.display().to_string())
}
