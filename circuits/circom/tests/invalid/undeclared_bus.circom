// A bus that does not exist.
pragma circom 2.2.0;
template Main() {
    input Missing() a; // error: [E0006]
    signal output b;
    b <== 1;
}
component main = Main();
