//! Names of a model's nodes and inputs to names of signals and components.
//!
//! A model names things as it likes: nothing of a name but letters and digits comes into a source, and what comes is no name of
//! ours.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::seal::RECIPIENT;

/// Words that circom keeps for itself, and the names of loops.
const KEYWORDS: [&str; 35] = [
    "assert",
    "bus",
    "component",
    "custom",
    "custom_templates",
    "do",
    "else",
    "extern_c",
    "false",
    "for",
    "function",
    "i",
    "if",
    "in",
    "include",
    "input",
    "j",
    "k",
    "l",
    "log",
    "main",
    "model",
    "Model",
    "out",
    "output",
    "parallel",
    "pragma",
    "public",
    "return",
    "signal",
    "Statement",
    "template",
    "true",
    "var",
    "while",
];

/// What the names of subjects, and of public values, are put before: `inputSalt`, `publicHash`.
const SUBJECTS: [&str; 4] = ["input", "params", "output", "public"];

/// What is put behind them.
const PARTS: [&str; 15] = [
    "Challenge",
    "Cipher",
    "Ciphertext",
    "Digest",
    "Form",
    "Hash",
    "Own",
    "Pack",
    "Salt",
    "Secret",
    "Sender",
    "Shared",
    "Sponge",
    "Tag",
    "Value",
];

/// What is put behind the name of a layer for its parameters and tables; a number may follow.
const OF_LAYERS: [&str; 7] = ["weights", "bias", "values", "slopes", "to", "from", "constant"];

/// Most characters of a name before what makes it unique.
const LONGEST: usize = 64;

/// The templates and functions of the library, which share their names with the functions of a circuit.
static LIBRARY: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let definition = |line: &'static str| {
        let rest = line.strip_prefix("template ").or_else(|| line.strip_prefix("function "))?;
        let rest = ["custom ", "parallel "].iter().fold(rest, |rest, word| rest.trim_start_matches(word));
        rest.split('(').next().map(str::trim)
    };
    tensorproof_templates::FILES.iter().flat_map(|(_, text)| text.lines().filter_map(definition)).collect()
});

/// Returns whether a circuit has the name for something else: a keyword, one of its own signals and components, what it calls
/// the parts of a layer, or a definition of the library.
fn is_kept(name: &str) -> bool {
    let numbered = |name: &str, base: &str| {
        let rest = name.strip_prefix(base);
        rest.is_some_and(|rest| {
            let number = rest.strip_prefix('_').filter(|number| !number.is_empty());
            rest.is_empty() || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    let is_of_subject = |subject: &str| name.strip_prefix(subject).is_some_and(|part| PARTS.contains(&part));
    // `conv_weights` and `conv_from_2`, but not `weights`, which is behind no layer.
    let is_of_layer = |part: &str| {
        let at = name.rfind(&format!("_{part}"));
        at.is_some_and(|at| at > 0 && numbered(&name[at + 1..], part))
    };
    KEYWORDS.contains(&name)
        || name == RECIPIENT
        || ["out", "class"].iter().any(|output| numbered(name, output))
        || SUBJECTS.iter().any(|subject| is_of_subject(subject))
        || OF_LAYERS.iter().any(|part| is_of_layer(part))
        || LIBRARY.contains(name)
}

/// Returns a name for a component or an input: the part of the node's path that tells it from others, as an identifier that is
/// not among `taken`.
///
/// Of the node's name only ASCII letters, digits and single underscores are left, at most [`LONGEST`]; whatever it is, the
/// name is none that the circuit has for something else ([`is_kept`]), and so are those that the emitter makes of it.
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
    let name = apart(name);
    if !taken.contains(&name) {
        return name;
    }
    let base = apart(format!("{name}_{}", identifier(operator).to_lowercase()));
    let numbered = |number: usize| if number == 1 { base.clone() } else { apart(format!("{base}_{number}")) };
    // Of more names than are taken, one is not.
    let unique = (1..=taken.len() + 1).map(numbered).find(|unique| !taken.contains(unique));
    unique.unwrap_or(base)
}

/// Returns a name with an underscore behind it if the circuit keeps it for something else. Names that it keeps end in none.
fn apart(mut name: String) -> String {
    if is_kept(&name) {
        name.push('_');
    }
    name
}

/// Returns letters, digits and single underscores, with a letter first.
fn identifier(text: &str) -> String {
    let mut name = String::with_capacity(text.len().min(LONGEST));
    for character in text.chars() {
        if name.len() == LONGEST {
            break;
        }
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('_') {
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

    /// Each would be something else of the circuit, or of what is made of a layer's name.
    #[test]
    fn leaves_names_that_the_circuit_has() {
        let long = "a".repeat(10_000);
        let rows = [
            ("in", "in_"),
            ("main", "main_"),
            ("class", "class_"),
            ("out_12", "out_12_"),
            ("out_x", "out_x"),
            ("Model", "Model_"),
            ("ToBits", "ToBits_"),
            ("recipient", "recipient_"),
            ("publicHash", "publicHash_"),
            ("inputSalt", "inputSalt_"),
            ("fc_weights", "fc_weights_"),
            ("fc_from_2", "fc_from_2_"),
            ("fc_from_2x", "fc_from_2x"),
            ("weights", "weights"),
            ("a`\n}\r*", "a"),
            ("\0\u{2028}", "n"),
            (long.as_str(), &long[..LONGEST]),
        ];
        for (node, expected) in rows {
            assert_eq!(component_name(node, "Relu", &BTreeSet::new()), expected);
        }
    }

    /// What the emitter makes of a name is no definition of the library.
    #[test]
    fn no_definition_of_the_library_is_called_like_a_part_of_a_layer() {
        assert!(LIBRARY.len() > 50 && LIBRARY.contains("PoseidonSponge"));
        for name in LIBRARY.iter() {
            let is_part = OF_LAYERS.iter().any(|part| name.contains(&format!("_{part}")));
            assert!(!is_part && !name.ends_with('_'), "{name}");
        }
    }
}
