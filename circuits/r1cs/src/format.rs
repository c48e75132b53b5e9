//! The binary container of iden3's formats: magic, version, and sections with a type and a length.
//!
//! Source: <https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md>.

use std::io::{self, Write};

use ark_ff::{BigInteger as _, PrimeField};
use num_bigint::BigUint;

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FormatError {
    /// The file ends too early.
    #[error("{section}: the file ends at byte {at}, expected {missing} bytes more")]
    Truncated {
        /// The part of the file.
        section: &'static str,
        /// Where the file ends.
        at: usize,
        /// How many bytes are missing.
        missing: usize,
    },
    /// A value is not the expected one.
    #[error("{section}: found {found} at byte {at}, expected {expected}")]
    Unexpected {
        /// The part of the file.
        section: &'static str,
        /// Where the value stands.
        at: usize,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A section is not there.
    #[error("section {section} is missing")]
    MissingSection {
        /// Name of the section.
        section: &'static str,
    },
}

/// Reads little-endian values and knows where it is.
#[derive(Clone, Debug)]
pub struct Cursor<'b> {
    bytes: &'b [u8],
    position: usize,
    section: &'static str,
    offset: usize,
}

impl<'b> Cursor<'b> {
    /// Starts at the first byte; `section` names the part of the file in errors, `offset` is its place in the file.
    pub fn new(bytes: &'b [u8], section: &'static str, offset: usize) -> Self {
        Self { bytes, position: 0, section, offset }
    }

    /// Returns the next bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn take(&mut self, length: usize) -> Result<&'b [u8], FormatError> {
        let rest = &self.bytes[self.position..];
        let Some(taken) = rest.get(..length) else {
            return Err(FormatError::Truncated {
                section: self.section,
                at: self.offset + self.bytes.len(),
                missing: length - rest.len(),
            });
        };
        self.position += length;
        Ok(taken)
    }

    /// Returns a 32-bit integer.
    ///
    /// # Errors
    /// When the file ends.
    pub fn u32(&mut self) -> Result<u32, FormatError> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(bytes))
    }

    /// Returns a 64-bit integer.
    ///
    /// # Errors
    /// When the file ends.
    pub fn u64(&mut self) -> Result<u64, FormatError> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Returns a canonical field element.
    ///
    /// # Errors
    /// When the file ends or the integer is not below the modulus.
    pub fn element<F: PrimeField>(&mut self) -> Result<F, FormatError> {
        let mut integer = F::BigInt::default();
        for limb in integer.as_mut() {
            *limb = self.u64()?;
        }
        F::from_bigint(integer)
            .ok_or_else(|| self.unexpected("a larger integer", "a field element below the modulus"))
    }

    /// Returns four 64-bit limbs, the lowest first.
    ///
    /// # Errors
    /// When the file ends.
    pub fn limbs(&mut self) -> Result<[u64; 4], FormatError> {
        let mut limbs = [0; 4];
        for limb in &mut limbs {
            *limb = self.u64()?;
        }
        Ok(limbs)
    }

    /// Checks that the next bytes are the length of a field's elements and its modulus.
    ///
    /// # Errors
    /// When they are not.
    pub fn expect_field<F: PrimeField>(&mut self) -> Result<(), FormatError> {
        let expected = format!("the prime {}", F::MODULUS);
        let length = self.u32()?;
        if length as usize != field_bytes::<F>() {
            return Err(self.unexpected(format!("field elements of {length} bytes"), expected));
        }
        let modulus = self.take(field_bytes::<F>())?;
        if modulus != modulus_bytes::<F>() {
            let found = BigUint::from_bytes_le(modulus);
            return Err(self.unexpected(format!("the prime {found}"), expected));
        }
        Ok(())
    }

    /// Checks that everything was read.
    ///
    /// # Errors
    /// When bytes are left.
    pub fn finish(self) -> Result<(), FormatError> {
        let left = self.bytes.len() - self.position;
        if left == 0 {
            Ok(())
        } else {
            Err(self.unexpected(format!("{left} bytes more"), "the end of the section"))
        }
    }

    /// Returns the number of bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// Returns the place in the file.
    pub fn offset(&self) -> usize {
        self.offset + self.position
    }

    /// Returns an error at this place.
    pub fn unexpected(&self, found: impl Into<String>, expected: impl Into<String>) -> FormatError {
        FormatError::Unexpected {
            section: self.section,
            at: self.offset + self.position,
            found: found.into(),
            expected: expected.into(),
        }
    }
}

