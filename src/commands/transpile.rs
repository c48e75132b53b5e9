//! `tensorproof transpile`: a model to a circuit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ndarray::ArrayD;
use serde_json::{Value, json};
use tensorproof_circom::Circuit;
use tensorproof_r1cs::Fr;
use tensorproof_transpiler::data::{Contents, input_shapes};
use tensorproof_transpiler::graph::EdgeId;
use tensorproof_transpiler::quantize::{
    self, Agreement, MOST_BITS, OutputKind, Power, QuantizeConfig, QuantizedGraph, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, Lengths, Settings, emit, load_graph_of};

use super::Output;
use crate::baby_jubjub;
use crate::build_dir::BuildDir;
use crate::cli::{
    CircuitArgs, InputCheck, InputVisibility, OutputVisibility, ParamsVisibility, PublicSignals,
    TranspileArgs,
};
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::{Terminal, grouped, visible};

/// Largest relative error that `--scale auto` accepts.
const TOLERANCE: f64 = 0.05;
/// Inputs that are made up when there are none to calibrate with.
const MADE_UP_SAMPLES: usize = 16;

pub(super) fn run(args: &TranspileArgs, output: Output) -> Result<()> {
    let dir = BuildDir::create(&build_dir(args.output.as_deref(), &args.model))?;
    let quantized = quantize_model(&args.model, &args.circuit, None, output.terminal)?;
    let recipient = recipient(&args.circuit)?;
    let (settings, _, _) =
        write_circuit(&dir, &quantized, &args.model, recipient, &args.circuit.digest_label, output)?;
    let text = format!(
        "{} layers at scale {}, {} constraints: {}",
        settings.layers.len(),
        settings.scale,
        grouped(total(&quantized.model)),
        dir.path(crate::build_dir::Artefact::Circuit).display()
    );
    output.result(&json_of(&settings, &quantized), &text)
}

/// Emits and compiles the circuit of a quantized model, and writes its sources. Returns also how long compiling took.
pub(super) fn write_circuit(
    dir: &BuildDir,
    quantized: &Quantized,
    model: &Path,
    recipient: Option<[Fr; 2]>,
    digest_label: &str,
    output: Output,
) -> Result<(Settings, Circuit, Duration)> {
    let mut draft = stages::Draft::new(&quantized.model, model, quantized.hash, digest_label)?;
    let (circuit, took) = output.terminal.stage("compile", || draft.compile(), super::compile::described)?;
    Ok((draft.write(dir, recipient)?, circuit, took))
}

/// Returns the build directory: the one given, or one beside the user that is named after the model.
pub(super) fn build_dir(given: Option<&Path>, model: &Path) -> PathBuf {
    if let Some(given) = given {
        return given.to_owned();
    }
    let stem = model.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    // `mnist/model.onnx` is better told by its folder.
    let folder = model.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let name = match folder {
        Some(folder) if stem == "model" => folder,
        _ => stem,
    };
    PathBuf::from(format!("{name}-build"))
}

/// A quantized model with what it was made from.
pub(super) struct Quantized {
    pub(super) graph: Graph,
    /// The hash of what was read of the model.
    pub(super) hash: [u8; 32],
    pub(super) model: QuantizedGraph,
    pub(super) agreement: Agreement,
    /// Largest difference of each layer from the float model on the calibration inputs.
    pub(super) layer_errors: Vec<Option<f64>>,
    /// The calibration inputs.
    pub(super) samples: Vec<Sample>,
}

/// The inputs to prove, of which some are picked once the shapes of the inputs are known.
pub(super) struct Inputs<'p> {
    pub(super) contents: &'p Contents,
    pub(super) pick: &'p dyn Fn(&Graph) -> Result<Vec<Sample>>,
}

/// Reads and quantizes a model; `inputs` are those to prove, if there are some already.
pub(super) fn quantize_model(
    model: &Path,
    args: &CircuitArgs,
    inputs: Option<Inputs<'_>>,
    terminal: Terminal,
) -> Result<Quantized> {
    let lengths = Lengths { shapes: shapes(&args.shapes)?, dims: dims(&args.dims)?, contents: None };
    quantize_with(model, lengths, config(args)?, args.calibrate.as_deref(), inputs, terminal)
}

