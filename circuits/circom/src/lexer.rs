//! Source text to tokens.

use num_bigint::BigUint;
use num_traits::Num as _;

use crate::ast::{Name, Names, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::sources::FileId;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A keyword or an identifier.
    Word(Name),
    /// A number, not reduced yet.
    Number(BigUint),
    /// `"…"`, without the quotes.
    Text(String),
    /// Punctuation or an operator.
    Symbol(&'static str),
    /// `1.2.3` of a pragma, kept as text.
    Version(String),
    /// The end of the file.
    End,
}

/// Symbols, longer ones first.
const SYMBOLS: [&str; 54] = [
    "\\=", "**=", "<<=", ">>=", "<==", "==>", "<--", "-->", "===", "&&", "||", "==", "!=", "<=", ">=", "<<",
    ">>", "**", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "(", ")", "[", "]", "{", "}",
    ";", ",", ".", "?", ":", "=", "<", ">", "+", "-", "*", "/", "\\", "%", "&", "|", "^", "!", "~", "@",
];

/// Longest run of digits: keeps a hostile file from costing quadratic time.
const LONGEST_NUMBER: usize = 10_000;

/// Splits a file into tokens; the last is [`Token::End`].
pub(crate) fn lex(
    text: &str,
    file: FileId,
    names: &mut Names,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(Token, Span)> {
    let mut lexer = Lexer { text, file, position: 0, problems };
    let mut tokens = Vec::with_capacity(text.len() / 4);
    loop {
        lexer.skip_blanks();
        let start = lexer.position;
        let Some(token) = lexer.token(names) else {
            continue;
        };
        let end = token == Token::End;
        tokens.push((token, lexer.span(start)));
        if end {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    file: FileId,
    position: usize,
    problems: &'a mut Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.position..]
    }

    /// Files are shorter than 2^30 bytes; see `Sources`.
    fn span(&self, start: usize) -> Span {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file: self.file, start: narrow(start), end: narrow(self.position) }
    }

    fn problem(&mut self, start: usize, message: impl Into<String>) {
        let span = self.span(start);
        self.problems.push(Diagnostic::new(Code::E0002Syntax, span, message));
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            if let Some(comment) = trimmed.strip_prefix("//") {
                let length = comment.find('\n').unwrap_or(comment.len());
                self.position = self.text.len() - comment.len() + length;
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let start = self.text.len() - trimmed.len();
                if let Some(length) = comment.find("*/") {
                    self.position = self.text.len() - comment.len() + length + 2;
                } else {
                    self.position = self.text.len();
                    self.problem(start, "comment is not closed");
                }
            } else {
                self.position += rest.len() - trimmed.len();
                return;
            }
        }
    }

    /// Returns the next token, or `None` after a stray character, which is reported and passed over.
    fn token(&mut self, names: &mut Names) -> Option<Token> {
        let start = self.position;
        let Some(first) = self.rest().chars().next() else {
            return Some(Token::End);
        };
        if first.is_ascii_alphabetic() || first == '_' || first == '$' {
            let text = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
            if text != "_"
                && !text.trim_start_matches(['_', '$']).starts_with(|c: char| c.is_ascii_alphabetic())
            {
                self.problem(
                    start,
                    format!("`{text}` is not a name: it has no letter where one should stand"),
                );
            }
            return Some(Token::Word(names.intern(&text)));
        }
        if first.is_ascii_digit() {
            return Some(self.number(start));
        }
        if first == '"' {
            self.position += 1;
            let text = self.take(|c| c != '"' && c != '\n');
            if self.rest().starts_with('"') {
                self.position += 1;
            } else {
                self.problem(start, "string is not closed");
            }
            return Some(Token::Text(text));
        }
        let rest = self.rest();
        if let Some(symbol) =
            SYMBOLS.iter().filter(|symbol| rest.starts_with(**symbol)).max_by_key(|s| s.len())
        {
            self.position += symbol.len();
            return Some(Token::Symbol(symbol));
        }
        self.position += first.len_utf8();
        self.problem(start, format!("`{}` is not part of circom", first.escape_default()));
        None
    }

    fn number(&mut self, start: usize) -> Token {
        let hexadecimal = self.rest().starts_with("0x");
        let text = if hexadecimal {
            self.position += 2;
            self.take(|c| c.is_ascii_hexdigit())
        } else {
            self.take(|c| c.is_ascii_digit() || c == '.')
        };
        if text.contains('.') {
            return Token::Version(text);
        }
        let value = if text.is_empty() || text.len() > LONGEST_NUMBER {
            None
        } else {
            BigUint::from_str_radix(&text, if hexadecimal { 16 } else { 10 }).ok()
        };
        if let Some(value) = value {
            Token::Number(value)
        } else {
            self.problem(start, "number has no digits, or too many");
            Token::Number(BigUint::default())
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let text = rest[..length].to_owned();
        self.position += length;
        text
    }
}
