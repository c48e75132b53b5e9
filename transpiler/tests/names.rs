//! Names: whatever a model calls things, its circuit is the one that it has with harmless names, up to identifiers of ours, and
//! computes the same.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use proptest::prelude::*;
use support::{check_witness, floats};
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, emit, keras, passes, quantize};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Names that end comments, strings and paths, mean something to terminals, or are names of ours.
const HOSTILE: [&str; 62] = [
    "",
    "\n",
    "\r",
    "\r\n",
    "\n}\ntemplate Model() {\nsignal input x[3];\n//",
    "x`\n    signal output out[2];\n    out[0] <-- 1;\n}\ntemplate Other() {\n    //a/x/y",
    "*/",
    "/*",
    "//",
    "\"",
    "'",
    "`",
    "\\",
    ";",
    "../../../etc/passwd",
    "..",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\x1b[2J\x1b]0;x\x07",
    "\u{9b}31m",
    "ü",
    "漢字",
    "1",
    "_",
    "__",
    "x",
    "x_",
    "i",
    "in",
    "out",
    "out_1",
    "out_2",
    "class",
    "class_1",
    "model",
    "Model",
    "Statement",
    "main",
    "signal",
    "template",
    "component",
    "var",
    "Relu",
    "ToBits",
    "DenseFixed",
    "fc",
    "fc_weights",
    "fc_bias",
    "fc_weights_",
    "fc_to",
    "fc_from_1",
    "fc_constant_0",
    "act_values",
    "recipient",
    "inputSalt",
    "paramsHash",
    "outputPack",
    "publicChallenge",
    "publicHash",
];

/// Things of the model below that have a name: nodes, and the values and parameters between them.
const NODES: usize = 10;
const VALUES: usize = 10;

/// Returns a model with a bit of everything that makes names: two inputs, parameters, tables, wiring by tables, two outputs.
fn model(nodes: &[String], values: &[String]) -> Model {
    let mut taken = BTreeSet::new();
    // Values are told apart by their names.
    let values: Vec<String> = values
        .iter()
        .map(|name| {
            let mut name = name.clone();
            while name.is_empty() || !taken.insert(name.clone()) {
                name.push('~');
            }
            name
        })
        .collect();
    let name = |at: usize| values[at].clone();
    let node = |at: usize, operator: &str, inputs: &[usize], output: usize| ModelNode {
        name: nodes[at].clone(),
        operator: operator.to_owned(),
        inputs: inputs.iter().map(|input| name(*input)).collect(),
        outputs: vec![name(output)],
        attributes: BTreeMap::new(),
    };
    let weights = |seed: u32, count: usize| {
        (0..count).map(move |at| f64::from((seed + 7 * u32::try_from(at).unwrap()) % 13) / 8.0 - 0.75)
    };
    let mut concat = node(3, "Concat", &[4, 1], 5);
    concat.attributes.insert("axis".to_owned(), Attribute::Int(1));
    let mut gather = node(4, "Gather", &[5, 8], 6);
    gather.attributes.insert("axis".to_owned(), Attribute::Int(1));
    let order = [6, 2, 0, 5, 1, 6, 3, 0, 4, 2, 6, 5, 0, 1, 3, 6, 2, 4, 0, 5];
    Model {
        opset: 21,
        nodes: vec![
            node(0, "MatMul", &[0, 2], 3),
            node(1, "Sigmoid", &[3], 4),
            concat,
            gather,
            node(2, "MatMul", &[6, 7], 9),
        ],
        constants: BTreeMap::from([
            (name(2), floats(&[3, 4], weights(1, 12))),
            (name(7), floats(&[20, 2], weights(5, 40))),
            (name(8), Constant::Int(ArrayD::from_shape_vec(vec![20], order.to_vec()).unwrap())),
        ]),
        inputs: vec![(name(0), vec![1.into(), 3.into()]), (name(1), vec![1.into(), 3.into()])],
        integers: BTreeSet::new(),
        outputs: vec![name(9), name(4)],
    }
}

