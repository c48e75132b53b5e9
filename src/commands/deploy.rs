//! `tensorproof deploy`: the contract that verifies proofs, on a chain, and its entry in a registry.

use serde_json::json;
use tensorproof_contracts::chain::{
    self, ChainError, Message, REGISTRATION_GAS, Receipt, Rpc, Signed, Step, check_proxy, check_registry,
    read_code, registered, registration,
};
use tensorproof_contracts::{Address, B256, standard_json, verifier};
use tensorproof_transpiler::Settings;

use super::account;
use super::deployment::{self, REGISTRATION, Record};
use super::sending::{Approval, Plan, Planned, Sender, is_public};
use super::{Output, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::DeployArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &DeployArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let key = stages::read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
    let settings = stages::read_settings_if_any(&dir)?;
    let config = stages::verifier_config(settings.as_ref(), &key, &args.name)?;
    let source = verifier(&key, &config)?.solidity;
    let salt = salt(args.salt.as_deref())?;
    let mut steps = chain::steps(&key, &config, salt)?;
    let entry = match &args.registry {
        Some(place) => Some(Entry::read(&dir, settings.as_ref(), place, salt, last(&steps).address)?),
        None => None,
    };
    if let Some(creation) = entry.as_ref().and_then(|entry| entry.creation.clone()) {
        steps.insert(0, creation);
    }

    let (rpc, chain) = account::connect(&args.rpc_url, &args.account)?;
    check_origin(&dir, chain, args.allow_dev_key, output)?;
    check_proxy(&rpc, chain)?;
    if let Some(entry) = entry.as_ref().filter(|entry| entry.creation.is_none()) {
        check_registry(&rpc, entry.registry)?;
    }
    let mut record =
        Record::read(&dir, chain, &steps, entry.as_ref().map(|entry| (entry.registry, entry.model)))?;
    record.settle(&dir, &rpc)?;
    let is_there =
        steps.iter().try_fold(true, |done, step| Ok::<_, Error>(done && read_code(&rpc, step)?))?;
    // The record may be somebody else's: whose entry is meant says the key, where it can be had without asking.
    let at_hand = entry.is_some() && account::is_at_hand(&args.account);
    let own = if at_hand { Some(account::open(&args.account, output)?) } else { None };
    let publisher = own.as_ref().map(chain::Wallet::address).or(record.publisher());
    let is_registered = match (&entry, publisher) {
        (Some(entry), Some(publisher)) => is_there && entry.is_registered(&rpc, publisher)?,
        (entry, _) => entry.is_none(),
    };
    let wallet = match own {
        Some(own) => Some(own),
        None if args.dry_run && !account::is_given(&args.account) => None,
        // Nothing is left to pay for.
        None if is_there && is_registered => None,
        None => Some(account::open(&args.account, output)?),
    };
    if let (Some(entry), None, true, Some(publisher)) = (&entry, &wallet, is_registered, publisher) {
        output.terminal.warn(&deployment::unverified(publisher, entry.registry));
    }
    let sender = wallet.as_ref().map(|wallet| Sender { rpc: &rpc, chain, wallet, args: &args.account });
    if let (Some(sender), false) = (&sender, args.dry_run) {
        record.resume(&dir, sender, output)?;
    }

    let account = wallet.as_ref().map(chain::Wallet::address);
    let missing = Missing::find(&rpc, &steps, entry.as_ref().filter(|_| !is_registered), account)?;
    let plan = Plan::make(&rpc, chain, account, missing.planned, &args.account, output)?;
    let fees = plan.fees;
    if args.dry_run {
        let json = json!({
            "address": last(&steps).address.to_string(),
            "transaction": null,
            "gas": plan.gas,
            "cost": plan.cost.to_string(),
            "chain_id": chain,
            "contracts": steps.iter().map(|step| json!({ "name": step.name, "address": step.address.to_string() })).collect::<Vec<_>>(),
        });
        return output.result(&json, &last(&steps).address.to_string());
    }
    if let Some(sender) = &sender {
        let approval = plan.confirm(sender, output)?;
        for step in missing.steps {
            create(&dir, &mut record, sender, &approval, step, output)?;
        }
        if let Some(entry) = missing.entry {
            register(&dir, &mut record, sender, &approval, entry, output)?;
        } else if entry.is_some() {
            record.publish(&dir, sender.wallet.address())?;
        }
    }
    for step in &steps {
        if !read_code(&rpc, step)? {
            return Err(gone(step).into());
        }
    }
    record.finish(&dir)?;
    let input = format!("{:#}\n", standard_json(&source));
    dir.write(Artefact::VerifierInput, |writer| writer.write_all(input.as_bytes()))?;
    dir.write(Artefact::Verifier, |writer| writer.write_all(source.as_bytes()))?;
    output.terminal.say(&format!(
        "source: `Verifier.input.json` is the standard JSON input for solc 0.8.37, contract `Verifier.sol:{}`; it compiles \
         to the runtime code, whose immutables hold the key",
        args.name
    ));
    let json = record.json(fees);
    output.result(&json, &last(&steps).address.to_string())
}

