//! Elements of NumPy files, whatever their type.

use std::io::Read;

use ndarray_npy::{ReadDataError, ReadableElement};
use py_literal::Value;

/// Most elements of an array; more is a mistake or an attack.
const MOST_ELEMENTS: usize = 1 << 28;

/// An element of a NumPy array as a real number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f64);

impl ReadableElement for Number {
    /// Reads `len` elements. Memory grows with the data that there is, not with the length that a header states.
    fn read_to_end_exact_vec<R: Read>(
        reader: R,
        type_desc: &Value,
        len: usize,
    ) -> Result<Vec<Self>, ReadDataError> {
        let unknown = || ReadDataError::WrongDescriptor(type_desc.clone());
        let Value::String(descriptor) = type_desc else {
            return Err(unknown());
        };
        let (order, kind) = descriptor.split_at_checked(1).ok_or_else(unknown)?;
        let is_big_endian = order == ">";
        if !matches!(order, "<" | ">" | "|" | "=") {
            return Err(unknown());
        }
        match kind {
            "f4" => read(reader, len, is_big_endian, |bytes| f32::from_le_bytes(bytes).into()),
            "f8" => read(reader, len, is_big_endian, f64::from_le_bytes),
            "b1" => read(reader, len, is_big_endian, |bytes| f64::from(u8::from_le_bytes(bytes) != 0)),
            #[expect(clippy::cast_precision_loss, reason = "inputs beyond 2^53 are rounded, as NumPy does")]
            "u8" => read(reader, len, is_big_endian, |bytes| u64::from_le_bytes(bytes) as f64),
            "u1" => read(reader, len, is_big_endian, |bytes| u8::from_le_bytes(bytes).into()),
            "i1" => read(reader, len, is_big_endian, |bytes| i8::from_le_bytes(bytes).into()),
            "u2" => read(reader, len, is_big_endian, |bytes| u16::from_le_bytes(bytes).into()),
            "i2" => read(reader, len, is_big_endian, |bytes| i16::from_le_bytes(bytes).into()),
            "u4" => read(reader, len, is_big_endian, |bytes| u32::from_le_bytes(bytes).into()),
            "i4" => read(reader, len, is_big_endian, |bytes| i32::from_le_bytes(bytes).into()),
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            "i8" => read(reader, len, is_big_endian, |bytes| i64::from_le_bytes(bytes) as f64),
            _ => Err(unknown()),
        }
    }
}

fn read<const N: usize>(
    mut reader: impl Read,
    len: usize,
    is_big_endian: bool,
    decode: impl Fn([u8; N]) -> f64,
) -> Result<Vec<Number>, ReadDataError> {
    if len > MOST_ELEMENTS {
        return Err(ReadDataError::ParseData(
            format!("the array has {len} elements, expected at most {MOST_ELEMENTS}").into(),
        ));
    }
    let expected = len * N;
    let mut bytes = Vec::new();
    reader.by_ref().take(u64::try_from(expected).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    if bytes.len() < expected {
        return Err(ReadDataError::MissingData);
    }
    if reader.read(&mut [0])? != 0 {
        return Err(ReadDataError::ExtraBytes(1));
    }
    let (elements, _) = bytes.as_chunks::<N>();
    let in_order = |mut element: [u8; N]| {
        if is_big_endian {
            element.reverse();
        }
        element
    };
    Ok(elements.iter().map(|element| Number(decode(in_order(*element)))).collect())
}
