// A function that does not exist.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * missing(3); // error: [E0006]
}
component main = Main();
