//! Operators: known numbers are computed, sums and products of signals stay forms, the rest becomes instructions.

use std::rc::Rc;
use std::sync::Arc;

use ark_ff::PrimeField;

use super::instance::{Instruction, Operand, Operator, Pick, narrow};
use super::linear::Linear;
use super::value::Scalar;
use super::{Elaborated, Elaborator, fail};
use crate::ast::{InfixOp, PrefixOp, Span};
use crate::diagnostic::Code;
use crate::operators;

/// Most forms whose slots are remembered: reads of one follow each other closely.
const MOST_KEPT_FORMS: usize = 4;

impl<F: PrimeField> Elaborator<'_, F> {
    /// Applies an operator; a division by a known zero is an error, as in circom.
    pub(super) fn infix(
        &mut self,
        op: InfixOp,
        left: Scalar<F>,
        right: Scalar<F>,
        span: Span,
    ) -> Elaborated<Scalar<F>> {
        use Scalar::{Known, Linear as Lin};
        if let Known(divisor) = &right {
            let divides = match op {
                InfixOp::Divide => self.runtime.is_none(),
                InfixOp::IntegerDivide | InfixOp::Modulo => true,
                _ => false,
            };
            if divides && divisor.is_zero() {
                return fail(Code::E0014Violated, span, "division by zero");
            }
        }
        if let (Known(left), Known(right)) = (&left, &right) {
            return Ok(Known(operators::infix(op, left, right)));
        }
        let formed = match op {
            InfixOp::Add => left.add(right, F::one()),
            InfixOp::Subtract => left.add(right, -F::one()),
            InfixOp::Multiply => match (left, right) {
                (Known(factor), other) | (other, Known(factor)) => {
                    other.scale(factor).map_err(|other| [other, Known(factor)])
                }
                (Lin(a), Lin(b)) => {
                    Ok(Scalar::Quadratic(Rc::new([(*a).clone(), (*b).clone(), Linear::default()])))
                }
                (left, right) => Err([left, right]),
            },
            InfixOp::Divide => match (left, right) {
                (left, Known(divisor)) => {
                    let inverse = operators::infix(op, &F::one(), &divisor);
                    left.scale(inverse).map_err(|left| [left, Known(divisor)])
                }
                (left, right) => Err([left, right]),
            },
            InfixOp::Power if right == Known(F::from(2u64)) => {
                return self.infix(InfixOp::Multiply, left.clone(), left, span);
            }
            _ => Err([left, right]),
        };
        Ok(formed.unwrap_or_else(|[left, right]| {
            let left = self.operand(&left);
            let right = self.operand(&right);
            self.operate(Operator::Infix(op), [left, right, left])
        }))
    }

    pub(super) fn prefix(&mut self, op: PrefixOp, operand: Scalar<F>) -> Scalar<F> {
        let operand = match (op, operand) {
            (op, Scalar::Known(value)) => return Scalar::Known(operators::prefix(op, &value)),
            (PrefixOp::Negate, operand) => match operand.scale(-F::one()) {
                Ok(negated) => return negated,
                Err(operand) => operand,
            },
            (_, operand) => operand,
        };
        let operand = self.operand(&operand);
        self.operate(Operator::Prefix(op), [operand; 3])
    }

    /// Returns `then` where the condition is not zero, `otherwise` where it is.
    pub(super) fn select(
        &mut self,
        condition: &Scalar<F>,
        then: &Scalar<F>,
        otherwise: &Scalar<F>,
    ) -> Scalar<F> {
        if let Some(known) = condition.known() {
            return if known.is_zero() { otherwise } else { then }.clone();
        }
        if then == otherwise {
            return then.clone();
        }
        let operands = [condition, then, otherwise].map(|scalar| self.operand(scalar));
        self.operate(Operator::Select, operands)
    }

    fn operate(&mut self, operator: Operator, operands: [Operand; 3]) -> Scalar<F> {
        let instance = &mut self.building.instance;
        let into = instance.take_slots(1);
        instance.program.push(Instruction::Operate { into, operator, operands });
        Scalar::Opaque(into)
    }

    /// Returns the element that indices known only with the witness lead to.
    pub(super) fn pick(
        &mut self,
        indices: &[(Scalar<F>, usize, usize)],
        items: &Arc<[Operand]>,
        start: usize,
    ) -> Scalar<F> {
        let index =
            |(index, length, stride): &(Scalar<F>, usize, usize)| (self.operand(index), *length, *stride);
        let indices = indices.iter().map(index).collect();
        let instance = &mut self.building.instance;
        let into = instance.take_slots(1);
        let pick = narrow(instance.picks.len());
        instance.picks.push(Pick { indices, items: Arc::clone(items), start });
        instance.program.push(Instruction::Pick { into, pick });
        Scalar::Opaque(into)
    }

    /// Returns where an instruction finds a value.
    pub(super) fn operand(&mut self, scalar: &Scalar<F>) -> Operand {
        let parts = match scalar {
            Scalar::Known(value) => return Operand::Known(self.coefficients.intern(*value)),
            Scalar::Opaque(slot) => return Operand::Slot(*slot),
            Scalar::Linear(linear) => {
                if let Some(signal) = linear.as_signal() {
                    return Operand::Signal(signal);
                }
                return self.kept_form(linear);
            }
            Scalar::Quadratic(form) => [&form[0], &form[1], &form[2]],
        };
        let instance = &mut self.building.instance;
        let form = instance.store(parts, &mut self.coefficients);
        instance.forms.push(form);
        Operand::Form(narrow(instance.forms.len() - 1))
    }

    /// Returns the slot that keeps the value of a form: hints often read one many times, bit by bit.
    fn kept_form(&mut self, linear: &Rc<Linear<F>>) -> Operand {
        let mut kept = self.building.kept_forms.iter();
        if let Some((_, slot)) = kept.find(|(known, _)| Rc::ptr_eq(known, linear)) {
            return Operand::Slot(*slot);
        }
        let instance = &mut self.building.instance;
        let zero = Linear::default();
        let form = instance.store([&zero, &zero, linear], &mut self.coefficients);
        instance.forms.push(form);
        let form = Operand::Form(narrow(instance.forms.len() - 1));
        let into = instance.take_slots(1);
        instance.program.push(Instruction::Operate { into, operator: Operator::Keep, operands: [form; 3] });
        if self.building.kept_forms.len() == MOST_KEPT_FORMS {
            self.building.kept_forms.pop_front();
        }
        self.building.kept_forms.push_back((Rc::clone(linear), into));
        Operand::Slot(into)
    }

    /// Does the work under a condition that is known only with the witness.
    pub(super) fn guarded<T>(
        &mut self,
        condition: &Scalar<F>,
        span: Span,
        work: impl FnOnce(&mut Self) -> Elaborated<T>,
    ) -> Elaborated<T> {
        let all = match self.guards.last().cloned() {
            Some(around) => self.infix(InfixOp::And, around, condition.clone(), span)?,
            None => condition.clone(),
        };
        self.guards.push(all);
        let result = work(self);
        self.guards.pop();
        result
    }
}
