// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {BabyJubjub} from "../src/BabyJubjub.sol";
import {BountyFactory} from "../src/BountyFactory.sol";
import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Proof, Statements} from "../src/Statements.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @dev What each call does in its phase, and that it does nothing in the others.
contract ModelBountyTest is Market {
    function testBestOfThreeIsPaidForItsDelivery() public {
        ModelBounty bounty = open();
        vm.assertTrue(factory.isBounty(address(bounty)), "registered");
        requirePhase(bounty, ModelBounty.Phase.Committing);
        commit(bounty, alice);
        commit(bounty, bob);
        commit(bounty, carol);

        vm.warp(COMMIT_END);
        requirePhase(bounty, ModelBounty.Phase.Revealing);
        vm.expectEmit(address(bounty));
        emit ModelBounty.Revealed(SALT, digests(), labels());
        reveal(bounty);

        requirePhase(bounty, ModelBounty.Phase.Proving);
        submit(bounty, alice, 16);
        vm.expectEmit(address(bounty));
        emit ModelBounty.Proved(bob, 18);
        submit(bounty, bob, 18);

        vm.warp(PROOF_END);
        requirePhase(bounty, ModelBounty.Phase.Claiming);
        vm.expectEmit(address(bounty));
        emit ModelBounty.Delivered(bob, ciphertextOf(bob, CIPHERTEXT));
        claim(bounty, bob);

        requirePhase(bounty, ModelBounty.Phase.Delivered);
        vm.assertEq(bounty.winner(), bob, "winner");
        vm.assertEq(bob.balance, REWARD + STAKE, "the winner's balance");
        vm.assertEq(bounty.reclaimable(), 0, "nothing for the host");
        refund(bounty, alice);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, alice));
        this.refundFor(bounty, alice);
        refund(bounty, carol);
        vm.assertEq(alice.balance, STAKE, "stake of who was beaten");
        vm.assertEq(carol.balance, STAKE, "stake of who proved nothing");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testEarliestCommitmentWinsTies() public {
        ModelBounty bounty = claimingAfter([uint32(17), 17, 17], [carol, alice, bob]);
        vm.assertEq(bounty.advance(0), alice, "first turn");
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotYourTurn.selector, alice));
        this.claimFor(bounty, bob);
        claim(bounty, alice);
    }

    function testTurnsPassInOrderAndCostTheStake() public {
        ModelBounty bounty = claimingAfter([uint32(15), 20, 17], [alice, bob, carol]);
        requireTurn(bounty, bob, 0, 0);
        vm.assertEq(bounty.advance(1), bob, "the first turn begins");
        requireTurn(bounty, bob, 1, PROOF_END + TURN / 2);
        vm.warp(PROOF_END + TURN / 2 - 1);
        vm.assertEq(bounty.advance(1), bob, "no half is over");
        requireTurn(bounty, bob, 1, PROOF_END + TURN / 2);
        vm.warp(PROOF_END + TURN / 2);
        vm.assertEq(bounty.advance(1), bob, "the second half begins");
        requireTurn(bounty, bob, 2, PROOF_END + TURN);
        vm.warp(PROOF_END + TURN - 1);
        vm.assertEq(bounty.advance(10), bob, "last second of the first turn");
        vm.warp(PROOF_END + TURN);
        vm.assertEq(bounty.advance(0), bob, "nobody ended the turn");
        vm.assertEq(bounty.advance(10), carol, "second turn");
        requireTurn(bounty, carol, 1, PROOF_END + TURN + 12 hours);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotYourTurn.selector, carol));
        this.claimFor(bounty, bob);
        passTurn(bounty);
        vm.assertEq(block.timestamp, PROOF_END + TURN + 1 days, "turns follow each other");
        claim(bounty, alice);

        vm.assertEq(alice.balance, REWARD + STAKE, "winner");
        vm.assertEq(bounty.refundable(bob), 0, "first missed its turn");
        vm.assertEq(bounty.refundable(carol), 0, "second missed its turn");
        reclaim(bounty);
        vm.assertEq(host.balance, 2 * STAKE, "host");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testClaimEndsNoTurn() public {
        ModelBounty bounty = claimingAfter([uint32(20), 19, 18], [alice, bob, carol]);
        bounty.advance(1);
        vm.warp(PROOF_END + TURN / 2);
        bounty.advance(1);
        vm.warp(PROOF_END + TURN);
        // Alice could be first, and bob's ciphertext would be seen and not paid for.
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotYourTurn.selector, alice));
        this.claimFor(bounty, bob);
        bounty.advance(1);
        claim(bounty, bob);
        vm.assertEq(bob.balance, REWARD + STAKE, "winner");
        reclaim(bounty);
        vm.assertEq(host.balance, STAKE, "the stake of who let its turn pass");
        refund(bounty, carol);
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testHalvesOfAnOddTurnAreRoundedUp() public {
        ModelTerms memory terms = modelTerms();
        terms.turn = TURN + 1;
        ModelBounty bounty = proving(terms, 1);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        bounty.advance(1);
        requireTurn(bounty, alice, 1, PROOF_END + TURN / 2 + 1);
    }

    function testHostTakesAllWhenNobodyDelivers() public {
        ModelBounty bounty = open();
        address[3] memory all = [alice, bob, carol];
        for (uint256 i = 0; i < 3; ++i) {
            commit(bounty, all[i]);
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, 20);
        submit(bounty, bob, 19);
        vm.warp(PROOF_END);
        passTurn(bounty);
        requirePhase(bounty, ModelBounty.Phase.Claiming);
        passTurn(bounty);
        requirePhase(bounty, ModelBounty.Phase.Undelivered);
        requireTurn(bounty, address(0), 0, 0);
        expectWrongPhase(ModelBounty.Phase.Undelivered);
        this.claimFor(bounty, bob);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotHost.selector, carol));
        this.reclaimFor(bounty, carol);
        reclaim(bounty);
        vm.assertEq(host.balance, REWARD + 2 * STAKE, "host");
        vm.assertEq(bounty.refundable(alice), 0, "alice missed her turn");
        refund(bounty, carol);
        vm.assertEq(address(bounty).balance, 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, host));
        this.reclaimFor(bounty, host);
    }

    function testHostTakesTheRewardWhenNobodyProves() public {
        ModelBounty bounty = proving(modelTerms(), 1);
        vm.warp(PROOF_END - 1);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, alice));
        this.refundFor(bounty, alice);
        vm.warp(PROOF_END);
        requirePhase(bounty, ModelBounty.Phase.Undelivered);
        refund(bounty, alice);
        reclaim(bounty);
        vm.assertEq(host.balance, REWARD, "host");
        vm.assertEq(alice.balance, STAKE, "hunter");
    }

    function testHostTakesTheRewardWhenNobodyCommits() public {
        ModelBounty bounty = open();
        vm.warp(COMMIT_END);
        requirePhase(bounty, ModelBounty.Phase.Undelivered);
        expectWrongPhase(ModelBounty.Phase.Undelivered);
        this.revealFor(bounty);
        reclaim(bounty);
        vm.assertEq(host.balance, REWARD, "host");
    }

    function testHunterThatProvedNothingNeedNotWait() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        refund(bounty, bob);
        vm.assertEq(bob.balance, STAKE, "stake");
        vm.assertEq(bounty.refundable(alice), 0, "who proved must deliver");
    }

    function testSilentHostForfeitsToTheStakers() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        commit(bounty, bob);
        commit(bounty, carol);
        vm.warp(REVEAL_END - 1);
        requirePhase(bounty, ModelBounty.Phase.Revealing);
        vm.warp(REVEAL_END);
        requirePhase(bounty, ModelBounty.Phase.Forfeited);
        expectWrongPhase(ModelBounty.Phase.Forfeited);
        this.revealFor(bounty);
        refund(bounty, carol);
        refund(bounty, alice);
        refund(bounty, bob);
        vm.assertEq(carol.balance, STAKE + REWARD / 3, "third");
        vm.assertEq(bob.balance, STAKE + REWARD / 3, "second");
        vm.assertEq(alice.balance, STAKE + REWARD / 3 + REWARD % 3, "first, with the remainder");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, host));
        this.reclaimFor(bounty, host);
    }

    function testFuzzForfeitedRewardIsSharedToTheLastWei(uint96 reward, uint96 stake, uint256 n) public {
        n = 1 + n % 9;
        ModelTerms memory terms = modelTerms();
        (terms.reward, terms.stake) = (reward, stake);
        ModelBounty bounty = open(terms);
        for (uint256 i = 0; i < n; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        vm.warp(REVEAL_END);
        for (uint256 i = n; i > 0; --i) {
            address hunter = makeAddress(99 + i);
            uint256 share = reward / n + (i == 1 ? reward % n : 0);
            vm.assertEq(bounty.refundable(hunter), stake + share, "share");
            if (stake + share != 0) refund(bounty, hunter);
        }
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testHostCancelsWhileNobodyCommitted() public {
        ModelBounty bounty = open();
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotHost.selector, alice));
        this.cancelFor(bounty, alice);
        vm.prank(host);
        bounty.cancel(payable(host));
        vm.assertEq(host.balance, REWARD, "host");
        requirePhase(bounty, ModelBounty.Phase.Cancelled);
        expectWrongPhase(ModelBounty.Phase.Cancelled);
        this.commitFor(bounty, alice, STAKE, 1);
        expectWrongPhase(ModelBounty.Phase.Cancelled);
        this.cancelFor(bounty, host);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, host));
        this.reclaimFor(bounty, host);
    }

    function testHostDoesNotCancelOnHunters() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.HasHunters.selector, 1));
        this.cancelFor(bounty, host);
        vm.warp(COMMIT_END);
        expectWrongPhase(ModelBounty.Phase.Revealing);
        this.cancelFor(bounty, host);
    }

    function testCommitmentsAreCheckedOnEntry() public {
        ModelBounty bounty = open();
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongValue.selector, STAKE, STAKE - 1));
        this.commitFor(bounty, alice, STAKE - 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongValue.selector, STAKE, STAKE + 1));
        this.commitFor(bounty, alice, STAKE + 1, 1);
        vm.expectRevert(ModelBounty.EmptyCommitment.selector);
        this.commitFor(bounty, alice, STAKE, 0);
        vm.expectRevert(abi.encodeWithSelector(Statements.NotInField.selector, ORDER));
        this.commitFor(bounty, alice, STAKE, ORDER);
        commit(bounty, alice);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.AlreadyCommitted.selector, alice));
        this.commitFor(bounty, alice, STAKE, 1);
    }

    function testEarlyAndLateCallsAreRefused() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        commit(bounty, bob);
        refuseAllBut(bounty, ModelBounty.Phase.Committing);
        vm.warp(COMMIT_END - 1);
        refuseAllBut(bounty, ModelBounty.Phase.Committing);
        vm.warp(COMMIT_END);
        refuseAllBut(bounty, ModelBounty.Phase.Revealing);
        reveal(bounty);
        refuseAllBut(bounty, ModelBounty.Phase.Proving);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END - 1);
        refuseAllBut(bounty, ModelBounty.Phase.Proving);
        vm.warp(PROOF_END);
        refuseAllBut(bounty, ModelBounty.Phase.Claiming);
        claim(bounty, alice);
        refuseAllBut(bounty, ModelBounty.Phase.Delivered);
        vm.warp(PROOF_END + 365 days);
        refuseAllBut(bounty, ModelBounty.Phase.Delivered);
    }

    function testOnlyCommittedHuntersProveOnceAndWithinTheCounts() public {
        ModelBounty bounty = proving(modelTerms(), 3);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotCommitted.selector, makeAddress(9)));
        this.submitFor(bounty, makeAddress(9), 20, address(0));
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongCount.selector, THRESHOLD, SAMPLES, THRESHOLD - 1));
        this.submitFor(bounty, alice, THRESHOLD - 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongCount.selector, THRESHOLD, SAMPLES, SAMPLES + 1));
        this.submitFor(bounty, alice, SAMPLES + 1, address(0));
        submit(bounty, alice, THRESHOLD);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.AlreadyProved.selector, alice));
        this.submitFor(bounty, alice, SAMPLES, address(0));
    }

    function testHintsMustRankBefore() public {
        ModelBounty bounty = proving(modelTerms(), 3);
        submit(bounty, bob, 17);
        address[4] memory wrong = [alice, bob, carol, host];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongHint.selector, wrong[i]));
            this.submitFor(bounty, alice, 17, wrong[i]);
        }
        submit(bounty, alice, 17);
        submit(bounty, carol, 16, alice);
        vm.warp(PROOF_END);
        vm.assertEq(bounty.advance(0), alice, "first");
        passTurn(bounty);
        vm.assertEq(bounty.advance(0), bob, "second");
        passTurn(bounty);
        vm.assertEq(bounty.advance(0), carol, "third");
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzzRankingIsByCountThenByOrder(uint8[12] calldata counts, uint256 seed) public {
        ModelBounty bounty = open();
        uint256 n = counts.length;
        for (uint256 i = 0; i < n; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
        uint256[] memory keys = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            // A permutation: 5 and 7 have no divisor in common with 12.
            uint256 hunter = (i * (seed % 2 == 0 ? 5 : 7) + seed / 2 % n) % n;
            uint32 correct = uint32(THRESHOLD + counts[hunter] % (SAMPLES - THRESHOLD + 1));
            keys[i] = (SAMPLES - uint256(correct)) * n + hunter;
            // Any hunter that ranks before is a hint, whoever came between since.
            uint256 other = seed / 24 % (i + 1);
            address hint = keys[other] < keys[i] ? makeAddress(100 + keys[other] % n) : address(0);
            submit(bounty, makeAddress(100 + hunter), correct, hint);
        }
        // Insertion sort, best first.
        for (uint256 i = 1; i < n; ++i) {
            for (uint256 j = i; j > 0 && keys[j] < keys[j - 1]; --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
        vm.warp(PROOF_END);
        for (uint256 i = 0; i < n; ++i) {
            vm.assertEq(bounty.advance(0), makeAddress(100 + keys[i] % n), "rank");
            passTurn(bounty);
        }
        requirePhase(bounty, ModelBounty.Phase.Undelivered);
    }

    function testTermsThatCannotWorkAreRefused() public {
        for (uint256 i = 0; i < 20; ++i) {
            ModelTerms memory terms = modelTerms();
            if (i == 0) terms.commitEnd = START;
            if (i == 1) terms.revealEnd = terms.commitEnd;
            if (i == 2) terms.proofEnd = terms.revealEnd;
            if (i == 3) terms.proofEnd = START + 365 days + 1;
            if (i == 4) terms.proofEnd = type(uint64).max;
            if (i == 5) terms.turn = 0;
            if (i == 6) terms.turn = 30 days + 1;
            if (i == 7) terms.turn = type(uint64).max;
            if (i == 8) terms.threshold = 0;
            if (i == 9) terms.threshold = SAMPLES + 1;
            if (i == 10) terms.samples = 0;
            if (i == 11) terms.ciphertextLength = 0;
            if (i == 12) terms.commitEnd = START + 30 minutes - 1;
            if (i == 13) terms.revealEnd = COMMIT_END + 30 minutes - 1;
            if (i == 14) terms.proofEnd = REVEAL_END + 30 minutes - 1;
            if (i == 15) terms.turn = 30 minutes - 1;
            if (i == 16) terms.revealEnd = type(uint64).max;
            if (i == 17) terms.ciphertextLength = 4001;
            if (i == 18) terms.samples = 2001;
            if (i == 19) (terms.samples, terms.threshold) = (type(uint32).max, type(uint32).max);
            refuseTerms(terms, abi.encodeWithSelector(ModelBounty.InvalidTerms.selector));
        }
        // The shortest times, and the largest sizes.
        ModelTerms memory least = modelTerms();
        (least.commitEnd, least.turn) = (START + 30 minutes, 30 minutes);
        (least.revealEnd, least.proofEnd) = (START + 60 minutes, START + 90 minutes);
        (least.samples, least.ciphertextLength) = (2000, 4000);
        requirePhase(open(least), ModelBounty.Phase.Committing);
        ModelTerms memory unreduced = modelTerms();
        unreduced.testSetRoot += ORDER;
        refuseTerms(unreduced, abi.encodeWithSelector(Statements.NotInField.selector, ROOT + ORDER));
        ModelTerms memory keyless = modelTerms();
        keyless.key = [uint256(0), 1];
        refuseTerms(keyless, abi.encodeWithSelector(BabyJubjub.InvalidKey.selector, 0, 1));
    }

    function testOnlyTheFactoryOpensAndOnlyForTheHost() public {
        ModelTerms memory terms = modelTerms();
        vm.expectRevert(abi.encodeWithSelector(BountyFactory.NotHost.selector, address(this)));
        factory.openModelBounty(terms);
        vm.deal(host, REWARD);
        vm.prank(host);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongValue.selector, REWARD, REWARD - 1));
        factory.openModelBounty{value: REWARD - 1}(terms);

        ModelBounty bounty = open();
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotFactory.selector, address(this)));
        bounty.open();
        vm.prank(address(factory));
        expectWrongPhase(ModelBounty.Phase.Committing);
        bounty.open();
    }

    function testTheImplementationIsNoBounty() public {
        ModelBounty implementation = factory.MODEL_BOUNTY();
        requirePhase(implementation, ModelBounty.Phase.Unopened);
        vm.deal(alice, STAKE);
        vm.prank(alice);
        vm.expectRevert();
        implementation.commit{value: STAKE}(1);
        vm.assertTrue(!factory.isBounty(address(implementation)), "not registered");
    }

    function testDomainsAreThoseOfTheDescription() public {
        ModelBounty bounty = open();
        (bytes32 one, bytes32 two, bytes32 three) = bounty.domains(alice);
        vm.assertTrue(one == domain(testSet, address(bounty), alice), "test set");
        vm.assertTrue(two == domain(accuracy, address(bounty), alice), "accuracy");
        vm.assertTrue(three == domain(delivery, address(bounty), alice), "delivery");
    }

    function testPlainTransfersAreRefused() public {
        ModelBounty bounty = open();
        vm.deal(address(this), 1);
        (bool success,) = address(bounty).call{value: 1}("");
        vm.assertTrue(!success, "no way to send money by mistake");
    }

    // Below, calls through `this`, so that `expectRevert` sees the revert of a helper's last call and not its first.

    function claimFor(ModelBounty bounty, address hunter) external {
        claim(bounty, hunter);
    }

    function refundFor(ModelBounty bounty, address hunter) external {
        refund(bounty, hunter);
    }

    function reclaimFor(ModelBounty bounty, address sender) external {
        vm.prank(sender);
        bounty.reclaim(payable(sender));
    }

    function cancelFor(ModelBounty bounty, address sender) external {
        vm.prank(sender);
        bounty.cancel(payable(sender));
    }

    function revealFor(ModelBounty bounty) external {
        reveal(bounty);
    }

    function commitFor(ModelBounty bounty, address hunter, uint256 value, uint256 parametersHash) external {
        vm.deal(hunter, value);
        vm.prank(hunter);
        bounty.commit{value: value}(parametersHash);
    }

    function submitFor(ModelBounty bounty, address hunter, uint32 correct, address hint) external {
        submit(bounty, hunter, correct, hint);
    }

    // Refuses every call that does not belong to the phase.
    function refuseAllBut(ModelBounty bounty, ModelBounty.Phase phase) private {
        requirePhase(bounty, phase);
        if (phase != ModelBounty.Phase.Committing) {
            expectWrongPhase(phase);
            this.commitFor(bounty, carol, STAKE, 1);
            expectWrongPhase(phase);
            this.cancelFor(bounty, host);
        }
        if (phase != ModelBounty.Phase.Revealing) {
            expectWrongPhase(phase);
            this.revealFor(bounty);
        }
        if (phase != ModelBounty.Phase.Proving) {
            expectWrongPhase(phase);
            this.submitFor(bounty, bob, 20, address(0));
        }
        if (phase != ModelBounty.Phase.Claiming) {
            expectWrongPhase(phase);
            this.claimFor(bounty, alice);
            expectWrongPhase(phase);
            bounty.advance(1);
            expectWrongPhase(phase);
            bounty.resign(payable(address(this)));
        }
        if (phase != ModelBounty.Phase.Claiming && phase != ModelBounty.Phase.Delivered) {
            vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, bob));
            this.refundFor(bounty, bob);
        }
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, alice));
        this.refundFor(bounty, alice);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, host));
        this.reclaimFor(bounty, host);
    }

    function refuseTerms(ModelTerms memory terms, bytes memory expected) private {
        vm.deal(host, REWARD);
        vm.prank(host);
        vm.expectRevert(expected);
        factory.openModelBounty{value: REWARD}(terms);
    }

    function requireTurn(ModelBounty bounty, address hunter, uint256 half, uint256 end) private view {
        (address actualHunter, uint256 actualHalf, uint256 actualEnd) = bounty.turn();
        vm.assertEq(actualHunter, hunter, "whose turn");
        vm.assertEq(actualHalf, half, "half");
        vm.assertEq(actualEnd, end, "end");
    }

    // All commit in the order alice, bob, carol, and prove in the order given.
    function claimingAfter(uint32[3] memory counts, address[3] memory order) private returns (ModelBounty bounty) {
        bounty = proving(modelTerms(), 3);
        for (uint256 i = 0; i < 3; ++i) {
            submit(bounty, order[i], counts[i]);
        }
        vm.warp(PROOF_END);
    }
}
