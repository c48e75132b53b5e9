//! Wiring as assignments: loops where the order is regular, tables of positions where it is not.

use std::fmt::Write as _;

use num_bigint::BigInt;

use super::place::{MOST_INDICES, Place, copy, index_names, loops};
use crate::kernel::{Order, Origin};

/// Most loops that one input is wired by; more become a table.
const MOST_RUNS: usize = 8;

/// Elements that follow each other in the output, and are equally far apart in the input.
struct Run {
    to: usize,
    from: usize,
    step: isize,
    length: usize,
}

/// Returns the assignments of `target`, from the places of the inputs.
pub(super) fn text(
    name: &str,
    target: &Place,
    inputs: &[&Place],
    sources: &[Origin],
    order: &Order,
) -> String {
    match order {
        Order::Same => return copy(target, inputs[0]),
        Order::Permuted(permutation)
            if permutation.len() <= MOST_INDICES && is_permuted(target, inputs[0], permutation) =>
        {
            let names = index_names(permutation.len());
            let mut from = vec![String::new(); names.len()];
            for (position, axis) in permutation.iter().enumerate() {
                from[*axis].clone_from(&names[position]);
            }
            return loops(
                &target.lengths(),
                &[format!("{} <== {};", target.at(&names), inputs[0].at(&from))],
            );
        }
        _ => {}
    }
    let mut text = String::new();
    for (number, input) in inputs.iter().enumerate() {
        let pairs: Vec<(usize, usize)> = sources
            .iter()
            .enumerate()
            .filter_map(|(to, source)| match source {
                Origin::Element(other, from) if *other == number => Some((to, *from)),
                _ => None,
            })
            .collect();
        if pairs.is_empty() {
            continue;
        }
        let number = if inputs.len() > 1 { format!("_{number}") } else { String::new() };
        let tables = [format!("{name}_to{number}"), format!("{name}_from{number}")];
        text.push_str(&from_input(tables, target, input, &pairs));
    }
    let mut constants: Vec<(&BigInt, Vec<usize>)> = Vec::new();
    for (to, source) in sources.iter().enumerate() {
        if let Origin::Constant(value) = source {
            match constants.iter_mut().find(|(known, _)| *known == value) {
                Some((_, places)) => places.push(to),
                None => constants.push((value, vec![to])),
            }
        }
    }
    for (number, (value, places)) in constants.into_iter().enumerate() {
        text.push_str(&of_constant(&format!("{name}_constant_{number}"), target, value, &places));
    }
    text
}

/// Returns whether the places have the axes that are permuted; a component's may be grouped otherwise.
fn is_permuted(target: &Place, source: &Place, permutation: &[usize]) -> bool {
    let (to, from) = (target.lengths(), source.lengths());
    to.len() == permutation.len()
        && from.len() == permutation.len()
        && permutation.iter().zip(&to).all(|(axis, length)| from[*axis] == *length)
}

/// Writes what comes from one input; `tables` are the names of positions in the output and in the input.
fn from_input([to, from]: [String; 2], target: &Place, source: &Place, pairs: &[(usize, usize)]) -> String {
    let runs = runs(pairs);
    if runs.len() > MOST_RUNS {
        let mut text = String::new();
        let to = if pairs.iter().enumerate().all(|(at, (to, _))| at == *to) {
            "i".to_owned()
        } else {
            text.push_str(&table(&to, pairs.iter().map(|(to, _)| *to)));
            format!("{to}[i]")
        };
        text.push_str(&table(&from, pairs.iter().map(|(_, from)| *from)));
        let from = format!("{from}[i]");
        let body = format!("{} <== {};", target.at_position(&to), source.at_position(&from));
        text.push_str(&loops(&[pairs.len()], &[body]));
        return text;
    }
    let assign = |run: &Run| {
        let from = match run.step {
            0 => run.from.to_string(),
            1 => plus("i", run.from),
            -1 => format!("({} - i)", run.from),
            step if step > 0 => plus(&format!("{step} * i"), run.from),
            step => format!("({} - {} * i)", run.from, -step),
        };
        let body = format!("{} <== {};", target.at_position(&plus("i", run.to)), source.at_position(&from));
        loops(&[run.length], &[body])
    };
    runs.iter().map(assign).collect()
}

fn of_constant(name: &str, target: &Place, value: &BigInt, places: &[usize]) -> String {
    let pairs: Vec<(usize, usize)> = places.iter().map(|to| (*to, 0)).collect();
    let runs = runs(&pairs);
    if runs.len() > MOST_RUNS {
        let mut text = table(name, places.iter().copied());
        let body = format!("{} <== {value};", target.at_position(&format!("{name}[i]")));
        text.push_str(&loops(&[places.len()], &[body]));
        return text;
    }
    let assign = |run: &Run| {
        loops(&[run.length], &[format!("{} <== {value};", target.at_position(&plus("i", run.to)))])
    };
    runs.iter().map(assign).collect()
}

/// Returns `(offset + term)`, or the term alone.
fn plus(term: &str, offset: usize) -> String {
    if offset == 0 && term == "i" { term.to_owned() } else { format!("({offset} + {term})") }
}

fn table(name: &str, values: impl ExactSizeIterator<Item = usize>) -> String {
    let mut text = String::new();
    let count = values.len();
    let list: Vec<String> = values.map(|value| value.to_string()).collect();
    let _ = writeln!(text, "    var {name}[{count}] = [{}];", list.join(", "));
    text
}

/// Splits pairs of output and input positions, which the output's order.
fn runs(pairs: &[(usize, usize)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (to, from) in pairs {
        if let Some(run) = runs.last_mut()
            && run.to + run.length == *to
        {
            let step = from.wrapping_sub(run.from).cast_signed();
            let is_second = run.length == 1;
            let expected = run.step.wrapping_mul(run.length.cast_signed());
            if is_second || step == expected {
                if is_second {
                    run.step = step;
                }
                run.length += 1;
                continue;
            }
        }
        runs.push(Run { to: *to, from: *from, step: 0, length: 1 });
    }
    runs
}
