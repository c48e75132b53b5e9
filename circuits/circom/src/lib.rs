//! A circom 2 compiler: source text to rank-1 constraints, symbols and a witness program.
//!
//! ```text
//! Sources ──lex, parse──► syntax tree ──elaborate──► instances ──build──► Circuit { r1cs, .. }
//!                                                                            └─ witness(inputs)
//! ```
//!
//! A distinct template instance (template and parameters) is elaborated once, to constraints and one witness program over
//! signals numbered from 0, and then placed as often as it occurs.
//!
//! Source: the circom 2 language reference, <https://docs.circom.io/circom-language/>.

mod ast;
mod build;
mod circuit;
mod diagnostic;
mod elaborate;
mod lexer;
mod operators;
mod options;
mod parser;
mod sources;
mod witness;

pub use ast::Span;
pub use circuit::{Circuit, Port};
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use options::{Level, Options};
pub use sources::{FileId, SourceFile, Sources};
pub use witness::{Inputs, WitnessError};

use ast::{File, Main, Names, Version};

/// The newest language version that programs may ask for.
const NEWEST: Version = Version(2, 2, 3);

/// Stack of the compiler's thread; only what is used of it takes memory.
const STACK_BYTES: usize = 256 << 20;

/// Compiles a program.
///
/// # Errors
/// The problems found in the sources, with the places they stand at.
///
/// # Panics
/// When the system has no memory for a thread.
pub fn compile(mut sources: Sources, options: Options) -> Result<Circuit, Box<Diagnostics>> {
    // Nested sources, templates and values are walked by recursion, which may need more than a thread usually has.
    let result = std::thread::scope(|scope| {
        let work = || compile_files(&mut sources, options);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let joined = thread.expect("a thread can be started").join();
        joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    match result {
        Ok(circuit) => Ok(Circuit { sources, ..circuit }),
        Err(list) => Err(Box::new(Diagnostics { list, sources })),
    }
}

fn compile_files(sources: &mut Sources, options: Options) -> Result<Circuit, Vec<Diagnostic>> {
    let mut names = Names::default();
    let files = parse_files(sources, &mut names)?;
    let main = main_of(&files)?;
    let public: Vec<String> = main.public.iter().map(|(name, _)| names.text(*name).to_owned()).collect();
    let mut elaboration = elaborate::elaborate(&files, &mut names, sources, main)?;
    let texts: Vec<&str> = public.iter().map(String::as_str).collect();
    let built = build::build(&mut elaboration, &texts, options.level).map_err(|_| {
        vec![Diagnostic::new(
            Code::E0014Violated,
            main.span,
            "the constraints contradict each other: no witness exists",
        )]
    })?;
    Ok(Circuit {
        r1cs: built.r1cs,
        instances: elaboration.instances,
        main: elaboration.main,
        wires: built.wires,
        public,
        sources: Sources::default(),
    })
}

/// Reads and parses the main file and everything it includes.
fn parse_files(sources: &mut Sources, names: &mut Names) -> Result<Vec<File>, Vec<Diagnostic>> {
    let unreadable = |message, span| Diagnostic { code: Code::E0001Unreadable, message, span, help: None };
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut open = match sources.read_main() {
        Ok(id) => vec![id],
        Err(message) => return Err(vec![unreadable(message, None)]),
    };
    while let Some(id) = open.pop() {
        let file = parser::parse(&sources.file(id).text, id, names, &mut problems);
        if let Some((version, span)) = file.version.filter(|(version, _)| *version > NEWEST) {
            let Version(major, minor, patch) = version;
            let message =
                format!("the program asks for circom {major}.{minor}.{patch}, this compiler speaks 2.2.3");
            problems.push(Diagnostic::new(Code::E0003Version, span, message));
        }
        for (path, span) in &file.includes {
            match sources.read_include(id, path) {
                Ok(Some(included)) => open.push(included),
                Ok(None) => {}
                Err(message) => problems.push(unreadable(message, Some(*span))),
            }
        }
        files.push(file);
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn main_of(files: &[File]) -> Result<&Main, Vec<Diagnostic>> {
    let mut mains = files.iter().filter_map(|file| file.main.as_ref());
    match (mains.next(), mains.next()) {
        (Some(main), None) => Ok(main),
        (Some(_), Some(second)) => {
            Err(vec![Diagnostic::new(Code::E0004Main, second.span, "there is another main component")])
        }
        (None, _) => Err(vec![Diagnostic {
            code: Code::E0004Main,
            message: "the program has no main component".to_owned(),
            span: None,
            help: Some("add `component main = …;`".to_owned()),
        }]),
    }
}
