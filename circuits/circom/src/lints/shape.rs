//! What a template instance looks like to the lints that need ranges: worked out once, used wherever it is placed.

use ark_ff::PrimeField;
use num_traits::ToPrimitive as _;
use rustc_hash::FxHashMap;
use tensorproof_r1cs::fr_to_signed;

use super::{comparisons, divisions, fractions, packing, selectors, vacuous};
use crate::elaborate::{Coefficients, Instance, Instruction, ONE};

/// Largest root that is looked at: digits and bits are small.
const LARGEST_ROOT: f64 = 1e15;

/// What an instance looks like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The constraint that computes each signal.
    pub(super) definers: FxHashMap<u32, u32>,
    /// The signals that constraints limit to two values, with the lesser and the greater one.
    pub(super) roots: Vec<(u32, f64, f64)>,
    pub(super) divisions: Vec<divisions::Division>,
    pub(super) sums: Vec<comparisons::Sum>,
    pub(super) selectors: Vec<selectors::Selector>,
    pub(super) packings: Vec<packing::Packing>,
    pub(super) fractions: Vec<fractions::Fraction>,
    pub(super) switches: Vec<vacuous::Switch>,
}

impl Shape {
    pub(super) fn of<F: PrimeField>(
        instance: &Instance,
        instances: &[Instance],
        coefficients: &Coefficients<F>,
    ) -> Self {
        if instance.modifiers.custom {
            return Self::default();
        }
        let solved = instance.program.iter().filter_map(|instruction| match instruction {
            Instruction::Solve { signal, constraint } => Some((*signal, *constraint)),
            _ => None,
        });
        let definers: FxHashMap<u32, u32> = solved.collect();
        let mut computes = vec![None; instance.constraints.len()];
        for (signal, constraint) in &definers {
            computes[*constraint as usize] = Some(*signal);
        }
        let view = View { instance, coefficients, computes: &computes };
        Self {
            roots: roots(&view),
            divisions: divisions::of(&view, &definers),
            sums: comparisons::of(&view, instances),
            selectors: selectors::of(&view),
            packings: packing::of(&view),
            fractions: fractions::of(&view),
            switches: vacuous::of(&view),
            definers,
        }
    }

    /// Returns whether there is nothing to look at where the instance is placed.
    pub(super) fn is_quiet(&self) -> bool {
        self.divisions.is_empty()
            && self.sums.is_empty()
            && self.selectors.is_empty()
            && self.packings.is_empty()
            && self.fractions.is_empty()
            && self.switches.is_empty()
    }
}

/// An instance with the values of its coefficients.
pub(super) struct View<'e, F> {
    pub(super) instance: &'e Instance,
    pub(super) coefficients: &'e Coefficients<F>,
    /// The signal that each constraint computes; none of a check.
    pub(super) computes: &'e [Option<u32>],
}

/// The terms of a linear form: signal, [`ONE`] for the constant, and position of the coefficient.
pub(super) type Terms<'e> = &'e [(u32, u32)];

