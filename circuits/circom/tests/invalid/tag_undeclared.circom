// A tag that the signal does not have is read.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * a.maxbit; // error: [E0006]
}
component main = Main();
