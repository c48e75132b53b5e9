//! Integers cut into windows.

/// Integers of four limbs in signed digits, which need half the multiples or buckets of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedDigits {
    bits: usize,
    windows: usize,
    /// Half a window, in each window: added to an integer, it turns digits into signed ones.
    halves: [u64; 5],
}

impl SignedDigits {
    /// Cuts integers that are below `2^(bits * windows)` with the halves added.
    pub(crate) fn new(bits: usize, windows: usize) -> Self {
        let mut halves = [0; 5];
        for window in 0..windows {
            let bit = bits * window + bits - 1;
            halves[bit / 64] |= 1 << (bit % 64);
        }
        Self { bits, windows, halves }
    }

    /// Returns the integer with the halves added.
    pub(crate) fn shifted(&self, integer: &[u64; 4]) -> [u64; 5] {
        let mut shifted = [0; 5];
        let limbs = integer.iter().chain([&0]);
        let mut carry = false;
        for (sum, (left, right)) in shifted.iter_mut().zip(limbs.zip(&self.halves)) {
            let (partial, over) = left.overflowing_add(*right);
            let (whole, again) = partial.overflowing_add(u64::from(carry));
            (*sum, carry) = (whole, over || again);
        }
        debug_assert!(!carry && self.above(&shifted) == 0);
        shifted
    }

    /// Returns what a shifted integer has above all windows.
    fn above(&self, shifted: &[u64; 5]) -> u64 {
        let end = self.bits * self.windows;
        let limbs = shifted.iter().enumerate().skip(end / 64);
        limbs.fold(0, |above, (index, limb)| {
            above | if index == end / 64 { limb >> (end % 64) } else { *limb }
        })
    }

    /// Returns the digit of a shifted integer, in `[-2^(bits-1), 2^(bits-1))`.
    pub(crate) fn digit(&self, shifted: &[u64; 5], window: usize) -> i32 {
        let (limb, shift) = (self.bits * window / 64, self.bits * window % 64);
        let above = shifted.get(limb + 1).copied().unwrap_or(0);
        let both = u128::from(shifted[limb]) | u128::from(above) << 64;
        #[expect(clippy::cast_possible_truncation, reason = "a window has at most 16 bits")]
        let digit = ((both >> shift) & ((1 << self.bits) - 1)) as i32;
        digit - (1 << (self.bits - 1))
    }
}
