//! Assignments and constraints.

use ark_ff::PrimeField;

use super::expression::axes;
use super::frame::{Entity, Frame};
use super::instance::{Instruction, narrow};
use super::linear::Linear;
use super::place::{Owner, Resolved, SignalPlace};
use super::tags::Tags;
use super::value::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{AssignOp, DeclarationKind, Expression, ExpressionKind, InfixOp, Name, Span};
use crate::diagnostic::Code;

static NO_TAGS: Tags = Tags::NONE;

const QUADRATIC_HELP: &str = "a constraint is a product of two linear expressions plus a third; give parts of it to signals of their own";

impl<'a, F: PrimeField> Elaborator<'a, F> {
    pub(super) fn assign(
        &mut self,
        frame: &mut Frame<F>,
        target: &'a Expression,
        op: AssignOp,
        value: &'a Expression,
        span: Span,
    ) -> Elaborated<()> {
        if let ExpressionKind::Tuple(targets) = &target.kind {
            if let ExpressionKind::Tuple(values) = &value.kind {
                check_count(targets.len(), values.len(), span)?;
                let mut pairs = targets.iter().zip(values);
                return pairs.try_for_each(|(target, value)| self.assign(frame, target, op, value, span));
            }
            let values = self.values(frame, value)?;
            check_count(targets.len(), values.len(), span)?;
            let mut pairs = targets.iter().zip(values);
            return pairs.try_for_each(|(target, value)| self.store(frame, target, op, value, span));
        }
        if self.add_in_place(frame, target, op, value)? {
            return Ok(());
        }
        if let (ExpressionKind::Place(place), AssignOp::Set) = (&target.kind, op) {
            match self.resolve(frame, place, target.span)? {
                Resolved::Component { position, slot, name } => {
                    return self.set_component(frame, position, slot, name, value);
                }
                Resolved::Tag(place, tag) => return self.set_tag(frame, &place, tag, value, span),
                _ => {}
            }
        }
        if let (ExpressionKind::Underscore, ExpressionKind::Anonymous { .. }) = (&target.kind, &value.kind) {
            return self.values(frame, value).map(|_| ());
        }
        let value = self.value(frame, value)?;
        self.store(frame, target, op, value, span)
    }

    /// Does `x = x + value` without a copy of `x`, which may be a long sum.
    fn add_in_place(
        &mut self,
        frame: &mut Frame<F>,
        target: &'a Expression,
        op: AssignOp,
        value: &'a Expression,
    ) -> Elaborated<bool> {
        let ExpressionKind::Infix { op: infix @ (InfixOp::Add | InfixOp::Subtract), left, right } =
            &value.kind
        else {
            return Ok(false);
        };
        let (ExpressionKind::Place(target), ExpressionKind::Place(source)) = (&target.kind, &left.kind)
        else {
            return Ok(false);
        };
        if op != AssignOp::Set
            || target.name != source.name
            || !target.access.is_empty()
            || !source.access.is_empty()
        {
            return Ok(false);
        }
        let Resolved::Variable { position, .. } = self.resolve(frame, target, left.span)? else {
            return Ok(false);
        };
        let added = self.scalar(frame, right)?;
        let Entity::Variable(Value { items: Items::One(held), .. }) = frame.entity_mut(position) else {
            return Ok(false);
        };
        let sum = std::mem::replace(held, Scalar::Known(F::zero()));
        let sum = self.infix(*infix, sum, added, value.span)?;
        if let Entity::Variable(Value { items: Items::One(held), tags, .. }) = frame.entity_mut(position) {
            *held = sum;
            *tags = super::tags::Tags::default();
        }
        Ok(true)
    }

    fn store(
        &mut self,
        frame: &mut Frame<F>,
        target: &'a Expression,
        op: AssignOp,
        value: Value<F>,
        span: Span,
    ) -> Elaborated<()> {
        let place = match &target.kind {
            ExpressionKind::Underscore => return Ok(()),
            ExpressionKind::Place(place) => self.resolve(frame, place, target.span)?,
            _ => return fail(Code::E0008Kind, target.span, "nothing can be assigned to this"),
        };
        match (place, op) {
            (place @ Resolved::Variable { .. }, AssignOp::Set) => {
                self.store_variable(frame, place, value, span)
            }
            (Resolved::Signals(place), AssignOp::Signal | AssignOp::Constrain) => {
                self.assign_signals(&place, &value, op == AssignOp::Constrain, span)
            }
            (Resolved::Signals(_), AssignOp::Set) => {
                fail(Code::E0008Kind, span, "a signal gets its value with `<==` or `<--`")
            }
            _ => fail(Code::E0008Kind, span, "only a signal gets its value with `<==` or `<--`"),
        }
    }

