//! Signals that get their value by `<--` and that the constraints are too few to determine.
//!
//! Each hinted signal needs an equation of its own: a `===` that it flows into, by itself or through what is computed
//! from it, or one within a component that it flows into. Whether all can have one is a matching of signals and
//! equations, along whose alternating paths the signals that share too few equations are found; it is structural, for
//! an equation may hold whatever the signal is.

use std::collections::VecDeque;

use ark_ff::PrimeField;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Findings;
use crate::ast::{DeclarationKind, Span};
use crate::diagnostic::Code;
use crate::elaborate::{Elaboration, Instance, Instruction, ONE};

/// More equations than any component needs: what is not known to be too few.
const PLENTY: u32 = 1 << 30;

/// Finds hinted signals without an equation of their own.
pub(super) fn find<F: PrimeField>(elaboration: &Elaboration<F>, findings: &mut Findings) {
    let mut spare: Vec<u32> = Vec::with_capacity(elaboration.instances.len());
    // Parts stand before what they are parts of.
    for instance in &elaboration.instances {
        if instance.modifiers.custom {
            spare.push(PLENTY);
            continue;
        }
        let mut matching = Matching::of(instance, &elaboration.instances, &spare);
        let mut hints = FxHashMap::default();
        for (signal, span) in &instance.hinted {
            if !matching.mentions(*signal).is_empty() {
                hints.entry(*signal).or_insert(*span);
            }
        }
        let mut seen = FxHashSet::default();
        for (signal, span) in &instance.hinted {
            if hints.contains_key(signal) && seen.insert(*signal) {
                let sharing = matching.augment(*signal, &hints);
                if let Some(sharing) = sharing {
                    report(*span, sharing, findings);
                }
            }
        }
        spare.push(matching.spare());
    }
}

/// Tells of a signal that shares equations with others, itself included.
fn report(span: Span, sharing: usize, findings: &mut Findings) {
    let message = if sharing == 1 {
        "the signal gets its value by `<--`, and no constraint is there to determine it".to_owned()
    } else {
        let constraints = sharing - 1;
        let what = if constraints == 1 { "constraint is" } else { "constraints are" };
        format!(
            "{sharing} signals get their values by `<--`, and {constraints} {what} there to determine them"
        )
    };
    let help = "a quotient and a remainder, say, need the remainder's range besides their equation; an `assert` is \
                not part of the proof";
    findings.add(Code::W0005Undetermined, span, message, help);
}

/// A constraint of the instance, or what a component's output is computed by: its signal after the constraints.
type Equation = usize;

/// What a signal stands in.
#[derive(Clone, Copy)]
enum Mention {
    Constraint(u32),
    Component(u32),
}

/// Which signal each equation determines.
struct Matching<'e> {
    instance: &'e Instance,
    instances: &'e [Instance],
    /// What mentions each signal that depends on a hint.
    mentions: FxHashMap<u32, Vec<Mention>>,
    /// The signal that an equation determines.
    owners: FxHashMap<Equation, u32>,
    /// Whether a constraint computes a signal, and is no check.
    computes: Vec<bool>,
    /// The equations within each component that determine none of its signals.
    spare: Vec<u32>,
    /// The equations that lead nowhere.
    dead: FxHashSet<Equation>,
}

impl<'e> Matching<'e> {
    fn of(instance: &'e Instance, instances: &'e [Instance], spare_of: &[u32]) -> Self {
        let mut matching = Self {
            instance,
            instances,
            mentions: instance.hinted.iter().map(|(signal, _)| (*signal, Vec::new())).collect(),
            owners: FxHashMap::default(),
            computes: vec![false; instance.constraints.len()],
            spare: instance.components.iter().map(|component| spare_of[component.instance]).collect(),
            dead: FxHashSet::default(),
        };
        matching.follow();
        matching
    }

    /// Follows what hints flow into, in the order of the witness program.
    fn follow(&mut self) {
        let instance = self.instance;
        for instruction in &instance.program {
            match *instruction {
                Instruction::Solve { signal, constraint } => {
                    self.computes[constraint as usize] = true;
                    if self.mention(constraint) {
                        self.mentions.entry(signal).or_insert_with(|| vec![Mention::Constraint(constraint)]);
                        self.owners.insert(constraint as usize, signal);
                    }
                }
                Instruction::Check { constraint } => {
                    self.mention(constraint);
                }
                Instruction::Run { component } => self.run(component),
                _ => {}
            }
        }
    }

