// A tag gets its value under an unknown condition.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {t} b;
    if (a == 1) { b.t = 3; } // error: [E0013]
    b <== a;
}
component main = Main();
