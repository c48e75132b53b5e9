// Fewer equations than hints, each signal by itself: what other signals have too many of does not help.
pragma circom 2.1.0;

// Two halves, whose sum is checked alone.
template Halves() {
    signal input in;
    signal output out;
    signal low;
    signal high;
    low <-- in & 255;
    high <-- in >> 8; // finding: [W0005]
    out <== low * high;
    low + 256 * high === in; // finding: [W0013]
}

// A sum that is computed from the hint is no check of it.
template Bytes(n) {
    signal input in;
    signal output out[n];
    signal acc[n];
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> (8 * i)) & 255; // finding: [W0005]
        acc[i] <== (i == 0 ? 0 : acc[i - 1]) + out[i] * 256 ** i; // finding: [W0013]
    }
    acc[n - 1] === in;
}

template Crowd() {
    signal input in;
    signal output out;
    signal bit;
    signal free;
    bit <-- in & 1;
    bit * (bit - 1) === 0;
    bit * in === in;
    free <-- in >> 1; // finding: [W0005]
    out <== bit + free;
}

template Conditional() {
    signal input in;
    signal output out[2]; // finding: [W0009]
    for (var i = 0; i < 2; i++) {
        if (in > i) {
            out[i] <-- in - i; // finding: [W0004]
        } else {
            out[i] <-- 0; // finding: [W0004]
        }
    }
    out[0] * (out[0] - in) === 0;
}

template Square() {
    signal input in;
    signal output out;
    out <== in * in;
}

// A component gets its input without a constraint, and its result is no check.
template Given() {
    signal input in;
    signal output out;
    component square = Square();
    square.in <-- in / 3; // finding: [W0005]
    out <== square.out + in;
}

template Main() {
    signal input in;
    signal output out[6];
    out[0] <== Halves()(in);
    component bytes = Bytes(3);
    bytes.in <== in;
    out[1] <== bytes.out[0] + bytes.out[1] + bytes.out[2];
    out[2] <== Crowd()(in);
    component conditional = Conditional();
    conditional.in <== in;
    out[3] <== conditional.out[0];
    out[4] <== conditional.out[1];
    out[5] <== Given()(in);
}

component main = Main();
