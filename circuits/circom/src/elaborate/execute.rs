//! Statements: variables change, signals and components are declared, constraints and instructions are added.

use std::sync::Arc;

use ark_ff::Zero;
use rustc_hash::FxHashMap;
use tensorproof_r1cs::Fr;

use super::expression::apply;
use super::instance::{Instance, Instruction, Signal, SubComponent};
use super::linear::Linear;
use super::place::{Owner, Resolved};
use super::scalar::{self, Items, Scalar, Value};
use super::{Elaborated, Elaborator, MOST_SIGNALS, elements, fail};
use crate::ast::{
    AssignOp, DeclarationKind, Declarator, Expression, ExpressionKind, InfixOp, LogArgument, Name, Span,
    Statement, StatementKind,
};
use crate::diagnostic::Code;
use crate::sources::FileId;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Entity {
    /// A variable or parameter.
    Variable(Value),
    /// Declared signals.
    Signals { first: u32, dimensions: Arc<[usize]>, kind: DeclarationKind },
    /// Components; the slots hold positions in `Instance::components`.
    Components { dimensions: Arc<[usize]>, slots: Vec<Option<usize>> },
}

/// A template or function under execution.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// What is made of a template; stays empty for a function.
    pub(crate) instance: Instance,
    /// The value of `return`.
    pub(crate) returned: Option<Value>,
    scope: Vec<(Name, Entity)>,
    is_template: bool,
    /// Which signals have a value.
    assigned: Vec<bool>,
    /// How many inputs of each component have none.
    missing: Vec<u32>,
    /// How many enclosing conditions are known only with the witness.
    unknown: usize,
    /// The loops around, each by where its condition stands.
    loops: Vec<(FileId, u32)>,
    /// How many rounds each loop has done.
    rounds: FxHashMap<(FileId, u32), u64>,
}

impl Frame {
    pub(crate) fn for_template(name: &str) -> Self {
        let instance = Instance { template: name.to_owned(), ..Instance::default() };
        Self { instance, is_template: true, ..Self::default() }
    }

    pub(crate) fn bind_variable(&mut self, name: Name, value: Value) {
        self.scope.push((name, Entity::Variable(value)));
    }

    pub(crate) fn find(&self, name: Name) -> Option<usize> {
        self.scope.iter().rposition(|(known, _)| *known == name)
    }

    pub(crate) fn entity(&self, position: usize) -> &Entity {
        &self.scope[position].1
    }

    /// Returns how many inputs of a component have no value yet.
    pub(crate) fn missing(&self, component: usize) -> u32 {
        self.missing[component]
    }

    /// Returns the rounds that the innermost loop around has done so far, all its runs together; `None` outside of loops.
    pub(crate) fn rounds(&self) -> Option<u64> {
        self.loops.last().map(|place| self.rounds.get(place).copied().unwrap_or_default())
    }

    /// Returns the instance when every signal and component input has a value.
    pub(crate) fn finish(self, span: Span) -> Elaborated<Instance> {
        for signal in self.instance.signals.iter().filter(|signal| signal.kind != DeclarationKind::Input) {
            let signals = signal.first as usize..(signal.first + signal.length) as usize;
            if self.assigned[signals].iter().any(|assigned| !assigned) {
                let what = if signal.dimensions.is_empty() { "" } else { " (not all of it)" };
                let message = format!("the signal `{}` gets no value{what}", signal.name);
                return fail(Code::E0012Unassigned, signal.span, message);
            }
        }
        for (component, missing) in self.instance.components.iter().zip(&self.missing) {
            if *missing > 0 {
                let message = format!("{missing} inputs of the component `{}` get no value", component.name);
                return fail(Code::E0012Unassigned, span, message);
            }
        }
        Ok(self.instance)
    }

    fn declare_signals(&mut self, count: u64, span: Span) -> Elaborated<u32> {
        let first = self.instance.size;
        let size = u64::from(first) + count;
        if size > MOST_SIGNALS {
            return fail(Code::E0015Limit, span, format!("more than {MOST_SIGNALS} signals"));
        }
        self.instance.size = u32::try_from(size).unwrap_or(u32::MAX);
        self.assigned.resize(self.instance.size as usize, false);
        Ok(first)
    }
}

impl<'a> Elaborator<'a> {
    pub(super) fn block(&mut self, frame: &mut Frame, statements: &'a [Statement]) -> Elaborated<()> {
        let outer = frame.scope.len();
        for statement in statements {
            if frame.returned.is_some() {
                break;
            }
            self.statement(frame, statement)?;
        }
        frame.scope.truncate(outer);
        Ok(())
    }

