// Logs print numbers, not components.
pragma circom 2.2.0;
template T() { signal output o; o <== 1; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    log(t); // error: [E0008]
    b <== a;
}
component main = Main();
