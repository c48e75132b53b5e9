// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IVerifier} from "../src/IVerifier.sol";
import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Proof, Statement, Statements} from "../src/Statements.sol";
import {Market} from "./support/Market.sol";
import {Trapdoor, Trapdoors} from "./support/Trapdoor.sol";
import {vm} from "./support/Vm.sol";

/// @dev Answers yes to everything.
contract YesVerifier {
    fallback() external {
        assembly {
            mstore(0, 1)
            return(0, 32)
        }
    }
}

/// @dev A hunter whose account refuses money.
contract Refuser {
    function commit(ModelBounty bounty, uint256 parametersHash) external payable {
        bounty.commit{value: msg.value}(parametersHash);
    }

    function submit(ModelBounty bounty, uint32 correct, uint256 hash, Proof calldata proof) external {
        bounty.submit(correct, address(0), hash, proof);
    }

    function claim(
        ModelBounty bounty,
        uint256[] calldata ciphertext,
        uint256 hash,
        Proof calldata proof,
        address payable to
    ) external {
        bounty.claim(ciphertext, hash, proof, to);
    }

    function refund(ModelBounty bounty, address payable to) external {
        bounty.refund(to);
    }
}

/// @dev A hunter that calls again while it is paid.
contract Reenterer {
    bytes private again;
    uint256 public paid;
    bytes public refusal;
    bytes private answer;

    function run(address bounty, uint256 value, bytes calldata first, bytes calldata second) external {
        again = second;
        (bool success, bytes memory result) = bounty.call{value: value}(first);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        answer = result;
    }

    /// @dev The contract that the call made.
    function created() external view returns (address) {
        return abi.decode(answer, (address));
    }

    receive() external payable {
        ++paid;
        bool success;
        (success, refusal) = msg.sender.call(again);
        require(!success, "called again");
    }
}

