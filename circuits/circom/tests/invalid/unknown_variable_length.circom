// The length of a variable depends on a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x[a]; // error: [E0009]
    b <== a;
}
component main = Main();
