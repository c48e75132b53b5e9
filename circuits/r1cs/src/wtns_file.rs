//! snarkjs' `.wtns`, version 2.

use std::io::{self, Write};

use crate::format::{FormatError, Sections, fr_bytes, modulus_bytes, write_header, write_section};
use crate::{Fr, Witness};

impl Witness {
    /// Writes the values as `.wtns`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        let count = u32::try_from(self.0.len()).map_err(|_| io::Error::other("more than 2^32 values"))?;
        write_header(writer, "wtns", 2, 2)?;
        write_section(writer, 1, 4 + 32 + 4)?;
        writer.write_all(&32u32.to_le_bytes())?;
        writer.write_all(&modulus_bytes::<Fr>())?;
        writer.write_all(&count.to_le_bytes())?;
        write_section(writer, 2, self.0.len() * 32)?;
        self.0.iter().try_for_each(|value| writer.write_all(&fr_bytes(value)))
    }

    /// Reads values from the bytes of a `.wtns`.
    ///
    /// # Errors
    /// When the bytes are not a `.wtns` of BN254 with canonical values.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let sections = Sections::split(bytes, "wtns", 2)?;
        let mut header = sections.get(1, "header")?;
        header.expect_modulus(&modulus_bytes::<Fr>())?;
        let count = header.u32()?;
        header.finish()?;
        let mut section = sections.get(2, "values")?;
        if section.left() as u64 != u64::from(count) * 32 {
            return Err(section
                .unexpected(format!("{} bytes", section.left()), format!("32 for each of {count} values")));
        }
        let mut values = Vec::with_capacity(count as usize);
        for _ in 0..count {
            values.push(section.fr()?);
        }
        Ok(Self(values))
    }
}
