// There is no break.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    for (var i = 0; i < 3; i++) { break; } // error: [E0002]
    b <== a;
}
component main = Main();
