//! Where a place leads: variables, signals, fields of buses, tags, components and their signals.

use std::iter::Peekable;
use std::slice::Iter;
use std::sync::Arc;

use ark_ff::PrimeField;

use super::bus::BusId;
use super::frame::{Entity, Frame, Signals};
use super::instance::{Instance, Operand, SubComponent, narrow};
use super::tags::Tags;
use super::value::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{Access, DeclarationKind, Expression, Name, Place, Span};
use crate::diagnostic::Code;

/// What a place leads to.
#[derive(Clone, Debug)]
pub(crate) enum Resolved<F> {
    /// Elements of a variable: its position in the scope, the first element.
    Variable { position: usize, first: usize, dimensions: Arc<[usize]>, unknown: Vec<UnknownIndex<F>> },
    /// Signals.
    Signals(SignalPlace<F>),
    /// A tag of signals.
    Tag(SignalPlace<F>, Name),
    /// A component: its position in the scope, its slot and its full name.
    Component { position: usize, slot: usize, name: String },
}

/// An index that is known only with the witness, the length of its axis, how far apart its elements are.
pub(crate) type UnknownIndex<F> = (Scalar<F>, usize, usize);

/// Signals that a place leads to.
#[derive(Clone, Debug)]
pub(crate) struct SignalPlace<F> {
    pub(crate) first: u32,
    pub(crate) dimensions: Arc<[usize]>,
    pub(crate) bus: Option<BusId>,
    pub(crate) owner: Owner,
    /// The fields from the declared signal to here.
    pub(crate) path: Vec<Name>,
    pub(crate) unknown: Vec<UnknownIndex<F>>,
    /// Whether it is all of the declared signal or field.
    pub(crate) is_whole: bool,
    /// Whether a field of an array of buses is meant, of all its elements: only its tags are there.
    pub(crate) is_spread: bool,
}

/// Whose a signal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The template's own: kind and position among its declared signals.
    Own(DeclarationKind, usize),
    /// A component's: the component, kind and position among the instance's signals, or among its inputs.
    Component(usize, DeclarationKind, usize),
}

/// An index of an element.
enum Index<F> {
    Known(usize),
    Unknown(Scalar<F>),
}

type Steps<'s> = Peekable<Iter<'s, Access>>;

impl<'a, F: PrimeField> Elaborator<'a, F> {
    pub(super) fn resolve(
        &mut self,
        frame: &mut Frame<F>,
        place: &'a Place,
        span: Span,
    ) -> Elaborated<Resolved<F>> {
        let text = self.names.text(place.name);
        let Some(position) = frame.find(place.name) else {
            return fail(Code::E0006Undefined, span, format!("`{text}` is not declared"));
        };
        let mut steps = place.access.iter().peekable();
        let indices = self.indices(frame, &mut steps)?;
        match frame.entity(position) {
            Entity::Variable(value) => {
                if steps.next().is_some() {
                    return fail(Code::E0008Kind, span, format!("`{text}` is a variable and has no members"));
                }
                let mut unknown = Vec::new();
                let (first, dimensions) = select(&value.dimensions, indices, 1, &mut unknown, text, span)?;
                Ok(Resolved::Variable { position, first, dimensions, unknown })
            }
            Entity::Signals(Signals { first, dimensions, bus, kind, declared }) => {
                let start = SignalPlace {
                    first: *first,
                    dimensions: Arc::clone(dimensions),
                    bus: *bus,
                    owner: Owner::Own(*kind, *declared),
                    path: Vec::new(),
                    unknown: Vec::new(),
                    is_whole: true,
                    is_spread: false,
                };
                self.descend(frame, start, indices, steps, text, span)
            }
            Entity::Components { dimensions, slots } => {
                let mut unknown = Vec::new();
                let (slot, rest) = select(dimensions, indices, 1, &mut unknown, text, span)?;
                if !unknown.is_empty() {
                    let message = "which component is meant is known only with the witness";
                    return fail(Code::E0009Index, span, message);
                }
                if !rest.is_empty() {
                    let message = format!("`{text}` is an array of components, expected one of them");
                    return fail(Code::E0007Count, span, message);
                }
                let Some(member) = steps.next() else {
                    let mut name = text.to_owned();
                    crate::circuit::push_indices(&mut name, dimensions, slot);
                    return Ok(Resolved::Component { position, slot, name });
                };
                let Some(component) = slots[slot] else {
                    let message = format!("the component `{text}` is not set yet");
                    return fail(Code::E0012Unassigned, span, message);
                };
                let Access::Member(member) = member else {
                    return fail(Code::E0007Count, span, format!("`{text}` has fewer axes"));
                };
                let start = self.member(component, *member, span)?;
                let indices = self.indices(frame, &mut steps)?;
                self.descend(frame, start, indices, steps, self.names.text(*member), span)
            }
        }
    }