    fn statement(&mut self, frame: &mut Frame, statement: &'a Statement) -> Elaborated<()> {
        let span = statement.span;
        self.step(span)?;
        match &statement.kind {
            StatementKind::Block(statements) => self.block(frame, statements),
            StatementKind::Declare { kind, symbols } => {
                symbols.iter().try_for_each(|symbol| self.declare(frame, *kind, symbol))
            }
            StatementKind::Assign { target, op, value } => self.assign(frame, target, *op, value, span),
            StatementKind::Constrain { left, right } => {
                let left = self.value(frame, left)?;
                let right = self.value(frame, right)?;
                if left.dimensions != right.dimensions {
                    return fail(Code::E0007Count, span, "the two sides have different lengths");
                }
                for (left, right) in left.items().iter().zip(right.items()) {
                    let difference = apply(InfixOp::Subtract, left.clone(), right.clone(), span)?;
                    self.constrain(frame, &difference, span)?;
                }
                Ok(())
            }
            StatementKind::If { condition, then, otherwise } => {
                let condition = self.scalar(frame, condition)?;
                match condition.known() {
                    Some(known) if !known.is_zero() => self.statement(frame, then),
                    Some(_) => {
                        otherwise.as_ref().map_or(Ok(()), |otherwise| self.statement(frame, otherwise))
                    }
                    None => self.unknown_if(frame, &condition, then, otherwise.as_deref(), span),
                }
            }
            StatementKind::While { condition, body } => {
                let place = (condition.span.file, condition.span.start);
                frame.loops.push(place);
                let result = self.repeat(frame, condition, body, place);
                frame.loops.pop();
                result
            }
            StatementKind::Return(value) => {
                if frame.unknown > 0 {
                    return fail(
                        Code::E0016Unsupported,
                        span,
                        "`return` depends on what only the witness tells",
                    );
                }
                frame.returned = Some(self.value(frame, value)?);
                Ok(())
            }
            StatementKind::Assert(condition) => {
                let holds = self.scalar(frame, condition)?;
                match holds.known() {
                    Some(known) if known.is_zero() => {
                        fail(Code::E0014Violated, condition.span, "this assertion does not hold")
                    }
                    Some(_) => Ok(()),
                    None if frame.is_template && frame.unknown == 0 => {
                        let (operations, result) = self.compile(frame, &holds);
                        frame.instance.program.push(Instruction::Assert {
                            operations,
                            result,
                            span: condition.span,
                        });
                        Ok(())
                    }
                    None => {
                        let message = "an assertion here depends on what only the witness tells";
                        fail(Code::E0016Unsupported, condition.span, message)
                    }
                }
            }
            StatementKind::Log(arguments) => {
                for argument in arguments {
                    if let LogArgument::Value(value) = argument {
                        self.value(frame, value)?;
                    }
                }
                Ok(())
            }
            StatementKind::Expression(expression) => self.values(frame, expression).map(|_| ()),
        }
    }

    fn repeat(
        &mut self,
        frame: &mut Frame,
        condition: &'a Expression,
        body: &'a Statement,
        place: (FileId, u32),
    ) -> Elaborated<()> {
        loop {
            let Some(known) = self.scalar(frame, condition)?.known() else {
                let message = "the number of rounds is known only with the witness";
                return fail(Code::E0016Unsupported, condition.span, message);
            };
            if known.is_zero() || frame.returned.is_some() {
                return Ok(());
            }
            self.statement(frame, body)?;
            *frame.rounds.entry(place).or_default() += 1;
        }
    }

