//! Rules that a program must keep whatever its parameters: names, kinds of calls, where a construct may stand.
//!
//! All definitions are checked, used or not, and all problems are reported.

use crate::ast::{
    Access, AssignOp, Declaration, DeclarationKind, Definition, DefinitionKind, Expression, ExpressionKind,
    LogArgument, Main, Name, Program, Span, Statement, StatementKind,
};
use crate::diagnostic::{Code, Diagnostic};

/// Checks all definitions and the main component's call.
pub(crate) fn check(program: &Program, main: &Main) -> Vec<Diagnostic> {
    let mut definitions: Vec<&Definition> = program.definitions.values().collect();
    definitions.sort_by_key(|definition| (definition.span.file.0, definition.span.start));
    let mut problems = Vec::new();
    for definition in definitions {
        let mut checker = Checker { program, definition: Some(definition), scopes: Vec::new(), problems };
        checker.definition(definition);
        problems = checker.problems;
    }
    let mut checker = Checker { program, definition: None, scopes: vec![Vec::new()], problems };
    match &unwrapped(&main.call).kind {
        ExpressionKind::Call { name, arguments } => {
            checker.call(*name, arguments, DefinitionKind::Template, main.call.span);
        }
        _ => checker.problem(
            Code::E0004Main,
            main.call.span,
            "the main component is not a call of a template".to_owned(),
        ),
    }
    checker.problems
}

struct Checker<'p> {
    program: &'p Program,
    /// The definition that is checked; `None` for the main component.
    definition: Option<&'p Definition>,
    /// The names of each block around.
    scopes: Vec<Vec<Symbol>>,
    problems: Vec<Diagnostic>,
}

#[derive(Clone, Copy)]
struct Symbol {
    name: Name,
    kind: DeclarationKind,
    /// The number of axes; `None` for parameters, whose values tell.
    axes: Option<usize>,
}