    /// Goes on from declared signals through indices and fields.
    fn descend(
        &mut self,
        frame: &mut Frame<F>,
        mut place: SignalPlace<F>,
        mut indices: Vec<Index<F>>,
        mut steps: Steps<'a>,
        mut text: &'a str,
        span: Span,
    ) -> Elaborated<Resolved<F>> {
        loop {
            let size = self.element_size(place.bus) as usize;
            place.is_whole &= indices.is_empty();
            let (offset, rest) = select(&place.dimensions, indices, size, &mut place.unknown, text, span)?;
            place.first += narrow(offset);
            place.dimensions = rest;
            let member = match steps.next() {
                None if place.is_spread => {
                    let message = format!("`{text}` is a field of an array of buses, expected one of them");
                    return fail(Code::E0007Count, span, message);
                }
                None => return Ok(Resolved::Signals(place)),
                Some(Access::Member(member)) => *member,
                Some(Access::Index(_)) => return fail(Code::E0007Count, span, "too many indices"),
            };
            text = self.names.text(member);
            let field = place
                .bus
                .and_then(|id| self.buses()[id.0 as usize].fields.iter().find(|field| field.id == member));
            let Some(field) = field else {
                if steps.next().is_some() {
                    return fail(Code::E0008Kind, span, format!("there is nothing below `{text}`"));
                }
                if !place.is_whole {
                    return fail(Code::E0016Tags, span, "tags belong to whole arrays, not to their elements");
                }
                return Ok(Resolved::Tag(place, member));
            };
            place.is_spread |= !place.dimensions.is_empty();
            place.first += field.first;
            place.dimensions = Arc::clone(&field.dimensions);
            place.bus = field.bus;
            place.path.push(member);
            indices = self.indices(frame, &mut steps)?;
        }
    }

    /// Returns signals of a component.
    pub(super) fn member(&self, component: usize, member: Name, span: Span) -> Elaborated<SignalPlace<F>> {
        let text = self.names.text(member);
        let sub = &self.components()[component];
        let place = |first: u32, signal: &super::Signal, position: usize| SignalPlace {
            first,
            dimensions: Arc::clone(&signal.dimensions),
            bus: signal.bus,
            owner: Owner::Component(component, signal.kind, position),
            path: Vec::new(),
            unknown: Vec::new(),
            is_whole: true,
            is_spread: false,
        };
        let find = |signals: &[super::Signal]| signals.iter().position(|signal| signal.name == text);
        if let Some(pending) = self.building.parts.get(component).and_then(|part| part.pending.as_ref()) {
            let Some(position) = find(&pending.inputs) else {
                let message = format!("`{}` is used before all its inputs have values", sub.name);
                return fail(Code::E0012Unassigned, span, message);
            };
            return Ok(place(pending.inputs[position].first, &pending.inputs[position], position));
        }
        let instance = self.instance_of(sub);
        let Some(position) = find(&instance.signals) else {
            let message = format!("the template `{}` has no signal `{text}`", instance.template);
            return fail(Code::E0006Undefined, span, message);
        };
        let signal = &instance.signals[position];
        if signal.kind == DeclarationKind::Intermediate {
            let message = format!("`{text}` is internal to the template `{}`", instance.template);
            return fail(Code::E0008Kind, span, message);
        }
        Ok(place(sub.first + signal.first, signal, position))
    }

    /// Returns the components of the template under execution.
    fn components(&self) -> &[SubComponent] {
        match &self.runtime {
            Some(runtime) => &runtime.instance.components,
            None => &self.building.instance.components,
        }
    }

