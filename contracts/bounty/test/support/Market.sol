// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {BountyFactory} from "../../src/BountyFactory.sol";
import {ModelBounty, ModelTerms} from "../../src/ModelBounty.sol";
import {Proof} from "../../src/Statements.sol";
import {Trapdoor, Trapdoors} from "./Trapdoor.sol";
import {vm} from "./Vm.sol";

/// @dev A factory, three verifiers, a host and three hunters, and what they send. Domains and digests are computed here on
///      their own, from the description in `Statements`.
abstract contract Market {
    using Trapdoors for Trapdoor;

    uint256 internal constant ORDER = Trapdoors.ORDER;
    uint256 internal constant REWARD = 10 ether + 1;
    uint256 internal constant STAKE = 0.1 ether;
    uint32 internal constant SAMPLES = 20;
    uint32 internal constant THRESHOLD = 15;
    uint32 internal constant CIPHERTEXT = 5;
    uint64 internal constant START = 1_700_000_000;
    uint64 internal constant COMMIT_END = START + 1 days;
    uint64 internal constant REVEAL_END = START + 2 days;
    uint64 internal constant PROOF_END = START + 3 days;
    uint64 internal constant TURN = 6 hours;
    uint256 internal constant ROOT = uint256(keccak256("salted root of the test set")) % ORDER;
    uint256 internal constant SALT = uint256(keccak256("salt")) % ORDER;

    address internal host = makeAddress(1);
    address internal alice = makeAddress(2);
    address internal bob = makeAddress(3);
    address internal carol = makeAddress(4);

    BountyFactory internal factory;
    Trapdoor internal testSet;
    Trapdoor internal accuracy;
    Trapdoor internal delivery;

    function setUp() public virtual {
        vm.warp(START);
        factory = new BountyFactory();
        testSet = Trapdoors.load("testSet", address(0x1001));
        accuracy = Trapdoors.load("accuracy", address(0x1002));
        delivery = Trapdoors.load("delivery", address(0x1003));
    }

    function modelTerms() internal view returns (ModelTerms memory terms) {
        terms.host = host;
        terms.reward = REWARD;
        terms.stake = STAKE;
        terms.threshold = THRESHOLD;
        terms.samples = SAMPLES;
        terms.ciphertextLength = CIPHERTEXT;
        terms.commitEnd = COMMIT_END;
        terms.revealEnd = REVEAL_END;
        terms.proofEnd = PROOF_END;
        terms.turn = TURN;
        terms.architecture = keccak256("circuit");
        terms.setup = keccak256("ceremonies");
        terms.testSetRoot = ROOT;
        // The base point.
        terms.key = [
            5299619240641551281634865583518297030282874472190772894086521144482721001553,
            16950150798460657717958625567821834550301663161624707787222815936182638968203
        ];
        terms.testSet = testSet.statement;
        terms.accuracy = accuracy.statement;
        terms.delivery = delivery.statement;
    }

    function open() internal returns (ModelBounty) {
        return open(modelTerms());
    }

    function open(ModelTerms memory terms) internal returns (ModelBounty) {
        vm.deal(terms.host, terms.host.balance + terms.reward);
        vm.prank(terms.host);
        return factory.openModelBounty{value: terms.reward}(terms);
    }

    /// @dev A bounty to which the first of alice, bob and carol have committed, and whose test set is revealed.
    function proving(ModelTerms memory terms, uint256 hunters) internal returns (ModelBounty bounty) {
        bounty = open(terms);
        address[3] memory all = [alice, bob, carol];
        for (uint256 i = 0; i < hunters; ++i) {
            commit(bounty, all[i]);
        }
        vm.warp(COMMIT_END);
        reveal(bounty);
    }

    /// @dev The parameters' hash of a hunter.
    function parametersOf(address hunter) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("parameters", hunter))) % ORDER;
    }

    function commit(ModelBounty bounty, address hunter) internal {
        uint256 stake = bounty.terms().stake;
        vm.deal(hunter, hunter.balance + stake);
        vm.prank(hunter);
        bounty.commit{value: stake}(parametersOf(hunter));
    }

    function digests() internal pure returns (bytes32[] memory list) {
        list = new bytes32[](SAMPLES);
        for (uint256 i = 0; i < SAMPLES; ++i) {
            list[i] = sha256(abi.encode("image", i));
        }
    }

    function labels() internal pure returns (uint256[] memory list) {
        list = new uint256[](SAMPLES);
        for (uint256 i = 0; i < SAMPLES; ++i) {
            list[i] = (7 * i) % 10;
        }
    }

    function testSetValues(bytes32[] memory cids, uint256[] memory classes)
        internal
        pure
        returns (uint256[] memory values)
    {
        values = new uint256[](2 + 3 * SAMPLES);
        (values[0], values[1]) = (ROOT, SALT);
        for (uint256 i = 0; i < SAMPLES; ++i) {
            values[2 + 2 * i] = uint256(uint128(bytes16(cids[i])));
            values[3 + 2 * i] = uint256(uint128(uint256(cids[i])));
            values[2 + 2 * SAMPLES + i] = classes[i];
        }
    }

    function reveal(ModelBounty bounty) internal {
        bytes32[] memory cids = digests();
        uint256[] memory values = testSetValues(cids, labels());
        uint256 hash = hashOf(values);
        Proof memory proof = prove(testSet, domain(testSet, address(bounty), host), hash, values);
        vm.prank(host);
        bounty.reveal(SALT, cids, labels(), hash, proof);
    }

    function accuracyValues(address hunter, uint32 correct) internal pure returns (uint256[] memory values) {
        values = new uint256[](3);
        (values[0], values[1], values[2]) = (ROOT, parametersOf(hunter), correct);
    }

    /// @dev Returns the hash and the proof of a hunter's accuracy.
    function accuracyOf(ModelBounty bounty, address hunter, uint32 correct)
        internal
        view
        returns (uint256 hash, Proof memory proof)
    {
        return proveAccuracy(bounty, hunter, accuracyValues(hunter, correct));
    }

    function proveAccuracy(ModelBounty bounty, address hunter, uint256[] memory values)
        internal
        view
        returns (uint256 hash, Proof memory proof)
    {
        hash = hashOf(values);
        proof = prove(accuracy, domain(accuracy, address(bounty), hunter), hash, values);
    }

    function submit(ModelBounty bounty, address hunter, uint32 correct) internal {
        submit(bounty, hunter, correct, address(0));
    }

    function submit(ModelBounty bounty, address hunter, uint32 correct, address hint) internal {
        (uint256 hash, Proof memory proof) = accuracyOf(bounty, hunter, correct);
        vm.prank(hunter);
        bounty.submit(correct, hint, hash, proof);
    }

    function ciphertextOf(address hunter, uint256 length) internal pure returns (uint256[] memory words) {
        words = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) {
            words[i] = uint256(keccak256(abi.encode("ciphertext", hunter, i))) % ORDER;
        }
    }

    function deliveryValues(ModelBounty bounty, address hunter, uint256[] memory ciphertext)
        internal
        view
        returns (uint256[] memory values)
    {
        ModelTerms memory terms = bounty.terms();
        values = new uint256[](3 + ciphertext.length);
        (values[0], values[1], values[2]) = (parametersOf(hunter), terms.key[0], terms.key[1]);
        for (uint256 i = 0; i < ciphertext.length; ++i) {
            values[3 + i] = ciphertext[i];
        }
    }

    /// @dev Returns a hunter's ciphertext, the digest's hash and the proof.
    function deliveryOf(ModelBounty bounty, address hunter)
        internal
        view
        returns (uint256[] memory ciphertext, uint256 hash, Proof memory proof)
    {
        ciphertext = ciphertextOf(hunter, bounty.terms().ciphertextLength);
        uint256[] memory values = deliveryValues(bounty, hunter, ciphertext);
        hash = hashOf(values);
        proof = prove(delivery, domain(delivery, address(bounty), hunter), hash, values);
    }

    function claim(ModelBounty bounty, address hunter) internal {
        (uint256[] memory ciphertext, uint256 hash, Proof memory proof) = deliveryOf(bounty, hunter);
        vm.prank(hunter);
        bounty.claim(ciphertext, hash, proof, payable(hunter));
    }

    /// @dev Lets a turn pass, the first one from its beginning on: both halves are ended as soon as they may.
    function passTurn(ModelBounty bounty) internal {
        (, uint256 half, uint256 end) = bounty.turn();
        if (half == 0) bounty.advance(1);
        for (uint256 i = 0; i < 2; ++i) {
            (,, end) = bounty.turn();
            vm.warp(end);
            bounty.advance(1);
        }
    }

    function refund(ModelBounty bounty, address hunter) internal {
        vm.prank(hunter);
        bounty.refund(payable(hunter));
    }

    function resign(ModelBounty bounty, address hunter) internal {
        vm.prank(hunter);
        bounty.resign(payable(hunter));
    }

    function reclaim(ModelBounty bounty) internal {
        vm.prank(host);
        bounty.reclaim(payable(host));
    }

    function domain(Trapdoor memory trapdoor, address bounty, address sender) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, bounty, trapdoor.statement.codeHash, sender));
    }

    /// @dev Stands for Poseidon, which only circuits compute.
    function hashOf(uint256[] memory values) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(values))) % ORDER;
    }

    function signalsOf(bytes32 bound, uint256 hash, uint256[] memory values)
        internal
        pure
        returns (uint256[] memory signals)
    {
        signals = new uint256[](3);
        uint256 challenge = uint256(keccak256(abi.encodePacked(bound, hash, values))) % ORDER;
        uint256 power = 1;
        for (uint256 i = 0; i < values.length; ++i) {
            power = mulmod(power, challenge, ORDER);
            signals[1] = addmod(signals[1], mulmod(values[i], power, ORDER), ORDER);
        }
        (signals[0], signals[2]) = (hash, challenge);
    }

    function prove(Trapdoor memory trapdoor, bytes32 bound, uint256 hash, uint256[] memory values)
        internal
        view
        returns (Proof memory)
    {
        return trapdoor.prove(signalsOf(bound, hash, values), 5);
    }

    function requirePhase(ModelBounty bounty, ModelBounty.Phase expected) internal view {
        vm.assertEq(uint256(bounty.phase()), uint256(expected), "phase");
    }

    function expectWrongPhase(ModelBounty.Phase actual) internal {
        vm.expectRevert(abi.encodeWithSelector(ModelBounty.WrongPhase.selector, actual));
    }

    function makeAddress(uint256 index) internal pure returns (address) {
        return vm.addr(index);
    }
}
