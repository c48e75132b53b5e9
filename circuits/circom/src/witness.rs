//! The value of every wire, from the inputs: the programs of the placed instances, run in order.

use std::collections::BTreeMap;

use ark_ff::PrimeField;
use tensorproof_r1cs::{Fr, Witness, add_product, fr_to_signed};

use crate::ast::{DeclarationKind, Span};
use crate::build::MAIN_LABEL;
use crate::circuit::Circuit;
use crate::diagnostic::Code;
use crate::elaborate::{Constraint, Instance, Instruction, ONE, Operand, Operator, Runtime, UNIT, execute};
use crate::field::CircuitField;
use crate::operators::{self, small};

/// The values of the main component's inputs by name, arrays row-major.
pub type Inputs<F = Fr> = BTreeMap<String, Vec<F>>;

/// Why there is no witness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// An input has no value.
    #[error("the input `{name}` is missing")]
    MissingInput {
        /// The input.
        name: String,
    },
    /// A value is given for something that is not an input.
    #[error("`{name}` is not an input of the circuit, expected {expected}")]
    UnknownInput {
        /// What was given.
        name: String,
        /// The inputs there are.
        expected: String,
    },
    /// An input has a wrong number of values.
    #[error("the input `{name}` has {actual} values, expected {expected}")]
    InputLength {
        /// The input.
        name: String,
        /// Number of elements of the signal.
        expected: usize,
        /// Number of values given.
        actual: usize,
    },
    /// A constraint does not hold.
    #[error("no witness: a constraint of `{component}` does not hold at {position}: {left} is not {right}")]
    Unsatisfied {
        /// The component, `main.relu[3]`.
        component: String,
        /// File, line and column.
        position: String,
        /// The product.
        left: String,
        /// What it should equal.
        right: String,
    },
    /// An assertion does not hold.
    #[error("no witness: an assertion of `{component}` does not hold at {position}")]
    Assertion {
        /// The component.
        component: String,
        /// File, line and column.
        position: String,
    },
    /// An integer is divided by zero.
    #[error("no witness: `{component}` divides by zero at {position}")]
    DivisionByZero {
        /// The component.
        component: String,
        /// File, line and column.
        position: String,
    },
    /// Code that depends on the witness cannot go on.
    #[error("no witness: `{component}` cannot go on at {position}: {message}")]
    Stopped {
        /// The component.
        component: String,
        /// File, line and column.
        position: String,
        /// What is wrong: an index out of bounds, a loop without end.
        message: String,
    },
}

impl WitnessError {
    /// Returns the component whose constraint or assertion does not hold, `main.relu[3].bits`.
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Unsatisfied { component, .. }
            | Self::Assertion { component, .. }
            | Self::DivisionByZero { component, .. }
            | Self::Stopped { component, .. } => Some(component),
            _ => None,
        }
    }
}

/// The field operations of a witness: those of its program and of the check of all constraints. What the program executes
/// as it stands in the source is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WitnessCost {
    /// Multiplications.
    pub multiplications: u64,
    /// Additions and subtractions.
    pub additions: u64,
    /// Other operators: comparisons, shifts, divisions.
    pub others: u64,
}

impl WitnessCost {
    /// Adds what a product of two linear forms and a third one costs.
    fn add_form(&mut self, coefficients: impl Iterator<Item = u32>) {
        for coefficient in coefficients {
            self.additions += 1;
            self.multiplications += u64::from(coefficient != UNIT);
        }
        self.additions += 1;
        self.multiplications += 1;
    }
}

/// A witness, and the values of signals that were asked for.
pub type WithSignals<F> = (Witness<F>, Vec<Option<Vec<F>>>);

impl<F: PrimeField> Circuit<F> {
    /// Returns the field operations of a witness.
    pub fn witness_cost(&self) -> WitnessCost {
        let mut cost = WitnessCost::default();
        crate::build::for_each_component(&self.instances, self.main, |instance, _| {
            let terms = |form: &Constraint| {
                instance.parts(*form).into_iter().flatten().map(|(_, coefficient)| *coefficient)
            };
            for instruction in &instance.program {
                match *instruction {
                    Instruction::Solve { constraint, .. } | Instruction::Check { constraint } => {
                        cost.add_form(terms(&instance.constraints[constraint as usize]));
                    }
                    Instruction::Operate { .. } | Instruction::Pick { .. } => cost.others += 1,
                    _ => {}
                }
                instance.for_each_operand(instruction, |operand| {
                    if let Operand::Form(form) = operand {
                        cost.add_form(terms(&instance.forms[form as usize]));
                    }
                });
            }
        });
        for row in 0..self.r1cs.len() {
            let matrices = [&self.r1cs.a, &self.r1cs.b, &self.r1cs.c];
            cost.add_form(
                matrices.into_iter().flat_map(|matrix| matrix.row(row)).map(|term| term.coefficient),
            );
        }
        cost
    }
}

