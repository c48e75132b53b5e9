//! What integers are meant to be: kind, shapes, order, scales, least values and widths, as bytes that commitments and
//! encryptions cover beside the values.
//!
//! Packed elements alone say nothing of all that: `[5, 6, 7]`, `[1005, 1006, 1007]`, `[[5], [6], [7]]` and `[36, 0]` are the
//! same element. The tensors of a circuit are told apart by their positions there, so that their names are no part of a form;
//! those of a file by nothing but their names, which are a part of it then. In its bytes all numbers, and the lengths of what
//! varies, are 8 bytes, the highest first; a bytes string or a text comes behind its length:
//!
//! ```text
//! form      = text "tensorproof form 1", text kind, number of tensors, tensor..
//!             with names: text "tensorproof form 1", text "named " and kind, number of tensors, text name and tensor..
//! tensor    = number of axes, length of an axis.., order (1 byte: 0 row-major, 1 kept for input-major),
//!             scale's numerator (integer), scale's denominator (bytes), least value (integer), bits of a value
//! integer   = sign (1 byte: 1 below zero, else 0), bytes
//! bytes     = length, the magnitude without zeros before it, the highest byte first; zero has none
//! ```
//!
//! The scale is a fraction in lowest terms, its denominator at least 1. A form's element of the field is the first 31 bytes of
//! the keccak256 of its bytes, the highest first, which is below the prime.

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{One as _, Zero as _};
use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Keccak256};

/// What forms begin with; other bytes have another.
const DOMAIN: &str = "tensorproof form 1";

/// In which order the values of a tensor are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The last axis fastest.
    RowMajor,
}

impl Order {
    fn byte(self) -> u8 {
        match self {
            Self::RowMajor => 0,
        }
    }
}

/// Bounded integers, as they are packed into elements of the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorForm {
    /// The lengths of its axes. Inputs and outputs have that of the batch first, also when it is one sample: two samples of 3
    /// values are no sample of 2x3.
    pub shape: Vec<usize>,
    /// The order of the values.
    pub order: Order,
    /// The integer that stands for 1.
    pub scale: BigRational,
    /// The least value.
    pub low: BigInt,
    /// Bits of a value less the least one, 1 to 253.
    pub bits: usize,
}

impl TensorForm {
    /// Describes values in `[low, high]`.
    pub fn new(shape: &[usize], scale: &BigRational, low: &BigInt, high: &BigInt) -> Self {
        Self {
            shape: shape.to_vec(),
            order: Order::RowMajor,
            scale: scale.clone(),
            low: low.clone(),
            bits: width(low, high),
        }
    }

    /// Describes integers that stand for themselves.
    pub fn whole(shape: &[usize], low: &BigInt, high: &BigInt) -> Self {
        Self::new(shape, &BigRational::one(), low, high)
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

    /// Returns the values of packed elements; `None` when elements are missing or left, or hold something else than values.
    pub fn unpack(&self, elements: &[BigInt]) -> Option<Vec<BigInt>> {
        if elements.len() != self.elements() {
            return None;
        }
        let mask = (BigInt::one() << self.bits) - 1u32;
        let mut values = Vec::with_capacity(self.size());
        for element in elements {
            let mut rest = element.clone();
            for _ in 0..self.per_element().min(self.size() - values.len()) {
                values.push((&rest & &mask) + &self.low);
                rest >>= self.bits;
            }
            if !rest.is_zero() {
                return None;
            }
        }
        Some(values)
    }

    /// Returns whether values have a packing.
    pub fn holds(&self, values: &[BigInt]) -> bool {
        let fits = |value: &BigInt| {
            let moved = value - &self.low;
            moved.sign() != Sign::Minus && moved.bits() <= self.bits as u64
        };
        values.len() == self.size() && values.iter().all(fits)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, self.shape.len());
        for length in &self.shape {
            put_number(bytes, *length);
        }
        bytes.push(self.order.byte());
        put_integer(bytes, self.scale.numer());
        put_bytes(bytes, &magnitude(self.scale.denom()));
        put_integer(bytes, &self.low);
        put_number(bytes, self.bits);
    }
}