    /// Gives signals their values, with constraints or without.
    pub(super) fn assign_signals(
        &mut self,
        place: &SignalPlace<F>,
        value: &Value<F>,
        constrain: bool,
        span: Span,
    ) -> Elaborated<()> {
        self.fits(place, value, span)?;
        if !place.unknown.is_empty() {
            return self.assign_somewhere(place, value, constrain, span);
        }
        if constrain && !self.guards.is_empty() {
            let message = "whether this constraint is there is known only with the witness";
            return fail(Code::E0013UnknownCondition, span, message);
        }
        match place.owner {
            Owner::Own(DeclarationKind::Input, _) => {
                return fail(Code::E0011AssignedTwice, span, "an input gets its value from outside");
            }
            Owner::Component(_, DeclarationKind::Output, _) => {
                return fail(Code::E0008Kind, span, "an output of a component gets its value inside");
            }
            _ => {}
        }
        self.pass_tags(place, value, constrain, span)?;
        let mut fresh = 0;
        for (signal, scalar) in (place.first..).zip(value.items()) {
            let was_assigned = std::mem::replace(&mut self.building.assigned[signal as usize], true);
            fresh += u32::from(!was_assigned);
            if was_assigned {
                return fail(Code::E0011AssignedTwice, span, "the signal has a value already");
            }
            if !self.guards.is_empty() {
                let component = match place.owner {
                    Owner::Component(component, ..) => Some(component),
                    Owner::Own(..) => None,
                };
                self.building.newly_assigned.push((signal, component));
            }
            if constrain {
                self.define(signal, scalar, span)?;
            } else {
                self.compute(signal, scalar, span);
            }
        }
        if let Owner::Component(component, ..) = place.owner {
            self.inputs_given(component, fresh, span)?;
        }
        Ok(())
    }

    /// Gives that signal of an array its value that indices known only with the witness lead to; the others stay zero.
    fn assign_somewhere(
        &mut self,
        place: &SignalPlace<F>,
        value: &Value<F>,
        constrain: bool,
        span: Span,
    ) -> Elaborated<()> {
        let own = matches!(place.owner, Owner::Own(kind, _) if kind != DeclarationKind::Input);
        if constrain || !own || !place.dimensions.is_empty() || place.bus.is_some() {
            let message = "which signal gets this value is known only with the witness";
            return fail(Code::E0009Index, span, message);
        }
        for (start, is_here) in self.combinations(&place.unknown, span)? {
            let signal = place.first + narrow(start);
            if std::mem::replace(&mut self.building.assigned[signal as usize], true) {
                return fail(Code::E0011AssignedTwice, span, "the signal has a value already");
            }
            let scalar = self.select(&is_here, &value.items()[0], &Scalar::signal(signal));
            self.compute(signal, &scalar, span);
        }
        Ok(())
    }

    /// Adds the constraint `signal = scalar`, and the instruction that solves it.
    fn define(&mut self, signal: u32, scalar: &Scalar<F>, span: Span) -> Elaborated<()> {
        let Some([a, b, mut c]) = scalar.quadratic() else {
            return not_quadratic(span);
        };
        // signal <== a * b + c  becomes  a * b = signal - c.
        c.scale(-F::from(1u64));
        c.add(&Linear::signal(signal), F::from(1u64));
        let constraint = self.push_constraint([&a, &b, &c], span);
        self.building.instance.program.push(Instruction::Solve { signal, constraint });
        Ok(())
    }

    fn push_constraint(&mut self, parts: [&Linear<F>; 3], span: Span) -> u32 {
        let instance = &mut self.building.instance;
        let constraint = instance.store(parts, &mut self.coefficients);
        let number = narrow(instance.constraints.len());
        instance.constraints.push(constraint);
        instance.spans.push(span);
        number
    }

