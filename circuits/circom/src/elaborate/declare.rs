//! Declarations of variables, signals and components.

use std::sync::Arc;

use ark_ff::PrimeField;

use super::assign::same_axes;
use super::bus::BusId;
use super::frame::{Entity, Frame, Signals};
use super::instance::{Signal, narrow};
use super::place::{Owner, Resolved, SignalPlace};
use super::tags::Tags;
use super::value::{Scalar, Value};
use super::{Elaborated, Elaborator, elements, fail};
use crate::ast::{AssignOp, Declaration, DeclarationKind, Declarator, Span};
use crate::diagnostic::Code;

impl<'a, F: PrimeField> Elaborator<'a, F> {
    pub(super) fn declare(
        &mut self,
        frame: &mut Frame<F>,
        declaration: &'a Declaration,
        span: Span,
    ) -> Elaborated<()> {
        let is_signal = declaration.kind.is_signal();
        let first = declaration.symbols[0].span;
        let name = self.names.text(declaration.symbols[0].name);
        if declaration.kind != DeclarationKind::Var && !frame.is_template {
            let message =
                format!("`{name}` is not a variable; signals and components are declared in templates");
            return fail(Code::E0008Kind, first, message);
        }
        if declaration.kind != DeclarationKind::Var && !self.guards.is_empty() {
            let message = format!("whether `{name}` is declared is known only with the witness");
            return fail(Code::E0013UnknownCondition, first, message);
        }
        let bus = self.declared_bus(frame, declaration.bus.as_ref())?;
        for symbol in &declaration.symbols {
            let dimensions: Arc<[usize]> = self.lengths(frame, &symbol.dimensions)?.into();
            let count = elements(&dimensions, symbol.span)?;
            self.steps_of(count as u64, symbol.span)?;
            match declaration.kind {
                DeclarationKind::Var => self.declare_variable(frame, symbol, dimensions, count)?,
                DeclarationKind::Component => self.declare_component(frame, symbol, dimensions, count)?,
                _ => self.declare_signals(frame, declaration, bus, symbol, dimensions, count)?,
            }
        }
        let Some((op, value)) = &declaration.tuple else {
            return Ok(());
        };
        let base = frame.scope.len() - declaration.symbols.len();
        if let (crate::ast::ExpressionKind::Tuple(templates), DeclarationKind::Component) =
            (&value.kind, declaration.kind)
        {
            for ((position, symbol), template) in (base..).zip(&declaration.symbols).zip(templates) {
                let name = self.names.text(symbol.name).to_owned();
                self.set_component(frame, position, 0, name, template)?;
            }
            return Ok(());
        }
        let values = self.values(frame, value)?;
        if values.len() != declaration.symbols.len() {
            let message = format!("{} values for {} symbols", values.len(), declaration.symbols.len());
            return fail(Code::E0007Count, span, message);
        }
        for (position, value) in (base..).zip(values) {
            if is_signal {
                let Entity::Signals(signals) = frame.entity(position).clone() else { continue };
                self.assign_signals(&place(&signals), &value, *op == AssignOp::Constrain, span)?;
            } else {
                let Entity::Variable(held) = frame.entity(position) else { continue };
                let dimensions = Arc::clone(&held.dimensions);
                let place = Resolved::Variable { position, first: 0, dimensions, unknown: Vec::new() };
                self.store_variable(frame, place, value, span)?;
            }
        }
        Ok(())
    }

    fn declare_variable(
        &mut self,
        frame: &mut Frame<F>,
        symbol: &'a Declarator,
        dimensions: Arc<[usize]>,
        count: usize,
    ) -> Elaborated<()> {
        let zero = Scalar::Known(F::zero());
        let initial = |dimensions: &Arc<[usize]>| {
            if dimensions.is_empty() {
                Value::scalar(zero.clone())
            } else {
                Value::array(Arc::clone(dimensions), vec![zero.clone(); count])
            }
        };
        let Some((_, expression)) = &symbol.value else {
            frame.bind_variable(symbol.name, initial(&dimensions));
            return Ok(());
        };
        let value = self.value(frame, expression)?;
        if value.dimensions == dimensions && value.bus.is_none() {
            frame.bind_variable(symbol.name, value);
            return Ok(());
        }
        frame.bind_variable(symbol.name, initial(&dimensions));
        let position = frame.scope.len() - 1;
        let place = Resolved::Variable { position, first: 0, dimensions, unknown: Vec::new() };
        self.store_variable(frame, place, value, symbol.span.to(expression.span))
    }

