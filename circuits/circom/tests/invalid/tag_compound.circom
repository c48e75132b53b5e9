// A compound operator on a tag without a value.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {m} b;
    b.m += 2; // error: [E0016]
    b <== a;
}
component main = Main();
