// Two constraints in one.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a === a; // error: [E0002]
}
component main = Main();
