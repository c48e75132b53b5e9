// A variable of an inner block has the name of a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    { var a = 3; c <== a; } // error: [E0005]
}
component main = Main();
