//! circom's `.sym`: one line per signal, `label,wire,component,name`, with wire -1 for a signal that simplification
//! removed.
//!
//! Source: <https://docs.circom.io/circom-language/formats/sym/>.

use std::io::{self, Write};
use std::ops::Range;

use crate::Wire;
use crate::format::FormatError;

const SECTION: &str = "symbols";

/// Writes a `.sym`, line by line.
#[derive(Debug)]
pub struct SymbolWriter<W> {
    writer: W,
}

impl<W: Write> SymbolWriter<W> {
    /// Starts a file; each line is one write, so `writer` is best buffered.
    pub fn new(writer: W) -> Self {
        Self { writer }
    }

    /// Appends a signal: its label, its wire if it has one, the number of its component and its full name.
    ///
    /// # Errors
    /// When the writer fails, or the name has a line break.
    pub fn entry(&mut self, label: u64, wire: Option<Wire>, component: u32, name: &str) -> io::Result<()> {
        if name.contains(['\n', '\r']) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the signal name {name:?} has a line break"),
            ));
        }
        match wire {
            Some(Wire(wire)) => writeln!(self.writer, "{label},{wire},{component},{name}"),
            None => writeln!(self.writer, "{label},-1,{component},{name}"),
        }
    }
}

/// The names of wires, from a `.sym`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbols {
    text: String,
    /// Wire and place of the name, ascending by wire; one per wire, the first of the file.
    names: Vec<(Wire, Range<usize>)>,
}

impl Symbols {
    /// Reads the text of a `.sym` for a system with `wires` wires.
    ///
    /// # Errors
    /// When a line is not `label,wire,component,name`, or its wire is neither -1 nor below `wires`.
    pub fn read(text: String, wires: u32) -> Result<Self, FormatError> {
        let mut names = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let symbol = line.trim_end_matches(['\n', '\r']);
            let malformed = |found: &str, expected: String| FormatError::Unexpected {
                section: SECTION,
                at: start,
                found: format!("`{}`", found.chars().take(80).collect::<String>()),
                expected,
            };
            let mut fields = symbol.splitn(4, ',');
            let (Some(label), Some(wire), Some(component), Some(name)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                return Err(malformed(symbol, "`label,wire,component,name`".to_owned()));
            };
            if number(label).is_none() || number(component).is_none() || name.is_empty() {
                return Err(malformed(symbol, "a label, a component's number and a name".to_owned()));
            }
            if wire != "-1" {
                let wire =
                    number(wire).and_then(|wire| u32::try_from(wire).ok()).filter(|wire| *wire < wires);
                let Some(wire) = wire else {
                    return Err(malformed(symbol, format!("wire -1 or below {wires}")));
                };
                let end = start + symbol.len();
                names.push((Wire(wire), end - name.len()..end));
            }
            start += line.len();
        }
        // The sort is stable, so that the first name of a wire stays the first.
        names.sort_by_key(|(wire, _)| *wire);
        names.dedup_by_key(|(wire, _)| *wire);
        Ok(Self { text, names })
    }

    /// Returns the name of a wire: of its first signal in the file. `None` for the constant one and unnamed wires.
    pub fn name(&self, wire: Wire) -> Option<&str> {
        let position = self.names.binary_search_by_key(&wire, |(wire, _)| *wire).ok()?;
        self.text.get(self.names[position].1.clone())
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn reads_names_back() {
        let mut bytes = Vec::new();
        let mut writer = SymbolWriter::new(&mut bytes);
        writer.entry(1, Some(Wire(1)), 0, "main.out[0][1]").unwrap();
        writer.entry(2, None, 0, "main.gone").unwrap();
        writer.entry(3, Some(Wire(2)), 1, "main.inner.in").unwrap();
        writer.entry(4, Some(Wire(1)), 1, "main.inner.alias").unwrap();
        writer.entry(5, None, 0, "a\nb").unwrap_err();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "1,1,0,main.out[0][1]\n2,-1,0,main.gone\n3,2,1,main.inner.in\n4,1,1,main.inner.alias\n"
        );
        let symbols = Symbols::read(text, 3).unwrap();
        let names = [0, 1, 2, 3].map(|wire| symbols.name(Wire(wire)));
        assert_eq!(names, [None, Some("main.out[0][1]"), Some("main.inner.in"), None]);
    }

    #[test]
    fn refuses_malformed_lines() {
        let message = |text: &str| Symbols::read(text.to_owned(), 3).unwrap_err().to_string();
        assert_eq!(
            message("1,1,0,main.x\n2,3,0,main.y\n"),
            "symbols: found `2,3,0,main.y` at byte 13, expected wire -1 or below 3"
        );
        for text in
            ["1", "1,1,0", "1,1,0,", ",1,0,x", "x,1,0,y", "1,-2,0,x", "1,+1,0,x", "1,,0,x", "1,1,-1,x", "\n"]
        {
            message(text);
        }
    }
}
