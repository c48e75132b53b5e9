//! Tokens to the syntax tree: recursive descent for definitions and statements, precedence climbing for expressions.

mod expressions;
mod statements;

use crate::ast::{Definition, DefinitionKind, File, Main, Modifiers, Name, Names, Span, Version};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Token, lex};
use crate::sources::FileId;

/// Deepest nesting of statements and expressions; each level costs native stack.
const DEEPEST: usize = 200;

/// Says that the problem is reported and the caller should look for a place to go on.
pub(crate) struct Abandoned;

type Parsed<T> = Result<T, Abandoned>;

/// Parses one file; problems are appended to `problems`, and what could be read is returned all the same.
pub(crate) fn parse(text: &str, file: FileId, names: &mut Names, problems: &mut Vec<Diagnostic>) -> File {
    let tokens = lex(text, file, names, problems);
    let mut parser = Parser { tokens, position: 0, depth: 0, names, problems };
    parser.file()
}

/// The parts of a file, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Pragmas,
    Includes,
    Definitions,
    Main,
}

struct Parser<'a> {
    tokens: Vec<(Token, Span)>,
    position: usize,
    depth: usize,
    names: &'a mut Names,
    problems: &'a mut Vec<Diagnostic>,
}

impl Parser<'_> {
    fn file(&mut self) -> File {
        let mut file = File::default();
        let mut part = Part::Pragmas;
        while *self.peek() != Token::End {
            let before = self.position;
            part = self.check_order(part);
            if self.item(&mut file).is_err() {
                self.skip_to_item(before);
            }
        }
        file
    }

    /// Returns the part of the file that begins here, and reports one that comes too late.
    fn check_order(&mut self, before: Part) -> Part {
        let part = if self.at_word("pragma") {
            Part::Pragmas
        } else if self.at_word("include") {
            Part::Includes
        } else if self.at_word("component") {
            Part::Main
        } else {
            Part::Definitions
        };
        if part < before || before == Part::Main {
            let span = self.span();
            let message = "this comes too late: pragmas, includes, definitions and the main component follow in this order";
            self.problems.push(Diagnostic::new(Code::E0002Syntax, span, message));
        }
        part.max(before)
    }

    fn item(&mut self, file: &mut File) -> Parsed<()> {
        let span = self.span();
        if self.take_word("pragma") {
            if self.take_word("custom_templates") {
                file.custom_templates = true;
                return self.expect(";").map(|_| ());
            }
            self.expect_word("circom")?;
            let Token::Version(text) = self.peek().clone() else {
                return self.fail("expected a version such as `2.1.0`");
            };
            let span = self.advance();
            let Some(version) = version(&text) else {
                return self.fail_at(span, format!("`{text}` is not a version such as `2.1.0`"));
            };
            if file.version.replace((version, span)).is_some() {
                return self.fail_at(span, "the version is given twice");
            }
            return self.expect(";").map(|_| ());
        }
        if self.take_word("include") {
            let Token::Text(path) = self.peek().clone() else {
                return self.fail("expected the path of a file in quotes");
            };
            let span = self.advance();
            file.includes.push((path, span));
            return self.expect(";").map(|_| ());
        }
        if self.take_word("component") {
            self.expect_word("main")?;
            let main = self.main(span)?;
            if file.main.is_some() {
                return self.fail_code(Code::E0004Main, span, "there is another main component in this file");
            }
            file.main = Some(main);
            return Ok(());
        }
        let kind = if self.take_word("template") {
            DefinitionKind::Template
        } else if self.take_word("function") {
            DefinitionKind::Function
        } else if self.take_word("bus") {
            DefinitionKind::Bus
        } else {
            return self
                .fail("expected `pragma`, `include`, `template`, `function`, `bus` or `component main`");
        };
        let mut modifiers = Modifiers::default();
        if kind == DefinitionKind::Template {
            modifiers.custom = self.take_word("custom");
            modifiers.extern_c = self.take_word("extern_c");
            modifiers.parallel = self.take_word("parallel");
        }
        let (name, span) = self.identifier()?;
        let mut parameters = Vec::new();
        // A definition without parameters may leave out the parentheses.
        if self.take("(") {
            while !self.take(")") {
                if !parameters.is_empty() {
                    self.expect(",")?;
                }
                parameters.push(self.identifier()?.0);
            }
        }
        let body = self.block()?;
        file.definitions.push(Definition { kind, name, span, parameters, modifiers, body });
        Ok(())
    }

    fn main(&mut self, start: Span) -> Parsed<Main> {
        let mut public = Vec::new();
        if self.take("{") {
            self.expect_word("public")?;
            self.expect("[")?;
            public.push(self.identifier()?);
            while !self.take("]") {
                self.expect(",")?;
                public.push(self.identifier()?);
            }
            self.expect("}")?;
        }
        self.expect("=")?;
        let call = self.expression()?;
        let end = self.expect(";")?;
        Ok(Main { public, call, span: start.to(end) })
    }

    fn skip_to_item(&mut self, before: usize) {
        if self.position == before {
            self.advance();
        }
        while *self.peek() != Token::End
            && !["pragma", "include", "template", "function", "bus"].iter().any(|word| self.at_word(word))
        {
            self.advance();
        }
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.position].0
    }

    fn peek_second(&self) -> &Token {
        &self.tokens[(self.position + 1).min(self.tokens.len() - 1)].0
    }

    fn span(&self) -> Span {
        self.tokens[self.position].1
    }

    /// Passes over a token and returns where it stands; the end is never passed.
    fn advance(&mut self) -> Span {
        let span = self.span();
        self.position = (self.position + 1).min(self.tokens.len() - 1);
        span
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.at(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Parsed<Span> {
        if self.at(symbol) { Ok(self.advance()) } else { self.fail(format!("expected `{symbol}`")) }
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(name) if self.names.text(*name) == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Parsed<Span> {
        if self.at_word(word) { Ok(self.advance()) } else { self.fail(format!("expected `{word}`")) }
    }

    fn identifier(&mut self) -> Parsed<(Name, Span)> {
        match *self.peek() {
            Token::Word(name) if !is_keyword(self.names.text(name)) => Ok((name, self.advance())),
            _ => self.fail("expected a name"),
        }
    }

    fn fail<T>(&mut self, message: impl Into<String>) -> Parsed<T> {
        let found = match self.peek() {
            Token::Word(name) => format!("`{}`", self.names.text(*name)),
            Token::Number(_) => "a number".to_owned(),
            Token::Text(_) => "a string".to_owned(),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::Version(text) => format!("`{text}`"),
            Token::End => "the end of the file".to_owned(),
        };
        let span = self.span();
        self.fail_at(span, format!("{}, found {found}", message.into()))
    }

    fn fail_at<T>(&mut self, span: Span, message: impl Into<String>) -> Parsed<T> {
        self.fail_code(Code::E0002Syntax, span, message)
    }

    fn fail_code<T>(&mut self, code: Code, span: Span, message: impl Into<String>) -> Parsed<T> {
        self.problems.push(Diagnostic::new(code, span, message));
        Err(Abandoned)
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            let span = self.span();
            return self.fail_code(Code::E0015Limit, span, format!("nested more than {DEEPEST} deep"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}

fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(str::parse);
    let version = Version(parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    parts.next().is_none().then_some(version)
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 25] = [
        "_",
        "assert",
        "bus",
        "component",
        "custom",
        "do",
        "else",
        "extern_c",
        "for",
        "function",
        "if",
        "include",
        "input",
        "log",
        "main",
        "output",
        "parallel",
        "pragma",
        "public",
        "return",
        "signal",
        "template",
        "var",
        "while",
        "custom_templates",
    ];
    KEYWORDS.contains(&word)
}
