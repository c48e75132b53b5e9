//! `deployment.json`: what is known of a deployment, with a transaction that was signed but is not yet included.
//!
//! A file that is there already stays its chain's: the record of another chain is `deployment-CHAIN.json`.
//!
//! # Security
//! The folder may come from somebody else. What its record says of a publisher is compared with the chain, but whose account that
//! is it cannot say.

use std::fs;

use serde_json::{Value, json};
use tensorproof_contracts::chain::{ChainError, Fees, Receipt, Rpc, Signed, Step};
use tensorproof_contracts::{Address, B256, U256, hex};

use super::Output;
use super::sending::Sender;
use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// What the transaction is called that names the verifier in a registry.
pub(super) const REGISTRATION: &str = "registration";

/// What the file holds.
pub(super) struct Record {
    /// Its name in the folder.
    file: String,
    chain: u64,
    /// The verifier's address.
    address: Address,
    contracts: Vec<Entry>,
    registration: Option<Registration>,
    pending: Option<Pending>,
}

/// Something that a transaction does: it creates the contract at an address, or calls it.
struct Entry {
    name: String,
    address: Address,
    transaction: Option<B256>,
    receipt: Value,
}

struct Registration {
    model: B256,
    /// Who signed it, or is about to.
    publisher: Option<Address>,
    entry: Entry,
}

struct Pending {
    name: String,
    address: Address,
    signed: Signed,
}

impl Entry {
    fn new(name: &str, address: Address) -> Self {
        Self { name: name.to_owned(), address, transaction: None, receipt: Value::Null }
    }

    fn take(&mut self, known: &Value) -> Option<()> {
        self.transaction = optional(&known["transaction"], read_hash)?;
        self.receipt = known["receipt"].clone();
        Some(())
    }

    fn transaction(&self) -> Option<String> {
        self.transaction.map(|hash| hash.to_string())
    }

    fn gas(&self) -> u64 {
        let text = self.receipt["gasUsed"].as_str().unwrap_or_default().trim_start_matches("0x");
        u64::from_str_radix(text, 16).unwrap_or_default()
    }

    fn cost(&self, fees: Fees) -> U256 {
        let text = self.receipt["effectiveGasPrice"].as_str().unwrap_or_default().trim_start_matches("0x");
        let price = U256::from_str_radix(text, 16).unwrap_or_default();
        U256::from(self.gas()).saturating_mul(price.min(U256::from(fees.most)))
    }
}

impl Record {
    /// Reads the record of the same deployment, or starts one; `registration` is the registry's address and the model.
    pub(super) fn read(
        dir: &BuildDir,
        chain: u64,
        steps: &[Step],
        registration: Option<(Address, B256)>,
    ) -> Result<Self> {
        let (file, known) = read_file(dir, chain)?;
        let mut record = Self {
            file,
            chain,
            address: steps.last().map(|step| step.address).unwrap_or_default(),
            contracts: steps.iter().map(|step| Entry::new(&step.name, step.address)).collect(),
            registration: registration.map(|(registry, model)| Registration {
                model,
                publisher: None,
                entry: Entry::new(REGISTRATION, registry),
            }),
            pending: None,
        };
        if let Some(json) = known {
            let reason = "has something else than `deploy` writes";
            record.take(&json).ok_or_else(|| malformed(dir, &record.file, reason))?;
        }
        Ok(record)
    }

    /// Takes over what a file says of the same deployment. `None` when it is none: a transaction that waits must not be forgotten.
    fn take(&mut self, json: &Value) -> Option<()> {
        let known = json["contracts"].as_array()?;
        let known: Vec<(Address, &Value)> = known
            .iter()
            .map(|known| Some((read_address(&known["address"])?, known)))
            .collect::<Option<_>>()?;
        for contract in &mut self.contracts {
            if let Some((_, known)) = known.iter().find(|(address, _)| *address == contract.address) {
                contract.take(known)?;
            }
        }
        if read_address(&json["address"])? == self.address && !json["registry"].is_null() {
            self.take_registration(&json["registry"])?;
        }
        // Also one of another deployment from the same folder, of another salt say.
        self.pending = optional(&json["pending"], read_pending)?;
        Some(())
    }

    /// Takes over what is known of a registration of the same verifier.
    fn take_registration(&mut self, known: &Value) -> Option<()> {
        let (registry, model) = (read_address(&known["address"])?, read_hash(&known["model"])?);
        let registration = self.registration.get_or_insert_with(|| Registration {
            model,
            publisher: None,
            entry: Entry::new(REGISTRATION, registry),
        });
        if registration.entry.address == registry && registration.model == model {
            registration.publisher = optional(&known["publisher"], read_address)?;
            registration.entry.take(known)?;
        }
        Some(())
    }

