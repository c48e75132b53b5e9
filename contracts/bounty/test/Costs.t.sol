// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ComputeBounty, ComputeTerms} from "../src/ComputeBounty.sol";
import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Proof} from "../src/Statements.sol";
import {Market} from "./support/Market.sol";
import {Trapdoor, Trapdoors} from "./support/Trapdoor.sol";
import {vm} from "./support/Vm.sol";

/// @dev The gas of each call as a transaction of its own, its call data included, and the size of each contract, in
///      `test/snapshots`. There are 20 samples. A ciphertext has four elements beside the parameters: 2,394 of 16 bits fill
///      160 elements, 50,000 fill 3,334. No size depends on either number.
contract CostsTest is Market {
    uint256 private constant LIMIT = 500_000;

    /// forge-config: default.isolate = true
    function testCallsOfAModelBounty() public {
        ModelTerms memory terms = modelTerms();
        terms.ciphertextLength = 160 + 4;
        vm.deal(host, REWARD);
        vm.prank(host);
        ModelBounty bounty = factory.openModelBounty{value: REWARD}(terms);
        record("openModelBounty", LIMIT);
        commit(bounty, alice);
        record("commit, the first", LIMIT);
        commit(bounty, bob);
        record("commit", LIMIT);
        commit(bounty, carol);
        vm.warp(COMMIT_END);
        reveal(bounty);
        record("reveal", LIMIT);
        submit(bounty, alice, 20);
        record("submit, the first", LIMIT);
        submit(bounty, bob, 18, alice);
        record("submit", LIMIT);
        vm.warp(PROOF_END + TURN);
        bounty.advance(1);
        record("advance by one turn", LIMIT);
        claim(bounty, bob);
        record("claim 2394 parameters", 600_000);
        refund(bounty, carol);
        record("refund", LIMIT);
        reclaim(bounty);
        record("reclaim", LIMIT);

        vm.warp(START);
        bounty = open();
        vm.prank(host);
        bounty.cancel(payable(host));
        record("cancel", LIMIT);
    }

    /// forge-config: default.isolate = true
    function testClaimOf50000Parameters() public {
        ModelTerms memory terms = modelTerms();
        terms.ciphertextLength = 3334 + 4;
        ModelBounty bounty = open(terms);
        commit(bounty, alice);
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        claim(bounty, alice);
        // A transaction may take 2^24 since EIP-7825.
        record("claim 50000 parameters", 1 << 24);
    }

    /// forge-config: default.isolate = true
    function testCallsOfAComputeBounty() public {
        Trapdoor memory inference = Trapdoors.load("inference", address(0x1004));
        ComputeTerms memory terms;
        terms.host = host;
        terms.reward = REWARD;
        terms.end = START + 1 days;
        terms.outputs = 10;
        terms.inference = inference.statement;
        vm.deal(host, 2 * REWARD);
        vm.prank(host);
        ComputeBounty bounty = factory.openComputeBounty{value: REWARD}(terms);
        record("openComputeBounty", LIMIT);

        uint256[] memory outputs = ciphertextOf(alice, 10);
        uint256[] memory values = new uint256[](11);
        for (uint256 i = 0; i < 10; ++i) {
            values[i] = outputs[i];
        }
        uint256 hash = hashOf(values);
        Proof memory proof = prove(inference, domain(inference, address(bounty), alice), hash, values);
        vm.prank(alice);
        bounty.solve(outputs, hash, proof, payable(alice));
        record("solve with 10 outputs", LIMIT);
    }

    function testEveryContractFitsEip170() public {
        recordSize("BountyFactory", address(factory));
        recordSize("ModelBounty", address(factory.MODEL_BOUNTY()));
        recordSize("ComputeBounty", address(factory.COMPUTE_BOUNTY()));
        recordSize("clone of ModelBounty", address(open()));
        recordSize("verifier", address(accuracy.statement.verifier));
    }

    function recordSize(string memory name, address account) private {
        vm.snapshotValue("sizes", name, account.code.length);
        vm.assertLe(account.code.length, 24_576, name);
    }

    function record(string memory name, uint256 limit) private {
        vm.assertLe(vm.snapshotGasLastCall("gas", name), limit, name);
    }
}
