//! Expressions to values.

use std::sync::Arc;

use ark_ff::Zero;

use super::execute::Frame;
use super::place::Resolved;
use super::scalar::{self, Items, Operation, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{Expression, ExpressionKind, InfixOp, Name, Span};
use crate::diagnostic::Code;

/// Longest chain of operations that only the witness tells: dropping and compiling it costs native stack.
const DEEPEST_VALUE: u32 = 100_000;

impl<'a> Elaborator<'a> {
    /// Returns the value of an expression that has one.
    pub(super) fn value(&mut self, frame: &mut Frame, expression: &'a Expression) -> Elaborated<Value> {
        self.step(expression.span)?;
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Number(number) => Ok(Value::scalar(Scalar::Known(*number))),
            ExpressionKind::Place(place) => {
                let resolved = self.resolve(frame, place, span)?;
                frame.load(&resolved, span)
            }
            ExpressionKind::Infix { op, left, right } => {
                let left = self.scalar(frame, left)?;
                let right = self.scalar(frame, right)?;
                apply(*op, left, right, span).map(Value::scalar)
            }
            ExpressionKind::Prefix { op, operand } => {
                let operand = self.scalar(frame, operand)?;
                Ok(Value::scalar(scalar::prefix(*op, operand)))
            }
            ExpressionKind::Ternary { condition, then, otherwise } => {
                let condition = self.scalar(frame, condition)?;
                if let Some(known) = condition.known() {
                    return self.value(frame, if known.is_zero() { otherwise } else { then });
                }
                let then = self.scalar(frame, then)?;
                let otherwise = self.scalar(frame, otherwise)?;
                Ok(Value::scalar(Scalar::opaque(Operation::Select(condition, then, otherwise))))
            }
            ExpressionKind::Array(items) => self.array(frame, items, span),
            ExpressionKind::Call { name, arguments } => {
                let arguments = self.arguments(frame, arguments)?;
                self.call_function(*name, arguments, span)
            }
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

    /// Returns the values of a tuple or the outputs of an anonymous component; one value for other expressions.
    pub(super) fn values(&mut self, frame: &mut Frame, expression: &'a Expression) -> Elaborated<Vec<Value>> {
        match &expression.kind {
            ExpressionKind::Tuple(items) => items.iter().map(|item| self.value(frame, item)).collect(),
            ExpressionKind::Anonymous { name, arguments, inputs } => {
                self.anonymous(frame, *name, arguments, inputs, expression.span)
            }
            _ => Ok(vec![self.value(frame, expression)?]),
        }
    }

    pub(super) fn scalar(&mut self, frame: &mut Frame, expression: &'a Expression) -> Elaborated<Scalar> {
        if matches!(expression.kind, ExpressionKind::Anonymous { .. }) {
            return fail(
                Code::E0008Kind,
                expression.span,
                "an anonymous component cannot be part of an operation",
            );
        }
        match self.value(frame, expression)?.items {
            Items::One(scalar) => Ok(scalar),
            Items::Many(_) => fail(Code::E0008Kind, expression.span, "expected a number, got an array"),
        }
    }

    pub(super) fn arguments(
        &mut self,
        frame: &mut Frame,
        arguments: &'a [Expression],
    ) -> Elaborated<Vec<Value>> {
        arguments.iter().map(|argument| self.value(frame, argument)).collect()
    }

    fn array(&mut self, frame: &mut Frame, items: &'a [Expression], span: Span) -> Elaborated<Value> {
        let mut elements = Vec::with_capacity(items.len());
        let mut inner: Option<Arc<[usize]>> = None;
        for item in items {
            let value = self.value(frame, item)?;
            if inner.as_ref().is_some_and(|dimensions| *dimensions != value.dimensions) {
                return fail(Code::E0007Count, item.span, "the elements of an array have different lengths");
            }
            inner = Some(Arc::clone(&value.dimensions));
            match value.items {
                Items::One(scalar) => elements.push(scalar),
                Items::Many(scalars) => elements.extend_from_slice(&scalars),
            }
        }
        let Some(inner) = inner else {
            return fail(Code::E0007Count, span, "an array has at least one element");
        };
        let mut dimensions = vec![items.len()];
        dimensions.extend_from_slice(&inner);
        Ok(Value::array(dimensions.into(), elements))
    }

    /// Returns the name that circom gives to an anonymous component: by where it stands, and by the round of its loop.
    fn anonymous_name(&mut self, frame: &Frame, template: Name, span: Span) -> String {
        let sources = self.sources;
        let line = self.lines.entry((span.file, span.start));
        let line = line.or_insert_with(|| sources.position(span.file, span.start).0);
        let name = format!("{}_{line}_{}", self.names.text(template), span.start);
        frame.rounds().map_or(name.clone(), |round| format!("{name}[{round}]"))
    }

    fn anonymous(
        &mut self,
        frame: &mut Frame,
        name: Name,
        arguments: &'a [Expression],
        inputs: &'a [(Option<Name>, Expression)],
        span: Span,
    ) -> Elaborated<Vec<Value>> {
        let arguments = self.arguments(frame, arguments)?;
        let id = self.instantiate(name, arguments, span)?;
        let component = self.anonymous_name(frame, name, span);
        let component = self.add_component(frame, component, id, span)?;
        let signals = |kind| {
            let of_kind = self.instances[id].signals.iter().filter(move |signal| signal.kind == kind);
            of_kind.map(|signal| signal.name.clone()).collect::<Vec<String>>()
        };
        let (expected, outputs) =
            (signals(crate::ast::DeclarationKind::Input), signals(crate::ast::DeclarationKind::Output));
        if expected.len() != inputs.len() {
            let message = format!(
                "`{}` got {} inputs, expected {}",
                self.names.text(name),
                inputs.len(),
                expected.len()
            );
            return fail(Code::E0007Count, span, message);
        }
        for ((given, input), position) in inputs.iter().zip(&expected) {
            let target = given.map_or(position.as_str(), |name| self.names.text(name)).to_owned();
            let value = self.value(frame, input)?;
            let place = self.member(frame, component, &target, &[], input.span)?;
            self.assign_signals(frame, &place, &value, true, input.span)?;
        }
        outputs
            .iter()
            .map(|output| {
                let place: Resolved = self.member(frame, component, output, &[], span)?;
                frame.load(&place, span)
            })
            .collect()
    }
}

/// Applies an operator; a division by a known zero is an error, as in circom.
pub(super) fn apply(op: InfixOp, left: Scalar, right: Scalar, span: Span) -> Elaborated<Scalar> {
    let divides = matches!(op, InfixOp::Divide | InfixOp::IntegerDivide | InfixOp::Modulo);
    if divides && right.known().is_some_and(|divisor| divisor.is_zero()) {
        return fail(Code::E0014Violated, span, "division by zero");
    }
    let result = scalar::infix(op, left, right);
    if result.depth() > DEEPEST_VALUE {
        let message = format!("a value depends on more than {DEEPEST_VALUE} operations in a row");
        return fail(Code::E0015Limit, span, message);
    }
    Ok(result)
}
