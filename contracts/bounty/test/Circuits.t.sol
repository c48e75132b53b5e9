// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ComputeBounty, ComputeTerms} from "../src/ComputeBounty.sol";
import {IVerifier} from "../src/IVerifier.sol";
import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Proof, Statement} from "../src/Statements.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @dev Both kinds of bounty with the proofs of `circuits.json`, which TensorProof's compiler and prover made of circom
///      circuits with Poseidon: what the contracts ask for is what a prover can give.
contract CircuitsTest is Market {
    string private json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("contracts/bounty/test/circuits.json");
    }

    function testModelBounty() public {
        uint256[] memory set = values("testSet");
        uint256[] memory delivered = values("delivery");
        ModelTerms memory terms = modelTerms();
        (terms.samples, terms.threshold) = (2, 1);
        terms.ciphertextLength = 3;
        terms.testSetRoot = set[0];
        terms.key = [delivered[1], delivered[2]];
        terms.testSet = statement("testSet", address(0x3001));
        terms.accuracy = statement("accuracy", address(0x3002));
        terms.delivery = statement("delivery", address(0x3003));
        ModelBounty bounty = open(terms);
        requireAddress("accuracy", address(bounty));

        vm.deal(alice, STAKE);
        vm.prank(alice);
        bounty.commit{value: STAKE}(delivered[0]);

        vm.warp(COMMIT_END);
        bytes32[] memory cids = new bytes32[](2);
        uint256[] memory classes = new uint256[](2);
        for (uint256 i = 0; i < 2; ++i) {
            cids[i] = bytes32(set[2 + 2 * i] << 128 | set[3 + 2 * i]);
            classes[i] = set[6 + i];
        }
        (uint256 hash, Proof memory proof) = proofOf("testSet");
        vm.prank(host);
        bounty.reveal(set[1], cids, classes, hash, proof);

        (hash, proof) = proofOf("accuracy");
        vm.prank(alice);
        bounty.submit(2, address(0), hash, proof);

        vm.warp(PROOF_END);
        uint256[] memory ciphertext = new uint256[](3);
        for (uint256 i = 0; i < 3; ++i) {
            ciphertext[i] = delivered[3 + i];
        }
        (hash, proof) = proofOf("delivery");
        vm.prank(alice);
        bounty.claim(ciphertext, hash, proof, payable(alice));
        vm.assertEq(alice.balance, REWARD + STAKE, "paid");
    }

    function testComputeBounty() public {
        uint256[] memory proven = values("inference");
        ComputeTerms memory terms;
        terms.host = host;
        terms.reward = REWARD;
        terms.end = START + 1 days;
        terms.outputs = 2;
        terms.dataHash = proven[2];
        terms.inference = statement("inference", address(0x3004));
        vm.deal(host, REWARD);
        vm.prank(host);
        ComputeBounty bounty = factory.openComputeBounty{value: REWARD}(terms);
        requireAddress("inference", address(bounty));

        uint256[] memory outputs = new uint256[](2);
        (outputs[0], outputs[1]) = (proven[0], proven[1]);
        (uint256 hash, Proof memory proof) = proofOf("inference");
        vm.prank(alice);
        bounty.solve(outputs, hash, proof, payable(alice));
        vm.assertEq(alice.balance, REWARD, "paid");
    }

    function statement(string memory name, address place) private returns (Statement memory) {
        bytes memory code = vm.parseJsonBytes(json, key(name, "code"));
        vm.etch(place, code);
        vm.etch(vm.parseJsonAddress(json, key(name, "dataAddress")), vm.parseJsonBytes(json, key(name, "dataCode")));
        return Statement(IVerifier(place), keccak256(code));
    }

    // The proofs are bound to the address that the first bounty has.
    function requireAddress(string memory name, address bounty) private view {
        vm.assertEq(bounty, vm.parseJsonAddress(json, key(name, "bounty")), "address of the first bounty");
    }

    function values(string memory name) private view returns (uint256[] memory) {
        return vm.parseJsonUintArray(json, key(name, "values"));
    }

    function proofOf(string memory name) private view returns (uint256 hash, Proof memory proof) {
        hash = vm.parseJsonUint(json, key(name, "hash"));
        proof = abi.decode(vm.parseJsonBytes(json, key(name, "proof")), (Proof));
    }

    function key(string memory name, string memory field) private pure returns (string memory) {
        return string.concat(".", name, ".", field);
    }
}
