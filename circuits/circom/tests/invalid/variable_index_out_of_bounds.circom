// An element beyond the end of a variable is assigned.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[3];
    for (var i = 0; i <= 3; i++) { t[i] = i; } // error: [E0009]
    b <== a * t[1];
}
component main = Main();
