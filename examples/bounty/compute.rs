//! The epilogue: a public model is run on public digits, for a reward.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tensorproof::terminal::grouped;
use tensorproof_contracts::chain::Message;
use tensorproof_contracts::{Address, hex};

use crate::stage::{ALICE, HOST, Result, Stage, THIEF};

/// Pixels of a digit, the last bytes of its file.
const PIXELS: usize = 28 * 28;

/// Opens a bounty for outputs, which a solver brings; a thief who sees the proof gets nothing.
pub(crate) fn outputs_are_bought(stage: &mut Stage<'_>) -> Result<()> {
    stage.chapter("The host pays for computing, too: a public model on public digits")?;
    let samples = lay_out(stage)?;
    let made = stage.does(
        HOST,
        "makes the circuit of a network whose parameters everybody knows",
        &format!(
            "transpile public.onnx -o public --calibrate data.json --input-range 0,1 --batch {samples} \
             --input-visibility hashed --params-visibility fixed --public-signals digest"
        ),
    )?;
    let constraints = made["constraints"]["total"].as_u64().unwrap_or_default();
    stage.does(HOST, &format!("makes its key: {} constraints", grouped(constraints)), "setup public")?;
    let created = stage.does(
        HOST,
        "opens the bounty: 1 ETH for what the network reads",
        "bounty create public --data data.json --reward 1 --for 1h --rpc-url URL",
    )?;
    let bounty: Address = created["bounty"].as_str().unwrap_or_default().parse()?;
    let check = format!("bounty check public --data data.json --bounty {bounty} --rpc-url URL");
    stage.does(ALICE, "checks circuit, key, verifier and data", &check)?;

    let submit = format!("bounty submit {bounty} public --data data.json --rpc-url URL");
    let waiting = stage.does(
        ALICE,
        "makes a proof, which others see before it is included",
        &format!("{submit} --dry-run"),
    )?;
    let seen = Message::new(bounty, hex::decode(waiting["data"].as_str().unwrap_or_default())?);
    stage.is_refused(THIEF, "sends it first, as its own", &seen, "the verifier refuses the proof")?;
    let receipt = stage.sends(ALICE, "is paid for it", seen)?;
    if !receipt.success {
        return Err("alice's proof was refused".into());
    }
    stage.fails(THIEF, "makes a proof of its own, too late", &submit, "in phase Solved")?;
    let shown = stage.does(
        HOST,
        "reads the outputs",
        &format!("bounty show {bounty} --folder public --rpc-url URL"),
    )?;
    if shown["solver"] != ALICE.address()?.to_string() || shown["integers"] != waiting["integers"] {
        return Err(format!("alice solved the bounty, not: {shown}").into());
    }
    stage.say("", &format!("the network reads {}", shown["class"]))
}

/// Copies the network, and writes the digits as the host publishes them. Returns how many there are.
fn lay_out(stage: &Stage<'_>) -> Result<usize> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models/mnist_mlp/model.onnx");
    fs::copy(model, stage.path("public.onnx"))?;
    let mut files: Vec<_> = fs::read_dir(stage.path("digits"))?.collect::<std::result::Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    let mut digits = Vec::new();
    for file in &files {
        let bytes = fs::read(file.path())?;
        let pixels = bytes.iter().skip(bytes.len().saturating_sub(PIXELS));
        let pixels: Vec<f64> = pixels.map(|byte| f64::from(*byte) / 255.0).collect();
        let rows = pixels.chunks(28).map(|row| row.iter().map(|pixel| json!([pixel])).collect::<Value>());
        digits.push(rows.collect::<Value>());
    }
    fs::write(stage.path("data.json"), Value::from(digits).to_string())?;
    Ok(files.len())
}
