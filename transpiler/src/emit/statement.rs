//! What is proven around the model: how many samples, who sees what, commitments and encryption.

use std::fmt::Write as _;

use super::constants::{Constants, Parameter};
use super::place::{Place, bracketed, copy, loops};
use super::{described, output_axes};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{
    DIGEST_FROM, InputVisibility, OutputVisibility, ParamsVisibility, Port, PublicSignals, QuantizedGraph,
    Scope,
};
use crate::seal::{Packed, RECIPIENT, Seal, Subject, cipher_cost, sponge_cost};

/// A signal of the model's template.
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// Where its values lie.
    hull: Interval,
    comment: Option<String>,
}

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
    let output = match config.output_visibility {
        OutputVisibility::Hashed => Some(Seal::Hashed),
        OutputVisibility::Encrypted => Some(Seal::Encrypted),
        _ => None,
    };
    let input = (config.input == InputVisibility::Hashed).then_some(Seal::Hashed);
    let params = match config.params {
        ParamsVisibility::Hashed => Some(Seal::Hashed),
        ParamsVisibility::Encrypted => Some(Seal::Encrypted),
        _ => None,
    };
    [(Subject::Output, output), (Subject::Input, input), (Subject::Params, params)]
        .into_iter()
        .filter_map(|(subject, seal)| Some((subject, seal?)))
        .collect()
}

/// Returns what is packed of a subject.
pub(crate) fn packed(quantized: &QuantizedGraph, subject: Subject) -> Vec<Packed> {
    let (inputs, outputs) = ports(quantized);
    let (signals, is_batched) = match subject {
        Subject::Input => (inputs, true),
        Subject::Output => (outputs, true),
        Subject::Params => (parameters(quantized, &Constants::of(quantized)), false),
    };
    let batch = quantized.config.batch;
    let outer: &[usize] = if is_batched && batch > 1 { &[batch] } else { &[] };
    let of = |signal: &Signal| {
        let shape = [outer, &signal.shape].concat();
        Packed::new(&signal.name, &shape, &signal.hull.low, &signal.hull.high)
    };
    signals.iter().map(of).collect()
}

/// A public signal, or what would be one without a digest.
pub(super) struct PublicValue {
    name: String,
    shape: Vec<usize>,
    /// How it is packed, where its values are so small that packing takes fewer constraints than hashing them.
    packed: Option<Packed>,
}

impl PublicValue {
    /// Describes values of the whole field.
    pub(super) fn wide(name: String, shape: &[usize]) -> Self {
        Self { name, shape: shape.to_vec(), packed: None }
    }

    fn bounded(signal: &Signal, outer: &[usize]) -> Self {
        let shape = [outer, &signal.shape].concat();
        let packed = Packed::new(&signal.name, &shape, &signal.hull.low, &signal.hull.high);
        // An element takes some 38 constraints, and a packed value its bits besides.
        let is_small = packed.bits + 38 / packed.per_element() < 38;
        Self { name: signal.name.clone(), shape, packed: is_small.then_some(packed) }
    }

    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns how many elements it is bound by.
    fn elements(&self) -> usize {
        self.packed.as_ref().map_or_else(|| self.size(), Packed::elements)
    }
}

/// Returns the public values, in the order that the public signals have or would have.
fn public_values(quantized: &QuantizedGraph, constants: &Constants) -> Vec<PublicValue> {
    let config = &quantized.config;
    let (inputs, outputs) = ports(quantized);
    let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
    let mut values = Vec::new();
    if config.output_visibility == OutputVisibility::Public {
        values.extend(outputs.iter().map(|signal| PublicValue::bounded(signal, outer)));
    }
    let seals = seals(quantized);
    for (subject, seal) in &seals {
        match seal {
            Seal::Hashed => values.push(PublicValue::wide(subject.hash_signal(), &[])),
            Seal::Encrypted => {
                let [ciphertext, tag, sender] = subject.cipher_signals();
                let length = packed(quantized, *subject).iter().map(Packed::elements).sum();
                values.push(PublicValue::wide(ciphertext, &[length]));
                values.push(PublicValue::wide(tag, &[]));
                values.push(PublicValue::wide(sender, &[2]));
            }
        }
    }
    if config.input == InputVisibility::Public {
        values.extend(inputs.iter().map(|signal| PublicValue::bounded(signal, outer)));
    }
    if config.params == ParamsVisibility::Public {
        let parameters = parameters(quantized, constants);
        values.extend(parameters.iter().map(|signal| PublicValue::bounded(signal, &[])));
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        values.push(PublicValue::wide(RECIPIENT.to_owned(), &[2]));
    }
    values
}

