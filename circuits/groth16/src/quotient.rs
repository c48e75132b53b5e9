//! The quotient polynomial, by its values.
//!
//! With A, B, C the polynomials of degree under n that take the rows' values on the domain of size n, A B - C vanishes on
//! the domain and H = (A B - C) / (X^n - 1). Instead of H, the prover takes A B - C on the odd points of the domain of
//! size 2n, where X^n - 1 is -2: the key's points hold the division.

use ark_ff::{Field as _, Zero as _};
use rayon::prelude::*;
use tensorproof_r1cs::{Fr, R1cs, Term, Unsatisfied, Witness};

use crate::odd::OddPoints;
use crate::prove::Work;

/// The values of A, B and C on the domain.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    a: Vec<Fr>,
    b: Vec<Fr>,
    c: Vec<Fr>,
}

/// Returns the values of each row, if the witness satisfies all of them.
///
/// # Errors
/// The witness' length, its first value, or the first row that does not hold.
pub(crate) fn evaluate(r1cs: &R1cs, witness: &Witness, size: usize, work: Work) -> Result<Rows, Unsatisfied> {
    r1cs.check_form(witness)?;
    let [mut a, mut b, mut c] = [(); 3].map(|()| vec![Fr::zero(); size]);
    let rows = a.par_iter_mut().zip(&mut b).zip(&mut c).take(r1cs.len()).enumerate();
    let wrong = rows.filter_map(|(row, ((a, b), c))| {
        let value = |terms: &[Term]| match work {
            Work::Least => r1cs.evaluate(terms, witness),
            // Multiplies by zero and one too.
            Work::Constant => {
                let product =
                    |term: &Term| r1cs.coefficients[term.coefficient as usize] * witness.0[term.wire.index()];
                terms.iter().map(product).sum()
            }
        };
        *a = value(r1cs.a.row(row));
        *b = value(r1cs.b.row(row));
        *c = value(r1cs.c.row(row));
        let is_zero = work == Work::Least && (a.is_zero() || b.is_zero());
        let product = if is_zero { Fr::zero() } else { *a * *b };
        (*c != product).then_some(row)
    });
    if let Some(row) = wrong.min() {
        return Err(Unsatisfied::Row { row });
    }
    let bound = &witness.0[..=r1cs.public_signals() as usize];
    a[r1cs.len()..][..bound.len()].copy_from_slice(bound);
    Ok(Rows { a, b, c })
}

/// Returns the values of `a * b - c` on the odd points of the doubled domain.
pub(crate) fn quotient(rows: Rows, points: &OddPoints) -> Vec<Fr> {
    let Rows { mut a, mut b, mut c } = rows;
    let size = Fr::from(a.len() as u64).inverse().unwrap_or_default();
    rayon::join(|| points.to_odd(&mut a), || rayon::join(|| points.to_odd(&mut b), || points.to_odd(&mut c)));
    a.par_iter_mut().zip(&b).zip(&c).for_each(|((a, b), c)| *a = (*a * b * size - c) * size);
    a
}

#[cfg(test)]
mod tests {
    use ark_ff::FftField as _;
    use ark_poly::univariate::DensePolynomial;
    use ark_poly::{DenseUVPolynomial as _, EvaluationDomain as _, Polynomial as _};
    use proptest::prelude::*;
    use tensorproof_r1cs::{Matrix, Wire};

    use super::*;
    use crate::domain::{domain, rows};

    /// Returns the polynomial through the points `(generator^i, values[i])`, by Lagrange's formula.
    fn interpolate(values: &[Fr], generator: Fr) -> DensePolynomial<Fr> {
        let points: Vec<Fr> = (0..values.len()).map(|power| generator.pow([power as u64])).collect();
        let mut sum = DensePolynomial::from_coefficients_vec(vec![]);
        for (position, (at, value)) in points.iter().zip(values).enumerate() {
            let mut product = DensePolynomial::from_coefficients_vec(vec![*value]);
            for (_, other) in points.iter().enumerate().filter(|(other, _)| *other != position) {
                let scale = (*at - other).inverse().unwrap_or_default();
                product =
                    product.naive_mul(&DensePolynomial::from_coefficients_vec(vec![-*other * scale, scale]));
            }
            sum += &product;
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn agrees_with_naive_division(
            factors in proptest::collection::vec((any::<u64>(), any::<u64>()), 1..11),
            public in 0u32..3,
        ) {
            // Row i: x_i * y_i = z_i.
            let mut values = vec![Fr::from(1u64); 3];
            let term = |wire: usize| Term { wire: Wire(u32::try_from(wire).unwrap_or(u32::MAX)), coefficient: 0 };
            let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
            for (x, y) in &factors {
                let [x, y] = [Fr::from(*x), -Fr::from(*y)];
                for (matrix, value) in matrices.iter_mut().zip([x, y, x * y]) {
                    matrix.push_row([term(values.len())]);
                    values.push(value);
                }
            }
            let [a, b, c] = matrices;
            let wires = u32::try_from(values.len()).unwrap_or(u32::MAX);
            let r1cs = R1cs {
                wires, public_outputs: public, public_inputs: 0, private_inputs: 0,
                labels: wires.into(), wire_labels: (0..wires.into()).collect(), coefficients: vec![Fr::from(1u64)],
                a, b, c,
            };
            let witness = Witness(values);
            prop_assert_eq!(r1cs.check(&witness), Ok(()));

            let domain = domain(rows(&r1cs)).unwrap_or_else(|| unreachable!("the system is small"));
            let column = |matrix: &Matrix, bound: &[Fr]| {
                let mut column: Vec<Fr> = matrix.rows().map(|row| r1cs.evaluate(row, &witness)).collect();
                column.extend_from_slice(bound);
                column.resize(domain.size(), Fr::zero());
                interpolate(&column, domain.group_gen())
            };
            let a = column(&r1cs.a, &witness.0[..=public as usize]);
            let difference = &a.naive_mul(&column(&r1cs.b, &[])) - &column(&r1cs.c, &[]);
            let (division, remainder) = difference.divide_by_vanishing_poly(domain);
            prop_assert!(remainder.is_zero());

            let points = OddPoints::new(domain.log_size_of_group);
            let values = [Work::Least, Work::Constant].map(|work| {
                let rows = evaluate(&r1cs, &witness, domain.size(), work);
                quotient(rows.unwrap_or_else(|_| unreachable!("checked above")), &points)
            });
            prop_assert_eq!(&values[0], &values[1]);
            let root = Fr::get_root_of_unity(2 * domain.size() as u64).unwrap_or_default();
            for (position, value) in values[0].iter().enumerate() {
                let point = root.pow([2 * position as u64 + 1]);
                prop_assert_eq!(*value, division.evaluate(&point) * -Fr::from(2u64));
            }
        }
    }
}
