//! The fields that circuits are compiled over, those of circom's primes.
//!
//! The compiler and the interpreter of witnesses are large, and there is one of each for every prime. They are made here, in
//! functions without type parameters: a crate that calls them need not be built with all of them in it.

use ark_ff::PrimeField;
use tensorproof_r1cs::{
    Bls12377, Bls12381, Fr, Goldilocks, Grumpkin, Pallas, Prime, Secq256r1, Vesta, Witness,
};

use crate::circuit::Circuit;
use crate::diagnostic::Diagnostic;
use crate::options::Options;
use crate::sources::Sources;
use crate::witness::{Inputs, WitnessError};

/// The field of one of circom's primes.
pub trait CircuitField: PrimeField {
    /// Compiles the files of a program.
    #[doc(hidden)]
    fn compile(sources: &mut Sources, options: Options) -> Result<Circuit<Self>, Vec<Diagnostic>>;

    /// Returns the witness, and the values of all signals by label.
    #[doc(hidden)]
    fn solve(
        circuit: &Circuit<Self>,
        inputs: &Inputs<Self>,
        log: &mut dyn FnMut(&str),
    ) -> Result<(Witness<Self>, Vec<Self>), WitnessError>;
}

macro_rules! circuit_field {
    ($($field:ty),*) => {$(
        impl CircuitField for $field {
            fn compile(sources: &mut Sources, options: Options) -> Result<Circuit<Self>, Vec<Diagnostic>> {
                crate::compile_files(sources, options)
            }

            fn solve(
                circuit: &Circuit<Self>,
                inputs: &Inputs<Self>,
                log: &mut dyn FnMut(&str),
            ) -> Result<(Witness<Self>, Vec<Self>), WitnessError> {
                circuit.solved(inputs, log)
            }
        }
    )*};
}

circuit_field!(Fr, Bls12377, Bls12381, Goldilocks, Grumpkin, Pallas, Secq256r1, Vesta);

/// Something to do over a field that is chosen when the program runs.
pub trait FieldTask {
    /// What it yields.
    type Output;

    /// Does it over the field `F`.
    fn run<F: CircuitField>(self) -> Self::Output;
}

/// Does a task over the field of a prime.
pub fn over<T: FieldTask>(prime: Prime, task: T) -> T::Output {
    match prime {
        Prime::Bn128 => task.run::<Fr>(),
        Prime::Bls12377 => task.run::<Bls12377>(),
        Prime::Bls12381 => task.run::<Bls12381>(),
        Prime::Goldilocks => task.run::<Goldilocks>(),
        Prime::Grumpkin => task.run::<Grumpkin>(),
        Prime::Pallas => task.run::<Pallas>(),
        Prime::Secq256r1 => task.run::<Secq256r1>(),
        Prime::Vesta => task.run::<Vesta>(),
    }
}
