// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "./ITensorProofVerifier.sol";

/// @title  Acting on verified inferences
/// @notice A proof says that a model gives these outputs for these inputs. It does not say that the inputs are true, nor
///         that nobody has used the proof before: compare the inputs with what the contract knows, and remember what was
///         acted on. Anyone can turn a valid proof into another valid one of the same signals, so remember the signals
///         and not the proof.
library TensorProof {
    /// @notice A Groth16 proof: x and y of A; (x1, x0) and (y1, y0) of B; x and y of C.
    struct Proof {
        uint256[2] a;
        uint256[2][2] b;
        uint256[2] c;
    }

    /// @notice The proof does not prove these public signals.
    error InvalidProof();
    /// @notice Public signal `index` is not what the contract knows.
    error UnexpectedSignal(uint256 index, uint256 expected, uint256 actual);
    /// @notice The integer is too large for the scale.
    error OutOfBounds(int256 value);

    // The order of BN254's scalar field: -v is SCALAR_FIELD - v.
    uint256 internal constant SCALAR_FIELD =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice Reverts unless the proof is valid for the public signals.
    function requireValid(ITensorProofVerifier verifier, Proof calldata proof, uint256[] calldata input)
        internal
        view
    {
        verifier.requireProof(proof.a, proof.b, proof.c, input);
    }

    /// @notice Reverts unless all proofs are valid: those of one key, for a third of the gas that single ones take.
    function requireAllValid(ITensorProofVerifier verifier, uint256[8][] calldata proofs, uint256[] calldata input)
        internal
        view
    {
        if (!verifier.verifyBatch(proofs, input)) revert InvalidProof();
    }

    /// @notice Reverts unless the signals from `first` on are these integers.
    function requireSignals(uint256[] calldata input, uint256 first, int256[] memory values) internal pure {
        for (uint256 i = 0; i < values.length; ++i) {
            uint256 expected = toSignal(values[i]);
            uint256 actual = input[first + i];
            if (actual != expected) revert UnexpectedSignal(first + i, expected, actual);
        }
    }

    /// @notice Returns the public signal that stands for an integer.
    function toSignal(int256 value) internal pure returns (uint256) {
        if (value >= 0) {
            if (uint256(value) > SCALAR_FIELD / 2) revert OutOfBounds(value);
            return uint256(value);
        }
        if (value < -int256(SCALAR_FIELD / 2)) revert OutOfBounds(value);
        return SCALAR_FIELD - uint256(-value);
    }

    /// @notice Returns the integer that a public signal of a verified proof stands for.
    function toInteger(uint256 signal) internal pure returns (int256) {
        if (signal > SCALAR_FIELD / 2) return -int256(SCALAR_FIELD - signal);
        return int256(signal);
    }

    /// @notice Returns the real number that a signal stands for, times `unit`: the integer divided by its scale, which
    ///         `settings.json` names, rounded toward zero.
    function toFixed(uint256 signal, int256 scale, int256 unit) internal pure returns (int256) {
        return toInteger(signal) * unit / scale;
    }
}
