//! What can go wrong, as the command tells it: a message, a hint, an exit code.

use std::io;
use std::path::{Path, PathBuf};

use tensorproof_circom::{Diagnostics, WitnessError};
use tensorproof_contracts::ContractsError;
use tensorproof_contracts::chain::ChainError;
use tensorproof_groth16::{CeremonyError, InvalidProof, JsonError, ProveError, SetupError, UnsafeKey};
use tensorproof_r1cs::format::FormatError;
use tensorproof_transpiler::settings::EARLIER_VERSION;

/// The result of a stage.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a stage did not finish.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read.
    #[error("`{path}` could not be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written; an earlier one is untouched.
    #[error("`{path}` could not be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An artefact of an earlier stage is not there.
    #[error("`{path}` does not exist")]
    MissingArtefact {
        /// The file.
        path: PathBuf,
        /// The subcommand that makes it.
        made_by: &'static str,
        /// The build directory.
        folder: PathBuf,
    },
    /// A binary artefact is damaged.
    #[error("`{path}`: {source}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FormatError,
    },
    /// A JSON artefact is damaged.
    #[error("`{path}`: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: JsonError,
    },
    /// A JSON artefact has something else in a place.
    #[error("`{path}`: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file was made when commitments and encryptions covered values alone.
    #[error("`{path}` {}", EARLIER_VERSION)]
    EarlierVersion {
        /// The file.
        path: PathBuf,
    },
    /// The model, its data or the choice of numbers is not usable.
    #[error(transparent)]
    Transpile(#[from] tensorproof_transpiler::Error),
    /// The circuit does not compile.
    #[error("the circuit does not compile\n{rendered}")]
    Compile {
        /// The diagnostics.
        rendered: String,
    },
    /// A file of a circuit has the name of a bundled template and says something else.
    #[error(
        "`{path}` is not the template of this name that this version has: line {line} is {found}, expected {expected}"
    )]
    OtherTemplate {
        /// The file.
        path: PathBuf,
        /// The first line that differs.
        line: usize,
        /// What the file has there.
        found: String,
        /// What the template has.
        expected: String,
    },
    /// Constraints are not those of the circuit that they stand beside.
    #[error("`{path}` is not what `{circuit}` compiles to")]
    OtherConstraints {
        /// The constraints.
        path: PathBuf,
        /// The circuit.
        circuit: PathBuf,
    },
    /// A compiled circuit is not the one that was meant.
    #[error("the circuit has {found}, expected {expected} of the model")]
    OtherCircuit {
        /// What it has.
        found: String,
        /// What the model's has.
        expected: String,
    },
    /// Names of sealed tensors are exchanged, or others than the circuit's.
    #[error(
        "tensor {position} of what is sealed of `{subject}` is called `{found}`, expected {}, which the circuit seals there",
        expected.as_ref().map_or("another".to_owned(), |name| format!("`{name}`"))
    )]
    OtherSealed {
        /// What is sealed.
        subject: &'static str,
        /// Which of the tensors.
        position: usize,
        /// How a file calls it.
        found: String,
        /// What the circuit calls it, if it is one of the others.
        expected: Option<String>,
    },
    /// A circuit seals in another way than the circuits of models do.
    #[error("the circuit seals `{subject}` in another way than circuits of models do")]
    OtherSeal {
        /// What is sealed.
        subject: &'static str,
    },
    /// There is no witness for the input.
    #[error("{source}{}", layer.as_ref().map(|layer| format!("; this is layer {layer}")).unwrap_or_default())]
    Witness {
        /// What does not hold.
        source: WitnessError,
        /// The layer of the model and the range of its values, if the circuit comes from a model.
        layer: Option<String>,
    },
    /// There is no key.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A step of a ceremony was refused.
    #[error("`{path}`: {source}")]
    Ceremony {
        /// The key or the powers of tau.
        path: PathBuf,
        /// What is wrong.
        source: CeremonyError,
    },
    /// A key that many made would be lost.
    #[error("`{path}` is the key of a ceremony with {contributions} contributions")]
    CeremonyKey {
        /// The key.
        path: PathBuf,
        /// How many contributed.
        contributions: usize,
    },
    /// A key accepts forged proofs.
    #[error("`{path}`: {source}")]
    UnsafeKey {
        /// The key.
        path: PathBuf,
        /// Why.
        source: UnsafeKey,
    },
    /// The verifying key is that of another proving key.
    #[error("`{path}` is not the verifying key of the proving key")]
    OtherVerifyingKey {
        /// The verifying key.
        path: PathBuf,
    },
    /// There is no proof.
    #[error("{source}{}", signal.as_ref().map(|signal| format!(", at `{signal}`")).unwrap_or_default())]
    Prove {
        /// What is wrong.
        source: ProveError,
        /// The signal that does not fit, by its name.
        signal: Option<String>,
    },
    /// The proof is not valid.
    #[error("the proof is not valid: {0}")]
    Invalid(#[from] InvalidProof),
    /// Some proofs of many are not valid.
    #[error("{} of {count} proofs are not valid: {}", invalid.len(), listed(invalid))]
    InvalidBatch {
        /// Those that are not, by name, with the reason.
        invalid: Vec<(String, String)>,
        /// How many there are.
        count: usize,
    },
    /// The public signals are not the digest of the public values.
    #[error("the proof is not valid: `public.json` is not the digest of `public_values.json` for this key")]
    OtherDigest,
    /// A list of public signals or values is not as long as the circuit's.
    #[error("the proof is not valid: `{file}` has {found} values, expected the {expected} of the circuit")]
    ValueCount {
        /// The file.
        file: &'static str,
        /// How many it has.
        found: usize,
        /// How many the circuit has.
        expected: usize,
    },
    /// The verifying key is one of another circuit.
    #[error(
        "the verifying key has {found} public signals, expected the {expected} of the circuit in `settings.json`"
    )]
    OtherKeySignals {
        /// How many the key has.
        found: usize,
        /// How many the circuit has.
        expected: usize,
    },
    /// A public input is outside the range that the model was made for.
    #[error(
        "the proof is not valid for the model: public input `{input}` is {value} at position {position}, expected {low} to {high}"
    )]
    PublicRange {
        /// The input.
        input: String,
        /// Its position in the signal.
        position: usize,
        /// What was found.
        value: String,
        /// The least value.
        low: String,
        /// The largest value.
        high: String,
    },
    /// A commitment is to something else.
    #[error("the commitment is {found}, expected {expected}")]
    OtherCommitment {
        /// The one to what was given.
        found: String,
        /// The one that was to be checked.
        expected: String,
    },
    /// A commitment is to values of another form.
    #[error("the commitment of `{path}` {reason}")]
    OtherForm {
        /// The file with the form.
        path: PathBuf,
        /// What is different.
        reason: String,
    },
    /// The contract cannot be made or reached, or refuses.
    #[error(transparent)]
    Contracts(#[from] ContractsError),
    /// An option has no meaning.
    #[error("{option} `{value}` is not {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What can be given.
        expected: &'static str,
    },
    /// The endpoint is one of another chain than was asked for.
    #[error("{endpoint} is on chain {actual}, expected {expected}")]
    WrongChain {
        /// Scheme and host of the endpoint.
        endpoint: String,
        /// The chain asked for.
        expected: u64,
        /// The chain that the endpoint names.
        actual: u64,
    },
    /// The account cannot pay.
    #[error("account {account} has {balance} ETH, expected at least {needed} ETH")]
    Balance {
        /// The account.
        account: String,
        /// What it has.
        balance: String,
        /// What the transactions can cost.
        needed: String,
    },
    /// A transaction takes more than a transaction may.
    #[error("a transaction takes {estimate} gas as the endpoint estimates, expected at most {most}")]
    GasEstimate {
        /// The endpoint's estimate.
        estimate: u64,
        /// The limit of a transaction.
        most: u64,
    },
    /// Transactions cost more than was allowed.
    #[error("the transactions can cost {cost} ETH, expected at most {cap} ETH")]
    CostOverCap {
        /// What they can cost.
        cost: String,
        /// What they may.
        cap: String,
    },
    /// Transactions cost more than was confirmed.
    #[error("the transactions can cost {cost} ETH by now, expected at most {most} ETH as was planned")]
    CostOverPlan {
        /// What all that would be signed can cost.
        cost: String,
        /// What was confirmed.
        most: String,
    },
    /// More is to be paid with calls than was allowed.
    #[error("{value} ETH are to be paid with the call as the endpoint says, expected at most {cap} ETH")]
    ValueOverCap {
        /// What the endpoint names.
        value: String,
        /// What may be paid.
        cap: String,
    },
    /// Nobody has seen what an endpoint asks to be paid.
    #[error("{value} ETH are to be paid with the call as the endpoint says, and nobody is asked")]
    ValueNotNamed {
        /// What the endpoint names.
        value: String,
    },
    /// There is nobody to confirm a transaction.
    #[error(
        "nothing was sent: chain {chain} is public, and there is no terminal to ask at, expected `--yes`"
    )]
    NobodyToAsk {
        /// The chain.
        chain: u64,
    },
    /// The receiver of a payment does not take it.
    #[error("{to} does not take the payment: {reason}")]
    PaymentRefused {
        /// Whom to pay.
        to: String,
        /// What the endpoint said.
        reason: String,
    },
    /// An endpoint tells other terms than before.
    #[error("`{name}` of the bounty is {found} as the endpoint says, expected {expected} as in `{path}`")]
    OtherTerms {
        /// The file with the terms.
        path: PathBuf,
        /// The term.
        name: String,
        /// As it is told now.
        found: String,
        /// As it is in the file.
        expected: String,
    },
    /// Nothing but an endpoint says whom parameters are for.
    #[error("`{path}` does not exist: nothing but the endpoint says whom the parameters are encrypted to")]
    NotPinned {
        /// The file with the terms.
        path: PathBuf,
    },
    /// Nobody has confirmed a transaction.
    #[error(
        "a transaction for {contract} is needed that was not planned: the chain has changed in the meantime"
    )]
    NotConfirmed {
        /// What it would create or call.
        contract: String,
    },
    /// A transaction could be included at any later time.
    #[error(
        "{waiting} transactions of account {account} wait to be included as the endpoint says, expected at most {most}"
    )]
    Waiting {
        /// The account.
        account: String,
        /// How many wait.
        waiting: u64,
        /// How many may.
        most: u64,
    },
    /// There is no key to sign with, and nobody to ask.
    #[error(
        "there is no private key: expected `--keystore` with `--password-file`, or the variable `{variable}`"
    )]
    NoKey {
        /// The variable.
        variable: &'static str,
    },
    /// The verifying key must not be trusted with anything.
    #[error("{} and chain {chain} is public: whoever made it can forge proofs",
        if *is_known { "the key has no contribution of a ceremony" } else { "nothing says who made the key" })]
    DevelopmentKey {
        /// The chain.
        chain: u64,
        /// Whether there is a proving key that says its origin.
        is_known: bool,
    },
    /// Nobody has verified a ceremony here.
    #[error(
        "the key of `{folder}` says that it has contributions, which was not verified here, and chain {chain} is public: whoever made \
         the file may be able to forge proofs"
    )]
    UnverifiedKey {
        /// The build directory.
        folder: PathBuf,
        /// The chain.
        chain: u64,
    },
    /// The contract on a chain does not accept the proof.
    #[error("the contract at {address} refuses the proof: {reason}")]
    RefusedOnChain {
        /// The contract.
        address: String,
        /// What it said.
        reason: String,
    },
    /// Somebody was asked, and did not say yes.
    #[error("nothing was sent: the answer was not yes")]
    Declined,
    /// A registry has another verifier, for good.
    #[error("registry {registry} names {found} for model {model} by {publisher}, expected {expected}")]
    OtherVerifier {
        /// The registry.
        registry: String,
        /// Who has named it.
        publisher: String,
        /// The hash of the model's file.
        model: String,
        /// The verifier that it has.
        found: String,
        /// The verifier that was to be named.
        expected: String,
    },
    /// A registry has no verifier.
    #[error("registry {registry} names no verifier for model {model} by {publisher}")]
    NotRegistered {
        /// The registry.
        registry: String,
        /// Whose entry was looked for.
        publisher: String,
        /// The hash of the model's file.
        model: String,
    },
    /// Nothing says whose entry of a registry is meant.
    #[error("nothing says whose entry of registry {registry} is meant")]
    NoPublisher {
        /// The registry.
        registry: String,
    },
    /// There is no such bounty.
    #[error("{address} is no bounty that the factory {factory} opened")]
    NoBounty {
        /// The address that was given.
        address: String,
        /// The factory.
        factory: String,
    },
    /// The bounty is of the other kind.
    #[error("{address} is a bounty of the kind `{found}`, this command is for the kind `{expected}`")]
    OtherKind {
        /// The bounty.
        address: String,
        /// Its kind.
        found: String,
        /// The kind that has the call.
        expected: String,
    },
    /// The proofs of a build directory are about something else than outputs of its model on hashed data.
    #[error("`{folder}` has `{found}` {name}, expected `{expected}` for a bounty that pays for outputs")]
    NoComputation {
        /// The build directory.
        folder: PathBuf,
        /// What is another way.
        name: &'static str,
        /// How it is.
        found: String,
        /// How it must be.
        expected: &'static str,
    },
    /// A bounty, its folder and the files of hosts and hunters do not belong together.
    #[error("the {what} is {found}, expected {expected}")]
    Differs {
        /// What differs.
        what: &'static str,
        /// What a contract or a file has.
        found: String,
        /// What was computed, or read elsewhere.
        expected: String,
    },
    /// A phase or a turn of a bounty is so short that one may miss it.
    #[error("phase `{phase}` of the bounty takes {found}, expected at least {least}")]
    ShortPhase {
        /// The phase, or a turn.
        phase: &'static str,
        /// How long it is.
        found: String,
        /// How long it should be.
        least: String,
    },
    /// The half of a turn is not over.
    #[error("the half turn of {hunter} goes on for {left} s")]
    HalfNotOver {
        /// Whose turn it is.
        hunter: String,
        /// Seconds until it may be ended.
        left: u64,
    },
    /// Something is larger than a transaction can carry.
    #[error(
        "a bounty with {found} {what} is not possible, expected at most {most}, which a transaction can carry"
    )]
    OverLimit {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        found: usize,
        /// The most.
        most: u32,
    },
    /// No winner has delivered.
    #[error("nothing was delivered from block {from} on, the bounty is in phase {phase}")]
    NotDelivered {
        /// The phase of the bounty.
        phase: String,
        /// The first block that was looked at.
        from: u64,
    },
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Internal(&'static str),
}

