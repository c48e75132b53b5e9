//! `tensorproof bounty circuits`: a model to the statements of a bounty for its architecture.

use std::collections::BTreeMap;

use serde_json::json;
use tensorproof_contracts::bounty::{MAX_CIPHERTEXT, MAX_SAMPLES};
use tensorproof_transpiler::emit::{Bounty, Statement, TestSet, bounty};
use tensorproof_transpiler::quantize::{Architecture, QuantizedGraph, Scope};
use tensorproof_transpiler::settings::TensorSettings;

use crate::bounty::{
    FolderJson, ImageJson, Kind, ModelJson, StatementJson, StatementsJson, architecture, compile,
};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::BountyCircuitsArgs;
use crate::commands::Output;
use crate::commands::transpile::{self, BountyModel};
use crate::error::{Error, Result};
use crate::form_json::FORMAT;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &BountyCircuitsArgs, output: Output) -> Result<()> {
    let over = |what, found, most| Error::OverLimit { what, found, most };
    if args.samples > MAX_SAMPLES {
        return Err(over("samples", args.samples as usize, MAX_SAMPLES));
    }
    let model = BountyModel {
        scale: transpile::scale(&args.scale)?,
        layer_scales: transpile::layer_scales(&args.layer_scales)?,
        input_range: transpile::range(&args.input_range)?,
        scope: Scope::Any { headroom: args.headroom },
    };
    let quantized =
        transpile::quantize_for_bounty(&args.model, model, args.calibrate.as_deref(), output.terminal)?.model;
    let bytes = args.sample_bytes.unwrap_or_else(|| image_size(&quantized));
    let test_set = TestSet { samples: args.samples as usize, bytes };
    let statements = bounty(&quantized, test_set)?;
    if statements.ciphertext_length > MAX_CIPHERTEXT as usize {
        return Err(over("elements of the ciphertext", statements.ciphertext_length, MAX_CIPHERTEXT));
    }
    let root = &args.output;
    let mut sizes = BTreeMap::new();
    let mut hash = None;
    // All of them first: a folder is replaced whole or not at all.
    Kind::ALL
        .iter()
        .try_for_each(|kind| stages::keep_ceremony_key(&BuildDir::new(&root.join(kind.name()))))?;
    for kind in Kind::ALL {
        let dir = BuildDir::create(&root.join(kind.name()))?;
        write(&dir, statement(&statements, kind), (kind == Kind::TestSet).then_some(&statements.root))?;
        let (circuit, _) = output.terminal.stage(
            kind.name(),
            || {
                let circuit = compile(&dir)?;
                stages::check_interface(&circuit, &statement(&statements, kind).program.interface)?;
                dir.write(Artefact::R1cs, |writer| circuit.r1cs.write(writer))?;
                Ok::<_, Error>(circuit)
            },
            |circuit| format!("{} constraints", grouped(circuit.r1cs.len())),
        )?;
        sizes.insert(kind.name(), circuit.r1cs.len());
        if kind == Kind::Accuracy {
            hash = Some(architecture(&dir, &circuit));
        }
    }
    let hash = hash.ok_or(Error::Internal("a bounty has no accuracy circuit"))?.to_string();
    let json = folder_json(test_set, &quantized, &statements, hash.clone())?;
    let text =
        serde_json::to_string_pretty(&json).map_err(|_| Error::Internal("a bounty folder is no JSON"))?;
    BuildDir::new(root).write_text("bounty.json", &format!("{text}\n"))?;
    let next = format!(
        "{}: now `tensorproof setup {}` and the same for testset and delivery, with a ceremony for anything that money rests on",
        root.display(),
        root.join(Kind::Accuracy.name()).display()
    );
    output.result(&json!({ "folder": root, "architecture": hash, "constraints": sizes }), &next)
}

/// Returns one of the statements.
pub(super) fn statement(bounty: &Bounty, kind: Kind) -> &Statement {
    match kind {
        Kind::TestSet => &bounty.test_set,
        Kind::Accuracy => &bounty.accuracy,
        Kind::Delivery => &bounty.delivery,
    }
}

/// Returns the values of the model's input.
fn image_size(quantized: &QuantizedGraph) -> usize {
    quantized.inputs.first().map_or(0, |port| quantized.quantities[port.place].shape.iter().product())
}

fn write(dir: &BuildDir, statement: &Statement, root: Option<&String>) -> Result<()> {
    dir.remove(&[Artefact::R1cs, Artefact::Symbols, Artefact::ProvingKey, Artefact::VerifyingKey])?;
    for (path, text) in &statement.program.files {
        dir.write_text(path, text)?;
    }
    if let Some(root) = root {
        dir.write_text("root.circom", root)?;
    }
    Ok(())
}

/// Returns what `bounty.json` says of circuits.
pub(super) fn folder_json(
    test_set: TestSet,
    quantized: &QuantizedGraph,
    bounty: &Bounty,
    architecture: String,
) -> Result<FolderJson> {
    let TestSet { samples, bytes } = test_set;
    let image = image_size(quantized);
    let range = quantized.config.input_range.ok_or(Error::Internal("a bounty's input has no range"))?;
    let values = |kind| StatementJson {
        values: statement(bounty, kind).values.iter().map(|(name, _)| name.clone()).collect(),
    };
    // Layers are called after their components: the nodes of another model have other names.
    let component = |name: &String| {
        let layer = quantized.layers.iter().find(|layer| {
            layer.kernel.parameters().is_some() && (layer.name == *name || layer.node == *name)
        });
        layer.map_or_else(|| name.clone(), |layer| layer.name.clone())
    };
    let layer_scales = &quantized.config.layer_scales;
    let pixels = &bounty.pixels;
    Ok(FolderJson {
        format: FORMAT,
        samples: u32::try_from(samples).map_err(|_| Error::Internal("a test set has over 2^32 samples"))?,
        sample_bytes: bytes,
        image: ImageJson {
            first: bytes - image,
            size: image,
            factor: pixels.factor.to_string(),
            offset: pixels.offset.to_string(),
            divisor: pixels.divisor.to_string(),
        },
        ciphertext_length: u32::try_from(bounty.ciphertext_length)
            .map_err(|_| Error::Internal("a ciphertext has over 2^32 elements"))?,
        architecture,
        parameters: bounty.params.iter().map(TensorSettings::of).collect(),
        model: ModelJson {
            scale: quantized.power.to_string(),
            layer_scales: layer_scales
                .iter()
                .map(|(name, power)| format!("{}={power}", component(name)))
                .collect(),
            input_range: [range.0, range.1],
            widths: Architecture::of(quantized),
        },
        statements: StatementsJson {
            testset: values(Kind::TestSet),
            accuracy: values(Kind::Accuracy),
            delivery: values(Kind::Delivery),
        },
    })
}
