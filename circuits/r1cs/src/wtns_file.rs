//! snarkjs' `.wtns`, version 2.

use std::io::{self, Write};

use ark_ff::PrimeField;

use crate::Witness;
use crate::format::{
    FormatError, Sections, field_bytes, write_element, write_header, write_modulus, write_section,
};

impl<F: PrimeField> Witness<F> {
    /// Writes the values as `.wtns`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        let count = u32::try_from(self.0.len()).map_err(|_| io::Error::other("more than 2^32 values"))?;
        write_header(writer, "wtns", 2, 2)?;
        let bytes = field_bytes::<F>();
        write_section(writer, 1, 4 + bytes + 4)?;
        write_modulus::<F>(writer)?;
        writer.write_all(&count.to_le_bytes())?;
        write_section(writer, 2, self.0.len() * bytes)?;
        self.0.iter().try_for_each(|value| write_element(writer, value))
    }

    /// Reads values from the bytes of a `.wtns`.
    ///
    /// # Errors
    /// When the bytes are not a `.wtns` of this field with canonical values.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let sections = Sections::split(bytes, "wtns", 2)?;
        let mut header = sections.get(1, "header")?;
        header.expect_field::<F>()?;
        let count = header.u32()?;
        header.finish()?;
        let mut section = sections.get(2, "values")?;
        let bytes = field_bytes::<F>();
        if section.left() as u64 != u64::from(count) * bytes as u64 {
            return Err(section.unexpected(
                format!("{} bytes", section.left()),
                format!("{bytes} for each of {count} values"),
            ));
        }
        let mut values = Vec::with_capacity(count as usize);
        for _ in 0..count {
            values.push(section.element()?);
        }
        Ok(Self(values))
    }
}
