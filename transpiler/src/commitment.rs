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
