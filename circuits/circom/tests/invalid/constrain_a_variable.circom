pragma circom 2.1.0;
template Main() {
    signal input a;
    var x;
    x <== a; // error: [E0008]
}
component main = Main();
