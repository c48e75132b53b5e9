// A string ends in its line.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    log("a // error: [E0002]
b");
    c <== a;
}
component main = Main();
