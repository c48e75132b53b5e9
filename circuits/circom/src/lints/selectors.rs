//! Selectors that are not bits.
//!
//! `out <== s * (a - b) + b` is `a` or `b` where `s` is 0 or 1, and anything where nothing makes it one of both.

use ark_ff::PrimeField;
use rustc_hash::FxHashMap;

use super::Findings;
use super::flow::Range;
use super::place::Placement;
use super::shape::{Terms, View, signals};
use crate::diagnostic::Code;

/// A signal that selects.
#[derive(Debug)]
pub(super) struct Selector {
    signal: u32,
    constraint: u32,
}

/// Returns the selectors: factors of a form that cancels another term where they are one, and is gone where they are zero.
pub(super) fn of<F: PrimeField>(view: &View<F>) -> Vec<Selector> {
    let mut found: Vec<Selector> = Vec::new();
    // Products that signals are computed as: selector, what it selects, and times what.
    let mut products: FxHashMap<u32, Vec<(u32, u32, Terms, F)>> = FxHashMap::default();
    for (constraint, [a, b, c]) in view.constraints().filter(|(_, [a, b, _])| !a.is_empty() && !b.is_empty())
    {
        let is_check = view.computes[constraint as usize].is_none();
        for (factor, form) in [(a, b), (b, a)] {
            let Some((signal, slope, constant)) = view.single(factor) else { continue };
            // `q * (x + 1) === x - 1` determines `q`.
            if is_check && view.instance.hinted.iter().any(|(hinted, _)| *hinted == signal) {
                continue;
            }
            // What the factor is where the selector is 0 and 1: nothing, and that.
            let value = match (constant, slope + constant) {
                (off, on) if off.is_zero() => on,
                (off, on) if on.is_zero() => off,
                _ => continue,
            };
            if signals(form).any(|other| other == signal) {
                continue;
            }
            let cancels = |other: u32| {
                let other_side = view.coefficient(c, other);
                !other_side.is_zero() && other_side == view.coefficient(form, other) * value
            };
            if signals(form).any(cancels) {
                found.push(Selector { signal, constraint });
            } else if let (Some((product, scale, _)), 1) = (view.single(c), c.len())
                && signals(form).nth(1).is_some()
                && let Some(inverse) = scale.inverse()
            {
                products.entry(product).or_default().push((signal, constraint, form, value * inverse));
            }
        }
    }
    if products.is_empty() {
        return found;
    }
    for (_, terms) in view.linear() {
        for (product, weight) in terms.iter().map(|(signal, value)| (*signal, view.coefficients.get(*value)))
        {
            for (signal, constraint, form, value) in products.get(&product).into_iter().flatten() {
                let cancels = |other: u32| {
                    let beside = view.coefficient(terms, other);
                    !beside.is_zero() && (beside + weight * value * view.coefficient(form, other)).is_zero()
                };
                if signals(form).any(cancels) {
                    found.push(Selector { signal: *signal, constraint: *constraint });
                }
            }
        }
    }
    found
}

/// Finds selectors that nothing makes 0 or 1.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    for Selector { signal, constraint } in &placement.shape().selectors {
        if placement.range(*signal).is_bit() {
            continue;
        }
        let Some(mut origin) = placement.culprit(*signal, Range::is_bit) else { continue };
        origin.passed.push(placement.span(*constraint));
        let span = origin.given.unwrap_or(placement.span(*constraint));
        let message =
            format!("`{}` selects one of two values, and nothing makes it 0 or 1", placement.name(&origin));
        let help = "any mixture of both can be selected; constrain it: `s * (s - 1) === 0`";
        findings.add_along(Code::W0012FreeSelector, span, &origin.passed, message, help);
    }
}