    fn declare(
        &mut self,
        frame: &mut Frame,
        kind: DeclarationKind,
        symbol: &'a Declarator,
    ) -> Elaborated<()> {
        let name = self.names.text(symbol.name);
        if kind != DeclarationKind::Var && !frame.is_template {
            return fail(
                Code::E0008Kind,
                symbol.span,
                format!("`{name}` is declared in a function, expected `var`"),
            );
        }
        if kind != DeclarationKind::Var && frame.unknown > 0 {
            let message = format!("whether `{name}` is declared is known only with the witness");
            return fail(Code::E0013UnknownCondition, symbol.span, message);
        }
        let mut dimensions = Vec::with_capacity(symbol.dimensions.len());
        for dimension in &symbol.dimensions {
            dimensions.push(self.index(frame, dimension)?);
        }
        let count = elements(&dimensions, symbol.span)?;
        let dimensions: Arc<[usize]> = dimensions.into();
        match kind {
            DeclarationKind::Var => {
                let value = match &symbol.value {
                    Some((_, value)) => {
                        let value = self.value(frame, value)?;
                        same_axes(&dimensions, &value, symbol.span)?;
                        value
                    }
                    None if dimensions.is_empty() => Value::scalar(Scalar::Known(Fr::zero())),
                    None => Value::array(dimensions, vec![Scalar::Known(Fr::zero()); count]),
                };
                frame.scope.push((symbol.name, Entity::Variable(value)));
                Ok(())
            }
            DeclarationKind::Component => {
                let slots = vec![None; count];
                frame.scope.push((symbol.name, Entity::Components { dimensions, slots }));
                match &symbol.value {
                    Some((_, value)) => {
                        let position = frame.scope.len() - 1;
                        self.set_component(frame, position, 0, name.to_owned(), value)
                    }
                    None => Ok(()),
                }
            }
            _ => {
                if frame.instance.signals.iter().any(|signal| signal.name == name) {
                    return fail(Code::E0005Duplicate, symbol.span, format!("`{name}` is declared twice"));
                }
                let first = frame.declare_signals(count as u64, symbol.span)?;
                if kind == DeclarationKind::Input {
                    frame.assigned[first as usize..].fill(true);
                }
                frame.instance.signals.push(Signal {
                    name: name.to_owned(),
                    span: symbol.span,
                    kind,
                    dimensions: Arc::clone(&dimensions),
                    first,
                    length: frame.instance.size - first,
                });
                frame.scope.push((
                    symbol.name,
                    Entity::Signals { first, dimensions: Arc::clone(&dimensions), kind },
                ));
                let Some((op, value)) = &symbol.value else {
                    return Ok(());
                };
                let value = self.value(frame, value)?;
                let place = Resolved::Signals { first, dimensions, owner: Owner::Own(kind) };
                self.assign_signals(frame, &place, &value, *op == AssignOp::Constrain, symbol.span)
            }
        }
    }

    fn assign(
        &mut self,
        frame: &mut Frame,
        target: &'a Expression,
        op: AssignOp,
        value: &'a Expression,
        span: Span,
    ) -> Elaborated<()> {
        if let ExpressionKind::Tuple(targets) = &target.kind {
            let values = self.values(frame, value)?;
            if values.len() != targets.len() {
                let message = format!("{} values for {} targets", values.len(), targets.len());
                return fail(Code::E0007Count, span, message);
            }
            return targets
                .iter()
                .zip(values)
                .try_for_each(|(target, value)| self.store(frame, target, op, value, span));
        }
        if self.add_in_place(frame, target, op, value)? {
            return Ok(());
        }
        if let (ExpressionKind::Place(place), AssignOp::Set) = (&target.kind, op)
            && let Resolved::Component { position, slot, name } = self.resolve(frame, place, target.span)?
        {
            return self.set_component(frame, position, slot, name, value);
        }
        let value = self.value(frame, value)?;
        self.store(frame, target, op, value, span)
    }

    /// Does `x = x + value` without a copy of `x`, which may be a long sum.
    fn add_in_place(
        &mut self,
        frame: &mut Frame,
        target: &'a Expression,
        op: AssignOp,
        value: &'a Expression,
    ) -> Elaborated<bool> {
        let ExpressionKind::Infix { op: infix @ (InfixOp::Add | InfixOp::Subtract), left, right } =
            &value.kind
        else {
            return Ok(false);
        };
        let (ExpressionKind::Place(target), ExpressionKind::Place(source)) = (&target.kind, &left.kind)
        else {
            return Ok(false);
        };
        if op != AssignOp::Set
            || target.name != source.name
            || !target.access.is_empty()
            || !source.access.is_empty()
        {
            return Ok(false);
        }
        let Resolved::Variable { position, .. } = self.resolve(frame, target, left.span)? else {
            return Ok(false);
        };
        let added = self.scalar(frame, right)?;
        let (_, Entity::Variable(Value { items: Items::One(held), .. })) = &mut frame.scope[position] else {
            return Ok(false);
        };
        let sum = std::mem::replace(held, Scalar::Known(Fr::zero()));
        let sum = apply(*infix, sum, added, value.span)?;
        if let (_, Entity::Variable(Value { items: Items::One(held), .. })) = &mut frame.scope[position] {
            *held = sum;
        }
        Ok(true)
    }

