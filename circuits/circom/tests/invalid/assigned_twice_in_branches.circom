// Two unknown conditions give a signal its value, one after the other.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    if (a == 1) { b <-- 2; }
    if (a != 1) { b <-- 3; } // error: [E0011]
}
component main = Main();
