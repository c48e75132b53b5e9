// Selectors that are bits: constrained, a test's result, computed from bits.
pragma circom 2.1.0;

template Zero() {
    signal input in;
    signal output out;
    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

template Select() {
    signal input s;
    signal input a;
    signal input b;
    signal output out;
    out <== s * (a - b) + b;
}

template Main() {
    signal input bits[2];
    signal input x[2];
    signal output out[5];
    for (var i = 0; i < 2; i++) { bits[i] * (bits[i] - 1) === 0; }
    out[0] <== Select()(bits[0], x[0], x[1]);
    out[1] <== Select()(Zero()(x[0]), x[0], x[1]);
    signal both <== bits[0] * bits[1];
    signal either <== bits[0] + bits[1] - both;
    signal other <== bits[0] + bits[1] - 2 * both;
    out[2] <== Select()(1 - both, x[0], x[1]);
    out[3] <== Select()(either, x[0], x[1]);
    out[4] <== Select()(other, x[0], x[1]);
}

component main = Main();
