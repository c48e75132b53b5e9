//! Buses: named fields of signals, laid out one after the other.
//!
//! Source: the circom 2 language reference, "Buses".

use ark_ff::PrimeField;
use std::sync::Arc;

use super::frame::Frame;
use super::instance::narrow;
use super::tags::Tag;
use super::value::Value;
use super::{Elaborated, Elaborator, elements, fail};
use crate::ast::{
    Declaration, DeclarationKind, DefinitionKind, Expression, ExpressionKind, Name, Span, Statement,
    StatementKind,
};
use crate::diagnostic::Code;

/// The position of a bus with known parameters in [`super::Elaboration::buses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BusId(pub(crate) u32);

/// A bus with known parameters.
#[derive(Debug)]
pub(crate) struct Bus {
    /// Its name.
    pub(crate) name: String,
    /// Its fields, in order.
    pub(crate) fields: Vec<Field>,
    /// Number of signals.
    pub(crate) size: u32,
}

/// A field of a bus.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) id: Name,
    pub(crate) name: String,
    pub(crate) dimensions: Arc<[usize]>,
    /// The bus that each element is.
    pub(crate) bus: Option<BusId>,
    /// The position of its first signal in the bus.
    pub(crate) first: u32,
    pub(crate) tags: Vec<Tag>,
}

impl<'a, F: PrimeField> Elaborator<'a, F> {
    /// Returns the number of signals of one element.
    pub(super) fn element_size(&self, bus: Option<BusId>) -> u32 {
        bus.map_or(1, |id| self.buses[id.0 as usize].size)
    }

    /// Returns the bus of a declaration.
    pub(super) fn declared_bus(
        &mut self,
        frame: &mut Frame<F>,
        call: Option<&'a Expression>,
    ) -> Elaborated<Option<BusId>> {
        let Some(call) = call else {
            return Ok(None);
        };
        let ExpressionKind::Call { name, arguments } = &call.kind else {
            return fail(Code::E0008Kind, call.span, "expected a bus, as in `Point(2) p;`");
        };
        let arguments = self.arguments(frame, arguments)?;
        self.bus(*name, arguments, call.span).map(Some)
    }

    fn bus(&mut self, name: Name, arguments: Vec<Value<F>>, span: Span) -> Elaborated<BusId> {
        let definition = self.definition(name, DefinitionKind::Bus, arguments.len(), span)?;
        let key = (name, arguments);
        if let Some(id) = self.known_buses.get(&key) {
            return Ok(*id);
        }
        let mut frame = Frame::default();
        for (parameter, value) in definition.parameters.iter().zip(&key.1) {
            frame.bind_variable(*parameter, value.clone());
        }
        let mut bus = Bus { name: self.names.text(name).to_owned(), fields: Vec::new(), size: 0 };
        self.nested(span, |elaborator| {
            definition.body.iter().try_for_each(|statement| elaborator.field(&mut frame, &mut bus, statement))
        })?;
        let id = BusId(narrow(self.buses.len()));
        self.buses.push(bus);
        self.known_buses.insert(key, id);
        Ok(id)
    }

    fn field(&mut self, frame: &mut Frame<F>, bus: &mut Bus, statement: &'a Statement) -> Elaborated<()> {
        let StatementKind::Declare(declaration) = &statement.kind else {
            return self.statement(frame, statement);
        };
        if declaration.kind != DeclarationKind::Intermediate {
            return self.statement(frame, statement);
        }
        let inner = self.declared_bus(frame, declaration.bus.as_ref())?;
        for symbol in &declaration.symbols {
            let dimensions = self.lengths(frame, &symbol.dimensions)?;
            let count = elements(&dimensions, symbol.span)?;
            let length = narrow(count).saturating_mul(self.element_size(inner));
            if bus.fields.iter().any(|field| field.id == symbol.name) {
                let name = self.names.text(symbol.name);
                return fail(Code::E0005Duplicate, symbol.span, format!("`{name}` is declared twice"));
            }
            bus.fields.push(Field {
                id: symbol.name,
                name: self.names.text(symbol.name).to_owned(),
                dimensions: dimensions.into(),
                bus: inner,
                first: bus.size,
                tags: self.declared_tags(declaration, inner),
            });
            bus.size = bus.size.saturating_add(length);
        }
        Ok(())
    }

    /// Returns the tags of a declaration and of all fields below it.
    pub(super) fn declared_tags(&self, declaration: &Declaration, bus: Option<BusId>) -> Vec<Tag> {
        let own = declaration.tags.iter().map(|(name, _)| Tag { path: Vec::new(), name: *name, value: None });
        let mut tags: Vec<Tag> = own.collect();
        let fields = bus.map_or(&[][..], |id| &self.buses[id.0 as usize].fields);
        for field in fields {
            tags.extend(field.tags.iter().map(|tag| {
                let path = std::iter::once(field.id).chain(tag.path.iter().copied()).collect();
                Tag { path, ..tag.clone() }
            }));
        }
        tags
    }
}
