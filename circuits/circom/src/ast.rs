//! The syntax tree of circom 2, one node per production; every node knows where it stands in the source.

use std::sync::Arc;

use num_bigint::BigUint;

use crate::sources::FileId;

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

    /// Returns the name of a text, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.by_text.get(text).copied()
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
    /// Whether `pragma custom_templates;` stands in the file.
    pub(crate) custom_templates: bool,
    /// Templates, functions and buses in order.
    pub(crate) definitions: Vec<Definition>,
    /// `component main {public [a]} = T(1);`
    pub(crate) main: Option<Main>,
}

/// The definitions of all files of a program, by name.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) definitions: rustc_hash::FxHashMap<Name, Definition>,
    pub(crate) names: Names,
}

/// A compiler version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u64, pub(crate) u64, pub(crate) u64);

/// A template, a function or a bus.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Which of them.
    pub(crate) kind: DefinitionKind,
    /// Its name.
    pub(crate) name: Name,
    /// Where the name stands.
    pub(crate) span: Span,
    /// Its parameters.
    pub(crate) parameters: Vec<Name>,
    /// The words between `template` and the name.
    pub(crate) modifiers: Modifiers,
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
    /// `bus B(n) { … }`
    Bus,
}

impl DefinitionKind {
    /// Returns the keyword.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Function => "function",
            Self::Bus => "bus",
        }
    }
}

/// What a template is declared to be besides a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modifiers {
    /// `custom`: a gate of its own in systems that have such gates.
    pub(crate) custom: bool,
    /// `extern_c`: with a witness program in C.
    pub(crate) extern_c: bool,
    /// `parallel`: a hint for witness programs.
    pub(crate) parallel: bool,
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
    /// `var`, `signal`, `component` or bus declarations, with initialisation if any.
    Declare(Declaration),
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
    If(Arc<Conditional>),
    /// `while (condition) body`; `for` is a block of its first statement and a `while`.
    While(Arc<Loop>),
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

/// `if (condition) then else otherwise`
#[derive(Debug)]
pub(crate) struct Conditional {
    /// The condition.
    pub(crate) condition: Expression,
    /// Taken when it is not zero.
    pub(crate) then: Statement,
    /// Taken when it is zero.
    pub(crate) otherwise: Option<Statement>,
}

/// `while (condition) body`
#[derive(Debug)]
pub(crate) struct Loop {
    /// The condition.
    pub(crate) condition: Expression,
    /// The body.
    pub(crate) body: Statement,
}

/// Symbols declared together.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// What is declared.
    pub(crate) kind: DeclarationKind,
    /// `{tag, tag}` of signals and buses.
    pub(crate) tags: Vec<(Name, Span)>,
    /// The call of a bus, for signals that are buses.
    pub(crate) bus: Option<Expression>,
    /// The symbols, left to right.
    pub(crate) symbols: Vec<Declarator>,
    /// The values of `(a, b) = …`, which declares a tuple.
    pub(crate) tuple: Option<(AssignOp, Expression)>,
    /// Whether the symbols stand in parentheses.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the printer of the tests asks"))]
    pub(crate) is_tuple: bool,
}

/// What `log` prints.
#[derive(Debug)]
pub(crate) enum LogArgument {
    /// A string.
    Text(String),
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
    /// A number, not reduced yet.
    Number(BigUint),
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
    /// `parallel T(a)`: a hint for witness programs.
    Parallel(Box<Expression>),
    /// `T(a)(x, y)`: an anonymous component; its value is its output, or the tuple of its outputs.
    Anonymous {
        /// The template.
        name: Name,
        /// Its parameters.
        arguments: Vec<Expression>,
        /// Its inputs, with their names and operators where `name <== value` gives them.
        inputs: Vec<(Option<(Name, AssignOp)>, Expression)>,
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

    /// Returns a copy; components and tuples, which are no values, are not copied.
    pub(crate) fn copy(&self) -> Option<Self> {
        let copy = |expression: &Self| expression.copy().map(Box::new);
        let kind = match &self.kind {
            ExpressionKind::Number(value) => ExpressionKind::Number(value.clone()),
            ExpressionKind::Place(_) => return self.same_place(),
            ExpressionKind::Infix { op, left, right } => {
                ExpressionKind::Infix { op: *op, left: copy(left)?, right: copy(right)? }
            }
            ExpressionKind::Prefix { op, operand } => {
                ExpressionKind::Prefix { op: *op, operand: copy(operand)? }
            }
            ExpressionKind::Ternary { condition, then, otherwise } => ExpressionKind::Ternary {
                condition: copy(condition)?,
                then: copy(then)?,
                otherwise: copy(otherwise)?,
            },
            ExpressionKind::Call { name, arguments } => {
                let arguments = arguments.iter().map(Self::copy).collect::<Option<Vec<_>>>()?;
                ExpressionKind::Call { name: *name, arguments }
            }
            ExpressionKind::Array(items) => {
                ExpressionKind::Array(items.iter().map(Self::copy).collect::<Option<Vec<_>>>()?)
            }
            _ => return None,
        };
        Some(Self { kind, span: self.span })
    }
}