/// What a bounty is about: numbers, and whose parameters.
pub(super) struct BountyModel {
    pub(super) scale: ScaleChoice,
    pub(super) layer_scales: BTreeMap<String, Power>,
    /// Of the input's real values, which bytes are spread over.
    pub(super) input_range: (f64, f64),
    pub(super) scope: Scope,
}

/// Reads and quantizes a model for the statements of a bounty, which check its input and show nothing of it.
pub(super) fn quantize_for_bounty(
    path: &Path,
    model: BountyModel,
    calibrate: Option<&Path>,
    terminal: Terminal,
) -> Result<Quantized> {
    let config = QuantizeConfig {
        scale: model.scale,
        layer_scales: model.layer_scales,
        tolerance: TOLERANCE,
        scope: model.scope,
        input_range: Some(model.input_range),
        input: quantize::InputVisibility::Public,
        params: quantize::ParamsVisibility::Hashed,
        input_check: quantize::InputCheck::Verifier,
        public_signals: quantize::PublicSignals::Plain,
        output: OutputKind::Auto,
        output_visibility: quantize::OutputVisibility::Public,
        batch: 1,
    };
    quantize_with(path, Lengths::default(), config, calibrate, None, terminal)
}

fn quantize_with(
    model: &Path,
    lengths: Lengths<'_>,
    mut config: QuantizeConfig,
    calibrate: Option<&Path>,
    inputs: Option<Inputs<'_>>,
    terminal: Terminal,
) -> Result<Quantized> {
    let calibration = calibrate.map(Contents::load).transpose()?;
    let contents = inputs.as_ref().map(|inputs| inputs.contents).or(calibration.as_ref());
    let lengths = Lengths { contents, ..lengths };
    let ((graph, hash), _) = terminal.stage(
        "import",
        || load_graph_of(model, &lengths).map_err(Error::from),
        |(graph, _): &(Graph, [u8; 32])| described(graph),
    )?;
    let samples = match (&calibration, inputs) {
        (Some(calibration), _) => calibration.samples(&input_shapes(&graph))?,
        (None, Some(inputs)) => (inputs.pick)(&graph)?,
        // The circuit is there already, whatever its scale gives.
        (None, None) if matches!(config.scope, Scope::Given(_)) => Vec::new(),
        (None, None) => {
            let range = *config.input_range.get_or_insert((-1.0, 1.0));
            terminal.warn(&format!(
                "no calibration inputs: scale and error are those of {MADE_UP_SAMPLES} made-up inputs in [{}, {}]",
                range.0, range.1
            ));
            made_up(&graph, range)
        }
    };
    let work = || -> Result<(QuantizedGraph, Agreement, Vec<Option<f64>>)> {
        let quantized = quantize::quantize(&graph, &config, &samples)?;
        let agreement = quantized.compare(&graph, &samples)?;
        let layer_errors = quantized.layer_errors(&graph, &samples)?;
        Ok((quantized, agreement, layer_errors))
    };
    let ((quantized, agreement, layer_errors), _) =
        terminal.stage("quantize", work, |(quantized, agreement, _)| match agreement.samples {
            0 => format!("scale {}", quantized.power),
            _ => format!("scale {}, largest error {:.2e}", quantized.power, agreement.max_abs_error),
        })?;
    Ok(Quantized { graph, hash, model: quantized, agreement, layer_errors, samples })
}

/// Returns what a model is, with the shapes of a sample where lengths were open.
fn described(graph: &Graph) -> String {
    let shape = |edge: &EdgeId| {
        let (edge, is_batched) = (&graph.edges[edge.0], graph.batched.contains(edge));
        let lengths: Vec<String> = edge.shape.iter().map(usize::to_string).collect();
        let batch = if is_batched { ", of a batch" } else { "" };
        format!("`{}` [{}]{batch}", visible(&edge.name), lengths.join(", "))
    };
    let shapes: Vec<String> = graph.inputs.iter().map(shape).collect();
    format!("{} nodes; a sample is {}", graph.nodes.len(), shapes.join(", "))
}

