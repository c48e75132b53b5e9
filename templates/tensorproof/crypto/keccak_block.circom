pragma circom 2.1.0;

// By how much each lane is rotated.
function keccakRotations() {
    var rotations[25];
    var x = 1;
    var y = 0;
    for (var t = 0; t < 24; t++) {
        rotations[x + 5 * y] = ((t + 1) * (t + 2) \ 2) % 64;
        var next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
    return rotations;
}

// What a round adds to the first lane: bits of a linear feedback shift register.
function keccakRoundConstant(round) {
    var constant = 0;
    for (var j = 0; j < 7; j++) {
        var register = 1;
        for (var i = 0; i < (j + 7 * round) % 255; i++) {
            register = 2 * register;
            if (register >= 256) {
                register = register ^ 0x171;
            }
        }
        constant += (register & 1) * 2 ** (2 ** j - 1);
    }
    return constant;
}

// One block of Keccak with 1088 bits of rate, as in Keccak-256: absorbs bits and permutes.
//
// The exclusive or x of up to three bits is the one solution of s * (2x - s - 1) = 3 * (x - s), where s is their sum. What the
// step chi makes of bits a, b and c, a xor (not b and c), is the one solution x of
// (2 - 6a + d) * (2x - 20a - 3d) = 72a - 3d with d = c - b, as its first factor is never zero.
//
// Parameters
//   rounds       the last rounds of the permutation, 1 <= rounds <= 24; Keccak-256 has 24
//   first        1 if the state is zero, else 0
//   used         bits of the message in the block, 0 <= used <= 1088; the rest is padding
//   one          1 if the message ends here, else 0
//   last         1 if the padding ends here, else 0
// Inputs
//   state[1600]  of no effect if first is 1
//   in[1088]     bits, that of each byte with the lowest weight first; those from used on have no effect
// Outputs
//   out[1600]    lane after lane, each with its lowest bit first
// Requires
//   That state and in are bits.
// Ensures
//   The block.
// Constraints
//   3840 * rounds + used quadratic if first is 0; 3840 * rounds - 192 if it is 1 and used 1088, fewer with padding; as many
//   linear as the last constant has bits, 4
// Source
//   Bertoni et al. 2011, The Keccak reference, sections 1.1 and 1.2; fewer rounds as in FIPS 202, section 3.3.
template KeccakBlock(rounds, first, used, one, last) {
    assert(1 <= rounds && rounds <= 24);
    assert(first == 0 || first == 1);
    assert(one == 0 || one == 1);
    assert(last == 0 || last == 1);
    assert(0 <= used && used + one + last <= 1088);
    // allow(W0008): the initial state is a constant.
    signal input state[1600];
    // allow(W0008): a block may be padding alone.
    signal input in[1088];
    signal output out[1600];

    // Bits of the state, and which of them are constants.
    var s[1600];
    var known[1600];
    signal absorbed[1088];
    for (var i = 0; i < 1600; i++) {
        var padding = (i == used ? one : 0) + (i == 1087 ? last : 0);
        if (first == 1) {
            known[i] = i < used ? 0 : 1;
            s[i] = i < used ? in[i < 1088 ? i : 0] : padding;
        } else {
            s[i] = padding + (1 - 2 * padding) * state[i];
        }
        if (i < 1088) {
            if (first == 0 && i < used) {
                absorbed[i] <== state[i] + in[i] - 2 * state[i] * in[i];
                s[i] = absorbed[i];
            } else {
                absorbed[i] <== 0;
            }
        }
    }

    var rotations[25] = keccakRotations();
    signal parity[rounds][320][2];
    signal theta[rounds][1600];
    signal chi[rounds][1600];
    for (var round = 0; round < rounds; round++) {
        // The parity of each column.
        var column[320];
        var columnKnown[320];
        for (var i = 0; i < 320; i++) {
            var constants = 0;
            var sum = 0;
            var count = 0;
            for (var y = 0; y < 5; y++) {
                if (known[i + 320 * y] == 1) {
                    constants += s[i + 320 * y];
                } else {
                    count++;
                }
            }
            var taken = 0;
            for (var y = 0; y < 5; y++) {
                if (known[i + 320 * y] == 0) {
                    sum += s[i + 320 * y];
                    taken++;
                    // Three at a time, the parity of those before among them.
                    if (taken == 3 || taken == 5 || (taken == count && count % 2 == 0)) {
                        var k = (taken - 2) \ 2;
                        parity[round][i][k] <-- sum % 2;
                        sum * (2 * parity[round][i][k] - sum - 1) === 3 * (parity[round][i][k] - sum);
                        sum = parity[round][i][k];
                    }
                }
            }
            for (var k = count \ 2; k < 2; k++) {
                parity[round][i][k] <== 0;
            }
            column[i] = constants % 2 + (1 - 2 * (constants % 2)) * sum;
            columnKnown[i] = count == 0 ? 1 : 0;
        }

        // Each bit with the parities of two columns, moved to its next place.
        var b[1600];
        var bKnown[1600];
        for (var i = 0; i < 1600; i++) {
            var x = i \ 64 % 5;
            var y = i \ 320;
            var z = i % 64;
            var left = (x + 4) % 5 * 64 + z;
            var right = (x + 1) % 5 * 64 + (z + 63) % 64;
            var constants = 0;
            var sum = 0;
            var bits[3] = [s[i], column[left], column[right]];
            var fixed[3] = [known[i], columnKnown[left], columnKnown[right]];
            for (var k = 0; k < 3; k++) {
                if (fixed[k] == 1) {
                    constants += bits[k];
                } else {
                    sum += bits[k];
                }
            }
            var count = 3 - fixed[0] - fixed[1] - fixed[2];
            if (count > 1) {
                theta[round][i] <-- sum % 2;
                sum * (2 * theta[round][i] - sum - 1) === 3 * (theta[round][i] - sum);
                sum = theta[round][i];
            } else {
                theta[round][i] <== 0;
            }
            var next = (y + 5 * ((2 * x + 3 * y) % 5)) * 64 + (z + rotations[i \ 64]) % 64;
            b[next] = constants % 2 + (1 - 2 * (constants % 2)) * sum;
            bKnown[next] = count == 0 ? 1 : 0;
        }

        var constant = keccakRoundConstant(24 - rounds + round);
        for (var i = 0; i < 1600; i++) {
            var row = i - i % 320;
            var second = row + (i + 64) % 320;
            var third = row + (i + 128) % 320;
            if (bKnown[i] + bKnown[second] + bKnown[third] == 3) {
                chi[round][i] <== 0;
                s[i] = b[i] ^ ((1 - b[second]) & b[third]);
                known[i] = 1;
            } else {
                var d = b[third] - b[second];
                chi[round][i] <-- b[i] ^ ((1 - b[second]) & b[third]);
                // allow(W0010): b are bits and d is -1, 0 or 1, so that the factor is 1, 2, 3, -5, -4 or -3.
                (2 - 6 * b[i] + d) * (2 * chi[round][i] - 20 * b[i] - 3 * d) === 72 * b[i] - 3 * d;
                s[i] = chi[round][i];
                known[i] = 0;
            }
            if (i < 64) {
                var flip = (constant >> i) & 1;
                s[i] = flip + (1 - 2 * flip) * s[i];
            }
        }
    }
    for (var i = 0; i < 1600; i++) {
        out[i] <== s[i];
    }
}
