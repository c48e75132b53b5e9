//! The report of `tensorproof inspect --html`: one file without scripts, with its plots in it.

use std::fmt::Display;
use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use plotters::prelude::*;
use tensorproof_transpiler::quantize::{MOST_BITS, ScalePoint, sweep};
use tensorproof_transpiler::{Settings, emit};

use super::transpile::Quantized;
use crate::build_dir::replace_file;
use crate::error::{Error, Result};
use crate::terminal::{grouped, visible};

/// Width and height of a plot, in pixels.
const SIZE: (u32, u32) = (720, 300);
/// Powers of ten that are tried beyond the one in use.
const BEYOND: u32 = 3;
/// Errors below this are in the first column of the histogram: 10^-9.
const LEAST_EXPONENT: i32 = -9;
/// Errors from ten to this power on are in the last.
const MOST_EXPONENT: i32 = 2;

/// Writes the report of a quantized model.
pub(super) fn write(path: &Path, quantized: &Quantized, settings: &Settings) -> Result<()> {
    let errors = quantized.model.output_errors(&quantized.graph, &quantized.samples)?;
    let power = quantized.model.power;
    let most = if power.base == 10 { power.exponent + BEYOND } else { 2 * BEYOND };
    let points = sweep(&quantized.graph, &quantized.model.config, &quantized.samples, most)?;
    let text = page(quantized, settings, &histogram(&errors)?, &curves(&points)?, &points).into_string();
    replace_file(path, |writer| writer.write_all(text.as_bytes()))
}

fn page(
    quantized: &Quantized,
    settings: &Settings,
    histogram: &str,
    curves: &str,
    points: &[ScalePoint],
) -> Markup {
    let agreement = quantized.agreement;
    let cost = emit::cost(&quantized.model);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (visible(&settings.model)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (visible(&settings.model)) }
                p {
                    "Scale " b { (settings.scale) } ", " (grouped(cost.quadratic + cost.linear)) " constraints. Class of "
                    (agreement.same_class) " of " (agreement.samples) " inputs as the float model's, largest error "
                    (exponential(agreement.max_abs_error)) " at outputs up to " (exponential(agreement.max_abs_output)) "."
                }
                h2 { "Error of the outputs against the float model" }
                (PreEscaped(histogram))
                h2 { "Accuracy and constraints against the scale" }
                (PreEscaped(curves))
                table {
                    tr { th { "scale" } th { "same class" } th { "largest error" } th { "constraints" } }
                    @for point in points {
                        tr {
                            td { (point.power) }
                            td { (point.agreement.same_class) " of " (point.agreement.samples) }
                            td { (exponential(point.agreement.max_abs_error)) }
                            td { (grouped(point.cost.quadratic + point.cost.linear)) }
                        }
                    }
                }
                h2 { "Layers" }
                (layers(quantized, settings))
            }
        }
    }
}

