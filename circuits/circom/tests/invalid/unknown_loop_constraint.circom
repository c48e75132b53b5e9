// A constraint in a loop that only the witness ends.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a;
    for (var i = 0; i < a; i++) { b === a; } // error: [E0013]
}
component main = Main();
