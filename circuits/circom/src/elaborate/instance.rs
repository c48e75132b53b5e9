//! A template with known parameters: its signals, components, constraints and witness program.

use std::sync::Arc;

use ark_ff::PrimeField;

use super::bus::BusId;
use super::deferred::{Captured, Deferred};
use super::linear::{Coefficients, Linear};
use super::tags::Tags;
use crate::ast::{DeclarationKind, InfixOp, Modifiers, PrefixOp, Span};

/// The signal that stands for the constant one in terms.
pub(crate) const ONE: u32 = u32::MAX;

/// An elaborated template. Signals are numbered from 0, in the order of declarations and components.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    /// The template's name.
    pub(crate) template: String,
    /// What the template is declared to be besides a template.
    pub(crate) modifiers: Modifiers,
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
    /// The signals that get their value without a constraint, and where.
    pub(crate) hinted: Vec<(u32, Span)>,
    /// The signals without a value.
    pub(crate) unassigned: Vec<u32>,
    /// The program for the witness.
    pub(crate) program: Vec<Instruction>,
    /// Number of slots that hold the results of the program.
    pub(crate) slots: u32,
    /// The forms that the program reads.
    pub(crate) forms: Vec<Constraint>,
    /// The elements and indices that the program picks by.
    pub(crate) picks: Vec<Pick>,
    /// What the program executes as it stands in the source.
    pub(crate) deferred: Vec<Deferred>,
    /// What the program prints.
    pub(crate) logs: Vec<Vec<LogPart>>,
    /// Signal and coefficient of the terms of constraints and forms.
    pub(crate) terms: Vec<(u32, u32)>,
}

/// A declared signal or array of signals.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) kind: DeclarationKind,
    pub(crate) dimensions: Arc<[usize]>,
    /// The bus that each element is.
    pub(crate) bus: Option<BusId>,
    pub(crate) first: u32,
    pub(crate) length: u32,
    /// The tags it is declared with, and those it took over.
    pub(crate) tags: Tags,
    /// The tags it is declared with.
    pub(crate) declared: Tags,
}

/// A component.
#[derive(Debug)]
pub(crate) struct SubComponent {
    /// Its name with indices, `relu[1][2]`.
    pub(crate) name: String,
    /// Where it is set.
    pub(crate) span: Span,
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
    /// The signal gets the value of an operand.
    Store { signal: u32, value: Operand, span: Span },
    /// The slot gets the result of an operation; unused operands repeat the first.
    Operate { into: u32, operator: Operator, operands: [Operand; 3] },
    /// The slot gets the element of an array at indices known only now.
    Pick { into: u32, pick: u32 },
    /// Statements or a function run as they stand in the source.
    Execute { deferred: u32 },
    /// The component's program runs: all its inputs are known.
    Run { component: u32 },
    /// The constraint must hold: no signal is solved by it.
    Check { constraint: u32 },
    /// The operand must not be zero.
    Assert { holds: Operand, span: Span },
    /// Something is printed, unless the condition is zero.
    Log { log: u32, condition: Operand },
}

/// Where an instruction finds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// A coefficient.
    Known(u32),
    /// A signal.
    Signal(u32),
    /// A form `a * b + c`.
    Form(u32),
    /// What an instruction has left in a slot.
    Slot(u32),
}

/// What an operation does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operator {
    Infix(InfixOp),
    Prefix(PrefixOp),
    /// The second operand when the first is not zero, otherwise the third.
    Select,
    /// The first operand: a form that is read again.
    Keep,
}

/// An element of an array by indices.
#[derive(Debug)]
pub(crate) struct Pick {
    /// Each index, the length of its axis, and how far apart the elements along it are.
    pub(crate) indices: Vec<(Operand, usize, usize)>,
    /// The elements.
    pub(crate) items: Arc<[Operand]>,
    /// The element for indices of zero.
    pub(crate) start: usize,
}

/// A part of what is printed.
#[derive(Debug)]
pub(crate) enum LogPart {
    Text(String),
    Value(Operand),
}

