//! The syntax tree back to source text: every operation in parentheses, one statement a line.
//!
//! Tests show with it that the parser loses nothing: what is printed parses to the tree that was printed.

use std::fmt::{self, Display, Formatter};

use crate::ast::{
    Access, AssignOp, Declaration, DeclarationKind, Definition, Expression, ExpressionKind, File, InfixOp,
    LogArgument, Name, Names, PrefixOp, Statement, StatementKind, Version,
};

/// Something with the names it mentions, for printing.
pub(crate) struct Printed<'p, T>(pub(crate) &'p T, pub(crate) &'p Names);

impl<'p, T> Printed<'p, T> {
    fn with<U>(&self, other: &'p U) -> Printed<'p, U> {
        Printed(other, self.1)
    }

    fn name(&self, name: Name) -> &'p str {
        self.1.text(name)
    }
}

/// Writes items with commas between them.
fn list<'p, T: 'p>(f: &mut Formatter<'_>, names: &'p Names, items: &'p [T]) -> fmt::Result
where
    Printed<'p, T>: Display,
{
    for (position, item) in items.iter().enumerate() {
        write!(f, "{}{}", if position > 0 { ", " } else { "" }, Printed(item, names))?;
    }
    Ok(())
}

impl Display for Printed<'_, File> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some((Version(major, minor, patch), _)) = self.0.version {
            writeln!(f, "pragma circom {major}.{minor}.{patch};")?;
        }
        if self.0.custom_templates {
            writeln!(f, "pragma custom_templates;")?;
        }
        for (path, _) in &self.0.includes {
            writeln!(f, "include \"{path}\";")?;
        }
        for definition in &self.0.definitions {
            write!(f, "{}", self.with(definition))?;
        }
        if let Some(main) = &self.0.main {
            write!(f, "component main")?;
            if !main.public.is_empty() {
                let names: Vec<&str> = main.public.iter().map(|(name, _)| self.name(*name)).collect();
                write!(f, " {{public [{}]}}", names.join(", "))?;
            }
            writeln!(f, " = {};", self.with(&main.call))?;
        }
        Ok(())
    }
}

impl Display for Printed<'_, Definition> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let definition = self.0;
        write!(f, "{}", definition.kind.word())?;
        let modifiers = definition.modifiers;
        for (is_set, word) in
            [(modifiers.custom, "custom"), (modifiers.extern_c, "extern_c"), (modifiers.parallel, "parallel")]
        {
            if is_set {
                write!(f, " {word}")?;
            }
        }
        let parameters: Vec<&str> = definition.parameters.iter().map(|name| self.name(*name)).collect();
        writeln!(f, " {}({}) {{", self.name(definition.name), parameters.join(", "))?;
        for statement in &definition.body {
            write!(f, "{}", self.with(statement))?;
        }
        writeln!(f, "}}")
    }
}

impl Display for Printed<'_, Statement> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            StatementKind::Block(statements) => {
                writeln!(f, "{{")?;
                for statement in statements {
                    write!(f, "{}", self.with(statement))?;
                }
                writeln!(f, "}}")
            }
            StatementKind::Declare(declaration) => writeln!(f, "{};", self.with(declaration)),
            StatementKind::Assign { target, op, value } => {
                writeln!(f, "{} {} {};", self.with(target), symbol(*op), self.with(value))
            }
            StatementKind::Constrain { left, right } => {
                writeln!(f, "{} === {};", self.with(left), self.with(right))
            }
            StatementKind::If(conditional) => {
                write!(f, "if ({}) {}", self.with(&conditional.condition), self.with(&conditional.then))?;
                match &conditional.otherwise {
                    Some(otherwise) => write!(f, "else {}", self.with(otherwise)),
                    None => Ok(()),
                }
            }
            StatementKind::While(repeated) => {
                write!(f, "while ({}) {}", self.with(&repeated.condition), self.with(&repeated.body))
            }
            StatementKind::Return(value) => writeln!(f, "return {};", self.with(value)),
            StatementKind::Assert(condition) => writeln!(f, "assert({});", self.with(condition)),
            StatementKind::Log(arguments) => {
                write!(f, "log(")?;
                list(f, self.1, arguments)?;
                writeln!(f, ");")
            }
            StatementKind::Expression(expression) => writeln!(f, "{};", self.with(expression)),
        }
    }
}