/// Returns the verifier of a deployment.
pub(super) fn last(steps: &[Step]) -> &Step {
    &steps[steps.len() - 1]
}

fn salt(text: Option<&str>) -> Result<B256> {
    let Some(text) = text else {
        return Ok(B256::ZERO);
    };
    text.parse().map_err(|_| Error::Option {
        option: "--salt",
        value: text.to_owned(),
        expected: "32 bytes in hexadecimal",
    })
}

/// Refuses keys on public chains for which somebody may be able to forge proofs: what a key says of its contributions, anybody
/// can write, so that somebody must have verified them on this machine.
pub(super) fn check_origin(dir: &BuildDir, chain: u64, is_allowed: bool, output: Output) -> Result<()> {
    let vk = stages::read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
    // What is deployed is the verifying key: another key beside it says nothing of it.
    let origin = stages::origin_of(dir, &vk)?;
    let has_contributions = origin.as_ref().is_some_and(tensorproof_groth16::Origin::has_contributions);
    if !is_allowed && is_public(chain) {
        if !has_contributions {
            return Err(Error::DevelopmentKey { chain, is_known: origin.is_some() });
        }
        if !stages::is_verified(&vk) {
            return Err(Error::UnverifiedKey { folder: dir.root().to_owned(), chain });
        }
    }
    match &origin {
        Some(origin) => warn_of_development_key(output.terminal, origin, &vk),
        None => output.terminal.warn("the origin of the key is not known: there is no `circuit.zkey` of it"),
    }
    Ok(())
}

fn gone(step: &Step) -> ChainError {
    ChainError::OtherCode {
        address: step.address,
        what: format!("the {}", step.name),
        reason: "there is none, though its transaction succeeded".to_owned(),
    }
}

/// What a registry is to say: the verifier of a model.
struct Entry {
    registry: Address,
    /// The registry itself, unless it is there.
    creation: Option<Step>,
    model: B256,
    verifier: Address,
}

impl Entry {
    /// Reads `--registry`: an address, or `new` for the registry that follows from the salt.
    fn read(
        dir: &BuildDir,
        settings: Option<&Settings>,
        place: &str,
        salt: B256,
        verifier: Address,
    ) -> Result<Self> {
        let model = stages::model_hash(dir, settings)?;
        let creation = (place == "new").then(|| chain::registry(salt));
        let registry = match &creation {
            Some(step) => step.address,
            None => place.parse().map_err(|_| Error::Option {
                option: "--registry",
                value: place.to_owned(),
                expected: "`new` or an address, 20 bytes in hexadecimal",
            })?,
        };
        Ok(Self { registry, creation, model, verifier })
    }

    /// Returns the call that names the verifier.
    fn message(&self) -> Message {
        Message::new(self.registry, registration(self.model, self.verifier))
    }

    /// Returns whether the registry says so already; what it says is for good.
    fn is_registered(&self, rpc: &Rpc, publisher: Address) -> Result<bool> {
        match registered(rpc, self.registry, publisher, self.model)? {
            Some(found) if found != self.verifier => Err(Error::OtherVerifier {
                registry: self.registry.to_string(),
                publisher: publisher.to_string(),
                model: self.model.to_string(),
                found: found.to_string(),
                expected: self.verifier.to_string(),
            }),
            found => Ok(found.is_some()),
        }
    }
}

/// What is left to do.
struct Missing<'a> {
    steps: Vec<&'a Step>,
    /// What is to be registered.
    entry: Option<&'a Entry>,
    /// The transactions for all of it.
    planned: Vec<Planned>,
}

