// A string without an end.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    log("never ended); // error: [E0002]
    b <== a;
}
component main = Main();
