//! Names, indices and members to what they stand for.

use std::sync::Arc;

use ark_ff::PrimeField as _;
use tensorproof_r1cs::Fr;

use super::execute::{Entity, Frame};
use super::scalar::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{Access, DeclarationKind, Expression, Place, Span};
use crate::diagnostic::Code;

/// What a place stands for: always a run of consecutive elements.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    /// Elements `first..` of the variable at a position of the scope.
    Variable { position: usize, first: usize, dimensions: Arc<[usize]> },
    /// Signals of the instance.
    Signals { first: u32, dimensions: Arc<[usize]>, owner: Owner },
    /// An element of the component array at a position of the scope.
    Component { position: usize, slot: usize, name: String },
}

/// Whose signals they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The template's own.
    Own(DeclarationKind),
    /// A component's.
    Component(usize, DeclarationKind),
}

impl<'a> Elaborator<'a> {
    pub(super) fn resolve(
        &mut self,
        frame: &mut Frame,
        place: &'a Place,
        span: Span,
    ) -> Elaborated<Resolved> {
        let text = self.names.text(place.name);
        let Some(position) = frame.find(place.name) else {
            return fail(Code::E0006Undefined, span, format!("`{text}` is not declared"));
        };
        let mut access = place.access.iter().peekable();
        let mut indices = Vec::new();
        while let Some(Access::Index(index)) = access.peek() {
            indices.push(self.index(frame, index)?);
            access.next();
        }
        match frame.entity(position) {
            Entity::Variable(value) => {
                if access.next().is_some() {
                    return fail(Code::E0008Kind, span, format!("`{text}` is a variable and has no signals"));
                }
                let (first, dimensions) = select(&value.dimensions, &indices, text, span)?;
                Ok(Resolved::Variable { position, first, dimensions })
            }
            Entity::Signals { first, dimensions, kind } => {
                if access.next().is_some() {
                    return fail(Code::E0008Kind, span, format!("`{text}` is a signal and has no members"));
                }
                let (offset, dimensions) = select(dimensions, &indices, text, span)?;
                Ok(Resolved::Signals { first: first + narrow(offset), dimensions, owner: Owner::Own(*kind) })
            }
            Entity::Components { dimensions, slots } => {
                let (slot, rest) = select(dimensions, &indices, text, span)?;
                if !rest.is_empty() {
                    let message = format!("`{text}` is an array of components, expected one of them");
                    return fail(Code::E0007Count, span, message);
                }
                let Some(member) = access.next() else {
                    let name = indices.iter().fold(text.to_owned(), |name, index| format!("{name}[{index}]"));
                    return Ok(Resolved::Component { position, slot, name });
                };
                let Some(component) = slots[slot] else {
                    return fail(
                        Code::E0012Unassigned,
                        span,
                        format!("the component `{text}` is not set yet"),
                    );
                };
                let Access::Member(member) = member else {
                    return fail(Code::E0007Count, span, format!("`{text}` has fewer axes"));
                };
                let mut indices = Vec::new();
                for step in access {
                    match step {
                        Access::Index(index) => indices.push(self.index(frame, index)?),
                        Access::Member(_) => {
                            return fail(Code::E0008Kind, span, "a signal of a component has no members");
                        }
                    }
                }
                let member = self.names.text(*member);
                self.member(frame, component, member, &indices, span)
            }
        }
    }

    /// Returns signals of a component.
    pub(super) fn member(
        &self,
        frame: &Frame,
        component: usize,
        member: &str,
        indices: &[usize],
        span: Span,
    ) -> Elaborated<Resolved> {
        let sub = &frame.instance.components[component];
        let instance = &self.instances[sub.instance];
        let Some(signal) = instance.signals.iter().find(|signal| signal.name == member) else {
            let message = format!("the template `{}` has no signal `{member}`", instance.template);
            return fail(Code::E0006Undefined, span, message);
        };
        if signal.kind == DeclarationKind::Intermediate {
            let message = format!("`{member}` is internal to the template `{}`", instance.template);
            return fail(Code::E0008Kind, span, message);
        }
        let (offset, dimensions) = select(&signal.dimensions, indices, member, span)?;
        let first = sub.first + signal.first + narrow(offset);
        Ok(Resolved::Signals { first, dimensions, owner: Owner::Component(component, signal.kind) })
    }

    /// Returns an index or a length: a number known when compiling.
    pub(super) fn index(&mut self, frame: &mut Frame, expression: &'a Expression) -> Elaborated<usize> {
        let value = self.value(frame, expression)?;
        let Items::One(Scalar::Known(known)) = value.items else {
            let message = "expected a number that is known when compiling";
            return fail(Code::E0009Index, expression.span, message);
        };
        let index = known.into_bigint();
        match usize::try_from(index.0[0]) {
            Ok(small) if index.0[1..] == [0; 3] => Ok(small),
            _ => {
                fail(Code::E0009Index, expression.span, format!("{} is not a length or index", shown(&known)))
            }
        }
    }
}

impl Frame {
    /// Returns what a place holds now.
    pub(super) fn load(&self, resolved: &Resolved, span: Span) -> Elaborated<Value> {
        match resolved {
            Resolved::Variable { position, first, dimensions } => {
                let Entity::Variable(value) = self.entity(*position) else {
                    return fail(Code::E0008Kind, span, "expected a variable");
                };
                if dimensions.len() == value.dimensions.len() {
                    return Ok(value.clone());
                }
                if dimensions.is_empty() {
                    return Ok(Value::scalar(value.items()[*first].clone()));
                }
                let length: usize = dimensions.iter().product();
                Ok(Value::array(Arc::clone(dimensions), value.items()[*first..*first + length].to_vec()))
            }
            Resolved::Signals { first, dimensions, owner } => {
                if let Owner::Component(component, DeclarationKind::Output) = owner
                    && self.missing(*component) > 0
                {
                    let name = &self.instance.components[*component].name;
                    let message = format!("an output of `{name}` is used before all its inputs have values");
                    return fail(Code::E0012Unassigned, span, message);
                }
                if dimensions.is_empty() {
                    return Ok(Value::scalar(Scalar::signal(*first)));
                }
                let length: usize = dimensions.iter().product();
                let items = (*first..*first + narrow(length)).map(Scalar::signal).collect();
                Ok(Value::array(Arc::clone(dimensions), items))
            }
            Resolved::Component { name, .. } => {
                fail(Code::E0008Kind, span, format!("`{name}` is a component, expected one of its signals"))
            }
        }
    }
}

/// Returns the first element and the remaining axes after some indices.
fn select(
    dimensions: &Arc<[usize]>,
    indices: &[usize],
    name: &str,
    span: Span,
) -> Elaborated<(usize, Arc<[usize]>)> {
    if indices.is_empty() {
        return Ok((0, Arc::clone(dimensions)));
    }
    if indices.len() > dimensions.len() {
        let message = format!("`{name}` has {} axes, got {} indices", dimensions.len(), indices.len());
        return fail(Code::E0007Count, span, message);
    }
    let mut offset = 0;
    for (index, length) in indices.iter().zip(dimensions.iter()) {
        if index >= length {
            let message = format!("index {index} of `{name}` is out of bounds, expected less than {length}");
            return fail(Code::E0009Index, span, message);
        }
        offset = offset * length + index;
    }
    let rest: Arc<[usize]> = Arc::from(&dimensions[indices.len()..]);
    let length: usize = rest.iter().product();
    Ok((offset * length, rest))
}

/// Signals are fewer than 2^30; see `Frame::declare_signals`.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn shown(value: &Fr) -> String {
    tensorproof_r1cs::fr_to_signed(value).to_string()
}
