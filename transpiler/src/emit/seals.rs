//! Seals in a circuit: what is packed, hashed or encrypted.

use std::fmt::Write as _;

use super::constants::Constants;
use super::place::{Place, bracketed, copy};
use super::statement::{Signal, parameters, ports};
use crate::form::TensorForm;
use crate::quantize::QuantizedGraph;
use crate::seal::{Packed, RECIPIENT, Seal, Subject, form, sealed_elements, sealed_subjects};

/// Returns the library files that seals need.
pub(super) fn files(seals: &[(Subject, Seal)]) -> Vec<&'static str> {
    let mut files = Vec::new();
    if !seals.is_empty() {
        files.push("tensorproof/crypto/pack.circom");
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Hashed) {
        files.push("tensorproof/crypto/poseidon_sponge.circom");
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        files.extend([
            "tensorproof/crypto/baby_ecdh.circom",
            "tensorproof/crypto/baby_public_key.circom",
            "tensorproof/crypto/encrypt_poseidon.circom",
        ]);
    }
    files
}

/// Returns what the circuit seals, in the order of the public signals.
pub(crate) fn seals(quantized: &QuantizedGraph) -> Vec<(Subject, Seal)> {
    let config = &quantized.config;
    sealed_subjects(config.input, config.params, config.output_visibility)
}

/// Returns what is packed of a subject. Inputs and outputs have the batch as first axis of their forms, also when it is one
/// sample and the circuit's signals have no such axis.
pub(crate) fn packed(quantized: &QuantizedGraph, subject: Subject) -> Vec<Packed> {
    let (inputs, outputs) = ports(quantized);
    let (signals, is_batched) = match subject {
        Subject::Input => (inputs, true),
        Subject::Output => (outputs, true),
        Subject::Params => (parameters(quantized, &Constants::of(quantized)), false),
        Subject::Data => (Vec::new(), false),
    };
    let batch = [quantized.config.batch];
    let outer: &[usize] = if is_batched { &batch } else { &[] };
    let of = |signal: &Signal| {
        let shape = [outer, &signal.shape].concat();
        let form = TensorForm::new(&shape, &signal.scale, &signal.hull.low, &signal.hull.high);
        Packed { signal: signal.name.clone(), form, name: None }
    };
    signals.iter().map(of).collect()
}

/// Returns a circuit that seals values as a statement does, whose private inputs they are.
pub fn sealing(subject: Subject, seal: Seal, values: &[Packed]) -> String {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    for file in files(&[(subject, seal)]) {
        let _ = writeln!(text, "include \"{file}\";");
    }
    text.push_str("\ntemplate Statement() {\n");
    let mut places = Vec::new();
    for Packed { signal, form, .. } in values {
        let _ = writeln!(text, "    signal input {signal}{};", bracketed(&form.shape));
        places.push(Place::plain(signal, &form.shape));
    }
    declare_sealed_inputs(&mut text, &[(subject, seal)]);
    declare_seal(&mut text, "output ", subject, seal, values);
    write_seal(&mut text, subject, seal, values, &places);
    text.push_str("}\n\ncomponent main = Statement();\n");
    text
}

/// Declares what seals take beside the values.
pub(super) fn declare_sealed_inputs(text: &mut String, seals: &[(Subject, Seal)]) {
    for (name, axes) in sealed_inputs(seals) {
        let _ = writeln!(text, "    signal input {name}{};", bracketed(&axes));
    }
}

/// Returns what seals take beside the values, as signals with their axes.
pub(super) fn sealed_inputs(seals: &[(Subject, Seal)]) -> Vec<(String, Vec<usize>)> {
    let mut inputs = Vec::new();
    for (subject, seal) in seals {
        let name = match seal {
            Seal::Hashed => subject.salt_signal(),
            Seal::Encrypted => subject.secret_signal(),
        };
        inputs.push((name, Vec::new()));
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        inputs.push((RECIPIENT.to_owned(), vec![2]));
    }
    inputs
}

/// Returns what a seal shows, as signals with their axes.
pub(super) fn seal_signals(subject: Subject, seal: Seal, values: &[Packed]) -> Vec<(String, Vec<usize>)> {
    match seal {
        Seal::Hashed => vec![(subject.hash_signal(), Vec::new())],
        Seal::Encrypted => {
            let [ciphertext, tag, sender] = subject.cipher_signals();
            vec![(ciphertext, vec![sealed_elements(values)]), (tag, Vec::new()), (sender, vec![2])]
        }
    }
}