impl Checker<'_> {
    fn problem(&mut self, code: Code, span: Span, message: String) {
        self.problems.push(Diagnostic::new(code, span, message));
    }

    fn text(&self, name: Name) -> &str {
        self.program.names.text(name)
    }

    fn is(&self, kind: DefinitionKind) -> bool {
        self.definition.is_some_and(|definition| definition.kind == kind)
    }

    fn definition(&mut self, definition: &Definition) {
        let parameter = |name: &Name| Symbol { name: *name, kind: DeclarationKind::Var, axes: None };
        for (position, name) in definition.parameters.iter().enumerate() {
            if definition.parameters[..position].contains(name) {
                let message = format!("the parameter `{}` stands twice", self.text(*name));
                self.problem(Code::E0005Duplicate, definition.span, message);
            }
        }
        if definition.modifiers.extern_c && !definition.modifiers.custom {
            let message = "only custom templates are `extern_c`".to_owned();
            self.problem(Code::E0017Custom, definition.span, message);
        }
        self.scopes.push(definition.parameters.iter().map(parameter).collect());
        for statement in &definition.body {
            self.statement(statement);
        }
        self.scopes.pop();
        if definition.kind == DefinitionKind::Function && !returns(&definition.body) {
            let message = format!("`{}` may end without `return`", self.text(definition.name));
            self.problem(Code::E0008Kind, definition.span, message);
        }
    }

    fn block(&mut self, statements: &[Statement]) {
        self.scopes.push(Vec::new());
        for statement in statements {
            self.statement(statement);
        }
        self.scopes.pop();
    }

    /// Checks a statement that has a scope of its own even where it is not a block.
    fn branch(&mut self, statement: &Statement) {
        self.block(std::slice::from_ref(statement));
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        if self.is(DefinitionKind::Bus) {
            let is_field = matches!(&statement.kind, StatementKind::Declare(declaration)
                if declaration.kind == DeclarationKind::Intermediate && declaration.tuple.is_none()
                    && declaration.symbols.iter().all(|symbol| symbol.value.is_none()));
            if !is_field {
                self.problem(Code::E0008Kind, span, "a bus declares signals and buses only".to_owned());
                return;
            }
        }
        match &statement.kind {
            StatementKind::Block(statements) => self.block(statements),
            StatementKind::Declare(declaration) => self.declare(declaration, span),
            StatementKind::Assign { target, op, value } => {
                self.no_constraint_in_custom(*op == AssignOp::Constrain, span);
                if *op != AssignOp::Set && self.is(DefinitionKind::Function) {
                    let message = "a function has no signals and no constraints".to_owned();
                    self.problem(Code::E0008Kind, span, message);
                }
                self.target(target);
                self.assigned(value, *op);
            }
            StatementKind::Constrain { left, right } => {
                self.no_constraint_in_custom(true, span);
                if self.is(DefinitionKind::Function) {
                    self.problem(Code::E0008Kind, span, "a function has no constraints".to_owned());
                }
                self.expression(left);
                self.expression(right);
            }
            StatementKind::If(conditional) => {
                self.expression(&conditional.condition);
                self.branch(&conditional.then);
                if let Some(otherwise) = &conditional.otherwise {
                    self.branch(otherwise);
                }
            }
            StatementKind::While(repeated) => {
                self.expression(&repeated.condition);
                self.branch(&repeated.body);
            }
            StatementKind::Return(value) => {
                if !self.is(DefinitionKind::Function) {
                    self.problem(Code::E0008Kind, span, "only functions return".to_owned());
                }
                self.expression(value);
                self.returned(value);
            }
            StatementKind::Assert(condition) => self.expression(condition),
            StatementKind::Log(arguments) => {
                for argument in arguments {
                    if let LogArgument::Value(value) = argument {
                        self.expression(value);
                    }
                }
            }
            StatementKind::Expression(expression) => {
                if let ExpressionKind::Anonymous { .. } = &unwrapped(expression).kind {
                    self.assigned(expression, AssignOp::Constrain);
                } else {
                    let message = "this expression has no effect".to_owned();
                    self.problem(Code::E0002Syntax, expression.span, message);
                }
            }
        }
    }

    fn no_constraint_in_custom(&mut self, constrains: bool, span: Span) {
        if constrains && self.definition.is_some_and(|definition| definition.modifiers.custom) {
            let message = "a custom template has no constraints and no components".to_owned();
            self.problem(Code::E0017Custom, span, message);
        }
    }

    fn declare(&mut self, declaration: &Declaration, span: Span) {
        let kind = declaration.kind;
        if kind != DeclarationKind::Var && self.is(DefinitionKind::Function) {
            let message = "a function declares variables only".to_owned();
            self.problem(Code::E0008Kind, declaration.symbols[0].span, message);
        }
        self.no_constraint_in_custom(kind == DeclarationKind::Component, span);
        if let Some(bus) = &declaration.bus {
            match &bus.kind {
                ExpressionKind::Call { name, arguments } => {
                    self.call(*name, arguments, DefinitionKind::Bus, bus.span);
                }
                _ => self.problem(Code::E0008Kind, bus.span, "expected a bus".to_owned()),
            }
        }
        for symbol in &declaration.symbols {
            for length in &symbol.dimensions {
                self.expression(length);
            }
            if let Some((op, value)) = &symbol.value {
                self.no_constraint_in_custom(*op == AssignOp::Constrain, span);
                self.initial(kind, value, *op);
            }
            let scope = self.scopes.last().map_or(&[][..], Vec::as_slice);
            let hides_signal =
                self.symbol(symbol.name).is_some_and(|known| known.kind != DeclarationKind::Var);
            if hides_signal || scope.iter().any(|known| known.name == symbol.name) {
                let message = format!("`{}` is declared twice", self.text(symbol.name));
                self.problem(Code::E0005Duplicate, symbol.span, message);
            }
            let new = Symbol { name: symbol.name, kind, axes: Some(symbol.dimensions.len()) };
            if let Some(scope) = self.scopes.last_mut() {
                scope.push(new);
            }
        }
        if let Some((op, value)) = &declaration.tuple {
            match (&value.kind, kind) {
                (ExpressionKind::Tuple(values), DeclarationKind::Component) => {
                    for value in values {
                        self.initial(kind, value, *op);
                    }
                }
                _ => self.initial(kind, value, *op),
            }
        }
    }

    fn initial(&mut self, kind: DeclarationKind, value: &Expression, op: AssignOp) {
        match &unwrapped(value).kind {
            ExpressionKind::Call { name, arguments } if kind == DeclarationKind::Component => {
                self.call(*name, arguments, DefinitionKind::Template, value.span);
            }
            _ if kind == DeclarationKind::Component => {
                self.problem(Code::E0008Kind, value.span, "a component is set to a template".to_owned());
            }
            _ => self.assigned(value, op),
        }
    }

    /// Checks what is assigned to: names and indices.
    fn target(&mut self, target: &Expression) {
        match &target.kind {
            ExpressionKind::Tuple(targets) => targets.iter().for_each(|target| self.target(target)),
            ExpressionKind::Underscore => {}
            ExpressionKind::Place(_) => self.expression(target),
            _ => self.problem(Code::E0008Kind, target.span, "nothing can be assigned to this".to_owned()),
        }
    }

    /// Checks a value where anonymous components, tuples and templates may stand.
    fn assigned(&mut self, value: &Expression, op: AssignOp) {
        match &value.kind {
            ExpressionKind::Tuple(values) => values.iter().for_each(|value| self.assigned(value, op)),
            ExpressionKind::Parallel(inner) => match &inner.kind {
                ExpressionKind::Anonymous { .. } | ExpressionKind::Call { .. } => self.assigned(inner, op),
                _ => {
                    let message = "`parallel` stands before components only".to_owned();
                    self.problem(Code::E0008Kind, value.span, message);
                }
            },
            ExpressionKind::Anonymous { name, arguments, inputs } => {
                if op == AssignOp::Signal || self.is(DefinitionKind::Function) {
                    let message =
                        "an anonymous component stands in a template, after `<==` or `=`".to_owned();
                    self.problem(Code::E0008Kind, value.span, message);
                }
                self.no_constraint_in_custom(true, value.span);
                self.call(*name, arguments, DefinitionKind::Template, value.span);
                for (position, (given, input)) in inputs.iter().enumerate() {
                    let repeated = given.is_some_and(|(name, _)| {
                        inputs[..position]
                            .iter()
                            .any(|(other, _)| other.is_some_and(|(other, _)| other == name))
                    });
                    if repeated {
                        let message = "the input gets two values".to_owned();
                        self.problem(Code::E0005Duplicate, input.span, message);
                    }
                    if given.is_some_and(|(_, op)| op != AssignOp::Constrain) {
                        let message = "inputs of anonymous components get their values with `<==`".to_owned();
                        self.problem(Code::E0008Kind, input.span, message);
                    }
                    self.assigned(input, AssignOp::Constrain);
                }
            }
            // A component that is declared already is set to a template.
            ExpressionKind::Call { name, arguments }
                if op == AssignOp::Set && self.kind_of(*name) == Some(DefinitionKind::Template) =>
            {
                self.call(*name, arguments, DefinitionKind::Template, value.span);
            }
            _ => self.expression(value),
        }
    }

    fn kind_of(&self, name: Name) -> Option<DefinitionKind> {
        self.program.definitions.get(&name).map(|definition| definition.kind)
    }

    fn call(&mut self, name: Name, arguments: &[Expression], kind: DefinitionKind, span: Span) {
        let text = self.text(name).to_owned();
        match self.program.definitions.get(&name) {
            None => {
                let message = format!("there is no {} `{text}`", kind.word());
                self.problem(Code::E0006Undefined, span, message);
            }
            Some(found) if found.kind != kind => {
                let message = format!("`{text}` is a {}, expected a {}", found.kind.word(), kind.word());
                self.problem(Code::E0008Kind, span, message);
            }
            Some(found) if found.parameters.len() != arguments.len() => {
                let expected = found.parameters.len();
                let message = format!("`{text}` got {} arguments, expected {expected}", arguments.len());
                self.problem(Code::E0007Count, span, message);
            }
            Some(_) => {}
        }
        for argument in arguments {
            self.expression(argument);
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Number(_) => {}
            ExpressionKind::Underscore => {
                self.problem(Code::E0008Kind, expression.span, "`_` has no value".to_owned());
            }
            ExpressionKind::Place(place) => {
                let known = self.symbol(place.name);
                if known.is_none() {
                    let message = format!("`{}` is not declared", self.text(place.name));
                    self.problem(Code::E0006Undefined, expression.span, message);
                }
                if let Some(Symbol { kind: DeclarationKind::Var, .. }) = known
                    && place.access.iter().any(|step| matches!(step, Access::Member(_)))
                {
                    let message = format!("`{}` is a variable and has no members", self.text(place.name));
                    self.problem(Code::E0008Kind, expression.span, message);
                }
                for step in &place.access {
                    if let Access::Index(index) = step {
                        self.expression(index);
                    }
                }
            }
            ExpressionKind::Infix { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Prefix { operand, .. } => self.expression(operand),
            ExpressionKind::Ternary { condition, then, otherwise } => {
                for part in [condition, then, otherwise] {
                    self.expression(part);
                }
            }
            ExpressionKind::Array(items) => items.iter().for_each(|item| self.expression(item)),
            ExpressionKind::Call { name, arguments } => {
                self.call(*name, arguments, DefinitionKind::Function, expression.span);
            }
            ExpressionKind::Parallel(_) => {
                let message = "`parallel` stands before components only".to_owned();
                self.problem(Code::E0008Kind, expression.span, message);
            }
            ExpressionKind::Anonymous { .. } => {
                let message = "an anonymous component cannot be part of an operation".to_owned();
                self.problem(Code::E0008Kind, expression.span, message);
            }
            ExpressionKind::Tuple(_) => {
                let message = "expected one value, got a tuple".to_owned();
                self.problem(Code::E0008Kind, expression.span, message);
            }
        }
    }

    fn symbol(&self, name: Name) -> Option<Symbol> {
        self.scopes.iter().rev().flatten().rev().find(|symbol| symbol.name == name).copied()
    }

    /// Checks that the values that a function returns have the same number of axes, as far as the source tells.
    fn returned(&mut self, value: &Expression) {
        let Some(definition) = self.definition else { return };
        let Some(axes) = self.axes(value) else { return };
        let mut first = None;
        first_return(&definition.body, &mut first);
        // The first `return` is compared with itself when it is met; its symbols are in scope only then.
        if let Some(first) = first
            && !std::ptr::eq(first, value)
            && let Some(expected) = constant_axes(first)
            && expected != axes
        {
            let message = "a function returns numbers or arrays, not both".to_owned();
            self.problem(Code::E0007Count, value.span, message);
        }
    }

    fn axes(&self, value: &Expression) -> Option<usize> {
        match &value.kind {
            ExpressionKind::Place(place) => {
                let symbol = self.symbol(place.name)?;
                symbol.axes?.checked_sub(place.access.len())
            }
            _ => constant_axes(value),
        }
    }
}