    fn store(
        &mut self,
        frame: &mut Frame,
        target: &'a Expression,
        op: AssignOp,
        value: Value,
        span: Span,
    ) -> Elaborated<()> {
        let place = match &target.kind {
            ExpressionKind::Underscore => return Ok(()),
            ExpressionKind::Place(place) => self.resolve(frame, place, target.span)?,
            _ => return fail(Code::E0008Kind, target.span, "nothing can be assigned to this"),
        };
        match (place, op) {
            (Resolved::Variable { position, first, dimensions }, AssignOp::Set) => {
                same_axes(&dimensions, &value, span)?;
                let Entity::Variable(variable) = &mut frame.scope[position].1 else {
                    return fail(Code::E0008Kind, span, "expected a variable");
                };
                if variable.dimensions.len() == dimensions.len() {
                    *variable = value;
                } else {
                    let items = value.items();
                    variable.items_mut()[first..first + items.len()].clone_from_slice(items);
                }
                Ok(())
            }
            (place @ Resolved::Signals { .. }, AssignOp::Signal | AssignOp::Constrain) => {
                self.assign_signals(frame, &place, &value, op == AssignOp::Constrain, span)
            }
            (Resolved::Signals { .. }, AssignOp::Set) => {
                fail(Code::E0008Kind, span, "a signal gets its value with `<==` or `<--`")
            }
            _ => fail(Code::E0008Kind, span, "only a signal gets its value with `<==` or `<--`"),
        }
    }

    /// Gives signals their values, with constraints or without.
    pub(super) fn assign_signals(
        &mut self,
        frame: &mut Frame,
        place: &Resolved,
        value: &Value,
        constrain: bool,
        span: Span,
    ) -> Elaborated<()> {
        let Resolved::Signals { first, dimensions, owner } = place else {
            return fail(Code::E0008Kind, span, "expected a signal");
        };
        same_axes(dimensions, value, span)?;
        if frame.unknown > 0 {
            let code = if constrain { Code::E0013UnknownCondition } else { Code::E0016Unsupported };
            return fail(code, span, "whether the signal gets this value is known only with the witness");
        }
        match owner {
            Owner::Own(DeclarationKind::Input) => {
                return fail(Code::E0011AssignedTwice, span, "an input gets its value from outside");
            }
            Owner::Component(_, DeclarationKind::Output) => {
                return fail(Code::E0008Kind, span, "an output of a component gets its value inside");
            }
            _ => {}
        }
        for (signal, scalar) in (*first..).zip(value.items()) {
            if std::mem::replace(&mut frame.assigned[signal as usize], true) {
                return fail(Code::E0011AssignedTwice, span, "the signal has a value already");
            }
            if constrain {
                let Some([a, b, mut c]) = scalar.quadratic() else {
                    return fail(Code::E0010NotQuadratic, span, "the constraint is not quadratic")
                        .map_err(|problem: Box<_>| Box::new(problem.with_help(QUADRATIC_HELP)));
                };
                // signal <== a * b + c  becomes  a * b = signal - c.
                c.scale(-Fr::from(1u64));
                c.add(&Linear::signal(signal), Fr::from(1u64));
                let constraint = frame.instance.store([&a, &b, &c], &mut self.coefficients);
                let number = u32::try_from(frame.instance.constraints.len()).unwrap_or(u32::MAX);
                frame.instance.constraints.push(constraint);
                frame.instance.spans.push(span);
                frame.instance.program.push(Instruction::Solve { signal, constraint: number });
            } else {
                let (operations, result) = self.compile(frame, scalar);
                frame.instance.program.push(Instruction::Compute { signal, operations, result, span });
            }
        }
        if let Owner::Component(component, _) = owner {
            let given = u32::try_from(value.items().len()).unwrap_or(u32::MAX);
            frame.missing[*component] -= given;
            if frame.missing[*component] == 0 {
                let component = u32::try_from(*component).unwrap_or(u32::MAX);
                frame.instance.program.push(Instruction::Run { component });
            }
        }
        Ok(())
    }

