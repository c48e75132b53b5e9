// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title  A Groth16 verifier of one circuit, as `tensorproof export-verifier` writes it
interface IVerifier {
    /// @notice Returns whether the proof (`a`, `b`, `c`) is valid for the public signals `input`.
    /// @param a     The point A of G1: x, y.
    /// @param b     The point B of G2: (x1, x0), (y1, y0), the imaginary part first.
    /// @param c     The point C of G1: x, y.
    /// @param input The public signals, as many as the circuit has.
    /// @return Whether the proof is valid.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[] calldata input
    ) external view returns (bool);
}
