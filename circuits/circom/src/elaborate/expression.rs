//! Expressions to values.

use std::sync::Arc;

use ark_ff::PrimeField;

use super::component::InputPlace;
use super::frame::{Frame, Returned};
use super::value::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{AssignOp, DefinitionKind, Expression, ExpressionKind, InfixOp, Name, PrefixOp, Span};
use crate::diagnostic::Code;

impl<'a, F: PrimeField> Elaborator<'a, F> {
    /// Returns the value of an expression that has one.
    pub(super) fn value(&mut self, frame: &mut Frame<F>, expression: &'a Expression) -> Elaborated<Value<F>> {
        let span = expression.span;
        self.step(span)?;
        match &expression.kind {
            ExpressionKind::Number(number) => Ok(Value::scalar(Scalar::Known(super::reduced(number)))),
            ExpressionKind::Place(place) => {
                let resolved = self.resolve(frame, place, span)?;
                self.load(frame, &resolved, span)
            }
            ExpressionKind::Infix { op: op @ (InfixOp::And | InfixOp::Or), left, right } => {
                self.logical(frame, *op, left, right, span).map(Value::scalar)
            }
            ExpressionKind::Infix { op, left, right } => {
                let left = self.scalar(frame, left)?;
                let right = self.scalar(frame, right)?;
                self.infix(*op, left, right, span).map(Value::scalar)
            }
            ExpressionKind::Prefix { op, operand } => {
                let operand = self.scalar(frame, operand)?;
                Ok(Value::scalar(self.prefix(*op, operand)))
            }
            ExpressionKind::Ternary { condition, then, otherwise } => {
                let condition = self.scalar(frame, condition)?;
                if let Some(known) = condition.known() {
                    return self.value(frame, if known.is_zero() { otherwise } else { then });
                }
                let then = self.guarded(&condition, span, |this| this.scalar(frame, then))?;
                let not = self.prefix(PrefixOp::Not, condition.clone());
                let otherwise = self.guarded(&not, span, |this| this.scalar(frame, otherwise))?;
                Ok(Value::scalar(self.select(&condition, &then, &otherwise)))
            }
            ExpressionKind::Array(items) => self.array(frame, items, span),
            ExpressionKind::Call { name, arguments } => {
                let arguments = self.arguments(frame, arguments)?;
                self.call_function(*name, &arguments, span)
            }
            ExpressionKind::Parallel(inner) => self.value(frame, inner),
            ExpressionKind::Anonymous { .. } | ExpressionKind::Tuple(_) => {
                let mut values = self.values(frame, expression)?;
                match (values.pop(), values.is_empty()) {
                    (Some(value), true) => Ok(value),
                    _ => fail(Code::E0007Count, span, "expected one value, got a tuple"),
                }
            }
            ExpressionKind::Underscore => fail(Code::E0008Kind, span, "`_` has no value"),
        }
    }

    /// Applies `&&` or `||`. In the witness program the right side is not executed where the left side decides; when
    /// compiling it always is, as in circom.
    fn logical(
        &mut self,
        frame: &mut Frame<F>,
        op: InfixOp,
        left: &'a Expression,
        right: &'a Expression,
        span: Span,
    ) -> Elaborated<Scalar<F>> {
        let left = self.scalar(frame, left)?;
        let decides =
            |left: &Scalar<F>| left.known().is_some_and(|known| known.is_zero() == (op == InfixOp::And));
        if self.runtime.is_some() && decides(&left) {
            return Ok(Scalar::Known(F::from(u64::from(op == InfixOp::Or))));
        }
        let right = match (&left, op) {
            (Scalar::Known(_), _) => self.scalar(frame, right)?,
            (_, InfixOp::And) => self.guarded(&left, span, |this| this.scalar(frame, right))?,
            _ => {
                let not = self.prefix(PrefixOp::Not, left.clone());
                self.guarded(&not, span, |this| this.scalar(frame, right))?
            }
        };
        self.infix(op, left, right, span)
    }

