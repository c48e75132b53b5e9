// A tag is required and given.
pragma circom 2.1.0;
template Not() { signal input {binary} in; signal output {binary} out; out <== 1 - in; }
template Main() {
    signal input a;
    signal output b;
    signal {binary} bit;
    bit <== a;
    bit * (bit - 1) === 0;
    component first = Not();
    component second = Not();
    first.in <== bit;
    second.in <== first.out;
    b <== second.out;
}
component main = Main();