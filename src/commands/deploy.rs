//! `tensorproof deploy`: the contract that verifies proofs, on a chain.

use serde_json::json;
use tensorproof_contracts::chain::{
    self, ChainError, Fees, Receipt, Rpc, Signed, Step, Wallet, check_proxy, read_code,
};
use tensorproof_contracts::{Address, B256, U256, standard_json, verifier};

use super::account::{self, Sender};
use super::deployment::Record;
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
    let steps = chain::steps(&key, &config, salt(args.salt.as_deref())?)?;

    let (rpc, chain) = account::connect(&args.rpc_url, &args.account)?;
    check_origin(&dir, chain, args.allow_dev_key, output)?;
    check_proxy(&rpc, chain)?;
    let mut record = Record::read(&dir, chain, &steps)?;
    record.settle(&dir, &rpc)?;
    let wallet = if args.dry_run && !account::is_given(&args.account) {
        None
    } else if steps.iter().try_fold(true, |done, step| Ok::<_, Error>(done && read_code(&rpc, step)?))? {
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

    let plan = Plan::make(&rpc, &steps, wallet.as_ref())?;
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
        let sender = Sender { rpc: &rpc, chain, wallet, args: &args.account, attempts: account::ATTEMPTS };
        for step in &plan.missing {
            create(&dir, &mut record, &sender, step, plan.fees, output)?;
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
    let origin = stages::key_origin(dir)?;
    let is_sound = origin.as_ref().is_some_and(tensorproof_groth16::Origin::has_contributions);
    if !is_sound && !is_allowed && !LOCAL_CHAINS.contains(&chain) {
        return Err(Error::DevelopmentKey { chain, is_known: origin.is_some() });
    }
    match &origin {
        Some(origin) => warn_of_development_key(output.terminal, origin),
        None => output.terminal.warn("the origin of the key is not known: there is no `circuit.zkey`"),
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

/// What is left to do, and what it takes.
struct Plan<'a> {
    missing: Vec<&'a Step>,
    gas: u64,
    fees: Fees,
    /// At the present fees.
    cost: U256,
    /// The most that the transactions can cost.
    most: U256,
}

impl<'a> Plan<'a> {
    fn make(rpc: &Rpc, steps: &'a [Step], wallet: Option<&Wallet>) -> Result<Self> {
        let mut missing = Vec::new();
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
        let (base, tip) = rpc.fees()?;
        let fees = Fees::for_base(base, tip);
        let cost = U256::from(gas).saturating_mul(U256::from(base.saturating_add(tip)));
        let most = U256::from(limit).saturating_mul(U256::from(fees.most));
        Ok(Self { missing, gas, fees, cost, most })
    }

    fn told(&self, chain: u64, endpoint: &str) -> String {
        if self.missing.is_empty() {
            return format!("chain {chain} at {endpoint}: everything is there");
        }
        format!(
            "chain {chain} at {endpoint}: {} transactions, {} gas, {} ETH at the present fees, {} ETH at most",
            self.missing.len(),
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
}

/// Creates what is missing of a deployment, and keeps its record in a folder. Returns the receipts.
pub(super) fn create_all(
    dir: &BuildDir,
    steps: &[Step],
    sender: &Sender<'_>,
    fees: Fees,
    output: Output,
) -> Result<Vec<Receipt>> {
    let mut record = Record::read(dir, sender.chain, steps)?;
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
    let work = || {
        let mut keep = |signed: &Signed| record.keep(dir, step, signed);
        let sent = sender.send(&step.message(), fees, &mut keep);
        match sent {
            Ok((signed, receipt)) => {
                record.done(dir, step.address, signed.hash, &receipt)?;
                Ok(receipt)
            }
            // Somebody else may have created it in the meantime: then ours reverts, and all is well.
            Err(error) => Err(error),
        }
    };
    let told = |receipt: &Receipt| format!("{} for {} gas", step.address, grouped(receipt.gas_used));
    match output.terminal.stage(&step.name, work, told) {
        Err(_) if read_code(sender.rpc, step).unwrap_or_default() => Ok(None),
        Err(error) => Err(error),
        Ok((receipt, _)) if read_code(sender.rpc, step)? => Ok(Some(receipt)),
        Ok(_) => Err(gone(step).into()),
    }
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
