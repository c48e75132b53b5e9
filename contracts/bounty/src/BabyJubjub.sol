// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title  Public keys on Baby Jubjub (EIP-2494), a x^2 + y^2 = 1 + d x^2 y^2 with a = 168700, d = 168696
/// @dev    Points are (X : Y : Z) with x = X / Z, y = Y / Z, so that nothing is divided. The formulas hold for all points:
///         a is a square and d is not.
library BabyJubjub {
    /// @notice The pair is not a point of order l, so that the encryption circuit would refuse it.
    error InvalidKey(uint256 x, uint256 y);

    uint256 private constant P = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant A = 168700;
    uint256 private constant D = 168696;
    /// @dev The prime order of the subgroup, of 251 bits; the curve has 8 * ORDER points.
    uint256 private constant ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041;

    /// @notice Reverts unless (x, y) is on the curve, of order l.
    function requireKey(uint256 x, uint256 y) internal pure {
        if (x >= P || y >= P || !onCurve(x, y) || !hasOrder(x, y)) revert InvalidKey(x, y);
    }

    function onCurve(uint256 x, uint256 y) private pure returns (bool) {
        uint256 xx = mulmod(x, x, P);
        uint256 yy = mulmod(y, y, P);
        uint256 left = addmod(mulmod(A, xx, P), yy, P);
        return left == addmod(1, mulmod(D, mulmod(xx, yy, P), P), P);
    }

    // Whether l * (x, y) is the identity (0, 1) and (x, y) is not: double and add, from the second highest bit of l down.
    function hasOrder(uint256 x, uint256 y) private pure returns (bool) {
        if (x == 0 && y == 1) return false;
        (uint256 X, uint256 Y, uint256 Z) = (x, y, 1);
        for (uint256 bit = 1 << 249; bit != 0; bit >>= 1) {
            (X, Y, Z) = double(X, Y, Z);
            if (ORDER & bit != 0) (X, Y, Z) = add(X, Y, Z, x, y);
        }
        return X == 0 && Y == Z;
    }

    // "dbl-2008-bbjlp" of Bernstein, Birkner, Joye, Lange and Peters 2008 (eprint 2008/013), section 6.
    function double(uint256 X, uint256 Y, uint256 Z) private pure returns (uint256, uint256, uint256) {
        // No sum below overflows: each term is smaller than P, or 2 P - something smaller.
        unchecked {
            uint256 b = mulmod(X + Y, X + Y, P);
            uint256 c = mulmod(X, X, P);
            uint256 d = mulmod(Y, Y, P);
            uint256 e = mulmod(A, c, P);
            uint256 f = e + d;
            uint256 h = mulmod(Z, Z, P);
            uint256 j = f + 2 * (P - h);
            return (mulmod(b + 2 * P - c - d, j, P), mulmod(f, e + P - d, P), mulmod(f, j, P));
        }
    }

    // "add-2008-bbjlp" of the same, with Z = 1 for the second point.
    function add(uint256 X, uint256 Y, uint256 Z, uint256 x, uint256 y)
        private
        pure
        returns (uint256, uint256, uint256)
    {
        unchecked {
            uint256 c = mulmod(X, x, P);
            uint256 d = mulmod(Y, y, P);
            X = mulmod(X + Y, x + y, P) + 2 * P - c - d;
            Y = d + P - mulmod(A, c, P);
            uint256 e = mulmod(D, mulmod(c, d, P), P);
            // Reuses c and d, whose sum and products are taken, for F = Z^2 - e and G = Z^2 + e.
            c = mulmod(Z, Z, P) + P - e;
            d = mulmod(Z, Z, P) + e;
            return (mulmod(mulmod(Z, c, P), X, P), mulmod(mulmod(Z, d, P), Y, P), mulmod(c, d, P));
        }
    }
}
