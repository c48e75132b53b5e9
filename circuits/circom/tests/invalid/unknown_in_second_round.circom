// A condition that is known in the first round of a loop alone.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 0;
    b <== a;
    for (var i = 0; i < 2; i++) {
        if (x == 0) { b === a; } // error: [E0013]
        x = a;
    }
}
component main = Main();
