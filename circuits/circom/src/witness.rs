//! The value of every wire, from the inputs: the programs of the placed instances, run in order.

use std::collections::BTreeMap;

use ark_ff::Zero;
use tensorproof_r1cs::{Fr, Witness, fr_to_signed};

use crate::ast::{DeclarationKind, Span};
use crate::build::MAIN_LABEL;
use crate::circuit::Circuit;
use crate::elaborate::{Coefficients, Constraint, Instance, Instruction, ONE, Operand, Operation, Operator};
use crate::operators;

/// The values of the main component's inputs by name, arrays row-major.
pub type Inputs = BTreeMap<String, Vec<Fr>>;

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
}

impl WitnessError {
    /// Returns the component whose constraint or assertion does not hold, `main.relu[3].bits`.
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Unsatisfied { component, .. }
            | Self::Assertion { component, .. }
            | Self::DivisionByZero { component, .. } => Some(component),
            _ => None,
        }
    }
}

impl Circuit {
    /// Computes the witness.
    ///
    /// # Errors
    /// When inputs are missing, unknown or of another length, or when a constraint or assertion does not hold for them;
    /// the error names the component and the place in the source.
    pub fn witness(&self, inputs: &Inputs) -> Result<Witness, WitnessError> {
        let main = &self.instances[self.main];
        let mut values = vec![Fr::zero(); main.size as usize + MAIN_LABEL as usize];
        values[0] = Fr::from(1u64);
        let ports: Vec<_> =
            main.signals.iter().filter(|signal| signal.kind == DeclarationKind::Input).collect();
        if let Some(name) = inputs.keys().find(|name| !ports.iter().any(|port| port.name == **name)) {
            let expected: Vec<String> = ports.iter().map(|port| format!("`{}`", port.name)).collect();
            return Err(WitnessError::UnknownInput { name: name.clone(), expected: expected.join(", ") });
        }
        for port in ports {
            let Some(given) = inputs.get(&port.name) else {
                return Err(WitnessError::MissingInput { name: port.name.clone() });
            };
            let first = (port.first + MAIN_LABEL) as usize;
            let Some(target) =
                values.get_mut(first..first + given.len()).filter(|_| given.len() == port.length as usize)
            else {
                return Err(WitnessError::InputLength {
                    name: port.name.clone(),
                    expected: port.length as usize,
                    actual: given.len(),
                });
            };
            target.copy_from_slice(given);
        }
        let mut solver = Solver { circuit: self, values, results: Vec::new() };
        let at = |first: u32, span: Span| (self.component_at(first), self.position(span));
        match solver.run(self.main, MAIN_LABEL) {
            Ok(()) => {}
            Err(Stop::Assertion(first, span)) => {
                let (component, position) = at(first, span);
                return Err(WitnessError::Assertion { component, position });
            }
            Err(Stop::Division(first, span)) => {
                let (component, position) = at(first, span);
                return Err(WitnessError::DivisionByZero { component, position });
            }
        }
        let witness = Witness(self.r1cs.wire_labels.iter().map(|label| solver.value(*label)).collect());
        match self.r1cs.check(&witness) {
            Ok(()) => Ok(witness),
            Err(_) => Err(solver.first_unsatisfied()),
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

/// Why a program ends early, with the label of the component's signal 0.
enum Stop {
    /// An assertion does not hold.
    Assertion(u32, Span),
    /// An integer is divided by zero.
    Division(u32, Span),
}

struct Solver<'c> {
    circuit: &'c Circuit,
    values: Vec<Fr>,
    /// Results of the operations of the instruction under way.
    results: Vec<Option<Fr>>,
}

impl Solver<'_> {
    fn value(&self, label: u64) -> Fr {
        usize::try_from(label).ok().and_then(|label| self.values.get(label)).copied().unwrap_or_default()
    }

    /// Runs the program of an instance whose signal 0 has the label `first`.
    fn run(&mut self, id: usize, first: u32) -> Result<(), Stop> {
        let instance = &self.circuit.instances[id];
        for instruction in &instance.program {
            match *instruction {
                Instruction::Solve { signal, constraint } => {
                    // The signal is still zero, so that c lacks just its value.
                    let [a, b, c] = self.evaluate(instance, instance.constraints[constraint as usize], first);
                    self.values[(first + signal) as usize] = a * b - c;
                }
                Instruction::Compute { signal, operations, result, span } => {
                    let value = self.compute(instance, first, operations, result);
                    self.values[(first + signal) as usize] = value.ok_or(Stop::Division(first, span))?;
                }
                Instruction::Run { component } => {
                    let part = &instance.components[component as usize];
                    self.run(part.instance, first + part.first)?;
                }
                Instruction::Assert { operations, result, span } => {
                    match self.compute(instance, first, operations, result) {
                        None => return Err(Stop::Division(first, span)),
                        Some(value) if value.is_zero() => return Err(Stop::Assertion(first, span)),
                        Some(_) => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Runs operations; `None` when the result depends on an integer division by zero.
    fn compute(
        &mut self,
        instance: &Instance,
        first: u32,
        operations: (u32, u32),
        result: Operand,
    ) -> Option<Fr> {
        let (start, end) = operations;
        self.results.clear();
        for Operation { operator, operands } in &instance.operations[start as usize..end as usize] {
            let [left, right, third] = *operands;
            let left = self.operand(instance, first, start, left);
            let value = left.and_then(|left| match operator {
                Operator::Infix(op) => {
                    operators::checked_infix(*op, &left, &self.operand(instance, first, start, right)?)
                }
                Operator::Prefix(op) => Some(operators::prefix(*op, &left)),
                Operator::Select => {
                    self.operand(instance, first, start, if left.is_zero() { third } else { right })
                }
            });
            self.results.push(value);
        }
        self.operand(instance, first, start, result)
    }

    fn operand(&self, instance: &Instance, first: u32, start: u32, operand: Operand) -> Option<Fr> {
        match operand {
            Operand::Known(coefficient) => Some(self.circuit.r1cs.coefficients[coefficient as usize]),
            Operand::Signal(signal) => Some(self.values[(first + signal) as usize]),
            Operand::Form(form) => {
                let [a, b, c] = self.evaluate(instance, instance.forms[form as usize], first);
                Some(a * b + c)
            }
            Operand::Result(position) => self.results[(position - start) as usize],
        }
    }

    fn evaluate(&self, instance: &Instance, constraint: Constraint, first: u32) -> [Fr; 3] {
        instance.parts(constraint).map(|part| {
            let mut sum = Fr::zero();
            for &(signal, coefficient) in part {
                let factor = self.circuit.r1cs.coefficients[coefficient as usize];
                sum += match (signal, coefficient) {
                    (ONE, _) => factor,
                    (_, Coefficients::ONE) => self.values[(first + signal) as usize],
                    _ => factor * self.values[(first + signal) as usize],
                };
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
            Fr::zero(),
            Fr::zero(),
        ));
        WitnessError::Unsatisfied {
            component: self.circuit.component_at(first),
            position: self.circuit.position(span),
            left: fr_to_signed(&left).to_string(),
            right: fr_to_signed(&right).to_string(),
        }
    }
}
