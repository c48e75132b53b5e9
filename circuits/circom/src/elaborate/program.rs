//! Values that only the witness tells, as operations of the witness program.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Elaborator;
use super::execute::Frame;
use super::instance::{Operand, Operation, Operator};
use super::linear::Linear;
use super::scalar::{self, Opaque, Scalar};

impl Elaborator<'_> {
    /// Turns a value into operations of the witness program; each shared part is computed once.
    pub(super) fn compile(&mut self, frame: &mut Frame, scalar: &Scalar) -> ((u32, u32), Operand) {
        let start = position(frame.instance.operations.len());
        let result = self.operand(frame, scalar, &mut FxHashMap::default());
        ((start, position(frame.instance.operations.len())), result)
    }

    fn operand(
        &mut self,
        frame: &mut Frame,
        scalar: &Scalar,
        known: &mut FxHashMap<*const Opaque, Operand>,
    ) -> Operand {
        let opaque = match scalar {
            Scalar::Known(value) => return Operand::Known(self.coefficients.intern(*value)),
            Scalar::Linear(linear) if linear.as_signal().is_some() => {
                return Operand::Signal(linear.as_signal().unwrap_or_default());
            }
            Scalar::Linear(linear) => {
                let zero = Linear::default();
                let form = frame.instance.store([&zero, &zero, linear], &mut self.coefficients);
                frame.instance.forms.push(form);
                return Operand::Form(position(frame.instance.forms.len() - 1));
            }
            Scalar::Quadratic(form) => {
                let form = frame.instance.store([&form[0], &form[1], &form[2]], &mut self.coefficients);
                frame.instance.forms.push(form);
                return Operand::Form(position(frame.instance.forms.len() - 1));
            }
            Scalar::Opaque(opaque) => opaque,
        };
        if let Some(operand) = known.get(&Rc::as_ptr(opaque)) {
            return *operand;
        }
        let (operator, operands) = match &opaque.operation {
            scalar::Operation::Infix(op, left, right) => {
                let left = self.operand(frame, left, known);
                (Operator::Infix(*op), [left, self.operand(frame, right, known), left])
            }
            scalar::Operation::Prefix(op, operand) => {
                let operand = self.operand(frame, operand, known);
                (Operator::Prefix(*op), [operand; 3])
            }
            scalar::Operation::Select(condition, then, otherwise) => {
                let condition = self.operand(frame, condition, known);
                let then = self.operand(frame, then, known);
                (Operator::Select, [condition, then, self.operand(frame, otherwise, known)])
            }
        };
        let result = Operand::Result(position(frame.instance.operations.len()));
        frame.instance.operations.push(Operation { operator, operands });
        known.insert(Rc::as_ptr(opaque), result);
        result
    }
}

/// Positions in a program are bounded by the steps that made it and by memory.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
