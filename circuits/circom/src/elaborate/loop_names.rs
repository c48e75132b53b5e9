//! What a loop mentions and assigns, as its source tells: a loop that is left to the witness program takes the one along
//! and gives the other back.

use crate::ast::{
    Access, AssignOp, DeclarationKind, Expression, ExpressionKind, LogArgument, Loop, Name, Span, Statement,
    StatementKind,
};
use crate::diagnostic::Code;

/// What a loop mentions.
#[derive(Debug, Default)]
pub(super) struct LoopNames {
    pub(super) mentioned: Vec<Name>,
    pub(super) assigned: Vec<Name>,
    /// Whether there is a `return` in it.
    pub(super) returns: bool,
    /// What must not depend on the witness.
    pub(super) forbidden: Option<(Code, Span, &'static str)>,
}

impl LoopNames {
    /// Returns what a loop mentions.
    pub(super) fn of(repeated: &Loop) -> Self {
        let mut names = Self::default();
        names.expression(&repeated.condition);
        names.statement(&repeated.body);
        names
    }

    fn mention(&mut self, name: Name) {
        if !self.mentioned.contains(&name) {
            self.mentioned.push(name);
        }
    }

    fn forbid(&mut self, span: Span, message: &'static str) {
        self.forbidden.get_or_insert((Code::E0013UnknownCondition, span, message));
    }

    fn target(&mut self, target: &Expression) {
        match &target.kind {
            ExpressionKind::Tuple(targets) => targets.iter().for_each(|target| self.target(target)),
            ExpressionKind::Place(place) if !self.assigned.contains(&place.name) => {
                self.assigned.push(place.name);
            }
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Block(statements) => {
                for statement in statements {
                    self.statement(statement);
                }
            }
            StatementKind::Declare(declaration) => {
                if declaration.kind != DeclarationKind::Var {
                    self.forbid(span, "whether this is declared is known only with the witness");
                }
                for symbol in &declaration.symbols {
                    for length in &symbol.dimensions {
                        self.expression(length);
                    }
                    symbol.value.iter().for_each(|(_, value)| self.expression(value));
                }
                declaration.tuple.iter().for_each(|(_, value)| self.expression(value));
            }
            StatementKind::Assign { target, op, value } => {
                if *op == AssignOp::Constrain {
                    self.forbid(span, "whether this constraint is there is known only with the witness");
                }
                if *op == AssignOp::Signal {
                    self.forbidden.get_or_insert((
                        Code::E0011AssignedTwice,
                        span,
                        "a signal gets its value in a loop whose rounds only the witness tells",
                    ));
                }
                self.target(target);
                self.expression(target);
                self.expression(value);
            }
            StatementKind::Constrain { .. } => {
                self.forbid(span, "whether this constraint is there is known only with the witness");
            }
            StatementKind::If(conditional) => {
                self.expression(&conditional.condition);
                self.statement(&conditional.then);
                if let Some(otherwise) = &conditional.otherwise {
                    self.statement(otherwise);
                }
            }
            StatementKind::While(repeated) => {
                self.expression(&repeated.condition);
                self.statement(&repeated.body);
            }
            StatementKind::Return(value) => {
                self.returns = true;
                self.expression(value);
            }
            StatementKind::Assert(condition) => self.expression(condition),
            StatementKind::Log(arguments) => {
                for argument in arguments {
                    if let LogArgument::Value(value) = argument {
                        self.expression(value);
                    }
                }
            }
            StatementKind::Expression(expression) => self.expression(expression),
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Number(_) | ExpressionKind::Underscore => {}
            ExpressionKind::Place(place) => {
                self.mention(place.name);
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
            ExpressionKind::Parallel(inner) => self.expression(inner),
            ExpressionKind::Ternary { condition, then, otherwise } => {
                for part in [condition, then, otherwise] {
                    self.expression(part);
                }
            }
            ExpressionKind::Array(items) | ExpressionKind::Tuple(items) => {
                for item in items {
                    self.expression(item);
                }
            }
            ExpressionKind::Call { arguments, .. } => {
                for argument in arguments {
                    self.expression(argument);
                }
            }
            ExpressionKind::Anonymous { .. } => {
                self.forbid(
                    expression.span,
                    "whether this component is there is known only with the witness",
                );
            }
        }
    }
}
