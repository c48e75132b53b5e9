//! circom's `.r1cs`, version 1.
//!
//! Source: <https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md>.

use std::io::{self, Write};

use ark_ff::PrimeField;
use rustc_hash::FxHashMap;

use crate::format::{
    Cursor, FormatError, Sections, element_bytes, field_bytes, write_header, write_modulus, write_section,
};
use crate::{MAX_WIRES, Matrix, R1cs, Term, Wire};

const HEADER: u32 = 1;
const CONSTRAINTS: u32 = 2;
const LABELS: u32 = 3;

impl<F: PrimeField> R1cs<F> {
    /// Writes the system as `.r1cs`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        write_header(writer, "r1cs", 1, 3)?;
        let bytes = field_bytes::<F>();
        write_section(writer, HEADER, 4 + bytes + 4 * 4 + 8 + 4)?;
        write_modulus::<F>(writer)?;
        for count in [self.wires, self.public_outputs, self.public_inputs, self.private_inputs] {
            writer.write_all(&count.to_le_bytes())?;
        }
        writer.write_all(&self.labels.to_le_bytes())?;
        let rows = u32::try_from(self.len()).map_err(|_| io::Error::other("more than 2^32 constraints"))?;
        writer.write_all(&rows.to_le_bytes())?;

        let matrices = [&self.a, &self.b, &self.c];
        let terms: usize = matrices.iter().map(|matrix| matrix.terms().len()).sum();
        write_section(writer, CONSTRAINTS, self.len() * 3 * 4 + terms * (4 + bytes))?;
        let values: Vec<Vec<u8>> = self.coefficients.iter().map(element_bytes).collect();
        for row in 0..self.len() {
            for matrix in matrices {
                let terms = matrix.row(row);
                writer.write_all(&u32::try_from(terms.len()).unwrap_or(u32::MAX).to_le_bytes())?;
                for term in terms {
                    writer.write_all(&term.wire.0.to_le_bytes())?;
                    writer.write_all(&values[term.coefficient as usize])?;
                }
            }
        }

        write_section(writer, LABELS, self.wire_labels.len() * 8)?;
        self.wire_labels.iter().try_for_each(|label| writer.write_all(&label.to_le_bytes()))
    }

    /// Reads a system from the bytes of a `.r1cs`.
    ///
    /// # Errors
    /// When the bytes are not a `.r1cs` of this field in which every wire and value is in range.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let sections = Sections::split(bytes, "r1cs", 1)?;
        let mut header = sections.get(HEADER, "header")?;
        header.expect_field::<F>()?;
        let [wires, public_outputs, public_inputs, private_inputs] =
            [header.u32()?, header.u32()?, header.u32()?, header.u32()?];
        let labels = header.u64()?;
        let rows = header.u32()?;
        let named = 1 + u64::from(public_outputs) + u64::from(public_inputs) + u64::from(private_inputs);
        if named > u64::from(wires) {
            return Err(header.unexpected(
                format!("{named} inputs, outputs and one"),
                format!("at most {wires}, the wires"),
            ));
        }
        if wires > MAX_WIRES {
            return Err(header.unexpected(format!("{wires} wires"), format!("at most {MAX_WIRES}")));
        }
        header.finish()?;

        let mut section = sections.get(LABELS, "wire labels")?;
        if section.left() as u64 != u64::from(wires) * 8 {
            return Err(section
                .unexpected(format!("{} bytes", section.left()), format!("8 for each of {wires} wires")));
        }
        let mut wire_labels = Vec::with_capacity(wires as usize);
        for _ in 0..wires {
            let label = section.u64()?;
            if label >= labels {
                return Err(section.unexpected(format!("label {label}"), format!("less than {labels}")));
            }
            wire_labels.push(label);
        }

        let mut section = sections.get(CONSTRAINTS, "constraints")?;
        let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
        let mut table = Table::default();
        for _ in 0..rows {
            for matrix in &mut matrices {
                matrix.push_row(read_row(&mut section, wires, &mut table)?);
            }
        }
        section.finish()?;
        let [a, b, c] = matrices;
        let coefficients = table.values;
        Ok(Self {
            wires,
            public_outputs,
            public_inputs,
            private_inputs,
            labels,
            wire_labels,
            coefficients,
            a,
            b,
            c,
        })
    }
}

#[derive(Default)]
struct Table<F> {
    values: Vec<F>,
    positions: FxHashMap<F, u32>,
}

impl<F: PrimeField> Table<F> {
    /// A file of a constraint system has fewer than 2^32 terms, each with 12 bytes at least.
    fn intern(&mut self, value: F) -> u32 {
        *self.positions.entry(value).or_insert_with(|| {
            self.values.push(value);
            u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

fn read_row<F: PrimeField>(
    section: &mut Cursor<'_>,
    wires: u32,
    table: &mut Table<F>,
) -> Result<Vec<Term>, FormatError> {
    let count = section.u32()?;
    if u64::from(count) * (4 + field_bytes::<F>() as u64) > section.left() as u64 {
        return Err(
            section.unexpected(format!("{count} terms"), format!("as many as {} bytes hold", section.left()))
        );
    }
    let mut terms: Vec<Term> = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let wire = section.u32()?;
        if wire >= wires {
            return Err(section.unexpected(format!("wire {wire}"), format!("less than {wires}")));
        }
        terms.push(Term { wire: Wire(wire), coefficient: table.intern(section.element()?) });
    }
    terms.sort_by_key(|term| term.wire);
    if let Some(pair) = terms.windows(2).find(|pair| pair[0].wire == pair[1].wire) {
        return Err(section.unexpected(format!("wire {} twice in a row", pair[0].wire.0), "once"));
    }
    Ok(terms)
}