/// Returns the bits of values in `[low, high]` less the least one: one at least, so that a tensor of zeros is packed too.
pub(crate) fn width(low: &BigInt, high: &BigInt) -> usize {
    usize::try_from((high - low).bits().clamp(1, 253)).unwrap_or(253)
}

/// What the values of a commitment, or of an encryption, are meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What they are: `input`, `params`, `output`, `data` or `test set`.
    pub kind: String,
    /// The tensors, in the order in which they are packed.
    pub tensors: Vec<TensorForm>,
    /// The name of each tensor, where it is a part of the form.
    pub names: Option<Vec<String>>,
}

impl Form {
    /// Returns the bytes that stand for it and for no other.
    ///
    /// # Panics
    /// When there are names, and not one for each tensor.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, DOMAIN.as_bytes());
        match &self.names {
            None => put_bytes(&mut bytes, self.kind.as_bytes()),
            // No kind begins like this.
            Some(_) => put_bytes(&mut bytes, format!("named {}", self.kind).as_bytes()),
        }
        put_number(&mut bytes, self.tensors.len());
        if let Some(names) = &self.names {
            assert_eq!(names.len(), self.tensors.len(), "each tensor has a name, or none has");
        }
        for (at, tensor) in self.tensors.iter().enumerate() {
            if let Some(names) = &self.names {
                put_bytes(&mut bytes, names[at].as_bytes());
            }
            tensor.write(&mut bytes);
        }
        bytes
    }

    /// Returns the element of the field that stands for it, of 248 bits.
    pub fn element(&self) -> BigInt {
        let digest = Keccak256::digest(self.bytes());
        BigInt::from_bytes_be(Sign::Plus, &digest[..31])
    }
}

fn put_number(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend((number as u64).to_be_bytes());
}

fn put_bytes(bytes: &mut Vec<u8>, content: &[u8]) {
    put_number(bytes, content.len());
    bytes.extend(content);
}

fn put_integer(bytes: &mut Vec<u8>, integer: &BigInt) {
    bytes.push(u8::from(integer.sign() == Sign::Minus));
    put_bytes(bytes, &magnitude(integer));
}

