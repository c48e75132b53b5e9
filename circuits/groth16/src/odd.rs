//! From a polynomial's values on a domain of size n to its values on the odd points of the domain of size 2n.
//!
//! An inverse transform by decimation in frequency leaves the coefficients in bit-reversed order, from which a transform by
//! decimation in time starts: neither sorts. A block that fits into the processor's nearer cache goes through both at once.
//!
//! Steps of eight elements or more take vectors where the processor has them.
//!
//! Source: Cooley and Tukey (1965), Gentleman and Sande (1966).

#[cfg(target_arch = "x86_64")]
mod vector;

use ark_ff::{FftField as _, Field as _};
use rayon::prelude::*;
use tensorproof_r1cs::Fr;

use crate::ifma::Ifma;

/// Elements of a block that is transformed by one processor: half a mebibyte.
const BLOCK: usize = 1 << 14;
/// Elements of a piece of a step over a longer block.
const PIECE: usize = 1 << 12;

/// The factors of both transforms, for blocks of each size.
#[derive(Clone, Debug)]
pub(crate) struct OddPoints {
    /// For blocks of `2^k`, at `k - 1`: the powers of the inverse of their generator.
    inverse: Vec<Vec<Fr>>,
    /// For blocks of `2^k`, at `k - 1`: the odd powers of the generator of twice their size.
    odd: Vec<Vec<Fr>>,
    ifma: Option<Ifma>,
}

impl OddPoints {
    /// Prepares for a domain of `2^log_size` points.
    pub(crate) fn new(log_size: u32) -> Self {
        Self::on(log_size, Ifma::detect())
    }

    /// Prepares for a processor with vector instructions or without.
    pub(crate) fn on(log_size: u32, ifma: Option<Ifma>) -> Self {
        let powers = |start: Fr, step: Fr, count: usize| -> Vec<Fr> {
            let start = start * unit(count, ifma);
            let mut factors = vec![start; count];
            factors.par_chunks_mut(PIECE).enumerate().for_each(|(piece, factors)| {
                let mut power = start * step.pow([(piece * PIECE) as u64]);
                for factor in factors {
                    *factor = power;
                    power *= step;
                }
            });
            factors
        };
        let root = |log: u32| Fr::get_root_of_unity(1 << log).unwrap_or_default();
        let one = Fr::from(1u64);
        let inverse =
            (1..=log_size).map(|log| powers(one, root(log).inverse().unwrap_or_default(), 1 << (log - 1)));
        let odd = (1..=log_size).map(|log| powers(root(log + 1), root(log), 1 << (log - 1)));
        Self { inverse: inverse.collect(), odd: odd.collect(), ifma }
    }

    /// Replaces the values on the domain by those on the odd points, times the domain's size.
    pub(crate) fn to_odd(&self, values: &mut [Fr]) {
        self.transform(values, values.len().trailing_zeros() as usize);
    }

    fn transform(&self, values: &mut [Fr], log: usize) {
        let Some(level) = log.checked_sub(1) else { return };
        if values.len() <= BLOCK {
            for level in (0..=level).rev() {
                for block in values.chunks_exact_mut(2 << level) {
                    let (low, high) = block.split_at_mut(1 << level);
                    into_halves(low, high, &self.inverse[level], self.ifma);
                }
            }
            for level in 0..=level {
                for block in values.chunks_exact_mut(2 << level) {
                    let (low, high) = block.split_at_mut(1 << level);
                    from_halves(low, high, &self.odd[level], self.ifma);
                }
            }
            return;
        }
        let (low, high) = values.split_at_mut(1 << level);
        in_pieces(low, high, &self.inverse[level], into_halves, self.ifma);
        rayon::join(|| self.transform(low, level), || self.transform(high, level));
        in_pieces(low, high, &self.odd[level], from_halves, self.ifma);
    }
}

/// A step between a block and its halves.
type Step = fn(&mut [Fr], &mut [Fr], &[Fr], Option<Ifma>);

fn in_pieces(low: &mut [Fr], high: &mut [Fr], factors: &[Fr], step: Step, ifma: Option<Ifma>) {
    let pieces = low.par_chunks_mut(PIECE).zip(high.par_chunks_mut(PIECE)).zip(factors.par_chunks(PIECE));
    pieces.for_each(|((low, high), factors)| step(low, high, factors, ifma));
}

/// One step of the inverse transform.
fn into_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr], ifma: Option<Ifma>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(ifma) = ifma.filter(|_| factors.len() >= vector::SHORTEST) {
        return vector::into_halves(low, high, factors, ifma);
    }
    for ((low, high), factor) in low.iter_mut().zip(high).zip(factors) {
        let difference = *low - *high;
        *low += *high;
        *high = difference * factor;
    }
}

/// One step of the transform.
fn from_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr], ifma: Option<Ifma>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(ifma) = ifma.filter(|_| factors.len() >= vector::SHORTEST) {
        return vector::from_halves(low, high, factors, ifma);
    }
    for ((low, high), factor) in low.iter_mut().zip(high).zip(factors) {
        let product = *high * factor;
        *high = *low - product;
        *low += product;
    }
}

/// Returns what the factors of a step of so many elements are multiplied by.
fn unit(count: usize, ifma: Option<Ifma>) -> Fr {
    #[cfg(target_arch = "x86_64")]
    if ifma.is_some() && count >= vector::SHORTEST {
        return Fr::from(vector::UNIT);
    }
    let _ = (count, ifma);
    Fr::from(1u64)
}

#[cfg(test)]
mod tests {
    use ark_ff::UniformRand as _;
    use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;

    use super::*;

    #[test]
    fn agrees_with_transforms_of_arkworks() {
        for log_size in [0u32, 1, 2, 5, 14, 16] {
            let rng = &mut StdRng::seed_from_u64(log_size.into());
            let values: Vec<Fr> = (0..1 << log_size).map(|_| Fr::rand(rng)).collect();
            let domain = Radix2EvaluationDomain::<Fr>::new(values.len()).unwrap();
            let root = Fr::get_root_of_unity(2 << log_size).unwrap();
            let mut expected = domain.get_coset(root).unwrap().fft(&domain.ifft(&values));
            for value in &mut expected {
                *value *= Fr::from(1u64 << log_size);
            }
            for ifma in [None, Ifma::detect()] {
                let mut found = values.clone();
                OddPoints::on(log_size, ifma).to_odd(&mut found);
                assert!(found == expected, "2^{log_size}, {ifma:?}");
            }
        }
    }
}