/// Returns the number of axes of an expression that no name decides.
fn constant_axes(value: &Expression) -> Option<usize> {
    match &value.kind {
        ExpressionKind::Number(_) | ExpressionKind::Infix { .. } | ExpressionKind::Prefix { .. } => Some(0),
        ExpressionKind::Array(items) => Some(1 + constant_axes(items.first()?)?),
        _ => None,
    }
}

fn first_return<'s>(statements: &'s [Statement], found: &mut Option<&'s Expression>) {
    for statement in statements {
        match &statement.kind {
            _ if found.is_some() => return,
            StatementKind::Return(value) => *found = Some(value),
            StatementKind::Block(statements) => first_return(statements, found),
            StatementKind::If(conditional) => {
                first_return(std::slice::from_ref(&conditional.then), found);
                if let Some(otherwise) = &conditional.otherwise {
                    first_return(std::slice::from_ref(otherwise), found);
                }
            }
            StatementKind::While(repeated) => first_return(std::slice::from_ref(&repeated.body), found),
            _ => {}
        }
    }
}

/// Returns whether every way through the statements ends in `return`.
fn returns(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Return(_) => true,
        StatementKind::Block(statements) => returns(statements),
        StatementKind::If(conditional) => conditional.otherwise.as_ref().is_some_and(|otherwise| {
            returns(std::slice::from_ref(&conditional.then)) && returns(std::slice::from_ref(otherwise))
        }),
        _ => false,
    })
}

fn unwrapped(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Parallel(inner) => inner,
        _ => expression,
    }
}
