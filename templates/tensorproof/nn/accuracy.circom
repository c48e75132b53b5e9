pragma circom 2.1.0;

include "../arith/is_zero.circom";
include "arg_max.circom";

// Number of samples that are classified as their labels say.
//
//   out = number of s with labels[s] = the least c with logits[s][c] = max(logits[s])
//
// Parameters
//   samples      at least 1
//   classes      at least 2
//   n            bits of the difference of two logits of a sample as a signed integer, 1 <= n <= 253
// Inputs
//   logits[samples][classes]    differences in [-2^(n-1), 2^(n-1))
//   labels[samples]             one outside [0, classes) is never met
// Outputs
//   out          [0, samples]
// Ensures
//   The ranges of the differences that are compared, and that out is the number.
// Constraints
//   samples * ((classes - 1) * (n + 2) + 1) quadratic + samples * 2 * classes + 1 linear
// Source
//   Top-1 accuracy.
template Accuracy(samples, classes, n) {
    assert(1 <= samples);
    signal input logits[samples][classes];
    signal input labels[samples];
    signal output out;

    component class[samples];
    component isMet[samples];
    var count = 0;
    for (var s = 0; s < samples; s++) {
        class[s] = ArgMax(classes, n);
        class[s].in <== logits[s];
        isMet[s] = IsZero();
        isMet[s].in <== class[s].out - labels[s];
        count += isMet[s].out;
    }
    out <== count;
}
