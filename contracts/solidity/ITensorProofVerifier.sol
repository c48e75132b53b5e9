// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title  What every verifier of TensorProof answers, whatever its number of public signals
/// @notice `input` is the public signals of the circuit: the outputs, then public inputs, then public parameters; of a
///         digest the hash, then these values.
interface ITensorProofVerifier {
    /// @notice Returns whether the proof is valid. Reverts when the call is malformed.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[] calldata input
    ) external view returns (bool);

    /// @notice Reverts with a named error unless the proof is valid.
    function requireProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[] calldata input
    ) external view;

    /// @notice Returns whether the proof is valid, with points of which only x is given.
    function verifyCompressed(uint256[4] calldata proof, uint256[] calldata input) external view returns (bool);

    /// @notice Returns whether all proofs are valid; `input` has the signals of the first, then those of the second.
    function verifyBatch(uint256[8][] calldata proofs, uint256[] calldata input) external view returns (bool);
}
