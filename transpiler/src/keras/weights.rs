//! Where a file keeps the weights of a layer.
//!
//! `.keras` numbers them, below a path of names made from the classes of the layers: `layers/dense_1/vars/0`. `.h5` names
//! them, below a group for each layer of the model: `model_weights/d/sequential/d/kernel`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;

use super::hdf5::Hdf5;
use crate::error::{Error, Result};

/// The weights of a model.
pub(super) struct Weights {
    file: Hdf5,
    is_legacy: bool,
    /// Texts that layers keep beside their weights, by path.
    assets: BTreeMap<String, String>,
    /// The names of the weights below the groups of `.h5` files that were looked at.
    names: RefCell<BTreeMap<String, Vec<String>>>,
    /// The weights that were read.
    known: RefCell<BTreeSet<String>>,
    /// How many values they have.
    distinct: Cell<usize>,
    /// How many values were read again, of layers that are used more than once.
    repeated: Cell<usize>,
}

/// Most values that are read again.
const MOST_REPEATED: usize = 1 << 28;

/// The place of a layer's weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// In `.keras`: the path of the layer's group.
    group: String,
    /// In `.h5`: the names of the layers from the outermost model on.
    names: Vec<String>,
}

impl Scope {
    /// Returns the place of a part, with its name in either kind of file.
    pub(super) fn part(&self, group: &str, name: &str) -> Self {
        let mut part = self.clone();
        if !part.group.is_empty() {
            part.group.push('/');
        }
        part.group.push_str(group);
        if !name.is_empty() {
            part.names.push(name.to_owned());
        }
        part
    }

    /// Returns a name for the layer in the translated model.
    pub(super) fn name(&self) -> String {
        self.names.join("/")
    }
}

impl Weights {
    pub(super) fn new(file: Hdf5, is_legacy: bool, assets: BTreeMap<String, String>) -> Self {
        Self {
            file,
            is_legacy,
            assets,
            names: RefCell::default(),
            known: RefCell::default(),
            distinct: Cell::new(0),
            repeated: Cell::new(0),
        }
    }

    /// Returns a text that a layer keeps beside its weights.
    pub(super) fn asset(&self, scope: &Scope, name: &str) -> Option<&str> {
        self.assets.get(&format!("assets/{}/{name}", scope.group)).map(String::as_str)
    }

    /// Returns the weights of a layer in the order asked for; each may have several names, parted by `|`.
    ///
    /// # Errors
    /// When one is missing or damaged.
    pub(super) fn read(&self, scope: &Scope, names: &[&str]) -> Result<Vec<ArrayD<f64>>> {
        let read = |(index, name): (usize, &&str)| {
            let path = if self.is_legacy {
                self.legacy_path(scope, name)?
            } else {
                format!("{}/vars/{index}", scope.group)
            };
            let values = self.file.numbers(&path)?;
            let is_first = self.known.borrow_mut().insert(path.clone());
            let (count, most, times) = if is_first {
                (&self.distinct, self.file.most(), "from a file of its length")
            } else {
                (&self.repeated, MOST_REPEATED, "again")
            };
            count.set(count.get().saturating_add(values.len()));
            if count.get() > most {
                return Err(Error::tensor(&path, format!("more than {most} values are read {times}")));
            }
            Ok(values)
        };
        names.iter().enumerate().map(read).collect()
    }

    fn legacy_path(&self, scope: &Scope, name: &str) -> Result<String> {
        let missing =
            || Error::tensor(&scope.name(), format!("the file has no weight `{name}` of this layer"));
        let (outermost, inner) = scope.names.split_first().ok_or_else(missing)?;
        let group = format!("model_weights/{outermost}");
        let mut known = self.names.borrow_mut();
        if !known.contains_key(&group) {
            known.insert(group.clone(), self.legacy_names(&group)?);
        }
        let known = known.get(&group).map(Vec::as_slice).unwrap_or_default();
        // Keras 2 leaves the names of models in a model out.
        for outer in 0..=inner.len().saturating_sub(1) {
            let fits = |path: &&String| {
                let mut parts: Vec<&str> = path.split('/').collect();
                let last = parts.pop().unwrap_or_default();
                let last = last.split(':').next().unwrap_or_default();
                // The names stand in the path in their order, others between them.
                let mut rest = parts.iter();
                name.split('|').any(|name| name == last)
                    && inner[outer..].iter().all(|name| rest.any(|part| part == name))
            };
            let depth = |path: &String| path.split('/').count();
            let found: Vec<&String> = known.iter().filter(fits).collect();
            let least = found.iter().map(|path| depth(path)).min();
            let mut found = found.into_iter().filter(|path| Some(depth(path)) == least);
            match (found.next(), found.next()) {
                (Some(path), None) => return Ok(format!("{group}/{path}")),
                (Some(path), Some(other)) => {
                    let reason = format!("weight `{name}` of this layer could be `{path}` or `{other}`");
                    return Err(Error::tensor(&scope.name(), reason));
                }
                (None, _) => {}
            }
        }
        Err(missing())
    }

    /// The list is an attribute, or several when it is long.
    fn legacy_names(&self, group: &str) -> Result<Vec<String>> {
        if let Some(names) = self.file.strings(group, "weight_names")? {
            return Ok(names);
        }
        let mut names = Vec::new();
        while let Some(more) = self.file.strings(group, &format!("weight_names{}", names.len()))? {
            names.push(more);
        }
        Ok(names.concat())
    }
}
