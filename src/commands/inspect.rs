//! `tensorproof inspect`: a model's layers.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde_json::json;
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::quantize::MOST_BITS;

use super::{Output, report, transpile};
use crate::build_dir::BuildDir;
use crate::cli::InspectArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &InspectArgs, output: Output) -> Result<()> {
    if args.source.is_dir() {
        if let Some(path) = &args.html {
            let value = path.display().to_string();
            let expected = "given with a model: a build directory has nothing to compare with";
            return Err(Error::Option { option: "--html", value, expected });
        }
        let settings = stages::read_settings(&BuildDir::new(&args.source))?;
        return output.result(
            &json!({ "scale": settings.scale, "layers": transpile::layers(&settings, &[]) }),
            &table(&settings, &[]),
        );
    }
    let quantized = transpile::quantize_model(&args.source, &args.circuit, None, output.terminal)?;
    let settings = Settings::of(&quantized.model, &args.source.display().to_string());
    if let Some(path) = &args.html {
        let work = || report::write(path, &quantized, &settings);
        output.terminal.stage("report", work, |()| path.display().to_string())?;
    }
    let agreement = quantized.agreement;
    let text = format!(
        "{}\nscale {}; class of {} of {} inputs as the float model's, largest error {:.3e} at outputs up to {:.3e}",
        table(&settings, &quantized.layer_errors),
        settings.scale,
        agreement.same_class,
        agreement.samples,
        agreement.max_abs_error,
        agreement.max_abs_output
    );
    output.result(&transpile::json_of(&settings, &quantized), &text)
}

fn table(settings: &Settings, errors: &[Option<f64>]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "layer",
        "operator",
        "shape",
        "scale",
        "range",
        "bits",
        "headroom",
        "error",
        "constraints",
    ]);
    let mut total = 0;
    for (index, layer) in settings.layers.iter().enumerate() {
        let shape: Vec<String> = layer.shape.iter().map(usize::to_string).collect();
        let constraints = layer.quadratic + layer.linear;
        total += constraints;
        table.add_row([
            layer.component.clone(),
            layer.operator.clone(),
            shape.join("x"),
            layer.scale.clone(),
            format!("[{}, {}]", layer.low, layer.high),
            layer.bits.to_string(),
            MOST_BITS.saturating_sub(layer.bits).to_string(),
            errors.get(index).copied().flatten().map(|error| format!("{error:.1e}")).unwrap_or_default(),
            grouped(constraints),
        ]);
    }
    table.add_row(["", "", "", "", "", "", "", "", &grouped(total)]);
    for column in table.column_iter_mut().skip(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