impl Display for Printed<'_, LogArgument> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            LogArgument::Text(text) => write!(f, "\"{text}\""),
            LogArgument::Value(value) => write!(f, "{}", self.with(value)),
        }
    }
}

impl Display for Printed<'_, Declaration> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let declaration = self.0;
        let direction = match declaration.kind {
            DeclarationKind::Input => "input ",
            DeclarationKind::Output => "output ",
            _ => "",
        };
        match (&declaration.bus, declaration.kind) {
            (Some(bus), _) => write!(f, "{direction}{}", self.with(bus))?,
            (None, DeclarationKind::Var) => write!(f, "var")?,
            (None, DeclarationKind::Component) => write!(f, "component")?,
            (None, _) => write!(f, "signal {}", direction.trim_end())?,
        }
        if !declaration.tags.is_empty() {
            let tags: Vec<&str> = declaration.tags.iter().map(|(name, _)| self.name(*name)).collect();
            write!(f, " {{{}}}", tags.join(", "))?;
        }
        write!(f, " {}", if declaration.is_tuple { "(" } else { "" })?;
        for (position, symbol) in declaration.symbols.iter().enumerate() {
            write!(f, "{}{}", if position > 0 { ", " } else { "" }, self.name(symbol.name))?;
            for length in &symbol.dimensions {
                write!(f, "[{}]", self.with(length))?;
            }
            if let Some((op, value)) = &symbol.value {
                write!(f, " {} {}", self::symbol(*op), self.with(value))?;
            }
        }
        if declaration.is_tuple {
            write!(f, ")")?;
        }
        match &declaration.tuple {
            Some((op, value)) => write!(f, " {} {}", symbol(*op), self.with(value)),
            None => Ok(()),
        }
    }
}

impl Display for Printed<'_, Expression> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExpressionKind::Number(value) => write!(f, "{value}"),
            ExpressionKind::Underscore => write!(f, "_"),
            ExpressionKind::Place(place) => {
                write!(f, "{}", self.name(place.name))?;
                for step in &place.access {
                    match step {
                        Access::Index(index) => write!(f, "[{}]", self.with(index))?,
                        Access::Member(member) => write!(f, ".{}", self.name(*member))?,
                    }
                }
                Ok(())
            }
            ExpressionKind::Infix { op, left, right } => {
                write!(f, "({} {} {})", self.with(&**left), infix(*op), self.with(&**right))
            }
            ExpressionKind::Prefix { op, operand } => write!(f, "({}{})", prefix(*op), self.with(&**operand)),
            ExpressionKind::Ternary { condition, then, otherwise } => write!(
                f,
                "({} ? {} : {})",
                self.with(&**condition),
                self.with(&**then),
                self.with(&**otherwise)
            ),
            ExpressionKind::Array(items) => {
                write!(f, "[")?;
                list(f, self.1, items)?;
                write!(f, "]")
            }
            ExpressionKind::Tuple(items) => {
                write!(f, "(")?;
                list(f, self.1, items)?;
                write!(f, ")")
            }
            ExpressionKind::Parallel(inner) => write!(f, "parallel {}", self.with(&**inner)),
            ExpressionKind::Call { name, arguments } => {
                write!(f, "{}(", self.name(*name))?;
                list(f, self.1, arguments)?;
                write!(f, ")")
            }
            ExpressionKind::Anonymous { name, arguments, inputs } => {
                write!(f, "{}(", self.name(*name))?;
                list(f, self.1, arguments)?;
                write!(f, ")(")?;
                for (position, (given, input)) in inputs.iter().enumerate() {
                    write!(f, "{}", if position > 0 { ", " } else { "" })?;
                    if let Some((name, op)) = given {
                        write!(f, "{} {} ", self.name(*name), symbol(*op))?;
                    }
                    write!(f, "{}", self.with(input))?;
                }
                write!(f, ")")
            }
        }
    }
}

