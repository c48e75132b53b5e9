//! A compiled circuit: constraints, names of signals, inputs and outputs.

use std::fmt::Write as _;

use tensorproof_r1cs::{R1cs, Wire};

use crate::ast::DeclarationKind;
use crate::build::{MAIN_LABEL, NO_WIRE};
use crate::elaborate::{Instance, Signal};
use crate::sources::Sources;

/// A compiled circuit.
#[derive(Debug)]
pub struct Circuit {
    /// The constraints.
    pub r1cs: R1cs,
    pub(crate) instances: Vec<Instance>,
    pub(crate) main: usize,
    pub(crate) wires: Vec<u32>,
    pub(crate) public: Vec<String>,
    pub(crate) sources: Sources,
}

/// An input or output of the main component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The signal's name.
    pub name: String,
    /// The lengths of its axes; none for a single signal.
    pub dimensions: Vec<usize>,
    /// Whether its values are among the public signals.
    pub is_public: bool,
    /// The wire of its first element; the others follow.
    pub first: Wire,
}

impl Port {
    /// Returns the number of elements.
    pub fn len(&self) -> usize {
        self.dimensions.iter().product()
    }

    /// Returns whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Circuit {
    /// Returns the inputs in the order of their declarations.
    pub fn inputs(&self) -> Vec<Port> {
        self.ports(DeclarationKind::Input)
    }

    /// Returns the outputs in the order of their declarations.
    pub fn outputs(&self) -> Vec<Port> {
        self.ports(DeclarationKind::Output)
    }

    fn ports(&self, kind: DeclarationKind) -> Vec<Port> {
        let port = |signal: &Signal| Port {
            name: signal.name.clone(),
            dimensions: signal.dimensions.to_vec(),
            is_public: kind == DeclarationKind::Output || self.public.contains(&signal.name),
            first: Wire(self.wires.get((signal.first + MAIN_LABEL) as usize).copied().unwrap_or(NO_WIRE)),
        };
        self.instances[self.main].signals.iter().filter(|signal| signal.kind == kind).map(port).collect()
    }

    /// Calls `visit` with label, wire, number of the template instance and full name of every signal, in the order
    /// of circom's `.sym` files.
    ///
    /// # Errors
    /// The first one that `visit` returns.
    pub fn for_each_symbol<E>(
        &self,
        mut visit: impl FnMut(u64, Option<Wire>, u32, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut open = vec![(self.main, MAIN_LABEL, "main".to_owned())];
        let mut name = String::new();
        while let Some((id, first, path)) = open.pop() {
            let instance = &self.instances[id];
            for signal in &instance.signals {
                for index in 0..signal.length {
                    name.clear();
                    name.push_str(&path);
                    name.push('.');
                    name.push_str(&signal.name);
                    push_indices(&mut name, &signal.dimensions, index as usize);
                    let label = first + signal.first + index;
                    let wire = self.wires[label as usize];
                    let number = u32::try_from(id).unwrap_or(u32::MAX);
                    visit(u64::from(label), (wire != NO_WIRE).then_some(Wire(wire)), number, &name)?;
                }
            }
            for component in instance.components.iter().rev() {
                open.push((
                    component.instance,
                    first + component.first,
                    format!("{path}.{}", component.name),
                ));
            }
        }
        Ok(())
    }
}

/// Appends `[i][j]` for an element of an array, by its row-major position.
fn push_indices(name: &mut String, dimensions: &[usize], position: usize) {
    let mut below: usize = dimensions.iter().product();
    let mut rest = position;
    for length in dimensions {
        below /= length;
        // Writing to a string does not fail.
        let _ = write!(name, "[{}]", rest / below);
        rest %= below;
    }
}
