// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "../src/ITensorProofVerifier.sol";
import {Verifier} from "../src/Verifier.sol";
import {DigestVerifier} from "../src/DigestVerifier.sol";
import {WideVerifier} from "../src/WideVerifier.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Foundry's own functions, as far as they are needed.
interface Vm {
    function etch(address target, bytes calldata code) external;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
}

/// @dev Fixture.sol is written by the test that runs these: keys with a known trapdoor, and proofs for them.
contract VerifierTest is Fixture {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    ITensorProofVerifier private verifier;
    ITensorProofVerifier private digest;
    ITensorProofVerifier private wide;

    function setUp() public {
        verifier = ITensorProofVerifier(address(new Verifier()));
        digest = ITensorProofVerifier(address(new DigestVerifier()));
        wide = ITensorProofVerifier(address(new WideVerifier()));
    }

    function testAcceptsValidProofs() public view {
        require(call(address(verifier), VALID));
        require(call(address(verifier), COMPRESSED));
        require(call(address(verifier), BATCH));
        require(call(address(digest), DIGEST));
        require(call(address(wide), WIDE));
    }

    /// @dev Its constructor creates the data contract; another code there, or none, has no answer.
    function testFuzzRevertsWithoutItsDataContract(bytes calldata code, uint256 cut) public {
        address data = vm.computeCreateAddress(address(wide), 1);
        bytes memory points = data.code;
        require(points.length == 1 + 2 * 64);
        bytes memory less = data.code;
        cut %= points.length;
        assembly ("memory-safe") {
            mstore(less, cut)
        }
        bytes[5] memory others = [bytes(""), less, abi.encodePacked(points, bytes1(0)), new bytes(points.length), code];
        for (uint256 i = 0; i < others.length; ++i) {
            if (keccak256(others[i]) == keccak256(points)) continue;
            // Not a designator of a delegation, which forge refuses.
            if (others[i].length > 0 && others[i][0] == 0xef) continue;
            vm.etch(data, others[i]);
            (bool success, bytes memory output) = address(wide).staticcall(WIDE);
            require(!success);
            require(keccak256(output) == keccak256(abi.encodeWithSignature("WrongDataContract(uint256)", 0)));
        }
        vm.etch(data, points);
        require(call(address(wide), WIDE));
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
