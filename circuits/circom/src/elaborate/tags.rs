//! Tags of signals, with their values.
//!
//! Source: the circom 2 language reference, "Tags". A signal that gets its value by `<==` from another signal takes over
//! its tags; an input that is declared with tags only takes signals that have them.

use std::sync::Arc;

use num_bigint::BigUint;

use crate::ast::Name;

/// A tag of a signal or of a field of a bus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tag {
    /// The fields that lead from the bus to what is tagged.
    pub(crate) path: Vec<Name>,
    /// The tag.
    pub(crate) name: Name,
    /// Its value, once it has one: a residue.
    pub(crate) value: Option<BigUint>,
}

/// The tags of a signal or bus; most have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Tags(Option<Arc<Vec<Tag>>>);

impl Tags {
    pub(crate) fn new(tags: Vec<Tag>) -> Self {
        Self((!tags.is_empty()).then(|| Arc::new(tags)))
    }

    pub(crate) const NONE: Self = Self(None);

    /// Returns the tags that both have with the same value.
    pub(crate) fn common(&self, other: &Self) -> Self {
        Self::new(self.iter().filter(|tag| other.iter().any(|same| same == *tag)).cloned().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter().flat_map(|tags| tags.iter())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn find(&self, path: &[Name], name: Name) -> Option<&Tag> {
        self.iter().find(|tag| tag.name == name && tag.path == path)
    }

    /// Sets the value of a tag, adding the tag if need be.
    pub(crate) fn set(&mut self, path: &[Name], name: Name, value: Option<BigUint>) {
        let tags = Arc::make_mut(self.0.get_or_insert_with(Arc::default));
        match tags.iter_mut().find(|tag| tag.name == name && tag.path == path) {
            Some(tag) => tag.value = value,
            None => tags.push(Tag { path: path.to_vec(), name, value }),
        }
    }

    /// Returns the tags of what a path leads to.
    pub(crate) fn below(&self, path: &[Name]) -> Self {
        if path.is_empty() || self.is_empty() {
            return self.clone();
        }
        let inside = |tag: &Tag| {
            let rest = tag.path.strip_prefix(path)?;
            Some(Tag { path: rest.to_vec(), ..tag.clone() })
        };
        Self::new(self.iter().filter_map(inside).collect())
    }
}
