// A variable that an unknown loop sets, in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 0;
    for (var i = 0; i < a; i++) { x += 2; }
    b <== x; // error: [E0010]
}
component main = Main();
