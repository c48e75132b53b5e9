//! Linear forms over the signals of an instance, and the table of coefficients.

use ark_ff::PrimeField;
use rustc_hash::FxHashMap;

/// The position of the coefficient one, so that the most frequent one is recognised without a multiplication.
pub(crate) const UNIT: u32 = 0;

/// The distinct coefficients of a program.
#[derive(Debug, Default)]
pub(crate) struct Coefficients<F> {
    values: Vec<F>,
    positions: FxHashMap<F, u32>,
}

impl<F: PrimeField> Coefficients<F> {
    pub(crate) fn new() -> Self {
        let mut coefficients = Self::default();
        coefficients.intern(F::one());
        coefficients
    }

    pub(crate) fn intern(&mut self, value: F) -> u32 {
        if let Some(&position) = self.positions.get(&value) {
            return position;
        }
        let position = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value);
        self.positions.insert(value, position);
        position
    }

    pub(crate) fn get(&self, position: u32) -> F {
        self.values[position as usize]
    }

    pub(crate) fn values(&self) -> &[F] {
        &self.values
    }

    pub(crate) fn into_values(self) -> Vec<F> {
        self.values
    }
}

/// `constant + sum of coefficient * signal`. A signal may occur several times until [`Linear::terms`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Linear<F> {
    terms: Vec<(u32, F)>,
    pub(crate) constant: F,
}

impl<F: PrimeField> Linear<F> {
    pub(crate) fn constant(constant: F) -> Self {
        Self { terms: Vec::new(), constant }
    }

    pub(crate) fn signal(signal: u32) -> Self {
        Self { terms: vec![(signal, F::one())], constant: F::zero() }
    }

    pub(crate) fn add(&mut self, other: &Self, factor: F) {
        self.constant += other.constant * factor;
        if factor.is_one() {
            self.terms.extend_from_slice(&other.terms);
        } else {
            self.terms.extend(other.terms.iter().map(|(signal, value)| (*signal, *value * factor)));
        }
    }

    pub(crate) fn scale(&mut self, factor: F) {
        self.constant *= factor;
        for (_, value) in &mut self.terms {
            *value *= factor;
        }
    }

    /// Returns each signal once, in ascending order, without zero coefficients.
    pub(crate) fn terms(&self) -> Vec<(u32, F)> {
        let mut terms = self.terms.clone();
        if !terms.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            terms.sort_by_key(|(signal, _)| *signal);
            terms.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1 += later.1;
                }
                same
            });
        }
        terms.retain(|(_, value)| !value.is_zero());
        terms
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.terms.is_empty() || self.terms().is_empty()
    }
}

impl<F: PrimeField> Linear<F> {
    /// Returns the signal when the form is just that.
    pub(crate) fn as_signal(&self) -> Option<u32> {
        match self.terms.as_slice() {
            [(signal, value)] if value.is_one() && self.constant.is_zero() => Some(*signal),
            _ => None,
        }
    }
}
