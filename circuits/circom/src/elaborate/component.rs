//! Components: instances placed in a template.

use super::frame::{Building, Entity, Frame, Returned};
use super::instance::{Instance, Instruction, Operand, Signal, SubComponent, narrow};
use super::tags::Tags;
use super::value::Value;
use super::{Elaborated, Elaborator, fail, layout};
use crate::ast::{
    DeclarationKind, Definition, DefinitionKind, Expression, ExpressionKind, Name, Span, StatementKind,
};
use crate::diagnostic::Code;
use ark_ff::PrimeField;

use num_bigint::BigUint;

/// What is known of a component while its template is elaborated.
#[derive(Debug, Default)]
pub(crate) struct Part<F> {
    /// Its template.
    pub(crate) template: Option<Name>,
    /// How many of its inputs have no value.
    pub(crate) missing: u32,
    /// What waits for the tags of its inputs.
    pub(crate) pending: Option<Pending<F>>,
    /// The tags that its inputs were given: input, fields and tag, with the value.
    pub(crate) given: Vec<(TagPlace, Option<BigUint>)>,
    /// Where the inputs of a component that was pending were numbered before: first, length, signal of the instance.
    pub(crate) moved: Vec<(u32, u32, u32)>,
}

/// A tag of a component's input: the input's position, the fields that lead to what is tagged, the tag.
pub(crate) type TagPlace = (usize, Vec<Name>, Name);

/// A component whose instance depends on the tags of its inputs.
#[derive(Debug)]
pub(crate) struct Pending<F> {
    template: Name,
    arguments: Vec<Value<F>>,
    /// The inputs, with numbers for the time being.
    pub(crate) inputs: Vec<Signal>,
}

/// An input of a component.
pub(super) struct InputPlace {
    pub(super) id: Name,
    pub(super) name: String,
}

/// How far the witness program is.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    program: usize,
    slots: u32,
    forms: usize,
    picks: usize,
    deferred: usize,
    logs: usize,
}

impl<'a, F: PrimeField> Elaborator<'a, F> {
    /// Returns the instance of a template with parameters and tags of its inputs, elaborating it when it is met first.
    pub(super) fn instantiate(
        &mut self,
        name: Name,
        arguments: Vec<Value<F>>,
        given: Vec<(Name, Tags)>,
        span: Span,
    ) -> Elaborated<usize> {
        let definition = self.definition(name, DefinitionKind::Template, arguments.len(), span)?;
        if arguments.iter().any(|argument| argument.items().iter().any(|item| item.known().is_none())) {
            return fail(Code::E0009Index, span, "a parameter of a template is known only with the witness");
        }
        let key = (name, arguments, given.iter().map(|(_, tags)| tags.clone()).collect());
        if let Some(&id) = self.known.get(&key) {
            return Ok(id);
        }
        let mut frame = template_frame(definition, &key.1);
        let text = self.names.text(name).to_owned();
        let instance = Instance { template: text, modifiers: definition.modifiers, ..Instance::default() };
        let around =
            std::mem::replace(&mut self.building, Building { instance, given, ..Building::default() });
        let guards = std::mem::take(&mut self.guards);
        let done = self.nested(span, |this| this.block(&mut frame, &definition.body));
        self.guards = guards;
        let building = std::mem::replace(&mut self.building, around);
        done?;
        if let Some(Returned::Value(_) | Returned::Perhaps(_)) = frame.returned {
            return fail(Code::E0008Kind, definition.span, "a template has no `return`");
        }
        let instance = self.finish(building, definition.span)?;
        let id = self.instances.len();
        self.instances.push(instance);
        self.known.insert(key, id);
        Ok(id)
    }

    /// Returns the instance once every component input has a value.
    fn finish(&mut self, building: Building<F>, span: Span) -> Elaborated<Instance> {
        let Building { mut instance, assigned, parts, .. } = building;
        for (component, part) in instance.components.iter().zip(&parts) {
            if part.missing > 0 {
                let message =
                    format!("{} inputs of the component `{}` get no value", part.missing, component.name);
                return fail(Code::E0012Unassigned, component.span, message);
            }
        }
        let _ = span;
        for signal in &instance.signals {
            let all = signal.first..signal.first + signal.length;
            instance.unassigned.extend(all.filter(|signal| !assigned[*signal as usize]));
        }
        for signal in &mut instance.signals {
            // Only what is declared passes the border of a component.
            let mut tags = signal.declared.clone();
            for tag in signal.tags.iter() {
                if tags.find(&tag.path, tag.name).is_some() {
                    tags.set(&tag.path, tag.name, tag.value.clone());
                }
            }
            signal.tags = tags;
        }
        remove_unused(&mut instance);
        layout::lay_out(&mut instance, |id| self.instances[id].size, &[], &parts);
        Ok(instance)
    }

