// A log without a semicolon.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    log("a")
    b <== a; // error: [E0002]
}
component main = Main();