/// @dev Each attack that somebody may try on the market, refused.
contract AttacksTest is Market {
    using Trapdoors for Trapdoor;

    /// The precompile for pairings takes all the gas it is given for what is no point.
    uint256 private constant GAS = 5_000_000;

    address private mallory = makeAddress(66);

    // Decryption by anyone.

    function testVerifierOfTheDeliverySeesOnlyTheDigest() public {
        ModelBounty bounty = claiming();
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, alice);
        uint256[] memory values = deliveryValues(bounty, alice, ciphertext);
        uint256[] memory signals = signalsOf(domain(delivery, address(bounty), alice), hash, values);
        // Three public signals, all of them functions of the ciphertext: there is none to hold a shared key.
        vm.assertEq(signals.length, 3, "signals");
        vm.expectCall(
            address(delivery.statement.verifier),
            abi.encodeCall(IVerifier.verifyProof, (proof.a, proof.b, proof.c, signals))
        );
        vm.prank(alice);
        bounty.claim(ciphertext, hash, proof, payable(alice));
    }

    function testEveryWordOfTheCiphertextIsBound() public {
        ModelBounty bounty = claiming();
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, alice);
        for (uint256 i = 0; i < CIPHERTEXT; ++i) {
            uint256 word = ciphertext[i];
            ciphertext[i] = addmod(word, 1, ORDER);
            refuseClaim(bounty, ciphertext, hash, proof, Statements.InvalidProof.selector);
            ciphertext[i] = word;
        }
        refuseClaim(bounty, ciphertext, addmod(hash, 1, ORDER), proof, Statements.InvalidProof.selector);
        vm.prank(alice);
        bounty.claim(ciphertext, hash, proof, payable(alice));
    }

    function testCiphertextHasTheLengthOfTheTerms() public {
        ModelBounty bounty = claiming();
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, alice);
        // Zeros at the end change no sum.
        uint256[] memory longer = new uint256[](CIPHERTEXT + 1);
        for (uint256 i = 0; i < CIPHERTEXT; ++i) {
            longer[i] = ciphertext[i];
        }
        refuseClaim(bounty, longer, hash, proof, ModelBounty.WrongLength.selector);
        refuseClaim(bounty, new uint256[](0), hash, proof, ModelBounty.WrongLength.selector);
    }

    // A verifier that says yes.

    function testVerifierMustHaveTheApprovedCode() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        Proof memory nothing;
        vm.etch(address(accuracy.statement.verifier), address(new YesVerifier()).code);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                Statements.WrongVerifierCode.selector,
                accuracy.statement.verifier,
                accuracy.statement.codeHash,
                address(accuracy.statement.verifier).codehash
            )
        );
        bounty.submit(SAMPLES, address(0), 1, nothing);
        vm.etch(address(accuracy.statement.verifier), "");
        vm.prank(alice);
        vm.expectPartialRevert(Statements.WrongVerifierCode.selector);
        bounty.submit(SAMPLES, address(0), 1, nothing);
    }

    function testVerifiersAreComparedWithTheApprovalOnOpening() public {
        address yes = address(new YesVerifier());
        for (uint256 i = 0; i < 6; ++i) {
            ModelTerms memory terms = modelTerms();
            Statement memory wrong = Statement(IVerifier(yes), accuracy.statement.codeHash);
            // An account without code has a code hash too, if it exists.
            if (i >= 3) wrong = Statement(IVerifier(alice), keccak256(""));
            vm.deal(alice, 1);
            if (i % 3 == 0) terms.testSet = wrong;
            if (i % 3 == 1) terms.accuracy = wrong;
            if (i % 3 == 2) terms.delivery = wrong;
            vm.deal(host, REWARD);
            vm.prank(host);
            vm.expectPartialRevert(Statements.WrongVerifierCode.selector);
            factory.openModelBounty{value: REWARD}(terms);
        }
    }

    // A setup by the hunter alone.

    function testProofOfTheHuntersOwnSetupIsRefused() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        Trapdoor memory own = Trapdoors.load("foreign", address(0x2001));
        uint256[] memory values = accuracyValues(alice, SAMPLES);
        uint256 hash = hashOf(values);
        uint256[] memory signals = signalsOf(domain(accuracy, address(bounty), alice), hash, values);
        Proof memory proof = own.prove(signals, 3);
        // With the toxic waste of its setup the hunter proves all samples right, to its own verifier.
        vm.assertTrue(own.statement.verifier.verifyProof(proof.a, proof.b, proof.c, signals), "valid there");
        refuseSubmission(bounty, alice, SAMPLES, hash, proof, Statements.InvalidProof.selector);
    }

    // A model fitted to the test set.

    function testNobodyCommitsAfterTheReveal() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        vm.deal(mallory, STAKE);
        vm.prank(mallory);
        expectWrongPhase(ModelBounty.Phase.Proving);
        bounty.commit{value: STAKE}(1);
    }

    function testTestSetIsTheOneOfTheCommitment() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        vm.warp(COMMIT_END);
        bytes32[] memory cids = digests();
        uint256[] memory classes = labels();
        uint256[] memory values = testSetValues(cids, classes);
        uint256 hash = hashOf(values);
        Proof memory proof = prove(testSet, domain(testSet, address(bounty), host), hash, values);

        refuseReveal(bounty, addmod(SALT, 1, ORDER), cids, classes, hash, proof, Statements.InvalidProof.selector);
        (cids[0], cids[1]) = (cids[1], cids[0]);
        refuseReveal(bounty, SALT, cids, classes, hash, proof, Statements.InvalidProof.selector);
        (cids[0], cids[1]) = (cids[1], cids[0]);
        cids[SAMPLES - 1] ^= bytes32(uint256(1) << 255);
        refuseReveal(bounty, SALT, cids, classes, hash, proof, Statements.InvalidProof.selector);
        cids[SAMPLES - 1] ^= bytes32(uint256(1) << 255);
        classes[3] += 1;
        refuseReveal(bounty, SALT, cids, classes, hash, proof, Statements.InvalidProof.selector);
        classes[3] += ORDER - 1;
        refuseReveal(bounty, SALT, cids, classes, hash, proof, Statements.NotInField.selector);
        refuseReveal(bounty, SALT, cids, new uint256[](SAMPLES + 1), hash, proof, ModelBounty.WrongLength.selector);
        refuseReveal(bounty, SALT, new bytes32[](1), labels(), hash, proof, ModelBounty.WrongLength.selector);
        reveal(bounty);
    }

    function testAccuracyIsThatOnTheCommittedTestSet() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        uint256[] memory values = accuracyValues(alice, SAMPLES);
        values[0] = addmod(ROOT, 1, ORDER);
        (uint256 hash, Proof memory proof) = proveAccuracy(bounty, alice, values);
        refuseSubmission(bounty, alice, SAMPLES, hash, proof, Statements.InvalidProof.selector);
    }

    function testParametersAreThoseCommitted() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        uint256[] memory values = accuracyValues(alice, SAMPLES);
        values[1] = parametersOf(mallory);
        (uint256 hash, Proof memory proof) = proveAccuracy(bounty, alice, values);
        refuseSubmission(bounty, alice, SAMPLES, hash, proof, Statements.InvalidProof.selector);

        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        uint256[] memory ciphertext = ciphertextOf(alice, CIPHERTEXT);
        values = deliveryValues(bounty, alice, ciphertext);
        values[0] = parametersOf(mallory);
        hash = hashOf(values);
        proof = prove(delivery, domain(delivery, address(bounty), alice), hash, values);
        refuseClaim(bounty, ciphertext, hash, proof, Statements.InvalidProof.selector);
    }

    function testCountIsTheOneProved() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 15);
        refuseSubmission(bounty, alice, 16, hash, proof, Statements.InvalidProof.selector);
    }

    function testKeyIsTheHosts() public {
        ModelBounty bounty = claiming();
        uint256[] memory ciphertext = ciphertextOf(alice, CIPHERTEXT);
        uint256[] memory values = deliveryValues(bounty, alice, ciphertext);
        values[1] = 0;
        values[2] = 1;
        uint256 hash = hashOf(values);
        Proof memory proof = prove(delivery, domain(delivery, address(bounty), alice), hash, values);
        refuseClaim(bounty, ciphertext, hash, proof, Statements.InvalidProof.selector);
    }

    // Front-running and replay.

    function testProofOfAnotherSenderIsRefused() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        // Mallory copies the commitment that it saw.
        vm.deal(mallory, STAKE);
        vm.prank(mallory);
        bounty.commit{value: STAKE}(parametersOf(alice));
        vm.warp(COMMIT_END);
        reveal(bounty);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 20);
        refuseSubmission(bounty, mallory, 20, hash, proof, Statements.InvalidProof.selector);
        submit(bounty, alice, 20);

        vm.warp(PROOF_END);
        uint256[] memory ciphertext;
        (ciphertext, hash, proof) = deliveryOf(bounty, alice);
        vm.prank(mallory);
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NotYourTurn.selector, alice));
        bounty.claim(ciphertext, hash, proof, payable(mallory));
    }

    function testDeliveryOfAnotherSenderIsRefusedInItsTurn() public {
        // Two addresses of one owner hold the same parameters, so that nothing but the sender differs.
        ModelBounty bounty = open();
        commit(bounty, alice);
        vm.deal(mallory, STAKE);
        vm.prank(mallory);
        bounty.commit{value: STAKE}(parametersOf(alice));
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, 20);
        (uint256 hash, Proof memory proof) = proveAccuracy(bounty, mallory, accuracyValues(alice, 20));
        vm.prank(mallory);
        bounty.submit(20, alice, hash, proof);

        vm.warp(PROOF_END);
        passTurn(bounty);
        uint256[] memory ciphertext;
        (ciphertext, hash, proof) = deliveryOf(bounty, alice);
        vm.prank(mallory);
        vm.expectRevert(Statements.InvalidProof.selector);
        bounty.claim(ciphertext, hash, proof, payable(mallory));
    }

    function testProofOfAnotherBountyIsRefused() public {
        ModelBounty first = proving(modelTerms(), 2);
        vm.warp(START);
        ModelBounty second = proving(modelTerms(), 2);
        vm.assertTrue(address(first) != address(second), "two bounties");
        (uint256 hash, Proof memory proof) = accuracyOf(first, alice, 20);
        refuseSubmission(second, alice, 20, hash, proof, Statements.InvalidProof.selector);
        submit(second, alice, 20);
        vm.warp(PROOF_END);
        uint256[] memory ciphertext = ciphertextOf(alice, CIPHERTEXT);
        uint256[] memory values = deliveryValues(second, alice, ciphertext);
        hash = hashOf(values);
        proof = prove(delivery, domain(delivery, address(first), alice), hash, values);
        refuseClaim(second, ciphertext, hash, proof, Statements.InvalidProof.selector);
    }

    function testProofOfAnotherChainIsRefused() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 20);
        vm.chainId(block.chainid + 1);
        refuseSubmission(bounty, alice, 20, hash, proof, Statements.InvalidProof.selector);
    }

    function testProofOfAnotherStatementIsRefused() public {
        // The same key for test set and delivery: it must not matter, as the values differ.
        ModelTerms memory terms = modelTerms();
        terms.delivery = terms.testSet;
        terms.ciphertextLength = 3 * SAMPLES - 1;
        ModelBounty bounty = proving(terms, 1);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
        uint256[] memory values = testSetValues(digests(), labels());
        uint256[] memory ciphertext = new uint256[](3 * SAMPLES - 1);
        for (uint256 i = 0; i < ciphertext.length; ++i) {
            ciphertext[i] = values[3 + i];
        }
        uint256 hash = hashOf(values);
        Proof memory proof = prove(testSet, domain(testSet, address(bounty), alice), hash, values);
        refuseClaim(bounty, ciphertext, hash, proof, Statements.InvalidProof.selector);
    }

    // Malleability.

    function testMalleatedProofGainsNothing() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 20);
        Proof memory other = Trapdoors.negated(proof);
        uint256[] memory signals = signalsOf(domain(accuracy, address(bounty), alice), hash, accuracyValues(alice, 20));
        IVerifier verifier = accuracy.statement.verifier;
        vm.assertTrue(verifier.verifyProof(other.a, other.b, other.c, signals), "valid as well");
        refuseSubmission(bounty, bob, 20, hash, other, Statements.InvalidProof.selector);
        submit(bounty, alice, 20);
        refuseSubmission(bounty, alice, 20, hash, other, ModelBounty.AlreadyProved.selector);
    }

    function testProofsHaveOneEncoding() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        for (uint256 i = 0; i < 8; ++i) {
            (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 20);
            uint256 half = i % 4 / 2;
            if (i < 2) proof.a[i] += Trapdoors.BASE;
            else if (i < 4) proof.c[i - 2] += Trapdoors.BASE;
            else proof.b[half][i % 2] += Trapdoors.BASE;
            refuseSubmission(bounty, alice, 20, hash, proof, Statements.InvalidProof.selector);
        }
        Proof memory nothing;
        refuseSubmission(bounty, alice, 20, 1, nothing, Statements.InvalidProof.selector);
    }

    function testFuzzBrokenProofsAreRefused(uint256 word, uint256 flip) public {
        ModelBounty bounty = proving(modelTerms(), 2);
        vm.assume(flip != 0);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, alice, 20);
        bytes memory encoded = abi.encode(proof);
        uint256 at32 = 32 * (1 + word % 8);
        assembly ("memory-safe") {
            let place := add(encoded, at32)
            mstore(place, xor(mload(place), flip))
        }
        refuseSubmission(bounty, alice, 20, hash, abi.decode(encoded, (Proof)), Statements.InvalidProof.selector);
    }

    // Public inputs plus the modulus.

    function testValuesPlusTheModulusAreRefused() public {
        ModelBounty bounty = claiming();
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, alice);
        refuseClaim(bounty, ciphertext, hash + ORDER, proof, Statements.NotInField.selector);
        for (uint256 i = 0; i < CIPHERTEXT; ++i) {
            ciphertext[i] += ORDER;
            refuseClaim(bounty, ciphertext, hash, proof, Statements.NotInField.selector);
            ciphertext[i] -= ORDER;
        }
    }

    // Times and sizes by which a host would keep the stakes of all that prove.

    function testNobodysTurnIsBetweenTwoBlocks() public {
        for (uint256 i = 0; i < 4; ++i) {
            ModelTerms memory terms = modelTerms();
            // A second, a block of Ethereum, an epoch, what it takes to finalise.
            terms.turn = [1 seconds, 12 seconds, 384 seconds, 13 minutes][i];
            vm.deal(host, REWARD);
            vm.prank(host);
            vm.expectRevert(ModelBounty.InvalidTerms.selector);
            factory.openModelBounty{value: REWARD}(terms);
        }
    }

    function testChainThatStandsStillTakesNoTurn() public {
        ModelBounty bounty = claiming();
        // No block for a hundred turns. The first one after it is the first of alice's turn.
        vm.warp(PROOF_END + 100 * TURN);
        bounty.advance(type(uint256).max);
        vm.assertEq(bounty.advance(0), alice, "still hers");
        claim(bounty, alice);
        vm.assertEq(alice.balance, REWARD + STAKE, "paid");
    }

    function testChainThatStandsStillInAHalfLeavesTheOther() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START);
            ModelBounty bounty = proving(modelTerms(), 2);
            submit(bounty, alice, 20);
            submit(bounty, bob, 19);
            vm.warp(PROOF_END);
            bounty.advance(1);
            if (i == 1) {
                vm.warp(PROOF_END + TURN / 2);
                bounty.advance(1);
                vm.warp(PROOF_END + TURN - 1);
                bounty.advance(1);
                // Her second half was a whole one before the chain stopped.
                vm.assertEq(bounty.advance(0), alice, "the second half");
                continue;
            }
            vm.warp(PROOF_END + 100 * TURN);
            // The host is the first to be included, and calls as often as it likes.
            for (uint256 j = 0; j < 10; ++j) {
                vm.prank(host);
                bounty.advance(type(uint256).max);
            }
            vm.prank(host);
            vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, host));
            bounty.reclaim(payable(host));
            vm.warp(PROOF_END + 100 * TURN + TURN / 2 - 1);
            vm.prank(host);
            bounty.advance(1);
            uint256 before = alice.balance;
            claim(bounty, alice);
            vm.assertEq(alice.balance, before + REWARD + STAKE, "paid");
        }
    }

    function testFuzzNobodyGainsByCallingOften(uint256 seed) public {
        ModelBounty bounty = proving(modelTerms(), 2);
        submit(bounty, alice, 20);
        submit(bounty, bob, 19);
        vm.warp(PROOF_END);
        bounty.advance(1);
        uint256 began = block.timestamp;
        // Calls at any moments, by hunters that want to stay and by others that want them gone.
        for (uint256 i = 0; bounty.advance(0) == alice; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % (TURN / 8));
            vm.prank(i % 2 == 0 ? alice : host);
            bounty.advance(seed);
        }
        vm.assertLe(began + TURN, block.timestamp, "a whole turn");
        vm.assertLe(block.timestamp, began + TURN + 4 * (TURN / 8), "and nobody stays by calling");
    }

    function testLateClaimIsPaidUntilTheTurnIsEnded() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        submit(bounty, alice, 20);
        submit(bounty, bob, 19);
        vm.warp(PROOF_END);
        bounty.advance(1);
        vm.warp(PROOF_END + TURN / 2);
        bounty.advance(1);
        vm.warp(PROOF_END + 9 * TURN);
        // Her own call does not end her turn.
        claim(bounty, alice);
        vm.assertEq(bounty.reclaimable(), 0, "nobody let a turn pass");
    }

    function testCiphertextThatNoTransactionCarriesIsRefused() public {
        ModelTerms memory terms = modelTerms();
        // 270,000 parameters of 16 bits.
        terms.ciphertextLength = 18_003;
        vm.deal(host, REWARD);
        vm.prank(host);
        vm.expectRevert(ModelBounty.InvalidTerms.selector);
        factory.openModelBounty{value: REWARD}(terms);
    }

    function testHintStaysGoodWhoeverComesBetween() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        for (uint256 i = 0; i < 32; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        commit(bounty, bob);
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, 20);
        // Bob saw alice alone before it. Others come between, and before alice there is nobody.
        for (uint256 i = 0; i < 32; ++i) {
            submit(bounty, makeAddress(100 + i), 19, alice);
        }
        submit(bounty, bob, 18, alice);
        vm.warp(PROOF_END);
        for (uint256 i = 0; i < 33; ++i) {
            passTurn(bounty);
        }
        vm.assertEq(bounty.advance(0), bob, "the last one");
        claim(bounty, bob);
    }

    // Money that nobody deposited.

    function testGivenMoneyChangesNoPayment() public {
        ModelBounty bounty = proving(modelTerms(), 2);
        submit(bounty, alice, 20);
        // As by a contract that destroys itself in favour of the bounty.
        vm.deal(address(bounty), address(bounty).balance + 1 ether);
        vm.warp(PROOF_END);
        claim(bounty, alice);
        refund(bounty, bob);
        vm.assertEq(alice.balance, REWARD + STAKE, "winner");
        vm.assertEq(bob.balance, STAKE, "stake");
        vm.assertEq(bounty.reclaimable(), 0, "host");
    }

    // Receivers that refuse or call again.

    function testRefusingReceiversStopNobodyButThemselves() public {
        ModelBounty bounty = open();
        Refuser refuser = new Refuser();
        commit(bounty, alice);
        refuser.commit{value: 0.1 ether}(bounty, parametersOf(address(refuser)));
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, 17);
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, address(refuser), 18);
        refuser.submit(bounty, 18, hash, proof);
        vm.warp(PROOF_END);
        uint256[] memory ciphertext;
        (ciphertext, hash, proof) = deliveryOf(bounty, address(refuser));
        vm.expectRevert();
        refuser.claim(bounty, ciphertext, hash, proof, payable(address(refuser)));
        requirePhase(bounty, ModelBounty.Phase.Claiming);
        // It may name an account that takes the money, or leave the turn to the next.
        refuser.claim(bounty, ciphertext, hash, proof, payable(mallory));
        vm.assertEq(mallory.balance, REWARD + STAKE, "paid elsewhere");
        refund(bounty, alice);
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testRefusingHunterDelaysNoRefund() public {
        ModelBounty bounty = open();
        Refuser refuser = new Refuser();
        refuser.commit{value: 0.1 ether}(bounty, 1);
        commit(bounty, alice);
        vm.warp(REVEAL_END);
        vm.expectRevert();
        refuser.refund(bounty, payable(address(refuser)));
        refund(bounty, alice);
        refuser.refund(bounty, payable(mallory));
        vm.assertEq(mallory.balance, STAKE + REWARD / 2 + 1, "paid elsewhere");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testNobodyIsPaidTwiceByCallingAgain() public {
        ModelBounty bounty = open();
        Reenterer hunter = new Reenterer();
        address account = address(hunter);
        vm.deal(account, STAKE);
        bytes memory again = abi.encodeCall(ModelBounty.refund, (payable(account)));
        hunter.run(address(bounty), STAKE, abi.encodeCall(ModelBounty.commit, (parametersOf(account))), "");
        commit(bounty, alice);
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, account, 20);
        vm.warp(PROOF_END);
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, account);
        bytes memory delivering = abi.encodeCall(ModelBounty.claim, (ciphertext, hash, proof, payable(account)));
        hunter.run(address(bounty), 0, delivering, delivering);
        vm.assertEq(hunter.paid(), 1, "paid once");
        requireReentrancyRefused(hunter);
        vm.assertEq(account.balance, REWARD + STAKE, "paid");
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, account));
        hunter.run(address(bounty), 0, again, "");
        vm.assertEq(address(bounty).balance, STAKE, "the other's stake");
    }

    function testNobodyIsRefundedTwiceByCallingAgain() public {
        ModelBounty bounty = open();
        Reenterer hunter = new Reenterer();
        vm.deal(address(hunter), STAKE);
        hunter.run(address(bounty), STAKE, abi.encodeCall(ModelBounty.commit, (uint256(1))), "");
        commit(bounty, alice);
        vm.warp(REVEAL_END);
        bytes memory refunding = abi.encodeCall(ModelBounty.refund, (payable(address(hunter))));
        hunter.run(address(bounty), 0, refunding, refunding);
        vm.assertEq(hunter.paid(), 1, "paid once");
        requireReentrancyRefused(hunter);
        refund(bounty, alice);
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testHostsAreNotPaidTwiceByCallingAgain() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START);
            Reenterer owner = new Reenterer();
            ModelTerms memory terms = modelTerms();
            terms.host = address(owner);
            vm.deal(address(owner), REWARD);
            owner.run(address(factory), REWARD, abi.encodeCall(factory.openModelBounty, (terms)), "");
            ModelBounty bounty = ModelBounty(owner.created());
            // Money that a second payment could take.
            vm.deal(address(bounty), 2 * REWARD);
            if (i == 1) vm.warp(COMMIT_END);
            bytes memory exit = i == 0
                ? abi.encodeCall(ModelBounty.cancel, (payable(owner)))
                : abi.encodeCall(ModelBounty.reclaim, (payable(owner)));
            owner.run(address(bounty), 0, exit, exit);
            vm.assertEq(address(owner).balance, REWARD, "paid once");
            requireReentrancyRefused(owner);
        }
    }

    function requireReentrancyRefused(Reenterer hunter) private view {
        bytes4 expected = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertTrue(bytes4(hunter.refusal()) == expected, "the guard's refusal");
    }

    function claiming() private returns (ModelBounty bounty) {
        bounty = proving(modelTerms(), 2);
        submit(bounty, alice, 20);
        vm.warp(PROOF_END);
    }

    function refuseSubmission(
        ModelBounty bounty,
        address hunter,
        uint32 correct,
        uint256 hash,
        Proof memory proof,
        bytes4 expected
    ) private {
        vm.prank(hunter);
        vm.expectPartialRevert(expected);
        bounty.submit{gas: GAS}(correct, address(0), hash, proof);
    }

    function refuseClaim(
        ModelBounty bounty,
        uint256[] memory ciphertext,
        uint256 hash,
        Proof memory proof,
        bytes4 expected
    ) private {
        vm.prank(alice);
        vm.expectPartialRevert(expected);
        bounty.claim{gas: GAS}(ciphertext, hash, proof, payable(alice));
    }

    function refuseReveal(
        ModelBounty bounty,
        uint256 salt,
        bytes32[] memory cids,
        uint256[] memory classes,
        uint256 hash,
        Proof memory proof,
        bytes4 expected
    ) private {
        vm.prank(host);
        vm.expectPartialRevert(expected);
        bounty.reveal{gas: GAS}(salt, cids, classes, hash, proof);
    }
}
