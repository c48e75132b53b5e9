// An array is no index.
pragma circom 2.2.0;
template Main() {
    signal input a[2];
    signal output b;
    var t[2] = [1, 0];
    b <== a[t]; // error: [E0008]
}
component main = Main();
