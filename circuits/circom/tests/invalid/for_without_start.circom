// A `for` needs all its parts.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    var i = 0;
    for (; i < 3; i++) { } // error: [E0002]
    c <== a * i;
}
component main = Main();
