//! The constraint system under simplification: rows by label, and what became of labels that were eliminated.

use ark_ff::PrimeField;
use rustc_hash::FxHashMap;
use tensorproof_r1cs::{Matrix, Term, Wire};

use super::Simplification;
use crate::elaborate::{Coefficients, Constraint, Instance, ONE, UNIT};

/// A row of the system under simplification: terms of a, b and c, by label.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) start: usize,
    pub(super) ends: [usize; 3],
}

/// Rows by label, and which labels stand for others.
pub(super) struct System<F> {
    pub(super) terms: Vec<(u32, u32)>,
    pub(super) rows: Vec<Row>,
    /// The label that each label equals; itself when it stands for itself.
    pub(super) parents: Vec<u32>,
    pub(super) is_kept: Vec<bool>,
    pub(super) is_constant: Vec<bool>,
    /// The values of the labels for which `is_constant` holds.
    pub(super) constants: FxHashMap<u32, F>,
    /// The linear combination that each eliminated label equals, in terms of labels that stay.
    pub(super) combinations: FxHashMap<u32, Vec<(u32, u32)>>,
    pub(super) simplification: Simplification,
}

impl<F: PrimeField> System<F> {
    pub(super) fn new(labels: u32) -> Self {
        Self {
            terms: Vec::new(),
            rows: Vec::new(),
            parents: (0..labels).collect(),
            is_kept: vec![false; labels as usize],
            is_constant: vec![false; labels as usize],
            constants: FxHashMap::default(),
            combinations: FxHashMap::default(),
            simplification: Simplification::default(),
        }
    }

    pub(super) fn push(&mut self, instance: &Instance, constraint: Constraint, label: u32) {
        let start = self.terms.len();
        let mut ends = [start; 3];
        for (end, part) in ends.iter_mut().zip(instance.parts(constraint)) {
            self.terms.extend(
                part.iter().map(|&(signal, value)| (if signal == ONE { 0 } else { signal + label }, value)),
            );
            *end = self.terms.len();
        }
        self.rows.push(Row { start, ends });
    }

    /// Returns whether a label has no wire: it is constant, or a combination of others.
    pub(super) fn is_gone(&self, label: u32) -> bool {
        self.is_constant[label as usize] || self.combinations.contains_key(&label)
    }

    pub(super) fn parts(&self, row: Row) -> [&[(u32, u32)]; 3] {
        [
            &self.terms[row.start..row.ends[0]],
            &self.terms[row.ends[0]..row.ends[1]],
            &self.terms[row.ends[1]..row.ends[2]],
        ]
    }

    /// Writes every row anew, in terms of representatives and constants.
    pub(super) fn substitute(&mut self, coefficients: &mut Coefficients<F>) {
        let terms = std::mem::take(&mut self.terms);
        let rows = std::mem::take(&mut self.rows);
        self.terms.reserve(terms.len());
        self.rows.reserve(rows.len());
        let mut part = Vec::new();
        for row in rows {
            let start = self.terms.len();
            let mut ends = [start; 3];
            let mut from = row.start;
            for (end, to) in ends.iter_mut().zip(row.ends) {
                part.clear();
                part.extend_from_slice(&terms[from..to]);
                from = to;
                self.substitute_part(&mut part, coefficients);
                self.terms.extend_from_slice(&part);
                *end = self.terms.len();
            }
            let row = self.without_constant_factor(Row { start, ends }, coefficients);
            self.rows.push(row);
        }
    }

    fn substitute_part(&mut self, part: &mut Vec<(u32, u32)>, coefficients: &mut Coefficients<F>) {
        let mut sum = F::zero();
        let mut has_constant = false;
        if !self.combinations.is_empty() {
            self.expand(part, coefficients);
        }
        part.retain_mut(|(label, value)| {
            *label = if *label == 0 { 0 } else { self.find(*label) };
            if *label != 0 && !self.is_constant[*label as usize] {
                return true;
            }
            has_constant = true;
            let factor = if *label == 0 { F::one() } else { self.constants[label] };
            sum += coefficients.get(*value) * factor;
            false
        });
        if !part.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            part.sort_unstable_by_key(|(label, _)| *label);
            part.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1 = coefficients.intern(coefficients.get(earlier.1) + coefficients.get(later.1));
                }
                same
            });
            part.retain(|(_, value)| !coefficients.get(*value).is_zero());
        }
        if has_constant && !sum.is_zero() {
            part.insert(0, (0, coefficients.intern(sum)));
        }
    }

    /// Replaces labels that are combinations of others by those.
    fn expand(&mut self, part: &mut Vec<(u32, u32)>, coefficients: &mut Coefficients<F>) {
        let mut expanded = Vec::new();
        part.retain_mut(|(label, value)| {
            if *label != 0 {
                *label = self.find(*label);
            }
            let Some(combination) = self.combinations.get(label) else {
                return true;
            };
            let factor = coefficients.get(*value);
            for (other, coefficient) in combination {
                let product = if *value == UNIT {
                    *coefficient
                } else {
                    coefficients.intern(factor * coefficients.get(*coefficient))
                };
                expanded.push((*other, product));
            }
            false
        });
        part.append(&mut expanded);
    }

    /// Turns a product with a constant factor, just written at the end of `terms`, into a linear row.
    fn without_constant_factor(&mut self, row: Row, coefficients: &mut Coefficients<F>) -> Row {
        let [a, b, _] = self.parts(row);
        let constant = |part: &[(u32, u32)]| matches!(part, [] | [(0, _)]);
        if (a.is_empty() && b.is_empty()) || !(constant(a) || constant(b)) {
            return row;
        }
        let (factor, other) = if constant(a) { (a, b) } else { (b, a) };
        let factor = factor.first().map_or(F::zero(), |(_, value)| coefficients.get(*value));
        let other = other.to_vec();
        let mut c = self.terms[row.ends[1]..row.ends[2]].to_vec();
        for (label, value) in other {
            c.push((label, coefficients.intern(-coefficients.get(value) * factor)));
        }
        self.terms.truncate(row.start);
        self.substitute_part(&mut c, coefficients);
        c.retain(|(_, value)| !coefficients.get(*value).is_zero());
        self.terms.extend_from_slice(&c);
        Row { start: row.start, ends: [row.start, row.start, self.terms.len()] }
    }

    /// Returns a row without signals that does not hold.
    pub(super) fn impossible(&self, coefficients: &Coefficients<F>) -> Option<usize> {
        self.rows.iter().position(|row| {
            let [a, b, c] = self.parts(*row);
            (a.is_empty() || b.is_empty()) && matches!(c, [(0, value)] if !coefficients.get(*value).is_zero())
        })
    }

    pub(super) fn matrices(&self, wires: &[u32]) -> [Matrix; 3] {
        let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
        let mut sorted = Vec::new();
        for row in &self.rows {
            for (matrix, part) in matrices.iter_mut().zip(self.parts(*row)) {
                sorted.clear();
                sorted.extend(
                    part.iter().map(|(label, value)| Term {
                        wire: Wire(wires[*label as usize]),
                        coefficient: *value,
                    }),
                );
                sorted.sort_unstable_by_key(|term| term.wire);
                matrix.push_row(sorted.iter().copied());
            }
        }
        matrices
    }
}
