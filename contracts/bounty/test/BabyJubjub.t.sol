// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {BabyJubjub} from "../src/BabyJubjub.sol";
import {vm} from "./support/Vm.sol";

contract BabyJubjubTest {
    uint256 private constant P = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    // The base point of EIP-2494, of order l.
    uint256 private constant X = 5299619240641551281634865583518297030282874472190772894086521144482721001553;
    uint256 private constant Y = 16950150798460657717958625567821834550301663161624707787222815936182638968203;

    function testTakesPointsOfOrderL() public pure {
        BabyJubjub.requireKey(X, Y);
        BabyJubjub.requireKey(P - X, Y);
    }

    function testRefusesWhatIsNoPointOfTheCurve() public {
        refuse(X, Y + 1);
        refuse(X + 1, Y);
        refuse(Y, X);
        refuse(0, 0);
    }

    function testRefusesLowOrder() public {
        // Orders 1, 2 and 4: x = 0, or a x^2 = 1.
        refuse(0, 1);
        refuse(0, P - 1);
        refuse(2957874849018779266517920829765869116077630550401372566248359756137677864698, 0);
    }

    function testRefusesPointsOutsideOfTheSubgroup() public {
        // The generator of EIP-2494, of order 8 l, and the base point plus the point (0, -1).
        refuse(
            995203441582195749578291179787384436505546430278305826713579947235728471134,
            5472060717959818805561601436314318772137091100104008585924551046643952123905
        );
        refuse(P - X, P - Y);
    }

    function testRefusesUnreducedCoordinates() public {
        refuse(X + P, Y);
        refuse(X, Y + P);
    }

    function check(uint256 x, uint256 y) external pure {
        BabyJubjub.requireKey(x, y);
    }

    function refuse(uint256 x, uint256 y) private {
        vm.expectRevert(abi.encodeWithSelector(BabyJubjub.InvalidKey.selector, x, y));
        this.check(x, y);
    }
}
