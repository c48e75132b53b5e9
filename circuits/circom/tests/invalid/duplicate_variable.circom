// A variable is declared twice in one block.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 1;
    var x = 2; // error: [E0005]
    b <== a * x;
}
component main = Main();
