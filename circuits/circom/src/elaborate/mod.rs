//! Templates to instances: everything that is known when compiling is computed, the rest becomes constraints and a
//! program for the witness.
//!
//! A template with given parameters is elaborated once, over signals that are numbered from 0 in the instance; a
//! component is an instance and the number of its first signal. Under a condition that only the witness tells, both
//! branches are executed and what they assign is selected by the condition. Loops whose number of rounds only the
//! witness tells, and functions that return under such a condition, are left to the witness program, which executes
//! them as they stand in the source with the values it has by then: see [`deferred`].

mod assign;
mod bus;
mod component;
mod declare;
mod deferred;
mod expression;
mod frame;
mod instance;
mod layout;
mod linear;
mod loop_names;
mod operate;
mod place;
mod statement;
mod tags;
mod value;
mod variable;

pub(crate) use bus::{Bus, BusId};
pub(crate) use deferred::{Runtime, execute};
pub(crate) use instance::{Constraint, Instance, Instruction, ONE, Operand, Operator, Signal, SubComponent};
pub(crate) use linear::{Coefficients, UNIT};

use ark_ff::PrimeField;
use std::sync::{Arc, LazyLock};

use num_bigint::BigUint;
use num_traits::ToPrimitive as _;
use rustc_hash::FxHashMap;

