// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {BountyFactory} from "../src/BountyFactory.sol";
import {ComputeBounty, ComputeTerms} from "../src/ComputeBounty.sol";
import {IVerifier} from "../src/IVerifier.sol";
import {Proof, Statement, Statements} from "../src/Statements.sol";
import {Reenterer} from "./Attacks.t.sol";
import {Market} from "./support/Market.sol";
import {Trapdoor, Trapdoors} from "./support/Trapdoor.sol";
import {vm} from "./support/Vm.sol";

contract ComputeBountyTest is Market {
    uint64 private constant END = START + 7 days;
    uint256 private constant DATA = uint256(keccak256("data")) % ORDER;
    uint32 private constant OUTPUTS = 10;

    Trapdoor private inference;

    function setUp() public override {
        super.setUp();
        inference = Trapdoors.load("inference", address(0x1004));
    }

    function testFirstProofOfTheOutputsIsPaid() public {
        ComputeBounty bounty = openCompute();
        vm.assertTrue(factory.isBounty(address(bounty)), "registered");
        requirePhase(bounty, ComputeBounty.Phase.Open);
        vm.warp(END - 1);
        vm.expectEmit(address(bounty));
        emit ComputeBounty.Solved(alice, outputs());
        solve(bounty, alice, alice);
        vm.assertEq(alice.balance, REWARD, "paid");
        vm.assertEq(bounty.solver(), alice, "solver");
        requirePhase(bounty, ComputeBounty.Phase.Solved);
        expectWrongPhase(ComputeBounty.Phase.Solved);
        this.solveFor(bounty, bob, bob);
        vm.warp(END);
        expectWrongPhase(ComputeBounty.Phase.Solved);
        this.reclaimCompute(bounty, host);
    }

    function testHostTakesTheRewardBackAtTheEnd() public {
        ComputeBounty bounty = openCompute();
        vm.warp(END - 1);
        expectWrongPhase(ComputeBounty.Phase.Open);
        this.reclaimCompute(bounty, host);
        vm.warp(END);
        expectWrongPhase(ComputeBounty.Phase.Expired);
        this.solveFor(bounty, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(ComputeBounty.NotHost.selector, alice));
        this.reclaimCompute(bounty, alice);
        this.reclaimCompute(bounty, host);
        vm.assertEq(host.balance, REWARD, "host");
        vm.expectRevert(abi.encodeWithSelector(ComputeBounty.NothingDue.selector, host));
        this.reclaimCompute(bounty, host);
    }

    function testProofOfAnotherSenderBountyOrChainIsRefused() public {
        ComputeBounty bounty = openCompute();
        vm.expectRevert(Statements.InvalidProof.selector);
        this.solveFor(bounty, alice, bob);
        ComputeBounty other = openCompute();
        (uint256 hash, Proof memory proof) = solution(other, alice, outputs());
        refuse(bounty, outputs(), hash, proof, Statements.InvalidProof.selector);
        (hash, proof) = solution(bounty, alice, outputs());
        vm.chainId(block.chainid + 1);
        refuse(bounty, outputs(), hash, proof, Statements.InvalidProof.selector);
    }

    function testOutputsAreBoundAndOfTheLengthOfTheTerms() public {
        ComputeBounty bounty = openCompute();
        uint256[] memory words = outputs();
        (uint256 hash, Proof memory proof) = solution(bounty, alice, words);
        for (uint256 i = 0; i < OUTPUTS; ++i) {
            words[i] += 1;
            refuse(bounty, words, hash, proof, Statements.InvalidProof.selector);
            words[i] += ORDER - 1;
            refuse(bounty, words, hash, proof, Statements.NotInField.selector);
            words[i] -= ORDER;
        }
        refuse(bounty, new uint256[](OUTPUTS + 1), hash, proof, ComputeBounty.WrongLength.selector);
        refuse(bounty, words, hash + ORDER, proof, Statements.NotInField.selector);
        solve(bounty, alice, alice);
    }

    function testTermsThatCannotWorkAreRefused() public {
        for (uint256 i = 0; i < 8; ++i) {
            ComputeTerms memory wrong = computeTerms();
            bytes4 expected = ComputeBounty.InvalidTerms.selector;
            if (i == 0) wrong.end = START;
            if (i == 1) wrong.end = START + 365 days + 1;
            if (i == 2) wrong.outputs = 0;
            if (i == 3) (wrong.dataHash, expected) = (ORDER, Statements.NotInField.selector);
            if (i == 4) {
                wrong.inference = Statement(IVerifier(address(factory)), inference.statement.codeHash);
                expected = Statements.WrongVerifierCode.selector;
            }
            if (i == 5) (wrong.reward, expected) = (REWARD + 1, ComputeBounty.WrongValue.selector);
            if (i == 6) wrong.end = START + 30 minutes - 1;
            if (i == 7) wrong.outputs = 4001;
            vm.deal(host, REWARD);
            vm.prank(host);
            vm.expectPartialRevert(expected);
            factory.openComputeBounty{value: REWARD}(wrong);
        }
        ComputeTerms memory terms = computeTerms();
        vm.expectRevert(abi.encodeWithSelector(BountyFactory.NotHost.selector, address(this)));
        factory.openComputeBounty(terms);
        ComputeBounty bounty = openCompute();
        vm.expectRevert(abi.encodeWithSelector(ComputeBounty.NotFactory.selector, address(this)));
        bounty.open();
        vm.prank(address(factory));
        expectWrongPhase(ComputeBounty.Phase.Open);
        bounty.open();
        requirePhase(factory.COMPUTE_BOUNTY(), ComputeBounty.Phase.Unopened);
    }

    function testNobodyIsPaidTwiceByCallingAgain() public {
        ComputeBounty bounty = openCompute();
        // Money that a second payment could take.
        vm.deal(address(bounty), 2 * REWARD);
        Reenterer solver = new Reenterer();
        (uint256 hash, Proof memory proof) = solution(bounty, address(solver), outputs());
        bytes memory solving = abi.encodeCall(ComputeBounty.solve, (outputs(), hash, proof, payable(address(solver))));
        solver.run(address(bounty), 0, solving, solving);
        vm.assertEq(solver.paid(), 1, "once");
        vm.assertEq(address(solver).balance, REWARD, "the reward");
    }

    function testDomainIsThatOfTheDescription() public {
        ComputeBounty bounty = openCompute();
        vm.assertTrue(bounty.domain(alice) == domain(inference, address(bounty), alice), "domain");
    }

    function solveFor(ComputeBounty bounty, address prover, address sender) external {
        solve(bounty, prover, sender);
    }

    function reclaimCompute(ComputeBounty bounty, address sender) external {
        vm.prank(sender);
        bounty.reclaim(payable(sender));
    }

    function outputs() private pure returns (uint256[] memory words) {
        words = new uint256[](OUTPUTS);
        for (uint256 i = 0; i < OUTPUTS; ++i) {
            words[i] = 100 + i;
        }
    }

    function computeTerms() private view returns (ComputeTerms memory terms) {
        terms.host = host;
        terms.reward = REWARD;
        terms.end = END;
        terms.outputs = OUTPUTS;
        terms.dataHash = DATA;
        terms.dataDigest = sha256("data");
        terms.inference = inference.statement;
    }

    function openCompute() private returns (ComputeBounty) {
        ComputeTerms memory terms = computeTerms();
        vm.deal(host, REWARD);
        vm.prank(host);
        return factory.openComputeBounty{value: REWARD}(terms);
    }

    function solution(ComputeBounty bounty, address prover, uint256[] memory words)
        private
        view
        returns (uint256 hash, Proof memory proof)
    {
        uint256[] memory values = new uint256[](words.length + 1);
        for (uint256 i = 0; i < words.length; ++i) {
            values[i] = words[i];
        }
        values[words.length] = DATA;
        hash = hashOf(values);
        proof = prove(inference, domain(inference, address(bounty), prover), hash, values);
    }

    function solve(ComputeBounty bounty, address prover, address sender) private {
        (uint256 hash, Proof memory proof) = solution(bounty, prover, outputs());
        vm.prank(sender);
        bounty.solve(outputs(), hash, proof, payable(sender));
    }

    function refuse(ComputeBounty bounty, uint256[] memory words, uint256 hash, Proof memory proof, bytes4 expected)
        private
    {
        vm.prank(alice);
        vm.expectPartialRevert(expected);
        bounty.solve(words, hash, proof, payable(alice));
    }

    function requirePhase(ComputeBounty bounty, ComputeBounty.Phase expected) private view {
        vm.assertEq(uint256(bounty.phase()), uint256(expected), "phase");
    }

    function expectWrongPhase(ComputeBounty.Phase actual) private {
        vm.expectRevert(abi.encodeWithSelector(ComputeBounty.WrongPhase.selector, actual));
    }
}
