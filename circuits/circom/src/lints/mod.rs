//! What the constraints may leave open: findings that are legal circom, and have cost other projects their soundness.
//!
//! Most look at one template instance at a time; those about ranges look at the whole circuit, and are made only when
//! asked for. All are heuristics: a finding says where to look. A comment `allow(W0005): why` on the line of a finding
//! or on the line before says that it was looked at; where a finding follows a signal through components, on any line
//! that it passes.

mod aliased;
mod comparisons;
mod determined;
mod divisions;
mod flow;
mod fractions;
mod packing;
mod place;
mod ports;
mod selectors;
mod shape;
mod vacuous;

use ark_ff::PrimeField;
use rustc_hash::FxHashSet;

use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::elaborate::Elaboration;
use crate::sources::{FileId, Sources};
use flow::Flow;
use place::Placement;
use shape::Shape;

/// Returns the findings of all instances, once per place; those about ranges only with `whole`.
pub(crate) fn find<F: PrimeField>(
    elaboration: &Elaboration<F>,
    sources: &Sources,
    whole: bool,
) -> Vec<Diagnostic> {
    let mut findings = Findings { list: Vec::new(), seen: FxHashSet::default(), sources };
    ports::find(elaboration, &mut findings);
    determined::find(elaboration, &mut findings);
    if whole {
        find_in_circuit(elaboration, &mut findings);
    }
    let mut list = findings.list;
    list.sort_by_key(|finding| (finding.code, finding.span.map(|span| (span.file.0, span.start))));
    list
}

/// Finds what takes knowledge of the whole circuit: ranges, and what is never zero.
fn find_in_circuit<F: PrimeField>(elaboration: &Elaboration<F>, findings: &mut Findings) {
    let Elaboration { instances, coefficients, .. } = elaboration;
    let shapes: Vec<Shape> =
        instances.iter().map(|instance| Shape::of(instance, instances, coefficients)).collect();
    let flow = Flow::of(elaboration, &shapes);
    // Parts stand before what they are parts of.
    let mut is_quiet: Vec<bool> = Vec::with_capacity(shapes.len());
    for (shape, instance) in shapes.iter().zip(instances) {
        let mut parts = instance.components.iter();
        is_quiet.push(shape.is_quiet() && parts.all(|part| is_quiet[part.instance]));
    }
    place::for_each(elaboration, &is_quiet, |frames| {
        let placement = Placement { elaboration, shapes: &shapes, flow: &flow, frames };
        divisions::find(&placement, findings);
        comparisons::find(&placement, findings);
        selectors::find(&placement, findings);
        packing::find(&placement, findings);
        fractions::find(&placement, findings);
        vacuous::find(&placement, findings);
    });
}

/// Returns whether a comment at the place says that the finding was looked at.
pub(crate) fn is_allowed(finding: &Diagnostic, sources: &Sources) -> bool {
    finding.span.is_some_and(|span| allows(finding.code, span, sources))
}

fn allows(code: Code, span: Span, sources: &Sources) -> bool {
    let text = &sources.file(span.file).text;
    let allowed = format!("allow({})", code.id());
    let start = text.get(..span.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let before = text.get(..start.saturating_sub(1)).unwrap_or_default();
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    line.contains(&allowed) || (line_before.trim_start().starts_with("//") && line_before.contains(&allowed))
}

/// The findings so far.
struct Findings<'s> {
    list: Vec<Diagnostic>,
    seen: FxHashSet<(Code, FileId, u32)>,
    sources: &'s Sources,
}

impl Findings<'_> {
    /// Adds a finding, unless there is one at its place or a comment there allows it.
    fn add(&mut self, code: Code, span: Span, message: String, help: &str) {
        self.add_along(code, span, &[], message, help);
    }

    /// Adds a finding about a signal that passes other places too, where a comment may allow it.
    fn add_along(&mut self, code: Code, span: Span, passed: &[Span], message: String, help: &str) {
        let may_be = !passed.iter().chain([&span]).any(|place| allows(code, *place, self.sources));
        if may_be && self.seen.insert((code, span.file, span.start)) {
            self.list.push(Diagnostic::new(code, span, message).with_help(help));
        }
    }
}
