//! What is known of the signals of the whole circuit: between which integers each is, and what is never zero.
//!
//! Constraints are read in the order of the witness program, until nothing new is learned: bits are 0 or 1, a sum is
//! between the sums of the ends of its terms, what a decomposition into bits adds up to is as long as that. Ends are
//! floating-point numbers: a finding is a heuristic, and does not hang on the last bit of a range of 200.

use std::hash::{Hash as _, Hasher as _};

use ark_ff::PrimeField;
use num_traits::ToPrimitive as _;
use rustc_hash::{FxHashSet, FxHasher};
use tensorproof_r1cs::fr_to_signed;

use super::shape::{Shape, Terms, signals};
use crate::elaborate::{Elaboration, Instruction, ONE};

/// How often the circuit is read: each time carries knowledge against the order of the witness program once more.
const MOST_SWEEPS: u32 = 6;

/// Up to here integers are exact.
const EXACT: f64 = 9e15;

/// Most values of small signals together that are tried.
const MOST_TRIED: u8 = 32;
const MOST_SMALL: usize = 6;

/// Two ends that a signal, read as an integer, is between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Range {
    const UNKNOWN: Self = Self { least: f64::NEG_INFINITY, most: f64::INFINITY };

    fn constant(value: f64) -> Self {
        Self { least: value, most: value }
    }

    pub(super) fn is_known(self) -> bool {
        self.least.is_finite() && self.most.is_finite()
    }

    pub(super) fn is_bit(self) -> bool {
        self.least >= 0.0 && self.most <= 1.0
    }

    pub(super) fn is_zero(self) -> bool {
        self.least == 0.0 && self.most == 0.0
    }

    pub(super) fn has_zero(self) -> bool {
        self.least <= 0.0 && self.most >= 0.0
    }

    fn scaled(self, factor: f64) -> Self {
        let ends = [self.least * factor, self.most * factor];
        Self { least: ends[0].min(ends[1]), most: ends[0].max(ends[1]) }
    }

    fn plus(self, other: Self) -> Self {
        Self { least: self.least + other.least, most: self.most + other.most }
    }

    fn times(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::constant(0.0);
        }
        if !self.is_known() || !other.is_known() {
            return Self::UNKNOWN;
        }
        let ends = [
            self.least * other.least,
            self.least * other.most,
            self.most * other.least,
            self.most * other.most,
        ];
        let least = ends.into_iter().fold(f64::INFINITY, f64::min);
        let most = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self { least, most }
    }
}

/// What is known of each signal of the circuit.
pub(super) struct Flow<'e, F: PrimeField> {
    elaboration: &'e Elaboration<F>,
    shapes: &'e [Shape],
    /// The coefficients, read as signed integers.
    numbers: Vec<f64>,
    ranges: Vec<Range>,
    /// Fingerprints of the forms that are never zero.
    nonzero: FxHashSet<u64>,
    prime: f64,
    learned: bool,
}

impl<'e, F: PrimeField> Flow<'e, F> {
    /// Reads the circuit until nothing new is learned.
    pub(super) fn of(elaboration: &'e Elaboration<F>, shapes: &'e [Shape]) -> Self {
        let number = |value: &F| fr_to_signed(value).to_f64().unwrap_or(f64::INFINITY);
        let size = elaboration.instances[elaboration.main].size as usize;
        let mut flow = Self {
            elaboration,
            shapes,
            numbers: elaboration.coefficients.values().iter().map(number).collect(),
            ranges: vec![Range::UNKNOWN; size],
            nonzero: FxHashSet::default(),
            prime: 2.0 * number(&F::from(F::MODULUS_MINUS_ONE_DIV_TWO)),
            learned: false,
        };
        for _ in 0..MOST_SWEEPS {
            flow.learned = false;
            flow.read(elaboration.main, 0);
            if !flow.learned {
                break;
            }
        }
        flow
    }

    /// Returns what is known of a signal of the circuit.
    pub(super) fn range(&self, signal: u32) -> Range {
        self.ranges[signal as usize]
    }

    /// Returns what is known of a form over the signals from `first` on.
    pub(super) fn total(&self, terms: Terms, first: u32) -> Range {
        terms.iter().fold(Range::constant(0.0), |sum, term| sum.plus(self.term(*term, first)))
    }

    /// Returns whether a form over the signals from `first` on may be zero.
    pub(super) fn may_be_zero(&self, terms: Terms, first: u32) -> bool {
        if !self.total(terms, first).has_zero() || self.nonzero.contains(&self.fingerprint(terms, first)) {
            return false;
        }
        let small: Vec<u32> = signals(terms).collect();
        let values = self.small_values(&small, first);
        values.is_none_or(|all| all.iter().any(|values| self.sum_at(terms, &small, values) == 0.0))
    }

