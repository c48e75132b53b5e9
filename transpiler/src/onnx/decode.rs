//! Tensors of a model: their encodings, to real numbers or integers.

use std::borrow::Cow;

use super::TensorProto;
use super::external::{self, Folder};
use crate::error::{Error, Result};
use crate::tensor::{Constant, array, elements};

const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;
const UINT16: i32 = 4;
const INT16: i32 = 5;
const INT32: i32 = 6;
const INT64: i32 = 7;
pub(super) const STRING: i32 = 8;
const BOOL: i32 = 9;
const FLOAT16: i32 = 10;
const DOUBLE: i32 = 11;
const UINT32: i32 = 12;
const UINT64: i32 = 13;
const BFLOAT16: i32 = 16;

/// What minus infinity and its like count as: masks are made of it, and e to its power is zero.
const LOWEST: f64 = -1_048_576.0;
/// What is this low stands for minus infinity: the least float of 32 bits is.
const AS_GOOD_AS_INFINITE: f64 = -1e30;

/// Decodes a tensor; NaN and infinity are errors, but for minus infinity in masks, which have nothing else and zeros. `folder` is the model's, for data that stands in another file.
pub(super) fn constant(tensor: &TensorProto, name: &str, folder: &Folder<'_>) -> Result<Constant> {
    let dims = tensor.dims.iter().map(|length| usize::try_from(*length).ok()).collect::<Option<Vec<_>>>();
    let shape =
        dims.ok_or_else(|| Error::tensor(name, format!("shape {:?} has a negative length", tensor.dims)))?;
    let count =
        elements(&shape).ok_or_else(|| Error::tensor(name, format!("shape {shape:?} is too large")))?;
    let width = match tensor.data_type {
        UINT8 | INT8 | BOOL => 1,
        UINT16 | INT16 | FLOAT16 | BFLOAT16 => 2,
        FLOAT | INT32 | UINT32 => 4,
        DOUBLE | INT64 | UINT64 => 8,
        STRING => {
            let reason = "holds text, which is no number: do what is done with it outside of the model";
            return Err(Error::tensor(name, reason));
        }
        other => {
            let reason = format!(
                "data type {other} is not supported, expected a float, integer or boolean type of up to 64 bits"
            );
            return Err(Error::tensor(name, reason));
        }
    };
    let raw: Cow<'_, [u8]> = match tensor.data_location {
        0 => Cow::Borrowed(&tensor.raw_data),
        1 => Cow::Owned(external::read(&tensor.external_data, name, count * width, folder)?),
        other => {
            return Err(Error::tensor(
                name,
                format!("data location {other} is not supported, expected 0 or 1"),
            ));
        }
    };
    let values =
        if raw.is_empty() { typed(tensor, name)? } else { from_bytes(&raw, tensor.data_type, name)? };
    let found = match &values {
        Values::Float(values) => values.len(),
        Values::Int(values) => values.len(),
    };
    let decoded = match values {
        Values::Float(mut values) => {
            let is_mask = values.iter().all(|value| *value == 0.0 || *value <= AS_GOOD_AS_INFINITE);
            for value in values.iter_mut().filter(|value| is_mask && **value != 0.0) {
                *value = LOWEST;
            }
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                let reason = format!("value {index} is {}, expected a finite number", values[index]);
                return Err(Error::tensor(name, reason));
            }
            array(&shape, values).map(Constant::Float)
        }
        Values::Int(values) => array(&shape, values).map(Constant::Int),
    };
    decoded.ok_or_else(|| {
        Error::tensor(name, format!("has {found} values, expected {count} for shape {shape:?}"))
    })
}

