//! `tensorproof bounty decrypt`: the winner's parameters, by the host.

use serde_json::{Map, Value, json};
use tensorproof_contracts::bounty::{Event, word};
use tensorproof_contracts::chain::Rpc;
use tensorproof_transpiler::seal::{Subject, form};

use super::super::decrypt::{Ciphertext, checked, decrypt};
use super::{Output, check_terms, elements, open_model};
use crate::bounty::Folder;
use crate::build_dir::replace_private_file;
use crate::cli::BountyDecryptArgs;
use crate::error::{Error, Result};
use crate::{baby_jubjub, message};

/// What shows that the parameters are those that the hunter committed to.
const CHECKED: &str = "the bounty accepted a proof that the ciphertext holds the committed parameters, by the verifier of \
                       this folder's delivery key; the tag shows that it was decrypted as it was encrypted";

pub(super) fn run(args: &BountyDecryptArgs, output: Output) -> Result<()> {
    let rpc = Rpc::new(&args.rpc_url)?;
    let bounty = open_model(&rpc, args.address)?;
    let folder = Folder::read(&args.folder)?;
    let secret = baby_jubjub::read_secret(&args.key)?;
    let terms = bounty.terms()?;
    check_terms(&folder, &terms)?;
    let key = baby_jubjub::public_key(secret)?.map(|coordinate| word(&coordinate));
    super::same("bounty's key", terms.key[0], key[0])?;
    super::same("bounty's key", terms.key[1], key[1])?;

    let delivered = bounty.events(args.from_block)?.into_iter().find_map(|(event, _)| match event {
        Event::Delivered { hunter, ciphertext } => Some((hunter, ciphertext)),
        _ => None,
    });
    let Some((hunter, ciphertext)) = delivered else {
        let phase = bounty.phase()?;
        return Err(Error::NotDelivered { phase: phase.to_string(), from: args.from_block });
    };
    let ciphertext = elements(&ciphertext)?;
    let [elements @ .., tag, x, y] = ciphertext.as_slice() else {
        return Err(Error::Internal("a bounty accepted a ciphertext without tag and sender"));
    };
    let packed = folder.packed()?;
    let sealed = checked(Ciphertext {
        path: folder.root.join("bounty.json"),
        shown: packed.iter().map(|packed| (packed.signal.clone(), packed.form.shape.clone())).collect(),
        form: form(Subject::Params, &packed),
        sender: [*x, *y],
        elements: elements.to_vec(),
        tag: *tag,
    })?;
    let (values, _) =
        output.terminal.stage("decrypt", || decrypt(&sealed, secret), |_| CHECKED.to_owned())?;
    let tensors = sealed.shown.into_iter().zip(&values);
    let parameters: Map<String, Value> =
        tensors.map(|((name, shape), values)| (name, message::nested(&shape, values))).collect();
    let text = format!("{}\n", Value::Object(parameters.clone()));
    replace_private_file(&args.output, |writer| writer.write_all(text.as_bytes()))?;
    let json = json!({
        "parameters": parameters,
        "hunter": hunter.to_string(),
        "commitment": bounty.hunter(hunter)?.parameters_hash.to_string(),
        "checked": CHECKED,
    });
    output.result(&json, &args.output.display().to_string())
}
