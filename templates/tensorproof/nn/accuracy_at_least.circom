pragma circom 2.1.0;

include "../arith/range.circom";
include "accuracy.circom";

// Proof that a number of samples is classified as their labels say, which hides how many more are.
//
//   least <= number of s with labels[s] = the least c with logits[s][c] = max(logits[s])
//
// Parameters
//   samples      at least 1
//   classes      at least 2
//   n            bits of the difference of two logits of a sample as a signed integer, 1 <= n <= 253
//   least        0 <= least < samples
// Inputs
//   logits[samples][classes]    differences in [-2^(n-1), 2^(n-1))
//   labels[samples]             one outside [0, classes) is never met
// Ensures
//   The ranges of the differences that are compared, and the number.
// Constraints
//   those of Accuracy and Range(least, samples)
// Source
//   Top-1 accuracy.
template AccuracyAtLeast(samples, classes, n, least) {
    assert(0 <= least && least < samples);
    signal input logits[samples][classes];
    signal input labels[samples];

    component accuracy = Accuracy(samples, classes, n);
    accuracy.logits <== logits;
    accuracy.labels <== labels;
    component range = Range(least, samples);
    range.in <== accuracy.out;
}
