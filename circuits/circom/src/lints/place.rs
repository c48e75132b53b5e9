//! Where an instance is placed in the circuit, and where its signals come from.

use ark_ff::PrimeField;

use super::flow::{Flow, Range};
use super::shape::{Shape, signals};
use crate::ast::{DeclarationKind, Span};
use crate::circuit::push_indices;
use crate::elaborate::{Constraint, Elaboration, Instance, Signal};

/// How far what a signal is computed from is followed.
const DEEPEST: u32 = 3;

/// How many names of one signal are followed: two that are computed as each other go round.
const MOST_NAMES: usize = 1000;

/// One level of nesting: an instance, and the number of its signal 0 in the circuit and in what it is part of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) id: usize,
    pub(super) first: u32,
    pub(super) within: u32,
}

/// Calls `visit` with each placed instance that is not quiet, by the frames from the main component's down to its own.
pub(super) fn for_each<F: PrimeField>(
    elaboration: &Elaboration<F>,
    is_quiet: &[bool],
    mut visit: impl FnMut(&[Frame]),
) {
    fn descend<F: PrimeField>(
        elaboration: &Elaboration<F>,
        is_quiet: &[bool],
        frames: &mut Vec<Frame>,
        visit: &mut dyn FnMut(&[Frame]),
    ) {
        visit(frames);
        let Some(frame) = frames.last().copied() else { return };
        for component in &elaboration.instances[frame.id].components {
            if !is_quiet[component.instance] {
                let within = component.first;
                frames.push(Frame { id: component.instance, first: frame.first + within, within });
                descend(elaboration, is_quiet, frames, visit);
                frames.pop();
            }
        }
    }
    if !is_quiet[elaboration.main] {
        let mut frames = vec![Frame { id: elaboration.main, first: 0, within: 0 }];
        descend(elaboration, is_quiet, &mut frames, &mut visit);
    }
}

/// An instance where it is placed, with what is known of its signals there.
#[derive(Clone, Copy)]
pub(super) struct Placement<'p, 'e, F: PrimeField> {
    pub(super) elaboration: &'e Elaboration<F>,
    pub(super) shapes: &'e [Shape],
    pub(super) flow: &'p Flow<'e, F>,
    pub(super) frames: &'p [Frame],
}

/// Where a signal comes from: the first that is not computed from one other signal alone.
pub(super) struct Origin {
    /// The frames down to the instance that knows it.
    pub(super) frames: Vec<Frame>,
    /// Its number there.
    pub(super) signal: u32,
    /// Where the outermost component that it goes into is given it.
    pub(super) given: Option<Span>,
    /// All the places that it passes.
    pub(super) passed: Vec<Span>,
}

