// A signal takes over the tags of the signal that it is given.
pragma circom 2.1.0;
template Need() { signal input {maxbit} in; signal output out; out <== in * in.maxbit; }
template Main() {
    signal input a;
    signal output b;
    signal {maxbit} tagged;
    tagged.maxbit = 5;
    tagged <== a;
    signal copy;
    copy <== tagged;
    b <== Need()(copy);
}
component main = Main();