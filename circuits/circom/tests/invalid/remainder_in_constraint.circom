// A remainder in a constraint, by way of a variable.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = a % 2;
    b <== x + 1; // error: [E0010]
}
component main = Main();
