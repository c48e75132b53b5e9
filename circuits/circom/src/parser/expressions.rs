//! Expressions.

use super::{Parsed, Parser, is_keyword};
use crate::ast::{Access, AssignOp, Expression, ExpressionKind, InfixOp, Name, Place, PrefixOp};
use crate::lexer::Token;

/// Operators by how strongly they bind; those of one row associate to the left.
const LEVELS: [&[(&str, InfixOp)]; 11] = [
    &[("||", InfixOp::Or)],
    &[("&&", InfixOp::And)],
    &[
        ("==", InfixOp::Equal),
        ("!=", InfixOp::NotEqual),
        ("<", InfixOp::Less),
        (">", InfixOp::Greater),
        ("<=", InfixOp::LessEqual),
        (">=", InfixOp::GreaterEqual),
    ],
    &[("|", InfixOp::BitOr)],
    &[("^", InfixOp::BitXor)],
    &[("&", InfixOp::BitAnd)],
    &[("<<", InfixOp::ShiftLeft), (">>", InfixOp::ShiftRight)],
    &[("+", InfixOp::Add), ("-", InfixOp::Subtract)],
    &[
        ("*", InfixOp::Multiply),
        ("/", InfixOp::Divide),
        ("\\", InfixOp::IntegerDivide),
        ("%", InfixOp::Modulo),
    ],
    &[("**", InfixOp::Power)],
    &[],
];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.deeper(|parser| {
            let start = parser.span();
            if parser.take_word("parallel") {
                let inner = parser.infix(0)?;
                let span = start.to(inner.span);
                return Ok(Expression { kind: ExpressionKind::Parallel(Box::new(inner)), span });
            }
            let condition = parser.infix(0)?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let then = parser.infix(0)?;
            parser.expect(":")?;
            let otherwise = parser.infix(0)?;
            let span = condition.span.to(otherwise.span);
            let kind = ExpressionKind::Ternary {
                condition: Box::new(condition),
                then: Box::new(then),
                otherwise: Box::new(otherwise),
            };
            Ok(Expression { kind, span })
        })
    }

    fn infix(&mut self, level: usize) -> Parsed<Expression> {
        if LEVELS[level].is_empty() {
            return self.prefix();
        }
        let mut left = self.infix(level + 1)?;
        while let Some(op) = self.take_operator(LEVELS[level]) {
            let right = self.infix(level + 1)?;
            let span = left.span.to(right.span);
            let kind = ExpressionKind::Infix { op, left: Box::new(left), right: Box::new(right) };
            left = Expression { kind, span };
        }
        Ok(left)
    }

    fn take_operator(&mut self, operators: &[(&str, InfixOp)]) -> Option<InfixOp> {
        let Token::Symbol(found) = self.peek() else {
            return None;
        };
        let op = operators.iter().find(|(symbol, _)| symbol == found)?.1;
        self.advance();
        Some(op)
    }

    fn prefix(&mut self) -> Parsed<Expression> {
        let span = self.span();
        for (symbol, op) in [("-", PrefixOp::Negate), ("!", PrefixOp::Not), ("~", PrefixOp::Complement)] {
            if self.take(symbol) {
                let operand = self.primary()?;
                let span = span.to(operand.span);
                return Ok(Expression {
                    kind: ExpressionKind::Prefix { op, operand: Box::new(operand) },
                    span,
                });
            }
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let start = self.span();
        let kind = match self.peek().clone() {
            Token::Number(value) => {
                self.advance();
                ExpressionKind::Number(value)
            }
            Token::Symbol("(") => {
                self.advance();
                let mut items = self.list(")")?;
                match (items.len(), items.pop()) {
                    (1, Some(only)) => only.kind,
                    (_, Some(last)) => {
                        items.push(last);
                        ExpressionKind::Tuple(items)
                    }
                    _ => return self.fail_at(start, "expected an expression between the parentheses"),
                }
            }
            Token::Symbol("[") => {
                self.advance();
                ExpressionKind::Array(self.list("]")?)
            }
            Token::Word(name) if self.names.text(name) == "_" => {
                self.advance();
                ExpressionKind::Underscore
            }
            Token::Word(name) if !is_keyword(self.names.text(name)) => {
                self.advance();
                if self.take("(") { self.call(name)? } else { self.place(name)? }
            }
            _ => return self.fail("expected an expression"),
        };
        let end = self.tokens[self.position.saturating_sub(1)].1;
        Ok(Expression { kind, span: start.to(end) })
    }

    /// Parses expressions and commas up to and with `end`.
    fn list(&mut self, end: &str) -> Parsed<Vec<Expression>> {
        let mut items = Vec::new();
        while !self.take(end) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(self.expression()?);
        }
        Ok(items)
    }

    fn call(&mut self, name: Name) -> Parsed<ExpressionKind> {
        let arguments = self.list(")")?;
        if !self.take("(") {
            return Ok(ExpressionKind::Call { name, arguments });
        }
        let mut inputs = Vec::new();
        while !self.take(")") {
            if !inputs.is_empty() {
                self.expect(",")?;
            }
            let op = match self.peek_second() {
                Token::Symbol("<==") => Some(AssignOp::Constrain),
                Token::Symbol("<--") => Some(AssignOp::Signal),
                _ => None,
            };
            let input = match op {
                Some(op) if matches!(self.peek(), Token::Word(_)) => {
                    let (name, _) = self.identifier()?;
                    self.advance();
                    Some((name, op))
                }
                _ => None,
            };
            inputs.push((input, self.expression()?));
        }
        Ok(ExpressionKind::Anonymous { name, arguments, inputs })
    }

    fn place(&mut self, name: Name) -> Parsed<ExpressionKind> {
        let mut access = Vec::new();
        loop {
            if self.take("[") {
                access.push(Access::Index(self.expression()?));
                self.expect("]")?;
            } else if self.take(".") {
                access.push(Access::Member(self.identifier()?.0));
            } else {
                return Ok(ExpressionKind::Place(Place { name, access }));
            }
        }
    }
}