fn sample() -> Sample {
    let array = |values: [f64; 3]| ArrayD::from_shape_vec(vec![1, 3], values.to_vec()).unwrap();
    vec![array([0.5, -0.25, 0.75]), array([-1.0, 0.125, 0.5])]
}

fn config(params: ParamsVisibility, is_wrapped: bool) -> QuantizeConfig {
    QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(2)),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: Some((-1.0, 1.0)),
        input: if is_wrapped { InputVisibility::Hashed } else { InputVisibility::Public },
        params,
        input_check: if is_wrapped { InputCheck::Circuit } else { InputCheck::Verifier },
        output: OutputKind::Auto,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: if is_wrapped { PublicSignals::Digest } else { PublicSignals::Plain },
    }
}

fn quantized(model: &Model, config: &QuantizeConfig) -> QuantizedGraph {
    let mut graph = Graph::build(model).unwrap();
    passes::simplify(&mut graph);
    quantize(&graph, config, &[]).unwrap()
}

/// Splits a text into words of identifiers and what is between them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut was_word = false;
    for character in text.chars() {
        let is_word = character.is_ascii_alphanumeric() || character == '_';
        match tokens.last_mut() {
            Some(last) if is_word == was_word => last.push(character),
            _ => tokens.push(character.to_string()),
        }
        was_word = is_word;
    }
    tokens
}

/// Returns the lines of code but for what is included, without the ports of templates: their words are no names of ours, and a
/// component may be called like one.
fn code(text: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("// ") && !line.starts_with("include \"");
    let mut code = text.lines().filter(is_code).collect::<Vec<_>>().join("\n");
    for port in ["weights", "bias"] {
        code = code.replace(&format!(".{port} "), ".# ");
    }
    code
}

