//! Names of a model's nodes to names of signals and components.

use std::collections::BTreeSet;

/// Words that circom keeps for itself, and names of the emitted circuit.
const RESERVED: [&str; 65] = [
    "assert",
    "bus",
    "class",
    "component",
    "custom",
    "do",
    "else",
    "extern_c",
    "for",
    "function",
    "if",
    "in",
    "include",
    "input",
    "log",
    "main",
    "output",
    "out",
    "parallel",
    "pragma",
    "public",
    "return",
    "signal",
    "template",
    "var",
    "while",
    "i",
    "j",
    "k",
    "l",
    "Model",
    "Statement",
    "model",
    "inputSalt",
    "inputHash",
    "inputPack",
    "inputSponge",
    "paramsSalt",
    "paramsHash",
    "paramsPack",
    "paramsSponge",
    "outputSalt",
    "outputHash",
    "outputPack",
    "outputSponge",
    "recipient",
    "paramsSecret",
    "paramsCiphertext",
    "paramsTag",
    "paramsSender",
    "paramsOwn",
    "paramsShared",
    "paramsCipher",
    "outputSecret",
    "outputCiphertext",
    "outputTag",
    "outputSender",
    "outputOwn",
    "outputShared",
    "outputCipher",
    "publicChallenge",
    "publicDigest",
    "publicHash",
    "publicPack",
    "publicValue",
];

/// Returns a name for a component: the part of the node's path that tells it from others, as an identifier that is not
/// among `taken`.
pub(crate) fn component_name(node: &str, operator: &str, taken: &BTreeSet<String>) -> String {
    let path: Vec<&str> = node.split(['/', '.']).filter(|part| !part.is_empty()).collect();
    let part = match path.as_slice() {
        [] => operator,
        [only] => only,
        [.., layer, _] => layer,
    };
    let mut name = identifier(part);
    // Wiring that exporters put before a layer bears the layer's path; the name is for the layer.
    let wiring = operator.to_lowercase();
    if matches!(operator, "Reshape" | "Transpose") && !name.to_lowercase().contains(&wiring) {
        name = format!("{name}_{wiring}");
    }
    if RESERVED.contains(&name.as_str()) {
        name.push('_');
    }
    if !taken.contains(&name) {
        return name;
    }
    let base = format!("{name}_{}", identifier(operator).to_lowercase());
    let mut unique = base.clone();
    let mut number = 2;
    while taken.contains(&unique) {
        unique = format!("{base}_{number}");
        number += 1;
    }
    unique
}

/// Returns letters, digits and single underscores, with a letter first.
fn identifier(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_matches('_');
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        format!("n{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_telling_part_of_a_path() {
        let taken = BTreeSet::from(["conv2d_1".to_owned()]);
        let rows = [
            ("sequential_1_1/re_lu_1/Relu", "Relu", "re_lu_1"),
            ("sequential_1_1/conv2d_1/Relu", "Relu", "conv2d_1_relu"),
            ("/conv1/Conv", "Conv", "conv1"),
            ("model/conv2d_2/BiasAdd__25", "Reshape", "conv2d_2_reshape"),
            ("Transpose__71", "Transpose", "Transpose_71"),
            ("Conv__166", "Conv", "Conv_166"),
            ("", "Gemm", "Gemm"),
            ("7", "Gemm", "n7"),
            ("x/signal/y", "Relu", "signal_"),
        ];
        for (node, operator, expected) in rows {
            assert_eq!(component_name(node, operator, &taken), expected);
        }
    }
}
