// A declaration is not the only statement of an `if`.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    if (1) var x = 2; // error: [E0002]
    c <== a;
}
component main = Main();
