// An array is assigned to a variable that is a number.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t;
    t = [1, 2]; // error: [E0007]
    b <== a;
}
component main = Main();
