//! A template with known parameters: its signals, components, constraints and witness program.

use std::sync::Arc;

use tensorproof_r1cs::Fr;

use super::linear::{Coefficients, Linear};
use crate::ast::{DeclarationKind, InfixOp, PrefixOp, Span};

/// The signal that stands for the constant one in terms.
pub(crate) const ONE: u32 = u32::MAX;

/// An elaborated template. Signals are numbered from 0, in the order of declarations and components.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    /// The template's name.
    pub(crate) template: String,
    /// The declared signals.
    pub(crate) signals: Vec<Signal>,
    /// The components.
    pub(crate) components: Vec<SubComponent>,
    /// Number of signals, those of the components included.
    pub(crate) size: u32,
    /// The constraints.
    pub(crate) constraints: Vec<Constraint>,
    /// Where each constraint stands in the source.
    pub(crate) spans: Vec<Span>,
    /// The program for the witness.
    pub(crate) program: Vec<Instruction>,
    /// The operations of the program.
    pub(crate) operations: Vec<Operation>,
    /// The forms that operations read.
    pub(crate) forms: Vec<Constraint>,
    /// Signal and coefficient of the terms of constraints and forms.
    pub(crate) terms: Vec<(u32, u32)>,
}

/// A declared signal or array of signals.
#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) kind: DeclarationKind,
    pub(crate) dimensions: Arc<[usize]>,
    pub(crate) first: u32,
    pub(crate) length: u32,
}

/// A component.
#[derive(Debug)]
pub(crate) struct SubComponent {
    /// Its name with indices, `relu[1][2]`.
    pub(crate) name: String,
    /// Its instance.
    pub(crate) instance: usize,
    /// The number of its signal 0.
    pub(crate) first: u32,
}

/// Positions in `Instance::terms`: the terms of a, b and c in `a * b = c` (or of the form `a * b + c`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constraint {
    pub(crate) start: u32,
    pub(crate) a_end: u32,
    pub(crate) b_end: u32,
    pub(crate) c_end: u32,
}

/// A step of the witness program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instruction {
    /// The signal gets the value that makes the constraint hold; it stands in `c`, with coefficient one.
    Solve { signal: u32, constraint: u32 },
    /// The signal gets the value of an operand, after the operations that it needs.
    Compute { signal: u32, operations: (u32, u32), result: Operand, span: Span },
    /// The component's program runs: all its inputs are known.
    Run { component: u32 },
    /// The operand must not be zero.
    Assert { operations: (u32, u32), result: Operand, span: Span },
}

/// Where an operation finds a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    /// A coefficient.
    Known(u32),
    /// A signal.
    Signal(u32),
    /// A form `a * b + c`.
    Form(u32),
    /// The result of an operation.
    Result(u32),
}

/// An operation of the witness program; unused operands repeat the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) operator: Operator,
    pub(crate) operands: [Operand; 3],
}

/// What an operation does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operator {
    Infix(InfixOp),
    Prefix(PrefixOp),
    Select,
}

impl Instance {
    /// Returns the terms of the three parts of a constraint or form.
    pub(crate) fn parts(&self, constraint: Constraint) -> [&[(u32, u32)]; 3] {
        let slice = |start: u32, end: u32| &self.terms[start as usize..end as usize];
        [
            slice(constraint.start, constraint.a_end),
            slice(constraint.a_end, constraint.b_end),
            slice(constraint.b_end, constraint.c_end),
        ]
    }

    /// Stores the terms of a triple of linear forms.
    pub(crate) fn store(&mut self, parts: [&Linear; 3], coefficients: &mut Coefficients) -> Constraint {
        let start = self.position();
        let mut ends = [start; 3];
        for (end, part) in ends.iter_mut().zip(parts) {
            if part.constant != Fr::from(0u64) {
                self.terms.push((ONE, coefficients.intern(part.constant)));
            }
            for (signal, value) in part.terms() {
                self.terms.push((signal, coefficients.intern(value)));
            }
            *end = self.position();
        }
        Constraint { start, a_end: ends[0], b_end: ends[1], c_end: ends[2] }
    }

    /// An instance has fewer than 2^30 signals; its terms are bounded by the steps that made them and by memory.
    fn position(&self) -> u32 {
        u32::try_from(self.terms.len()).unwrap_or(u32::MAX)
    }
}
