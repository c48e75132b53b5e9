// differs: stock circom compiles systems that have no witness
pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * a;
    1 === 2; // error: [E0014]
}
component main = Main();