impl Instance {
    /// Returns the declared signals of a kind, in order.
    pub(crate) fn of_kind(&self, kind: DeclarationKind) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(move |signal| signal.kind == kind)
    }

    /// Returns the terms of the three parts of a constraint or form.
    pub(crate) fn parts(&self, constraint: Constraint) -> [&[(u32, u32)]; 3] {
        let slice = |start: u32, end: u32| &self.terms[start as usize..end as usize];
        [
            slice(constraint.start, constraint.a_end),
            slice(constraint.a_end, constraint.b_end),
            slice(constraint.b_end, constraint.c_end),
        ]
    }

    /// Returns whether the witness program reads a signal.
    pub(crate) fn reads(&self, signal: u32) -> bool {
        let in_forms = self
            .forms
            .iter()
            .any(|form| self.parts(*form).into_iter().flatten().any(|(other, _)| *other == signal));
        let mut found = in_forms;
        for instruction in &self.program {
            self.for_each_operand(instruction, |operand| found |= operand == Operand::Signal(signal));
        }
        found
    }

    /// Stores the terms of a triple of linear forms.
    pub(crate) fn store<F: PrimeField>(
        &mut self,
        parts: [&Linear<F>; 3],
        coefficients: &mut Coefficients<F>,
    ) -> Constraint {
        let start = narrow(self.terms.len());
        let mut ends = [start; 3];
        for (end, part) in ends.iter_mut().zip(parts) {
            if part.constant != F::from(0u64) {
                self.terms.push((ONE, coefficients.intern(part.constant)));
            }
            for (signal, value) in part.terms() {
                self.terms.push((signal, coefficients.intern(value)));
            }
            *end = narrow(self.terms.len());
        }
        Constraint { start, a_end: ends[0], b_end: ends[1], c_end: ends[2] }
    }

    /// Calls `visit` with each operand of an instruction, those that it reads through other tables included.
    pub(crate) fn for_each_operand(&self, instruction: &Instruction, mut visit: impl FnMut(Operand)) {
        match *instruction {
            Instruction::Solve { .. } | Instruction::Check { .. } | Instruction::Run { .. } => {}
            Instruction::Store { value, .. } => visit(value),
            Instruction::Operate { operands, .. } => operands.into_iter().for_each(visit),
            Instruction::Assert { holds, .. } => visit(holds),
            Instruction::Pick { pick, .. } => {
                let pick = &self.picks[pick as usize];
                pick.indices.iter().for_each(|(index, ..)| visit(*index));
                for item in pick.items.iter() {
                    visit(*item);
                }
            }
            Instruction::Execute { deferred } => {
                let deferred = &self.deferred[deferred as usize];
                visit(deferred.condition);
                for (_, captured) in &deferred.captured {
                    if let Captured::Variable { items, .. } = captured {
                        for item in items {
                            visit(*item);
                        }
                    }
                }
            }
            Instruction::Log { log, condition } => {
                visit(condition);
                for part in &self.logs[log as usize] {
                    if let LogPart::Value(value) = part {
                        visit(*value);
                    }
                }
            }
        }
    }

    /// Changes every operand of the program.
    pub(crate) fn change_operands(&mut self, mut change: impl FnMut(&mut Operand)) {
        for instruction in &mut self.program {
            match instruction {
                Instruction::Store { value, .. } => change(value),
                Instruction::Operate { operands, .. } => operands.iter_mut().for_each(&mut change),
                Instruction::Assert { holds, .. } => change(holds),
                Instruction::Log { condition, .. } => change(condition),
                _ => {}
            }
        }
        // Picks of one array may share its elements.
        let mut shared: Option<[Arc<[Operand]>; 2]> = None;
        for pick in &mut self.picks {
            pick.indices.iter_mut().for_each(|(index, ..)| change(index));
            let changed = match &shared {
                Some([old, new]) if Arc::ptr_eq(old, &pick.items) => Arc::clone(new),
                _ => {
                    let mut items = pick.items.to_vec();
                    items.iter_mut().for_each(&mut change);
                    let items: Arc<[Operand]> = items.into();
                    shared = Some([Arc::clone(&pick.items), Arc::clone(&items)]);
                    items
                }
            };
            pick.items = changed;
        }
        for deferred in &mut self.deferred {
            change(&mut deferred.condition);
            for (_, captured) in &mut deferred.captured {
                if let Captured::Variable { items, .. } = captured {
                    items.iter_mut().for_each(&mut change);
                }
            }
        }
        for part in self.logs.iter_mut().flatten() {
            if let LogPart::Value(value) = part {
                change(value);
            }
        }
    }

    /// Returns the next slots.
    pub(crate) fn take_slots(&mut self, count: usize) -> u32 {
        let first = self.slots;
        self.slots = first.saturating_add(narrow(count));
        first
    }
}

/// Positions in an instance are bounded by the steps that made it and by memory; signals are fewer than 2^30.
pub(crate) fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
