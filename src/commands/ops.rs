//! `tensorproof ops`: the operators that can be proven.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};
use tensorproof_transpiler::keras::LAYERS;
use tensorproof_transpiler::ops::{FOLDED, OPERATORS};

use super::Output;
use crate::error::Result;

pub(super) fn run(output: Output) -> Result<()> {
    let rows: Vec<Value> =
        OPERATORS.iter().map(|row| json!({ "name": row.name, "notes": row.notes })).collect();
    let mut table = Table::new();
    table.load_style(NOTHING);
    for row in OPERATORS {
        table.add_row([row.name, row.notes]);
    }
    let layers = format!("Layers of Keras, and functions of `keras.ops`: {}.", LAYERS.join(", "));
    output
        .result(&json!({ "operators": rows, "layers": LAYERS }), &format!("{table}\n\n{FOLDED}\n\n{layers}"))
}