    fn declare_component(
        &mut self,
        frame: &mut Frame<F>,
        symbol: &'a Declarator,
        dimensions: Arc<[usize]>,
        count: usize,
    ) -> Elaborated<()> {
        if self.building.component_names.contains(&symbol.name) {
            let name = self.names.text(symbol.name);
            return fail(Code::E0005Duplicate, symbol.span, format!("`{name}` is declared twice"));
        }
        self.building.component_names.push(symbol.name);
        let is_array = !dimensions.is_empty();
        frame.scope.push((symbol.name, Entity::Components { dimensions, slots: vec![None; count] }));
        let Some((_, value)) = &symbol.value else {
            return Ok(());
        };
        if is_array {
            return fail(Code::E0008Kind, value.span, "an array of components is set one by one");
        }
        let name = self.names.text(symbol.name).to_owned();
        let position = frame.scope.len() - 1;
        self.set_component(frame, position, 0, name, value)
    }

    fn declare_signals(
        &mut self,
        frame: &mut Frame<F>,
        declaration: &'a Declaration,
        bus: Option<BusId>,
        symbol: &'a Declarator,
        dimensions: Arc<[usize]>,
        count: usize,
    ) -> Elaborated<()> {
        let kind = declaration.kind;
        let name = self.names.text(symbol.name);
        if self.building.instance.signals.iter().any(|signal| signal.name == name) {
            return fail(Code::E0005Duplicate, symbol.span, format!("`{name}` is declared twice"));
        }
        let fields = bus.map_or(&[][..], |id| &self.buses[id.0 as usize].fields);
        if let Some((tag, at)) =
            declaration.tags.iter().find(|(tag, _)| fields.iter().any(|field| field.id == *tag))
        {
            let message = format!("the tag `{}` has the name of a field", self.names.text(*tag));
            return fail(Code::E0005Duplicate, *at, message);
        }
        let length = count as u64 * u64::from(self.element_size(bus));
        let first = self.building.number_signals(length, symbol.span)?;
        let mut tags = Tags::new(self.declared_tags(declaration, bus));
        if kind == DeclarationKind::Input {
            self.building.assigned[first as usize..].fill(true);
            if let Some((_, given)) = self.building.given.iter().find(|(id, _)| *id == symbol.name) {
                for tag in given.iter() {
                    tags.set(&tag.path, tag.name, tag.value.clone());
                }
            }
        }
        let declared = self.building.instance.signals.len();
        self.building.instance.signals.push(Signal {
            name: name.to_owned(),
            span: symbol.span,
            kind,
            dimensions: Arc::clone(&dimensions),
            bus,
            first,
            length: narrow(usize::try_from(length).unwrap_or(usize::MAX)),
            declared: Tags::new(self.declared_tags(declaration, bus)),
            tags,
        });
        let signals = Signals { first, dimensions, bus, kind, declared };
        let target = place(&signals);
        frame.scope.push((symbol.name, Entity::Signals(signals)));
        let Some((op, value)) = &symbol.value else {
            return Ok(());
        };
        let value = self.value(frame, value)?;
        self.assign_signals(&target, &value, *op == AssignOp::Constrain, symbol.span)
    }

    /// Returns an error unless a value fits the axes and the bus of signals.
    pub(super) fn fits(&self, place: &SignalPlace<F>, value: &Value<F>, span: Span) -> Elaborated<()> {
        same_axes(&place.dimensions, value, span)?;
        if place.bus == value.bus {
            return Ok(());
        }
        let shown = |bus: Option<BusId>| match bus {
            Some(id) => format!("the bus `{}`", self.buses()[id.0 as usize].name),
            None => "a number".to_owned(),
        };
        let (expected, got) = (shown(place.bus), shown(value.bus));
        let message = if expected == got {
            format!("{got} has other parameters than expected")
        } else {
            format!("expected {expected}, got {got}")
        };
        fail(Code::E0008Kind, span, message)
    }
}

/// Returns the place of declared signals as a whole.
pub(super) fn place<F>(signals: &Signals) -> SignalPlace<F> {
    SignalPlace {
        first: signals.first,
        dimensions: Arc::clone(&signals.dimensions),
        bus: signals.bus,
        owner: Owner::Own(signals.kind, signals.declared),
        path: Vec::new(),
        unknown: Vec::new(),
        is_whole: true,
        is_spread: false,
    }
}
