//! Statements: control flow.

use ark_ff::PrimeField;

use super::frame::{Entity, Frame, Returned};
use super::instance::{Instruction, LogPart, Operand, narrow};
use super::linear::UNIT;
use super::value::{Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{
    Conditional, Expression, InfixOp, LogArgument, Loop, PrefixOp, Span, Statement, StatementKind,
};
use crate::diagnostic::Code;
use tensorproof_r1cs::fr_to_decimal;

impl<'a, F: PrimeField> Elaborator<'a, F> {
    pub(super) fn block(&mut self, frame: &mut Frame<F>, statements: &'a [Statement]) -> Elaborated<()> {
        let outer = frame.scope.len();
        for statement in statements {
            if frame.returned.is_some() {
                break;
            }
            self.statement(frame, statement)?;
        }
        frame.scope.truncate(outer);
        Ok(())
    }

    pub(super) fn statement(&mut self, frame: &mut Frame<F>, statement: &'a Statement) -> Elaborated<()> {
        let span = statement.span;
        self.step(span)?;
        match &statement.kind {
            StatementKind::Block(statements) => self.block(frame, statements),
            StatementKind::Declare(declaration) => self.declare(frame, declaration, span),
            StatementKind::Assign { target, op, value } => self.assign(frame, target, *op, value, span),
            StatementKind::Constrain { left, right } => self.constrain_equal(frame, left, right, span),
            StatementKind::If(conditional) => self.conditional(frame, conditional, span),
            StatementKind::While(repeated) => {
                frame.enter_loop(repeated.condition.span);
                let result = self.repeat(frame, repeated, span);
                frame.leave_loop();
                result
            }
            StatementKind::Return(value) => {
                let value = self.value(frame, value)?;
                frame.returned = Some(if self.guards.len() > frame.guards_around {
                    Returned::Perhaps(value)
                } else {
                    Returned::Value(value)
                });
                Ok(())
            }
            StatementKind::Assert(condition) => self.assert(frame, condition),
            StatementKind::Log(arguments) => self.log(frame, arguments),
            StatementKind::Expression(expression) => self.values(frame, expression).map(|_| ()),
        }
    }

    fn conditional(
        &mut self,
        frame: &mut Frame<F>,
        conditional: &'a Conditional,
        span: Span,
    ) -> Elaborated<()> {
        let Conditional { condition, then, otherwise } = conditional;
        let condition = self.scalar(frame, condition)?;
        match condition.known() {
            Some(known) if !known.is_zero() => self.statement(frame, then),
            Some(_) => otherwise.as_ref().map_or(Ok(()), |otherwise| self.statement(frame, otherwise)),
            None => self.unknown_if(frame, &condition, then, otherwise.as_ref(), span),
        }
    }

    /// Executes both branches; a variable that they leave different is selected by the condition from then on.
    fn unknown_if(
        &mut self,
        frame: &mut Frame<F>,
        condition: &Scalar<F>,
        then: &'a Statement,
        otherwise: Option<&'a Statement>,
        span: Span,
    ) -> Elaborated<()> {
        let before = frame.scope.clone();
        let mark = self.building.newly_assigned.len();
        self.guarded(condition, span, |this| this.statement(frame, then))?;
        if frame.returned.is_some() {
            return Ok(());
        }
        let after_then = std::mem::replace(&mut frame.scope, before);
        if let Some(otherwise) = otherwise {
            let in_then = self.unassign(mark);
            let not = self.prefix(PrefixOp::Not, condition.clone());
            self.guarded(&not, span, |this| this.statement(frame, otherwise))?;
            self.assign_again(in_then, span)?;
            if frame.returned.is_some() {
                return Ok(());
            }
        }
        if self.guards.is_empty() {
            self.building.newly_assigned.clear();
        }
        for ((_, held), (_, taken)) in frame.scope.iter_mut().zip(after_then) {
            let (Entity::Variable(held), Entity::Variable(taken)) = (held, taken) else {
                continue;
            };
            if held.items != taken.items {
                for (held, taken) in held.items_mut().iter_mut().zip(taken.items()) {
                    *held = self.select(condition, taken, held);
                }
            }
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        frame: &mut Frame<F>,
        repeated: &'a std::sync::Arc<Loop>,
        span: Span,
    ) -> Elaborated<()> {
        loop {
            let condition = self.scalar(frame, &repeated.condition)?;
            match condition.known() {
                Some(known) if known.is_zero() => return Ok(()),
                Some(_) => self.statement(frame, &repeated.body)?,
                None => return self.unknown_rounds(frame, repeated, &condition, span),
            }
            if frame.returned.is_some() {
                return Ok(());
            }
            frame.count_round();
        }
    }

    fn unknown_rounds(
        &mut self,
        frame: &mut Frame<F>,
        repeated: &'a std::sync::Arc<Loop>,
        condition: &Scalar<F>,
        span: Span,
    ) -> Elaborated<()> {
        if !self.names_of(repeated).returns {
            return self.defer_loop(frame, repeated, span);
        }
        // The function as a whole is left to the witness program; one round tells the axes of what it returns.
        self.guarded(condition, span, |this| this.statement(frame, &repeated.body))?;
        let zero = || Returned::Perhaps(Value::scalar(Scalar::Known(F::zero())));
        frame.returned.get_or_insert_with(zero);
        Ok(())
    }

    fn assert(&mut self, frame: &mut Frame<F>, condition: &'a Expression) -> Elaborated<()> {
        let span = condition.span;
        let mut holds = self.scalar(frame, condition)?;
        if holds.known().is_some_and(|known| known.is_zero()) {
            return fail(Code::E0014Violated, span, "this assertion does not hold");
        }
        if let Some(guard) = self.guards.last().cloned() {
            let not = self.prefix(PrefixOp::Not, guard);
            holds = self.infix(InfixOp::Or, not, holds, span)?;
        }
        if holds.known().is_some() {
            return Ok(());
        }
        if frame.is_template {
            let message = "this assertion is checked when a witness is made, not by the proof".to_owned();
            self.warn(Code::W0003Assertion, span, message);
        }
        let holds = self.operand(&holds);
        self.building.instance.program.push(Instruction::Assert { holds, span });
        Ok(())
    }

    fn log(&mut self, frame: &mut Frame<F>, arguments: &'a [LogArgument]) -> Elaborated<()> {
        let mut parts = Vec::new();
        for argument in arguments {
            match argument {
                LogArgument::Text(text) => parts.push(LogPart::Text(text.clone())),
                LogArgument::Value(value) => {
                    parts.push(match self.scalar(frame, value)? {
                        Scalar::Known(known) => LogPart::Text(fr_to_decimal(&known)),
                        unknown => LogPart::Value(self.operand(&unknown)),
                    });
                }
            }
        }
        if let Some(runtime) = &mut self.runtime {
            let texts: Vec<&str> = parts.iter().filter_map(LogPart::text).collect();
            (runtime.log)(&texts.join(" "));
            return Ok(());
        }
        let condition = match self.guards.last().cloned() {
            Some(guard) => self.operand(&guard),
            None => Operand::Known(UNIT),
        };
        let instance = &mut self.building.instance;
        let log = narrow(instance.logs.len());
        instance.logs.push(parts);
        instance.program.push(Instruction::Log { log, condition });
        Ok(())
    }
}
