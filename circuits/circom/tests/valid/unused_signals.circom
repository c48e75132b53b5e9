pragma circom 2.0.0;

// Signals that no constraint mentions, and a component without any.
template Idle() {
    signal input in;
    signal output out;
    signal nothing;
    nothing <-- in + 1;
    out <-- nothing;
}

template Unused() {
    signal input a;
    signal input b;
    signal output out;
    signal loose;
    loose <-- a * 5;
    component idle = Idle();
    idle.in <== b;
    out <== a * a;
}

component main = Unused();