impl<F: CircuitField> Circuit<F> {
    /// Computes the witness.
    ///
    /// # Errors
    /// When inputs are missing, unknown or of another length, or when a constraint or assertion does not hold for them;
    /// the error names the component and the place in the source.
    pub fn witness(&self, inputs: &Inputs<F>) -> Result<Witness<F>, WitnessError> {
        self.witness_with_log(inputs, &mut |_| {})
    }

    /// Computes the witness; `log` gets the lines that the circuit prints.
    ///
    /// # Errors
    /// As [`Circuit::witness`].
    pub fn witness_with_log(
        &self,
        inputs: &Inputs<F>,
        log: &mut dyn FnMut(&str),
    ) -> Result<Witness<F>, WitnessError> {
        F::solve(self, inputs, log).map(|(witness, _)| witness)
    }

    /// Computes the witness, and the values of some signals of the main component, which need no wires; `None` for a signal
    /// that is not there.
    ///
    /// # Errors
    /// As [`Circuit::witness`].
    pub fn witness_with_signals(
        &self,
        inputs: &Inputs<F>,
        names: &[String],
    ) -> Result<WithSignals<F>, WitnessError> {
        let (witness, values) = F::solve(self, inputs, &mut |_| {})?;
        let mut found = vec![None; names.len()];
        for signal in &self.instances[self.main].signals {
            self.for_each_leaf(signal, |name, dimensions, offset| {
                let first = (signal.first + offset + MAIN_LABEL) as usize;
                let count: usize = dimensions.iter().product();
                for (_, place) in names.iter().zip(&mut found).filter(|(wanted, _)| *wanted == name) {
                    *place = Some(values[first..first + count].to_vec());
                }
            });
        }
        Ok((witness, found))
    }
}

impl<F: PrimeField> Circuit<F> {
    /// Returns the witness, and the values of all signals by label.
    pub(crate) fn solved(
        &self,
        inputs: &Inputs<F>,
        log: &mut dyn FnMut(&str),
    ) -> Result<(Witness<F>, Vec<F>), WitnessError> {
        let main = &self.instances[self.main];
        let mut values = vec![F::zero(); main.size as usize + MAIN_LABEL as usize];
        values[0] = F::from(1u64);
        self.set_inputs(inputs, &mut values)?;
        let mut solver = Solver { circuit: self, values, slots: Vec::new(), log };
        solver.run(self.main, MAIN_LABEL).map_err(|stop| self.told(stop))?;
        let witness = Witness(self.r1cs.wire_labels.iter().map(|label| solver.value(*label)).collect());
        match self.r1cs.check(&witness) {
            Ok(()) => Ok((witness, solver.values)),
            Err(_) => Err(solver.first_unsatisfied()),
        }
    }

    fn set_inputs(&self, inputs: &Inputs<F>, values: &mut [F]) -> Result<(), WitnessError> {
        let mut ports = Vec::new();
        for signal in self.instances[self.main].of_kind(DeclarationKind::Input) {
            self.for_each_leaf(signal, |name, dimensions, offset| {
                let first = (signal.first + offset + MAIN_LABEL) as usize;
                ports.push((name.to_owned(), first, dimensions.iter().product::<usize>()));
            });
        }
        if let Some(name) = inputs.keys().find(|given| !ports.iter().any(|(name, ..)| name == *given)) {
            let expected: Vec<String> = ports.iter().map(|(name, ..)| format!("`{name}`")).collect();
            return Err(WitnessError::UnknownInput { name: name.clone(), expected: expected.join(", ") });
        }
        for (name, first, expected) in ports {
            let Some(given) = inputs.get(&name) else {
                return Err(WitnessError::MissingInput { name });
            };
            if given.len() != expected {
                return Err(WitnessError::InputLength { name, expected, actual: given.len() });
            }
            values[first..first + expected].copy_from_slice(given);
        }
        Ok(())
    }

    /// Returns what a program that ended early tells.
    fn told(&self, Stop { first, span, why }: Stop<F>) -> WitnessError {
        let (component, position) = (self.component_at(first), self.position(span));
        match why {
            Why::Assertion => WitnessError::Assertion { component, position },
            Why::Division => WitnessError::DivisionByZero { component, position },
            Why::Unsatisfied(left, right) => WitnessError::Unsatisfied {
                component,
                position,
                left: fr_to_signed(&left).to_string(),
                right: fr_to_signed(&right).to_string(),
            },
            Why::Stopped(message) => WitnessError::Stopped { component, position, message },
        }
    }