    fn term(&self, (signal, value): (u32, u32), first: u32) -> Range {
        let number = self.numbers[value as usize];
        if signal == ONE { Range::constant(number) } else { self.range(first + signal).scaled(number) }
    }

    fn read(&mut self, id: usize, first: u32) {
        let instance = &self.elaboration.instances[id];
        if instance.modifiers.custom {
            return;
        }
        let shapes = self.shapes;
        for (signal, least, most) in &shapes[id].roots {
            self.learn(first + signal, Range { least: *least, most: *most });
        }
        for instruction in &instance.program {
            match *instruction {
                Instruction::Solve { signal, constraint } => {
                    let parts = instance.parts(instance.constraints[constraint as usize]);
                    self.constraint(parts, first, Some(signal));
                }
                Instruction::Check { constraint } => {
                    let parts = instance.parts(instance.constraints[constraint as usize]);
                    self.constraint(parts, first, None);
                }
                Instruction::Run { component } => {
                    let component = &instance.components[component as usize];
                    self.read(component.instance, first + component.first);
                }
                _ => {}
            }
        }
    }

    fn constraint(&mut self, [a, b, c]: [Terms; 3], first: u32, computed: Option<u32>) {
        if a.is_empty() || b.is_empty() {
            self.linear(c, first, computed);
        } else {
            self.quadratic([a, b, c], first, computed);
        }
    }

    /// Learns from a sum that is zero.
    fn linear(&mut self, terms: Terms, first: u32, computed: Option<u32>) {
        if let Some(signal) = computed
            && !self.nonzero.is_empty()
        {
            self.pass_nonzero(terms, first, signal);
        }
        self.solve(terms, first, Range::constant(0.0), computed);
    }

    /// Learns of the one unknown term of a sum that has a known value, or of all terms where all are known.
    fn solve(&mut self, terms: Terms, first: u32, value: Range, computed: Option<u32>) {
        let mut known = value.scaled(-1.0);
        let mut unknown = None;
        for term in terms {
            let range = self.term(*term, first);
            if range.is_known() {
                known = known.plus(range);
            } else if unknown.replace(*term).is_some() {
                return;
            }
        }
        if !known.is_known() {
            return;
        }
        if let Some((signal, value)) = unknown {
            let number = self.numbers[value as usize];
            // The range of a computed sum says nothing of what is added: it may have wrapped around.
            let is_of_sum =
                computed.is_some_and(|computed| computed != signal) && signals(terms).nth(2).is_some();
            if number.abs() == 1.0 && !is_of_sum {
                self.learn(first + signal, known.scaled(-number));
            }
            return;
        }
        if known.least.abs() > EXACT || known.most.abs() > EXACT {
            return;
        }
        for (signal, value) in terms.iter().filter(|(signal, _)| *signal != ONE) {
            let number = self.numbers[*value as usize];
            if number == 0.0 || !number.is_finite() {
                continue;
            }
            let own = self.range(first + signal).scaled(number);
            let rest = Range { least: known.least - own.least, most: known.most - own.most };
            let limit = rest.scaled(-1.0 / number);
            self.learn(first + signal, Range { least: limit.least.ceil(), most: limit.most.floor() });
        }
    }

    /// Learns from `a * b = c`.
    fn quadratic(&mut self, [a, b, c]: [Terms; 3], first: u32, computed: Option<u32>) {
        let result = self.total(c, first);
        if result.least == result.most && result.least != 0.0 {
            for factor in [a, b] {
                let fingerprint = self.fingerprint(factor, first);
                self.learned |= self.nonzero.insert(fingerprint);
            }
        }
        if let Some((signal, range)) = self.by_trying([a, b, c], first, computed) {
            self.learn(first + signal, range);
            return;
        }
        let product = self.total(a, first).times(self.total(b, first));
        if product.is_known() {
            self.solve(c, first, product, computed);
        }
    }

    /// Returns the range of a signal that few small ones determine, by all their values: of the one that is computed, or
    /// of the only one that is unknown.
    fn by_trying(&self, [a, b, c]: [Terms; 3], first: u32, computed: Option<u32>) -> Option<(u32, Range)> {
        let mut target = computed;
        let mut others: Vec<u32> = Vec::new();
        for signal in [a, b, c].into_iter().flat_map(signals) {
            if Some(signal) == target || others.contains(&signal) {
                continue;
            }
            let is_known = self.range(first + signal).is_known();
            match target {
                None if !is_known => target = Some(signal),
                _ if is_known && others.len() < MOST_SMALL => others.push(signal),
                _ => return None,
            }
        }
        let target = target?;
        let values = self.small_values(&others, first)?;
        let slope = |terms: Terms| -> f64 {
            let found = terms.iter().find(|(signal, _)| *signal == target);
            found.map_or(0.0, |(_, value)| self.numbers[*value as usize])
        };
        let [in_a, in_b, in_c] = [a, b, c].map(slope);
        if in_a != 0.0 && in_b != 0.0 {
            return None;
        }
        let mut range = Range { least: f64::INFINITY, most: f64::NEG_INFINITY };
        for values in values {
            let [a, b, c] = [a, b, c].map(|terms| self.sum_at(terms, &others, &values));
            // (a + in_a * x) * (b + in_b * x) = c + in_c * x, linear in x.
            let factor = in_a * b + in_b * a - in_c;
            let value = (c - a * b) / factor;
            if factor == 0.0 || value.fract() != 0.0 || value.abs() > EXACT {
                return None;
            }
            range = Range { least: range.least.min(value), most: range.most.max(value) };
        }
        Some((target, range))
    }

