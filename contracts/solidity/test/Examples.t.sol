// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "../src/ITensorProofVerifier.sol";
import {TensorProof} from "../src/TensorProof.sol";
import {VerifierRegistry} from "../src/VerifierRegistry.sol";
import {Verifier} from "../src/Verifier.sol";
import {FraudAlarm} from "../src/examples/FraudAlarm.sol";
import {PausableToken} from "../src/examples/PausableToken.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Foundry's own functions, as far as they are needed.
interface Vm {
    function prank(address sender) external;
    function expectRevert(bytes calldata data) external;
}

/// @dev Makes the library's functions callable from outside.
contract Library {
    function toSignal(int256 value) external pure returns (uint256) {
        return TensorProof.toSignal(value);
    }

    function toInteger(uint256 signal) external pure returns (int256) {
        return TensorProof.toInteger(signal);
    }

    function toFixed(uint256 signal, int256 scale, int256 unit) external pure returns (int256) {
        return TensorProof.toFixed(signal, scale, unit);
    }

    function requireAllValid(ITensorProofVerifier verifier, uint256[8][] calldata proofs, uint256[] calldata input)
        external
        view
    {
        TensorProof.requireAllValid(verifier, proofs, input);
    }
}

contract ExamplesTest is Fixture {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    ITensorProofVerifier private verifier;
    PausableToken private token;
    FraudAlarm private alarm;
    Library private tools;

    function setUp() public {
        verifier = ITensorProofVerifier(address(new Verifier()));
        token = new PausableToken(1_000_000);
        alarm = new FraudAlarm(verifier, token, 100);
        token.setGuard(address(alarm));
        tools = new Library();
    }

    /// @dev The fixture's first proof: class 1 for a transfer of 5000 by who made none before, at scale 100. The second:
    ///      class 0 for one of 7 after one other.
    function testPausesOnFraudOnce() public {
        uint256 id = token.transfer(address(1), 5_000);
        uint256 honest = token.transfer(address(1), 7);

        (TensorProof.Proof memory proof, uint256[] memory input) = statement(1);
        vm.expectRevert(abi.encodeWithSelector(FraudAlarm.NotFraud.selector, honest));
        alarm.raise(honest, proof, input);

        (proof, input) = statement(0);
        vm.expectRevert(abi.encodeWithSelector(FraudAlarm.UnknownTransfer.selector, 9));
        alarm.raise(9, proof, input);
        // The proof is of other inputs than this transfer has.
        vm.expectRevert(abi.encodeWithSelector(TensorProof.UnexpectedSignal.selector, 1, 700, 500_000));
        alarm.raise(honest, proof, input);
        // Not even the class may be changed.
        input[0] = 2;
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        alarm.raise(id, proof, input);
        input[0] = 1;

        require(!token.paused());
        vm.prank(address(5));
        alarm.raise(id, proof, input);
        require(token.paused() && alarm.wasRaised(id));
        vm.expectRevert(abi.encodeWithSelector(PausableToken.IsPaused.selector));
        token.transfer(address(1), 1);
        vm.expectRevert(abi.encodeWithSelector(FraudAlarm.AlreadyRaised.selector, id));
        alarm.raise(id, proof, input);
        token.resume();
        token.transfer(address(1), 1);
    }

    function testOnlyTheGuardPauses() public {
        vm.expectRevert(abi.encodeWithSelector(PausableToken.NotAllowed.selector, address(this)));
        token.pause();
        vm.prank(address(5));
        vm.expectRevert(abi.encodeWithSelector(PausableToken.NotAllowed.selector, address(5)));
        token.setGuard(address(5));
    }

    function testRegistersOncePerPublisher() public {
        VerifierRegistry registry = new VerifierRegistry();
        bytes32 model = keccak256("model");
        vm.expectRevert(abi.encodeWithSelector(VerifierRegistry.NotRegistered.selector, address(this), model));
        registry.verifierOf(address(this), model);
        vm.expectRevert(abi.encodeWithSelector(VerifierRegistry.NoCode.selector, address(9)));
        registry.register(model, ITensorProofVerifier(address(9)));
        registry.register(model, verifier);
        require(address(registry.verifierOf(address(this), model)) == address(verifier));
        vm.expectRevert(abi.encodeWithSelector(VerifierRegistry.AlreadyRegistered.selector, model, verifier));
        registry.register(model, verifier);
        // Nobody else can take or spoil the entry.
        vm.prank(address(5));
        registry.register(model, ITensorProofVerifier(address(token)));
        require(address(registry.verifierOf(address(this), model)) == address(verifier));
        require(address(registry.verifierOf(address(5), model)) == address(token));
    }

    function testFuzzSignalsAndIntegers(int256 value) public {
        int256 most = int256(TensorProof.SCALAR_FIELD / 2);
        if (value > most || value < -most) {
            vm.expectRevert(abi.encodeWithSelector(TensorProof.OutOfBounds.selector, value));
            tools.toSignal(value);
            return;
        }
        uint256 signal = tools.toSignal(value);
        require(signal < TensorProof.SCALAR_FIELD && tools.toInteger(signal) == value);
    }

    function testFixedPoint() public view {
        require(tools.toFixed(tools.toSignal(-150), 100, 1e18) == -1.5e18);
        require(tools.toFixed(250, 100, 1e18) == 2.5e18);
    }

    function testRefusesABatchWithOneBadProof() public {
        (uint256[8][] memory proofs, uint256[] memory input) = batch();
        tools.requireAllValid(verifier, proofs, input);
        ++input[4];
        vm.expectRevert(abi.encodeWithSelector(TensorProof.InvalidProof.selector));
        tools.requireAllValid(verifier, proofs, input);
    }

    function statement(uint256 index) private view returns (TensorProof.Proof memory proof, uint256[] memory input) {
        (uint256[8][] memory proofs, uint256[] memory signals) = batch();
        uint256[8] memory words = proofs[index];
        proof.a = [words[0], words[1]];
        proof.b = [[words[2], words[3]], [words[4], words[5]]];
        proof.c = [words[6], words[7]];
        input = new uint256[](3);
        for (uint256 i = 0; i < 3; ++i) input[i] = signals[3 * index + i];
    }

    function batch() private view returns (uint256[8][] memory, uint256[] memory) {
        return this.decode(BATCH);
    }

    function decode(bytes calldata data) external pure returns (uint256[8][] memory, uint256[] memory) {
        return abi.decode(data[4:], (uint256[8][], uint256[]));
    }
}
