//! The syntax tree of circom 2, one node per production; every node knows where it stands in the source.

use crate::sources::FileId;
use tensorproof_r1cs::Fr;

/// An interned identifier; see [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(pub(crate) u32);

/// The identifiers of a program.
#[derive(Debug, Default)]
pub(crate) struct Names {
    texts: Vec<String>,
    by_text: rustc_hash::FxHashMap<String, Name>,
}

impl Names {
    /// Returns the name of a text, the same one each time.
    ///
    /// # Panics
    /// When a program has 2^32 different names; sources are shorter than that.
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.by_text.get(text) {
            return name;
        }
        let name = Name(u32::try_from(self.texts.len()).expect("sources are shorter than 2^32 bytes"));
        self.texts.push(text.to_owned());
        self.by_text.insert(text.to_owned(), name);
        name
    }

    /// Returns the text of a name.
    ///
    /// # Panics
    /// When the name was made by other `Names`.
    pub(crate) fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}

/// Bytes `start..end` of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// Returns the span from the start of `self` to the end of `last`.
    pub(crate) fn to(self, last: Self) -> Self {
        Self { end: last.end, ..self }
    }
}

/// One source file.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// `pragma circom 2.1.0;`
    pub(crate) version: Option<(Version, Span)>,
    /// `include "path";` in order.
    pub(crate) includes: Vec<(String, Span)>,
    /// Templates and functions in order.
    pub(crate) definitions: Vec<Definition>,
    /// `component main {public [a]} = T(1);`
    pub(crate) main: Option<Main>,
}

/// A compiler version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u64, pub(crate) u64, pub(crate) u64);

/// A template or a function.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Which of the two.
    pub(crate) kind: DefinitionKind,
    /// Its name.
    pub(crate) name: Name,
    /// Where the name stands.
    pub(crate) span: Span,
    /// Its parameters.
    pub(crate) parameters: Vec<Name>,
    /// Its statements.
    pub(crate) body: Vec<Statement>,
}

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefinitionKind {
    /// `template T(n) { … }`
    Template,
    /// `function f(x) { … }`
    Function,
}

/// The main component.
#[derive(Debug)]
pub(crate) struct Main {
    /// The inputs listed as public.
    pub(crate) public: Vec<(Name, Span)>,
    /// The template call.
    pub(crate) call: Expression,
    /// Where it stands.
    pub(crate) span: Span,
}

/// A statement and where it stands.
#[derive(Debug)]
pub(crate) struct Statement {
    /// What it does.
    pub(crate) kind: StatementKind,
    /// Where it stands.
    pub(crate) span: Span,
}

/// What a statement does.
#[derive(Debug)]
pub(crate) enum StatementKind {
    /// `var`, `signal` or `component` declarations, with initialisation if any.
    Declare {
        /// What is declared.
        kind: DeclarationKind,
        /// The symbols, left to right.
        symbols: Vec<Declarator>,
    },
    /// `target op value`; a target is a variable, a signal, an array of them, `_` or a tuple of targets.
    Assign {
        /// What is assigned to.
        target: Expression,
        /// How.
        op: AssignOp,
        /// The value.
        value: Expression,
    },
    /// `left === right`
    Constrain {
        /// Left side.
        left: Expression,
        /// Right side.
        right: Expression,
    },
    /// `if (condition) … else …`
    If {
        /// The condition.
        condition: Expression,
        /// Taken when it is not zero.
        then: Box<Statement>,
        /// Taken when it is zero.
        otherwise: Option<Box<Statement>>,
    },
    /// `while (condition) body`; `for` is a block of its first statement and a `while`.
    While {
        /// The condition.
        condition: Expression,
        /// The body.
        body: Box<Statement>,
    },
    /// `{ … }`
    Block(Vec<Statement>),
    /// `return value;`
    Return(Expression),
    /// `assert(condition);`
    Assert(Expression),
    /// `log(…);`
    Log(Vec<LogArgument>),
    /// An expression alone: an anonymous component whose outputs are not used.
    Expression(Expression),
}

/// What `log` prints.
#[derive(Debug)]
pub(crate) enum LogArgument {
    /// A string, which says nothing about the circuit.
    Text,
    /// A value.
    Value(Expression),
}

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeclarationKind {
    /// `var`
    Var,
    /// `signal input`
    Input,
    /// `signal output`
    Output,
    /// `signal`
    Intermediate,
    /// `component`
    Component,
}

