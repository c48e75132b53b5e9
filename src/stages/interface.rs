//! Whether a compiled circuit is the one that was meant: what a model's file says may have become something else on the way.

use std::collections::{BTreeMap, BTreeSet};

use ark_ff::PrimeField;
use tensorproof_circom::{Circuit, Component};
use tensorproof_contracts::digest;
use tensorproof_r1cs::R1cs;
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::emit::{Interface, Template};
use tensorproof_transpiler::quantize::InputVisibility;
use tensorproof_transpiler::settings::Constraints;

use super::digest::has_digest;
use super::sealed::check_sealed;
use crate::error::{Error, Result};

/// Checks a circuit, compiled at any level, against what the model's has to have: inputs, outputs, all other signals, components,
/// and a constraint for each signal that the templates around the library's give a value.
pub(crate) fn check_interface<F: PrimeField>(circuit: &Circuit<F>, interface: &Interface) -> Result<()> {
    let main = component(circuit, &[])?;
    check_template(&main, &interface.main)?;
    for port in circuit.inputs() {
        if port.is_public != interface.public.contains(&port.name) {
            let (found, expected) =
                if port.is_public { ("public", "private") } else { ("private", "public") };
            return differs(format!("a {found} input `{}`", port.name), &format!("the {expected} one"));
        }
    }
    if let Some((_, model)) = &interface.model {
        // Instances of a template without parameters are one.
        let placed = main.components.iter().map(|(name, _)| name).find(|name| base(name) == "model");
        let Some(name) = placed else {
            return differs("no component `model`".to_owned(), "one");
        };
        check_template(&component(circuit, &[name.as_str()])?, model)?;
    }
    Ok(())
}

/// Checks the number of constraints of a circuit, compiled at `--O1`, against what the model's are known to be at most: products
/// with constants become linear, and an output that is wired to an input takes one more.
pub(crate) fn check_cost<F: PrimeField>(circuit: &Circuit<F>, interface: &Interface) -> Result<()> {
    let Some(cost) = interface.cost else {
        return Ok(());
    };
    let counts = circuit.r1cs.counts();
    let total = cost.quadratic + cost.linear;
    let found = counts.quadratic + counts.linear;
    let fits = counts.quadratic <= cost.quadratic && found <= total + circuit.r1cs.public_outputs as usize;
    if fits {
        return Ok(());
    }
    let told =
        |quadratic: usize, linear: usize| format!("{quadratic} quadratic and {linear} linear constraints");
    differs(told(counts.quadratic, counts.linear), &told(cost.quadratic, cost.linear))
}

/// Checks a circuit, compiled at `--O1`, against the settings beside it.
pub(crate) fn check_settings<F: PrimeField>(circuit: &Circuit<F>, settings: &Settings) -> Result<()> {
    check_public_signals(&circuit.r1cs, settings)?;
    let counts = circuit.r1cs.counts();
    let Constraints { quadratic, linear } = settings.constraints;
    if (counts.quadratic, counts.linear) != (quadratic, linear) {
        let told = |quadratic: usize, linear: usize| {
            format!("{quadratic} quadratic and {linear} linear constraints")
        };
        return differs(told(counts.quadratic, counts.linear), &told(quadratic, linear));
    }
    let main = component(circuit, &[])?;
    check_assigned(&main)?;
    for (name, template) in &main.components {
        if template == "Model" {
            check_assigned(&component(circuit, &[name.as_str()])?)?;
        }
    }
    let is_public = settings.input_visibility == InputVisibility::Public && !has_digest(settings);
    let ports = circuit.inputs();
    for input in &settings.inputs {
        let outer: &[usize] = if settings.batch == 1 { &[] } else { &[settings.batch] };
        let axes = [outer, &input.shape].concat();
        let port = ports.iter().find(|port| port.name == input.signal);
        if !port.is_some_and(|port| port.dimensions == axes && port.is_public == is_public) {
            let kind = if is_public { "public" } else { "private" };
            return differs(
                format!("no {kind} input `{}` with axes {axes:?}", input.signal),
                "one, as `settings.json` says",
            );
        }
    }
    for seal in &settings.seals {
        let names: Vec<String> = seal.tensors.iter().map(|tensor| tensor.signal.clone()).collect();
        check_sealed(circuit, seal.subject()?, seal.kind()?, settings.batch, &names)?;
    }
    Ok(())
}

/// Checks that constraints have as many public signals as the settings beside them say.
pub(crate) fn check_public_signals<F: PrimeField>(r1cs: &R1cs<F>, settings: &Settings) -> Result<()> {
    let expected = if has_digest(settings) { digest::SIGNALS } else { settings.public_values };
    let found = r1cs.public_signals() as usize;
    if found == expected {
        return Ok(());
    }
    differs(format!("{found} public signals"), &expected.to_string())
}

fn component<F: PrimeField>(circuit: &Circuit<F>, path: &[&str]) -> Result<Component> {
    circuit.component(path).ok_or(Error::Internal("a component of a circuit is gone"))
}

fn check_template(found: &Component, expected: &Template) -> Result<()> {
    let place = expected.name;
    if found.template != place {
        return differs(format!("a template `{}`", found.template), &format!("`{place}`"));
    }
    for (kind, found, expected) in [
        ("input", &found.inputs, &expected.inputs),
        ("output", &found.outputs, &expected.outputs),
        ("signal", &found.intermediates, &expected.intermediates),
    ] {
        let (found, expected) = (described(found), described(expected));
        check_same(place, kind, &found, &expected)?;
    }
    let mut components: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (name, template) in &found.components {
        *components.entry((base(name), template)).or_default() += 1;
    }
    let told = |(name, template, count): (&str, &str, usize)| format!("`{name}` of {count} `{template}`");
    let components = components.into_iter().map(|((name, template), count)| told((name, template, count)));
    let meant = expected.components.iter().filter(|(_, _, count)| *count > 0);
    let meant = meant.map(|(name, template, count)| told((name, template, *count)));
    check_same(place, "component", &components.collect(), &meant.collect())?;
    check_assigned(found)
}

/// Checks that each signal that a template gives a value gets it by one constraint, as in all that is emitted.
fn check_assigned(found: &Component) -> Result<()> {
    let Component { template, constraints, to_assign, unconstrained, .. } = found;
    if *unconstrained == 0 && constraints == to_assign {
        return Ok(());
    }
    let found =
        format!("{constraints} constraints and {unconstrained} signals without one in template `{template}`");
    differs(found, &format!("{to_assign}, one for each signal,"))
}

fn described(signals: &[(String, Vec<usize>)]) -> BTreeSet<String> {
    signals.iter().map(|(name, axes)| format!("`{name}` of {axes:?}")).collect()
}

fn check_same(place: &str, kind: &str, found: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<()> {
    if let Some(more) = found.difference(expected).next() {
        return differs(format!("{kind} {more} in template `{place}`"), "none");
    }
    match expected.difference(found).next() {
        Some(missing) => differs(format!("no {kind} {missing} in template `{place}`"), "one"),
        None => Ok(()),
    }
}

/// Returns the name of a component without its indices.
fn base(name: &str) -> &str {
    name.split_once('[').map_or(name, |(base, _)| base)
}

fn differs(found: String, expected: &str) -> Result<()> {
    Err(Error::OtherCircuit { found, expected: expected.to_owned() })
}
