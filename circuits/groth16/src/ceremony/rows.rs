//! The entries of a key in the order of the `.r1cs`: keys of a ceremony must have the same bytes, whoever makes them.

use tensorproof_r1cs::R1cs;
use tensorproof_r1cs::format::{FormatError, Sections};

use crate::entries::Entry;
use crate::zkey::{ENTRY_BYTES, write_entry};

/// A constraint system with the file that it was read from.
#[derive(Debug)]
pub struct R1csFile<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) r1cs: R1cs,
}

impl<'b> R1csFile<'b> {
    /// Reads a system from the bytes of a `.r1cs`.
    ///
    /// # Errors
    /// When the bytes are not a `.r1cs` of BN254 in which every wire and value is in range.
    pub fn read(bytes: &'b [u8]) -> Result<Self, FormatError> {
        Ok(Self { bytes, r1cs: R1cs::read(bytes)? })
    }

    /// Returns the number of public signals.
    pub fn public_signals(&self) -> u32 {
        self.r1cs.public_signals()
    }

    /// Returns the section of a key that holds the entries of the matrices A and B.
    pub(crate) fn entries(&self) -> Result<Vec<u8>, FormatError> {
        let mut entries = Vec::new();
        let mut section = Sections::split(self.bytes, "r1cs", 1)?.get(2, "constraints")?;
        // Rows of a system that was read are fewer than 2^32.
        let rows = u32::try_from(self.r1cs.len()).unwrap_or(u32::MAX);
        for row in 0..rows {
            for matrix in 0..3 {
                for _ in 0..section.u32()? {
                    let (wire, value) = (section.u32()?, section.element()?);
                    if matrix < 2 {
                        push(&mut entries, Entry { matrix, row, wire, value });
                    }
                }
            }
        }
        for wire in 0..=self.r1cs.public_signals() {
            push(&mut entries, Entry { matrix: 0, row: rows + wire, wire, value: 1u64.into() });
        }
        let count = u32::try_from(entries.len() / ENTRY_BYTES).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(4 + entries.len());
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.append(&mut entries);
        Ok(bytes)
    }
}

fn push(entries: &mut Vec<u8>, entry: Entry) {
    write_entry(entries, entry).expect("writing to memory does not fail");
}