    /// Adds the constraint that a value is zero.
    fn constrain(&mut self, frame: &mut Frame, value: &Scalar, span: Span) -> Elaborated<()> {
        if !frame.is_template {
            return fail(Code::E0008Kind, span, "a function has no constraints");
        }
        if frame.unknown > 0 {
            let message = "whether this constraint holds is known only with the witness";
            return fail(Code::E0013UnknownCondition, span, message);
        }
        let Some([a, b, mut c]) = value.quadratic() else {
            return fail(Code::E0010NotQuadratic, span, "the constraint is not quadratic")
                .map_err(|problem: Box<_>| Box::new(problem.with_help(QUADRATIC_HELP)));
        };
        let product = if a.is_constant() && b.is_constant() { Some(a.constant * b.constant) } else { None };
        if let Some(product) = product.filter(|_| c.is_constant()) {
            if product + c.constant == Fr::zero() {
                return Ok(());
            }
            return fail(Code::E0014Violated, span, "this constraint can never hold");
        }
        c.scale(-Fr::from(1u64));
        let constraint = frame.instance.store([&a, &b, &c], &mut self.coefficients);
        frame.instance.constraints.push(constraint);
        frame.instance.spans.push(span);
        Ok(())
    }

    fn set_component(
        &mut self,
        frame: &mut Frame,
        position: usize,
        slot: usize,
        name: String,
        value: &'a Expression,
    ) -> Elaborated<()> {
        let ExpressionKind::Call { name: template, arguments } = &value.kind else {
            return fail(
                Code::E0008Kind,
                value.span,
                format!("`{name}` is a component, expected a template"),
            );
        };
        if frame.unknown > 0 {
            let message = format!("whether `{name}` is set is known only with the witness");
            return fail(Code::E0013UnknownCondition, value.span, message);
        }
        let arguments = self.arguments(frame, arguments)?;
        let id = self.instantiate(*template, arguments, value.span)?;
        let component = self.add_component(frame, name, id, value.span)?;
        if let Entity::Components { slots, .. } = &mut frame.scope[position].1
            && slots[slot].replace(component).is_some()
        {
            return fail(Code::E0011AssignedTwice, value.span, "the component is set already");
        }
        Ok(())
    }

    /// Places an instance in the template; returns its position among the components.
    pub(super) fn add_component(
        &mut self,
        frame: &mut Frame,
        name: String,
        id: usize,
        span: Span,
    ) -> Elaborated<usize> {
        let instance = &self.instances[id];
        let first = frame.declare_signals(u64::from(instance.size), span)?;
        let inputs = instance.signals.iter().filter(|signal| signal.kind == DeclarationKind::Input);
        let missing = inputs.map(|signal| signal.length).sum();
        let component = frame.instance.components.len();
        frame.instance.components.push(SubComponent { name, instance: id, first });
        frame.missing.push(missing);
        if missing == 0 {
            let component = u32::try_from(component).unwrap_or(u32::MAX);
            frame.instance.program.push(Instruction::Run { component });
        }
        Ok(component)
    }

    /// Executes both branches; a variable that they leave different depends on the condition from then on.
    fn unknown_if(
        &mut self,
        frame: &mut Frame,
        condition: &Scalar,
        then: &'a Statement,
        otherwise: Option<&'a Statement>,
        span: Span,
    ) -> Elaborated<()> {
        let before = frame.scope.clone();
        frame.unknown += 1;
        self.statement(frame, then)?;
        let after_then = std::mem::replace(&mut frame.scope, before);
        if let Some(otherwise) = otherwise {
            self.statement(frame, otherwise)?;
        }
        frame.unknown -= 1;
        for ((_, held), (_, taken)) in frame.scope.iter_mut().zip(after_then) {
            let (Entity::Variable(held), Entity::Variable(taken)) = (held, taken) else {
                continue;
            };
            if *held == taken {
                continue;
            }
            if held.dimensions != taken.dimensions {
                return fail(
                    Code::E0008Kind,
                    span,
                    "a variable's axes depend on what only the witness tells",
                );
            }
            for (held, taken) in held.items_mut().iter_mut().zip(taken.items()) {
                if held != taken {
                    *held = Scalar::opaque(scalar::Operation::Select(
                        condition.clone(),
                        taken.clone(),
                        held.clone(),
                    ));
                }
            }
        }
        Ok(())
    }
}

const QUADRATIC_HELP: &str = "a constraint is a product of two linear expressions plus a third; give parts of it to signals of their own";

fn same_axes(dimensions: &[usize], value: &Value, span: Span) -> Elaborated<()> {
    if *dimensions == *value.dimensions {
        return Ok(());
    }
    let shown = |axes: &[usize]| if axes.is_empty() { "a number".to_owned() } else { format!("{axes:?}") };
    let message = format!("expected {}, got {}", shown(dimensions), shown(&value.dimensions));
    fail(Code::E0007Count, span, message)
}
