//! The numbers of an instance's signals, in the order of circom's labels: outputs, inputs, intermediate signals, then
//! components by name.
//!
//! Source: <https://docs.circom.io/circom-language/formats/sym/>, and the files that circom writes.

use super::component::Part;
use super::instance::{Instance, Instruction, ONE, Operand};
use crate::ast::DeclarationKind;
use ark_ff::PrimeField;

/// Renumbers the signals and components of an instance, whose signals were numbered as they were met. `size` tells the
/// signals of each component; inputs in `public` stand before the others; `parts` tell where inputs of components were
/// numbered before the component was.
pub(super) fn lay_out<F: PrimeField>(
    instance: &mut Instance,
    size: impl Fn(usize) -> u32,
    public: &[&str],
    parts: &[Part<F>],
) {
    let mut moved = vec![0; instance.size as usize];
    let mut next = 0;
    let mut place = |first: &mut u32, length: u32, moved: &mut Vec<u32>| {
        for (old, new) in (*first..*first + length).zip(next..) {
            moved[old as usize] = new;
        }
        *first = next;
        next += length;
    };
    instance.signals.sort_by_key(|signal| match signal.kind {
        DeclarationKind::Output => 0,
        DeclarationKind::Input if public.contains(&signal.name.as_str()) => 1,
        DeclarationKind::Input => 2,
        _ => 3,
    });
    for signal in &mut instance.signals {
        place(&mut signal.first, signal.length, &mut moved);
    }
    let mut order: Vec<usize> = (0..instance.components.len()).collect();
    order.sort_by_cached_key(|position| sort_key(&instance.components[*position].name));
    let mut positions = vec![0; order.len()];
    let mut components: Vec<_> = std::mem::take(&mut instance.components).into_iter().map(Some).collect();
    for (new, old) in (0..).zip(order) {
        positions[old] = new;
        let component = components[old].take().map(|mut component| {
            place(&mut component.first, size(component.instance), &mut moved);
            for (first, length, signal) in parts.get(old).iter().flat_map(|part| &part.moved) {
                for (old, new) in (*first..*first + *length).zip(component.first + signal..) {
                    moved[old as usize] = new;
                }
            }
            component
        });
        instance.components.extend(component);
    }
    instance.size = next;
    renumber(instance, &moved, &positions);
}

fn renumber(instance: &mut Instance, moved: &[u32], positions: &[u32]) {
    for (signal, _) in instance.terms.iter_mut().filter(|(signal, _)| *signal != ONE) {
        *signal = moved[*signal as usize];
    }
    for (signal, _) in &mut instance.hinted {
        *signal = moved[*signal as usize];
    }
    for signal in &mut instance.unassigned {
        *signal = moved[*signal as usize];
    }
    instance.change_operands(|operand| {
        if let Operand::Signal(signal) = operand {
            *signal = moved[*signal as usize];
        }
    });
    for instruction in &mut instance.program {
        match instruction {
            Instruction::Solve { signal, .. } | Instruction::Store { signal, .. } => {
                *signal = moved[*signal as usize];
            }
            Instruction::Run { component } => *component = positions[*component as usize],
            _ => {}
        }
    }
    for deferred in &mut instance.deferred {
        deferred.renumber(moved, positions);
    }
}

/// Splits `relu[1][2]` so that indices sort as numbers.
fn sort_key(name: &str) -> (String, Vec<u64>) {
    let mut parts = name.split('[');
    let base = parts.next().unwrap_or_default().to_owned();
    (base, parts.filter_map(|index| index.trim_end_matches(']').parse().ok()).collect())
}