fn layers(quantized: &Quantized, settings: &Settings) -> Markup {
    html! {
        table {
            tr {
                @for title in
                    ["layer", "operator", "shape", "scale", "range", "bits", "headroom", "error", "constraints"]
                {
                    th { (title) }
                }
            }
            @for (layer, error) in settings.layers.iter().zip(&quantized.layer_errors) {
                tr {
                    td title=(visible(&layer.node)) { (layer.component) }
                    td { (layer.operator) }
                    td { (layer.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")) }
                    td { (layer.scale) }
                    td { "[" (layer.low) ", " (layer.high) "]" }
                    td { (layer.bits) }
                    td { (MOST_BITS.saturating_sub(layer.bits)) }
                    td { (error.map(exponential).unwrap_or_default()) }
                    td { (grouped(layer.quadratic + layer.linear)) }
                }
            }
        }
    }
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}\
th:first-child,td:first-child,td:nth-child(2),th:nth-child(2){text-align:left}";

fn exponential(value: f64) -> String {
    format!("{value:.1e}")
}

/// Draws how many values have an error of each power of ten.
fn histogram(errors: &[f64]) -> Result<String> {
    let column = |error: &f64| {
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a few powers of ten")]
        let exponent =
            error.log10().floor().clamp(f64::from(LEAST_EXPONENT), f64::from(MOST_EXPONENT)) as i32;
        exponent
    };
    let mut counts = vec![0u32; usize::try_from(MOST_EXPONENT - LEAST_EXPONENT + 1).unwrap_or(1)];
    for error in errors {
        counts[usize::try_from(column(error) - LEAST_EXPONENT).unwrap_or(0)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    draw(|area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .x_label_area_size(36)
            .y_label_area_size(60)
            .build_cartesian_2d((LEAST_EXPONENT..MOST_EXPONENT).into_segmented(), 0..most + most / 10 + 1)
            .map_err(internal)?;
        let mut mesh = chart.configure_mesh();
        let label = |segment: &SegmentValue<i32>| match segment {
            SegmentValue::CenterOf(exponent) | SegmentValue::Exact(exponent)
                if *exponent == LEAST_EXPONENT =>
            {
                format!("< 1e{}", exponent + 1)
            }
            SegmentValue::CenterOf(exponent) | SegmentValue::Exact(exponent) => format!("1e{exponent}"),
            SegmentValue::Last => String::new(),
        };
        mesh.disable_x_mesh().x_label_formatter(&label).x_desc("error").y_desc("values");
        mesh.draw().map_err(internal)?;
        let columns = (LEAST_EXPONENT..=MOST_EXPONENT).zip(counts.iter().copied());
        let bars = Histogram::vertical(&chart).style(BLUE.mix(0.6).filled()).margin(2).data(columns);
        chart.draw_series(bars).map_err(internal)?;
        Ok(())
    })
}

/// Draws the part of inputs with the float model's class, and the constraints, for each scale.
fn curves(points: &[ScalePoint]) -> Result<String> {
    #[expect(clippy::cast_precision_loss, reason = "for a plot")]
    let rows: Vec<(u32, f64, f64)> = points
        .iter()
        .map(|point| {
            let agreement = point.agreement;
            let part = agreement.same_class as f64 / agreement.samples.max(1) as f64;
            (point.power.exponent, part, (point.cost.quadratic + point.cost.linear) as f64)
        })
        .collect();
    let last = rows.last().map_or(2, |row| row.0.max(2));
    let most = rows.iter().map(|row| row.2).fold(1.0, f64::max) * 1.1;
    draw(|area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .x_label_area_size(36)
            .y_label_area_size(60)
            .right_y_label_area_size(80)
            .build_cartesian_2d(1..last, 0f64..1.05)
            .map_err(internal)?
            .set_secondary_coord(1..last, 0f64..most);
        let whole = |exponent: &u32| format!("10^{exponent}");
        let mut mesh = chart.configure_mesh();
        mesh.x_label_formatter(&whole).x_desc("scale").y_desc("same class (blue)");
        mesh.draw().map_err(internal)?;
        chart.configure_secondary_axes().y_desc("constraints (red)").draw().map_err(internal)?;
        let accuracy = LineSeries::new(rows.iter().map(|row| (row.0, row.1)), BLUE.stroke_width(2));
        chart.draw_series(accuracy.point_size(3)).map_err(internal)?;
        let constraints = LineSeries::new(rows.iter().map(|row| (row.0, row.2)), RED.stroke_width(2));
        chart.draw_secondary_series(constraints.point_size(3)).map_err(internal)?;
        Ok(())
    })
}

type Area<'s> = DrawingArea<SVGBackend<'s>, plotters::coord::Shift>;

fn draw(plot: impl FnOnce(&Area<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        plot(&area)?;
        area.present().map_err(internal)?;
    }
    Ok(svg)
}

/// Drawing into a string fails only by a mistake of ours.
fn internal(_: impl Display) -> Error {
    Error::Internal("a plot could not be drawn")
}
