// A product less itself is refused, though nothing is left of it.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output c;
    c <== a * b - a * b + b; // error: [E0010]
}
component main = Main();
