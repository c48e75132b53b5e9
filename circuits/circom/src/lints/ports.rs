//! Inputs, outputs and hinted signals that nothing uses, and bits that are ambiguous: one template instance at a time.

use ark_ff::PrimeField;
use rustc_hash::FxHashSet;

use super::Findings;
use super::aliased::{aliased_bits, aliases};
use crate::ast::{DeclarationKind, Span};
use crate::diagnostic::Code;
use crate::elaborate::{Elaboration, Instance, ONE};

/// Finds what no constraint mentions, results that nothing uses, and ambiguous bits.
pub(super) fn find<F: PrimeField>(elaboration: &Elaboration<F>, findings: &mut Findings) {
    let aliased: Vec<bool> =
        elaboration.instances.iter().map(|instance| aliases(instance, &elaboration.coefficients)).collect();
    for (id, instance) in elaboration.instances.iter().enumerate() {
        if instance.modifiers.custom {
            continue;
        }
        let used = uses(instance);
        let is_main = id == elaboration.main;
        let inspector = Inspector { elaboration, instance, is_main, aliased: &aliased, used: &used };
        inspector.ports(findings);
        inspector.hints(findings);
        inspector.components(findings);
        if is_main && aliased[id] {
            let span = instance.signals.first().map(|signal| signal.span);
            aliased_at::<F>(span, findings);
        }
    }
}

/// Returns how many constraints of an instance mention each of its signals.
fn uses(instance: &Instance) -> Vec<u32> {
    let mut used = vec![0u32; instance.size as usize];
    for constraint in &instance.constraints {
        let mut signals: Vec<u32> =
            instance.parts(*constraint).into_iter().flatten().map(|(signal, _)| *signal).collect();
        signals.sort_unstable();
        signals.dedup();
        for signal in signals.into_iter().filter(|signal| *signal != ONE) {
            used[signal as usize] += 1;
        }
    }
    used
}

struct Inspector<'e, F> {
    elaboration: &'e Elaboration<F>,
    instance: &'e Instance,
    is_main: bool,
    /// Which instances hold a decomposition into so many bits that a number has two.
    aliased: &'e [bool],
    /// How many constraints mention each signal.
    used: &'e [u32],
}

impl<F: PrimeField> Inspector<'_, F> {
    /// Inputs and outputs that no constraint mentions.
    fn ports(&self, findings: &mut Findings) {
        for signal in &self.instance.signals {
            let range = signal.first as usize..(signal.first + signal.length) as usize;
            let free = self.used[range].iter().filter(|count| **count == 0).count();
            // A template may well have no use for some bits; the main component's inputs are what a proof is about.
            let is_partial = free < signal.length as usize;
            if free == 0 || (is_partial && signal.kind == DeclarationKind::Input && !self.is_main) {
                continue;
            }
            let what =
                if free == signal.length as usize { String::new() } else { format!("{free} elements of ") };
            match signal.kind {
                DeclarationKind::Input => findings.add(
                    Code::W0008UnusedInput,
                    signal.span,
                    format!("no constraint mentions {what}the input `{}`", signal.name),
                    "whoever proves may choose it freely; remove it, or constrain it",
                ),
                DeclarationKind::Output => findings.add(
                    Code::W0009FreeOutput,
                    signal.span,
                    format!("no constraint mentions {what}the output `{}`", signal.name),
                    "whoever proves may choose it freely",
                ),
                _ => {}
            }
        }
    }

    /// Signals that get their value by `<--`, and that no constraint mentions.
    fn hints(&self, findings: &mut Findings) {
        let own: u32 = self.instance.signals.iter().map(|signal| signal.length).sum();
        for (signal, span) in &self.instance.hinted {
            if *signal < own && self.used[*signal as usize] == 0 {
                let message = "no constraint mentions the signal that gets its value here".to_owned();
                let help = "`<--` tells the witness program only; add constraints that determine the signal";
                findings.add(Code::W0004Unconstrained, *span, message, help);
            }
        }
    }

    /// Components with a single output that nothing uses, and those whose bits are ambiguous.
    fn components(&self, findings: &mut Findings) {
        for component in &self.instance.components {
            let part = &self.elaboration.instances[component.instance];
            let outputs: Vec<_> = part.of_kind(DeclarationKind::Output).collect();
            // An array of one is a list, of the bits of a range check say, and no result.
            if let [output] = outputs.as_slice()
                && output.length == 1
                && output.dimensions.is_empty()
                && self.used[(component.first + output.first) as usize] == 0
                && !self.instance.reads(component.first + output.first)
            {
                let message = format!("the output `{}` of `{}` is not used", output.name, component.name);
                let help = "a comparison restricts nothing by itself: constrain its output";
                findings.add(Code::W0007UnusedOutput, component.span, message, help);
            }
            if self.aliased[component.instance] && !self.passes_on(component.first, part) {
                aliased_at::<F>(Some(component.span), findings);
            }
        }
    }

    /// Returns whether every bit of a component is passed on to one component without outputs: a check of the bits.
    fn passes_on(&self, first: u32, part: &Instance) -> bool {
        let bits: u32 = part.of_kind(DeclarationKind::Output).map(|signal| signal.length).sum();
        let is_bit = |signal: u32| (first..first + bits).contains(&signal);
        let checks: Vec<_> = self
            .instance
            .components
            .iter()
            .filter(|other| {
                let other = &self.elaboration.instances[other.instance];
                other.of_kind(DeclarationKind::Output).next().is_none()
            })
            .collect();
        let mut passed = FxHashSet::default();
        for constraint in &self.instance.constraints {
            let [a, b, c] = self.instance.parts(*constraint);
            if !a.is_empty() || !b.is_empty() || c.len() != 2 {
                continue;
            }
            let goes_in = |signal: u32| {
                checks.iter().any(|check| {
                    let size = self.elaboration.instances[check.instance].size;
                    (check.first..check.first + size).contains(&signal)
                })
            };
            for (one, other) in [(c[0].0, c[1].0), (c[1].0, c[0].0)] {
                if is_bit(one) && goes_in(other) {
                    passed.insert(one);
                }
            }
        }
        passed.len() == bits as usize && bits > 0
    }
}

fn aliased_at<F: PrimeField>(span: Option<Span>, findings: &mut Findings) {
    let message = format!(
        "a decomposition into {} bits or more: numbers have two, of which one is chosen by who proves",
        aliased_bits::<F>()
    );
    let help =
        "use fewer bits, or constrain the bits to a number below the prime, as circomlib's `AliasCheck` does";
    if let Some(span) = span {
        findings.add(Code::W0006AliasedBits, span, message, help);
    }
}