    /// Returns the values of a tuple or the outputs of an anonymous component; one value for other expressions.
    pub(super) fn values(
        &mut self,
        frame: &mut Frame<F>,
        expression: &'a Expression,
    ) -> Elaborated<Vec<Value<F>>> {
        match &expression.kind {
            ExpressionKind::Tuple(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.extend(self.values(frame, item)?);
                }
                Ok(values)
            }
            ExpressionKind::Parallel(inner) => self.values(frame, inner),
            ExpressionKind::Anonymous { name, arguments, inputs } => {
                self.anonymous(frame, *name, arguments, inputs, expression.span)
            }
            _ => Ok(vec![self.value(frame, expression)?]),
        }
    }

    pub(super) fn scalar(
        &mut self,
        frame: &mut Frame<F>,
        expression: &'a Expression,
    ) -> Elaborated<Scalar<F>> {
        if matches!(expression.kind, ExpressionKind::Anonymous { .. }) {
            let message = "an anonymous component cannot be part of an operation";
            return fail(Code::E0008Kind, expression.span, message);
        }
        let value = self.value(frame, expression)?;
        match value.items {
            Items::One(scalar) => Ok(scalar),
            Items::Many(_) if value.dimensions.is_empty() => {
                fail(Code::E0008Kind, expression.span, "expected a number, got a bus")
            }
            Items::Many(_) => fail(Code::E0008Kind, expression.span, "expected a number, got an array"),
        }
    }

    pub(super) fn arguments(
        &mut self,
        frame: &mut Frame<F>,
        arguments: &'a [Expression],
    ) -> Elaborated<Vec<Value<F>>> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.value(frame, argument)?;
            values.push(Value { tags: super::InputTags::default(), ..value });
        }
        Ok(values)
    }

    fn array(&mut self, frame: &mut Frame<F>, items: &'a [Expression], span: Span) -> Elaborated<Value<F>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.value(frame, item)?);
        }
        let Some(first) = values.first() else {
            return fail(Code::E0007Count, span, "an array has at least one element");
        };
        let (bus, mut tags, mut inner) = (first.bus, first.tags.clone(), first.dimensions.to_vec());
        let mut is_ragged = false;
        for (item, value) in items.iter().zip(&values) {
            if value.bus != bus || value.dimensions.len() != inner.len() {
                return fail(Code::E0007Count, item.span, "the elements of an array have different axes");
            }
            is_ragged |= *value.dimensions != *inner;
            for (longest, length) in inner.iter_mut().zip(value.dimensions.iter()) {
                *longest = (*longest).max(*length);
            }
            tags = tags.common(&value.tags);
        }
        if is_ragged {
            let message = "the elements of the array have different lengths; what is missing is zero";
            self.warn(Code::W0001Lengths, span, message.to_owned());
        }
        let mut elements = Vec::new();
        for value in &values {
            if *value.dimensions == *inner {
                elements.extend_from_slice(value.items());
            } else {
                let mut padded = vec![Scalar::Known(F::zero()); super::elements(&inner, span)?];
                super::variable::copy_overlap(&inner, &mut padded, value);
                elements.extend(padded);
            }
        }
        let mut dimensions = vec![items.len()];
        dimensions.extend_from_slice(&inner);
        Ok(Value { bus, tags, ..Value::array(dimensions.into(), elements) })
    }

    /// Calls a function. Where it returns under a condition that only the witness tells, the call as a whole is left to
    /// the witness program.
    pub(super) fn call_function(
        &mut self,
        name: Name,
        arguments: &[Value<F>],
        span: Span,
    ) -> Elaborated<Value<F>> {
        let definition = self.definition(name, DefinitionKind::Function, arguments.len(), span)?;
        if arguments.iter().any(|argument| argument.bus.is_some()) {
            return fail(Code::E0008Kind, span, "functions take numbers and arrays of them, not buses");
        }
        let mut frame = Frame { guards_around: self.guards.len(), ..Frame::default() };
        let is_known = |value: &Value<F>| value.items().iter().all(|item| item.known().is_some());
        if !self.guards.is_empty() && self.active.contains(&name) && !arguments.iter().all(is_known) {
            // Recursion that only the witness can end: such functions return numbers.
            return Ok(self.defer_call(name, arguments, &super::no_axes(), span));
        }
        for (parameter, value) in definition.parameters.iter().zip(arguments) {
            frame.bind_variable(*parameter, value.clone());
        }
        let mark = self.mark();
        self.active.push(name);
        let done = self.nested(span, |this| this.block(&mut frame, &definition.body));
        self.active.pop();
        done?;
        match frame.returned {
            Some(Returned::Value(value)) => Ok(value),
            Some(Returned::Perhaps(value)) => {
                self.reset(mark);
                Ok(self.defer_call(name, arguments, &value.dimensions, span))
            }
            None => fail(Code::E0008Kind, span, format!("`{}` ends without `return`", self.names.text(name))),
        }
    }

    /// Returns the name that circom gives to an anonymous component: by where it stands, and by the round of its loop.
    fn anonymous_name(&mut self, frame: &Frame<F>, template: Name, span: Span) -> String {
        let sources = self.sources;
        let line = self.lines.entry((span.file, span.start));
        let line =
            line.or_insert_with(|| sources.map_or(0, |sources| sources.position(span.file, span.start).0));
        let name = format!("{}_{line}_{}", self.names.text(template), span.start);
        frame.rounds().map_or(name.clone(), |round| format!("{name}[{round}]"))
    }

    fn anonymous(
        &mut self,
        frame: &mut Frame<F>,
        name: Name,
        arguments: &'a [Expression],
        inputs: &'a [(Option<(Name, AssignOp)>, Expression)],
        span: Span,
    ) -> Elaborated<Vec<Value<F>>> {
        if !self.guards.is_empty() {
            let message = "whether this component is there is known only with the witness";
            return fail(Code::E0013UnknownCondition, span, message);
        }
        let arguments = self.arguments(frame, arguments)?;
        let component = self.anonymous_name(frame, name, span);
        let component = self.add_component(component, name, arguments, span)?;
        let expected = self.inputs_of(component);
        if expected.len() != inputs.len() {
            let text = self.names.text(name);
            let message = format!("`{text}` got {} inputs, expected {}", inputs.len(), expected.len());
            return fail(Code::E0007Count, span, message);
        }
        // Inputs are given in the order of the call; circom evaluates them in the order of their declarations.
        let mut given = Vec::with_capacity(inputs.len());
        for (position, InputPlace { id, name: text }) in expected.iter().enumerate() {
            let by_name = inputs.iter().any(|(given, _)| given.is_some());
            let found = if by_name {
                inputs.iter().find(|(given, _)| given.is_some_and(|(given, _)| given == *id))
            } else {
                inputs.get(position)
            };
            let Some((given_name, expression)) = found else {
                let message = format!("the input `{text}` gets no value");
                return fail(Code::E0012Unassigned, span, message);
            };
            given.push((*id, given_name.is_none_or(|(_, op)| op == AssignOp::Constrain), expression));
        }
        for (id, constrain, expression) in given {
            let value = self.value(frame, expression)?;
            let place = self.member(component, id, expression.span)?;
            self.assign_signals(&place, &value, constrain, expression.span)?;
        }
        let outputs = self.outputs_of(component);
        let mut values = Vec::with_capacity(outputs.len());
        for output in outputs {
            let place = self.member(component, output, span)?;
            values.push(self.load(frame, &super::place::Resolved::Signals(place), span)?);
        }
        Ok(values)
    }
}

/// Returns axes as they are shown.
pub(super) fn axes(dimensions: &Arc<[usize]>) -> String {
    if dimensions.is_empty() { "a number".to_owned() } else { format!("{dimensions:?}") }
}
