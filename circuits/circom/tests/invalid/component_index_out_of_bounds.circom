// A component beyond the end of its array.
pragma circom 2.2.0;
template T() { signal output b; b <== 1; }
template Main() {
    signal input a;
    signal output b;
    component t[2];
    t[2] = T(); // error: [E0009]
    b <== a;
}
component main = Main();