    pub(super) fn instance_of(&self, component: &SubComponent) -> &Instance {
        match &self.runtime {
            Some(runtime) => &runtime.instances[component.instance],
            None => &self.instances[component.instance],
        }
    }

    fn indices(&mut self, frame: &mut Frame<F>, steps: &mut Steps<'a>) -> Elaborated<Vec<Index<F>>> {
        let mut indices = Vec::new();
        while let Some(Access::Index(index)) = steps.peek() {
            indices.push(match self.scalar(frame, index)? {
                Scalar::Known(known) => Index::Known(small(&known, index.span)?),
                unknown => Index::Unknown(unknown),
            });
            steps.next();
        }
        Ok(indices)
    }

    /// Returns lengths of axes: numbers known when compiling.
    pub(super) fn lengths(
        &mut self,
        frame: &mut Frame<F>,
        expressions: &'a [Expression],
    ) -> Elaborated<Vec<usize>> {
        let mut lengths = Vec::with_capacity(expressions.len());
        for expression in expressions {
            if let Some(known) = self.scalar(frame, expression)?.known() {
                lengths.push(small(&known, expression.span)?);
            } else {
                let message = "expected a number that is known when compiling";
                return fail(Code::E0009Index, expression.span, message);
            }
        }
        Ok(lengths)
    }

    /// Returns what a place holds now.
    pub(super) fn load(
        &mut self,
        frame: &Frame<F>,
        resolved: &Resolved<F>,
        span: Span,
    ) -> Elaborated<Value<F>> {
        match resolved {
            Resolved::Variable { position, first, dimensions, unknown } => {
                let Entity::Variable(value) = frame.entity(*position) else {
                    return fail(Code::E0008Kind, span, "expected a variable");
                };
                if !unknown.is_empty() {
                    let items = value.items()[*first..].iter().map(|item| self.operand(item)).collect();
                    return Ok(self.picked(unknown, &items, dimensions, None));
                }
                if dimensions.len() == value.dimensions.len() {
                    return Ok(value.clone());
                }
                if dimensions.is_empty() {
                    return Ok(Value::scalar(value.items()[*first].clone()));
                }
                let length: usize = dimensions.iter().product();
                Ok(Value::array(Arc::clone(dimensions), value.items()[*first..*first + length].to_vec()))
            }
            Resolved::Signals(place) => self.load_signals(place, span),
            Resolved::Tag(SignalPlace { owner: Owner::Component(_, DeclarationKind::Input, _), .. }, _) => {
                fail(Code::E0016Tags, span, "the tags of a component's input are known inside only")
            }
            Resolved::Tag(place, tag) => match self.tags(place).find(&[], *tag) {
                Some(super::tags::Tag { value: Some(value), .. }) => {
                    Ok(Value::scalar(Scalar::Known(super::reduced(value))))
                }
                Some(_) => {
                    let message = format!("the tag `{}` has no value here", self.names.text(*tag));
                    fail(Code::E0016Tags, span, message)
                }
                None => {
                    let message = format!("there is no tag or field `{}` here", self.names.text(*tag));
                    fail(Code::E0006Undefined, span, message)
                }
            },
            Resolved::Component { name, .. } => {
                fail(Code::E0008Kind, span, format!("`{name}` is a component, expected one of its signals"))
            }
        }
    }

    fn load_signals(&mut self, place: &SignalPlace<F>, span: Span) -> Elaborated<Value<F>> {
        let inner: usize = place.dimensions.iter().product();
        let length = inner * self.element_size(place.bus) as usize;
        if let Some(runtime) = &self.runtime {
            let first = place.first as usize;
            let items = runtime.signals[first..first + length].iter().copied().map(Scalar::Known);
            return Ok(whole(&place.dimensions, place.bus, items, Tags::default()));
        }
        let reach: usize = place.unknown.iter().map(|(_, axis, stride)| (axis - 1) * stride).sum();
        self.check_initialized(place, length + reach, span)?;
        if !place.unknown.is_empty() {
            let items = (place.first..place.first + narrow(length + reach)).map(Operand::Signal).collect();
            return Ok(self.picked(&place.unknown, &items, &place.dimensions, place.bus));
        }
        let tags = self.tags(place);
        if length == 1 && place.dimensions.is_empty() {
            let signal = Scalar::signal(place.first);
            return Ok(Value { tags, bus: place.bus, ..Value::scalar(signal) });
        }
        let items = (place.first..place.first + narrow(length)).map(Scalar::signal);
        Ok(whole(&place.dimensions, place.bus, items, tags))
    }

