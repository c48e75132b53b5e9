//! `deployment.json`: what is known of a deployment, with a transaction that was signed but is not yet included.

use serde_json::{Value, json};
use tensorproof_contracts::chain::{ChainError, Fees, Receipt, Rpc, Signed, Step};
use tensorproof_contracts::{Address, B256, U256, hex};

use super::Output;
use super::account::Sender;
use super::deploy::last;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// What is known of a deployment.
pub(super) struct Record {
    chain: u64,
    address: Address,
    contracts: Vec<Contract>,
    pending: Option<Pending>,
}

struct Contract {
    name: String,
    address: Address,
    transaction: Option<B256>,
    receipt: Value,
}

struct Pending {
    contract: Address,
    signed: Signed,
}

impl Record {
    /// Reads the record of the same deployment, or starts one.
    pub(super) fn read(dir: &BuildDir, chain: u64, steps: &[Step]) -> Result<Self> {
        let contract = |step: &Step| Contract {
            name: step.name.clone(),
            address: step.address,
            transaction: None,
            receipt: Value::Null,
        };
        let mut record = Self {
            chain,
            address: last(steps).address,
            contracts: steps.iter().map(contract).collect(),
            pending: None,
        };
        if !dir.has(Artefact::Deployment) {
            return Ok(record);
        }
        let path = dir.path(Artefact::Deployment);
        let json: Value = serde_json::from_str(&dir.read_text(Artefact::Deployment)?)
            .map_err(|error| Error::Malformed { path, reason: error.to_string() })?;
        if json["chain_id"].as_u64() != Some(chain) {
            return Ok(record);
        }
        for contract in &mut record.contracts {
            let known = json["contracts"].as_array().into_iter().flatten();
            let mut known = known.filter(|known| read_address(&known["address"]) == Some(contract.address));
            if let Some(known) = known.next() {
                contract.transaction = known["transaction"].as_str().and_then(|text| text.parse().ok());
                contract.receipt = known["receipt"].clone();
            }
        }
        record.pending = read_pending(&json["pending"])
            .filter(|pending| record.contracts.iter().any(|contract| contract.address == pending.contract));
        Ok(record)
    }

    /// Keeps the receipt of a transaction that an interrupted run has left, if it is included by now.
    pub(super) fn settle(&mut self, dir: &BuildDir, rpc: &Rpc) -> Result<()> {
        let Some(Pending { contract, signed }) = &self.pending else {
            return Ok(());
        };
        match rpc.receipt(signed.hash)? {
            Some(receipt) if receipt.success => self.done(dir, *contract, signed.hash, &receipt),
            _ => Ok(()),
        }
    }

    /// Takes up the transaction that an interrupted run has left: sends it again, which is no second one as its nonce is
    /// the same, and waits for it.
    pub(super) fn resume(&mut self, dir: &BuildDir, sender: &Sender<'_>, output: Output) -> Result<()> {
        let Some(Pending { contract, signed }) = self.pending.take() else {
            return Ok(());
        };
        output.terminal.say(&format!("taking up transaction {}", signed.hash));
        match sender.rpc.send(&signed.raw) {
            // Its nonce is used, or its fees are too low by now: it is given up.
            Err(ChainError::Refused { .. }) => return Ok(()),
            sent => sent?,
        }
        match sender.wait(&signed) {
            Ok(receipt) => self.done(dir, contract, signed.hash, &receipt),
            Err(ChainError::Replaced { .. } | ChainError::Reverted { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn keep(&mut self, dir: &BuildDir, step: &Step, signed: &Signed) -> Result<()> {
        self.pending = Some(Pending { contract: step.address, signed: signed.clone() });
        self.write(dir)
    }

    pub(super) fn done(
        &mut self,
        dir: &BuildDir,
        address: Address,
        transaction: B256,
        receipt: &Receipt,
    ) -> Result<()> {
        self.pending = None;
        for contract in &mut self.contracts {
            if contract.address == address {
                contract.transaction = Some(transaction);
                contract.receipt = receipt.json.clone();
            }
        }
        self.write(dir)
    }

    pub(super) fn finish(&mut self, dir: &BuildDir) -> Result<()> {
        self.pending = None;
        self.write(dir)
    }

    fn write(&self, dir: &BuildDir) -> Result<()> {
        let mut json = self.described();
        json["pending"] = self.pending.as_ref().map_or(Value::Null, |pending| {
            json!({
                "contract": pending.contract.to_string(),
                "hash": pending.signed.hash.to_string(),
                "nonce": pending.signed.nonce,
                "raw": hex::encode_prefixed(&pending.signed.raw),
            })
        });
        let text = format!("{json:#}\n");
        dir.write(Artefact::Deployment, |writer| writer.write_all(text.as_bytes()))
    }

    fn described(&self) -> Value {
        let transaction = |contract: &Contract| contract.transaction.map(|hash| hash.to_string());
        let contracts = self.contracts.iter().map(|contract| {
            json!({
                "name": contract.name,
                "address": contract.address.to_string(),
                "transaction": transaction(contract),
                "receipt": contract.receipt,
            })
        });
        json!({
            "address": self.address.to_string(),
            "transaction": self.contracts.last().and_then(transaction),
            "gas": self.gas(),
            "chain_id": self.chain,
            "contracts": contracts.collect::<Vec<_>>(),
        })
    }

    pub(super) fn json(&self, fees: Fees) -> Value {
        let mut json = self.described();
        let price = |contract: &Contract| {
            let words = ["gasUsed", "effectiveGasPrice"].map(|name| {
                let text = contract.receipt[name].as_str().unwrap_or_default().trim_start_matches("0x");
                U256::from_str_radix(text, 16).unwrap_or_default()
            });
            words[0].saturating_mul(words[1].min(U256::from(fees.most)))
        };
        let cost = self.contracts.iter().map(price).fold(U256::ZERO, U256::saturating_add);
        json["cost"] = cost.to_string().into();
        json
    }

    fn gas(&self) -> u64 {
        let gas = |contract: &Contract| {
            let text = contract.receipt["gasUsed"].as_str().unwrap_or_default().trim_start_matches("0x");
            u64::from_str_radix(text, 16).unwrap_or_default()
        };
        self.contracts.iter().map(gas).sum()
    }
}

fn read_address(json: &Value) -> Option<Address> {
    json.as_str()?.parse().ok()
}

fn read_pending(json: &Value) -> Option<Pending> {
    Some(Pending {
        contract: read_address(&json["contract"])?,
        signed: Signed {
            raw: hex::decode(json["raw"].as_str()?).ok()?,
            hash: json["hash"].as_str()?.parse().ok()?,
            nonce: json["nonce"].as_u64()?,
        },
    })
}
