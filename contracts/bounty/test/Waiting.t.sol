// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Reenterer} from "./Attacks.t.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @dev What a hunter waits for, who could make it wait, and how it leaves with its stake.
contract WaitingTest is Market {
    uint256 private constant SYBILS = 5;

    function testSybilsOfTheHostHoldNoStake() public {
        ModelTerms memory terms = modelTerms();
        terms.turn = 30 days;
        ModelBounty bounty = behindSybils(terms);
        // From the first moment on, before anybody has called.
        resign(bounty, alice);
        vm.assertEq(alice.balance, STAKE, "the stake");
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.NothingDue.selector, alice));
        this.refundFor(bounty, alice);
        // The host has its own money back, and nothing else.
        for (uint256 i = 0; i < SYBILS; ++i) {
            vm.assertEq(bounty.advance(0), sybil(i), "the order of the others");
            passTurn(bounty);
        }
        requirePhase(bounty, ModelBounty.Phase.Undelivered);
        reclaim(bounty);
        vm.assertEq(host.balance, REWARD + SYBILS * STAKE, "host");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testFuzzAHunterThatWaitsLeavesAtAnyMoment(uint256 turns, uint256 wait) public {
        ModelBounty bounty = behindSybils(modelTerms());
        for (uint256 i = 0; i < turns % SYBILS; ++i) {
            passTurn(bounty);
        }
        vm.warp(block.timestamp + wait % 1000 days);
        resign(bounty, alice);
        vm.assertEq(alice.balance, STAKE, "the stake");
    }

    /// @dev The host waits until nobody looks, all that rank before resign, and the turn begins.
    function testSuddenTurnLeavesADay() public {
        ModelTerms memory terms = modelTerms();
        terms.turn = 30 minutes;
        ModelBounty bounty = behindSybils(terms);
        vm.warp(PROOF_END + 100 days);
        for (uint256 i = 1; i < SYBILS; ++i) {
            resign(bounty, sybil(i));
        }
        bounty.advance(1);
        passTurn(bounty);
        uint256 began = block.timestamp;
        vm.assertEq(bounty.advance(0), alice, "sooner than the ranking says");
        vm.assertEq(began, PROOF_END + 100 days + 30 minutes, "after the first turn");
        // Whatever the host calls.
        for (uint256 time = began; time < began + 1 days; time += 10 minutes) {
            vm.warp(time);
            vm.prank(host);
            bounty.advance(type(uint256).max);
        }
        vm.warp(began + 1 days - 1);
        vm.prank(host);
        bounty.advance(1);
        claim(bounty, alice);
        vm.assertEq(alice.balance, REWARD + STAKE, "paid");
        vm.assertEq(bounty.reclaimable(), STAKE, "the one sybil that was in its turn");
    }

    function testLaterTurnsTakeADayOrLonger() public {
        uint64[3] memory turns = [uint64(30 minutes), 1 days + 1, 30 days];
        for (uint256 i = 0; i < turns.length; ++i) {
            vm.warp(START);
            ModelTerms memory terms = modelTerms();
            terms.turn = turns[i];
            ModelBounty bounty = behindSybils(terms);
            uint256 before = block.timestamp;
            passTurn(bounty);
            uint256 half = (uint256(turns[i]) + 1) / 2;
            vm.assertEq(block.timestamp, before + 2 * half, "the first turn");
            before = block.timestamp;
            passTurn(bounty);
            if (half < 12 hours) half = 12 hours;
            vm.assertEq(block.timestamp, before + 2 * half, "a later turn");
        }
    }

    function testOnlyWhoWaitsForItsTurnResigns() public {
        ModelBounty bounty = open();
        commit(bounty, alice);
        commit(bounty, bob);
        commit(bounty, carol);
        address nothing = makeAddress(8);
        commit(bounty, nothing);
        refuse(bounty, bob, abi.encodeWithSelector(ModelBounty.WrongPhase.selector, ModelBounty.Phase.Committing));
        vm.warp(COMMIT_END);
        refuse(bounty, bob, abi.encodeWithSelector(ModelBounty.WrongPhase.selector, ModelBounty.Phase.Revealing));
        reveal(bounty);
        submit(bounty, alice, 20);
        submit(bounty, bob, 19);
        submit(bounty, carol, 18);
        refuse(bounty, bob, abi.encodeWithSelector(ModelBounty.WrongPhase.selector, ModelBounty.Phase.Proving));
        vm.warp(PROOF_END);
        address[3] memory others = [alice, nothing, makeAddress(9)];
        for (uint256 half = 0; half < 3; ++half) {
            for (uint256 i = 0; i < others.length; ++i) {
                refuse(bounty, others[i], abi.encodeWithSelector(ModelBounty.NoTurnToCome.selector, others[i]));
            }
            if (half != 0) vm.warp(block.timestamp + TURN / 2);
            bounty.advance(1);
        }
        vm.warp(block.timestamp + TURN / 2);
        // Her time is over, and nobody has ended the half yet.
        refuse(bounty, alice, abi.encodeWithSelector(ModelBounty.NoTurnToCome.selector, alice));
        bounty.advance(1);
        refuse(bounty, alice, abi.encodeWithSelector(ModelBounty.NoTurnToCome.selector, alice));
        refuse(bounty, bob, abi.encodeWithSelector(ModelBounty.NoTurnToCome.selector, bob));
        resign(bounty, carol);
        refuse(bounty, carol, abi.encodeWithSelector(ModelBounty.NoTurnToCome.selector, carol));
        claim(bounty, bob);
        refuse(bounty, carol, abi.encodeWithSelector(ModelBounty.WrongPhase.selector, ModelBounty.Phase.Delivered));
        vm.assertEq(bounty.refundable(carol), 0, "paid once");
        refund(bounty, nothing);
        reclaim(bounty);
        vm.assertEq(host.balance, STAKE, "of who let its turn pass");
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testResignationIsToldAndPaidToAnyAddress() public {
        ModelBounty bounty = behindSybils(modelTerms());
        vm.expectEmit(address(bounty));
        emit ModelBounty.Resigned(alice);
        vm.expectEmit(address(bounty));
        emit ModelBounty.Refunded(alice, STAKE);
        vm.prank(alice);
        bounty.resign(payable(carol));
        vm.assertEq(carol.balance, STAKE, "paid elsewhere");
        vm.assertEq(bounty.proved(), SYBILS, "who may still deliver");
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzzResignationsLeaveTheOrderOfTheOthers(uint256 seed) public {
        ModelBounty bounty = open();
        uint256 n = 10;
        for (uint256 i = 0; i < n; ++i) {
            commit(bounty, makeAddress(100 + i));
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
        for (uint256 i = 0; i < n; ++i) {
            // The last to commit is the best.
            submit(bounty, makeAddress(100 + i), uint32(THRESHOLD + i / 2));
        }
        vm.warp(PROOF_END);
        address[] memory order = new address[](n);
        for (uint256 i = 0; i < n; ++i) {
            order[i] = makeAddress(100 + (n - 2 - i / 2 * 2) + i % 2);
        }
        uint256 place = 0;
        uint256 passed = 0;
        bool[] memory gone = new bool[](n);
        while (bounty.phase() == ModelBounty.Phase.Claiming) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 chosen = seed % n;
            if (chosen > place && !gone[chosen] && seed >> 128 & 1 == 0) {
                resign(bounty, order[chosen]);
                gone[chosen] = true;
                continue;
            }
            vm.assertEq(bounty.advance(0), order[place], "whose turn");
            passTurn(bounty);
            ++passed;
            do {
                ++place;
            } while (place < n && gone[place]);
        }
        vm.assertEq(bounty.proved(), passed, "all that did not resign");
        vm.assertEq(bounty.reclaimable(), REWARD + passed * STAKE, "host");
        vm.assertEq(address(bounty).balance, bounty.reclaimable(), "nothing else is left");
    }

    function testResignationIsPaidOnceByCallingAgain() public {
        ModelBounty bounty = open();
        Reenterer hunter = new Reenterer();
        address account = address(hunter);
        vm.deal(account, STAKE);
        commit(bounty, bob);
        hunter.run(address(bounty), STAKE, abi.encodeCall(ModelBounty.commit, (parametersOf(account))), "");
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, bob, 20);
        submit(bounty, account, 20);
        vm.warp(PROOF_END);
        bytes memory resigning = abi.encodeCall(ModelBounty.resign, (payable(account)));
        hunter.run(address(bounty), 0, resigning, resigning);
        vm.assertEq(hunter.paid(), 1, "paid once");
        bytes4 expected = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertTrue(bytes4(hunter.refusal()) == expected, "the guard's refusal");
        vm.assertEq(account.balance, STAKE, "the stake");
        claim(bounty, bob);
        vm.assertEq(address(bounty).balance, 0, "nothing left");
    }

    function testTurnsLongerThanAMonthAreRefused() public {
        ModelTerms memory terms = modelTerms();
        terms.turn = 30 days + 1;
        vm.deal(host, REWARD);
        vm.prank(host);
        vm.expectRevert(ModelBounty.InvalidTerms.selector);
        factory.openModelBounty{value: REWARD}(terms);
    }

    function refundFor(ModelBounty bounty, address hunter) external {
        refund(bounty, hunter);
    }

    // In phase Claiming, from its first second on: the host's accounts are right on all, alice on one less.
    function behindSybils(ModelTerms memory terms) private returns (ModelBounty bounty) {
        bounty = open(terms);
        commit(bounty, alice);
        for (uint256 i = 0; i < SYBILS; ++i) {
            commit(bounty, sybil(i));
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
        submit(bounty, alice, SAMPLES - 1);
        for (uint256 i = 0; i < SYBILS; ++i) {
            submit(bounty, sybil(i), SAMPLES);
        }
        vm.warp(PROOF_END);
    }

    function sybil(uint256 index) private pure returns (address) {
        return makeAddress(100 + index);
    }

    function refuse(ModelBounty bounty, address hunter, bytes memory expected) private {
        vm.prank(hunter);
        vm.expectRevert(expected);
        bounty.resign(payable(hunter));
    }
}