    fn check_initialized(&self, place: &SignalPlace<F>, length: usize, span: Span) -> Elaborated<()> {
        match place.owner {
            Owner::Component(component, DeclarationKind::Output, _) => {
                if self.building.parts[component].missing > 0 {
                    let name = &self.building.instance.components[component].name;
                    let message = format!("an output of `{name}` is used before all its inputs have values");
                    return fail(Code::E0012Unassigned, span, message);
                }
            }
            _ => {
                if !self.building.are_assigned(place.first, length) {
                    return fail(Code::E0012Unassigned, span, "the signal has no value yet");
                }
            }
        }
        Ok(())
    }

    fn picked(
        &mut self,
        unknown: &[UnknownIndex<F>],
        items: &Arc<[Operand]>,
        dimensions: &Arc<[usize]>,
        bus: Option<BusId>,
    ) -> Value<F> {
        let length = dimensions.iter().product::<usize>() * self.element_size(bus) as usize;
        let picked: Vec<Scalar<F>> = (0..length).map(|start| self.pick(unknown, items, start)).collect();
        whole(dimensions, bus, picked.into_iter(), Tags::default())
    }

    /// Returns the tags of signals.
    pub(super) fn tags(&self, place: &SignalPlace<F>) -> Tags {
        let signal = match place.owner {
            _ if self.runtime.is_some() => return Tags::default(),
            Owner::Own(_, declared) => &self.building.instance.signals[declared],
            Owner::Component(component, _, position) => match &self.building.parts[component].pending {
                Some(pending) => &pending.inputs[position],
                None => &self.instance_of(&self.building.instance.components[component]).signals[position],
            },
        };
        signal.tags.below(&place.path)
    }
}

fn whole<F: PrimeField>(
    dimensions: &Arc<[usize]>,
    bus: Option<BusId>,
    mut items: impl Iterator<Item = Scalar<F>>,
    tags: Tags,
) -> Value<F> {
    let items = if dimensions.is_empty() && bus.is_none() {
        Items::One(items.next().unwrap_or(Scalar::Known(F::from(0u64))))
    } else {
        Items::Many(std::rc::Rc::new(items.collect()))
    };
    Value { dimensions: Arc::clone(dimensions), bus, items, tags }
}

/// Returns the first element and the remaining axes after some indices; unknown ones count as zero and are told apart.
fn select<F: PrimeField>(
    dimensions: &Arc<[usize]>,
    indices: Vec<Index<F>>,
    size: usize,
    unknown: &mut Vec<UnknownIndex<F>>,
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
    let rest: Arc<[usize]> =
        if indices.len() == dimensions.len() { super::no_axes() } else { dimensions[indices.len()..].into() };
    let mut stride: usize = size * dimensions.iter().product::<usize>();
    let mut offset = 0;
    for (index, length) in indices.into_iter().zip(dimensions.iter()) {
        stride /= (*length).max(1);
        match index {
            Index::Known(index) if index < *length => offset += index * stride,
            Index::Known(index) => {
                let message =
                    format!("index {index} of `{name}` is out of bounds, expected less than {length}");
                return fail(Code::E0009Index, span, message);
            }
            Index::Unknown(_) if *length == 0 => {
                return fail(Code::E0009Index, span, format!("`{name}` has no elements"));
            }
            Index::Unknown(index) => unknown.push((index, *length, stride)),
        }
    }
    Ok((offset, rest))
}

fn small<F: PrimeField>(value: &F, span: Span) -> Elaborated<usize> {
    match crate::operators::small(value).and_then(|small| usize::try_from(small).ok()) {
        Some(small) => Ok(small),
        None => fail(Code::E0009Index, span, format!("{} is not a length or index", shown(value))),
    }
}

fn shown<F: PrimeField>(value: &F) -> String {
    tensorproof_r1cs::fr_to_signed(value).to_string()
}