/// Returns names and reasons in one line.
fn listed(invalid: &[(String, String)]) -> String {
    let rows: Vec<String> = invalid.iter().map(|(name, reason)| format!("`{name}` ({reason})")).collect();
    rows.join(", ")
}

impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        Self::Contracts(error.into())
    }
}

impl Error {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }

    pub(crate) fn format(path: &Path) -> impl FnOnce(FormatError) -> Self + '_ {
        |source| Self::Format { path: path.to_owned(), source }
    }

    pub(crate) fn json(path: &Path) -> impl FnOnce(JsonError) -> Self + '_ {
        |source| Self::Json { path: path.to_owned(), source }
    }

    pub(crate) fn compile(diagnostics: &Diagnostics, colour: bool) -> Self {
        Self::Compile { rendered: diagnostics.render(colour) }
    }

    /// Returns what the user can do about it, if we know.
    pub fn hint(&self) -> Option<String> {
        use tensorproof_transpiler::Error as Transpile;
        match self {
            Self::MissingArtefact { made_by, folder, .. } => {
                Some(format!("`tensorproof {made_by} {}` makes it", folder.display()))
            }
            Self::Ceremony { source: CeremonyError::NotPrepared { .. }, path } => {
                Some(format!("`tensorproof setup ptau prepare {}` adds what is missing", path.display()))
            }
            Self::CeremonyKey { .. } => Some("delete it, or move it away, to make another key".to_owned()),
            Self::OtherVerifyingKey { .. } => {
                Some("`tensorproof setup export-vk` writes the right one".to_owned())
            }
            Self::OtherTemplate { .. } => Some(
                "somebody changed it, or another version of tensorproof wrote it, which is the one to use with it; `tensorproof transpile` writes the templates of this one"
                    .to_owned(),
            ),
            Self::OtherConstraints { circuit, .. } => Some(format!(
                "`tensorproof compile {}` makes them anew; `--no-source` takes those of another compiler as they are",
                circuit.display()
            )),
            Self::Transpile(Transpile::OutOfRange { .. }) => Some(
                "`--calibrate FILE` or `--input-range LOW,HIGH` when the circuit is made choose the range"
                    .to_owned(),
            ),
            Self::Transpile(Transpile::NoScale { .. }) => {
                Some("`--tolerance` accepts a larger error, `--scale 10^m` sets the scale".to_owned())
            }
            Self::Transpile(Transpile::Node { .. }) => {
                Some("`tensorproof ops` lists what is supported".to_owned())
            }
            Self::Transpile(Transpile::TooWide { .. }) => {
                Some("a smaller `--scale` needs fewer bits".to_owned())
            }
            Self::Transpile(Transpile::MayWrap { .. }) => Some(
                "a smaller `--scale` needs fewer bits; so do activations that check a range, such as Relu, between the layers"
                    .to_owned(),
            ),
            Self::Transpile(Transpile::OverArchitecture { .. }) => {
                Some("smaller weights fit; so would a bounty whose host gave more `--headroom`".to_owned())
            }
            Self::Prove { source: ProveError::OtherCircuit { .. } | ProveError::OtherMatrices, .. } => {
                Some("`tensorproof setup` makes a key for the circuit as it is now".to_owned())
            }
            Self::DevelopmentKey { .. } => Some(
                "`--allow-dev-key` deploys it all the same, for a test; `tensorproof setup` tells of ceremonies".to_owned(),
            ),
            Self::UnverifiedKey { folder, .. } => Some(format!(
                "`tensorproof setup verify {} --ptau FILE` verifies them; `--allow-dev-key` takes the key all the same, for a test",
                folder.display()
            )),
            Self::ValueOverCap { .. } | Self::ValueNotNamed { .. } => {
                Some("`--max-value ETHER` says how much may be paid".to_owned())
            }
            Self::NobodyToAsk { .. } => {
                Some("`--dry-run`, of commands that have it, shows what would be sent".to_owned())
            }
            Self::OtherTerms { .. } => Some(
                "terms never change: one of the two endpoints does not tell the truth, or the file was changed".to_owned(),
            ),
            Self::NotPinned { .. } => Some(
                "`bounty commit` writes it; `--key KEY` gives the host's public key as the host published it".to_owned(),
            ),
            Self::Contracts(ContractsError::Chain(ChainError::NoProxy { .. })) => Some(
                "https://github.com/Arachnid/deterministic-deployment-proxy tells how to put it on a chain".to_owned(),
            ),
            Self::Contracts(ContractsError::Chain(ChainError::NotIncluded { .. })) => {
                Some("the same command again takes it up, or tells that it is done".to_owned())
            }
            Self::Contracts(ContractsError::Chain(ChainError::TipOverCap { .. })) => {
                Some("`--max-priority-fee GWEI` allows more".to_owned())
            }
            Self::Contracts(ContractsError::Chain(ChainError::FeeOverCap { .. })) => {
                Some("`--max-fee GWEI` allows more; fees change from block to block".to_owned())
            }
            Self::ShortPhase { .. } => Some(
                "whoever is not included in its time loses a stake, or shows outputs that are not paid for; `--allow-short-phases` takes that risk"
                    .to_owned(),
            ),
            Self::CostOverCap { .. } => Some("`--max-cost ETHER` allows more".to_owned()),
            Self::NoComputation { .. } => Some(
                "`tensorproof transpile MODEL --input-visibility hashed --params-visibility fixed --public-signals digest` makes such a circuit"
                    .to_owned(),
            ),
            Self::Declined => Some("`--yes` answers beforehand".to_owned()),
            Self::OtherVerifier { .. } => {
                Some("an entry is for good: name this one from another account".to_owned())
            }
            Self::NoPublisher { .. } => {
                Some("`--publisher ADDRESS` does; `deployment.json` after a deployment of your own".to_owned())
            }
            _ => None,
        }
    }

    /// Returns the exit code: 1 for the user's error or an invalid proof, 2 for ours.
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Self::Internal(_)) { 2 } else { 1 }
    }
}
