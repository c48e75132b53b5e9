//! Statements.

use super::{Parsed, Parser};
use crate::ast::{
    AssignOp, DeclarationKind, Declarator, Expression, ExpressionKind, InfixOp, LogArgument, Statement,
    StatementKind,
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

    fn statement_here(&mut self) -> Parsed<Statement> {
        let start = self.span();
        let kind = if self.at("{") {
            StatementKind::Block(self.block()?)
        } else if self.take_word("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let then = Box::new(self.statement()?);
            let otherwise = if self.take_word("else") { Some(Box::new(self.statement()?)) } else { None };
            StatementKind::If { condition, then, otherwise }
        } else if self.take_word("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            StatementKind::While { condition, body: Box::new(self.statement()?) }
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
        let body = self.statement()?;
        let span = body.span;
        let body = Box::new(Statement { kind: StatementKind::Block(vec![body, step]), span });
        let repeat = Statement { kind: StatementKind::While { condition, body }, span: start.to(span) };
        Ok(StatementKind::Block(vec![first, repeat]))
    }

    /// Parses a statement that ends in `;`, without it.
    fn simple(&mut self) -> Parsed<StatementKind> {
        if self.take_word("var") {
            return self.declaration(DeclarationKind::Var);
        }
        if self.take_word("component") {
            return self.declaration(DeclarationKind::Component);
        }
        if self.take_word("signal") {
            let kind = if self.take_word("input") {
                DeclarationKind::Input
            } else if self.take_word("output") {
                DeclarationKind::Output
            } else {
                DeclarationKind::Intermediate
            };
            if self.at("{") {
                let span = self.span();
                return self.unsupported(span, "a signal tag");
            }
            return self.declaration(kind);
        }
        if self.at_word("input") || self.at_word("output") {
            let span = self.span();
            return self.unsupported(span, "a bus signal");
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
            if matches!(self.peek(), Token::Text(_)) {
                self.advance();
                arguments.push(LogArgument::Text);
            } else {
                arguments.push(LogArgument::Value(self.expression()?));
            }
        }
        Ok(StatementKind::Log(arguments))
    }

    fn declaration(&mut self, kind: DeclarationKind) -> Parsed<StatementKind> {
        if self.at("(") {
            let span = self.span();
            return self.unsupported(span, "a declaration of a tuple");
        }
        let mut symbols = Vec::new();
        loop {
            let (name, span) = self.identifier()?;
            let mut dimensions = Vec::new();
            while self.take("[") {
                dimensions.push(self.expression()?);
                self.expect("]")?;
            }
            let op_span = self.span();
            let op = if self.take("=") {
                Some(AssignOp::Set)
            } else if self.take("<==") {
                Some(AssignOp::Constrain)
            } else if self.take("<--") {
                Some(AssignOp::Signal)
            } else {
                None
            };
            if op.is_some_and(|op| (op == AssignOp::Set) == kind.is_signal()) {
                let message = if kind.is_signal() {
                    "a signal gets its value with `<==` or `<--`"
                } else {
                    "a variable or component gets its value with `=`"
                };
                self.problems.push(Diagnostic::new(Code::E0008Kind, op_span, message));
            }
            let value = match op {
                Some(op) => Some((op, self.expression()?)),
                None => None,
            };
            symbols.push(Declarator { name, span, dimensions, value });
            if !self.take(",") {
                return Ok(StatementKind::Declare { kind, symbols });
            }
        }
    }

    fn substitution(&mut self) -> Parsed<StatementKind> {
        let left = self.expression()?;
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
