//! Values while compiling: known numbers, linear and quadratic forms in signals, and what only the witness tells.

use std::rc::Rc;
use std::sync::Arc;

use ark_ff::One;
use tensorproof_r1cs::Fr;

use super::linear::Linear;
use crate::ast::{InfixOp, PrefixOp};
use crate::operators;

/// A number, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    /// Known when compiling.
    Known(Fr),
    /// Linear in signals.
    Linear(Rc<Linear>),
    /// `a * b + c` in signals.
    Quadratic(Rc<[Linear; 3]>),
    /// Known only with the witness.
    Opaque(Rc<Opaque>),
}

/// An operation for the witness program, and how long a chain of them it ends.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Opaque {
    pub(crate) operation: Operation,
    depth: u32,
}

/// An operation on values that are not all known.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Infix(InfixOp, Scalar, Scalar),
    Prefix(PrefixOp, Scalar),
    /// Condition, value when it is not zero, value when it is zero.
    Select(Scalar, Scalar, Scalar),
}

/// A number or an array of them, row-major.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    /// The lengths of the axes; none for a number.
    pub(crate) dimensions: Arc<[usize]>,
    /// The elements.
    pub(crate) items: Items,
}

/// The elements of a value; numbers, by far the most frequent, need no allocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Items {
    One(Scalar),
    Many(Rc<Vec<Scalar>>),
}

impl Value {
    pub(crate) fn scalar(scalar: Scalar) -> Self {
        Self { dimensions: super::no_axes(), items: Items::One(scalar) }
    }

    pub(crate) fn array(dimensions: Arc<[usize]>, items: Vec<Scalar>) -> Self {
        Self { dimensions, items: Items::Many(Rc::new(items)) }
    }

    pub(crate) fn items(&self) -> &[Scalar] {
        match &self.items {
            Items::One(scalar) => std::slice::from_ref(scalar),
            Items::Many(items) => items,
        }
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Scalar] {
        match &mut self.items {
            Items::One(scalar) => std::slice::from_mut(scalar),
            Items::Many(items) => Rc::make_mut(items).as_mut_slice(),
        }
    }
}

impl Scalar {
    pub(crate) fn signal(signal: u32) -> Self {
        Self::Linear(Rc::new(Linear::signal(signal)))
    }

    pub(crate) fn opaque(operation: Operation) -> Self {
        let depth = match &operation {
            Operation::Infix(_, left, right) => left.depth().max(right.depth()),
            Operation::Prefix(_, operand) => operand.depth(),
            Operation::Select(condition, then, otherwise) => {
                condition.depth().max(then.depth()).max(otherwise.depth())
            }
        };
        Self::Opaque(Rc::new(Opaque { operation, depth: depth.saturating_add(1) }))
    }

    /// Returns the length of the longest chain of operations that the value ends.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::Opaque(opaque) => opaque.depth,
            _ => 0,
        }
    }

    pub(crate) fn known(&self) -> Option<Fr> {
        match self {
            Self::Known(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the scalar as `a * b + c`; `None` when it is not known to be quadratic.
    pub(crate) fn quadratic(&self) -> Option<[Linear; 3]> {
        match self {
            Self::Known(value) => Some([Linear::default(), Linear::default(), Linear::constant(*value)]),
            Self::Linear(linear) => Some([Linear::default(), Linear::default(), (**linear).clone()]),
            Self::Quadratic(form) => Some((**form).clone()),
            Self::Opaque(_) => None,
        }
    }
}

pub(crate) fn infix(op: InfixOp, left: Scalar, right: Scalar) -> Scalar {
    use Scalar::{Known, Linear as Lin};
    if let (Known(left), Known(right)) = (&left, &right) {
        return Known(operators::infix(op, left, right));
    }
    match op {
        InfixOp::Add => add(left, right, Fr::one()),
        InfixOp::Subtract => add(left, right, -Fr::one()),
        InfixOp::Multiply => match (left, right) {
            (Known(factor), other) | (other, Known(factor)) => scale(other, factor),
            (Lin(a), Lin(b)) => Scalar::Quadratic(Rc::new([(*a).clone(), (*b).clone(), Linear::default()])),
            (left, right) => Scalar::opaque(Operation::Infix(op, left, right)),
        },
        InfixOp::Divide => match (left, right) {
            (left, Known(divisor)) => scale(left, operators::infix(op, &Fr::one(), &divisor)),
            (left, right) => Scalar::opaque(Operation::Infix(op, left, right)),
        },
        InfixOp::Power if right == Known(Fr::one()) => left,
        InfixOp::Power if right == Known(Fr::from(2u64)) => infix(InfixOp::Multiply, left.clone(), left),
        _ => Scalar::opaque(Operation::Infix(op, left, right)),
    }
}

pub(crate) fn prefix(op: PrefixOp, operand: Scalar) -> Scalar {
    match (op, operand) {
        (op, Scalar::Known(value)) => Scalar::Known(operators::prefix(op, &value)),
        (PrefixOp::Negate, operand) => scale(operand, -Fr::one()),
        (op, operand) => Scalar::opaque(Operation::Prefix(op, operand)),
    }
}

/// Returns `left + factor * right`; `factor` is 1 or -1.
fn add(left: Scalar, right: Scalar, factor: Fr) -> Scalar {
    use Scalar::{Known, Linear as Lin, Quadratic};
    match (left, right) {
        (Lin(mut left), Known(right)) => {
            Rc::make_mut(&mut left).constant += right * factor;
            Lin(left)
        }
        (Lin(mut left), Lin(right)) => {
            Rc::make_mut(&mut left).add(&right, factor);
            Lin(left)
        }
        (Known(left), right @ (Lin(_) | Quadratic(_))) => add(scale(right, factor), Known(left), Fr::one()),
        (Quadratic(mut left), Known(right)) => {
            Rc::make_mut(&mut left)[2].constant += right * factor;
            Quadratic(left)
        }
        (Quadratic(mut left), Lin(right)) => {
            Rc::make_mut(&mut left)[2].add(&right, factor);
            Quadratic(left)
        }
        (left @ Lin(_), right @ Quadratic(_)) => add(scale(right, factor), left, Fr::one()),
        (left, right) => {
            let op = if factor.is_one() { InfixOp::Add } else { InfixOp::Subtract };
            Scalar::opaque(Operation::Infix(op, left, right))
        }
    }
}

fn scale(scalar: Scalar, factor: Fr) -> Scalar {
    if factor.is_one() {
        return scalar;
    }
    match scalar {
        Scalar::Known(value) => Scalar::Known(value * factor),
        Scalar::Linear(mut linear) => {
            Rc::make_mut(&mut linear).scale(factor);
            Scalar::Linear(linear)
        }
        Scalar::Quadratic(mut form) => {
            let form_mut = Rc::make_mut(&mut form);
            form_mut[0].scale(factor);
            form_mut[2].scale(factor);
            Scalar::Quadratic(form)
        }
        opaque @ Scalar::Opaque(_) => {
            Scalar::opaque(Operation::Infix(InfixOp::Multiply, opaque, Scalar::Known(factor)))
        }
    }
}
