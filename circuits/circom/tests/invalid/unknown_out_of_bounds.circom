// A known index out of bounds under an unknown condition.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2];
    var x = 0;
    if (a == 1) { x = t[5]; } // error: [E0009]
    b <-- x;
}
component main = Main();
