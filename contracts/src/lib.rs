//! Solidity verifiers for Groth16 keys, and an embedded EVM that runs them.
