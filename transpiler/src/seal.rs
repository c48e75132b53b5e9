//! How a circuit shows values without showing them: salted commitments, and encryption for a recipient.
//!
//! Both begin with the values range-checked and packed, tensor by tensor, as many to a field element as fit. A commitment is
//! the Poseidon sponge of the elements with a salt last: who knows values and salt can open it; without the salt it tells
//! nothing. An encryption is Poseidon's duplex under the secret that a sender's key and the recipient's share; the sender's key is
//! new for each message, so that the nonce is always zero.

use num_bigint::BigInt;

use crate::interval::Interval;
use crate::quantize::{InputVisibility, OutputVisibility, ParamsVisibility};

/// What is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The inputs, in the model's order.
    Input,
    /// The parameters, in the order in which layers first use them.
    Params,
    /// The outputs, in the model's order.
    Output,
}

impl Subject {
    /// Returns its name in options and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Params => "params",
            Self::Output => "output",
        }
    }

    /// Returns the sponge's domain, so that no commitment is one to something else.
    pub(crate) fn domain(self) -> u32 {
        match self {
            Self::Input => 1,
            Self::Params => 2,
            Self::Output => 3,
        }
    }

    /// Returns the public output that is the commitment.
    pub fn hash_signal(self) -> String {
        format!("{}Hash", self.name())
    }

    /// Returns the private input that salts the commitment.
    pub fn salt_signal(self) -> String {
        format!("{}Salt", self.name())
    }

    /// Returns the private input that is the sender's private key.
    pub fn secret_signal(self) -> String {
        format!("{}Secret", self.name())
    }

    /// Returns the public outputs of an encryption: the ciphertext, its tag, the sender's public key.
    pub fn cipher_signals(self) -> [String; 3] {
        ["Ciphertext", "Tag", "Sender"].map(|part| format!("{}{part}", self.name()))
    }
}

/// How a subject is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// By a commitment.
    Hashed,
    /// By encryption.
    Encrypted,
}

/// Returns what is sealed and how, in the order of the public values.
pub(crate) fn sealed_subjects(
    input: InputVisibility,
    params: ParamsVisibility,
    output: OutputVisibility,
) -> Vec<(Subject, Seal)> {
    let output = match output {
        OutputVisibility::Hashed => Some(Seal::Hashed),
        OutputVisibility::Encrypted => Some(Seal::Encrypted),
        OutputVisibility::Public | OutputVisibility::Private => None,
    };
    let input = (input == InputVisibility::Hashed).then_some(Seal::Hashed);
    let params = match params {
        ParamsVisibility::Hashed => Some(Seal::Hashed),
        ParamsVisibility::Encrypted => Some(Seal::Encrypted),
        ParamsVisibility::Public | ParamsVisibility::Private | ParamsVisibility::Fixed => None,
    };
    [(Subject::Output, output), (Subject::Input, input), (Subject::Params, params)]
        .into_iter()
        .filter_map(|(subject, seal)| Some((subject, seal?)))
        .collect()
}

/// The public input that is the recipient's key.
pub const RECIPIENT: &str = "recipient";

/// Bounded integers that are packed: a signal, or the signals of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Its signal.
    pub signal: String,
    /// The lengths of its axes, that of the batch among them.
    pub shape: Vec<usize>,
    /// Bits of a value less the least one, 1 to 253.
    pub bits: usize,
    /// The least value.
    pub low: BigInt,
}

impl Packed {
    /// Describes values in `[low, high]`.
    pub fn new(signal: &str, shape: &[usize], low: &BigInt, high: &BigInt) -> Self {
        // One bit at least, so that a tensor of zeros is packed too.
        let bits = usize::try_from((high - low).bits().clamp(1, 253)).unwrap_or(253);
        Self { signal: signal.to_owned(), shape: shape.to_vec(), bits, low: low.clone() }
    }

    /// Returns the values that have a packing.
    pub(crate) fn range(&self) -> Interval {
        Interval { low: self.low.clone(), high: &self.low + (BigInt::from(1) << self.bits) - 1u32 }
    }

    /// Returns the number of values.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns how many values are in a field element.
    pub fn per_element(&self) -> usize {
        253 / self.bits
    }

    /// Returns how many field elements the values are packed into.
    pub fn elements(&self) -> usize {
        self.size().div_ceil(self.per_element())
    }

    /// Returns the values of packed elements.
    pub fn unpack(&self, elements: &[BigInt]) -> Vec<BigInt> {
        let mask = (BigInt::from(1) << self.bits) - 1u32;
        let value = |at: usize| {
            let element = elements.get(at / self.per_element()).cloned().unwrap_or_default();
            (element >> (self.bits * (at % self.per_element())) & &mask) + &self.low
        };
        (0..self.size()).map(value).collect()
    }
}

/// Partial rounds of Poseidon for states of 2 to 17 elements.
///
/// Source: Grassi et al. 2019 (eprint 2019/458), for 128 bits of security over BN254, as circom rounds them.
const PARTIAL_ROUNDS: [usize; 16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/// Returns the quadratic constraints of `PoseidonSponge` over some elements, one at least.
pub(crate) fn sponge_cost(length: usize) -> usize {
    let rate = length.min(16);
    let partial = PARTIAL_ROUNDS.get(rate - 1).copied().unwrap_or(0);
    length.div_ceil(rate) * 3 * (8 * (rate + 1) + partial) - 3
}

/// Returns the quadratic constraints of `EncryptPoseidon(17, length)`, `BabyPublicKey` and `BabyEcdh`.
pub(crate) fn cipher_cost(length: usize) -> usize {
    (length.div_ceil(16) + 1) * 612 - 3 * 14 + 128 + 755 + 2053
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_what_is_packed() {
        let packed = Packed::new("w", &[7], &BigInt::from(-900), &BigInt::from(1100));
        assert_eq!((packed.bits, packed.per_element(), packed.elements()), (11, 23, 1));
        let wide = Packed::new("w", &[3], &BigInt::from(-1), &(BigInt::from(1) << 100));
        assert_eq!((wide.bits, wide.per_element(), wide.elements()), (101, 2, 2));
        let values = [BigInt::from(-1), BigInt::from(5), BigInt::from(77)];
        let moved = |at: usize| &values[at] - &wide.low;
        let elements = [moved(0) + (moved(1) << 101), moved(2)];
        assert_eq!(wide.unpack(&elements), values);
    }
}
