//! snarkjs' `.zkey` for Groth16.
//!
//! Sections: 1 the protocol, 2 sizes and fixed points, 3 IC, 4 entries of A and B, 5 A, 6 B in G1, 7 B in G2, 8 C, 9 H,
//! 10 contributions.
//!
//! Source: <https://github.com/iden3/snarkjs/blob/master/doc/zkey_format.md> and files that snarkjs writes.

use std::io::{self, Write};

use ark_bn254::{Fr, G1Affine};
use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;
use tensorproof_r1cs::R1cs;
use tensorproof_r1cs::format::{Cursor, FormatError, Sections, limb_bytes, write_header, write_section};

use crate::VerifyingKey;
use crate::contributions::KeyContributions;
use crate::entries::{Entries, Entry, for_each_entry};
use crate::header::Header;
use crate::key::ProvingKey;
use crate::points::{G1_BYTES, G2_BYTES, g1_bytes, g2_bytes, read_g1, read_g2, read_many};
use crate::subgroup::all_in_subgroup;

pub(crate) const GROTH16: u32 = 1;
pub(crate) const ENTRY_BYTES: usize = 12 + 32;

impl ProvingKey {
    /// Writes the key as `.zkey`, with the entries of the constraint system that it was made for.
    ///
    /// # Errors
    /// When the writer fails, or when the key was made for another system.
    pub fn write(&self, r1cs: &R1cs, writer: &mut dyn Write) -> io::Result<()> {
        if self.entries != Entries::of(r1cs) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the key belongs to another circuit"));
        }
        write_header(writer, "zkey", 1, 10)?;
        write_section(writer, 1, 4)?;
        writer.write_all(&GROTH16.to_le_bytes())?;

        let narrow = |count: usize| u32::try_from(count).map_err(io::Error::other);
        let header = Header {
            wires: narrow(self.a.len())?,
            public: narrow(self.vk.gamma_abc_g1.len() - 1)?,
            domain: narrow(self.h.len())?,
            alpha_g1: self.vk.alpha_g1,
            beta_g1: self.beta_g1,
            beta_g2: self.vk.beta_g2,
            gamma_g2: self.vk.gamma_g2,
            delta_g1: self.delta_g1,
            delta_g2: self.vk.delta_g2,
        };
        let header = header.to_bytes();
        write_section(writer, 2, header.len())?;
        writer.write_all(&header)?;

