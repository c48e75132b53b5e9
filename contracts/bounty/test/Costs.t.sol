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
    /// A transaction may take 2^24 since EIP-7825. At the bounds, half of it at the most.
    uint256 private constant HALF = 1 << 23;
    /// Nodes pass on transactions of 128 KiB at the most; all but the call data takes less than a KiB.
    uint256 private constant MOST_DATA = 127 * 1024;

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
        vm.warp(PROOF_END);
        bounty.advance(1);
        record("advance, the first", LIMIT);
        vm.warp(PROOF_END + TURN / 2);
        bounty.advance(1);
        record("advance to the second half", LIMIT);
        vm.warp(PROOF_END + TURN);
        bounty.advance(1);
        record("advance to the next turn", LIMIT);
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
        ModelBounty bounty = proving(terms, 1);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        claim(bounty, alice);
        record("claim 50000 parameters", HALF);
    }

    /// forge-config: default.isolate = true
    function testLargestClaim() public {
        ModelTerms memory terms = modelTerms();
        terms.ciphertextLength = uint32(factory.MODEL_BOUNTY().MAX_CIPHERTEXT());
        ModelBounty bounty = proving(terms, 1);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, alice);
        requireFits(abi.encodeCall(ModelBounty.claim, (ciphertext, hash, proof, payable(alice))));
        vm.prank(alice);
        bounty.claim(ciphertext, hash, proof, payable(alice));
        record("claim of the largest ciphertext", HALF);
    }

    /// forge-config: default.isolate = true
    function testLargestReveal() public {
        ModelTerms memory terms = modelTerms();
        uint256 samples = factory.MODEL_BOUNTY().MAX_SAMPLES();
        // forge-lint: disable-next-line(unsafe-typecast)
        terms.samples = uint32(samples);
        ModelBounty bounty = open(terms);
        commit(bounty, alice);
        vm.warp(COMMIT_END);
        bytes32[] memory cids = new bytes32[](samples);
        // Labels may be any elements.
        uint256[] memory classes = ciphertextOf(host, samples);
        uint256[] memory values = new uint256[](2 + 3 * samples);
        (values[0], values[1]) = (ROOT, SALT);
        for (uint256 i = 0; i < samples; ++i) {
            cids[i] = sha256(abi.encode(i));
            values[2 + 2 * i] = uint256(uint128(bytes16(cids[i])));
            values[3 + 2 * i] = uint256(uint128(uint256(cids[i])));
            values[2 + 2 * samples + i] = classes[i];
        }
        uint256 hash = hashOf(values);
        Proof memory proof = prove(testSet, domain(testSet, address(bounty), host), hash, values);
        requireFits(abi.encodeCall(ModelBounty.reveal, (SALT, cids, classes, hash, proof)));
        vm.prank(host);
        bounty.reveal(SALT, cids, classes, hash, proof);
        record("reveal of the most samples", HALF);
    }

    /// forge-config: default.isolate = true
    function testSubmissionWithoutAHint() public {
        ModelBounty bounty = open();
        for (uint256 i = 0; i < 100; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        commit(bounty, alice);
        vm.warp(COMMIT_END);
        reveal(bounty);
        address hint = address(0);
        for (uint256 i = 0; i < 100; ++i) {
            submit(bounty, makeAddress(100 + i), 20, hint);
            hint = makeAddress(100 + i);
        }
        record("submit, the hundredth with a hint", LIMIT);
        submit(bounty, alice, 20);
        // 3,000 gas a hunter: those who would make it too dear pay 265,000 each for it.
        record("submit behind a hundred without a hint", LIMIT + 100 * 3_000);
    }

    /// @dev Neither takes more for others that resigned before.
    /// forge-config: default.isolate = true
    function testResignations() public {
        ModelBounty bounty = open();
        for (uint256 i = 0; i < 103; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
        address hint = address(0);
        for (uint256 i = 0; i < 103; ++i) {
            submit(bounty, makeAddress(100 + i), 20, hint);
            hint = makeAddress(100 + i);
        }
        vm.warp(PROOF_END);
        resign(bounty, makeAddress(101));
        record("resign", LIMIT);
        for (uint256 i = 2; i < 101; ++i) {
            resign(bounty, makeAddress(100 + i));
        }
        resign(bounty, makeAddress(201));
        record("resign behind a hundred that did", LIMIT);
        passTurn(bounty);
        record("advance past a hundred that resigned", LIMIT);
        vm.assertEq(bounty.advance(0), makeAddress(202), "the last one");
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

        uint256 most = factory.COMPUTE_BOUNTY().MAX_OUTPUTS();
        // forge-lint: disable-next-line(unsafe-typecast)
        terms.outputs = uint32(most);
        vm.prank(host);
        bounty = factory.openComputeBounty{value: REWARD}(terms);
        outputs = ciphertextOf(alice, most);
        values = new uint256[](most + 1);
        for (uint256 i = 0; i < most; ++i) {
            values[i] = outputs[i];
        }
        hash = hashOf(values);
        proof = prove(inference, domain(inference, address(bounty), alice), hash, values);
        requireFits(abi.encodeCall(ComputeBounty.solve, (outputs, hash, proof, payable(alice))));
        vm.prank(alice);
        bounty.solve(outputs, hash, proof, payable(alice));
        record("solve with the most outputs", HALF);
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

    /// @dev What forge does not measure: the size, and the least price of call data (EIP-7623).
    function requireFits(bytes memory data) private pure {
        vm.assertLe(data.length, MOST_DATA, "bytes");
        uint256 floor = 21_000;
        for (uint256 i = 0; i < data.length; ++i) {
            floor += data[i] == 0 ? 10 : 40;
        }
        vm.assertLe(floor, HALF, "the least price");
    }

    function record(string memory name, uint256 limit) private {
        vm.assertLe(vm.snapshotGasLastCall("gas", name), limit, name);
    }
}
