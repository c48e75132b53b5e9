// A variable is used after its block.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    { var x = 3; }
    b <== a * x; // error: [E0006]
}
component main = Main();
