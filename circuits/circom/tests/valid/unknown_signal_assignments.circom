// Signals get their values under a condition that only the witness tells.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output b;
    signal output c;
    if (a == 0) { b <-- 1; c <-- 5; } else { b <-- a; }
}
component main = Main();