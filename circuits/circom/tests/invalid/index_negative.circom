// A negative index.
pragma circom 2.2.0;
template Main() {
    signal input a[3];
    signal output b;
    var i = 0;
    i--;
    b <== a[i]; // error: [E0009]
}
component main = Main();
