//! Templates to instances: everything that is known when compiling is computed, the rest becomes constraints and a
//! program for the witness.
//!
//! A template with given parameters is elaborated once, over signals that are numbered from 0 in the instance; a
//! component is an instance and the number of its first signal.

mod execute;
mod expression;
mod instance;
mod layout;
mod linear;
mod place;
mod program;
mod scalar;

pub(crate) use instance::{Constraint, Instance, Instruction, ONE, Operand, Operation, Operator, Signal};
pub(crate) use linear::Coefficients;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ast::{Definition, DefinitionKind, ExpressionKind, File, Main, Name, Names, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::sources::{FileId, Sources};
use scalar::Value;

/// Most statements and expressions that are evaluated when compiling: some minutes of work.
const MOST_STEPS: u64 = 2_000_000_000;
/// Most signals of a program: the wires' numbers are 32-bit.
const MOST_SIGNALS: u64 = 1 << 30;
/// Most elements of an array.
const MOST_ELEMENTS: usize = 1 << 28;
/// Deepest nesting of templates and functions; each level costs native stack.
const DEEPEST: usize = 128;

/// A problem that ends the elaboration of an instance.
type Elaborated<T> = Result<T, Box<Diagnostic>>;

/// What elaboration makes of a program.
pub(crate) struct Elaboration {
    /// The distinct instances; sub-components stand before what uses them.
    pub(crate) instances: Vec<Instance>,
    /// The main component's instance, the last one.
    pub(crate) main: usize,
    /// The coefficients that constraints point to.
    pub(crate) coefficients: Coefficients,
}

/// Elaborates the main component and all it needs.
pub(crate) fn elaborate(
    files: &[File],
    names: &mut Names,
    sources: &Sources,
    main: &Main,
) -> Result<Elaboration, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut definitions: FxHashMap<Name, &Definition> = FxHashMap::default();
    for definition in files.iter().flat_map(|file| &file.definitions) {
        if definitions.insert(definition.name, definition).is_some() {
            let message = format!("`{}` is defined twice", names.text(definition.name));
            problems.push(Diagnostic::new(Code::E0005Duplicate, definition.span, message));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut elaborator = Elaborator {
        definitions,
        names,
        sources,
        lines: FxHashMap::default(),
        instances: Vec::new(),
        known: FxHashMap::default(),
        coefficients: Coefficients::new(),
        steps: 0,
        depth: 0,
    };
    match elaborator.main(main) {
        Ok(main) => {
            Ok(Elaboration { instances: elaborator.instances, main, coefficients: elaborator.coefficients })
        }
        Err(problem) => Err(vec![*problem]),
    }
}

struct Elaborator<'a> {
    definitions: FxHashMap<Name, &'a Definition>,
    names: &'a Names,
    sources: &'a Sources,
    /// The lines of anonymous components.
    lines: FxHashMap<(FileId, u32), usize>,
    instances: Vec<Instance>,
    known: FxHashMap<(Name, Vec<Value>), usize>,
    coefficients: Coefficients,
    steps: u64,
    depth: usize,
}

impl<'a> Elaborator<'a> {
    fn main(&mut self, main: &'a Main) -> Elaborated<usize> {
        let ExpressionKind::Call { name, arguments } = &main.call.kind else {
            return fail(Code::E0004Main, main.call.span, "the main component is not a call of a template");
        };
        let mut frame = execute::Frame::default();
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(&mut frame, argument)?);
        }
        let id = self.instantiate(*name, values, main.call.span)?;
        for (public, span) in &main.public {
            let text = self.names.text(*public);
            let is_input = |signal: &Signal| signal.kind == crate::ast::DeclarationKind::Input;
            if !self.instances[id].signals.iter().any(|signal| signal.name == text && is_input(signal)) {
                return fail(
                    Code::E0006Undefined,
                    *span,
                    format!("`{text}` is not an input of the main component"),
                );
            }
        }
        // No component has the main component's instance, for it would contain itself.
        let public: Vec<&str> = main.public.iter().map(|(name, _)| self.names.text(*name)).collect();
        let mut instance = std::mem::take(&mut self.instances[id]);
        layout::lay_out(&mut instance, |id| self.instances[id].size, &public);
        self.instances[id] = instance;
        Ok(id)
    }

    /// Returns the instance of a template with parameters, elaborating it when it is met first.
    fn instantiate(&mut self, name: Name, arguments: Vec<Value>, span: Span) -> Elaborated<usize> {
        let definition = self.definition(name, DefinitionKind::Template, arguments.len(), span)?;
        if arguments.iter().any(|argument| argument.items().iter().any(|item| item.known().is_none())) {
            return fail(Code::E0009Index, span, "a parameter of a template is known only with the witness");
        }
        let key = (name, arguments);
        if let Some(&id) = self.known.get(&key) {
            return Ok(id);
        }
        let mut frame = execute::Frame::for_template(self.names.text(name));
        for (parameter, value) in definition.parameters.iter().zip(&key.1) {
            frame.bind_variable(*parameter, value.clone());
        }
        self.nested(span, |elaborator| elaborator.block(&mut frame, &definition.body))?;
        let mut instance = frame.finish(definition.span)?;
        layout::lay_out(&mut instance, |id| self.instances[id].size, &[]);
        let id = self.instances.len();
        self.instances.push(instance);
        self.known.insert(key, id);
        Ok(id)
    }

    fn call_function(&mut self, name: Name, arguments: Vec<Value>, span: Span) -> Elaborated<Value> {
        let definition = self.definition(name, DefinitionKind::Function, arguments.len(), span)?;
        let mut frame = execute::Frame::default();
        for (parameter, value) in definition.parameters.iter().zip(arguments) {
            frame.bind_variable(*parameter, value);
        }
        self.nested(span, |elaborator| elaborator.block(&mut frame, &definition.body))?;
        match frame.returned {
            Some(value) => Ok(value),
            None => fail(Code::E0008Kind, span, format!("`{}` ends without `return`", self.names.text(name))),
        }
    }

    fn definition(
        &self,
        name: Name,
        kind: DefinitionKind,
        arguments: usize,
        span: Span,
    ) -> Elaborated<&'a Definition> {
        let text = self.names.text(name);
        let what = if kind == DefinitionKind::Template { "template" } else { "function" };
        let Some(definition) = self.definitions.get(&name).copied().filter(|found| found.kind == kind) else {
            return fail(Code::E0006Undefined, span, format!("there is no {what} `{text}`"));
        };
        let expected = definition.parameters.len();
        if expected != arguments {
            let message = format!("`{text}` got {arguments} arguments, expected {expected}");
            return fail(Code::E0007Count, span, message);
        }
        Ok(definition)
    }

    fn nested<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Elaborated<T>) -> Elaborated<T> {
        if self.depth == DEEPEST {
            return fail(
                Code::E0015Limit,
                span,
                format!("templates or functions are nested more than {DEEPEST} deep"),
            );
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    fn step(&mut self, span: Span) -> Elaborated<()> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return fail(Code::E0015Limit, span, format!("compiling takes more than {MOST_STEPS} steps"));
        }
        Ok(())
    }
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
    Arc::from([])
}