    /// Adds the instruction that gives a signal its value, where the conditions around hold.
    fn compute(&mut self, signal: u32, scalar: &Scalar<F>, span: Span) {
        let mut scalar = scalar.clone();
        if let Some(guard) = self.guards.last().cloned() {
            // The other branch may have given it a value; without one it is zero.
            scalar = self.select(&guard, &scalar, &Scalar::signal(signal));
        }
        let value = self.operand(&scalar);
        self.building.instance.program.push(Instruction::Store { signal, value, span });
        self.building.instance.hinted.push((signal, span));
    }

    /// Forgets which signals got a value since a mark, for the other branch to give them one; returns them.
    pub(super) fn unassign(&mut self, mark: usize) -> Vec<(u32, Option<usize>)> {
        let signals = self.building.newly_assigned.split_off(mark);
        for (signal, component) in &signals {
            self.building.assigned[*signal as usize] = false;
            if let Some(component) = component {
                self.building.parts[*component].missing += 1;
            }
        }
        signals
    }

    /// Notes again that signals have a value, unless the other branch gave them one.
    pub(super) fn assign_again(&mut self, signals: Vec<(u32, Option<usize>)>, span: Span) -> Elaborated<()> {
        for (signal, component) in signals {
            if std::mem::replace(&mut self.building.assigned[signal as usize], true) {
                continue;
            }
            self.building.newly_assigned.push((signal, component));
            if let Some(component) = component {
                self.inputs_given(component, 1, span)?;
            }
        }
        Ok(())
    }

    /// Handles `left === right`.
    pub(super) fn constrain_equal(
        &mut self,
        frame: &mut Frame<F>,
        left: &'a Expression,
        right: &'a Expression,
        span: Span,
    ) -> Elaborated<()> {
        let left = self.value(frame, left)?;
        let right = self.value(frame, right)?;
        if left.dimensions != right.dimensions || left.bus != right.bus {
            return fail(Code::E0007Count, span, "the two sides have different lengths");
        }
        for (left, right) in left.items().iter().zip(right.items()) {
            let difference = self.infix(InfixOp::Subtract, left.clone(), right.clone(), span)?;
            self.constrain(frame, &difference, span)?;
        }
        Ok(())
    }

    /// Adds the constraint that a value is zero.
    fn constrain(&mut self, frame: &mut Frame<F>, value: &Scalar<F>, span: Span) -> Elaborated<()> {
        if !frame.is_template {
            return fail(Code::E0008Kind, span, "a function has no constraints");
        }
        if !self.guards.is_empty() {
            let message = "whether this constraint is there is known only with the witness";
            return fail(Code::E0013UnknownCondition, span, message);
        }
        let Some([a, b, mut c]) = value.quadratic() else {
            return not_quadratic(span);
        };
        let product = if a.is_constant() && b.is_constant() { Some(a.constant * b.constant) } else { None };
        if let Some(product) = product.filter(|_| c.is_constant()) {
            if product + c.constant == F::zero() {
                return Ok(());
            }
            return fail(Code::E0014Violated, span, "this constraint can never hold");
        }
        c.scale(-F::from(1u64));
        let constraint = self.push_constraint([&a, &b, &c], span);
        self.building.instance.program.push(Instruction::Check { constraint });
        Ok(())
    }

    /// Notes the tags of a part of an array: once all parts have a tag of one value, the array has it.
    fn collect_tags(&mut self, place: &SignalPlace<F>, declared: usize, tags: &Tags) {
        let size = place.dimensions.iter().product::<usize>() * self.element_size(place.bus) as usize;
        let signal = &self.building.instance.signals[declared];
        if !place.path.is_empty() || (tags.is_empty() && !self.building.collected.contains_key(&declared)) {
            return;
        }
        let whole = signal.length as usize;
        let collected = self.building.collected.entry(declared).or_insert_with(|| (whole, tags.clone()));
        collected.0 = collected.0.saturating_sub(size);
        collected.1 = collected.1.common(tags);
        if collected.0 == 0 {
            let tags = collected.1.clone();
            let signal = &mut self.building.instance.signals[declared];
            for tag in tags.iter() {
                if signal.tags.find(&tag.path, tag.name).is_none_or(|held| held.value.is_none()) {
                    signal.tags.set(&tag.path, tag.name, tag.value.clone());
                }
            }
        }
    }

