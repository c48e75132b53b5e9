// An array is no condition.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2] = [1, 0];
    if (t) { b <== a; } else { b <== a + 1; } // error: [E0008]
}
component main = Main();
