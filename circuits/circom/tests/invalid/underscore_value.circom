// An underscore is no value.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== _; // error: [E0008]
}
component main = Main();
