// A number is assigned to an array.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2];
    t = 3; // error: [E0007]
    b <== a;
}
component main = Main();