    pub(super) fn set_component(
        &mut self,
        frame: &mut Frame<F>,
        position: usize,
        slot: usize,
        name: String,
        value: &'a Expression,
    ) -> Elaborated<()> {
        let ExpressionKind::Call { name: template, arguments } = &super::without_parallel(value).kind else {
            let message = format!("`{name}` is a component, expected a template");
            return fail(Code::E0008Kind, value.span, message);
        };
        if !self.guards.is_empty() || self.runtime.is_some() {
            let message = format!("whether `{name}` is set is known only with the witness");
            return fail(Code::E0013UnknownCondition, value.span, message);
        }
        if let Entity::Components { slots, .. } = frame.entity(position)
            && let Some(other) = slots.iter().flatten().next()
        {
            let other = &self.building.parts[*other].template;
            if *other != Some(*template) {
                let message = "all components of an array have the same template";
                return fail(Code::E0008Kind, value.span, message);
            }
        }
        let arguments = self.arguments(frame, arguments)?;
        let component = self.add_component(name, *template, arguments, value.span)?;
        if let Entity::Components { slots, .. } = frame.entity_mut(position)
            && slots[slot].replace(component).is_some()
        {
            return fail(Code::E0011AssignedTwice, value.span, "the component is set already");
        }
        Ok(())
    }

    /// Places a template in the one under elaboration; returns its position among the components.
    pub(super) fn add_component(
        &mut self,
        name: String,
        template: Name,
        arguments: Vec<Value<F>>,
        span: Span,
    ) -> Elaborated<usize> {
        let component = self.building.parts.len();
        let definition = self.definition(template, DefinitionKind::Template, arguments.len(), span)?;
        if may_have_tagged_inputs(definition) {
            let mut inputs = self.signature(definition, &arguments);
            if inputs.iter().any(|input| !input.tags.is_empty()) {
                let missing = inputs.iter().map(|input| input.length).sum();
                let first = self.building.number_signals(u64::from(missing), span)?;
                let mut next = first;
                for input in &mut inputs {
                    input.first = next;
                    next += input.length;
                }
                let pending = Some(Pending { template, arguments, inputs });
                let template = Some(template);
                self.building.parts.push(Part { template, missing, pending, ..Part::default() });
                let instance = usize::MAX;
                self.building.instance.components.push(SubComponent { name, span, instance, first });
                self.inputs_given(component, 0, span)?;
                return Ok(component);
            }
        }
        let id = self.instantiate(template, arguments, Vec::new(), span)?;
        let instance = &self.instances[id];
        let missing = instance.of_kind(DeclarationKind::Input).map(|signal| signal.length).sum();
        let first = self.building.number_signals(u64::from(self.instances[id].size), span)?;
        self.building.instance.components.push(SubComponent { name, span, instance: id, first });
        self.building.parts.push(Part { template: Some(template), missing, ..Part::default() });
        self.inputs_given(component, 0, span)?;
        Ok(component)
    }

    /// Notes that some more inputs of a component have values. With the last of them its program runs.
    pub(super) fn inputs_given(&mut self, component: usize, count: u32, span: Span) -> Elaborated<()> {
        let part = &mut self.building.parts[component];
        part.missing -= count;
        if part.missing > 0 {
            return Ok(());
        }
        if let Some(Pending { template, arguments, inputs }) = part.pending.take() {
            for (position, input) in inputs.iter().enumerate() {
                let missing = input.declared.iter().find(|tag| {
                    !part.given.iter().any(|((at, path, name), _)| {
                        *at == position && *name == tag.name && *path == tag.path
                    })
                });
                if let Some(tag) = missing {
                    let text = self.names.text(tag.name);
                    let message =
                        format!("the input `{}` takes only signals with the tag `{text}`", input.name);
                    return fail(Code::E0016Tags, span, message);
                }
            }
            let names = self.names;
            let given =
                inputs.iter().filter_map(|input| Some((names.find(&input.name)?, input.tags.clone())));
            let id = self.instantiate(template, arguments, given.collect(), span)?;
            let instance = &self.instances[id];
            let first = self.building.number_signals(u64::from(instance.size), span)?;
            let places = instance.of_kind(DeclarationKind::Input);
            let moved =
                inputs.iter().zip(places).map(|(old, new)| (old.first, old.length, new.first)).collect();
            for input in instance.of_kind(DeclarationKind::Input) {
                let range = (first + input.first) as usize..(first + input.first + input.length) as usize;
                self.building.assigned[range].fill(true);
            }
            self.building.parts[component].moved = moved;
            let sub = &mut self.building.instance.components[component];
            (sub.instance, sub.first) = (id, first);
        }
        self.building.instance.program.push(Instruction::Run { component: narrow(component) });
        Ok(())
    }

    /// Returns the inputs of a component in the order of their declarations.
    pub(super) fn inputs_of(&self, component: usize) -> Vec<InputPlace> {
        let names = self.names;
        let place =
            |signal: &Signal| Some(InputPlace { id: names.find(&signal.name)?, name: signal.name.clone() });
        if let Some(pending) = &self.building.parts[component].pending {
            pending.inputs.iter().filter_map(place).collect()
        } else {
            let instance = self.instance_of(&self.building.instance.components[component]);
            instance.of_kind(DeclarationKind::Input).filter_map(place).collect()
        }
    }

