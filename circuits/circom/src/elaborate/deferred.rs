//! What is left to the witness program to execute as it stands in the source: loops whose number of rounds only the
//! witness tells, and calls of functions that return under such a condition.
//!
//! The same elaborator executes them, with every value known.

use std::sync::Arc;

use ark_ff::PrimeField;
use tensorproof_r1cs::fr_to_decimal;

use super::bus::Bus;
use super::frame::{Entity, Frame, Returned, Signals};
use super::instance::{Instance, Instruction, LogPart, Operand, narrow};
use super::linear::{Coefficients, UNIT};
use super::loop_names::LoopNames;
use super::value::{Items, Scalar, Value};
use super::{Elaborated, Elaborator, fail};
use crate::ast::{Loop, Name, Program, Span};
use crate::diagnostic::{Code, Diagnostic};

/// Statements or a call for the witness program.
#[derive(Debug)]
pub(crate) struct Deferred {
    work: Work,
    /// Where it stands.
    pub(crate) span: Span,
    /// Nothing is executed where this is zero; variables keep their values then, a call has zeros.
    pub(crate) condition: Operand,
    /// The names that it mentions, or the arguments of the call.
    pub(crate) captured: Vec<(Name, Captured)>,
    /// The first slot of the results, and how many there are.
    pub(crate) into: u32,
    pub(crate) results: u32,
}

#[derive(Debug)]
enum Work {
    /// A loop, and the variables whose values are the results.
    Loop(Arc<Loop>, Vec<Name>),
    /// A function, and the axes of its result.
    Call(Name, Arc<[usize]>),
}

/// What a captured name stands for.
#[derive(Debug)]
pub(crate) enum Captured {
    Variable { dimensions: Arc<[usize]>, items: Vec<Operand> },
    Signals(Signals),
    Components { dimensions: Arc<[usize]>, slots: Vec<Option<usize>> },
}

/// The witness program under execution, as far as the source can see it.
pub(crate) struct Runtime<'r, F> {
    /// The values of the instance's signals.
    pub(crate) signals: &'r [F],
    pub(crate) instance: &'r Instance,
    pub(crate) instances: &'r [Instance],
    pub(crate) buses: &'r [Bus],
    /// Gets the lines that are printed.
    pub(crate) log: &'r mut dyn FnMut(&str),
}

impl Deferred {
    /// Returns where the values of the captured variables are, in order.
    pub(crate) fn operands(&self) -> impl Iterator<Item = Operand> {
        self.captured
            .iter()
            .flat_map(|(_, captured)| match captured {
                Captured::Variable { items, .. } => items.as_slice(),
                _ => &[],
            })
            .copied()
    }

    pub(super) fn renumber(&mut self, moved: &[u32], positions: &[u32]) {
        for (_, captured) in &mut self.captured {
            match captured {
                Captured::Signals(signals) => {
                    signals.first = moved.get(signals.first as usize).copied().unwrap_or(signals.first);
                }
                Captured::Components { slots, .. } => {
                    for slot in slots.iter_mut().flatten() {
                        *slot = positions[*slot] as usize;
                    }
                }
                Captured::Variable { .. } => {}
            }
        }
    }
}

impl<'a, F: PrimeField> Elaborator<'a, F> {
    /// Leaves a call to the witness program.
    pub(super) fn defer_call(
        &mut self,
        name: Name,
        arguments: &[Value<F>],
        dimensions: &Arc<[usize]>,
        span: Span,
    ) -> Value<F> {
        let captured = arguments.iter().map(|argument| (name, self.capture_value(argument))).collect();
        let count = dimensions.iter().product();
        let into = self.defer(Work::Call(name, Arc::clone(dimensions)), captured, count, span);
        let items = (into..into + narrow(count)).map(Scalar::Opaque).collect();
        if dimensions.is_empty() {
            Value::scalar(Scalar::Opaque(into))
        } else {
            Value::array(Arc::clone(dimensions), items)
        }
    }

    /// Leaves a loop to the witness program: what it assigns is known only then.
    pub(super) fn defer_loop(
        &mut self,
        frame: &mut Frame<F>,
        repeated: &'a Arc<Loop>,
        span: Span,
    ) -> Elaborated<()> {
        let names = self.names_of(repeated);
        if let Some((code, span, message)) = names.forbidden {
            return fail(code, span, message);
        }
        let mut captured = Vec::new();
        for name in &names.mentioned {
            let Some(position) = frame.find(*name) else { continue };
            let entity = match frame.entity(position) {
                Entity::Variable(value) => self.capture_value(&value.clone()),
                Entity::Signals(signals) => Captured::Signals(signals.clone()),
                Entity::Components { dimensions, slots } => {
                    Captured::Components { dimensions: Arc::clone(dimensions), slots: slots.clone() }
                }
            };
            captured.push((*name, entity));
        }
        let mut variables = Vec::new();
        let mut count = 0;
        for name in &names.assigned {
            let Some(position) = frame.find(*name) else { continue };
            match frame.entity(position).clone() {
                Entity::Variable(value) => {
                    count += value.items().len();
                    variables.push((*name, position));
                }
                Entity::Signals(_) | Entity::Components { .. } => {}
            }
        }
        let results = variables.iter().map(|(name, _)| *name).collect();
        let mut next = self.defer(Work::Loop(Arc::clone(repeated), results), captured, count, span);
        for (_, position) in variables {
            if let Entity::Variable(value) = frame.entity_mut(position) {
                for item in value.items_mut() {
                    *item = Scalar::Opaque(next);
                    next += 1;
                }
            }
        }
        Ok(())
    }

