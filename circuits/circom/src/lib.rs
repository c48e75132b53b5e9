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
mod check;
mod circuit;
mod diagnostic;
mod elaborate;
mod field;
mod lexer;
mod lints;
mod operators;
mod options;
mod parser;
#[cfg(test)]
mod print;
mod sources;
mod witness;

pub use ast::Span;
pub use build::Simplification;
pub use circuit::{Circuit, Component, Port};
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use field::{CircuitField, FieldTask, over};
pub use options::{Level, Options};
pub use sources::{FileId, SourceFile, Sources};
pub use witness::{Inputs, WithSignals, WitnessCost, WitnessError};

use std::sync::Arc;

use ark_ff::PrimeField;

use ast::{File, Main, Names, Program, Version};

/// The newest language version that programs may ask for.
const NEWEST: Version = Version(2, 2, 3);

/// The oldest language version that programs may ask for.
const OLDEST: Version = Version(2, 0, 0);

/// The first version with custom templates.
const CUSTOM_TEMPLATES: Version = Version(2, 0, 6);

/// Stack of the compiler's thread; only what is used of it takes memory.
const STACK_BYTES: usize = 256 << 20;

/// Compiles a program for BN254, which proofs are made over.
///
/// # Errors
/// The problems found in the sources, with the places they stand at.
///
/// # Panics
/// When the system has no memory for a thread.
pub fn compile(sources: Sources, options: Options) -> Result<Circuit, Box<Diagnostics>> {
    compile_over(sources, options)
}

/// Compiles a program for any prime field.
///
/// # Errors
/// The problems found in the sources, with the places they stand at.
///
/// # Panics
/// When the system has no memory for a thread.
pub fn compile_over<F: CircuitField>(
    mut sources: Sources,
    options: Options,
) -> Result<Circuit<F>, Box<Diagnostics>> {
    // Nested sources, templates and values are walked by recursion, which may need more than a thread usually has.
    let result = std::thread::scope(|scope| {
        let work = || F::compile(&mut sources, options);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let joined = thread.expect("a thread can be started").join();
        joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    match result {
        Ok(circuit) => Ok(Circuit { sources, ..circuit }),
        Err(list) => Err(Box::new(Diagnostics { list, sources })),
    }
}

fn compile_files<F: PrimeField>(
    sources: &mut Sources,
    options: Options,
) -> Result<Circuit<F>, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    let mut program = Program::default();
    let files = parse_files(sources, &mut program.names, &mut warnings)?;
    let main = collect(files, &mut program)?;
    let problems = check::check(&program, &main);
    if !problems.is_empty() {
        return Err(problems);
    }
    let public: Vec<String> =
        main.public.iter().map(|(name, _)| program.names.text(*name).to_owned()).collect();
    let mut elaboration = elaborate::elaborate(&program, sources, &main, options.steps)?;
    warnings.append(&mut elaboration.warnings);
    warnings.retain(|warning| !lints::is_allowed(warning, sources));
    warnings.extend(lints::find(&elaboration, sources, options.inspect));
    let texts: Vec<&str> = public.iter().map(String::as_str).collect();
    let built = build::build(&mut elaboration, &texts, options.level).map_err(|_| {
        let message = "the constraints contradict each other: no witness exists";
        vec![Diagnostic::new(Code::E0014Violated, main.span, message)]
    })?;
    Ok(Circuit {
        r1cs: built.r1cs,
        simplification: built.simplification,
        warnings,
        program: Arc::new(program),
        instances: elaboration.instances,
        buses: elaboration.buses,
        main: elaboration.main,
        wires: built.wires,
        public,
        sources: Sources::default(),
    })
}

/// Moves the definitions of all files together and returns the main component.
fn collect(files: Vec<File>, program: &mut Program) -> Result<Main, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut main: Option<Main> = None;
    for file in files {
        for definition in file.definitions {
            let (name, span, custom) = (definition.name, definition.span, definition.modifiers.custom);
            if custom && !file.custom_templates {
                let message = "a custom template needs `pragma custom_templates;` in its file";
                problems.push(Diagnostic::new(Code::E0017Custom, span, message));
            }
            if program.definitions.insert(name, definition).is_some() {
                let message = format!("`{}` is defined twice", program.names.text(name));
                problems.push(Diagnostic::new(Code::E0005Duplicate, span, message));
            }
        }
        if let Some(found) = file.main {
            if main.is_some() {
                let message = "there is another main component";
                problems.push(Diagnostic::new(Code::E0004Main, found.span, message));
            }
            main = Some(found);
        }
    }
    match main {
        Some(main) if problems.is_empty() => Ok(main),
        Some(_) => Err(problems),
        None => {
            problems.push(Diagnostic {
                code: Code::E0004Main,
                message: "the program has no main component".to_owned(),
                span: None,
                help: Some("add `component main = …;`".to_owned()),
            });
            Err(problems)
        }
    }
}

/// Reads and parses the main file and everything it includes.
fn parse_files(
    sources: &mut Sources,
    names: &mut Names,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<File>, Vec<Diagnostic>> {
    let unreadable = |message, span| Diagnostic { code: Code::E0001Unreadable, message, span, help: None };
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut open = match sources.read_main() {
        Ok(id) => vec![id],
        Err(message) => return Err(vec![unreadable(message, None)]),
    };
    while let Some(id) = open.pop() {
        let file = parser::parse(&sources.file(id).text, id, names, &mut problems);
        if file.version.is_none() {
            let path = sources.file(id).path.display();
            let message = format!("`{path}` does not say which version of circom it is written for");
            let help = Some("add `pragma circom 2.2.0;`".to_owned());
            warnings.push(Diagnostic { code: Code::W0002NoVersion, message, span: None, help });
        }
        if let Some((version, span)) =
            file.version.filter(|(version, _)| *version > NEWEST || *version < OLDEST)
        {
            let Version(major, minor, patch) = version;
            let message = format!(
                "the program asks for circom {major}.{minor}.{patch}, this compiler speaks 2.0.0 to 2.2.3"
            );
            problems.push(Diagnostic::new(Code::E0003Version, span, message));
        }
        if let (Some((version, span)), true) = (file.version, file.custom_templates)
            && version < CUSTOM_TEMPLATES
        {
            let message = "custom templates need version 2.0.6 or newer";
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