impl<'a> Missing<'a> {
    fn find(rpc: &Rpc, all: &'a [Step], entry: Option<&'a Entry>, account: Option<Address>) -> Result<Self> {
        let (mut steps, mut planned): (Vec<&Step>, Vec<Planned>) = Default::default();
        for step in all {
            if !read_code(rpc, step)? {
                planned.push(creation(rpc, step, account.unwrap_or_default())?.repeatable());
                steps.push(step);
            }
        }
        let is_missing = |entry: &Entry| steps.iter().any(|step| step.address == entry.registry);
        let entry = match (entry, account) {
            (Some(entry), Some(account)) if !is_missing(entry) && entry.is_registered(rpc, account)? => None,
            (entry, _) => entry,
        };
        if let Some(entry) = entry {
            let gas = REGISTRATION_GAS;
            let registration = Planned::new(REGISTRATION, entry.registry, &entry.message(), gas, gas)?;
            planned.push(registration.repeatable());
        }
        Ok(Self { steps, entry, planned })
    }
}

/// Plans the creation of a contract.
pub(super) fn creation(rpc: &Rpc, step: &Step, from: Address) -> Result<Planned> {
    let estimate = rpc.estimate(from, &step.message())?;
    Planned::new(&step.name, step.address, &step.message(), estimate, step.gas()?)
}

/// Creates what is missing of a deployment, and keeps its record in a folder. Returns the receipts.
pub(super) fn create_all(
    dir: &BuildDir,
    steps: &[Step],
    sender: &Sender<'_>,
    approval: &Approval,
    output: Output,
) -> Result<Vec<Receipt>> {
    let mut record = Record::read(dir, sender.chain, steps, None)?;
    record.settle(dir, sender.rpc)?;
    record.resume(dir, sender, output)?;
    let mut receipts = Vec::new();
    for step in steps {
        receipts.extend(create(dir, &mut record, sender, approval, step, output)?);
    }
    record.finish(dir)?;
    Ok(receipts)
}

/// Creates one contract, and keeps its transaction before it is sent and its receipt afterwards. Returns the receipt,
/// unless it was there.
fn create(
    dir: &BuildDir,
    record: &mut Record,
    sender: &Sender<'_>,
    approval: &Approval,
    step: &Step,
    output: Output,
) -> Result<Option<Receipt>> {
    if read_code(sender.rpc, step)? {
        return Ok(None);
    }
    let work = || transact(dir, record, sender, approval, (&step.name, step.address), &step.message());
    let told = |receipt: &Receipt| format!("{} for {} gas", step.address, grouped(receipt.gas_used));
    match output.terminal.stage(&step.name, work, told) {
        // Somebody else may have created it in the meantime: then ours reverts, and all is well.
        Err(_) if read_code(sender.rpc, step).unwrap_or_default() => Ok(None),
        Err(error) => Err(error),
        Ok((receipt, _)) if read_code(sender.rpc, step)? => Ok(Some(receipt)),
        Ok(_) => Err(gone(step).into()),
    }
}

/// Names the verifier in the registry.
fn register(
    dir: &BuildDir,
    record: &mut Record,
    sender: &Sender<'_>,
    approval: &Approval,
    entry: &Entry,
    output: Output,
) -> Result<()> {
    let publisher = sender.wallet.address();
    record.publish(dir, publisher)?;
    let message = entry.message();
    let work = || transact(dir, record, sender, approval, (REGISTRATION, entry.registry), &message);
    let told = |receipt: &Receipt| {
        format!("{publisher} names {} for {} gas", entry.verifier, grouped(receipt.gas_used))
    };
    output.terminal.stage("registry", work, told)?;
    if entry.is_registered(sender.rpc, publisher)? {
        return Ok(());
    }
    Err(Error::NotRegistered {
        registry: entry.registry.to_string(),
        publisher: publisher.to_string(),
        model: entry.model.to_string(),
    })
}

/// Sends a call of a contract; the record keeps the transaction before it is sent and its receipt afterwards.
fn transact(
    dir: &BuildDir,
    record: &mut Record,
    sender: &Sender<'_>,
    approval: &Approval,
    (name, address): (&str, Address),
    message: &Message,
) -> Result<Receipt> {
    let mut keep = |signed: &Signed| record.keep(dir, name, address, signed);
    let (signed, receipt) = sender.send(approval, address, message, &mut keep)?;
    record.done(dir, (name, address), signed.hash, &receipt)?;
    Ok(receipt)
}
