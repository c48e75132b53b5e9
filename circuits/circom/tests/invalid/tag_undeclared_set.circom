// A tag that the signal does not have is set.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b.maxbit = 4; // error: [E0016]
    b <== a;
}
component main = Main();
