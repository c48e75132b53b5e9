// Logs print numbers, not arrays.
pragma circom 2.2.0;
template Main() {
    signal input a[2];
    signal output b;
    log("a", a); // error: [E0008]
    b <== a[0];
}
component main = Main();