impl DeclarationKind {
    /// Returns whether a signal is declared.
    pub(crate) fn is_signal(self) -> bool {
        matches!(self, Self::Input | Self::Output | Self::Intermediate)
    }
}

/// One declared symbol: `name[d1][d2] op value`.
#[derive(Debug)]
pub(crate) struct Declarator {
    /// Its name.
    pub(crate) name: Name,
    /// Where it stands.
    pub(crate) span: Span,
    /// The lengths of its axes.
    pub(crate) dimensions: Vec<Expression>,
    /// Its first value.
    pub(crate) value: Option<(AssignOp, Expression)>,
}

/// How a target gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssignOp {
    /// `=`
    Set,
    /// `<--`: the witness only.
    Signal,
    /// `<==`: the witness and a constraint.
    Constrain,
}

/// An expression and where it stands.
#[derive(Debug)]
pub(crate) struct Expression {
    /// What it computes.
    pub(crate) kind: ExpressionKind,
    /// Where it stands.
    pub(crate) span: Span,
}

/// What an expression computes.
#[derive(Debug)]
pub(crate) enum ExpressionKind {
    /// A number, reduced modulo the field's.
    Number(Fr),
    /// `name[i].member[j]`
    Place(Place),
    /// `left op right`
    Infix {
        /// The operator.
        op: InfixOp,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
    /// `op operand`
    Prefix {
        /// The operator.
        op: PrefixOp,
        /// The operand.
        operand: Box<Expression>,
    },
    /// `condition ? then : otherwise`
    Ternary {
        /// The condition.
        condition: Box<Expression>,
        /// Its value when the condition is not zero.
        then: Box<Expression>,
        /// Its value when the condition is zero.
        otherwise: Box<Expression>,
    },
    /// `[a, b]`
    Array(Vec<Expression>),
    /// `f(a, b)`: a function call, or a template where a component gets its value.
    Call {
        /// The callee.
        name: Name,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `T(a)(x, y)`: an anonymous component; its value is its output, or the tuple of its outputs.
    Anonymous {
        /// The template.
        name: Name,
        /// Its parameters.
        arguments: Vec<Expression>,
        /// Its inputs, with their names where `name <== value` gives them.
        inputs: Vec<(Option<Name>, Expression)>,
    },
    /// `(a, b)`
    Tuple(Vec<Expression>),
    /// `_`
    Underscore,
}

/// A variable, signal or component, with what selects a part of it.
#[derive(Debug)]
pub(crate) struct Place {
    /// The symbol.
    pub(crate) name: Name,
    /// Indices and members, left to right.
    pub(crate) access: Vec<Access>,
}

/// A step from a place to a part of it.
#[derive(Debug)]
pub(crate) enum Access {
    /// `[index]`
    Index(Expression),
    /// `.member`
    Member(Name),
}

/// Operators between two operands, from `||`, which binds least, to `**`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum InfixOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    BitOr,
    BitXor,
    BitAnd,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
    Power,
}

/// Operators before one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PrefixOp {
    Negate,
    Not,
    Complement,
}

impl Expression {
    /// Returns a copy of a place whose indices are themselves simple; `None` for what cannot be assigned to in place.
    pub(crate) fn same_place(&self) -> Option<Self> {
        let ExpressionKind::Place(place) = &self.kind else {
            return None;
        };
        let access = place.access.iter().map(|step| match step {
            Access::Index(index) => index.copy().map(Access::Index),
            Access::Member(name) => Some(Access::Member(*name)),
        });
        let access = access.collect::<Option<Vec<_>>>()?;
        Some(Self { kind: ExpressionKind::Place(Place { name: place.name, access }), span: self.span })
    }

    /// Returns a copy of an index expression; calls, which may be long to compute, are not copied.
    fn copy(&self) -> Option<Self> {
        let copy = |expression: &Self| expression.copy().map(Box::new);
        let kind = match &self.kind {
            ExpressionKind::Number(value) => ExpressionKind::Number(*value),
            ExpressionKind::Place(_) => return self.same_place(),
            ExpressionKind::Infix { op, left, right } => {
                ExpressionKind::Infix { op: *op, left: copy(left)?, right: copy(right)? }
            }
            ExpressionKind::Prefix { op, operand } => {
                ExpressionKind::Prefix { op: *op, operand: copy(operand)? }
            }
            _ => return None,
        };
        Some(Self { kind, span: self.span })
    }
}
