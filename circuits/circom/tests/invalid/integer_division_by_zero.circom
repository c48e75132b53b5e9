// An integer division by a known zero.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    var x = 5 \ n; // error: [E0014]
    b <== a * x;
}
component main = Main(0);
