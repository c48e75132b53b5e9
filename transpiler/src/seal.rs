//! How a circuit shows values without showing them: salted commitments, and encryption for a recipient.
//!
//! Both begin with the element of the values' form, a constant of the circuit, and the values range-checked and packed, tensor
//! by tensor, as many to a field element as fit. A commitment is the Poseidon sponge of the elements with a salt last: who knows
//! form, values and salt can open it; without the salt it tells nothing. An encryption is Poseidon's duplex under the secret that
//! a sender's key and the recipient's share; the sender's key is new for each message, so that the nonce is always zero.

use num_bigint::BigInt;

use crate::form::{Form, TensorForm, width};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{InputVisibility, OutputVisibility, ParamsVisibility};

/// What is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The inputs, in the model's order.
    Input,
    /// The parameters, in the order in which layers first use them.
    Params,
    /// The outputs, in the model's order.
    Output,
    /// Integers of a file.
    Data,
}

impl Subject {
    /// Returns its name in options, settings and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Params => "params",
            Self::Output => "output",
            Self::Data => "data",
        }
    }

    /// Returns the subject of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Input, Self::Params, Self::Output, Self::Data]
            .into_iter()
            .find(|subject| subject.name() == name)
    }

    /// Returns the sponge's domain, so that no commitment is one to something else.
    pub(crate) fn domain(self) -> u32 {
        match self {
            Self::Input => 1,
            Self::Params => 2,
            Self::Output => 3,
            // 4 is that of a test set.
            Self::Data => 5,
        }
    }

    /// Returns the public output that is the commitment.
    pub fn hash_signal(self) -> String {
        format!("{}Hash", self.name())
    }

    /// Returns the private input that salts the commitment.
    pub fn salt_signal(self) -> String {
        format!("{}Salt", self.name())
    }

    /// Returns the private input that is the sender's private key.
    pub fn secret_signal(self) -> String {
        format!("{}Secret", self.name())
    }

    /// Returns the public outputs of an encryption: the ciphertext, its tag, the sender's public key.
    pub fn cipher_signals(self) -> [String; 3] {
        ["Ciphertext", "Tag", "Sender"].map(|part| format!("{}{part}", self.name()))
    }
}

/// How a subject is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// By a commitment.
    Hashed,
    /// By encryption.
    Encrypted,
}

/// Returns what is sealed and how, in the order of the public values.
pub(crate) fn sealed_subjects(
    input: InputVisibility,
    params: ParamsVisibility,
    output: OutputVisibility,
) -> Vec<(Subject, Seal)> {
    let output = match output {
        OutputVisibility::Hashed => Some(Seal::Hashed),
        OutputVisibility::Encrypted => Some(Seal::Encrypted),
        OutputVisibility::Public | OutputVisibility::Private => None,
    };
    let input = (input == InputVisibility::Hashed).then_some(Seal::Hashed);
    let params = match params {
        ParamsVisibility::Hashed => Some(Seal::Hashed),
        ParamsVisibility::Encrypted => Some(Seal::Encrypted),
        ParamsVisibility::Public | ParamsVisibility::Private | ParamsVisibility::Fixed => None,
    };
    [(Subject::Output, output), (Subject::Input, input), (Subject::Params, params)]
        .into_iter()
        .filter_map(|(subject, seal)| Some((subject, seal?)))
        .collect()
}

/// The public input that is the recipient's key.
pub const RECIPIENT: &str = "recipient";

/// Bounded integers that are packed: a signal, or the signals of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Its signal.
    pub signal: String,
    /// What its values are meant to be.
    pub form: TensorForm,
    /// Its name, where the seal covers it: in a file of data nothing else tells tensors apart.
    pub name: Option<String>,
}

/// Returns the form of what is sealed.
pub fn form(subject: Subject, values: &[Packed]) -> Form {
    let tensors = values.iter().map(|packed| packed.form.clone()).collect();
    let names = values.iter().map(|packed| packed.name.clone()).collect::<Option<Vec<_>>>();
    Form { kind: subject.name().to_owned(), tensors, names: names.filter(|names| !names.is_empty()) }
}

/// Returns how many elements are hashed or encrypted: that of the form, and the packed values.
pub fn sealed_elements(values: &[Packed]) -> usize {
    1 + values.iter().map(|packed| packed.form.elements()).sum::<usize>()
}

/// Returns the values that have a packing when those in a range do.
pub(crate) fn packed_range(range: &Interval) -> Interval {
    let high = &range.low + (BigInt::from(1) << width(&range.low, &range.high)) - 1u32;
    Interval { low: range.low.clone(), high }
}

/// Partial rounds of Poseidon for states of 2 to 17 elements.
///
/// Source: Grassi et al. 2019 (eprint 2019/458), for 128 bits of security over BN254, as circom rounds them.
const PARTIAL_ROUNDS: [usize; 16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/// Returns the quadratic constraints of `PoseidonSponge` over some elements, one at least.
pub(crate) fn sponge_cost(length: usize) -> usize {
    let rate = length.min(16);
    let partial = PARTIAL_ROUNDS.get(rate - 1).copied().unwrap_or(0);
    length.div_ceil(rate) * 3 * (8 * (rate + 1) + partial) - 3
}

/// Returns the constraints of `PoseidonSponge` over a form, some elements of values and a salt. The form's S-box is one of a
/// constant, whose products are none, and what remains of it is a sum.
pub(crate) fn commitment_cost(values: &[Packed]) -> Cost {
    Cost { quadratic: sponge_cost(sealed_elements(values) + 1) - 3, linear: 1 }
}

/// Returns the quadratic constraints of `EncryptPoseidon(17, length)`, `BabyPublicKey` and `BabyEcdh`.
pub(crate) fn cipher_cost(length: usize) -> usize {
    (length.div_ceil(16) + 1) * 612 - 3 * 14 + 128 + 755 + 2053
}
