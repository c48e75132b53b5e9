//! Tables as CSV: a line per sample.

use csv::{ReaderBuilder, StringRecord, Trim};
use ndarray::{ArrayD, Axis, IxDyn};

use super::contents::{Held, Layout};

/// Reads a table. The first line is one of names if it has a field that is no number.
pub(super) fn read(bytes: &[u8]) -> Result<Layout, String> {
    let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(bytes);
    let (mut names, mut values, mut width) = (Vec::new(), Vec::new(), 0);
    for (number, line) in reader.records().enumerate() {
        let line = line.map_err(|error| error.to_string())?;
        let numbers = numbers(&line);
        match numbers {
            Ok(mut numbers) => values.append(&mut numbers),
            Err(_) if number == 0 => names = line.iter().map(str::to_owned).collect(),
            Err(field) => {
                return Err(format!(
                    "line {}: found `{}`, expected a number",
                    number + 1,
                    field.escape_debug()
                ));
            }
        }
        width = line.len();
    }
    let lines = values.len().checked_div(width).filter(|lines| *lines > 0);
    let lines = lines.ok_or_else(|| "has no line of numbers".to_owned())?;
    let lines = ArrayD::from_shape_vec(IxDyn(&[lines, width]), values).map_err(|error| error.to_string())?;
    Ok(Layout::Table { names, lines })
}

/// Returns the numbers of a line, or the first field that is none.
fn numbers(line: &StringRecord) -> Result<Vec<f64>, String> {
    let number = |field: &str| match field {
        "true" | "True" => Ok(1.0),
        "false" | "False" => Ok(0.0),
        field => field.parse().map_err(|_| field.to_owned()),
    };
    line.iter().map(number).collect()
}

/// Returns the column of an input, or all columns for the only one.
pub(super) fn columns(names: &[String], lines: &ArrayD<f64>, input: &str, inputs: usize) -> Held {
    if let Some(column) = names.iter().position(|name| name == input) {
        return Ok(lines.index_axis(Axis(1), column).to_owned());
    }
    if inputs == 1 {
        return Ok(lines.clone());
    }
    Err(format!("found the columns `{}`", names.join("`, `")))
}
