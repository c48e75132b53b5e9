//! `--O1`: signals that equal another signal or a constant.

use ark_ff::PrimeField;

use super::system::{Row, System};
use crate::elaborate::Coefficients;

impl<F: PrimeField> System<F> {
    pub(super) fn representative(&self, mut label: u32) -> u32 {
        while self.parents[label as usize] != label {
            label = self.parents[label as usize];
        }
        label
    }

    /// As [`System::representative`], making later look-ups shorter.
    pub(super) fn find(&mut self, label: u32) -> u32 {
        let root = self.representative(label);
        let mut next = label;
        while next != root {
            next = std::mem::replace(&mut self.parents[next as usize], root);
        }
        root
    }

    /// Removes rows that say that a signal equals another one or a constant, until there is none left.
    ///
    /// Stock circom does not look again at a row of which a factor has become zero, or a constant, and keeps `signal = 0` as a
    /// linear constraint: ours has one row and one wire less then, and says the same.
    pub(super) fn eliminate_equalities(&mut self, coefficients: &mut Coefficients<F>) {
        let is_degenerate = |row: &Row| {
            let [a, b, _] = self.parts(*row);
            a.is_empty() != b.is_empty()
        };
        if self.rows.iter().any(is_degenerate) {
            self.substitute(coefficients);
        }
        loop {
            let before = self.rows.len();
            let rows = std::mem::take(&mut self.rows);
            let kept = rows.into_iter().filter(|row| !self.absorb(*row, coefficients)).collect();
            self.rows = kept;
            if self.rows.len() == before {
                return;
            }
            self.substitute(coefficients);
        }
    }

    /// Takes over what a row says, if it is an equality; returns whether the row is not needed any more.
    fn absorb(&mut self, row: Row, coefficients: &Coefficients<F>) -> bool {
        let [a, b, c] = self.parts(row);
        if !a.is_empty() && !b.is_empty() {
            return false;
        }
        match *c {
            [] => true,
            [(label, _)] if label != 0 => self.set_constant(label, F::zero()),
            [(0, constant), (label, value)] => {
                let inverse = ark_ff::Field::inverse(&coefficients.get(value)).unwrap_or_default();
                self.set_constant(label, -coefficients.get(constant) * inverse)
            }
            [(left, one), (right, other)] if coefficients.get(one) == -coefficients.get(other) => {
                let (left, right) = (self.find(left), self.find(right));
                self.unite(left, right)
            }
            _ => false,
        }
    }

    fn set_constant(&mut self, label: u32, value: F) -> bool {
        let label = self.find(label);
        if self.is_kept[label as usize] || self.is_constant[label as usize] {
            return false;
        }
        self.is_constant[label as usize] = true;
        self.simplification.constants += 1;
        self.constants.insert(label, value);
        true
    }

    fn unite(&mut self, left: u32, right: u32) -> bool {
        if left == right {
            return true;
        }
        let fixed = |label: u32| self.is_kept[label as usize] || self.is_constant[label as usize];
        match (fixed(left), fixed(right)) {
            (true, true) => return false,
            (true, false) => self.parents[right as usize] = left,
            (false, true) => self.parents[left as usize] = right,
            (false, false) => self.parents[left.max(right) as usize] = left.min(right),
        }
        self.simplification.equalities += 1;
        true
    }
}