    /// Returns all values of signals together, if those are few.
    fn small_values(&self, small: &[u32], first: u32) -> Option<Vec<Vec<f64>>> {
        if small.len() > MOST_SMALL {
            return None;
        }
        let mut all: Vec<Vec<f64>> = vec![Vec::new()];
        for signal in small {
            let Range { least, most } = self.range(first + signal);
            let width = most - least + 1.0;
            // Beyond what is exact the next integer is the same number.
            if least.abs() > EXACT || most.abs() > EXACT || width > f64::from(MOST_TRIED) {
                return None;
            }
            let own =
                || (0..MOST_TRIED).map(|step| least + f64::from(step)).take_while(|value| *value <= most);
            let longer = |values: &Vec<f64>| {
                let with = |value| values.iter().copied().chain([value]).collect::<Vec<f64>>();
                own().map(with).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(longer).collect();
            if all.len() > usize::from(MOST_TRIED) {
                return None;
            }
        }
        Some(all)
    }

    /// Returns a form at values of its signals; those without a value count as zero.
    fn sum_at(&self, terms: Terms, small: &[u32], values: &[f64]) -> f64 {
        let value = |signal: u32| match small.iter().zip(values).find(|(other, _)| **other == signal) {
            _ if signal == ONE => 1.0,
            Some((_, value)) => *value,
            None => 0.0,
        };
        terms.iter().map(|(signal, number)| value(*signal) * self.numbers[*number as usize]).sum()
    }

    /// Notes that a signal is within a range too.
    fn learn(&mut self, signal: u32, range: Range) {
        let fits = range.is_known()
            && range.least > -self.prime / 2.0
            && range.most < self.prime
            && range.least <= range.most
            && range.most - range.least < self.prime;
        if !fits {
            return;
        }
        let known = self.ranges[signal as usize];
        let is_signed = |range: Range| range.most < self.prime / 2.0;
        let is_unsigned = |range: Range| range.least >= 0.0;
        let agree = (is_signed(known) && is_signed(range)) || (is_unsigned(known) && is_unsigned(range));
        let narrowed = if known.is_known() && agree {
            Range { least: known.least.max(range.least), most: known.most.min(range.most) }
        } else if known.is_known() {
            known
        } else {
            range
        };
        if narrowed != known && narrowed.least <= narrowed.most {
            self.ranges[signal as usize] = narrowed;
            self.learned = true;
        }
    }

    /// Passes on that a signal is never zero to what it is computed as, and the other way round.
    fn pass_nonzero(&mut self, terms: Terms, first: u32, computed: u32) {
        let form: Vec<(u32, u32)> = terms.iter().copied().filter(|(signal, _)| *signal != computed).collect();
        if form.len() == terms.len() || form.is_empty() {
            return;
        }
        let one = u64::from(first + computed);
        let other = self.fingerprint(&form, first);
        if self.nonzero.contains(&one) {
            self.learned |= self.nonzero.insert(other);
        } else if self.nonzero.contains(&other) {
            self.learned |= self.nonzero.insert(one);
        }
    }

    /// Returns a number that forms have in common with their multiples.
    fn fingerprint(&self, terms: Terms, first: u32) -> u64 {
        if let [(signal, _)] = terms
            && *signal != ONE
        {
            return u64::from(first + signal);
        }
        let coefficient = |value: u32| self.elaboration.coefficients.get(value);
        let factor = terms
            .iter()
            .find(|(signal, _)| *signal != ONE)
            .and_then(|(_, value)| coefficient(*value).inverse());
        let factor = factor.unwrap_or(F::one());
        let mut hasher = FxHasher::default();
        for (signal, value) in terms {
            let place = if *signal == ONE { u64::MAX } else { u64::from(first + signal) };
            (place, coefficient(*value) * factor).hash(&mut hasher);
        }
        // Above all signals' numbers, which stand for themselves.
        hasher.finish() | 1 << 63
    }
}
