// A component has the name of a signal.
pragma circom 2.2.0;
template T() { signal output o; o <== 1; }
template Main() {
    signal input a;
    signal output b;
    component a = T(); // error: [E0005]
    b <== 1;
}
component main = Main();
