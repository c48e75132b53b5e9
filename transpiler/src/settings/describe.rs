//! What there is to know of a quantized model.

use super::{
    Constraints, Decimal, FORMAT, Fraction, InputSettings, LayerSettings, OutputSettings, PublicSignals,
    SealSettings, Settings, TensorSettings,
};
use crate::emit::{cost, digest, digest_cost, packed, public_count, seals};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{QuantizedGraph, scale_text};
use crate::seal::Seal;

impl Settings {
    /// Describes a quantized model; `model` is its file's name.
    pub fn of(quantized: &QuantizedGraph, model: &str) -> Self {
        let quantity = |place: usize| &quantized.quantities[place];
        let cost = cost(quantized);
        Self {
            format: FORMAT,
            model: model.to_owned(),
            model_hash: String::new(),
            scale: quantized.power.to_string(),
            input_visibility: quantized.config.input,
            params_visibility: quantized.config.params,
            output_visibility: quantized.config.output_visibility,
            batch: quantized.config.batch,
            seals: seals(quantized)
                .into_iter()
                .map(|(subject, seal)| SealSettings {
                    of: subject.name().to_owned(),
                    seal: match seal {
                        Seal::Hashed => "hashed",
                        Seal::Encrypted => "encrypted",
                    }
                    .to_owned(),
                    tensors: packed(quantized, subject).iter().map(TensorSettings::of).collect(),
                })
                .collect(),
            public_signals: match digest(quantized) {
                Some(_) => PublicSignals::Digest,
                None => PublicSignals::Plain,
            },
            public_values: public_count(quantized),
            digest_label: String::new(),
            constraints: Constraints { quadratic: cost.quadratic, linear: cost.linear },
            inputs: quantized
                .inputs
                .iter()
                .map(|port| {
                    let hull = Interval::hull(&quantity(port.place).intervals);
                    InputSettings {
                        name: port.name.clone(),
                        signal: port.signal.clone(),
                        shape: quantity(port.place).shape.clone(),
                        scale: Fraction(quantity(port.place).scale.clone()),
                        low: Decimal(hull.low),
                        high: Decimal(hull.high),
                        checked_by: quantized.config.input_check,
                    }
                })
                .collect(),
            outputs: quantized
                .outputs
                .iter()
                .map(|port| OutputSettings {
                    name: port.name.clone(),
                    signal: port.signal.clone(),
                    shape: quantity(port.place).shape.clone(),
                    scale: Fraction(quantity(port.place).scale.clone()),
                    is_class: quantized.is_class,
                    labels: port.labels.clone(),
                })
                .collect(),
            layers: quantized
                .layers
                .iter()
                .map(|layer| {
                    let hull = Interval::hull(&quantity(layer.output).intervals);
                    LayerSettings {
                        component: layer.name.clone(),
                        node: layer.node.clone(),
                        operator: layer.operator.to_owned(),
                        shape: quantity(layer.output).shape.clone(),
                        scale: scale_text(&quantity(layer.output).scale),
                        low: hull.low.to_string(),
                        high: hull.high.to_string(),
                        bits: hull.bits(),
                        quadratic: layer.cost.quadratic,
                        linear: layer.cost.linear,
                    }
                })
                .chain(digest(quantized).map(|values| digest_layer(values, digest_cost(quantized))))
                .collect(),
        }
    }
}

/// Returns the layer that hashes this number of public values.
fn digest_layer(values: usize, cost: Cost) -> LayerSettings {
    LayerSettings {
        component: "publicDigest".to_owned(),
        node: "public values".to_owned(),
        operator: "Digest".to_owned(),
        shape: vec![values],
        scale: "1".to_owned(),
        low: "0".to_owned(),
        high: "p - 1".to_owned(),
        bits: 254,
        quadratic: cost.quadratic,
        linear: cost.linear,
    }
}