/// Returns the components of a seal: name, template, how many.
pub(super) fn seal_components(
    subject: Subject,
    seal: Seal,
    values: &[Packed],
) -> Vec<(String, &'static str, usize)> {
    let part = |part: &str, template, count| (format!("{}{part}", subject.name()), template, count);
    let mut components = vec![part("Pack", "Pack", values.len())];
    match seal {
        Seal::Hashed => components.push(part("Sponge", "PoseidonSponge", 1)),
        Seal::Encrypted => components.extend([
            part("Cipher", "EncryptPoseidon", 1),
            part("Own", "BabyPublicKey", 1),
            part("Shared", "BabyEcdh", 1),
        ]),
    }
    components
}

/// Declares what a seal shows.
pub(super) fn declare_seal(text: &mut String, kind: &str, subject: Subject, seal: Seal, values: &[Packed]) {
    for (name, axes) in seal_signals(subject, seal, values) {
        let _ = writeln!(text, "    signal {kind}{name}{};", bracketed(&axes));
    }
}

/// Writes a seal.
pub(super) fn write_seal(
    text: &mut String,
    subject: Subject,
    seal: Seal,
    values: &[Packed],
    places: &[Place],
) {
    write_seals(text, subject, &[seal], values, places);
}

/// Writes seals of the same values: each tensor packed by the bits of its range, then form and all through the sponge, the
/// cipher, or both.
pub(super) fn write_seals(
    text: &mut String,
    subject: Subject,
    seals: &[Seal],
    values: &[Packed],
    places: &[Place],
) {
    let name = subject.name();
    let _ = writeln!(text, "\n    component {name}Pack[{}];", values.len());
    for (at, (Packed { form, .. }, place)) in values.iter().zip(places).enumerate() {
        let (size, offset) = (form.size(), -&form.low);
        let _ = writeln!(text, "    {name}Pack[{at}] = Pack({size}, {}, {offset});", form.bits);
        text.push_str(&copy(&Place::plain(&format!("{name}Pack[{at}].in"), &[size]), place));
    }
    for seal in seals {
        write_sealed(text, subject, *seal, values);
    }
}

/// Writes the sponge or the cipher of a form and packed values.
fn write_sealed(text: &mut String, subject: Subject, seal: Seal, values: &[Packed]) {
    let name = subject.name();
    let length = sealed_elements(values);
    let target = match seal {
        Seal::Hashed => format!("{name}Sponge"),
        Seal::Encrypted => format!("{name}Cipher"),
    };
    let template = match seal {
        Seal::Hashed => format!("PoseidonSponge({}, {})", length + 1, subject.domain()),
        Seal::Encrypted => format!("EncryptPoseidon(17, {length})"),
    };
    let _ = writeln!(text, "    component {target} = {template};");
    // Shapes, scales, least values and bits are not in the elements.
    let _ = writeln!(text, "    {target}.in[0] <== {:#x};", form(subject, values).element());
    let mut first = 1;
    for (at, count) in values.iter().map(|packed| packed.form.elements()).enumerate() {
        let _ = writeln!(
            text,
            "    for (var i = 0; i < {count}; i++) {{\n        {target}.in[{first} + i] <== {name}Pack[{at}].out[i];\n    }}"
        );
        first += count;
    }
    match seal {
        Seal::Hashed => {
            let _ = writeln!(text, "    {target}.in[{length}] <== {};", subject.salt_signal());
            let _ = writeln!(text, "    {} <== {target}.out;", subject.hash_signal());
        }
        Seal::Encrypted => {
            let [ciphertext, tag, sender] = subject.cipher_signals();
            let secret = subject.secret_signal();
            for line in [
                format!("component {name}Own = BabyPublicKey();"),
                format!("{name}Own.secret <== {secret};"),
                format!("{sender} <== {name}Own.out;"),
                format!("component {name}Shared = BabyEcdh();"),
                format!("{name}Shared.secret <== {secret};"),
                format!("{name}Shared.publicKey <== {RECIPIENT};"),
                format!("{target}.key <== {name}Shared.out;"),
                format!("{target}.nonce <== 0;"),
                format!("{ciphertext} <== {target}.out;"),
                format!("{tag} <== {target}.tag;"),
            ] {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
}