pub(super) fn total(quantized: &QuantizedGraph) -> usize {
    let cost = emit::cost(quantized);
    cost.quadratic + cost.linear
}

/// Returns what is known of a quantized model, for machines.
pub(super) fn json_of(settings: &Settings, quantized: &Quantized) -> Value {
    let cost = emit::cost(&quantized.model);
    json!({
        "scale": settings.scale,
        "constraints": { "quadratic": cost.quadratic, "linear": cost.linear, "total": cost.quadratic + cost.linear },
        "max_abs_error": quantized.agreement.max_abs_error,
        "same_class": quantized.agreement.same_class,
        "samples": quantized.agreement.samples,
        "layers": layers(settings, &quantized.layer_errors),
    })
}

/// Returns the layers for machines; `errors` may be empty when there is nothing to compare with.
pub(super) fn layers(settings: &Settings, errors: &[Option<f64>]) -> Vec<Value> {
    let row = |(index, layer): (usize, &tensorproof_transpiler::settings::LayerSettings)| {
        json!({
            "component": layer.component,
            "node": layer.node,
            "operator": layer.operator,
            "shape": layer.shape,
            "scale": layer.scale,
            "range": [layer.low, layer.high],
            "bits": layer.bits,
            "headroom_bits": MOST_BITS.saturating_sub(layer.bits),
            "max_abs_error": errors.get(index).copied().flatten(),
            "constraints": { "quadratic": layer.quadratic, "linear": layer.linear },
        })
    };
    settings.layers.iter().enumerate().map(row).collect()
}

fn config(args: &CircuitArgs) -> Result<QuantizeConfig> {
    let tolerance = args.tolerance.unwrap_or(TOLERANCE);
    if !(tolerance > 0.0 && tolerance.is_finite()) {
        let value = tolerance.to_string();
        return Err(Error::Option { option: "--tolerance", value, expected: "a positive number" });
    }
    let input = match args.input_visibility {
        InputVisibility::Public => quantize::InputVisibility::Public,
        InputVisibility::Private => quantize::InputVisibility::Private,
        InputVisibility::Hashed => quantize::InputVisibility::Hashed,
    };
    let check_in_circuit = match args.input_check {
        InputCheck::Auto => input != quantize::InputVisibility::Public,
        InputCheck::Circuit => true,
        InputCheck::Verifier => false,
    };
    Ok(QuantizeConfig {
        scale: scale(&args.scale)?,
        tolerance,
        layer_scales: layer_scales(&args.layer_scales)?,
        scope: Scope::Model,
        input_range: args.input_range.as_deref().map(range).transpose()?,
        input,
        params: match args.params_visibility {
            ParamsVisibility::Public => quantize::ParamsVisibility::Public,
            ParamsVisibility::Private => quantize::ParamsVisibility::Private,
            ParamsVisibility::Hashed => quantize::ParamsVisibility::Hashed,
            ParamsVisibility::Encrypted => quantize::ParamsVisibility::Encrypted,
            ParamsVisibility::Fixed => quantize::ParamsVisibility::Fixed,
        },
        input_check: if check_in_circuit {
            quantize::InputCheck::Circuit
        } else {
            quantize::InputCheck::Verifier
        },
        public_signals: match args.public_signals {
            PublicSignals::Auto => quantize::PublicSignals::Auto,
            PublicSignals::Plain => quantize::PublicSignals::Plain,
            PublicSignals::Digest => quantize::PublicSignals::Digest,
        },
        output: if args.raw { OutputKind::Raw } else { OutputKind::Auto },
        output_visibility: match args.output_visibility {
            OutputVisibility::Public => quantize::OutputVisibility::Public,
            OutputVisibility::Private => quantize::OutputVisibility::Private,
            OutputVisibility::Hashed => quantize::OutputVisibility::Hashed,
            OutputVisibility::Encrypted => quantize::OutputVisibility::Encrypted,
        },
        batch: args.batch,
    })
}

