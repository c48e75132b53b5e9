// One tag stands twice on a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {t, t} b;
    b.t = 3;
    b <== a * b.t;
}
component main = Main();
