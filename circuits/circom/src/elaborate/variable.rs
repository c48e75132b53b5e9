//! Assignments to variables: whole, by element, and at indices that only the witness tells.

use super::frame::{Entity, Frame};
use super::place::{Resolved, UnknownIndex};
use super::tags::Tags;
use super::value::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{InfixOp, Span};
use crate::diagnostic::Code;
use ark_ff::PrimeField;

impl<F: PrimeField> Elaborator<'_, F> {
    /// Gives elements of a variable their values.
    pub(super) fn store_variable(
        &mut self,
        frame: &mut Frame<F>,
        place: Resolved<F>,
        value: Value<F>,
        span: Span,
    ) -> Elaborated<()> {
        let Resolved::Variable { position, first, dimensions, unknown } = place else {
            return fail(Code::E0008Kind, span, "expected a variable");
        };
        if value.bus.is_some() {
            return fail(Code::E0008Kind, span, "a variable cannot hold a bus");
        }
        let Entity::Variable(held) = frame.entity_mut(position) else {
            return fail(Code::E0008Kind, span, "expected a variable");
        };
        held.tags = Tags::default();
        if unknown.is_empty() && held.dimensions.len() == dimensions.len() {
            if held.dimensions == value.dimensions {
                *held = value;
                return Ok(());
            }
            let copied = copy_overlap(&dimensions, held.items_mut(), &value);
            return self.check_lengths(copied, &dimensions, &value, span);
        }
        let length: usize = dimensions.iter().product();
        if unknown.is_empty() {
            let copied = copy_overlap(&dimensions, &mut held.items_mut()[first..first + length], &value);
            return self.check_lengths(copied, &dimensions, &value, span);
        }
        if dimensions != value.dimensions {
            return self.check_lengths(false, &dimensions, &value, span);
        }
        // Every element that the indices can lead to keeps its value unless they lead there.
        let mut items = std::mem::replace(&mut held.items, Items::One(Scalar::Known(F::from(0u64))));
        let elements = match &mut items {
            Items::One(item) => std::slice::from_mut(item),
            Items::Many(items) => std::rc::Rc::make_mut(items).as_mut_slice(),
        };
        for (start, is_here) in self.combinations(&unknown, span)? {
            for (element, new) in elements[first + start..][..length].iter_mut().zip(value.items()) {
                *element = self.select(&is_here, new, element);
            }
        }
        if let Entity::Variable(held) = frame.entity_mut(position) {
            held.items = items;
        }
        Ok(())
    }

    /// Returns the position of each element that indices can lead to, and whether they lead there.
    pub(super) fn combinations(
        &mut self,
        unknown: &[UnknownIndex<F>],
        span: Span,
    ) -> Elaborated<Vec<(usize, Scalar<F>)>> {
        let mut all: Vec<(usize, Option<Scalar<F>>)> = vec![(0, None)];
        for (index, length, stride) in unknown {
            let mut next = Vec::with_capacity(all.len() * length);
            for number in 0..*length {
                let known = Scalar::Known(F::from(number as u64));
                let equal = self.infix(InfixOp::Equal, index.clone(), known, span)?;
                for (start, others) in &all {
                    let is_here = match others {
                        Some(others) => self.infix(InfixOp::And, others.clone(), equal.clone(), span)?,
                        None => equal.clone(),
                    };
                    next.push((start + number * stride, Some(is_here)));
                }
            }
            all = next;
        }
        let here = Scalar::Known(F::from(1u64));
        Ok(all.into_iter().map(|(start, is_here)| (start, is_here.unwrap_or(here.clone()))).collect())
    }

    /// Reports an array of other lengths than expected: a warning where circom copies what fits.
    fn check_lengths(
        &mut self,
        copied: bool,
        dimensions: &[usize],
        value: &Value<F>,
        span: Span,
    ) -> Elaborated<()> {
        if *dimensions == *value.dimensions {
            return Ok(());
        }
        if copied {
            if self.runtime.is_none() {
                self.warn(Code::W0001Lengths, span, mismatch(dimensions, &value.dimensions));
            }
            return Ok(());
        }
        super::assign::same_axes(dimensions, value, span)
    }
}

fn mismatch(expected: &[usize], got: &[usize]) -> String {
    format!("an array of {got:?} is assigned to one of {expected:?}; the elements that both have are copied")
}

/// Copies the elements that both arrays have; returns whether the numbers of axes are the same.
pub(super) fn copy_overlap<F: PrimeField>(
    dimensions: &[usize],
    target: &mut [Scalar<F>],
    value: &Value<F>,
) -> bool {
    if dimensions.len() != value.dimensions.len() {
        return false;
    }
    if *dimensions == *value.dimensions {
        target.clone_from_slice(value.items());
        return true;
    }
    copy_axes(dimensions, target, &value.dimensions, value.items());
    true
}

fn copy_axes<F: PrimeField>(
    dimensions: &[usize],
    target: &mut [Scalar<F>],
    from: &[usize],
    source: &[Scalar<F>],
) {
    let ([rows, inner @ ..], [source_rows, source_inner @ ..]) = (dimensions, from) else {
        target.clone_from_slice(source);
        return;
    };
    let (step, source_step): (usize, usize) = (inner.iter().product(), source_inner.iter().product());
    for row in 0..*rows.min(source_rows) {
        let target = &mut target[row * step..(row + 1) * step];
        copy_axes(inner, target, source_inner, &source[row * source_step..(row + 1) * source_step]);
    }
}