use crate::ast::{
    Definition, DefinitionKind, Expression, ExpressionKind, Loop, Main, Name, Names, Program, Span,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::sources::{FileId, Sources};
use frame::{Building, Frame};
use loop_names::LoopNames;
use tags::Tags as InputTags;
use value::{Scalar, Value};

/// Most statements and expressions that are evaluated when compiling: some minutes of work.
pub(crate) const MOST_STEPS: u64 = 2_000_000_000;
/// Most signals of a program: the wires' numbers are 32-bit.
const MOST_SIGNALS: u64 = 1 << 30;
/// Most elements of an array.
const MOST_ELEMENTS: usize = 1 << 28;
/// Deepest nesting of templates and functions; each level costs native stack.
const DEEPEST: usize = 256;

/// A problem that ends the elaboration of an instance.
type Elaborated<T> = Result<T, Box<Diagnostic>>;

/// What elaboration makes of a program.
pub(crate) struct Elaboration<F> {
    /// The distinct instances; sub-components stand before what uses them.
    pub(crate) instances: Vec<Instance>,
    /// The distinct buses.
    pub(crate) buses: Vec<Bus>,
    /// The main component's instance, the last one.
    pub(crate) main: usize,
    /// The coefficients that constraints point to.
    pub(crate) coefficients: Coefficients<F>,
    /// What is legal but suspicious.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Elaborates the main component and all it needs, in at most `steps` steps.
pub(crate) fn elaborate<F: PrimeField>(
    program: &Program,
    sources: &Sources,
    main: &Main,
    steps: u64,
) -> Result<Elaboration<F>, Vec<Diagnostic>> {
    let mut elaborator = Elaborator::new(program, Coefficients::new());
    elaborator.sources = Some(sources);
    elaborator.most_steps = steps;
    match elaborator.main(main) {
        Ok(main) => Ok(Elaboration {
            instances: elaborator.instances,
            buses: elaborator.buses,
            main,
            coefficients: elaborator.coefficients,
            warnings: elaborator.warnings,
        }),
        Err(problem) => Err(vec![*problem]),
    }
}

/// What an instance is determined by: template, parameters, tags of its inputs.
type InstanceKey<F> = (Name, Vec<Value<F>>, Vec<InputTags>);

struct Elaborator<'a, F> {
    program: &'a Program,
    names: &'a Names,
    sources: Option<&'a Sources>,
    /// The lines of anonymous components.
    lines: FxHashMap<(FileId, u32), usize>,
    instances: Vec<Instance>,
    known: FxHashMap<InstanceKey<F>, usize>,
    buses: Vec<Bus>,
    known_buses: FxHashMap<(Name, Vec<Value<F>>), BusId>,
    coefficients: Coefficients<F>,
    warnings: Vec<Diagnostic>,
    /// The instance that is being built.
    building: Building<F>,
    /// The conditions around that only the witness tells, each with those around it.
    guards: Vec<Scalar<F>>,
    /// The functions under execution.
    active: Vec<Name>,
    /// What loops that are left to the witness program mention.
    loop_names: FxHashMap<*const Loop, Arc<LoopNames>>,
    /// The witness program that executes, if one does.
    runtime: Option<Runtime<'a, F>>,
    steps: u64,
    most_steps: u64,
    depth: usize,
}

impl<'a, F: PrimeField> Elaborator<'a, F> {
    fn new(program: &'a Program, coefficients: Coefficients<F>) -> Self {
        Self {
            program,
            names: &program.names,
            sources: None,
            lines: FxHashMap::default(),
            instances: Vec::new(),
            known: FxHashMap::default(),
            buses: Vec::new(),
            known_buses: FxHashMap::default(),
            coefficients,
            warnings: Vec::new(),
            building: Building::default(),
            guards: Vec::new(),
            active: Vec::new(),
            loop_names: FxHashMap::default(),
            runtime: None,
            steps: 0,
            most_steps: MOST_STEPS,
            depth: 0,
        }
    }

    fn main(&mut self, main: &'a Main) -> Elaborated<usize> {
        let ExpressionKind::Call { name, arguments } = &without_parallel(&main.call).kind else {
            return fail(Code::E0004Main, main.call.span, "the main component is not a call of a template");
        };
        let arguments = self.arguments(&mut Frame::default(), arguments)?;
        let id = self.instantiate(*name, arguments, Vec::new(), main.call.span)?;
        for input in self.instances[id].of_kind(crate::ast::DeclarationKind::Input) {
            if !input.tags.is_empty() {
                let message = format!("the input `{}` of the main component has tags", input.name);
                return fail(Code::E0016Tags, main.span, message);
            }
        }
        for (public, span) in &main.public {
            let text = self.names.text(*public);
            let mut inputs = self.instances[id].of_kind(crate::ast::DeclarationKind::Input);
            if !inputs.any(|signal| signal.name == text) {
                let message = format!("`{text}` is not an input of the main component");
                return fail(Code::E0006Undefined, *span, message);
            }
        }
        // No component has the main component's instance, for it would contain itself.
        let public: Vec<&str> = main.public.iter().map(|(name, _)| self.names.text(*name)).collect();
        let mut instance = std::mem::take(&mut self.instances[id]);
        layout::lay_out::<F>(&mut instance, |id| self.instances[id].size, &public, &[]);
        self.instances[id] = instance;
        Ok(id)
    }

    fn definition(
        &self,
        name: Name,
        kind: DefinitionKind,
        arguments: usize,
        span: Span,
    ) -> Elaborated<&'a Definition> {
        let text = self.names.text(name);
        let Some(definition) = self.program.definitions.get(&name).filter(|found| found.kind == kind) else {
            return fail(Code::E0006Undefined, span, format!("there is no {} `{text}`", kind.word()));
        };
        let expected = definition.parameters.len();
        if expected != arguments {
            let message = format!("`{text}` got {arguments} arguments, expected {expected}");
            return fail(Code::E0007Count, span, message);
        }
        Ok(definition)
    }

    fn buses(&self) -> &[Bus] {
        match &self.runtime {
            Some(runtime) => runtime.buses,
            None => &self.buses,
        }
    }

    fn nested<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Elaborated<T>) -> Elaborated<T> {
        if self.depth == DEEPEST {
            let message = format!("templates or functions are nested more than {DEEPEST} deep");
            return fail(Code::E0015Limit, span, message);
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    fn step(&mut self, span: Span) -> Elaborated<()> {
        self.steps_of(1, span)
    }

    fn steps_of(&mut self, steps: u64, span: Span) -> Elaborated<()> {
        self.steps += steps;
        if self.steps > self.most_steps {
            let message = format!("the program takes more than {} steps", self.most_steps);
            return fail(Code::E0015Limit, span, message);
        }
        Ok(())
    }

    /// Notes what is legal but suspicious, once per place.
    fn warn(&mut self, code: Code, span: Span, message: String) {
        let warning = Diagnostic::new(code, span, message);
        if !self.warnings.iter().any(|known| known.code == code && known.span == Some(span)) {
            self.warnings.push(warning);
        }
    }
}

fn without_parallel(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Parallel(inner) => inner,
        _ => expression,
    }
}

/// Returns the residue of a number in the source.
fn reduced<F: PrimeField>(number: &BigUint) -> F {
    number.to_u64().map_or_else(|| F::from(number.clone()), F::from)
}

fn fail<T>(code: Code, span: Span, message: impl Into<String>) -> Elaborated<T> {
    Err(Box::new(Diagnostic::new(code, span, message)))
}

/// Returns the number of elements of an array with these axes, within the limit.
fn elements(dimensions: &[usize], span: Span) -> Elaborated<usize> {
    let product = dimensions.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    match product {
        Some(product) if product <= MOST_ELEMENTS => Ok(product),
        _ => fail(Code::E0015Limit, span, format!("the array has more than {MOST_ELEMENTS} elements")),
    }
}

/// Shared empty axes of scalars.
fn no_axes() -> Arc<[usize]> {
    static NO_AXES: LazyLock<Arc<[usize]>> = LazyLock::new(|| Arc::from([]));
    Arc::clone(&NO_AXES)
}
