//! Signals that get their value by `<--`, and whose only equation has them times something that may be zero.
//!
//! `q <-- a / b; q * b === a;` leaves `q` open where `b` is zero.

use ark_ff::PrimeField;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Findings;
use super::place::{Placement, own_signal};
use super::shape::{View, signals};
use crate::ast::DeclarationKind;
use crate::diagnostic::Code;

/// A signal that gets its value by `<--`, and the products that determine it.
#[derive(Debug)]
pub(super) struct Division {
    signal: u32,
    /// Constraint and position of the factor beside the signal: 0 or 1.
    products: Vec<(u32, usize)>,
}

/// What mentions a hinted signal.
#[derive(Default)]
struct Mentions {
    /// The constraints that do.
    all: u32,
    /// The checks that do.
    checks: u32,
    /// Whether one has it with a constant factor, so that it is determined.
    is_determined: bool,
    products: Vec<(u32, usize)>,
}

/// Returns the signals that only products determine, and that something else depends on.
pub(super) fn of<F: PrimeField>(view: &View<F>, definers: &FxHashMap<u32, u32>) -> Vec<Division> {
    let instance = view.instance;
    if instance.hinted.is_empty() {
        return Vec::new();
    }
    let mut mentions: FxHashMap<u32, Mentions> =
        instance.hinted.iter().map(|(signal, _)| (*signal, Mentions::default())).collect();
    for (number, [a, b, c]) in view.constraints() {
        let is_check = view.computes[number as usize].is_none();
        let mut seen = FxHashSet::default();
        for signal in signals(a).chain(signals(b)).chain(signals(c)) {
            if !mentions.contains_key(&signal) || !seen.insert(signal) {
                continue;
            }
            let in_part = [a, b, c].map(|part| signals(part).any(|other| other == signal));
            let mention = mentions.entry(signal).or_default();
            mention.all += 1;
            if !is_check {
                continue;
            }
            mention.checks += 1;
            match in_part {
                [true, false, false] if signals(b).next().is_some() => mention.products.push((number, 1)),
                [false, true, false] if signals(a).next().is_some() => mention.products.push((number, 0)),
                _ => mention.is_determined = true,
            }
        }
    }
    // A factor that is computed from the signal itself makes no division: `in * inverse === 1 - out; inverse * out === 0`.
    let computed_from = |factor: u32, signal: u32| {
        let own = definers.get(&factor).map(|number| instance.parts(instance.constraints[*number as usize]));
        own.is_some_and(|parts| parts.into_iter().flat_map(signals).any(|other| other == signal))
    };
    let mut found: Vec<Division> = Vec::new();
    for (signal, mention) in &mentions {
        let is_output = own_signal(instance, *signal).is_some_and(|own| own.kind == DeclarationKind::Output);
        let is_used = is_output || mention.all > 1;
        // A remainder that has no other equation makes it a division with remainder.
        let has_remainder = mention.products.iter().any(|(number, _)| {
            let [_, _, c] = instance.parts(instance.constraints[*number as usize]);
            signals(c).any(|other| mentions.get(&other).is_some_and(|other| other.checks == 1))
        });
        let is_of_itself = mention.products.iter().any(|(number, factor)| {
            let divisor = instance.parts(instance.constraints[*number as usize])[*factor];
            signals(divisor).any(|factor| computed_from(factor, *signal))
        });
        if !is_of_itself
            && !mention.is_determined
            && !mention.products.is_empty()
            && is_used
            && !has_remainder
        {
            found.push(Division { signal: *signal, products: mention.products.clone() });
        }
    }
    found.sort_by_key(|division| division.signal);
    found
}

/// Finds signals that are open where a divisor is zero.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    let instance = placement.instance();
    for Division { signal, products } in &placement.shape().divisions {
        let first = placement.frame().first;
        let divisor =
            |(number, factor): &(u32, usize)| instance.parts(instance.constraints[*number as usize])[*factor];
        if products.iter().any(|product| !placement.flow.may_be_zero(divisor(product), first)) {
            continue;
        }
        let Some((number, _)) = products.first() else { continue };
        let name = placement.name(&placement.here(*signal));
        let divisors: Vec<String> = signals(divisor(&products[0]))
            .map(|signal| format!("`{}`", placement.name(&placement.here(signal))))
            .collect();
        let message = format!("`{name}` is open where its factor, of {}, is zero", divisors.join(" and "));
        let help =
            "whoever proves may choose it then; prove that the divisor is not zero, by its inverse say";
        let span = placement.span(*number);
        let hint = instance.hinted.iter().filter(|(hinted, _)| hinted == signal).map(|(_, span)| *span);
        findings.add_along(Code::W0010OpenQuotient, span, &hint.collect::<Vec<_>>(), message, help);
    }
}
