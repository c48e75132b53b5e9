//! What a circuit may commit to: salted Poseidon hashes among its public signals.
//!
//! A commitment is the sponge of the values, range-checked and packed as many to a field element as fit, tensor by tensor,
//! with a salt last. Who knows values and salt can open it; without the salt it tells nothing.

/// What is committed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The inputs, in the model's order.
    Input,
    /// The parameters, in the order of `weights.json`'s use.
    Params,
    /// The outputs, in the model's order.
    Output,
}

impl Subject {
    /// Returns its name in options and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Params => "params",
            Self::Output => "output",
        }
    }

    /// Returns the sponge's domain, so that no commitment is one to something else.
    pub(crate) fn domain(self) -> u32 {
        match self {
            Self::Input => 1,
            Self::Params => 2,
            Self::Output => 3,
        }
    }

    /// Returns the public output that is the commitment.
    pub fn hash_signal(self) -> String {
        format!("{}Hash", self.name())
    }

    /// Returns the private input that is the salt.
    pub fn salt_signal(self) -> String {
        format!("{}Salt", self.name())
    }
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