/// Returns the number of public values that a digest stands for; `None` if each is a public signal.
pub fn digest(quantized: &QuantizedGraph) -> Option<usize> {
    let values = public_values(quantized, &Constants::of(quantized));
    let count = values.iter().map(PublicValue::size).sum();
    let wanted = match quantized.config.public_signals {
        PublicSignals::Plain => false,
        PublicSignals::Digest => count > 0,
        PublicSignals::Auto => count >= DIGEST_FROM,
    };
    wanted.then_some(count)
}

/// Returns the constraints of the digest of all public values: the bits of small ones, a Poseidon permutation for sixteen
/// elements, and a product for each value.
pub(crate) fn digest_cost(quantized: &QuantizedGraph) -> Cost {
    let values = public_values(quantized, &Constants::of(quantized));
    let mut cost = Cost::default();
    let mut elements = 0;
    for value in &values {
        if let Some(packed) = &value.packed {
            cost.quadratic += packed.size() * packed.bits;
            cost.linear += packed.size() + packed.elements();
        }
        cost.quadratic += value.size();
        elements += value.elements();
    }
    cost.quadratic += sponge_cost(elements.max(1));
    cost
}

/// Writes the digest of all public values.
pub(super) fn write_digest(text: &mut String, values: &[PublicValue]) {
    let total: usize = values.iter().map(PublicValue::size).sum();
    let elements: usize = values.iter().map(PublicValue::elements).sum();
    let packs = values.iter().filter(|value| value.packed.is_some()).count();
    text.push_str(
        "\n    // The public values are known by their digest: their hash, and a sum at a challenge that depends on all of them.\n",
    );
    if packs > 0 {
        let _ = writeln!(text, "    component publicPack[{packs}];");
    }
    let _ = writeln!(text, "    component publicDigest = PublicDigest({total}, {elements});");
    // Writes elements of one array to their places in another, from one on.
    let put = |text: &mut String, target: &str, first: usize, source: &Place, count: usize| {
        let position = if first == 0 { "i".to_owned() } else { format!("{first} + i") };
        let body = format!("{target}[{position}] <== {};", source.at_position("i"));
        text.push_str(&loops(&[count], &[body]));
    };
    let (mut first, mut bound, mut pack) = (0, 0, 0);
    for value in values {
        let place = Place::plain(&value.name, &value.shape);
        put(text, "publicDigest.in", first, &place, value.size());
        first += value.size();
        let source = match &value.packed {
            Some(packed) => {
                let (size, offset) = (packed.size(), -&packed.low);
                let _ = writeln!(text, "    publicPack[{pack}] = Pack({size}, {}, {offset});", packed.bits);
                put(text, &format!("publicPack[{pack}].in"), 0, &place, size);
                let source = Place::plain(&format!("publicPack[{pack}].out"), &[packed.elements()]);
                pack += 1;
                source
            }
            None => place,
        };
        put(text, "publicDigest.bound", bound, &source, value.elements());
        bound += value.elements();
    }
    text.push_str(
        "    publicDigest.challenge <== publicChallenge;\n    publicHash <== publicDigest.hash;\n    publicValue <== publicDigest.value;\n",
    );
}

/// Returns the constraints of the whole circuit: the model's for each sample, those of seals, and of the digest.
pub fn cost(quantized: &QuantizedGraph) -> Cost {
    let batch = quantized.config.batch;
    let model = quantized.cost();
    let mut cost = Cost { quadratic: batch * model.quadratic, linear: batch * model.linear };
    for (subject, seal) in seals(quantized) {
        let mut length = 0;
        for values in packed(quantized, subject) {
            cost.quadratic += values.size() * values.bits;
            cost.linear += values.size() + values.elements();
            length += values.elements();
        }
        cost.quadratic += match seal {
            Seal::Hashed => sponge_cost(length + 1),
            Seal::Encrypted => cipher_cost(length),
        };
    }
    if digest(quantized).is_some() {
        let digest = digest_cost(quantized);
        cost.quadratic += digest.quadratic;
        cost.linear += digest.linear;
    }
    cost
}