/// Returns the key that is encrypted to, which there is when something is encrypted, and only then.
pub(super) fn recipient(args: &CircuitArgs) -> Result<Option<[Fr; 2]>> {
    let is_encrypted = args.params_visibility == ParamsVisibility::Encrypted
        || args.output_visibility == OutputVisibility::Encrypted;
    match &args.recipient {
        Some(text) if is_encrypted => baby_jubjub::read_public(text).map(Some),
        None if !is_encrypted => Ok(None),
        given => Err(Error::Option {
            option: "--recipient",
            value: given.clone().unwrap_or_default(),
            expected: "a key where something is encrypted, and none elsewhere",
        }),
    }
}

pub(super) fn scale(text: &str) -> Result<ScaleChoice> {
    match text {
        "auto" => Ok(ScaleChoice::Auto),
        "max" => Ok(ScaleChoice::Max),
        _ => Power::parse(text).map(ScaleChoice::Power).ok_or_else(|| {
            let expected = "`auto`, `max`, `10^1` to `10^75`, or `2^1` to `2^249`";
            Error::Option { option: "--scale", value: text.to_owned(), expected }
        }),
    }
}

pub(super) fn layer_scales(given: &[String]) -> Result<BTreeMap<String, Power>> {
    let scale = |text: &String| {
        // Names of nodes may have any character.
        let pair =
            text.rsplit_once('=').and_then(|(name, scale)| Some((name.to_owned(), Power::parse(scale)?)));
        pair.ok_or_else(|| {
            let expected = "a layer and its scale, such as `conv_1=10^2` or `conv_1=2^5`";
            Error::Option { option: "--layer-scale", value: text.clone(), expected }
        })
    };
    given.iter().map(scale).collect()
}

fn shapes(given: &[String]) -> Result<BTreeMap<String, Vec<usize>>> {
    let shape = |text: &String| {
        let pair = text.rsplit_once('=').and_then(|(name, lengths)| {
            let lengths: Option<Vec<usize>> = lengths.split(',').map(length).collect();
            Some((name.to_owned(), lengths?))
        });
        pair.ok_or_else(|| {
            let expected = "an input and the lengths of its axes, such as `x=1,16,512`";
            Error::Option { option: "--shape", value: text.clone(), expected }
        })
    };
    given.iter().map(shape).collect()
}

fn dims(given: &[String]) -> Result<BTreeMap<String, usize>> {
    let dim = |text: &String| {
        let pair = text.rsplit_once('=').and_then(|(name, text)| Some((name.to_owned(), length(text)?)));
        pair.ok_or_else(|| {
            let expected = "the name of an axis and its length, such as `seq=16`";
            Error::Option { option: "--dim", value: text.clone(), expected }
        })
    };
    given.iter().map(dim).collect()
}

fn length(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|length| *length > 0)
}

pub(super) fn range(text: &str) -> Result<(f64, f64)> {
    let bounds = text
        .split_once(',')
        .and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    if let Some(bounds) =
        bounds.filter(|(low, high): &(f64, f64)| low < high && low.is_finite() && high.is_finite())
    {
        Ok(bounds)
    } else {
        let expected = "two finite numbers, the lower one first, such as `0,1`";
        Err(Error::Option { option: "--input-range", value: text.to_owned(), expected })
    }
}

/// Returns inputs spread over a range, the same ones each time.
fn made_up(graph: &Graph, (low, high): (f64, f64)) -> Vec<Sample> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        // The generator of Knuth's MMIX; its upper bits are good enough to spread values.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
        let fraction = (state >> 32) as f64 / 4_294_967_296.0;
        low + (high - low) * fraction
    };
    let shapes = input_shapes(graph);
    (0..MADE_UP_SAMPLES)
        .map(|_| {
            shapes.iter().map(|input| ArrayD::from_shape_simple_fn(input.shape.clone(), &mut next)).collect()
        })
        .collect()
}
