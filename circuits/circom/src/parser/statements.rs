//! Statements.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{
    AssignOp, Conditional, Declaration, DeclarationKind, Declarator, Expression, ExpressionKind, InfixOp,
    LogArgument, Loop, Name, Span, Statement, StatementKind,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::Token;

const COMPOUND: [(&str, InfixOp); 12] = [
    ("+=", InfixOp::Add),
    ("-=", InfixOp::Subtract),
    ("*=", InfixOp::Multiply),
    ("**=", InfixOp::Power),
    ("/=", InfixOp::Divide),
    ("\\=", InfixOp::IntegerDivide),
    ("%=", InfixOp::Modulo),
    ("<<=", InfixOp::ShiftLeft),
    (">>=", InfixOp::ShiftRight),
    ("&=", InfixOp::BitAnd),
    ("|=", InfixOp::BitOr),
    ("^=", InfixOp::BitXor),
];

impl Parser<'_> {
    /// Parses `{ … }`; a statement that cannot be read is reported and passed over.
    pub(super) fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            if self.take("}") {
                return Ok(statements);
            }
            if *self.peek() == Token::End {
                return self.fail("expected `}`");
            }
            let before = self.position;
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(_) => self.skip_statement(before),
            }
        }
    }

    fn skip_statement(&mut self, before: usize) {
        if self.position == before && !self.at("}") {
            self.advance();
        }
        while *self.peek() != Token::End && !self.at("}") {
            if self.take(";") {
                return;
            }
            if self.at("{") {
                return;
            }
            self.advance();
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        self.deeper(Self::statement_here)
    }

    /// Parses what a condition or loop governs: no declaration, which would be of no use.
    fn branch(&mut self) -> Parsed<Statement> {
        let statement = self.statement()?;
        if matches!(statement.kind, StatementKind::Declare(_)) {
            return self.fail_at(statement.span, "a declaration alone has no use here, expected a block");
        }
        Ok(statement)
    }

    fn statement_here(&mut self) -> Parsed<Statement> {
        let start = self.span();
        let kind = if self.at("{") {
            StatementKind::Block(self.block()?)
        } else if self.take_word("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let then = self.branch()?;
            let otherwise = if self.take_word("else") { Some(self.branch()?) } else { None };
            StatementKind::If(Arc::new(Conditional { condition, then, otherwise }))
        } else if self.take_word("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            StatementKind::While(Arc::new(Loop { condition, body: self.branch()? }))
        } else if self.take_word("for") {
            self.for_loop()?
        } else {
            let kind = self.simple()?;
            self.expect(";")?;
            kind
        };
        let end = self.tokens[self.position.saturating_sub(1)].1;
        Ok(Statement { kind, span: start.to(end) })
    }

    fn for_loop(&mut self) -> Parsed<StatementKind> {
        let start = self.span();
        self.expect("(")?;
        let first = Statement { kind: self.simple()?, span: start };
        self.expect(";")?;
        let condition = self.expression()?;
        self.expect(";")?;
        let step_start = self.span();
        let step = Statement { kind: self.simple()?, span: step_start };
        self.expect(")")?;
        let body = self.branch()?;
        let span = body.span;
        let body = Statement { kind: StatementKind::Block(vec![body, step]), span };
        let kind = StatementKind::While(Arc::new(Loop { condition, body }));
        let repeat = Statement { kind, span: start.to(span) };
        Ok(StatementKind::Block(vec![first, repeat]))
    }

    /// Parses a statement that ends in `;`, without it.
    fn simple(&mut self) -> Parsed<StatementKind> {
        if self.take_word("var") {
            return self.declaration(DeclarationKind::Var, None);
        }
        if self.take_word("component") {
            return self.declaration(DeclarationKind::Component, None);
        }
        if self.take_word("signal") {
            let kind = self.direction();
            return self.declaration(kind, None);
        }
        if self.at_word("input") || self.at_word("output") {
            let kind = self.direction();
            let bus = self.expression()?;
            let bus = bus_call(&bus).unwrap_or(bus);
            return self.declaration(kind, Some(bus));
        }
        if self.take_word("return") {
            return Ok(StatementKind::Return(self.expression()?));
        }
        if self.take_word("assert") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            return Ok(StatementKind::Assert(condition));
        }
        if self.take_word("log") {
            return self.log();
        }
        self.substitution()
    }

    fn log(&mut self) -> Parsed<StatementKind> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.take(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            if let Token::Text(text) = self.peek().clone() {
                self.advance();
                arguments.push(LogArgument::Text(text));
            } else {
                arguments.push(LogArgument::Value(self.expression()?));
            }
        }
        Ok(StatementKind::Log(arguments))
    }

    /// Parses `input` or `output`, if one stands here.
    fn direction(&mut self) -> DeclarationKind {
        if self.take_word("input") {
            DeclarationKind::Input
        } else if self.take_word("output") {
            DeclarationKind::Output
        } else {
            DeclarationKind::Intermediate
        }
    }

    /// Parses `{tag, tag}`, if it stands here.
    fn tags(&mut self) -> Parsed<Vec<(Name, Span)>> {
        let mut tags = Vec::new();
        if self.take("{") {
            while !self.take("}") {
                if !tags.is_empty() {
                    self.expect(",")?;
                }
                tags.push(self.identifier()?);
            }
        }
        Ok(tags)
    }

    fn declaration(&mut self, kind: DeclarationKind, bus: Option<Expression>) -> Parsed<StatementKind> {
        let tags = if kind.is_signal() { self.tags()? } else { Vec::new() };
        let is_tuple = self.take("(");
        let mut symbols = Vec::new();
        loop {
            let (name, span) = self.identifier()?;
            let mut dimensions = Vec::new();
            while self.take("[") {
                dimensions.push(self.expression()?);
                self.expect("]")?;
            }
            let value = if is_tuple { None } else { self.initial_value(kind)? };
            symbols.push(Declarator { name, span, dimensions, value });
            if !self.take(",") {
                break;
            }
        }
        let mut tuple = None;
        if is_tuple {
            self.expect(")")?;
            tuple = self.initial_value(kind)?;
        }
        Ok(StatementKind::Declare(Declaration { kind, tags, bus, symbols, tuple, is_tuple }))
    }

    /// Parses `= value`, `<== value` or `<-- value`, if it stands here.
    fn initial_value(&mut self, kind: DeclarationKind) -> Parsed<Option<(AssignOp, Expression)>> {
        let span = self.span();
        let op = if self.take("=") {
            AssignOp::Set
        } else if self.take("<==") {
            AssignOp::Constrain
        } else if self.take("<--") {
            AssignOp::Signal
        } else {
            return Ok(None);
        };
        if (op == AssignOp::Set) == kind.is_signal() {
            let message = if kind.is_signal() {
                "a signal gets its value with `<==` or `<--`"
            } else {
                "a variable or component gets its value with `=`"
            };
            self.problems.push(Diagnostic::new(Code::E0008Kind, span, message));
        }
        Ok(Some((op, self.expression()?)))
    }

    fn substitution(&mut self) -> Parsed<StatementKind> {
        let left = self.expression()?;
        let declares = matches!(self.peek(), Token::Word(_)) || self.at("{");
        if let (Some(bus), true) = (bus_call(&left), declares) {
            return self.declaration(DeclarationKind::Intermediate, Some(bus));
        }
        let span = self.span();
        if self.take("===") {
            return Ok(StatementKind::Constrain { left, right: self.expression()? });
        }
        for (symbol, op) in [("=", AssignOp::Set), ("<==", AssignOp::Constrain), ("<--", AssignOp::Signal)] {
            if self.take(symbol) {
                let value = self.expression()?;
                return Ok(StatementKind::Assign { target: left, op, value });
            }
        }
        for (symbol, op) in [("==>", AssignOp::Constrain), ("-->", AssignOp::Signal)] {
            if self.take(symbol) {
                let target = self.expression()?;
                return Ok(StatementKind::Assign { target, op, value: left });
            }
        }
        for (symbol, op) in COMPOUND {
            if self.take(symbol) {
                let right = self.expression()?;
                return self.compound(left, op, right);
            }
        }
        for (symbol, op) in [("++", InfixOp::Add), ("--", InfixOp::Subtract)] {
            if self.take(symbol) {
                let one = Expression { kind: ExpressionKind::Number(1u64.into()), span };
                return self.compound(left, op, one);
            }
        }
        Ok(StatementKind::Expression(left))
    }

    /// Turns `place op= value` into `place = place op value`.
    fn compound(&mut self, target: Expression, op: InfixOp, right: Expression) -> Parsed<StatementKind> {
        let span = target.span.to(right.span);
        let Some(left) = target.same_place() else {
            return self.fail_at(target.span, "only a variable can be changed in place");
        };
        let kind = ExpressionKind::Infix { op, left: Box::new(left), right: Box::new(right) };
        Ok(StatementKind::Assign { target, op: AssignOp::Set, value: Expression { kind, span } })
    }
}

/// Returns the call of a bus, whose parentheses may be left out.
fn bus_call(expression: &Expression) -> Option<Expression> {
    match &expression.kind {
        ExpressionKind::Place(place) if place.access.is_empty() => {
            let kind = ExpressionKind::Call { name: place.name, arguments: Vec::new() };
            Some(Expression { kind, span: expression.span })
        }
        ExpressionKind::Call { name, arguments } => {
            let arguments = arguments.iter().map(Expression::copy).collect::<Option<Vec<_>>>()?;
            Some(Expression { kind: ExpressionKind::Call { name: *name, arguments }, span: expression.span })
        }
        _ => None,
    }
}
