//! `tensorproof run`: from a model and an input to a proof that a contract accepts.

use std::time::Duration;

use num_bigint::BigInt;
use serde_json::{Map, Value, json};
use tensorproof_circom::Circuit;
use tensorproof_contracts::evm;
use tensorproof_transpiler::data::{Contents, input_shapes};
use tensorproof_transpiler::quantize::Agreement;
use tensorproof_transpiler::{Graph, Settings};

use super::transpile::Quantized;
use super::{Output, prove, setup, transpile, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::RunArgs;
use crate::error::{Error, Result};
use crate::stages::{self, Data, Statement};
use crate::terminal::{grouped, seconds};

pub(super) fn run(args: &RunArgs, output: Output) -> Result<()> {
    let terminal = output.terminal;
    let dir = BuildDir::create(&transpile::build_dir(args.output.as_deref(), &args.model))?;
    let mut times = Times::default();

    let started = std::time::Instant::now();
    let Inference { quantized, data, expected, agreement, settings, circuit, compiling } =
        transpiled(args, &dir, output)?;
    times.add("transpile", started.elapsed().saturating_sub(compiling));
    times.add("compile", compiling);
    stages::write_compiled(&dir, &circuit)?;
    let (key, took) = terminal.stage("setup", || stages::set_up(&dir, &circuit.r1cs), setup::described)?;
    times.add("setup", took);
    let (witness, took) = terminal.stage(
        "witness",
        || stages::solve(&dir, &circuit, &settings, &data),
        |witness| format!("{} wires", grouped(witness.0.len())),
    )?;
    times.add("witness", took);

    let public = circuit.r1cs.public_values(&witness);
    let values = stages::public_values(&dir, &settings, &circuit.r1cs, &witness)?;
    let integers = stages::output_integers(&settings, &circuit, &witness)?;
    let specified = quantized
        .model
        .outputs
        .iter()
        .flat_map(|port| expected.iter().flat_map(|values| &values[port.place]));
    if !specified.eq(integers.iter().flatten()) {
        return Err(Error::Internal("the circuit's outputs differ from the integer model's"));
    }

    let (proof, took) = terminal.stage(
        "prove",
        || stages::prove_witness(&dir, &key, &circuit.r1cs, &witness, args.work.work()),
        |_| format!("{} bytes", prove::PROOF_BYTES),
    )?;
    times.add("prove", took);
    let statement = Statement {
        vk: stages::checked_key(&dir.path(Artefact::ProvingKey), key.vk.clone())?,
        public: public.to_vec(),
        digested: stages::has_digest(&settings).then(|| values.clone()),
        proof,
    };
    let ((), took) = terminal.stage(
        "verify",
        || stages::verify_statement(&statement, Some(&settings)),
        |()| statement.described(),
    )?;
    times.add("verify", took);
    let config = stages::verifier_config(Some(&settings), &key.vk, "Verifier")?;
    let (_, took) = terminal.stage(
        "export",
        || stages::export(&dir, &key.vk, &config),
        |export| match export.data_contracts.len() {
            0 => "Verifier.sol".to_owned(),
            count => format!("Verifier.sol and {count} data contracts"),
        },
    )?;
    times.add("export", took);
    let (report, took) = terminal.stage(
        "evm",
        || {
            evm::verify(&statement.vk, &config, &statement.contract_inputs()?, &statement.proof)
                .map_err(Error::from)
        },
        |report| format!("the contract accepts for {} gas", grouped(report.gas_used)),
    )?;
    times.add("evm", took);
    warn_of_development_key(terminal, &key.origin, &key.vk);

    let outputs = stages::outputs(&settings, &integers)?;
    let commitments = stages::commitments(&settings, &values)?;
    let counts = circuit.r1cs.counts();
    let total = counts.quadratic + counts.linear;
    let json = json!({
        "class": outputs.class,
        "outputs": outputs.by_name,
        "commitments": commitments,
        "max_abs_error": agreement.max_abs_error,
        "scale": settings.scale,
        "constraints": { "quadratic": counts.quadratic, "linear": counts.linear, "total": total },
        "public_signals": public.len(),
        "public_values": values.len(),
        "proof_bytes": prove::PROOF_BYTES,
        "calldata_bytes": report.calldata_bytes,
        "gas": report.gas_used,
        "seconds": times.json(),
        "build_dir": dir.root().display().to_string(),
    });
    let class = if outputs.class.is_null() { "none".to_owned() } else { outputs.class.to_string() };
    let rows = [
        ("class", class),
        (
            "error",
            format!("{:.2e} against the float model, at scale {}", agreement.max_abs_error, settings.scale),
        ),
        ("constraints", grouped(total)),
        ("proof", format!("{} bytes, {} of calldata", prove::PROOF_BYTES, grouped(report.calldata_bytes))),
        ("gas", grouped(report.gas_used)),
        ("time", seconds(times.total())),
        ("files", dir.root().display().to_string()),
    ];
    output.rows(&json, &rows)
}

/// A circuit that was written, and what it is to prove.
struct Inference {
    quantized: Quantized,
    data: Data,
    /// The integer model's values for each sample.
    expected: Vec<Vec<Vec<BigInt>>>,
    agreement: Agreement,
    settings: Settings,
    circuit: Circuit,
    /// How long it took to compile the circuit.
    compiling: Duration,
}

fn transpiled(args: &RunArgs, dir: &BuildDir, output: Output) -> Result<Inference> {
    let contents = Contents::load(&args.input)?;
    let pick = |graph: &Graph| {
        let samples = contents.samples(&input_shapes(graph))?;
        stages::pick_samples(samples, &args.input, args.sample, args.circuit.batch)
    };
    let inputs = transpile::Inputs { contents: &contents, pick: &pick };
    let quantized = transpile::quantize_model(&args.model, &args.circuit, Some(inputs), output.terminal)?;
    let samples = pick(&quantized.graph)?;
    let expected =
        samples.iter().map(|sample| Ok(quantized.model.eval(sample)?)).collect::<Result<Vec<_>>>()?;
    let agreement = quantized.model.compare(&quantized.graph, &samples)?;
    let recipient = transpile::recipient(&args.circuit)?;
    let label = &args.circuit.digest_label;
    let (settings, circuit, compiling) =
        transpile::write_circuit(dir, &quantized, &args.model, recipient, label, output)?;
    let data = Data { samples, salt: stages::read_salt(&settings, &args.input)? };
    Ok(Inference { quantized, data, expected, agreement, settings, circuit, compiling })
}

/// How long each stage took.
#[derive(Default)]
struct Times(Vec<(&'static str, Duration)>);

impl Times {
    fn add(&mut self, stage: &'static str, took: Duration) {
        self.0.push((stage, took));
    }

    fn total(&self) -> Duration {
        self.0.iter().map(|(_, took)| *took).sum()
    }

    fn json(&self) -> Value {
        let mut map: Map<String, Value> =
            self.0.iter().map(|(stage, took)| ((*stage).to_owned(), took.as_secs_f64().into())).collect();
        map.insert("total".to_owned(), self.total().as_secs_f64().into());
        map.into()
    }
}
