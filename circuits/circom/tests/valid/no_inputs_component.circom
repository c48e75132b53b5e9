pragma circom 2.1.0;

template Seven() {
    signal output out;
    out <== 7;
}
template Main() {
    signal input a;
    signal output out;
    component seven = Seven();
    out <== a * seven.out;
}

component main = Main();
