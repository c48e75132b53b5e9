//! What the constraints may leave open: findings that are legal circom, and have cost other projects their soundness.
//!
//! They are heuristics over one template instance at a time; a finding says where to look. A comment
//! `allow(W0005): why` on the line of a finding or on the line before says that it was looked at.

use ark_ff::PrimeField;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::{DeclarationKind, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::elaborate::{Coefficients, Elaboration, Instance, ONE};
use crate::sources::Sources;

/// Returns the bits from which on a number below the prime has two decompositions: those of the prime.
fn aliased_bits<F: PrimeField>() -> usize {
    F::MODULUS_BIT_SIZE as usize
}

/// Returns the findings of all instances, once per place.
pub(crate) fn find<F: PrimeField>(elaboration: &Elaboration<F>, sources: &Sources) -> Vec<Diagnostic> {
    let aliased: Vec<bool> =
        elaboration.instances.iter().map(|instance| aliases(instance, &elaboration.coefficients)).collect();
    let mut findings: Vec<Diagnostic> = Vec::new();
    let mut seen = FxHashSet::default();
    for (id, instance) in elaboration.instances.iter().enumerate() {
        let mut inspector = Inspector { elaboration, instance, aliased: &aliased, findings: Vec::new() };
        inspector.inspect(id);
        for finding in inspector.findings {
            let place = finding.span.map(|span| (span.file, span.start));
            if seen.insert((finding.code, place)) && !is_allowed(&finding, sources) {
                findings.push(finding);
            }
        }
    }
    findings.sort_by_key(|finding| (finding.code, finding.span.map(|span| (span.file.0, span.start))));
    findings
}

/// Returns whether a comment at the place says that the finding was looked at.
pub(crate) fn is_allowed(finding: &Diagnostic, sources: &Sources) -> bool {
    let Some(span) = finding.span else {
        return false;
    };
    let text = &sources.file(span.file).text;
    let allowed = format!("allow({})", finding.code.id());
    let start = text.get(..span.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let before = text.get(..start.saturating_sub(1)).unwrap_or_default();
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    line.contains(&allowed) || (line_before.trim_start().starts_with("//") && line_before.contains(&allowed))
}

struct Inspector<'e, F> {
    elaboration: &'e Elaboration<F>,
    instance: &'e Instance,
    /// Which instances hold a decomposition into so many bits that a number has two.
    aliased: &'e [bool],
    findings: Vec<Diagnostic>,
}

impl<F: PrimeField> Inspector<'_, F> {
    fn inspect(&mut self, id: usize) {
        let instance = self.instance;
        if instance.modifiers.custom {
            return;
        }
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
        self.ports(&used);
        self.hints(&used);
        self.components(&used);
        if id == self.elaboration.main && self.aliased[id] {
            let span = instance.signals.first().map(|signal| signal.span);
            self.aliased_at(span);
        }
    }

    fn found(&mut self, code: Code, span: Span, message: String, help: &str) {
        self.findings.push(Diagnostic::new(code, span, message).with_help(help));
    }

    /// Inputs and outputs that no constraint mentions.
    fn ports(&mut self, used: &[u32]) {
        let instance = self.instance;
        for signal in &instance.signals {
            let range = signal.first as usize..(signal.first + signal.length) as usize;
            let free = used[range].iter().filter(|count| **count == 0).count();
            // A template may well have no use for some bits; the main component's inputs are what a proof is about.
            let is_main =
                std::ptr::eq(instance, &raw const self.elaboration.instances[self.elaboration.main]);
            let is_partial = free < signal.length as usize;
            if free == 0 || (is_partial && signal.kind == DeclarationKind::Input && !is_main) {
                continue;
            }
            let what =
                if free == signal.length as usize { String::new() } else { format!("{free} elements of ") };
            match signal.kind {
                DeclarationKind::Input => self.found(
                    Code::W0008UnusedInput,
                    signal.span,
                    format!("no constraint mentions {what}the input `{}`", signal.name),
                    "whoever proves may choose it freely; remove it, or constrain it",
                ),
                DeclarationKind::Output => self.found(
                    Code::W0009FreeOutput,
                    signal.span,
                    format!("no constraint mentions {what}the output `{}`", signal.name),
                    "whoever proves may choose it freely",
                ),
                _ => {}
            }
        }
    }

    /// Signals that get their value by `<--`, and too few constraints for them.
    fn hints(&mut self, used: &[u32]) {
        let instance = self.instance;
        let own: u32 = instance.signals.iter().map(|signal| signal.length).sum();
        let mut groups = Groups::default();
        for (signal, span) in instance.hinted.iter().filter(|(signal, _)| *signal < own) {
            if used[*signal as usize] == 0 {
                let message = "no constraint mentions the signal that gets its value here".to_owned();
                let help = "`<--` tells the witness program only; add constraints that determine the signal";
                self.found(Code::W0004Unconstrained, *span, message, help);
            } else {
                groups.add(*signal, *span);
            }
        }
        for constraint in &instance.constraints {
            groups.join(instance.parts(*constraint).into_iter().flatten().map(|(signal, _)| *signal));
        }
        for (span, signals, constraints) in groups.underdetermined() {
            let message = format!(
                "{signals} signals get their values by `<--`, and {constraints} constraints mention them"
            );
            let help = "a quotient and a remainder, say, need the remainder's range besides their equation; an \
                        `assert` is not part of the proof";
            self.found(Code::W0005Undetermined, span, message, help);
        }
    }

    /// Components with a single output that nothing uses, and those whose bits are ambiguous.
    fn components(&mut self, used: &[u32]) {
        for component in &self.instance.components {
            let part = &self.elaboration.instances[component.instance];
            let outputs: Vec<_> = part.of_kind(DeclarationKind::Output).collect();
            // An array of one is a list, of the bits of a range check say, and no result.
            if let [output] = outputs.as_slice()
                && output.length == 1
                && output.dimensions.is_empty()
                && used[(component.first + output.first) as usize] == 0
                && !self.instance.reads(component.first + output.first)
            {
                let message = format!("the output `{}` of `{}` is not used", output.name, component.name);
                let help = "a comparison restricts nothing by itself: constrain its output";
                self.found(Code::W0007UnusedOutput, component.span, message, help);
            }
            if self.aliased[component.instance] && !self.passes_on(component.first, part) {
                self.aliased_at(Some(component.span));
            }
        }
    }

    fn aliased_at(&mut self, span: Option<Span>) {
        let message = format!(
            "a decomposition into {} bits or more: numbers have two, of which one is chosen by who proves",
            aliased_bits::<F>()
        );
        let help = "use fewer bits, or constrain the bits to a number below the prime, as circomlib's `AliasCheck` does";
        if let Some(span) = span {
            self.found(Code::W0006AliasedBits, span, message, help);
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

/// Hinted signals that constraints tie together.
#[derive(Default)]
struct Groups {
    members: FxHashMap<u32, usize>,
    parents: Vec<usize>,
    spans: Vec<Span>,
    constraints: Vec<u32>,
}

impl Groups {
    fn add(&mut self, signal: u32, span: Span) {
        if let std::collections::hash_map::Entry::Vacant(vacant) = self.members.entry(signal) {
            vacant.insert(self.parents.len());
            self.parents.push(self.parents.len());
            self.spans.push(span);
            self.constraints.push(0);
        }
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.parents[member] != member {
            self.parents[member] = self.parents[self.parents[member]];
            member = self.parents[member];
        }
        member
    }

    /// Counts a constraint for the group of all signals that it mentions.
    fn join(&mut self, signals: impl Iterator<Item = u32>) {
        let mut first = None;
        for signal in signals {
            let Some(&member) = self.members.get(&signal) else { continue };
            let member = self.root(member);
            match first {
                None => first = Some(member),
                Some(root) if root != member => {
                    self.parents[member] = root;
                    self.constraints[root] += self.constraints[member];
                }
                Some(_) => {}
            }
        }
        if let Some(root) = first {
            self.constraints[root] += 1;
        }
    }

    /// Returns place, number of signals and of constraints of each group with too few constraints.
    fn underdetermined(&mut self) -> Vec<(Span, u32, u32)> {
        let mut sizes = vec![0u32; self.parents.len()];
        for member in 0..self.parents.len() {
            let root = self.root(member);
            sizes[root] += 1;
        }
        let roots = (0..self.parents.len()).filter(|root| sizes[*root] > self.constraints[*root]);
        roots.map(|root| (self.spans[root], sizes[root], self.constraints[root])).collect()
    }
}

/// Returns whether an instance writes a number as a sum of so many bits that the number has two such sums.
fn aliases<F: PrimeField>(instance: &Instance, coefficients: &Coefficients<F>) -> bool {
    let aliased = aliased_bits::<F>();
    if instance.constraints.len() < aliased {
        return false;
    }
    let mut is_bit = vec![false; instance.size as usize];
    for constraint in &instance.constraints {
        if let [left, right, []] = instance.parts(*constraint) {
            // b * (b - 1) = 0, in either order: some signal stands in both factors.
            for (signal, _) in left.iter().filter(|(signal, _)| *signal != ONE) {
                if right.iter().any(|(other, _)| other == signal) {
                    is_bit[*signal as usize] = true;
                }
            }
        }
    }
    instance.constraints.iter().any(|constraint| {
        let [a, b, c] = instance.parts(*constraint);
        if !a.is_empty() || !b.is_empty() || c.len() < aliased {
            return false;
        }
        let bits = c.iter().filter(|(signal, _)| *signal != ONE && is_bit[*signal as usize]);
        let values: FxHashSet<F> = bits.map(|(_, value)| coefficients.get(*value)).collect();
        // All of 1, 2, 4, .. or all of -1, -2, -4, ..
        [F::one(), -F::one()].into_iter().any(|sign| {
            let mut power = sign;
            (0..aliased).all(|_| {
                let found = values.contains(&power);
                power.double_in_place();
                found
            })
        })
    })
}
