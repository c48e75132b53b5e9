//! Placed instances to one constraint system, simplified as the level asks.

mod equalities;
mod linear;
mod system;

use ark_ff::PrimeField;
use tensorproof_r1cs::R1cs;

use crate::ast::DeclarationKind;
use crate::elaborate::{Elaboration, Instance, Signal};
use crate::options::Level;
use system::System;

/// The label of the constant one; the main component's signal 0 has label 1.
pub(crate) const MAIN_LABEL: u32 = 1;

/// A wire number that says: eliminated.
pub(crate) const NO_WIRE: u32 = u32::MAX;

/// What becomes of a program's constraints.
pub(crate) struct Built<F> {
    pub(crate) r1cs: R1cs<F>,
    /// The wire of each label.
    pub(crate) wires: Vec<u32>,
    /// What was eliminated.
    pub(crate) simplification: Simplification,
}

/// What simplification has eliminated from a system, and what that did to its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Simplification {
    /// Signals that equal another signal.
    pub equalities: u64,
    /// Signals that are constant.
    pub constants: u64,
    /// Signals that are linear combinations of others.
    pub linear: u64,
    /// Linear constraints that stayed, since eliminating a signal by them would make the system much denser.
    pub kept: u64,
    /// Non-zero coefficients before.
    pub terms_before: u64,
    /// Non-zero coefficients after.
    pub terms_after: u64,
}

/// Calls `visit` for each component with its instance and the label of its signal 0, a component before its parts.
pub(crate) fn for_each_component<'e>(
    instances: &'e [Instance],
    main: usize,
    mut visit: impl FnMut(&'e Instance, u32),
) {
    let mut open = vec![(main, MAIN_LABEL)];
    while let Some((id, label)) = open.pop() {
        let instance = &instances[id];
        visit(instance, label);
        for component in instance.components.iter().rev() {
            open.push((component.instance, label + component.first));
        }
    }
}

/// Builds the constraint system. `Err` holds the instance and constraint of one that can never hold.
pub(crate) fn build<F: PrimeField>(
    elaboration: &mut Elaboration<F>,
    public: &[&str],
    level: Level,
) -> Result<Built<F>, tensorproof_r1cs::Unsatisfied> {
    let main = &elaboration.instances[elaboration.main];
    let labels = main.size + MAIN_LABEL;
    let of_kind = |kind: DeclarationKind, wanted: Option<bool>| {
        let matches = move |signal: &&Signal| {
            signal.kind == kind
                && wanted.is_none_or(|wanted| public.contains(&signal.name.as_str()) == wanted)
        };
        let signals = main.signals.iter().filter(matches);
        signals.flat_map(|signal| (signal.first..signal.first + signal.length).map(|s| s + MAIN_LABEL))
    };
    let outputs: Vec<u32> = of_kind(DeclarationKind::Output, None).collect();
    let public_inputs: Vec<u32> = of_kind(DeclarationKind::Input, Some(true)).collect();
    let private_inputs: Vec<u32> = of_kind(DeclarationKind::Input, Some(false)).collect();

    let mut system = System::new(labels);
    for label in outputs.iter().chain(&public_inputs) {
        system.is_kept[*label as usize] = true;
    }
    for_each_component(&elaboration.instances, elaboration.main, |instance, label| {
        if instance.modifiers.custom {
            // The signals of a custom template are the inputs and outputs of a gate that is not among the constraints.
            for signal in &instance.signals {
                system.is_kept[(label + signal.first) as usize..][..signal.length as usize].fill(true);
            }
        }
        for constraint in &instance.constraints {
            system.push(instance, *constraint, label);
        }
    });
    let mut coefficients = std::mem::take(&mut elaboration.coefficients);
    let terms_before = system.terms.len() as u64;
    if level != Level::O0 {
        system.eliminate_equalities(&mut coefficients);
    }
    if level == Level::O2 {
        system.eliminate_linear(&mut coefficients);
    }
    let simplification =
        Simplification { terms_before, terms_after: system.terms.len() as u64, ..system.simplification };
    if let Some(row) = system.impossible(&coefficients) {
        return Err(tensorproof_r1cs::Unsatisfied::Row { row });
    }

    // Wires: one, outputs, public inputs, private inputs, then what is left, by label.
    let mut wires = vec![NO_WIRE; labels as usize];
    let mut wire_labels = vec![0u64];
    wires[0] = 0;
    let mut place = |label: u32, wires: &mut Vec<u32>| {
        if wires[label as usize] == NO_WIRE {
            wires[label as usize] = u32::try_from(wire_labels.len()).unwrap_or(NO_WIRE);
            wire_labels.push(u64::from(label));
        }
    };
    for label in outputs.iter().chain(&public_inputs) {
        place(*label, &mut wires);
    }
    // Gates of custom templates mention their signals, though no constraint does.
    let mut used: Vec<bool> = system.is_kept.iter().map(|kept| *kept || level == Level::O0).collect();
    for (label, _) in &system.terms {
        used[*label as usize] = true;
    }
    let stays =
        |label: u32| used[label as usize] && system.representative(label) == label && !system.is_gone(label);
    // A private input that no constraint needs any more has no wire, as in circom.
    let private: Vec<u32> = private_inputs.into_iter().filter(|label| stays(*label)).collect();
    for label in private.iter().copied().chain((MAIN_LABEL..labels).filter(|label| stays(*label))) {
        place(label, &mut wires);
    }
    let count = |labels: &[u32]| u32::try_from(labels.len()).unwrap_or(u32::MAX);
    let [a, b, c] = system.matrices(&wires);
    // An eliminated signal is shown at the wire that holds its value.
    for label in MAIN_LABEL..labels {
        let representative = system.representative(label) as usize;
        if wires[label as usize] == NO_WIRE && !system.is_constant[representative] {
            wires[label as usize] = wires[representative];
        }
    }
    let r1cs = R1cs {
        wires: u32::try_from(wire_labels.len()).unwrap_or(u32::MAX),
        public_outputs: count(&outputs),
        public_inputs: count(&public_inputs),
        private_inputs: count(&private),
        labels: u64::from(labels),
        wire_labels,
        coefficients: coefficients.into_values(),
        a,
        b,
        c,
    };
    Ok(Built { r1cs, wires, simplification })
}
