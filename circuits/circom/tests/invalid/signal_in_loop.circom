// A signal is declared in a loop.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b[2];
    for (var i = 0; i < 2; i++) {
        signal t; // error: [E0005]
        t <== a;
        b[i] <== t;
    }
}
component main = Main();