impl<'e, F: PrimeField> View<'e, F> {
    /// Returns the number and the three parts of each constraint.
    pub(super) fn constraints(&self) -> impl Iterator<Item = (u32, [Terms<'e>; 3])> + use<'e, F> {
        let instance = self.instance;
        (0..).zip(&instance.constraints).map(|(number, constraint)| (number, instance.parts(*constraint)))
    }

    /// Returns the terms of each linear constraint, whose sum is zero.
    pub(super) fn linear(&self) -> impl Iterator<Item = (u32, Terms<'e>)> + use<'e, F> {
        self.constraints()
            .filter(|(_, [a, b, _])| a.is_empty() || b.is_empty())
            .map(|(number, [_, _, c])| (number, c))
    }

    /// Returns the coefficient of a signal in a form, zero when it is not there.
    pub(super) fn coefficient(&self, terms: Terms, signal: u32) -> F {
        terms
            .iter()
            .find(|(other, _)| *other == signal)
            .map_or(F::zero(), |(_, value)| self.coefficients.get(*value))
    }

    /// Returns signal, coefficient and constant of a form with one signal.
    pub(super) fn single(&self, terms: Terms) -> Option<(u32, F, F)> {
        let mut found = signals(terms);
        let (signal, None) = (found.next()?, found.next()) else { return None };
        Some((signal, self.coefficient(terms, signal), self.coefficient(terms, ONE)))
    }
}

/// Returns the signals of a form.
pub(super) fn signals(terms: Terms<'_>) -> impl Iterator<Item = u32> + '_ {
    terms.iter().map(|(signal, _)| *signal).filter(|signal| *signal != ONE)
}

/// Returns the signals that constraints limit to two values: `b * (b - 1) === 0`, and the result of a test for zero,
/// `in * inverse === 1 - out` beside `in * out === 0`.
fn roots<F: PrimeField>(view: &View<F>) -> Vec<(u32, f64, f64)> {
    let mut found = Vec::new();
    // Products that are a multiple of one signal and a constant, by that signal.
    let mut products: FxHashMap<u32, Vec<[Terms; 3]>> = FxHashMap::default();
    for (_, parts) in view.constraints().filter(|(_, [a, b, _])| !a.is_empty() && !b.is_empty()) {
        if let Some((signal, ..)) = view.single(parts[2]) {
            products.entry(signal).or_default().push(parts);
        }
    }
    for (_, [a, b, c]) in view.constraints().filter(|(_, [a, b, _])| !a.is_empty() && !b.is_empty()) {
        let (left, right) = (view.single(a), view.single(b));
        if let (Some((x, slope, start)), Some((y, other_slope, other_start))) = (left, right)
            && x == y
        {
            let second = match view.single(c) {
                None if c.is_empty() => Some(root(other_slope, other_start)),
                // x * x = x, with multiples.
                Some((z, factor, rest))
                    if z == x && start.is_zero() && other_start.is_zero() && rest.is_zero() =>
                {
                    Some(root(slope * other_slope, -factor))
                }
                _ => None,
            };
            found.extend(second.and_then(|second| between(x, root(slope, start), second)));
        }
        if !c.is_empty() {
            continue;
        }
        for (tested, result) in [(a, b), (b, a)] {
            let Some((signal, slope, start)) = view.single(result) else { continue };
            for [other, inverse, c] in products.get(&signal).into_iter().flatten() {
                if (is_multiple(view, other, tested) || is_multiple(view, inverse, tested))
                    && let Some((_, factor, constant)) = view.single(c)
                {
                    found.extend(between(signal, root(slope, start), root(factor, constant)));
                }
            }
        }
    }
    found
}

/// Returns the value at which a form is zero.
fn root<F: PrimeField>(slope: F, start: F) -> F {
    slope.inverse().map_or(F::zero(), |inverse| -start * inverse)
}

fn between<F: PrimeField>(signal: u32, one: F, other: F) -> Option<(u32, f64, f64)> {
    let values = [one, other].map(|value| fr_to_signed(&value).to_f64().unwrap_or(f64::INFINITY));
    let small = values.iter().all(|value| value.abs() < LARGEST_ROOT);
    small.then(|| (signal, values[0].min(values[1]), values[0].max(values[1])))
}

/// Returns whether two forms are equal, or opposite.
fn is_multiple<F: PrimeField>(view: &View<F>, one: Terms, other: Terms) -> bool {
    let values =
        |terms: Terms| -> Vec<F> { terms.iter().map(|(_, value)| view.coefficients.get(*value)).collect() };
    let same_signals = one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.0 == other.0);
    same_signals && {
        let (one, other) = (values(one), values(other));
        one == other || one.iter().zip(&other).all(|(one, other)| (*one + other).is_zero())
    }
}