/// Decodes a tensor of real numbers that stand in the file, of which some may be NaN.
pub(super) fn reals(tensor: &TensorProto, name: &str) -> Result<Vec<f64>> {
    let is_real = matches!(tensor.data_type, FLOAT | DOUBLE) && tensor.data_location == 0;
    if !is_real {
        return Err(Error::tensor(
            name,
            "has a list of another data type, expected float or double in the file",
        ));
    }
    let raw = &tensor.raw_data;
    match if raw.is_empty() { typed(tensor, name)? } else { from_bytes(raw, tensor.data_type, name)? } {
        Values::Float(values) => Ok(values),
        Values::Int(_) => Err(Error::tensor(name, "has integers, expected real numbers")),
    }
}

enum Values {
    Float(Vec<f64>),
    Int(Vec<i64>),
}

/// Reads the fields that hold one number each; those of fewer than 32 bits stand in `int32_data`.
fn typed(tensor: &TensorProto, name: &str) -> Result<Values> {
    let small =
        |low: i32, high: i32| match tensor.int32_data.iter().find(|value| !(low..=high).contains(*value)) {
            Some(value) => Err(Error::tensor(
                name,
                format!("value {value} is outside its data type's range, [{low}, {high}]"),
            )),
            None => Ok(tensor.int32_data.iter().map(|value| i64::from(*value)).collect()),
        };
    let halves = |decode: fn(u16) -> f64| {
        let bits = tensor.int32_data.iter().map(|value| u16::try_from(*value).ok().map(decode));
        bits.collect::<Option<Vec<f64>>>()
            .ok_or_else(|| Error::tensor(name, "has a value of more than 16 bits, expected a 16-bit float"))
    };
    Ok(match tensor.data_type {
        FLOAT => Values::Float(tensor.float_data.iter().map(|value| f64::from(*value)).collect()),
        DOUBLE => Values::Float(tensor.double_data.clone()),
        FLOAT16 => Values::Float(halves(half)?),
        BFLOAT16 => Values::Float(halves(brain)?),
        INT64 => Values::Int(tensor.int64_data.clone()),
        UINT32 | UINT64 => Values::Int(wide(tensor, name)?),
        UINT8 => Values::Int(small(0, 255)?),
        INT8 => Values::Int(small(-128, 127)?),
        UINT16 => Values::Int(small(0, 65_535)?),
        INT16 => Values::Int(small(-32_768, 32_767)?),
        BOOL => Values::Int(small(0, 1)?),
        _ => Values::Int(small(i32::MIN, i32::MAX)?),
    })
}

/// Reads unsigned integers of 32 or 64 bits.
fn wide(tensor: &TensorProto, name: &str) -> Result<Vec<i64>> {
    let values = tensor.uint64_data.iter().map(|value| i64::try_from(*value).ok());
    values
        .collect::<Option<Vec<i64>>>()
        .ok_or_else(|| Error::tensor(name, "has a value of 64 bits, expected at most 63"))
}

/// Reads little-endian bytes.
fn from_bytes(raw: &[u8], data_type: i32, name: &str) -> Result<Values> {
    Ok(match data_type {
        FLOAT => Values::Float(chunks(raw, name, |bytes| f32::from_le_bytes(bytes).into())?),
        DOUBLE => Values::Float(chunks(raw, name, f64::from_le_bytes)?),
        FLOAT16 => Values::Float(chunks(raw, name, |bytes| half(u16::from_le_bytes(bytes)))?),
        BFLOAT16 => Values::Float(chunks(raw, name, |bytes| brain(u16::from_le_bytes(bytes)))?),
        INT64 => Values::Int(chunks(raw, name, i64::from_le_bytes)?),
        UINT64 => {
            let values: Vec<u64> = chunks(raw, name, u64::from_le_bytes)?;
            return wide(&TensorProto { uint64_data: values, ..TensorProto::default() }, name)
                .map(Values::Int);
        }
        UINT32 => Values::Int(chunks(raw, name, |bytes| u32::from_le_bytes(bytes).into())?),
        INT32 => Values::Int(chunks(raw, name, |bytes| i32::from_le_bytes(bytes).into())?),
        INT16 => Values::Int(chunks(raw, name, |bytes| i16::from_le_bytes(bytes).into())?),
        UINT16 => Values::Int(chunks(raw, name, |bytes| u16::from_le_bytes(bytes).into())?),
        INT8 => Values::Int(chunks(raw, name, |bytes| i8::from_le_bytes(bytes).into())?),
        BOOL => Values::Int(raw.iter().map(|byte| i64::from(*byte != 0)).collect()),
        _ => Values::Int(raw.iter().map(|byte| i64::from(*byte)).collect()),
    })
}