/// Compares sources up to a renaming that gives each identifier one name, and no two the same.
fn same_up_to_names(left: &QuantizedGraph, right: &QuantizedGraph) -> Result<(), String> {
    let (left, right) = (emit(left).unwrap(), emit(right).unwrap());
    let paths = |files: &[(String, String)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    if paths(&left.files) != paths(&right.files) {
        return Err(format!("files {:?}, expected {:?}", paths(&left.files), paths(&right.files)));
    }
    let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
    for ((path, left), (_, right)) in left.files.iter().zip(&right.files) {
        // The library is what it is.
        if path.contains('/') {
            if left != right {
                return Err(format!("{path} is another"));
            }
            continue;
        }
        if let Some(line) = left.lines().find(|line| !line.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        {
            return Err(format!("{path} has a line {line:?}"));
        }
        let (left, right) = (tokens(&code(left)), tokens(&code(right)));
        if left.len() != right.len() {
            return Err(format!("{path} has {} words, expected {}", left.len(), right.len()));
        }
        for (left, right) in left.into_iter().zip(right) {
            let is_word = left.starts_with(|first: char| first.is_ascii_alphabetic());
            if !is_word && left != right {
                return Err(format!("{path} has {left:?}, expected {right:?}"));
            }
            if left.len() > 100 {
                return Err(format!("{path} has a name of {} characters", left.len()));
            }
            if there.entry(left.clone()).or_insert_with(|| right.clone()) != &right
                || back.entry(right.clone()).or_insert_with(|| left.clone()) != &left
            {
                return Err(format!("{path}: `{left}` and `{right}` stand for several things"));
            }
        }
    }
    Ok(())
}

fn harmless(count: usize, kind: &str) -> Vec<String> {
    (0..count).map(|at| format!("{kind}{at}")).collect()
}

fn check(nodes: &[String], values: &[String], config: &QuantizeConfig) -> Result<(), String> {
    let own = quantized(&model(nodes, values), config);
    let plain = quantized(&model(&harmless(NODES, "n"), &harmless(VALUES, "v")), config);
    same_up_to_names(&own, &plain)?;
    if config.public_signals == PublicSignals::Digest {
        return support::compiled(&emit(&own).unwrap().files).map(|_| ());
    }
    check_witness(&own, &sample(), &own.eval(&sample()).unwrap())
}

fn long() -> String {
    "a\n/b".repeat(2_500)
}

/// Every hostile name in every place.
#[test]
fn no_name_becomes_source() {
    let long = long();
    let names: Vec<&str> = HOSTILE.iter().copied().chain([long.as_str()]).collect();
    for (at, params) in [ParamsVisibility::Fixed, ParamsVisibility::Private].into_iter().enumerate() {
        for first in (0..names.len()).step_by(4) {
            let pick = |offset: usize| names[(first + offset) % names.len()].to_owned();
            let nodes: Vec<String> = (0..NODES).map(pick).collect();
            let values: Vec<String> = (0..VALUES).map(|place| pick(place * 3 + at)).collect();
            check(&nodes, &values, &config(params, first % 8 == 0))
                .unwrap_or_else(|problem| panic!("{nodes:?} {values:?}: {problem}"));
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => Just(long()),
        2 => any::<String>(),
        2 => "(fc|act|out|x|model)(_(weights|bias|values|slopes|to|from|constant|relu))?(_[0-9])?_?",
        1 => (prop::sample::select(&HOSTILE[..]), prop::sample::select(&HOSTILE[..])).prop_map(|(a, b)| format!("{a}/{b}/z")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sources_are_those_of_harmless_names(
        nodes in proptest::collection::vec(name(), NODES),
        values in proptest::collection::vec(name(), VALUES),
        is_fixed in any::<bool>(),
        is_wrapped in any::<bool>(),
    ) {
        let params = if is_fixed { ParamsVisibility::Fixed } else { ParamsVisibility::Private };
        check(&nodes, &values, &config(params, is_wrapped)).map_err(TestCaseError::fail)?;
    }
}

fn keras_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models/mnist_mobilenet_block/model.keras")
}

/// Returns a Keras file whose layers have other names.
fn renamed(bytes: &[u8], names: &BTreeMap<String, String>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name == "config.json" {
            let mut text = String::from_utf8(content).unwrap();
            for (old, new) in names {
                let json = |text: &str| serde_json::to_string(text).unwrap();
                text = text.replace(&json(old), &json(new));
            }
            content = text.into_bytes();
        }
        written.start_file(name, SimpleFileOptions::default()).unwrap();
        written.write_all(&content).unwrap();
    }
    written.finish().unwrap().into_inner()
}

/// A Keras file gives its layers' names to nodes and to the input.
#[test]
fn no_name_of_a_keras_layer_becomes_source() {
    let bytes = fs::read(keras_model()).unwrap();
    let config: serde_json::Value = {
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut text = String::new();
        archive.by_name("config.json").unwrap().read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let layers: Vec<String> = config["config"]["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(layers.len() > 5);
    let folder = tempfile::tempdir().unwrap();
    let graph = |names: &dyn Fn(usize) -> String| {
        let names = layers.iter().enumerate().map(|(at, old)| (old.clone(), names(at))).collect();
        let path = folder.path().join("model.keras");
        fs::write(&path, renamed(&bytes, &names)).unwrap();
        let mut graph = Graph::build(&keras::load(&path).unwrap()).unwrap();
        passes::simplify(&mut graph);
        quantize(&graph, &config_of_images(), &[]).unwrap()
    };
    let plain = graph(&|at| format!("layer{at}"));
    // Layers are told apart by their names.
    for shift in 0..3 {
        let hostile =
            graph(&|at| format!("k{}{}", HOSTILE[(at * 7 + shift * 11) % HOSTILE.len()], "~".repeat(at)));
        same_up_to_names(&hostile, &plain).unwrap();
    }
}

fn config_of_images() -> QuantizeConfig {
    QuantizeConfig { input_range: Some((0.0, 1.0)), ..config(ParamsVisibility::Private, false) }
}
