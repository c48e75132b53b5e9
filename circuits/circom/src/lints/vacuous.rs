//! Checks that a constant switches off: `enabled * (a - b) === 0` with `enabled <== 0`.

use ark_ff::PrimeField;
use rustc_hash::FxHashSet;

use super::Findings;
use super::place::{Placement, own_signal};
use super::shape::{View, signals};
use crate::ast::DeclarationKind;
use crate::diagnostic::Code;

/// A check that holds whatever else is, where an input has one value.
#[derive(Debug)]
pub(super) struct Switch {
    constraint: u32,
    /// The factor, 0 or 1, and the input in it.
    factor: usize,
    input: u32,
}

/// Returns the checks with an input as a factor.
pub(super) fn of<F: PrimeField>(view: &View<F>) -> Vec<Switch> {
    let mut found = Vec::new();
    // What else is computed from an input determines the other factor: the result of a test for zero.
    let products = view.constraints().filter(|(constraint, [a, b, _])| {
        view.computes[*constraint as usize].is_some() && !a.is_empty() && !b.is_empty()
    });
    let multiplied: FxHashSet<u32> =
        products.flat_map(|(_, [a, b, _])| signals(a).chain(signals(b))).collect();
    for (constraint, parts) in view.constraints() {
        let [a, b, c] = parts;
        if view.computes[constraint as usize].is_some() || a.is_empty() || b.is_empty() || !c.is_empty() {
            continue;
        }
        for (factor, other) in [(0, 1), (1, 0)] {
            let Some((input, ..)) = view.single(parts[factor]) else { continue };
            let is_input =
                own_signal(view.instance, input).is_some_and(|own| own.kind == DeclarationKind::Input);
            // `b * (b - 1) === 0` checks the input itself.
            if is_input && !multiplied.contains(&input) && signals(parts[other]).any(|signal| signal != input)
            {
                found.push(Switch { constraint, factor, input });
            }
        }
    }
    found
}

/// Finds checks that a constant switches off.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    let instance = placement.instance();
    for Switch { constraint, factor, input } in &placement.shape().switches {
        let terms = instance.parts(instance.constraints[*constraint as usize])[*factor];
        if !placement.flow.total(terms, placement.frame().first).is_zero() {
            continue;
        }
        let origin = placement.origin(*input);
        let Some(span) = origin.given.filter(|_| placement.is_constant(&origin)) else { continue };
        let input = placement.name(&placement.here(*input));
        let message = format!("a constant for `{input}` switches off a check of `{}`", instance.template);
        let help =
            "the constraint holds whatever else is; leave the component out, or give it the other value";
        findings.add_along(Code::W0015SwitchedOff, span, &origin.passed, message, help);
    }
}