    /// Returns who has registered the verifier, or was about to.
    pub(super) fn publisher(&self) -> Option<Address> {
        self.registration.as_ref()?.publisher
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.contracts.iter().chain(self.registration.iter().map(|registration| &registration.entry))
    }

    /// Keeps the receipt of a transaction that an interrupted run has left, if it is included by now.
    pub(super) fn settle(&mut self, dir: &BuildDir, rpc: &Rpc) -> Result<()> {
        let Some(Pending { name, address, signed }) = &self.pending else {
            return Ok(());
        };
        match rpc.receipt(signed.hash)? {
            Some(receipt) if receipt.success => {
                self.done(dir, (&name.clone(), *address), signed.hash, &receipt)
            }
            _ => Ok(()),
        }
    }

    /// Takes up the transaction that an interrupted run has left: sends it again, which is no second one as its nonce is
    /// the same, and waits for it. It is given up when the chain shows that it did nothing, or never will.
    ///
    /// # Errors
    /// Also when it is of another account, or is not included in time: it may still be, so that the record stays.
    pub(super) fn resume(&mut self, dir: &BuildDir, sender: &Sender<'_>, output: Output) -> Result<()> {
        let Some(Pending { name, address, signed }) = &self.pending else {
            return Ok(());
        };
        let ((name, address), signed) = ((name.clone(), *address), signed.clone());
        let (found, expected) = (signed.account, sender.wallet.address());
        if found != expected {
            // The folder may be somebody else's, whose transactions are not sent for them.
            if sender.rpc.nonce(found, false)? > signed.nonce {
                return self.give_up(dir);
            }
            let reason = format!(
                "has a transaction of {found} that may still be included, expected one of {expected}, or none"
            );
            return Err(malformed(dir, &self.file, &reason));
        }
        output.terminal.say(&format!("taking up transaction {}", signed.hash));
        match sender.rpc.send(&signed.raw) {
            // Whatever the reason is, what was signed stays valid: only another transaction of its nonce ends it.
            Ok(()) | Err(ChainError::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match sender.wait(&signed) {
            Ok(receipt) => self.done(dir, (&name, address), signed.hash, &receipt),
            Err(ChainError::Replaced { .. } | ChainError::Reverted { .. }) => self.give_up(dir),
            Err(error) => Err(error.into()),
        }
    }

    fn give_up(&mut self, dir: &BuildDir) -> Result<()> {
        self.pending = None;
        self.write(dir)
    }

    /// Keeps a transaction that is about to be sent.
    pub(super) fn keep(
        &mut self,
        dir: &BuildDir,
        name: &str,
        address: Address,
        signed: &Signed,
    ) -> Result<()> {
        self.pending = Some(Pending { name: name.to_owned(), address, signed: signed.clone() });
        self.write(dir)
    }

    /// Keeps the receipt of a transaction.
    pub(super) fn done(
        &mut self,
        dir: &BuildDir,
        (name, address): (&str, Address),
        transaction: B256,
        receipt: &Receipt,
    ) -> Result<()> {
        self.pending = None;
        let registration = self.registration.iter_mut().map(|registration| &mut registration.entry);
        for entry in self.contracts.iter_mut().chain(registration) {
            if entry.name == name && entry.address == address {
                entry.transaction = Some(transaction);
                entry.receipt = receipt.json.clone();
            }
        }
        self.write(dir)
    }

    /// Keeps who registers the verifier.
    pub(super) fn publish(&mut self, dir: &BuildDir, publisher: Address) -> Result<()> {
        if let Some(registration) = &mut self.registration {
            registration.publisher = Some(publisher);
        }
        self.write(dir)
    }

    /// Writes the record of a deployment that is there.
    pub(super) fn finish(&self, dir: &BuildDir) -> Result<()> {
        self.write(dir)
    }

    fn write(&self, dir: &BuildDir) -> Result<()> {
        let mut json = self.described();
        json["pending"] = self.pending.as_ref().map_or(Value::Null, |pending| {
            json!({
                "name": pending.name,
                "address": pending.address.to_string(),
                "hash": pending.signed.hash.to_string(),
                "nonce": pending.signed.nonce,
                "raw": hex::encode_prefixed(&pending.signed.raw),
            })
        });
        dir.write_text(&self.file, &format!("{json:#}\n"))
    }

    fn described(&self) -> Value {
        let contracts = self.contracts.iter().map(|contract| {
            json!({
                "name": contract.name,
                "address": contract.address.to_string(),
                "transaction": contract.transaction(),
                "receipt": contract.receipt,
            })
        });
        let registry = self.registration.as_ref().map(|registration| {
            json!({
                "address": registration.entry.address.to_string(),
                "model": registration.model.to_string(),
                "publisher": registration.publisher.map(|publisher| publisher.to_string()),
                "transaction": registration.entry.transaction(),
                "receipt": registration.entry.receipt,
            })
        });
        json!({
            "address": self.address.to_string(),
            "transaction": self.contracts.last().and_then(Entry::transaction),
            "gas": self.entries().map(Entry::gas).sum::<u64>(),
            "chain_id": self.chain,
            "contracts": contracts.collect::<Vec<_>>(),
            "registry": registry,
        })
    }

    /// Returns the JSON result.
    pub(super) fn json(&self, fees: Fees) -> Value {
        let mut json = self.described();
        let cost = self.entries().map(|entry| entry.cost(fees)).fold(U256::ZERO, U256::saturating_add);
        json["cost"] = cost.to_string().into();
        json
    }
}

/// Returns who registered the verifier of a build directory in a registry, as its record has it.
pub(super) fn publisher(dir: &BuildDir, chain: u64, registry: Address) -> Result<Option<Address>> {
    let (file, Some(json)) = read_file(dir, chain)? else {
        return Ok(None);
    };
    let known = &json["registry"];
    if known.is_null() {
        return Ok(None);
    }
    let address = read_address(&known["address"]);
    let publisher = optional(&known["publisher"], read_address);
    let (Some(address), Some(publisher)) = (address, publisher) else {
        return Err(malformed(dir, &file, "`registry` has something else than addresses"));
    };
    Ok(publisher.filter(|_| address == registry))
}

/// Says that nobody has named a publisher but the record.
pub(super) fn unverified(publisher: Address, registry: Address) -> String {
    format!(
        "that {publisher} publishes in registry {registry} says `deployment.json` alone, which whoever made the folder wrote: \
         `verify --registry --publisher ADDRESS` names whom you trust"
    )
}

/// Reads the record of a chain, if there is one. Returns the name of its file, or of the one that it is to have.
fn read_file(dir: &BuildDir, chain: u64) -> Result<(String, Option<Value>)> {
    let common = Artefact::Deployment.file_name("");
    let own = format!("deployment-{chain}.json");
    for file in [own.as_str(), &common] {
        let path = dir.root().join(file);
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|source| Error::read(&path, source))?;
        let json: Value =
            tensorproof_json::from_str(&text).map_err(|error| malformed(dir, file, &error.to_string()))?;
        let Some(found) = json["chain_id"].as_u64() else {
            return Err(malformed(dir, file, "has no `chain_id`"));
        };
        match (found == chain, file == own) {
            (true, _) => return Ok((file.to_owned(), Some(json))),
            (false, true) => {
                return Err(malformed(dir, file, &format!("has `chain_id` {found}, expected {chain}")));
            }
            (false, false) => return Ok((own.clone(), None)),
        }
    }
    Ok((common, None))
}

fn malformed(dir: &BuildDir, file: &str, reason: &str) -> Error {
    Error::Malformed { path: dir.root().join(file), reason: reason.to_owned() }
}

/// Reads what may be null; `None` when it is something else than that.
#[expect(clippy::option_option, reason = "null is no damage, and anything else that cannot be read is")]
fn optional<T>(json: &Value, read: impl FnOnce(&Value) -> Option<T>) -> Option<Option<T>> {
    if json.is_null() { Some(None) } else { read(json).map(Some) }
}

fn read_address(json: &Value) -> Option<Address> {
    json.as_str()?.parse().ok()
}

fn read_hash(json: &Value) -> Option<B256> {
    json.as_str()?.parse().ok()
}

fn read_pending(json: &Value) -> Option<Pending> {
    Some(Pending {
        name: json["name"].as_str()?.to_owned(),
        address: read_address(&json["address"])?,
        signed: read_signed(json)?,
    })
}

/// Reads a transaction that was kept before it was sent; nothing if it is damaged, or has another hash or nonce than it says.
pub(super) fn read_signed(json: &Value) -> Option<Signed> {
    let raw = hex::decode(json["raw"].as_str()?).ok()?;
    let signed = Signed::read(raw)?;
    let told = (read_hash(&json["hash"])?, json["nonce"].as_u64()?);
    (told == (signed.hash, signed.nonce)).then_some(signed)
}
