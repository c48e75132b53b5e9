//! What a circuit has to have, told from the integer model and not from the text: what the compiler makes of the text must be
//! this, and nothing else.

use std::collections::BTreeSet;

use super::constants::Constants;
use super::digest::{digest, public_values};
use super::seals::{packed, seal_components, seal_signals, sealed_inputs, seals};
use super::statement::{Signal, cost, parameters, ports, ranged};
use crate::kernel::{Cost, Kernel};
use crate::quantize::{InputVisibility, Layer, OutputVisibility, ParamsVisibility, QuantizedGraph};
use crate::seal::{RECIPIENT, Subject};

/// Signals by name, with the lengths of their axes.
pub type Signals = Vec<(String, Vec<usize>)>;

/// What a circuit has to have.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The main template.
    pub main: Template,
    /// The inputs that are public.
    pub public: BTreeSet<String>,
    /// The template of the model and how often it is placed as `model`, where it is not the main one.
    pub model: Option<(usize, Template)>,
    /// The constraints at `--O1`, where they are known beforehand.
    pub cost: Option<Cost>,
}

/// What a template has to have: every signal that it gives a value gets it by one constraint.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// The inputs.
    pub inputs: Signals,
    /// The outputs.
    pub outputs: Signals,
    /// The other signals.
    pub intermediates: Signals,
    /// The components: name, template, how many.
    pub components: Vec<(String, &'static str, usize)>,
}

impl Interface {
    /// Tells what the circuit of a quantized model has to have.
    pub(super) fn of(quantized: &QuantizedGraph, constants: &Constants) -> Self {
        let config = &quantized.config;
        let (inputs, outputs) = ports(quantized);
        let parameters = parameters(quantized, constants);
        let seals = seals(quantized);
        let has_digest = digest(quantized).is_some();
        let is_shown = config.output_visibility == OutputVisibility::Public;
        let names = |signals: &[Signal]| signals.iter().map(|signal| signal.name.clone()).collect::<Vec<_>>();
        let mut public: BTreeSet<String> = BTreeSet::new();
        if has_digest {
            public.insert("publicChallenge".to_owned());
        } else {
            if config.input == InputVisibility::Public {
                public.extend(names(&inputs));
            }
            if config.params == ParamsVisibility::Public {
                public.extend(names(&parameters));
            }
            public.insert(RECIPIENT.to_owned());
        }
        let model = Template::of_model(quantized, constants);
        let cost = Some(cost(quantized));
        let ranged = ranged(quantized, &parameters).len();
        if config.batch == 1 && seals.is_empty() && is_shown && !has_digest && ranged == 0 {
            return Self { main: model, public, model: None, cost };
        }

        let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
        let batched = |signals: &[Signal]| {
            signals
                .iter()
                .map(|signal| (signal.name.clone(), [outer, &signal.shape].concat()))
                .collect::<Signals>()
        };
        let mut main = Template { name: "Statement", inputs: batched(&inputs), ..Template::default() };
        main.inputs.extend(plain(&parameters));
        main.inputs.extend(sealed_inputs(&seals));
        let mut shown = if is_shown { batched(&outputs) } else { Vec::new() };
        main.components.push(("model".to_owned(), "Model", config.batch));
        if ranged > 0 {
            main.components.push((format!("{}Pack", Subject::Params.name()), "Pack", ranged));
        }
        for (subject, seal) in &seals {
            let values = packed(quantized, *subject);
            shown.extend(seal_signals(*subject, *seal, &values));
            main.components.extend(seal_components(*subject, *seal, &values));
        }
        if has_digest {
            main.intermediates = shown;
            main.digest();
            let packs = public_values(quantized, constants).iter().filter(|value| value.is_packed()).count();
            main.components.push(("publicPack".to_owned(), "Pack", packs));
        } else {
            main.outputs = shown;
        }
        Self { main, public, model: Some((config.batch, model)), cost }
    }
}

impl Template {
    /// Tells what the template of the model has to have.
    pub(super) fn of_model(quantized: &QuantizedGraph, constants: &Constants) -> Self {
        let (inputs, outputs) = ports(quantized);
        let is_fixed = quantized.config.params == ParamsVisibility::Fixed;
        let mut template =
            Self { name: "Model", inputs: plain(&inputs), outputs: plain(&outputs), ..Self::default() };
        template.inputs.extend(plain(&parameters(quantized, constants)));
        for layer in &quantized.layers {
            let shape = &quantized.quantities[layer.output].shape;
            match &layer.kernel {
                // Nothing stands for what has no values.
                _ if shape.contains(&0) => {}
                Kernel::Wiring { .. } => template.intermediates.push((layer.name.clone(), shape.clone())),
                kernel => {
                    if let Some(name) = kernel.template(is_fixed) {
                        template.components.push((layer.name.clone(), name, copies(quantized, layer)));
                    }
                }
            }
        }
        template
    }

    /// Adds what a digest takes.
    pub(super) fn digest(&mut self) {
        self.inputs.push(("publicChallenge".to_owned(), Vec::new()));
        self.outputs.extend(["publicHash", "publicValue"].map(|name| (name.to_owned(), Vec::new())));
        self.components.push(("publicDigest".to_owned(), "PublicDigest", 1));
    }
}

/// Returns how many components a layer is made of.
fn copies(quantized: &QuantizedGraph, layer: &Layer) -> usize {
    let size = |place: usize| quantized.quantities[place].shape.iter().product::<usize>();
    match &layer.kernel {
        kernel if kernel.is_elementwise() => size(layer.output),
        Kernel::Dense(parameters) => size(layer.output) / parameters.bias.len(),
        Kernel::MatMul(product) => product.stack,
        Kernel::ArgMax { rows, .. } => rows.outputs(),
        Kernel::OneHot { size: places } => size(layer.output) / places,
        _ => 1,
    }
}

/// Returns signals with their own axes.
pub(super) fn plain(signals: &[Signal]) -> Signals {
    signals.iter().map(|signal| (signal.name.clone(), signal.shape.clone())).collect()
}
