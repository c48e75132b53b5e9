// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "../src/ITensorProofVerifier.sol";
import {Verifier} from "../src/Verifier.sol";
import {DigestVerifier} from "../src/DigestVerifier.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Fixture.sol is written by the test that runs these: keys with a known trapdoor, and proofs for them.
contract VerifierTest is Fixture {
    ITensorProofVerifier private verifier;
    ITensorProofVerifier private digest;

    function setUp() public {
        verifier = ITensorProofVerifier(address(new Verifier()));
        digest = ITensorProofVerifier(address(new DigestVerifier()));
    }

    function testAcceptsValidProofs() public view {
        require(call(address(verifier), VALID));
        require(call(address(verifier), COMPRESSED));
        require(call(address(verifier), BATCH));
        require(call(address(digest), DIGEST));
    }

    /// @dev A valid call with any word changed proves nothing; B and A negated together would be valid.
    function testFuzzRefusesChangedWords(uint256 word, uint256 change) public view {
        change = change == 0 ? 1 : change;
        require(!call(address(verifier), changed(VALID, word % 11, change)));
        require(!call(address(verifier), changed(COMPRESSED, word % 4, change)));
        require(!call(address(verifier), changed(BATCH, 3 + word % 24, change)));
        require(!call(address(digest), changed(DIGEST, word % 14, change)));
    }

    function testFuzzRefusesOtherSignals(uint256[3] calldata signals) public view {
        bytes memory data = VALID;
        for (uint256 i = 0; i < 3; ++i) data = put(data, 8 + i, signals[i]);
        require(!call(address(verifier), data));
    }

    function testFuzzRefusesAnyOtherCall(bytes calldata data) public view {
        // The fuzzer takes constants of the code for arguments too.
        bytes32 hash = keccak256(data);
        if (hash == keccak256(VALID) || hash == keccak256(COMPRESSED)) return;
        if (hash == keccak256(BATCH) || hash == keccak256(DIGEST)) return;
        require(!call(address(verifier), data));
        require(!call(address(digest), data));
        require(!call(address(verifier), abi.encodePacked(bytes4(VALID), data)));
    }

    function testFuzzRefusesOtherLengths(uint256 length, bytes calldata tail) public view {
        require(tail.length == 0 || !call(address(verifier), abi.encodePacked(VALID, tail)));
        bytes memory data = VALID;
        length %= data.length;
        assembly ("memory-safe") {
            mstore(data, length)
        }
        require(!call(address(verifier), data));
    }

    /// @dev What a contract pays that calls the verifier. The floor is the precompiles: 181,000 for the pairing and 6,150
    ///      for each scalar.
    function testGas() public view {
        require(gasOf(address(verifier), VALID) - 181_000 - 3 * 6_150 < 6_000, "one proof");
        require(gasOf(address(digest), DIGEST) - 181_000 - 3 * 6_150 < 7_000, "a digest");
        // Three proofs of three signals, with three weighted A and C.
        require(gasOf(address(verifier), BATCH) - 249_000 - 3 * 6_150 - 2 * 6_000 - 2 * 12_150 < 12_000, "a batch");
    }

    function call(address target, bytes memory data) private view returns (bool) {
        (bool success, bytes memory output) = target.staticcall{gas: 2_000_000}(data);
        return success && output.length == 32 && abi.decode(output, (uint256)) == 1;
    }

    function gasOf(address target, bytes memory data) private view returns (uint256 gas) {
        gas = gasleft();
        require(call(target, data));
        gas -= gasleft();
    }

    function changed(bytes memory data, uint256 word, uint256 change) private pure returns (bytes memory) {
        uint256 value;
        assembly ("memory-safe") {
            value := mload(add(data, add(0x24, mul(word, 0x20))))
        }
        unchecked {
            return put(data, word, value + change);
        }
    }

    function put(bytes memory data, uint256 word, uint256 value) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(add(data, add(0x24, mul(word, 0x20))), value)
        }
        return data;
    }
}