impl<'e, F: PrimeField> Placement<'_, 'e, F> {
    pub(super) fn frame(&self) -> Frame {
        self.frames[self.frames.len() - 1]
    }

    pub(super) fn instance(&self) -> &'e Instance {
        &self.elaboration.instances[self.frame().id]
    }

    pub(super) fn shape(&self) -> &'e Shape {
        &self.shapes[self.frame().id]
    }

    /// Returns what is known of a signal of the instance.
    pub(super) fn range(&self, signal: u32) -> Range {
        self.flow.range(self.frame().first + signal)
    }

    /// Returns the place of a constraint of the instance.
    pub(super) fn span(&self, constraint: u32) -> Span {
        self.instance().spans[constraint as usize]
    }

    /// Returns a signal of the instance as its own origin, for its name.
    pub(super) fn here(&self, signal: u32) -> Origin {
        Origin { frames: self.frames.to_vec(), signal, given: None, passed: Vec::new() }
    }

    /// Follows a signal of the instance to where it comes from.
    pub(super) fn origin(&self, signal: u32) -> Origin {
        self.origin_from(self.frames.to_vec(), signal)
    }

    fn origin_from(&self, frames: Vec<Frame>, signal: u32) -> Origin {
        let mut origin = Origin { frames, signal, given: None, passed: Vec::new() };
        while let Some(frame) = origin.frames.last().copied() {
            let instance = &self.elaboration.instances[frame.id];
            let own = own_signal(instance, origin.signal);
            if let Some(constraint) = self.shapes[frame.id].definers.get(&origin.signal) {
                let span = instance.spans[*constraint as usize];
                origin.passed.push(span);
                if own.is_none() {
                    origin.given = Some(span);
                }
                match renamed(instance, instance.constraints[*constraint as usize], origin.signal) {
                    Some(other) if origin.passed.len() < MOST_NAMES => origin.signal = other,
                    _ => break,
                }
            } else if own.is_some_and(|own| own.kind == DeclarationKind::Input) && origin.frames.len() > 1 {
                origin.frames.pop();
                origin.signal += frame.within;
            } else {
                let hint = instance.hinted.iter().find(|(signal, _)| *signal == origin.signal);
                if let (Some((_, span)), None) = (hint, own) {
                    origin.given = Some(*span);
                }
                break;
            }
        }
        origin
    }

    /// Returns what a signal is computed from that is not known to be as it should; none where all of that is, and
    /// too little was worked out of the signal itself.
    pub(super) fn culprit(&self, signal: u32, is_right: fn(Range) -> bool) -> Option<Origin> {
        self.culprit_of(self.origin(signal), is_right, DEEPEST)
    }

    fn culprit_of(&self, origin: Origin, is_right: fn(Range) -> bool, depth: u32) -> Option<Origin> {
        let operands = self.operands(&origin);
        if operands.is_empty() || depth == 0 {
            return Some(origin);
        }
        let mut wrong =
            operands.into_iter().filter(|(frames, signal)| !is_right(self.range_of(frames, *signal)));
        wrong.find_map(|(frames, signal)| {
            let mut from = self.origin_from(frames, signal);
            if from.frames.len() >= origin.frames.len() {
                from.given = origin.given.or(from.given);
            }
            from.passed.extend(&origin.passed);
            self.culprit_of(from, is_right, depth - 1)
        })
    }

    /// Returns a signal's name where it comes from.
    pub(super) fn name(&self, origin: &Origin) -> String {
        let Some(frame) = origin.frames.last() else { return String::new() };
        let instance = &self.elaboration.instances[frame.id];
        name_in(instance, self.elaboration, origin.signal)
    }

    /// Returns the signals that an origin is computed from, inside the component that it is an output of, too; none
    /// where it is given from outside.
    fn operands(&self, origin: &Origin) -> Vec<(Vec<Frame>, u32)> {
        let (mut frames, mut signal) = (origin.frames.clone(), origin.signal);
        while let Some(frame) = frames.last().copied() {
            let instance = &self.elaboration.instances[frame.id];
            if let Some(constraint) = self.shapes[frame.id].definers.get(&signal) {
                let parts = instance.parts(instance.constraints[*constraint as usize]);
                let others = parts.into_iter().flat_map(signals).filter(|other| *other != signal);
                return others.map(|other| (frames.clone(), other)).collect();
            }
            let component = instance.components.iter().rfind(|component| component.first <= signal);
            match component.filter(|_| own_signal(instance, signal).is_none()) {
                Some(component) => {
                    let within = component.first;
                    frames.push(Frame { id: component.instance, first: frame.first + within, within });
                    signal -= within;
                }
                None => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// Returns whether an origin is computed from nothing: a constant of the source.
    pub(super) fn is_constant(&self, origin: &Origin) -> bool {
        let frame = origin.frames.last();
        let is_computed =
            frame.is_some_and(|frame| self.shapes[frame.id].definers.contains_key(&origin.signal));
        is_computed && self.operands(origin).is_empty()
    }

    /// Returns what is known of an origin.
    fn range_of(&self, frames: &[Frame], signal: u32) -> Range {
        frames.last().map_or(self.flow.range(signal), |frame| self.flow.range(frame.first + signal))
    }
}

/// Returns the signal that another one is computed from alone, by a factor and a constant.
fn renamed(instance: &Instance, constraint: Constraint, computed: u32) -> Option<u32> {
    let [a, b, c] = instance.parts(constraint);
    let mut others = signals(c).filter(|signal| *signal != computed);
    let (other, None) = (others.next()?, others.next()) else { return None };
    (a.is_empty() || b.is_empty()).then_some(other)
}

/// Returns the declared signal that holds a number, if it is no component's.
pub(super) fn own_signal(instance: &Instance, signal: u32) -> Option<&Signal> {
    // In the order of their numbers; empty arrays share theirs with the next.
    let after = instance.signals.partition_point(|declared| declared.first <= signal);
    instance.signals[..after]
        .iter()
        .rev()
        .find(|declared| declared.length > 0)
        .filter(|declared| signal < declared.first + declared.length)
}

fn name_in<F: PrimeField>(instance: &Instance, elaboration: &Elaboration<F>, signal: u32) -> String {
    if let Some(declared) = own_signal(instance, signal) {
        let mut name = declared.name.clone();
        if declared.bus.is_none() {
            push_indices(&mut name, &declared.dimensions, (signal - declared.first) as usize);
        }
        return name;
    }
    match instance.components.iter().rfind(|component| component.first <= signal) {
        Some(component) => {
            let part = &elaboration.instances[component.instance];
            format!("{}.{}", component.name, name_in(part, elaboration, signal - component.first))
        }
        None => String::new(),
    }
}
