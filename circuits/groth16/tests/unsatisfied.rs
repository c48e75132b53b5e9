//! ark-groth16 makes a proof of a witness that does not satisfy the constraints; `prove` refuses.

#![allow(clippy::unwrap_used)]

use ark_bn254::Bn254;
use ark_groth16::Groth16;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, R1CS_PREDICATE_LABEL, SynthesisError,
};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use tensorproof_groth16::{InvalidProof, ProveError, prove, setup, verify};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Unsatisfied, Wire, Witness};

/// x * y = out, with out public.
struct Product([u64; 3]);

impl ConstraintSynthesizer<Fr> for Product {
    fn generate_constraints(self, system: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let [out, x, y] = self.0.map(Fr::from);
        let out = system.new_input_variable(|| Ok(out))?;
        let x = system.new_witness_variable(|| Ok(x))?;
        let y = system.new_witness_variable(|| Ok(y))?;
        system.enforce_r1cs_constraint(
            || LinearCombination::from(x),
            || LinearCombination::from(y),
            || LinearCombination::from(out),
        )
    }
}

fn ours() -> R1cs {
    let mut r1cs = R1cs {
        wires: 4,
        public_outputs: 1,
        public_inputs: 0,
        private_inputs: 2,
        labels: 4,
        wire_labels: (0..4).collect(),
        coefficients: vec![Fr::from(1u64)],
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    r1cs.a.push_row([Term { wire: Wire(2), coefficient: 0 }]);
    r1cs.b.push_row([Term { wire: Wire(3), coefficient: 0 }]);
    r1cs.c.push_row([Term { wire: Wire(1), coefficient: 0 }]);
    r1cs
}

#[test]
fn an_unchecked_prover_proves_an_unsatisfied_witness_and_ours_refuses() {
    let rng = &mut StdRng::seed_from_u64(1);
    let ark_key =
        Groth16::<Bn254>::generate_random_parameters_with_reduction(Product([35, 5, 7]), rng).unwrap();
    let key = setup(&ours(), rng).unwrap();
    for (out, is_right) in [(35u64, true), (36, false)] {
        let values = [1, out, 5, 7].map(Fr::from);
        let system = ark_relations::gr1cs::ConstraintSystem::new_ref();
        Product([out, 5, 7]).generate_constraints(system.clone()).unwrap();
        system.finalize();
        // No complaint: whatever the witness, there is a proof.
        let proof = Groth16::<Bn254>::create_proof_with_reduction_and_matrices(
            &ark_key,
            Fr::from(2u64),
            Fr::from(3u64),
            &system.to_matrices().unwrap()[R1CS_PREDICATE_LABEL],
            system.num_instance_variables(),
            system.num_constraints(),
            &values,
        )
        .unwrap();
        let verified = verify(&ark_key.vk, &values[1..2], &proof);
        let proved = prove(&key, &ours(), &Witness(values.to_vec()), rng);
        if is_right {
            verified.unwrap();
            verify(&key.vk, &values[1..2], &proved.unwrap()).unwrap();
        } else {
            assert_eq!(verified, Err(InvalidProof::Pairing));
            assert_eq!(proved, Err(ProveError::Unsatisfied(Unsatisfied::Row { row: 0 })));
        }
    }
}
