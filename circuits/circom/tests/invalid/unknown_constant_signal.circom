// A signal is unknown even where its value is a number.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal s <== 3;
    b <== a;
    if (s == 3) { b === a; } // error: [E0013]
}
component main = Main();
