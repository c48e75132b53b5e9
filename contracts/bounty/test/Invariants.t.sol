// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ModelBounty, ModelTerms} from "../src/ModelBounty.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @dev Does what is allowed at the time, by whom it is allowed: none of these calls may revert. Keeps books of its own.
contract Actors is Market {
    uint256 private constant HUNTERS = 6;
    uint256 private constant LATER_TURN = 1 days;

    ModelBounty public bounty;
    address public immutable HOST = host;
    /// Hunters in the order of their commitments.
    address[] public committed;
    mapping(address => uint256) public correct;
    mapping(address => bool) public leftWithStake;
    address public paid;
    uint256 public deposited;
    /// Turns that are over.
    uint256 public turns;
    uint256 private halfSince;

    constructor() {
        setUp();
        bounty = open();
        deposited = REWARD;
    }

    function wait(uint256 time) external {
        // No phase is skipped, and few turns.
        uint256 longest = bounty.phase() == ModelBounty.Phase.Claiming && turns == 0 ? 4 hours : 1 days;
        vm.warp(block.timestamp + 1 + time % longest);
    }

    /// @dev Commits or proves, the calls that several runs must make before anything interesting happens.
    function act(uint256 seed, uint256 count) external {
        if (bounty.phase() == ModelBounty.Phase.Committing) doCommit(seed);
        else doSubmit(seed, count);
    }

    function doCommit(uint256 seed) public {
        address hunter = hunterOf(seed);
        (uint256 parametersHash,,,,) = bounty.hunters(hunter);
        if (bounty.phase() != ModelBounty.Phase.Committing || parametersHash != 0) return;
        commit(bounty, hunter);
        committed.push(hunter);
        deposited += STAKE;
    }

    function doCancel(uint256 seed) external {
        // Seldom, as nothing happens afterwards.
        if (seed % 16 != 0 || bounty.phase() != ModelBounty.Phase.Committing || committed.length != 0) return;
        vm.prank(host);
        bounty.cancel(payable(host));
    }

    function doReveal() external {
        if (bounty.phase() == ModelBounty.Phase.Revealing) reveal(bounty);
    }

    function doSubmit(uint256 seed, uint256 count) public {
        address hunter = hunterOf(seed);
        (uint256 parametersHash,,,,) = bounty.hunters(hunter);
        if (bounty.phase() != ModelBounty.Phase.Proving || parametersHash == 0 || correct[hunter] != 0) return;
        correct[hunter] = THRESHOLD + count % (SAMPLES - THRESHOLD + 1);
        // forge-lint: disable-next-line(unsafe-typecast)
        submit(bounty, hunter, uint32(correct[hunter]));
    }

    function doAdvance(uint256 limit) public {
        if (bounty.phase() != ModelBounty.Phase.Claiming) return;
        (address before, uint256 half, uint256 end) = bounty.turn();
        bounty.advance(limit);
        vm.assertEq(before, ranked(turns), "whose turn it is");
        if (limit == 0 || block.timestamp < end) return;
        // A half that began with a call ends by one, not before its time.
        uint256 least = (turns == 0 ? TURN : LATER_TURN) / 2;
        vm.assertLe(halfSince + (half == 0 ? 0 : least), block.timestamp, "a whole half");
        halfSince = block.timestamp;
        if (half == 2) ++turns;
    }

    function doClaim() external {
        if (bounty.phase() != ModelBounty.Phase.Claiming) return;
        address hunter = ranked(turns);
        claim(bounty, hunter);
        paid = hunter;
    }

    function doResign(uint256 seed) external {
        address hunter = hunterOf(seed);
        if (bounty.phase() != ModelBounty.Phase.Claiming || correct[hunter] == 0 || begun(hunter)) return;
        // Not so often that nobody is left to wait.
        if (seed / HUNTERS % 4 != 0) return;
        resign(bounty, hunter);
        correct[hunter] = 0;
        leftWithStake[hunter] = true;
    }

    /// @dev Whether a hunter proved, and its turn has begun or is over, by the books kept here.
    function begun(address hunter) public view returns (bool) {
        for (uint256 rank = 0; rank <= turns; ++rank) {
            if (ranked(rank) == hunter) return true;
        }
        return false;
    }

    function doRefund(uint256 seed) external {
        takeStake(hunterOf(seed));
    }

    function doReclaim() external {
        if (bounty.reclaimable() != 0) reclaim(bounty);
    }

    /// @dev Whatever the state: time passes, everybody takes what is due.
    function finish() external {
        vm.warp(block.timestamp + 1000 days);
        for (uint256 i = 0; bounty.phase() == ModelBounty.Phase.Claiming; ++i) {
            vm.assertLe(i, 2 * HUNTERS, "turns end");
            doAdvance(1);
            vm.warp(block.timestamp + LATER_TURN / 2);
        }
        for (uint256 i = 0; i < committed.length; ++i) {
            takeStake(committed[i]);
        }
        if (bounty.reclaimable() != 0) reclaim(bounty);
    }

    function hunters() external view returns (uint256) {
        return committed.length;
    }

    /// @dev What the bounty owes now.
    function due() external view returns (uint256 sum) {
        sum = bounty.reclaimable();
        for (uint256 i = 0; i < committed.length; ++i) {
            sum += bounty.refundable(committed[i]);
        }
    }

    /// @dev What all accounts of the market hold.
    function held() external view returns (uint256 sum) {
        sum = host.balance;
        for (uint256 i = 0; i < HUNTERS; ++i) {
            sum += makeAddress(100 + i).balance;
        }
    }

    /// @dev The hunter with `rank` others before it, by comparing all.
    function ranked(uint256 rank) public view returns (address) {
        for (uint256 i = 0; i < committed.length; ++i) {
            address one = committed[i];
            if (correct[one] == 0) continue;
            uint256 before = 0;
            for (uint256 j = 0; j < committed.length; ++j) {
                uint256 other = correct[committed[j]];
                if (other > correct[one] || (other == correct[one] && j < i)) ++before;
            }
            if (before == rank) return one;
        }
        return address(0);
    }

    function takeStake(address hunter) private {
        if (bounty.refundable(hunter) == 0) return;
        refund(bounty, hunter);
        leftWithStake[hunter] = true;
    }

    function hunterOf(uint256 seed) private pure returns (address) {
        return makeAddress(100 + seed % HUNTERS);
    }
}

contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Actors private actors;
    ModelBounty private bounty;
    uint256 private reward;
    uint256 private stake;

    function setUp() public {
        actors = new Actors();
        bounty = actors.bounty();
        reward = bounty.terms().reward;
        stake = bounty.terms().stake;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actors);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(actors);
        bytes4[11] memory all = [
            Actors.wait.selector,
            Actors.act.selector,
            Actors.doCommit.selector,
            Actors.doCancel.selector,
            Actors.doReveal.selector,
            Actors.doSubmit.selector,
            Actors.doAdvance.selector,
            Actors.doClaim.selector,
            Actors.doResign.selector,
            Actors.doRefund.selector,
            Actors.doReclaim.selector
        ];
        targets[0].selectors = new bytes4[](11);
        for (uint256 i = 0; i < 11; ++i) {
            targets[0].selectors[i] = all[i];
        }
    }

    /// @dev Money is in the bounty or with those who brought it or earned it.
    function invariantNoWeiIsMadeOrLost() external view {
        vm.assertEq(address(bounty).balance + actors.held(), actors.deposited(), "sum");
    }

    function invariantWhatIsDueIsThere() external view {
        vm.assertLe(actors.due(), address(bounty).balance, "due");
        ModelBounty.Phase phase = bounty.phase();
        if (phase >= ModelBounty.Phase.Delivered) {
            vm.assertEq(actors.due(), address(bounty).balance, "all of it at the end");
        }
    }

    /// @dev From proofEnd on, a stake waits for no call of anybody else: it was paid, is due, or is its hunter's by `resign`;
    ///      or the hunter's turn has begun, in which it is paid for its delivery, or is over.
    function invariantNobodyHoldsAnothersStake() external {
        if (bounty.phase() < ModelBounty.Phase.Claiming) return;
        for (uint256 i = 0; i < actors.hunters(); ++i) {
            address hunter = actors.committed(i);
            if (actors.leftWithStake(hunter) || hunter == actors.paid()) continue;
            if (bounty.refundable(hunter) != 0 || actors.begun(hunter)) continue;
            uint256 before = hunter.balance;
            vm.prank(hunter);
            bounty.resign(payable(hunter));
            vm.assertEq(hunter.balance, before + stake, "resigned");
        }
    }

    /// @dev Before the end nobody but the stakers of no proof has got anything; the reward goes to the winner, once.
    function invariantOnlyTheWinnerIsPaid() external view {
        vm.assertEq(bounty.winner(), actors.paid(), "winner");
        bool forfeited = bounty.phase() == ModelBounty.Phase.Forfeited;
        for (uint256 i = 0; i < actors.hunters(); ++i) {
            address hunter = actors.committed(i);
            uint256 most = actors.leftWithStake(hunter) ? stake : 0;
            if (forfeited && actors.leftWithStake(hunter)) {
                most += reward / actors.hunters() + reward % actors.hunters();
            }
            if (hunter == actors.paid()) most = reward + stake;
            vm.assertLe(hunter.balance, most, "hunter");
        }
    }

    /// @dev From any state, time and each party's own call empty the bounty.
    function afterInvariant() external {
        actors.finish();
        vm.assertEq(address(bounty).balance, 0, "locked");
    }
}