    fn defer(&mut self, work: Work, captured: Vec<(Name, Captured)>, count: usize, span: Span) -> u32 {
        let condition = match self.guards.last().cloned() {
            Some(guard) => self.operand(&guard),
            None => Operand::Known(UNIT),
        };
        let instance = &mut self.building.instance;
        let into = instance.take_slots(count);
        let deferred = narrow(instance.deferred.len());
        instance.deferred.push(Deferred { work, span, condition, captured, into, results: narrow(count) });
        instance.program.push(Instruction::Execute { deferred });
        into
    }

    fn capture_value(&mut self, value: &Value<F>) -> Captured {
        let items = value.items().iter().map(|item| self.operand(item)).collect();
        Captured::Variable { dimensions: Arc::clone(&value.dimensions), items }
    }

    /// Returns what a loop mentions.
    pub(super) fn names_of(&mut self, repeated: &Arc<Loop>) -> Arc<LoopNames> {
        let known = self.loop_names.entry(Arc::as_ptr(repeated));
        let names = known.or_insert_with(|| Arc::new(LoopNames::of(repeated)));
        Arc::clone(names)
    }
}

/// Executes what was left to the witness program; `values` are those of the captured variables, in order. With `skip`
/// the condition around does not hold: nothing is executed, the variables keep their values.
///
/// # Errors
/// When an assertion does not hold, an integer is divided by zero, an index is out of bounds, or it does not end.
pub(crate) fn execute<'r, F: PrimeField>(
    program: &'r Program,
    runtime: Runtime<'r, F>,
    deferred: &'r Deferred,
    values: Vec<F>,
    skip: bool,
) -> Result<Vec<F>, Box<Diagnostic>> {
    if let (Work::Call(..), true) = (&deferred.work, skip) {
        return Ok(vec![F::zero(); deferred.results as usize]);
    }
    let mut elaborator = Elaborator::new(program, Coefficients::default());
    elaborator.runtime = Some(runtime);
    let mut values = values.into_iter().map(Scalar::Known);
    let mut entity = |captured: &Captured| match captured {
        Captured::Variable { dimensions, items } => {
            let items: Vec<Scalar<F>> = values.by_ref().take(items.len()).collect();
            let items = match (dimensions.is_empty(), items.first()) {
                (true, Some(only)) => Items::One(only.clone()),
                _ => Items::Many(std::rc::Rc::new(items)),
            };
            let dimensions = Arc::clone(dimensions);
            Entity::Variable(Value { dimensions, items, ..Value::scalar(Scalar::Known(F::zero())) })
        }
        Captured::Signals(signals) => Entity::Signals(signals.clone()),
        Captured::Components { dimensions, slots } => {
            Entity::Components { dimensions: Arc::clone(dimensions), slots: slots.clone() }
        }
    };
    let scope: Vec<(Name, Entity<F>)> =
        deferred.captured.iter().map(|(name, captured)| (*name, entity(captured))).collect();
    let mut results = Vec::new();
    let mut take = |value: &Value<F>| {
        results.extend(value.items().iter().map(|item| item.known().unwrap_or_default()));
    };
    match &deferred.work {
        Work::Loop(repeated, variables) => {
            let mut frame = Frame { scope, is_template: true, ..Frame::default() };
            if !skip {
                elaborator.run_loop(&mut frame, repeated, deferred.span)?;
            }
            for name in variables {
                if let Some(Entity::Variable(value)) =
                    frame.find(*name).map(|position| frame.entity(position))
                {
                    take(value);
                }
            }
        }
        Work::Call(name, dimensions) => {
            let arguments = scope.into_iter().filter_map(|(_, entity)| match entity {
                Entity::Variable(value) => Some(value),
                _ => None,
            });
            let arguments: Vec<Value<F>> = arguments.collect();
            let value = elaborator.call_function(*name, &arguments, deferred.span)?;
            if value.dimensions != *dimensions {
                let message = "the function returns arrays of different lengths";
                return fail(Code::E0007Count, deferred.span, message);
            }
            take(&value);
        }
    }
    Ok(results)
}

impl<'a, F: PrimeField> Elaborator<'a, F> {
    fn run_loop(&mut self, frame: &mut Frame<F>, repeated: &'a Loop, span: Span) -> Elaborated<()> {
        while self.scalar(frame, &repeated.condition)?.known().is_some_and(|known| !known.is_zero()) {
            self.statement(frame, &repeated.body)?;
            if let Some(Returned::Value(_) | Returned::Perhaps(_)) = frame.returned {
                return fail(Code::E0008Kind, span, "a template has no `return`");
            }
        }
        Ok(())
    }
}

impl LogPart {
    /// Returns the text of what is known.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Value(_) => None,
        }
    }

    /// Returns what is printed, with values from `read`.
    pub(crate) fn shown<F: PrimeField>(&self, read: impl Fn(Operand) -> Option<F>) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Value(operand) => fr_to_decimal(&read(*operand).unwrap_or_default()),
        }
    }
}
