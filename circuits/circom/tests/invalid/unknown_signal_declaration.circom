// A signal is declared under an unknown condition.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    if (a == 1) {
        signal x; // error: [E0013]
        x <-- 1;
    }
    b <== a;
}
component main = Main();