    /// Sets the value of a tag.
    fn set_tag(
        &mut self,
        frame: &mut Frame<F>,
        place: &SignalPlace<F>,
        tag: Name,
        value: &'a Expression,
        span: Span,
    ) -> Elaborated<()> {
        let text = self.names.text(tag);
        let Some(known) = self.scalar(frame, value)?.known() else {
            return fail(Code::E0016Tags, value.span, "the value of a tag is known only with the witness");
        };
        let Owner::Own(kind, declared) = place.owner else {
            return fail(Code::E0016Tags, span, "the tags of a component are its own");
        };
        if !self.guards.is_empty() {
            let message = "whether this tag is set is known only with the witness";
            return fail(Code::E0013UnknownCondition, span, message);
        }
        let length = place.dimensions.iter().product::<usize>() * self.element_size(place.bus) as usize;
        let range = place.first as usize..place.first as usize + length;
        if kind == DeclarationKind::Input || self.building.assigned[range].iter().any(|assigned| *assigned) {
            let message = format!("the tag `{text}` is set after its signal has a value");
            return fail(Code::E0016Tags, span, message);
        }
        let tags = &mut self.building.instance.signals[declared].tags;
        match tags.find(&place.path, tag) {
            None => fail(Code::E0016Tags, span, format!("the signal is not declared with the tag `{text}`")),
            Some(held) if held.value.is_some() => {
                fail(Code::E0016Tags, span, format!("the tag `{text}` has a value already"))
            }
            Some(_) => {
                tags.set(&place.path, tag, Some(known.into_bigint().into()));
                Ok(())
            }
        }
    }

    /// Hands the tags of a value on to the signals that it is given to; an input must get those it is declared with.
    fn pass_tags(
        &mut self,
        place: &SignalPlace<F>,
        value: &Value<F>,
        constrain: bool,
        span: Span,
    ) -> Elaborated<()> {
        match place.owner {
            Owner::Own(_, declared) => {
                if !constrain || !place.is_whole {
                    self.collect_tags(place, declared, if constrain { &value.tags } else { &NO_TAGS });
                    return Ok(());
                }
                for tag in value.tags.iter() {
                    let path: Vec<Name> = place.path.iter().chain(&tag.path).copied().collect();
                    let tags = &mut self.building.instance.signals[declared].tags;
                    let held = tags.find(&path, tag.name);
                    if held.is_none_or(|held| held.value.is_none()) {
                        tags.set(&path, tag.name, tag.value.clone());
                    }
                }
                Ok(())
            }
            Owner::Component(component, _, position) => {
                let part = &mut self.building.parts[component];
                let Some(pending) = &mut part.pending else {
                    return Ok(());
                };
                let input = &mut pending.inputs[position];
                for required in input.tags.below(&place.path).iter() {
                    let text = self.names.text(required.name);
                    let given = value.tags.find(&required.path, required.name).filter(|_| constrain);
                    let Some(given) = given else {
                        let message =
                            format!("the input `{}` takes only signals with the tag `{text}`", input.name);
                        return fail(Code::E0016Tags, span, message);
                    };
                    let path: Vec<Name> = place.path.iter().chain(&required.path).copied().collect();
                    let key = (position, path.clone(), required.name);
                    match part.given.iter().find(|(known, _)| *known == key) {
                        Some((_, before)) if *before != given.value => {
                            let message =
                                format!("parts of the input get different values of the tag `{text}`");
                            return fail(Code::E0016Tags, span, message);
                        }
                        Some(_) => {}
                        None => {
                            part.given.push((key, given.value.clone()));
                            input.tags.set(&path, required.name, given.value.clone());
                        }
                    }
                }
                Ok(())
            }
        }
    }
}

fn check_count(targets: usize, values: usize, span: Span) -> Elaborated<()> {
    if targets == values {
        return Ok(());
    }
    fail(Code::E0007Count, span, format!("{values} values for {targets} targets"))
}

fn not_quadratic<T>(span: Span) -> Elaborated<T> {
    fail(Code::E0010NotQuadratic, span, "the constraint is not quadratic")
        .map_err(|problem: Box<_>| Box::new(problem.with_help(QUADRATIC_HELP)))
}

pub(super) fn same_axes<F: PrimeField>(dimensions: &[usize], value: &Value<F>, span: Span) -> Elaborated<()> {
    if *dimensions == *value.dimensions {
        return Ok(());
    }
    let message = format!("expected {}, got {}", axes(&dimensions.into()), axes(&value.dimensions));
    fail(Code::E0007Count, span, message)
}
