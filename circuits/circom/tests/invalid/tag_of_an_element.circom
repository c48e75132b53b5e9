// The elements of an array have no tags of their own.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal {m} u[2];
    u[0].m = 2; // error: [E0016]
    u[0] <== a;
    u[1] <== a;
    b <== u[0];
}
component main = Main();
