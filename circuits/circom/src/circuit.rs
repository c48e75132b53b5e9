//! A compiled circuit: constraints, names of signals, inputs and outputs.

use ark_ff::PrimeField;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use tensorproof_r1cs::{Fr, R1cs, Wire};

use crate::ast::{DeclarationKind, Program};
use crate::build::{MAIN_LABEL, NO_WIRE, Simplification};
use crate::diagnostic::{Diagnostic, render_all};
use crate::elaborate::{Bus, BusId, Instance, Signal, SubComponent};
use crate::sources::Sources;

/// A compiled circuit.
#[derive(Debug)]
pub struct Circuit<F = Fr> {
    /// The constraints.
    pub r1cs: R1cs<F>,
    /// What was eliminated from the constraints.
    pub simplification: Simplification,
    /// What is legal but suspicious.
    pub warnings: Vec<Diagnostic>,
    pub(crate) program: Arc<Program>,
    pub(crate) buses: Vec<Bus>,
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

/// A component as its template says, before anything is eliminated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The template.
    pub template: String,
    /// The inputs, with the lengths of their axes.
    pub inputs: Vec<(String, Vec<usize>)>,
    /// The outputs.
    pub outputs: Vec<(String, Vec<usize>)>,
    /// The other signals.
    pub intermediates: Vec<(String, Vec<usize>)>,
    /// The components, by name with indices, with their templates.
    pub components: Vec<(String, String)>,
    /// How many constraints its template has, those of its components not counted.
    pub constraints: usize,
    /// How many signals the template has to give a value: its own but the inputs, and the inputs of its components.
    pub to_assign: usize,
    /// How many of them it gives a value without a constraint, or none.
    pub unconstrained: usize,
}

impl<F: PrimeField> Circuit<F> {
    /// Returns the main component, or one below it by the names of the components on the way, with indices; `None` if there is
    /// none.
    pub fn component(&self, path: &[&str]) -> Option<Component> {
        let mut instance = &self.instances[self.main];
        for name in path {
            let found = instance.components.iter().find(|component| component.name == *name)?;
            instance = &self.instances[found.instance];
        }
        let signals = |kind: DeclarationKind| {
            let declared = instance.of_kind(kind);
            declared.map(|signal| (signal.name.clone(), signal.dimensions.to_vec())).collect::<Vec<_>>()
        };
        let size = |instance: &Instance, kind: DeclarationKind| {
            instance.of_kind(kind).map(|signal| signal.length as usize).sum::<usize>()
        };
        let below = |component: &SubComponent| &self.instances[component.instance];
        let of_components =
            instance.components.iter().map(|component| size(below(component), DeclarationKind::Input));
        Some(Component {
            template: instance.template.clone(),
            inputs: signals(DeclarationKind::Input),
            outputs: signals(DeclarationKind::Output),
            intermediates: signals(DeclarationKind::Intermediate),
            components: instance
                .components
                .iter()
                .map(|component| (component.name.clone(), below(component).template.clone()))
                .collect(),
            constraints: instance.constraints.len(),
            to_assign: size(instance, DeclarationKind::Output)
                + size(instance, DeclarationKind::Intermediate)
                + of_components.sum::<usize>(),
            unconstrained: instance.hinted.len() + instance.unassigned.len(),
        })
    }

    /// Returns the inputs in the order of their declarations.
    pub fn inputs(&self) -> Vec<Port> {
        self.ports(DeclarationKind::Input)
    }

    /// Returns the outputs in the order of their declarations.
    pub fn outputs(&self) -> Vec<Port> {
        self.ports(DeclarationKind::Output)
    }

    fn ports(&self, kind: DeclarationKind) -> Vec<Port> {
        let mut ports = Vec::new();
        for signal in self.instances[self.main].of_kind(kind) {
            let is_public = kind == DeclarationKind::Output || self.public.contains(&signal.name);
            self.for_each_leaf(signal, |name, dimensions, offset| {
                let label = (signal.first + offset + MAIN_LABEL) as usize;
                ports.push(Port {
                    name: name.to_owned(),
                    dimensions: dimensions.to_vec(),
                    is_public,
                    first: Wire(self.wires.get(label).copied().unwrap_or(NO_WIRE)),
                });
            });
        }
        ports
    }

    /// Calls `visit` with name, axes and position of each part of a signal that is no bus: the signal itself, or the
    /// fields of a bus, as in `p[1].x`.
    pub(crate) fn for_each_leaf(&self, signal: &Signal, mut visit: impl FnMut(&str, &[usize], u32)) {
        self.leaves(&mut signal.name.clone(), &signal.dimensions, signal.bus, 0, &mut visit);
    }

    fn leaves(
        &self,
        name: &mut String,
        dimensions: &[usize],
        bus: Option<BusId>,
        first: u32,
        visit: &mut dyn FnMut(&str, &[usize], u32),
    ) {
        let Some(bus) = bus.map(|id| &self.buses[id.0 as usize]) else {
            return visit(name, dimensions, first);
        };
        let length = name.len();
        let mut first = first;
        for index in 0..dimensions.iter().product() {
            push_indices(name, dimensions, index);
            let element = name.len();
            for field in &bus.fields {
                name.push('.');
                name.push_str(&field.name);
                self.leaves(name, &field.dimensions, field.bus, first + field.first, visit);
                name.truncate(element);
            }
            name.truncate(length);
            first += bus.size;
        }
    }

    /// Returns path and text of each file that was compiled; bundled files have the paths that they are included by.
    pub fn sources(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.sources.files().iter().map(|file| (file.path.as_path(), file.text.as_str()))
    }

    /// Returns the warnings as text for a terminal; what `--inspect` finds only with `lints`.
    pub fn render_warnings(&self, colour: bool, lints: bool) -> String {
        let shown = self.warnings.iter().filter(|warning| lints || !warning.code.is_lint());
        render_all(shown, &self.sources, colour)
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
                let mut visited = Ok(());
                self.for_each_leaf(signal, |leaf, dimensions, offset| {
                    for index in 0..dimensions.iter().product() {
                        if visited.is_err() {
                            return;
                        }
                        name.clear();
                        name.push_str(&path);
                        name.push('.');
                        name.push_str(leaf);
                        push_indices(&mut name, dimensions, index);
                        let label = first + signal.first + offset + u32::try_from(index).unwrap_or(u32::MAX);
                        let wire = self.wires[label as usize];
                        let number = u32::try_from(id).unwrap_or(u32::MAX);
                        visited =
                            visit(u64::from(label), (wire != NO_WIRE).then_some(Wire(wire)), number, &name);
                    }
                });
                visited?;
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
pub(crate) fn push_indices(name: &mut String, dimensions: &[usize], position: usize) {
    let mut below: usize = dimensions.iter().product();
    let mut rest = position;
    for length in dimensions {
        below /= length;
        // Writing to a string does not fail.
        let _ = write!(name, "[{}]", rest / below);
        rest %= below;
    }
}
