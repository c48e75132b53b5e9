// Known powers, and squares of signals.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output o;
    signal output p;
    signal s <== a ** 2;
    o <== s + 2 ** 10 + 3 ** 0 + 0 ** 0;
    p <-- a ** 3 + 2 ** a;
}
component main = Main();