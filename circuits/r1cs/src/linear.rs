//! Sparse linear combinations in compressed rows, with interned coefficients: a term is eight bytes.

/// The index of a variable in the witness; wire 0 is the constant one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wire(pub u32);

impl Wire {
    /// The wire that is always one.
    pub const ONE: Self = Self(0);

    /// Returns the wire's position in the witness.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One product `coefficient * wire` of a linear combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The wire.
    pub wire: Wire,
    /// The position of the coefficient in `R1cs::coefficients`.
    pub coefficient: u32,
}

/// One linear combination per constraint, stored row after row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    row_ends: Vec<usize>,
    terms: Vec<Term>,
}

impl Matrix {
    /// Returns a matrix without rows.
    pub fn new() -> Self {
        Self { row_ends: Vec::new(), terms: Vec::new() }
    }

    /// Appends a row. Terms are expected in ascending order of wires, each wire once.
    pub fn push_row(&mut self, terms: impl IntoIterator<Item = Term>) {
        self.terms.extend(terms);
        self.row_ends.push(self.terms.len());
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.row_ends.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.row_ends.is_empty()
    }

    /// Returns the terms of one row.
    ///
    /// # Panics
    /// When `row` is not below [`Matrix::len`].
    pub fn row(&self, row: usize) -> &[Term] {
        let start = if row == 0 { 0 } else { self.row_ends[row - 1] };
        &self.terms[start..self.row_ends[row]]
    }

    /// Returns the rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[Term]> + '_ {
        (0..self.len()).map(|row| self.row(row))
    }

    /// Returns all terms, row after row.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

impl Default for Matrix {
    fn default() -> Self {
        Self::new()
    }
}
