//! A template or function under execution, and the template instance that is being built.

use ark_ff::PrimeField;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bus::BusId;
use super::component::Part;
use super::instance::{Instance, narrow};
use super::linear::Linear;
use super::tags::Tags;
use super::value::Value;
use super::{Elaborated, MOST_SIGNALS, fail};
use crate::ast::{DeclarationKind, Name, Span};
use crate::diagnostic::Code;
use crate::sources::FileId;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Entity<F> {
    /// A variable or parameter.
    Variable(Value<F>),
    /// Declared signals.
    Signals(Signals),
    /// Components; the slots hold positions in `Instance::components`.
    Components { dimensions: Arc<[usize]>, slots: Vec<Option<usize>> },
}

/// Where declared signals are.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    pub(crate) first: u32,
    pub(crate) dimensions: Arc<[usize]>,
    pub(crate) bus: Option<BusId>,
    pub(crate) kind: DeclarationKind,
    /// The position in `Instance::signals` while it is being built.
    pub(crate) declared: usize,
}

/// What `return` has left.
#[derive(Clone, Debug)]
pub(crate) enum Returned<F> {
    /// A value.
    Value(Value<F>),
    /// Whether the function returns here is known only with the witness; the value tells what axes to expect.
    Perhaps(Value<F>),
}

/// A template, bus or function under execution.
#[derive(Debug, Default)]
pub(crate) struct Frame<F> {
    /// The value of `return`.
    pub(crate) returned: Option<Returned<F>>,
    pub(crate) scope: Vec<(Name, Entity<F>)>,
    pub(crate) is_template: bool,
    /// How many conditions known only with the witness are around the call.
    pub(crate) guards_around: usize,
    /// The loops around, each by where its condition stands.
    pub(super) loops: Vec<(FileId, u32)>,
    /// How many rounds each loop has done.
    pub(super) rounds: FxHashMap<(FileId, u32), u64>,
}

impl<F: PrimeField> Frame<F> {
    pub(crate) fn bind_variable(&mut self, name: Name, value: Value<F>) {
        self.scope.push((name, Entity::Variable(value)));
    }

    pub(crate) fn find(&self, name: Name) -> Option<usize> {
        self.scope.iter().rposition(|(known, _)| *known == name)
    }

    pub(crate) fn entity(&self, position: usize) -> &Entity<F> {
        &self.scope[position].1
    }

    pub(crate) fn entity_mut(&mut self, position: usize) -> &mut Entity<F> {
        &mut self.scope[position].1
    }

    /// Returns the rounds that the innermost loop around has done so far, all its runs together; `None` outside of loops.
    pub(crate) fn rounds(&self) -> Option<u64> {
        self.loops.last().map(|place| self.rounds.get(place).copied().unwrap_or_default())
    }

    pub(crate) fn enter_loop(&mut self, condition: Span) {
        self.loops.push((condition.file, condition.start));
    }

    pub(crate) fn leave_loop(&mut self) {
        self.loops.pop();
    }

    /// Counts a round of the innermost loop.
    pub(crate) fn count_round(&mut self) {
        if let Some(place) = self.loops.last() {
            *self.rounds.entry(*place).or_default() += 1;
        }
    }
}

/// The template instance that is being built.
#[derive(Debug, Default)]
pub(crate) struct Building<F> {
    pub(crate) instance: Instance,
    /// Which signals have a value.
    pub(crate) assigned: Vec<bool>,
    /// The signals that got a value under the conditions around, with the component whose input each is.
    pub(crate) newly_assigned: Vec<(u32, Option<usize>)>,
    /// The signals that are given part by part: how much is missing, and the tags that all parts have so far.
    pub(crate) collected: FxHashMap<usize, (usize, Tags)>,
    /// The names of the components that were declared.
    pub(crate) component_names: Vec<Name>,
    /// What is known of each component.
    pub(crate) parts: Vec<Part<F>>,
    /// Forms that were read last, and the slots that keep their values.
    pub(crate) kept_forms: VecDeque<(Rc<Linear<F>>, u32)>,
    /// The tags that the instance's inputs are given, by name.
    pub(crate) given: Vec<(Name, Tags)>,
}

impl<F: PrimeField> Building<F> {
    /// Numbers some more signals and returns the first number.
    pub(crate) fn number_signals(&mut self, count: u64, span: Span) -> Elaborated<u32> {
        let first = self.instance.size;
        let size = u64::from(first) + count;
        if size > MOST_SIGNALS {
            return fail(Code::E0015Limit, span, format!("more than {MOST_SIGNALS} signals"));
        }
        self.instance.size = u32::try_from(size).unwrap_or(u32::MAX);
        self.assigned.resize(self.instance.size as usize, false);
        Ok(first)
    }

    /// Returns whether all these signals have a value.
    pub(crate) fn are_assigned(&self, first: u32, length: usize) -> bool {
        self.assigned[first as usize..(first + narrow(length)) as usize].iter().all(|assigned| *assigned)
    }
}