fn chunks<const N: usize, T>(raw: &[u8], name: &str, decode: impl Fn([u8; N]) -> T) -> Result<Vec<T>> {
    let (values, rest) = raw.as_chunks::<N>();
    if !rest.is_empty() {
        let reason = format!("has {} bytes of data, expected a multiple of {N}", raw.len());
        return Err(Error::tensor(name, reason));
    }
    Ok(values.iter().map(|bytes| decode(*bytes)).collect())
}

/// Returns the number of an IEEE 754 float of 16 bits.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// Returns the number of a `bfloat16`, the upper half of a float of 32 bits.
fn brain(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data_type: i32, raw: &[u8], int32: &[i32], expected: &[f64]) {
        let tensor = |raw_data: Vec<u8>, int32_data: Vec<i32>| TensorProto {
            dims: vec![i64::try_from(expected.len()).unwrap()],
            data_type,
            raw_data,
            int32_data,
            ..TensorProto::default()
        };
        for tensor in [tensor(raw.to_vec(), vec![]), tensor(vec![], int32.to_vec())] {
            let decoded = constant(&tensor, "w", &Folder::new(None)).unwrap().to_float();
            assert_eq!(decoded.iter().copied().collect::<Vec<_>>(), expected, "data type {data_type}");
        }
    }

    // From numpy and ml_dtypes: `np.array(values, dtype).tobytes()`.
    #[test]
    fn decodes_every_encoding() {
        let halves = [1.0, -2.5, 0.0, 65504.0, 2f64.powi(-24), 2f64.powi(-14)];
        let raw = [0x00, 0x3c, 0x00, 0xc1, 0x00, 0x00, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x04];
        check(FLOAT16, &raw, &[0x3c00, 0xc100, 0, 0x7bff, 1, 0x0400], &halves);
        check(BFLOAT16, &[0x80, 0x3f, 0x20, 0xc0], &[0x3f80, 0xc020], &[1.0, -2.5]);
        check(INT8, &[0xff, 0x7f], &[-1, 127], &[-1.0, 127.0]);
        check(UINT8, &[0xff, 0x7f], &[255, 127], &[255.0, 127.0]);
        check(INT16, &[0xfe, 0xff], &[-2], &[-2.0]);
        check(UINT16, &[0xfe, 0xff], &[65534], &[65534.0]);
        check(INT32, &[0xfe, 0xff, 0xff, 0xff], &[-2], &[-2.0]);
        check(BOOL, &[0, 1], &[0, 1], &[0.0, 1.0]);
    }

    #[test]
    fn refuses_values_that_are_not_finite_or_do_not_fit() {
        let rows = [
            (FLOAT16, vec![0x7c00]),
            (FLOAT16, vec![0x7e00]),
            (BFLOAT16, vec![0x7f80]),
            (BFLOAT16, vec![0xff80, 0x3f80]),
            (FLOAT16, vec![65536]),
            (INT8, vec![128]),
            (BOOL, vec![2]),
            (8, vec![0]),
        ];
        for (data_type, int32_data) in rows {
            let dims = vec![i64::try_from(int32_data.len()).unwrap()];
            let tensor = TensorProto { dims, data_type, int32_data, ..TensorProto::default() };
            let message = constant(&tensor, "w", &Folder::new(None)).unwrap_err().to_string();
            assert!(message.starts_with("tensor `w`: "), "{message}");
        }
    }
}
