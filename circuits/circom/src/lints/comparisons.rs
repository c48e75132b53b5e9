//! Comparisons of signals without a range.
//!
//! `in[0] + 2^n - in[1]` is decomposed into bits, the highest of which tells which one is less. That holds for integers;
//! where nothing limits an input, the difference wraps around the prime, and -1 is less than 8.

use ark_ff::PrimeField;
use rustc_hash::FxHashSet;

use super::Findings;
use super::flow::Range;
use super::place::Placement;
use super::shape::{View, signals};
use crate::ast::DeclarationKind;
use crate::diagnostic::Code;
use crate::elaborate::Instance;

/// A signal that is computed as a sum or difference of at least two.
#[derive(Debug)]
pub(super) struct Sum {
    signal: u32,
    constraint: u32,
    /// The signals that are added, and whether some of them are subtracted.
    terms: Vec<u32>,
    is_difference: bool,
    /// Whether the decomposition tells more than that the sum is in range: bits of it are read.
    is_read: bool,
}

/// Ranges up to here are those of conditions, not of numbers.
const FEW: f64 = 3.0;

/// Returns the sums.
pub(super) fn of<F: PrimeField>(view: &View<F>, instances: &[Instance]) -> Vec<Sum> {
    let sums = view.linear().filter_map(|(constraint, terms)| {
        let signal = view.computes[constraint as usize]?;
        let others: Vec<u32> = signals(terms).filter(|other| *other != signal).collect();
        let signs: Vec<bool> = others
            .iter()
            .map(|other| crate::operators::is_negative(&view.coefficient(terms, *other)))
            .collect();
        let is_difference = signs.contains(&true) && signs.contains(&false);
        (others.len() > 1).then_some(Sum { signal, constraint, terms: others, is_difference, is_read: false })
    });
    let mut sums: Vec<Sum> = sums.collect();
    if !sums.is_empty() {
        let read = read(view, instances);
        for sum in &mut sums {
            sum.is_read = read.contains(&sum.signal);
        }
    }
    sums
}

/// Returns the signals that are decomposed into bits that something reads: inputs of components of which an output is
/// used, what these are given, and what stands beside own bits.
fn read<F: PrimeField>(view: &View<F>, instances: &[Instance]) -> FxHashSet<u32> {
    let used: FxHashSet<u32> =
        view.constraints().flat_map(|(_, parts)| parts.into_iter().flat_map(signals)).collect();
    let mut read = FxHashSet::default();
    for component in &view.instance.components {
        let part = &instances[component.instance];
        let ports = |kind| {
            part.of_kind(kind)
                .flat_map(|port| port.first..port.first + port.length)
                .map(|port| component.first + port)
        };
        if ports(DeclarationKind::Output).any(|output| used.contains(&output)) {
            read.extend(ports(DeclarationKind::Input));
        }
    }
    for (constraint, terms) in view.linear() {
        let all: Vec<u32> = signals(terms).collect();
        match (view.computes[constraint as usize], all.as_slice()) {
            (Some(_), [one, other]) if read.contains(one) || read.contains(other) => {
                read.extend([*one, *other]);
            }
            (None, all) if all.len() > 2 => read.extend(all),
            _ => {}
        }
    }
    read
}

/// Finds sums of which the range is known, by a decomposition into bits say, but not that of what is added.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    for Sum { signal, constraint, terms, is_difference, is_read } in &placement.shape().sums {
        let range = placement.range(*signal);
        if !range.is_known() || range.most - range.least <= FEW {
            continue;
        }
        let unknown: Vec<u32> =
            terms.iter().copied().filter(|term| !placement.range(*term).is_known()).collect();
        // With one unknown only, the sum's range is one of it too, but for a comparison, whose result depends on it.
        if unknown.is_empty() || (unknown.len() < 2 && !(*is_difference && *is_read)) {
            continue;
        }
        for term in unknown {
            let Some(mut origin) = placement.culprit(term, Range::is_known) else { continue };
            let span = origin.given.unwrap_or(placement.span(*constraint));
            origin.passed.push(placement.span(*constraint));
            let name = placement.name(&origin);
            let message = if *is_difference {
                format!("`{name}` is compared, and nothing limits its range")
            } else {
                format!("`{name}` is added to others and the sum is decomposed, and nothing limits its range")
            };
            let help = "the numbers may wrap around the prime: -1 is less than 8, and so is p - 1; decompose each into \
                        as many bits as the comparison has, first";
            findings.add_along(Code::W0011UnlimitedComparison, span, &origin.passed, message, help);
        }
    }
}
