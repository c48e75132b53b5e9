//! Problems in circom sources: code, message, the place underlined, and what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::ast::Span;
use crate::sources::Sources;

/// A stable name for a kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A file cannot be read.
    E0001Unreadable,
    /// The text is not circom.
    E0002Syntax,
    /// The pragma asks for a version that this compiler does not speak.
    E0003Version,
    /// The program has no main component, or two.
    E0004Main,
    /// A name is defined twice.
    E0005Duplicate,
    /// A name is not defined.
    E0006Undefined,
    /// A number of arguments, inputs or elements is not the expected one.
    E0007Count,
    /// A value is not of the kind that its place needs.
    E0008Kind,
    /// An index or length is out of bounds or not a number that is known when compiling.
    E0009Index,
    /// A constraint is not quadratic.
    E0010NotQuadratic,
    /// A signal gets a value twice.
    E0011AssignedTwice,
    /// A signal gets no value.
    E0012Unassigned,
    /// A constraint or a declaration depends on what is known only with the witness.
    E0013UnknownCondition,
    /// An assertion on known values does not hold, or a constraint can never hold.
    E0014Violated,
    /// The program is larger than the limits allow.
    E0015Limit,
    /// A tag is missing, or gets a value where it cannot.
    E0016Tags,
    /// A custom template holds what it must not, or its pragma is missing.
    E0017Custom,
    /// An array is assigned to one of other lengths: what both have is copied.
    W0001Lengths,
    /// A file does not say which version it is written for.
    W0002NoVersion,
    /// An assertion about signals: it checks the honest prover, not the proof.
    W0003Assertion,
    /// A signal gets its value without a constraint, and no constraint mentions it.
    W0004Unconstrained,
    /// A signal gets its value without a constraint, and the constraints do not seem to determine it.
    W0005Undetermined,
    /// A decomposition into so many bits that a number has two.
    W0006AliasedBits,
    /// An output of a component is not used.
    W0007UnusedOutput,
    /// An input that no constraint mentions.
    W0008UnusedInput,
    /// An output that no constraint mentions, or that gets no value.
    W0009FreeOutput,
    /// A signal that gets its value without a constraint, and is free where a divisor is zero.
    W0010OpenQuotient,
    /// A comparison of a signal without a range.
    W0011UnlimitedComparison,
    /// A selector that nothing makes 0 or 1.
    W0012FreeSelector,
    /// Digits without a range that are packed into one number.
    W0013UnlimitedPacking,
    /// A quotient in the field that is used as one of integers.
    W0014FieldDivision,
    /// A constraint that a constant makes hold whatever else is.
    W0015SwitchedOff,
}

impl Code {
    /// Returns whether the program compiles all the same.
    pub fn is_warning(self) -> bool {
        self >= Self::W0001Lengths
    }

    /// Returns whether the warning is a finding about what the constraints may leave open.
    pub fn is_lint(self) -> bool {
        self >= Self::W0003Assertion
    }

    /// Returns the code as shown: `E0010`.
    pub fn id(self) -> String {
        format!("{self:?}").chars().take(5).collect()
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where; `None` when there is no source to show.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns a diagnostic at a place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span: Some(span), help: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The problems that kept a program from compiling, in the order found; never empty.
#[derive(Debug)]
pub struct Diagnostics {
    /// The problems.
    pub list: Vec<Diagnostic>,
    /// The sources they are in.
    pub sources: Sources,
}

impl Diagnostics {
    /// Returns the problems as text for a terminal.
    pub fn render(&self, colour: bool) -> String {
        render_all(&self.list, &self.sources, colour)
    }
}

/// Returns diagnostics as text for a terminal.
pub(crate) fn render_all<'d>(
    list: impl IntoIterator<Item = &'d Diagnostic>,
    sources: &Sources,
    colour: bool,
) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let rendered: Vec<String> =
        list.into_iter().map(|diagnostic| render(&renderer, diagnostic, sources)).collect();
    rendered.join("\n\n")
}

fn render(renderer: &Renderer, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let id = diagnostic.code.id();
    let level = if diagnostic.code.is_warning() { Level::WARNING } else { Level::ERROR };
    let message = shown(&diagnostic.message);
    let title = level.primary_title(message.as_str()).id(id.as_str());
    let (path, help);
    let mut group = match diagnostic.span {
        Some(span) => {
            let file = sources.file(span.file);
            path = shown(&file.path.display().to_string());
            let length = file.text.len();
            let range = (span.start as usize).min(length)..(span.end as usize).min(length);
            title.element(
                Snippet::source(file.text.as_str())
                    .path(path.as_str())
                    .annotation(AnnotationKind::Primary.span(range)),
            )
        }
        None => Group::with_title(title),
    };
    if let Some(text) = &diagnostic.help {
        help = shown(text);
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group]).clone()
}

/// Returns a text of one line without control characters, which would be the terminal's; the renderer does the same with sources.
fn shown(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = escaped.is_none().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
