//! snarkjs' `.zkey` for Groth16.
//!
//! Sections: 1 the protocol, 2 sizes and fixed points, 3 IC, 4 entries of A and B, 5 A, 6 B in G1, 7 B in G2, 8 C, 9 H,
//! 10 contributions.
//!
//! Source: <https://github.com/iden3/snarkjs/blob/master/doc/zkey_format.md> and files that snarkjs writes.

use std::io::{self, Write};
use std::sync::Arc;

use ark_bn254::{Fr, G1Affine};
use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;
use tensorproof_r1cs::R1cs;
use tensorproof_r1cs::format::{Cursor, FormatError, Sections, limb_bytes, write_header, write_section};

use crate::VerifyingKey;
use crate::blinding::same_in_both;
use crate::contributions::KeyContributions;
use crate::entries::{Entries, Entry, for_each_entry};
use crate::header::Header;
use crate::key::ProvingKey;
use crate::points::{G1_BYTES, G2_BYTES, Section, g1_bytes, read_g1, read_g2, read_many};
use crate::stored::{Bytes, Stored};
use crate::subgroup::all_stored_in_subgroup;

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
        if self.entries.count() == u32::MAX {
            return Err(io::Error::other("the matrices have 2^32 - 1 entries or more"));
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

        write_section(writer, 3, self.vk.gamma_abc_g1.len() * G1_BYTES)?;
        self.vk.gamma_abc_g1.iter().try_for_each(|point| writer.write_all(&g1_bytes(point)))?;
        write_section(writer, 4, 4 + self.entries.count() as usize * ENTRY_BYTES)?;
        writer.write_all(&self.entries.count().to_le_bytes())?;
        let mut result = Ok(());
        for_each_entry(r1cs, |entry| {
            if result.is_ok() {
                result = write_entry(writer, entry);
            }
        });
        result?;
        for (kind, points) in [
            (5, self.a.bytes()),
            (6, self.b_g1.bytes()),
            (7, self.b_g2.bytes()),
            (8, self.c.bytes()),
            (9, self.h.bytes()),
        ] {
            write_section(writer, kind, points.len())?;
            writer.write_all(points)?;
        }
        write_section(writer, 10, self.contributions.len())?;
        writer.write_all(&self.contributions)
    }

    /// Reads a key from the bytes of a `.zkey`; every point is checked to be in its group, and those that blind proofs to be the
    /// same in both groups and not infinity.
    ///
    /// A key without a hash of the circuit has [`Origin::Local`]: it is no ceremony's. The contributions are what the
    /// file says; that they happened is not checked here.
    ///
    /// # Errors
    /// When the bytes are not a `.zkey` for Groth16 on BN254; the error names the section.
    ///
    /// # Security
    /// Proofs with the key are zero-knowledge, whoever made it: they are blinded by what was checked, and [`Prover`](crate::Prover)
    /// hands out none that does not verify. That the key is the circuit's, and that a ceremony made it, is for
    /// [`verify_key`](crate::verify_key) to say: a key with other points may have no proof for some witnesses, which tells of
    /// them those who hear of it.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let bytes: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
        Self::check(&bytes)
    }

    /// Reads a key and checks every point and entry.
    pub(crate) fn check(bytes: &Arc<dyn Bytes>) -> Result<Self, FormatError> {
        Self::from_sections(bytes, &Sections::split((**bytes).as_ref(), "zkey", 1)?, None)
    }

    /// Reads a key whose points and entries were checked before.
    pub(crate) fn trust(bytes: &Arc<dyn Bytes>, entries: Entries) -> Result<Self, FormatError> {
        Self::from_sections(bytes, &Sections::split((**bytes).as_ref(), "zkey", 1)?, Some(entries))
    }

    fn from_sections(
        bytes: &Arc<dyn Bytes>,
        sections: &Sections<'_>,
        checked: Option<Entries>,
    ) -> Result<Self, FormatError> {
        let mut header = sections.get(1, "protocol")?;
        let protocol = header.u32()?;
        if protocol != GROTH16 {
            return Err(header.unexpected(format!("protocol {protocol}"), "1, Groth16"));
        }
        let header = Header::read(sections.get(2, "header")?)?;
        let [wires, public, domain] =
            [header.wires, header.public, header.domain].map(|count| count as usize);

        let g1 = |kind: u32, name: &'static str, count: usize| {
            let section = Section { points: sections.get(kind, name)?, name, size: G1_BYTES, count };
            let check = checked.is_none().then_some(read_g1);
            Ok(Stored::<G1Affine>::new(Arc::clone(bytes), section.place(check)?))
        };
        let gamma_abc_g1 = read_many(sections.get(3, "IC")?, "IC", G1_BYTES, public + 1, read_g1)?;
        let entries = match checked {
            Some(entries) => entries,
            None => read_entries(sections.get(4, "coefficients")?, wires, domain)?,
        };
        let mut section = sections.get(10, "contributions")?;
        let origin = KeyContributions::read(section.clone(), &header.delta_g1)?.origin();
        let contributions = section.take(section.left())?.to_vec();
        let points = sections.get(7, "B2")?;
        let section = Section { points: points.clone(), name: "B2", size: G2_BYTES, count: wires };
        let b_g2 = Stored::new(Arc::clone(bytes), section.place(checked.is_none().then_some(read_g2))?);
        let b_g1 = g1(6, "B1", wires)?;
        if checked.is_none() {
            if !all_stored_in_subgroup(&b_g2) {
                return Err(points.unexpected("a point outside the subgroup", "points of G2"));
            }
            if !same_in_both(&b_g1, &b_g2) {
                return Err(points.unexpected("other points than in B1", "the same in both groups"));
            }
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
            b_g1,
            b_g2,
            c: g1(8, "C", wires - public - 1)?,
            h: g1(9, "H", domain)?,
            entries,
            origin,
            contributions,
        })
    }
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
    let offset = section.offset();
    let bytes = section.take(section.left())?;
    let entry = |index: usize| {
        let bytes = &bytes[index * ENTRY_BYTES..][..ENTRY_BYTES];
        read_entry(Cursor::new(bytes, "coefficients", offset + index * ENTRY_BYTES), wires, domain)
    };
    let indices = (0..count as usize).into_par_iter();
    let follows = |index: usize| {
        let place = entry(index)?.place();
        Ok(index == 0 || entry(index - 1)?.place() < place)
    };
    // They mostly are in order, and then no list is made of them.
    if indices.clone().map(follows).try_reduce(|| true, |one, other| Ok(one && other))? {
        return Ok(Entries::digest((0..count as usize).filter_map(|index| entry(index).ok())));
    }
    let mut entries: Vec<Entry> = indices.map(entry).collect::<Result<_, _>>()?;
    entries.par_sort_by_key(Entry::place);
    if let Some([entry, _]) = entries.array_windows().find(|[one, next]| one.place() == next.place()) {
        let found = format!("matrix {}, row {}, wire {} twice", entry.matrix, entry.row, entry.wire);
        return Err(section.unexpected(found, "each place once"));
    }
    Ok(Entries::digest(entries))
}

fn read_entry(mut section: Cursor<'_>, wires: usize, domain: usize) -> Result<Entry, FormatError> {
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
    Ok(Entry { matrix, row, wire, value })
}
