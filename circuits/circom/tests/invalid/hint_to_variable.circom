// A variable is assigned with `<--`.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x;
    x <-- a; // error: [E0008]
    b <== x;
}
component main = Main();