        write_g1(writer, 3, &self.vk.gamma_abc_g1)?;
        write_section(writer, 4, 4 + self.entries.count() as usize * ENTRY_BYTES)?;
        writer.write_all(&self.entries.count().to_le_bytes())?;
        let mut result = Ok(());
        for_each_entry(r1cs, |entry| {
            if result.is_ok() {
                result = write_entry(writer, entry);
            }
        });
        result?;
        write_g1(writer, 5, &self.a)?;
        write_g1(writer, 6, &self.b_g1)?;
        write_section(writer, 7, self.b_g2.len() * G2_BYTES)?;
        self.b_g2.iter().try_for_each(|point| writer.write_all(&g2_bytes(point)))?;
        write_g1(writer, 8, &self.c)?;
        write_g1(writer, 9, &self.h)?;
        write_section(writer, 10, self.contributions.len())?;
        writer.write_all(&self.contributions)
    }

    /// Reads a key from the bytes of a `.zkey`; every point is checked to be in its group.
    ///
    /// A key without a hash of the circuit has [`Origin::Local`]: it is no ceremony's. The contributions are what the
    /// file says; that they happened is not checked here.
    ///
    /// # Errors
    /// When the bytes are not a `.zkey` for Groth16 on BN254; the error names the section.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let sections = Sections::split(bytes, "zkey", 1)?;
        let mut header = sections.get(1, "protocol")?;
        let protocol = header.u32()?;
        if protocol != GROTH16 {
            return Err(header.unexpected(format!("protocol {protocol}"), "1, Groth16"));
        }
        let header = Header::read(sections.get(2, "header")?)?;
        let [wires, public, domain] =
            [header.wires, header.public, header.domain].map(|count| count as usize);

        let g1 = |kind: u32, name: &'static str, count: usize| {
            read_many(sections.get(kind, name)?, name, G1_BYTES, count, read_g1)
        };
        let gamma_abc_g1 = g1(3, "IC", public + 1)?;
        let entries = read_entries(sections.get(4, "coefficients")?, wires, domain)?;
        let mut section = sections.get(10, "contributions")?;
        let origin = KeyContributions::read(section.clone(), &header.delta_g1)?.origin();
        let contributions = section.take(section.left())?.to_vec();
        let section = sections.get(7, "B2")?;
        let at = section.clone();
        let b_g2 = read_many(section, "B2", G2_BYTES, wires, read_g2)?;
        if !all_in_subgroup(&b_g2) {
            return Err(at.unexpected("a point outside the subgroup", "points of G2"));
        }
        Ok(Self {
            vk: VerifyingKey {
                alpha_g1: header.alpha_g1,
                beta_g2: header.beta_g2,
                gamma_g2: header.gamma_g2,
                delta_g2: header.delta_g2,
                gamma_abc_g1,
            },
            beta_g1: header.beta_g1,
            delta_g1: header.delta_g1,
            a: g1(5, "A", wires)?,
            b_g1: g1(6, "B1", wires)?,
            b_g2,
            c: g1(8, "C", wires - public - 1)?,
            h: g1(9, "H", domain)?,
            entries,
            origin,
            contributions,
        })
    }
}

fn write_g1(writer: &mut dyn Write, kind: u32, points: &[G1Affine]) -> io::Result<()> {
    write_section(writer, kind, points.len() * G1_BYTES)?;
    points.iter().try_for_each(|point| writer.write_all(&g1_bytes(point)))
}

/// Writes an entry; its value stands as `value * R^2`, so that snarkjs gets Montgomery form after one reduction.
pub(crate) fn write_entry(writer: &mut dyn Write, entry: Entry) -> io::Result<()> {
    writer.write_all(&entry.matrix.to_le_bytes())?;
    writer.write_all(&entry.row.to_le_bytes())?;
    writer.write_all(&entry.wire.to_le_bytes())?;
    let twice = Fr::from_bigint(entry.value.0).unwrap_or_default();
    writer.write_all(&limb_bytes(twice.0.0))
}

fn read_entries(mut section: Cursor<'_>, wires: usize, domain: usize) -> Result<Entries, FormatError> {
    let count = section.u32()?;
    if section.left() as u64 != u64::from(count) * ENTRY_BYTES as u64 {
        let expected = format!("{count} entries of {ENTRY_BYTES} bytes");
        return Err(section.unexpected(format!("{} bytes", section.left()), expected));
    }
    let mut entries = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let (matrix, row, wire) = (section.u32()?, section.u32()?, section.u32()?);
        if matrix > 1 || row as usize >= domain || wire as usize >= wires {
            let found = format!("matrix {matrix}, row {row}, wire {wire}");
            return Err(
                section.unexpected(found, format!("matrix 0 or 1, row below {domain}, wire below {wires}"))
            );
        }
        let limbs = BigInt::new(section.limbs()?);
        if limbs >= Fr::MODULUS {
            return Err(section.unexpected("a larger integer", "a value below the modulus"));
        }
        let value = Fr::new_unchecked(Fr::new_unchecked(limbs).into_bigint());
        entries.push(Entry { matrix, row, wire, value });
    }
    entries.par_sort_by_key(Entry::place);
    if let Some([entry, _]) = entries.array_windows().find(|[one, next]| one.place() == next.place()) {
        let found = format!("matrix {}, row {}, wire {} twice", entry.matrix, entry.row, entry.wire);
        return Err(section.unexpected(found, "each place once"));
    }
    Ok(Entries::digest(entries))
}
