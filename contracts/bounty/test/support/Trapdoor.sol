// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IVerifier} from "../../src/IVerifier.sol";
import {Proof, Statement} from "../../src/Statements.sol";
import {vm} from "./Vm.sol";

/// @dev The exponents of a verifying key. Whoever knows them proves anything without a circuit: the toxic waste of a
///      setup. The proofs are valid, and verifiers check them with real pairings.
struct Trapdoor {
    Statement statement;
    uint256 alpha;
    uint256 beta;
    uint256 gamma;
    uint256 delta;
    uint256[] gammaAbc;
}

library Trapdoors {
    uint256 internal constant ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant BASE = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    /// @dev Puts the exported verifier of the named key of `keys.json` at `place`.
    function load(string memory name, address place) internal returns (Trapdoor memory trapdoor) {
        string memory json = vm.readFile("contracts/bounty/test/keys.json");
        string memory key = string.concat(".", name);
        bytes memory code = vm.parseJsonBytes(json, string.concat(key, ".code"));
        vm.etch(place, code);
        address data = vm.parseJsonAddress(json, string.concat(key, ".dataAddress"));
        vm.etch(data, vm.parseJsonBytes(json, string.concat(key, ".dataCode")));
        trapdoor.statement = Statement(IVerifier(place), keccak256(code));
        trapdoor.alpha = vm.parseJsonUint(json, string.concat(key, ".alpha"));
        trapdoor.beta = vm.parseJsonUint(json, string.concat(key, ".beta"));
        trapdoor.gamma = vm.parseJsonUint(json, string.concat(key, ".gamma"));
        trapdoor.delta = vm.parseJsonUint(json, string.concat(key, ".delta"));
        trapdoor.gammaAbc = vm.parseJsonUintArray(json, string.concat(key, ".gammaAbc"));
    }

    /// @dev Returns a proof of the signals: A = a, B = 1, C = (a - alpha beta - gamma l) / delta, as exponents.
    function prove(Trapdoor memory t, uint256[] memory signals, uint256 a) internal view returns (Proof memory proof) {
        uint256 l = t.gammaAbc[0];
        for (uint256 i = 0; i < signals.length; ++i) {
            l = addmod(l, mulmod(signals[i], t.gammaAbc[i + 1], ORDER), ORDER);
        }
        uint256 c = addmod(mulmod(t.alpha, t.beta, ORDER), mulmod(t.gamma, l, ORDER), ORDER);
        c = mulmod(addmod(a, ORDER - c, ORDER), inverse(t.delta), ORDER);
        proof.a = multiple(a);
        proof.b = [
            [
                11559732032986387107991004021392285783925812861821192530917403151452391805634,
                10857046999023057135944570762232829481370756359578518086990519993285655852781
            ],
            [
                4082367875863433681332203403145435568316851327593401208105741076214120093531,
                8495653923123431417604973247489272438418190587263600148770280649306958101930
            ]
        ];
        proof.c = multiple(c);
    }

    /// @dev Returns (-A, -B, C), which proves what (A, B, C) proves.
    function negated(Proof memory proof) internal pure returns (Proof memory other) {
        other.a = [proof.a[0], BASE - proof.a[1]];
        other.b = [proof.b[0], [BASE - proof.b[1][0], BASE - proof.b[1][1]]];
        other.c = proof.c;
    }

    function multiple(uint256 exponent) private view returns (uint256[2] memory point) {
        (bool success, bytes memory result) = address(7).staticcall(abi.encode(1, 2, exponent));
        require(success, "ecMul");
        point = abi.decode(result, (uint256[2]));
    }

    function inverse(uint256 value) private view returns (uint256) {
        (bool success, bytes memory result) = address(5).staticcall(abi.encode(32, 32, 32, value, ORDER - 2, ORDER));
        require(success, "modexp");
        return abi.decode(result, (uint256));
    }
}