    /// Notes that signals stand in a constraint; returns whether any of them depends on a hint.
    fn mention(&mut self, constraint: u32) -> bool {
        let mut found = false;
        for (signal, _) in
            self.instance.parts(self.instance.constraints[constraint as usize]).into_iter().flatten()
        {
            if let Some(mentions) = self.mentions.get_mut(signal).filter(|_| *signal != ONE) {
                mentions.push(Mention::Constraint(constraint));
                found = true;
            }
        }
        found
    }

    fn run(&mut self, position: u32) {
        let component = &self.instance.components[position as usize];
        let part = &self.instances[component.instance];
        let signals = |kind| {
            part.of_kind(kind)
                .flat_map(|port| port.first..port.first + port.length)
                .map(|port| component.first + port)
        };
        let mut depends = false;
        for input in signals(DeclarationKind::Input) {
            if let Some(mentions) = self.mentions.get_mut(&input) {
                mentions.push(Mention::Component(position));
                depends = true;
            }
        }
        if depends {
            for output in signals(DeclarationKind::Output) {
                self.mentions.entry(output).or_default();
                self.owners.insert(self.equation_of(output), output);
            }
        }
    }

    fn equation_of(&self, output: u32) -> Equation {
        self.instance.constraints.len() + output as usize
    }

    fn mentions(&self, signal: u32) -> &[Mention] {
        self.mentions.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// Finds an equation for a signal, other signals taking others in turn. Without one, returns how many of the hinted
    /// signals share the equations that it might have had.
    fn augment(&mut self, start: u32, hints: &FxHashMap<u32, Span>) -> Option<usize> {
        let mut reached: FxHashMap<u32, (Equation, u32)> = FxHashMap::default();
        let mut seen: FxHashSet<Equation> = FxHashSet::default();
        let mut seen_components: FxHashSet<u32> = FxHashSet::default();
        let mut open = VecDeque::from([start]);
        while let Some(signal) = open.pop_front() {
            for index in 0..self.mentions(signal).len() {
                match self.mentions(signal)[index] {
                    Mention::Constraint(constraint) => {
                        let equation = constraint as usize;
                        if self.dead.contains(&equation) || !seen.insert(equation) {
                            continue;
                        }
                        let Some(owner) = self.owners.get(&equation).copied() else {
                            self.owners.insert(equation, signal);
                            self.flip(signal, start, &reached);
                            return None;
                        };
                        if owner != start && !reached.contains_key(&owner) {
                            reached.insert(owner, (equation, signal));
                            open.push_back(owner);
                        }
                    }
                    Mention::Component(position) => {
                        if self.spare[position as usize] > 0 {
                            self.spare[position as usize] -= 1;
                            self.flip(signal, start, &reached);
                            return None;
                        }
                        if !seen_components.insert(position) {
                            continue;
                        }
                        let component = &self.instance.components[position as usize];
                        let outputs = self.instances[component.instance].of_kind(DeclarationKind::Output);
                        for output in outputs.flat_map(|port| port.first..port.first + port.length) {
                            let equation = self.equation_of(component.first + output);
                            if self.dead.contains(&equation) || !seen.insert(equation) {
                                continue;
                            }
                            if let Some(owner) = self.owners.get(&equation).copied()
                                && owner != start
                                && !reached.contains_key(&owner)
                            {
                                reached.insert(owner, (equation, signal));
                                open.push_back(owner);
                            }
                        }
                    }
                }
            }
        }
        self.dead.extend(seen);
        Some(1 + reached.keys().filter(|signal| hints.contains_key(signal)).count())
    }

    /// Gives each signal on the way to a free equation the equation that the next one had.
    fn flip(&mut self, mut signal: u32, start: u32, reached: &FxHashMap<u32, (Equation, u32)>) {
        while signal != start {
            let Some((equation, before)) = reached.get(&signal).copied() else { return };
            self.owners.insert(equation, before);
            signal = before;
        }
    }

    /// Returns the checks that determine no signal: those of the instance, and of its components.
    fn spare(&self) -> u32 {
        let checks = self
            .computes
            .iter()
            .enumerate()
            .filter(|(constraint, computes)| !**computes && !self.owners.contains_key(constraint));
        let parts = self.spare.iter().fold(0u32, |sum, spare| sum.saturating_add(*spare));
        u32::try_from(checks.count()).unwrap_or(PLENTY).saturating_add(parts).min(PLENTY)
    }
}
