//! How the elements of a quantity are written, and statements that copy them.

use std::fmt::{Display, Write as _};

/// Signals `prefix[outer..]suffix[inner..]`: plain ones, or the inputs or outputs of components.
#[derive(Clone, Debug)]
pub(super) struct Place {
    prefix: String,
    outer: Vec<usize>,
    suffix: String,
    inner: Vec<usize>,
}

impl Place {
    /// Returns the place of an array of signals.
    pub(super) fn plain(name: &str, shape: &[usize]) -> Self {
        Self { prefix: name.to_owned(), outer: shape.to_vec(), suffix: String::new(), inner: Vec::new() }
    }

    /// Returns the place of an array of each of an array of components.
    pub(super) fn port(component: &str, outer: &[usize], port: &str, inner: &[usize]) -> Self {
        Self {
            prefix: component.to_owned(),
            outer: outer.to_vec(),
            suffix: port.to_owned(),
            inner: inner.to_vec(),
        }
    }

    /// Returns the lengths of all axes.
    pub(super) fn lengths(&self) -> Vec<usize> {
        [self.outer.as_slice(), &self.inner].concat()
    }

    /// Returns the lengths of all axes as a declaration has them.
    pub(super) fn brackets(&self) -> String {
        bracketed(&self.lengths())
    }

    fn count(&self) -> usize {
        self.lengths().iter().product()
    }

    /// Returns an element by an index for each axis.
    pub(super) fn at(&self, indices: &[String]) -> String {
        let (outer, inner) = indices.split_at(self.outer.len());
        format!("{}{}{}{}", self.prefix, bracketed(outer), self.suffix, bracketed(inner))
    }

    /// Returns an element by its position, an expression.
    pub(super) fn at_position(&self, position: &str) -> String {
        let lengths = self.lengths();
        let mut below = self.count();
        let mut indices = Vec::new();
        for (axis, length) in lengths.iter().enumerate() {
            below /= length;
            indices.push(match (axis, below, *length) {
                (_, _, 1) => "0".to_owned(),
                (0, 1, _) => position.to_owned(),
                (0, below, _) => format!("{position} \\ {below}"),
                (_, 1, length) => format!("{position} % {length}"),
                (_, below, length) => format!("{position} \\ {below} % {length}"),
            });
        }
        self.at(&indices)
    }

    /// Returns the whole array, where it can be written so.
    fn whole(&self) -> Option<String> {
        (self.suffix.is_empty() || self.outer.is_empty()).then(|| format!("{}{}", self.prefix, self.suffix))
    }
}

/// Copies one array to another of as many elements, in their order.
pub(super) fn copy(target: &Place, source: &Place) -> String {
    let shape = target.lengths();
    let is_alike = shape == source.lengths();
    if let (true, Some(target), Some(source)) = (is_alike, target.whole(), source.whole()) {
        return format!("    {target} <== {source};\n");
    }
    if is_alike && shape.len() <= MOST_INDICES {
        let names = index_names(shape.len());
        return loops(&shape, &[format!("{} <== {};", target.at(&names), source.at(&names))]);
    }
    let body = format!("{} <== {};", target.at_position("i"), source.at_position("i"));
    loops(&[target.count()], &[body])
}

/// Returns `[a][b]`.
pub(super) fn bracketed(items: &[impl Display]) -> String {
    items.iter().fold(String::new(), |mut text, item| {
        // Writing to a string does not fail.
        let _ = write!(text, "[{item}]");
        text
    })
}

/// Most axes that loops are nested over.
pub(super) const MOST_INDICES: usize = 4;

pub(super) fn index_names(rank: usize) -> Vec<String> {
    ["i", "j", "k", "l"].into_iter().take(rank).map(str::to_owned).collect()
}

/// Wraps statements in a loop over each axis.
pub(super) fn loops(shape: &[usize], body: &[String]) -> String {
    let mut text = String::new();
    let names = index_names(shape.len());
    for (level, (name, length)) in names.iter().zip(shape).enumerate() {
        let indent = "    ".repeat(1 + level);
        let _ = writeln!(text, "{indent}for (var {name} = 0; {name} < {length}; {name}++) {{");
    }
    for statement in body {
        let _ = writeln!(text, "{}{statement}", "    ".repeat(1 + shape.len()));
    }
    for level in (0..shape.len()).rev() {
        let _ = writeln!(text, "{}}}", "    ".repeat(1 + level));
    }
    text
}
