//! `--O2`: signals that are linear combinations of others, by Gaussian elimination over the linear constraints.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ark_ff::PrimeField;
use rustc_hash::FxHashMap;

use super::system::{Row, System};
use crate::elaborate::Coefficients;

/// Most terms that one elimination may add to the system. A linear constraint whose cheapest elimination adds more stays:
/// provers pay for terms too, and without a bound sums of sums fill the matrices.
const MOST_FILL_IN: u64 = 4096;

/// Labels with their coefficients.
type Combination = Vec<(u32, u32)>;

impl<F: PrimeField> System<F> {
    /// Eliminates a signal by each linear constraint, until none is left that is worth it.
    pub(super) fn eliminate_linear(&mut self, coefficients: &mut Coefficients<F>) {
        loop {
            let before = self.rows.len();
            self.simplification.kept = 0;
            let combinations = self.solve_linear_rows(coefficients);
            if !combinations.is_empty() {
                self.simplification.linear += combinations.len() as u64;
                self.resolve(combinations, coefficients);
                self.substitute(coefficients);
            }
            self.eliminate_equalities(coefficients);
            if self.rows.len() == before {
                return;
            }
        }
    }

    /// Solves linear rows, each for one of its signals, and removes them: next is always the row whose elimination adds
    /// the fewest terms, as far as the number of terms that mention its signals tells (Markowitz' rule). Returns the
    /// eliminated labels with their combinations, which may mention labels that are eliminated later.
    fn solve_linear_rows(&mut self, coefficients: &mut Coefficients<F>) -> Vec<(u32, Combination)> {
        let mut occurrences = vec![0u64; self.parents.len()];
        for (label, _) in &self.terms {
            occurrences[*label as usize] += 1;
        }
        let mut solved: Vec<(u32, Combination)> = Vec::new();
        let mut position_of: FxHashMap<u32, usize> = FxHashMap::default();
        let mut is_gone = vec![false; self.rows.len()];
        let mut linear: FxHashMap<usize, Combination> = FxHashMap::default();
        let mut queue = BinaryHeap::new();
        for (row, Row { start, ends }) in self.rows.iter().enumerate() {
            if ends[1] == *start && ends[2] > *start {
                let terms = self.terms[*start..ends[2]].to_vec();
                queue.push(Reverse((self.cheapest(&terms, &occurrences).1, row)));
                linear.insert(row, terms);
            }
        }
        while let Some(Reverse((expected, row))) = queue.pop() {
            let Some(mut terms) = linear.remove(&row) else { continue };
            // Earlier pivots are replaced until there is none left; each replacement leads to later pivots only.
            while let Some(at) = terms.iter().position(|(label, _)| position_of.contains_key(label)) {
                let (label, value) = terms.swap_remove(at);
                let combination = &solved[position_of[&label]].1;
                add_scaled(&mut terms, combination, value, coefficients);
                merge(&mut terms, coefficients);
            }
            let (pivot, fill_in) = self.cheapest(&terms, &occurrences);
            if fill_in > expected && queue.peek().is_some_and(|Reverse((next, _))| *next < fill_in) {
                linear.insert(row, terms);
                queue.push(Reverse((fill_in, row)));
                continue;
            }
            let Some((pivot, value)) = pivot else { continue };
            if fill_in > MOST_FILL_IN {
                self.simplification.kept += 1;
                continue;
            }
            // value * pivot + rest = 0  becomes  pivot = -rest / value.
            let scale = -coefficients.get(value).inverse().unwrap_or_default();
            let mentions = occurrences[pivot as usize].saturating_sub(1);
            terms.retain(|(label, _)| *label != pivot);
            for (label, value) in &mut terms {
                *value = coefficients.intern(coefficients.get(*value) * scale);
                let count = &mut occurrences[*label as usize];
                *count = (*count + mentions).saturating_sub(1);
            }
            position_of.insert(pivot, solved.len());
            solved.push((pivot, terms));
            is_gone[row] = true;
        }
        let mut gone = is_gone.into_iter();
        self.rows.retain(|_| !gone.next().unwrap_or(false));
        solved
    }

    /// Returns the term to solve a linear row for, and about how many terms that adds to the system.
    fn cheapest(&self, terms: &Combination, occurrences: &[u64]) -> (Option<(u32, u32)>, u64) {
        let pivot = terms
            .iter()
            .filter(|(label, _)| *label != 0 && !self.is_kept[*label as usize])
            .min_by_key(|(label, _)| (occurrences[*label as usize], Reverse(*label)))
            .copied();
        let Some((label, _)) = pivot else {
            return (None, u64::MAX);
        };
        let mentions = occurrences[label as usize].saturating_sub(1);
        let others = (terms.len() as u64).saturating_sub(1);
        (pivot, (mentions * others).saturating_sub(mentions + others))
    }

    /// Writes combinations in terms of labels that stay: the last one does, and each only mentions later ones.
    fn resolve(&mut self, solved: Vec<(u32, Combination)>, coefficients: &mut Coefficients<F>) {
        let mut fresh: FxHashMap<u32, Combination> = FxHashMap::default();
        for (pivot, terms) in solved.into_iter().rev() {
            let resolved = replaced(&terms, &fresh, coefficients);
            fresh.insert(pivot, resolved);
        }
        // Combinations of earlier rounds may mention what went in this one.
        let mut earlier = std::mem::take(&mut self.combinations);
        for combination in earlier.values_mut() {
            if combination.iter().any(|(label, _)| fresh.contains_key(label)) {
                let resolved = replaced(combination, &fresh, coefficients);
                *combination = resolved;
            }
        }
        earlier.extend(fresh);
        self.combinations = earlier;
    }
}

/// Appends a combination times a coefficient.
fn add_scaled<F: PrimeField>(
    terms: &mut Combination,
    added: &Combination,
    value: u32,
    coefficients: &mut Coefficients<F>,
) {
    let factor = coefficients.get(value);
    for (label, coefficient) in added {
        let product = coefficients.intern(factor * coefficients.get(*coefficient));
        terms.push((*label, product));
    }
}

/// Returns a combination with labels replaced by what they equal.
fn replaced<F: PrimeField>(
    terms: &Combination,
    combinations: &FxHashMap<u32, Combination>,
    coefficients: &mut Coefficients<F>,
) -> Combination {
    let mut result = Vec::with_capacity(terms.len());
    for (label, value) in terms {
        match combinations.get(label) {
            Some(combination) => add_scaled(&mut result, combination, *value, coefficients),
            None => result.push((*label, *value)),
        }
    }
    merge(&mut result, coefficients);
    result
}

/// Sorts terms by label and adds up those of one label.
fn merge<F: PrimeField>(terms: &mut Combination, coefficients: &mut Coefficients<F>) {
    terms.sort_unstable_by_key(|(label, _)| *label);
    terms.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = coefficients.intern(coefficients.get(earlier.1) + coefficients.get(later.1));
        }
        same
    });
    terms.retain(|(_, value)| coefficients.get(*value) != F::zero());
}