/// A file split into its sections.
#[derive(Debug)]
pub struct Sections<'b> {
    sections: Vec<(u32, usize, &'b [u8])>,
}

impl<'b> Sections<'b> {
    /// Splits a file.
    ///
    /// # Errors
    /// When magic or version are others, or sections do not fill the file.
    pub fn split(bytes: &'b [u8], magic: &str, version: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(bytes, "header", 0);
        let found = cursor.take(4)?;
        if found != magic.as_bytes() {
            return Err(Cursor::new(bytes, "header", 0)
                .unexpected(format!("the magic `{}`", found.escape_ascii()), format!("`{magic}`")));
        }
        let actual = cursor.u32()?;
        if actual != version {
            return Err(cursor.unexpected(format!("version {actual}"), format!("version {version}")));
        }
        let count = cursor.u32()?;
        let mut sections = Vec::new();
        for _ in 0..count {
            let kind = cursor.u32()?;
            let length = cursor.u64()?;
            let at = cursor.position;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            sections.push((kind, at, cursor.take(length)?));
        }
        cursor.finish()?;
        Ok(Self { sections })
    }

    /// Returns the only section of a type.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn get(&self, kind: u32, name: &'static str) -> Result<Cursor<'b>, FormatError> {
        let mut found = self.sections.iter().filter(|(other, _, _)| *other == kind);
        let Some((_, at, bytes)) = found.next() else {
            return Err(FormatError::MissingSection { section: name });
        };
        let cursor = Cursor::new(bytes, name, *at);
        if found.next().is_some() {
            Err(cursor.unexpected("two sections of this type", "one"))
        } else {
            Ok(cursor)
        }
    }
}

/// Writes a file of sections, each with its type and its length in bytes.
///
/// # Errors
/// When the writer fails.
pub fn write_header(writer: &mut dyn Write, magic: &str, version: u32, sections: u32) -> io::Result<()> {
    writer.write_all(magic.as_bytes())?;
    writer.write_all(&version.to_le_bytes())?;
    writer.write_all(&sections.to_le_bytes())
}

/// Writes the type and length of a section.
///
/// # Errors
/// When the writer fails.
pub fn write_section(writer: &mut dyn Write, kind: u32, length: usize) -> io::Result<()> {
    writer.write_all(&kind.to_le_bytes())?;
    writer.write_all(&(length as u64).to_le_bytes())
}

/// Returns the bytes of a field's element in a file: those of the limbs that hold the modulus.
pub fn field_bytes<F: PrimeField>() -> usize {
    F::MODULUS_BIT_SIZE.div_ceil(64) as usize * 8
}

/// Returns the bytes of a canonical field element, little-endian.
pub fn element_bytes<F: PrimeField>(value: &F) -> Vec<u8> {
    value.into_bigint().to_bytes_le()
}

/// Writes a canonical field element, little-endian.
///
/// # Errors
/// When the writer fails.
pub fn write_element<F: PrimeField>(writer: &mut dyn Write, value: &F) -> io::Result<()> {
    value.into_bigint().as_ref().iter().try_for_each(|limb| writer.write_all(&limb.to_le_bytes()))
}

/// Returns the bytes of four limbs, little-endian.
pub fn limb_bytes(limbs: [u64; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_exact_mut(8).zip(limbs) {
        chunk.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}

/// Returns the modulus of a prime field, little-endian, as long as the field's elements.
pub fn modulus_bytes<F: PrimeField>() -> Vec<u8> {
    F::MODULUS.to_bytes_le()
}

/// Writes the length of a field's elements and its modulus.
///
/// # Errors
/// When the writer fails.
pub fn write_modulus<F: PrimeField>(writer: &mut dyn Write) -> io::Result<()> {
    let modulus = modulus_bytes::<F>();
    writer.write_all(&u32::try_from(modulus.len()).unwrap_or(u32::MAX).to_le_bytes())?;
    writer.write_all(&modulus)
}