    /// Returns the path of the component whose signal 0 has a label.
    fn component_at(&self, first: u32) -> String {
        let mut path = "main".to_owned();
        let (mut id, mut at) = (self.main, MAIN_LABEL);
        while at != first {
            let parts = &self.instances[id].components;
            let inside = parts.iter().find(|part| {
                let start = at + part.first;
                (start..start + self.instances[part.instance].size).contains(&first)
            });
            let Some(part) = inside else { break };
            path.push('.');
            path.push_str(&part.name);
            (id, at) = (part.instance, at + part.first);
        }
        path
    }

    fn position(&self, span: Span) -> String {
        let (line, column) = self.sources.position(span.file, span.start);
        format!("{}:{line}:{column}", self.sources.file(span.file).path.display())
    }
}

/// Where and why a program ends early.
struct Stop<F> {
    /// The label of the component's signal 0.
    first: u32,
    span: Span,
    why: Why<F>,
}

enum Why<F> {
    /// A constraint does not hold; its two sides.
    Unsatisfied(F, F),
    /// An assertion does not hold.
    Assertion,
    /// An integer is divided by zero.
    Division,
    /// Code executed as it stands cannot go on.
    Stopped(String),
}

/// A component whose program runs: its instance, the label of its signal 0 and its first slot.
#[derive(Clone, Copy)]
struct At<'c> {
    instance: &'c Instance,
    first: u32,
    slot: usize,
}

struct Solver<'c, 'l, F> {
    circuit: &'c Circuit<F>,
    values: Vec<F>,
    /// Results of the instructions of the components under way; `None` where an integer was divided by zero.
    slots: Vec<Option<F>>,
    log: &'l mut dyn FnMut(&str),
}

