//! `tensorproof verify`: whether a proof shows its statement.

use std::path::PathBuf;

use serde_json::{Value, json};
use tensorproof_contracts::chain::{ChainError, Message, Rpc, check_registry, expected_code, registered};
use tensorproof_contracts::{Address, B256, Function, evm};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::quantize::OutputVisibility;

use super::sending::{Plan, Planned, Sender};
use super::{Output, account, deployment, warn_of_origin};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::VerifyArgs;
use crate::error::{Error, Result};
use crate::stages::{self, Statement};
use crate::terminal::grouped;

pub(super) fn run(args: &VerifyArgs, output: Output) -> Result<()> {
    let dir = args.dir.as_deref().map(BuildDir::of);
    let path = |given: &Option<PathBuf>, artefact: Artefact| match (given, &dir) {
        (Some(path), _) => Ok(path.clone()),
        (None, Some(dir)) => dir.existing(artefact),
        (None, None) => Err(Error::Internal("neither a folder nor a file to verify")),
    };
    let vk = path(&args.vk, Artefact::VerifyingKey)?;
    let settings = dir.as_ref().map(stages::read_settings_if_any).transpose()?.flatten();
    if let Some(folder) = &args.batch {
        return super::batch::verify(&vk, dir.as_ref(), settings.as_ref(), folder, output);
    }
    on_one_core();
    let files = [vk, path(&args.public, Artefact::Public)?, path(&args.proof, Artefact::Proof)?];
    let statement =
        stages::read_statement(dir.as_ref(), settings.as_ref(), files.each_ref().map(PathBuf::as_path))?;
    output.terminal.stage(
        "verify",
        || stages::verify_statement(&statement, settings.as_ref()),
        |()| statement.described(),
    )?;
    if let Some(dir) = &dir {
        warn_of_origin(dir, &statement.vk, output)?;
    }
    let mut json = json!({ "valid": true, "public_signals": statement.public.len() });
    if let Some(settings) = &settings {
        if settings.output_visibility == OutputVisibility::Public {
            let outputs = stages::outputs(settings, &stages::public_integers(settings, statement.values())?)?;
            json["outputs"] = outputs.by_name.into();
            json["class"] = outputs.class;
        }
        json["commitments"] = stages::commitments(settings, statement.values())?.into();
    }
    if args.evm {
        let config = stages::verifier_config(settings.as_ref(), &statement.vk, "Verifier")?;
        let inputs = statement.contract_inputs()?;
        let (report, _) = output.terminal.stage(
            "evm",
            || evm::verify(&statement.vk, &config, &inputs, &statement.proof).map_err(Error::from),
            |report| format!("{} gas", grouped(report.gas_used)),
        )?;
        json["gas"] = report.gas_used.into();
    }
    if let Some(url) = &args.rpc_url {
        verify_on_chain(url, dir.as_ref(), &statement, settings.as_ref(), args, &mut json, output)?;
    }
    output.result(&json, "valid")
}

/// Keeps to this thread: others take longer to start than a proof to verify.
fn on_one_core() {
    // When threads are running already, they are there to be used.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
}

fn read_address(option: &'static str, text: Option<&str>) -> Result<Option<Address>> {
    let read = |text: &str| {
        text.parse().map_err(|_| Error::Option {
            option,
            value: text.to_owned(),
            expected: "an address, 20 bytes in hexadecimal",
        })
    };
    text.map(read).transpose()
}

/// Returns the verifier that a registry names.
fn look_up(rpc: &Rpc, registry: Address, publisher: Address, model: B256) -> Result<Address> {
    check_registry(rpc, registry)?;
    registered(rpc, registry, publisher, model)?.ok_or_else(|| Error::NotRegistered {
        registry: registry.to_string(),
        publisher: publisher.to_string(),
        model: model.to_string(),
    })
}

/// Asks the contract on a chain, once it is known to be ours.
fn verify_on_chain(
    url: &str,
    dir: Option<&BuildDir>,
    statement: &Statement,
    settings: Option<&Settings>,
    args: &VerifyArgs,
    json: &mut Value,
    output: Output,
) -> Result<()> {
    let given = read_address("--address", args.address.as_deref())?;
    let registry = read_address("--registry", args.registry.as_deref())?;
    let publisher = read_address("--publisher", args.publisher.as_deref())?;
    let (rpc, chain) = account::connect(url, &args.account)?;
    let contract = match (given, registry, dir) {
        (Some(contract), _, _) => contract,
        (None, Some(registry), Some(dir)) => {
            let model = stages::model_hash(dir, settings)?;
            let known = match publisher {
                Some(publisher) => Some(publisher),
                None => deployment::publisher(dir, chain, registry)?,
            };
            let known = known.ok_or_else(|| Error::NoPublisher { registry: registry.to_string() })?;
            if publisher.is_none() {
                output.terminal.warn(&deployment::unverified(known, registry));
            }
            json["publisher"] = known.to_string().into();
            json["publisher_given"] = publisher.is_some().into();
            look_up(&rpc, registry, known, model)?
        }
        _ => return Err(Error::Internal("neither an address nor a registry to ask")),
    };
    let config = stages::verifier_config(settings, &statement.vk, "Verifier")?;
    output.terminal.stage(
        "code",
        || expected_code(&rpc, contract, &statement.vk, &config).map_err(Error::from),
        |()| format!("{contract} on chain {chain} is the verifier of this key"),
    )?;
    let inputs = statement.contract_inputs()?;
    let refused = |reason: String| Error::RefusedOnChain { address: contract.to_string(), reason };
    let call = Function::RequireProof.call(&statement.proof, &inputs)?.data;
    let ask = || match rpc.call(contract, &call) {
        Ok(returned) if returned.is_empty() => Ok(()),
        Ok(_) => Err(refused("it returned something, expected nothing".to_owned())),
        Err(ChainError::Refused { data: Some(data), .. }) => Err(refused(evm::describe_revert(&data))),
        Err(error) => Err(error.into()),
    };
    output.terminal.stage("call", ask, |()| "the contract accepts".to_owned())?;
    json["chain_id"] = chain.into();
    json["address"] = contract.to_string().into();
    if args.send {
        let wallet = account::open(&args.account, output)?;
        let sender = Sender { rpc: &rpc, chain, wallet: &wallet, args: &args.account };
        let call = Message::new(contract, call);
        let own = evm::verify(&statement.vk, &config, &inputs, &statement.proof)?.gas_used;
        let estimate = rpc.estimate(wallet.address(), &call)?;
        let planned = vec![Planned::new("verification", contract, &call, estimate, own)?.repeatable()];
        let plan = Plan::make(&rpc, chain, Some(wallet.address()), planned, &args.account, output)?;
        let approval = plan.confirm(&sender, output)?;
        let send = || sender.send(&approval, contract, &call, &mut |_| Ok(()));
        let ((signed, receipt), _) = output.terminal.stage("send", send, |(signed, receipt)| {
            format!("transaction {}, {} gas", signed.hash, grouped(receipt.gas_used))
        })?;
        json["transaction"] = signed.hash.to_string().into();
        json["gas"] = receipt.gas_used.into();
        json["receipt"] = receipt.json;
    }
    Ok(())
}