    /// Returns the outputs of a component in the order of their declarations.
    pub(super) fn outputs_of(&self, component: usize) -> Vec<Name> {
        let instance = self.instance_of(&self.building.instance.components[component]);
        let outputs = instance.of_kind(DeclarationKind::Output);
        outputs.filter_map(|signal| self.names.find(&signal.name)).collect()
    }

    /// Returns the inputs that a template declares, which do not depend on their tags: only declarations and variables
    /// up to the last of them are executed.
    fn signature(&mut self, definition: &'a Definition, arguments: &[Value<F>]) -> Vec<Signal> {
        let mut frame = template_frame(definition, arguments);
        let around = std::mem::take(&mut self.building);
        let is_input = |statement: &crate::ast::Statement| matches!(&statement.kind, StatementKind::Declare(declared) if declared.kind == DeclarationKind::Input);
        let end = definition.body.iter().rposition(is_input).map_or(0, |last| last + 1);
        for statement in &definition.body[..end] {
            let is_plain = match &statement.kind {
                StatementKind::Declare(declared) => declared.kind != DeclarationKind::Component,
                StatementKind::Assign { op, .. } => *op == crate::ast::AssignOp::Set,
                StatementKind::If(_) | StatementKind::While(_) | StatementKind::Block(_) => true,
                _ => false,
            };
            if is_plain {
                // What needs the value of a tag cannot be executed yet, and no input depends on it.
                let _ = self.statement(&mut frame, statement);
            }
        }
        let building = std::mem::replace(&mut self.building, around);
        let is_input = |signal: &Signal| signal.kind == DeclarationKind::Input;
        building.instance.signals.into_iter().filter(is_input).collect()
    }

    /// Returns how far the witness program is.
    pub(super) fn mark(&self) -> Mark {
        let instance = &self.building.instance;
        Mark {
            program: instance.program.len(),
            slots: instance.slots,
            forms: instance.forms.len(),
            picks: instance.picks.len(),
            deferred: instance.deferred.len(),
            logs: instance.logs.len(),
        }
    }

    /// Forgets what was added to the witness program since a mark; functions add nothing else.
    pub(super) fn reset(&mut self, mark: Mark) {
        self.building.kept_forms.clear();
        let instance = &mut self.building.instance;
        instance.program.truncate(mark.program);
        instance.slots = mark.slots;
        instance.forms.truncate(mark.forms);
        instance.picks.truncate(mark.picks);
        instance.deferred.truncate(mark.deferred);
        instance.logs.truncate(mark.logs);
    }
}

/// Returns a frame with a template's parameters.
fn template_frame<F: PrimeField>(definition: &Definition, arguments: &[Value<F>]) -> Frame<F> {
    let mut frame = Frame { is_template: true, ..Frame::default() };
    for (parameter, value) in definition.parameters.iter().zip(arguments) {
        frame.bind_variable(*parameter, value.clone());
    }
    frame
}

fn may_have_tagged_inputs(definition: &Definition) -> bool {
    definition.body.iter().any(|statement| match &statement.kind {
        StatementKind::Declare(declared) => {
            declared.kind == DeclarationKind::Input && (!declared.tags.is_empty() || declared.bus.is_some())
        }
        _ => false,
    })
}

/// Removes instructions whose results nothing reads, and closes the gaps between the slots.
fn remove_unused(instance: &mut Instance) {
    let mut used = vec![false; instance.slots as usize];
    let mut kept = Vec::with_capacity(instance.program.len());
    for instruction in std::mem::take(&mut instance.program).into_iter().rev() {
        let needed = match instruction {
            Instruction::Operate { into, .. } | Instruction::Pick { into, .. } => used[into as usize],
            _ => true,
        };
        if needed {
            instance.for_each_operand(&instruction, |operand| {
                if let Operand::Slot(slot) = operand {
                    used[slot as usize] = true;
                }
            });
            if let Instruction::Execute { deferred } = instruction {
                let deferred = &instance.deferred[deferred as usize];
                used[deferred.into as usize..(deferred.into + deferred.results) as usize].fill(true);
            }
            kept.push(instruction);
        }
    }
    kept.reverse();
    instance.program = kept;
    let mut next = 0;
    let slots: Vec<u32> = used
        .iter()
        .map(|used| {
            let slot = next;
            next += u32::from(*used);
            slot
        })
        .collect();
    instance.slots = next;
    instance.change_operands(|operand| {
        if let Operand::Slot(slot) = operand {
            *slot = slots[*slot as usize];
        }
    });
    for instruction in &mut instance.program {
        if let Instruction::Operate { into, .. } | Instruction::Pick { into, .. } = instruction {
            *into = slots[*into as usize];
        }
    }
    for deferred in &mut instance.deferred {
        deferred.into = slots.get(deferred.into as usize).copied().unwrap_or(next);
    }
}
