// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IVerifier} from "./IVerifier.sol";

/// @notice A circuit whose proofs count: the verifier that the host approved when it opened the bounty.
/// @dev    The code of an exported verifier holds its verifying key, so that `codeHash` is the hash of the key too: of points
///         that are in data contracts it holds the hashes, and takes no others. (With a digest, as here, there are none.) Whoever stakes anything on a statement compares it with the hash of the
///         code that `tensorproof export-verifier` makes of the key of a ceremony it believes in: a verifier of other code
///         may answer as it likes.
struct Statement {
    IVerifier verifier;
    /// keccak256 of the runtime code at `verifier`.
    bytes32 codeHash;
}

/// @notice A Groth16 proof, as `IVerifier.verifyProof` takes it.
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @title  Proofs of approved statements
/// @dev    A statement is about values x_1..x_n, which the contract knows. Its circuit has three public signals, however
///         many values there are, in this order (circom puts outputs before inputs):
///
///             h = Poseidon(x_1, .., x_n)     output, which the sender also gives in the call
///             v = sum of x_i * r^i           output, computed again by the contract
///             r                              input, r = keccak256(domain, h, x_1, .., x_n) mod p
///
///         A circuit may hash its values packed, several to an element, where it proves the ranges that make this
///         reversible: the contract never computes h.
///
///         **Why that binds x.** The circuit knows some x' with Poseidon(x') = h and sum x'_i r^i = v. h fixes x' (Poseidon
///         is collision-resistant), and r is drawn by keccak256 after h and x are. If x and x' differ, sum (x_i - x'_i) X^i
///         is not zero, of degree n, and vanishes at r with probability n / p at most. x must have as many elements as the
///         circuit has: the callers check it, since zeros at its end would change nothing.
///
///         **Domain.** Everything is proven for one sender, of one bounty, on one chain, for one circuit:
///
///             domain = keccak256(abi.encode(chain id, address of the bounty, code hash of the verifier, sender)).
///
///         With another domain r is another, and the proof is worth nothing: nobody can take it out of the mempool and send
///         it first, or send it again elsewhere.
library Statements {
    /// @notice No code, or other code than the host approved, is at the verifier's address.
    error WrongVerifierCode(address verifier, bytes32 expected, bytes32 actual);
    /// @notice A value that is not below the order of the scalar field has a twin that is.
    error NotInField(uint256 value);
    /// @notice The approved verifier does not accept the proof for these values.
    error InvalidProof();

    /// @dev The order of the scalar field of BN254.
    uint256 internal constant SCALAR_FIELD =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice Reverts unless the approved code is at the verifier's address.
    function requireCode(Statement memory statement) internal view {
        bytes32 actual = address(statement.verifier).codehash;
        if (actual != statement.codeHash || address(statement.verifier).code.length == 0) {
            revert WrongVerifierCode(address(statement.verifier), statement.codeHash, actual);
        }
    }

    /// @notice Returns what a proof of the statement by `sender` is bound to.
    function domain(Statement memory statement, address sender) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), statement.codeHash, sender));
    }

    /// @notice Reverts unless `value` is in the field.
    function requireInField(uint256 value) internal pure {
        if (value >= SCALAR_FIELD) revert NotInField(value);
    }

    /// @notice Reverts unless the proof of the sender is valid for the values.
    /// @param hash Poseidon of the values, as the circuit's first output.
    function requireProof(Statement memory statement, Proof calldata proof, uint256 hash, uint256[] memory values)
        internal
        view
    {
        requireCode(statement);
        // The exported verifier checks this too, as the other signals are in the field. No bounty rests on that.
        requireInField(hash);
        uint256[] memory signals = new uint256[](3);
        uint256 challenge = challengeOf(domain(statement, msg.sender), hash, values);
        signals[0] = hash;
        signals[1] = evaluate(values, challenge);
        signals[2] = challenge;
        if (!statement.verifier.verifyProof(proof.a, proof.b, proof.c, signals)) revert InvalidProof();
    }

    /// @notice Returns a list of `head` zeros, to be filled, the items, and `tail` zeros.
    function list(uint256 head, uint256[] calldata items, uint256 tail)
        internal
        pure
        returns (uint256[] memory values)
    {
        values = new uint256[](head + items.length + tail);
        assembly ("memory-safe") {
            calldatacopy(add(values, shl(5, add(head, 1))), items.offset, shl(5, items.length))
        }
    }

    // keccak256(abi.encodePacked(bound, hash, values)) mod p, without a loop.
    function challengeOf(bytes32 bound, uint256 hash, uint256[] memory values)
        private
        pure
        returns (uint256 challenge)
    {
        uint256 order = SCALAR_FIELD;
        assembly ("memory-safe") {
            // Memory after the free pointer is for anyone's use until the next allocation.
            let text := mload(0x40)
            let size := shl(5, mload(values))
            mstore(text, bound)
            mstore(add(text, 0x20), hash)
            mcopy(add(text, 0x40), add(values, 0x20), size)
            challenge := mod(keccak256(text, add(size, 0x40)), order)
        }
    }

    /// @notice Returns the sum of values[i] * point^(i + 1), from i = 0, by Horner's rule.
    function evaluate(uint256[] memory values, uint256 point) internal pure returns (uint256 sum) {
        uint256 order = SCALAR_FIELD;
        bool reduced = true;
        // The hot loop: from the last value to the first.
        assembly ("memory-safe") {
            for { let place := add(values, shl(5, mload(values))) } gt(place, values) { place := sub(place, 0x20) } {
                let value := mload(place)
                reduced := and(reduced, lt(value, order))
                sum := mulmod(addmod(sum, value, order), point, order)
            }
        }
        for (uint256 i = 0; !reduced && i < values.length; ++i) {
            requireInField(values[i]);
        }
    }
}