/// Returns the model's inputs and outputs.
pub(super) fn ports(quantized: &QuantizedGraph) -> (Vec<Signal>, Vec<Signal>) {
    let signals = |ports: &[Port], is_output: bool| {
        let signal = |port: &Port| {
            let quantity = &quantized.quantities[port.place];
            Signal {
                name: port.signal.clone(),
                shape: if is_output { output_axes(&quantity.shape) } else { quantity.shape.clone() },
                hull: Interval::hull(&quantity.intervals),
                comment: (!is_output).then(|| {
                    let name = if quantized.config.scope == Scope::Model { &port.name } else { &port.signal };
                    format!("`{name}`: {}", described(quantized, port.place))
                }),
            }
        };
        ports.iter().map(signal).collect()
    };
    (signals(&quantized.inputs, false), signals(&quantized.outputs, true))
}

/// Returns the parameters that are signals.
pub(super) fn parameters(quantized: &QuantizedGraph, constants: &Constants) -> Vec<Signal> {
    if quantized.config.params == ParamsVisibility::Fixed {
        return Vec::new();
    }
    let signal = |Parameter { name, shape, hull }: Parameter<'_>| Signal {
        name: name.to_owned(),
        shape: shape.to_vec(),
        hull,
        comment: None,
    };
    constants.parameters().map(signal).collect()
}

/// Writes declarations of signals with `outer` axes before their own.
pub(super) fn declare(text: &mut String, kind: &str, signals: &[Signal], outer: &[usize]) {
    for signal in signals {
        if let Some(comment) = &signal.comment {
            let _ = writeln!(text, "    // {comment}");
        }
        let axes = [outer, &signal.shape].concat();
        let _ = writeln!(text, "    signal {kind}{}{};", signal.name, bracketed(&axes));
    }
}

/// Writes the main component, and the template around the model when there is more to prove than its inputs and outputs.
pub(super) fn text(text: &mut String, quantized: &QuantizedGraph, constants: &Constants) {
    let config = &quantized.config;
    let (inputs, outputs) = ports(quantized);
    let parameters = parameters(quantized, constants);
    let seals = seals(quantized);
    let mut public: Vec<&str> = Vec::new();
    if config.input == InputVisibility::Public {
        public.extend(inputs.iter().map(|signal| signal.name.as_str()));
    }
    if config.params == ParamsVisibility::Public {
        public.extend(parameters.iter().map(|signal| signal.name.as_str()));
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        public.push(RECIPIENT);
    }
    let digested = digest(quantized).map(|_| public_values(quantized, constants));
    if digested.is_some() {
        public = vec!["publicChallenge"];
    }
    let list = if public.is_empty() { String::new() } else { format!(" {{public [{}]}}", public.join(", ")) };
    let is_shown = config.output_visibility == OutputVisibility::Public;
    if config.batch == 1 && seals.is_empty() && is_shown && digested.is_none() {
        let _ = writeln!(text, "component main{list} = Model();");
        return;
    }
    let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
    text.push_str("// What is proven of the model.\ntemplate Statement() {\n");
    declare(text, "input ", &inputs, outer);
    declare(text, "input ", &parameters, &[]);
    declare_sealed_inputs(text, &seals);
    // With a digest nothing else is public.
    let kind = if digested.is_some() { "" } else { "output " };
    if is_shown {
        declare(text, kind, &outputs, outer);
    }
    let sealed: Vec<(Subject, Seal, Vec<Packed>)> =
        seals.into_iter().map(|(subject, seal)| (subject, seal, packed(quantized, subject))).collect();
    for (subject, seal, values) in &sealed {
        declare_seal(text, kind, *subject, *seal, values);
    }
    if digested.is_some() {
        text.push_str(
            "    signal input publicChallenge;\n    signal output publicHash;\n    signal output publicValue;\n",
        );
    }
    text.push('\n');
    model(text, config.batch, &inputs, &parameters);
    let place = |signal: &Signal| Place::port("model", outer, &format!(".{}", signal.name), &signal.shape);
    if is_shown {
        for output in &outputs {
            text.push_str(&copy(
                &Place::plain(&output.name, &[outer, &output.shape].concat()),
                &place(output),
            ));
        }
    }
    for (subject, seal, values) in &sealed {
        let places: Vec<Place> = match subject {
            Subject::Output => outputs.iter().map(place).collect(),
            _ => values.iter().map(|values| Place::plain(&values.signal, &values.shape)).collect(),
        };
        write_seal(text, *subject, *seal, values, &places);
    }
    if let Some(values) = digested {
        write_digest(text, &values);
    }
    text.push_str("}\n\n");
    let _ = writeln!(text, "component main{list} = Statement();");
}

