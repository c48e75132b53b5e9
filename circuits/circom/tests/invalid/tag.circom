// differs: tags are not supported yet
pragma circom 2.1.0;
template Main() {
    signal input a;
    signal {binary} x; // error: [E0016]
    signal output b;
    x <== a;
    b <== x * x;
}
component main = Main();
