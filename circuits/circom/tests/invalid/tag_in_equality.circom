// A tag with an arrow.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {m} b;
    b.m <== 3; // error: [E0008]
    b <== a;
}
component main = Main();
