pragma circom 2.1.0;

// Low-rank adaptation of a dense layer with parameters as signals.
//
//   out[u] = one * base[u] + factor * sum over r of b[u][r] * (sum over i of a[r][i] * in[i])
//
// Parameters
//   inputs, units    at least 1
//   rank             at least 1
//   one, factor      integers that bring both to one scale: alpha / rank is factor / one times the scales of a and b over
//                    that of the layer's weights
// Inputs
//   in[inputs]
//   base[units]      the layer's output
//   a[rank][inputs]
//   b[units][rank]
// Outputs
//   out[units]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   rank * (inputs + units) quadratic + 0 linear
// Source
//   Hu et al. 2021 (arXiv:2106.09685).
template LoRA(inputs, units, rank, one, factor) {
    assert(1 <= inputs && 1 <= units && 1 <= rank);
    signal input in[inputs];
    signal input base[units];
    signal input a[rank][inputs];
    signal input b[units][rank];
    signal output out[units];

    signal inner[rank][inputs];
    for (var r = 0; r < rank; r++) {
        inner[r][0] <== a[r][0] * in[0];
        for (var i = 1; i < inputs; i++) {
            inner[r][i] <== a[r][i] * in[i] + inner[r][i - 1];
        }
    }
    signal sum[units][rank];
    for (var u = 0; u < units; u++) {
        sum[u][0] <== factor * b[u][0] * inner[0][inputs - 1] + one * base[u];
        for (var r = 1; r < rank; r++) {
            sum[u][r] <== factor * b[u][r] * inner[r][inputs - 1] + sum[u][r - 1];
        }
        out[u] <== sum[u][rank - 1];
    }
}
