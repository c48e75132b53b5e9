//! Constraints as JSON, for people and scripts.
//!
//! Source: <https://docs.circom.io/circom-language/formats/constraints-json/>.

use std::io::{self, Write};

use ark_ff::PrimeField;

use crate::{R1cs, Term, fr_to_decimal};

impl<F: PrimeField> R1cs<F> {
    /// Writes `{"constraints": [[A, B, C], ..]}`: for each constraint `A * B = C` the three linear combinations, each as
    /// an object from wires to decimal coefficients.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_json(&self, writer: &mut dyn Write) -> io::Result<()> {
        writer.write_all(b"{\n\"constraints\": [\n")?;
        for row in 0..self.len() {
            if row > 0 {
                writer.write_all(b",\n")?;
            }
            writer.write_all(b"[")?;
            for (position, matrix) in [&self.a, &self.b, &self.c].into_iter().enumerate() {
                if position > 0 {
                    writer.write_all(b",")?;
                }
                self.write_combination(writer, matrix.row(row))?;
            }
            writer.write_all(b"]")?;
        }
        writer.write_all(b"\n]\n}\n")
    }

    fn write_combination(&self, writer: &mut dyn Write, terms: &[Term]) -> io::Result<()> {
        writer.write_all(b"{")?;
        for (position, term) in terms.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            let value = fr_to_decimal(&self.coefficients[term.coefficient as usize]);
            write!(writer, "{comma}\"{}\":\"{value}\"", term.wire.0)?;
        }
        writer.write_all(b"}")
    }
}

#[cfg(test)]
mod tests {
    use crate::{Fr, Matrix, R1cs, Term, Wire};

    #[test]
    fn writes_each_combination_as_an_object() {
        let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
        for (wire, matrix) in (1..).zip(&mut matrices) {
            matrix.push_row([Term { wire: Wire(wire), coefficient: 0 }]);
        }
        let [a, b, c] = matrices;
        let r1cs = R1cs {
            wires: 4,
            public_outputs: 0,
            public_inputs: 0,
            private_inputs: 3,
            labels: 4,
            wire_labels: vec![0, 1, 2, 3],
            coefficients: vec![Fr::from(7u64)],
            a,
            b,
            c,
        };
        let mut bytes = Vec::new();
        r1cs.write_json(&mut bytes).expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "{\n\"constraints\": [\n[{\"1\":\"7\"},{\"2\":\"7\"},{\"3\":\"7\"}]\n]\n}\n"
        );
    }
}
