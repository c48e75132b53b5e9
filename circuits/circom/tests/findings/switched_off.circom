// A check that is told not to check.
pragma circom 2.1.0;

template EqualIf() {
    signal input enabled;
    signal input a;
    signal input b;
    enabled * (a - b) === 0;
}

template Signed() {
    signal input enabled;
    signal input key;
    signal input message;
    component equal = EqualIf();
    equal.enabled <== enabled;
    equal.a <== key * key;
    equal.b <== message;
}

template Zero() {
    signal input in;
    signal output out;
    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

template Main() {
    signal input key;
    signal input message;
    signal input enabled;
    component ignored = Signed();
    ignored.enabled <== 0; // finding: [W0015]
    ignored.key <== key;
    ignored.message <== message;
    component checked = Signed();
    checked.enabled <== 1;
    checked.key <== key;
    checked.message <== message;
    enabled * (enabled - 1) === 0;
    component perhaps = Signed();
    perhaps.enabled <== enabled;
    perhaps.key <== key;
    perhaps.message <== message;
    signal output out <== Zero()(0);
    // Zero by a check, which is no constant of the source.
    signal input padding;
    padding === 0;
    component padded = EqualIf();
    padded.enabled <== padding;
    padded.a <== key;
    padded.b <== message;
}

component main = Main();