/// Returns the bytes of an absolute value, the highest first; none for zero.
fn magnitude(integer: &BigInt) -> Vec<u8> {
    if integer.is_zero() { Vec::new() } else { integer.to_bytes_be().1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn integers(values: &[i64]) -> Vec<BigInt> {
        values.iter().copied().map(BigInt::from).collect()
    }

    #[test]
    fn unpacks_what_is_packed_and_nothing_else() {
        let narrow = TensorForm::whole(&[7], &BigInt::from(-900), &BigInt::from(1100));
        assert_eq!((narrow.bits, narrow.per_element(), narrow.elements()), (11, 23, 1));
        let wide = TensorForm::whole(&[3], &BigInt::from(-1), &(BigInt::one() << 100));
        assert_eq!((wide.bits, wide.per_element(), wide.elements()), (101, 2, 2));
        let values = integers(&[-1, 5, 77]);
        let moved = |at: usize| &values[at] - &wide.low;
        let elements = [moved(0) + (moved(1) << 101), moved(2)];
        assert_eq!(wide.unpack(&elements), Some(values.clone()));
        assert!(wide.holds(&values));
        // What is above the last value of an element, and a missing or second last element.
        for changed in [
            vec![elements[0].clone(), moved(2) + (BigInt::one() << 101)],
            vec![&elements[0] + (BigInt::one() << 202), moved(2)],
            vec![elements[0].clone()],
            [&elements[..], &[BigInt::zero()]].concat(),
        ] {
            assert_eq!(wide.unpack(&changed), None);
        }
        assert!(!wide.holds(&integers(&[-2, 0, 0])));
        assert!(!wide.holds(&integers(&[0, 0])));
        assert!(!narrow.holds(&integers(&[0, 0, 0, 0, 0, 0, -900 + (1 << 11)])));
    }

    /// Written down by a second implementation, in Python.
    #[test]
    fn bytes_are_those_that_are_written_down() {
        let form = Form {
            kind: "params".to_owned(),
            tensors: vec![TensorForm {
                shape: vec![2, 3],
                order: Order::RowMajor,
                // In lowest terms 625/8.
                scale: BigRational::new(BigInt::from(10_000), BigInt::from(128)),
                low: BigInt::from(-300),
                bits: 9,
            }],
            names: None,
        };
        let hex = BigInt::from_bytes_be(Sign::Plus, &form.bytes()).to_str_radix(16);
        let expected = [
            "0000000000000012",
            "74656e736f7270726f6f6620666f726d2031",
            "0000000000000006",
            "706172616d73",
            "0000000000000001",
            "0000000000000002",
            "0000000000000002",
            "0000000000000003",
            "00",
            "00",
            "0000000000000002",
            "0271",
            "0000000000000001",
            "08",
            "01",
            "0000000000000002",
            "012c",
            "0000000000000009",
        ];
        assert_eq!(hex, expected.concat().trim_start_matches('0'));
        let element = "702c8f5154649532960530be96bffe7c2570b1b9e62205be0da593074637e0";
        assert_eq!(form.element().to_str_radix(16), element);
    }

    fn tensor() -> impl Strategy<Value = TensorForm> {
        let scale = (any::<i64>().prop_filter("no scale is zero", |value| *value != 0), 1..i64::MAX);
        (prop::collection::vec(0usize..4, 0..4), scale, any::<i128>(), 1usize..=253).prop_map(
            |(shape, (above, below), low, bits)| TensorForm {
                shape,
                order: Order::RowMajor,
                scale: BigRational::new(above.into(), below.into()),
                low: low.into(),
                bits,
            },
        )
    }

    fn form() -> impl Strategy<Value = Form> {
        ("[a-z ]{0,3}", prop::collection::vec((tensor(), "[a-z]{0,2}"), 0..3), any::<bool>()).prop_map(
            |(kind, tensors, is_named)| {
                let (tensors, names) = tensors.into_iter().unzip();
                Form { kind, tensors, names: is_named.then_some(names) }
            },
        )
    }

    /// Reads the bytes of a form; what was read is all that they can mean.
    fn read(bytes: &[u8]) -> Form {
        struct Reader<'b>(&'b [u8]);
        impl Reader<'_> {
            fn take(&mut self, count: usize) -> Vec<u8> {
                let (taken, rest) = self.0.split_at(count);
                self.0 = rest;
                taken.to_vec()
            }
            fn number(&mut self) -> usize {
                let bytes = self.take(8).try_into().map(u64::from_be_bytes);
                usize::try_from(bytes.expect("eight bytes")).expect("a number")
            }
            fn bytes(&mut self) -> Vec<u8> {
                let count = self.number();
                self.take(count)
            }
            fn text(&mut self) -> String {
                String::from_utf8(self.bytes()).expect("a text")
            }
            fn integer(&mut self) -> BigInt {
                let sign = if self.take(1) == [1] { Sign::Minus } else { Sign::Plus };
                BigInt::from_bytes_be(sign, &self.bytes())
            }
        }
        let mut reader = Reader(bytes);
        assert_eq!(reader.text(), DOMAIN);
        let kind = reader.text();
        let unnamed = kind.strip_prefix("named ");
        let count = reader.number();
        let (mut tensors, mut names) = (Vec::new(), Vec::new());
        for _ in 0..count {
            if unnamed.is_some() {
                names.push(reader.text());
            }
            let rank = reader.number();
            let shape = (0..rank).map(|_| reader.number()).collect();
            assert_eq!(reader.take(1), [0]);
            let above = reader.integer();
            let below = BigInt::from_bytes_be(Sign::Plus, &reader.bytes());
            let (low, bits) = (reader.integer(), reader.number());
            let scale = BigRational::new_raw(above, below);
            tensors.push(TensorForm { shape, order: Order::RowMajor, scale, low, bits });
        }
        assert!(reader.0.is_empty());
        match unnamed {
            Some(unnamed) => Form { kind: unnamed.to_owned(), tensors, names: Some(names) },
            None => Form { kind, tensors, names: None },
        }
    }

    proptest! {
        #[test]
        fn bytes_mean_one_form(form in form()) {
            prop_assert_eq!(read(&form.bytes()), form);
        }

        #[test]
        fn elements_are_below_the_prime(form in form()) {
            prop_assert!(form.element().bits() <= 248);
        }
    }
}