/// Returns a circuit that seals values as a statement does, whose private inputs they are.
pub fn sealing(subject: Subject, seal: Seal, values: &[Packed]) -> String {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    for file in files(&[(subject, seal)]) {
        let _ = writeln!(text, "include \"{file}\";");
    }
    text.push_str("\ntemplate Statement() {\n");
    let mut places = Vec::new();
    for Packed { signal, shape, .. } in values {
        let _ = writeln!(text, "    signal input {signal}{};", bracketed(shape));
        places.push(Place::plain(signal, shape));
    }
    declare_sealed_inputs(&mut text, &[(subject, seal)]);
    declare_seal(&mut text, "output ", subject, seal, values);
    write_seal(&mut text, subject, seal, values, &places);
    text.push_str("}\n\ncomponent main = Statement();\n");
    text
}

/// Declares what seals take beside the values.
pub(super) fn declare_sealed_inputs(text: &mut String, seals: &[(Subject, Seal)]) {
    for (subject, seal) in seals {
        let name = match seal {
            Seal::Hashed => subject.salt_signal(),
            Seal::Encrypted => subject.secret_signal(),
        };
        let _ = writeln!(text, "    signal input {name};");
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        let _ = writeln!(text, "    signal input {RECIPIENT}[2];");
    }
}

/// Declares what a seal shows.
pub(super) fn declare_seal(text: &mut String, kind: &str, subject: Subject, seal: Seal, values: &[Packed]) {
    let _ = match seal {
        Seal::Hashed => writeln!(text, "    signal {kind}{};", subject.hash_signal()),
        Seal::Encrypted => {
            let [ciphertext, tag, sender] = subject.cipher_signals();
            let length: usize = values.iter().map(Packed::elements).sum();
            writeln!(
                text,
                "    signal {kind}{ciphertext}[{length}];\n    signal {kind}{tag};\n    signal {kind}{sender}[2];"
            )
        }
    };
}

/// Writes the model's component, or one for each sample; all have the same parameters.
fn model(text: &mut String, batch: usize, inputs: &[Signal], parameters: &[Signal]) {
    let mut lines = Vec::new();
    let index = if batch == 1 { "" } else { "[i]" };
    lines.extend(inputs.iter().map(|Signal { name, .. }| format!("model{index}.{name} <== {name}{index};")));
    lines.extend(parameters.iter().map(|Signal { name, .. }| format!("model{index}.{name} <== {name};")));
    if batch == 1 {
        text.push_str("    component model = Model();\n");
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    } else {
        let _ = write!(
            text,
            "    component model[{batch}];\n    for (var i = 0; i < {batch}; i++) {{\n        model[i] = Model();\n"
        );
        for line in lines {
            let _ = writeln!(text, "        {line}");
        }
        text.push_str("    }\n");
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

/// Writes seals of the same values: each tensor packed by the bits of its range, then all through the sponge, the cipher, or
/// both.
pub(super) fn write_seals(
    text: &mut String,
    subject: Subject,
    seals: &[Seal],
    values: &[Packed],
    places: &[Place],
) {
    let name = subject.name();
    let _ = writeln!(text, "\n    component {name}Pack[{}];", values.len());
    for (at, (values, place)) in values.iter().zip(places).enumerate() {
        let (size, offset) = (values.size(), -&values.low);
        let _ = writeln!(text, "    {name}Pack[{at}] = Pack({size}, {}, {offset});", values.bits);
        text.push_str(&copy(&Place::plain(&format!("{name}Pack[{at}].in"), &[size]), place));
    }
    for seal in seals {
        write_sealed(text, subject, *seal, values);
    }
}

/// Writes the sponge or the cipher of packed values.
fn write_sealed(text: &mut String, subject: Subject, seal: Seal, values: &[Packed]) {
    let name = subject.name();
    let length: usize = values.iter().map(Packed::elements).sum();
    let target = match seal {
        Seal::Hashed => format!("{name}Sponge"),
        Seal::Encrypted => format!("{name}Cipher"),
    };
    let template = match seal {
        Seal::Hashed => format!("PoseidonSponge({}, {})", length + 1, subject.domain()),
        Seal::Encrypted => format!("EncryptPoseidon(17, {length})"),
    };
    let _ = writeln!(text, "    component {target} = {template};");
    let mut first = 0;
    for (at, count) in values.iter().map(Packed::elements).enumerate() {
        let to = if first == 0 { "i".to_owned() } else { format!("{first} + i") };
        let _ = writeln!(
            text,
            "    for (var i = 0; i < {count}; i++) {{\n        {target}.in[{to}] <== {name}Pack[{at}].out[i];\n    }}"
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
