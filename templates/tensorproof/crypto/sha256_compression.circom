pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Words of the hash, and constants of each round.
function sha256Initial() {
    return [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    ];
}

function sha256Constants() {
    return [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
    ];
}

// SHA-256 of one block: the state that follows a state.
//
// The exclusive or x of three bits is the one solution of s * (2x - s - 1) = 3 * (x - s), where s is their sum; their
// majority m is that of s * (s - 1 - 4m) = -6m.
//
// Parameters
//   first        1 if the state is the initial one, else 0
//   used         bits of the message in the block, 0 <= used <= 512; the rest is padding: one, zeros, length
//   one          1 if the message ends here, else 0
//   length       the message's bits, in the last 64 of the block if it is the last one, else 0
// Inputs
//   state[8][32] bits of each word, the lowest first; of no effect if first is 1
//   in[512]      bits in the standard's order; those from used on have no effect
// Outputs
//   out[8][32]   bits of each word, the lowest first
// Requires
//   That state and in are bits.
// Ensures
//   The compression.
// Constraints
//   17510 quadratic + 364 linear for (0, 512, 0, 0); 17318 + 364 for (1, 512, 0, 0); fewer with padding
// Source
//   FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1 and 6.2.
template Sha256Compression(first, used, one, length) {
    assert(first == 0 || first == 1);
    assert(one == 0 || one == 1);
    assert(0 <= used && used + one <= 512);
    assert(0 <= length && length < 2 ** 64 && (length == 0 || used + one <= 448));
    // allow(W0008): the initial state is a constant.
    signal input state[8][32];
    // allow(W0008): a block may be padding alone.
    signal input in[512];
    signal output out[8][32];

    // Bits of the message's words, and which of them are constants.
    var w[64][32];
    var known[64][32];
    var word[64];
    for (var i = 0; i < 512; i++) {
        var bit = 31 - i % 32;
        if (i < used) {
            w[i \ 32][bit] = in[i];
        } else {
            known[i \ 32][bit] = 1;
            w[i \ 32][bit] = (i == used ? one : 0) + (i >= 448 ? (length >> (511 - i)) & 1 : 0);
        }
        word[i \ 32] += w[i \ 32][bit] * 2 ** bit;
    }

    var schedule[2][3] = [[7, 18, 3], [17, 19, 10]];
    signal small[48][2][32];
    component expanded[46];
    for (var t = 16; t < 64; t++) {
        var sum = word[t - 7] + word[t - 16];
        var free = 0;
        for (var i = 0; i < 32; i++) {
            free += 2 - known[t - 7][i] - known[t - 16][i];
            for (var k = 0; k < 2; k++) {
                var source = k == 0 ? t - 15 : t - 2;
                var constants = 0;
                var signals = 0;
                var count = 0;
                for (var r = 0; r < 3; r++) {
                    var from = i + schedule[k][r];
                    // The third is a shift, which leaves zeros behind.
                    if (r < 2 || from < 32) {
                        if (known[source][from % 32] == 1) {
                            constants += w[source][from % 32];
                        } else {
                            signals += w[source][from % 32];
                            count++;
                        }
                    }
                }
                if (count > 1) {
                    var s = signals + constants;
                    small[t - 16][k][i] <-- s % 2;
                    s * (2 * small[t - 16][k][i] - s - 1) === 3 * (small[t - 16][k][i] - s);
                    sum += small[t - 16][k][i] * 2 ** i;
                } else {
                    small[t - 16][k][i] <== 0;
                    sum += (constants % 2 + (1 - 2 * (constants % 2)) * signals) * 2 ** i;
                }
                free += count;
            }
        }
        if (t >= 62) {
            // No bit of the last two is needed, nor that they are below 2^32.
            word[t] = sum;
        } else if (free == 0) {
            word[t] = sum % 2 ** 32;
            for (var i = 0; i < 32; i++) {
                known[t][i] = 1;
                w[t][i] = (word[t] >> i) & 1;
            }
        } else {
            expanded[t - 16] = ToBits(34, 0);
            expanded[t - 16].in <== sum;
            for (var i = 0; i < 32; i++) {
                w[t][i] = expanded[t - 16].out[i];
                word[t] += w[t][i] * 2 ** i;
            }
        }
    }

    var initial[8] = sha256Initial();
    var v[8][32];
    for (var j = 0; j < 8; j++) {
        for (var i = 0; i < 32; i++) {
            if (first == 1) {
                v[j][i] = (initial[j] >> i) & 1;
            } else {
                v[j][i] = state[j][i];
            }
        }
    }
    var rotations[2][3] = [[2, 13, 22], [6, 11, 25]];
    var constants[64] = sha256Constants();
    signal big[64][2][32];
    signal choice[64][32];
    signal majority[64][32];
    component next[64][2];
    for (var t = 0; t < 64; t++) {
        // What is added to a and e, and d.
        var toA = 0;
        var toE = constants[t] + word[t];
        var d = 0;
        for (var i = 0; i < 32; i++) {
            var rotated[2];
            for (var k = 0; k < 2; k++) {
                var s = 0;
                for (var r = 0; r < 3; r++) {
                    s += v[4 * k][(i + rotations[k][r]) % 32];
                }
                if (first == 1 && t == 0) {
                    big[t][k][i] <== 0;
                    rotated[k] = s % 2;
                } else {
                    big[t][k][i] <-- s % 2;
                    s * (2 * big[t][k][i] - s - 1) === 3 * (big[t][k][i] - s);
                    rotated[k] = big[t][k][i];
                }
            }
            var chosen = v[6][i];
            var most = 0;
            if (first == 1 && t < 2) {
                // b, c, f and g are constants.
                choice[t][i] <== 0;
                majority[t][i] <== 0;
                chosen += v[4][i] * (v[5][i] - v[6][i]);
                most = v[1][i] * v[2][i] + v[0][i] * (v[1][i] + v[2][i] - 2 * v[1][i] * v[2][i]);
            } else {
                choice[t][i] <== v[4][i] * (v[5][i] - v[6][i]);
                chosen += choice[t][i];
                var s = v[0][i] + v[1][i] + v[2][i];
                majority[t][i] <-- s \ 2;
                s * (s - 1 - 4 * majority[t][i]) === -6 * majority[t][i];
                most = majority[t][i];
            }
            d += v[3][i] * 2 ** i;
            toE += (v[7][i] + rotated[1] + chosen) * 2 ** i;
            toA += (rotated[0] + most) * 2 ** i;
        }
        next[t][1] = ToBits(t < 62 ? 35 : 36, 0);
        next[t][1].in <== d + toE;
        // The new a is the new e with what is added to a, less d, modulo 2^32.
        var e = 0;
        for (var i = 0; i < 32; i++) {
            e += next[t][1].out[i] * 2 ** i;
        }
        next[t][0] = ToBits(34, 2 ** 32);
        next[t][0].in <== e - d + toA;
        for (var j = 7; j > 0; j--) {
            v[j] = v[j - 1];
        }
        for (var i = 0; i < 32; i++) {
            v[4][i] = next[t][1].out[i];
            v[0][i] = next[t][0].out[i];
        }
    }

    component sum[8];
    for (var j = 0; j < 8; j++) {
        var total = first == 1 ? initial[j] : 0;
        for (var i = 0; i < 32; i++) {
            total += v[j][i] * 2 ** i;
            if (first == 0) {
                total += state[j][i] * 2 ** i;
            }
        }
        sum[j] = ToBits(33, 0);
        sum[j].in <== total;
        for (var i = 0; i < 32; i++) {
            out[j][i] <== sum[j].out[i];
        }
    }
}