fn symbol(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Signal => "<--",
        AssignOp::Constrain => "<==",
    }
}

fn prefix(op: PrefixOp) -> &'static str {
    match op {
        PrefixOp::Negate => "-",
        PrefixOp::Not => "!",
        PrefixOp::Complement => "~",
    }
}

fn infix(op: InfixOp) -> &'static str {
    match op {
        InfixOp::Or => "||",
        InfixOp::And => "&&",
        InfixOp::Equal => "==",
        InfixOp::NotEqual => "!=",
        InfixOp::Less => "<",
        InfixOp::Greater => ">",
        InfixOp::LessEqual => "<=",
        InfixOp::GreaterEqual => ">=",
        InfixOp::BitOr => "|",
        InfixOp::BitXor => "^",
        InfixOp::BitAnd => "&",
        InfixOp::ShiftLeft => "<<",
        InfixOp::ShiftRight => ">>",
        InfixOp::Add => "+",
        InfixOp::Subtract => "-",
        InfixOp::Multiply => "*",
        InfixOp::Divide => "/",
        InfixOp::IntegerDivide => "\\",
        InfixOp::Modulo => "%",
        InfixOp::Power => "**",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::parser::parse;
    use crate::sources::FileId;

    /// Parses a text without problems; returns the tree as text, without the places.
    fn parsed(text: &str, names: &mut Names) -> (File, String) {
        let mut problems = Vec::new();
        let file = parse(text, FileId(0), names, &mut problems);
        assert!(problems.is_empty(), "{problems:?}\n{text}");
        let shown = format!("{file:?}");
        let mut bare = String::with_capacity(shown.len());
        let mut rest = shown.as_str();
        while let Some(at) = rest.find("Span {") {
            bare.push_str(&rest[..at]);
            rest = &rest[at + rest[at..].find('}').expect("a span ends") + 1..];
        }
        bare.push_str(rest);
        (file, bare)
    }

    fn print_and_parse(text: &str) {
        let mut names = Names::default();
        let (file, tree) = parsed(text, &mut names);
        let printed = Printed(&file, &names).to_string();
        let (_, again) = parsed(&printed, &mut names);
        assert_eq!(tree, again, "{printed}");
    }

    #[test]
    fn every_valid_program_prints_to_itself() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid");
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            print_and_parse(&std::fs::read_to_string(path).expect("a text"));
        }
    }

    /// Random expressions in the source's own notation, with as few parentheses as chance will have.
    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(|number| number.to_string()),
            Just("0x1f".to_owned()),
            Just("a".to_owned()),
            Just("b[1][c]".to_owned()),
            Just("d[2].e.f[a]".to_owned()),
        ];
        leaf.prop_recursive(5, 40, 3, |inner| {
            let operators = prop::sample::select(vec![
                "||", "&&", "==", "!=", "<", ">", "<=", ">=", "|", "^", "&", "<<", ">>", "+", "-", "*", "/", "\\",
                "%", "**",
            ]);
            prop_oneof![
                4 => (inner.clone(), operators, inner.clone()).prop_map(|(l, op, r)| format!("{l} {op} {r}")),
                1 => (prop::sample::select(vec!["-", "!", "~"]), inner.clone())
                    .prop_map(|(op, operand)| format!("{op}({operand})")),
                1 => inner.clone().prop_map(|inner| format!("({inner})")),
                1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(c, t, o)| format!("({c} ? {t} : {o})")),
                1 => prop::collection::vec(inner.clone(), 1..4).prop_map(|items| format!("[{}]", items.join(", "))),
                1 => prop::collection::vec(inner, 0..3).prop_map(|items| format!("f({})", items.join(", "))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn random_expressions_print_to_themselves(left in expression(), right in expression()) {
            print_and_parse(&format!("template T() {{ var x = {left}; x += {right}; {left} === {right}; }}"));
        }
    }
}
