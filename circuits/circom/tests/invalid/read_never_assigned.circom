// An element of an array that never gets a value is read.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal s[2];
    s[0] <== a;
    b <== s[0] + s[1]; // error: [E0012]
}
component main = Main();
