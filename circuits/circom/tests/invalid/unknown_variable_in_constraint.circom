// A variable that an unknown condition sets, in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 1;
    if (a == 3) { x = 2; }
    b <== a * x; // error: [E0010]
}
component main = Main();
