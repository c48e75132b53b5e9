// The value of a tag is a number.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {m} b;
    b.m = [1, 2]; // error: [E0008]
    b <== a;
}
component main = Main();