impl<'c, F: PrimeField> Solver<'c, '_, F> {
    fn value(&self, label: u64) -> F {
        usize::try_from(label).ok().and_then(|label| self.values.get(label)).copied().unwrap_or_default()
    }

    /// Runs the program of an instance whose signal 0 has the label `first`.
    fn run(&mut self, id: usize, first: u32) -> Result<(), Stop<F>> {
        let circuit = self.circuit;
        let instance = &circuit.instances[id];
        let at = At { instance, first, slot: self.slots.len() };
        self.slots.resize(at.slot + instance.slots as usize, None);
        let divided = |span: Span| Stop { first, span, why: Why::Division };
        for instruction in &instance.program {
            match *instruction {
                Instruction::Solve { signal, constraint } => {
                    // c lacks just the signal's value, which is zero before.
                    self.values[(first + signal) as usize] = F::zero();
                    let [a, b, c] = self.evaluate(instance, instance.constraints[constraint as usize], first);
                    self.values[(first + signal) as usize] = a * b - c;
                }
                Instruction::Store { signal, value, span } => {
                    let value = self.operand(at, value).ok_or_else(|| divided(span))?;
                    self.values[(first + signal) as usize] = value;
                }
                Instruction::Operate { into, operator, operands } => {
                    let value = self.operate(at, operator, operands);
                    self.slots[at.slot + into as usize] = value;
                }
                Instruction::Pick { into, pick } => {
                    let value = self.pick(at, pick);
                    self.slots[at.slot + into as usize] = value;
                }
                Instruction::Execute { deferred } => self.execute(at, deferred)?,
                Instruction::Run { component } => {
                    let part = &instance.components[component as usize];
                    self.run(part.instance, first + part.first)?;
                }
                Instruction::Check { constraint } => {
                    let constraint = constraint as usize;
                    let [a, b, c] = self.evaluate(instance, instance.constraints[constraint], first);
                    if a * b != c {
                        return Err(Stop {
                            first,
                            span: instance.spans[constraint],
                            why: Why::Unsatisfied(a * b, c),
                        });
                    }
                }
                Instruction::Assert { holds, span } => {
                    if self.operand(at, holds).ok_or_else(|| divided(span))?.is_zero() {
                        return Err(Stop { first, span, why: Why::Assertion });
                    }
                }
                Instruction::Log { log, condition } => {
                    if self.operand(at, condition).is_some_and(|condition| !condition.is_zero()) {
                        let parts = &instance.logs[log as usize];
                        let texts: Vec<String> = parts
                            .iter()
                            .map(|part| part.shown(|operand| self.operand(at, operand)))
                            .collect();
                        (self.log)(&texts.join(" "));
                    }
                }
            }
        }
        self.slots.truncate(at.slot);
        Ok(())
    }

    fn operate(&self, at: At<'_>, operator: Operator, [left, right, third]: [Operand; 3]) -> Option<F> {
        let left = self.operand(at, left)?;
        match operator {
            Operator::Infix(op) => operators::checked_infix(op, &left, &self.operand(at, right)?),
            Operator::Prefix(op) => Some(operators::prefix(op, &left)),
            Operator::Keep => Some(left),
            Operator::Select => self.operand(at, if left.is_zero() { third } else { right }),
        }
    }

    /// Returns an element of an array; zero where an index is out of bounds, as the other branch may be the one taken.
    fn pick(&self, at: At<'_>, pick: u32) -> Option<F> {
        let pick = &at.instance.picks[pick as usize];
        let mut position = pick.start;
        for (index, length, stride) in &pick.indices {
            let index = usize::try_from(small(&self.operand(at, *index)?)?).ok()?;
            if index >= *length {
                return None;
            }
            position += index * stride;
        }
        self.operand(at, pick.items[position])
    }

    fn execute(&mut self, at: At<'c>, deferred: u32) -> Result<(), Stop<F>> {
        let circuit = self.circuit;
        let deferred = &at.instance.deferred[deferred as usize];
        let stop = |span: Span, why: Why<F>| Stop { first: at.first, span, why };
        let skip = self.operand(at, deferred.condition).is_none_or(|condition| condition.is_zero());
        let values: Option<Vec<F>> =
            deferred.operands().map(|operand| self.operand(at, operand).or(skip.then(F::zero))).collect();
        let values = values.ok_or_else(|| stop(deferred.span, Why::Division))?;
        let signals = at.first as usize..(at.first + at.instance.size) as usize;
        let runtime = Runtime {
            signals: &self.values[signals],
            instance: at.instance,
            instances: &circuit.instances,
            buses: &circuit.buses,
            log: self.log,
        };
        let results = execute(&circuit.program, runtime, deferred, values, skip).map_err(|problem| {
            let span = problem.span.unwrap_or(deferred.span);
            match problem.code {
                Code::E0014Violated if problem.message.starts_with("division") => stop(span, Why::Division),
                Code::E0014Violated => stop(span, Why::Assertion),
                _ => stop(span, Why::Stopped(problem.message)),
            }
        })?;
        let into = at.slot + deferred.into as usize;
        for (slot, result) in self.slots[into..].iter_mut().zip(results) {
            *slot = Some(result);
        }
        Ok(())
    }

    fn operand(&self, at: At<'_>, operand: Operand) -> Option<F> {
        match operand {
            Operand::Known(coefficient) => Some(self.circuit.r1cs.coefficients[coefficient as usize]),
            Operand::Signal(signal) => Some(self.values[(at.first + signal) as usize]),
            Operand::Form(form) => {
                let [a, b, c] = self.evaluate(at.instance, at.instance.forms[form as usize], at.first);
                Some(a * b + c)
            }
            Operand::Slot(slot) => self.slots[at.slot + slot as usize],
        }
    }

    fn evaluate(&self, instance: &Instance, constraint: Constraint, first: u32) -> [F; 3] {
        instance.parts(constraint).map(|part| {
            let mut sum = F::zero();
            for &(signal, coefficient) in part {
                let factor = &self.circuit.r1cs.coefficients[coefficient as usize];
                match signal {
                    ONE => sum += factor,
                    _ => add_product(&mut sum, factor, &self.values[(first + signal) as usize]),
                }
            }
            sum
        })
    }

    /// Finds the first constraint that does not hold, in the order of the components.
    fn first_unsatisfied(&self) -> WitnessError {
        let mut found = None;
        crate::build::for_each_component(&self.circuit.instances, self.circuit.main, |instance, first| {
            if found.is_some() {
                return;
            }
            for (constraint, span) in instance.constraints.iter().zip(&instance.spans) {
                let [a, b, c] = self.evaluate(instance, *constraint, first);
                if a * b != c {
                    found = Some((first, *span, a * b, c));
                    return;
                }
            }
        });
        let (first, span, left, right) = found.unwrap_or((
            MAIN_LABEL,
            Span { file: crate::sources::FileId(0), start: 0, end: 0 },
            F::zero(),
            F::zero(),
        ));
        WitnessError::Unsatisfied {
            component: self.circuit.component_at(first),
            position: self.circuit.position(span),
            left: fr_to_signed(&left).to_string(),
            right: fr_to_signed(&right).to_string(),
        }
    }
}
