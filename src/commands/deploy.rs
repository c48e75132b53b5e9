//! `tensorproof deploy`: the contract that verifies proofs, on a chain, and its entry in a registry.

use std::io::IsTerminal as _;

use serde_json::json;
use tensorproof_contracts::chain::{
    self, ChainError, Fees, Message, REGISTRATION_GAS, Receipt, Rpc, Signed, Step, Wallet, check_proxy,
    check_registry, read_code, registered, registration,
};
use tensorproof_contracts::{Address, B256, U256, standard_json, verifier};
use tensorproof_transpiler::Settings;

use super::account::{self, Sender};
use super::deployment::{REGISTRATION, Record};
use super::{Output, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::DeployArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

/// Chains that live on one machine: the identifiers of anvil and hardhat, and of ganache and geth's own.
const LOCAL_CHAINS: [u64; 2] = [31_337, 1_337];

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
    let is_registered = match (&entry, record.publisher()) {
        (Some(entry), Some(publisher)) => is_there && entry.is_registered(&rpc, publisher)?,
        (entry, _) => entry.is_none(),
    };
    let wallet = if args.dry_run && !account::is_given(&args.account) {
        None
    } else if is_there && is_registered {
        // Nothing is left to pay for.
        None
    } else {
        Some(account::open(&args.account, output)?)
    };
    if let (Some(wallet), false) = (&wallet, args.dry_run) {
        record.resume(
            &dir,
            &Sender { rpc: &rpc, chain, wallet, args: &args.account, attempts: account::ATTEMPTS },
            output,
        )?;
    }

    let plan = Plan::make(&rpc, &steps, entry.as_ref().filter(|_| !is_registered), wallet.as_ref())?;
    output.terminal.say(&plan.told(chain, rpc.endpoint()));
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
    if let Some(wallet) = &wallet {
        plan.check_balance(&rpc, wallet)?;
        plan.confirm(chain, args.yes, output)?;
        let sender = Sender { rpc: &rpc, chain, wallet, args: &args.account, attempts: account::ATTEMPTS };
        for step in &plan.missing {
            create(&dir, &mut record, &sender, step, plan.fees, output)?;
        }
        if let Some(entry) = plan.entry {
            register(&dir, &mut record, &sender, entry, plan.fees, output)?;
        } else if entry.is_some() {
            record.publish(&dir, wallet.address())?;
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
    let json = record.json(plan.fees);
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

/// Refuses keys on public chains for which somebody may be able to forge proofs.
pub(super) fn check_origin(dir: &BuildDir, chain: u64, is_allowed: bool, output: Output) -> Result<()> {
    let vk = stages::read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
    // What is deployed is the verifying key: another key beside it says nothing of it.
    let origin = stages::origin_of(dir, &vk)?;
    let is_sound = origin.as_ref().is_some_and(tensorproof_groth16::Origin::has_contributions);
    if !is_sound && !is_allowed && !LOCAL_CHAINS.contains(&chain) {
        return Err(Error::DevelopmentKey { chain, is_known: origin.is_some() });
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

/// What is left to do, and what it takes.
struct Plan<'a> {
    missing: Vec<&'a Step>,
    /// What is to be registered.
    entry: Option<&'a Entry>,
    gas: u64,
    fees: Fees,
    /// At the present fees.
    cost: U256,
    /// The most that the transactions can cost.
    most: U256,
}

impl<'a> Plan<'a> {
    fn make(rpc: &Rpc, steps: &'a [Step], entry: Option<&'a Entry>, wallet: Option<&Wallet>) -> Result<Self> {
        let mut missing: Vec<&Step> = Vec::new();
        let (mut gas, mut limit) = (0, 0);
        let from = wallet.map_or(Address::ZERO, Wallet::address);
        for step in steps {
            if !read_code(rpc, step)? {
                let estimate = rpc.estimate(from, &step.message())?;
                limit += account::gas_limit(estimate)?;
                gas += estimate;
                missing.push(step);
            }
        }
        let is_missing = |entry: &Entry| missing.iter().any(|step| step.address == entry.registry);
        let entry = match (entry, wallet) {
            (Some(entry), Some(wallet))
                if !is_missing(entry) && entry.is_registered(rpc, wallet.address())? =>
            {
                None
            }
            (entry, _) => entry,
        };
        if entry.is_some() {
            gas += REGISTRATION_GAS;
            limit += account::gas_limit(REGISTRATION_GAS)?;
        }
        let (base, tip) = rpc.fees()?;
        let fees = Fees::for_base(base, tip);
        let cost = U256::from(gas).saturating_mul(U256::from(base.saturating_add(tip)));
        let most = U256::from(limit).saturating_mul(U256::from(fees.most));
        Ok(Self { missing, entry, gas, fees, cost, most })
    }

    fn transactions(&self) -> usize {
        self.missing.len() + usize::from(self.entry.is_some())
    }

    fn told(&self, chain: u64, endpoint: &str) -> String {
        if self.transactions() == 0 {
            return format!("chain {chain} at {endpoint}: everything is there");
        }
        format!(
            "chain {chain} at {endpoint}: {} transactions, {} gas, {} ETH at the present fees, {} ETH at most",
            self.transactions(),
            grouped(self.gas),
            ether(self.cost),
            ether(self.most)
        )
    }

    fn check_balance(&self, rpc: &Rpc, wallet: &Wallet) -> Result<()> {
        let balance = rpc.balance(wallet.address())?;
        if balance < self.most {
            let account = wallet.address().to_string();
            return Err(Error::Balance { account, balance: ether(balance), needed: ether(self.most) });
        }
        Ok(())
    }

    /// Asks whoever sits at the terminal before anything is sent on a public chain.
    fn confirm(&self, chain: u64, is_given: bool, output: Output) -> Result<()> {
        let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_given || !is_asked || LOCAL_CHAINS.contains(&chain) || self.transactions() == 0 {
            return Ok(());
        }
        let most = ether(self.most);
        let question = format!("chain {chain} is public, and takes {most} ETH at most: send? [y/N] ");
        let answer = output.terminal.ask(&question);
        let answer = answer.map_err(|source| Error::read("standard input".as_ref(), source))?;
        if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Error::Declined)
        }
    }
}

/// Creates what is missing of a deployment, and keeps its record in a folder. Returns the receipts.
pub(super) fn create_all(
    dir: &BuildDir,
    steps: &[Step],
    sender: &Sender<'_>,
    fees: Fees,
    output: Output,
) -> Result<Vec<Receipt>> {
    let mut record = Record::read(dir, sender.chain, steps, None)?;
    record.settle(dir, sender.rpc)?;
    record.resume(dir, sender, output)?;
    let mut receipts = Vec::new();
    for step in steps {
        receipts.extend(create(dir, &mut record, sender, step, fees, output)?);
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
    step: &Step,
    fees: Fees,
    output: Output,
) -> Result<Option<Receipt>> {
    if read_code(sender.rpc, step)? {
        return Ok(None);
    }
    let work = || transact(dir, record, sender, (&step.name, step.address), &step.message(), fees);
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
    entry: &Entry,
    fees: Fees,
    output: Output,
) -> Result<()> {
    let publisher = sender.wallet.address();
    record.publish(dir, publisher)?;
    let message = Message::new(entry.registry, registration(entry.model, entry.verifier));
    let work = || transact(dir, record, sender, (REGISTRATION, entry.registry), &message, fees);
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
    (name, address): (&str, Address),
    message: &Message,
    fees: Fees,
) -> Result<Receipt> {
    let mut keep = |signed: &Signed| record.keep(dir, name, address, signed);
    let (signed, receipt) = sender.send(message, fees, &mut keep)?;
    record.done(dir, (name, address), signed.hash, &receipt)?;
    Ok(receipt)
}

/// Returns an amount of wei in ether, to six digits after the point, rounded up.
pub(super) fn ether(wei: U256) -> String {
    let millionths = wei.saturating_add(U256::from(999_999_999_999u64)) / U256::from(1_000_000_000_000u64);
    let (whole, rest) = (millionths / U256::from(1_000_000), millionths % U256::from(1_000_000));
    format!("{whole}.{:0>6}", rest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_ether() {
        let rows = [
            ("0", "0.000000"),
            ("1", "0.000001"),
            ("1000000000000000000", "1.000000"),
            ("1234567890123456789", "1.234568"),
        ];
        for (wei, expected) in rows {
            assert_eq!(ether(wei.parse().unwrap()), expected);
        }
    }
}
