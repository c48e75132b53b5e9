// An anonymous component under an unknown condition.
pragma circom 2.2.0;
template T() { signal input a; signal output o; o <== a; }
template Main() {
    signal input a;
    signal output b;
    if (a == 1) { b <== T()(a); } // error: [E0013]
}
component main = Main();
